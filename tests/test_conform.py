"""The check at build: it finds what the shapes forbid, says nothing of sound graphs, and takes a small part of a build's time."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from conftest import ROOT, SPECIMENS
from pyshacl import validate
from rdflib import RDF, SH, Dataset, Graph, Literal, URIRef
from test_graph import FAULTS, NORM, A, facts, full, shapes

from resograph import assets, build, conform, graph
from resograph.errors import ResographError
from resograph.pipeline import parse
from resograph.terms import RES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # rdflib warns of itself
REAL = ROOT.parent / "shared" / "corpus" / "itu"
PARTS = 6  # of the facts, so that several processes can check them
LEFT_TO_CI = {  # needs a query, a choice or a comparison
    "key of another thing",
    "key without its edition",
    "clause without words",
    "clause with the place of another",
    "clause of another class",
    "clause of no class",
    "clause of another edition",
    "span that ends before it begins",
    "citation of neither work nor provision",
    "citation of work and provision",
    "citation of an edition of another work",
    "norm in the preamble",
    "obligation that is an invitation",
    "words that are said to be facts",
    "edition read without a body",
    "body that nobody knows",
}


def found(some: Graph) -> list[str]:
    return list(conform.faults(some))  # type: ignore[arg-type]


def test_a_sound_graph_has_no_faults() -> None:
    assert found(full()) == found(facts()) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_or_left_to_the_tests(name: str) -> None:
    some = Graph()
    for triple in full():
        some.add(triple)
    FAULTS[name](some)
    assert bool(found(some)) == (name not in LEFT_TO_CI)


MORE: dict[str, tuple[Callable[[Graph], object], str]] = {
    "two values": (lambda some: some.add((A, RES.text, Literal("More.", lang="en"))), r"recalling/a: has 2 of res:text, at most 1$"),
    "no value": (lambda some: some.remove((A, RES.key, None)), r"recalling/a: has no res:key$"),
    "kind": (lambda some: some.set((A, RES.text, Literal("x"))), r"res:text is xsd:string, not rdf:langString$"),
    "list": (lambda some: some.set((A, RES.role, Literal("poem"))), r"res:role is 'poem', which is not in its list$"),
    "form": (lambda some: some.set((NORM, RES.force, Literal("SHOUT"))), r"res:force is 'SHOUT', which has not the form "),
    "class": (lambda some: some.set((A, RES.inSection, NORM)), r"res:inSection leads to .*, which is no res:Section$"),
    "domain": (lambda some: some.add((A, RES.force, Literal("x"))), ""),  # force belongs to norms and to headings
    "another domain": (lambda some: some.add((A, RES.frequency, Literal("annual"))), r"a: has res:frequency and is no res:Norm$"),
    "undefined": (lambda some: some.add((A, URIRef(RES.text + "s"), Literal("x"))), r"res:texts is not defined$"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "line"), MORE.values(), ids=MORE.keys())
def test_a_fault_is_one_line_that_says_where_and_what(fault: Callable[[Graph], object], line: str) -> None:
    some = Graph()
    for triple in full():
        some.add(triple)
    fault(some)
    lines = found(some)
    assert any(re.search(line, each) for each in lines) if line else lines == []


def test_what_is_not_compiled_is_named() -> None:
    """A new kind of constraint in the shapes is compiled, or left to pySHACL on purpose."""
    about = {"targetClass", "targetObjectsOf", "message", "declare", "prefix", "namespace", "prefixes", "select"}
    used = {str(term).removeprefix(str(SH)) for term in shapes().predicates() if str(term).startswith(str(SH))}
    assert used - about == conform.COMPILED | conform.LEFT


def test_a_build_tells_faults_and_loads_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "faults", lambda _: iter(["the clock: has no res:key"]))
    done = build.build([SPECIMENS / "wtsa-9018-2024.txt"], tmp_path / "store", jobs=1)
    assert done.faults == [f"{SPECIMENS / 'wtsa-9018-2024.txt'}: the clock: has no res:key"]
    assert done.editions == 1


# --- everything that is there -----------------------------------------------------------------------------------------


@cache
def facts_that_ship() -> list[Graph]:
    """The graphs of the facts about real documents, in the order of their names."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((assets.CORPUS / "facts").glob("*.trig"))]
    graphs = [some for text in texts for some in Dataset().parse(data=text, format="trig").graphs() if len(some)]
    return sorted(graphs, key=lambda some: str(some.identifier))


@pytest.mark.parametrize("share", range(PARTS))
def test_the_facts_that_ship_obey_the_whole_shapes(share: int) -> None:
    for some in facts_that_ship()[share::PARTS]:
        assert found(some) == []
        conforms, _, text = validate(Graph() + some, shacl_graph=shapes())
        assert conforms, text


def documents() -> list[Path]:
    return [path for path in sorted(REAL.rglob("*")) if path.suffix in (".txt", ".docx")]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not here")
def test_real_documents_obey_the_shapes_and_the_share_of_the_check_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Processor time of the check against that of the build, both in this process: told, not tested (it is to stay below a tenth)."""
    graphs = []
    for path in documents():
        with suppress(ResographError):
            graphs += [list(graph.triples(resolution)[1]) for resolution in parse(path)]
    start = process_time()
    assert [fault for triples in graphs for fault in conform.faults(triples)] == []
    checking = process_time() - start
    start = process_time()
    done = build.build([REAL], tmp_path / "store", jobs=1)
    building = process_time() - start
    assert (done.faults, done.editions > 20) == ([], True)
    with capsys.disabled():
        count = sum(map(len, graphs))
        print(f"\ncheck at build: {count:,} triples, {checking * 1e3:.0f} ms of {building:.2f} s: {checking / building:.1%}")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not here")
def test_a_real_document_with_its_words_obeys_the_whole_shapes() -> None:
    for resolution in parse(REAL / "wtsa-18-2024.txt"):
        some = Graph()
        for triple in graph.triples(resolution)[1]:
            some.add(triple)
        assert (None, RDF.type, RES.Clause) in some
        conforms, _, text = validate(some, shacl_graph=shapes())
        assert conforms, text
