"""Numbers of provisions of the basic instruments: their order, and which of them exist.

    73  73 bis  73A  74  ...  160C  160CA  160D

An amendment puts a number between two others by letters ("160CA") or by "bis", and suppresses numbers without counting anew: so
a range in a citation runs over the numbers that exist.  Those are facts, in ``corpus/catalogue/provisions.tsv``; its head says
how it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from resograph import assets
from resograph.markers import roman_value

Order = tuple[int, int, str, str]

_SUFFIXES = ("bis", "ter", "quater", "quinquies")
NUMBER = rf"\d{{1,4}}[A-Z]{{0,2}}(?:\s?(?:{'|'.join(_SUFFIXES)})(?!\w|\)))?"
"""A number as printed: 119, 160CA, 73 bis.  The bracket of "3 bis)" makes it the marker of a paragraph, and no number."""

_PARTS = re.compile(rf"(\d+)([a-z]*?)({'|'.join(_SUFFIXES)})?")


class Known(NamedTuple):
    """A provision that exists or existed: its number, the article and chapter that it stands in ("" where in none)."""

    number: str
    article: str
    chapter: str
    suppressed: bool


def segment(number: str) -> str:
    """A number as printed, as a key has it: "73 bis" -> "73bis", "IVA" -> "4a"."""
    plain = re.sub(r"\s+", "", number)
    roman = re.fullmatch(r"([IVXL]+)([A-Z]?)", plain)
    value = roman_value(roman[1].lower()) if roman else 0
    return f"{value}{roman[2].lower()}" if roman and value else plain.lower()


def order(number: str) -> Order:
    """What numbers (as keys have them) sort by: 73, 73bis, 73a, 74; what is no number comes first."""
    found = _PARTS.fullmatch(number)
    if not found:
        return (-1, 0, number, "")
    whole, letters, suffix = found.groups(default="")
    return (int(whole), 2 if letters else bool(suffix), letters, suffix and str(_SUFFIXES.index(suffix)))


@cache
def table() -> dict[str, tuple[Known, ...]]:
    """The provisions of each instrument, in their order, from the catalogue of facts that ships."""
    found: dict[str, list[Known]] = {}
    for line in (assets.CORPUS / "catalogue" / "provisions.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            instrument, number, article, chapter, suppressed = line.split("\t")
            if instrument != "instrument":
                found.setdefault(instrument, []).append(Known(number, article, chapter, suppressed == "yes"))
    return {instrument: tuple(rows) for instrument, rows in found.items()}


@cache
def existing(instrument: str, unit: str) -> tuple[str, ...]:
    """The numbers of *unit* ("no", "article", "chapter") in force in *instrument*, in order; () where no table tells."""
    rows = [row for row in table().get(instrument, ()) if not row.suppressed]
    numbers = (row.number if unit == "no" else getattr(row, unit, "") for row in rows)
    return tuple(sorted(filter(None, dict.fromkeys(numbers)), key=order))


def between(first: str, last: str, numbers: Iterable[str]) -> list[str]:
    """Those of *numbers* that come after *first* and before *last*."""
    low, high = order(first), order(last)
    return [number for number in numbers if low < order(number) < high]
