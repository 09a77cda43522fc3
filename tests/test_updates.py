"""What an update may say before it runs: nothing in it fetches, and the graphs of the protocol stand in each pattern."""

from __future__ import annotations

from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resograph.errors import QueryError, RefusedError
from resograph.safety import DEEPEST, LONGEST, TALLEST, is_query
from resograph.updates import Using, graphs, parse, read

# The engine refuses to connect to port 9 before it opens a socket, and says so: a sure sign that it was about to fetch.
DISCARD = "http://127.0.0.1:9/"
PROLOGUE = f"PREFIX : <{DISCARD}> PREFIX LOAD: <{DISCARD}> PREFIX service: <{DISCARD}> "

REFUSED = [
    "LOAD <http://a/>",
    "LOAD <file:///etc/hostname> INTO GRAPH <http://a/>",
    "load<http://a/>",
    "INSERT DATA { <a:b> <a:b> 1 } ; LOAD <http://a/>",
    "PREFIX x: <a:> LOAD x:y",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <http://a/> { ?s ?p ?o } }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT ?x { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } WHERE { { SELECT * { { { service<http://a/>{ ?s ?p ?o } } } } } }",
    "WITH <a:b> INSERT { } WHERE { FILTER EXISTS { SERVICE <http://a/> { } } }",
    PROLOGUE + "INSERT { } WHERE { SERVICE:foo { ?s ?p ?o } }",
    "LOAD SILENT <http://a/> ; LOAD <http://b/>",
    "LOAD SILENT <http://a/> INTO <http://b/>",
    "LOAD SILENT <http://a/> INTO GRAPH <http://b/> <http://c/>",
]
WRONG = [
    PROLOGUE + "LOAD:x",
    PROLOGUE + "LOADSILENT:x",
    "LOADINTO <http://a/>",
    "\\u004COAD <http://a/>",
    "INSERTDATA { <a:b> <a:b> 1 }",
    "SELECT * { ?s ?p ?o }",
    "INSERT { <a:b> <a:b> 1 }",
    "<a:b> <a:b> 1",
    "; INSERT DATA { }",
    "CLEAR ALL ;; CLEAR ALL",
    "CREATE <a:b>",
    "INSERT DATA { ?x <a:b> 1 }",
    "INSERT DATA { <a:b> <a:b> 1",
    "DROP ALL CLEAR ALL",
    "PREFIX x: <a:> INSERT DATA { y:a x:b 1 }",
    "BASE INSERT DATA { }",
    "VERSION",
    'INSERT DATA { <a:b> <a:b> "\\q" }',
]
LET_THROUGH = {
    "": [],
    "# only a comment": [],
    "INSERT DATA { <a:b> <a:b> <a:LOAD>, 'LOAD <x>', \"SERVICE\" } # LOAD <a:b>": ["<a:b> <a:b> <a:LOAD>"],
    "PREFIX x: <a:> INSERT DATA { x:service x:load x:download }": ["<a:service> <a:load> <a:download>"],
    "INSERT DATA { <a:b> <a:b> 1 } ;": ["<a:b> <a:b>"],
    "INSERT DATA { <a:b> <a:b> 1 } ; PREFIX x: <a:> INSERT DATA { x:c x:c 2 } ; BASE <a:/> INSERT DATA { <d> x:c 3 }": [
        "<a:b> <a:b>", "<a:c> <a:c>", "<a:/d> <a:c>",
    ],
    "CREATE GRAPH <a:g> ; LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <a:g> ; INSERT DATA { <a:b> <a:b> 1 }": ["<a:b> <a:b>"],
}  # fmt: skip


def run(text: str, dataset: Using = Using(), *, store: ox.Store | None = None) -> ox.Store:  # noqa: B008  (frozen)
    """The store after *text*, as the server runs it."""
    store = ox.Store() if store is None else store
    pieces = read(text, dataset)
    for piece in pieces:
        parse(piece, ox.Store(), "http://base/")
    for piece in pieces:
        store.update(piece, base_iri="http://base/")
    return store


