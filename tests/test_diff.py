"""Two editions compared: which clause became which, with which words; and the forms in which that is told."""

from __future__ import annotations

import json
import random
import re
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from conftest import REAL, SPECIMENS, needs_real_documents
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from pyshacl import validate
from rdflib import Graph

from resograph import assets, cli
from resograph.build import build
from resograph.diff.as_docx import as_docx
from resograph.diff.as_html import as_html
from resograph.diff.as_json import as_json
from resograph.diff.as_text import as_text
from resograph.diff.as_triples import as_turtle, changes
from resograph.diff.compare import compare
from resograph.diff.model import ADDED, DROPPED, SAME, Alignment, Change, Clause, Duty, Edit, Edition, Heading, Reference
from resograph.diff.sources import answering, editions, of_resolution, of_store
from resograph.diff.words import edits, shared, wording
from resograph.keys import Key
from resograph.namespaces import BASE, RES
from resograph.pipeline import parse, records
from resograph.read import read_bytes
from resograph.store import Reader

WORDS = [*"the of in a by be shall should each every lit put out kept wound".split(), "lamp", "lamps", "room", "rooms", "clock", "clocks"]  # noqa: SIM905
MANY = [f"{a}{b}" for a in ("lamp", "room", "clock", "door", "chair", "map") for b in ("s", "ed", "ing", "er", "less", "like", "ward")]


def edition(year: int, *clauses: tuple[str, str], headings: dict[str, str] | None = None, **more: Any) -> Edition:
    """An edition of WTSA Resolution 9300 from pairs of part and words; a section is the first segment of a part."""
    made = tuple(Clause(part, "operative", part.partition("/")[0], part.rpartition("/")[2], text) for part, text in clauses)
    names = {clause.section: clause.section.replace("-", " ") for clause in made} | (headings or {})
    found = {part: Heading(part, "operative", words) for part, words in names.items()}
    key = Key.parse(f"wtsa/resolution/9300/{year}")
    return Edition(key, "Lamps", "Sampleton", "en", made, found, expression=f"{BASE}expression/{key}/en/txt-{year}", **more)


def told(alignment: Alignment) -> list[str]:
    """Each change in a line: "reworded a/1 -> a/1"."""
    return [
        f"{'+'.join(change.kinds)} {','.join(c.part for c in change.old)} -> {','.join(c.part for c in change.new)}"
        for change in alignment.changes
    ]


def once(alignment: Alignment) -> None:
    """Every clause of both sides is accounted for exactly once."""
    assert sorted(c.part for change in alignment.changes for c in change.old) == sorted(c.part for c in alignment.old.clauses)
    assert sorted(c.part for change in alignment.changes for c in change.new) == sorted(c.part for c in alignment.new.clauses)


# --- properties -------------------------------------------------------------------------------------------------------

sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
texts = st.lists(sentences, max_size=12)


def numbered(year: int, sentences: list[str], section: str = "resolves") -> Edition:
    return edition(year, *((f"{section}/{number}", text) for number, text in enumerate(sentences, 1)))


@settings(deadline=None)
@given(texts)
def test_an_edition_compared_with_itself_is_unchanged(said: list[str]) -> None:
    found = compare(numbered(2020, said), numbered(2024, said))
    once(found)
    assert {change.kinds for change in found.changes} <= {("unchanged",)}
    assert not found.headings
    assert not found.title


@settings(deadline=None)
@given(texts, st.randoms(use_true_random=False))
def test_a_shuffled_copy_has_nothing_reworded(said: list[str], chance: random.Random) -> None:
    shuffled = [*said]
    chance.shuffle(shuffled)
    found = compare(numbered(2020, said), numbered(2024, shuffled))
    once(found)
    assert {change.kinds[0] for change in found.changes} <= {"unchanged", "moved", "renumbered"}
    assert not any(change.edits and change.edits[0].kind != SAME for change in found.changes)


@settings(deadline=None)
@given(texts, st.integers(1, 9))
def test_a_renumbered_copy_has_nothing_reworded_and_nothing_moved(said: list[str], shift: int) -> None:
    later = edition(2024, *((f"resolves/{number + shift}", text) for number, text in enumerate(said, 1)))
    found = compare(numbered(2020, said), later)
    once(found)
    if len(set(map(wording, said))) == len(said):  # of clauses that say the same, the number tells which is which
        assert {change.kinds for change in found.changes} <= {("renumbered",)}
    assert {change.kinds[0] for change in found.changes} <= {"renumbered", "moved", "unchanged"}


