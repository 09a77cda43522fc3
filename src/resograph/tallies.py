"""Counts over all editions in force, for every time: a derived graph, so that a question reads its answer and counts nothing.

What is in force changes on few days: the first of each year in which an edition that is held, or known by name, was adopted.
Between two of them, in a *span*, every count stays.  A tally is a count with the spans in which it holds; the specimens that ship have
tallies of their own, to be added or left out, and the span without an end or a beginning is that of all editions held.
What is cited and not held does not depend on a day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SKOS

from resograph.standing import ALWAYS, NEVER, Held, day, held, objects
from resograph.terms import BODY, CITO, RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

Count = tuple[int, ...]
COUNTS = {"workload": (RES.norms, RES.obligations, RES.invitations, RES.editions), "matrix": (RES.citations, RES.instructions)}
"""What a tally of each kind counts, in the order of its numbers."""


@dataclass(frozen=True)
class Counts:
    """What one edition adds: to the workload of each actor by the body that asks, and to each cell of the matrix (who speaks, of or to whom)."""

    workload: dict[tuple[str, ...], Count] = field(default_factory=dict)
    matrix: dict[tuple[str, ...], Count] = field(default_factory=dict)


class _Texts:
    """The graphs of the expressions that answer, asked for what is counted."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def pairs(self, predicate: str, graph: str) -> Iterator[tuple[str, str]]:
        """Subjects and objects of *predicate* in the named graph *graph*."""
        import pyoxigraph as ox

        for quad in self.store.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.NamedNode(graph)):
            yield quad.subject.value, quad.object.value  # type: ignore[union-attr]

    def unread_provisions(self, graph: str) -> set[str]:
        """The provisions that the named graph *graph* knows of and no graph has the place of, in a text."""
        import pyoxigraph as ox

        found = self.store.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(RES.Provision), ox.NamedNode(graph))
        place = ox.NamedNode(RES.inEdition)
        return {quad.subject.value for quad in found if not any(self.store.quads_for_pattern(quad.subject, place, None))}  # type: ignore[union-attr]

    @cached_property
    def sectors(self) -> dict[str, list[str]]:
        """The Sectors of bodies and actors."""
        found: dict[str, list[str]] = defaultdict(list)
        for thing, sector in objects(self.store, str(RES.ofSector)):
            if sector not in found[thing]:
                found[thing].append(sector)
        return found

    @cached_property
    def body_of_actor(self) -> dict[str, list[str]]:
        """The bodies that are actors too: the Council."""
        found: dict[str, list[str]] = defaultdict(list)
        for body, actor in objects(self.store, str(SKOS.exactMatch)):
            if body.startswith(BODY) and body not in found[actor]:
                found[actor].append(body)
        return found

    def counts(self, one: Held) -> Counts:
        """What the edition *one* adds."""
        graph = one.expression
        bodies = dict(self.pairs(str(RES.body), graph))
        own = bodies.get(one.edition, "")
        modality, force = dict(self.pairs(str(RES.modality), graph)), dict(self.pairs(str(RES.force), graph))
        workload: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 1])
        instructed: set[tuple[str, str]] = set()
        for norm, actor in self.pairs(str(RES.addressee), graph):
            if norm not in modality or not own:  # a heading has addressees too
                continue
            numbers = workload[actor, own]
            numbers[0] += 1
            numbers[1] += modality[norm] == str(RES.obligation)
            numbers[2] += modality[norm] == str(RES.invitation)
            if force.get(norm) == "instruct":
                instructed |= {(norm, to) for to in self.sectors.get(actor) or self.body_of_actor.get(actor) or ()}
        selves = dict(self.pairs(str(RES.selfCitation), graph))
        works = (work for citation, work in self.pairs(str(RES.citedWork), graph) if selves.get(citation) == "false")
        cited = Counter(to for work in works if (body := bodies.get(work)) for to in self.sectors.get(body) or [body])
        told = Counter(to for _, to in instructed)
        speakers = (self.sectors.get(own) or [own]) if own else []
        matrix: dict[tuple[str, ...], Count] = {(who, to): (cited[to], told[to]) for who in speakers for to in {*cited, *told}}
        return Counts({about: tuple(numbers) for about, numbers in workload.items()}, matrix)


def triples(store: ox.Store, base: str) -> Iterator[Triple]:
    """The graph ``tallies``."""
    texts, editions = _Texts(store), list(held(store))
    counts = [(one, texts.counts(one)) for one in editions]
    me = f"{base}graph/tallies#"
    yield from _spans(editions, me)
    for kind in COUNTS:
        yield from _tallies(kind, counts, me)
    yield from _not_held(texts, editions, me)


