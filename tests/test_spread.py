"""``build --scheduler``: the workers of Dask read, and the graph is that of one process, byte for byte after sorting."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import SPECIMENS

from resograph import cli, spread
from resograph.build import build
from resograph.errors import ResographError
from resograph.store import Reader

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'resograph[dask]'")
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Dask leaves closing its sockets to the end of its loops
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def lines(folder: Path) -> list[bytes]:
    """The graph, sorted; a parser gives the blank nodes of the vocabularies other names each time."""
    return sorted(re.sub(rb"_:\w+", b"_:", line) for line in (Reader(folder).store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines())


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for path in SPECIMENS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "empty.txt").write_text("nothing here")
    return folder


def test_the_graph_is_that_of_one_process(texts: Path, tmp_path: Path) -> None:
    one = build([texts], tmp_path / "one", jobs=1)
    many = build([texts], tmp_path / "many", scheduler="local", jobs=2)
    assert lines(tmp_path / "many") == lines(tmp_path / "one")
    assert (many.built, many.skipped, many.editions) == (one.built, one.skipped, one.editions)
    assert not build([texts], tmp_path / "many", scheduler="local").changed  # nothing to read, so no worker is asked


def test_a_scheduler_that_is_away_is_said_in_one_line(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spread, "PATIENCE", 1.0)
    status = cli.run(["build", str(texts), "--store", str(tmp_path / "store"), "--scheduler", "tcp://127.0.0.1:1"])
    out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith("resograph: the scheduler tcp://127.0.0.1:1 cannot be used (")
    assert not (tmp_path / "store" / "CURRENT").exists()


def test_workers_of_another_version_are_refused() -> None:
    class Client:
        def run(self, _: object) -> dict[str, str]:
            return {"tcp://10.0.0.7:1": "another"}

    with pytest.raises(ResographError, match=r"the worker tcp://10\.0\.0\.7:1 has another version"):
        spread._refuse_others(Client())
