"""Kill -9 at random moments of builds under load: does anybody ever get a wrong answer, is a graph ever lost or half?

    python benchmarks/faults.py [--kills N] [--seed N]

A folder of files changes between two states, and a build follows each change.  Two readers and a server with a client ask all the
while.  Of writer, reader and server one is killed at a random moment of each build; a build that was killed is repeated.  See README.md here.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import pyoxigraph as ox

from resograph.build import build
from resograph.search import Filter, search
from resograph.store import Reader
from resograph.store.upkeep import verify

SPECIMENS = Path(__file__).parents[1] / "corpus" / "specimens"
FILES = ("pp-decision-9011-2018.txt", "wtdc-9005-2017.txt", "wtsa-9018-2016.txt", "wtsa-9018-2024.txt")
STATES = ("one", "two")
WORD = {"one": "calendar", "two": "almanac"}
READERS = 2
PAUSE = 0.02  # seconds between two answers, so that a build has something of the machine
VICTIMS = {"writer": 6, "reader": 2, "server": 2}
"""Who is killed how often, of ten."""
COUNT = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


@dataclass
class Outcome:
    """What has happened; all is well when ``wrong`` is empty."""

    kills: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    builds: int = 0
    too_late: int = 0
    wrong: list[str] = field(default_factory=list)


# --- the two states ---------------------------------------------------------------------------------------------------


def put(folder: Path, state: str) -> None:
    """The files of *state*: in "two" one text has other words, one is gone, one has come."""
    folder.mkdir(exist_ok=True)
    for name in FILES:
        text = (SPECIMENS / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("calendar", WORD[state]) if "9018" in name else text, encoding="utf-8")
    (folder / FILES[0 if state == "two" else 1]).unlink()


def of_graph(store: ox.Store) -> str:
    """A digest of every statement of every graph; those of the vocabularies, which never change, have nodes without a name."""
    lines = [str(sum(1 for _ in store.named_graphs())).encode()]
    for graph in store.named_graphs():
        if not str(graph.value).endswith(("/vocabulary", "/ontology")):
            data = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
            lines.append(hashed(str(graph.value), data))
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def hashed(name: str, data: bytes) -> bytes:
    """The digest of one graph, whatever the order of its lines."""
    return hashlib.sha256(name.encode() + b"\0" + b"\n".join(sorted(data.splitlines()))).digest()


def of_text(reader: Reader) -> str:
    """What the full text of one generation finds."""
    while True:
        generation = reader.generation
        found = [search(reader, word, Filter(specimens=True), limit=1000) for word in (*WORD.values(), "the")]
        if generation == reader.generation:  # else some of them may be of the one and some of the other
            return hashlib.sha256(repr([sorted((hit.key, hit.text) for hit in one.hits) for one in found]).encode()).hexdigest()


def counted(store: ox.Store) -> str:
    """The answer of the server to ``COUNT``, as it stands in CSV."""
    rows = store.query(COUNT)
    assert isinstance(rows, ox.QuerySolutions)
    return "".join(f"{row[0].value},{row[1].value}\n" for row in rows)


# --- those who work ---------------------------------------------------------------------------------------------------


def write(files: Path, store: Path) -> None:
    """A build in a process of its own."""
    build([files], store, jobs=1)


def read(store: Path, expected: dict[str, str], log: Path) -> None:
    """Ask without end; a line in *log* for each answer: the state that it is of, or what was wrong."""
    parent = os.getppid()
    reader = Reader(store)
    with log.open("a", encoding="utf-8", buffering=1) as out:
        while os.getppid() == parent:
            try:
                for what, answer in (("graph", of_graph(reader.store)), ("text", of_text(reader))):
                    out.write(f"{what} {expected.get(answer, 'WRONG')}\n")
                time.sleep(PAUSE)
            except Exception as error:
                out.write(f"failed {type(error).__name__}: {error}\n".replace("\n", " ") + "\n")


@dataclass
class Server:
    """``resograph serve`` with a client that asks all the time; an answer may only fail while the server is being killed."""

    store: Path
    expected: dict[str, str]
    outcome: Outcome
    process: subprocess.Popen[str] | None = None
    address: str = ""
    down: bool = True
    ended: bool = False

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        command = [sys.executable, "-m", "resograph", "serve", "--port", "0", "--store", str(self.store)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.down = False

    def kill(self) -> None:
        """Kill -9."""
        self.down = True
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def ask(self) -> None:
        """The client: until ``ended``."""
        while not self.ended:
            address, down = self.address, self.down
            try:
                asked = urllib.request.Request(f"{address}sparql?{urlencode({'query': COUNT})}", headers={"Accept": "text/csv"})
                with urllib.request.urlopen(asked, timeout=30) as answer:
                    text = answer.read().decode().replace("\r\n", "\n").partition("\n")[2]
            except (OSError, ValueError, urllib.error.URLError) as error:
                if not (down or self.down or self.ended or address != self.address):
                    self.outcome.wrong.append(f"server: {error}")
                time.sleep(0.05)
                continue
            self.outcome.answers["server"] += 1
            time.sleep(PAUSE)
            if text not in self.expected:
                self.outcome.wrong.append(f"server: an answer of neither state: {text[:200]!r}")


# --- the trial --------------------------------------------------------------------------------------------------------


def trial(kills: int, seed: int, folder: Path) -> Outcome:
    """Kill *kills* times below *folder*, which is empty."""
    chance, outcome, files, store = random.Random(seed), Outcome(), folder / "files", folder / "store"
    graphs, texts, counts, seconds = {}, {}, {}, []
    for state in STATES:  # what is right: each state built whole, alone, by the same two steps
        put(files, state)
        for _ in range(2):
            start = time.perf_counter()
            build([files], folder / state, jobs=1)
        reader = Reader(folder / state)
        graphs[of_graph(reader.store)], texts[of_text(reader)], counts[counted(reader.store)] = state, state, state
    assert len(graphs) == len(texts) == len(counts) == len(STATES)
    put(files, STATES[0])
    build([files], store, jobs=1)
    for state in (STATES[1], STATES[0], STATES[1]):  # how long a build takes that replaces something
        put(files, state)
        start = time.perf_counter()
        build([files], store, jobs=1)
        seconds.append(time.perf_counter() - start)
    typical = median(seconds)

    context = get_context("forkserver")
    context.set_forkserver_preload(["resograph.build", "resograph.derived", "resograph.pipeline", "resograph.likeness", "resograph.search"])
    expected = graphs | texts
    logs = [folder / f"reader-{number}" for number in range(READERS)]

    def start_reader(log: Path) -> BaseProcess:
        process = context.Process(target=read, args=(store, expected, log), daemon=True)
        process.start()
        return process

    def start_writer() -> BaseProcess:
        process = context.Process(target=write, args=(files, store), daemon=True)
        process.start()
        outcome.builds += 1
        return process

    readers = [start_reader(log) for log in logs]
    server = Server(store, counts, outcome)
    server.start()
    client = threading.Thread(target=server.ask)
    client.start()
    try:
        for number in range(kills):
            before = graphs.get(of_graph(Reader(store).store), "neither")
            if before not in STATES:
                outcome.wrong.append(f"before kill {number} the store holds neither state")
                break
            state = STATES[1 - STATES.index(before)]
            put(files, state)
            victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            writer = start_writer()
            time.sleep(chance.uniform(0, 1.5 * typical))
            if victim == "writer":
                writer.kill()
            elif victim == "reader":
                which = chance.randrange(READERS)
                readers[which].kill()
                readers[which].join()
                readers[which] = start_reader(logs[which])
            else:
                server.kill()
                server.start()
            writer.join()
            if victim == "writer" and writer.exitcode == 0:
                outcome.too_late += 1
            outcome.kills[victim] += 1
            outcome.wrong += [f"kill {number} ({victim}): {fault}" for fault in verify(store)]
            held = graphs.get(of_graph(Reader(store).store), "neither")
            if held not in ((before, state) if writer.exitcode else (state,)):
                outcome.wrong.append(f"kill {number} ({victim}): the store holds {held}, was {before}, to be {state}")
            if writer.exitcode:
                again = start_writer()
                again.join()
                held = graphs.get(of_graph(Reader(store).store), "neither")
                if again.exitcode or held != state:
                    outcome.wrong.append(f"kill {number}: the repeated build ended with {again.exitcode}, the store holds {held}")
            left = sorted(path.name for path in (store / "generations").iterdir())
            if len(left) > 2:
                outcome.wrong.append(f"kill {number}: {len(left)} generations are left")
            for which, process in enumerate(readers):
                if not process.is_alive():
                    outcome.wrong.append(f"kill {number}: reader {which} has ended by itself")
    finally:
        server.ended = True
        server.kill()
        client.join()
        for process in readers:
            process.kill()
            process.join()
    for log in logs:
        whole = log.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()  # the last line of one who was killed may be half
        for line in whole:
            what, _, answer = line.partition(" ")
            outcome.answers[what] += 1
            if answer not in STATES:
                outcome.wrong.append(f"reader: {line[:300]}")
    return outcome


def main() -> None:
    """Try, and print what has happened; the exit status is 1 where something was wrong."""
    parser = argparse.ArgumentParser(description="Kill -9 of writer, reader or server at random moments of builds under load.")
    parser.add_argument("--kills", type=int, default=200, help="how often  [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments  [default: %(default)s]")
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # so that all processes number the nodes of a graph alike
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})
    folder = Path(tempfile.mkdtemp(prefix="resograph-faults-"))
    start = time.perf_counter()
    try:
        outcome = trial(options.kills, options.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kills = ", ".join(f"{who} {number}" for who, number in sorted(outcome.kills.items()))
    answers = ", ".join(f"{what} {number:,}" for what, number in sorted(outcome.answers.items()))
    print(f"{sum(outcome.kills.values())} kills ({kills}; {outcome.too_late} came after the build had ended) of {outcome.builds} builds")
    print(f"{sum(outcome.answers.values()):,} answers compared with those of the two whole builds ({answers})")
    print(f"wrong answers, lost or half graphs: {len(outcome.wrong)}; {time.perf_counter() - start:.0f} s")
    for line in outcome.wrong[:20]:
        print(f"  {line}")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
