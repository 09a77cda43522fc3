"""Counts over all editions in force, for every time: a derived graph, so that a question reads its answer and counts nothing.

A tally is a count with the spans of time in which it holds (``spans``); the specimens that ship have tallies of their own, to be
added or left out.
What is cited and not held does not depend on a day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import SKOS

from resograph import spans
from resograph.standing import NEVER, Held, bodies_of, held, objects, sectors_of
from resograph.terms import CITO, RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

Count = tuple[int, ...]
About = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of tally: what it is about (the roles, things or words), what it counts, and whether it names a clause as an example."""

    name: str
    roles: tuple[URIRef, ...]
    counts: tuple[URIRef, ...]
    example: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        Kind("workload", (RES.ofActor, RES.ofBody), (RES.norms, RES.obligations, RES.invitations, RES.editions)),
        Kind("matrix", (RES.speaker, RES.spokenOf), (RES.citations, RES.instructions)),
        Kind("address", (RES.speaker, RES.spokenOf, RES.ofForce), (RES.addresses,)),
        Kind("speech", (RES.speaker, RES.ofForce), (RES.norms,)),
        Kind("heading", (RES.ofBody, RES.ofRole, RES.ofHeading), (RES.sections, RES.editions)),
        Kind("consultation", (RES.ofActor, RES.consulted, RES.ofBody), (RES.norms, RES.editions), example=True),
        Kind("cited", (RES.ofCited, RES.ofBody), (RES.editions, RES.citations, RES.operativeCitations)),
        Kind("holding", (RES.ofBody,), (RES.editions, RES.worded)),
    )
}
WORDS = (RES.ofForce, RES.ofRole)
"""The roles that words play, and no things."""
OTHERS = str(RES.others)
"""Who is addressed and is of no Sector and no body."""


@dataclass
class Counts:
    """What one edition adds, by kind and by what it is about; for kinds with an example its first clause."""

    numbers: dict[str, dict[About, list[int]]] = field(default_factory=lambda: {name: {} for name in KINDS})
    first: dict[About, str] = field(default_factory=dict)

    def add(self, kind: str, about: About, *numbers: int) -> None:
        """Add *numbers* to what there is."""
        found = self.numbers[kind].setdefault(about, [0] * len(numbers))
        found[:] = map(sum, zip(found, numbers, strict=True))


