"""The stretches of a record that are read for citations, actors and terms: clauses, footnotes, notes, annex titles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from resograph.model import Outline, Span
from resograph.text import View


@dataclass(frozen=True)
class Unit:
    """One stretch: its part, the section it stands in, its role, and its words with the way back to the source."""

    part: str
    section: str
    role: str
    view: View

    @cached_property
    def plain(self) -> str:
        """The words for matching."""
        return self.view.plain

    def span(self, start: int, end: int) -> Span:
        """The source span of the characters *start* to *end* of the view."""
        return Span(*self.view.span(start, end))


def units(outline: Outline) -> Iterator[Unit]:
    """The units of *outline* in reading order; the front matter and what follows the last provision are not read."""
    source = outline.source
    found: list[tuple[int, Unit]] = []
    for clause in outline.clauses:
        found.append((clause.body.start, Unit(clause.part, clause.section, clause.role, source.view(clause.body))))
    for note in outline.footnotes:
        found.append((note.span.start, Unit(note.part, note.on, "footnote", source.view(note.body))))
    for block in outline.blocks:
        if block.role == "note" and block.part:
            around = block.part.rpartition("/")[0]
            found.append((block.span.start, Unit(block.part, around, "note", source.view(block.span))))
    for section in outline.sections:
        if section.role in ("annex", "appendix", "attachment", "section", "part", "chapter"):
            found.append((section.span.start, Unit(section.part, section.part, "title", source.view(section.span))))
    yield from (unit for _, unit in sorted(found, key=lambda pair: pair[0]))
