"""List markers: what a typed marker looks like, which marker follows which, and the key segment that it gives.

a)  b)bis  (a)  aa)      letters            i)  iv)            roman numerals
1   2.  3)  1bis         numbers            1.2  1bis.2.1  A1.3   decimal numbers: they carry their own ancestry
-   –   •   *            dashes and bullets
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "decimal", "letter", "capital", "roman", "dash"]

_SUFFIX = r"(?:bis|ter|quater|quinquies)"
# The terminator tells a marker from a word: ")" or "." directly, or white space with a plain number.
_MARKER = re.compile(
    rf"""
    (?P<dash>[-\u2010\u2011\u2012\u2013\u2014\u2022\u00b7\u25aa\u25cf\uf02d\uf0b7*])(?=\s)
  | \(?(?P<roman>[ivxl]{{2,7}}|[ivx])\)\s*(?P<rsuf>{_SUFFIX})?(?=\s|$)
  | \(?(?P<letter>[a-z]{{1,2}})\s?\)\s*(?P<lsuf>{_SUFFIX})?(?=[\s(\u201c"A-Z]|$)
  | (?P<letter2>[a-z])(?P<lsuf2>{_SUFFIX})\)(?=\s)
  | \(?(?P<capital>[A-Z])\)(?=\s)
  | (?P<decimal>[A-Z]?\d{{1,2}}{_SUFFIX}?(?:\.\d{{1,3}}{_SUFFIX}?)+)(?P<dend>[.)]?)(?=\s|$)
  | \(?(?P<number>\d{{1,3}})(?P<nsuf>{_SUFFIX})?(?P<nend>[.)]?)(?=\s|$)
    """,
    re.VERBOSE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker as typed, its key segment, and its place in a list of its kind (``order``; suffixes sort after)."""

    typed: str
    segment: str
    kind: Kind
    order: float
    end: int

    @property
    def first(self) -> bool:
        """Whether a list may begin with it."""
        return self.order == 1 or self.kind in ("dash", "decimal")


def roman_value(numeral: str) -> int:
    """The value of a lower-case roman numeral; 0 when it is none ("iiii", "vx")."""
    total, previous = 0, 0
    for letter in reversed(numeral):
        value = _ROMAN[letter]
        total += value if value >= previous else -value
        previous = max(value, previous)
    return total if roman(total) == numeral else 0


def roman(value: int) -> str:
    """The lower-case roman numeral of *value*, below ninety."""
    out = ""
    for sign, worth in (("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)):
        while value >= worth:
            out, value = out + sign, value - worth
    return out


def _letters(word: str) -> int:
    """a..z are 1..26, aa..zz 27..52 (doubled letters, as long lists go on)."""
    return ord(word[0]) - 96 + (26 if len(word) == 2 and word[0] == word[1] else 0)


def marker(text: str) -> tuple[Marker, ...]:
    """The readings of the marker that *text* begins with: none, one, or two ("i)" is a letter and a numeral).

    *text* is plain (ordinary hyphens and spaces); ``end`` of the result is the offset after marker and white space.
    """
    found = _MARKER.match(text)
    if not found:
        return ()
    end = found.end()
    while end < len(text) and text[end] in " \t":
        end += 1
    typed = found.group().strip()
    group = found.groupdict()
    if group["dash"]:
        return (Marker(typed, "dash", "dash", 1, end),)
    if group["decimal"]:
        segment = group["decimal"].lower()
        return (Marker(typed, segment, "decimal", 1, end),)
    if group["number"]:
        suffix = group["nsuf"] or ""
        return (Marker(typed, group["number"] + suffix, "number", int(group["number"]) + bool(suffix) / 2, end),)
    if group["capital"]:
        return (Marker(typed, group["capital"].lower(), "capital", ord(group["capital"]) - 64, end),)
    if group["letter2"]:
        return (Marker(typed, group["letter2"] + group["lsuf2"], "letter", _letters(group["letter2"]) + 0.5, end),)
    readings: list[Marker] = []
    if group["roman"]:
        suffix = group["rsuf"] or ""
        value = roman_value(group["roman"])
        if value:
            readings.append(Marker(typed, group["roman"] + suffix, "roman", value + bool(suffix) / 2, end))
        if len(group["roman"]) == 1 or (len(set(group["roman"])) == 1 and len(group["roman"]) == 2):
            readings.append(Marker(typed, group["roman"] + suffix, "letter", _letters(group["roman"]) + bool(suffix) / 2, end))
        return tuple(readings)
    letter, suffix = group["letter"], group["lsuf"] or ""
    if len(letter) == 2 and letter[0] != letter[1]:
        return ()
    return (Marker(typed, letter + suffix, "letter", _letters(letter) + bool(suffix) / 2, end),)


def follows(later: Marker, earlier: Marker) -> bool:
    """Whether *later* is the very next item after *earlier* in one list: b) after a), b)bis after b), 3 after 2."""
    if later.kind != earlier.kind:
        return False
    return later.kind == "dash" or later.order - int(earlier.order) == 1 or 0 < later.order - earlier.order <= 0.5
