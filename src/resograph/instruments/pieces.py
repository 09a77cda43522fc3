"""The lines of an instrument, given to headings, provisions and unnumbered text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from resograph.instruments.layout import OPEN_END, Line
from resograph.instruments.starts import SUPPRESSED, Start

LEVELS = {"chapter": 0, "annex": 0, "appendix": 0, "preamble": 0, "section": 1, "article": 2, "heading": 3}
"""The divisions of an instrument: one ends where another of its level, or of one above it, begins."""

_NUMBER = r"(?:\d{1,3}|[IVXL]{1,6})[A-Z]{0,2}"
_DIVISION = re.compile(
    rf"""
    (?P<capitals> CHAPTER | SECTION | ARTICLES? | APPENDIX | ANNEX | PREAMBLE )
        (?:\s+ (?P<number> {_NUMBER} ) (?:\s+to\s+ (?P<last> {_NUMBER} ))? )?
        (?:\s* [-:.\u2013\u2014]? \s+ (?P<title> (?!(?:to|of|and)\s) [^\W_\d].* ))?
  | (?P<word> Chapter | Section | Article | Appendix | Annex | Preamble ) (?:\s+ (?P<alone> {_NUMBER} ))?
    """,
    re.VERBOSE,
)
_ARTICLE = re.compile(r"(?:The|A|An)\s")  # within a title these words have small letters
_ENDED = re.compile(r"(?:[.;:]|\(SUP\))$")
_FIRST = re.compile(r"1(?:\s1\))?")  # the marker of a first paragraph
_LONGEST_TITLE = 6  # lines
_AHEAD = 4  # lines of a heading inside an article


@dataclass
class Piece:
    """Lines that belong together: ``kind`` is "front", "title", "text", "provision", or the unit of a division."""

    kind: str
    lines: list[Line]
    start: Start | None = None
    number: str = ""
    last: str = ""
    own_title: str = ""  # on the line of the heading itself
    suppressed: bool = False
    titled: list[Line] = field(default_factory=list)

    @property
    def codes(self) -> tuple[str, ...]:
        """The conferences named in the margin."""
        return tuple(dict.fromkeys(code for line in self.lines for code in line.codes))


def pieces(lines: Sequence[Line], after: int, starts: Sequence[Start]) -> list[Piece]:
    """The lines from *after* on; *starts* are the beginnings of provisions."""
    at = {start.line: start for start in starts}
    found: list[Piece] = []
    for i in range(after, len(lines)):
        line = lines[i]
        if i in at:
            found.append(Piece("provision", [line], start=at[i], suppressed=at[i].suppressed))
        elif division := _division(line):
            found.append(division)
        elif found and (not line.text or _goes_on(found[-1], lines, i, at)):  # a line of codes alone belongs to what it stands beside
            found[-1].lines.append(line)
            found[-1].titled += [line] if line.text else []
        else:
            kind = "heading" if found and _is_heading(found[-1], lines, i, at) else "text"
            found.append(Piece(kind, [line], titled=[line]))
    return found


def _division(line: Line) -> Piece | None:
    """The heading of a division."""
    text = SUPPRESSED.sub("", line.text, count=1).rstrip("* ") if "(SUP)" in line.text else line.text.rstrip("* ")
    found = _DIVISION.fullmatch(text)
    if found is None:
        return None
    unit = (found["capitals"] or found["word"]).lower()
    return Piece(
        "article" if unit == "articles" else unit,
        [line],
        number=found["number"] or found["alone"] or "",
        last=found["last"] or "",
        own_title=found["title"] or "",
        suppressed="(SUP)" in line.text,
    )


def _goes_on(open_: Piece, lines: Sequence[Line], i: int, starts: dict[int, Start]) -> bool:
    """Whether line *i* belongs to the piece before it."""
    if open_.kind == "text":
        return True
    if open_.kind == "provision":
        return not open_.suppressed and not _opens_paragraphs(lines, i, starts)
    text = lines[i].text
    if open_.suppressed or len(open_.titled) >= _LONGEST_TITLE or _ENDED.search(text):
        return False
    before = open_.titled[-1].text if open_.titled else open_.own_title
    return not (before and _ARTICLE.match(text) and not OPEN_END.search(before.lower()))


def _is_heading(before: Piece, lines: Sequence[Line], i: int, starts: dict[int, Start]) -> bool:
    """Whether line *i*, which does not belong to the piece *before* it, is a heading without a number."""
    if before.kind == "provision":
        return _opens_paragraphs(lines, i, starts)
    return before.kind != "text" and bool(_ARTICLE.match(lines[i].text)) and lines[i].text[-1] not in ".;:,"


def _opens_paragraphs(lines: Sequence[Line], i: int, starts: dict[int, Start]) -> bool:
    """Whether line *i* is a heading inside an article: after a whole sentence, and paragraphs count from 1 after it."""
    before = next((line.text for line in reversed(lines[max(0, i - _AHEAD) : i]) if line.text), "")
    if not _ENDED.search(before) or not lines[i].text[:1].isupper():
        return False
    for n in range(i, min(i + _AHEAD, len(lines))):
        if n in starts:
            return bool(_FIRST.fullmatch(starts[n].marker))
        if re.search(r"[.;:,]$", lines[n].text) or _division(lines[n]):
            return False
    return False
