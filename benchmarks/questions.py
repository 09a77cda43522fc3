"""How fast the questions answer on graphs of growing size, and whether one grows faster than its answer.

    python benchmarks/questions.py --cache FOLDER [--sizes N N ...] [--draws N] [QUESTION...]

The graphs are those of generate.py and are kept in the cache.  See README.md here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path
from random import Random
from statistics import fmean, linear_regression, median, quantiles
from time import perf_counter, process_time

import generate
import pyoxigraph as ox

from resograph import derived, namespaces
from resograph.build import build, code_digest
from resograph.errors import QuestionError
from resograph.graph import as_quads
from resograph.questions import MODALITIES, Parameter, Question, all_questions, ask, faults
from resograph.store import Reader

WANTED = 0.2  # seconds at p95
UNSEEN = 0.001  # seconds more, from the smallest graph to the largest, that nobody sees: pages that are not in the cache
SLACK = 0.15  # of an exponent: what noise and the depth of the indexes make of a constant
SIZES = [80_000, 160_000, 320_000, 640_000]
Draw = dict[str, str]


# --- graphs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A store of generated texts: how many triples were wanted, and where it is."""

    wanted: int
    folder: Path

    @cached_property
    def reader(self) -> Reader:
        """The store, open for reading."""
        return Reader(self.folder)

    @property
    def times(self) -> dict[str, float]:
        """The seconds that building it took."""
        found: dict[str, float] = json.loads((self.folder / "times.json").read_text(encoding="utf-8"))
        return found


def worlds(cache: Path, wanted: list[int], seed: int, jobs: int) -> Iterator[World]:
    """The stores, built where the cache has none of this program."""
    works = generate.write(cache / "texts", max(wanted), seed, jobs)
    for size in wanted:
        befores = [0, *(total for _, total in works)]
        folders = [folder for (folder, _), before in zip(works, befores, strict=False) if before < size]
        world = World(size, cache / f"store-{size}")
        stamp = world.folder / "made-by"
        made_by = f"{seed} {code_digest()} {len(folders)}"
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != made_by:
            shutil.rmtree(world.folder, ignore_errors=True)
            start = perf_counter()
            build(folders, world.folder, jobs=jobs)
            taken = {"build": perf_counter() - start, **derivations(world)}
            (world.folder / "times.json").write_text(json.dumps(taken), encoding="utf-8")
            stamp.write_text(made_by, encoding="utf-8")
        yield world


def derivations(world: World) -> dict[str, float]:
    """The seconds that each derived graph takes to make and to load."""
    taken = {}
    for entry in derived.graphs():
        start, scratch = perf_counter(), ox.Store()
        scratch.bulk_extend(as_quads(f"{namespaces.BASE}graph/{entry.name}", entry.make(world.reader.store, namespaces.BASE)))
        taken[entry.name] = perf_counter() - start
    return taken


# --- parameters -------------------------------------------------------------------------------------------------------


