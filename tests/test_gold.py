"""The yardstick: what is read out of whole documents, against gold made by hand (tests/gold)."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest
from conftest import GOLD, REAL, ROOT, SPECIMENS, needs_real_documents

from resograph.errors import UnreadableError
from resograph.evaluate import WHAT, Difference, Score, changes, evaluate, gold_files, gold_records, keep, kept
from resograph.form import record
from resograph.pipeline import parse, parse_source
from resograph.read import read_bytes

FLOORS = tomllib.loads((GOLD / "floors.toml").read_text("utf-8"))


@cache
def _scores(group: str) -> dict[str, Score]:
    folder, roots = (GOLD, [REAL]) if group == "real" else (GOLD, [ROOT / "corpus"])
    total = {what: Score() for what in WHAT}
    for _, scores, _ in evaluate(folder, roots):
        for what in WHAT:
            total[what] += scores[what]
    return total


@pytest.mark.parametrize("what", WHAT)
def test_the_specimens_are_read_as_well_as_before(what: str) -> None:
    assert _scores("specimens")[what].f1 >= FLOORS["specimens"][what], "'resograph evaluate --diff' shows what was lost"


@needs_real_documents
@pytest.mark.parametrize("what", WHAT)
def test_the_real_documents_are_read_as_well_as_before(what: str) -> None:
    assert _scores("real")[what].f1 >= FLOORS["real"][what], "'resograph evaluate --diff' shows what was lost"


@needs_real_documents
def test_the_seed_has_its_header_clauses_footnotes_and_citations_and_no_other() -> None:
    (gold,) = gold_records(GOLD / "wtsa-18-2024.json")
    (resolution,) = parse(REAL / "wtsa-18-2024.txt")
    found = record(resolution)
    assert len(found["clauses"]) == 58
    for what in ("clauses", "footnotes", "citations"):
        names = {"clauses": ("part", "role"), "footnotes": ("part", "on"), "citations": ("part", "target", "self")}[what]
        assert [[x[name] for name in names] for x in found[what]] == [[x[name] for name in names] for x in gold[what]]
    for name in ("key", "work", "body", "kind", "number", "place", "year", "revised", "history"):
        assert found[name] == gold[name], name
    assert found["title"].startswith(gold["title"].rstrip(" …"))


@needs_real_documents
def test_the_word_file_has_its_sections_appendices_and_footnotes() -> None:
    (resolution,) = parse(REAL / "T-RES-T.1-2016-MSW-E.docx")
    outline = resolution.outline
    assert [s.part for s in outline.sections if s.role == "section"] == [f"section-{n}" for n in ("1", "1bis", *range(2, 10))]
    assert [s.part for s in outline.sections if s.role == "appendix"] == ["appendix-i", "appendix-ii"]
    assert "considering/bbis" in outline.parts
    assert [(note.part, note.on) for note in outline.footnotes] == [
        ("fn/1", "history"),
        ("fn/bis", "history"),
        ("fn/2", "section-2/2.1.5"),
        ("fn/3", "section-4/4.5"),
        ("fn/4", "section-7/7.1.11"),
        ("fn/5", "appendix-i/dash-3"),
    ]


@pytest.mark.parametrize("path", gold_files(GOLD), ids=lambda path: str(path.relative_to(GOLD)))
def test_gold_carries_keys_and_values_and_no_sentence(path: Path) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in strings(inner)]
        if isinstance(value, list):
            return [text for inner in value for text in strings(inner)]
        return [value] if isinstance(value, str) else []

    long = [text for text in strings(json.loads(path.read_text("utf-8"))) if len(text.split()) > 30]
    assert not long


def test_spans_of_citations_and_norms_stand_in_the_text() -> None:
    for path in sorted(SPECIMENS.iterdir()):
        for resolution in parse(path):
            found = record(resolution)
            text = resolution.outline.source.text
            for citation in found["citations"]:
                words = "".join(citation["text"].split())
                assert "".join(text[slice(*citation["span"])].split())[:6] == words[:6]
            for norm in found["norms"]:
                assert text[slice(*norm["span"])].strip()


def test_a_change_of_rules_shows_its_gains_and_losses(tmp_path: Path) -> None:
    missed, extra, same = (
        Difference("a", "norms", kind, item, "words") for kind, item in (("missed", "1"), ("extra", "2"), ("missed", "3"))
    )
    keep([missed, same], tmp_path / "before.json")
    assert "words" not in (tmp_path / "before.json").read_text("utf-8")
    found = [(change, difference.item) for change, difference in changes(kept(tmp_path / "before.json"), [same, extra])]
    assert found == [("gained", "1"), ("lost", "2")]


def test_what_holds_no_kept_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"a": 1}', "utf-8")
    with pytest.raises(UnreadableError, match="holds no kept run"):
        kept(tmp_path / "other.json")


def test_an_addressee_that_the_vocabulary_does_not_know_is_a_finding() -> None:
    text = "RESOLUTION 9001 (Sampleton, 2001)\n\nOn samples\n\ninstructs the Sampling Panel\n\n1 to take samples;\n\ninstructs the Secretary-General\n\nto report.\n"
    (resolution,) = parse_source(read_bytes(text.encode(), "sample.txt"))
    assert [(f.part, f.message) for f in resolution.findings if f.code == "actor-unlisted"] == [
        ("instructs/1", "'sampling-panel' is not in the vocabulary of actors")
    ]
