"""Keys: what spells a key, and that printing gives it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resograph.errors import BadKeyError
from resograph.keys import BODIES, INSTRUMENTS, KINDS, PROVISIONS, UN_BODIES, Key, number_segment, slug

KEYS = [
    "pp/resolution/191",
    "pp/resolution/191/2022",
    "wtsa/resolution/18/2024/resolves/2/i",
    "pp/resolution/71/annex-1",
    "unga/resolution/70-1",
    "ecosoc/resolution/2018-5",
    "convention/no/184a",
    "rr/no/5.388",
    "constitution",
    "itu-t/recommendation/a.1",
    "itu-r/recommendation/m.1036-6",
    "itu-d/question/5-1",
    "wrc/resolution/com5-14",
    "wtsa/resolution/1/2016/section-1bis/1bis.2.1",
    "wtsa/resolution/1/2016/considering/bbis",
    "wtsa/resolution/18/2024/fn/bis",
]


@pytest.mark.parametrize("text", KEYS)
def test_printing_a_parsed_key_gives_it_back(text: str) -> None:
    assert str(Key.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pp",
        "pp/resolution",
        "PP/resolution/1",
        "pp/resolution/1/2022/",
        "pp//1",
        "unga/resolution/70-1/2015",
        "wtsa/resolution/18/2024/Resolves",
    ],
)
def test_what_is_no_key_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadKeyError) as caught:
        Key.parse(text)
    assert "\n" not in str(caught.value)


_segment = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
_part = st.lists(_segment, max_size=3).map("/".join)
_texts = st.builds(
    lambda body, kind, number, year, part: Key(body, kind, number, None if body in UN_BODIES else year, part=part),
    st.sampled_from(sorted(BODIES)),
    st.sampled_from(sorted(KINDS)),
    st.from_regex(r"[0-9]{1,4}(-[0-9])?", fullmatch=True),
    st.one_of(st.none(), st.integers(1865, 2099)),
    _part,
)
_provisions = st.builds(
    lambda instrument, unit, provision: Key(instrument=instrument, unit=unit, provision=provision),
    st.sampled_from(sorted(INSTRUMENTS)),
    st.sampled_from(PROVISIONS),
    st.from_regex(r"[0-9]{1,3}[a-z]?(\.[0-9]{1,3})?", fullmatch=True),
)


@given(st.one_of(_texts, _provisions))
def test_parsing_a_printed_key_gives_it_back(key: Key) -> None:
    assert Key.parse(str(key)) == key


def test_a_key_knows_its_work_and_edition() -> None:
    key = Key.parse("wtsa/resolution/18/2024/resolves/2/i")
    assert (str(key.work), str(key.edition), key.part) == ("wtsa/resolution/18", "wtsa/resolution/18/2024", "resolves/2/i")


def test_numbers_keep_their_own_form_in_lower_case() -> None:
    assert [number_segment(n) for n in ("A.1", "70/1", "[COM5/14]", "M.1036-6", "5/1")] == ["a.1", "70-1", "com5-14", "m.1036-6", "5-1"]


def test_a_slug_takes_the_first_words_only_where_a_limit_is_given() -> None:
    assert slug("Linkage with the WSIS action lines and the 2030 Agenda", 8) == "linkage-with-the-wsis-action-lines-and-the"
