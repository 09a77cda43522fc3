"""A comparison as triples (docs/graph.md), and the graph "changes" of a store: those of the consecutive editions of each work.

    <comparison>  a res:Comparison, prov:Activity ; prov:used <expression of the old>, <expression of the new> .
    <change>      a res:Change ; res:inComparison <comparison> ; res:changeKind res:reworded ; res:before <clause> ; res:after <clause> .
    <new clause>  prov:wasDerivedFrom <old clause> .        # each pair; prov:wasRevisionOf too where one clause became one

Words are not repeated: they stand in the graphs of the expressions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from rdflib import RDF, Literal, URIRef
from rdflib.namespace import PROV

from resograph.diff.compare import compare
from resograph.diff.model import Alignment, Change, CitationChange, Clause, Duty, DutyChange, Edition, Reference
from resograph.graph import Triple, as_quads, write
from resograph.keys import Key, slug
from resograph.terms import ELI, RES

if TYPE_CHECKING:
    import pyoxigraph as ox


def as_turtle(alignment: Alignment) -> str:
    """The comparison as Turtle, with the files that it rests on."""
    found = [*triples(alignment), *_source(alignment.old), *_source(alignment.new)]
    return write(as_quads(None, found), "turtle", base=alignment.new.base)


def changes(store: ox.Store, base: str) -> Iterator[Triple]:
    """The maker of the derived graph "changes": each edition held compared with the one held before it."""
    return changes_of(store, base, None)


def changes_of(store: ox.Store, base: str, works: Collection[str] | None) -> Iterator[Triple]:
    """The part of the graph "changes" that speaks of *works* (their keys; None: of all)."""
    from resograph.diff.sources import answering, of_store

    held = answering(store, base)
    editions_of: dict[Key, list[Key]] = defaultdict(list)
    for key in map(Key.parse, sorted(held)):
        if key.year and (works is None or str(key.work) in works):
            editions_of[key.work].append(key)
    for editions in editions_of.values():
        before: Edition | None = None
        for key in sorted(editions, key=lambda edition: edition.year or 0) if len(editions) > 1 else ():
            edition = of_store(store, held[str(key)], base)
            if before is not None:
                yield from triples(compare(before, edition))
            before = edition


def triples(alignment: Alignment) -> Iterator[Triple]:
    """What *alignment* says, in reading order."""
    old, new = alignment.old, alignment.new
    before, after = _iri(old, ""), _iri(new, "")
    since = str(old.key.year) if old.key.work == new.key.work and old.key.year else slug(str(old.key))
    me = URIRef(f"{after}#since-{since}")
    yield me, RDF.type, RES.Comparison
    yield me, RDF.type, PROV.Activity
    yield me, RES.before, before
    yield me, RES.after, after
    yield me, PROV.used, URIRef(old.expression)
    yield me, PROV.used, URIRef(new.expression)
    if old.key.work == new.key.work and (old.key.year or 0) < (new.key.year or 0):
        yield after, PROV.wasRevisionOf, before
        yield after, ELI.changes, before
    for number, change in enumerate(alignment.changes, 1):
        yield from _change(me, number, change, old, new)


def _change(comparison: URIRef, number: int, change: Change, old: Edition, new: Edition) -> Iterator[Triple]:
    me = URIRef(f"{comparison}-{number}")
    olds, news = [_iri(old, clause.part) for clause in change.old], [_iri(new, clause.part) for clause in change.new]
    yield me, RDF.type, RES.Change
    yield me, RES.inComparison, comparison
    yield me, PROV.wasGeneratedBy, comparison
    yield me, RES.order, Literal(number)
    for kind in change.kinds:
        yield me, RES.changeKind, RES[kind]
    for clause in olds:
        yield me, RES.before, clause
    for clause in news:
        yield me, RES.after, clause
    if change.similarity is not None:
        yield me, RES.similarity, Literal(change.similarity)
    for clause in news:
        for source in olds:
            yield clause, PROV.wasDerivedFrom, source
            if len(olds) == len(news) == 1:
                yield clause, PROV.wasRevisionOf, source
            if not change.same_words:
                yield clause, ELI.changes, source
    for count, citation in enumerate(change.citations, 1):
        yield from _citation(URIRef(f"{me}-citation-{count}"), me, citation, change, old, new)
    for count, duty in enumerate(change.duties, 1):
        yield from _duty(URIRef(f"{me}-norm-{count}"), me, duty, old, new)


def _citation(me: URIRef, change: URIRef, found: CitationChange, whole: Change, old: Edition, new: Edition) -> Iterator[Triple]:
    yield me, RDF.type, RES.CitationChange
    yield me, RES.inChange, change
    yield me, RES.changeKind, RES[found.kind]
    for link, edition, clauses, references in ((RES.before, old, whole.old, found.old), (RES.after, new, whole.new, found.new)):
        for reference in references:
            yield me, link, _place_of(reference, clauses, edition)


def _place_of(reference: Reference, clauses: Iterable[Clause], edition: Edition) -> URIRef:
    """The citation as the graph of its edition names it."""
    part = next(clause.part for clause in clauses if reference in clause.citations)
    return URIRef(f"{_iri(edition, part)}#citation-{reference.number}")


def _duty(me: URIRef, change: URIRef, found: DutyChange, old: Edition, new: Edition) -> Iterator[Triple]:
    yield me, RDF.type, RES.NormChange
    yield me, RES.inChange, change
    yield me, RES.changeKind, RES[found.kind]
    if found.old:
        yield me, RES.before, _norm(found.old, old)
    if found.new:
        yield me, RES.after, _norm(found.new, new)
    for name in found.fields:
        yield me, RES.feature, Literal(name)


def _norm(duty: Duty, edition: Edition) -> URIRef:
    return URIRef(f"{_iri(edition, duty.part)}#norm-{duty.number}")


def _iri(edition: Edition, part: str) -> URIRef:
    return URIRef(edition.base + str(edition.key.at(part)))


def _source(edition: Edition) -> Iterator[Triple]:
    """The file that the expression of *edition* was read from."""
    expression, source = URIRef(edition.expression), URIRef(f"{edition.base}source/{edition.sha256}")
    yield expression, RDF.type, RES.Expression
    yield expression, ELI.realizes, _iri(edition, "")
    yield expression, PROV.hadPrimarySource, source
    yield source, RDF.type, RES.SourceFile
    yield source, RES.fileName, Literal(edition.file)
    yield source, RES.sha256, Literal(edition.sha256)
