"""List markers: their segments, and which follows which."""

from __future__ import annotations

import pytest

from resograph.markers import follows, marker, roman_value

READ = [
    ("a)\tthat", ["a"]),
    ("b)bis\tthat", ["bbis"]),
    ("i) staffing", ["i", "i"]),
    ("iv) staffing", ["iv"]),
    ("1 that", ["1"]),
    ("10\tthat", ["10"]),
    ("1bis that", ["1bis"]),
    ("1.2\tThe", ["1.2"]),
    ("1bis.2.1\tDefinition", ["1bis.2.1"]),
    ("A1.3.1 text", ["a1.3.1"]),
    ("(a) that", ["a"]),
    ("\u2013 a report", ["dash"]),
    ("\u2022\ta report", ["dash"]),
    ("2018 plenipotentiary", []),
    ("to) that", []),
    ("iiii) that", []),
    ("that", []),
]


@pytest.mark.parametrize(("text", "segments"), READ)
def test_a_marker_gives_its_segment(text: str, segments: list[str]) -> None:
    assert [reading.segment for reading in marker(text)] == segments


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("a)", "b)", True),
        ("b)", "b)bis", True),
        ("b)bis", "c)", True),
        ("1", "2", True),
        ("h)", "i)", True),
        ("ii)", "iii)", True),
        ("a)", "c)", False),
        ("1", "b)", False),
    ],
)
def test_one_marker_follows_another(earlier: str, later: str, expected: bool) -> None:
    pairs = [(a, b) for a in marker(earlier + " x") for b in marker(later + " x")]
    assert any(follows(b, a) for a, b in pairs) is expected


def test_roman_numerals_have_their_values() -> None:
    assert [roman_value(n) for n in ("i", "iv", "ix", "xl", "xiv", "iiii")] == [1, 4, 9, 40, 14, 0]
