"""The words of a stretch of text, with the way back to their characters.

Real files write no-break spaces and hyphens, break lines inside sentences and words, and put page heads and footnote
marks between them.  A ``View`` is the words as one reads them; ``View.span`` leads back to the characters of the source.
Rules match on ``View.plain``, where every kind of space and hyphen is one character of its own kind: same length, so the
offsets of a match are those of ``View.text``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# Length-preserving: each character becomes one character.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "),
        **dict.fromkeys("\u2010\u2011\u2043\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
    }
)
# Characters that are not words and take no room: soft hyphen, zero-width space and joiners, byte order mark.
_NOTHING = "\u00ad\u200b\u2060\ufeff"
# Where the text and its view differ in length: white space of more than one character or with a line break, a hyphen
# before white space between word characters (a word broken at a line end), and characters that are nothing.
_EVENT = re.compile(
    rf"(?=[{_NOTHING}\-\u2010\u2011\s])(?:[{_NOTHING}]+|(?<=\w)[-\u2010\u2011][ \u00a0]*+[\r\n\v\f]\s*+(?=\w)|(?<=\w)-[ \u00a0](?=\w)|\s{{2,}}|[\r\n\v\f])"
)
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_BROKEN = re.compile(r"(?<!\w)\w++[-\u2010\u2011][ \u00a0]*+[\r\n]\s*+\w+")
_BREAK = re.compile(r"[-\u2010\u2011][ \u00a0]*+[\r\n]")
_SUSPENDED = re.compile(r"(?:and|or|to|und|et|y)\b")  # "two- and three-year": the hyphen and the space both stay


def plain(text: str) -> str:
    """*text* with every kind of space, hyphen and quotation mark made one plain character; same length."""
    return text.translate(_PLAIN)


def plain_words(text: str) -> frozenset[str]:
    """Every word of *text* in lower case, compounds whole: the evidence for mending words broken at a line end."""
    whole = _BROKEN.sub(" ", text) if _BREAK.search(text) else text
    return frozenset(_WORD.findall(plain(whole).lower()))


@dataclass(frozen=True)
class View:
    """The words of a span.  ``offsets``/``origins``: from view offset offsets[i] on, the text comes from origins[i] on."""

    text: str
    offsets: tuple[int, ...]
    origins: tuple[int, ...]
    end: int

    @cached_property
    def plain(self) -> str:
        """The text for matching: same length as ``text``."""
        return plain(self.text)

    def part(self, start: int, end: int) -> View:
        """The characters *start* to *end* of this view as a view of their own."""
        first = bisect_right(self.offsets, start) - 1
        last = bisect_left(self.offsets, end)
        offsets = tuple(max(0, offset - start) for offset in self.offsets[first:last])
        origins = (self.origin(start), *self.origins[first + 1 : last])
        return View(self.text[start:end], offsets, origins, self.span(start, end)[1])

    def origin(self, offset: int) -> int:
        """The source offset of the character at view offset *offset*."""
        if not self.offsets or offset >= len(self.text):
            return self.end
        i = bisect_right(self.offsets, offset) - 1
        return self.origins[i] + offset - self.offsets[i]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source span of view characters *start* to *end* (at least one)."""
        return self.origin(start), self.origin(end - 1) + 1


def _mended(text: str, event: re.Match[str], words: frozenset[str]) -> str:
    """What the view shows in place of *event*."""
    found = event.group()
    if found[0] in _NOTHING:
        return ""
    if found[0] not in "-\u2010\u2011":
        return " "
    if _SUSPENDED.match(text, event.end()):
        return found[0] + " "
    before = re.search(r"[^\W\d_]*$", text[max(0, event.start() - 30) : event.start()])
    after = re.match(r"[^\W\d_]*", text[event.end() : event.end() + 30])
    first, second = (before.group() if before else "").lower(), (after.group() if after else "").lower()
    broken = not any(c.isspace() and c not in " \u00a0" for c in found)
    if broken or not first or not second or f"{first}-{second}" in words:
        return found[0]  # a compound whose line break was lost: "results- based"
    if first + second in words or not (first in words and second in words):
        return ""  # "commu-nication": the halves are no words of their own
    return found[0]


def view(text: str, span: tuple[int, int], hidden: Sequence[tuple[int, int]] = (), words: frozenset[str] = frozenset()) -> View:
    """The words of ``text[span]`` without the *hidden* spans (sorted), lines joined, broken words mended by *words*."""
    start, end = span
    stretches: list[tuple[int, int]] = []
    at = start
    for low, high in hidden[bisect_right(hidden, (start, -1)) - 1 if hidden and hidden[0] < (start, -1) else 0 :]:
        if low >= end:
            break
        if high <= at:
            continue
        if low > at:
            stretches.append((at, low))
        at = max(at, high)
    if at < end:
        stretches.append((at, end))
    pieces: list[tuple[int, str]] = []  # (source offset, characters shown)
    for low, high in stretches:
        at = low
        for event in _EVENT.finditer(text, low, high):
            if event.start() > at:
                pieces.append((at, text[at : event.start()]))
            shown = _mended(text, event, words)
            if shown:
                pieces.append((event.start(), shown))
            at = event.end()
        if at < high:
            pieces.append((at, text[at:high]))
    out: list[str] = []
    offsets: list[int] = []
    origins: list[int] = []
    length, last_blank = 0, True
    for origin, shown in pieces:
        if last_blank and shown[0] in " \t\u00a0":  # two blanks met where something hidden stood between them
            stripped = shown.lstrip(" \t\u00a0")
            origin += len(shown) - len(stripped)
            shown = stripped
        if not shown:
            continue
        offsets.append(length)
        origins.append(origin)
        out.append(shown)
        length += len(shown)
        last_blank = shown[-1] in " \t\u00a0"
    whole = "".join(out)
    trimmed = whole.rstrip()
    return View(trimmed, tuple(offsets), tuple(origins), end)


def printable(text: str) -> str:
    """*text* without the characters that move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)
