"""Writing over HTTP: SPARQL updates and the graph store protocol, who may, and what a write that goes wrong leaves: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph

from resograph import cli
from resograph.errors import StoreError
from resograph.serve import application, graph_store, writes
from resograph.serve.writes import Writes
from resograph.store import Reader, writing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

TOKEN = "lamps-and-rooms"
BEARER = {"authorization": f"Bearer {TOKEN}"}
UPDATE = {"content-type": "application/sparql-update", **BEARER}
TURTLE = {"content-type": "text/turtle", **BEARER}
LAMPS = "https://example.org/lamps"
BOUNDARY = "a-boundary"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **BEARER}


class Place:
    """A store in a folder, and the application over it that may write."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        with writing(folder) as writer:
            writer.store.update(
                "INSERT DATA { GRAPH <a:g> { <a:lamp> <a:in> <a:room> } GRAPH <a:h> { <a:lamp> <a:in> <a:hall> } <a:own> <a:own> 1 }"
            )
            writer.commit()
        self.writes = Writes(folder, **options)
        self.reader = Reader(folder)
        self.web = TestClient(application(self.reader, writer=self.writes, token=TOKEN, write_limit=20_000), raise_server_exceptions=False)

    def update(self, text: str, headers: Any = None, **parameters: Any) -> Any:
        return self.web.post("/sparql", content=text, params=parameters, headers=headers or UPDATE)

    def graph(self, method: str, graph: str = LAMPS, content: Any = b"", headers: Any = None) -> Any:
        headers = (TURTLE if content else BEARER) if headers is None else headers
        return self.web.request(
            method, "/graph-store", params={"graph": graph} if graph else {"default": ""}, content=content, headers=headers
        )

    def triples(self, graph: str = LAMPS) -> set[str]:
        found = self.graph("GET", graph, headers={"accept": "application/n-triples"})
        assert found.status_code == 200
        return set(found.text.splitlines())

    def quads(self) -> set[str]:
        return {str(quad) for quad in self.reader.store}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "store")
    with place.web:
        yield place
    place.writes.close()


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic " + TOKEN, "Bearer lamps", f"Bearer {TOKEN}x", "Bearer \u00e9"]
)
def test_a_write_takes_the_token(place: Place, authorization: str | None) -> None:
    before = place.quads()
    given: Any = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    sent = [
        place.web.post("/sparql", data={"update": "DROP ALL"}, headers=given),
        place.update("DROP ALL", {b"content-type": b"application/sparql-update", **given}),
        place.graph("PUT", content="<a:b> <a:b> 1 .", headers={b"content-type": b"text/turtle", **given}),
        place.graph("POST", content="<a:b> <a:b> 1 .", headers={b"content-type": b"text/turtle", **given}),
        place.graph("DELETE", "a:g", headers=given),
    ]
    for answer in sent:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.headers["content-type"] == "application/problem+json"
        assert TOKEN not in answer.text
    assert place.quads() == before


def test_the_right_token_may_write(place: Place) -> None:
    assert place.update("INSERT DATA { <a:b> <a:b> 2 }").status_code == 204
    assert place.update("INSERT DATA { <a:b> <a:b> 3 }", {**UPDATE, "authorization": f"bearer  {TOKEN} "}).status_code == 204
    assert place.web.post("/sparql", data={"update": "DELETE DATA { <a:b> <a:b> 2 }"}, headers=BEARER).status_code == 204
    assert place.triples("") == {'<a:own> <a:own> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .', '<a:b> <a:b> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .'}  # fmt: skip


def test_a_server_without_writable_only_reads(place: Place) -> None:
    with TestClient(application(place.reader)) as web:
        assert web.post("/sparql", content="DROP ALL", headers=UPDATE).status_code == 403
        assert web.post("/sparql", data={"update": "DROP ALL"}, headers=BEARER).status_code == 403
        for method in ("PUT", "POST", "DELETE"):
            answer = web.request(method, "/graph-store?default", content="<a:b> <a:b> 1 .", headers=TURTLE)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
            assert "--writable" in answer.json()["detail"]
        assert web.get("/graph-store?graph=a:g").status_code == 200
    with pytest.raises(ValueError, match="token"):
        application(place.reader, writer=place.writes)