@settings(deadline=None, max_examples=200)
@given(texts, texts)
def test_each_clause_of_any_two_editions_is_accounted_for_once(one: list[str], other: list[str]) -> None:
    found = compare(numbered(2020, one), numbered(2024, other))
    once(found)
    for change in found.changes:
        assert bool(change.new) == ("dropped" not in change.kinds)
        assert bool(change.old) == ("added" not in change.kinds)


@settings(deadline=None, max_examples=200)
@given(sentences, sentences)
def test_edits_make_both_texts(old: str, new: str) -> None:
    runs = edits(old, new)
    assert wording("".join(run.text for run in runs if run.kind != DROPPED)) == wording(new)
    assert wording("".join(run.text for run in runs if run.kind != ADDED)) == wording(old)
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))


@settings(deadline=None)
@given(st.lists(sentences, min_size=1, max_size=4), sentences)
def test_edits_are_cut_where_the_new_text_is_cut(new: list[str], old: str) -> None:
    pieces = shared(edits(old, " ".join(new)), [len(text) for text in new])
    assert ["".join(run.text for run in piece if run.kind != DROPPED).strip() for piece in pieces] == new


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lamps shall be lit;", "lamps shall be lit,"),
        ("lamps shall be lit; and", "lamps shall be lit."),
        ("the \u201cold\u201d lamps \u2013 all", 'the "old" lamps - all'),
        ("lamps/clocks", "lamps/ clocks"),
        ("ITU\u2011T lamps", "ITU-T lamps"),
    ],
)
def test_typography_is_no_difference(one: str, other: str) -> None:
    assert wording(one) == wording(other)
    assert [run.kind for run in edits(one, other)] == [SAME]


@pytest.mark.parametrize(
    ("one", "other"), [("lamps shall be lit", "lamps should be lit"), ("no. 5", "no. 6"), ("the Council", "the council")]
)
def test_words_are_a_difference(one: str, other: str) -> None:
    assert wording(one) != wording(other)


def test_marks_and_small_words_between_two_changes_are_read_with_them() -> None:
    runs = edits("lamps (Rev. Port Specimen, 2012) are lit", "lamps (Rev. Sampleton, 2016) are lit")
    assert [(run.kind, run.text.strip()) for run in runs] == [
        (SAME, "lamps (Rev."),
        (DROPPED, "Port Specimen, 2012"),
        (ADDED, "Sampleton, 2016"),
        (SAME, ") are lit"),
    ]


# --- what becomes of a clause -----------------------------------------------------------------------------------------

LIT = "that the lamps of every room shall be lit before the first meeting of the day begins"
OUT = "that whoever leaves last puts out each lamp and locks the door of the corridor behind him"
WOUND = "that the keeper of clocks winds those of the tower on Mondays and all others on Fridays"
MAPS = "that old maps are sent to the archive when a new edition has been printed and paid for"


def test_what_was_put_before_a_clause_renumbers_it_and_no_more() -> None:
    found = compare(edition(2020, ("resolves/1", LIT), ("resolves/2", OUT)), edition(2024, ("resolves/1", MAPS), ("resolves/2", LIT), ("resolves/3", OUT)))  # fmt: skip
    assert told(found) == ["added  -> resolves/1", "renumbered resolves/1 -> resolves/2", "renumbered resolves/2 -> resolves/3"]


def test_of_two_that_changed_places_one_moved() -> None:
    found = compare(edition(2020, ("resolves/1", LIT), ("resolves/2", OUT), ("resolves/3", MAPS)),
                    edition(2024, ("resolves/1", OUT), ("resolves/2", LIT), ("resolves/3", MAPS)))  # fmt: skip
    assert sorted(change.kinds for change in found.changes) == [("moved",), ("renumbered",), ("unchanged",)]


def test_a_clause_that_goes_to_another_section_moved() -> None:
    found = compare(edition(2020, ("noting/a", LIT), ("noting/b", OUT), ("resolves/1", WOUND)),
                    edition(2024, ("noting/a", OUT), ("resolves/1", WOUND), ("resolves/2", LIT)))  # fmt: skip
    assert told(found) == ["renumbered noting/b -> noting/a", "unchanged resolves/1 -> resolves/1", "moved noting/a -> resolves/2"]


