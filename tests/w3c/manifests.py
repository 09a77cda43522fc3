"""The W3C's SPARQL 1.1 manifests, read: what each test is, and the parts of it that a runner needs."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

HERE = Path(__file__).parent
SUITE = Path(os.environ.get("RESOGRAPH_W3C") or HERE.parents[2] / "shared" / "w3c" / "sparql11")
ADDRESS = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""Where the suite is published: relative IRIs in its files are resolved against that."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason="the W3C tests are not beside the checkout (RESOGRAPH_W3C names another place)")


@dataclass(frozen=True, slots=True)
class Data:
    """A dataset as files: those of the default graph, and those of named graphs by IRI."""

    default: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A test: its manifest, name and kind, the file with the query or update, the data before, and what is expected."""

    manifest: str
    name: str
    kind: str
    request: str = ""
    data: Data = Data()
    result: str = ""
    after: Data = Data()

    def __str__(self) -> str:
        return f"{self.manifest}/{self.name}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of a protocol test, and what its answer must be like."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: frozenset[str]
    truth: bool | None
    form: str
    location: str
    answer_headers: tuple[tuple[str, str], ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A protocol test: its data by graph, and its requests in order."""

    manifest: str
    name: str
    data: Data
    exchanges: tuple[Exchange, ...]

    def __str__(self) -> str:
        return f"{self.manifest}/{self.name}"


def path(file: str) -> Path:
    """Where the file with that IRI is."""
    return SUITE / file.removeprefix(ADDRESS)


def misses() -> dict[str, str]:
    """The tests that are known to fail, each with its reason."""
    with (HERE / "misses.toml").open("rb") as file:
        return {f"{manifest}/{name}": reason for manifest, names in tomllib.load(file).items() for name, reason in names.items()}


def parameters(cases: list[Case] | list[Conversation]) -> list[object]:
    """*cases* for ``parametrize``; one that is known to fail must fail."""
    if not SUITE.is_dir():
        return [pytest.param(None, id="suite", marks=needs_suite)]
    known = misses()
    return [
        pytest.param(case, id=str(case), marks=[pytest.mark.xfail(strict=True, reason=known[str(case)])] if str(case) in known else [])
        for case in cases
    ]


@cache
def _manifest(folder: str, file: str) -> Graph:
    return Graph().parse(SUITE / folder / file, publicID=f"{ADDRESS}{folder}/{file}", format="turtle")


def _entries(graph: Graph) -> Iterator[URIRef]:
    for head in graph.objects(None, MF.entries):
        for test in Collection(graph, head):
            assert isinstance(test, URIRef)
            yield test


def _local(node: Node | None) -> str:
    return str(node).rsplit("#", 1)[-1] if node else ""


def folders() -> list[str]:
    """The folders of tests of SPARQL 1.1, in the order of the manifest of all."""
    if not SUITE.is_dir():
        return []
    graph = Graph().parse(SUITE / "manifest-all.ttl", publicID=f"{ADDRESS}manifest-all.ttl", format="turtle")
    (head,) = set(graph.objects(URIRef(f"{ADDRESS}manifest-all.ttl"), MF.include))
    return [str(manifest).removeprefix(ADDRESS).split("/")[0] for manifest in Collection(graph, head)]


def cases(*kinds: str, without: tuple[str, ...] = ()) -> list[Case]:
    """The tests of *kinds* in all folders but *without*, those over the same data together."""
    found = []
    for folder in folders():
        if folder in without:
            continue
        graph = _manifest(folder, "manifest.ttl")
        for test in _entries(graph):
            kind = next((_local(kind) for kind in graph.objects(test, RDF.type) if _local(kind) in kinds), "")
            if kind:
                found.append(_case(folder, test, kind, graph))
    return sorted(found, key=lambda case: (case.manifest, case.data.default, case.data.named))


def _case(folder: str, test: URIRef, kind: str, graph: Graph) -> Case:
    action, result = graph.value(test, MF.action), graph.value(test, MF.result)
    if kind == "UpdateEvaluationTest":
        request = str(graph.value(action, UT.request))
        return Case(folder, _local(test), kind, request, _data(graph, action, UT), after=_data(graph, result, UT))
    query = graph.value(action, QT.query)
    return Case(folder, _local(test), kind, str(query or action), _data(graph, action, QT), str(result or ""))


def _data(graph: Graph, node: Node | None, terms: Namespace) -> Data:
    if node is None:
        return Data()
    named = []
    for one in graph.objects(node, terms.graphData):
        label = graph.value(one, RDFS.label)
        named.append((str(label or one), str(graph.value(one, terms.graph) or graph.value(one, terms.data) or one)))
    return Data(tuple(sorted(map(str, graph.objects(node, terms.data)))), tuple(sorted(named)))


def conversations(folder: str, *files: str) -> list[Conversation]:
    """The tests of a protocol, as requests to be sent."""
    found = []
    for file in files if SUITE.is_dir() else ():
        graph = _manifest(folder, file)
        for test in _entries(graph):
            requests = graph.value(graph.value(test, MF.action), HT.requests)
            assert requests is not None
            exchanges = tuple(_exchange(graph, request) for request in Collection(graph, requests))
            found.append(Conversation(folder, _local(test), _data(graph, test, UT), exchanges))
    return found


def _exchange(graph: Graph, request: Node) -> Exchange:
    response = graph.value(request, HT.resp)
    truth = graph.value(response, MF.expectedBoolean)
    return Exchange(
        method=str(graph.value(request, HT.methodName)),
        path=str(graph.value(request, HT.absolutePath)),
        headers=_headers(graph, request),
        body=_body(graph, request),
        statuses=frozenset(_local(status) for status in graph.objects(response, MF.expectedStatus)),
        truth=None if truth is None else str(truth) == "true",
        form=str(graph.value(response, MF.expectedFormat) or ""),
        location=str(graph.value(response, MF.expectedLocation) or ""),
        answer_headers=_headers(graph, response),
        answer=_body(graph, response).decode(),
    )


def _headers(graph: Graph, node: Node | None) -> tuple[tuple[str, str], ...]:
    head = graph.value(node, HT.headers)
    found = Collection(graph, head) if head else ()
    return tuple((str(graph.value(field, HT.fieldName)), str(graph.value(field, HT.fieldValue))) for field in found)


def _body(graph: Graph, node: Node | None) -> bytes:
    body = graph.value(node, HT.body)
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding) or "utf-8")) if body else b""
