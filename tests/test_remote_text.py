"""What is done to the text of a query before it travels, and to the URL of a store: pure functions."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest
from test_questions import QUESTIONS, loaded, parameters

from resograph.errors import StoreError
from resograph.questions import bind, load
from resograph.remote.addresses import addresses, candidates, is_url, read
from resograph.remote.binding import bound, with_prefixes
from resograph.remote.dialect import beyond, for_virtuoso

A, B = ox.NamedNode("http://a/a"), ox.NamedNode("http://a/b")


def store() -> ox.Store:
    held = ox.Store()
    held.extend(ox.Quad(one, B, ox.Literal(number), A) for one, number in ((A, 1), (A, 2), (B, 3)))
    return held


def said(rows: Any) -> list[list[str]]:
    """Rows in any order, and so the words of GROUP_CONCAT."""
    return sorted(sorted(word for term in row for word in str(getattr(term, "value", "")).split()) for row in rows)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x ?y { GRAPH ?g { ?x ?p ?y } } ORDER BY ?y",
        "SELECT DISTINCT ?x { GRAPH ?g { ?x ?p ?y } }",
        "SELECT ?y ?x { { SELECT ?x ?y { GRAPH ?g { ?x ?p ?y } } } } ORDER BY ?x ?y",
        "SELECT ?x ?n { { SELECT ?x (COUNT(*) AS ?n) { GRAPH ?g { ?x ?p ?y } } GROUP BY ?x } }",
        "SELECT ?x (COUNT(?y) AS ?n) { GRAPH ?g { ?x ?p ?y } } GROUP BY ?x",
        "SELECT ?x ?p (COUNT(?y) AS ?n) { GRAPH ?g { ?x ?p ?y } } GROUP BY ?x ?p HAVING(COUNT(?y) > 1) ORDER BY DESC(?n) ?x",
        "SELECT ?x ?y { VALUES ?x { <http://a/b> <http://a/a> } GRAPH ?g { ?x ?p ?y } } ORDER BY ?y",
        "SELECT ?x ?y { VALUES (?x ?y) { (<http://a/b> 3) (<http://a/a> 1) } GRAPH ?g { ?x ?p ?y } }",
        "SELECT ?x ?y { GRAPH ?g { ?s ?p ?y } FILTER(COALESCE(?s = ?x, true)) } ORDER BY ?y",
        'SELECT ?x ?y { GRAPH ?g { ?x ?p ?y } BIND("?x" AS ?not) # ?x } \n }',
        "SELECT ?x (STR(?x) AS ?text) { GRAPH ?g { ?x ?p 1 } }",
    ],
)
def test_a_bound_query_answers_as_the_engine_does_with_substitutions(query: str) -> None:
    expected: Any = store().query(query, substitutions={ox.Variable("x"): A})
    found: Any = store().query(bound(query, {"x": A}))
    assert [one.value for one in found.variables] == [one.value for one in expected.variables]
    rows = list(map(tuple, expected))
    assert list(map(tuple, found)) == rows
    assert rows


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_bound_question_answers_as_the_engine_does_with_substitutions(name: str) -> None:
    question, held = load(name), loaded(name)
    terms = bind(held, question, parameters(question))
    substitutions: Any = {ox.Variable(variable): term for variable, term in terms.items()}
    expected: Any = held.query(question.query, use_default_graph_as_union=True, substitutions=substitutions)
    found: Any = held.query(bound(question.query, terms), use_default_graph_as_union=True)
    assert said(found) == said(expected)


def test_what_is_bound_can_become_no_syntax() -> None:
    evil = ox.Literal('" } ; DROP ALL # \n\\')
    found: Any = store().query(bound("SELECT ?x { BIND(?x AS ?y) }", {"x": evil}))
    assert [tuple(row) for row in found] == [(evil,)]


def test_prefixes_are_declared_where_they_are_used() -> None:
    assert with_prefixes("SELECT * { ?s a:b ?o }", {"a": "http://a/", "c": "http://c/"}) == "PREFIX a: <http://a/>\nSELECT * { ?s a:b ?o }"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("FILTER(COALESCE(?a = ?b, true))", "FILTER(COALESCE(IF(BOUND(?a) && BOUND(?b), ?a = ?b, ?unbound__), true))"),
        ("FILTER(COALESCE(?a, true))", "FILTER(COALESCE(?a, true))"),
        ('(COALESCE(STR(?a), "") AS ?b)', '(COALESCE(IF(BOUND(?a), STR(?a), ?unbound__), "") AS ?b)'),
        ("BIND(!BOUND(?a) AS ?b)", "BIND(<http://www.w3.org/2001/XMLSchema#boolean>(!BOUND(?a)) AS ?b)"),
        ("BIND(STR(?a) AS ?b)", "BIND(STR(?a) AS ?b)"),
    ],
)
def test_virtuoso_is_asked_in_other_words(query: str, text: str) -> None:
    assert for_virtuoso(query) == text


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_other_words_mean_the_same(name: str) -> None:
    question, held = load(name), loaded(name)
    query = bound(question.query, bind(held, question, parameters(question)))
    one, other = (held.query(text, use_default_graph_as_union=True) for text in (query, for_virtuoso(query)))
    assert said(one) == said(other)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?x { ?x ?p ?o FILTER EXISTS { ?o ?q ?r } FILTER NOT EXISTS { ?r ?q ?o } }", ""),
        ("SELECT ?x { ?x ?p ?o BIND(EXISTS { ?o ?q ?r } AS ?y) }", "EXISTS inside an expression"),
        ("SELECT ?x { ?x ?p ?o FILTER(?o = 1 || NOT EXISTS { ?o ?q ?r }) }", "EXISTS inside an expression"),
        ("SELECT ?x { { ?x ?p ?o } UNION { ?o ?p ?x } }", ""),
        ("SELECT ?x ?y { { ?x ?p ?y } UNION { ?x ?p ?z } ?y ?q ?w }", "UNION of branches with other variables"),
        ("SELECT ?x { { ?x ?p ?o } UNION { ?o ?p ?x } OPTIONAL { ?x ?q ?r } FILTER(!BOUND(?r)) }", "UNION beside BOUND"),
        ("SELECT ?x ?n { ?x ?p ?o OPTIONAL { SELECT ?x (COUNT(?r) AS ?n) { ?x ?q ?r } GROUP BY ?x } }", "a sub-select in OPTIONAL"),
    ],
)
def test_what_virtuoso_gets_wrong_is_known(query: str, why: str) -> None:
    assert beyond(query) == why


# --- addresses ------------------------------------------------------------------------------------------------------


def test_a_url_is_told_from_a_folder() -> None:
    assert [is_url(one) for one in ("http://h:1/x", "HTTPS://h", "my-store", "C:\\store", "/tmp/http:/x", "", None)] == [True, True] + [
        False
    ] * 5


@pytest.mark.parametrize(
    ("url", "server", "query", "update", "graphs"),
    [
        ("http://h:7878", "Oxigraph/0.5", "http://h:7878/query", "http://h:7878/update", "http://h:7878/store"),
        ("http://h/sparql", "Virtuoso/07", "http://h/sparql", "http://h/sparql-auth", "http://h/sparql-graph-crud-auth"),
        ("http://h/ds", "Apache Jena Fuseki (5)", "http://h/ds/sparql", "http://h/ds/update", "http://h/ds/data"),
        (
            *("http://h/repositories/r", "", "http://h/repositories/r"),
            *("http://h/repositories/r/statements", "http://h/repositories/r/rdf-graphs/service"),
        ),
        ("http://h", "resograph", "http://h/sparql", "http://h/sparql", "http://h/graph-store"),
        ("http://h/x", "nobody", "http://h/x", "http://h/x", ""),
        ("http://h/x#update=/u&graphs=g", "", "http://h/x", "http://h/u", "http://h/g"),
        ("http://h/sparql#engine=virtuoso&graphs=", "", "http://h/sparql", "http://h/sparql-auth", ""),
    ],
)
def test_addresses_follow_from_the_server_or_from_what_is_said(url: str, server: str, query: str, update: str, graphs: str) -> None:
    asked = read(url)
    assert query in candidates(asked)
    found = addresses(asked, query, server)
    assert (found.update, found.graphs) == (update, graphs)


def test_the_password_is_no_part_of_what_is_shown() -> None:
    asked = read("https://me:se%40cret@h:1/sparql/")
    assert (asked.url, asked.user, asked.password) == ("https://h:1/sparql", "me", "se@cret")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://u:secret@h/x", "ftp://h/x: a store is a folder, or an http"),
        ("http://", "a store is a folder, or an http"),
        ("http://u:secret@h:port/", "no address"),
        ("http://h/#update=/u&upsert=1", "'upsert' after the # of the address is unknown"),
        ("http://h/#engine=mine", "no engine is called 'mine'"),
    ],
)
def test_what_is_no_address_is_said_in_one_line(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message.replace("(", r"\(")) as raised:
        candidates(read(url))
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
