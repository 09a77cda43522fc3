"""Marks on norms, annexes, editions and terms: a derived graph, so that a question need not look through all of them.

A norm without addressee is ``unaddressed`` (declarations, which ask for no act, are not), one whose act is a report is ``reporting``
(``extract/LANGUAGE/acts.toml``).  An annex says how many clauses and norms stand in it, an expression how many norms address
each Sector, and all of them; a citation says whose work it names.  An abbreviation that stands for several things has a *usage*
for each, with the editions that give it; an actor that the texts of one body name and no others is an *own actor* of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rdflib import RDF, Literal, URIRef

from resograph import assets
from resograph.rules import table
from resograph.standing import Held, bodies_of, held, objects, sectors_of
from resograph.terms import RES, SECTOR

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

SECTORS = {str(SECTOR["itu-r"]): RES.normsToR, str(SECTOR["itu-t"]): RES.normsToT, str(SECTOR["itu-d"]): RES.normsToD}
_Graph = Callable[[URIRef], list[tuple[str, str]]]
_ANNEXES = ("annex", "appendix", "attachment")


def triples(store: ox.Store, base: str) -> Iterator[Triple]:
    """The graph ``marks``."""
    sectors, bodies_by_actor = sectors_of(store), bodies_of(store)
    editions, bodies = list(held(store)), dict(objects(store, str(RES.body)))
    for one in editions:
        pairs = _graph(store, one)
        yield from _norms(pairs)
        yield from _sectors(one, pairs, sectors)
        yield from _citations(pairs, bodies, sectors)
        yield from _addressed(pairs, sectors, bodies_by_actor)
        yield from _annexes(pairs)
    yield from _usages(store, editions, f"{base}graph/marks#")
    yield from _own_actors(store, editions, f"{base}graph/marks#")


def _graph(store: ox.Store, one: Held) -> _Graph:
    """The graph of the edition *one*, asked for the subjects and objects of a predicate."""
    return lambda predicate: list(objects(store, str(predicate), one.expression))


def _norms(pairs: _Graph) -> Iterator[Triple]:
    language = next((value for _, value in pairs(RES.language)), "en")
    addressed = {norm for norm, _ in pairs(RES.addressee)}
    for norm, modality in pairs(RES.modality):
        if norm not in addressed and modality != str(RES.declaration):
            yield URIRef(norm), RES.unaddressed, Literal(True)
    known = (assets.RULES / language / "acts.toml").is_file()
    rules = [rule for rule in table("acts", language) if rule.name == "report"] if known else []
    for norm, action in pairs(RES.action):
        if any(rule.search(action) for rule in rules):
            yield URIRef(norm), RES.reporting, Literal(True)


def _sectors(one: Held, pairs: _Graph, sectors: dict[str, list[str]]) -> Iterator[Triple]:
    """The norms that address actors of each Sector, of an edition with some for each."""
    addressed: dict[str, set[str]] = defaultdict(set)
    for norm, actor in pairs(RES.addressee):
        for sector in sectors.get(actor, ()):
            if sector in SECTORS:
                addressed[sector].add(norm)
    if addressed.keys() >= SECTORS.keys():
        for sector, term in SECTORS.items():
            yield URIRef(one.expression), term, Literal(len(addressed[sector]))
        yield URIRef(one.expression), RES.normsToAll, Literal(len(set.intersection(*addressed.values())))


def _citations(pairs: _Graph, bodies: dict[str, str], sectors: dict[str, list[str]]) -> Iterator[Triple]:
    """The Sector, or body outside the Sectors, whose work each citation of another text names."""
    selves = dict(pairs(RES.selfCitation))
    for citation, work in pairs(RES.citedWork):
        if selves.get(citation) == "false" and (body := bodies.get(work)):
            for party in sectors.get(body) or {body}:
                yield URIRef(citation), RES.citesParty, URIRef(party)


def _addressed(pairs: _Graph, sectors: dict[str, list[str]], bodies_of: dict[str, list[str]]) -> Iterator[Triple]:
    """The Sectors, or bodies that are actors too, of those whom each norm addresses."""
    for norm, actor in pairs(RES.addressee):
        for party in sectors.get(actor) or bodies_of.get(actor) or ():
            yield URIRef(norm), RES.addressesParty, URIRef(party)


def _annexes(pairs: _Graph) -> Iterator[Triple]:
    part = dict(pairs(RES.part))
    annexes = {part[section]: section for section, role in pairs(RES.role) if role in _ANNEXES and section in part}
    if not annexes:
        return
    kinds = {node for node, kind in pairs(RDF.type) if kind == str(RES.AnnexClause)}
    sections = {node for node, kind in pairs(RDF.type) if kind == str(RES.Section)}
    norms: dict[str, int] = defaultdict(int)
    for _, clause in pairs(RES.inClause):
        norms[clause] += 1
    clauses: dict[str, list[str]] = defaultdict(list)
    for clause in kinds:
        path = part.get(clause, "")
        while path:
            clauses[path].append(clause)
            path = path.rpartition("/")[0]
    for path, annex in annexes.items():
        if annex in sections:
            yield URIRef(annex), RES.clausesWithin, Literal(len(clauses[path]))
            yield URIRef(annex), RES.normsWithin, Literal(sum(norms[clause] for clause in clauses[path]))


def _usages(store: ox.Store, editions: list[Held], me: str) -> Iterator[Triple]:
    """The meanings of each abbreviation that has several; capitals and a plural at the end make no difference."""
    found: dict[tuple[str, bool], dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for one in editions:
        pairs = _graph(store, one)
        meanings: dict[str, list[str]] = defaultdict(list)
        for term, meaning in pairs(RES.meaning):
            meanings[term].append(meaning)
        for term, abbreviation in pairs(RES.abbreviation):
            for meaning in meanings[term]:
                for specimens in {one.specimen, True}:  # specimens are counted in when asked for
                    found[abbreviation, specimens][_folded(meaning)].append((meaning, one.edition))
    order = 0
    for (abbreviation, specimens), by_meaning in sorted(found.items()):
        for _, given in sorted(by_meaning.items()) if len(by_meaning) > 1 else ():
            order += 1
            usage = URIRef(f"{me}usage-{order}")
            yield usage, RDF.type, RES.Usage
            yield usage, RES.abbreviation, Literal(abbreviation)
            yield usage, RES.meaning, Literal(min(meaning for meaning, _ in given))
            yield usage, RES.withSpecimens, Literal(specimens)
            for edition in dict.fromkeys(edition for _, edition in given):
                yield usage, RES.givenIn, URIRef(edition)


def _own_actors(store: ox.Store, editions: list[Held], me: str) -> Iterator[Triple]:
    """The actors that clauses of one body name and those of no other."""
    named: dict[tuple[str, bool], dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for one in editions:
        for clause, actor in _graph(store, one)(RES.mentions):
            for specimens in {one.specimen, True}:
                named[actor, specimens][one.body].append((clause, one.edition))
    order = 0
    for (actor, specimens), by_body in sorted(named.items()):
        if len(by_body) > 1:
            continue
        ((body, places),) = by_body.items()
        order += 1
        own = URIRef(f"{me}own-actor-{order}")
        yield own, RDF.type, RES.OwnActor
        yield own, RES.ofActor, URIRef(actor)
        yield own, RES.ofBody, URIRef(body)
        yield own, RES.clausesWithin, Literal(len({clause for clause, _ in places}))
        yield own, RES.editions, Literal(len({edition for _, edition in places}))
        yield own, RES.example, URIRef(min(clause for clause, _ in places))
        yield own, RES.withSpecimens, Literal(specimens)


def _folded(meaning: str) -> str:
    folded = meaning.lower()
    return folded[:-3] + "y" if folded.endswith("ies") else folded.removesuffix("s")
