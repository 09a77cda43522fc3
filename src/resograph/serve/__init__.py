"""``resograph serve``: a SPARQL endpoint that only reads, and pages for people, over one store.

    app            addresses, headers, errors          protocol      /sparql: from a request to a query to an answer
    pages, views   what people see                     evaluate      the one place where a query from outside runs
    queries        what the pages ask               asking       the named questions, for people and programs
    openapi        the description for programs     caching      what lets clients keep an answer
    description    RDF about a thing                   negotiate     which form does the client want
    server         uvicorn around it

``run(folder)`` serves; ``application(reader)`` is the ASGI application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resograph.serve.app import application as application
    from resograph.serve.server import run as run

__all__ = ["application", "run"]

_WHERE = {"application": "resograph.serve.app", "run": "resograph.serve.server"}


def __getattr__(name: str) -> Any:
    """Import at first use (PEP 562): the command line imports this package for its help."""
    if name not in _WHERE:
        raise AttributeError(f"module 'resograph.serve' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