@pytest.mark.parametrize("text", REFUSED)
def test_what_would_fetch_is_refused_in_one_line_with_its_place(text: str) -> None:
    with pytest.raises(RefusedError, match=r"^line 1, column \d+: (LOAD|SERVICE)[^\n]*$"):
        read(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_update_is_told_so_in_one_line(text: str) -> None:
    with pytest.raises(QueryError, match=r"^[^\n]+$") as caught:
        run(text)
    assert not isinstance(caught.value, RefusedError)


@pytest.mark.parametrize(("text", "held"), LET_THROUGH.items())
def test_keywords_that_are_none_are_let_through(text: str, held: list[str]) -> None:
    found = sorted(map(str, run(text)))
    assert len(found) >= len(held)
    assert all(any(triple in quad for quad in found) for triple in held)


def test_an_error_of_syntax_is_told_with_its_place_in_the_text_that_was_sent() -> None:
    with pytest.raises(QueryError, match="2:22"):
        run("INSERT DATA { <a:b> <a:b> 1 } ;\nDELETE WHERE { ?s ?p }")
    with pytest.raises(QueryError, match="1:37"):
        run("PREFIX x: <a:> DELETE WHERE { ?s ?p }")


GRAPHS = "INSERT DATA { GRAPH <a:1> { <a:s> <a:p> 1 } GRAPH <a:2> { <a:s> <a:p> 2 } <a:s> <a:p> 0 } ;"


@pytest.mark.parametrize(
    ("operation", "dataset", "found"),
    [
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using(), {"0"}),
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using(("a:1",)), {"1"}),
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using(("a:1", "a:2")), {"1", "2"}),
        ("INSERT { <a:r> <a:r> ?o } WHERE { GRAPH ?g { ?s <a:p> ?o } }", Using(("a:1",), ("a:2",)), {"2"}),
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using((), ("a:2",)), set()),
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using(("a:none",)), set()),
        ("INSERT { <a:r> <a:r> 'WHERE' . <a:r> <a:r> ?where } where { ?s <a:p> ?where }", Using(("a:1",)), {"1", "WHERE"}),
        ("INSERT { <a:r> <a:r> ?o } USING <a:2> WHERE { ?s <a:p> ?o }", Using(), {"2"}),
        ("INSERT { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o } ; DELETE { <a:r> <a:r> ?o } WHERE { ?s <a:p> ?o }", Using(("a:1",)), set()),
    ],
)  # fmt: skip
def test_the_graphs_of_the_protocol_are_those_of_each_pattern(operation: str, dataset: Using, found: set[str]) -> None:
    store = run(GRAPHS)
    run(operation, dataset, store=store)
    assert {quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode("a:r"), None)} == found  # type: ignore[union-attr]


def test_delete_where_takes_the_graphs_of_the_protocol_too() -> None:
    store = run(GRAPHS)
    run("DELETE WHERE { ?s <a:p> 0 }", Using(("a:1",)), store=store)
    assert len(store) == 3, "the graph of the request does not hold it"
    run("DELETE WHERE { ?s <a:p> 0 }", store=store)
    assert len(store) == 2


@pytest.mark.parametrize(
    "operation", ["WITH <a:1> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <a:1> WHERE { ?s ?p ?o }"]
)
def test_graphs_of_the_protocol_and_of_the_operation_clash(operation: str) -> None:
    with pytest.raises(QueryError, match="using-graph-uri"):
        read("CLEAR ALL ; " + operation, Using(("a:2",)))
    assert read("CLEAR ALL ; " + operation)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { " + "<a:b> <a:b> [ <a:b> " * (DEEPEST + 1),
        "INSERT { } WHERE { " + "{ " * (DEEPEST + 1),
        "INSERT { } WHERE { FILTER(1" + "+1" * (TALLEST + 1) + ") }",
        "INSERT DATA { } # " + "x" * LONGEST,
        "PREFIX x: <a:" + "y" * 400_000 + "> INSERT DATA { " + "x:a x:a x:a . " * 30_000 + "}",
        "CLEAR ALL ; PREFIX x: <a:> " * 200 + "CLEAR ALL",
    ],
    ids=["data in data", "groups in groups", "a chain", "long", "unfolding", "prologues"],
)
def test_an_update_that_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match=r"^[^\n]{1,300}$"):
        read(text)


