"""Pairs in force together: a derived graph over ``likeness``, so that a question meets only what it asks about.

A likeness is one of wordings, and a wording stands in every edition that kept it.  Here stand the pairs of clauses of different works,
each with the spans of time in which both editions answer (``spans``); the common matters of two editions have such spans too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from rdflib import RDF, Literal, URIRef

from resograph import spans
from resograph.standing import Held, held, objects, sectors_of
from resograph.terms import CITO, RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple


def triples(store: ox.Store, base: str) -> Iterator[Triple]:
    """The graph ``pairs``."""
    editions = {one.edition: one for one in held(store)}
    days = spans.days(editions.values())
    me = f"{base}graph/pairs#"
    yield from spans.triples("like", days, me)
    yield from _clauses(store, editions, days, me)
    yield from spans.triples("matter", days, me)
    for matter, pair in _likened(store, RES.CommonMatter).items():
        found = [editions[edition] for edition in pair if edition in editions]
        if len(found) == 2:
            yield URIRef(matter), RES.ofSpecimens, Literal(any(one.specimen for one in found))
            for span in spans.together("matter", found, days, me):
                yield URIRef(matter), RES.during, span


def _likened(store: ox.Store, kind: URIRef) -> dict[str, list[str]]:
    """What each node of the class *kind* likens: two things, or one that is like itself."""
    import pyoxigraph as ox

    of_kind = {quad.subject.value for quad in store.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(str(kind)), None)}  # type: ignore[union-attr]
    found: dict[str, list[str]] = defaultdict(list)
    for node, thing in objects(store, str(RES.likens)):
        if node in of_kind:
            found[node].append(thing)
    return {node: sorted(found[node]) for node in sorted(found)}


def _clauses(store: ox.Store, editions: dict[str, Held], days: list[str], me: str) -> Iterator[Triple]:
    clauses: dict[str, list[str]] = defaultdict(list)
    for clause, wording in objects(store, str(RES.wording)):
        clauses[wording].append(clause)
    worded = {clause for places in clauses.values() for clause in places}
    edition_of = {part: edition for part, edition in objects(store, str(RES.inEdition)) if part in worded}
    works, party_of = dict(objects(store, str(RES.ofWork))), sectors_of(store)
    selves = {citation for citation, value in objects(store, str(RES.selfCitation)) if value == "true"}
    of_themselves = {clause for citation, clause in objects(store, str(CITO.hasCitingEntity)) if citation in selves}
    order = 0
    for likeness, wordings in _likened(store, RES.Likeness).items():
        one, other = wordings[0], wordings[-1]
        for first, second in product(clauses[one], clauses[other]):
            if one == other and first >= second:
                continue
            both = [editions[edition] for clause in (first, second) if (edition := edition_of.get(clause, "")) in editions]
            if len(both) < 2 or works.get(both[0].edition) == works.get(both[1].edition):
                continue
            shared = list(spans.together("like", both, days, me))
            if shared:
                order += 1
                pair = URIRef(f"{me}pair-{order}")
                yield pair, RDF.type, RES.LikePair
                yield pair, RES.ofLikeness, URIRef(likeness)
                yield pair, RES.pairs, URIRef(first)
                yield pair, RES.pairs, URIRef(second)
                yield pair, RES.ofSpecimens, Literal(any(edition.specimen for edition in both))
                for clause, its in zip((first, second), both, strict=True):
                    for party in () if clause in of_themselves else party_of.get(its.body) or [its.body]:
                        yield pair, RES.pairsParty, URIRef(party)
                for span in shared:
                    yield pair, RES.during, span
