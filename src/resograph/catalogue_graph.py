"""The catalogue and the standing of citations in RDF: the derived graphs ``graph/catalogue`` and ``graph/citations``.

Every statement about an edition has its evidence beside it: a node that leads to the expression, the entry of a history, the
row of a table or the citation that it comes from.  What follows from several (revises, superseded by, dates) follows from the evidence
of the editions that it names and from that of the whole history of their work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV

from resograph import assets
from resograph.catalogue import Catalogue, Edition, Evidence, Work
from resograph.keys import Key
from resograph.namespaces import CONFERENCE
from resograph.status import Citing, Parts, Verdict, judge
from resograph.terms import BODY, ELI, RES
from resograph.witnesses import TABLES, Witnesses, of_store, of_tables, parts_in, table_iri

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

ALWAYS = "9999-12-31"  # "outdated" holds from a day on: the graph keeps that day, and whoever asks gives the date


def make_catalogue(store: ox.Store, base: str) -> Iterator[Triple]:
    """The maker of ``graph/catalogue``."""
    return catalogue_triples((of_store(store, base) + of_tables(base)).catalogue(), base)


def make_citations(store: ox.Store, base: str) -> Iterator[Triple]:
    """The maker of ``graph/citations``."""
    witnesses = of_store(store, base) + of_tables(base)
    return citation_triples(witnesses, witnesses.catalogue(), parts_in(store, base), base)


# --- the catalogue --------------------------------------------------------------------------------------------------


def catalogue_triples(catalogue: Catalogue, base: str) -> Iterator[Triple]:
    """The works of *catalogue* with their editions and the evidence for them."""
    me = URIRef(f"{base}graph/catalogue")
    yield me, RDF.type, PROV.Entity
    yield me, DCTERMS.title, Literal("Catalogue of editions", lang="en")
    yield me, PROV.wasDerivedFrom, URIRef(f"{base}graph/index")
    yield me, PROV.wasDerivedFrom, URIRef(f"{base}graph/vocabulary")
    for name in TABLES:
        path = assets.CORPUS / "catalogue" / name
        source = URIRef(table_iri(path, base))
        yield me, PROV.wasDerivedFrom, source
        yield source, RDF.type, RES.SourceFile
        yield source, RDF.type, PROV.Entity
        yield source, RES.fileName, Literal(name)
        yield source, RES.sha256, Literal(source.rpartition("/")[2])
        yield source, DCTERMS["format"], Literal("tsv")
    for work in catalogue.works.values():
        yield from _work(work, base)


def _work(work: Work, base: str) -> Iterator[Triple]:
    me, key = URIRef(base + str(work.key)), work.key
    yield me, RDF.type, RES.Work
    yield me, RDF.type, ELI.ComplexWork
    yield me, RES.key, Literal(str(key))
    yield me, RES.body, BODY[key.body]
    yield me, RES.kind, Literal(key.kind)
    yield me, RES.number, Literal(key.number)
    if work.specimen:
        yield me, RES.specimen, Literal(True)
    shown = list(work.complete_by)
    if work.complete:
        yield me, RES.completeUntil, _year(work.complete)
    if work.ending:
        yield me, RES.endedIn, _year(work.ending.year)
        if work.ending.into:
            yield me, RES.mergedInto, URIRef(base + str(work.ending.into))
        kind = "abrogation" if work.ending.where else "table"
        shown.append(Evidence(kind, work.ending.source, work.ending.where))
    yield from _evidence(me, shown, base)
    for edition in work.editions:
        yield me, ELI.has_member, URIRef(base + str(edition.key))  # the way back from an edition is in every text that cites it
        yield from _edition(edition, base)


def _edition(edition: Edition, base: str) -> Iterator[Triple]:
    me, key = URIRef(base + str(edition.key)), edition.key
    yield me, RDF.type, RES.Edition
    yield me, RES.ofWork, URIRef(base + str(key.work))
    yield me, RES.key, Literal(str(key))
    yield me, RES.year, _year(edition.year)
    yield me, RES.existence, Literal("proved" if edition.proved else "claimed")
    yield me, RES.held, Literal(edition.held)
    if edition.place:
        yield me, RES.placeName, Literal(edition.place)
    if edition.version:
        yield me, RES.version, Literal(edition.version)
    for meeting in edition.meetings:
        yield me, RES.adoptedBy, URIRef(CONFERENCE + meeting.slug)
    if edition.revises:
        yield me, RES.revises, URIRef(base + str(edition.revises))
    if edition.superseded_by:
        yield me, RES.supersededBy, URIRef(base + str(edition.superseded_by))
    if edition.proved:
        yield me, ELI.first_date_entry_in_force, _day(edition.since)
        yield me, RES.certainUntil, _day(edition.certain_until)
        yield me, RES.inForceUntil, _day(edition.until or ALWAYS)
    if edition.until:
        yield me, ELI.date_no_longer_in_force, _day(edition.until)
    for kind in dict.fromkeys(one.kind for one in edition.evidence):
        yield me, RES.knownBy, Literal(kind)
    yield from _evidence(me, edition.evidence, base)


def _evidence(me: URIRef, found: Iterable[Evidence], base: str) -> Iterator[Triple]:
    for number, one in enumerate(found, 1):
        node = URIRef(f"{me}#evidence-{number}")
        yield me, RES.evidence, node
        yield node, RDF.type, RES.Evidence
        yield node, RES.evidenceKind, Literal(one.kind)
        yield node, PROV.wasDerivedFrom, URIRef(one.source)
        if one.where:
            yield node, RES.statedIn, URIRef(base + str(one.where))
        if one.place:
            yield node, RES.placeName, Literal(one.place)


# --- the standing of citations --------------------------------------------------------------------------------------


def citation_triples(witnesses: Witnesses, catalogue: Catalogue, parts: Parts, base: str) -> Iterator[Triple]:
    """For each citation of an edition its three answers; for each fault an assessment with what is right and why."""
    me = URIRef(f"{base}graph/citations")
    yield me, RDF.type, PROV.Entity
    yield me, DCTERMS.title, Literal("Standing of citations", lang="en")
    yield me, PROV.wasDerivedFrom, URIRef(f"{base}graph/catalogue")
    places = {text.key: text.place for text in witnesses.texts}
    for one in witnesses.citations:
        edition = one.where.edition
        judgement = judge(one.cited, Citing(edition, places.get(edition, "")), catalogue, parts, ALWAYS)
        source = URIRef(one.source)
        for term, status in ((RES.contradictory, "contradictory"), (RES.dangling, "dangling"), (RES.stale, "stale")):
            if judgement.verdicts:
                yield source, term, Literal(str(judgement.known(status)))
        for verdict in judgement.faults:
            yield from _assessment(source, one.cited.target, verdict, base)


def _assessment(citation: URIRef, target: Key, verdict: Verdict, base: str) -> Iterator[Triple]:
    me = URIRef(f"{citation}-{verdict.status}")
    yield me, RDF.type, RES.Assessment
    yield me, RES.assesses, citation
    yield me, RES.status, Literal(verdict.status)
    yield me, RES.message, Literal(verdict.why)
    yield me, RES.insteadOf, URIRef(base + str(target))
    if verdict.since:
        yield me, RES.since, _day(verdict.since)
    for right in filter(None, verdict.right.split(", ")):
        yield me, RES.right, URIRef(base + right)
    for piece in verdict.evidence:
        yield me, PROV.wasDerivedFrom, URIRef(piece.source or base + str(piece.where))


@cache
def _year(year: int) -> Literal:
    return Literal(f"{year:04}", datatype=XSD.gYear)


@cache
def _day(day: str) -> Literal:
    return Literal(day, datatype=XSD.date)
