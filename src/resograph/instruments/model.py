"""A basic instrument as it was read: spans over one text, as ``resograph.model`` has them for resolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from resograph.keys import Key
from resograph.model import Block, Finding, Footnote, Source, Span

_FIRST_YEAR = "47"  # of two digits in codes; lower ones are of the next century


@dataclass(frozen=True, slots=True)
class Division:
    """A chapter, section, article, annex, appendix, preamble, or a heading without a number.

    ``span`` is its heading with its title; ``within`` the division around it (None: the instrument); ``amended`` the conferences
    named in the margin.
    """

    key: Key
    unit: str
    number: str
    title: str
    within: Key | None
    span: Span
    amended: tuple[str, ...] = ()
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Provision:
    """A numbered provision: ``number`` and ``marker`` as printed, ``body`` its words, ``title`` the term that it defines.

    The numbers of a suppressed range ("219 to 221 (SUP)") are provisions of their own and share one span.
    """

    key: Key
    number: str
    marker: str
    title: str
    within: Key | None
    span: Span
    body: Span
    amended: tuple[str, ...] = ()
    suppressed: bool = False


@dataclass(frozen=True)
class Instrument:
    """A basic instrument, read whole.  Spans of divisions, provisions, footnotes and blocks cover each character once."""

    source: Source
    key: Key
    title: str
    span: Span
    divisions: tuple[Division, ...]
    provisions: tuple[Provision, ...]
    footnotes: tuple[Footnote, ...] = ()
    blocks: tuple[Block, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def chapters(self) -> tuple[Division, ...]:
        """The chapters in their order, suppressed ones included."""
        return tuple(division for division in self.divisions if division.unit == "chapter")

    @property
    def articles(self) -> tuple[Division, ...]:
        """The articles in their order, suppressed ones included."""
        return tuple(division for division in self.divisions if division.unit == "article")

    @cached_property
    def division_of(self) -> dict[Key, Division]:
        """Divisions by key."""
        return {division.key: division for division in self.divisions}

    def around(self, thing: Provision | Division) -> Iterator[Division]:
        """The divisions that *thing* stands in, the innermost first."""
        within = thing.within
        while within is not None:
            division = self.division_of[within]
            yield division
            within = division.within

    @property
    def amended(self) -> tuple[str, ...]:
        """Every conference named in the margin, by year: PP-98 comes before PP-02."""
        things: tuple[Division | Provision, ...] = (*self.divisions, *self.provisions)
        codes = {code for thing in things for code in thing.amended}
        return tuple(sorted(codes, key=lambda code: (code[-2:] < _FIRST_YEAR, code[-2:], code)))

    def words(self, provision: Provision) -> str:
        """The words of *provision*, its marker left out; "" of a suppressed one."""
        return "" if provision.suppressed else self.source.view(provision.body).text
