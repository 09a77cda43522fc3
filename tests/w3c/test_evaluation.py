"""The W3C's tests of query and update, asked over HTTP of the endpoint that serves."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from w3c.manifests import Case, Data, cases, misses, parameters, path
from w3c.results import expected_rows, in_place, load, rows_of, same_csv, same_quads, same_rows
from w3c.serving import Endpoint

NOT_OURS = ("entailment", "service")
"""No entailment regime but the simple one is claimed; no other server is ever asked."""
EVALUATION = cases("QueryEvaluationTest", "CSVResultFormatTest", without=NOT_OURS)
SYNTAX = cases("PositiveSyntaxTest11", "NegativeSyntaxTest11", "PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11")
UPDATES = cases("UpdateEvaluationTest")
FORMS = {
    "srx": ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
    "srj": ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
    "tsv": ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
}


@pytest.mark.parametrize("test", parameters(EVALUATION))
def test_query(test: Case, endpoint: Endpoint) -> None:
    text = in_place(path(test.request).read_text(encoding="utf-8"), test.request)
    extension = test.result.rsplit(".", 1)[-1]
    accept, form = FORMS.get(extension, FORMS["srj"])
    if extension == "csv":
        accept = "text/csv"
    is_graph = extension == "ttl" and "ResultSet" not in path(test.result).read_text(encoding="utf-8")
    answer = endpoint.holding(test.data).query(text, "text/turtle" if is_graph else accept)
    assert answer.status_code == 200, answer.text
    if is_graph:
        wanted = ox.Store()
        load(wanted, Data((test.result,)))
        assert same_quads(ox.parse(answer.content, format=ox.RdfFormat.TURTLE), wanted)
    elif extension == "csv":
        assert same_csv(answer.content, test.result), answer.text
    else:
        assert same_rows(rows_of(answer.content, form), expected_rows(test.result)), answer.text


@pytest.mark.parametrize("test", parameters(SYNTAX))
def test_syntax(test: Case, endpoint: Endpoint) -> None:
    """What is SPARQL is answered, or refused for what it asks (403), or clashes with the store (409); what is none is told so (400).

    A function that the engine does not know is no fault of syntax, though it is told with 400 as well.
    """
    text = path(test.request).read_bytes().decode()
    held = endpoint.holding(Data())
    answer = held.update(text) if "Update" in test.kind else held.query(text, "*/*")
    if "Negative" in test.kind:
        assert answer.status_code == 400, answer.text
    else:
        assert answer.status_code in (200, 204, 403, 409) or "custom function" in answer.json()["detail"], answer.text


@pytest.mark.parametrize("test", parameters(UPDATES))
def test_update(test: Case, endpoint: Endpoint) -> None:
    answer = endpoint.holding(test.data, anew=True).update(in_place(path(test.request).read_text(encoding="utf-8"), test.request))
    assert answer.status_code == 204, answer.text
    wanted = ox.Store()
    load(wanted, test.after)
    assert same_quads(endpoint.quads(), wanted)


@pytest.mark.parametrize("miss", [case for case in EVALUATION if str(case) in misses()], ids=str)
def test_a_known_miss_is_the_engines_own(miss: Case) -> None:
    store = ox.Store()
    load(store, miss.data)
    found = store.query(in_place(path(miss.request).read_text(encoding="utf-8"), miss.request))
    assert not isinstance(found, ox.QueryTriples)
    if miss.result.endswith("csv"):
        assert not same_csv(found.serialize(format=ox.QueryResultsFormat.CSV) or b"", miss.result)
    else:
        direct = rows_of(found.serialize(format=ox.QueryResultsFormat.JSON) or b"", ox.QueryResultsFormat.JSON)
        assert not same_rows(direct, expected_rows(miss.result))
