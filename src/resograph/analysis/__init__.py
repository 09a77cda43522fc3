"""Network analysis: the graph of resolutions as networks, and what can be measured on them.

    networks     from the store to a network of works, of editions, of actors
    measures     each analysis: from a network to a table, with how it was computed
    write        CSV, JSON, GraphML, GEXF
    picture      SVG and PNG (matplotlib, the extra ``pictures``)

``analyse(reader, name, ...)`` gives a ``Result``.  The same store and parameters give the same result, in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resograph.dataset import Source

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Choice:
    """What an analysis takes into account: editions in force at a date, of one body ("" for all), with specimens or without."""

    at: date
    body: str = ""
    specimens: bool = False


@dataclass(frozen=True)
class Result:
    """A table, the network that it is about (networkx), and how both were computed.

    ``ranked`` are the nodes of the network, the most important first: what a picture shows when it cannot show all.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    network: Any
    ranked: tuple[str, ...]
    computed: dict[str, Cell] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis by name: what it shows in one line, and the function that makes it."""

    name: str
    summary: str
    make: Callable[[Source, Choice], Result]


def analyses() -> dict[str, Analysis]:
    """The analyses by name."""
    from resograph.analysis import measures

    known = (
        Analysis("citations", "Which resolution cites which, how often and where", measures.citations),
        Analysis("centrality", "Which resolutions the others hang on: cited by, PageRank, betweenness", measures.centrality),
        Analysis("communities", "Groups of resolutions that cite one another more than the rest", measures.communities),
        Analysis("lineage", "The editions of each resolution, and which revises which", measures.lineage),
        Analysis("actors", "Actors that clauses address together", measures.actors),
        Analysis("chains", "The longest chains of citations", measures.chains),
        Analysis("cycles", "Resolutions that cite one another in a circle", measures.cycles),
    )
    return {one.name: one for one in known}


def analyse(reader: Source, name: str, choice: Choice, *, today: date | None = None) -> Result:
    """The analysis *name* of what *reader* holds; ``QuestionError`` with the nearest names when there is none.

    ``computed`` of the result says how: method, parameters, software, generation of the store, day of computation (*today*).
    """
    from dataclasses import replace
    from importlib.metadata import version

    from resograph import __version__, names
    from resograph.errors import QuestionError

    known = analyses()
    if name not in known:
        raise QuestionError(f"no analysis is called {name!r}{names.nearest(name, known) or '; there are: ' + ', '.join(known)}")
    found = known[name].make(reader, choice)
    computed: dict[str, Cell] = {
        **found.computed,
        "at": choice.at.isoformat(),
        "body": choice.body or "all",
        "specimens": "counted in" if choice.specimens else "left out",
        "software": f"resograph {__version__}, networkx {version('networkx')}",
        "generation": reader.generation,
        "computed": (today or date.today()).isoformat(),
    }
    return replace(found, computed=computed)
