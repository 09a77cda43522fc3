"""What can go wrong with a server on the way is said in one line, whatever the server does."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from sparql_servers import free_port

from resograph import cli
from resograph.errors import QueryError, StoreError
from resograph.remote import RemoteDataset, client, open_client
from resograph.remote.client import Client

JSON = "application/sparql-results+json"
ROWS = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "http://a/a"}}]}}'


class Handler(BaseHTTPRequestHandler):
    """Answers the first query well, and what the path of the address says after that."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.asked.append((self.path, dict(self.headers)))
        fault = self.path.split("/")[1] if b"LIMIT+1" not in body or self.path.startswith("/first-") else ""
        getattr(self, "do_" + fault.removeprefix("first-").replace("-", "_"), self.well)()

    def well(self, data: bytes = ROWS, media_type: str = JSON, **headers: str) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def fail(self, status: int, text: bytes = b"", media_type: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(text)

    def do_page(self) -> None:
        self.well(b"<html><body>Welcome</body></html>", "text/html; charset=utf-8")

    def do_text(self) -> None:
        self.well(b"welcome", "text/plain")

    def do_cut(self) -> None:
        self.well(ROWS[:60])

    def do_broken(self) -> None:
        self.well(ROWS[:60], Content_Length=str(len(ROWS)))
        self.close_connection = True

    def do_few(self) -> None:
        self.well(ROWS, X_SPARQL_MaxRows="1")

    def do_late(self) -> None:
        self.well(ROWS, X_SQL_State="S1TAT")

    def do_large(self) -> None:
        self.well(b" " * 200_000)

    def do_slow(self) -> None:
        time.sleep(1.5)
        self.well()

    def do_dripping(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(12):
            time.sleep(0.2)
            try:
                self.wfile.write(b" ")
            except OSError:
                return

    def do_refused(self) -> None:
        self.fail(400, b"Parse error\nat line 1")

    def do_login(self) -> None:
        self.fail(401, b"", WWW_Authenticate='Basic realm="x"')

    def do_busy(self) -> None:
        self.fail(503, b'{"detail": "come back later"}', "application/problem+json")

    def do_defect(self) -> None:
        self.fail(500, b"<h1>no</h1>", "text/html")

    def do_elsewhere(self) -> None:
        self.fail(302, b"", Location="http://127.0.0.1:1/other")

    def do_round(self) -> None:
        self.fail(307, b"", Location="/round")

    def do_moved(self) -> None:
        self.fail(307, b"", Location="/well")

    def do_basic(self) -> None:
        if self.headers.get("authorization") == "Basic " + base64.b64encode(b"me:secret").decode():
            self.well()
        else:
            self.do_login()

    def log_message(self, *_: Any) -> None:
        """Quietly."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


FAULTS = [
    ("page", StoreError, "answers with a page, not with results; give the address of its query service"),
    ("text", StoreError, "answers with text/plain, not with SPARQL results"),
    ("cut", StoreError, "is cut or damaged"),
    ("broken", StoreError, "broke off"),
    ("few", StoreError, "gives at most 1 rows of an answer; raise its limit"),
    ("late", StoreError, "has left out part of the answer"),
    ("large", StoreError, "is larger than 100,000 bytes; narrow the query"),
    ("slow", StoreError, "within 0.6 s; narrow the query, or give it longer"),
    ("dripping", StoreError, "is not whole after 0.6 s"),
    ("refused", QueryError, "refuses the query: Parse error at line 1"),
    ("login", StoreError, "does not let you ask it (401); say who you are: RESOGRAPH_STORE_USER"),
    ("busy", StoreError, "has no time for this now (503: come back later); try again later"),
    ("defect", StoreError, "answers with status 500"),
    ("elsewhere", StoreError, "has moved to http://127.0.0.1:1/other; give that address"),
    ("round", StoreError, "sends from one address to the next without end"),
]


@pytest.mark.parametrize(("path", "error", "message"), FAULTS)
def test_each_fault_is_one_line(address: str, path: str, error: type[Exception], message: str) -> None:
    asking = open_client(f"http://me:secret@{address}/{path}", patience=0.6)
    asking.largest = 100_000
    with pytest.raises(error) as raised:
        RemoteDataset(asking).query("SELECT ?s { ?s ?p ?o }")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)
    asking.close()


def test_a_redirect_on_the_same_host_is_followed(address: str) -> None:
    asking = open_client(f"http://{address}/moved")
    assert len(list(RemoteDataset(asking).query("SELECT ?s { ?s ?p ?o }"))) == 1  # type: ignore[arg-type]
    asking.close()


def test_who_asks_is_told_in_the_way_that_the_server_wants(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    by_url = open_client(f"http://me:secret@{address}/basic")
    monkeypatch.setenv("RESOGRAPH_STORE_USER", "me")
    monkeypatch.setenv("RESOGRAPH_STORE_PASSWORD", "secret")
    by_environment = open_client(f"http://{address}/basic")
    for asking in (by_url, by_environment):
        assert len(list(RemoteDataset(asking).query("SELECT ?s { ?s ?p ?o }"))) == 1  # type: ignore[arg-type]
        asking.close()
    monkeypatch.delenv("RESOGRAPH_STORE_USER")
    monkeypatch.setenv("RESOGRAPH_STORE_TOKEN", "a-token")
    open_client(f"http://{address}/well").close()
    assert Handler.asked[-1][1]["Authorization"] == "Bearer a-token"


def test_a_server_that_is_away_is_said_in_one_line_and_status_two(capfd: pytest.CaptureFixture[str]) -> None:
    away = f"127.0.0.1:{free_port()}"
    for command in (["query", "editions"], ["build"], ["serve", "--port", "0"], ["sparql", "ASK {}"]):
        assert cli.run([*command, "--store", f"http://me:secret@{away}"]) == 2
        out, err = capfd.readouterr()
        assert not out
        assert err.startswith(f"resograph: http://{away} cannot be reached (")
        assert err.count("\n") == 1
        assert "secret" not in err


@pytest.mark.parametrize("path", ["first-page", "first-text", "first-login", "first-defect"])
def test_a_server_that_is_no_sparql_server_is_found_out_at_once(address: str, path: str) -> None:
    with pytest.raises(StoreError, match=r"answers with|does not let you"):
        open_client(f"http://{address}/{path}")


def test_without_a_graph_store_graphs_go_by_updates(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    asking = open_client(f"http://{address}/x#graphs=")
    updates: list[str] = []
    monkeypatch.setattr(Client, "update", lambda _, update: updates.append(update))
    monkeypatch.setattr(client, "UPDATE_LINES", 2)
    asking.put("http://g/1", b"<a> <b> <c> .\n<a> <b> <d> .\n<a> <b> <e> .\n")
    asking.drop("http://g/1")
    assert [update.split()[:2] for update in updates] == [["DROP", "SILENT"], ["INSERT", "DATA"], ["DROP", "SILENT"]]
    assert "".join(updates).count("<a> <b>") == 3
    asking.close()
