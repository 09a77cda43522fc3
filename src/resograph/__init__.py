"""resograph: resolutions of the International Telecommunication Union as a graph that answers questions.

The way of a document, each step a pure function that can be called alone:

    read(path)          -> Source        one text with its paragraphs           resograph.read
    split(source)       -> [Record]      a file may hold many resolutions       resograph.split
    segment(record)     -> Outline       header, sections, clauses, footnotes   resograph.segment
    annotate(outline)   -> Resolution    citations, actors, norms, terms        resograph.annotate
    triples(resolution) -> RDF           the model in RDF                       resograph.graph

``parse(path)`` walks the first four.  Nothing is imported before it is used: ``import resograph`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resograph.pipeline import parse as parse
    from resograph.read import read as read

__version__ = "0.1.0"
__all__ = ["__version__", "parse", "read"]

_WHERE = {"parse": "resograph.pipeline", "read": "resograph.read"}


def __getattr__(name: str) -> Any:
    """Import the public functions at their first use (PEP 562)."""
    if name not in _WHERE:
        raise AttributeError(f"module 'resograph' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
