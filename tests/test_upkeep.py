"""Status, verification, backups and older formats of the store."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, SPECIMENS

from resograph.build import build
from resograph.cli import run
from resograph.errors import OutputError, StoreError
from resograph.search import Filter, search
from resograph.store import FORMAT, Manifest, Reader, writing
from resograph.store.archive import backup, restore
from resograph.store.upkeep import compact, status, verify

FORMS = ["backup", "backup.tar", "backup.tar.gz", "backup.nq", "backup.nq.gz"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store that nobody changes."""
    store = tmp_path_factory.mktemp("made") / "store"
    build([SPECIMENS / "pp-decision-9011-2018.txt", SPECIMENS / "wtdc-9005-2017.txt"], store)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "store"))


def statements(folder: Path) -> set[ox.Quad]:
    return set(Reader(folder).store)


def ground(quads: set[ox.Quad]) -> set[ox.Quad]:
    """Those without blank nodes, whose names are nobody's."""
    return {quad for quad in quads if not any(isinstance(node, ox.BlankNode) for node in (quad.subject, quad.object))}


def as_format_2(folder: Path) -> None:
    """What a program of format 2 would have written: no full text, no counts."""
    place = Reader(folder).place
    data = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    for name in ("triples", "made", "tables"):
        del data[name]
    data["format"], data["shared"]["code"] = 2, "0123456789abcdef"
    (place / "manifest.json").write_text(json.dumps(data), encoding="utf-8")
    (place / "text.sqlite").unlink()


# --- status and verify ------------------------------------------------------------------------------------------------


def test_status_tells_what_the_store_is(made: Path) -> None:
    found = status(made)
    assert (found.format, found.generation, found.editions, found.files, found.full_text) == (FORMAT, "000001", 2, 2, "in step")
    assert found.triples == len(Reader(made).store)
    assert found.sources == ((str(SPECIMENS), 2),)
    assert found.made.endswith("+00:00")
    assert sum(path.stat().st_size for path in made.rglob("*") if path.is_file()) == found.bytes


def test_a_whole_store_is_whole_after_each_write(store: Path) -> None:
    assert verify(store) == []
    build([SPECIMENS / "wtsa-9018-2024.txt"], store)
    assert verify(store) == []
    with writing(store) as writer:
        writer.store.update("INSERT DATA { GRAPH <http://example.org/g> { <http://example.org/a> <http://example.org/b> 1 } }")
        writer.commit()
    assert verify(store) == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)


def largest_table(place: Path) -> Path:
    return max((place / "graph").glob("*.sst"), key=lambda path: path.stat().st_size)


def lose_a_graph(place: Path) -> None:
    graph = ox.Store(str(place / "graph"))
    graph.remove_graph(next(node for node in graph.named_graphs() if "/expression/" in node.value))
    graph.flush()


