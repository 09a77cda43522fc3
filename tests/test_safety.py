"""What a query may say before it runs: no keyword that fetches or writes gets through, and no innocent query is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from textwrap import dedent

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resograph.errors import QueryError
from resograph.safety import DEEPEST, LONGEST, TALLEST, check

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


# --- the shape: the engine recurses, and an overflow of its stack ends the process ---------------------------------------


def numbered(one: str, n: int) -> str:
    return " ".join(one.replace("#", str(i)) for i in range(n))


SHAPES: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "SELECT * {" + "{" * n + "}" * n + "}",
    "parentheses": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "parentheses without an end": lambda n: "ASK { FILTER(" + "(" * n,
    "parentheses in an IRI": lambda n: "ASK { FILTER(1<" + "(" * n + ">) }",
    "functions": lambda n: "ASK { FILTER(" + "abs(" * n + "1" + ")" * n + ") }",
    "FILTER in FILTER": lambda n: "ASK { " + "FILTER(!EXISTS{ " * n + "})" * n + " }",
    "OPTIONAL in OPTIONAL": lambda n: "ASK { " + "OPTIONAL { ?s ?p 1 " * n + "}" * n + " }",
    "SELECT in SELECT": lambda n: "SELECT * " + "{ SELECT * " * n + "{ }" + "}" * n,
    "paths in paths": lambda n: "ASK { ?s " + "^(" * n + "<a:a>" + ")" * n + " ?o }",
    "triple terms": lambda n: "ASK { ?a ?b " + "<<( ?s ?p " * n + "?o " + ")>> " * n + " }",
    "not not": lambda n: "ASK { FILTER(" + "!" * n + "true) }",
    "sums": lambda n: "ASK { FILTER(1" + "+1" * n + ") }",
    "sums in brackets": lambda n: "ASK { FILTER(" + "(" * (n // 40) + "1" + "+1" * n + ")" * (n // 40) + ") }",
    "products": lambda n: "ASK { FILTER(?x" + "*?x" * n + ") }",
    "and": lambda n: "ASK { FILTER(?x" + "&&?x" * n + ") }",
    "or": lambda n: "ASK { FILTER(?x" + "||?x" * n + ") }",
    "UNION": lambda n: "ASK { {}" + " UNION {}" * n + " }",
    "OPTIONAL": lambda n: "ASK { " + "OPTIONAL { ?s ?p 1 } " * n + " }",
    "MINUS": lambda n: "ASK { ?s ?p ?o " + "MINUS { ?s ?p 1 } " * n + " }",
    "FILTER": lambda n: "ASK { " + "FILTER(1 = 1) " * n + " }",
    "BIND": lambda n: "ASK { " + numbered("BIND(1 AS ?v#)", n) + " }",
    "expressions of SELECT": lambda n: "SELECT " + numbered("(1 AS ?v#)", n) + " { }",
    "expressions of a SELECT inside": lambda n: "SELECT * { SELECT " + numbered("(1 AS ?v#)", n) + " { } }",
    "alternatives": lambda n: "ASK { ?s <a:a>" + "|<a:a>" * n + " ?o }",
    "DESCRIBE": lambda n: "DESCRIBE " + numbered("<a:#>", n),
}
ENDLESS_SHAPES: dict[str, Callable[[int], str]] = {  # the engine orders hundreds of patterns for hours
    "sequences": lambda n: "ASK { ?s <a:a>" + "/<a:a>" * n + " ?o }",
    "statements": lambda n: "ASK { " + "?s ?p ?o . " * n + "}",
    "statements after numbers": lambda n: "ASK { " + "?s ?p 1." * n + "}",
    "statements after names with dots": lambda n: "PREFIX : <a:> ASK { ?s ?p :a" + ".b.:s ?p :a" * n + "}",
    "properties": lambda n: "ASK { ?s ?p ?o " + "; ?p ?o " * n + "}",
    "objects": lambda n: "ASK { ?s ?p true" + ",true" * n + " }",
    "blocks of VALUES": lambda n: "ASK { " + "VALUES ?x { 1 } " * n + "}",
    "GRAPH": lambda n: "ASK { " + "GRAPH ?g { ?s ?p ?o } " * n + "}",
    "a long list": lambda n: "ASK { ?s ?p (" + "true " * n + ") }",
    "lists in lists": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "nodes in nodes": lambda n: "ASK { ?s ?p " + "[ ?p " * n + "1" + "]" * n + " }",
    "triples in triples": lambda n: "ASK { " + "<< " * n + "?s ?p ?o " + ">> ?p ?o " * n + "}",
    "annotations": lambda n: "ASK { ?s ?p ?o " + "{| ?p ?o " * n + "|}" * n + "}",
}


def passes(query: str) -> bool:
    try:
        check(query)
    except QueryError:
        return False
    return True


def engine(code: str, queries: list[str], seconds: int) -> subprocess.CompletedProcess[str]:
    """What *code* does with *queries* in a process of its own."""
    head = "import pyoxigraph, sys, threading\nfrom resograph.errors import QueryError\nfrom resograph.safety import check\n"
    head += "queries = sys.stdin.read().split(chr(0))\n"
    command = [sys.executable, "-X", "utf8", "-c", head + dedent(code)]
    return subprocess.run(command, input="\0".join(queries), capture_output=True, encoding="utf-8", timeout=seconds)


@pytest.mark.parametrize("name", [*SHAPES, *ENDLESS_SHAPES])
def test_a_query_that_is_too_deep_or_too_long_a_chain_is_refused_in_one_line(name: str) -> None:
    shape = {**SHAPES, **ENDLESS_SHAPES}[name]
    for n in (600, 4000, 8000):
        with pytest.raises(QueryError, match=rf"^line 1, column \d+: .*\b({DEEPEST}|{TALLEST})\b") as error:
            check(shape(n))
        assert len(str(error.value)) < 200
    assert passes(shape(20))


def test_the_largest_queries_that_pass_leave_the_engine_three_quarters_of_its_stack() -> None:
    queries = []
    for shape in SHAPES.values():
        low, high = 1, 4000
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if passes(shape(middle)) else (low, middle)
        queries.append(shape(low))
    code = """
    def run():
        store = pyoxigraph.Store()
        for number, query in enumerate(queries):
            try:
                found = store.query(query, use_default_graph_as_union=True)
                isinstance(found, pyoxigraph.QueryBoolean) or list(found)
            except SyntaxError:
                pass
            print(number, flush=True)
    threading.stack_size(2 * 1024 * 1024)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    """
    done = engine(code, queries, 120)
    assert done.returncode == 0, f"the process died of {[*SHAPES, 'the end'][len(done.stdout.split())]}"
    assert len(done.stdout.split()) == len(SHAPES)


def test_a_process_survives_every_query_that_is_built_to_overflow_its_stack() -> None:
    queries = [shape(n) for shape in (*SHAPES.values(), *ENDLESS_SHAPES.values()) for n in (4000, 8000)]
    code = """
    for query in queries:
        try:
            check(query)
            pyoxigraph.Store().query(query)
        except QueryError:
            print("refused")
    """
    done = engine(code, queries, 120)
    assert (done.returncode, done.stdout.split()) == (0, ["refused"] * len(queries))


WIDE = [
    "ASK { VALUES ?x { " + "1 " * 5000 + "} }",
    "ASK { VALUES ?x { " + "-1 <a:b> 'x'@en x:a.b.c " * 2000 + "} }",
    "ASK { VALUES (?x ?y) { " + '(1 "2"^^<a:b>) ' * 5000 + "} }",
    "ASK { } VALUES ?x { " + "<http://a/(b)> " * 5000 + "}",
    "ASK { ?s ?p ?x FILTER(?x IN (" + ", ".join(["-1", "<a:b>", "'x'@en", '"1"^^<a:b>'] * 2000) + ")) }",
    "ASK { ?s ?p ?x FILTER(CONCAT(" + "?x, " * 5000 + "'')) }",
    "ASK { ?s ?p '" + "({[!+" * 5000 + "' }",
    "ASK { ?s ?p <http://a/" + "(" * 200 + "> } # " + "(" * 5000,
    "ASK { " + "?s ?p ?o . " * 400 + "}",
    "ASK { " + " UNION ".join(["{ ?s ?p ?o ; ?q ?r . FILTER(?o > 1 && ?o < 9) }"] * 200) + " }",
    "".join(f"PREFIX p{i}: <http://a/{i}/> " for i in range(2000)) + "ASK { }",
]


@pytest.mark.parametrize("query", WIDE, ids=range(len(WIDE)))
def test_long_lists_of_values_and_wide_queries_are_let_through(query: str) -> None:
    check(query, prefixes={"x": "http://a/"})


def test_a_query_longer_than_the_limit_is_refused() -> None:
    check("ASK { } #" + "x" * (LONGEST - 9))
    with pytest.raises(QueryError, match=r"longer than 1,000,000 characters"):
        check("ASK { } #" + "x" * (LONGEST - 8))


LONG = "x" * 200_000


@pytest.mark.parametrize(
    "query",
    [
        f"PREFIX x: <http://{LONG}> ASK {{ VALUES ?x {{ " + "x:a " * 10_000 + "} }",
        f"BASE <http://{LONG}/> ASK {{ VALUES ?x {{ " + "<a> " * 10_000 + "} }",
        f"BASE <http://{LONG}/> " + "PREFIX x: <a> " * 10_000 + "ASK { }",
        "BASE <http://a/> " + "BASE <a/> " * 90_000 + "ASK { }",
    ],
    ids=["prefix", "base", "prefixes with a base", "bases"],
)
def test_prefixes_and_bases_that_would_fill_the_memory_are_refused(query: str) -> None:
    with pytest.raises(QueryError, match="too long for so many"):
        check(query)


# --- the time: a text that is read in the square of its length would hold the process ------------------------------------

PIECES = [
    "a.", "a-", "a.b ", "a:b.", ".", ":", "a:%", "x_", "_", "1.", "1e", ".1", '"\\"', "'\\'", "'''\n\\", '"""\n\\', '"', "'", '\\"', "<",
    "<a", "<a:", "<\\u0041", "@a", "@a-", "?", "?a", "\\", "\\u0022", "\\u005C", "#", "#\n", "^^", "from:x ", "a:b....", "SERVICE:", "base ",
    "'' ", '"a" ', "\u00b7", "a\u00b7.", "\\'", "a:\\'",
]  # fmt: skip


@pytest.mark.parametrize("frame", ["ASK {", "ASK { VALUES ?x {", "ASK { a:b", "SELECT (", '"""', "'"])
def test_no_text_takes_time_in_the_square_of_its_length(frame: str) -> None:
    """Where one does, 30 to 300 kB of it take seconds to hours; all of them together take three seconds, and have twenty."""
    texts = [frame + piece * (30_000 // len(piece)) for piece in PIECES]
    if frame == "ASK {":
        texts += ["ASK {" + "a." * 150_000, "ASK {a:b" + "." * 300_000 + "c", "ASK {" + "'''\n\\" * 60_000, 'ASK {"' + '\\"' * 150_000]
        texts += ["SELECT (1 " + "from:x " * 43_000 + ") {}", "BASE <a/>" * 33_000 + "ASK {}"]
    code = """
    for query in queries:
        try:
            check(query)
        except QueryError:
            pass
    print("done")
    """
    done = engine(code, texts, 20)
    assert done.stdout == "done\n", done.stderr
