"""``resograph serve``: a SPARQL endpoint, and pages for people, over one store.

    app            addresses, headers, errors          protocol      /sparql: from a request to a query to an answer
    pages, views   what people see                     graph_store   /graph-store: whole graphs, read and written
    queries        what the pages ask                  evaluate      the one place where a query from outside runs
    asking         the named questions, for people     writes        the one place where the store is changed
                   and programs                        access        who may write
    openapi        the description for programs        caching       what lets clients keep an answer
    description    RDF about a thing                   negotiate     which form does the client want
    service, counts  what the endpoint is and holds    server        uvicorn around it

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
