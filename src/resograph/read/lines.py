"""Join the lines of a text with hard line breaks (the text of a PDF) into paragraphs.

Nothing but the drafting tells where a paragraph begins: a marker that continues or opens a list, a heading after a line
that ended a section, an annex line, a sentence that begins after a short line.  A break of page never ends a paragraph
by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from resograph.headings import heading
from resograph.markers import Marker, follows, marker
from resograph.model import Paragraph, Span


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: ``text`` is plain; ``page_before`` tells that a page began before it, ``rule`` that it is a
    rule of underscores."""

    span: Span
    text: str
    blank_before: bool
    number: int
    page_before: bool = False
    rule: bool = False


_ENDED = re.compile(r"(?:[.;:,!?]|[;,] (?:and|or))[\")\]\u201d]*\s*$")
_STRUCTURE = re.compile(
    r"(?:(?:MOD|ADD|SUP|NOC)\s+)?(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION|DECLARATION|ANNEX|APPENDIX|ATTACHMENT|SECTION|PART)\b"
    r"|(?:Annex|Appendix|Attachment|Section|Part)(?:\s+(?:[A-Z]|[IVX]+|\d+(?:bis)?))?\s*$"
    r"|\(to (?:Resolution|Decision|Recommendation|Opinion)\b"
)
_CLOSING = re.compile(r"\((?:Rev\. ?)?[A-Z][^()]{2,40}, \d{4}\)(?:\s*[-\u2013\u2014]\s*\(Rev\. ?[^()]+\))*\s*$")
_OPENING = re.compile(r"The .*(?:Conference|Assembly|Council|Forum|Union|CCITT|C\.C\.I\.)")
_WANTS_NUMBER = re.compile(r"\b(?:Nos?\.?|Articles?|Resolutions?|Decisions?|Recommendations?|Sections?|and|to|or|[a-z]+s)\s*$")
_CAPITAL = re.compile(r"[\"\u201c(]?[A-Z]")


def looks_wrapped(lines: list[Line]) -> bool:
    """Whether the lines are those of a printed page: none is long, and many end in mid-sentence."""
    lengths = [len(line.text) for line in lines if not line.rule]
    if len(lengths) < 6 or sum(length > 130 for length in lengths) > len(lengths) * 0.02:
        return False
    full = [i for i in range(len(lines) - 1) if len(lines[i].text) >= 45]
    broken = sum(not _ENDED.search(lines[i].text) and bool(re.match(r"[a-z(0-9]", lines[i + 1].text)) for i in full)
    return bool(full) and broken >= 0.3 * len(full)


def join_lines(lines: list[Line]) -> list[Paragraph]:
    """The paragraphs of wrapped *lines*; each span reaches from its first to its last line."""
    width = max((len(line.text) for line in lines), default=80)
    groups: list[list[Line]] = []
    state = _State(width)
    for line in lines:
        if not groups or state.begins(line, groups[-1]):
            groups.append([line])
        else:
            groups[-1].append(line)
        state.saw(line, groups[-1])
    return [Paragraph(Span(group[0].span.start, group[-1].span.end)) for group in groups]


class _State:
    """What the joining needs to remember: the open lists and what kind of paragraph is under way."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lists: list[Marker] = []
        self.kind = "header"  # header, opening, heading, text
        self.started = False

    def begins(self, line: Line, group: list[Line]) -> bool:
        """Whether *line* begins a paragraph after the lines *group* of the one under way."""
        last = group[-1].text
        if self.kind == "opening":
            return last.endswith((",", ":"))
        if self.kind == "header":
            return True
        if _STRUCTURE.match(line.text) and (_ENDED.search(last) or line.text.isupper() or len(line.text) < 40):
            return True
        if self.kind == "structure":
            return True
        if self._item(line, last):
            return True
        found = heading(line.text)
        if self.kind == "heading":
            return self._after_heading(line, group)
        if found and re.search(r"[,.:;]\s*$", last) and not re.search(r"[;.]$", line.text):
            return True
        if _CLOSING.fullmatch(line.text) and last.endswith((".", ")")):
            return True
        ended = re.search(r"[.:][\")\u201d]?\s*$", last)
        return bool(ended and _CAPITAL.match(line.text) and (len(last) < 0.72 * self.width or (line.blank_before and not line.page_before)))

    def _after_heading(self, line: Line, group: list[Line]) -> bool:
        """A heading goes on in the next line only while its addressee phrase does."""
        words = " ".join(part.text for part in group)
        read = heading(words)
        if read is None or not read.operative:
            return True
        if re.match(r"(?:to (?!the\b|its\b)[a-z]|that\b)", line.text):
            return True
        bare = not read.addressees
        return (bare and not re.match(r"(?:the|all|each|[A-Z])", line.text)) or (bare and bool(_CAPITAL.match(line.text)))

    def _item(self, line: Line, last: str) -> bool:
        """Whether *line* begins with a marker that belongs to a list here."""
        readings = marker(line.text)
        if not readings or len(line.text) <= readings[0].end:
            return False
        if any(follows(reading, known) for reading in readings for known in self.lists if reading.kind != "dash"):
            return bool(_ENDED.search(last)) or self.kind == "heading" or not _WANTS_NUMBER.search(last[-60:])
        if readings[0].kind in ("dash", "decimal"):
            return bool(_ENDED.search(last)) or self.kind == "heading"
        if any(reading.order == 1 for reading in readings):
            return self.kind in ("heading", "title", "structure") or bool(re.search(r"[:,;.]\s*$", last))
        return any(
            reading.kind == known.kind and known.order < reading.order <= known.order + 3 for reading in readings for known in self.lists
        ) and bool(re.search(r"[;.]\s*$", last))

    def saw(self, line: Line, group: list[Line]) -> None:
        """Remember *line*, the last of *group*."""
        fresh = len(group) == 1
        if not fresh:
            return
        if re.match(r"(?:(?:MOD|ADD)\s+)?(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION|DECLARATION)\b", line.text):
            self.kind, self.lists = "header", []
        elif self.kind == "header" and _OPENING.match(line.text):
            self.kind = "opening"
        elif _STRUCTURE.match(line.text):
            self.kind, self.lists = "structure", []
        elif self.kind == "structure" and not marker(line.text):
            self.kind = "title"
        elif self.kind != "header" and heading(line.text) and not re.search(r"[;.]$", line.text):
            self.kind, self.lists = "heading", []
        elif self.kind != "header":
            self.kind = "text"
            readings = marker(line.text)
            if readings:
                for reading in readings:
                    self.lists = [known for known in self.lists if known.kind != reading.kind]
                self.lists += readings
