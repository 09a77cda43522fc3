"""What a query may say before it runs: no keyword that fetches or writes gets through, and no innocent query is refused."""

from __future__ import annotations

from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resograph.errors import QueryError
from resograph.safety import check

# The engine refuses to connect to port 9 before it opens a socket, and says so: a sure sign that it saw a SERVICE.
DISCARD = "http://127.0.0.1:9/"
PROLOGUE = f"PREFIX : <{DISCARD}> PREFIX service: <{DISCARD}> "

REFUSED = [
    "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }",
    "SELECT * { service silent ?x { ?s ?p ?o } }",
    "SELECT * { { { SERVICE<http://a/>{} } } }",
    PROLOGUE + "SELECT * { SERVICE:foo { ?s ?p ?o } }",
    PROLOGUE + "SELECT * { SERVICESILENT:foo{ ?s ?p ?o } }",
    PROLOGUE + "SELECT * { service:foo # comment\n { ?s ?p ?o } }",
    PROLOGUE + "SELECT * { ?s ?p :a.b.SERVICE <http://a/> { ?s ?p ?o } }",
    PROLOGUE + "SELECT * { ?s ?p :a.b.SERVICE:foo{ ?s ?p ?o } }",
    "SELECT * { ?s ?p 1.SERVICE <http://a/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <http://a/> { ?s ?p ?o } }",
    "SELECT * { FILTER(1<'x>') SERVICE <http://a/> { ?s ?p 'y' } }",
    "SELECT * { FILTER(1<?b#>'''\n) SERVICE <http://a/> {} #'''\n }",
    r"""SELECT * { VALUES ?x { "" "abc" } SERVICE <http://a/> { } }""",
    r'''SELECT * { VALUES ?x { """abc" } SERVICE <http://a/> { } #\q""" }''',
    r'''SELECT * { VALUES ?x { """abc" } SERVICE <http://a/> { } #\uD800""" }''',
    r"SELECT * { \u0053ERVICE <http://a/> { ?s ?p ?o } }",
    r'SELECT * { ?s ?p "\u0022 . SERVICE <http://a/> { ?s ?p \u0022" } }',
    r"SELECT * { SERVIC\U00000045 <http://a/> { ?s ?p ?o } }",
    "LOAD <http://a/>",
    "LOAD SILENT <file:///etc/hostname>",
    "INSERT DATA { <http://a/> <http://a/> 1 }",
    "PREFIX x: <http://a/> DELETE WHERE { ?s ?p ?o }",
    "WITH <http://a/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "SELECT * { } ; LOAD <http://a/>",
    "SELECT * FROM <http://a/> { ?s ?p ?o }",
    "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }",
    "SELECT * FROM NAMED <http://a/> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT*FROM<http://a/>{?s ?p ?o}",
    "SELECT * FROMNAMED<http://a/> { ?s ?p ?o }",
    PROLOGUE + "SELECT * FROM:x { ?s ?p ?o }",
    PROLOGUE + "SELECT (1 AS ?x) FROM:x { ?s ?p ?o }",
    "BASE <http://held/x> SELECT * FROM <../other> { ?s ?p ?o }",
    "PREFIX x: <http://a/> SELECT * FROM x:y { ?s ?p ?o }",
    "",
    "# only a comment",
    "hello",
]
ALLOWED = [
    "SELECT * { ?s ?p ?o }",
    "ASK { ?service ?load ?from }",
    "DESCRIBE <http://a/#SERVICE>",
    'SELECT * { ?s ?p "SERVICE <http://a/> { ?s ?p ?o }" }',
    "SELECT * { ?s ?p 'it is a \\'SERVICE\\' <x> {}' }",
    'SELECT * { ?s ?p """a " b "" SERVICE <x> { } """ }',
    "SELECT * { ?s ?p '''SERVICE\n<x> {''' }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://a/> { }",
    "# LOAD <x>\nSELECT * { ?s ?p ?o }",
    "PREFIX service: <http://a/> SELECT * { ?s service:load service:from ; a service:service }",
    "PREFIX x: <http://a/> SELECT * { ?s x:SERVICE ?o ; x:load ?p ; x:from.service ?q }",
    "PREFIX from: <http://a/> DESCRIBE from:x",
    "SELECT ?service { ?service ?p ?o VALUES ?load { 1 } }",
    'SELECT * { ?s ?p "x"@service }',
    r'SELECT * { ?s ?p "\u0053ERVICE" }',
    "SELECT * { ?s <http://a/SERVICE#LOAD'FROM> ?o }",
    "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
    "SELECT * FROM <http://held/> { ?s ?p ?o }",
    "PREFIX h: <http://held/> SELECT * FROM NAMED h: { GRAPH ?g { ?s ?p ?o } }",
    "BASE <http://held/a/b> SELECT * FROM <../> { ?s ?p ?o }",
]


