"""Which lines begin provisions.

A line of running text may begin with a number too ("in Nos. 151 to / 154 of this Convention").  What tells the numbers of
provisions from such lines is their form, a marker or a capital after the number, and their order: the longest ascending
sequence is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resograph.instruments import numbers
from resograph.instruments.layout import Line

SUPPRESSED = re.compile(r"\(SUP\)\s*")

_MANY = r"(?:bis|ter|quater|quinquies|penter|sexies)"  # "penter" stands in the Constitution
_BRACKETED = rf"(?:\d{{1,2}}|[a-z]{{1,2}}|[ivx]{{1,5}})(?:\s?{_MANY})?\)"
_PARAGRAPHS = re.compile(
    rf"""
    (?: {_BRACKETED} | \d{{1,2}}(?:\.\d{{1,2}})* (?=\s+(?:["(A-Z]|{_BRACKETED}\s)) | [-\u2013\u2014] (?=\s) )   # 3  a)  1 bis)  1.2
    (?: \s+ {_BRACKETED} ){{0,2}} (?=\s)                                                                        # 1 1)
    """,
    re.VERBOSE,
)
_NUMBERED = re.compile(
    rf"(?P<number>{numbers.NUMBER})(?:\s*(?:,|to|and)\s+(?P<last>{numbers.NUMBER}|[A-Z]{{1,2}}))?(?=\s)(?:\s+\((?P<change>MOD|ADD|SUP)\))?\s*"
)
_BARE = re.compile(numbers.NUMBER)
_CAPITAL = re.compile(r"[\"(]?[A-Z]")
_CODES = 6  # lines between a number in a cell and its words, with the codes of conferences
_LONGEST_RANGE = 500  # suppressed numbers named by their ends


@dataclass(frozen=True, slots=True)
class Start:
    """The line that begins a provision: its number, the last of a suppressed range, its marker, where its words begin."""

    line: int
    number: str
    last: str
    marker: str
    body: int
    suppressed: bool
    order: numbers.Order


def starts(lines: Sequence[Line], first: int) -> list[Start]:
    """The beginnings of provisions from line *first* on.

    In a table the number stands in a cell of its own, and so on a line of its own: the layout that gives more of them is taken.
    """
    inline: list[Start] = []
    bare: list[Start] = []
    for i in range(first, len(lines)):
        text = lines[i].text
        if found := _NUMBERED.match(text):
            inline += _start(lines, i, i, found["number"], found["last"] or "", found.end(), found["change"] == "SUP")
        elif _BARE.fullmatch(text):
            after = next((n for n in range(i + 1, min(i + _CODES, len(lines))) if lines[n].text), None)
            if after is not None:
                bare += _start(lines, i, after, text, "", 0, bool(SUPPRESSED.match(lines[after].text)))
    return max(_ascending(inline), _ascending(bare), key=len)


def _start(lines: Sequence[Line], i: int, words: int, number: str, last: str, at: int, suppressed: bool) -> Iterator[Start]:
    """The start whose number stands on line *i*, if its words at *at* of line *words* have the form of a provision."""
    text = lines[words].text
    marker = None if suppressed else _PARAGRAPHS.match(text, at)
    if not suppressed and (last or not (marker or _CAPITAL.match(text, at))):
        return
    key = numbers.segment(number)
    if last and not last[0].isdigit():  # "298A to B"
        last = re.sub(r"\D.*", "", number) + last
    low, high = numbers.order(key), numbers.order(numbers.segment(last or number))
    if not low <= high or high[0] > low[0] + _LONGEST_RANGE:
        return
    body = marker.end() if marker else at
    body = len(text) - len(text[body:].lstrip())
    yield Start(i, number, last, " ".join(marker.group().split()) if marker else "", lines[words].at + body, suppressed, low)


def _ascending(found: Sequence[Start]) -> list[Start]:
    """The longest strictly ascending sequence (Fredman 1975); of two lines with one number the later, as texts refer ahead."""
    least: list[numbers.Order] = []  # the least number that ends a sequence of each length
    ends: list[int] = []
    before: list[int] = []
    for i, start in enumerate(found):
        length = bisect_left(least, start.order)
        before.append(ends[length - 1] if length else -1)
        least[length : length + 1] = [start.order]
        ends[length : length + 1] = [i]
    taken: list[Start] = []
    i = ends[-1] if ends else -1
    while i >= 0:
        taken.append(found[i])
        i = before[i]
    return taken[::-1]
