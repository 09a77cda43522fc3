"""The server as its keeper sees it: log, metrics, readiness, bounds for clients, how it stops."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from test_workers import ASK, ENDLESS, ROWS, alive, until, write

from resograph.serve import application, observe

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

LINE = {"time", "client", "method", "path", "status", "ms", "bytes", "whole"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("observed") / "store"
    write(path, 3000)
    return path


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its process and its address."""

    process: subprocess.Popen[str]
    address: str

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(self.address + path, timeout=30, **options)  # type: ignore[arg-type]

    def ask(self, query: str, **options: object) -> httpx.Response:
        return self.get("/sparql", params={"query": query, "format": "csv"}, **options)

    def connected(self, query: str) -> socket.socket:
        """A client that has sent *query* and reads nothing."""
        port = int(self.address.rpartition(":")[2])
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(f"GET /sparql?format=csv&query={quote(query)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return client

    def metric(self, name: str) -> float:
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    @property
    def children(self) -> list[int]:
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "resograph", "serve", "--store", str(folder), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Served(process, process.stdout.readline().strip().rstrip("/"))
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(folder, "--timeout", "2", "--log", str(tmp_path_factory.getbasetemp() / "access.log")) as server:
        yield server


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "access.log"


# --- what is seen -----------------------------------------------------------------------------------------------------


def test_it_says_that_it_lives_and_that_it_is_ready(server: Served) -> None:
    assert server.get("/health").json()["status"] == "ok"
    assert server.get("/ready").json()["status"] == "ready"


def test_without_a_store_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    write(tmp_path / "store", 3)
    with served(tmp_path / "store") as server:
        assert server.get("/ready").status_code == 200
        (tmp_path / "store" / "CURRENT").unlink()
        assert server.get("/health").status_code == 200
        answer = server.get("/ready")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


def test_each_request_is_a_line_of_json(server: Served, log: Path) -> None:
    secret = "Bearer hush"
    server.get("/sparql", params={"query": ASK, "token": "hush"}, headers={"authorization": secret, "accept": "text/csv"})
    server.get("/nowhere")
    until(lambda: "/nowhere" in log.read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asked = [line for line in lines if line["path"] == "/sparql"][-1]
    assert set(asked) == LINE | {"query", "waited_ms"}
    assert (asked["status"], asked["client"], asked["bytes"], asked["whole"]) == (200, "127.0.0.1", 4, True)
    assert re.fullmatch(r"[0-9a-f]{16}", asked["query"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", asked["time"])
    assert lines[-1]["status"] == 404
    assert set(lines[-1]) == LINE
    assert "hush" not in log.read_text(encoding="utf-8")


def test_metrics_count_what_happens(server: Served) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    before = server.metric('resograph_workers_ended_total{reason="late"}')
    assert server.ask(ENDLESS).status_code == 503
    text = server.get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert server.metric('resograph_workers_ended_total{reason="late"}') == before + 1
    assert server.metric("resograph_quads") == 3000
    assert server.metric("resograph_generation") >= 1
    assert server.metric('resograph_requests_total{method="GET",route="/sparql",status="503"}') >= 1
    assert {"resograph_request_seconds", "resograph_queries_waiting", "resograph_workers", "resograph_sent_bytes"} <= set(families)
    routes = {sample.labels["route"] for sample in families["resograph_requests"].samples}
    server.get("/id/" + "x" * 50)
    assert not any("xxx" in route for route in routes), "addresses that clients make up are no labels"


def test_a_file_for_the_log_that_cannot_be_written_is_one_line_and_2(folder: Path, tmp_path: Path) -> None:
    with served(folder, "--log", str(tmp_path / "none" / "log")) as server:
        output, errors = server.process.communicate(timeout=30)
        assert (server.process.returncode, output, len(errors.splitlines())) == (2, "", 1)
        assert "--log" in errors


def test_on_standard_error_all_that_goes_wrong_is_json_too(tmp_path: Path) -> None:
    write(tmp_path / "store", 3000)
    with served(tmp_path / "store", "--log", "-", "--timeout", "3", "--grace", "1") as server:
        with pytest.raises(httpx.RemoteProtocolError):
            server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f . FILTER(STRLEN(REPLACE(CONCAT(STR(?a), STR(?d)), '[a-z]', 'x')) > 0) }")
        server.process.terminate()
        _, errors = server.process.communicate(timeout=20)
    said = [json.loads(line) for line in errors.splitlines()]
    assert [line["whole"] for line in said if "whole" in line] == [False]
    assert any("broke off" in line.get("message", "") for line in said)
    assert not any("trace" in line for line in said)


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_the_deadline_is_kept_and_told(server: Served) -> None:
    began = time.monotonic()
    answer = server.ask(ENDLESS)
    assert time.monotonic() - began > 1.9
    assert answer.status_code == 503
    assert "2 seconds" in answer.json()["detail"]


def test_a_query_without_memory_is_told_so(folder: Path) -> None:
    with served(folder, "--memory", "300") as server:
        answer = server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i")
        assert answer.status_code == 503
        assert "300 MB" in answer.json()["detail"]
        assert answer.headers["retry-after"]
        assert server.ask(ASK).text.strip() == "true"


def test_an_answer_and_a_request_have_a_size(folder: Path) -> None:
    with served(folder, "--max-answer", "1", "--max-request", "1") as server:
        with pytest.raises(httpx.RemoteProtocolError):
            server.ask(ROWS)
        assert server.ask(ASK + "#" * 2000).status_code == 413


def test_work_stops_when_the_client_leaves(folder: Path) -> None:
    with served(folder) as server:
        for query in (ENDLESS, ROWS):
            before = server.metric('resograph_workers_ended_total{reason="left"}')
            client = server.connected(query)
            until(lambda: server.metric('resograph_queries_under_way{lane="sparql"}') == 1)
            client.close()
            until(lambda: server.metric('resograph_queries_under_way{lane="sparql"}') == 0)
            assert server.metric('resograph_workers_ended_total{reason="left"}') == before + 1


def test_one_client_has_so_many_requests_at_once_and_others_are_served(folder: Path) -> None:
    with served(folder, "--proxy", "127.0.0.1") as server:
        clients = [server.connected(ROWS) for _ in range(observe.EACH + 10)]
        until(lambda: server.metric("resograph_queries_refused_total") >= 1)
        others = {"x-forwarded-for": "192.0.2.7"}
        answer = server.ask(ASK, headers=others)
        assert (answer.status_code, answer.text.strip()) == (200, "true")
        assert server.get("/questions/cites", headers=others).status_code in (200, 400)
        busy = [server.ask(ASK) for _ in range(1)]
        assert {one.status_code for one in busy} == {503}
        assert all(one.headers["retry-after"] for one in busy)
        for client in clients:
            client.close()
        until(lambda: server.metric("resograph_requests_under_way") == 0)
        assert server.ask(ASK).status_code == 200


def test_who_asks_is_not_what_a_header_says_unless_a_proxy_is_named(server: Served, log: Path) -> None:
    server.get("/sparql", params={"query": ASK + "#who"}, headers={"x-forwarded-for": "192.0.2.9"})
    until(lambda: json.loads(log.read_text(encoding="utf-8").splitlines()[-1])["path"] == "/sparql")
    assert "192.0.2.9" not in log.read_text(encoding="utf-8")


def test_requests_at_once_are_bounded_for_a_client_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True, slots=True)
    class Fixed:
        store: ox.Store

    monkeypatch.setattr(observe, "EACH", 0)
    with TestClient(application(Fixed(ox.Store()))) as web:
        answer = web.get("/sparql", params={"query": ASK})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert web.get("/health").status_code == web.get("/static/style.css").status_code == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_the_network_of_one_customer(address: str, client: str) -> None:
    assert observe.client_of({"client": (address, 1)}) == client
    assert observe.client_of({}) == ""


# --- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_however_the_server_ends(folder: Path, how: signal.Signals) -> None:
    with served(folder, "--grace", "1") as server:
        clients = [server.connected(query) for query in (ENDLESS, ROWS)]
        until(lambda: server.metric('resograph_queries_under_way{lane="sparql"}') == 2)
        children = server.children
        assert len(children) >= 3
        os.kill(server.process.pid, how)
        server.process.wait(timeout=60)
        until(lambda: not any(map(alive, children)))
        for client in clients:
            client.close()
        assert server.process.returncode in (0, -how, 130), server.process.stderr and server.process.stderr.read()


def test_a_request_under_way_is_answered_after_sigterm(folder: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(REPLACE(STR(?a), '[0-9]', 'xx')) > 2) }"
    with served(folder, "--grace", "20") as server:
        answers: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: answers.append(server.ask(slow)))
        thread.start()
        until(lambda: server.metric('resograph_queries_under_way{lane="sparql"}') == 1)
        server.process.terminate()
        for pid in server.children:
            os.kill(pid, signal.SIGTERM)  # as a manager of services does
        thread.join(30)
        assert answers[0].status_code == 200
        assert server.process.wait(timeout=20) == 0


