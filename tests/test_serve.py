"""resograph serve: the endpoint, the pages, the process."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import logging
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from conftest import WORKED_OUT, derive
from rdflib import Graph
from rdflib.compare import isomorphic

from resograph import __version__, assets, questions
from resograph.serve import application, negotiate, server
from resograph.serve.evaluate import Cut, Query
from resograph.serve.names import part_heading, part_name
from resograph.serve.site import Site
from resograph.serve.threads import Threads

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HERE = Path(__file__).parent
SERVE = HERE.parent / "src" / "resograph" / "serve"
BASE = "https://w3id.org/resograph/id/"
RES = "https://w3id.org/resograph/ontology#"
LAMPS = "/id/wtsa/resolution/9902/2024"
PAGE = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/resograph/ontology#Norm> } ORDER BY ?s"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A reader of one store that never changes."""

    store: ox.Store


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
    derive(store, only=("catalogue", *WORKED_OUT))
    return store


@pytest.fixture(scope="module")
def web(store: ox.Store) -> Iterator[TestClient]:
    with TestClient(application(Fixed(store)), raise_server_exceptions=False) as client:
        yield client


def sparql(web: TestClient, query: str, accept: str | None = None, **more: str) -> Any:
    return web.get("/sparql", params={"query": query, **more}, headers={"accept": accept or "*/*"})


def text_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


# --- the protocol: ways to ask --------------------------------------------------------------------------------------


