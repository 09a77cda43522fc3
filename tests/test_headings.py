"""Call headings: verb, modifier, addressee; the cases are lines of tests/cases/headings.tsv."""

from __future__ import annotations

import pytest
from conftest import CASES

from resograph.annotate.actors import Context
from resograph.annotate.acts import heading_acts
from resograph.annotate.phrases import Reader
from resograph.headings import heading
from resograph.model import Section, Span


def _cases() -> list[list[str]]:
    lines = (CASES / "headings.tsv").read_text("utf-8").splitlines()
    return [(line.split("\t") + [""] * 4)[:5] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("line", "segment", "role", "addressees", "rest"), _cases(), ids=[case[0] for case in _cases()])
def test_a_heading_is_read_as_its_case_says(line: str, segment: str, role: str, addressees: str, rest: str) -> None:
    found = heading(line)
    if role == "none":
        assert found is None
        return
    hint = "add the verb or modifier to ontology/vocabularies/headings.ttl, or correct tests/cases/headings.tsv"
    assert found is not None, f"not read as a heading: {hint}"
    assert (found.segment, "operative" if found.operative else "preambular") == (segment, role), hint
    assert line[found.end :].strip() == rest
    section = Section(segment, line[: found.end], "operative" if found.operative else "preambular", Span(0, found.end))
    acts = heading_acts(section, Reader(Context.of("wtsa"), {}))
    assert sorted(actor for act in acts for actor in act.addressees) == sorted(addressees.split())


def test_a_word_style_makes_a_heading_of_a_verb_that_the_vocabulary_lacks() -> None:
    found = heading("remembering with pleasure", styled=True)
    assert found is not None
    assert (found.segment, found.operative, found.known) == ("remembering-with-pleasure", False, False)
