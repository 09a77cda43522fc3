"""Queries in processes of their own: answers, limits, fairness, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

from resograph import questions
from resograph.dataset import Dataset
from resograph.errors import QueryError, QuestionError, StoreError
from resograph.serve import application, lookups, negotiate, workers
from resograph.serve.evaluate import CALLER, CHUNK, Busy, Caller, Cut, Lost, Query, TookTooLong, Unacceptable
from resograph.serve.names import Names
from resograph.serve.turns import Full, Turns
from resograph.serve.workers import Limits, Workers
from resograph.store import Reader, writing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ASK = "ASK { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o FILTER(?c != ?f) }"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
"""Nine million rows."""
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
LIMITS = Limits(seconds=20, slots=4, pages=2)


def write(folder: Path, count: int, *, word: str = "p") -> None:
    with writing(folder, rebuild=True) as writer:
        writer.manifest.base = "https://example.org/"
        writer.store.extend(
            ox.Quad(ox.NamedNode(f"a:{i}"), ox.NamedNode(f"a:{word}"), ox.Literal(i), ox.NamedNode("a:g")) for i in range(count)
        )
        writer.commit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pool") / "store"
    write(path, 3000)
    return path


@contextmanager
def evaluating(folder: Path, limits: Limits = LIMITS) -> Iterator[Workers]:
    evaluator = Workers(folder, limits)
    try:
        yield evaluator
    finally:
        evaluator.close()


@pytest.fixture(scope="module")
def pool(folder: Path) -> Iterator[Workers]:
    with evaluating(folder) as evaluator:
        yield evaluator


def query(text: str) -> Query:
    return Query(text, rows=(negotiate.CSV, "text/csv"), triples=(negotiate.NTRIPLES, "application/n-triples"))


def text(evaluator: Workers, asked: str) -> str:
    return b"".join(evaluator.evaluate(query(asked)).chunks()).decode()


def calling(client: str) -> Caller:
    """From here on, this thread asks for *client*."""
    caller = Caller(client)
    CALLER.set(caller)
    return caller


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to this"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and that nobody has asked about does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


# --- answers --------------------------------------------------------------------------------------------------------


def test_a_query_is_answered_by_another_process(pool: Workers) -> None:
    assert text(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == "n\r\n3000\r\n"
    answer = pool.evaluate(query("CONSTRUCT WHERE { <a:7> ?p ?o }"))
    assert (answer.media_type, answer.is_graph, answer.rest) == ("application/n-triples", True, None)
    assert answer.head.startswith(b"<a:7> <a:p>")
    assert text(pool, "CONSTRUCT WHERE { ?s <a:never> ?o }") == ""
    assert os.getpid() not in pool.alive


def test_a_long_answer_comes_in_chunks_and_is_whole(pool: Workers) -> None:
    answer = pool.evaluate(query("SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f FILTER(?c < 20) }"))
    chunks = list(answer.chunks())
    assert len(chunks) > 3
    assert {len(chunk) for chunk in chunks[:-1]} == {CHUNK}
    assert b"".join(chunks).count(b"\r\n") == 60_001
    until(lambda: pool.queries.under_way == 0)


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_an_answer_is_whole_whatever_its_length(pool: Workers, size: int) -> None:
    letters = size - len("x\r\n\r\n")
    assert text(pool, f'SELECT ("{"y" * letters}" AS ?x) {{}}') == f"x\r\n{'y' * letters}\r\n"


def test_errors_come_back_as_what_they_are(pool: Workers) -> None:
    with pytest.raises(QueryError, match="1:"):
        pool.evaluate(query("SELECT * {"))
    with pytest.raises(Unacceptable):
        pool.evaluate(replace(query("CONSTRUCT WHERE { ?s ?p ?o }"), triples=None))
    with pytest.raises(QuestionError, match="nothing-such"):
        pool.call(questions.ask, "nothing-such")
    with pytest.raises(RuntimeError, match="TypeError"):
        pool.call(lookups.identified)  # type: ignore[call-arg]
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        pool.call(only_here)
    assert text(pool, ASK) == "true"


def only_here(store: Dataset) -> int:
    """A worker does not find the modules of tests."""
    return sum(1 for _ in store.quads_for_pattern(None, None, None, None))


def test_pages_ask_by_a_function_that_runs_beside_the_store(pool: Workers) -> None:
    assert pool.call(lookups.answers) is True
    assert {triple.split(b" ", 1)[0] for triple in pool.call(lookups.triples, Names("a:"), "a:7", negotiate.NTRIPLES).splitlines()} == {
        b"<a:7>"
    }
    with pytest.raises((AttributeError, TypeError)):
        pool.call(lambda store: len(store))  # it stands in no module
    assert pool.pages.under_way == 0


def test_a_new_generation_is_what_the_next_query_sees(tmp_path: Path) -> None:
    write(tmp_path / "store", 3)
    with evaluating(tmp_path / "store") as evaluator:
        for count in (3, 5, 2):
            write(tmp_path / "store", count)
            assert [text(evaluator, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") for _ in range(4)] == [f"n\r\n{count}\r\n"] * 4


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    with evaluating(tmp_path / "none") as evaluator, pytest.raises(StoreError, match="resograph build"):
        evaluator.evaluate(query(ASK))


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [ENDLESS, "SELECT * { ?s (<a:p>|!<a:q>)* ?o . ?o2 (!<a:r>)* ?s2 FILTER(?o = ?o2 && ?s > ?s2) } ORDER BY ?s2 ?o2"]
)
def test_a_query_is_killed_at_its_deadline_and_its_worker_replaced(folder: Path, asked: str) -> None:
    with evaluating(folder, replace(LIMITS, seconds=2.0)) as evaluator:
        text(evaluator, ASK)
        before = set(evaluator.alive)
        began = time.monotonic()
        with pytest.raises(TookTooLong):
            evaluator.evaluate(query(asked))
        assert time.monotonic() - began > 1.9
        assert evaluator.counts["late"] == 1
        assert text(evaluator, ASK) == "true"
        until(lambda: len(evaluator.alive) >= evaluator.spare and len(before - set(evaluator.alive)) == 1)
        until(lambda: not any(alive(pid) for pid in before - set(evaluator.alive)))


def test_an_answer_that_passes_the_limit_while_it_is_written_breaks_off(folder: Path) -> None:
    with evaluating(folder, replace(LIMITS, seconds=2.0)) as evaluator:
        answer = evaluator.evaluate(query(ROWS))
        with pytest.raises(Cut, match="time limit"):
            for _ in answer.chunks():
                pass


def test_a_client_may_read_slowly_without_losing_time(folder: Path) -> None:
    with evaluating(folder, replace(LIMITS, seconds=2.0)) as evaluator:
        answer = evaluator.evaluate(query(ROWS))
        assert answer.rest
        for _ in range(8):
            time.sleep(0.3)
            assert len(answer.rest.next()) == CHUNK
        answer.close()


def test_a_client_that_takes_nothing_any_more_is_dropped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "STALLED", 0.2)
    with evaluating(folder) as evaluator:
        answer = evaluator.evaluate(query(ROWS))
        until(lambda: evaluator.counts["stalled"])
        with pytest.raises(Cut):
            for _ in answer.chunks():
                pass
        assert evaluator.queries.under_way == 0


def test_a_client_that_leaves_ends_the_evaluation(folder: Path) -> None:
    with evaluating(folder) as evaluator:
        answer = evaluator.evaluate(query(ROWS))
        before = set(evaluator.alive)
        answer.close()
        until(lambda: any(not alive(pid) for pid in before), 1.0)
        assert (evaluator.counts["left"], evaluator.queries.under_way) == (1, 0)

        def asks() -> None:
            CALLER.set(caller)
            with pytest.raises(Cut):
                evaluator.evaluate(query(ENDLESS))

        caller = Caller("b")
        thread = threading.Thread(target=asks)
        thread.start()
        until(lambda: evaluator.queries.under_way)
        caller.leave()
        thread.join(1.0)
        assert not thread.is_alive()
        assert evaluator.queries.under_way == 0


def test_a_query_that_needs_too_much_memory_ends_its_worker_only(folder: Path) -> None:
    with evaluating(folder, replace(LIMITS, memory=300)) as evaluator:
        with pytest.raises(Lost, match="300 MB"):
            evaluator.evaluate(query(GREEDY))
        assert text(evaluator, ASK) == "true"


def test_an_answer_has_at_most_so_many_bytes(folder: Path) -> None:
    with evaluating(folder, replace(LIMITS, answer=500_000)) as evaluator:
        found: list[bytes] = []
        with pytest.raises(Cut, match="500,000 bytes"):
            found.extend(evaluator.evaluate(query(ROWS)).chunks())
        assert 400_000 < sum(map(len, found)) <= 500_000
        assert text(evaluator, ASK) == "true"


# --- workers that die -----------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_while_it_works_is_told_and_replaced(folder: Path) -> None:
    with evaluating(folder) as evaluator, ThreadPoolExecutor() as threads:
        asked = threads.submit(evaluator.evaluate, query(ENDLESS))
        until(lambda: evaluator.queries.under_way)
        killed: set[int] = set()

        def hit() -> bool:
            """Whoever is at work is killed once; one that has not begun is nobody's loss, and the next gets the query."""
            for pid in {worker.process.pid for worker in list(evaluator._busy)} - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            return asked.done()

        until(hit, 60)
        with pytest.raises(Lost, match="try again"):
            asked.result()
        assert text(evaluator, ASK) == "true"
        until(lambda: len(evaluator.alive) >= evaluator.spare)


