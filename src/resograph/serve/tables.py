"""The answer to a named question for people: texts as delegates cite them, with links."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from resograph.answers import Row
from resograph.questions import Answer
from resograph.serve.names import Link, Names


def as_links(answer: Answer, names: Names) -> tuple[list[str], list[list[Link]]]:
    """The columns and cells of *answer* for a page: texts as delegates cite them.

    Left out are the edition beside a clause that names it, and columns without any value.
    """
    iris = [[_iri(term, names.base) for term in row] for row in answer.terms]
    left_out = _repeated(answer.columns, iris)
    kept = [i for i in range(len(answer.columns)) if i != left_out and any(row[i] for row in answer.rows)]
    cells = [[_link(row[i], some[i], names) for i in kept] for row, some in zip(answer.rows, iris, strict=True)]
    return [answer.columns[i] for i in kept], cells


def _iri(term: object, base: str) -> str:
    """The IRI that *term* is, or that it has as its words; "" for any other."""
    if isinstance(term, ox.NamedNode):
        return term.value
    return term.value if isinstance(term, ox.Literal) and term.value.startswith(base) else ""


def _repeated(columns: Row, iris: Sequence[Row]) -> int | None:
    """The column of the editions where each row has a clause of that edition."""
    if "edition" not in columns or "clause" not in columns:
        return None
    edition, clause = columns.index("edition"), columns.index("clause")
    return edition if all(f"{row[clause]}/".startswith(f"{row[edition]}/") for row in iris) else None


def _link(text: str, iri: str, names: Names) -> Link:
    if iri.startswith(names.base):
        return Link(names.short(iri), names.href(iri), names.key(iri))
    return Link(text, names.href(iri), names.name(iri)) if iri else Link(text, "")