def test_a_section_that_counts_later_is_the_same_section() -> None:
    """ "instructs (2nd)" becomes "instructs (3rd)" when another is put before it: its clauses are unchanged."""
    old = edition(2020, ("instructs/1", LIT), ("instructs/2", OUT), headings={"instructs": "instructs the Director"})
    new = edition(2024, ("instructs/1", MAPS), ("instructs-2/1", LIT), ("instructs-2/2", OUT),
                  headings={"instructs": "instructs the Council", "instructs-2": "instructs the Director"})  # fmt: skip
    assert told(compare(old, new)) == [
        "added  -> instructs/1",
        "unchanged instructs/1 -> instructs-2/1",
        "unchanged instructs/2 -> instructs-2/2",
    ]


def test_a_section_under_another_heading_is_the_same_section() -> None:
    old = edition(2020, ("invites/1", LIT), ("invites/2", OUT), headings={"invites": "invites the owners"})
    new = edition(2024, ("urges/1", LIT), ("urges/2", OUT), headings={"urges": "urges the owners"})
    found = compare(old, new)
    assert told(found) == ["unchanged invites/1 -> urges/1", "unchanged invites/2 -> urges/2"]
    assert [(change.kind, change.edits) for change in found.headings] == [
        ("reworded", (Edit(DROPPED, "invites"), Edit(ADDED, "urges"), Edit(SAME, " the owners")))
    ]


def test_reworded_and_moved_go_together() -> None:
    found = compare(edition(2020, ("noting/a", LIT), ("noting/b", OUT), ("resolves/1", MAPS)),
                    edition(2024, ("noting/a", OUT), ("resolves/1", MAPS), ("resolves/2", LIT.replace("shall", "should"))))  # fmt: skip
    assert told(found)[-1] == "reworded+moved noting/a -> resolves/2"
    assert [run for run in found.changes[-1].edits if run.kind != SAME] == [(DROPPED, " shall"), (ADDED, " should")]


def test_a_clause_whose_halves_stand_apart_was_split() -> None:
    found = compare(edition(2020, ("resolves/1", f"{LIT}, and {OUT};"), ("resolves/2", MAPS)),
                    edition(2024, ("resolves/1", f"{LIT};"), ("resolves/2", MAPS), ("resolves/3", f"{OUT};")))  # fmt: skip
    assert told(found) == ["split resolves/1 -> resolves/1,resolves/3", "unchanged resolves/2 -> resolves/2"]
    assert "".join(run.text for run in found.changes[0].edits if run.kind == DROPPED) == ", and"


def test_a_clause_that_takes_over_another_was_merged() -> None:
    found = compare(edition(2020, ("noting/a", OUT), ("noting/b", MAPS), ("resolves/1", LIT)),
                    edition(2024, ("noting/a", MAPS), ("resolves/1", f"{LIT}, and {OUT}")))  # fmt: skip
    assert told(found) == ["renumbered noting/b -> noting/a", "merged noting/a,resolves/1 -> resolves/1"]
    assert not [run for run in found.changes[1].edits if run.kind == DROPPED]


def test_one_of_two_clauses_that_say_the_same_was_dropped_and_not_merged() -> None:
    found = compare(edition(2020, ("resolves/1", LIT), ("resolves/2", LIT)), edition(2024, ("resolves/1", LIT)))
    assert told(found) == ["unchanged resolves/1 -> resolves/1", "dropped resolves/2 -> "]


def test_what_shares_only_small_words_is_dropped_and_added() -> None:
    found = compare(
        edition(2020, ("resolves/1", LIT)), edition(2024, ("resolves/1", "to thank the painters of the great hall and their pupils"))
    )
    assert sorted(change.kinds for change in found.changes) == [("added",), ("dropped",)]


def test_the_pair_that_says_most_in_all_is_taken() -> None:
    """A greedy choice gives the old second clause to the new first and leaves the old first with nothing."""
    one, two = "a b c d e f g h i j", "a b c d e f g k l m"
    found = compare(
        edition(2020, ("noting/1", one), ("noting/2", two)),
        edition(2024, ("resolves/8", "a b c d e f g h i m"), ("resolves/9", two + " n")),
    )
    assert {(change.old[0].part, change.new[0].part) for change in found.changes} == {
        ("noting/1", "resolves/8"),
        ("noting/2", "resolves/9"),
    }