def lose_a_statement(place: Path) -> None:
    graph = ox.Store(str(place / "graph"))
    graph.remove(next(iter(graph.quads_for_pattern(None, ox.NamedNode("http://purl.org/dc/terms/title"), None))))
    graph.flush()


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a table is cut": (lambda place: cut(largest_table(place)), "cannot be read|is not what was written", "restore"),
    "a bit is turned": (lambda place: flip(largest_table(place)), "is not what was written", "restore"),
    "a table is gone": (lambda place: largest_table(place).unlink(), "cannot be read", "restore"),
    "a graph is lost": (lose_a_graph, "1 graphs are lost", "restore"),
    "a statement is lost": (lose_a_statement, "statements, and", "restore"),
    "the full text is cut": (lambda place: cut(place / "text.sqlite"), "the full text is damaged", "compact"),
    "the full text is gone": (lambda place: (place / "text.sqlite").unlink(), "there is no full text", "compact"),
    "the manifest is cut": (lambda place: cut(place / "manifest.json"), "is damaged", "--rebuild"),
    "the generation is gone": (shutil.rmtree, "is damaged", "--rebuild"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_says_what_is_wrong_and_what_mends_it_and_it_does(store: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    harm, words, mend = DAMAGES[damage]
    saved = statements(store)
    backup(store, store.parent / "saved.tar.gz")
    harm(Reader(store).place)
    assert run(["store", "verify", "--store", str(store)]) == 1
    said = capsys.readouterr().out
    assert any(word in said for word in words.split("|")), said
    assert all(mend in line for line in said.splitlines()), said
    if mend == "compact":
        compact(store)
    else:
        restore(store.parent / "saved.tar.gz", store)
    assert run(["store", "verify", "--store", str(store)]) == 0
    assert statements(store) == saved


def test_a_damaged_store_is_one_line_for_every_command(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut(largest_table(Reader(store).place))
    for command in (
        ["query", "held"],
        ["sparql", "SELECT * { ?s ?p ?o }"],
        ["store", "status"],
        ["build", str(SPECIMENS / "ra-9075-2023.docx")],
    ):
        status_ = run([*command, "--store", str(store)])
        said = capsys.readouterr().err
        assert (status_, said.count("\n")) == (2, 1), said


@pytest.mark.parametrize("pointer", ["000099\n", "", "../../etc\n", "\u00b2\n"])
def test_a_pointer_to_nothing_is_told_and_a_rebuild_mends_it(store: Path, pointer: str) -> None:
    (store / "CURRENT").write_text(pointer, encoding="utf-8")
    with pytest.raises(StoreError, match=r"--rebuild|resograph build"):
        Reader(store)
    assert verify(store) != []
    build([SPECIMENS / "wtdc-9005-2017.txt"], store, rebuild=True)
    assert verify(store) == []


# --- backups ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_brings_everything_back(made: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    to, new = tmp_path / form, tmp_path / "new"
    assert run(["store", "backup", str(to), "--store", str(made)]) == 0
    assert run(["store", "restore", str(to), "--store", str(new)]) == 0
    assert capsys.readouterr().err == ""
    restored, saved = statements(new), statements(made)
    assert (ground(restored), len(restored)) == (ground(saved), len(saved))
    assert verify(new) == []
    both = [search(Reader(folder), "weeks", Filter(specimens=True)) for folder in (made, new)]
    assert both[0] == both[1]
    assert both[0].total
    if "nq" not in form:
        assert Reader(new).manifest.files == Reader(made).manifest.files
        assert not build([SPECIMENS / "pp-decision-9011-2018.txt"], new).changed


def test_a_folder_of_a_backup_is_a_store(made: Path, tmp_path: Path) -> None:
    backup(made, tmp_path / "backup")
    assert statements(tmp_path / "backup") == statements(made)
    assert verify(tmp_path / "backup") == []


def test_what_was_there_stays_as_the_generation_before(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "b.tar")
    before = statements(store)
    build([SPECIMENS / "wtsa-9018-2024.txt"], store)
    grown = statements(store)
    restore(tmp_path / "b.tar", store)
    assert statements(store) == before != grown
    assert Reader(store).generation == "000003"
    assert set(ox.Store.read_only(str(store / "generations" / "000002" / "graph"))) == grown


def test_a_backup_never_writes_over_anything(made: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine")
    with pytest.raises(OutputError, match="there already"):
        backup(made, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_text() == "mine"
    with pytest.raises(OutputError):
        backup(made, tmp_path / "nowhere" / "b.tar")
    with pytest.raises(StoreError, match="no store"):
        backup(tmp_path / "none", tmp_path / "c.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar"]


def test_a_backup_of_a_generation_that_is_swept_away_begins_anew(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from resograph.store import archive

    real, swept = archive._files, list[Path]()

    def files(place: Path) -> list[str]:
        found = real(place)
        if not swept:
            swept.append(place)
            for number in range(2):
                with writing(store) as writer:
                    writer.store.update(
                        f"INSERT DATA {{ GRAPH <http://example.org/g> {{ <http://example.org/a> <http://example.org/b> {number} }} }}"
                    )
                    writer.commit()
        return found

    monkeypatch.setattr(archive, "_files", files)
    backup(store, tmp_path / "b.tar")
    assert not swept[0].exists()
    restore(tmp_path / "b.tar", tmp_path / "new")
    assert statements(tmp_path / "new") == statements(store)
    assert verify(tmp_path / "new") == []


def tar(to: Path, members: list[tuple[str, bytes | None]]) -> Path:
    """An archive with these members; None: a link."""
    with tarfile.open(to, "w") as archive:
        for name, data in members:
            about = tarfile.TarInfo(name)
            if data is None:
                about.type, about.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                about.size = len(data)
            archive.addfile(about, io.BytesIO(data or b""))
    return to


def sums(names: list[str]) -> bytes:
    return "".join(f"{'0' * 64}  {name}\n" for name in names).encode()


FOREIGN: list[list[tuple[str, bytes | None]]] = [
    [],
    [("hello.txt", b"hello")],
    [("SHA256SUMS", b""), ("manifest.json", b"{}")],
    [("SHA256SUMS", sums(["../../climbed"])), ("../../climbed", b"x")],
    [("SHA256SUMS", sums(["/tmp/climbed"])), ("/tmp/climbed", b"x")],
    [("SHA256SUMS", sums(["graph/../../climbed"])), ("graph/../../climbed", b"x")],
    [("SHA256SUMS", sums(["graph/CURRENT"])), ("graph/CURRENT", None)],
    [("SHA256SUMS", sums(["graph/CURRENT"])), ("graph/CURRENT", b"not what was written")],
    [("SHA256SUMS", None)],
]


@pytest.mark.parametrize("members", FOREIGN)
def test_a_foreign_archive_is_refused_before_anything_is_touched(
    store: Path, tmp_path: Path, members: list[tuple[str, bytes | None]]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    bad = tar(tmp_path / "bad.tar", members)
    for folder in (store, tmp_path / "new"):
        with pytest.raises(StoreError, match="nothing has been changed") as error:
            restore(bad, folder)
        assert "\n" not in str(error.value)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.rglob("climbed"))


@pytest.mark.parametrize("form", FORMS)
def test_a_damaged_backup_is_refused_before_anything_is_touched(store: Path, tmp_path: Path, form: str) -> None:
    to = tmp_path / form
    backup(store, to)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    for harm in (cut, flip) if form != "backup.nq" else (cut,):  # a word that is another word shows in no count
        kept = tmp_path / "kept"
        shutil.copytree(to, kept) if to.is_dir() else shutil.copy(to, kept)
        harm(largest_table(next((to / "generations").iterdir())) if to.is_dir() else to)
        for folder in (store, tmp_path / "new"):
            with pytest.raises(StoreError) as error:
                restore(to, folder)
            assert "\n" not in str(error.value)
        shutil.rmtree(to) if to.is_dir() else to.unlink()
        kept.rename(to)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before
    assert not (tmp_path / "new").exists()


def test_other_files_are_no_backup(tmp_path: Path, store: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "a.nq").write_text("<http://a> <http://b> <http://c> .\n")
    (tmp_path / "a.nq.gz").write_bytes(gzip.compress(b"# resograph: 1 statements, base <http://x/>\nno quads\n"))
    (tmp_path / "empty.tar.gz").write_bytes(b"")
    for name in ("a.txt", "a.nq", "a.nq.gz", "empty.tar.gz", "nowhere.tar", "."):
        with pytest.raises(StoreError) as error:
            restore(tmp_path / name, store)
        assert "\n" not in str(error.value)
    assert verify(store) == []


# --- older formats, compaction ----------------------------------------------------------------------------------------


def test_a_store_of_format_2_answers_and_the_next_write_adds_the_full_text(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = statements(store)
    as_format_2(store)
    assert statements(store) == before
    assert status(store).full_text == "none"
    assert run(["store", "verify", "--store", str(store)]) == 1
    assert "'resograph store compact' adds it" in capsys.readouterr().out
    assert run(["search", "weeks", "--store", str(store)]) == 2
    assert "there is no full text yet; 'resograph store compact'" in capsys.readouterr().err
    report = build([SPECIMENS / "wtdc-9005-2017.txt"], store)
    assert (report.changed, report.built) == (True, [])
    assert Reader(store).manifest.format == FORMAT
    assert verify(store) == []
    assert search(Reader(store), "weeks", Filter(specimens=True)).total
    assert statements(store) == before


@pytest.mark.parametrize("way", ["compact", "restore"])
def test_a_store_of_format_2_is_migrated_without_its_files(store: Path, tmp_path: Path, way: str) -> None:
    before = statements(store)
    as_format_2(store)
    if way == "compact":
        compact(store)
    else:
        backup(store, tmp_path / "old.tar.gz")
        restore(tmp_path / "old.tar.gz", store)
    assert verify(store) == []
    assert (statements(store), Reader(store).manifest.format) == (before, FORMAT)
    assert search(Reader(store), "weeks", Filter(specimens=True)).total


@pytest.mark.parametrize(("number", "mend"), [(1, "write it anew with 'resograph build --rebuild"), (FORMAT + 1, "use the newer program")])
def test_a_format_that_cannot_be_read_is_refused_with_what_mends_it(store: Path, number: int, mend: str) -> None:
    path = Reader(store).place / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": number}))
    for use in (Reader, lambda folder: writing(folder).__enter__()):
        with pytest.raises(StoreError, match=mend):
            use(store)
    assert mend in verify(store)[0]


def test_compacting_keeps_one_generation_and_the_readers(store: Path) -> None:
    reader = Reader(store)
    before = set(reader.store)
    for number in range(3):
        with writing(store) as writer:
            writer.store.update(
                f"INSERT DATA {{ GRAPH <http://example.org/g> {{ <http://example.org/a> <http://example.org/b> {number} }} }}"
            )
            writer.commit()
    compact(store)
    assert status(store).generations == (reader.generation,)
    assert len(set(reader.store) - before) == 3
    assert verify(store) == []


def test_the_manifest_is_read_back_as_it_was_written(made: Path) -> None:
    reader = Reader(made)
    assert Manifest.read(reader.place / "manifest.json", made) == reader.manifest
    assert reader.manifest.tables


# --- disks ------------------------------------------------------------------------------------------------------------

FULL = """
import resource, signal, sys
from pathlib import Path
from resograph.build import build
from resograph.cli import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
sys.exit(run(["build", "-j", "1", "--rebuild", "--store", sys.argv[1], sys.argv[3]]))
"""


@pytest.mark.parametrize("size", [100, 20_000, 100_000, 300_000])
def test_a_full_disk_is_one_line_and_changes_nothing(store: Path, size: int) -> None:
    before = statements(store)
    command = [sys.executable, "-c", FULL, str(store), str(size), str(SPECIMENS / "wtsa-9018-2024.txt")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "cannot be written" in done.stderr
    assert statements(store) == before
    assert [path.name for path in (store / "generations").iterdir()] == ["000001"]
    assert verify(store) == []