class _Texts:
    """The graphs of the expressions that answer, asked for what is counted."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self.pairs = partial(objects, store)
        self.sectors, self.bodies = sectors_of(store), bodies_of(store)
        self.works = dict(objects(store, str(RES.ofWork)))

    def unread_provisions(self, graph: str) -> set[str]:
        """The provisions that the named graph *graph* knows of and no graph has the place of, in a text."""
        import pyoxigraph as ox

        found = self.store.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(RES.Provision), ox.NamedNode(graph))
        place = ox.NamedNode(RES.inEdition)
        return {quad.subject.value for quad in found if not any(self.store.quads_for_pattern(quad.subject, place, None))}  # type: ignore[union-attr]

    def parties(self, actor: str) -> list[str]:
        """The Sectors that *actor* is of, else the body that it is; none for others."""
        return self.sectors.get(actor) or self.bodies.get(actor) or []

    def counts(self, one: Held) -> Counts:
        """What the edition *one* adds."""
        found, graph = Counts(), one.expression
        if not one.body:
            return found
        speakers = self.sectors.get(one.body) or [one.body]
        self._norms(found, one, speakers)
        self._citations(found, one, speakers)
        roles = dict(self.pairs(str(RES.role), graph))
        headed = Counter((one.body, roles[section], verb) for section, verb in self.pairs(str(RES.verb), graph) if section in roles)
        for about, sections in headed.items():
            found.add("heading", about, sections, 1)
        worded = any(value == "false" for _, value in self.pairs(str(RES.factsOnly), graph))
        found.add("holding", (one.body,), 1, int(worded))
        return found

    def _norms(self, found: Counts, one: Held, speakers: list[str]) -> None:
        """Workload, consultations, and who is addressed with which verb."""
        graph = one.expression
        modality, force = dict(self.pairs(str(RES.modality), graph)), dict(self.pairs(str(RES.force), graph))
        clause_of = dict(self.pairs(str(RES.inClause), graph))
        addressees: dict[str, list[str]] = defaultdict(list)
        for norm, actor in self.pairs(str(RES.addressee), graph):
            if norm in modality:  # a heading has addressees too
                addressees[norm].append(actor)
        actors = {actor for named in addressees.values() for actor in named}
        for actor in actors:
            found.add("workload", (actor, one.body), 0, 0, 0, 1)
        for norm, named in addressees.items():
            is_obligation, is_invitation = (int(modality[norm] == str(kind)) for kind in (RES.obligation, RES.invitation))
            for actor in named:
                found.add("workload", (actor, one.body), 1, is_obligation, is_invitation, 0)
            verb = force.get(norm, "")
            for party in {to for actor in named for to in self.parties(actor) or [OTHERS]}:
                for speaker in speakers:
                    found.add("address", (speaker, party, verb), 1)
                    if verb == "instruct" and party != OTHERS:
                        found.add("matrix", (speaker, party), 0, 1)
            for speaker in speakers:
                found.add("speech", (speaker, verb), 1)
        consulted: dict[About, set[str]] = defaultdict(set)
        for norm, other in self.pairs(str(RES.counterpart), graph):
            for actor in addressees.get(norm, ()):
                if actor != other:
                    consulted[actor, other, one.body].add(norm)
        for about, norms in consulted.items():
            found.add("consultation", about, len(norms), 1)
            found.first[about] = min(clause_of.get(norm, "") for norm in norms)

    def _citations(self, found: Counts, one: Held, speakers: list[str]) -> None:
        """Who cites whom, and which works are cited, of other works."""
        graph = one.expression
        bodies, selves = dict(self.pairs(str(RES.body), graph)), dict(self.pairs(str(RES.selfCitation), graph))
        own = dict(self.pairs(str(RES.ofWork), graph)).get(one.edition)
        carrier, role = dict(self.pairs(str(CITO.hasCitingEntity), graph)), dict(self.pairs(str(RES.role), graph))
        cited: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for citation, work in self.pairs(str(RES.citedWork), graph):
            if selves.get(citation) != "false":
                continue
            for speaker in speakers:
                for party in self.sectors.get(bodies.get(work, "")) or [bodies.get(work, "")]:
                    if party:
                        found.add("matrix", (speaker, party), 1, 0)
            if work != own:
                cited[work][0] += 1
                cited[work][1] += role.get(carrier.get(citation, "")) == "operative"
        for work, (citations, operative) in cited.items():
            found.add("cited", (work, one.body), 1, citations, operative)


def triples(store: ox.Store, base: str) -> Iterator[Triple]:
    """The graph ``tallies``."""
    texts, editions = _Texts(store), list(held(store))
    counts = [(one, texts.counts(one)) for one in editions]
    me = f"{base}graph/tallies#"
    days, here = spans.days(editions), {texts.works.get(one.edition, "") for one in editions}
    for kind in KINDS.values():
        yield from spans.triples(kind.name, days, me)
        yield from _tallies(kind, counts, days, me, here)
    yield from _by_year(texts, editions, me)
    yield from _not_held(texts, editions, me)


# --- tallies ----------------------------------------------------------------------------------------------------------


def _tallies(kind: Kind, counts: list[tuple[Held, Counts]], days: list[str], me: str, here: set[str]) -> Iterator[Triple]:
    """Each sum with the spans in which it holds; of a cited work also whether it is one of those held (*here*)."""
    adding: dict[tuple[About, bool], list[tuple[Held, list[int], str]]] = defaultdict(list)
    for one, its in counts:
        for about, numbers in its.numbers[kind.name].items():
            adding[about, one.specimen].append((one, numbers, its.first.get(about, "") if kind.example else ""))
    order = 0
    for (about, specimen), parts in sorted(adding.items(), key=lambda item: item[0]):
        held_in: dict[tuple[Count, bool, str], list[str]] = defaultdict(list)
        for since in ["", *days]:
            there = [part for part in parts if not since or part[0].since <= since < part[0].until]
            if there:
                total = tuple(map(sum, zip(*(numbers for _, numbers, _ in there), strict=True)))
                unsure = any(one.next_named <= since if since else one.next_named != NEVER for one, _, _ in there)
                held_in[total, unsure, min(first for _, _, first in there)].append(since)
        for (sums, unsure, first), during in held_in.items():
            order += 1
            tally = URIRef(f"{me}{kind.name}-{order}")
            yield tally, RDF.type, RES.Tally
            for since in during:
                yield tally, RES.during, spans.span(kind.name, me, since)
            for role, who in zip(kind.roles, about, strict=True):
                yield tally, role, Literal(who) if role in WORDS else URIRef(who)
            for counted, number in zip(kind.counts, sums, strict=True):
                yield tally, counted, Literal(number)
            if kind.name == "cited":
                yield tally, RES.held, Literal(about[0] in here)
            if first:
                yield tally, RES.example, URIRef(first)
            yield tally, RES.ofSpecimens, Literal(specimen)
            yield tally, RES.laterMissing, Literal(unsure)


def _by_year(texts: _Texts, editions: list[Held], me: str) -> Iterator[Triple]:
    """What each actor, or several under one name, was asked to do in the editions of each year and body: held, in force or not."""
    years = dict(objects(texts.store, str(RES.year)))
    groups: dict[str, list[str]] = defaultdict(list)
    for group, member in objects(texts.store, str(SKOS.member)):
        groups[member].append(group)
    kinds = (RES.norms, RES.obligations, RES.invitations, RES.recurring, RES.editions)
    sums: dict[tuple[str, str, str, bool], list[int]] = defaultdict(lambda: [0] * len(kinds))
    for one in editions:
        modality, again = dict(texts.pairs(str(RES.modality), one.expression)), dict(texts.pairs(str(RES.frequency), one.expression))
        named: dict[str, set[str]] = defaultdict(set)
        for norm, actor in texts.pairs(str(RES.addressee), one.expression):
            if norm in modality:
                for who in (actor, *groups.get(actor, ())):
                    named[who].add(norm)
        for who, norms in named.items():
            asked = Counter(modality[norm] for norm in norms)
            recurring = sum(norm in again for norm in norms)
            found = sums[who, one.body, years.get(one.edition, ""), one.specimen]
            adds = (len(norms), asked[str(RES.obligation)], asked[str(RES.invitation)], recurring, 1)
            found[:] = map(sum, zip(found, adds, strict=True))
    for order, ((actor, body, year, specimen), numbers) in enumerate(sorted(sums.items()), 1):
        tally = URIRef(f"{me}year-{order}")
        yield tally, RDF.type, RES.Tally
        yield tally, RES.ofActor, URIRef(actor)
        if body:
            yield tally, RES.ofBody, URIRef(body)
        if year:
            yield tally, RES.inYear, Literal(year, datatype=XSD.gYear)
        for counted, number in zip(kinds, numbers, strict=True):
            yield tally, counted, Literal(number)
        yield tally, RES.ofSpecimens, Literal(specimen)


# --- what is cited and not held ---------------------------------------------------------------------------------------


def _not_held(texts: _Texts, editions: list[Held], me: str) -> Iterator[Triple]:
    """Each target of citations that the store has no text or facts of, with their number and the first part that cites it."""
    here = {one.edition for one in editions}
    works = {texts.works.get(edition, "") for edition in here}
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