def test_what_was_dropped_stands_where_it_stood() -> None:
    found = compare(edition(2020, ("noting/a", LIT), ("noting/b", OUT), ("noting/c", WOUND), ("warning/a", "that doors may jam in wet weather, as in spring")),
                    edition(2024, ("noting/a", LIT), ("noting/b", WOUND)))  # fmt: skip
    assert told(found) == [
        "unchanged noting/a -> noting/a",
        "dropped noting/b -> ",
        "renumbered noting/c -> noting/b",
        "dropped warning/a -> ",
    ]


def test_a_footnote_becomes_a_footnote_only() -> None:
    old, new = edition(2020, ("resolves/1", LIT)), edition(2024, ("resolves/1", MAPS))
    note = Clause("fn/1", "footnote", text=LIT)
    found = compare(replace(old, clauses=(*old.clauses, note)), replace(new, clauses=(*new.clauses, note)))
    assert sorted(told(found)) == ["added  -> resolves/1", "dropped resolves/1 -> ", "unchanged fn/1 -> fn/1"]


# --- citations and norms ----------------------------------------------------------------------------------------------


def citing(text: str, *targets: str, **more: Any) -> Clause:
    references = tuple(Reference(Key.parse(target), f"Resolution {target}", number=n) for n, target in enumerate(targets, 1))
    return Clause("resolves/1", "operative", "resolves", "1", text, references, **more)


def one_clause(year: int, clause: Clause) -> Edition:
    return replace(edition(year, ("resolves/1", "")), clauses=(clause,))


def test_a_work_cited_in_another_edition_is_updated() -> None:
    old = citing(
        "see Resolution pp/resolution/9191/2014 on lamps", "pp/resolution/9191/2014", "pp/resolution/9192/2014", "convention/no/151"
    )
    new = citing("see Resolution pp/resolution/9191/2022 on lamps", "pp/resolution/9191/2022", "convention/no/151", "convention/no/152")
    found = compare(one_clause(2020, old), one_clause(2024, new))
    assert [(change.kind, str(change.work)) for change in found.citations] == [
        ("updated", "pp/resolution/9191"),
        ("dropped", "pp/resolution/9192"),
        ("added", "convention/no/152"),
    ]
    assert found.changes[0].citations_only


def test_a_work_that_another_clause_cites_now_is_not_dropped_from_the_whole() -> None:
    old = edition(2020, ("noting/a", LIT), ("noting/b", OUT))
    new = edition(2024, ("noting/a", LIT), ("noting/b", OUT))
    reference = (Reference(Key.parse("pp/resolution/9191/2014")),)
    old = replace(old, clauses=(replace(old.clauses[0], citations=reference), old.clauses[1]))
    new = replace(new, clauses=(new.clauses[0], replace(new.clauses[1], citations=reference)))
    found = compare(old, new)
    assert [change.citations[0].kind for change in found.changes] == ["dropped", "added"]
    assert not found.citations


def test_other_words_beside_a_citation_are_more_than_a_citation() -> None:
    old = citing("see Resolution pp/resolution/9191/2014 on lamps", "pp/resolution/9191/2014")
    new = citing("see Resolution pp/resolution/9191/2022 on clocks", "pp/resolution/9191/2022")
    assert not compare(one_clause(2020, old), one_clause(2024, new)).changes[0].citations_only


def test_a_norm_that_changes_says_in_what() -> None:
    duty = Duty("recommendation", "instruct", ("tsag",), frequency="annual", part="resolves/1")
    old = citing("the group should report each year", duties=(duty, replace(duty, modality="permission", number=2)))
    new = citing("the groups shall report each year", duties=(replace(duty, modality="obligation", addressees=("rag", "tsag")), replace(duty, modality="invitation", addressees=("council",), number=2), replace(duty, modality="declaration", addressees=(), number=3)))  # fmt: skip
    found = compare(one_clause(2020, old), one_clause(2024, new)).duties
    assert [(change.kind, change.fields) for change in found] == [
        ("changed", ("modality", "addressees")),
        ("changed", ("modality", "addressees")),
        ("added", ()),
    ]


