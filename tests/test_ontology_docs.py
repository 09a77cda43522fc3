"""The page of the terms: every term at its anchor, alignments and examples shown, by itself and at /ontology."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDFS, Graph

from resograph import graph, namespaces, ontology_docs
from resograph.build import build
from resograph.serve.names import Names
from resograph.store import Reader

DEFINED = {str(term).removeprefix(namespaces.RES) for term in Graph().parse(ontology_docs.FILE).subjects(RDFS.isDefinedBy)}


DOCUMENTS = Path(graph.__file__).read_text(encoding="utf-8")  # the terms that the graph of a resolution uses


def terms() -> list[ontology_docs.Term]:
    return [term for chapter in ontology_docs.document().chapters for term in chapter.terms]


def test_every_term_has_its_anchor_once_and_each_link_inside_leads_to_one() -> None:
    assert sorted(term.name for term in terms()) == sorted(DEFINED)
    page = ontology_docs.html()
    anchors = re.findall(r'\bid="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert set(anchors) >= DEFINED


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = ontology_docs.html()
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", page)
    assert "{{" not in page


def test_alignments_definitions_and_who_uses_a_class_are_shown() -> None:
    norm = next(term for term in terms() if term.name == "Norm")
    relations = {words: [link.text for link in links] for words, links in norm.relations}
    assert relations["close to"] == ["lrml:PrescriptiveStatement"]
    assert {"res:addressee", "res:modality", "res:deadline"} <= set(relations["properties"])
    work = next(term for term in terms() if term.name == "Work")
    assert ("is a kind of", (ontology_docs.Link("eli:ComplexWork", namespaces.ELI + "ComplexWork"),)) in work.relations


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_an_example_is_turtle_that_uses_the_term(term: ontology_docs.Term) -> None:
    if not term.example:
        # no specimen has one; schemes list their concepts; derived graphs and basic instruments have terms of their own (docs/graph.md)
        assert term.name in {"beneficiary", "UnlistedHeading", "mergedInto", "modalities", "roles"} or not re.search(
            rf"\bRES\.{term.name}\b", DOCUMENTS
        )
        return
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in namespaces.PREFIXES.items())
    triples = list(ox.parse(head + term.example, format=ox.RdfFormat.TURTLE, base_iri=namespaces.BASE))
    nodes = {str(getattr(node, "value", "")) for triple in triples for node in (triple.subject, triple.predicate, triple.object)}
    assert term.iri in nodes
    assert len(triples) == len(set(triples))


def test_it_is_written_by_one_command(tmp_path: Path) -> None:
    out = tmp_path / "new" / "index.html"
    done = subprocess.run([sys.executable, "-m", "resograph.ontology_docs", str(out)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert out.read_text(encoding="utf-8") == ontology_docs.html()
    done = subprocess.run([sys.executable, "-m", "resograph.ontology_docs"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: python -m resograph.ontology_docs OUT.html\n")


def test_a_term_in_an_answer_leads_to_its_entry() -> None:
    assert Names(namespaces.BASE).href(namespaces.RES + "Clause") == "/ontology#Clause"


def test_a_store_knows_the_labels_of_the_terms(tmp_path: Path) -> None:
    build(folder=tmp_path / "store", jobs=1)
    query = "SELECT ?label { <https://w3id.org/resograph/ontology#inSection> <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    found = Reader(tmp_path / "store").query(query)
    assert [row["label"] for row in found] == [ox.Literal("in section", language="en")]
