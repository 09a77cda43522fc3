"""Which edition answers when, as far as the store knows: a derived graph, so that a question only looks it up.

Of each edition that the store holds: the day from which it answers, the day until which (the first of the year in which the next
edition that is held was adopted), and the day of the next edition that is known by name only, if that comes before.  Of works
of which it holds a later edition only: the earlier ones that are known by name, and when they were in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import XSD, Literal, URIRef

from resograph.terms import ACTOR, RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

ALWAYS, NEVER = "0001-01-01", "9999-12-31"
"""The days that stand for no beginning (an edition without a year) and no end, so that a question can compare without asking."""


@dataclass(frozen=True, slots=True)
class Held:
    """An edition that the store holds: its expression, the time in which it answers, the day of the next known by name."""

    edition: str
    expression: str
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


def objects(store: ox.Store, predicate: str) -> Iterator[tuple[str, str]]:
    """The subjects and objects of every statement with *predicate*."""
    import pyoxigraph as ox

    for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, None):
        yield quad.subject.value, quad.object.value  # type: ignore[union-attr]


def held(store: ox.Store) -> Iterator[Held]:
    """The editions that the store holds, in the order of their names."""
    editions, days = _editions(store)
    marked = {subject for subject, value in objects(store, str(RES.specimen)) if value == "true"}
    work_of = dict(objects(store, str(RES.ofWork)))
    for edition, expression in sorted(editions.items()):
        known = days.get(work_of.get(edition, ""), {})
        since = known.get(edition, ALWAYS)
        later = [(day, other in editions) for other, day in known.items() if day > since]
        until = min((day for day, is_held in later if is_held), default=NEVER)
        named = min((day for day, is_held in later if not is_held), default=NEVER)
        yield Held(edition, expression, since, until, named if named < until else NEVER, expression in marked)


def missing(store: ox.Store) -> Iterator[Missing]:
    """Of works of which the store holds an edition (specimens apart): those known by name before the first that is held."""
    _, days = _editions(store)
    first: dict[str, str] = {}
    work_of = dict(objects(store, str(RES.ofWork)))
    for one in held(store):
        if not one.specimen and one.edition in work_of:
            work = work_of[one.edition]
            first[work] = min(first.get(work, NEVER), one.since)
    for work, end in sorted(first.items()):
        named = sorted((day, edition) for edition, day in days.get(work, {}).items() if day < end)
        for (since, edition), (until, _) in pairwise([*named, (end, "")]):
            yield Missing(edition, since, until)


def _editions(store: ox.Store) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The expression that answers for each edition, and of each work the first days of the years of all editions known."""
    editions = {edition: expression for expression, edition in objects(store, str(RES.answersFor))}
    years = dict(objects(store, str(RES.year)))
    days: dict[str, dict[str, str]] = defaultdict(dict)
    for edition, work in objects(store, str(RES.ofWork)):
        if edition in years:
            days[work][edition] = f"{years[edition]}-01-01"
    return editions, days


def triples(store: ox.Store, base: str) -> Iterator[Triple]:  # noqa: ARG001  # a maker is given the base
    """The graph ``standing``."""
    for one in held(store):
        me = URIRef(one.expression)
        yield me, RES.answersFrom, day(one.since)
        yield me, RES.answersUntil, day(one.until)
        yield me, RES.answersAsSpecimen, Literal(one.specimen)
        if one.next_named != NEVER:
            yield me, RES.nextNamed, day(one.next_named)
    for actor, sector in dict.fromkeys(objects(store, str(RES.ofSector))):
        if actor.startswith(ACTOR):
            yield URIRef(actor), RES.actsIn, URIRef(sector)
    for lost in missing(store):
        yield URIRef(lost.edition), RES.missingFrom, day(lost.since)
        yield URIRef(lost.edition), RES.missingUntil, day(lost.until)


def day(date: str) -> Literal:
    """A day as a literal."""
    return Literal(date, datatype=XSD.date)
