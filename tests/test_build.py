"""What a build reads, skips, names, replaces and leaves alone."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from resograph import build as module
from resograph.build import build, find, write_facts
from resograph.diff import as_triples
from resograph.diff.compare import compare
from resograph.diff.model import Alignment, Edition
from resograph.errors import StoreError
from resograph.namespaces import BASE
from resograph.store import Reader, writing
from resograph.store.upkeep import status

SPECIMENS = Path(__file__).parents[1] / "corpus" / "specimens"
ROOMS = "pp-decision-9011-2018.txt"
TWINS = "wtdc-9005-2017.txt"
FINAL_ACTS = "pp-final-acts-2018.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two specimens."""
    made = tmp_path / "files"
    made.mkdir()
    for name in (ROOMS, TWINS):
        shutil.copy(SPECIMENS / name, made)
    return made


def editions(store: Path) -> set[str]:
    reader = Reader(store)
    found = reader.query("PREFIX res: <https://w3id.org/resograph/ontology#> SELECT ?e { ?x res:answersFor ?e }")
    return {row[0].value.removeprefix(reader.base) for row in found}


def graphs(store: Path) -> set[str]:
    return {str(graph.value).removeprefix(Reader(store).base) for graph in Reader(store).store.named_graphs()}


def test_a_folder_becomes_a_graph_for_each_expression(folder: Path, tmp_path: Path) -> None:
    report = build([folder], tmp_path / "store")
    assert (len(report.built), report.failed, report.skipped, report.editions) == (2, [], [], 2)
    assert editions(tmp_path / "store") == {"pp/decision/9011/2018", "wtdc/resolution/9005/2017"}
    names = graphs(tmp_path / "store")
    assert {"graph/index", "graph/vocabulary", "graph/ontology"} < names
    assert sum(name.startswith("expression/") for name in names) == 2


