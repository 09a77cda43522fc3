"""The ontology as a page for people, made from its Turtle: every term at its anchor, with its alignments and an example from the data.

    python -m resograph.ontology_docs docs/ontology/index.html

Sections, their order and the order of terms are those of ``ontology/resolutions.ttl``.  The examples are statements that the
program makes of the specimens and reads in the vocabularies, so that they are always true.  ``resograph serve`` shows the same page
at /ontology.  (pyLODE knows no concepts and no examples, and version 3.4.1 from the registry cannot be started.)
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from resograph import __version__, assets, namespaces
from resograph.files import write_whole

FILE = assets.ONTOLOGY / "resolutions.ttl"
IRI = namespaces.RES[:-1]
_HERE = Path(__file__).parent / "serve"
_LONGEST = 12  # statements of an example
_KINDS = {
    "owl#Class": "class",
    "owl#ObjectProperty": "property",
    "owl#DatatypeProperty": "property with a literal",
    "rdf-syntax-ns#Property": "property",
    "owl#NamedIndividual": "individual",
    "core#ConceptScheme": "scheme",
    "core#Concept": "concept",
}
_RELATIONS = {
    "rdfs:subClassOf": "is a kind of",
    "rdfs:subPropertyOf": "is a kind of",
    "rdfs:domain": "of",
    "schema:domainIncludes": "of, among others",
    "rdfs:range": "leads to",
    "schema:rangeIncludes": "leads to, among others",
    "skos:inScheme": "in",
    "skos:exactMatch": "the same as",
    "skos:closeMatch": "close to",
    "skos:broadMatch": "narrower than",
    "skos:relatedMatch": "related to",
}
_OF_OTHERS = ("rdfs:domain", "schema:domainIncludes")

Node = dict[str, list["ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple"]]
Facts = dict[str, Node]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a term: of this page ("#Clause"), or of others."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the ontology as its entry shows it."""

    name: str
    iri: str
    label: str
    kind: str
    definition: str
    relations: tuple[tuple[str, tuple[Link, ...]], ...]
    example: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the Turtle file."""

    title: str
    anchor: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """All that the page says."""

    title: str
    description: str
    facts: tuple[tuple[str, tuple[Link, ...]], ...]
    about: tuple[tuple[str, str], ...]
    prefixes: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]


@cache
def document() -> Document:
    """The ontology that ships, as its page shows it."""
    text = FILE.read_text(encoding="utf-8")
    prefixes = {**dict(re.findall(r"^@prefix (\w+): <([^>]+)>", text, re.MULTILINE)), **namespaces.PREFIXES}
    facts = _facts(FILE)
    own = facts[IRI]
    examples = _Examples()

    def one(relation: str) -> str:
        return next(iter(_words(own, prefixes, relation)), "")

    head = (
        ("IRI", (Link(IRI, IRI),)),
        ("Version", (Link(one("owl:versionInfo"), one("owl:versionIRI")),)),
        ("Before it", (Link(one("owl:priorVersion"), one("owl:priorVersion")),)),
        ("Prefix", (Link(f"{one('vann:preferredNamespacePrefix')}: <{one('vann:preferredNamespaceUri')}>", ""),)),
        ("By", (Link(one("dcterms:creator"), ""),)),
        ("Licence", (Link("CC BY 4.0", one("dcterms:license")),)),
    )
    about = (("Alignments", one("skos:scopeNote")), ("Changes", one("skos:changeNote")), ("Cite it", one("dcterms:bibliographicCitation")))
    chapters = []
    for title, block in re.findall(r"^# --- (.+?) ---$(.*?)(?=^# ---|\Z)", text, re.MULTILINE | re.DOTALL):
        names = re.findall(r"^res:(\w+) a ", block, re.MULTILINE)
        terms = tuple(_term(name, facts, prefixes, examples) for name in names)
        chapters.append(Chapter(title, "section-" + re.sub(r"\W+", "-", title.lower()).strip("-"), terms))  # a term may have the same name
    used = [(prefix, iri) for prefix, iri in sorted(prefixes.items()) if f" {prefix}:" in text]
    return Document(one("dcterms:title"), one("dcterms:description"), head, about, tuple(used), tuple(chapters))


def _facts(path: Path) -> Facts:
    found: Facts = defaultdict(lambda: defaultdict(list))
    for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        found[str(getattr(triple.subject, "value", triple.subject))][triple.predicate.value].append(triple.object)
    return found


def _words(node: Node, prefixes: dict[str, str], relation: str) -> list[str]:
    prefix, _, name = relation.partition(":")
    return [str(getattr(value, "value", value)) for value in node.get(prefixes[prefix] + name, [])]


def _term(name: str, facts: Facts, prefixes: dict[str, str], examples: _Examples) -> Term:
    iri = namespaces.RES + name
    node = facts[iri]
    kind = next(word for end, word in _KINDS.items() if any(value.endswith(end) for value in _words(node, prefixes, "rdf:type")))
    relations = [
        (words, tuple(_link(value, prefixes) for value in values))
        for relation, words in _RELATIONS.items()
        if (values := _words(node, prefixes, relation))
    ]
    users = [other for other, its in facts.items() for relation in _OF_OTHERS if iri in _words(its, prefixes, relation)]
    if users:
        relations.append(("properties", tuple(_link(other, prefixes) for other in users)))
    members = [other for other, its in facts.items() if iri in _words(its, prefixes, "skos:inScheme")]
    if members:
        relations.append(("concepts", tuple(_link(other, prefixes) for other in members)))
    label = [*_words(node, prefixes, "rdfs:label"), *_words(node, prefixes, "skos:prefLabel")][0]
    return Term(name, iri, label, kind, _words(node, prefixes, "skos:definition")[0], tuple(relations), examples.of(iri))


def _link(iri: str, prefixes: dict[str, str]) -> Link:
    if iri.startswith(namespaces.RES):
        return Link("res:" + iri.removeprefix(namespaces.RES), "#" + iri.removeprefix(namespaces.RES))
    short = next((f"{prefix}:{iri.removeprefix(whole)}" for prefix, whole in prefixes.items() if iri.startswith(whole)), iri)
    return Link(short, iri)


# --- examples -------------------------------------------------------------------------------------------------------


class _Examples:
    """Statements about the specimens and of the vocabularies, found by class, by property and by value."""

    def __init__(self) -> None:
        self.about: dict[str, list[ox.Triple]] = defaultdict(list)
        self.using: dict[str, ox.Triple] = {}
        for triple in dict.fromkeys(_statements()):
            self.about[str(triple.subject)].append(triple)
            self.using.setdefault(triple.predicate.value, triple)
            if isinstance(triple.object, ox.NamedNode):
                self.using.setdefault(triple.object.value, triple)

    def of(self, iri: str) -> str:
        """Turtle that uses the term *iri*: of a class what is said of an instance, else the first statement with the term."""
        triple = self.using.get(iri)
        if triple is None:
            return ""
        if triple.predicate.value == namespaces.PREFIXES["rdf"] + "type":
            whole = self.about[str(triple.subject)]
            return _turtle(whole[:_LONGEST]) + ("\n# and more" if len(whole) > _LONGEST else "")
        return _turtle([triple, *self.about[str(triple.object)]] if isinstance(triple.object, ox.BlankNode) else [triple])


def _statements() -> Iterator[ox.Triple]:
    """What is said of the specimens, in reading order, what the index says of them, and the vocabularies."""
    from resograph import graph
    from resograph.pipeline import parse

    entries = []
    for path in sorted((assets.CORPUS / "specimens").iterdir(), key=lambda path: (path.suffix != ".txt", path.name), reverse=True):
        for resolution in parse(path):
            entries.append(graph.Entry.of(resolution))
            yield from (quad.triple for quad in graph.quads(resolution, specimen=True)[1])
    yield from (quad.triple for quad in graph.as_quads(None, graph.index(entries)))
    for path in sorted((assets.ONTOLOGY / "vocabularies").glob("*.ttl")):
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(triple, ox.Quad):
                yield triple.triple


def _turtle(triples: list[ox.Triple]) -> str:
    names: dict[str, ox.BlankNode] = {}  # of blank nodes, the same in every run

    def named(term: Any) -> Any:
        return names.setdefault(term.value, ox.BlankNode(f"b{len(names) + 1}")) if isinstance(term, ox.BlankNode) else term

    triples = [ox.Triple(named(triple.subject), triple.predicate, named(triple.object)) for triple in triples]
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=namespaces.PREFIXES, base_iri=namespaces.BASE) or b""
    return "\n".join(line.replace("\t", "  ") for line in written.decode().splitlines() if not line.startswith(("@prefix", "@base")))


# --- writing --------------------------------------------------------------------------------------------------------


def html() -> str:
    """The page by itself: one file, its style inside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = FileSystemLoader(_HERE / "templates")
    found = Environment(loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = (_HERE / "static" / "style.css").read_text(encoding="utf-8")
    return found.get_template("ontology_alone.html").render(view=document(), style=style, version=__version__)


def main(arguments: list[str]) -> int:
    """Write the page to the file that is named."""
    if len(arguments) != 1:
        print("usage: python -m resograph.ontology_docs OUT.html", file=sys.stderr)
        return 2
    out = Path(arguments[0])
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, html().encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
