"""The endpoint under attack and under load: deadlines, outside fetches, requests a second beside others, a million rows.

    python benchmarks/endpoint.py --cache FOLDER [--deadline SECONDS] [--no-peers] [hostile fetches speed rows]

Everything runs on this machine and talks over loopback.  See README.md here.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from hostile import FETCHES, HOSTILE

from resograph.namespaces import RES
from resograph.store import writing

BASE = "https://example.org/id/"
PEERS = ("oxigraph>=0.5,<0.6", "rdflib-endpoint>=0.6", "uvicorn>=0.30")
LOOKUP = f"SELECT ?p ?o {{ <{BASE}wtsa/resolution/9001/2024/resolves/3> ?p ?o }}"
MILLION = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 1000000"
ROWS = "SELECT * { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"
OTHER = "127.0.0.2"
"""Another client: look-ups come from there."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what was measured, what is wanted of it, whether it holds (None: nothing is wanted)."""

    what: str
    found: str
    wanted: str = ""
    holds: bool | None = None

    def __str__(self) -> str:
        word = {True: "yes", False: "NO", None: ""}[self.holds]
        return f"{self.what:52} {self.found:>22}  {self.wanted:>18}  {word}".rstrip()


# --- graphs -----------------------------------------------------------------------------------------------------------


