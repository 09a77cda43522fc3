"""The terms of the graph as rdflib nodes: what rdflib does not ship.

``RES`` lists the terms of ontology/resolutions.ttl that documents use; a name that is not listed is an error at once.
"""

from __future__ import annotations

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from resograph import namespaces

ACTOR = Namespace(namespaces.ACTOR)
BODY = Namespace(namespaces.BODY)
CONFERENCE = Namespace(namespaces.CONFERENCE)
HEADING = Namespace(namespaces.HEADING)
INSTRUMENT = Namespace(namespaces.INSTRUMENT)
LANGUAGE = Namespace(namespaces.LANGUAGE)
SECTOR = Namespace(namespaces.SECTOR)


class RES(DefinedNamespace):
    """The terms of this project."""

    _NS = Namespace(namespaces.RES)
    _fail = True

    # classes
    Work: URIRef
    Edition: URIRef
    Expression: URIRef
    SourceFile: URIRef
    Instrument: URIRef
    Provision: URIRef
    Adoption: URIRef
    Section: URIRef
    Clause: URIRef
    PreambularClause: URIRef
    OperativeClause: URIRef
    AnnexClause: URIRef
    Footnote: URIRef
    Block: URIRef
    Citation: URIRef
    Norm: URIRef
    Term: URIRef
    Finding: URIRef
    UnlistedActor: URIRef
    UnlistedHeading: URIRef

    # identity
    key: URIRef
    body: URIRef
    kind: URIRef
    number: URIRef
    year: URIRef
    version: URIRef
    placeName: URIRef
    revised: URIRef
    ofWork: URIRef
    instrument: URIRef
    unit: URIRef
    amendedBy: URIRef
    suppressed: URIRef
    adopted: URIRef

    # structure
    inEdition: URIRef
    inSection: URIRef
    inClause: URIRef
    part: URIRef
    order: URIRef
    role: URIRef
    heading: URIRef
    verb: URIRef
    marker: URIRef
    text: URIRef
    on: URIRef
    headingSelector: URIRef

    # actors and Sectors
    addressee: URIRef
    mentions: URIRef
    sector: URIRef
    ofSector: URIRef

    # citations
    citedWork: URIRef
    citedEdition: URIRef
    citedProvision: URIRef
    citedText: URIRef
    intent: URIRef
    phrase: URIRef
    pinpoint: URIRef
    group: URIRef
    selfCitation: URIRef

    # the catalogue
    Evidence: URIRef
    evidence: URIRef
    evidenceKind: URIRef
    statedIn: URIRef
    existence: URIRef
    held: URIRef
    adoptedBy: URIRef
    revises: URIRef
    supersededBy: URIRef
    certainUntil: URIRef
    inForceUntil: URIRef
    knownBy: URIRef
    completeUntil: URIRef
    Abrogation: URIRef
    abrogates: URIRef
    endedIn: URIRef
    mergedInto: URIRef

    # the standing of citations
    Assessment: URIRef
    assesses: URIRef
    status: URIRef
    since: URIRef
    insteadOf: URIRef
    right: URIRef
    stale: URIRef
    dangling: URIRef
    contradictory: URIRef

    # norms
    modality: URIRef
    force: URIRef
    counterpart: URIRef
    beneficiary: URIRef
    action: URIRef
    frequency: URIRef
    deadline: URIRef
    condition: URIRef
    serves: URIRef
    step: URIRef
    obligation: URIRef
    prohibition: URIRef
    permission: URIRef
    recommendation: URIRef
    invitation: URIRef
    commitment: URIRef
    declaration: URIRef

    # terms, findings, sources
    abbreviation: URIRef
    meaning: URIRef
    code: URIRef
    severity: URIRef
    message: URIRef
    about: URIRef
    language: URIRef
    factsOnly: URIRef
    specimen: URIRef
    fileName: URIRef
    sha256: URIRef
    answersFor: URIRef

    # changes between editions
    Comparison: URIRef
    Change: URIRef
    CitationChange: URIRef
    NormChange: URIRef
    inComparison: URIRef
    inChange: URIRef
    before: URIRef
    after: URIRef
    changeKind: URIRef
    similarity: URIRef
    feature: URIRef
    reworded: URIRef
    moved: URIRef
    renumbered: URIRef
    split: URIRef
    merged: URIRef
    added: URIRef
    dropped: URIRef
    unchanged: URIRef
    kept: URIRef
    updated: URIRef
    changed: URIRef

    # likeness
    Wording: URIRef
    Likeness: URIRef
    CommonMatter: URIRef
    wording: URIRef
    likens: URIRef
    score: URIRef
    sharedWords: URIRef
    citingEdition: URIRef
    likeClauses: URIRef

    # worked out: standing.py, tallies.py
    answersFrom: URIRef
    answersUntil: URIRef
    nextNamed: URIRef
    answersAsSpecimen: URIRef
    answersOf: URIRef
    partyOf: URIRef
    actsIn: URIRef
    missingFrom: URIRef
    missingUntil: URIRef
    Span: URIRef
    spanFrom: URIRef
    spanOf: URIRef
    allEditions: URIRef
    Tally: URIRef
    during: URIRef
    ofActor: URIRef
    ofBody: URIRef
    speaker: URIRef
    spokenOf: URIRef
    norms: URIRef
    obligations: URIRef
    invitations: URIRef
    editions: URIRef
    citations: URIRef
    instructions: URIRef
    ofForce: URIRef
    ofRole: URIRef
    ofHeading: URIRef
    ofCited: URIRef
    consulted: URIRef
    others: URIRef
    addresses: URIRef
    sections: URIRef
    operativeCitations: URIRef
    worded: URIRef
    recurring: URIRef
    inYear: URIRef
    example: URIRef
    ofSpecimens: URIRef
    laterMissing: URIRef
    Gap: URIRef
    notHeld: URIRef
    targetKind: URIRef
    firstCitation: URIRef

    # worked out: marks.py
    unaddressed: URIRef
    reporting: URIRef
    citesParty: URIRef
    addressesParty: URIRef
    clausesWithin: URIRef
    normsWithin: URIRef
    normsToR: URIRef
    normsToT: URIRef
    normsToD: URIRef
    normsToAll: URIRef
    OwnActor: URIRef
    LikePair: URIRef
    ofLikeness: URIRef
    pairs: URIRef
    pairsParty: URIRef
    Usage: URIRef
    withSpecimens: URIRef
    givenIn: URIRef


