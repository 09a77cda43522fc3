"""The answer to a named question for programs: CSV, TSV, JSON, RDF."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from resograph.namespaces import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.questions import Answer

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
Row = Sequence[str]


def as_csv(columns: Row, rows: Sequence[Row]) -> str:
    """A table as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([columns, *rows])
    return out.getvalue()


def as_tsv(columns: Row, rows: Sequence[Row]) -> str:
    """A table as text/tab-separated-values, which has no quotes: a tab or an end of line in a value becomes a blank."""
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in (columns, *rows))


def as_json(columns: Row, rows: Sequence[Row]) -> str:
    """A table as a list of objects."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1) + "\n"


def as_turtle(answer: Answer) -> bytes:
    """*answer* in the W3C vocabulary for result sets, by which SPARQL test suites write theirs."""
    import pyoxigraph as ox

    return as_rdf(answer, ox.RdfFormat.TURTLE)


def as_rdf(answer: Answer, form: ox.RdfFormat) -> bytes:
    """The triples of ``as_turtle`` in another form of RDF."""
    import pyoxigraph as ox

    return ox.serialize(_result_set(answer), None, form, prefixes={"rs": RS}) or b""


def _result_set(answer: Answer) -> Iterator[ox.Triple]:
    import pyoxigraph as ox

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
