"""The answer to a named question for people: texts as delegates cite them, with links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pyoxigraph as ox

from resograph.answers import Row
from resograph.questions import Answer, Question, load
from resograph.serve.names import Link, Names


def as_links(answer: Answer, names: Names, question: Question, given: Mapping[str, str]) -> tuple[list[str], list[list[Link]]]:
    """The columns and cells of *answer* for a page: texts as delegates cite them, figures that open what they count.

    Left out are the edition beside a clause that names it, and columns without any value.
    """
    opened = {column: (load(said["question"]), said) for column, said in question.opens.items()}
    iris = [[_iri(term, names.base) for term in row] for row in answer.terms]
    left_out = _repeated(answer.columns, iris)
    kept = [i for i in range(len(answer.columns)) if i != left_out and any(row[i] for row in answer.rows)]
    cells = []
    for row, some in zip(answer.rows, iris, strict=True):
        said = {**given, **dict(zip(answer.columns, row, strict=True))}
        opening = {column: _opening(target, {**said, **fixed}) for column, (target, fixed) in opened.items()}
        cells.append([_figure(row[i], opening.get(answer.columns[i], "")) or _link(row[i], some[i], names) for i in kept])
    return [answer.columns[i] for i in kept], cells


def _opening(target: Question, said: Mapping[str, str]) -> str:
    """The address of the question *target* with those of its parameters that *said* has."""
    parameters = {one.name: said[one.name] for one in target.parameters if said.get(one.name)}
    return f"/questions/{target.name}?{urlencode(parameters)}"


def _figure(text: str, href: str) -> Link | None:
    return Link(text, href, "what this counts") if href and text not in ("", "0") else None


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