# --- updates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, {"content": "INSERT DATA { <a:b> <a:b> }", "headers": UPDATE}),
        (400, {"content": "SELECT * { ?s ?p ?o }", "headers": UPDATE}),
        (400, {"content": b"\xff", "headers": UPDATE}),
        (400, {"content": "CLEAR ALL", "headers": UPDATE, "params": {"update": "CLEAR ALL"}}),
        (400, {"content": "CLEAR ALL", "headers": UPDATE, "params": {"query": "ASK {}"}}),
        (400, {"content": "CLEAR ALL", "headers": UPDATE, "params": {"default-graph-uri": "a:g"}}),
        (400, {"content": "CLEAR ALL", "headers": UPDATE, "params": {"using-graph-uri": "no iri"}}),
        (400, {"content": "INSERT { } USING <a:g> WHERE { }", "headers": UPDATE, "params": {"using-named-graph-uri": "a:g"}}),
        (400, {"data": {"update": "CLEAR ALL", "query": "ASK {}"}, "headers": BEARER}),
        (400, {"data": {"query": "ASK {}", "using-graph-uri": "a:g"}}),
        (403, {"content": "LOAD <http://127.0.0.1:9/>", "headers": UPDATE}),
        (403, {"content": "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "headers": UPDATE}),
        (409, {"content": "INSERT DATA { <a:b> <a:b> 1 } ; CREATE GRAPH <a:g>", "headers": UPDATE}),
        (409, {"content": "DROP GRAPH <a:g> ; CLEAR GRAPH <a:none>", "headers": UPDATE}),
        (413, {"content": "#" * 1_100_000, "headers": UPDATE}),
        (415, {"content": "CLEAR ALL", "headers": {**BEARER, "content-type": "application/sparql-update; charset=utf-16"}}),
    ],
)
def test_a_wrong_update_is_told_what_to_do_and_changes_nothing(place: Place, status: int, request_: dict[str, Any]) -> None:
    before, generation = place.quads(), place.reader.generation
    answer = place.web.post("/sparql", **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "\n" not in answer.json()["detail"]
    assert (place.quads(), place.reader.generation) == (before, generation)


def test_an_update_of_several_operations_is_made_whole_and_in_order(place: Place) -> None:
    text = """PREFIX a: <a:> INSERT DATA { GRAPH a:n { a:s a:p 1 } } ; PREFIX b: <b:>
              DELETE { GRAPH a:n { ?s ?p 1 } } INSERT { GRAPH a:n { ?s ?p b:two , <three> } } WHERE { GRAPH a:n { ?s ?p 1 } }"""
    assert place.update(text).status_code == 204
    assert place.triples("a:n") == {"<a:s> <a:p> <b:two> .", "<a:s> <a:p> <http://testserver/three> ."}


def test_the_pattern_of_an_update_sees_the_graph_without_a_name_or_those_of_the_request(place: Place) -> None:
    place.update("INSERT { <a:seen> <a:seen> ?o } WHERE { ?s ?p ?o }")
    place.update("INSERT { GRAPH <a:n> { <a:seen> <a:seen> ?o } } WHERE { ?s ?p ?o }", **{"using-graph-uri": "a:h"})
    assert len([triple for triple in place.triples("") if "a:seen" in triple]) == 1
    assert place.triples("a:n") == {"<a:seen> <a:seen> <a:hall> ."}


def test_readers_see_all_of_a_write_or_nothing(place: Place) -> None:
    ask = "SELECT (COUNT(*) AS ?n) { GRAPH <a:n> { ?s ?p ?o } }"
    sizes: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            sizes.add(place.web.get("/sparql", params={"query": ask, "format": "csv"}).text.split()[1])

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read)
        for turn in range(8):
            data = " ".join(f"<a:{i}> <a:p> {turn} ." for i in range(500))
            assert place.update(f"DROP SILENT GRAPH <a:n> ; INSERT DATA {{ GRAPH <a:n> {{ {data} }} }}").status_code == 204
        done.set()
        reading.result()
    assert sizes <= {"0", "500"}
    assert "500" in sizes


# --- bounds -----------------------------------------------------------------------------------------------------------