def test_a_second_build_of_unchanged_files_touches_nothing(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build([folder], store)
    before = {path: path.stat().st_mtime_ns for path in (store / "generations").rglob("*")}
    report = build([folder], store)
    assert (report.changed, report.unchanged, report.generation) == (False, 2, "000001")
    assert {path: path.stat().st_mtime_ns for path in (store / "generations").rglob("*")} == before


def test_only_the_graphs_of_changed_and_removed_files_are_replaced(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build([folder], store)
    first = graphs(store)
    text = (folder / ROOMS).read_text(encoding="utf-8")
    (folder / ROOMS).write_text(text + "\n", encoding="utf-8")
    report = build([folder], store)
    assert ([Path(name).name for name in report.built], report.unchanged) == ([ROOMS], 1)
    assert first - graphs(store) == {name for name in first if "9011" in name}
    (folder / TWINS).unlink()
    report = build([folder], store)
    assert [Path(name).name for name in report.removed] == [TWINS]
    assert editions(store) == {"pp/decision/9011/2018"}
    assert not any("9005" in name for name in graphs(store))


def test_a_build_of_other_files_leaves_those_of_before(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build([folder / ROOMS], store)
    build([folder / TWINS], store)
    assert editions(store) == {"pp/decision/9011/2018", "wtdc/resolution/9005/2017"}


def test_two_files_with_the_same_content_are_one_expression(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copy(folder / ROOMS, folder / "copy.txt")
    build([folder], store)
    once = [name for name in graphs(store) if "9011" in name]
    assert len(once) == 1
    (folder / "copy.txt").unlink()
    build([folder], store)
    assert [name for name in graphs(store) if "9011" in name] == once


def test_a_file_with_two_records_makes_two_graphs(tmp_path: Path) -> None:
    build([SPECIMENS / FINAL_ACTS], tmp_path / "store")
    assert editions(tmp_path / "store") == {"pp/resolution/9204/2018", "pp/resolution/9130/2018"}


def test_what_holds_no_record_is_skipped_and_what_cannot_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "letter.txt").write_text("Dear colleague,\n\nthank you for the chairs.\n", encoding="utf-8")
    (folder / "empty.txt").write_text("")
    (folder / "renamed.txt").write_bytes(b"%PDF-1.7 and so on")
    (folder / "cut.docx").write_bytes((SPECIMENS / "ra-9075-2023.docx").read_bytes()[:2000])
    report = build([folder, tmp_path / "nowhere.txt"], tmp_path / "store")
    assert len(report.built) == 2
    assert [Path(line.split(":")[0]).name for line in report.skipped] == ["letter.txt"]
    assert [Path(line.split(":")[0]).name for line in report.failed] == ["cut.docx", "empty.txt", "renamed.txt", "nowhere.txt"]
    again = build([folder], tmp_path / "store")
    assert not again.changed
    assert (again.unchanged, len(again.skipped), len(again.failed)) == (3, 1, 3)
    assert all("\n" not in line for line in report.skipped + report.failed)


def test_a_file_that_can_no_longer_be_read_keeps_what_was_built_from_it(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "store")
    (folder / ROOMS).write_text("")
    assert len(build([folder], tmp_path / "store").failed) == 1
    assert "pp/decision/9011/2018" in editions(tmp_path / "store")


def test_a_path_that_is_not_there_makes_no_store(tmp_path: Path) -> None:
    report = build([tmp_path / "nosuch"], tmp_path / "store")
    assert report.failed == [f"{tmp_path / 'nosuch'}: no such file or folder"]
    assert list(tmp_path.iterdir()) == []


def test_a_first_build_of_nothing_that_can_be_read_makes_no_generation(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    report = build([tmp_path / "empty.txt"], tmp_path / "store")
    assert (len(report.failed), report.changed, report.generation) == (1, False, "")
    assert not (tmp_path / "store" / "CURRENT").exists()


def test_the_specimens_that_ship_are_marked_and_copies_of_them_are_not(folder: Path, tmp_path: Path) -> None:
    asked = "PREFIX res: <https://w3id.org/resograph/ontology#> SELECT ?e { GRAPH ?x { ?x res:specimen true ; ?p ?e . ?e a res:Edition } }"
    build([SPECIMENS / ROOMS], tmp_path / "shipped")
    assert len(list(Reader(tmp_path / "shipped").query(asked))) == 1
    build([folder], tmp_path / "own")
    assert list(Reader(tmp_path / "own").query(asked)) == []


def test_hidden_files_are_left_out_and_links_in_a_circle_end(folder: Path) -> None:
    (folder / ".hidden.txt").write_text("x")
    (folder / "~$lock.docx").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "inside.txt").write_text("x")
    (folder / "below").mkdir()
    (folder / "below" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "below" / "same.txt").symlink_to(folder / ROOMS)
    assert [file.path.name for file in find([folder])] in ([ROOMS, TWINS], ["same.txt", TWINS])


def test_without_paths_the_corpus_that_ships_is_built(tmp_path: Path) -> None:
    report = build([], tmp_path / "store")
    assert report.failed == []
    assert {f"corpus:specimens/{path.name}" for path in SPECIMENS.iterdir()} <= set(Reader(tmp_path / "store").manifest.files)


def test_several_processes_build_what_one_does(tmp_path: Path) -> None:
    paths = [SPECIMENS]
    build(paths, tmp_path / "one", jobs=1)
    build(paths, tmp_path / "two", jobs=2)

    def spoken(store: Path) -> set[ox.Quad]:
        return {quad for quad in Reader(store).store if "/expression/" in str(quad.graph_name) or "/index" in str(quad.graph_name)}

    assert spoken(tmp_path / "one") == spoken(tmp_path / "two")


def test_a_change_of_the_rules_reads_every_file_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build([folder], tmp_path / "store")
    monkeypatch.setattr(module, "code_digest", lambda: "another")
    assert len(build([folder], tmp_path / "store").built) == 2


def test_another_base_wants_a_store_of_its_own(folder: Path, tmp_path: Path) -> None:
    build([folder], tmp_path / "store")
    with pytest.raises(StoreError, match="--rebuild"):
        build([folder], tmp_path / "store", base="https://example.org/id/")
    build([folder], tmp_path / "store", base="https://example.org/id/", rebuild=True)
    assert Reader(tmp_path / "store").base == "https://example.org/id/"
    assert editions(tmp_path / "store") == {"pp/decision/9011/2018", "wtdc/resolution/9005/2017"}


# --- facts ------------------------------------------------------------------------------------------------------------------


def test_facts_are_the_same_at_each_writing_and_hold_no_words(folder: Path, tmp_path: Path) -> None:
    write_facts([folder], tmp_path / "one.trig")
    write_facts([folder], tmp_path / "two.trig", jobs=2)
    text = (tmp_path / "one.trig").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.trig").read_text(encoding="utf-8")
    quads = list(ox.parse(text, format=ox.RdfFormat.TRIG))
    said = {quad.predicate.value.rpartition("#")[2] for quad in quads}
    assert {"addressee", "modality", "citedWork"} <= said
    assert not said & {"text", "action", "meaning", "condition", "phrase"}


def test_facts_answer_until_the_text_itself_is_built(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    write_facts([folder], tmp_path / "facts.trig")
    build([tmp_path / "facts.trig"], store)
    assert editions(store) == {"pp/decision/9011/2018", "wtdc/resolution/9005/2017"}
    answering = "PREFIX res: <https://w3id.org/resograph/ontology#> SELECT ?f { ?x res:answersFor ?e . GRAPH ?x { ?x res:factsOnly ?f } }"
    assert {row[0].value for row in Reader(store).query(answering)} == {"true"}
    build([folder], store)
    assert {row[0].value for row in Reader(store).query(answering)} == {"false"}


def test_facts_follow_the_base_in_use(folder: Path, tmp_path: Path) -> None:
    write_facts([folder], tmp_path / "facts.trig")
    build([tmp_path / "facts.trig"], tmp_path / "store", base="https://example.org/id/")
    assert editions(tmp_path / "store") == {"pp/decision/9011/2018", "wtdc/resolution/9005/2017"}


def test_triples_outside_named_graphs_are_no_facts(tmp_path: Path) -> None:
    (tmp_path / "odd.trig").write_text("<http://a/> <http://a/> 1 .")
    (tmp_path / "bad.trig").write_text("{ not trig")
    report = build([tmp_path], tmp_path / "store")
    assert [line.partition(": ")[0] for line in report.failed] == [str(tmp_path / "bad.trig"), str(tmp_path / "odd.trig")]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_store_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        build([], tmp_path / "file" / "store")


def test_what_is_no_regular_file_is_named_and_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.txt").write_bytes((SPECIMENS / "wtsa-9018-2024.txt").read_bytes())
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "gone").symlink_to("nowhere")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / os.fsdecode(b"\xff.txt")).write_bytes((SPECIMENS / "wtsa-9018-2024.txt").read_bytes())
    report = build([folder], tmp_path / "store")
    assert len(report.built) == 1
    assert len(report.failed) == 5
    assert all(line.isprintable() for line in report.failed)


def test_a_trig_file_replaces_no_graph_of_the_stores_own_and_names_only_keys(tmp_path: Path) -> None:
    (tmp_path / "own.trig").write_text(f"<{BASE}graph/index> {{ <a:b> <a:c> <a:d> }}", "utf-8")
    (tmp_path / "keys.trig").write_text("<a:g> { <a:g> <http://data.europa.eu/eli/ontology#realizes> <a:no-key> }", "utf-8")
    report = build([SPECIMENS / "wtsa-9018-2024.txt", tmp_path], tmp_path / "store")
    assert len(report.built) == 1
    assert [("own.trig" in line, "keys.trig" in line) for line in report.failed] == [(False, True), (True, False)]


def test_a_damaged_store_is_told_in_one_line_and_can_be_built_anew(tmp_path: Path) -> None:
    build([SPECIMENS / "wtsa-9018-2024.txt"], tmp_path / "store")
    for part in (tmp_path / "store").rglob("*.sst"):
        part.write_bytes(b"damaged")
    with pytest.raises(StoreError, match="--rebuild"):
        Reader(tmp_path / "store")
    assert build([SPECIMENS / "wtsa-9018-2024.txt"], tmp_path / "store", rebuild=True).changed
    assert Reader(tmp_path / "store")


def test_derived_graphs_are_made_from_the_store_and_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rdflib import RDFS, Literal, URIRef

    from resograph import derived

    def count(store: ox.Store, base: str) -> list[tuple[URIRef, URIRef, Literal]]:
        return [(URIRef(base), RDFS.label, Literal(sum(1 for graph in store.named_graphs() if "expression/" in graph.value)))]

    monkeypatch.setattr(derived, "graphs", lambda: (derived.Derived("count", count),))
    text = "RESOLUTION {} (Sampleton, 2023)\nLamps\nThe Plenipotentiary Conference (Sampleton, 2023),\nresolves\nto act.\n"
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in (9001, 9002):
        (folder / f"{number}.txt").write_text(text.format(number), "utf-8")
        build([folder], tmp_path / "store")
        store = Reader(tmp_path / "store").store
        found = [
            str(getattr(quad.object, "value", "")) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(f"{BASE}graph/count"))
        ]
        assert found == [str(number - 9000)]


def derived_graphs(store: Path) -> dict[str, list[str]]:
    """The statements of the derived graphs and the index, without the numbers of tallies, which come as they come."""
    reader = Reader(store)
    names = [graph.value for graph in reader.store.named_graphs() if "/graph/" in graph.value]
    return {
        name: sorted(
            re.sub(r"(/tallies#[a-z]+)-\d+", r"\1", str(quad.triple))
            for quad in reader.store.quads_for_pattern(None, None, None, ox.NamedNode(name))
        )
        for name in names
        if not name.endswith(("/vocabulary", "/ontology"))
    }


def test_what_is_derived_after_a_change_is_what_a_build_from_nothing_derives(tmp_path: Path) -> None:
    files, store = tmp_path / "files", tmp_path / "store"
    files.mkdir()
    for name in ("wtsa-9018-2016.txt", "wtsa-9018-2024.txt", ROOMS):
        shutil.copy(SPECIMENS / name, files)

    def changed(name: str, text: str) -> None:
        (files / name).write_text(text, encoding="utf-8")
        build([files], store)

    build([files], store)
    first = derived_graphs(store)
    text = (files / "wtsa-9018-2024.txt").read_text(encoding="utf-8")
    changed("wtsa-9018-2024.txt", text.replace("calendar", "almanac"))
    changed("wtsa-9018-2016.txt", (files / "wtsa-9018-2016.txt").read_text(encoding="utf-8").replace("meeting", "gathering"))
    (files / "wtsa-9018-2024.txt").rename(files / "elsewhere.txt")
    build([files], store)
    build([files], tmp_path / "anew", jobs=2)
    assert derived_graphs(store) == derived_graphs(tmp_path / "anew") != first
    (files / "elsewhere.txt").unlink()
    build([files], store)
    build([files], tmp_path / "anew")
    assert derived_graphs(store) == derived_graphs(tmp_path / "anew")


def test_a_build_that_changes_one_work_keeps_what_became_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, store = tmp_path / "files", tmp_path / "store"
    files.mkdir()
    for name in ("wtsa-9018-2016.txt", "wtsa-9018-2024.txt", ROOMS):
        shutil.copy(SPECIMENS / name, files)
    build([files], store, jobs=1)
    compared: list[str] = []

    def noted(old: Edition, new: Edition) -> Alignment:
        compared.append(str(new.key))
        return compare(old, new)

    monkeypatch.setattr(as_triples, "compare", noted)
    (files / ROOMS).write_text((files / ROOMS).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert build([files], store, jobs=1).changed
    assert compared == []
    name = "wtsa-9018-2016.txt"
    (files / name).write_text((files / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    build([files], store, jobs=1)
    assert compared == ["wtsa/resolution/9018/2024"]


def test_after_an_update_of_a_text_the_next_build_makes_anew_what_is_derived(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    build([folder], store)
    for touched, changed in (("http://example.org/g", False), (None, True)):
        with writing(store) as writer:
            writer.store.update("INSERT DATA { GRAPH <http://example.org/g> { <http://example.org/a> <http://example.org/b> 1 } }")
            writer.commit(touched=touched and [touched])
        assert status(store).derived is not changed
        assert build([folder], store).changed is changed
        assert status(store).derived
