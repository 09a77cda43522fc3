"""How fast documents are read: each figure beside that of a peer, measured in the same run.

    python benchmarks/reading.py [--rounds N] [--characters N] [FOLDER...]

Without FOLDER: the specimens and, where the folder is beside the project, the real documents.  See README.md here.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from resograph.errors import UnreadableError
from resograph.model import Source
from resograph.pipeline import parse_source
from resograph.read import read, read_bytes

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "corpus" / "specimens", ROOT.parent / "shared" / "corpus" / "itu"]
TRIAL = b"RESOLUTION 1 (Geneva, 2020)\n\nTrial\n\nThe Plenipotentiary Conference (Geneva, 2020),\n\nresolves\n\nto begin.\n"
SEED = 15_000  # characters of a usual resolution
MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes of a unit of ru_maxrss


@dataclass(frozen=True)
class Row:
    """A line of the table: ``ratio`` should be at most ``wanted``, or at least when ``least``."""

    ratio: float
    wanted: float
    what: str
    ours: str
    peer: str
    least: bool = False

    def __str__(self) -> str:
        holds = self.ratio >= self.wanted if self.least else self.ratio <= self.wanted
        sign = ">=" if self.least else "<="
        wanted = f"{sign} {self.wanted:g}"
        return f"{self.ratio:7.2f}  {wanted:7}  {'yes' if holds else 'NO':5}  {self.what:58}  {self.ours:18}  {self.peer}"


HEAD = f"{'ratio':>7}  {'wanted':7}  {'holds':5}  {'what':58}  {'resograph':18}  peer"


def main() -> None:
    """Measure and print, line by line."""
    parser = argparse.ArgumentParser(description="How fast documents are read, beside peers measured in the same run.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="what to read  [default: specimens and real documents]")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each timing, whose median counts  [default: %(default)s]")
    parser.add_argument("--characters", type=int, default=1_000_000, help="size of the text to build from copies  [default: %(default)s]")
    options = parser.parse_args()
    paths, records = documents(options.folders or [folder for folder in FOLDERS if folder.is_dir()])
    if not records:
        parser.error("no document with a record in these folders")
    sources = [read(path) for path in records]
    size = sum(len(source.text) for source in sources)
    load = os.getloadavg()[0]
    print(f"{len(paths)} documents, {len(records)} with a record ({size:,} characters); medians of {options.rounds} rounds")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f}{': others are at work' if load > 1 else ''}")
    print(HEAD)
    for row in rows(paths, records, sources, options.rounds, options.characters):
        print(row, flush=True)


def documents(folders: list[Path]) -> tuple[list[Path], list[Path]]:
    """The documents of *folders* that can be read, and those of them that hold a record."""
    readable, records = [], []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".txt", ".docx"):
                continue
            try:
                found = parse_source(read(path))
            except UnreadableError:
                continue
            readable.append(path)
            if found:
                records.append(path)
    return readable, records


def rows(paths: list[Path], records: list[Path], sources: list[Source], rounds: int, characters: int) -> Iterator[Row]:
    """Every line of the table, as soon as it is measured."""
    yield from annotating(records, sources, rounds)
    for path in paths:
        if path.suffix == ".docx":
            yield opening(path, rounds)
    yield memory(paths)
    yield building(records, sources, min(rounds, 3), characters)
    seed = min(zip(records, sources, strict=True), key=lambda document: abs(len(document[1].text) - SEED))
    yield one_document(seed[0], len(seed[1].text), rounds)


# --- time -------------------------------------------------------------------------------------------------------------


def medians(rounds: int, clock: Callable[[], float], *actions: Callable[[], object]) -> list[float]:
    """The median seconds of each of *actions*, which take turns, so that a slow minute strikes all of them; the first turn warms up."""
    taken: list[list[float]] = [[] for _ in actions]
    for turn in range(rounds + 1):
        for action, times in zip(actions, taken, strict=True):
            start = clock()
            action()
            if turn:
                times.append(clock() - start)
    return [median(times) for times in taken]


def annotating(records: list[Path], sources: list[Source], rounds: int) -> Iterator[Row]:
    """Reading, segmenting and annotating against spaCy's tokeniser on the same texts.

    spaCy is measured twice.  Called on documents it never becomes quite warm: after the first special case of a text
    ("e.g.", "don't") its tokeniser caches no more words of it.  Given each word by itself once before, it is at its best.
    """
    import spacy
    from spacy.language import Language

    texts = [source.text for source in sources]
    usual, best = spacy.blank("en"), spacy.blank("en")
    for text in texts:
        for word in text.split():
            best.tokenizer(word)

    def parsed() -> None:
        for path in records:
            parse_source(read(path))

    def tokenised(nlp: Language) -> None:
        for text in texts:
            nlp(text)

    ours, *peers = medians(rounds, process_time, parsed, partial(tokenised, usual), partial(tokenised, best))
    size = sum(map(len, texts))
    for peer, how in zip(peers, ("documents", "each word met before"), strict=True):
        rate = f"{size / peer / 1e6:.2f} M chars/s  spaCy tokenises: {how}"
        yield Row(ours / peer, 10, "read, segment, annotate all records", f"{size / ours / 1e6:.2f} M chars/s", rate)


def opening(path: Path, rounds: int) -> Row:
    """Reading a Word file against opening it."""
    import docx

    ours, peer = medians(rounds, process_time, lambda: read(path), lambda: docx.Document(str(path)))
    return Row(ours / peer, 2, f"read {path.name}", f"{ours * 1e3:.1f} ms", f"{peer * 1e3:.1f} ms  python-docx opens it")


def one_document(path: Path, size: int, rounds: int) -> Row:
    """Parsing the document of usual size, by the clock on the wall."""
    (ours,) = medians(rounds, perf_counter, lambda: parse_source(read(path)))
    return Row(ours / 0.3, 1, f"parse {path.name} ({size:,} characters)", f"{ours * 1e3:.1f} ms", "300 ms")


# --- memory -----------------------------------------------------------------------------------------------------------


def memory(paths: list[Path]) -> Row:
    """The peak of the whole corpus in one process against that of the worst document alone, each in a new process.

    The processes come from a fork server, because a process that is spawned inherits the peak of the one that spawned it.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["resograph.pipeline", "resograph.read.word"])
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        *alone, together = pool.map(peak, [*([path] for path in paths), paths])
    worst, path = max(zip(alone, paths, strict=True))
    peer = f"{worst / 2**20:.1f} MB  the worst document alone, {path.name}"
    return Row(together / max(worst, 1), 2, "peak memory of all documents in one process", f"{together / 2**20:.1f} MB", peer)