def test_data_may_be_long() -> None:
    store = run("INSERT DATA { " + " ".join(f"<a:{i}> <a:p> {i} ; <a:q> 'lamp', 'room' ." for i in range(5000)) + " }")
    assert len(store) == 15_000


_FRAGMENTS = st.sampled_from(
    ["LOAD", "load", "SILENT", "INTO", "GRAPH", f"<{DISCARD}>", ":x", "LOAD:x", "SERVICE", "SERVICE:x", "?x", "{", "}", "(", ")", ";", ".", ",",
     "INSERT", "DELETE", "DATA", "WHERE", "WITH", "USING", "NAMED", "CLEAR ALL", "<a:b>", "1", "1.", ":a.b.", "'x", '"', "'''", "#", "\n", " ",
     "\\", "\\;", "\\u004C", "\\u003B", "<", ">", "?a<", "'x>'", "INSERT DATA { <a:b> <a:b> 1 }", "WHERE { ?s ?p ?o }", "PREFIX : <a:>", "BASE",
     "_:b", "@en", "^^", "<<", ">>", "{|", "|}", "DROP DEFAULT", "INSERT { }"]
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(_FRAGMENTS, min_size=1, max_size=14), st.sampled_from(["", " "]))
def test_whatever_is_let_through_fetches_nothing(fragments: list[str], between: str) -> None:
    text = PROLOGUE + between.join(fragments)
    for attempt in (text, PROLOGUE + "INSERT DATA { <a:b> <a:b> 1 } ; " + between.join(fragments)):
        try:
            pieces = read(attempt)
        except QueryError:
            continue
        for piece in pieces:
            said = ""
            try:
                ox.Store().update(piece, base_iri="http://base/")
            except SyntaxError:
                continue
            except (RuntimeError, OSError) as error:
                said = str(error)
            assert not said or "exist" in said, piece


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(QueryError):
        run(text)


def test_a_query_is_parsed_and_neither_evaluated_nor_fetched() -> None:
    assert is_query(f"SELECT * {{ SERVICE <{DISCARD}> {{ ?absent ?p ?o }} }}")
    assert is_query(f"ASK FROM <{DISCARD}> {{ ?s ?p ?o }}")
    assert not is_query(f"SELECT * {{ SERVICE <{DISCARD}> {{ ?s ?p }} }}")


# --- the graphs that may change -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT DATA { GRAPH <a:g> { <a:s> <a:p> 1 } }", {"a:g", "a:s", "a:p"}),
        ("PREFIX x: <a:> INSERT DATA { GRAPH x:g { _:b x:p 'y:z' } }", {"a:g", "a:p"}),
        ("WITH <a:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 2 } WHERE { ?s ?p ?o }", {"a:g"}),
        ("COPY <a:g> TO <a:h> ; CLEAR DEFAULT", {"a:g", "a:h"}),
        ("", set()),
        ("PREFIX x: <a:>", set()),
        ("DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }", None),
        ("DROP ALL", None),
        ("CLEAR NAMED", None),
        ("BASE <a:> DROP GRAPH <g>", None),
        ("DROP GRAPH <g>", None),
        ("DROP GRAPH <http://a/b/../g>", None),
        ("DROP GRAPH <http://a/\\u0067>", None),
        ("DROP GRAPH x:g", None),
        ("PREFIX x: <a:> DROP GRAPH x:g ; PREFIX x: <b:> DROP GRAPH x:g", None),
        ("PREFIX graph: <a:> PREFIX : <b:> INSERT DATA { GRAPH:g { :s :p 1 } }", None),
    ],
)
def test_the_graphs_that_an_update_may_change_are_told_or_any_may(text: str, expected: set[str] | None) -> None:
    assert graphs(text) == expected
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.Literal(1), ox.NamedNode(name)) for name in ("a:g", "a:h", "a:k", "b:g")
    )
    before = set(store)
    with suppress(SyntaxError, RuntimeError):  # not each of them is one, or has its graph here
        store.update(text, base_iri="a:")
    changed = {getattr(quad.graph_name, "value", "") for quad in before ^ set(store)}
    assert expected is None or changed <= expected | {""}
