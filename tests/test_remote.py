"""A store on a server answers as the one in a folder does: every named question with its data, every command, every page."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import SPECIMENS
from sparql_servers import ENGINES, running
from test_questions import QUESTIONS, expected, loaded, parameters

from resograph import cli, questions
from resograph.build import build
from resograph.dataset import opened
from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.remote import RemoteDataset, RemoteReader, manifest, open_client
from resograph.remote.client import Client
from resograph.store import Reader

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

FILES = ("wtdc-9005-2017.txt", "pp-decision-9011-2018.txt", "pp-final-acts-2018.txt")


@pytest.fixture(scope="module", params=ENGINES)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with running(request.param) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Copies of remote stores go where the test can throw them away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("RESOGRAPH_STORE", raising=False)
        yield


def ours(client: Client) -> list[str]:
    return [str(name.value) for name in RemoteDataset(client).named_graphs() if str(name.value).startswith(BASE)]


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """A server that holds nothing of ours, before and after."""
    client = open_client(url)
    for name in ours(client):
        client.drop(name)
    yield client
    for name in ours(client):
        client.drop(name)
    client.close()


def put(client: Client, store: ox.Store) -> RemoteDataset:
    names = [str(name.value) for name in store.named_graphs()]
    for name in names:
        client.put(name, store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(name)) or b"")
    return RemoteDataset(client, tuple(names))


def test_every_question_gives_the_rows_of_its_csv(client: Client) -> None:
    wrong = []
    for name in QUESTIONS:
        dataset = put(client, loaded(name))
        found = questions.ask(dataset, name, parameters(questions.load(name)))
        if [list(found.columns), *map(list, found.rows)] != expected(name):
            wrong.append(name)
        for graph in dataset.named_graphs():
            client.drop(str(graph.value))
    assert not wrong


def test_the_interface_is_that_of_the_embedded_store(client: Client) -> None:
    store = loaded("obligations")
    dataset = put(client, store)
    res = "https://w3id.org/resograph/ontology#"
    actor = ox.NamedNode("https://w3id.org/resograph/vocabulary/actor/tsb-director")
    graph = next(quad.graph_name for quad in store.quads_for_pattern(None, None, actor))
    patterns: list[tuple[Any, ...]] = [
        (None, ox.NamedNode(res + "addressee"), None),
        (None, None, actor),
        (None, ox.NamedNode(res + "addressee"), actor, graph),
        (None, None, None, graph),
        (None, None, ox.Literal("nobody says this")),
    ]
    for pattern in patterns:
        assert set(dataset.quads_for_pattern(*pattern)) == set(store.quads_for_pattern(*pattern)), pattern
    assert dataset.contains_named_graph(graph)
    assert not dataset.contains_named_graph(ox.NamedNode("http://example.org/none"))
    assert set(dataset.named_graphs()) == set(store.named_graphs())
    query = f"PREFIX r: <{res}> SELECT ?norm ?actor {{ GRAPH ?g {{ ?norm r:addressee ?actor }} }} ORDER BY ?norm ?actor"
    for given in ({}, {ox.Variable("actor"): actor}):
        here, there = (list(map(tuple, one.query(query, substitutions=given))) for one in (store, dataset))  # type: ignore[arg-type]
        assert here == there
        assert here
    construct = f"PREFIX r: <{res}> CONSTRUCT {{ ?norm r:addressee ?a }} WHERE {{ GRAPH ?g {{ ?norm r:addressee ?a }} }}"
    assert set(dataset.query(construct)) == set(store.query(construct))  # type: ignore[arg-type]
    for ask in (f"ASK {{ GRAPH ?g {{ ?n <{res}addressee> {actor} }} }}", "ASK { GRAPH ?g { <http://example.org/none> ?p ?o } }"):
        assert bool(dataset.query(ask)) == bool(store.query(ask))


# --- build ----------------------------------------------------------------------------------------------------------


def texts(folder: Path) -> Path:
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes((SPECIMENS / name).read_bytes())
    return folder


def digests(store: ox.Store) -> dict[str, str]:
    """What each graph says; of tallies not which number each has got, as that follows the order in which the engine gives rows."""
    found = {}
    for name in store.named_graphs():
        lines = (store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=name) or b"").splitlines()
        lines = [re.sub(rb"(/graph/tallies#[a-z-]+)\d+", rb"\1", re.sub(rb"_:\w+", b"_:", line)) for line in lines]
        found[str(name.value)] = hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
    return found


def there(url: str) -> dict[str, str]:
    """What the server has of the graphs that its manifest names, read anew."""
    reader = RemoteReader(url)
    store = ox.Store()
    reader.store.copy_into(store, [str(name.value) for name in reader.store.named_graphs()])
    reader.close()
    return digests(store)


def test_a_build_sends_what_has_changed_and_the_graph_is_that_of_a_folder(client: Client, url: str, tmp_path: Path) -> None:
    folder, store = texts(tmp_path / "texts"), tmp_path / "store"
    with pytest.raises(StoreError, match="there is no store at"):
        opened(url)

    def compare(generation: str) -> None:
        done = build([folder], url)
        build([folder], store)
        assert done.generation == generation
        assert there(url) == digests(Reader(store).store)
        assert set(ours(client)) == {*there(url), f"{BASE}graph/manifest"}  # the lock is gone, too

    compare("000001")
    assert not build([folder], url).changed
    reader = RemoteReader(url)
    assert (reader.generation, reader.base) == ("000001", BASE)
    assert set(reader.manifest.files) == set(Reader(store).manifest.files)
    (folder / FILES[0]).unlink()
    compare("000002")
    with pytest.raises(StoreError, match="was built with --base"):
        build([folder], url, base="https://example.org/id/")


@pytest.mark.usefixtures("client")
def test_only_changed_graphs_travel_also_from_another_machine(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = texts(tmp_path / "texts")
    build([folder], url)
    sent: list[str] = []
    changed: list[str] = []
    put, change = Client.put, Client.change

    def noted(self: Client, graph: str, triples: bytes) -> None:
        sent.append(graph)
        put(self, graph, triples)

    def noted_too(self: Client, graph: str, gone: list[bytes], new: list[bytes]) -> bool:
        changed.append(graph)
        return change(self, graph, gone, new)

    monkeypatch.setattr(Client, "put", noted)
    monkeypatch.setattr(Client, "change", noted_too)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert not build([folder], url).changed
    assert not sent
    (folder / FILES[0]).unlink()
    build([folder], url)
    assert sent.count(f"{BASE}graph/manifest") == 2
    assert f"{BASE}graph/index" in changed  # the statements that are gone or new, not the graph
    assert f"{BASE}graph/index" not in sent
    assert not any("/expression/" in graph for graph in sent)
    assert not any("/expression/wtdc/resolution/9005/2017" in graph for graph in there(url))


def test_a_build_that_is_killed_while_it_sends_is_repaired_by_the_next(client: Client, url: str, tmp_path: Path) -> None:
    folder, store = texts(tmp_path / "texts"), tmp_path / "store"
    build([folder / FILES[2]], url)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from resograph.build import build\n"
        "from resograph.remote.client import Client\n"
        "put, left = Client.put, [int(sys.argv[3])]\n"
        "def dying(self, graph, data):\n"
        "    left[0] -= 1\n"
        "    if left[0] < 0:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    put(self, graph, data)\n"
        "Client.put = dying\n"
        "build([Path(sys.argv[1])], sys.argv[2], jobs=1)\n"
    )
    before = there(url)
    died = subprocess.run([sys.executable, "-c", script, str(folder), url, "3"], check=False, env=dict(os.environ))
    assert died.returncode == -signal.SIGKILL
    readers = RemoteReader(url), RemoteReader(url)
    assert all(reader.generation.startswith("000001+") for reader in readers)
    assert readers[0].generation != readers[1].generation  # nothing that is made from it may be kept
    assert set(before) <= set(there(url))
    (folder / FILES[1]).unlink()  # its graph may have been sent by one of those that died
    done = build([folder], url)
    build([folder / FILES[2]], store)
    build([folder], store)
    assert done.generation == "000002"
    assert there(url) == digests(Reader(store).store)
    assert set(ours(client)) == {*there(url), f"{BASE}graph/manifest"}


def test_two_builds_do_not_write_at_once(client: Client, url: str, tmp_path: Path) -> None:
    folder = texts(tmp_path / "texts")
    lock = f"{BASE}graph/lock"
    holder = f'INSERT {{ GRAPH <{lock}> {{ <{lock}> <{manifest.DCTERMS}creator> "elsewhere 1 x" ; <{manifest.DCTERMS}modified> ?t }} }} WHERE {{ '
    client.update(holder + "BIND(STR(NOW()) AS ?t) }")
    with pytest.raises(StoreError, match="another build is writing"):
        build([folder], url)
    client.drop(lock)
    client.update(holder + 'BIND("2020-01-01T00:00:00Z" AS ?t) }')  # no sign of life for years
    assert build([folder], url).changed


# --- commands and pages ---------------------------------------------------------------------------------------------

COMMANDS = (
    ("query", "obligations", "edition=wtsa/9018/2024"),
    ("query", "cited-by", "work=pp/9191", "--format", "json"),
    ("query", "clause-history", "clause=wtsa/9018/2024/instructs/2", "--format", "csv"),
    ("query", "names", "actor=TSAG"),
    ("sparql", "SELECT ?e { ?x res:answersFor ?e } ORDER BY ?e", "--format", "csv"),
    ("sparql", "ASK { ?x res:answersFor ?e }"),
    ("catalogue", "--specimens", "--format", "json"),
    ("catalogue", "wtsa/9018"),
    ("diff", "wtsa/9018/2016", "wtsa/9018/2024", "--format", "json"),
    ("check", str(SPECIMENS / "wtsa-9018-2024.txt")),
    ("analyse", "citations", "--specimens", "--format", "csv"),
    ("analyse", "lineage", "--specimens", "--format", "csv"),
)


@pytest.fixture(scope="module")
def built(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same texts on the server and in a folder."""
    folder = tmp_path_factory.mktemp("built")
    build([SPECIMENS], url, rebuild=True)
    build([SPECIMENS], folder / "store")
    return folder / "store"


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.run([*arguments])
    return status, *capfd.readouterr()


