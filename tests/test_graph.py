"""The model in RDF: what resograph.graph says of a resolution, and that it obeys ontology/shapes/data.ttl.

The resolution is made by hand: no step before the graph runs here, but for the specimens at the end.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import RDF, RDFS, SKOS, XSD, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, PROV

from resograph import assets, graph
from resograph.errors import ResographError
from resograph.graph import Entry
from resograph.keys import Key
from resograph.model import (
    Adoption,
    Block,
    Citation,
    Clause,
    Finding,
    Footnote,
    Mention,
    Norm,
    Note,
    Outline,
    Paragraph,
    Resolution,
    Section,
    Source,
    Span,
    Term,
)
from resograph.namespaces import ACTOR, BASE, BODY, HEADING, INSTRUMENT, SECTOR
from resograph.terms import CITO, ELI, LRML, OA, RES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # rdflib warns of itself

TEXT = """\
RESOLUTION 9301 (Rev. Testville, 2024)
Sharing the clocks of the Sectors
(Oldtown, 2016; Testville, 2024)
The World Telecommunication Standardization Assembly (Testville, 2024),
recalling
a) Resolution 9071 (Rev. Elsewhere, 2018) of the Plenipotentiary Conference, on clocks;1
b) No.\u00a0151 of the Convention and United Nations General Assembly Resolution 70/1,
noting
that the International Clock Coordination Team (ICCT) keeps time for ITU\u2011R and ITU\u2011T,
1 See section 2 of Resolution 9072 of the Plenipotentiary Conference.
further instructs the Director of TSB
1 to report every year to TSAG on the state of the clocks in this resolution, as follows:
i) the number of clocks;
ii) what ITU-T Study Group 13 and the lead clockmaker say of them, if they are asked,
ANNEX 1
How clocks are set
1 A clock shall be set by its owner.
"""
DIGEST = "0123456789abcdef" * 4
EDITION = URIRef(BASE + "wtsa/resolution/9301/2024")
WORK = URIRef(BASE + "wtsa/resolution/9301")
K = Key.parse
Fault = Callable[[Graph], object]


def at(words: str, end: str = "") -> Span:
    """Where *words* stand in the text; with *end*, up to the end of those words."""
    start = TEXT.index(words)
    stop = TEXT.index(end, start) + len(end) if end else start + len(words)
    return Span(start, stop)


def clause(part: str, section: str, role: str, marker: str, line: str) -> Clause:
    start = TEXT.index(line)
    span = Span(start, TEXT.index("\n", start))
    return Clause(part, section, role, marker, span, Span(start + len(marker), span.end))


def part(path: str) -> URIRef:
    return URIRef(f"{EDITION}/{path}")


@cache
def sample() -> Resolution:
    mark = TEXT.index(";1\n") + 1
    source = Source(
        path="/home/somebody/texts/wtsa-9301.txt",
        sha256=DIGEST,
        format="txt",
        text=TEXT,
        paragraphs=tuple(Paragraph(Span(m.start(), m.end())) for m in re.finditer(r".+", TEXT)),
        notes=(Note("1", at("1 See", "Conference.\n"), at("See section 2", "Conference."), mark),),
        marks=(Span(mark, mark + 1),),
    )
    outline = Outline(
        source=source,
        key=K("wtsa/resolution/9301/2024"),
        place="Testville",
        revised=True,
        title="Sharing the clocks of the Sectors",
        history=(Adoption("Oldtown", 2016), Adoption("Testville", 2024)),
        sections=(
            Section("recalling", "recalling", "preambular", at("recalling")),
            Section("noting", "noting", "preambular", at("noting")),
            Section("further-instructs", "further instructs the Director of TSB", "operative", at("further instructs the Director of TSB")),
            Section("annex-1", "ANNEX 1", "annex", at("ANNEX 1", "set"), "How clocks are set"),
        ),
        clauses=(
            clause("recalling/a", "recalling", "preambular", "a)", "a) Resolution"),
            clause("recalling/b", "recalling", "preambular", "b)", "b) No."),
            clause("noting", "noting", "preambular", "", "that the International"),
            clause("further-instructs/1", "further-instructs", "operative", "1", "1 to report"),
            clause("further-instructs/1/i", "further-instructs", "operative", "i)", "i) the number"),
            clause("further-instructs/1/ii", "further-instructs", "operative", "ii)", "ii) what"),
            clause("annex-1/1", "annex-1", "annex", "1", "1 A clock"),
        ),
        footnotes=(Footnote("fn/1", "recalling/a", at("1 See", "Conference."), at("See section 2", "Conference.")),),
        blocks=(
            Block("number", "number", at("RESOLUTION 9301", "2024)")),
            Block("title", "title", at("Sharing the clocks")),
            Block("title", "title", at("of the Sectors")),
            Block("history", "history", at("(Oldtown", "2024)")),
            Block("opening", "opening", at("The World", "2024),")),
            Block(None, "page-furniture", at("ANNEX 1")),
            Block("noting", "continuation", at("keeps time")),
        ),
        findings=(Finding("year-odd", "info", "number", "the year is odd"),),
        version="4",
    )
    ii = "further-instructs/1/ii"
    return Resolution(
        outline=outline,
        citations=(
            Citation(
                "recalling/a",
                "Resolution 9071 (Rev. Elsewhere, 2018)",
                at("Resolution 9071", "2018)"),
                K("pp/resolution/9071/2018"),
                intent="recalling",
                phrase="on clocks",
            ),
            Citation("recalling/b", "No. 151", at("No.\u00a0151"), K("convention/no/151"), group=1, intent="recalling"),
            Citation("recalling/b", "Resolution 70/1", at("Resolution 70/1"), K("unga/resolution/70-1"), group=1, intent="recalling"),
            Citation(
                "fn/1", "Resolution 9072", at("section 2", "9072"), K("pp/resolution/9072/section-2"), pinpoint="section 2", version="3"
            ),
            Citation(
                "further-instructs/1",
                "this resolution",
                at("this resolution"),
                K("wtsa/resolution/9301/2024"),
                intent="further instructs",
                self=True,
            ),
        ),
        mentions=(
            Mention("noting", ("icct",), at("International Clock Coordination Team")),
            Mention(ii, ("itu-t-study-group-13",), at("ITU-T Study Group 13")),
            Mention(ii, ("lead-clockmaker",), at("the lead clockmaker")),
        ),
        norms=(
            Norm(
                "further-instructs/1",
                "obligation",
                "instruct",
                ("tsb-director",),
                "report every year to TSAG\u00a0on the state of the clocks",
                at("to report", "clocks"),
                counterparts=("tsag",),
                beneficiaries=("membership",),
                frequency="annual",
                deadline="next-pp",
                condition="if they are asked",
            ),
            Norm("annex-1/1", "obligation", "", ("clock-owners",), "set the clock", at("A clock shall", "owner")),
        ),
        terms=(
            Term("ICCT", "International Clock Coordination Team", "noting"),
            Term("icct", "International Clock Coordination Tribe", "noting"),
        ),
        findings=(Finding("year-odd", "info", "number", "the year is odd"), Finding("dangling", "warning", "recalling/a", "cites nothing")),
        sectors={"noting": ("itu-r", "itu-t")},
        addressees={"further-instructs": ("tsb-director",)},
    )


def as_graph(resolution: Resolution, **options: object) -> Graph:
    found = Graph()
    for triple in graph.triples(resolution, **options)[1]:  # type: ignore[arg-type]
        found.add(triple)
    return found


@cache
def full() -> Graph:
    return as_graph(sample())


@cache
def facts() -> Graph:
    return as_graph(sample(), facts=True)


def values(subject: URIRef, predicate: URIRef, where: Graph | None = None) -> set[object]:
    return {value.toPython() if isinstance(value, Literal) else value for value in (where or full()).objects(subject, predicate)}


def changed(outline: dict[str, object] | None = None, **fields: object) -> Resolution:
    """The sample with other fields."""
    made = replace(sample(), outline=replace(sample().outline, **(outline or {})))  # type: ignore[arg-type]
    return replace(made, **fields)  # type: ignore[arg-type]


# --- names ----------------------------------------------------------------------------------------------------------


def test_the_graph_has_the_name_of_its_expression() -> None:
    name, found = graph.triples(sample())
    assert name == URIRef(f"{BASE}expression/wtsa/resolution/9301/2024/en/txt-0123456789ab")
    assert next(found) == (name, RDF.type, RES.Expression)


def test_facts_and_words_of_one_file_are_two_expressions() -> None:
    assert str(graph.graph_name(sample(), facts=True)) == f"{graph.graph_name(sample())}-facts"


def test_the_base_is_in_every_identifier_and_in_nothing_else() -> None:
    base = "http://clocks.example/"
    moved = [tuple(str(term).replace(BASE, base) for term in triple) for triple in graph.triples(sample())[1]]
    assert [tuple(map(str, triple)) for triple in graph.triples(sample(), base=base)[1]] == moved


@pytest.mark.parametrize("base", ["", "id/", "http://clocks.example", "http://clocks.example/id#", "http://clocks example/", "file:///id/"])
def test_a_base_that_makes_no_addresses_is_refused_in_one_line(base: str) -> None:
    with pytest.raises(ResographError, match="an address that ends with '/'") as said:
        graph.triples(sample(), base=base)
    assert "\n" not in str(said.value)


def test_the_same_triples_come_in_the_same_order_at_each_call() -> None:
    assert list(graph.triples(sample())[1]) == list(graph.triples(sample())[1])


def test_no_part_is_named_that_has_no_triples_of_its_own() -> None:
    known = set(full().subjects())
    loose = {o for o in full().objects() if isinstance(o, URIRef) and o.startswith(BASE) and o not in known}
    assert loose == {URIRef(BASE + "pp/resolution/9072/section-2")}  # a part of a text that is only cited


# --- work, edition, expression --------------------------------------------------------------------------------------


def test_work_and_edition_carry_what_the_header_says() -> None:
    assert values(WORK, RDF.type) == {RES.Work, ELI.ComplexWork}
    assert values(EDITION, RDF.type) == {RES.Edition, ELI.LegalResource}
    assert values(EDITION, RES.ofWork) == values(EDITION, ELI.is_member_of) == {WORK}
    assert values(EDITION, RES.body) == values(WORK, RES.body) == {URIRef(BODY + "wtsa")}
    assert values(EDITION, RES.kind) == {"resolution"}
    assert values(EDITION, RES.number) == {"9301"}
    assert (EDITION, RES.year, Literal("2024", datatype=XSD.gYear)) in full()
    assert values(EDITION, RES.placeName) == {"Testville"}
    assert values(EDITION, RES.revised) == {True}
    assert values(EDITION, RES.version) == {"4"}
    assert (EDITION, DCTERMS.title, Literal("Sharing the clocks of the Sectors", lang="en")) in full()


def test_the_adoption_history_leads_to_the_editions() -> None:
    first = URIRef(f"{EDITION}#adoption-1")
    assert values(first, RES.placeName) == {"Oldtown"}
    assert values(first, RES.order) == {1}
    assert values(first, RES.adopted) == {URIRef(BASE + "wtsa/resolution/9301/2016")}
    assert values(URIRef(f"{EDITION}#adoption-2"), RES.adopted) == {EDITION}


def test_an_edition_that_is_only_cited_has_its_key_and_nothing_more() -> None:
    for key in ("pp/resolution/9071/2018", "wtsa/resolution/9301/2016"):
        about = set(full().predicates(URIRef(BASE + key)))
        assert about == {RDF.type, RES.key, RES.ofWork, RES.year}


def test_a_text_without_a_year_is_work_and_edition_at_once() -> None:
    resolution = changed({"key": K("unga/resolution/70-9"), "history": (Adoption("", 2015),)})
    me = URIRef(BASE + "unga/resolution/70-9")
    found = as_graph(resolution)
    assert {RES.Work, RES.Edition} <= values(me, RDF.type, found)
    assert values(me, RES.ofWork, found) == {me}
    assert not values(me, RES.year, found)
    assert not values(me, ELI.is_member_of, found)
    assert not list(found.triples((None, RES.adopted, None)))  # no year in the keys of the United Nations
    assert_conforms(found)


def test_the_source_file_is_named_without_its_folder() -> None:
    source = URIRef(f"{BASE}source/{DIGEST}")
    assert values(graph.graph_name(sample()), PROV.hadPrimarySource) == {source}
    assert values(source, RES.fileName) == {"wtsa-9301.txt"}
    assert values(source, RES.sha256) == {DIGEST}
    assert "somebody" not in graph.serialise([sample()])


# --- parts ----------------------------------------------------------------------------------------------------------


def test_parts_are_numbered_in_reading_order() -> None:
    found = {str(full().value(me, RES.part)): int(str(full().value(me, RES.order))) for me in full().subjects(RES.part)}
    parts = sorted(found, key=lambda path: found[path])
    assert parts == [
        "number", "title", "history", "opening",
        "recalling", "recalling/a", "recalling/b", "noting", "fn/1",
        "further-instructs", "further-instructs/1", "further-instructs/1/i", "further-instructs/1/ii",
        "annex-1", "annex-1/1",
    ]  # fmt: skip
    assert sorted(found.values()) == list(range(1, 16))


@pytest.mark.parametrize(
    ("path", "kind", "role"),
    [
        ("recalling/a", RES.PreambularClause, "preambular"),
        ("further-instructs/1/ii", RES.OperativeClause, "operative"),
        ("annex-1/1", RES.AnnexClause, "annex"),
    ],
)
def test_a_clause_has_the_class_of_its_role(path: str, kind: URIRef, role: str) -> None:
    assert values(part(path), RDF.type) == {RES.Clause, kind, ELI.LegalResourceSubdivision}
    assert values(part(path), RES.role) == {role}
    assert values(part(path), RES.key) == {f"wtsa/resolution/9301/2024/{path}"}


def test_an_item_is_part_of_the_item_above_and_in_its_section() -> None:
    item = part("further-instructs/1/ii")
    assert values(item, ELI.is_part_of) == {part("further-instructs/1")}
    assert values(item, RES.inSection) == {part("further-instructs")}
    assert values(part("further-instructs"), ELI.is_part_of) == {EDITION}
    assert values(part("annex-1/1"), ELI.is_part_of) == {part("annex-1")}


def test_a_section_that_is_its_own_clause_is_one_node() -> None:
    me = part("noting")
    assert {RES.Section, RES.Clause} <= values(me, RDF.type)
    assert values(me, RES.inSection) == {me}
    assert values(me, ELI.is_part_of) == {EDITION}
    assert len(values(me, RES.order)) == len(values(me, RES.role)) == len(values(me, OA.hasSelector)) == 1


def test_words_have_ordinary_spaces_and_hyphens_and_no_marks() -> None:
    assert (part("recalling/b"), RES.text,
            Literal("No. 151 of the Convention and United Nations General Assembly Resolution 70/1,", lang="en")) in full()  # fmt: skip
    (text,) = values(part("noting"), RES.text)
    assert "ITU-R and ITU-T" in str(text)
    (text,) = values(part("recalling/a"), RES.text)
    assert str(text).endswith("on clocks;")
    norm = URIRef(f"{part('further-instructs/1')}#norm-1")
    assert values(norm, RES.action) == {"report every year to TSAG on the state of the clocks"}


def test_quotation_marks_and_dashes_stay() -> None:
    assert graph.legible("\u201cclock\u201d\u00a0\u2013 it\u2019s") == "\u201cclock\u201d \u2013 it\u2019s"


def test_selectors_lead_to_the_characters_of_the_source() -> None:
    def said(me: URIRef, link: URIRef) -> str:
        (selector,) = full().objects(me, link)
        start, end = (int(str(full().value(selector, edge))) for edge in (OA.start, OA.end))
        return TEXT[start:end]

    assert said(part("further-instructs/1/i"), OA.hasSelector) == "i) the number of clocks;"
    assert said(part("noting"), RES.headingSelector) == "noting"
    assert said(part("noting"), OA.hasSelector).startswith("that the International")
    assert said(URIRef(f"{part('recalling/a')}#citation-1"), OA.hasSelector) == "Resolution 9071 (Rev. Elsewhere, 2018)"


def test_a_footnote_is_on_the_part_that_carries_its_mark() -> None:
    assert values(part("fn/1"), RES.on) == {part("recalling/a")}
    assert values(part("fn/1"), RES.text) == {"See section 2 of Resolution 9072 of the Plenipotentiary Conference."}


def test_a_block_in_two_pieces_is_one_node() -> None:
    assert values(part("title"), RES.text) == {"Sharing the clocks of the Sectors"}
    assert len(values(part("title"), OA.hasSelector)) == 2


def test_blocks_without_a_part_and_continuations_are_no_nodes() -> None:
    assert {str(role) for me in full().subjects(RDF.type, RES.Block) for role in full().objects(me, RES.role)} == {
        "number", "title", "history", "opening"}  # fmt: skip


def test_front_matter_is_located_and_not_copied() -> None:
    front = Block("front", "front", at("RESOLUTION 9301"))
    found = as_graph(changed({"blocks": (front,)}))
    assert values(part("front"), OA.hasSelector, found)
    assert not values(part("front"), RES.text, found)


def test_sections_say_their_heading_verb_and_whom_they_address() -> None:
    me = part("further-instructs")
    assert values(me, RES.heading) == {"further instructs the Director of TSB"}
    assert values(me, RES.verb) == {URIRef(HEADING + "instructs")}
    assert values(me, RES.addressee) == {URIRef(ACTOR + "tsb-director")}
    assert (part("annex-1"), DCTERMS.title, Literal("How clocks are set", lang="en")) in full()
    assert not values(part("annex-1"), RES.verb)


@pytest.mark.parametrize(
    ("segment", "verbs"),
    [
        ("recalling", ("recalling",)),
        ("recognizing-further", ("recognizing",)),
        ("taking-into-account", ("taking-into-account",)),
        ("takes-note-of", ("takes-note",)),
        ("resolves-to-instruct", ("resolves-to-instruct",)),
        ("requests-and-instructs", ("requests", "instructs")),
        ("winding-the-clocks", ()),
    ],
)
def test_heading_verbs_are_found_in_the_segment(segment: str, verbs: tuple[str, ...]) -> None:
    assert graph.heading_verbs(segment) == verbs


def test_a_second_section_with_one_heading_has_the_verb_of_the_first() -> None:
    section = Section("recalling-2", "recalling", "preambular", at("recalling"))
    found = as_graph(changed({"sections": (*sample().outline.sections, section)}))
    assert values(part("recalling-2"), RES.verb, found) == {URIRef(HEADING + "recalling")}


def test_a_heading_that_the_vocabulary_does_not_list_is_described() -> None:
    section = Section("winding-the-clocks", "winding the clocks", "preambular", at("recalling"))
    found = as_graph(changed({"sections": (*sample().outline.sections, section)}))
    (verb,) = found.objects(part("winding-the-clocks"), RES.verb)
    assert (verb, RDF.type, RES.UnlistedHeading) in found
    assert (verb, RDFS.label, Literal("winding the clocks", lang="en")) in found
    assert_conforms(found)


def test_clauses_name_sectors_and_actors() -> None:
    assert values(part("noting"), RES.sector) == {URIRef(SECTOR + "itu-r"), URIRef(SECTOR + "itu-t")}
    assert values(part("further-instructs/1/ii"), RES.mentions) == {
        URIRef(ACTOR + "itu-t-study-group-13"), URIRef(ACTOR + "lead-clockmaker")}  # fmt: skip


# --- citations ------------------------------------------------------------------------------------------------------


def test_a_dated_citation_leads_to_work_and_edition() -> None:
    me = URIRef(f"{part('recalling/a')}#citation-1")
    assert values(me, CITO.hasCitingEntity) == {part("recalling/a")}
    assert values(me, CITO.hasCitedEntity) == values(me, RES.citedEdition) == {URIRef(BASE + "pp/resolution/9071/2018")}
    assert values(me, RES.citedWork) == {URIRef(BASE + "pp/resolution/9071")}
    assert values(me, RES.intent) == {URIRef(HEADING + "recalling")}
    assert values(me, RES.phrase) == {"on clocks"}
    assert values(me, RES.citedText) == {"Resolution 9071 (Rev. Elsewhere, 2018)"}
    assert values(me, RES.selfCitation) == {False}


def test_an_undated_citation_of_a_part_leads_to_the_part_and_to_the_work() -> None:
    me = URIRef(f"{part('fn/1')}#citation-1")
    assert values(me, CITO.hasCitedEntity) == {URIRef(BASE + "pp/resolution/9072/section-2")}
    assert values(me, RES.citedWork) == {URIRef(BASE + "pp/resolution/9072")}
    assert not values(me, RES.citedEdition)
    assert values(me, RES.pinpoint) == {"section 2"}
    assert values(me, RES.version) == {"3"}


def test_a_provision_is_cited_as_such_and_described() -> None:
    me, provision = URIRef(f"{part('recalling/b')}#citation-1"), URIRef(BASE + "convention/no/151")
    assert values(me, RES.citedProvision) == {provision}
    assert not values(me, RES.citedWork)
    assert values(provision, RES.instrument) == {URIRef(INSTRUMENT + "convention")}
    assert values(provision, RES.unit) == {"no"}
    assert values(provision, RES.number) == {"151"}


def test_members_of_a_list_share_their_group() -> None:
    first, second = (URIRef(f"{part('recalling/b')}#citation-{n}") for n in (1, 2))
    assert values(first, RES.group) == values(second, RES.group) == {1}
    assert values(second, RES.citedWork) == {URIRef(BASE + "unga/resolution/70-1")}
    assert not values(second, RES.citedEdition)


def test_the_shortcut_leaves_out_citations_of_the_text_itself() -> None:
    assert values(part("recalling/b"), ELI.cites) == {URIRef(BASE + "convention/no/151"), URIRef(BASE + "unga/resolution/70-1")}
    me = part("further-instructs/1")
    assert not values(me, ELI.cites)
    assert values(URIRef(f"{me}#citation-1"), RES.selfCitation) == {True}
    assert values(URIRef(f"{me}#citation-1"), RES.intent) == {URIRef(HEADING + "instructs")}


# --- norms, actors, terms, findings ---------------------------------------------------------------------------------


def test_a_norm_says_who_must_do_what_for_whom_and_when() -> None:
    me = URIRef(f"{part('further-instructs/1')}#norm-1")
    assert values(me, RDF.type) == {RES.Norm, LRML.Obligation}
    assert values(me, RES.inClause) == {part("further-instructs/1")}
    assert values(me, RES.inEdition) == {EDITION}
    assert values(me, RES.modality) == {RES.obligation}
    assert values(me, RES.force) == {"instruct"}
    assert values(me, RES.addressee) == {URIRef(ACTOR + "tsb-director")}
    assert values(me, RES.counterpart) == {URIRef(ACTOR + "tsag")}
    assert values(me, RES.beneficiary) == {URIRef(ACTOR + "membership")}
    assert values(me, RES.frequency) == {"annual"}
    assert values(me, RES.deadline) == {"next-pp"}
    assert values(me, RES.condition) == {"if they are asked"}


def test_a_provision_without_a_verb_of_its_own_has_no_force() -> None:
    me = URIRef(f"{part('annex-1/1')}#norm-1")
    assert values(me, RES.modality) == {RES.obligation}
    assert not values(me, RES.force)


@pytest.mark.parametrize(
    "modality", ["obligation", "prohibition", "permission", "recommendation", "invitation", "commitment", "declaration"]
)
def test_each_modality_of_the_contract_is_a_concept(modality: str) -> None:
    norm = replace(sample().norms[0], modality=modality)
    found = as_graph(changed(norms=(norm,)))
    me = URIRef(f"{part('further-instructs/1')}#norm-1")
    assert values(me, RES.modality, found) == {URIRef(str(RES.obligation).replace("obligation", modality))}
    assert_conforms(found)


def test_a_modality_that_the_ontology_does_not_know_is_an_error() -> None:
    with pytest.raises(AttributeError):
        as_graph(changed(norms=(replace(sample().norms[0], modality="whim"),)))


def test_an_actor_of_the_vocabulary_is_not_described_again() -> None:
    assert not list(full().predicates(URIRef(ACTOR + "tsag")))


def test_an_actor_that_the_vocabulary_does_not_list_is_described() -> None:
    me = URIRef(ACTOR + "lead-clockmaker")
    assert (me, RDF.type, RES.UnlistedActor) in full()
    assert (me, RDFS.label, Literal("lead clockmaker", lang="en")) in full()


def test_a_numbered_group_belongs_to_its_kind_and_sector() -> None:
    me = URIRef(ACTOR + "itu-t-study-group-13")
    assert values(me, SKOS.broader) == {URIRef(ACTOR + "itu-t-study-group")}
    assert values(me, RES.ofSector) == {URIRef(SECTOR + "itu-t")}
    assert values(me, RDFS.label) == {"ITU-T study group 13"}
    assert not values(me, RDF.type)


def test_an_abbreviation_that_is_introduced_twice_is_two_terms() -> None:
    first, second = URIRef(f"{EDITION}#term-icct"), URIRef(f"{EDITION}#term-icct-2")
    assert values(first, RES.abbreviation) == {"ICCT"}
    assert values(second, RES.abbreviation) == {"icct"}
    assert (first, RES.meaning, Literal("International Clock Coordination Team", lang="en")) in full()
    assert values(first, RES.inClause) == {part("noting")}


def test_a_finding_is_said_once_and_about_its_part() -> None:
    found = {(str(full().value(me, RES.code)), full().value(me, RES.about)) for me in full().subjects(RDF.type, RES.Finding)}
    assert found == {("year-odd", part("number")), ("dangling", part("recalling/a"))}
    assert len(list(full().subjects(RDF.type, RES.Finding))) == 2


# --- facts ----------------------------------------------------------------------------------------------------------


def test_facts_keep_structure_citations_and_norms() -> None:
    for kind in (RES.Section, RES.Clause, RES.Footnote, RES.Citation, RES.Norm, RES.Term, OA.TextPositionSelector):
        assert set(facts().subjects(RDF.type, kind)) == set(full().subjects(RDF.type, kind))
    kept = {RES.addressee, RES.modality, RES.frequency, RES.deadline, RES.citedEdition, RES.intent, RES.citedText, RES.marker, RES.sector}
    for predicate in kept:
        assert set(facts().subject_objects(predicate)) == set(full().subject_objects(predicate))


def test_facts_leave_out_every_word_of_the_text() -> None:
    gone = {RES.text, RES.action, RES.meaning, RES.condition, RES.phrase, RES.message}
    assert not gone & set(facts().predicates())
    assert {str(words) for words in facts().objects(None, RES.heading)} == {"recalling", "noting", "further instructs"}
    titles = set(facts().subject_objects(DCTERMS.title))
    assert titles == {(EDITION, Literal("Sharing the clocks of the Sectors", lang="en"))}
    longest = max(len(str(o).split()) for s, p, o in facts() if isinstance(o, Literal) and p not in (DCTERMS.title, RES.citedText))
    assert longest <= 4


def test_facts_say_nothing_that_the_words_do_not_say() -> None:
    name, named = graph.graph_name(sample()), graph.graph_name(sample(), facts=True)
    differ = {(s, p, o) for s, p, o in facts() if (name if s == named else s, p, o) not in full()}
    assert {p for _, p, _ in differ} == {RES.factsOnly, RES.heading}


def test_facts_leave_out_citations_that_are_running_text_and_cut_long_titles() -> None:
    citation = replace(sample().citations[0], text="a citation " * 7, pinpoint="the part " * 7)
    resolution = changed({"title": "a title " * 31}, citations=(citation,))
    me, found = URIRef(f"{part('recalling/a')}#citation-1"), as_graph(resolution, facts=True)
    assert values(EDITION, DCTERMS.title, found) == {"a title " * 6 + "\u2026"}
    assert not values(me, RES.citedText, found)
    assert not values(me, RES.pinpoint, found)
    assert values(me, RES.citedText, as_graph(resolution))


# --- what is written out --------------------------------------------------------------------------------------------


def other() -> Resolution:
    """A second document, which cites the first."""
    citation = Citation("recalling/a", "Resolution 9301", at("Resolution 9071"), K("wtsa/resolution/9301/2024"))
    source = replace(sample().outline.source, sha256="f" * 64, format="docx")
    return changed({"key": K("pp/decision/12/2022"), "source": source}, citations=(citation,))


def test_turtle_says_what_the_triples_say() -> None:
    assert isomorphic(Graph().parse(data=graph.serialise([sample()], "turtle"), format="turtle"), full())


@pytest.mark.parametrize("without_words", [False, True])
def test_turtle_and_trig_agree(without_words: bool) -> None:
    documents = [sample(), other()]
    turtle = Graph().parse(data=graph.serialise(documents, "turtle", facts=without_words), format="turtle")
    dataset = Dataset(default_union=True)
    dataset.parse(data=graph.serialise(documents, "trig", facts=without_words), format="trig")
    union = Graph()
    for s, p, o, _ in dataset.quads():
        union.add((s, p, o))
    assert isomorphic(turtle, union)
    names = {context.identifier for context in dataset.graphs() if len(context)}
    assert names == {graph.graph_name(document, facts=without_words) for document in documents}


def test_trig_holds_each_document_in_its_own_graph() -> None:
    dataset = Dataset()
    dataset.parse(data=graph.serialise([sample(), other()], "trig"), format="trig")
    assert isomorphic(dataset.graph(graph.graph_name(sample())), full())


def test_quads_say_what_the_triples_say_each_once() -> None:
    name, found = graph.quads(sample())
    listed = list(found)
    assert len(listed) == len(set(listed)) == len(full())
    store = ox.Store()
    store.bulk_extend(listed)
    assert list(store.named_graphs()) == [name]
    data = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=name)
    assert isomorphic(Graph().parse(data=data, format="nt"), full())


def test_another_base_is_written_out_and_read_back() -> None:
    base = "http://clocks.example/id/"
    found = Graph().parse(data=graph.serialise([sample()], "turtle", base=base), format="turtle")
    assert isomorphic(found, as_graph(sample(), base=base))


def test_what_is_written_out_begins_with_base_and_prefixes() -> None:
    lines = graph.serialise([sample()], "trig").splitlines()
    assert lines[0] == f"@base <{BASE}> ."
    assert "@prefix res: <https://w3id.org/resograph/ontology#> ." in lines
    assert lines[next(i for i, line in enumerate(lines) if not line.startswith("@"))].startswith("<expression/wtsa/resolution/9301")


def test_what_is_written_out_is_the_same_in_every_run(tmp_path: Path) -> None:
    saved = tmp_path / "documents"
    saved.write_bytes(pickle.dumps([sample(), other()]))
    program = "import pickle, sys; from resograph import graph; print(graph.serialise(pickle.load(open(sys.argv[1], 'rb')), 'trig'))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", program, str(saved)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


# --- which expression answers ---------------------------------------------------------------------------------------


def entry(
    language: str = "en", form: str = "docx", sha256: str = "b" * 64, facts: bool = False, key: str = "pp/resolution/9/2018"
) -> Entry:
    return Entry(K(key), language, form, sha256, "file", facts)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (entry("ar", "txt", "f" * 64), entry("en", "docx", "0" * 64, facts=True)),
        (entry("en", "txt"), entry("fr", "docx")),
        (entry("fr"), entry("es")),
        (entry("es"), entry("ru")),
        (entry("ru"), entry("zh")),
        (entry("zh"), entry("ar")),
        (entry("ar"), entry("de")),
        (entry(form="docx", sha256="c" * 64), entry(form="txt", sha256="a" * 64)),
        (entry(sha256="a" * 64), entry(sha256="b" * 64)),
    ],
    ids=["words before facts", "English first", "French", "Spanish", "Russian", "Chinese", "Arabic", "Word before text", "digest"],
)
def test_the_better_expression_answers(better: Entry, worse: Entry) -> None:
    for entries in ([better, worse], [worse, better]):
        answers = [(s, o) for s, p, o in graph.index(entries) if p == RES.answersFor]
        assert answers == [(better.iri(), URIRef(BASE + "pp/resolution/9/2018"))]


def test_each_edition_of_the_index_has_one_answer_and_nothing_said_twice() -> None:
    entries = [entry(), entry("fr"), entry(key="pp/resolution/9/2022"), entry()]
    found = Graph()
    for triple in graph.index(entries):
        found.add(triple)
    assert len(list(found.subject_objects(RES.answersFor))) == 2
    assert not list(found.subject_objects(ELI.realizes))  # said once, in the graph of the expression


def test_the_index_names_the_graph_that_holds_the_document() -> None:
    assert Entry.of(sample()).iri() == graph.graph_name(sample())
    assert Entry.of(sample(), facts=True).iri() == graph.graph_name(sample(), facts=True)


# --- shapes ---------------------------------------------------------------------------------------------------------


@cache
def shapes() -> Graph:
    return Graph().parse(assets.ONTOLOGY / "shapes" / "data.ttl")


def report(found: Graph) -> tuple[bool, str]:
    conforms, _, text = validate(found, shacl_graph=shapes())
    return bool(conforms), str(text)


def assert_conforms(found: Graph) -> None:
    conforms, text = report(found)
    assert conforms, text


def test_the_graph_of_a_document_obeys_the_shapes() -> None:
    assert_conforms(full())
    assert_conforms(facts())


A, NORM, CITATION = part("recalling/a"), URIRef(f"{part('further-instructs/1')}#norm-1"), URIRef(f"{part('recalling/a')}#citation-1")
SPAN, SOURCE = URIRef(f"{part('recalling/a')}#span"), URIRef(f"{BASE}source/{DIGEST}")
CITED = URIRef(BASE + "pp/resolution/9071/2018")


def _term(value: object) -> URIRef | Literal:
    return value if isinstance(value, URIRef | Literal) else Literal(value)


def put(subject: URIRef, predicate: URIRef, value: object) -> Fault:
    """Give *subject* that value and no other."""
    return lambda found: found.set((subject, predicate, _term(value)))


def add(subject: URIRef, predicate: URIRef, value: object) -> Fault:
    return lambda found: found.add((subject, predicate, _term(value)))


def drop(subject: URIRef, predicate: URIRef, value: URIRef | None = None) -> Fault:
    return lambda found: found.remove((subject, predicate, value))


FAULTS = {
    "work without a number": drop(WORK, RES.number),
    "edition of no work": drop(EDITION, RES.ofWork),
    "edition with two years": add(EDITION, RES.year, Literal("2023", datatype=XSD.gYear)),
    "year that is a number": put(EDITION, RES.year, 2024),
    "edition read without a body": drop(EDITION, RES.body),
    "body that nobody knows": put(EDITION, RES.body, URIRef(BODY + "clockmakers")),
    "kind that is no kind": put(WORK, RES.kind, "poem"),
    "title without a language": put(EDITION, DCTERMS.title, "Sharing"),
    "key in capitals": put(WORK, RES.key, "WTSA/resolution/9301"),
    "key of another thing": put(part("recalling/b"), RES.key, "wtsa/resolution/9301/2024/recalling/c"),
    "key without its edition": put(EDITION, RES.key, "9301/2024"),
    "clause without words": drop(A, RES.text),
    "clause without an order": drop(A, RES.order),
    "clause with the place of another": put(A, RES.order, 7),
    "clause of two roles": add(A, RES.role, "operative"),
    "clause of another class": put(A, RES.role, "annex"),
    "clause of no class": drop(A, RDF.type, RES.PreambularClause),
    "clause in no section": drop(A, RES.inSection),
    "clause in a clause for section": put(A, RES.inSection, part("recalling/b")),
    "clause of another edition": put(A, RES.inEdition, CITED),
    "clause that is part of nothing": drop(A, ELI.is_part_of),
    "section of an unknown role": put(part("annex-1"), RES.role, "foreword"),
    "mention of a text": add(A, RES.mentions, URIRef(BODY + "pp")),
    "Sector that is none": add(A, RES.sector, URIRef(SECTOR + "itu-x")),
    "footnote on nothing": drop(part("fn/1"), RES.on),
    "block of an unknown role": put(part("title"), RES.role, "poem"),
    "span that ends before it begins": put(SPAN, OA.end, 0),
    "span without an end": drop(SPAN, OA.end),
    "citation of nothing": drop(CITATION, CITO.hasCitedEntity),
    "citation from nowhere": drop(CITATION, CITO.hasCitingEntity),
    "citation of neither work nor provision": drop(CITATION, RES.citedWork),
    "citation of work and provision": add(CITATION, RES.citedProvision, URIRef(BASE + "convention/no/151")),
    "citation of an edition of another work": put(CITED, RES.ofWork, WORK),
    "citation whose intent is a word": put(CITATION, RES.intent, "recalling"),
    "citation that may be of itself or not": add(CITATION, RES.selfCitation, True),
    "norm in no clause": drop(NORM, RES.inClause),
    "norm in the preamble": put(NORM, RES.inClause, A),
    "norm of two modalities": add(NORM, RES.modality, RES.invitation),
    "norm of an unknown modality": put(NORM, RES.modality, URIRef(str(RES.obligation).replace("obligation", "whim"))),
    "obligation that is an invitation": put(NORM, RES.modality, RES.invitation),
    "addressee that is a word": add(NORM, RES.addressee, "Director of TSB"),
    "deadline in words": put(NORM, RES.deadline, "before the next conference"),
    "frequency in words": put(NORM, RES.frequency, "every year"),
    "force in capitals": put(NORM, RES.force, "INSTRUCT"),
    "provision of no instrument": drop(URIRef(BASE + "convention/no/151"), RES.instrument),
    "provision of an unknown unit": put(URIRef(BASE + "convention/no/151"), RES.unit, "verse"),
    "adoption without a year": drop(URIRef(f"{EDITION}#adoption-1"), RES.year),
    "term without its abbreviation": drop(URIRef(f"{EDITION}#term-icct"), RES.abbreviation),
    "finding of an unknown severity": put(URIRef(f"{EDITION}#finding-1"), RES.severity, "fatal"),
    "actor without a label": drop(URIRef(ACTOR + "lead-clockmaker"), RDFS.label),
    "file with its folder": put(SOURCE, RES.fileName, "/home/somebody/wtsa.txt"),
    "file without a digest": drop(SOURCE, RES.sha256),
    "expression of two editions": add(graph.graph_name(sample()), ELI.realizes, CITED),
    "specimen that is none": put(graph.graph_name(sample()), RES.specimen, False),
    "words that are said to be facts": put(graph.graph_name(sample()), RES.factsOnly, True),
}  # fmt: skip


def test_a_specimen_is_marked_on_its_expression_and_nothing_else_changes() -> None:
    name, plain = graph.triples(sample())
    marked = set(graph.triples(sample(), specimen=True)[1])
    assert marked - set(plain) == {(name, RES.specimen, Literal(True))}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_the_shapes_find_a_planted_fault(fault: Fault) -> None:
    found = Graph()
    for triple in full():
        found.add(triple)
    fault(found)
    assert not isomorphic(found, full()), "the fault changes nothing"
    assert not report(found)[0]


@pytest.mark.parametrize("path", sorted((assets.CORPUS / "specimens").iterdir()), ids=lambda path: path.name)
def test_every_specimen_obeys_the_shapes(path: Path) -> None:
    from resograph.pipeline import parse

    for resolution in parse(path):
        assert_conforms(as_graph(resolution))
        assert_conforms(as_graph(resolution, facts=True))