def test_a_heading_that_addresses_others_changes_the_norm_and_not_the_words() -> None:
    duty = Duty("obligation", "instruct", ("tsag",), part="resolves/1")
    old, new = citing(LIT, duties=(duty,)), citing(LIT, duties=(replace(duty, addressees=("rag",)),))
    (change,) = compare(one_clause(2020, old), one_clause(2024, new)).changes
    assert change.kinds == ("unchanged",)
    assert change.same_words
    assert change.duties[0].fields == ("addressees",)


# --- without words ----------------------------------------------------------------------------------------------------


def test_without_words_clauses_are_compared_by_key_citations_and_norms() -> None:
    old = replace(edition(2020, ("resolves/1", ""), ("resolves/2", ""), ("resolves/3", "")), worded=False)
    new = replace(edition(2024, ("resolves/1", ""), ("resolves/2", ""), ("noting/a", "")), worded=False)
    reference = (Reference(Key.parse("pp/resolution/9191/2014")),)
    old = replace(old, clauses=(*old.clauses[:2], replace(old.clauses[2], citations=reference, text=None)))
    found = compare(old, new)
    once(found)
    assert told(found) == [
        "kept resolves/1 -> resolves/1", "kept resolves/2 -> resolves/2", "dropped resolves/3 -> ", "added  -> noting/a"
    ]  # fmt: skip
    assert [change.similarity for change in found.changes] == [None] * 4
    assert len(found.notes) == 2
    assert "no words" in found.notes[0]


def test_two_languages_are_not_compared_word_by_word() -> None:
    found = compare(edition(2020, ("resolves/1", LIT)), replace(edition(2024, ("resolves/1", "que les lampes")), language="fr"))
    assert told(found) == ["kept resolves/1 -> resolves/1"]
    assert any("'fr'" in note for note in found.notes)


# --- cost -------------------------------------------------------------------------------------------------------------


def long_edition(year: int, count: int, seed: int) -> Edition:
    chance = random.Random(seed)
    return numbered(year, [" ".join(chance.choices(MANY + WORDS, k=30)) for _ in range(count)])


def seconds(old: Edition, new: Edition) -> float:
    compare(old, new)  # imports
    begun = time.perf_counter()
    compare(old, new)
    return time.perf_counter() - begun


def test_hundreds_of_clauses_take_well_under_a_second() -> None:
    old = long_edition(2020, 300, 1)
    chance = random.Random(2)
    changed = [re.sub("lamp", "lantern", clause.text or "", count=2) for clause in old.clauses]
    chance.shuffle(changed)
    assert seconds(old, numbered(2024, changed)) < 1.5  # measured: 0.3 s; the machine may be busy


@pytest.mark.parametrize("text", ["the same", "lamp " * 400, "; ; ; , , " * 200, ""])
def test_clauses_that_are_all_alike_do_not_hang(text: str) -> None:
    old, new = numbered(2020, [text] * 400), numbered(2024, [f"{text} {number}" for number in range(400)])
    assert seconds(old, new) < 8
    once(compare(old, new))


def test_a_clause_of_a_hundred_thousand_words_does_not_hang() -> None:
    chance = random.Random(3)
    said = chance.choices(MANY, k=30_000)
    old, new = numbered(2020, [" ".join(said)]), numbered(2024, [" ".join(["lantern", *said[:15_000], "other", *said[15_001:]])])
    assert seconds(old, new) < 8


# --- documents --------------------------------------------------------------------------------------------------------


def read(name: str) -> Edition:
    return of_resolution(parse(SPECIMENS / name)[0])


def specimens() -> Alignment:
    return compare(read("wtsa-9018-2016.txt"), read("wtsa-9018-2024.txt"))


def by_parts(alignment: Alignment) -> dict[tuple[str, str], Change]:
    return {(",".join(c.part for c in change.old), ",".join(c.part for c in change.new)): change for change in alignment.changes}


def test_the_specimens_of_2012_and_2016() -> None:
    found = compare(read("wtsa-9018-2012.docx"), read("wtsa-9018-2016.txt"))
    once(found)
    changes = by_parts(found)
    assert changes["resolves/4", "resolves/3"].kinds == ("renumbered",)
    assert changes["considering/b", "considering/c"].kinds[-1] in ("moved", "renumbered")
    assert changes["considering/c", "considering/b"].kinds[0] == "reworded"
    assert changes["resolves/1", "resolves/1"].duties[0].fields == ("modality",)
    assert changes["recalling/b", "recalling/b"].citations_only
    assert changes["invites/1", "invites-2/1"].kinds == ("unchanged",)
    assert changes["instructs-2", "instructs-2"].duties[0].fields == ("addressees", "deadline")
    assert changes["fn/2", "fn/2"].kinds == ("unchanged",)
    assert ("instructs/1", "") in changes
    assert ("", "instructs/3") in changes


