"""The ontology, the vocabularies and the shapes: written in the house style, and every term both defined and used."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, ODRL2, ORG, PROV, SDO, TIME

from resograph import assets, keys, namespaces, vocabulary
from resograph.terms import CITO, ELI, LRML, OA

RES = Namespace(namespaces.RES)
ACTOR, BODY, HEADING = Namespace(namespaces.ACTOR), Namespace(namespaces.BODY), Namespace(namespaces.HEADING)
CONFERENCE, SECTOR = Namespace(namespaces.CONFERENCE), Namespace(namespaces.SECTOR)
ONTOLOGY = URIRef(namespaces.RES.rstrip("#"))
SOURCES = Path(__file__).parents[1] / "src" / "resograph"
TURTLE = sorted(assets.ONTOLOGY.rglob("*.ttl"))
VOCABULARIES = sorted((assets.ONTOLOGY / "vocabularies").glob("*.ttl"))
# The shapes of each kind of graph, and the modules that write its triples.
GRAPHS = {
    "data": ["graph.py", "instruments/triples.py", "likeness.py"],
    "catalogue": ["catalogue_graph.py"],
    "changes": ["diff/as_triples.py"],
    "tallies": ["standing.py", "spans.py", "tallies.py", "marks.py", "pairs.py"],
}
QUERIES = sorted(assets.QUERIES.glob("*.rq"))
Fault = Callable[[Graph], object]


@cache
def ontology() -> Graph:
    return Graph().parse(assets.ONTOLOGY / "resolutions.ttl")


@cache
def everything() -> Graph:
    """The ontology with the vocabularies."""
    found = Graph().parse(assets.ONTOLOGY / "resolutions.ttl")
    for path in VOCABULARIES:
        found.parse(path)
    return found


@cache
def shapes(name: str) -> Graph:
    return Graph().parse(assets.ONTOLOGY / "shapes" / f"{name}.ttl")


def defined() -> set[str]:
    return {str(term).removeprefix(namespaces.RES) for term in ontology().subjects(RDFS.isDefinedBy)}


def names_in(text: str) -> set[str]:
    """The terms of this project in Turtle, SPARQL or Python."""
    code = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return set(re.findall(r"\bres:([A-Za-z]\w*)", code)) | set(re.findall(r"\bRES\.([A-Za-z]\w*)", code))


# --- the files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TURTLE, ids=lambda path: path.name)
def test_both_parsers_read_the_same_triples(path: Path) -> None:
    assert len(set(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))) == len(Graph().parse(path)) > 0


def test_ontology_and_vocabularies_obey_the_style() -> None:
    conforms, _, text = validate(everything(), shacl_graph=shapes("ontology"))
    assert conforms, text


@pytest.mark.parametrize("name", [*GRAPHS, "ontology"])
def test_the_shapes_are_sound_shacl(name: str) -> None:
    conforms, _, text = validate(ontology(), shacl_graph=shapes(name), meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("path", TURTLE, ids=lambda path: path.name)
def test_prefixes_mean_the_same_in_every_file(path: Path) -> None:
    declared = dict(re.findall(r"@prefix (\w*): <([^>]*)>", path.read_text(encoding="utf-8")))
    assert {prefix: iri for prefix, iri in declared.items() if namespaces.PREFIXES.get(prefix, iri) != iri} == {}


# --- every term is defined, every definition is used ----------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [*VOCABULARIES, *QUERIES, *sorted((assets.ONTOLOGY / "shapes").glob("*.ttl"))],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_every_term_in_a_data_file_is_defined(path: Path) -> None:
    assert names_in(path.read_text(encoding="utf-8")) - defined() == set()


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=lambda path: path.stem)
def test_every_term_in_the_program_is_defined(path: Path) -> None:
    assert names_in(path.read_text(encoding="utf-8")) - defined() == set()


def written(*names: str) -> str:
    """The program text that writes the triples of these graphs, or of all."""
    return "\n".join((SOURCES / path).read_text(encoding="utf-8") for name in names or GRAPHS for path in GRAPHS[name])


def named_by_scheme() -> set[str]:
    """Concepts of the ontology that the program reaches by their notation."""
    schemes = (RES.modalities, RES.changeKinds)
    return {str(term).removeprefix(namespaces.RES) for scheme in schemes for term in ontology().subjects(SKOS.inScheme, scheme)}


def test_the_terms_for_the_program_are_those_that_it_uses() -> None:
    listed = set(re.findall(r"^    (\w+): URIRef$", (SOURCES / "terms.py").read_text(encoding="utf-8").split("class ELI")[0], re.MULTILINE))
    assert listed == names_in(written()) | named_by_scheme()
    assert listed - defined() == set()


def test_every_defined_term_is_used() -> None:
    used = {name for path in (*VOCABULARIES, *QUERIES) for name in names_in(path.read_text(encoding="utf-8"))} | names_in(written())
    used |= {str(scheme).removeprefix(namespaces.RES) for scheme in ontology().objects(None, SKOS.inScheme)}
    used |= named_by_scheme()
    assert defined() - used == set()


@pytest.mark.parametrize("name", GRAPHS)
def test_every_class_that_a_graph_uses_has_a_shape(name: str) -> None:
    used = names_in(written(name))
    classes = {RES[name] for name in used if (RES[name], RDF.type, OWL.Class) in ontology()}
    superclasses = {RES.PreambularClause, RES.OperativeClause, RES.AnnexClause}  # of the shape of clauses
    of_texts = {RES.Edition, RES.SourceFile, RES.Expression, RES.Provision, RES.Section, RES.Likeness, RES.CommonMatter}
    elsewhere = set() if name == "data" else of_texts
    shaped = {term for term in shapes(name).objects(None, SH.targetClass) if str(term).startswith(namespaces.RES)}
    assert classes - superclasses - elsewhere == shaped - elsewhere


@pytest.mark.parametrize("foreign", [ELI, CITO, LRML, OA], ids=lambda space: space.__name__)
def test_the_program_uses_each_borrowed_term_that_it_lists(foreign: type) -> None:
    text = written()
    assert {name for name in foreign.__annotations__ if name[0] != "_"} == set(re.findall(rf"\b{foreign.__name__}\.(\w+)", text))


# --- alignments -----------------------------------------------------------------------------------------------------

FOREIGN = {  # terms of vocabularies that rdflib does not ship: from their documentation
    "http://data.europa.eu/eli/ontology#": {
        *("ComplexWork", "LegalResource", "LegalExpression", "LegalResourceSubdivision", "is_member_of", "is_about", "number", "language"),
        *("date_document", "date_no_longer_in_force", "passed_by", "realizes", "type_document", "type_subdivision", "version"),
        *("amended_by", "repeals", "first_date_entry_in_force"),
    },
    "http://purl.org/spar/cito/": {"Citation", "hasCitedEntity", "hasCitingEntity", "hasCitationCharacterization"},
    "http://www.w3.org/ns/oa#": {"TextPositionSelector", "hasSelector", "exact"},
    "http://docs.oasis-open.org/legalruleml/ns/mm/v1.0/": {
        *("Obligation", "Permission", "Prohibition", "Bearer", "AuxiliaryParty", "PrescriptiveStatement", "ConstitutiveStatement"),
    },
    "https://w3id.org/un/ontology/undo/": {"DocumentVersion", "Relation", "hasSemantics", "hasReceiver"},
    "http://purl.org/spar/doco/": {"Section", "Paragraph", "Footnote"},
}
SHIPPED = [DCAT, DCTERMS, ODRL2, ORG, PROV, SDO, SH, SKOS, TIME]
NOT_YET_IN_RDFLIB = {"legislationIdentifier", "legislationPassedBy", "legislationDate", "Legislation"} - set(dir(SDO))
ALIGNED = (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.relatedMatch)


def aligned() -> set[URIRef]:
    found = {value for relation in ALIGNED for value in ontology().objects(None, relation)}
    return {value for value in found if isinstance(value, URIRef) and not value.startswith(namespaces.RES)}


@pytest.mark.parametrize("term", sorted(aligned()))
def test_an_alignment_leads_to_a_term_that_exists(term: URIRef) -> None:
    for space, known in FOREIGN.items():
        if term.startswith(space):
            assert term.removeprefix(space) in known
            return
    (shipped,) = (namespace for namespace in SHIPPED if term.startswith(str(namespace)))
    assert term in shipped or term.removeprefix(str(SDO)) in NOT_YET_IN_RDFLIB


@pytest.mark.parametrize("space", [*FOREIGN, *map(str, (DCAT, ODRL2, ORG, PROV, SDO, TIME))])
def test_each_vocabulary_that_the_ontology_says_it_is_aligned_with_is(space: str) -> None:
    assert any(term.startswith(space) for term in aligned())


def test_a_property_is_aligned_with_properties_and_a_class_with_classes() -> None:
    for relation in ALIGNED:
        for term, other in ontology().subject_objects(relation):
            kinds = set(ontology().objects(term, RDF.type))
            name = re.split(r"[#/]", str(other))[-1]
            if kinds & {OWL.Class, RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty}:
                assert name[0].isupper() == (OWL.Class in kinds) or "legalruleml" in str(other), (term, other)  # its roles are classes


# --- what is spelt once ---------------------------------------------------------------------------------------------


def test_the_base_is_spelt_in_one_place() -> None:
    folders = (SOURCES, assets.ONTOLOGY, assets.QUERIES, assets.RULES)
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".ttl", ".rq", ".toml", ".html", ".js")]
    assert [path.name for path in files if namespaces.BASE in path.read_text(encoding="utf-8")] == ["namespaces.py"]


def test_the_closed_lists_of_the_shapes_are_those_of_keys_and_vocabularies() -> None:
    def listed(shape: str) -> set[str]:
        shape_iri = URIRef(f"https://w3id.org/resograph/shapes/{shape}")
        (head,) = shapes("data").objects(shape_iri, SH["in"])
        return {str(item).rsplit("/", 1)[-1].rsplit("#", 1)[-1] for item in shapes("data").items(head)}

    assert listed("Kind") == keys.KINDS
    assert listed("BodyName") == keys.BODIES
    assert listed("Modality") == {str(term).removeprefix(namespaces.RES) for term in ontology().subjects(SKOS.inScheme, RES.modalities)}
    sectors = set(everything().subjects(SKOS.inScheme, URIRef(namespaces.VOCABULARY + "sector")))
    assert listed("SectorName") == {str(sector).removeprefix(namespaces.SECTOR) for sector in sectors}


def test_bodies_and_instruments_of_keys_are_in_the_vocabulary() -> None:
    assert {str(BODY[key]) for key in keys.BODIES} <= {str(term) for term in everything().subjects(SKOS.notation)}
    assert {namespaces.INSTRUMENT + key for key in keys.INSTRUMENTS} <= {str(term) for term in everything().subjects(SKOS.notation)}


def test_the_extractor_and_the_graph_know_the_same_actors() -> None:
    scheme = URIRef(namespaces.VOCABULARY + "actor")
    assert {ACTOR[actor.slug] for actor in vocabulary.actors()} == set(everything().subjects(SKOS.inScheme, scheme))


# --- planted faults -------------------------------------------------------------------------------------------------


def put(subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> Fault:
    return lambda found: found.set((subject, predicate, value))


def add(subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> Fault:
    return lambda found: found.add((subject, predicate, value))


def drop(subject: URIRef, predicate: URIRef, value: URIRef | Literal | None = None) -> Fault:
    return lambda found: found.remove((subject, predicate, value))


def both(*faults: Fault) -> Fault:
    return lambda found: [fault(found) for fault in faults]


def english(text: str) -> Literal:
    return Literal(text, lang="en")


WHOLE_FAULTS = {
    "term without a label": drop(RES.Clause, RDFS.label),
    "term with two labels": add(RES.Clause, RDFS.label, english("item")),
    "label with a capital": put(RES.Clause, RDFS.label, english("Clause")),
    "term without a definition": drop(RES.text, SKOS.definition),
    "term with two definitions": add(RES.text, SKOS.definition, english("The words of a part, once more.")),
    "definition without a full stop": put(RES.text, SKOS.definition, english("The words of a part")),
    "class that begins otherwise": put(RES.Clause, SKOS.definition, english("The clauses of a text, one by one.")),
    "property that begins otherwise": put(RES.text, SKOS.definition, english("Words of a part, one by one.")),
    "term of two kinds": add(RES.text, RDF.type, OWL.ObjectProperty),
    "term that nobody defines": drop(RES.text, RDFS.isDefinedBy),
    "term that is used and not defined": add(ACTOR.tsag, RES.colour, Literal("green")),
    "class that is used and not defined": add(ACTOR.tsag, RDF.type, RES.Clockmaker),
    "inverse": add(RES.addressee, OWL.inverseOf, RES.actor),
    "object property with a datatype": put(RES.ofWork, RDFS.range, XSD.string),
    "datatype property with a class": put(RES.text, RDFS.range, RES.Clause),
    "ontology without a licence": drop(ONTOLOGY, DCTERMS.license),
    "ontology without a version": drop(ONTOLOGY, OWL.versionInfo),
    "ontology without a citation": drop(ONTOLOGY, DCTERMS.bibliographicCitation),
    "ontology that does not say what changed": drop(ONTOLOGY, SKOS.changeNote),
    "ontology of another version than it says": put(ONTOLOGY, OWL.versionInfo, Literal("0.9.0")),
    "alignment with a term of our own": add(RES.Clause, SKOS.closeMatch, RES.Section),
    "alignment with a word": add(RES.Clause, SKOS.closeMatch, Literal("clause")),
    "concept in no scheme": drop(ACTOR.tsag, SKOS.inScheme),
    "concept in two schemes": add(ACTOR.tsag, SKOS.inScheme, URIRef(namespaces.VOCABULARY + "body")),
    "concept without an English label": drop(BODY.pp, SKOS.prefLabel, english("Plenipotentiary Conference")),
    "concept with two English labels": add(ACTOR.tsag, SKOS.prefLabel, english("Clock group")),
    "label with a blank at its end": add(ACTOR.tsag, SKOS.altLabel, english("Clock group ")),
    "label without a language": add(ACTOR.tsag, SKOS.altLabel, Literal("Clock group")),
    "concept without a notation": drop(HEADING.recalling, SKOS.notation),
    "notation that is not the end of the IRI": put(HEADING.recalling, SKOS.notation, Literal("noting-not")),
    "notation of another concept": both(
        add(ACTOR["old/tsag"], SKOS.notation, Literal("tsag")),
        add(ACTOR["old/tsag"], SKOS.inScheme, URIRef(namespaces.VOCABULARY + "actor")),
    ),
    "concept without a source": drop(BODY.pp, DCTERMS.source),
    "source of no language": add(ACTOR.tsag, DCTERMS.source, Literal("a letter")),
    "labels of a language without a source": drop(BODY.pp, DCTERMS.source, Literal("en: Constitution of ITU")),
    "labels of a language with two sources": add(BODY.pp, DCTERMS.source, Literal("en: a letter")),
    "body of the past without an end": drop(BODY.wtsc, RES.until),
    "body of the past that nothing followed": drop(BODY.wtsc, DCTERMS.isReplacedBy),
    "scheme without a title": drop(URIRef(namespaces.VOCABULARY + "actor"), DCTERMS.title),
    "heading of two roles": add(HEADING.recalling, RES.role, RES.Operative),
    "heading of an unknown modality": put(HEADING.instructs, RES.modality, Literal("whim")),
    "meeting without a body": drop(CONFERENCE["pp-1865-paris"], RES.body),
    "meeting without a year": drop(CONFERENCE["pp-1865-paris"], RES.year),
    "date in words": put(CONFERENCE["pp-1865-paris"], RES.startDate, Literal("in spring")),
    "body that adopts poems": add(BODY.pp, RES.adopts, Literal("poem")),
    "relative actor with no choice": drop(ACTOR["own-bureau"], RES.denotes),
    "collection of nobody": drop(ACTOR["advisory-groups"], SKOS.member),
    "actor of a Sector that is none": add(ACTOR.tsag, RES.ofSector, SECTOR["itu-x"]),
}


@cache
def small() -> Graph:
    """The ontology with one concept of each kind: planted faults are found sooner in it."""
    wanted = [
        BODY.pp,
        BODY.wtsa,
        BODY.wtsc,
        ACTOR.tsag,
        ACTOR.br,
        ACTOR.rag,
        ACTOR.tdag,
        ACTOR.bdt,
        ACTOR.tsb,
        HEADING.recalling,
        HEADING.instructs,
    ]
    wanted += [CONFERENCE["pp-1865-paris"], CONFERENCE["place-paris"], ACTOR["own-bureau"], ACTOR["advisory-groups"]]
    wanted += [SECTOR[name] for name in ("itu-r", "itu-t", "itu-d")]
    whole, found = everything(), Graph()
    schemes = [*whole.subjects(RDF.type, SKOS.ConceptScheme)]
    for triple in ontology():
        found.add(triple)
    for subject in [*wanted, *schemes]:
        for triple in whole.triples((subject, None, None)):
            found.add(triple)
            for inner in whole.triples((triple[2], None, None)) if triple[1] == RES.denotes else ():
                found.add(inner)
    return found


def test_the_small_graph_has_no_fault_of_its_own() -> None:
    conforms, _, text = validate(small(), shacl_graph=shapes("ontology"))
    assert conforms, text


@pytest.mark.parametrize("fault", WHOLE_FAULTS.values(), ids=WHOLE_FAULTS.keys())
def test_the_shapes_find_a_planted_fault(fault: Fault) -> None:
    found = Graph()
    for triple in small():
        found.add(triple)
    before = len(found), set(found)
    fault(found)
    assert (len(found), set(found)) != before, "the fault changes nothing"
    assert not validate(found, shacl_graph=shapes("ontology"))[0]
