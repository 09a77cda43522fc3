"""Which edition answers when, as far as the store knows: a derived graph, so that a question only looks it up.

An edition is in force from the day on which the meeting that adopted it ended, as in the catalogue (``catalogue.adoption_day``),
until the next one is, or its work has ended.  What the store holds is less: of each edition that it holds, the day from which it
answers, the day until which (that of the next edition held, or of the end of the work), and the day of the next edition that is known
by name only, if that comes before.  Of works of which it holds a later edition only: the earlier ones that are known by
name, and when they were in force.  An edition that is only cited, and that the whole history of its work denies, is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import XSD, Literal, URIRef
from rdflib.namespace import SKOS

from resograph.catalogue import adoption_day
from resograph.terms import ACTOR, BODY, ELI, RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

ALWAYS, NEVER = "0001-01-01", "9999-12-31"
"""The days that stand for no beginning (an edition without a year) and no end, so that a question can compare without asking."""


@dataclass(frozen=True, slots=True)
class Held:
    """An edition that the store holds: its expression, its body, the time in which it answers, the day of the next known by name."""

    edition: str
    expression: str
    body: str
    since: str
    until: str
    next_named: str
    specimen: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """An edition that is known by name only, before the first of its work that is held, with its time in force."""

    edition: str
    since: str
    until: str


def objects(store: ox.Store, predicate: str, graph: str = "") -> Iterator[tuple[str, str]]:
    """The subjects and objects of every statement with *predicate*, in the named graph *graph* or in all."""
    import pyoxigraph as ox

    for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.NamedNode(graph) if graph else None):
        yield quad.subject.value, quad.object.value  # type: ignore[union-attr]


@dataclass(frozen=True)
class Known:
    """What the store knows of editions: who answers for them, of which work and body they are, from which day they are in force."""

    expressions: dict[str, str]
    work_of: dict[str, str]
    body_of: dict[str, str]
    days: dict[str, dict[str, str]]
    ends: dict[str, str]


def known(store: ox.Store) -> Known:
    """The editions of *store*, by the days on which they came into force, and the days on which works ended."""
    body_of, work_of = dict(objects(store, str(RES.body))), dict(objects(store, str(RES.ofWork)))
    year_of, catalogued = dict(objects(store, str(RES.year))), dict(objects(store, str(ELI.first_date_entry_in_force)))
    whole, existence = dict(objects(store, str(RES.completeUntil))), dict(objects(store, str(RES.existence)))
    days: dict[str, dict[str, str]] = defaultdict(dict)
    for edition, work in work_of.items():
        year = year_of.get(edition, "")
        if not year or (existence.get(edition) == "claimed" and year <= whole.get(work, "")):
            continue
        days[work][edition] = catalogued.get(edition) or adoption_day(_slug(body_of.get(edition) or body_of.get(work, "")), int(year))
    ends = {work: adoption_day(_slug(body_of.get(work, "")), int(year)) for work, year in objects(store, str(RES.endedIn))}
    return Known({edition: expression for expression, edition in objects(store, str(RES.answersFor))}, work_of, body_of, days, ends)


def held(store: ox.Store) -> Iterator[Held]:
    """The editions that the store holds, in the order of their names."""
    return _held(store, known(store))


def _held(store: ox.Store, its: Known) -> Iterator[Held]:
    marked = {subject for subject, value in objects(store, str(RES.specimen)) if value == "true"}
    for edition, expression in sorted(its.expressions.items()):
        work = its.work_of.get(edition, "")
        days = its.days.get(work, {})
        since = days.get(edition, ALWAYS)
        later = [(day, other in its.expressions) for other, day in days.items() if day > since]
        until = min([*(day for day, is_held in later if is_held), its.ends.get(work, NEVER)])
        named = min((day for day, is_held in later if not is_held), default=NEVER)
        body = its.body_of.get(edition) or its.body_of.get(work, "")
        yield Held(edition, expression, body, since, until, named if named < until else NEVER, expression in marked)


def _missing(its: Known, editions: Iterable[Held]) -> Iterator[Missing]:
    """Of works of which the store holds an edition (specimens apart): those known by name before the first that is held."""
    first: dict[str, str] = {}
    for one in editions:
        if not one.specimen and one.edition in its.work_of:
            work = its.work_of[one.edition]
            first[work] = min(first.get(work, NEVER), one.since)
    for work, end in sorted(first.items()):
        named = sorted((day, edition) for edition, day in its.days.get(work, {}).items() if day < end)
        for (since, edition), (until, _) in pairwise([*named, (end, "")]):
            yield Missing(edition, since, until)


def sectors_of(store: ox.Store) -> dict[str, list[str]]:
    """The Sectors of each body and actor that has some; any other body is a party of its own."""
    return _listed(objects(store, str(RES.ofSector)))


def bodies_of(store: ox.Store) -> dict[str, list[str]]:
    """The bodies that an actor is, of each that is one: the Council."""
    return _listed((actor, body) for body, actor in objects(store, str(SKOS.exactMatch)) if body.startswith(BODY))


def _listed(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The second things of *pairs* by the first, each once and in their order."""
    found: dict[str, list[str]] = {}
    for one, other in dict.fromkeys(pairs):
        found.setdefault(one, []).append(other)
    return found


def triples(store: ox.Store, base: str) -> Iterator[Triple]:  # noqa: ARG001  # a maker is given the base
    """The graph ``standing``."""
    sectors, its = sectors_of(store), known(store)
    editions = list(_held(store, its))
    for one in editions:
        me = URIRef(one.expression)
        yield me, RES.answersFrom, day(one.since)
        yield me, RES.answersUntil, day(one.until)
        yield me, RES.answersAsSpecimen, Literal(one.specimen)
        if one.body:
            yield me, RES.answersOf, URIRef(one.body)
            for party in sectors.get(one.body) or [one.body]:
                yield me, RES.partyOf, URIRef(party)
        if one.next_named != NEVER:
            yield me, RES.nextNamed, day(one.next_named)
    for actor in sectors:
        if actor.startswith(ACTOR):
            for sector in sectors[actor]:
                yield URIRef(actor), RES.actsIn, URIRef(sector)
    for lost in _missing(its, editions):
        yield URIRef(lost.edition), RES.missingFrom, day(lost.since)
        yield URIRef(lost.edition), RES.missingUntil, day(lost.until)


def day(date: str) -> Literal:
    """A day as a literal."""
    return Literal(date, datatype=XSD.date)


def _slug(body: str) -> str:
    return body.removeprefix(BODY)