def test_the_specimens_of_2016_and_2024() -> None:
    changes = by_parts(specimens())
    assert {changes["annex-a/b", "annex-a/c"].kinds, changes["annex-a/c", "annex-a/b"].kinds} == {("moved",), ("renumbered",)}
    assert changes["instructs/1", "instructs/2"].duties[0].fields == ("frequency",)
    assert changes["invites-2/1", "calls-upon/1"].kinds == ("unchanged",)
    assert changes["invites-2/1", "calls-upon/1"].duties[0].fields == ("force", "addressees")


@needs_real_documents
def test_resolution_25_of_2018_and_2022() -> None:
    found = compare(*(of_resolution(parse(REAL / name)[0]) for name in ("pp-18/resolution-25.txt", "basic-texts/ITU-PP-RES-025.txt")))
    once(found)
    changes = by_parts(found)
    for parts in (
        ("resolves/3", "resolves/4"),
        ("resolves/12", "resolves/13"),
        ("instructs/7", "instructs/6"),
        ("convinced/d", "convinced/f"),
    ):
        assert changes[parts].kinds == ("renumbered",)
    assert changes["noting/d", "noting/c,noting-also/a"].kinds == ("split",)
    assert changes["convinced/e,noting/b", "convinced/e"].kinds == ("merged",)
    updated = {
        str(change.work): (change.old[0].target.year, change.new[0].target.year) for change in found.citations if change.kind == "updated"
    }
    assert updated == {"pp/resolution/167": (2018, 2022), "pp/resolution/157": (2018, 2022), "wtdc/resolution/17": (2017, 2022)}
    for change in found.changes:  # what says the same is never shown as changed
        if (
            change.old
            and change.new
            and wording(" ".join(c.text or "" for c in change.old)) == wording(" ".join(c.text or "" for c in change.new))
        ):
            assert change.same_words


# --- the store --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    build([SPECIMENS], folder)
    return folder


@pytest.mark.parametrize("name", sorted(path.name for path in SPECIMENS.iterdir()))
def test_a_store_gives_back_what_was_read(name: str, store: Path) -> None:
    reader = Reader(store)
    held = answering(reader.store, reader.base)
    for resolution in parse(SPECIMENS / name):
        assert of_store(reader.store, held[str(resolution.outline.key)], reader.base) == of_resolution(resolution)


def test_files_and_editions_of_the_store_are_compared_alike(store: Path) -> None:
    def by_name(a: str, b: str) -> str:
        return as_json(compare(*editions(a, b, lambda: Reader(store))))

    files = [str(SPECIMENS / name) for name in ("wtsa-9018-2016.txt", "wtsa-9018-2024.txt")]
    assert by_name(*files) == by_name("wtsa/9018/2016", "WTSA Resolution 9018") == by_name(files[0], "wtsa/resolution/9018/2024")


def test_a_record_of_a_file_is_found_by_the_other_or_by_its_name(store: Path) -> None:
    acts = str(SPECIMENS / "pp-final-acts-2018.txt")
    keys = [str(resolution.outline.key) for resolution in parse(acts)]
    one, _ = editions(f"{acts}#{keys[1]}", keys[0], lambda: Reader(store))
    assert str(one.key) == keys[1]
    one, _ = editions(acts, keys[0], lambda: Reader(store))
    assert str(one.key) == keys[0]


def test_the_graph_of_changes_links_consecutive_editions_only(store: Path) -> None:
    reader = Reader(store)
    graph = ox.NamedNode(f"{BASE}graph/changes")
    compared = {
        str(quad.subject)[1:-1].removeprefix(BASE)
        for quad in reader.store.quads_for_pattern(None, None, ox.NamedNode(RES + "Comparison"), graph)
    }
    assert compared == {
        "wtsa/resolution/9018/2016#since-2012",
        "wtsa/resolution/9018/2024#since-2016",
        "pp/resolution/9191/2022#since-2014",
    }
    again = len(list(changes(reader.store, BASE)))
    assert again == len(list(reader.store.quads_for_pattern(None, None, None, graph)))


# --- forms ------------------------------------------------------------------------------------------------------------