ENDLESS = (
    "INSERT { <a:b> <a:b> ?x } WHERE { " + " ".join(f"VALUES ?v{i} {{ 1 2 3 4 5 6 7 8 9 10 }}" for i in range(14)) + " BIND(?v1 AS ?x) }"
)
HUGE = ENDLESS.replace(
    "BIND(?v1 AS ?x)", "BIND(?v1 + 10 * ?v2 + 100 * ?v3 + 1000 * ?v4 + 10000 * ?v5 + 100000 * ?v6 + 1000000 * ?v7 AS ?x)"
)


def test_a_write_that_takes_too_long_is_stopped_and_the_next_one_is_made(tmp_path: Path) -> None:
    place = Place(tmp_path / "store", seconds=1.5)
    before = place.quads()
    answer = place.update(ENDLESS)
    assert answer.status_code == 503
    assert "nothing of it was kept" in answer.json()["detail"]
    assert place.quads() == before
    assert place.update("INSERT DATA { <a:b> <a:b> 1 }").status_code == 204
    place.writes.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is bounded on Linux")
def test_a_write_that_fills_the_memory_ends_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    place = Place(tmp_path / "store", memory=250_000_000)
    before = place.quads()
    answer = place.update(HUGE)
    assert answer.status_code == 503
    assert "memory" in answer.json()["detail"]
    assert capfd.readouterr().err == ""
    assert [record.message for record in caplog.records if "process that writes" in record.message] == [
        "the process that writes ended (status -6)"
    ]
    assert place.quads() == before
    assert place.update("INSERT DATA { <a:b> <a:b> 1 }").status_code == 204
    place.writes.close()


def test_writes_wait_for_their_turn_and_are_refused_when_it_does_not_come(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor() as pool:
        sent = [pool.submit(place.update, f"INSERT DATA {{ GRAPH <a:n> {{ <a:{i}> <a:p> {i} }} }}") for i in range(6)]
        assert {one.result().status_code for one in sent} == {204}
    assert len(place.triples("a:n")) == 6
    monkeypatch.setattr(writes, "PATIENCE", 0.05)
    with place.writes._turn:
        answer = place.update("CLEAR ALL")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_write_beside_a_build_is_refused_for_the_time_being(place: Place) -> None:
    with writing(place.folder):
        answer = place.update("CLEAR ALL")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert place.update("CLEAR ALL").status_code == 204


def test_a_defect_of_ours_is_logged_and_told(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(StoreError, match="the log of the server"):
        place.writes.write("no change")  # type: ignore[arg-type]
    assert "Traceback" in caplog.text
    assert place.update("CLEAR ALL").status_code == 204


def test_the_process_that_writes_is_replaced_when_it_has_been_killed(place: Place) -> None:
    assert place.update("INSERT DATA { <a:b> <a:b> 1 }").status_code == 204
    process = place.writes._process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert place.update("INSERT DATA { <a:b> <a:b> 2 }").status_code == 204


# --- nothing is fetched, nothing is read --------------------------------------------------------------------------------


def test_no_write_fetches_an_address_or_reads_a_file(place: Place, listener: tuple[str, list[str]], tmp_path: Path) -> None:
    address, came = listener
    secret = tmp_path / "secret.ttl"
    secret.write_text("<a:secret> <a:secret> <a:secret> .")
    for target in (address, secret.as_uri()):
        updates = [
            f"LOAD <{target}>",
            f"LOAD SILENT <{target}> INTO GRAPH <a:n>",
            f"INSERT DATA {{ <a:b> <a:b> 1 }} ; LOAD <{target}>",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{target}> {{ ?s ?p ?o }} }}",
            f"INSERT {{ ?s ?p ?o }} USING <{target}> WHERE {{ ?s ?p ?o }}",
            f"COPY SILENT <{target}> TO <a:n>",
        ]
        for update in updates:
            assert place.update(update).status_code in (204, 403)
        place.update("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", **{"using-graph-uri": target})
        place.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }", **{"using-named-graph-uri": target})
        documents = {
            "application/ld+json": f'{{"@context": "{target}", "@id": "a:b", "a:p": "x"}}',
            "application/rdf+xml": f'<!DOCTYPE r [<!ENTITY e SYSTEM "{target}">]><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<r:Description r:about="a:b" xmlns:a="a:"><a:p>&e;</a:p></r:Description></r:RDF>',
            "text/turtle": f"@base <{target}> . <> <> <> .",
        }
        for media_type, document in documents.items():
            place.graph("POST", target, document, {"content-type": media_type, **BEARER})
        place.graph("GET", target)
    assert came == []
    assert not any("a:secret" in quad for quad in place.quads())


