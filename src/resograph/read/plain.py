"""Read plain text: dumps of Word files, texts with a paragraph a line, and the text of PDF files.

Offsets are those of the decoded file.  Three things are told apart here because only the layout shows them:

* marks that a dump leaves in the text (``[bookmark: _Toc1]``, ``[footnoteRef:2]2``, ``[2: 2 body]``);
* page furniture: running heads with a page number, lone page numbers between pages, rules of underscores;
* footnotes at the foot of a page, after such a rule or before the next running head, whose mark is glued to a word.

In the text of a PDF a paragraph is broken over many lines; ``lines.py`` joins them.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from resograph.model import Note, Paragraph, Source, Span
from resograph.read.lines import Line, join_lines, looks_wrapped
from resograph.text import plain

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
_REFERENCE = re.compile(r"\[(?:foot|end)noteRef:\s*(\d{1,4})\](\d{1,3}(?:bis|ter)?|\*{1,4}|bis\b|ter\b)?")
_NOTE = re.compile(r"\[(\d{1,4}):[ \t\u00a0]*")
_LONGEST_NOTE = 8000  # characters; a bracket that does not close by then opened no note
_TYPED = re.compile(r"(\d{1,3}(?:bis|ter)?|\*{1,4}|bis|ter)(?=\s)\s*")

_KIND = r"(?:Resolution|Decision|Recommendation|Opinion|Declaration|Annex|Constitution|Convention|General Rules|WTSA|WTDC|PP|Rec\.|Res\.)"
_RUNNING_HEAD = re.compile(
    rf"""\s*(?:
        \d{{1,4}} [ \t\u00a0]+ {_KIND} (?:[ \t\u00a0][\w./-]+){{0,3}}                     # 266 Resolution 25
      | {_KIND} (?:[ \t\u00a0](?:ITU-[RTD][ \u00a0])?[\w./-]+){{1,3}} [ \t\u00a0]+ \d{{1,4}}  # Resolution 25 265
      | [-\u2013\u2014] [ ]? \d{{1,4}} [ ]? [-\u2013\u2014] (?:[ ]*\([^)\n]{{1,60}}\))?    # - 97 - (3.2 - Council)
      | (?:Page|page|p\.) [ ] \d{{1,4}}
    )\s*""",
    re.VERBOSE,
)
_RULE = re.compile(r"\s*[_\u2500\u2015]{5,}\s*")
_PAGE_NUMBER = re.compile(r"\s*(?:\d{1,4}|[ivx]{1,6})\s*")
_FOOT_NOTE = re.compile(r"\s*(?P<mark>\d{1,2}|\*{1,3})[ \t\u00a0]+(?=\S)")


def read_plain(text: str, path: str, sha256: str) -> Source:
    """The plain text *text* of the file *path* as a ``Source``."""
    marks = [Span(*found.span()) for found in _BOOKMARK.finditer(text)]
    references: dict[str, tuple[str, int]] = {}
    for found in _REFERENCE.finditer(text):
        marks.append(Span(*found.span()))
        references.setdefault(found[1], (found[2] or found[1], found.start()))
    notes = _dump_notes(text, references)
    lines = _lines(text, [note.span for note in notes])
    bare = [line for line in lines if any(mark.start <= line.span.start and line.span.end <= mark.end for mark in marks)]
    lines = [line for line in lines if line not in bare]
    furniture, lines = _furniture(lines)
    furniture += [line.span for line in bare]
    wrapped = looks_wrapped(lines)
    foot, lines = _foot_notes(text, lines, wrapped)
    for note in foot:
        notes.append(note)
        if note.anchor is not None:
            marks.append(Span(note.anchor, note.anchor + len(note.mark)))
    paragraphs = join_lines(lines) if wrapped else [Paragraph(line.span) for line in lines]
    return Source(
        path=path,
        sha256=sha256,
        format="txt",
        text=text,
        paragraphs=tuple(paragraphs),
        notes=tuple(sorted(notes, key=lambda note: note.span)),
        furniture=tuple(sorted(furniture)),
        marks=tuple(sorted(marks)),
    )


def _dump_notes(text: str, references: dict[str, tuple[str, int]]) -> list[Note]:
    """The bracketed note bodies of a dump; a note body may itself hold brackets."""
    notes = []
    used: set[str] = set()
    for found in _NOTE.finditer(text):
        if found[1] not in references or found[1] in used:
            continue
        used.add(found[1])
        depth, end = 1, found.end()
        while end < min(len(text), found.end() + _LONGEST_NOTE) and depth:
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        mark, anchor = references[found[1]]
        typed = _TYPED.match(text, found.end(), end)
        start = typed.end() if typed and typed[1] == mark else found.end()
        notes.append(Note(mark, Span(found.start(), end), Span(start, end - 1 if not depth else end), anchor))
    return notes


def _lines(text: str, taken: list[Span]) -> list[Line]:
    """The lines of *text* that hold something beside the spans *taken*; a note at an end of a line is cut off it."""
    lines: list[Line] = []
    number = 0
    for found in re.finditer(r"[^\r\n\f\v\x85\u2028\u2029]+", text):
        gap = text[lines[-1].span.end if lines else 0 : found.start()]
        blank = gap.count("\n") > 1 or "\f" in gap
        start, end = found.span()
        for span in taken:
            if span.start <= start < span.end:
                start = min(span.end, end)
            if span.start < end <= span.end and not text[span.start : end].isspace():
                end = max(span.start, start)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            lines.append(Line(Span(start, end), plain(text[start:end]), blank, number))
            number += 1
    return lines


def _furniture(lines: list[Line]) -> tuple[list[Span], list[Line]]:
    """Running heads, rules and page numbers, and the lines that remain (which know that a page ended before them)."""
    furniture: list[Span] = []
    kept: list[Line] = []
    page = False
    for i, line in enumerate(lines):
        head = _RUNNING_HEAD.fullmatch(line.text) and len(line.text) < 90
        rule = _RULE.fullmatch(line.text)
        near = head or rule
        lone = _PAGE_NUMBER.fullmatch(line.text) and line.blank_before and (i + 1 == len(lines) or lines[i + 1].blank_before)
        if near or lone:
            furniture.append(line.span)
            page = page or not rule
            if rule:
                kept.append(Line(line.span, "", line.blank_before, line.number, rule=True))
            continue
        kept.append(Line(line.span, line.text, line.blank_before, line.number, page_before=page))
        page = False
    return furniture, kept


def _foot_notes(text: str, lines: list[Line], wrapped: bool) -> tuple[list[Note], list[Line]]:
    """Footnotes at the foot of a page: after a rule, or before a running head when their mark is glued to a word."""
    notes: list[Note] = []
    drop: set[int] = set()
    since = 0
    for i, line in enumerate(lines):
        if not line.rule:
            continue
        drop.add(i)
        j = i + 1
        while j < len(lines):
            found = _FOOT_NOTE.match(lines[j].text)
            if not found:
                break
            body = lines[j].span.start + found.end()
            anchor = _anchor(text, found["mark"], since, line.span.start, notes)
            if anchor is None and j > i + 1:
                break
            end = j
            while wrapped and end + 1 < len(lines) and _goes_on(lines, end):
                end += 1
            span = Span(lines[j].span.start, lines[end].span.end)
            notes += _run_together(text, Note(found["mark"], span, Span(body, span.end), anchor), since, line.span.start, notes)
            drop.update(range(j, end + 1))
            j = end + 1
        since = lines[j - 1].span.end
    paged = any(line.page_before for line in lines[1:])
    for i, line in enumerate(lines):
        if i in drop or line.rule or not paged or not (i + 1 == len(lines) or lines[i + 1].page_before):
            continue
        first = _page_foot(text, lines, i, drop, notes)
        if first is None:
            continue
        found = _FOOT_NOTE.match(lines[first].text)
        assert found is not None
        page_start = next((lines[k].span.start for k in range(first, -1, -1) if lines[k].page_before or k == 0), 0)
        anchor = _anchor(text, found["mark"], page_start, lines[first].span.start, notes)
        span = Span(lines[first].span.start, line.span.end)
        notes.append(Note(found["mark"], span, Span(lines[first].span.start + found.end(), span.end), anchor))
        drop.update(range(first, i + 1))
    kept: list[Line] = []
    page = False
    for i, line in enumerate(lines):
        page = page or line.page_before
        if i not in drop:
            kept.append(Line(line.span, line.text, line.blank_before, line.number, page_before=page))
            page = False
    return notes, kept


def _run_together(text: str, note: Note, start: int, end: int, known: list[Note]) -> list[Note]:
    """*note*, or the notes that were run together in it: "3 One thing 4 Another", where 4 is glued to a word above."""
    if not note.mark.isdigit():
        return [note]
    later = str(int(note.mark) + 1)
    for found in re.finditer(rf"\s{later}\s(?=[A-Z])", text[note.body.start : note.body.end]):
        anchor = _anchor(text, later, start, end, [*known, note])
        if anchor is None:
            continue
        at = note.body.start + found.start()
        first = Note(note.mark, Span(note.span.start, at), Span(note.body.start, at), note.anchor)
        rest = Note(later, Span(at + 1, note.span.end), Span(note.body.start + found.end(), note.span.end), anchor)
        return [first, *_run_together(text, rest, start, end, [*known, first])]
    return [note]


def _goes_on(lines: list[Line], i: int) -> bool:
    """Whether the note that line *i* belongs to goes on in the next line (hard line breaks only)."""
    later = lines[i + 1]
    if later.page_before or later.blank_before or later.rule or len(lines[i].text) > 130:
        return False
    return not re.search(r"[.;]\s*$", lines[i].text) and not _FOOT_NOTE.match(later.text)


def _page_foot(text: str, lines: list[Line], last: int, drop: set[int], notes: list[Note]) -> int | None:
    """The line where a footnote begins that ends the page with line *last*: its mark is glued to a word above it."""
    i = last
    while i >= 0 and i not in drop and last - i < 12:
        found = _FOOT_NOTE.match(lines[i].text)
        if found and re.match(r"[A-Z\u201c\"(]", lines[i].text[found.end() :]):
            start = next((lines[k].span.start for k in range(i, -1, -1) if lines[k].page_before or k == 0), 0)
            if _anchor(text, found["mark"], start, lines[i].span.start, notes) is not None:
                return i
        if lines[i].page_before:
            return None
        i -= 1
    return None


def _anchor(text: str, mark: str, start: int, end: int, known: list[Note]) -> int | None:
    """Where *mark* is glued to a word or closing bracket between *start* and *end*: the first place not taken yet."""
    taken = sorted(note.anchor for note in known if note.anchor is not None)
    glued = re.compile(rf"(?<=[a-z\u00e0-\u00ff)\]\"\u201d'\u2019]){re.escape(mark)}(?![\w/)])(?![.-]\w)")
    for found in glued.finditer(text, start, end):
        i = bisect_left(taken, found.start())
        if i == len(taken) or taken[i] != found.start():
            return found.start()
    return None
