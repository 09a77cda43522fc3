"""The same store in a folder and on SPARQL servers: how long loading takes, and the named questions.

    python benchmarks/servers.py --store FOLDER --server URL [--server URL ...] [--draws N] [QUESTION...]

What the servers hold of this project is replaced.  See README.md here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter

import pyoxigraph as ox
from questions import Deck, Draw

from resograph.dataset import Dataset
from resograph.errors import QuestionError, ResographError
from resograph.questions import Question, all_questions, ask
from resograph.remote import RemoteDataset, open_client
from resograph.store import Reader

LONGEST = 60.0
"""Seconds after which a server is not waited for."""


@dataclass
class Asked:
    """A dataset, and what its answers took: seconds by question."""

    name: str
    dataset: Dataset
    taken: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def load(url: str, store: ox.Store) -> RemoteDataset:
    """Put every graph of *store* on the server, fetch them again, and print how long that took."""
    client = open_client(url, patience=LONGEST)
    names = [str(graph.value) for graph in store.named_graphs()]
    data = {name: store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(name)) or b"" for name in names}
    began = perf_counter()
    for name in names:
        client.put(name, data[name])
    sent = perf_counter() - began
    dataset = RemoteDataset(client, tuple(names), remember=False)
    began = perf_counter()
    held = ox.Store()
    dataset.copy_into(held, names)
    fetched = perf_counter() - began
    print(f"{client.at.engine.name:10} {len(names)} graphs sent in {sent:.1f} s ({len(store) / sent:,.0f} triples/s), "
          f"fetched in {fetched:.1f} s ({len(held) / fetched:,.0f} triples/s)", flush=True)  # fmt: skip
    return dataset


def draws(question: Question, store: ox.Store, number: int) -> Iterator[Draw]:
    """Up to *number* sets of parameters that *question* can be asked with."""
    deck = Deck(store, 1)
    for _ in range(3 * number):
        draw = deck.draw(question)
        try:
            ask(store, question.name, draw)
        except QuestionError:
            continue
        yield draw
        number -= 1
        if not number or not question.parameters:
            return


def compare(question: Question, sides: list[Asked], store: ox.Store, number: int) -> None:
    """Ask all *sides* the same, twice, and keep the second time; rows are compared with those of the folder."""
    for draw in draws(question, store, number):
        expected: list[tuple[str, ...]] | None = None
        for side in sides:
            try:
                ask(side.dataset, question.name, draw)
                began = perf_counter()
                found = ask(side.dataset, question.name, draw)
                side.taken.setdefault(question.name, []).append(perf_counter() - began)
                rows = sorted(found.rows)
                expected = rows if expected is None else expected
                if rows != expected:
                    side.wrong.append(f"{question.name}: {len(rows)} rows, not {len(expected)}")
            except ResographError as error:
                side.wrong.append(f"{question.name}: {error}")


def line(side: Asked) -> str:
    """The times of one side over all questions."""
    means = [fmean(taken) for taken in side.taken.values()]
    every = [one for taken in side.taken.values() for one in taken]
    p95 = quantiles(every, n=20, method="inclusive")[-1] if len(every) > 1 else every[0]
    geometric = exp(fmean(log(one) for one in means))
    return f"{side.name:10} {len(every):5} {median(every) * 1e3:9.1f} {p95 * 1e3:9.1f} {geometric * 1e3:9.1f} {sum(means):8.2f}"


def main() -> int:
    """Load, ask, print."""
    parser = argparse.ArgumentParser(description="The same store in a folder and on SPARQL servers.")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="only these  [default: all]")
    parser.add_argument("--store", type=Path, required=True, metavar="FOLDER", help="the store, as 'resograph build' makes it")
    parser.add_argument("--server", action="append", default=[], metavar="URL", help="a server that is loaded and asked")
    parser.add_argument("--draws", type=int, default=3, help="sets of parameters of each question  [default: %(default)s]")
    options = parser.parse_args()
    store = Reader(options.store).store
    print(f"{len(store):,} triples, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    sides = [Asked("folder", store)]
    sides += [Asked(open_client(url).at.engine.name, load(url, store)) for url in options.server]
    for question in all_questions():
        if not options.questions or question.name in options.questions:
            compare(question, sides, store, options.draws)
    print(f"{'':10} {'asked':>5} {'p50 ms':>9} {'p95 ms':>9} {'geo ms':>9} {'sum s':>8}")
    for side in sides:
        print(line(side))
        for name in sorted(side.taken, key=lambda name: -fmean(side.taken[name]))[:6]:
            print(f"           {name:24} {fmean(side.taken[name]) * 1e3:9.1f} ms")
        for fault in side.wrong:
            print(f"           OTHER  {fault}")
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    return int(any(side.wrong for side in sides))


if __name__ == "__main__":
    sys.exit(main())