class ELI(DefinedNamespace):
    """The European Legislation Identifier, as far as it is used here."""

    _NS = Namespace(namespaces.ELI)
    _fail = True

    ComplexWork: URIRef
    LegalExpression: URIRef
    LegalResource: URIRef
    LegalResourceSubdivision: URIRef
    changes: URIRef
    cites: URIRef
    date_no_longer_in_force: URIRef
    has_member: URIRef
    first_date_entry_in_force: URIRef
    is_member_of: URIRef
    is_part_of: URIRef
    language: URIRef
    realizes: URIRef


class CITO(DefinedNamespace):
    """The Citation Typing Ontology, as far as it is used here."""

    _NS = Namespace(namespaces.CITO)
    _fail = True

    Citation: URIRef
    hasCitedEntity: URIRef
    hasCitingEntity: URIRef


class LRML(DefinedNamespace):
    """The metamodel of LegalRuleML, as far as it is used here."""

    _NS = Namespace(namespaces.LRML)
    _fail = True

    Obligation: URIRef
    Permission: URIRef
    Prohibition: URIRef


class OA(DefinedNamespace):
    """The Web Annotation vocabulary, as far as it is used here."""

    _NS = Namespace(namespaces.OA)
    _fail = True

    TextPositionSelector: URIRef
    end: URIRef
    hasSelector: URIRef
    start: URIRef