def peak(paths: list[Path]) -> int:
    """The bytes by which parsing *paths*, one after the other, raises the peak of this process; tables are loaded before."""
    parse_source(read_bytes(TRIAL, "trial"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in paths:
        parse_source(read(path))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * MAXRSS


# --- processes --------------------------------------------------------------------------------------------------------


def building(records: list[Path], sources: list[Source], rounds: int, characters: int) -> Row:
    """The command ``resograph build`` with two processes against one, each into a new store."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        copies = max(1, round(characters / sum(len(source.text) for source in sources)))
        for number in range(copies):
            for path in records:
                copy(path, corpus / str(number) / path.parent.name / path.name, number)

        def build(jobs: int) -> float:
            store = Path(folder, f"store-{jobs}")
            start = perf_counter()
            command = [sys.executable, "-m", "resograph", "build", "-j", str(jobs), "--store", str(store), str(corpus)]
            subprocess.run(command, check=True, capture_output=True)
            taken = perf_counter() - start
            shutil.rmtree(store)
            return taken

        one, two = (median(times) for times in zip(*[(build(1), build(2)) for _ in range(rounds)], strict=True))
    return Row(one / two, 1.7, f"build {copies * len(records)} files, -j 2", f"{two:.1f} s", f"{one:.1f} s  -j 1", least=True)


def copy(path: Path, to: Path, number: int) -> None:
    """A copy of a document with the same words but other bytes, so that it gets a graph of its own in the store."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
    if path.suffix == ".docx":
        with zipfile.ZipFile(to, "a") as package:
            package.comment = str(number).encode()
    else:
        with to.open("a", encoding="utf-8") as file:
            file.write("\n" * number)


if __name__ == "__main__":
    main()
