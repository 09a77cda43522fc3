"""What several test modules need: where the documents are, and an address that notes who comes."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

from resograph import derived
from resograph.graph import as_quads
from resograph.namespaces import BASE

ROOT = Path(__file__).parents[1]
SPECIMENS = ROOT / "corpus" / "specimens"
GOLD = ROOT / "tests" / "gold"
CASES = ROOT / "tests" / "cases"
REAL = ROOT.parent / "shared" / "corpus" / "itu"

needs_real_documents = pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real documents is not beside the project")


def documents() -> list[Path]:
    """Every document that can be read here: the specimens, and the real ones where they are."""
    real = [path for path in sorted(REAL.rglob("*")) if path.suffix in (".txt", ".docx")] if REAL.is_dir() else []
    return [*sorted(SPECIMENS.iterdir()), *real]


WORKED_OUT = ("standing", "tallies", "marks", "pairs")


def derive(store: ox.Store, base: str = BASE, only: tuple[str, ...] = WORKED_OUT) -> None:
    """Put into *store* the graphs that follow from any data; the other derived graphs are part of the data of a case."""
    for entry in derived.graphs():
        if entry.name in only:
            name = f"{base}graph/{entry.name}"
            store.remove_graph(ox.NamedNode(name))
            store.extend(list(as_quads(name, entry.make(store, base))))


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and who came there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        came: list[str] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append("somebody")
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/data", came
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def served(store: Path, *options: str, cwd: Path | None = None) -> Iterator[str]:
    """The address of a server of *store*, a process of its own, that ends with the block."""
    command = [sys.executable, "-m", "resograph", "serve", "--store", str(store), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