def quads(count: int) -> Iterator[ox.Quad]:
    """About *count* quads in the form of ours: editions of 40 clauses, a graph each, that revise and cite each other."""
    names = {
        name: ox.NamedNode(RES + name) for name in ("inEdition", "part", "order", "text", "role", "revises", "cites", "year", "number")
    }
    year = 2024
    for number in range(9001, 9001 + max(1, count // 283)):
        edition = ox.NamedNode(f"{BASE}wtsa/resolution/{number}/{year}")
        graph = ox.NamedNode(f"{BASE}expression/wtsa/resolution/{number}/{year}")
        before = ox.NamedNode(f"{BASE}wtsa/resolution/{9001 + (number * 7) % 97}/{year}")
        yield ox.Quad(edition, names["number"], ox.Literal(str(number)), graph)
        yield ox.Quad(edition, names["year"], ox.Literal(year), graph)
        yield ox.Quad(edition, names["revises"], before, graph)
        for order in range(1, 41):
            clause = ox.NamedNode(f"{edition.value}/resolves/{order}")
            yield ox.Quad(clause, names["inEdition"], edition, graph)
            yield ox.Quad(clause, names["part"], ox.Literal(f"resolves/{order}"), graph)
            yield ox.Quad(clause, names["order"], ox.Literal(order), graph)
            yield ox.Quad(clause, names["role"], ox.Literal("operative"), graph)
            words = f"to light the lamp of room {number * order % 8192} in the calendar of the year {2000 + order % 30}, "
            yield ox.Quad(clause, names["text"], ox.Literal(words * 2, language="en"), graph)
            yield ox.Quad(clause, names["cites"], before, graph)
            yield ox.Quad(clause, names["cites"], ox.NamedNode(f"{BASE}wtsa/resolution/{9001 + (number + order) % 997}/{year}"), graph)


def store(cache: Path, count: int) -> Path:
    """A store of about *count* quads, made where the cache has none."""
    folder = cache / f"made-{count}"
    if not (folder / "CURRENT").is_file():
        with writing(folder) as writer:
            writer.manifest.base = BASE
            writer.store.bulk_extend(quads(count))
            writer.commit(optimize=True)
    return folder


# --- servers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its name, process, port, and the path of its endpoint."""

    name: str
    process: subprocess.Popen[str]
    port: int
    path: str

    def connection(self, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, source_address=(source, 0))

    def send(self, parameters: dict[str, str], accept: str, source: str = "127.0.0.1") -> tuple[int, int]:
        """The status and the bytes of a form that is posted; status 0 where the answer breaks off."""
        connection = self.connection(source)
        try:
            headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", self.path, urlencode(parameters), headers)
            answer = connection.getresponse()
            size = 0
            while chunk := answer.read(65536):
                size += len(chunk)
            return answer.status, size
        except (http.client.HTTPException, OSError):
            return 0, 0
        finally:
            connection.close()

    @property
    def family(self) -> list[int]:
        """The process and all that it has started."""
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split()
        parents = dict(zip(map(int, listed[::2]), map(int, listed[1::2]), strict=True))
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    @property
    def memory(self) -> float:
        """Megabytes of all its processes, what they share counted once (the files of the store not at all)."""
        total = 0
        for pid in self.family:
            with suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
                total += int(re.search(r"Pss_Anon:\s+(\d+)", text)[1])  # type: ignore[index]
        return total / 1024

    @property
    def cpu(self) -> float:
        """Seconds of processor that its processes have used."""
        ticks = 0
        for pid in self.family:
            with suppress(OSError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(name: str, command: list[str], port: int, path: str) -> Iterator[Server]:
    """The server that *command* starts, once it answers."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    server = Server(name, process, port, path)
    try:
        for _ in range(1200):
            if server.send({"query": "ASK {}"}, "*/*")[0] == 200:
                break
            if process.poll() is not None:
                raise SystemExit(f"{name} did not start; try it by hand: {' '.join(command)}")
            time.sleep(0.1)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


@contextmanager
def ours(folder: Path, *options: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "resograph", "serve", "--store", str(folder), "--port", str(port), *options]
    with running("resograph", command, port, "/sparql") as server:
        yield server


def peers(cache: Path, folder: Path) -> Iterator[Server]:
    """The others, one after the other, over the same quads; installed into an environment of their own at the first run."""
    home = cache / "peers"
    if not (home / "bin" / "oxigraph").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], check=True)
    generation = folder / "generations" / (folder / "CURRENT").read_text(encoding="ascii").strip() / "graph"
    port = free_port()
    command = [str(home / "bin" / "oxigraph"), "serve-read-only", "--location", str(generation), "--bind", f"127.0.0.1:{port}"]
    with running("oxigraph serve", [*command, "--union-default-graph"], port, "/query") as server:
        yield server
    dump = cache / "peer.nq"
    ox.Store.read_only(str(generation)).dump(str(dump), format=ox.RdfFormat.N_QUADS)
    port = free_port()
    code = f"""if True:
        import uvicorn
        from rdflib import Dataset
        from rdflib_endpoint import SparqlEndpoint
        graph = Dataset(default_union=True)
        graph.parse({str(dump)!r}, format="nquads")
        uvicorn.run(SparqlEndpoint(graph=graph, path="/sparql"), port={port}, log_level="error")"""
    with running("rdflib-endpoint", [str(home / "bin" / "python"), "-c", code], port, "/sparql") as server:
        yield server


# --- measures ---------------------------------------------------------------------------------------------------------


def lookups(server: Server, stop: threading.Event, times: list[float]) -> None:
    """Look-ups of another client, a hundred a second, until *stop*: their seconds."""
    connection = server.connection(OTHER)
    target = f"{server.path}?query={quote(LOOKUP)}"
    while not stop.is_set():
        began = time.perf_counter()
        connection.request("GET", target, headers={"Accept": "application/sparql-results+json"})
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200 or b"lamp" not in body:
            times.append(float("inf"))  # no answer at all
        stop.wait(0.01)


def of_lookups(times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"{median(times) * 1000:.1f} / {cuts[98] * 1000:.1f} ms"


def hostile(folder: Path, deadline: float) -> Iterator[Line]:
    """Each hostile query, two at a time, with look-ups of another client beside them."""
    with ours(folder, "--timeout", str(deadline)) as server:
        stop, alone, beside = threading.Event(), list[float](), list[float]()
        watch = threading.Thread(target=lookups, args=(server, stop, alone))
        watch.start()
        time.sleep(3)
        stop.set()
        watch.join()

        def send(query: str) -> tuple[int, float]:
            began = time.perf_counter()
            return server.send({"query": query}, "text/csv, text/turtle")[0], time.perf_counter() - began

        stop.clear()
        watch = threading.Thread(target=lookups, args=(server, stop, beside))
        watch.start()
        with ThreadPoolExecutor(2) as threads:
            found = dict(zip(HOSTILE, threads.map(send, HOSTILE.values()), strict=True))
        stop.set()
        watch.join()
    for name, (status, seconds) in found.items():
        word = "broken off" if status == 0 else str(status)
        yield Line(
            f"hostile: {name}", f"{word}, {seconds:.2f} s", f"error, {deadline + 0.3:.1f} s", status != 200 and seconds <= deadline + 0.3
        )
    yield Line("look-up alone, p50 / p99", of_lookups(alone))
    p99 = quantiles(beside, n=100)[98]
    yield Line(f"look-up beside them ({len(beside)}), p50 / p99", of_lookups(beside), "p99 10 ms", p99 <= 0.01)


def fetched(server: Server, folder: Path) -> list[str]:
    """The ways by which *server* came to an address, or read a file, that a client named."""
    secret = folder / "secret.ttl"
    secret.write_text("<a:secret> <a:secret> <a:secret> .", encoding="ascii")
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    listener.accept()[0].close()
                    came.append("somebody")

        threading.Thread(target=accept, daemon=True).start()
        ways = []
        for name, (parameter, value) in FETCHES.items():
            before = len(came)
            read = False
            for target in (f"http://127.0.0.1:{listener.getsockname()[1]}/data.ttl", secret.as_uri()):
                asked = {parameter: value.replace("ADDRESS", target)}
                asked |= (
                    {"query": "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } FILTER(?s = <a:secret>) }"}
                    if "uri" in parameter
                    else {}
                )
                read |= server.send(asked, "text/csv, */*;q=0.1")[1] > 0 and b"secret" in _last_body(server, asked)
            time.sleep(0.2)
            if len(came) > before or read:
                ways.append(name)
        listener.shutdown(socket.SHUT_RDWR)
    return ways


def _last_body(server: Server, asked: dict[str, str]) -> bytes:
    connection = server.connection()
    with suppress(http.client.HTTPException, OSError):
        connection.request(
            "POST", server.path, urlencode(asked), {"Accept": "text/csv", "Content-Type": "application/x-www-form-urlencoded"}
        )
        answer = connection.getresponse()
        return answer.read(100_000) if answer.status == 200 else b""
    return b""


def speed(server: Server) -> float:
    """Requests a second of a look-up, sixteen clients."""
    target = f"http://127.0.0.1:{server.port}{server.path}?query={quote(LOOKUP)}"
    command = ["wrk", "-t2", "-c16", "-d5s", "-H", "Accept: application/sparql-results+json", target]
    subprocess.run([*command[:3], "-d1s", *command[4:]], capture_output=True, check=True)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{server.name} refused requests:\n{said}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]


def million(folder: Path) -> Iterator[Line]:
    """A million rows as JSON: the first byte, what memory it takes, and how soon work stops when the client has left."""
    with ours(folder, "--timeout", "120") as server:
        watched = server.connection()  # by the end of this, as many workers stand ready as there will be
        watched.request("GET", f"{server.path}?format=json&query={quote(ROWS)}")
        watched.getresponse().read1(1)
        time.sleep(2)
        watched.close()
        time.sleep(2)
        before, peak = server.memory, 0.0
        connection = server.connection()
        began = time.perf_counter()
        connection.request("GET", f"{server.path}?format=json&query={quote(MILLION)}")
        answer = connection.getresponse()
        first = answer.read1(1)
        first_byte = time.perf_counter() - began
        tail, size = b"", len(first)
        while chunk := answer.read1(1 << 20):
            tail, before_size = (tail + chunk)[-100:], size
            size += len(chunk)
            if before_size // 5_000_000 != size // 5_000_000:
                peak = max(peak, server.memory)
        total = time.perf_counter() - began
        assert tail.endswith(b"}]}}"), tail
        yield Line(f"1 M rows as JSON ({size / 1e6:.0f} MB): first byte", f"{first_byte * 1000:.0f} ms", "100 ms", first_byte <= 0.1)
        yield Line("1 M rows as JSON: all", f"{total:.1f} s")
        yield Line("1 M rows as JSON: memory grows by", f"{peak - before:.0f} MB", "90 MB", peak - before < 90)
        connection.close()
        connection = server.connection()
        connection.request("GET", f"{server.path}?format=json&query={quote(ROWS)}")
        connection.getresponse().read1(1)
        connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()
        left = time.perf_counter()
        while True:
            used, at = server.cpu, time.perf_counter()
            time.sleep(0.2)
            if server.cpu - used < 0.05 or at - left > 20:
                break
        yield Line("work stops after the client has left", f"{at - left:.1f} s", "1 s", at - left <= 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="where stores and the peers stay")
    parser.add_argument("--deadline", type=float, default=2.0)
    parser.add_argument("--size", type=int, default=1_000_000, help="quads of the large store")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("parts", nargs="*", choices=("hostile", "fetches", "speed", "rows", []), help="only these")
    options = parser.parse_args()
    parts = options.parts or ["hostile", "fetches", "speed", "rows"]
    options.cache.mkdir(parents=True, exist_ok=True)
    large, small = store(options.cache, options.size), store(options.cache, min(options.size, 100_000))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")

    def tell(*lines: Line) -> None:
        for line in lines:
            print(line, flush=True)

    if "hostile" in parts:
        for line in hostile(large, options.deadline):
            tell(line)
    if "fetches" in parts or "speed" in parts:
        rates: dict[str, float] = {}
        with_wrk = "speed" in parts and shutil.which("wrk")
        if "speed" in parts and not with_wrk:
            print("requests a second are not measured: there is no wrk here (Debian: wrk)")

        def of(server: Server) -> None:
            if "fetches" in parts:
                ways = fetched(server, options.cache)
                wanted = {"wanted": "0", "holds": not ways} if server.name == "resograph" else {}
                tell(Line(f"outside fetches of {len(FETCHES)}: {server.name}", f"{len(ways)} {', '.join(ways)}".strip(), **wanted))  # type: ignore[arg-type]
            if with_wrk:
                rates[server.name] = speed(server)
                tell(Line(f"requests/s: {server.name}", f"{rates[server.name]:,.0f}"))

        with ours(small) as server:
            of(server)
        for server in [] if options.no_peers else peers(options.cache, small):
            of(server)
        for name, wanted in (("rdflib-endpoint", 2.0), ("oxigraph serve", 0.0)):
            if rates.get(name):
                ratio = rates["resograph"] / rates[name]
                tell(
                    Line(f"requests/s against {name}", f"{ratio:.2f}", f"{wanted:g}" if wanted else "", ratio >= wanted if wanted else None)
                )
    if "rows" in parts:
        for line in million(large):
            tell(line)


if __name__ == "__main__":
    main()