def test_workers_that_are_killed_while_they_rest_are_nobodys_concern(folder: Path) -> None:
    with evaluating(folder) as evaluator:
        text(evaluator, ASK)
        for _ in range(3):
            pids = evaluator.alive
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            while any(map(alive, pids)):
                time.sleep(0.01)
            assert text(evaluator, ASK) == "true"


def test_nothing_is_left_when_the_evaluator_is_closed(folder: Path) -> None:
    with ThreadPoolExecutor() as threads, evaluating(folder) as evaluator:
        asked = [threads.submit(evaluator.evaluate, query(ENDLESS)) for _ in range(2)]
        until(lambda: evaluator.queries.under_way == 2)
        pids = evaluator.alive
        evaluator.close()
        assert len(pids) >= 2
        assert not any(map(alive, pids))
        for one in asked:
            with pytest.raises(Lost):
                one.result(timeout=60)
        with pytest.raises(Lost, match="stopping"):
            evaluator.evaluate(query(ASK))


@pytest.mark.parametrize("asked", [ENDLESS, GREEDY, 'SELECT (MAX(REPLACE(STR(?a), "(a|:)*x", "")) AS ?m) { ?a ?b ?c . ?d ?e ?f }'])
def test_workers_end_with_a_server_that_is_killed(folder: Path, asked: str) -> None:
    code = f"""if True:
        import sys, threading, time
        from pathlib import Path
        from resograph.serve import negotiate
        from resograph.serve.evaluate import Query
        from resograph.serve.workers import Limits, Workers
        pool = Workers(Path(sys.argv[1]), Limits(seconds=60, memory=8000))
        asked = Query({asked!r}, rows=(negotiate.CSV, "text/csv"), triples=None)
        threading.Thread(target=pool.evaluate, args=(asked,), daemon=True).start()
        time.sleep(1.5)
        print(pool.queries.under_way, *pool.alive, flush=True)
        time.sleep(60)"""
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    busy, *pids = [int(pid) for pid in process.stdout.readline().split()]
    assert busy == 1
    assert len(pids) >= 3
    process.kill()
    process.communicate()
    until(lambda: not any(map(alive, pids)), 2.0)


