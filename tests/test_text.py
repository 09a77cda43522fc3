"""The words of a stretch of text, and the way back to its characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resograph.text import plain, plain_words, view

CASES = [
    ("lines are joined by one space", "to review\nthe text", "to review the text"),
    ("blank lines and indents too", "to review  \n\n   the text", "to review the text"),
    (
        "a compound broken at its hyphen keeps it",
        "the Secretary-\nGeneral and the Secretary of the General Rules",
        "the Secretary-General and the Secretary of the General Rules",
    ),
    ("a word broken by a hyphen is mended", "communication of communi-\ncation", "communication of communication"),
    ("a compound whose line break was lost keeps its hyphen", "results- based management", "results-based management"),
    ("a hanging hyphen stays", "two- and three-year terms", "two- and three-year terms"),
    ("soft hyphens are nothing", "tele\u00adcommunication", "telecommunication"),
    ("a dash between words stays", "one such mechanism \u2013 the team \u2013 exists", "one such mechanism \u2013 the team \u2013 exists"),
]


@pytest.mark.parametrize(("text", "shown"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_view_shows_the_words_as_one_reads_them(text: str, shown: str) -> None:
    assert view(text, (0, len(text)), (), plain_words(text)).text == shown


def test_hidden_stretches_are_left_out_and_leave_no_double_space() -> None:
    text = "developing[footnoteRef:2]2 countries\n266 Resolution 25\nand others"
    seen = view(text, (0, len(text)), ((10, 26), (36, 54)))
    assert seen.text == "developing countries and others"


@given(st.text(alphabet="ab- \n\u00a0\u2011\u00ad.", max_size=60), st.data())
def test_every_shown_character_leads_back_to_its_own(text: str, data: st.DataObject) -> None:
    cut = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    seen = view(text, (0, len(text)), ((cut[0], cut[1]),) if cut[0] < cut[1] else ())
    for i, character in enumerate(seen.text):
        origin = seen.origin(i)
        assert text[origin] == character or (character == " " and text[origin].isspace())
        assert not cut[0] <= origin < cut[1] or character == " "


@given(st.text())
def test_plain_text_has_the_same_length(text: str) -> None:
    assert len(plain(text)) == len(text)
