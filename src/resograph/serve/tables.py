"""The answer to a named question as a table: CSV, JSON and Turtle for programs, citations and links for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from resograph.namespaces import PREFIXES
from resograph.questions import Answer
from resograph.serve.names import Link, Names

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
Row = Sequence[str]


def as_csv(columns: Row, rows: Sequence[Row]) -> str:
    """A table as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([columns, *rows])
    return out.getvalue()


def as_json(columns: Row, rows: Sequence[Row]) -> str:
    """A table as a list of objects."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1) + "\n"


def as_turtle(answer: Answer) -> bytes:
    """*answer* in the W3C vocabulary for result sets, as ``resograph query --format turtle`` writes it."""
    return ox.serialize(_result_set(answer), None, ox.RdfFormat.TURTLE, prefixes={"rs": RS}) or b""


def _result_set(answer: Answer) -> Iterator[ox.Triple]:
    result = ox.BlankNode("result")
    yield ox.Triple(result, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(RS + "ResultSet"))
    variables = [ox.Literal(column.replace("-", "_")) for column in answer.columns]
    for variable in variables:
        yield ox.Triple(result, ox.NamedNode(RS + "resultVariable"), variable)
    for i, row in enumerate(answer.terms, 1):
        solution = ox.BlankNode(f"row{i}")
        yield ox.Triple(result, ox.NamedNode(RS + "solution"), solution)
        yield ox.Triple(solution, ox.NamedNode(RS + "index"), ox.Literal(i))
        for j, (variable, term) in enumerate(zip(variables, row, strict=True), 1):
            if term is not None:
                binding = ox.BlankNode(f"row{i}column{j}")
                yield ox.Triple(solution, ox.NamedNode(RS + "binding"), binding)
                yield ox.Triple(binding, ox.NamedNode(RS + "variable"), variable)
                yield ox.Triple(binding, ox.NamedNode(RS + "value"), term)


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
