"""The rows of an answer with names: for a page, texts as delegates cite them, with links; for programs, keys with their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from urllib.parse import urlencode

import pyoxigraph as ox

from resograph.answers import Row
from resograph.namespaces import VOCABULARY
from resograph.questions import XSD, Answer, Question, load
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


Thing = dict[str, str]
Cell = Thing | list[str] | str | int | float | bool | None


def concepts(answer: Answer) -> list[str]:
    """The IRIs of the vocabulary in *answer*, whose names the store knows."""
    found = {term.value for row in answer.terms for term in row if isinstance(term, ox.NamedNode)}
    return sorted(iri for iri in found if iri.startswith(VOCABULARY))


def as_objects(answer: Answer, labels: Mapping[str, str], names: Names, question: Question) -> list[dict[str, Cell]]:
    """The rows of *answer* as objects, a value for each column: a thing as its key, label (of a concept, that in *labels*), IRI and
    address; a literal as what it is in JSON; several words in one cell as a list; None where nothing is bound."""
    known: dict[str, Thing] = {}

    def thing(iri: str, text: str) -> Thing:
        if iri not in known:
            label = names.name(iri) if iri.startswith(names.base) else labels.get(iri, text)
            known[iri] = {"key": text, "label": label, "iri": iri, "href": names.href(iri)}
        return known[iri]

    lists = [column in question.lists or column.replace("-", "_") in question.lists for column in answer.columns]

    def cell(text: str, term: object, is_list: bool) -> Cell:
        if iri := _iri(term, names.base):
            return thing(iri, text)
        return text.split() if is_list and term is not None else _value(term, text)

    return [
        {column: cell(*some) for column, some in zip(answer.columns, zip(texts, terms, lists, strict=True), strict=True)}
        for texts, terms in zip(answer.rows, answer.terms, strict=True)
    ]


def _value(term: object, text: str) -> Cell:
    """A literal in JSON: a number or a truth value where that is its type."""
    if term is None:
        return None
    kind = term.datatype.value.removeprefix(XSD) if isinstance(term, ox.Literal) else ""
    try:
        if kind == "integer":
            return int(text)
        if kind in ("decimal", "double", "float") and isfinite(float(text)):
            return float(text)
    except ValueError:  # an ill-typed literal is its words
        return text
    return text == "true" if kind == "boolean" and text in ("true", "false") else text


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
