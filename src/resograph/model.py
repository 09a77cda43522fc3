"""The things that the steps hand to each other: frozen, and always spans over one text.

Offsets are counted in characters of ``Source.text``; a span is half-open, ``text[span.start:span.end]``.
Names are those of the field: preambular and operative section, clause, edition, citation, pinpoint, norm, addressee.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from resograph.keys import Key
from resograph.text import View, plain_words, view

_DECIMAL = re.compile(r"[a-z]?\d{1,2}(?:bis|ter)?(?:\.\d{1,3}(?:bis|ter)?)+")  # a marker that carries its ancestry
_OVERLAP = 8  # hidden stretches that may begin before a span and reach into it


class Span(NamedTuple):
    """Characters ``start`` to ``end`` (not included) of a source text."""

    start: int
    end: int


# --- what a reader makes ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the source as the eye sees it: hard line breaks inside it are joined.

    ``style`` is the Word style name in lower case without spaces, "_" and "&" ("call", "enumlev1"); "" in a text file.
    ``cell`` is true inside a table.
    """

    span: Span
    style: str = ""
    cell: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its mark as typed, where its body stands, where its mark stands in the text (None: nowhere)."""

    mark: str
    span: Span
    body: Span
    anchor: int | None = None


@dataclass(frozen=True)
class Source:
    """One file as one text.

    ``paragraphs``, ``notes`` and ``furniture`` (running heads, page numbers, rules) together hold every non-blank
    character.  ``marks`` are characters inside paragraphs that belong to the file and not to the words: bookmarks,
    footnote references.
    """

    path: str
    sha256: str
    format: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[Note, ...] = ()
    furniture: tuple[Span, ...] = ()
    marks: tuple[Span, ...] = ()
    language: str = "en"

    @cached_property
    def hidden(self) -> tuple[Span, ...]:
        """What no clause says though it may stand inside one: marks, furniture, notes; in reading order."""
        return tuple(sorted((*self.marks, *self.furniture, *(note.span for note in self.notes))))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that this text writes without a hyphen: they tell a broken word from a compound."""
        return plain_words(self.text)

    @cached_property
    def _views(self) -> dict[Span, View]:
        """The views made so far: a paragraph is read by several steps."""
        return {}

    def view(self, span: Span) -> View:
        """The words of *span*: without marks, furniture and notes, with lines joined."""
        made = self._views.get(span)
        if made is None:
            made = self._views[span] = self._view(span)
        return made

    def _view(self, span: Span) -> View:
        low = max(0, bisect_right(self.hidden, (span.start, len(self.text))) - _OVERLAP)
        near = self.hidden[low : bisect_left(self.hidden, (span.end, -1))]
        hidden = tuple(h for h in near if not (h.start <= span.start and h.end >= span.end))
        return view(self.text, span, hidden, self.words)


# --- what the segmenter makes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what it opens.  ``span`` is the heading line (of an annex: with its reference line and title)."""

    part: str
    heading: str
    role: str
    span: Span
    title: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its own words, without those of its children.  ``body`` is ``span`` without the marker."""

    part: str
    section: str
    role: str
    marker: str
    span: Span
    body: Span


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote of the edition; ``on`` is the part that carries its mark, "" where the mark is nowhere in the text."""

    part: str
    on: str
    span: Span
    body: Span


@dataclass(frozen=True, slots=True)
class Block:
    """Text that is neither heading nor clause nor footnote: number, title, history, opening, front, note, table ..."""

    part: str | None
    role: str
    span: Span


@dataclass(frozen=True, slots=True)
class Adoption:
    """One adoption of a work: the place as written and the year; whether the entry itself is marked "Rev."."""

    place: str
    year: int
    revised: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the text that a reader should know.  ``severity`` is "info", "warning" or "error"."""

    code: str
    severity: str
    part: str
    message: str


@dataclass(frozen=True)
class Outline:
    """The structure of one record: header and parts, in reading order."""

    source: Source
    key: Key
    place: str
    revised: bool
    title: str
    history: tuple[Adoption, ...]
    sections: tuple[Section, ...]
    clauses: tuple[Clause, ...]
    footnotes: tuple[Footnote, ...]
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()
    version: str = ""

    @cached_property
    def section_of(self) -> dict[str, Section]:
        """Sections by part."""
        return {section.part: section for section in self.sections}

    @cached_property
    def decimals(self) -> dict[str, str]:
        """Decimal number -> the part that ends with it: "7.2.2" -> "section-7/7.2.2"."""
        found: dict[str, str] = {}
        for part in (*(section.part for section in self.sections), *(clause.part for clause in self.clauses)):
            last = part.rpartition("/")[2]
            if _DECIMAL.fullmatch(last):
                found.setdefault(last, part)
        return found

    @cached_property
    def parts(self) -> frozenset[str]:
        """Every part that a citation may point to."""
        named = (block.part for block in self.blocks if block.part)
        return frozenset(
            [
                *(section.part for section in self.sections),
                *(clause.part for clause in self.clauses),
                *(note.part for note in self.footnotes),
                *named,
            ]
        )


# --- what the annotators make -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of one or more actors in the text of *part*."""

    part: str
    actors: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    """One target of a citing expression.

    ``group`` numbers the list or range that the member belongs to; ``intent`` is the verb of the heading it stands
    under, ``phrase`` the words that introduce it; ``pinpoint`` the words that name a part of the target; ``place`` the
    place of adoption as it writes it ("(Rev. Bucharest, 2022)").
    """

    part: str
    text: str
    span: Span
    target: Key
    group: int | None = None
    intent: str | None = None
    phrase: str | None = None
    pinpoint: str | None = None
    self: bool = False
    version: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Abrogation:
    """A text that the body of this one ends with it: abrogated, or merged into another work.

    ``part`` is the clause or the list that says so, ``into`` the work that takes it up, None where there is none.
    """

    part: str
    text: str
    span: Span
    target: Key
    into: Key | None = None


@dataclass(frozen=True, slots=True)
class Norm:
    """What a clause requires, allows, recommends, invites, commits to or declares (contract, section 4).

    ``step`` is its place among the acts of the annex it stands in, from 1; None outside annexes.
    """

    part: str
    modality: str
    force: str
    addressees: tuple[str, ...]
    action: str
    span: Span
    counterparts: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    frequency: str | None = None
    deadline: str | None = None
    condition: str | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A term or abbreviation that the text introduces, with what it stands for."""

    abbreviation: str
    meaning: str
    part: str


@dataclass(frozen=True)
class Resolution:
    """One record, read whole."""

    outline: Outline
    citations: tuple[Citation, ...] = ()
    mentions: tuple[Mention, ...] = ()
    norms: tuple[Norm, ...] = ()
    terms: tuple[Term, ...] = ()
    findings: tuple[Finding, ...] = ()
    sectors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    addressees: dict[str, tuple[str, ...]] = field(default_factory=dict)
    abrogations: tuple[Abrogation, ...] = ()
    serves: dict[str, tuple[str, ...]] = field(default_factory=dict)  # annex -> the clauses that send the reader to it

    @property
    def key(self) -> Key:
        """The key of the edition."""
        return self.outline.key

    @property
    def source(self) -> Source:
        """The file that it was read from, or a part of."""
        return self.outline.source