def test_the_text_tells_what_changed_and_counts_the_rest() -> None:
    found = as_text(specimens(), 120)
    assert found.startswith("WTSA Resolution 9018 (Sampleton, 2016) \u2192 WTSA Resolution 9018 (Model City, 2024)\n")
    assert "study groups of the three Sectors [-should-] {+shall+} be entered" in found
    assert "duty changed: modality: recommendation \u2192 obligation" in found
    assert "renumbered, same words: considering c) \u2192 considering d)" in found
    assert "that small delegations" not in found  # its words are the same
    assert max(map(len, found.splitlines())) <= 120
    assert "\x1b[" in as_text(specimens(), 120, coloured=True)


def test_the_json_says_each_clause_once() -> None:
    alignment = specimens()
    found = json.loads(as_json(alignment))
    assert found["old"]["key"] == "wtsa/resolution/9018/2016"
    assert sorted(clause["part"] for change in found["changes"] for clause in change["old"]) == sorted(
        c.part for c in alignment.old.clauses
    )
    assert sum(found["counts"].values()) >= len(found["changes"])
    assert [change["edits"] for change in found["changes"] if change["kinds"] == ["unchanged"]] == [[]] * found["counts"]["unchanged"]


def test_the_page_needs_nothing_and_holds_both_texts() -> None:
    alignment = specimens()
    page = as_html(alignment)
    assert not re.findall(r"(?:src|href|url)\s*[=(]", page)
    tree = html.fromstring(page)
    shown = [" ".join("".join(node.itertext()).split()) for node in found(tree, "//div[contains(@class, 'change')]/p[2]")]
    for change, text in zip(alignment.changes, shown, strict=True):
        if len(change.new) <= 1:
            assert text == " ".join("".join(run.text for run in change.edits).split())
    assert found(tree, "//del")
    assert found(tree, "//ins")


def test_a_page_shows_words_and_never_runs_them() -> None:
    said = '<script>alert("lamps")</script> that lamps & clocks shall be lit'
    page = as_html(compare(edition(2020, ("resolves/1", LIT)), edition(2024, ("resolves/1", said))))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def found(tree: Any, path: str) -> list[Any]:
    return list(tree.xpath(path, namespaces=W))


W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}


