"""How fast triples are loaded: beside pyoxigraph's own bulk load of the same triples, in the same run.

    python benchmarks/load.py [--triples N] [--rounds N] [--store FOLDER]

The graphs are those of generate.py, or those of the documents of a store that is there.  See README.md here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import generate
import pyoxigraph as ox
from reading import HEAD, Row

from resograph.build import Found, Loading, Made, Report, make
from resograph.namespaces import BASE
from resograph.store import Reader, text, writing

WANTED = 0.95


def of_texts(triples: int, folder: Path) -> Iterator[Made]:
    """What comes of generated texts, until there are so many *triples*."""
    place = number = 0
    while number < triples:
        for name, written in generate.texts(1, place):
            path = folder / name
            path.write_text(written, encoding="utf-8")
            made = make(path)
            number += sum(data.count(b"\n") for _, data in made.graphs)
            yield made
        place += 1


def of_store(folder: Path) -> Iterator[Made]:
    """The graphs of the documents of a store, each as if it came of a file of its own."""
    store = Reader(folder).store
    for graph in list(store.named_graphs()):
        name = str(graph.value)
        if "/expression/" in name:
            lines = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
            yield Made(name, (), ((name, lines.replace(b" .\n", f" <{name}> .\n".encode())),))


def ours(made: list[Made], folder: Path, times: list[tuple[float, float]]) -> None:
    """As a build loads: graph by graph as they come, into the next generation."""
    with writing(folder) as writer:
        writer.manifest.base = BASE
        wall, cpu = perf_counter(), process_time()
        loading = Loading(writer, Report())
        for number, one in enumerate(made):
            loading.take(Found(str(number), Path(str(number))), "", one)
        loading.load()
        writer.store.flush()
        times.append((perf_counter() - wall, process_time() - cpu))


def peer(made: list[Made], folder: Path, times: list[tuple[float, float]]) -> None:
    """pyoxigraph's bulk load of everything at once."""
    data = b"".join(lines for one in made for _, lines in one.graphs)
    wall, cpu = perf_counter(), process_time()
    store = ox.Store(str(folder))
    store.bulk_load(data, format=ox.RdfFormat.N_QUADS)
    store.flush()
    times.append((perf_counter() - wall, process_time() - cpu))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How fast triples are loaded, beside pyoxigraph's own bulk load of the same.")
    parser.add_argument("--triples", type=int, default=300_000, help="how many to make  [default: %(default)s]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds whose median counts  [default: %(default)s]")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="the graphs of the documents of this store instead")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="resograph-load-"))
    try:
        made = list(of_store(options.store) if options.store else of_texts(options.triples, folder))
        number = sum(data.count(b"\n") for one in made for _, data in one.graphs)
        size = sum(len(data) for one in made for _, data in one.graphs)
        load = os.getloadavg()[0]
        print(f"{number:,} triples in {len(made)} graphs, {size / 1e6:.0f} MB of N-Quads; medians of {options.rounds} rounds")
        print(f"{os.cpu_count()} cores, load {load:.1f}{': others are at work' if load > 1 else ''}")
        print(HEAD)
        times: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
        for turn in range(options.rounds):
            for name, load_all in (("ours", ours), ("peer", peer)) if turn % 2 else (("peer", peer), ("ours", ours)):
                place = folder / f"{name}-{turn}"
                partial(load_all, made, place, times[name])()
                shutil.rmtree(place)
        for which, what in enumerate(("the clock on the wall", "time of the processor")):
            mine, its = (median(one[which] for one in times[name]) for name in ("ours", "peer"))
            rates = (f"{number / mine:,.0f} triples/s", f"{number / its:,.0f} triples/s  pyoxigraph, bulk_load of all at once")
            print(Row(its / mine, WANTED, f"load all graphs, by {what}", *rates, least=True))
        print(_full_text(made, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _full_text(made: list[Made], folder: Path) -> str:
    """How long the full text of these graphs takes, in a line of its own: no peer makes one."""
    store = ox.Store(str(folder / "graph"))
    store.bulk_load(b"".join(lines for one in made for _, lines in one.graphs), format=ox.RdfFormat.N_QUADS)
    start = process_time()
    text.bring(store, BASE, folder / "text.sqlite", None)
    taken = process_time() - start
    clauses = sum(len(document.clauses) for document in text.documents(store, BASE))
    return f"full text of {clauses:,} clauses and titles: {taken:.2f} s, {(folder / 'text.sqlite').stat().st_size / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