# --- spans ------------------------------------------------------------------------------------------------------------


def _days(editions: list[Held]) -> list[str]:
    """The days on which something changes, from the beginning of time."""
    return sorted({ALWAYS, *(day for one in editions for day in (one.since, one.until, one.next_named) if day != NEVER)})


def _span(me: str, since: str) -> URIRef:
    return URIRef(f"{me}from-{since}") if since else URIRef(f"{me}all-editions")


def _spans(editions: list[Held], me: str) -> Iterator[Triple]:
    for since in ["", *_days(editions)]:
        span = _span(me, since)
        yield span, RDF.type, RES.Span
        yield span, RES.spanFrom, day(since or ALWAYS)
        yield span, RES.allEditions, Literal(not since)


# --- tallies ----------------------------------------------------------------------------------------------------------


def _tallies(kind: str, counts: list[tuple[Held, Counts]], me: str) -> Iterator[Triple]:
    """Each sum with the spans in which it holds."""
    spans: dict[tuple[tuple[str, ...], bool, Count, bool], list[str]] = defaultdict(list)
    for since in ["", *_days([one for one, _ in counts])]:
        sums: dict[tuple[tuple[str, ...], bool], list[int]] = {}
        unsure: dict[tuple[tuple[str, ...], bool], bool] = defaultdict(bool)
        for one, its in counts:
            if since and not one.since <= since < one.until:
                continue
            named_since = one.next_named <= since if since else one.next_named != NEVER
            for about, numbers in getattr(its, kind).items():
                total = sums.setdefault((about, one.specimen), [0] * len(numbers))
                total[:] = map(sum, zip(total, numbers, strict=True))
                unsure[about, one.specimen] |= named_since
        for (about, specimen), total in sums.items():
            spans[about, specimen, tuple(total), unsure[about, specimen]].append(since)
    for order, ((about, specimen, numbers, doubt), during) in enumerate(spans.items(), 1):
        tally = URIRef(f"{me}{kind}-{order}")
        yield tally, RDF.type, RES.Tally
        for since in during:
            yield tally, RES.during, _span(me, since)
        for role, who in zip((RES.ofActor, RES.ofBody) if kind == "workload" else (RES.speaker, RES.spokenOf), about, strict=True):
            yield tally, role, URIRef(who)
        for counted, number in zip(COUNTS[kind], numbers, strict=True):
            yield tally, counted, Literal(number)
        yield tally, RES.ofSpecimens, Literal(specimen)
        yield tally, RES.laterMissing, Literal(doubt)


# --- what is cited and not held ---------------------------------------------------------------------------------------


def _not_held(texts: _Texts, editions: list[Held], me: str) -> Iterator[Triple]:
    """Each target of citations that the store has no text or facts of, with their number and the first part that cites it."""
    here = {one.edition for one in editions}
    works = {work for edition, work in objects(texts.store, str(RES.ofWork)) if edition in here}
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for one in editions:
        graph = one.expression
        selves = dict(texts.pairs(str(RES.selfCitation), graph))
        edition_of, work_of = dict(texts.pairs(str(RES.citedEdition), graph)), dict(texts.pairs(str(RES.citedWork), graph))
        provisions = texts.unread_provisions(graph)
        target = dict(texts.pairs(str(CITO.hasCitedEntity), graph))
        for citation, carrier in texts.pairs(str(CITO.hasCitingEntity), graph):
            if selves.get(citation) != "false":
                continue
            edition, work, cited = edition_of.get(citation, ""), work_of.get(citation, ""), target.get(citation, "")
            if edition and edition not in here:
                found[edition, "edition", one.specimen].append(carrier)
            if work and not edition and work not in works:
                found[work, "work", one.specimen].append(carrier)
            if cited in provisions:
                found[cited, "provision", one.specimen].append(carrier)
    for order, ((cited, what, specimen), carriers) in enumerate(sorted(found.items()), 1):
        gap = URIRef(f"{me}not-held-{order}")
        yield gap, RDF.type, RES.Gap
        yield gap, RES.notHeld, URIRef(cited)
        yield gap, RES.targetKind, Literal(what)
        yield gap, RES.citations, Literal(len(carriers))
        yield gap, RES.firstCitation, URIRef(min(carriers))
        yield gap, RES.ofSpecimens, Literal(specimen)