def paragraphs(data: bytes, *, accepted: bool) -> list[str]:
    """The paragraphs of a Word document when all its changes are accepted, or rejected."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    gone = "w:del" if accepted else "w:ins"
    shown = []
    for paragraph in tree.iterfind(".//w:p", W):
        if paragraph.find(f"w:pPr/w:rPr/{gone}", W) is not None:
            continue
        words = found(paragraph, f".//*[self::w:t or self::w:delText][not(ancestor::{gone})]")
        shown.append("".join(node.text or "" for node in words))
    return shown


def test_a_word_document_with_its_changes_accepted_is_the_new_text() -> None:
    alignment = specimens()
    data = as_docx(alignment)
    new, old = paragraphs(data, accepted=True), paragraphs(data, accepted=False)
    for clauses, shown, other in ((alignment.new.clauses, new, old), (alignment.old.clauses, old, new)):
        said = [wording(re.sub(r"^(?:footnote )?\S+ ", "", text, count=1)) for text in shown] + [wording(text) for text in shown]
        assert [clause.part for clause in clauses if wording(clause.text or "") not in said] == []
        assert shown != other
    with zipfile.ZipFile(BytesIO(data)) as package:
        document = package.read("word/document.xml").decode()
    assert set(re.findall(r'<w:(?:ins|del) w:id="\d+" w:author="([^"]*)"', document)) == {"resograph"}
    ids = re.findall(r'<w:(?:ins|del) w:id="(\d+)"', document)
    assert len(ids) == len(set(ids)) > 50
    assert "<w:del " in document
    assert not re.search(r"<w:del [^>]*>(?:(?!</w:del>).)*<w:t[ >]", document)  # what is deleted is w:delText


def test_a_word_document_says_where_a_clause_was() -> None:
    with zipfile.ZipFile(BytesIO(as_docx(specimens()))) as package:
        comments = package.read("word/comments.xml").decode()
    assert "moved: was annex A b)" in comments


def test_a_word_document_can_hold_any_characters() -> None:
    old, new = edition(2020, ("resolves/1", "lamps \x0b\ud800 are lit")), edition(2024, ("resolves/1", "clocks \uffff are wound at night"))
    assert paragraphs(as_docx(compare(old, new)), accepted=True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, about itself
def test_triples_obey_their_shapes_and_name_nodes_of_the_graphs() -> None:
    text = as_turtle(compare(read("wtsa-9018-2012.docx"), read("wtsa-9018-2016.txt")))
    found = Graph().parse(data=text, format="turtle")
    shapes = Graph().parse(assets.ONTOLOGY / "shapes" / "changes.ttl")
    conforms, _, report = validate(found, shacl_graph=shapes)
    assert conforms, report
    assert "eli:changes" in text
    assert "prov:wasRevisionOf" in text
    broken = Graph().parse(data=text.replace("res:changeKind res:added", "res:changeKind res:obligation", 1), format="turtle")
    assert not validate(broken, shacl_graph=shapes)[0]


def test_triples_name_citations_and_norms_that_are_in_the_store(store: Path) -> None:
    reader = Reader(store)
    graph = ox.NamedNode(f"{BASE}graph/changes")
    named = {
        quad.object
        for local in ("before", "after")
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(RES + local), None, graph)
    }
    assert len(named) > 100
    for node in named:
        assert any(quad.graph_name != graph for quad in reader.store.quads_for_pattern(node, None, None, None)), node  # type: ignore[arg-type]


# --- the command ------------------------------------------------------------------------------------------------------


def run(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = cli.run(["diff", *map(str, arguments)])
    out, err = capfd.readouterr()
    return status, out, err


@pytest.mark.parametrize("form", ["text", "json", "html", "docx", "turtle"])
def test_each_form_is_written_whole_to_a_file(form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"changes.{form}"
    assert run(capfd, SPECIMENS / "wtsa-9018-2016.txt", SPECIMENS / "wtsa-9018-2024.txt", "--format", form, "-o", out) == (0, "", "")
    assert out.stat().st_size > 1000
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_same_file_twice_has_nothing_changed(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capfd, SPECIMENS / "wtsa-9018-2024.txt", SPECIMENS / "wtsa-9018-2024.txt")
    assert status == 0
    assert "none changed" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing-here.txt", "wtsa/9018/2024"], "nothing-here.txt: no such file"),
        ([SPECIMENS, "wtsa/9018/2024"], "is a folder"),
        (["wtsa/9018/1999", "wtsa/9018/2024"], "does not hold wtsa/resolution/9018/1999"),
        (["a lamp", "wtsa/9018/2024"], "no edition is called"),
        (["wtsa/9018/2024/resolves/1", "wtsa/9018/2024"], "leave 'resolves/1' out"),
        ([SPECIMENS / "pp-final-acts-2018.txt", "wtsa/9018/2024"], "holds 2 records; name one"),
        ([f"{SPECIMENS / 'wtsa-9018-2024.txt'}#pp/1", "wtsa/9018/2024"], "holds no pp/resolution/1"),
        ([f"{SPECIMENS / 'wtsa-9018-2024.txt'}#lamp", "wtsa/9018/2024"], "holds no lamp"),
        (["x" * 5000, "wtsa/9018/2024"], "no edition is called"),
        (["wtsa/9018/2024"], "Missing argument"),
    ],
)
def test_what_names_nothing_is_told_in_one_line(arguments: list[str], says: str, store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capfd, *arguments, "--store", store)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_two_files_need_no_store(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = (SPECIMENS / "wtsa-9018-2016.txt", SPECIMENS / "wtsa-9018-2024.txt")
    assert run(capfd, *files, "--store", tmp_path / "none")[0] == 0
    assert run(capfd, files[0], "wtsa/9018/2024", "--store", tmp_path / "none")[0] == 2


def test_notes_figures_and_tables_are_compared() -> None:
    text = "RESOLUTION 9301 (Sampleton, {year})\nLamps\nThe Plenipotentiary Conference (Sampleton, {year}),\nresolves\nto light the lamps.\nNOTE - {note}\n"
    sides = [
        of_resolution(records(read_bytes(text.format(year=year, note=note).encode(), "lamps.txt"))[0])
        for year, note in ((2020, "Lamps are lit at dusk."), (2024, "Lamps are lit at dawn."))
    ]
    found = compare(*sides)
    assert [change.kinds for change in found.changes if change.new[0].role == "note"] == [("reworded",)]