def holds(iri: str) -> bool:
    return iri == "http://held/"


@pytest.mark.parametrize("query", REFUSED)
def test_what_fetches_or_writes_is_refused_in_one_line(query: str) -> None:
    with pytest.raises(QueryError) as error:
        check(query, holds)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("query", ALLOWED)
def test_keywords_that_are_none_are_let_through(query: str) -> None:
    check(query, holds)


def test_the_refusal_says_where() -> None:
    with pytest.raises(QueryError, match=r"^line 3, column 5: SERVICE"):
        check("SELECT *\n{\n    SERVICE <http://a/> { }\n}")


def test_a_query_with_graphs_of_its_own_is_known_by_that() -> None:
    assert check("SELECT * FROM <http://held/> { ?s ?p ?o }", holds).has_dataset
    assert not check("SELECT * { ?s ?p 'FROM' }", holds).has_dataset
    assert check("construct { ?s ?p ?o } where { ?s ?p ?o }").form == "CONSTRUCT"


KEYWORDS = ["SERVICE", "service", "LOAD", "FROM", "from named", r"\u0053ERVICE"]
FRAGMENTS = [
    "SERVICE <http://127.0.0.1:9/> {}", "SERVICE:x{}", "SERVICESILENT?x{}", ".SERVICE <http://127.0.0.1:9/>{}", "service:b{}", "{", "}",
    "(", ")", "<", ">", "<a>", "'", '"', "'''", '"""', "\\", "\\'", '\\"', "\\q", "\\uD800", "\\u0027", "#", "\n", " ", " ", ".",
    "?s ?p :a", ".b", ":", "FILTER(1", "FILTER EXISTS", "VALUES ?x {", "1", "&&", "=", "'a'", "@en", "--ltr", "?s ?p ?o", "UNION", "<<",
    "#>", "<x#y>", "_:a", "BIND(", "AS ?z)",
]  # fmt: skip


def engine_sees_service(query: str) -> bool:
    """Whether the engine accepts *query* and tries to reach the server it names."""
    try:
        for _ in ox.Store().query(query):  # type: ignore[union-attr]
            pass
    except OSError:
        return True
    except Exception:  # whatever else is wrong with it
        return False
    return False


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=14))
@settings(max_examples=1500, deadline=None)
def test_whatever_the_engine_takes_for_a_service_call_is_refused(fragments: list[str]) -> None:
    query = PROLOGUE + "SELECT * { " + "".join(fragments) + " }"
    if engine_sees_service(query):
        with pytest.raises(QueryError):
            check(query)


@given(st.sampled_from(KEYWORDS), st.text(alphabet="ab \u00e9{}<>#'\n.:?", max_size=12), st.sampled_from(['"""', "'''"]))
@settings(deadline=None)
def test_keywords_inside_long_strings_are_words(keyword: str, around: str, quote: str) -> None:
    body = f"{around} {keyword} {around}".replace(quote[0], "")
    check(f"SELECT * {{ ?s ?p {quote}{body}{quote} }}")


@given(st.sampled_from(KEYWORDS), st.text(alphabet="ab {}<>'\".:?", max_size=12))
@settings(deadline=None)
def test_keywords_inside_comments_are_words(keyword: str, around: str) -> None:
    check(f"SELECT * {{ ?s ?p ?o # {around} {keyword} {around}\n }}")


@given(st.sampled_from(["SERVICE", "load", "FROM"]), st.text(alphabet="ab01_-", max_size=6))
@settings(deadline=None)
def test_keywords_inside_names_are_names(keyword: str, tail: str) -> None:
    check(f"PREFIX x: <http://a/> SELECT ?{keyword} {{ ?{keyword} x:{keyword}a{tail}b <http://a/{keyword}/{tail}> }}")


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_answered_or_refused(text: str) -> None:
    with suppress(QueryError):
        check(text)