# --- the graph store ----------------------------------------------------------------------------------------------------


def test_a_graph_is_made_read_replaced_added_to_and_taken_out(place: Place) -> None:
    assert place.graph("GET").status_code == 404
    made = place.graph("PUT", content="<a:b> <a:b> <relative> .")
    assert made.status_code == 201
    assert place.web.get(made.headers["location"]).status_code == 200
    assert place.triples() == {"<a:b> <a:b> <https://example.org/relative> ."}, "the graph is the base"
    assert place.graph("POST", content="<a:c> <a:c> <a:c> .").status_code == 204
    assert len(place.triples()) == 2
    assert place.graph("PUT", content="<a:d> <a:d> <a:d> .").status_code == 204
    assert place.triples() == {"<a:d> <a:d> <a:d> ."}
    assert place.graph("DELETE").status_code == 204
    assert place.graph("GET").status_code == place.graph("HEAD").status_code == place.graph("DELETE").status_code == 404
    assert place.triples("a:g"), "the other graphs are as they were"


def test_an_empty_graph_is_there(place: Place) -> None:
    assert place.graph("PUT", content="# no triples").status_code == 201
    assert place.triples() == set()
    assert place.graph("PUT", headers=TURTLE).status_code == 204


def test_the_default_graph_is_the_one_without_a_name(place: Place) -> None:
    assert len(place.triples("")) == 1
    assert place.web.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}).text.count('"s":') == 3, (
        "that of a query is the union of all"
    )
    assert place.graph("PUT", "", "<a:b> <a:b> <a:b> .").status_code == 204
    assert place.triples("") == {"<a:b> <a:b> <a:b> ."}
    assert place.graph("DELETE", "").status_code == place.graph("DELETE", "").status_code == 204
    assert place.triples("") == set()


def test_the_default_graph_of_queries_may_be_the_one_without_a_name_too(place: Place) -> None:
    with TestClient(application(place.reader, own_default=True)) as web:
        assert web.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}).text.count('"s":') == 1
        assert web.get("/sparql", params={"query": "SELECT * FROM <a:g> { ?s ?p ?o }"}).text.count('"s":') == 1
        assert "UnionDefaultGraph" not in web.get("/sparql", headers={"accept": "text/turtle"}).text


def test_an_address_names_a_graph_itself(place: Place) -> None:
    assert place.web.put("/graph-store/rooms/one%20two", content="<> <a:b> <../hall> .", headers=TURTLE).status_code == 201
    name = "http://testserver/graph-store/rooms/one%20two"
    assert place.triples(name) == {f"<{name}> <a:b> <http://testserver/graph-store/hall> ."}
    assert place.web.get("/graph-store/rooms/one%20two").status_code == 200
    made = place.web.post("/graph-store", content="<> <a:b> 1 .", headers=TURTLE)
    assert made.status_code == 201
    assert place.web.get(made.headers["location"], headers={"accept": "text/turtle"}).status_code == 200
    assert place.graph("GET", made.headers["location"]).status_code == 200
    assert place.web.delete(made.headers["location"], headers=BEARER).status_code == 204


