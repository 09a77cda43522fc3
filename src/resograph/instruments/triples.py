"""A basic instrument in RDF: one named graph, as for each expression of a resolution.  See docs/graph.md."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rdflib import RDF, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from resograph import vocabulary
from resograph.graph import Entry, Triple, expression, integer, legible
from resograph.instruments.model import Division, Instrument, Provision
from resograph.keys import Key
from resograph.model import Block, Footnote, Span
from resograph.terms import CONFERENCE, ELI, INSTRUMENT, OA, RES

_UNITS = frozenset(["no", "article", "chapter", "section", "appendix"])


def triples(instrument: Instrument, base: str, *, facts: bool = False, specimen: bool = False) -> Iterator[Triple]:
    """The triples of *instrument* in reading order; with *facts* its words and the titles of its divisions are left out."""
    return _Document(instrument, base, facts, specimen).triples()


class _Document:
    def __init__(self, instrument: Instrument, base: str, facts: bool, specimen: bool) -> None:
        self.instrument, self.source = instrument, instrument.source
        self.base, self.facts, self.specimen = Namespace(base), facts, specimen
        self.me = self.iri(instrument.key)

    def iri(self, key: Key) -> URIRef:
        return self.base[str(key)]

    def said(self, words: str) -> Literal:
        return Literal(legible(words), lang=self.source.language)

    def triples(self) -> Iterator[Triple]:
        instrument, me = self.instrument, self.me
        entry = Entry.of(instrument, facts=self.facts)
        yield from expression(entry, str(self.base))
        if self.specimen:
            yield entry.iri(str(self.base)), RES.specimen, Literal(True)
        yield me, RDF.type, RES.Instrument
        yield me, RDF.type, ELI.LegalResource
        yield me, RES.key, Literal(str(instrument.key))
        yield me, RES.instrument, INSTRUMENT[instrument.key.instrument]
        yield me, DCTERMS.title, self.said(instrument.title)
        parts: list[Division | Provision] = [*instrument.divisions, *instrument.provisions]
        title = next(block for block in instrument.blocks if block.role == "title")
        rest: list[Footnote | Block] = [*instrument.footnotes, title]
        for order, thing in enumerate(sorted([*parts, *rest], key=lambda thing: thing.span), 1):
            if isinstance(thing, (Footnote, Block)):
                yield from self.beside(order, thing)
            else:
                yield from self.part(order, thing)

    def where(self, order: int, key: Key, span: Span) -> Iterator[Triple]:
        """What every part has: its place in the instrument and in the characters of the source."""
        me = self.iri(key)
        yield me, RES.inEdition, self.me
        yield me, RES.part, Literal(key.path)
        yield me, RES.key, Literal(str(key))
        yield me, RES.order, integer(order)
        selector = URIRef(f"{me}#span")
        yield me, OA.hasSelector, selector
        yield selector, RDF.type, OA.TextPositionSelector
        yield selector, OA.start, integer(span.start)
        yield selector, OA.end, integer(span.end)

    def part(self, order: int, thing: Division | Provision) -> Iterator[Triple]:
        me, key = self.iri(thing.key), thing.key
        yield me, RDF.type, RES.Provision
        yield me, RDF.type, ELI.LegalResourceSubdivision
        yield me, ELI.is_part_of, self.iri(thing.within) if thing.within else self.me
        yield me, RES.instrument, INSTRUMENT[key.instrument]
        if key.unit in _UNITS and not key.part:
            yield me, RES.unit, Literal(key.unit)
            yield me, RES.number, Literal(key.provision)
        for code in thing.amended:
            yield me, RES.amendedBy, CONFERENCE[_conferences()[code]]
        if thing.suppressed:
            yield me, RES.suppressed, Literal(True)
        if thing.title and not self.facts:
            yield me, DCTERMS.title, self.said(thing.title)
        if isinstance(thing, Provision):
            if thing.marker:
                yield me, RES.marker, Literal(legible(thing.marker))
            if not self.facts and not thing.suppressed:
                yield me, RES.text, self.said(self.instrument.words(thing))
        yield from self.where(order, key, thing.span)

    def beside(self, order: int, thing: Footnote | Block) -> Iterator[Triple]:
        key = self.instrument.key.at(thing.part or "")
        me = self.iri(key)
        body = thing.body if isinstance(thing, Footnote) else thing.span
        if isinstance(thing, Footnote):
            yield me, RDF.type, RES.Footnote
            yield me, RES.on, self.me
        else:
            yield me, RDF.type, RES.Block
            yield me, RES.role, Literal(thing.role)
        if not self.facts:
            yield me, RES.text, self.said(self.source.view(body).text)
        yield from self.where(order, key, thing.span)


@cache
def _conferences() -> dict[str, str]:
    """The code of a conference -> the end of its IRI."""
    return {code: meeting.slug for meeting in reversed(vocabulary.conferences()) for code in meeting.codes}