# --- the head of a request ------------------------------------------------------------------------------------------

POST = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET /sparql?query=", b"A" * 1000),
        (b"GET /sparql HTTP/1.1\r\nHost: a\r\n", b"X-More: " + b"a" * 1000 + b"\r\n"),
        (b"GET /sparql HTTP/1.1\r\nHost: a\r\nX-Long: ", b"a" * 1000),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n0\r\n", b"X-Trailer: " + b"a" * 1000 + b"\r\n"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"a" * 1000 + b"\r\n \r\n"),
    ],
    ids=["address", "fields", "a field", "trailers", "chunks"],
)
def test_what_stands_beside_the_body_has_a_bound(folder: Path, start: bytes, more: bytes) -> None:
    with served(folder) as server, socket.create_connection(("127.0.0.1", int(server.address.rpartition(":")[2])), timeout=20) as client:
        sent = client.send(start)
        with suppress(ConnectionError):
            while sent < 10_000_000:
                sent += client.send(more)
        assert sent < 10_000_000, "it reads without an end"
        assert server.get("/health").status_code == 200


def test_a_body_and_fields_below_the_bound_are_read(folder: Path) -> None:
    with served(folder) as server:
        fields = {"content-type": "application/sparql-query", **{f"x-{number}": "a" * 1000 for number in range(50)}}
        query = "ASK {}" + " " * 900_000
        for content in (query, iter([query[:10].encode(), query[10:].encode()])):
            assert httpx.post(server.address + "/sparql", content=content, headers=fields).status_code == 200