class Deck:
    """Parameters drawn from what a store holds: busy actors and often-cited texts come as often as the texts name them."""

    def __init__(self, store: ox.Store, seed: int) -> None:
        self.store, self.chance = store, Random(seed)

    def draw(self, question: Question) -> Draw:
        """Values for the required parameters and for half of the others; a flag comes once in twenty."""
        found = {}
        for parameter in question.parameters:
            spared = bool(parameter.unless) and self.chance.random() < 0.5
            often = 0.05 if parameter.type == "flag" else 0.5
            if (parameter.required and not spared) or (not parameter.required and self.chance.random() < often):
                found[parameter.name] = self.value(parameter, question)
            if spared:
                found[parameter.unless] = self.value(next(p for p in question.parameters if p.name == parameter.unless), question)
        return found

    def value(self, parameter: Parameter, question: Question) -> str:
        """A value of the type of *parameter* of *question*."""
        drawn: dict[str, Callable[[], str]] = {
            "actor": self.actor,
            "edition": lambda: self.key("answersFor"),
            "work": lambda: self.key("answersFor").rpartition("/")[0],
            "target": lambda: self.key(self.chance.choice(["citedWork", "citedEdition", "citedProvision"])),
            "clause": lambda: self.key("inClause"),
            "body": lambda: self.chance.choice(["pp", "wtsa", "wtdc", "ra"]),
            "sector": lambda: self.chance.choice(["itu-t", "itu-r", "itu-d"]),
            "party": lambda: self.chance.choice(["pp", "itu-t", "itu-r", "itu-d"]),
            "provision": lambda: self.key("citedProvision"),
            "modality": lambda: self.chance.choice(MODALITIES),
            "abbreviation": lambda: self.chance.choice([str.lower, str.upper])(self.key("abbreviation")),
            "date": lambda: str(self.chance.randrange(1995, 2027)),
            "year": lambda: str(self.chance.randrange(1995, 2027)),
            "flag": lambda: "true",
            "text": lambda: self.text(parameter, question),
        }
        return drawn[parameter.type]()

    def text(self, parameter: Parameter, question: Question) -> str:
        """The example or default; else what a property of the parameter's name says, such as the code of a finding; else a matter."""
        given = question.example.get(parameter.name) or parameter.default
        return given or self.chance.choice(self._objects(parameter.name) or generate.THINGS)

    def actor(self) -> str:
        """Who must act; once in twenty a collective name."""
        if self.chance.random() < 0.05:
            return self.chance.choice(["directors-of-the-bureaux", "advisory-groups"])
        return self.key("addressee").rsplit("/", 1)[-1]

    def key(self, predicate: str) -> str:
        """What one of the statements with *predicate* says."""
        return self.chance.choice(self._objects(predicate)).removeprefix(namespaces.BASE)

    def _objects(self, predicate: str, _kept: dict[tuple[int, str], list[str]] = {}) -> list[str]:  # noqa: B006
        known = (id(self.store), predicate)
        if known not in _kept:
            found = self.store.quads_for_pattern(None, ox.NamedNode(namespaces.RES + predicate), None, None)
            _kept[known] = sorted(str(getattr(quad.object, "value", "")) for quad in found)
        return _kept[known]


def draws(question: Question, world: World, number: int, seed: int) -> list[Draw]:
    """Up to *number* sets of parameters that *question* can be asked with."""
    deck, found = Deck(world.reader.store, seed), []
    for _ in range(3 * number):
        draw = deck.draw(question)
        try:
            ask(world.reader.store, question.name, draw)
        except QuestionError:
            continue  # such as a part that no text cites
        found.append(draw)
        if len(found) == number or not question.parameters:
            break
    return found


# --- time -------------------------------------------------------------------------------------------------------------


def timed(question: Question, world: World, asked: list[Draw], rounds: int) -> list[tuple[float, int, int]]:
    """For each of *asked* the seconds of the processor (the median of the rounds, after one that does not count), rows and characters."""
    found = []
    for draw in asked:
        taken = []
        rows = characters = 0
        for turn in range(rounds + 1):
            start = process_time()
            answer = ask(world.reader.store, question.name, draw)
            if turn:
                taken.append(process_time() - start)
            rows, characters = len(answer.rows), sum(len(cell) for row in answer.rows for cell in row)
        found.append((median(taken), rows, characters))
    return found


def exponent(sizes: list[int], values: list[float]) -> float:
    """The power of the size with which *values* grow: the slope in a picture with logarithmic axes."""
    return linear_regression([log(size) for size in sizes], [log(value) for value in values]).slope


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    question: str
    asked: int
    p50: float
    p95: float
    rows: float
    grows: float
    answer_grows: float
    added: float
    """Seconds that the mean time is longer on the largest graph than on the smallest."""
    slowest: Draw

    @property
    def holds(self) -> bool:
        """Whether it is as fast as wanted and grows no faster than its answer."""
        return self.p95 <= WANTED and (self.added <= UNSEEN or self.grows <= max(self.answer_grows, 0) + SLACK)

    def __str__(self) -> str:
        slow = " ".join(f"{name}={value}" for name, value in self.slowest.items())
        return (
            f"{self.question:22} {self.asked:5} {self.p50 * 1e3:8.1f} {self.p95 * 1e3:8.1f} {self.rows:8.1f} {self.grows:7.2f}"
            f" {self.answer_grows:7.2f}  {'yes' if self.holds else 'NO':5}  {slow}"
        )


