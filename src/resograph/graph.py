"""The model in RDF: one named graph for each expression (edition, language, source file).  See docs/graph.md.

    triples(resolution)              -> graph name, rdflib triples
    quads(resolution)                -> graph name, pyoxigraph quads, for a store
    serialise(resolutions, syntax)   -> Turtle or TriG
    index(entries)                   -> the triples of the graph ``:graph/index``: which expression answers for its edition

Nothing is decided here that was not decided before.  The triples come in reading order, the same at each call.
With ``facts`` the words of the text are left out: structure, citations and norms stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import takewhile
from pathlib import PurePath
from typing import NamedTuple, TypeVar

import pyoxigraph as ox
from rdflib import RDF, RDFS, SKOS, XSD, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV

from resograph import assets, vocabulary
from resograph.errors import ResographError
from resograph.instruments.model import Instrument
from resograph.keys import UN_BODIES, Key, slug
from resograph.model import Abrogation, Adoption, Block, Citation, Clause, Finding, Footnote, Norm, Resolution, Section, Span, Term
from resograph.namespaces import BASE, PREFIXES
from resograph.terms import ACTOR, BODY, CITO, ELI, HEADING, INSTRUMENT, LANGUAGE, LRML, OA, RES, SECTOR

Triple = tuple[URIRef, URIRef, URIRef | Literal]
T = TypeVar("T")

LANGUAGES = {"en": "ENG", "fr": "FRA", "es": "SPA", "ru": "RUS", "zh": "ZHO", "ar": "ARA"}
"""The languages of the Union in their order of precedence, with their names in the authority file of the European Union."""

SYNTAXES = {"turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG}

_CLASS_OF_ROLE = {"preambular": RES.PreambularClause, "operative": RES.OperativeClause}  # any other role: AnnexClause
_DEONTIC = {"obligation": LRML.Obligation, "prohibition": LRML.Prohibition, "permission": LRML.Permission}
_WORDLESS = ("front", "back")  # what stands around the document is located, not copied
_FACT_WORDS = 12  # in facts: longer citations and pinpoints are running text, longer titles are cut
_DIGEST = 12  # characters of the SHA-256 in the name of an expression

_BLANKS_AND_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2043": "-", "\uff0d": "-", "\u00ad": ""})


def legible(text: str) -> str:
    """*text* with ordinary spaces and hyphens; its quotation marks and dashes stay."""
    return " ".join(text.translate(_BLANKS_AND_HYPHENS).split())


# --- names ----------------------------------------------------------------------------------------------------------


def checked_base(base: str) -> str:
    """*base*; ``ResographError`` when it makes no addresses (parts of a document have a "#" of their own)."""
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`#?]+/", base):
        raise ResographError(f"no base: {base!r}; give an address that ends with '/', like {BASE}")
    return base


class Entry(NamedTuple):
    """An expression, as far as its name and its rank among those of its edition depend on it."""

    edition: Key
    language: str
    format: str
    sha256: str
    file: str
    facts: bool = False

    @classmethod
    def of(cls, document: Resolution | Instrument, *, facts: bool = False) -> Entry:
        """The expression that *document* was read from."""
        source = document.source
        file = PurePath(source.path.replace("\\", "/")).name
        return cls(document.key.edition, source.language, source.format, source.sha256, file, facts)

    def iri(self, base: str = BASE) -> URIRef:
        """The IRI of the expression and of its graph."""
        digest = self.sha256[:_DIGEST] + ("-facts" if self.facts else "")
        return URIRef(f"{base}expression/{self.edition}/{self.language}/{self.format}-{digest}")

    @property
    def rank(self) -> tuple[bool, int, str, bool, str, str]:
        """The least one answers: text before facts, then by language, Word before plain text, the smaller digest."""
        languages = list(LANGUAGES)
        order = languages.index(self.language) if self.language in languages else len(languages)
        return self.facts, order, self.language, self.format != "docx", self.format, self.sha256


def graph_name(document: Resolution | Instrument, *, base: str = BASE, facts: bool = False) -> URIRef:
    """The named graph of *document*: the IRI of its expression."""
    return Entry.of(document, facts=facts).iri(base)


def index_name(base: str = BASE) -> URIRef:
    """The named graph that says which expression answers for which edition."""
    return URIRef(base + "graph/index")


def index(entries: Iterable[Entry], *, base: str = BASE) -> Iterator[Triple]:
    """Which expression answers for each edition; what an expression is stands in its own graph, once."""
    by_edition: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_edition[str(entry.edition)].append(entry)
    for edition in sorted(by_edition):
        first = min(by_edition[edition], key=lambda entry: entry.rank)
        yield first.iri(base), RES.answersFor, URIRef(base + edition)


def expression(entry: Entry, base: str) -> Iterator[Triple]:
    """What an expression is, and the file that it was read from."""
    me, source = entry.iri(base), URIRef(f"{base}source/{entry.sha256}")
    yield me, RDF.type, RES.Expression
    yield me, RDF.type, ELI.LegalExpression
    yield me, ELI.realizes, URIRef(base + str(entry.edition))
    yield me, RES.language, Literal(entry.language)
    if entry.language in LANGUAGES:
        yield me, ELI.language, LANGUAGE[LANGUAGES[entry.language]]
    yield me, RES.factsOnly, Literal(entry.facts)
    yield me, PROV.hadPrimarySource, source
    yield source, RDF.type, RES.SourceFile
    yield source, RDF.type, PROV.Entity
    yield source, RES.fileName, Literal(entry.file)
    yield source, RES.sha256, Literal(entry.sha256)
    yield source, DCTERMS["format"], Literal(entry.format)


# --- triples --------------------------------------------------------------------------------------------------------


def triples(
    document: Resolution | Instrument, *, base: str = BASE, facts: bool = False, specimen: bool = False
) -> tuple[URIRef, Iterator[Triple]]:
    """The name of the graph of *document*, and its triples in reading order; a *specimen* is marked as one."""
    checked_base(base)
    name = graph_name(document, base=base, facts=facts)
    if isinstance(document, Resolution):
        return name, _Document(document, base, facts, specimen).triples()
    from resograph.instruments import triples as of_instruments

    return name, of_instruments.triples(document, base, facts=facts, specimen=specimen)


def quads(
    document: Resolution | Instrument, *, base: str = BASE, facts: bool = False, specimen: bool = False
) -> tuple[ox.NamedNode, Iterator[ox.Quad]]:
    """The name of the graph of *document*, and its quads for pyoxigraph."""
    name, found = triples(document, base=base, facts=facts, specimen=specimen)
    return ox.NamedNode(name), as_quads(name, found)


def as_quads(name: str | None, found: Iterable[Triple]) -> Iterator[ox.Quad]:
    """rdflib triples as pyoxigraph quads of the graph *name* (None: the default graph), each once."""
    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    nodes: dict[URIRef | Literal, ox.NamedNode | ox.Literal] = {}

    def node(term: URIRef | Literal) -> ox.NamedNode | ox.Literal:
        made = nodes.get(term)
        if made is None:
            made = nodes[term] = _node(term)
        return made

    seen: set[Triple] = set()
    for triple in found:
        if triple not in seen:
            seen.add(triple)
            subject, predicate, value = map(node, triple)
            yield ox.Quad(subject, predicate, value, graph)  # type: ignore[arg-type]


def _node(term: URIRef | Literal) -> ox.NamedNode | ox.Literal:
    if isinstance(term, URIRef):
        return ox.NamedNode(term)
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(term.datatype) if term.datatype else None)


def serialise(documents: Iterable[Resolution | Instrument], syntax: str = "turtle", *, base: str = BASE, facts: bool = False) -> str:
    """*documents* as ``turtle`` (one graph) or ``trig`` (a graph for each): prefixes first, in reading order."""
    graphs = [triples(document, base=base, facts=facts) for document in documents]
    found: Iterable[ox.Quad]
    if syntax == "trig":
        found = (quad for name, part in graphs for quad in as_quads(name, part))
    else:
        found = as_quads(None, (triple for _, part in graphs for triple in part))
    return write(found, syntax, base=base)


def write(found: Iterable[ox.Quad], syntax: str, *, base: str = BASE) -> str:
    """Quads as ``turtle`` or ``trig`` with the prefixes of the project, in the order given."""
    text = ox.serialize(found, format=SYNTAXES[syntax], prefixes=PREFIXES, base_iri=base).decode()  # type: ignore[union-attr]
    lines = text.splitlines(keepends=True)
    head = sum(1 for _ in takewhile(lambda line: line.startswith(("@base ", "@prefix ")), lines))
    prefixes = (f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return "".join([f"@base <{base}> .\n", *prefixes, *lines[head:]])


# --- what the vocabulary knows --------------------------------------------------------------------------------------


@cache
def _heading_segments() -> dict[tuple[str, ...], str]:
    """The words of each English heading verb -> its slug: ("takes", "note", "of") -> "takes-note"."""
    found: dict[tuple[str, ...], str] = {}
    for iri, node in vocabulary.load(assets.ONTOLOGY / "vocabularies" / "headings.ttl").items():
        if str(RES.role) not in node:
            continue
        verb = iri.rsplit("/", 1)[-1]
        labels = [term.value for kind in ("prefLabel", "altLabel", "hiddenLabel") for term in node.get(str(SKOS[kind]), ())
                  if isinstance(term, ox.Literal) and term.language == "en"]  # fmt: skip
        for words in (verb, *map(slug, labels)):
            found.setdefault(tuple(words.split("-")), verb)
    return found


def heading_verbs(segment: str) -> tuple[str, ...]:
    """The verbs in the segment of a heading: "further-instructs" -> ("instructs",); () when the vocabulary knows none."""
    known, words, at = _heading_segments(), segment.split("-"), 0
    found: list[str] = []
    while at < len(words):
        size = next((n for n in range(len(words) - at, 0, -1) if tuple(words[at : at + n]) in known), 0)
        if size:
            found.append(known[tuple(words[at : at + size])])
        at += size or 1
    return tuple(dict.fromkeys(found))


@cache
def _actors() -> dict[str, vocabulary.Actor]:
    return {actor.slug: actor for actor in vocabulary.actors()}


def _words_of(slug_: str) -> str:
    return slug_.replace("-", " ")


# --- one document ---------------------------------------------------------------------------------------------------


class _Document:
    """The triples of one resolution; what it names and does not describe is described at the end."""

    def __init__(self, resolution: Resolution, base: str, facts: bool, specimen: bool) -> None:
        self.resolution, self.outline, self.source = resolution, resolution.outline, resolution.outline.source
        self.base, self.facts, self.specimen = Namespace(base), facts, specimen
        self.key = resolution.outline.key.edition
        self.edition = self.iri(self.key)
        self.named_keys: set[Key] = set()
        self.named_actors: set[str] = set()
        self.named_headings: set[str] = set()

    # names and literals

    def iri(self, key: Key) -> URIRef:
        return self.base[str(key)]

    def at(self, part: str) -> URIRef:
        return self.iri(self.key.at(part))

    def words(self, span: Span) -> Literal:
        return self.said(self.source.view(span).text)

    def said(self, text: str) -> Literal:
        """Words of the text, in its language."""
        return Literal(legible(text), lang=self.source.language)

    def actor(self, slug_: str) -> URIRef:
        self.named_actors.add(slug_)
        return ACTOR[slug_]

    def verb(self, words: str) -> tuple[URIRef, ...]:
        """The verbs of the heading or intent *words*, as concepts; one that the vocabulary does not know as itself."""
        segment = slug(words)
        found = heading_verbs(segment)
        if not found and segment:
            self.named_headings.add(segment)
            found = (segment,)
        return tuple(HEADING[verb] for verb in found)

    def short(self, text: str | None) -> Iterator[Literal]:
        """*text* as a literal, if there is any; in facts only when it is no running text."""
        if text and not (self.facts and len(text.split()) > _FACT_WORDS):
            yield Literal(legible(text))

    def place(self, me: URIRef, spans: Iterable[Span], link: URIRef = OA.hasSelector, tail: str = "span") -> Iterator[Triple]:
        """Where in the source *me* stands."""
        for number, span in enumerate(spans, 1):
            selector = URIRef(f"{me}{'-' if '#' in me else '#'}{tail}{f'-{number}' if number > 1 else ''}")
            yield me, link, selector
            yield selector, RDF.type, OA.TextPositionSelector
            yield selector, OA.start, integer(span.start)
            yield selector, OA.end, integer(span.end)

    # the whole

    def triples(self) -> Iterator[Triple]:
        entry = Entry.of(self.resolution, facts=self.facts)
        yield from expression(entry, self.base)
        if self.specimen:
            yield entry.iri(self.base), RES.specimen, Literal(True)
        yield from self.work(self.key.work)
        yield from self.the_edition()
        for order, adoption in enumerate(self.outline.history, 1):
            yield from self.adoption(order, adoption)
        yield from self.parts()
        for order, ended in enumerate(self.resolution.abrogations, 1):
            yield from self.abrogation(order, ended)
        yield from self.terms()
        findings = dict.fromkeys((*self.outline.findings, *self.resolution.findings))
        for order, finding in enumerate(findings, 1):
            yield from self.finding(order, finding)
        yield from self.named()

    def work(self, key: Key) -> Iterator[Triple]:
        me = self.iri(key)
        yield me, RDF.type, RES.Work
        yield me, RDF.type, ELI.ComplexWork
        yield me, RES.key, Literal(str(key))
        yield me, RES.body, BODY[key.body]
        yield me, RES.kind, Literal(key.kind)
        yield me, RES.number, Literal(key.number)

    def named_edition(self, key: Key) -> Iterator[Triple]:
        """What a key alone says of an edition."""
        me = self.iri(key)
        yield me, RDF.type, RES.Edition
        if key == self.key:
            yield me, RDF.type, ELI.LegalResource
        yield me, RES.ofWork, self.iri(key.work)
        if key.year:
            yield me, RES.year, _year(key.year)
        yield me, RES.key, Literal(str(key))

    def the_edition(self) -> Iterator[Triple]:
        me, key, outline = self.edition, self.key, self.outline
        yield from self.named_edition(key)
        if key.year:
            yield me, ELI.is_member_of, self.iri(key.work)
        yield me, RES.body, BODY[key.body]
        yield me, RES.kind, Literal(key.kind)
        yield me, RES.number, Literal(key.number)
        if outline.place:
            yield me, RES.placeName, Literal(legible(outline.place))
        if outline.version:
            yield me, RES.version, Literal(outline.version)
        yield me, RES.revised, Literal(outline.revised)
        if outline.title:
            words = outline.title.split()
            cut = self.facts and len(words) > _FACT_WORDS
            yield me, DCTERMS.title, self.said(" ".join(words[:_FACT_WORDS]) + " \u2026" if cut else outline.title)

    def adoption(self, order: int, adoption: Adoption) -> Iterator[Triple]:
        me = URIRef(f"{self.edition}#adoption-{order}")
        yield me, RDF.type, RES.Adoption
        yield me, RES.inEdition, self.edition
        yield me, RES.order, integer(order)
        yield me, RES.year, _year(adoption.year)
        if adoption.place:
            yield me, RES.placeName, Literal(legible(adoption.place))
        if adoption.revised:
            yield me, RES.revised, Literal(True)
        if self.key.body and self.key.body not in UN_BODIES:
            adopted = replace(self.key, year=adoption.year)
            self.named_keys.add(adopted)
            yield me, RES.adopted, self.iri(adopted)

    def abrogation(self, order: int, ended: Abrogation) -> Iterator[Triple]:
        me = URIRef(f"{self.edition}#abrogation-{order}")
        yield me, RDF.type, RES.Abrogation
        yield me, RES.inEdition, self.edition
        yield me, RES.statedIn, self.at(ended.part)
        yield me, RES.abrogates, self.iri(ended.target.work)
        if ended.target.year:
            yield me, RES.citedEdition, self.iri(ended.target.edition)
        if ended.into:
            yield me, RES.mergedInto, self.iri(ended.into.work)
            self.named_keys.add(ended.into.work)
        for words in self.short(ended.text):
            yield me, RES.citedText, words
        self.named_keys.add(ended.target.edition)
        yield from self.place(me, [ended.span])

    # parts, in reading order

    def parts(self) -> Iterator[Triple]:
        outline, resolution = self.outline, self.resolution
        blocks: dict[str, list[Block]] = defaultdict(list)
        for block in outline.blocks:
            if block.part and block.role != "continuation":  # a continuation is in the words of its clause
                blocks[block.part].append(block)
        sections = {section.part: section for section in outline.sections}
        clauses = {clause.part: clause for clause in outline.clauses}
        footnotes = {note.part: note for note in outline.footnotes}
        starts = [
            *((section.span.start, 0, section.part) for section in outline.sections),
            *((clause.span.start, 1, clause.part) for clause in outline.clauses),
            *((note.span.start, 2, note.part) for note in outline.footnotes),
            *((some[0].span.start, 3, part) for part, some in blocks.items()),
        ]
        mentions = _grouped(resolution.mentions, lambda mention: mention.part)
        citations = _grouped(resolution.citations, lambda citation: citation.part)
        norms = _grouped(resolution.norms, lambda norm: norm.part)
        order = dict.fromkeys(part for _, _, part in sorted(starts))
        known = frozenset(sections) | frozenset(clauses)
        for number, part in enumerate([*order, *sorted({*citations, *norms, *mentions} - {*order})], 1):
            me = self.at(part)
            if part in sections:
                yield me, RDF.type, RES.Section
            if part in clauses:
                yield me, RDF.type, RES.Clause
                yield me, RDF.type, _CLASS_OF_ROLE.get(clauses[part].role, RES.AnnexClause)
            if part in footnotes:
                yield me, RDF.type, RES.Footnote
            if part in blocks:
                yield me, RDF.type, RES.Block
            if part in known:
                yield me, RDF.type, ELI.LegalResourceSubdivision
                yield me, ELI.is_part_of, self.at(_parent(part, known))
            if part in order:
                yield me, RES.inEdition, self.edition
                yield me, RES.part, Literal(part)
                yield me, RES.key, Literal(str(self.key.at(part)))
                yield me, RES.order, integer(number)
            if part in sections:
                yield from self.section(me, sections[part], own_clause=part in clauses)
            if part in clauses:
                yield from self.clause(me, clauses[part])
            if part in footnotes:
                yield from self.footnote(me, footnotes[part])
            if part in blocks:
                yield from self.block(me, blocks[part])
            for sector in resolution.sectors.get(part, ()):
                yield me, RES.sector, SECTOR[sector]
            for slug_ in dict.fromkeys(slug_ for mention in mentions[part] for slug_ in mention.actors):
                yield me, RES.mentions, self.actor(slug_)
            for target in dict.fromkeys(citation.target for citation in citations[part] if not citation.self):
                yield me, ELI.cites, self.iri(target)
            for count, citation in enumerate(citations[part], 1):
                yield from self.citation(me, count, citation)
            for count, norm in enumerate(norms[part], 1):
                yield from self.norm(me, count, norm)

    def section(self, me: URIRef, section: Section, own_clause: bool) -> Iterator[Triple]:
        if not own_clause:
            yield me, RES.role, Literal(section.role)
        call = section.role in ("preambular", "operative") and section.heading
        if call:
            segment = re.sub(r"-\d+$", "", section.part.rsplit("/", 1)[-1])
            for verb in self.verb(segment):
                yield me, RES.verb, verb
            if self.facts:
                yield me, RES.heading, Literal(_words_of(segment))
        if section.heading and not self.facts:
            yield me, RES.heading, Literal(legible(section.heading))
        if section.title and not self.facts:
            yield me, DCTERMS.title, self.said(section.title)
        for slug_ in self.resolution.addressees.get(section.part, ()):
            yield me, RES.addressee, self.actor(slug_)
        for part in self.resolution.serves.get(section.part, ()):
            yield me, RES.serves, self.at(part)
        if section.span.end > section.span.start:
            yield from self.place(me, [section.span], RES.headingSelector, "heading")

    def clause(self, me: URIRef, clause: Clause) -> Iterator[Triple]:
        yield me, RES.inSection, self.at(clause.section)
        yield me, RES.role, Literal(clause.role)
        if clause.marker:
            yield me, RES.marker, Literal(legible(clause.marker))
        if not self.facts:
            yield me, RES.text, self.words(clause.body)
        yield from self.place(me, [clause.span])

    def footnote(self, me: URIRef, note: Footnote) -> Iterator[Triple]:
        yield me, RES.on, self.at(note.on)
        if not self.facts:
            yield me, RES.text, self.words(note.body)
        yield from self.place(me, [note.span])

    def block(self, me: URIRef, blocks: list[Block]) -> Iterator[Triple]:
        role = blocks[0].role
        yield me, RES.role, Literal(role)
        if not self.facts and role not in _WORDLESS:
            yield me, RES.text, self.said(" ".join(self.source.view(block.span).text for block in blocks))
        yield from self.place(me, [block.span for block in blocks])

    # what stands in a part

    def citation(self, carrier: URIRef, number: int, citation: Citation) -> Iterator[Triple]:
        me, target = URIRef(f"{carrier}#citation-{number}"), citation.target
        yield me, RDF.type, RES.Citation
        yield me, RDF.type, CITO.Citation
        yield me, RES.inEdition, self.edition
        yield me, CITO.hasCitingEntity, carrier
        yield me, CITO.hasCitedEntity, self.iri(target)
        if target.body:
            yield me, RES.citedWork, self.iri(target.work)
        else:
            yield me, RES.citedProvision, self.iri(target.edition)
        if target.year:
            yield me, RES.citedEdition, self.iri(target.edition)
        self.named_keys.add(target.edition)
        for verb in self.verb(citation.intent or "")[:1]:
            yield me, RES.intent, verb
        if citation.phrase and not self.facts:
            yield me, RES.phrase, Literal(legible(citation.phrase))
        for words in self.short(citation.pinpoint):
            yield me, RES.pinpoint, words
        for words in self.short(citation.text):
            yield me, RES.citedText, words
        yield me, RES.selfCitation, Literal(citation.self)
        if citation.group is not None:
            yield me, RES.group, integer(citation.group)
        if citation.version:
            yield me, RES.version, Literal(citation.version)
        if citation.place:
            yield me, RES.placeName, Literal(legible(citation.place))
        yield from self.place(me, [citation.span])

    def norm(self, clause: URIRef, number: int, norm: Norm) -> Iterator[Triple]:
        me = URIRef(f"{clause}#norm-{number}")
        yield me, RDF.type, RES.Norm
        if norm.modality in _DEONTIC:
            yield me, RDF.type, _DEONTIC[norm.modality]
        yield me, RES.inEdition, self.edition
        yield me, RES.inClause, clause
        yield me, RES.modality, RES[norm.modality]
        if norm.force:
            yield me, RES.force, Literal(norm.force)
        for slug_ in norm.addressees:
            yield me, RES.addressee, self.actor(slug_)
        for slug_ in norm.counterparts:
            yield me, RES.counterpart, self.actor(slug_)
        for slug_ in norm.beneficiaries:
            yield me, RES.beneficiary, self.actor(slug_)
        if not self.facts:
            yield me, RES.action, self.said(norm.action)
        if norm.frequency:
            yield me, RES.frequency, Literal(norm.frequency)
        if norm.deadline:
            yield me, RES.deadline, Literal(norm.deadline)
        if norm.step is not None:
            yield me, RES.step, integer(norm.step)
        if norm.condition and not self.facts:
            yield me, RES.condition, self.said(norm.condition)
        yield from self.place(me, [norm.span])

    # what belongs to the edition

    def terms(self) -> Iterator[Triple]:
        used: dict[str, int] = defaultdict(int)
        for term in dict.fromkeys(self.resolution.terms):
            segment = slug(term.abbreviation) or "unnamed"
            used[segment] += 1
            yield from self.term(f"{segment}-{used[segment]}" if used[segment] > 1 else segment, term)

    def term(self, segment: str, term: Term) -> Iterator[Triple]:
        me = URIRef(f"{self.edition}#term-{segment}")
        yield me, RDF.type, RES.Term
        yield me, RES.inEdition, self.edition
        yield me, RES.inClause, self.at(term.part)
        yield me, RES.abbreviation, Literal(legible(term.abbreviation))
        if not self.facts:
            yield me, RES.meaning, self.said(term.meaning)

    def finding(self, number: int, finding: Finding) -> Iterator[Triple]:
        me = URIRef(f"{self.edition}#finding-{number}")
        yield me, RDF.type, RES.Finding
        yield me, RES.inEdition, self.edition
        yield me, RES.about, self.at(finding.part)
        yield me, RES.code, Literal(finding.code)
        yield me, RES.severity, Literal(finding.severity)
        if not self.facts:
            yield me, RES.message, Literal(finding.message)

    # what the document names and does not describe

    def named(self) -> Iterator[Triple]:
        own = {self.key, self.key.work}
        described = self.named_keys - own
        works = {key.work for key in described if key.body} - own
        for key in sorted(works, key=str):
            yield from self.work(key)
        for key in sorted(described, key=str):
            if key.year:
                yield from self.named_edition(key)
            elif key.instrument:
                yield from self.provision(key)
        for slug_ in sorted(self.named_actors):
            yield from self.named_actor(slug_)
        for segment in sorted(self.named_headings):
            yield HEADING[segment], RDF.type, RES.UnlistedHeading
            yield HEADING[segment], RDFS.label, Literal(_words_of(segment), lang="en")

    def provision(self, key: Key) -> Iterator[Triple]:
        me = self.iri(key)
        yield me, RDF.type, RES.Provision
        yield me, RES.key, Literal(str(key))
        yield me, RES.instrument, INSTRUMENT[key.instrument]
        if key.unit:
            yield me, RES.unit, Literal(key.unit)
            yield me, RES.number, Literal(key.provision)

    def named_actor(self, slug_: str) -> Iterator[Triple]:
        """An actor that the vocabulary does not list: one of a numbered kind, or one that only this text knows."""
        if slug_ in _actors():
            return
        me = ACTOR[slug_]
        kind, _, number = slug_.rpartition("-")
        family = _actors().get(kind)
        if family and number.isdecimal():
            yield me, SKOS.broader, ACTOR[kind]
            yield me, RDFS.label, Literal(f"{family.labels[0]} {number}", lang="en")
            for sector in family.sectors:
                yield me, RES.ofSector, SECTOR[sector]
            return
        yield me, RDF.type, RES.UnlistedActor
        yield me, RDFS.label, Literal(_words_of(slug_), lang="en")


@cache
def integer(number: int) -> Literal:
    """*number* as a literal."""
    return Literal(number)


@cache
def _year(year: int) -> Literal:
    return Literal(f"{year:04}", datatype=XSD.gYear)


def _parent(part: str, known: frozenset[str]) -> str:
    """The innermost part that *part* stands in; "" for the edition."""
    while part:
        part = part.rpartition("/")[0]
        if part in known:
            break
    return part


def _grouped(things: Iterable[T], part: Callable[[T], str]) -> defaultdict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for thing in things:
        groups[part(thing)].append(thing)
    return groups