@pytest.mark.parametrize(
    ("status", "method", "address", "more"),
    [
        (400, "GET", "/graph-store", {}),
        (400, "PUT", "/graph-store", {"content": "", "headers": TURTLE}),
        (400, "GET", "/graph-store?default&graph=a:g", {}),
        (400, "GET", "/graph-store?graph=a:g&graph=a:h", {}),
        (400, "GET", "/graph-store/here?graph=a:g", {}),
        (400, "GET", "/graph-store?graph=relative", {}),
        (400, "GET", "/graph-store?graph=%FF", {}),
        (400, "GET", "/graph-store?graph=a:b%3E%20%7B%7D", {}),
        (400, "PUT", "/graph-store?graph=a:g", {"content": "<a:b> <a:b>", "headers": TURTLE}),
        (400, "PUT", "/graph-store?graph=a:g", {"content": b"<a:b> <a:b> '\xff' .", "headers": TURTLE}),
        (400, "POST", "/graph-store?graph=a:g", {"content": "{", "headers": {**BEARER, "content-type": "application/ld+json"}}),
        (400, "POST", "/graph-store?graph=a:g", {"content": '{"@id": "a:other", "@graph": [{"@id": "a:b", "a:p": "x"}]}',
                                                 "headers": {**BEARER, "content-type": "application/ld+json"}}),
        (400, "POST", "/graph-store?graph=a:g", {"content": "no parts", "headers": MULTIPART}),
        (400, "POST", "/graph-store?graph=a:g", {"content": "", "headers": {**BEARER, "content-type": "multipart/form-data"}}),
        (400, "PUT", "/graph-store?graph=a:g", {"content": "<a:b> <a:b> 1 .", "headers": {**TURTLE, "content-range": "bytes 0-3/9"}}),
        (404, "GET", "/graph-store?graph=a:none", {}),
        (405, "PATCH", "/graph-store?graph=a:g", {"headers": BEARER}),
        (406, "GET", "/graph-store?graph=a:g", {"headers": {"accept": "image/png"}}),
        (406, "GET", "/graph-store?graph=a:g", {"headers": {"accept": "text/turtle;q=0"}}),
        (413, "PUT", "/graph-store?graph=a:g", {"content": "#" * 20_001, "headers": TURTLE}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "<a:b> <a:b> 1 .", "headers": BEARER}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "<a:b> <a:b> 1 .", "headers": {**BEARER, "content-type": "text/plain"}}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "<a:b> { }", "headers": {**BEARER, "content-type": "application/trig"}}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "", "headers": {**BEARER, "content-type": "text/turtle; charset=latin-1"}}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "", "headers": {**TURTLE, "content-encoding": "gzip"}}),
        (415, "PUT", "/graph-store?graph=a:g", {"content": "", "headers": MULTIPART}),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_to_do_and_changes_nothing(
    place: Place, status: int, method: str, address: str, more: dict[str, Any]
) -> None:
    before, generation = place.quads(), place.reader.generation
    answer = place.web.request(method, address, **more)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
    assert "resograph-" not in answer.json()["detail"], "no name of a file of ours"
    assert (place.quads(), place.reader.generation) == (before, generation)
    if status == 405:
        assert "PUT" in answer.headers["allow"]
    if status == 415 and method == "PUT":
        assert "text/turtle" in answer.headers.get("accept", "text/turtle")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/ld+json, text/turtle;q=0.3", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
        ("text/html, text/*;q=0.8", "text/turtle; charset=utf-8"),
        ("text/turtle;q=0, */*;q=0.1", "application/n-triples"),
    ],
)
def test_a_graph_comes_in_the_form_that_the_client_wants(place: Place, accept: str | None, content_type: str) -> None:
    answer = place.graph("GET", "a:g", headers={"accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["vary"]) == (200, content_type, "Accept")
    form = ox.RdfFormat.from_media_type(content_type)
    assert form is not None
    assert [str(quad.triple) for quad in ox.parse(answer.content, format=form)] == ["<a:lamp> <a:in> <a:room>"]
    head = place.graph("HEAD", "a:g", headers={"accept": accept} if accept else {})
    assert (head.status_code, head.headers["content-type"], head.content) == (200, content_type, b"")


@pytest.mark.parametrize("media_type", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"])
def test_a_graph_comes_back_as_it_was_sent(place: Place, media_type: str) -> None:
    told = '<a:room> <a:holds> [ <a:name> "la lampe"@fr , "\u706f \U0001f4a1" ; <a:watts> 4.5 ] .'
    sent = Graph().parse(data=told, format="turtle")
    data = ox.serialize(ox.parse(told, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.from_media_type(media_type))
    assert place.graph("PUT", content=data or b"", headers={"content-type": media_type, **BEARER}).status_code == 201
    assert Graph().parse(data=place.graph("GET", headers={"accept": "text/turtle"}).text, format="turtle").isomorphic(sent)


def test_blank_nodes_of_two_documents_are_two_nodes(place: Place) -> None:
    for number in (1, 2):
        assert place.graph("POST", content=f"_:lamp <a:number> {number} .").status_code in (201, 204)
    parts = _form(
        ("one.ttl", "text/turtle", "_:lamp <a:number> 3 ."), ("two.json", "application/ld+json", '{"@id": "_:lamp", "a:number": 4}')
    )
    assert place.graph("POST", content=parts, headers=MULTIPART).status_code == 204
    large = "_:lamp <a:number> 5 . #" + "x" * 5000
    assert place.graph("POST", content=large).status_code == 204
    assert len({triple.split()[0] for triple in place.triples()}) == 5


def _form(*files: tuple[str, str, str]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"; filename="{name}"\r\ncontent-type: {kind}\r\n\r\n{data}\r\n'
        for name, kind, data in files
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


@pytest.mark.parametrize(
    ("status", "form"),
    [
        (415, _form(("one.txt", "text/plain", "<a:b> <a:b> 1 ."))),
        (400, _form(("one.ttl", "text/turtle", "<a:b> <a:b> 1 ."), ("two.ttl", "text/turtle", "<a:b> <a:b>"))),
        (400, _form(("one.ttl", "text/turtle", "<a:b> <a:b> 1 ."))[:-20]),
        (
            400,
            _form().replace(b"--\r\n", b"")
            + b'\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n--'
            + BOUNDARY.encode()
            + b"--\r\n",
        ),
        (400, _form(*[(f"{i}.ttl", "text/turtle", "") for i in range(graph_store.PARTS + 1)])),
        (400, _form()),
        (413, _form(("one.ttl", "text/turtle", "#" * 20_001))),
    ],
    ids=["kind", "one part wrong", "broken off", "a field", "too many", "empty", "too large"],
)
def test_a_form_is_taken_whole_or_not_at_all(place: Place, status: int, form: bytes) -> None:
    before = place.quads()
    answer = place.graph("POST", content=form, headers=MULTIPART)
    assert answer.status_code == status, answer.text
    assert place.quads() == before


def test_files_that_were_received_do_not_stay(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received = tmp_path / "received"
    received.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(received))
    place.graph("PUT", content="<a:b> <a:b> 1 .")
    place.graph("PUT", content="wrong")
    place.graph("POST", content=_form(("one.ttl", "text/turtle", "<a:b> <a:b> 1 .")), headers=MULTIPART)
    place.graph("PUT", content="#" * 20_001)
    assert list(received.iterdir()) == []


def test_a_document_without_an_announced_length_is_bounded_too(place: Place) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"#" * 1000

    assert place.graph("PUT", content=chunks(), headers=TURTLE).status_code == 413
    assert place.graph("GET").status_code == 404


def test_a_full_disk_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(graph_store, "mkstemp", full)
    answer = place.graph("PUT", content="<a:b> <a:b> 1 .")
    assert (answer.status_code, answer.headers["content-type"]) == (507, "application/problem+json")


def test_a_page_of_another_origin_may_read_and_write(place: Place) -> None:
    preflight = place.web.options("/graph-store", headers={"origin": "https://example.org", "access-control-request-method": "PUT"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert {"PUT", "DELETE"} < set(preflight.headers["access-control-allow-methods"].split(", "))
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert "Authorization" in place.web.options("/sparql").headers["access-control-allow-headers"]


# --- what the endpoint says of itself -----------------------------------------------------------------------------------


def test_the_description_tells_what_is_true_of_this_server(place: Place) -> None:
    sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX format: <http://www.w3.org/ns/formats/> "
    writable = Graph().parse(data=place.web.get("/sparql", headers={"accept": "text/turtle"}).text, format="turtle")
    with TestClient(application(place.reader)) as web:
        reading = Graph().parse(data=web.get("/sparql", headers={"accept": "text/turtle"}).text, format="turtle")
    updates = sd + "ASK { ?e sd:supportedLanguage sd:SPARQL11Update ; sd:inputFormat format:Turtle }"
    union = sd + "ASK { ?e sd:feature sd:UnionDefaultGraph }"
    assert [bool(graph.query(updates).askAnswer) for graph in (writable, reading)] == [True, False]
    assert [bool(graph.query(union).askAnswer) for graph in (writable, reading)] == [False, True]
    for function in writable.query(sd + "SELECT ?f { ?e sd:extensionFunction ?f }"):
        asked = place.web.get("/sparql", params={"query": f"ASK {{ FILTER(COALESCE(<{function[0]}>(), true)) }}"})  # type: ignore[index]
        assert asked.status_code == 200
    for name in writable.query(sd + "SELECT ?f { ?e sd:resultFormat ?f }"):
        assert str(name[0]).startswith("http://www.w3.org/ns/formats/")  # type: ignore[index]


def test_the_counts_of_the_dataset_are_those_of_the_store(place: Place) -> None:
    void = "PREFIX void: <http://rdfs.org/ns/void#> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> "
    place.update(
        "INSERT DATA { GRAPH <a:g> { <a:lamp> a <a:Lamp> ; <a:name> 'a', 'b' . [] a <a:Lamp> } GRAPH <a:h> { <a:lamp> a <a:Lamp> } }"
    )
    for turn in range(2):
        graph = Graph().parse(data=place.web.get("/.well-known/void", headers={"accept": "text/turtle"}).text, format="turtle")

        def number(pattern: str, graph: Graph = graph) -> list[int]:
            return sorted(int(row[0]) for row in graph.query(f"{void} SELECT ?n {{ {pattern} }}"))  # type: ignore[index,arg-type]

        assert number("?d void:triples ?n ; void:sparqlEndpoint ?e") == [7 + turn]
        assert number("?d void:entities ?n ; void:sparqlEndpoint ?e") == [2 + turn]
        assert number("?d void:distinctSubjects ?n") == [3 + turn]
        assert number("?d void:distinctObjects ?n") == [6]
        assert number("?d void:classes ?n") == [1]
        assert number("?d void:classPartition [ void:class <a:Lamp> ; void:entities ?n ]") == [2]
        assert number("?d void:propertyPartition [ void:property <a:name> ; void:triples ?n ]") == [2]
        assert number("?d sd:namedGraph [ sd:name <a:g> ; sd:graph [ void:triples ?n ] ]") == [5]
        assert number("?d sd:defaultGraph [ void:triples ?n ]") == [7 + turn]
        place.update("INSERT DATA { <a:more> <a:own> 1 }")
    answer = place.web.get("/.well-known/void", headers={"accept": "image/png"})
    assert (answer.status_code, answer.headers["vary"]) == (406, "Accept")


@pytest.mark.parametrize("name", ["trig", "nquads"])
def test_triples_come_as_trig_and_quads_too(place: Place, name: str) -> None:
    answer = place.web.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s <a:in> ?o }", "format": name})
    form = {"trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS}[name]
    assert len(list(ox.parse(answer.content, format=form))) == 2


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--writable"], "RESOGRAPH_TOKEN"),
        (["--writable", "--token", "short"], "8 or more"),
        (["--writable", "--token", "with blanks in it"], "without spaces"),
        (["--writable", "--token", "t" * 9, "--token-file", "x"], "not both"),
        (["--writable", "--token-file", "/nowhere/token"], "cannot be read"),
        (["--token", "t" * 9], "--writable"),
    ],
)
def test_a_wrong_token_is_told_in_one_line(
    options: list[str], says: str, place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RESOGRAPH_TOKEN", raising=False)
    assert cli.run(["serve", "--store", str(place.folder), *options]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_the_server_writes_and_leaves_no_process_behind(place: Place, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    command = [
        sys.executable,
        "-m",
        "resograph",
        "serve",
        "--store",
        str(place.folder),
        "--port",
        "0",
        "--writable",
        "--token-file",
        str(token),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        answer = httpx.put(f"{address}graph-store?graph={quote(LAMPS, safe='')}", content="<a:b> <a:b> 1 .", headers=TURTLE)
        assert answer.status_code == 201
        assert httpx.get(f"{address}graph-store?graph={quote(LAMPS, safe='')}").status_code == 200
        children = _children(process.pid)
        process.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += [int(stat.parent.name), *_children(int(stat.parent.name))]
    return found
