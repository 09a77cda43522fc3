"""The layout of a printed instrument: its lines, what stands in their margins, its running heads and its titles.

In the text of such a file the margin and the words run together:

    CS/Article 9 12                                 a running head, with the number of the page
    ARTICLE 9
    PP-98 Lamps and Lanterns                        PP-98 in the margin: a conference that changed what stands beside it
    27 1 1) The lamps of a room shall be lit        provision No. 27, paragraph 1, sub-paragraph 1)
    PP-98 before the meeting begins.
    28 (SUP)                                        a number that is not used any more
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.model import Source, Span
from resograph.text import plain

OPEN_END = re.compile(r"(?:[,-]|\b(?:and|or|of|the|to|in|on|for|with|by|from|between))$")
"""The end of a line of a title that goes on in the next one (in small letters)."""

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_HEAD = re.compile(r"(?:\d{1,4}\s+)?[A-Z]{2,5}/[A-Z][a-z]+(?:\s[0-9IVXL]+[A-Z]{0,2})?(?:\s+\d{1,4})?")  # 12 CS/Article 9
_CODE = re.compile(r"([A-Z]{2,5}-\d\d)(?:\s+|$)")
_MARKS = "*\u2020 "  # of footnotes
_TITLE_LINES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line from *start* to *end*; its ``text``, plain and without the codes in its margin, begins at ``at``."""

    start: int
    end: int
    at: int
    text: str
    codes: tuple[str, ...] = ()
    margin: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """The name of an instrument as a title, on *size* lines from line *at*."""

    at: int
    size: int
    key: str


@cache
def _codes() -> frozenset[str]:
    """The codes of the conferences that amend instruments, as they stand in a margin: "PP-98"."""
    meetings = (meeting for meeting in vocabulary.conferences() if meeting.body in ("pp", "wcit", "wrc"))
    return frozenset(code for meeting in meetings for code in meeting.codes if _CODE.fullmatch(code))


@cache
def _names() -> dict[str, str]:
    """The long English names of instruments, in capitals -> key."""
    labels = ((label, one.key) for one in vocabulary.instruments() for label in one.labels)
    return {" ".join(plain(label).upper().split()): key for label, key in labels if len(label.split()) > 2}


def may_hold_one(text: str) -> bool:
    """Whether any title could stand in *text*: a quick look that most files end with."""
    return any(name.split()[0] in text for name in _names())


def read_lines(source: Source) -> tuple[list[Line], list[Span]]:
    """The lines of *source* without its footnotes, and apart from them its running heads and other furniture."""
    notes = [note.span for note in source.notes]
    starts = [span.start for span in notes]
    furniture = set(source.furniture)
    lines: list[Line] = []
    heads: list[Span] = []
    for found in _LINE.finditer(source.text):
        for low, high in _outside(found.start(), found.end(), notes, starts):
            raw = source.text[low:high]
            span = Span(low + len(raw) - len(raw.lstrip()), low + len(raw.rstrip()))
            if span.start >= span.end:
                continue
            text = plain(source.text[span.start : span.end])
            if span in furniture or _HEAD.fullmatch(text):
                heads.append(span)
            else:
                lines.append(_without_margin(span, text))
    return lines, heads


def _outside(start: int, end: int, notes: Sequence[Span], starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The stretches from *start* to *end* that none of *notes* holds; they begin at *starts*."""
    i = max(0, bisect_left(starts, start) - 1)
    while i < len(notes) and notes[i].start < end:
        if notes[i].end > start:
            if notes[i].start > start:
                yield start, notes[i].start
            start = notes[i].end
        i += 1
    if start < end:
        yield start, end


def _without_margin(span: Span, text: str) -> Line:
    codes: list[str] = []
    margin: list[Span] = []
    at = 0
    while (found := _CODE.match(text, at)) and found[1] in _codes():
        codes.append(found[1])
        margin.append(Span(span.start + found.start(), span.start + found.end()))
        at = found.end()
    return Line(span.start, span.end, span.start + at, text[at:], tuple(codes), tuple(margin))


def titles(lines: Sequence[Line]) -> Iterator[Title]:
    """The titles among *lines*.  After a line in capitals that goes on ("INSTRUMENT AMENDING THE") a name is part of another."""
    names = _names()
    longest = max(map(len, names)) + len(_MARKS)
    for i, line in enumerate(lines):
        if not line.text.isupper() or (i and lines[i - 1].text.isupper() and OPEN_END.search(lines[i - 1].text.lower())):
            continue
        text = ""
        for size, following in enumerate(lines[i : i + _TITLE_LINES], 1):
            text = " ".join(f"{text} {following.text[: longest + 1]}".split())
            key = names.get(text.rstrip(_MARKS))
            if key:
                yield Title(i, size, key)
            if key or not following.text.isupper() or len(text) > longest:
                break


def without_marks(title: str) -> str:
    """*title* without the marks of footnotes at its end, blanks made single."""
    return " ".join(title.rstrip(_MARKS).split())
