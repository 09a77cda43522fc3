"""Segment a record: header, adoption history, opening, sections, clauses with their nesting, annexes, footnotes.

One pass over the paragraphs.  Every paragraph becomes exactly one of heading, clause, footnote or block, so together they
cover every non-blank character once; what is not recognised becomes a block "unrecognised" with a finding.  The parts are
those of the contract (section 2).  No paragraph is judged by which document it stands in, only by its form: its marker, a
heading verb, the style of a Word file, the terminator of the paragraph before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from resograph import header
from resograph.headings import Heading, heading
from resograph.keys import ASSEMBLIES, BODIES, UN_BODIES, Key, number_segment, slug
from resograph.markers import Marker, follows, marker
from resograph.model import Adoption, Block, Clause, Finding, Footnote, Outline, Section, Source, Span
from resograph.runs import run_on
from resograph.split import Record
from resograph.text import View
from resograph.vocabulary import heading_verbs

_PART = re.compile(
    r"""(?P<kind>annex|appendix|attachment|section|part|chapter)
        (?:\s+(?!(?-i:TO)\b)(?P<number>(?-i:\d{1,3}(?:bis|ter)?|[A-Z]{1,2}\d?|[IVXL]{1,6}))\b)?
        (?:\s+\(?to\s+(?:the\s+)?(?P<to>(?:resolution|decision|recommendation|opinion|annex|this)\s+[^\s(]+(?:\s+\([^()]*\))?\)?))?
        \s*[.:\u2013-]?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_REFERENCE_LINE = re.compile(
    r"\(\s*to\s+(?:the\s+)?(?:annex|resolution|decision|recommendation|opinion|section|part)\b[^\n]*\)?\s*", re.IGNORECASE
)
_NOTE = re.compile(r"NOTE(?:\s+\d+)?\s*[-\u2013\u2014:.]")
_CAPTION = re.compile(r"(?P<kind>Figure|Table|FIGURE|TABLE)\s+[A-Z\d][\w.\-]*\s*(?:[-\u2013\u2014:.]|$)")
_DEBRIS = re.compile(r"(?:[\d\W_\u00c5\u00c6]|(?<=\.)[A-Z](?![A-Za-z]))+")
_BACK = re.compile(
    r"""(?:\d{1,4}\s+)?PART\s+[IVXL\d]+\b(?=.*[A-Z]{4}) | (?:R[ée]f|Ref)s?\.?\s*: | \*\s*\*\s*\* | LIST\s+OF\b
      | (?:RESOLUTION|DECISION|RECOMMENDATION)S?\s+(?:\d+\s+\(|ABROGATED|AND\b)""",
    re.VERBOSE,
)
_ENDED = re.compile(r"[.;:,!?][\")\]\u201d]*\s*(?:(?:and|or)\s*)?$")
_STOPPED = re.compile(r"[.;][\")\]\u201d]*\s*(?:(?:and|or)\s*)?$")
_SENTENCE_START = re.compile(r"(?<=[a-z)\]]) (?=(?:The|This|These|In|With|For|As|Each|It|At|On|To|When|Where|Bearing|Under|All) [a-z])")
_DEPTH = 8  # open lists inside each other; a further first item begins its kind again
_LEVEL = {"annex": 0, "appendix": 0, "section": 0, "part": 0, "chapter": 0, "attachment": 1}
_STYLED_LIST = re.compile(r"enumlev(\d)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph, or a part of one whose items were run together, as it goes through the segmenter."""

    span: Span
    style: str
    cell: bool
    view: View

    @property
    def plain(self) -> str:
        return self.view.plain


@dataclass
class _Open:
    """A clause under construction: its part is settled when the section is complete."""

    section: int
    marker: Marker | None
    parent: int | None
    role: str
    span: Span
    body: Span
    part: str = ""


@dataclass
class _Section:
    part: str
    heading: str
    role: str
    span: Span
    container: str
    title: str = ""
    titled: bool = False  # a numbered or bare title, whose sub-items may carry decimal numbers
    texts: int = 0


@dataclass
class _Build:
    """The state of one pass."""

    source: Source
    language: str
    sections: list[_Section] = field(default_factory=list)
    clauses: list[_Open] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    containers: list[tuple[str, int]] = field(default_factory=list)  # (part prefix, level), outermost first
    current: int = -1  # index of the innermost open section
    role: str = "preambular"
    lists: list[tuple[Marker, int]] = field(default_factory=list)  # open items, outermost first
    last: str = ""  # the plain text of the paragraph before
    awaiting: int = -1  # a part line whose title may still come
    back: bool = False
    counts: Counter[str] = field(default_factory=Counter)  # notes, figures and tables below each section
    titles: dict[str, int] = field(default_factory=dict)  # the last numbered title of each container

    def unique(self, part: str) -> str:
        """*part*, or *part*-2, -3 ... when it is taken."""
        self.used[part] += 1
        count = self.used[part]
        if count == 1:
            return part
        name = f"{part}-{count}"
        self.used[name] += 1
        return name

    @property
    def container(self) -> str:
        return self.containers[-1][0] if self.containers else ""

    def within(self, segment: str) -> str:
        return f"{self.container}/{segment}" if self.container else segment

    def block(self, role: str, span: Span, part: str | None = None) -> None:
        self.blocks += [Block(part, role, stretch) for stretch in self.stretches(span)]

    def stretches(self, span: Span) -> list[Span]:
        """*span* without the footnotes that stand inside it, each stretch without blanks at its ends."""
        out, at = [], span.start
        for note in self.source.notes:
            if span.start < note.span.start < span.end:
                out.append(Span(at, note.span.start))
                at = note.span.end
        out.append(Span(at, span.end))
        text = self.source.text
        trimmed = []
        for low, high in out:
            while low < high and text[low].isspace():
                low += 1
            while high > low and text[high - 1].isspace():
                high -= 1
            if low < high:
                trimmed.append(Span(low, high))
        return trimmed


def segment(record: Record, language: str = "en") -> Outline:
    """The structure of *record*."""
    source = record.source
    build = _Build(source, language)
    pieces = _rejoined(source, [_Piece(p.span, p.style, p.cell, source.view(p.span)) for p in record.paragraphs], language)
    head, body_from = _header(build, record, pieces)
    queue = list(reversed(pieces[body_from:]))
    while queue:
        piece = queue.pop()
        after = queue[-1] if queue else None
        rest = _take(build, piece, after)
        if rest:
            queue.append(rest)
    clauses = _settle(build)
    return _outline(build, record, head, clauses)


@cache
def _pinpoint_cut(language: str) -> re.Pattern[str]:
    """The end of a line that leaves a pinpoint open: "... the loan indicated in recalling"."""
    verbs = "|".join(sorted((re.escape(verb.label) for verb in heading_verbs(language)), key=len, reverse=True))
    return re.compile(rf"\b(?:in|of|under|see|by|with|to|per)\s(?:{verbs})\s*$")


def _rejoined(source: Source, pieces: list[_Piece], language: str) -> list[_Piece]:
    """*pieces* with those joined between which a line break fell inside a pinpoint: "in recalling" / "c) iv) above"."""
    out: list[_Piece] = []
    for piece in pieces:
        if out and not out[-1].cell and marker(piece.plain) and _pinpoint_cut(language).search(out[-1].plain[-60:]):
            span = Span(out[-1].span.start, piece.span.end)
            out[-1] = _Piece(span, out[-1].style, False, source.view(span))
        else:
            out.append(piece)
    return out


# --- the header -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    body: str
    place: str
    year: int | None
    title: str
    history: tuple[Adoption, ...]
    revised: bool


def _header(build: _Build, record: Record, pieces: list[_Piece]) -> tuple[_Header, int]:
    """Read the header; the index of the first paragraph after it."""
    source, at = build.source, record.number_at
    _group(build, "front", [piece.span for piece in pieces[:at]], "front")
    number_piece = pieces[at]
    title_parts: list[str] = []
    end = record.number.end
    if end < len(number_piece.plain.rstrip()):
        cut = number_piece.view.origin(end)
        build.block("number", Span(number_piece.span.start, cut), "number")
        title_parts.append(number_piece.view.text[end:].strip())
        build.block("title", Span(cut, number_piece.span.end), "title")
    else:
        build.block("number", number_piece.span, "number")
    body, mark = "", header.edition_mark(record.number.edition)
    adoptions = header.sessions(record.number.edition) if mark and mark.code == "council" else ()
    i = at + 1
    while i < len(pieces):
        piece = pieces[i]
        joined, last = _joined(pieces, i)
        opened = header.opening(joined, build.language)
        if opened:
            body, said = opened
            mark = said if said and said.year else mark
            build.block("opening", Span(piece.span.start, pieces[last].span.end), "opening")
            i = last + 1
            break
        years = header.years_line(piece.plain)
        if years:
            adoptions = years
            build.block("history", piece.span, "history")
        elif header.is_history(joined):
            adoptions = header.history(joined)
            build.block("history", Span(piece.span.start, pieces[last].span.end), "history")
            i = last
        elif piece.style in ("call",) or _is_heading(piece, build, title_parts) or i > at + 14:
            break
        elif piece.cell:
            build.block("table", piece.span, None)
        else:
            title_parts.append(piece.view.text)
            build.block("title", piece.span, "title")
        i += 1
    build.blocks = _merge_blocks(build.blocks, source.text)
    build.used.update(["number", "title", "history", "opening", "front", "back"])
    said = header.edition_mark(record.number.edition)
    body = body or _body_from_number(record)
    year = (said and said.year) or (mark and mark.year) or (adoptions[-1].year if adoptions else None)
    place = (mark and mark.place) or (said and said.place) or (adoptions[-1].place if adoptions else "") or ""
    build.last = ","
    title = re.sub(r"\s+", " ", " ".join(title_parts)).strip()
    return _Header(body, _proper(place), year, title, adoptions, record.number.revised), i


def _joined(pieces: list[_Piece], i: int) -> tuple[str, int]:
    """The text of paragraph *i* with the next ones while its parentheses are open or its opening line goes on."""
    text, last = pieces[i].plain, i
    while last + 1 < len(pieces) and last - i < 4:
        unclosed = text.count("(") > text.count(")") and text.startswith("(")
        opening = re.match(r"The [A-Z]", text) and not re.search(r"[,:.]\s*$", text) and header.body_in(text)
        if not (unclosed or opening):
            break
        last += 1
        text = f"{text.rstrip()} {pieces[last].plain}"
    return text, last


def _is_heading(piece: _Piece, build: _Build, title_parts: list[str]) -> bool:
    found = heading(piece.plain, language=build.language)
    return bool(found and title_parts and piece.plain[:1].islower())


def _body_from_number(record: Record) -> str:
    """The body where there is no opening line: from the number line."""
    if record.number.sector:
        return ASSEMBLIES.get(record.number.sector, "")
    if record.number.before:
        return header.body_in(record.number.before) or record.number.before
    mark = header.edition_mark(record.number.edition)
    if not mark or not mark.code:
        return ""
    return header.body_in(mark.code) or (mark.code if mark.code in BODIES else "")


def _proper(place: str) -> str:
    """A place in its usual capitals: "NEW DELHI" is "New Delhi"."""
    return " ".join(word.capitalize() if word.isupper() else word for word in place.split())


# --- the body -------------------------------------------------------------------------------------------------------


def _take(build: _Build, piece: _Piece, after: _Piece | None) -> _Piece | None:
    """Place *piece*; what is left of it when several items were run together in it."""
    plain = piece.plain
    if not plain.strip():
        build.block("unrecognised", piece.span)
        return None
    if build.back or _is_back(build, piece):
        build.back = True
        build.block("back", piece.span, "back")
        return None
    if piece.cell:
        build.awaiting = -1
        _table(build, piece)
        return None
    if _DEBRIS.fullmatch(plain.strip()) and not marker(plain + " x"):
        build.awaiting = -1
        build.block("table", piece.span)
        return None
    readings = marker(plain)
    if readings and _DEBRIS.fullmatch(plain[readings[0].end :] + " "):
        build.awaiting = -1
        build.block("table", piece.span)
        return None
    cut = _cut(build, piece, after, readings)
    if cut:
        whole, last = piece.view, len(plain[:cut].rstrip())
        rest = _Piece(Span(whole.origin(cut), piece.span.end), piece.style, False, whole.part(cut, len(plain)))
        piece = _Piece(Span(piece.span.start, whole.span(0, last)[1]), piece.style, False, whole.part(0, last))
        plain = piece.plain
    else:
        rest = None
    left = _place(build, piece, readings, rest or after)
    build.last = plain
    if left and rest:
        return _Piece(Span(left.span.start, rest.span.end), piece.style, False, build.source.view(Span(left.span.start, rest.span.end)))
    return left or rest


def _cut(build: _Build, piece: _Piece, after: _Piece | None, readings: tuple[Marker, ...]) -> int:
    """The view offset at which another item, heading or annex is run into *piece*; 0 when none is."""
    open_markers = [item for item, _ in build.lists]
    following = after.plain if after else ""
    return run_on(piece.plain, readings, open_markers, following, build.language, inside=bool(build.containers))


def _place(build: _Build, piece: _Piece, readings: tuple[Marker, ...], after: _Piece | None) -> _Piece | None:
    """Place one item: part line, reference line, title, note, heading or clause."""
    plain, style = piece.plain, piece.style
    if build.awaiting >= 0:
        section = build.sections[build.awaiting]
        if _REFERENCE_LINE.fullmatch(plain):
            section.span = Span(section.span.start, piece.span.end)
            return None
        if not section.title and _is_title(build, piece, readings, after):
            return _title(build, piece)
        if section.title and style.endswith("title") and "aftertitle" not in style:
            section.title = f"{section.title} {piece.view.text}"
            section.span = Span(section.span.start, piece.span.end)
            return None
        build.awaiting = -1
    opened, left = _open_part(build, piece)
    if opened:
        return left
    if style == "note" or _NOTE.match(plain) or style.startswith("figurelegend"):
        build.block("note", piece.span, _counted(build, "note"))
        return None
    caption = _CAPTION.match(plain)
    if (style.startswith(("figure", "table")) and not style.startswith("tabletext")) or (caption and len(plain) < 160):
        kind = caption["kind"].lower() if caption else ("figure" if style.startswith("figure") else "table")
        build.block(kind, piece.span, _counted(build, kind))
        return None
    found = _heading_of(build, piece, readings)
    if found:
        return _open_heading(build, piece, found)
    if readings and _titled_number(build, piece, readings, after):
        return None
    if not readings and _bare_title(build, piece, after):
        return None
    _clause(build, piece, readings)
    return None


def _under(build: _Build, segment: str) -> str:
    """*segment* below the innermost open section."""
    return f"{build.sections[build.current].part}/{segment}" if build.current >= 0 else segment


def _counted(build: _Build, kind: str) -> str:
    """note-1, note-2 ... below the innermost open section."""
    base = _under(build, kind)
    build.counts[base] += 1
    return build.unique(f"{base}-{build.counts[base]}")


def _table(build: _Build, piece: _Piece) -> None:
    """A table cell: the cells of one table are one block."""
    last = build.blocks[-1] if build.blocks else None
    between = build.source.text[last.span.end : piece.span.start] if last else ""
    if last and last.role == "table" and last.part and not between.strip():
        build.blocks[-1] = replace(last, span=Span(last.span.start, piece.span.end))
    else:
        build.block("table", piece.span, _counted(build, "table"))


def _is_back(build: _Build, piece: _Piece) -> bool:
    """Whether the text of the record is over: a closing history line, the head of the next part of a collection."""
    if not build.clauses:
        return False
    plain = piece.plain.strip()
    if header.closing_history(plain):
        return True
    return bool(_BACK.match(plain)) and bool(re.search(r"[.)][\")\u201d]?\s*$", build.last) or header.number_line(plain) is not None)


def _open_part(build: _Build, piece: _Piece) -> tuple[bool, _Piece | None]:
    """An Annex, Appendix, Section, Part or Attachment line: whether *piece* is one, and what of it is text below it."""
    first = piece.plain.split("\n")[0]
    found = _PART.match(first)
    if not found:
        return False, None
    kind = found["kind"].lower()
    styled = piece.style.startswith((kind, "part", "sec", "chap")) and "title" not in piece.style.replace("notitle", "")
    rest = first[found.end() :].strip()
    if rest and not _REFERENCE_LINE.fullmatch(rest):
        # "Annex 2 Title of the annex" on one line: only in capitals, by style, or after a dash
        dashed = re.match(r".*[:\u2013-]\s*$", found.group())
        if not (styled or (found["kind"].isupper() and (found["number"] or found["to"])) or (dashed and found["number"])):
            return False, None
        if re.match(r"[a-z,;)]", rest):
            return False, None
    elif not (styled or found["kind"].isupper() or (found["kind"][0].isupper() and (found["number"] or not rest))):
        return False, None
    if not found["number"] and kind in ("section", "part", "chapter") and not found["kind"].isupper():
        return False, None
    if kind == "part" and build.current < 0:
        return False, None
    segment = f"{kind}-{found['number'].lower()}" if found["number"] else kind
    level = _LEVEL[kind]
    while build.containers and build.containers[-1][1] >= level:
        build.containers.pop()
    part = build.unique(build.within(segment))
    outer = build.containers[0][0].split("-")[0].split("/")[0] if build.containers else kind
    build.containers.append((part, level))
    build.role = outer
    title_at = len(first) - len(first[found.end() :].lstrip()) if rest and not _REFERENCE_LINE.fullmatch(rest) else 0
    head = piece.view.text[: title_at or len(piece.view.text)].strip() if title_at else " ".join(piece.view.text.split())
    build.sections.append(_Section(part, head, kind, piece.span, part, titled=True))
    build.current = len(build.sections) - 1
    build.lists = []
    build.awaiting = build.current
    if title_at:
        title = piece.view.text[title_at:].strip()
        dashes = list(re.finditer(r"\s(?=[-\u2013\u2022]\s[A-Z])", title))
        cut = dashes[0] if len(dashes) > 2 else _SENTENCE_START.search(title)
        build.sections[-1].title = title[: cut.start()] if cut else title
        if cut:
            blanks = len(piece.view.text[title_at:]) - len(piece.view.text[title_at:].lstrip())
            end = title_at + blanks + cut.start()
            build.sections[-1].span = Span(piece.span.start, piece.view.span(0, end)[1])
            build.awaiting = -1
            below = Span(piece.view.origin(end + 1), piece.span.end)
            return True, _Piece(below, "", False, build.source.view(below))
    return True, None


def _is_title(build: _Build, piece: _Piece, readings: tuple[Marker, ...], after: _Piece | None) -> bool:
    """Whether *piece* is the title after a part line: by style, or an unmarked line without a sentence's end."""
    if "title" in piece.style and "aftertitle" not in piece.style.replace(" ", ""):
        return True
    if readings or "aftertitle" in piece.style or piece.style.startswith("enumlev"):
        return False
    plain = piece.plain.strip()
    if (heading(plain, language=build.language) and plain[:1].islower()) or _PART.fullmatch(plain):
        return False
    cut = _SENTENCE_START.search(plain)
    if cut and cut.start() < 150:
        return True
    return len(plain) < 250 and not re.search(r"[.;:,][\")\u201d]?$", plain) and after is not None


def _title(build: _Build, piece: _Piece) -> _Piece | None:
    """Take the title of the part line before; what is left when its first sentence is run into it."""
    section = build.sections[build.awaiting]
    plain = piece.plain
    cut = None if "title" in piece.style else _SENTENCE_START.search(plain)
    if cut and re.search(r"[.;:]\s*$", plain):
        where = piece.view.origin(cut.end())
        section.title = piece.view.text[: cut.start()]
        section.span = Span(section.span.start, piece.view.span(0, cut.start())[1])
        build.awaiting = -1
        return _Piece(Span(where, piece.span.end), "", False, build.source.view(Span(where, piece.span.end)))
    section.title = " ".join(piece.view.text.split())
    section.span = Span(section.span.start, piece.span.end)
    return None


def _heading_of(build: _Build, piece: _Piece, readings: tuple[Marker, ...]) -> Heading | None:
    """The call heading that *piece* is or begins with."""
    styled = piece.style == "call"
    if readings or piece.style.startswith("enumlev"):
        return None
    plain = piece.plain.rstrip()
    found = heading(plain, styled=styled, language=build.language)
    if found is None or styled:
        return found
    if not plain[:1].islower() and not plain.isupper():
        return None
    whole = found.end >= len(plain)
    if whole:
        return found if not re.search(r"[.;]$", plain) and len(plain) < 400 else None
    if build.last and not _ENDED.search(build.last):
        return None
    # The text runs on after the heading: only where a section may begin.
    if not found.operative and plain[found.end :].lstrip()[:1] in ("", ";"):
        return None
    return found


def _open_heading(build: _Build, piece: _Piece, found: Heading) -> _Piece | None:
    """Open a call section; what runs on after the heading is its first clause."""
    inside = bool(build.containers) and build.containers[-1][0] != ""
    role = build.role if inside else ("operative" if found.operative else "preambular")
    if not inside:
        build.role = role
    part = build.unique(build.within(found.segment))
    end = min(found.end, len(piece.view.text))
    words = piece.view.text[:end].strip().rstrip(",:")
    whole = not piece.view.text[end:].strip(" ,:")
    span = piece.span if whole else Span(piece.span.start, piece.view.span(0, len(piece.view.text[:end].rstrip()))[1])
    build.sections.append(_Section(part, " ".join(words.split()), "operative" if found.operative else "preambular", span, build.container))
    build.current = len(build.sections) - 1
    build.lists = []
    if not found.known:
        build.findings.append(Finding("heading-unknown", "info", part, f"heading {words!r} is not in the vocabulary"))
    if whole:
        return None
    tail = piece.view.text[end:]
    lead = len(tail) - len(tail.lstrip(" ,:"))
    if lead and tail[:lead].strip():  # a comma between heading and text belongs to the heading
        span = Span(span.start, piece.view.span(0, end + len(tail[:lead].rstrip()))[1])
        build.sections[-1].span = span
    start = piece.view.origin(end + lead)
    rest = Span(start, piece.span.end)
    return _Piece(rest, "running", False, build.source.view(rest))


def _titled_number(build: _Build, piece: _Piece, readings: tuple[Marker, ...], after: _Piece | None) -> bool:
    """A numbered line that is only a title: "1bis.2.1 Definition"."""
    reading = readings[0]
    if reading.kind not in ("number", "decimal"):
        return False
    styled = bool(re.match(r"heading\d", piece.style))
    words = piece.plain[reading.end :].strip()
    if not styled:
        if not build.containers or after is None or _ENDED.search(words) or len(words) > 100 or not re.match(r"[A-Z\u201c\"]", words):
            return False
        if re.search(r"\b(?:shall|should|may|will|must)\b", words):
            return False
    base = build.containers[-1][0] if build.containers else _call_section(build)
    if not styled and reading.kind == "number":
        before = build.titles.get(base, 0)
        if not 0 < reading.order - before <= 1:  # "3 R.2 Knowledge" out of order: the debris of a table
            build.block("table", piece.span)
            return True
        build.titles[base] = int(reading.order)
    part = build.unique(f"{base}/{reading.segment}" if base else reading.segment)
    build.sections.append(
        _Section(
            part,
            " ".join(piece.view.text.split()),
            "heading",
            piece.span,
            build.container,
            title=piece.view.text[reading.end :].strip(),
            titled=True,
        )
    )
    build.current = len(build.sections) - 1
    build.lists = []
    return True


def _call_section(build: _Build) -> str:
    """The part of the innermost section that is a call heading or a container, not a numbered title."""
    for section in reversed(build.sections):
        if section.role != "heading":
            return section.part
    return ""


def _bare_title(build: _Build, piece: _Piece, after: _Piece | None) -> bool:
    """A heading without a number inside an annex or section."""
    if not build.containers or after is None or piece.style.startswith(("enumlev", "call", "running")):
        return False
    plain = piece.plain.strip()
    styled = bool(re.match(r"heading(?:\d|b|i)", piece.style)) or piece.style.endswith("title")
    if not styled:
        words = plain.split()
        if piece.style or len(words) > 14 or len(plain) > 120 or not re.match(r"[A-Z\u201c\"]", plain) or re.search(r"[.;:,)]$", plain):
            return False
        if build.last and not _STOPPED.search(build.last) and build.awaiting < 0 and build.sections[build.current].texts:
            return False
        if re.search(r"\b(?:shall|should|may|will|must|is|are|has|have)\b", plain) or not re.match(r"[\w\u201c\"(]", after.plain):
            return False
        if len(build.clauses) and build.lists and build.lists[-1][0].kind == "dash":
            return False
    part = build.unique(f"{build.containers[-1][0]}/{slug(plain, 8)}")
    build.sections.append(_Section(part, plain, "heading", piece.span, build.container, title=plain, titled=True))
    build.current = len(build.sections) - 1
    build.lists = []
    return True


# --- clauses --------------------------------------------------------------------------------------------------------


def _clause(build: _Build, piece: _Piece, readings: tuple[Marker, ...]) -> None:
    """Add a clause to the innermost open section."""
    if build.current < 0:
        part = build.unique("preamble")
        build.sections.append(_Section(part, "", "preambular", Span(piece.span.start, piece.span.start), ""))
        build.current = len(build.sections) - 1
        build.findings.append(Finding("heading-lost", "warning", part, "the heading of the first section is missing"))
    if readings and readings[0].kind in ("decimal", "number"):
        _leave_titled(build, readings[0])
    section = build.sections[build.current]
    chosen, depth = _choose(build, readings, piece.style)
    stretches = build.stretches(piece.span)
    body_start = piece.view.origin(chosen.end) if chosen else piece.span.start
    role = build.role if build.containers else section.role
    parent = None
    if chosen:
        del build.lists[depth:]
        parent = build.lists[-1][1] if build.lists and chosen.kind != "decimal" else None
    section.texts += 1
    first = stretches[0] if stretches else piece.span
    build.clauses.append(_Open(build.current, chosen, parent, role, first, Span(min(body_start, piece.span.end), piece.span.end)))
    index = len(build.clauses) - 1
    for stretch in stretches[1:]:
        build.blocks.append(Block(f"clause {index}", "continuation", stretch))
    if chosen:
        build.lists.append((chosen, index))


def _leave_titled(build: _Build, reading: Marker) -> None:
    """A decimal clause that is not below the open numbered title ("1.3" after the title "1.2 Definition") closes it."""
    section = build.sections[build.current]
    number = section.part.rpartition("/")[2]
    if section.role != "heading" or reading.kind != "decimal" or not re.match(r"[a-z]?\d", number):
        return
    if not reading.segment.startswith(number + "."):
        outer = section.container
        build.current = next((i for i, s in enumerate(build.sections) if s.part == outer), build.current)


def _choose(build: _Build, readings: tuple[Marker, ...], style: str) -> tuple[Marker | None, int]:
    """The reading of the marker that fits the open lists, and the depth at which it stands."""
    if not readings:
        return None, 0
    open_items = [item for item, _ in build.lists]
    if readings[0].kind == "decimal":
        under = bool(open_items) and readings[0].segment.startswith(open_items[0].segment + ".")
        return readings[0], int(under)
    for depth in range(len(open_items) - 1, -1, -1):
        for reading in readings:
            if follows(reading, open_items[depth]) and (reading.kind != "dash" or reading.typed == open_items[depth].typed):
                return reading, depth
    firsts = [reading for reading in readings if reading.first]
    if firsts:
        for reading in firsts:
            for depth, item in enumerate(open_items):
                if item.kind == reading.kind != "dash" and _styled_level(style) == depth + 1:
                    return reading, depth
        if len(open_items) >= _DEPTH:
            return firsts[0], next((d for d, item in enumerate(open_items) if item.kind == firsts[0].kind), _DEPTH)
        return firsts[0], len(open_items)
    for depth in range(len(open_items) - 1, -1, -1):
        for reading in readings:
            if reading.kind == open_items[depth].kind and reading.order > open_items[depth].order:
                build.findings.append(
                    Finding(
                        "numbering-gap", "warning", build.sections[build.current].part, f"{reading.typed} follows {open_items[depth].typed}"
                    )
                )
                return reading, depth
    for depth in range(len(open_items) - 1, -1, -1):
        for reading in readings:
            if reading.kind == open_items[depth].kind:
                return reading, depth
    return readings[0], len(open_items)


def _styled_level(style: str) -> int:
    found = _STYLED_LIST.match(style)
    return int(found[1]) if found else 0


def _settle(build: _Build) -> tuple[Clause, ...]:
    """Give every clause its part: markers below their section and parent, unmarked text as p1, p2 or the section itself."""
    unmarked: Counter[int] = Counter()
    dashes: Counter[tuple[int, int | None]] = Counter()
    for clause in build.clauses:
        section = build.sections[clause.section]
        if clause.marker is None:
            if section.texts == 1:
                clause.part = section.part
                continue
            unmarked[clause.section] += 1
            clause.part = build.unique(f"{section.part}/p{unmarked[clause.section]}")
            continue
        segment = clause.marker.segment
        base = section.part if clause.parent is None else build.clauses[clause.parent].part
        if clause.marker.kind == "decimal" and section.role == "heading":
            base = section.container or base
        elif clause.marker.kind == "dash":
            dashes[clause.section, clause.parent] += 1
            segment = f"dash-{dashes[clause.section, clause.parent]}"
        clause.part = build.unique(f"{base}/{segment}")
    return tuple(
        Clause(c.part, build.sections[c.section].part, c.role, c.marker.typed if c.marker else "", c.span, c.body) for c in build.clauses
    )


# --- the outline ----------------------------------------------------------------------------------------------------


def _outline(build: _Build, record: Record, head: _Header, clauses: tuple[Clause, ...]) -> Outline:
    source, (low, high) = build.source, record.region
    sections = tuple(Section(s.part, s.heading, s.role, s.span, s.title) for s in build.sections)
    blocks = [
        replace(block, part=clauses[int(block.part.split()[1])].part) if block.role == "continuation" and block.part else block
        for block in build.blocks
    ]
    carriers = sorted(
        [(c.span.start, c.body.end, c.part) for c in clauses]
        + [(s.span.start, s.span.end, s.part) for s in sections]
        + [(b.span.start, b.span.end, b.part) for b in blocks if b.part]
    )
    notes, footnotes = [n for n in source.notes if low <= n.span.start < high], []
    for note in notes:
        on = _carrier(carriers, note.anchor) if note.anchor is not None else ""
        footnotes.append(Footnote(build.unique(f"fn/{number_segment(note.mark) or 'mark'}"), on, note.span, note.body))
    clause_spans = [(clause.span.start, clause.body.end) for clause in clauses]
    others = clause_spans + [(s.span.start, s.span.end) for s in sections] + [(b.span.start, b.span.end) for b in blocks]
    for span in source.furniture:
        inside = low <= span.start < high
        if inside and not any(start <= span.start and span.end <= stop for start, stop in others):
            blocks.append(Block(None, "page-furniture", span))
    findings = [*build.findings]
    adoptions = head.history
    if len(adoptions) < 2:
        adoptions = _other_history(source, blocks, footnotes) or adoptions
    key = _key(record, head)
    if head.year is None:
        findings.append(Finding("year-unknown", "warning", "number", "the header gives no year of adoption"))
    return Outline(
        source=source,
        key=key,
        place=head.place,
        revised=head.revised,
        title=head.title,
        history=adoptions,
        sections=sections,
        clauses=clauses,
        footnotes=tuple(footnotes),
        blocks=tuple(sorted(blocks, key=lambda block: block.span)),
        findings=tuple(findings),
        version=record.number.version,
    )


def _carrier(carriers: list[tuple[int, int, str]], at: int) -> str:
    """The part that stands at offset *at*, else the last one before it."""
    inside = [part for start, end, part in carriers if start <= at <= end]
    if inside:
        return inside[-1]
    before = [part for start, _, part in carriers if start <= at]
    return before[-1] if before else "number"


def _other_history(source: Source, blocks: list[Block], footnotes: list[Footnote]) -> tuple[Adoption, ...]:
    """The history of a closing line, or of a footnote "Previously published (...)"."""
    for block in blocks:
        if block.role == "back":
            found = header.closing_history(source.view(block.span).plain)
            if found:
                return found
    for note in footnotes:
        words = source.view(note.body).plain
        if re.match(r"Previously (?:published|adopted)\b", words) and note.on in ("history", "title", "number"):
            before = header.history(words[words.find("(") :].rstrip(". "))
            own = next((b for b in blocks if b.role == "history"), None)
            return before + (header.history(source.view(own.span).plain.split(")")[0]) if own else ())
    return ()


def _key(record: Record, head: _Header) -> Key:
    body = head.body if head.body in BODIES else "pp"
    year = None if body in UN_BODIES else head.year
    return Key(body=body, kind=record.number.kind, number=number_segment(record.number.number), year=year)


def _group(build: _Build, role: str, spans: list[Span], part: str) -> None:
    for span in spans:
        build.block(role, span, part)


def _merge_blocks(blocks: list[Block], text: str) -> list[Block]:
    """Neighbouring blocks of one part as one."""

    def merged() -> Iterator[Block]:
        held: Block | None = None
        for block in blocks:
            if held and held.part == block.part and held.role == block.role and not text[held.span.end : block.span.start].strip():
                held = replace(held, span=Span(held.span.start, block.span.end))
                continue
            if held:
                yield held
            held = block
        if held:
            yield held

    return list(merged())