HEAD = f"{'question':22} {'asked':>5} {'p50 ms':>8} {'p95 ms':>8} {'rows':>8} {'time^':>7} {'text^':>7}  {'holds':5}  slowest"


def measure(question: Question, stores: list[World], number: int, rounds: int, seed: int) -> Row | None:
    """One question: its time on the largest store, with draws from it, and its growth, with the same draws on all."""
    largest = draws(question, stores[-1], number, seed)
    if not largest:
        return None
    here = timed(question, stores[-1], largest, rounds)
    times = [taken for taken, _, _ in here]
    same = draws(question, stores[0], number, seed)
    sizes, means, lengths = [], [], []
    for world in stores if same else []:
        found = timed(question, world, same, rounds)
        sizes.append(len(world.reader.store))
        means.append(fmean(taken for taken, _, _ in found))
        lengths.append(fmean(characters for _, _, characters in found) + 1)
    grows, answer_grows = (exponent(sizes, means), exponent(sizes, lengths)) if len(sizes) > 1 else (0.0, 0.0)
    p95 = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    slowest = largest[times.index(max(times))]
    rows, added = fmean(count for _, count, _ in here), means[-1] - means[0] if means else 0.0
    return Row(question.name, len(largest), median(times), p95, rows, grows, answer_grows, added, slowest)


def main() -> int:
    """Build what is missing, measure and print, line by line."""
    parser = argparse.ArgumentParser(description="How fast the questions answer on graphs of growing size.")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="only these  [default: all of queries/]")
    parser.add_argument("--cache", type=Path, required=True, metavar="FOLDER", help="where texts and stores are kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="triples  [default: 125 k to 1 M]")
    parser.add_argument("--draws", type=int, default=40, help="sets of parameters of each question  [default: %(default)s]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, whose median counts  [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="of texts and parameters  [default: %(default)s]")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="processes that read texts  [default: one for each core]")
    options = parser.parse_args()
    stores = []
    print(f"{'triples':>10} {'editions':>8} {'build':>7} {'triples/s':>9}  of it derived")
    for world in worlds(options.cache, sorted(options.sizes), options.seed, options.jobs):
        stores.append(world)
        print(built(world), flush=True)
    load = os.getloadavg()[0]
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f}{': others are at work' if load > 1 else ''}")
    print(
        f"times on {stores[-1].wanted:,} triples; wanted: p95 at most {WANTED * 1e3:.0f} ms, time^ at most text^ + {SLACK}, or {UNSEEN * 1e3:.0f} ms more in all"
    )
    print(HEAD)
    for fault in faults():
        print(fault)
    failed = 0
    for question in all_questions():
        if options.questions and question.name not in options.questions:
            continue
        row = measure(question, stores, options.draws, options.rounds, options.seed)
        print(row or f"{question.name:22} nothing in the store that it could be asked about", flush=True)
        failed += row is not None and not row.holds
    return 1 if failed else 0


def built(world: World) -> str:
    """How long the building of a store took."""
    store, times = world.reader.store, dict(world.times)
    editions = sum(1 for _ in store.quads_for_pattern(None, ox.NamedNode(namespaces.RES + "answersFor"), None, None))
    total, size = times.pop("build"), len(store)
    shares = ", ".join(f"{name} {taken:.2f} s ({taken / total:.0%})" for name, taken in times.items()) or "nothing"
    return f"{size:10,} {editions:8} {total:6.1f}s {size / total:9,.0f}  {shares}"


if __name__ == "__main__":
    sys.exit(main())