def test_a_query_is_answered_by_get_by_form_and_by_direct_post(web: TestClient) -> None:
    answers = [
        web.get("/sparql", params={"query": SELECT}),
        web.post("/sparql", data={"query": SELECT}),
        web.post("/sparql", content=SELECT, headers={"content-type": "application/sparql-query"}),
        web.post("/sparql", content=SELECT, headers={"content-type": "Application/SPARQL-Query; charset=UTF-8"}),
        web.get("/sparql/", params={"query": SELECT}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    found = [answer.json()["results"]["bindings"] for answer in answers]
    assert found[0]
    assert all(rows == found[0] for rows in found)


def test_an_encoded_iri_is_decoded_once(web: TestClient) -> None:
    query = 'SELECT ("a%20b+c" AS ?x) {}'
    for answer in (web.get("/sparql", params={"query": query}), web.post("/sparql", data={"query": query})):
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == "a%20b+c"


def test_head_answers_as_get_does_and_sends_no_body(web: TestClient) -> None:
    answer = web.head("/sparql", params={"query": SELECT})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert web.head("/sparql", params={"query": "SELECT"}).status_code == 400


def test_the_default_graph_is_the_union_of_all(web: TestClient) -> None:
    assert len(sparql(web, SELECT).json()["results"]["bindings"]) == 2


def test_the_dataset_of_the_request_goes_before_that_of_the_query(web: TestClient) -> None:
    old = BASE + "expression/wtsa/resolution/9902/2020/en/docx-bbbbbbbbbbbb-facts"
    new = BASE + "expression/wtsa/resolution/9902/2024/en/txt-aaaaaaaaaaaa"
    count = f"SELECT (COUNT(?s) AS ?n) FROM <{old}> {{ ?s a <{RES}Norm> }}"
    assert sparql(web, count).json()["results"]["bindings"][0]["n"]["value"] == "1"
    both = web.get("/sparql", params=[("query", count), ("default-graph-uri", old), ("default-graph-uri", new)])
    assert both.json()["results"]["bindings"][0]["n"]["value"] == "2"
    named = web.post("/sparql", data={"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": old})
    assert [row["g"]["value"] for row in named.json()["results"]["bindings"]] == [old]
    assert not web.get("/sparql", params={"query": ASK, "named-graph-uri": old}).json()["boolean"], "no default graph was named"


@pytest.mark.parametrize(
    ("status", "method", "more"),
    [
        (400, "GET", {"params": {"query": "SELECT ?s WHERE {"}}),
        (400, "GET", {"params": {"query": ""}}),
        (400, "GET", {"params": [("query", ASK), ("query", ASK)]}),
        (400, "GET", {"params": {"default-graph-uri": BASE + "graph/index"}}),
        (400, "GET", {"params": {"query": ASK, "named-graph-uri": "no iri"}}),
        (400, "GET", {"params": {"query": ASK, "format": "poetry"}}),
        (400, "GET", {"params": {"update": "CLEAR ALL"}}),
        (400, "GET", {"params": {"query": "INSERT DATA { <a:b> <a:b> 1 }"}}),
        (400, "POST", {"data": {"text": ASK}}),
        (400, "POST", {"content": b"ASK { ?s ?p '\xff' }", "headers": {"content-type": "application/sparql-query"}}),
        (400, "POST", {"content": b"query=%FF", "headers": {"content-type": "application/x-www-form-urlencoded"}}),
        (403, "POST", {"data": {"update": "CLEAR ALL"}}),
        (403, "POST", {"content": "CLEAR ALL", "headers": {"content-type": "application/sparql-update"}}),
        (405, "PUT", {"content": ASK, "headers": {"content-type": "application/sparql-query"}}),
        (405, "DELETE", {}),
        (406, "GET", {"params": {"query": SELECT}, "headers": {"accept": "image/png"}}),
        (406, "GET", {"params": {"query": SELECT}, "headers": {"accept": "text/turtle"}}),
        (406, "GET", {"params": {"query": CONSTRUCT, "format": "csv"}}),
        (400, "POST", {"data": {"query": "SELECT * {" + "{" * 4000 + "}" * 4000 + "}"}}),
        (400, "POST", {"data": {"query": "ASK { FILTER(1" + "+1" * 4000 + ") }"}}),
        (400, "GET", {"params": {"query": "SELECT (<a:function>(1) AS ?x) { }"}}),
        (413, "POST", {"content": "#" * 1_100_000, "headers": {"content-type": "application/sparql-query"}}),
        (415, "POST", {"content": ASK, "headers": {"content-type": "text/plain"}}),
        (415, "POST", {"content": ASK}),
        (415, "POST", {"content": ASK, "headers": {"content-type": "application/sparql-query; charset=utf-16"}}),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_to_do(web: TestClient, status: int, method: str, more: dict[str, Any]) -> None:
    answer = web.request(method, "/sparql", **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert len(problem["detail"]) < 400
    if status == 405:
        assert "POST" in answer.headers["allow"]


def test_a_query_in_the_address_is_no_longer_than_one_in_a_body(store: ox.Store) -> None:
    with TestClient(application(Fixed(store), body_limit=100)) as web:
        assert sparql(web, ASK + " " + "#" * 80).status_code == 200
        answer = sparql(web, ASK + " #" + "\u00e9" * 50)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_syntax_error_says_where(web: TestClient) -> None:
    assert "1:" in sparql(web, "SELECT ?s WHERE { ?s ?p").json()["detail"]


def test_a_page_of_another_origin_may_ask(web: TestClient) -> None:
    preflight = web.options("/sparql", headers={"origin": "https://example.org", "access-control-request-method": "POST"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert sparql(web, ASK).headers["access-control-allow-origin"] == "*"
    assert sparql(web, "nonsense").headers["access-control-allow-origin"] == "*"


# --- the protocol: forms of the answer --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, None, "application/sparql-results+json"),
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/*", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+xml;q=0.4, text/csv;q=0.6", "text/csv; charset=utf-8"),
        (SELECT, "application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        (SELECT, "text/csv;q=0, text/*;q=0.5", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/turtle, */*;q=0.1", "application/sparql-results+json"),
        (ASK, "text/csv", "text/csv; charset=utf-8"),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (CONSTRUCT, None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (f"DESCRIBE <{BASE}wtsa/resolution/9902>", "text/turtle;q=.2, application/ld+json;q=.9", "application/ld+json"),
    ],
)  # fmt: skip
def test_the_form_is_the_one_that_the_client_wants_most(web: TestClient, query: str, accept: str | None, content_type: str) -> None:
    answer = sparql(web, query, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_every_form_of_rows_says_the_same(web: TestClient, store: ox.Store, name: str) -> None:
    expected = [str(solution["s"].value) for solution in store.query(SELECT, use_default_graph_as_union=True)]  # type: ignore[union-attr]
    answer = sparql(web, SELECT, format=name)
    if name == "csv":
        assert answer.text == "\r\n".join(["s", *expected, ""])
        return
    found = ox.parse_query_results(answer.content, format=negotiate.choose(None, negotiate.RESULTS, name)[0].writer)  # type: ignore[index,arg-type]
    assert [solution["s"].value for solution in found] == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["turtle", "ntriples", "jsonld", "rdfxml"])
def test_every_form_of_triples_says_the_same(web: TestClient, store: ox.Store, name: str) -> None:
    expected = {str(triple) for triple in store.query(CONSTRUCT, use_default_graph_as_union=True)}  # type: ignore[union-attr]
    answer = sparql(web, CONSTRUCT, format=name)
    writer = negotiate.choose(None, negotiate.GRAPHS, name)[0].writer  # type: ignore[index]
    assert {str(quad.triple) for quad in ox.parse(answer.content, format=writer)} == expected  # type: ignore[arg-type]


def test_without_a_query_the_endpoint_describes_itself(web: TestClient) -> None:
    answer = web.get("/sparql", headers={"accept": "text/turtle"})
    described = Graph().parse(data=answer.text, format="turtle")
    sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> "
    assert described.query(sd + "ASK { ?e a sd:Service ; sd:endpoint ?e ; sd:supportedLanguage sd:SPARQL11Query }").askAnswer
    names = {str(row[0]) for row in described.query(sd + "SELECT ?n { ?d sd:namedGraph/sd:name ?n }")}  # type: ignore[index]
    assert BASE + "graph/index" in names
    assert len(names) == 10
    assert web.get("/sparql", headers={"accept": "image/png"}).status_code == 406


def test_a_long_answer_comes_in_chunks_and_is_complete(web: TestClient) -> None:
    query = f"SELECT ?a ?b ?c {{ ?a ?b ?c . ?d a <{RES}Clause> . ?e a <{RES}Edition> }}"
    with web.stream("GET", "/sparql", params={"query": query, "format": "csv"}) as answer:
        assert "content-length" not in answer.headers
        rows = list(csv.reader(io.StringIO(answer.read().decode())))
    assert len(rows) > 1000
    assert all(len(row) == 3 for row in rows)


# --- nothing is fetched, nothing is read ------------------------------------------------------------------------------


FETCHES = [
    "SELECT * { SERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { BIND(<ADDRESS> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <ADDRESS> { ?s ?p ?o } }",
    "SELECT * { # comment\n sErViCe<ADDRESS>{?s ?p ?o} }",
    "PREFIX x: <ADDRESS#> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "SELECT * FROM <ADDRESS> { ?s ?p ?o }",
    "SELECT * FROM NAMED <ADDRESS> { GRAPH ?g { ?s ?p ?o } }",
    "BASE <ADDRESS> SELECT * FROM <> { ?s ?p ?o }",
    "LOAD <ADDRESS>",
    "LOAD SILENT <ADDRESS> INTO GRAPH <a:b>",
    "DESCRIBE <ADDRESS>",
    "SELECT * { GRAPH <ADDRESS> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("query", FETCHES)
def test_no_query_makes_the_server_fetch_an_address_or_read_a_file(
    web: TestClient, query: str, listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, came = listener
    secret = tmp_path / "secret.ttl"
    secret.write_text("<a:secret> <a:secret> <a:secret> .")
    for target in (address, secret.as_uri()):
        asked = query.replace("ADDRESS", target)
        answers = [
            web.get("/sparql", params={"query": asked}),
            web.post("/sparql", data={"query": asked}),
            web.post("/sparql", data={"update": asked}),
            web.get("/sparql", params={"query": asked}, headers=PAGE),
            web.get("/sparql", params={"query": ASK, "default-graph-uri": target}),
            web.get("/sparql", params={"query": ASK, "named-graph-uri": target}),
        ]
        assert not any("a:secret" in answer.text for answer in answers)
        if not query.startswith(("DESCRIBE", "SELECT * { GRAPH")):
            assert {answer.status_code for answer in answers[:4]} <= {400, 403}
        assert [answer.json()["boolean"] for answer in answers[4:]] == [False, False], "an unknown graph is an empty one"
    assert came == []


def test_updates_change_nothing(web: TestClient, store: ox.Store) -> None:
    before = len(store)
    for update in ("CLEAR ALL", "INSERT DATA { <a:b> <a:b> 1 }", "DELETE WHERE { ?s ?p ?o }", "DROP ALL"):
        web.get("/sparql", params={"query": update})
        web.get("/sparql", params={"update": update})
        web.post("/sparql", data={"query": update})
        web.post("/sparql", data={"update": update})
        web.post("/sparql", content=update, headers={"content-type": "application/sparql-query"})
        web.post("/sparql", content=update, headers={"content-type": "application/sparql-update"})
    assert len(store) == before


# --- limits -----------------------------------------------------------------------------------------------------------


def _query(text: str) -> Query:
    return Query(text, rows=(negotiate.CSV, "text/csv"), triples=(negotiate.NTRIPLES, "application/n-triples"))


def test_a_thread_tells_its_client_when_the_time_is_over_and_ends_when_it_writes(store: ox.Store) -> None:
    with TestClient(application(Fixed(store), timeout=0.1)) as web:
        late = sparql(web, SLOW)
        assert late.status_code == 503
        assert "0.1 seconds" in late.json()["detail"]
    evaluator = Threads(Fixed(store), seconds=0.3)
    answer = evaluator.evaluate(_query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"))
    with pytest.raises(Cut):
        for _ in answer.chunks():
            pass


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that opens, and whose data cannot be read."""
    from resograph.store import writing

    path = tmp_path_factory.mktemp("damaged") / "store"
    with writing(path) as writer:
        writer.manifest.base = BASE
        writer.store.bulk_extend(
            ox.Quad(ox.NamedNode(f"a:{i}"), ox.NamedNode("a:p"), ox.Literal(f"{i:050}"), ox.NamedNode("a:g")) for i in range(5000)
        )
        writer.commit(optimize=True)
    for file in path.glob("generations/*/graph/*.sst"):
        data = bytearray(file.read_bytes())
        if len(data) > 5000:
            data[: len(data) // 2 : 7] = bytes(byte ^ 0xFF for byte in data[: len(data) // 2 : 7])
            file.unlink()  # it may be a hard link
            file.write_bytes(data)
    return path


def test_a_damaged_store_is_a_problem_of_the_server_in_one_line(damaged: Path, caplog: pytest.LogCaptureFixture) -> None:
    from resograph.store import Reader

    with TestClient(application(Reader(damaged))) as web:
        for asked in ({"query": "SELECT * { ?s ?p ?o }"}, {"query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"}):
            answer = web.get("/sparql", params=asked, headers={"accept": "*/*"})
            assert answer.status_code == 500
            assert answer.headers["content-type"] == "application/problem+json"
            assert "resograph build --rebuild" in answer.json()["detail"]
            assert str(damaged) not in answer.text
            assert "Corruption" in caplog.text
            assert "Traceback" not in caplog.text
            caplog.clear()
        page = web.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}, headers=PAGE)
        assert (page.status_code, 'role="alert"' in page.text) == (500, True)


def test_damage_that_shows_in_the_middle_of_a_page_is_a_page_that_says_so() -> None:
    class Damaged:
        def __getattr__(self, name: str) -> None:
            raise RuntimeError("Corruption: block checksum mismatch")

    class Opens:
        store: Any = Damaged()
        base = BASE

    with TestClient(application(Opens()), raise_server_exceptions=False) as web:
        for address in ("/", "/id/wtsa/resolution/9018/2024"):
            page = web.get(address, headers=PAGE)
            assert (page.status_code, 'role="alert"' in page.text, "checksum" in page.text) == (500, True, False), address


def test_a_store_that_the_engine_cannot_open_is_a_problem_on_every_page() -> None:
    class Broken:
        @property
        def store(self) -> ox.Store:
            raise RuntimeError("Corruption: no such table")

    with TestClient(application(Broken())) as web:
        for address in ("/", "/sparql?query=ASK{}", "/id/wtsa/resolution/1"):
            answer = web.get(address, headers={"accept": "application/json"})
            assert answer.status_code in (503, 406), address
            assert answer.headers["content-type"] == "application/problem+json"
            assert "Corruption" not in answer.text
        assert web.get("/", headers=PAGE).status_code == 503


def test_an_empty_answer_is_an_answer(store: ox.Store) -> None:
    answer = Threads(Fixed(store), seconds=5).evaluate(_query("CONSTRUCT WHERE { ?s <a:never> ?o }"))
    assert b"".join(answer.chunks()) == b""


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_front_page_lists_what_is_loaded(web: TestClient) -> None:
    page = web.get("/", headers=PAGE)
    words = text_of(page.text)
    assert "Standards Assembly 1 works, 2 editions" in words
    assert "WTSA Resolution 9902 (2020) Gasworth Lamps of the reading rooms facts only" in words
    assert f'href="{LAMPS}"' in page.text
    assert re.search(r"<dt>editions</dt><dd>3</dd>", page.text)


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("9902", 2), ("lanterns", 1), ("LAMPS reading", 2), ("WTSA Resolution 9902", 2), ("wtsa/resolution/9902/2024", 1),
        ("wtdc 9905", 1), ("990", 0), ("Rungby", 1), ("<script>", 0), ("%", 0),
    ],
)  # fmt: skip
def test_search_finds_by_number_key_or_words_of_the_title(web: TestClient, words: str, hits: int) -> None:
    page = web.get("/", params={"q": words}, headers=PAGE)
    assert f"{hits} found for" in page.text
    assert "<script>" not in page.text


def test_an_edition_shows_header_lineage_sections_and_clauses_with_their_own_addresses(web: TestClient) -> None:
    page = web.get(LAMPS, headers=PAGE).text
    words = text_of(page)
    assert "Lamps & lanterns <of> the reading rooms" in words
    assert "<of>" not in page
    assert "revised, Lampton 2024" in words
    assert "Wick 2016" in words
    assert "lamps-2024.txt" in words
    assert "2016 WTSA Resolution 9902 (2016) known by name only" in words
    assert "2020 WTSA Resolution 9902 (2020) facts without words" in words
    assert "2024 WTSA Resolution 9902 (2024) text latest held" in words
    assert "The Assembly (Lampton, 2024)," in words
    for part in ("recalling/a", "instructs/1", "fn/1"):
        assert f'id="{part}"' in page
        assert f'href="{LAMPS}/{part}"' in page
    assert "SAG Standards Advice Group" in words
    assert "a list of one item" in words


def test_citations_in_a_clause_lead_to_their_targets(web: TestClient) -> None:
    page = web.get(LAMPS + "/recalling/a", headers=PAGE).text
    assert re.search(r'<a href="/id/pp/resolution/9971/2022"[^>]*>Resolution 9971 \(Oilham, 2022\) of the Conference</a>', page)
    assert re.search(r'<a href="/id/convention/no/151"[^>]*>Nos. 151 to 152 of the Convention</a>', page)
    assert '<a href="/id/convention/no/152">Convention No. 152</a>' in page, "the member of a range that has no words of its own"


def test_norms_stand_beside_their_clause_and_say_who_must_do_what_by_when(web: TestClient) -> None:
    page = web.get(LAMPS, headers=PAGE).text
    norm = text_of(page[page.index('class="norm obligation"') :])
    assert norm.startswith('class="norm obligation" id="norm-1"> Director of the Standards Office must count the lamps')
    for words in ("with or to Standards Advice Group", "how often every year", "by 2027"):
        assert words in norm
    assert 'href="/vocabulary/actor/tsb-director"' in page


def test_a_clause_says_who_cites_it(web: TestClient) -> None:
    page = web.get(LAMPS + "/instructs/1", headers=PAGE)
    assert page.status_code == 200
    assert "Cited by 1 WTDC Resolution 9905 (2022), noting noting" in text_of(page.text)


def test_facts_without_words_say_so_and_show_structure_and_duties(web: TestClient) -> None:
    page = web.get("/id/wtsa/resolution/9902/2020", headers=PAGE).text
    words = text_of(page)
    assert words.count("Facts only.") == 1, "once at the top and not on every line"
    assert "not in the store" not in words
    assert 'id="instructs/1"' in page
    assert re.search(r'class="clause depth-1 bare".*\s*<div class="text">\s*<p><a class="self"[^>]*>instructs 1</a>', page)
    assert "Director of the Standards Office must" in words


def test_a_heading_of_facts_names_its_addressees_also_in_the_contents(web: TestClient) -> None:
    page = web.get("/id/wtsa/resolution/9902/2020", headers=PAGE).text
    assert '<a href="#instructs">instructs Director of the Standards Office</a>' in page
    heading = re.search(r"<h3>.*?</h3>", page)
    assert heading
    assert text_of(heading[0]) == "instructs Director of the Standards Office"
    assert 'href="/vocabulary/actor/tsb-director"' in heading[0]
    assert 'class="addressees"' not in page, "they stand in the heading"
    assert 'class="addressees"' in web.get(LAMPS, headers=PAGE).text


@pytest.mark.parametrize(
    ("part", "heading"),
    [
        ("annex-a", "Annex A"), ("annex", "Annex"), ("appendix-ii", "Appendix II"), ("annex-1/attachment-2", "Attachment 2"),
        ("section-1bis", "Section 1bis"), ("section-1/1.13", "1.13"), ("annex-1/3-2", "3 (2nd)"),
    ],
)  # fmt: skip
def test_an_annex_without_a_heading_of_its_own_has_a_capital(part: str, heading: str) -> None:
    assert part_heading(part) == heading


def test_citations_of_itself_are_counted_apart_from_those_that_the_question_lists() -> None:
    me = "<wtsa/resolution/9902/2024/instructs/1>"
    own = f"""#citation-1> a res:Citation ; res:inEdition <wtsa/resolution/9902/2024> ; res:selfCitation true ;
      cito:hasCitingEntity {me} ; cito:hasCitedEntity <wtsa/resolution/9902/2024> ; res:citedWork <wtsa/resolution/9902> .\n"""
    data = (HERE / "data" / "serve.trig").read_text(encoding="utf-8")
    store = ox.Store()
    store.load(data.replace(f"  {me} a res:Clause", f"  {me[:-1]}{own}  {me} a res:Clause"), format=ox.RdfFormat.TRIG)
    with TestClient(application(Fixed(store))) as web:
        counts = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", web.get(LAMPS, headers=PAGE).text))
        rows = web.get("/questions/cites", params={"edition": "wtsa/9902/2024", "format": "json"}).json()["rows"]
    assert (counts["citations"], counts["citations of itself"]) == ("3", "1")
    assert len(rows) == 3


def test_a_work_lists_its_editions_and_who_cites_it_without_a_year(web: TestClient) -> None:
    words = text_of(web.get("/id/wtsa/resolution/9902", headers=PAGE).text)
    assert "WTSA Resolution 9902 (2016)" in words
    assert "WTSA Resolution 9902 (2024)" in words
    assert "Cited by WTDC Resolution 9905 (2022), noting" in words


def test_what_is_only_cited_has_a_page_that_says_so(web: TestClient) -> None:
    for key in ("pp/resolution/9971/2022", "pp/resolution/9971", "convention/no/152"):
        page = web.get(f"/id/{key}", headers=PAGE)
        assert page.status_code == 200
        assert "only by name" in page.text
        assert f'href="{LAMPS}/recalling/a"' in page.text


def test_a_part_of_whichever_edition_leads_to_the_latest_one(web: TestClient) -> None:
    page = web.get("/id/wtsa/resolution/9902/instructs/1", headers=PAGE)
    assert page.status_code == 200
    assert f'href="{LAMPS}/instructs/1"' in page.text


def test_an_actor_has_its_duties_of_the_latest_editions_or_of_all(web: TestClient) -> None:
    address = "/vocabulary/actor/tsb-director"
    page = web.get(address, headers=PAGE).text
    assert "1 norms of the editions in force" in page
    assert f'href="{LAMPS}/instructs/1"' in page
    assert "Standards Director" in page
    assert "Directeur" not in page
    everything = web.get(address, params={"editions": "all"}, headers=PAGE).text
    assert "2 norms of every edition" in everything
    assert "/id/wtsa/resolution/9902/2020/instructs/1" in everything
    assert web.get(address, params={"page": "99999999999"}, headers=PAGE).status_code == 200
    assert address in web.get("/vocabulary/actor", headers=PAGE).text


@pytest.mark.parametrize("form", ["turtle", "jsonld", "ntriples", "rdfxml"])
@pytest.mark.parametrize(
    ("address", "subject", "wanted"),
    [
        (LAMPS, "wtsa/resolution/9902/2024/instructs/1", "Standards Advice Group"),
        (LAMPS + "/instructs/1", "wtsa/resolution/9902/2024/instructs/1#norm-1", "annual"),
        (LAMPS + "/recalling/a", "wtsa/resolution/9902/2024/recalling/a#citation-1-span", "168"),
        ("/id/wtsa/resolution/9902", "wtsa/resolution/9902/2020", "Gasworth"),
        ("/id/graph/vocabulary", "", "Standards Sector"),
    ],
)
def test_each_address_is_rdf_too(web: TestClient, form: str, address: str, subject: str, wanted: str) -> None:
    by_name = web.get(address, params={"format": form})
    offer = negotiate.choose(None, negotiate.PAGES, form)
    assert offer is not None
    by_header = web.get(address, headers={"accept": offer[1]})
    assert by_name.status_code == by_header.status_code == 200
    assert "Accept" in by_header.headers["vary"]
    quads = list(ox.parse(by_name.content, format=offer[0].writer))  # type: ignore[arg-type]
    assert not subject or any(str(quad.subject.value) == BASE + subject for quad in quads)
    assert any(wanted in str(quad.object) for quad in quads)


def test_the_page_of_an_actor_is_rdf_too(web: TestClient) -> None:
    answer = web.get("/vocabulary/actor/tsb-director", headers={"accept": "text/turtle"})
    assert len(Graph().parse(data=answer.text, format="turtle")) >= 4


@pytest.mark.parametrize(
    "address",
    [
        "/id/wtsa/resolution/1", "/id/nonsense", "/id/", "/id/" + quote("wtsa/<script>alert(1)</script>"), "/id/" + quote("a b\n\"{}"),
        "/id/wtsa/resolution/9902/2024/resolves/99", "/vocabulary/actor/nobody", "/vocabulary/" + quote("a b"), "/nowhere",
        "/questions/nothing",
        "/id/../../etc/passwd", "/static/../app.py", "/static/%2e%2e/app.py",
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_404_as_page_and_as_problem(web: TestClient, address: str) -> None:
    page = web.get(address, headers=PAGE)
    assert page.status_code == 404
    assert "text/html" in page.headers["content-type"]
    assert "<script>alert" not in page.text
    problem = web.get(address, headers={"accept": "application/json"})
    assert problem.status_code in (404, 406)
    assert problem.json()["detail"]


@pytest.mark.parametrize("address", ["/nowhere", "/id/nonsense", "/questions/nothing", "/questions/obligations?actor=nobody-at-all"])
def test_an_error_is_a_page_for_who_asks_for_pages_and_a_problem_for_all_others(web: TestClient, address: str) -> None:
    def form(accept: str, name: str = "") -> str:
        path = address + ("&" if "?" in address else "?") + name
        answer = web.get(path, headers={"accept": accept})
        assert answer.status_code in (400, 404)
        return str(answer.headers["content-type"].partition(";")[0])

    problem = "application/problem+json"
    assert [form(accept) for accept in ("*/*", "application/json", "text/csv, */*;q=0.1")] == [problem] * 3
    assert form(PAGE["accept"]) == "text/html"
    assert form(PAGE["accept"], "format=json") == problem, "a form by name goes before Accept"
    assert form("*/*", "format=html") == "text/html"


def test_every_link_of_every_page_leads_to_a_page(web: TestClient) -> None:
    seen: set[str] = set()
    agenda = ["/"]
    while agenda:
        address = agenda.pop()
        answer = web.get(address, headers=PAGE)
        assert answer.status_code == 200, address
        if "text/html" not in answer.headers["content-type"]:
            continue
        anchors = set(re.findall(r'\bid="([^"]+)"', answer.text))
        for link in map(unescape, re.findall(r'(?:href|src)="([^"]+)"', answer.text)):
            if link.startswith("#"):
                assert unescape(link[1:]) in anchors, f"{address} has no {link}"
            elif link.startswith("/") and not link.startswith("/questions/"):
                target = link.partition("#")[0]
                agenda += [target] if target not in seen else []
                seen.add(target)
    assert len(seen) > 20


def test_pages_have_landmarks_labels_and_no_inline_script(web: TestClient) -> None:
    addresses = ["/", LAMPS, "/sparql", "/sparql/editor", "/questions", "/questions/obligations", "/vocabulary/actor/tsb-director"]
    for address in addresses:
        answer = web.get(address, headers=PAGE)
        html = answer.text
        assert '<html lang="en">' in html
        assert html.count("<main ") == 1
        assert html.count("<h1") == 1
        assert 'class="skip"' in html
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:|<style|\sstyle=", html), address
        assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', html), "nothing comes from elsewhere"
        fields = re.findall(r'<(?:input|textarea|select)[^>]*\bid="([^"]+)"', html)
        assert len(fields) == len(re.findall(r"<(?:input|textarea|select)\b", html))
        assert all(f'for="{field}"' in html for field in fields)
        ids = re.findall(r'\sid="([^"]+)"', html)
        doubles = {one for one in ids if ids.count(one) > 1 and not one.startswith(("norm-", "citation-"))}
        assert not doubles, address
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ("unsafe-inline" in policy) == (address == "/sparql/editor")


def test_words_and_addresses_of_the_data_cannot_break_out_of_the_page() -> None:
    evil = '"><script>alert(1)</script>'
    store = ox.Store()
    data = (HERE / "data" / "serve.trig").read_text(encoding="utf-8")
    data = data.replace("to count the lamps", evil.replace('"', '\\"')).replace("Candles are", evil.replace('"', '\\"'))
    store.load(data.replace("<convention/no/151>", "<javascript:alert(1)>"), format=ox.RdfFormat.TRIG)
    with TestClient(application(Fixed(store))) as web:
        for address in (LAMPS, LAMPS + "/instructs/1", LAMPS + "/recalling/a", LAMPS + "/fn/1"):
            html = web.get(address, headers=PAGE).text
            assert "<script>" not in html
            assert 'href="javascript:' not in html
        rows = web.get("/sparql", params={"query": "SELECT ?o { ?s ?p ?o }"}, headers=PAGE).text
        assert "<script>" not in rows
        assert 'href="javascript:' not in rows


# --- the query box ----------------------------------------------------------------------------------------------------


def test_a_browser_gets_a_query_box_and_its_answer_without_scripts(web: TestClient) -> None:
    box = web.get("/sparql", headers=PAGE)
    assert "<textarea" in box.text
    assert "<script" not in box.text
    rows = web.get("/sparql", params={"query": SELECT, "format": ""}, headers=PAGE)
    assert f'href="{LAMPS}/instructs/1#norm-1"' in rows.text
    assert 'format=csv">csv</a>' in rows.text
    assert "<strong>true</strong>" in web.get("/sparql", params={"query": ASK}, headers=PAGE).text
    assert "res:Norm" in unescape(web.get("/sparql", params={"query": CONSTRUCT}, headers=PAGE).text)
    wrong = web.get("/sparql", params={"query": "SELECT <b>"}, headers=PAGE)
    assert wrong.status_code == 400
    assert 'role="alert"' in wrong.text
    assert "SELECT &lt;b&gt;</textarea>" in wrong.text


def test_the_page_of_a_long_answer_shows_its_beginning(web: TestClient) -> None:
    query = "SELECT ?a { ?a ?b ?c . ?d ?e ?f }"
    page = web.get("/sparql", params={"query": query}, headers=PAGE).text
    assert "Only the beginning is shown" in page
    assert page.count("<tr ") == 501


def test_the_example_in_the_query_box_runs(web: TestClient) -> None:
    example = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", web.get("/sparql", headers=PAGE).text, re.DOTALL)[1])  # type: ignore[index]
    assert sparql(web, example).status_code == 200


def test_the_vendored_editor_is_the_one_that_the_list_names(web: TestClient) -> None:
    vendor = SERVE / "static" / "vendor"
    listed = dict(re.findall(r"\| `(\S+)` \| `([0-9a-f]{64})` \|", (vendor / "VENDORED.md").read_text(encoding="utf-8")))
    assert listed == {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in listed}
    assert len(listed) == 2
    assert web.get("/static/vendor/yasgui/yasgui.min.js").status_code == 200
    assert (vendor / "yasgui" / "LICENSES.txt").stat().st_size > 1000


# --- named questions --------------------------------------------------------------------------------------------------


def test_questions_are_listed_for_people_and_programs(web: TestClient) -> None:
    page = web.get("/questions", headers=PAGE).text
    listed = web.get("/questions", headers={"accept": "application/json"}).json()
    assert {"obligations", "cites", "cited-by"} <= {question["name"] for question in listed}
    assert all(f'href="/questions/{question["name"]}"' in page for question in listed)


def test_a_question_is_answered_as_page_json_and_csv(web: TestClient) -> None:
    address = "/questions/obligations"
    assert "<form" in web.get(address, headers=PAGE).text
    page = web.get(address, params={"actor": "tsb-director"}, headers=PAGE)
    assert page.status_code == 200
    assert f'href="{LAMPS}/instructs/1"' in page.text
    rows = web.get(address, params={"actor": "tsb-director"}, headers={"accept": "application/json"}).json()["rows"]
    table = list(csv.DictReader(io.StringIO(web.get(address, params={"actor": "tsb-director", "format": "csv"}).text)))
    assert [row["clause"] for row in table] == ["wtsa/resolution/9902/2024/instructs/1"]
    assert [row["clause"]["key"] for row in rows] == [row["clause"] for row in table]
    every = web.get(address, params={"actor": "tsb-director", "all-editions": "true", "format": "json"}).json()
    assert every["total"] == len(every["rows"]) == 2


def test_a_figure_opens_what_it_counts_with_the_same_parameters(web: TestClient) -> None:
    page = web.get("/questions/workload?all-editions=true", headers=PAGE).text
    opened = re.findall(r'<a href="(/questions/obligations[^"]*)"[^>]*>(\d+)</a>', page)
    assert opened
    for href, figure in opened:
        assert "all-editions=true" in href
        assert len(web.get(unescape(href), headers={"accept": "application/json"}).json()["rows"]) == int(figure)


def test_a_question_is_answered_in_turtle_as_the_command_does(web: TestClient, folder: Path) -> None:
    asked = {"actor": "tsb-director"}
    by_header = web.get("/questions/obligations", params=asked, headers={"accept": "text/turtle"})
    by_name = web.get("/questions/obligations", params={**asked, "format": "turtle"})
    assert by_header.status_code == by_name.status_code == 200
    assert by_header.headers["content-type"] == "text/turtle; charset=utf-8"
    command = [
        sys.executable,
        "-m",
        "resograph",
        "query",
        "obligations",
        "actor=tsb-director",
        "--format",
        "turtle",
        "--store",
        str(folder),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert isomorphic(*(Graph().parse(data=text, format="turtle") for text in (by_header.text, said)))
    assert by_name.text == by_header.text
    assert 'format=turtle">turtle</a>' in web.get("/questions/obligations", params=asked, headers=PAGE).text


def test_rows_on_a_page_cite_texts_as_delegates_do_and_name_no_edition_twice(web: TestClient) -> None:
    page = web.get("/questions/obligations", params={"actor": "tsb-director"}, headers=PAGE).text
    cell = f'<a href="{LAMPS}/instructs/1" title="wtsa/resolution/9902/2024/instructs/1">WTSA Res. 9902 (2024), instructs 1</a>'
    assert f'data-label="clause">{cell}</td>' in page
    assert 'role="columnheader">edition<' not in page, "the clause names it"
    assert "edition" in web.get("/questions/obligations", params={"actor": "tsb-director", "format": "csv"}).text.splitlines()[0]
    assert 'role="columnheader">deadline<' in page
    assert 'role="columnheader">note<' not in page, "it has no value in any row"
    editions = web.get("/questions/lineage", headers=PAGE, params={"work": "wtsa/9902"}).text
    assert 'role="columnheader">edition<' in editions, "no clause stands beside it"
    assert ">WTSA Res. 9902 (2020)</a>" in editions


def test_each_cell_of_an_answer_has_its_label_for_a_phone(web: TestClient) -> None:
    for address, query in (("/questions/cites", {"edition": "wtsa/9902/2024"}), ("/sparql", {"query": SELECT})):
        page = web.get(address, params=query, headers=PAGE).text
        columns = re.findall(r'role="columnheader">([^<]+)<', page)
        labels = re.findall(r'data-label="([^"]+)"', page)
        assert columns
        assert labels == columns * (len(labels) // len(columns))
    assert "content: attr(data-label)" in web.get("/static/style.css").text


def test_what_an_answer_leaves_out_is_said_below_it(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = questions.Answer(
        ("edition",), (("pp/resolution/1",),), ((ox.NamedNode(BASE + "pp/resolution/1"),),), ("two <specimens> left out",)
    )
    monkeypatch.setattr(Site, "ask", lambda *_, **__: answer)
    page = web.get("/questions/obligations", params={"actor": "tsag"}, headers=PAGE).text
    assert '<p class="notice" role="note">two &lt;specimens&gt; left out</p>' in page


def test_a_file_of_questions_that_cannot_be_read_is_named_and_the_others_go_on(
    web: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(assets.QUERIES / "cites.rq", tmp_path)
    (tmp_path / "broken.rq").write_text("#+ summary: [\nSELECT * {}\n", encoding="utf-8")
    monkeypatch.setattr(assets, "QUERIES", tmp_path)
    page = web.get("/questions", headers=PAGE)
    assert page.status_code == 200
    assert "broken.rq" in text_of(page.text)
    assert 'href="/questions/cites"' in page.text
    assert [one["name"] for one in web.get("/questions", headers={"accept": "application/json"}).json()] == ["cites"]


def test_a_wrong_parameter_is_told_in_the_form_and_as_a_problem(web: TestClient) -> None:
    for parameters in (
        {"actor": "nobody-at-all"},
        {"who": "tsb-director"},
        {"actor": ["tsag", "tsb-director"]},
        {"actor": "tsag", "at": "soon"},
    ):
        page = web.get("/questions/obligations", params=parameters, headers=PAGE)
        assert page.status_code == 400
        assert 'role="alert"' in page.text
        assert "<form" in page.text
        problem = web.get("/questions/obligations", params=parameters, headers={"accept": "application/json"})
        assert problem.status_code == 400
        assert problem.headers["content-type"] == "application/problem+json"
    assert web.get("/questions/obligations", params={"format": "xml"}).status_code == 400


def test_every_question_answers_its_form_without_an_error_of_the_server(web: TestClient) -> None:
    for question in web.get("/questions", headers={"accept": "application/json"}).json():
        assert web.get(question["href"], headers=PAGE).status_code == 200
        assert web.get(question["href"], params={"format": "csv", **question["example"]}).status_code in (200, 400)


# --- small things -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("resolves/2/i", "resolves 2 i)"), ("instructs-2/1", "instructs (2nd) 1"), ("taking-into-account/a", "taking into account a)"),
        ("annex-1/attachment-2", "annex 1 attachment 2"), ("fn/bis", "footnote bis)"), ("resolves/dash-1", "resolves dash 1"), ("p1", "p1"),
    ],
)  # fmt: skip
def test_parts_are_named_as_delegates_cite_them(part: str, name: str) -> None:
    assert part_name(part) == name


def test_a_store_that_is_replaced_is_seen_by_the_next_request() -> None:
    class Moving:
        def __init__(self) -> None:
            self.store = ox.Store()

    reader = Moving()
    with TestClient(application(reader)) as web:
        assert "The store is empty" in web.get("/", headers=PAGE).text
        full = ox.Store()
        full.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
        reader.store = full
        assert "WTSA Resolution 9902" in web.get("/", headers=PAGE).text


def test_a_footnote_on_the_number_is_on_the_page(web: TestClient) -> None:
    page = web.get("/id/wtsa/resolution/9902/2024", headers={"accept": "text/html"}).text
    assert "Published before in a blue cover." in page
    assert "on the number" in page


# --- the process ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from resograph.store import writing

    path = tmp_path_factory.mktemp("served") / "store"
    with writing(path) as writer:
        writer.manifest.base = BASE
        writer.store.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
        derive(writer.store, only=("catalogue", *WORKED_OUT))
        writer.commit()
    return path


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "resograph", "serve", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_server_prints_its_address_answers_and_stops_on_sigterm(folder: Path) -> None:
    import httpx

    with _start("--store", str(folder), "--port", "0", "--timeout", "4") as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
            assert httpx.get(address + "health").json()["status"] == "ok"
            answer = httpx.get(address + "sparql", params={"query": SELECT})
            assert len(answer.json()["results"]["bindings"]) == 2
            assert answer.headers["server"] == f"resograph/{__version__}"
            long = httpx.get(
                address + "sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"}, headers={"accept": "text/csv"}
            )
            assert long.status_code == 200
            assert long.text.endswith("\r\n")
            with pytest.raises(httpx.RemoteProtocolError), httpx.Client(timeout=60) as client:
                client.get(address + "sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"})
            assert httpx.get(address + "sparql", params={"query": ENDLESS}, timeout=60).status_code == 503
            process.terminate()
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, "also while a query runs that cannot be stopped"
            assert "Traceback" not in errors
        finally:
            process.kill()


@pytest.mark.skipif(not (shutil.which("chromium") and shutil.which("pdftotext")), reason="needs chromium and pdftotext")
def test_on_paper_an_answer_lies_across_the_sheet_with_all_its_columns(folder: Path, tmp_path: Path) -> None:
    process = _start("--store", str(folder), "--port", "0")
    try:
        assert process.stdout
        address = process.stdout.readline().strip() + "questions/obligations?actor=Director+of+TSB"
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        sheet = tmp_path / "sheet.pdf"
        subprocess.run(
            [*browser, f"--print-to-pdf={sheet}", "--no-pdf-header-footer", address], capture_output=True, check=True, timeout=60
        )
    finally:
        process.terminate()
        process.communicate(timeout=20)
    placed = subprocess.run(["pdftotext", "-bbox", str(sheet), "-"], capture_output=True, text=True, check=True).stdout
    size = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', placed)
    assert size
    assert float(size[1]) > float(size[2])
    right = {word: float(edge) for edge, word in re.findall(r'xMax="([\d.]+)"[^>]*>([^<]+)</word>', placed)}
    assert {"clause", "modality", "force", "action", "counterparts", "frequency", "deadline"} <= set(right)
    assert max(right.values()) < float(size[1])
    assert {"actor:", "Director", "TSB"} <= set(right), "the form is not printed; what was asked is"


def test_no_query_that_overflows_the_stack_ends_the_server(folder: Path) -> None:
    import httpx

    process = _start("--store", str(folder), "--port", "0")
    try:
        assert process.stdout
        address = process.stdout.readline().strip() + "sparql"
        for query in (
            "SELECT * {" + "{" * 4000 + "}" * 4000 + "}",
            "ASK { FILTER(" + "(" * 8000 + "1" + ")" * 8000 + ") }",
            "ASK { FILTER(" + "!" * 20_000 + "true) }",
            "ASK { {}" + "UNION {}" * 20_000 + " }",
            "ASK { ?s ?p " + "[ ?p " * 8000 + "1" + "]" * 8000 + " }",
            "ASK { ?s <a:a>" + "/<a:a>" * 20_000 + " ?o }",
        ):
            assert httpx.post(address, content=query, headers={"content-type": "application/sparql-query"}).status_code == 400
        assert httpx.get(address, params={"query": ASK}).json()["boolean"] is True
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_clients_that_read_slowly_are_no_tracebacks_when_the_server_stops(folder: Path) -> None:
    code = """if True:
        import sys
        from resograph.serve import server, workers
        server.run(sys.argv[1], port=0, grace=1, limits=workers.Limits(slots=8))"""
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    clients: list[socket.socket] = []
    try:
        assert process.stdout
        port = int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        query = quote("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        for accept in ("text/csv", "text/csv", "text/html"):
            clients.append(socket.create_connection(("127.0.0.1", port)))
            clients[-1].sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n".encode())
            assert clients[-1].recv(100).startswith(b"HTTP/1.1 200")
        clients.append(socket.create_connection(("127.0.0.1", port)))
        clients[-1].sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        clients.append(socket.create_connection(("127.0.0.1", port)))
        clients[-1].sendall(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nASK")
        clients.append(socket.create_connection(("127.0.0.1", port)))
        clients[-1].sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert clients[-1].recv(100).startswith(b"HTTP/1.1 200"), "so that the server has seen the others"
        process.terminate()
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors, errors
        assert "Cancelled" not in errors
        assert len(errors.splitlines()) <= 3, errors
    finally:
        for client in clients:
            client.close()
        process.kill()


def test_what_is_wrong_with_the_program_keeps_its_traceback() -> None:
    def kept(error: BaseException) -> tuple[bool, bool]:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "wrong", (), (type(error), error, None))
        return bool(server._OneLine().filter(record)), record.exc_info is not None

    cancelled = asyncio.CancelledError()
    assert kept(KeyError("x")) == (True, True)
    assert kept(RuntimeError("of the program")) == (True, True)
    assert kept(BaseExceptionGroup("", [cancelled, KeyError("x")])) == (True, True)
    assert kept(RuntimeError("Corruption: block checksum mismatch")) == (True, False)
    assert kept(Cut("the client left")) == (True, False)
    assert kept(cancelled)[0] is False
    assert kept(BaseExceptionGroup("", [cancelled]))[0] is False


def test_a_build_beside_the_running_server_is_seen_by_the_next_request(tmp_path: Path) -> None:
    import httpx

    from resograph.store import writing

    count = {"query": f"SELECT (COUNT(DISTINCT ?n) AS ?count) {{ ?n a <{RES}Norm> }}", "format": "csv"}
    with writing(tmp_path / "store") as writer:
        writer.manifest.base = BASE
        writer.store.add(ox.Quad(ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.NamedNode("a:b"), ox.NamedNode("a:g")))
        writer.commit()
    process = _start("--store", str(tmp_path / "store"), "--port", "0")
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert httpx.get(address + "sparql", params=count).text == "count\r\n0\r\n"
        for _ in range(3):
            with writing(tmp_path / "store") as writer:
                writer.store.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
                writer.commit()
            assert httpx.get(address + "sparql", params=count).text == "count\r\n2\r\n"
            assert "WTSA Resolution 9902" in httpx.get(address).text
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_store_that_cannot_be_opened_is_one_line_and_2(damaged: Path, tmp_path: Path) -> None:
    shutil.copytree(damaged, tmp_path / "store")
    for file in tmp_path.glob("store/generations/*/graph/*.sst"):
        file.write_bytes(b"nothing")
    process = _start("--store", str(tmp_path / "store"), "--port", "0")
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, ""), errors
    assert len(errors.splitlines()) == 1
    assert "rebuild" in errors


def test_a_taken_port_or_a_missing_store_is_one_line_and_2(folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        calls = [
            ["--store", str(folder), "--port", str(taken.getsockname()[1])],
            ["--store", str(tmp_path / "none"), "--port", "0"],
            ["--store", str(folder), "--host", "no.such.host.invalid"],
        ]
        for call in calls:
            process = _start(*call)
            output, errors = process.communicate(timeout=60)
            assert (process.returncode, output) == (2, ""), errors
            assert len(errors.splitlines()) == 1
            assert "Traceback" not in errors


def test_the_help_of_the_server_imports_no_server() -> None:
    code = "import sys, resograph.serve; print('uvicorn' in sys.modules or 'starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


# --- the terms ------------------------------------------------------------------------------------------------------------


def test_the_terms_have_a_page_with_anchors_and_come_as_turtle(web: TestClient) -> None:
    page = web.get("/ontology", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert 'id="Clause"' in page.text
    assert 'href="/ontology"' in web.get("/", headers={"Accept": "text/html"}).text
    turtle = web.get("/ontology", headers={"Accept": "text/turtle"})
    assert turtle.headers["content-type"].startswith("text/turtle")
    assert "res:Clause a owl:Class" in turtle.text
    assert web.get("/ontology/", follow_redirects=False).headers["location"] == "/ontology"
    assert web.get("/ontology?format=csv").status_code == 400


def test_a_term_in_an_answer_leads_to_the_page_of_the_terms(web: TestClient) -> None:
    asked = web.get("/sparql", params={"query": "SELECT ?kind { ?s a ?kind } LIMIT 1"}, headers={"Accept": "text/html"})
    assert 'href="/ontology#' in asked.text
