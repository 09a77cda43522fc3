"""The store in generations: readers, builds that end, builds that are killed, builds at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from resograph.errors import QueryError, StoreError
from resograph.store import Entry, Manifest, Reader, default_folder, folder_of, writing

SRC = str(Path(__file__).parents[1] / "src")


def put(folder: Path, *names: str) -> None:
    """A build that adds a graph for each name."""
    with writing(folder) as writer:
        for name in names:
            node = ox.NamedNode(f"http://a/{name}")
            writer.store.add(ox.Quad(node, ox.NamedNode("http://a/p"), ox.Literal(name), node))
            writer.manifest.files[name] = Entry("sha", "digest", graphs=(node.value,))
        writer.commit()


def held(reader: Reader) -> set[str]:
    return {str(quad.object.value) for quad in reader.store}


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())


def start(code: str, folder: Path) -> subprocess.Popen[str]:
    """Another process that runs *code* with ``folder`` and ``writing`` at hand."""
    head = f"import sys, time; from pathlib import Path; from resograph.store import *\nfolder = Path({str(folder)!r})\n"
    environment = {**os.environ, "PYTHONPATH": SRC}
    return subprocess.Popen([sys.executable, "-c", head + code], stdout=subprocess.PIPE, text=True, env=environment)


WRITES_AND_STALLS = """
import pyoxigraph as ox
with writing(folder) as writer:
    node = ox.NamedNode("http://a/half")
    writer.store.add(ox.Quad(node, node, ox.Literal("half"), node))
    writer.store.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_reader_sees_the_new_generation_after_the_switch_and_not_before(tmp_path: Path) -> None:
    put(tmp_path, "one")
    reader = Reader(tmp_path)
    first = reader.store
    with writing(tmp_path) as writer:
        node = ox.NamedNode("http://a/two")
        writer.store.add(ox.Quad(node, node, ox.Literal("two"), node))
        assert held(reader) == {"one"}
        assert reader.store is first
        writer.commit()
    assert held(reader) == {"one", "two"}
    assert reader.generation == "000002"


def test_what_is_open_stays_readable_after_its_generation_is_swept(tmp_path: Path) -> None:
    put(tmp_path, "one")
    old = Reader(tmp_path).store
    for name in ("two", "three", "four"):
        put(tmp_path, name)
    assert generations(tmp_path) == ["000003", "000004"]
    assert [quad.object for quad in old] == [ox.Literal("one")]


def test_leaving_without_commit_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "one")
    with writing(tmp_path) as writer:
        writer.store.remove_graph(ox.NamedNode("http://a/one"))
    assert held(Reader(tmp_path)) == {"one"}
    assert generations(tmp_path) == ["000001"]


def test_a_build_that_opens_nothing_makes_no_generation(tmp_path: Path) -> None:
    put(tmp_path, "one")
    with writing(tmp_path) as writer:
        assert set(writer.manifest.files) == {"one"}
    assert generations(tmp_path) == ["000001"]


def test_a_killed_build_leaves_the_old_generation_whole_and_the_next_sweeps_up(tmp_path: Path) -> None:
    put(tmp_path, "one")
    build = start(WRITES_AND_STALLS, tmp_path)
    assert build.stdout is not None
    assert build.stdout.readline() == "writing\n"
    build.send_signal(signal.SIGKILL)
    build.wait()
    build.stdout.close()
    assert generations(tmp_path) == ["000001", "000002"]
    assert held(Reader(tmp_path)) == {"one"}
    put(tmp_path, "two")
    assert held(Reader(tmp_path)) == {"one", "two"}
    assert generations(tmp_path) == ["000001", "000002"]


def test_a_first_build_that_is_killed_leaves_no_store(tmp_path: Path) -> None:
    build = start(WRITES_AND_STALLS, tmp_path)
    assert build.stdout is not None
    build.stdout.readline()
    build.kill()
    build.wait()
    build.stdout.close()
    with pytest.raises(StoreError, match="run 'resograph build'"):
        Reader(tmp_path)


def test_a_second_build_at_the_same_time_says_so(tmp_path: Path) -> None:
    put(tmp_path, "one")
    build = start(WRITES_AND_STALLS, tmp_path)
    assert build.stdout is not None
    build.stdout.readline()
    try:
        with pytest.raises(StoreError, match=r"another build is writing to .*; wait for it to end"):
            writing(tmp_path).__enter__()
    finally:
        build.kill()
        build.wait()
        build.stdout.close()


def test_a_second_build_that_waits_goes_on_from_the_first(tmp_path: Path) -> None:
    put(tmp_path, "one")
    waits = """
print("started", flush=True)
with writing(folder, wait=True) as writer:
    print(sorted(writer.manifest.files), flush=True)
"""
    with writing(tmp_path) as writer:
        build = start(waits, tmp_path)
        assert build.stdout is not None
        assert build.stdout.readline() == "started\n"
        assert writer.store is not None
        writer.manifest.files["two"] = Entry("sha", "digest")
        writer.commit()
    assert build.stdout.readline() == "['one', 'two']\n"
    assert build.wait() == 0
    build.stdout.close()


def test_a_store_that_does_not_exist_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        Reader(tmp_path / "none")
    assert str(error.value) == f"there is no store in {tmp_path / 'none'}; run 'resograph build' first"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("content", ['{"format": 0}', "{", "[]", "null"])
def test_a_store_of_another_format_or_damaged_is_refused_with_the_command_that_mends_it(tmp_path: Path, content: str) -> None:
    put(tmp_path, "one")
    (tmp_path / "generations/000001/manifest.json").write_text(content)
    for use in (lambda: Reader(tmp_path), lambda: writing(tmp_path).__enter__()):
        with pytest.raises(StoreError, match="resograph build --rebuild --store") as error:
            use()
        assert "\n" not in str(error.value)
    with writing(tmp_path, rebuild=True) as writer:
        assert writer.store is not None
        writer.commit()
    assert held(Reader(tmp_path)) == set()


def test_the_manifest_says_what_each_file_made(tmp_path: Path) -> None:
    put(tmp_path, "one")
    written = json.loads((tmp_path / "generations/000001/manifest.json").read_text())
    assert written["files"]["one"]["graphs"] == ["http://a/one"]
    assert Manifest.read(tmp_path / "generations/000001/manifest.json", tmp_path) == Reader(tmp_path).manifest


def test_a_query_answers_from_the_union_unless_it_names_its_graphs(tmp_path: Path) -> None:
    put(tmp_path, "one", "two")
    reader = Reader(tmp_path)
    assert len(list(reader.query("SELECT * { ?s ?p ?o }"))) == 2
    assert len(list(reader.query("SELECT * FROM <http://a/one> { ?s ?p ?o }"))) == 1
    for query in ("SELECT * FROM <http://a/three> { ?s ?p ?o }", "SELECT * { SERVICE <http://127.0.0.1:9/> {} }", "SELECT * {"):
        with pytest.raises(QueryError) as error:
            reader.query(query)
        assert "\n" not in str(error.value)


def test_the_folder_is_the_option_then_the_environment_then_the_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESOGRAPH_STORE", str(tmp_path))
    assert folder_of(None) == default_folder() == tmp_path
    assert folder_of("elsewhere") == Path("elsewhere")
    monkeypatch.delenv("RESOGRAPH_STORE")
    assert default_folder().parts[-2:] == ("resograph", "store")
    with pytest.raises(StoreError):
        folder_of("http://localhost/sparql")
