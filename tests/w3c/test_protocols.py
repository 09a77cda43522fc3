"""The W3C's tests of the protocols, sent to the whole server over a socket, byte for byte as the manifests have them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from w3c.manifests import Conversation, Data, Exchange, conversations, needs_suite, parameters
from w3c.results import same_quads
from w3c.serving import TOKEN, fill

PROTOCOL = conversations("protocol", "manifest.ttl")
GRAPH_STORE = conversations("graph-store-protocol", "manifest-direct.ttl", "manifest-indirect.ttl")
CODES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
FORMATS = {"boolean": "application/sparql-results+json", "tabular": "application/sparql-results+json", "RDF": "text/turtle; charset=utf-8"}
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its host and port, and the folder of its store."""

    authority: str
    folder: Path

    def send(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.authority, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in [*headers, *([("content-length", str(len(body)))] if body else [])]:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("w3c") / "store"
    fill(folder, Data())
    command = [sys.executable, "-m", "resograph", "serve", "--store", str(folder), "--port", "0", "--writable"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "RESOGRAPH_TOKEN": TOKEN}) as process:
        assert process.stdout is not None
        try:
            yield Server(urlsplit(process.stdout.readline().strip()).netloc, folder)
        finally:
            process.terminate()


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    """Those of the manifest, and the token."""
    return [("authorization", f"Bearer {TOKEN}"), *exchange.headers]


@pytest.mark.parametrize("test", parameters(PROTOCOL))
def test_protocol(test: Conversation, server: Server) -> None:
    fill(server.folder, test.data)
    for exchange in test.exchanges:
        status, headers, body = server.send(exchange.method, exchange.path, _headers(exchange), exchange.body)
        assert {f"StatusCode{status // 100}xx"} & exchange.statuses, body
        if exchange.form:
            assert headers["content-type"] == FORMATS[exchange.form]
        if exchange.truth is not None:
            assert json.loads(body)["boolean"] is exchange.truth


@pytest.mark.parametrize("test", parameters(GRAPH_STORE))
def test_graph_store(test: Conversation, server: Server) -> None:
    fill(server.folder, Data())
    locations: dict[str, str] = {}
    for exchange in test.exchanges:
        path, content = exchange.path.replace("/gsp", "/graph-store", 1), exchange.body
        for name, location in locations.items():
            path, content = path.replace(name, location), content.replace(name.encode(), location.encode())
        status, headers, body = server.send(exchange.method, path, _headers(exchange), content)
        assert status in {CODES[name] for name in exchange.statuses}, body
        for name, value in exchange.answer_headers:
            assert headers[name] == value
        if exchange.location:
            locations[exchange.location] = headers["location"]
        if exchange.answer:
            found = ox.parse(body, format=ox.RdfFormat.TURTLE)
            assert same_quads(found, ox.parse(exchange.answer, format=ox.RdfFormat.TURTLE))


# --- the service description: three tests that the manifest tells in prose ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Described:
    """A test of the service description."""

    manifest: str
    name: str

    def __str__(self) -> str:
        return f"{self.manifest}/{self.name}"


DESCRIPTION = [Described("service-description", name) for name in ("returns-rdf", "has-endpoint-triple", "conforms-to-schema")]
DOMAINS = {
    "endpoint": "Service", "feature": "Service", "defaultEntailmentRegime": "Service", "entailmentRegime": "NamedGraph",
    "supportedEntailmentProfile": "NamedGraph", "extensionFunction": "Service", "extensionAggregate": "Service",
    "languageExtension": "Service", "supportedLanguage": "Service", "propertyFeature": "Service", "defaultDataset": "Service",
    "availableGraphs": "Service", "resultFormat": "Service", "inputFormat": "Service", "defaultGraph": "Dataset",
    "namedGraph": "GraphCollection", "name": "NamedGraph", "graph": "NamedGraph",
}  # fmt: skip
RANGES = {"defaultDataset": "Dataset", "availableGraphs": "GraphCollection", "defaultGraph": "Graph", "namedGraph": "NamedGraph",
          "graph": "Graph", "extensionFunction": "Function"}  # fmt: skip
FEATURES = ("DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery")
LANGUAGES = ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update")


@needs_suite
@pytest.mark.parametrize("test", DESCRIPTION, ids=str)
def test_service_description(test: Described, server: Server) -> None:
    status, headers, body = server.send("GET", "/sparql", [("accept", "text/turtle")], b"")
    assert (status, headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    graph = Graph().parse(data=body, format="turtle")
    assert len(graph) > 20
    if test.name == "has-endpoint-triple":
        assert URIRef(f"http://{server.authority}/sparql") in set(graph.objects(None, SD.endpoint))
    if test.name == "conforms-to-schema":
        assert not list(_faults(graph))


def _faults(graph: Graph) -> Iterator[str]:
    """Where the description uses a term that the vocabulary does not have, or on a node of another class."""
    for subject, relation, target in graph:
        if str(relation).startswith(str(SD)):
            name = str(relation).removeprefix(str(SD))
            if name not in DOMAINS:
                yield f"unknown property {name}"
            elif (subject, RDF.type, SD[DOMAINS[name]]) not in graph:
                yield f"{name} of what is no {DOMAINS[name]}"
            elif name in RANGES and (target, RDF.type, SD[RANGES[name]]) not in graph:
                yield f"{name} leads to what is no {RANGES[name]}"
            elif name == "supportedLanguage" and target not in [SD[language] for language in LANGUAGES]:
                yield f"unknown language {target}"
            elif name == "feature" and target not in [SD[feature] for feature in FEATURES] and (target, RDF.type, SD.Feature) not in graph:
                yield f"unknown feature {target}"