def test_every_command_says_the_same(built: Path, url: str, capfd: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        here = run(capfd, *command, "--store", str(built))
        assert run(capfd, *command, "--store", url) == here, command
        assert here[1], command


def test_every_page_shows_the_same(built: Path, url: str) -> None:
    from resograph.serve import application
    from resograph.serve.forward import Forward

    reader = RemoteReader(url, remember=False)
    with (
        TestClient(application(Reader(built))) as here,
        TestClient(application(reader, evaluator=Forward(reader, seconds=30))) as there,
    ):
        for address in (
            "/",
            "/id/wtsa/resolution/9018/2024",
            "/id/wtsa/resolution/9018/2024/resolves/1",
            "/id/wtsa/resolution/9018",
            "/vocabulary/actor/tsag",
            "/questions/obligations?edition=wtsa/9018/2024",
            "/id/none/of/this",
        ):
            one, other = (web.get(address, headers={"Accept": "text/html"}) for web in (here, there))
            assert other.status_code == one.status_code, address
            assert other.text == one.text, address
        for form in ("json", "xml", "csv", "tsv"):
            query = {
                "query": "PREFIX res: <https://w3id.org/resograph/ontology#> SELECT ?e { ?x res:answersFor ?e } ORDER BY ?e",
                "format": form,
            }
            one, other = (web.get("/sparql", params=query) for web in (here, there))
            assert (other.status_code, other.headers["content-type"]) == (200, one.headers["content-type"])
            if form != "json":  # blanks between the tokens may differ
                assert other.text.split() == one.text.split()
            else:
                assert other.json()["results"]["bindings"] == one.json()["results"]["bindings"]
        thing = {"query": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{BASE}graph/index> {{ ?s ?p ?o }} }}", "format": "ntriples"}
        one, other = (web.get("/sparql", params=thing) for web in (here, there))
        triples = [set(ox.parse(found.content, format=ox.RdfFormat.N_TRIPLES)) for found in (one, other)]
        assert triples[0] == triples[1]
        assert triples[0]
        for wrong, status in (("SELECT ?x {", 400), ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403)):
            assert there.get("/sparql", params={"query": wrong}).status_code == status


@pytest.mark.usefixtures("built")
def test_serve_answers_from_a_server(url: str) -> None:
    import httpx

    command = [sys.executable, "-m", "resograph", "serve", "--store", url, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            found = httpx.get(address + "sparql", params={"query": "ASK {?s ?p ?o}"}, headers={"Accept": "application/json"})
            assert json.loads(found.text)["boolean"] is True
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=20) in (0, -signal.SIGTERM)