# --- turns ----------------------------------------------------------------------------------------------------------


def test_clients_are_served_in_turn_and_none_has_more_than_its_share() -> None:
    turns: Turns[str] = Turns(slots=3, each=2, waiting=6, each_waiting=3)
    for one in ("a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"):
        turns.join(one[0], one)
        if turns.under_way < 2:
            assert turns.next() == one
    assert turns.next() == "b1", "a has two already"
    assert turns.next() is None, "three run"
    with pytest.raises(Full):
        turns.join("a", "a6")
    order = []
    for ended in ("a", "b", "a", "c", "b", "a"):
        turns.end(ended)
        order.append(turns.next())
    assert order == ["a3", "c1", "b2", "a4", None, "a5"]
    assert turns.queued == 0


def test_one_who_does_not_wait_any_longer_is_passed_over() -> None:
    turns: Turns[str] = Turns(slots=1, each=1, waiting=4, each_waiting=4)
    for one in ("a1", "a2", "b1"):
        turns.join(one[0], one)
    assert turns.next() == "a1"
    assert turns.withdraw("a", "a2")
    assert not turns.withdraw("a", "a1"), "it has begun"
    turns.end("a")
    assert turns.next() == "b1"


def test_one_client_cannot_hold_all_slots(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    with evaluating(folder) as evaluator, ThreadPoolExecutor() as threads:

        def asks(client: str, asked: str) -> str:
            calling(client)
            return text(evaluator, asked)

        heavy = [threads.submit(asks, "a", ENDLESS) for _ in range(20)]
        until(lambda: sum(one.done() for one in heavy) == 18)
        for one in heavy:
            if one.done():
                assert isinstance(one.exception(), Busy)
        assert threads.submit(asks, "b", ASK).result() == "true"
        evaluator.close()


def test_pages_do_not_wait_for_queries(folder: Path) -> None:
    with evaluating(folder, replace(LIMITS, slots=2)) as evaluator, ThreadPoolExecutor() as threads:
        for client in "ab":
            threads.submit(lambda client: (calling(client), evaluator.evaluate(query(ENDLESS))), client)
        until(lambda: evaluator.queries.under_way == 2)
        assert evaluator.call(lookups.answers)
        evaluator.close()


# --- other endpoints --------------------------------------------------------------------------------------------------


class Elsewhere(ThreadingHTTPServer):
    """An endpoint that answers a row, sends on, or never answers; and how often somebody came."""

    def __init__(self) -> None:
        self.came: list[str] = []
        super().__init__(("127.0.0.1", 0), Visit)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Visit(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_POST(self) -> None:
        self.server.came.append(self.path)
        if self.path == "/silence":
            time.sleep(5)
        self.send_response(307 if self.path == "/on" else 200)
        if self.path == "/on":
            self.send_header("Location", f"{self.server.address}/sparql")
        body = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "literal", "value": "from elsewhere"}}]}}'
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Nothing."""


def test_only_an_endpoint_that_is_named_may_be_asked_and_it_sends_nowhere_else(folder: Path) -> None:
    with Elsewhere() as other, evaluating(folder, replace(LIMITS, seconds=2.0)) as evaluator:
        named = tuple(other.address + path for path in ("/sparql", "/on", "/silence"))
        app = application(Reader(folder), evaluator=evaluator, services=named)
        web = TestClient(app)

        def ask(group: str) -> tuple[int, str]:
            answer = web.get("/sparql", params={"query": f"SELECT * {{ {group} }}", "format": "csv"})
            return answer.status_code, answer.text

        row = "{ ?s ?p ?o }"
        assert ask(f"SERVICE <{named[0]}> {row}") == (200, "o,p,s\r\n,,from elsewhere\r\n")
        assert ask(f"service silent <{named[0]}>{row}")[0] == 200
        assert other.came == ["/sparql"] * 2
        for group in (
            f"SERVICE <{named[0]}/> {row}", f"SERVICE <{other.address}/else> {row}", f"VALUES ?x {{ <{named[0]}> }} SERVICE ?x {row}",
            f"SERVICE <{named[0]}> {{ SERVICE <{other.address}/else> {row} }}", f"SERVICE <{named[0]}?x> {row}",
            f"SERVICE <{other.address}/\\u0073parql2> {row}", f"SERVICE <{named[0].upper()}> {row}",
        ):  # fmt: skip
            assert ask(group)[0] == 403, group
        assert other.came == ["/sparql"] * 2, "refused before anybody is asked"
        assert ask(f"SERVICE <{named[1]}> {row}")[0] >= 400
        assert other.came == ["/sparql", "/sparql", "/on"], "nobody is sent on"
        assert ask(f"SERVICE <{named[2]}> {row}")[0] == 503, "before the other has found its words"
        other.shutdown()
