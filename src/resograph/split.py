"""Find the records of a source: a file may hold one resolution, a collection, the Final Acts of a conference, or none.

A record is a number line with an opening or operative text after it (contract, section 2).  A bare title in a list of
abrogated texts is none.  What stands before the first record is its front matter; what stands between two belongs to the
one before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from resograph.header import Number, number_line, opening
from resograph.headings import heading
from resograph.model import Paragraph, Source, Span

# The mark of a proposal or of Final Acts on a line of its own before the number line: "MOD", "ADD AFCP/42A1/1".
_MARK = re.compile(r"\(?(?:MOD|ADD|SUP|NOC)\)?\*?(?:\s*[A-Z]{2,5}/[\w()./-]+)?")
_LOOK_AHEAD = 24  # paragraphs after a number line in which an opening or a heading must come


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its paragraphs, the index of the one with the number line, and what that line says.

    ``region`` is the stretch of the text that is its own, furniture and footnotes included: regions leave nothing out.
    """

    source: Source
    paragraphs: tuple[Paragraph, ...]
    number_at: int
    number: Number
    region: Span


def split(source: Source, taken: Sequence[Span] = ()) -> list[Record]:
    """The records of *source* in order; every paragraph belongs to exactly one of them.  [] when there is none.

    The stretches *taken* (in order) are other documents of the same file: they belong to no record.
    """
    plain = [source.view(paragraph.span).plain for paragraph in source.paragraphs]
    starts = [
        (i, number)
        for i, paragraph in enumerate(source.paragraphs)
        if not paragraph.cell and (number := _number(plain[i], paragraph.style)) and _goes_on(plain, i)
    ]
    records = []
    firsts = [at - bool(at and _MARK.fullmatch(plain[at - 1].strip())) for at, _ in starts]
    for n, (at, number) in enumerate(starts):
        high = firsts[n + 1] if n + 1 < len(starts) else len(source.paragraphs)
        begin = 0 if n == 0 else source.paragraphs[firsts[n]].span.start
        end = source.paragraphs[high].span.start if high < len(source.paragraphs) else len(source.text)
        number_at = source.paragraphs[at].span.start
        begin = max([begin, *(other.end for other in taken if other.end <= number_at)])
        end = min([end, *(other.start for other in taken if other.start > number_at)])
        own = tuple(p for p in source.paragraphs[0 if n == 0 else firsts[n] : high] if begin <= p.span.start < end)
        records.append(Record(source, own, sum(p.span.start < number_at for p in own), number, Span(begin, end)))
    return records


def _number(text: str, style: str) -> Number | None:
    """The number line of a paragraph; what follows the number must not be running text."""
    number = number_line(text, styled=style.startswith(("resno", "recno", "decno", "opiniono")))
    if number and len(text) - number.end < 200 and not re.match(r"[,;)]|\s*[a-z]", text[number.end :]):
        return number
    return None


def _goes_on(plain: list[str], at: int) -> bool:
    """Whether an opening line or a heading comes before the next number line."""
    joined = ""
    for text in plain[at + 1 : at + 1 + _LOOK_AHEAD]:
        if number_line(text):
            return False
        joined = f"{joined} {text}" if joined.startswith("The ") and not joined.rstrip().endswith((",", ".")) else text
        if opening(joined) or opening(text):
            return True
        found = heading(text)
        if found and found.operative and found.end == len(text.rstrip()) and not re.search(r"[.;]$", text):
            return True
    return False
