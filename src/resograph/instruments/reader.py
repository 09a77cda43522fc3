"""Find the basic instruments of a source, and read each into divisions and provisions with keys."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from resograph.instruments import layout, numbers
from resograph.instruments.layout import Line, Title
from resograph.instruments.model import Division, Instrument, Provision
from resograph.instruments.pieces import LEVELS, Piece, pieces
from resograph.instruments.starts import Start, starts
from resograph.keys import INSTRUMENTS, Key, number_segment, slug
from resograph.model import Block, Finding, Footnote, Source, Span

_TERM = re.compile(r"([A-Z][\w' /-]{1,60}):\s")  # an annex of definitions: "Lamp: A thing that gives light."
_LEAST = 3  # provisions that make an instrument
_ARTICLES = 100  # suppressed articles named by their ends


def find(source: Source, stops: Iterable[int] = ()) -> list[Instrument]:
    """The basic instruments in *source*, in order; [] when there is none.

    An instrument is known by its form: its name in capitals as a title, CHAPTER, SECTION or ARTICLE lines after it, and
    provisions with their numbers in the margin.  It ends where another title stands, or at the first of *stops* (offsets where
    other records begin) after it; what stands before the first one is its front matter.
    """
    if not layout.may_hold_one(source.text):
        return []
    lines, heads = layout.read_lines(source)
    titles = list(layout.titles(lines))
    margins = [span for line in lines for span in line.margin]
    source = replace(source, marks=tuple(sorted((*source.marks, *margins))), furniture=tuple(sorted({*source.furniture, *heads})))
    ends = sorted(stops)
    found: list[Instrument] = []
    for n, title in enumerate(titles):
        if (n and titles[n - 1].key == title.key) or title.key not in INSTRUMENTS:
            continue
        begin = lines[title.at].start
        after = next((other.at for other in titles[n + 1 :] if other.key != title.key), len(lines))
        end = min(lines[after].start if after < len(lines) else len(source.text), *ends[bisect_left(ends, begin) :][:1], len(source.text))
        while lines[after - 1].start >= end:
            after -= 1
        first = title.at if found or (ends and ends[0] < begin) else 0
        region = Span(lines[first].start if first else 0, end)
        own = [other for other in titles[n:] if title.at <= other.at < after]
        instrument = _read(source, lines[:after], first, own, region)
        if instrument is not None:
            found.append(instrument)
    return found


def _read(source: Source, lines: Sequence[Line], first: int, titles: Sequence[Title], region: Span) -> Instrument | None:
    """The instrument on *lines* from line *first* on; None where too little of one follows its title."""
    begun = starts(lines, titles[0].at + titles[0].size)
    if len(begun) < _LEAST:
        return None
    title = [one for one in titles if one.at < begun[0].line][-1]  # a cover and a contents page come before it
    after = title.at + title.size
    found = pieces(lines, after, begun)
    if not any(piece.kind in LEVELS and piece.kind != "heading" for piece in found):
        return None
    front = [Piece("front", list(lines[first : title.at]))] if first < title.at else []
    return _Builder(source, Key(instrument=title.key), region).build([*front, Piece("title", list(lines[title.at : after])), *found])


class _Builder:
    """Turns pieces into divisions, provisions and blocks with keys."""

    def __init__(self, source: Source, key: Key, region: Span) -> None:
        self.source, self.key, self.region = source, key, region
        self.notes = [note for note in source.notes if region.start <= note.span.start < region.end]
        self.divisions: list[Division] = []
        self.provisions: list[Provision] = []
        self.blocks: list[Block] = []
        self.findings: list[Finding] = []
        self.open: list[Division] = []
        self.used: set[Key] = set()

    def build(self, found: Sequence[Piece]) -> Instrument:
        title = ""
        following = iter([piece.start for piece in found if piece.start is not None][1:])
        for piece in found:
            if piece.start is not None:
                self.provision(piece, piece.start, next(following, None))
            elif piece.kind in LEVELS:
                self.division(piece)
            else:
                words = self.source.view(self.block(piece)).text
                if piece.kind == "title":
                    title = layout.without_marks(words)
                elif piece.kind == "text":
                    self.findings.append(Finding("unnumbered-text", "warning", "", f"text without a number: {words[:60]}"))
        self.gaps()
        footnotes = tuple(self.footnotes())
        return Instrument(
            source=self.source,
            key=self.key,
            title=title,
            span=self.region,
            divisions=tuple(self.divisions),
            provisions=tuple(self.provisions),
            footnotes=footnotes,
            blocks=tuple(sorted((*self.blocks, *self.furniture(footnotes)), key=lambda block: block.span)),
            findings=tuple(self.findings),
        )

    def unique(self, key: Key) -> Key:
        """*key*, with "-2" where another thing has it."""
        found, count = key, 1
        while found in self.used:
            count += 1
            found = key.at(f"{key.part}-{count}") if key.part else replace(key, provision=f"{key.provision}-{count}")
        self.used.add(found)
        return found

    def spans(self, piece: Piece) -> list[Span]:
        """The spans of *piece*: one, or as many as the footnotes that stand inside it make of it."""
        runs = [Span(piece.lines[0].start, piece.lines[0].end)]
        starts_ = [note.span.start for note in self.notes]
        for line in piece.lines[1:]:
            note = bisect_left(starts_, runs[-1].end)
            if note < len(starts_) and starts_[note] < line.start:
                runs.append(Span(line.start, line.end))
            else:
                runs[-1] = Span(runs[-1].start, line.end)
        return runs

    def block(self, piece: Piece) -> Span:
        """Add the blocks of *piece*; the first of their spans."""
        role = "unrecognised" if piece.kind == "text" else piece.kind
        spans = self.spans(piece)
        self.blocks += [Block("title" if role == "title" else None, role, span) for span in spans]
        return spans[0]

    def named(self, piece: Piece, key: Key) -> Span:
        """The span of the thing *key*; the rest of its words, after a footnote, become blocks."""
        first, *rest = self.spans(piece)
        self.blocks += [Block(key.path, "continuation", span) for span in rest]
        return first

    def division(self, piece: Piece) -> None:
        around = [division for division in self.open if LEVELS[division.unit] < LEVELS[piece.kind]]
        within = around[-1].key if around else None
        titled = [line for line in piece.titled if line.text]
        words = self.source.view(Span(titled[0].at, titled[-1].end)).text if titled else ""
        title = layout.without_marks(f"{piece.own_title} {words}")
        span: Span | None = None
        for number in _articles(piece.number, piece.last):
            key = self.unique(self.division_key(piece.kind, number, title, around))
            span = span or self.named(piece, key)
            division = Division(key, piece.kind, number, title, within, span, piece.codes, piece.suppressed)
            self.divisions.append(division)
            if not piece.suppressed:
                self.open = [*around, division]

    def division_key(self, unit: str, number: str, title: str, around: Sequence[Division]) -> Key:
        if unit == "heading":
            base = around[-1].key if around else self.key
            return base.at("/".join(filter(None, [base.part, slug(title, 8) or "heading"])))
        if not number and unit not in ("annex", "preamble"):
            return self.key.at(f"unnumbered-{unit}")  # "article/..." would be the key of a numbered one
        if unit in ("annex", "preamble"):
            return self.key.at("-".join(filter(None, [unit, number.lower()])))
        return replace(self.key, unit=unit, provision=numbers.segment(number))

    def provision(self, piece: Piece, start: Start, after: Start | None) -> None:
        within = self.open[-1].key if self.open else None
        key = self.unique(replace(self.key, unit="no", provision=numbers.segment(start.number)))
        span = self.named(piece, key)
        end = max(piece.lines[-1].end, start.body)
        body = Span(start.body, end)
        term = _TERM.match(self.source.view(body).plain) if self.open and self.open[0].unit == "annex" else None
        self.provisions.append(
            Provision(key, start.number, start.marker, term[1] if term else "", within, span, body, piece.codes, piece.suppressed)
        )
        for number in _range(start.number, start.last):
            if after is not None and numbers.order(numbers.segment(number)) >= after.order:
                break  # it has a line of its own
            other = self.unique(replace(key, provision=numbers.segment(number)))
            self.provisions.append(Provision(other, number, "", "", within, span, body, piece.codes, piece.suppressed))

    def gaps(self) -> None:
        """A finding for each stretch of numbers that no provision has; an annex counts from a number of its own."""
        annexes = {division.key for division in self.divisions if division.unit == "annex"}
        for before, after in zip(self.provisions, self.provisions[1:], strict=False):
            low, high = numbers.order(before.key.provision)[0] + 1, numbers.order(after.key.provision)[0] - 1
            if low <= high and (before.within == after.within or after.within not in annexes):
                which = f"No. {low} is" if low == high else f"Nos. {low} to {high} are"
                self.findings.append(Finding("number-missing", "info", after.key.path, f"{which} not in the text"))

    def footnotes(self) -> Iterator[Footnote]:
        for note in self.notes:
            mark = number_segment(note.mark) if note.mark.isalnum() else "mark"
            yield Footnote(self.unique(self.key.at(f"fn/{mark}")).part, "", note.span, note.body)

    def furniture(self, footnotes: Iterable[Footnote]) -> Iterator[Block]:
        """The running heads that stand inside no other span."""
        things: tuple[Division | Provision | Block | Footnote, ...] = (*self.divisions, *self.provisions, *self.blocks, *footnotes)
        taken = sorted({thing.span for thing in things})
        for span in self.source.furniture:
            if self.region.start <= span.start < self.region.end:
                i = bisect_left(taken, Span(span.start + 1, 0)) - 1
                if i < 0 or taken[i].end <= span.start:
                    yield Block(None, "page-furniture", span)


def _articles(number: str, last: str) -> list[str]:
    """The numbers of a heading: one, or each of those that are suppressed together ("ARTICLES 26 to 30")."""
    if number.isdecimal() and last.isdecimal() and int(number) < int(last) < int(number) + _ARTICLES:
        return [str(n) for n in range(int(number), int(last) + 1)]
    return [number, last] if last else [number]


def _range(first: str, last: str) -> list[str]:
    """The numbers after *first* up to *last*: whole numbers, or letters after one number."""
    low, high = (re.fullmatch(r"(\d+)([A-Z]?)", number) for number in (first, last))
    if not low or not high:
        return [last] if last else []
    if low[1] == high[1]:
        return [f"{low[1]}{chr(code)}" for code in range(ord(low[2] or "@") + 1, ord(high[2] or "@") + 1)]
    return [*map(str, range(int(low[1]) + 1, int(high[1]))), last]
