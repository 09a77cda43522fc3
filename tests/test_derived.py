"""What is worked out from the whole store: counted again here from what was read, edition by edition."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ROOT, derive
from rdflib import RDF, Literal, URIRef

from resograph import derived, graph, standing
from resograph.model import Resolution
from resograph.namespaces import BASE
from resograph.pipeline import parse_source
from resograph.questions import ask
from resograph.read import read_bytes

sys.path.insert(0, str(ROOT / "benchmarks"))
import generate

DATES = ["1989", "1996", "2003", "2010", "2017", "2024"]


@cache
def resolutions() -> tuple[Resolution, ...]:
    """A small world of the generator; its third work is only there as specimens."""
    texts = (pair for place in range(5) for pair in generate.texts(7, place))
    return tuple(found for name, text in texts for found in parse_source(read_bytes(text.encode(), name)))


def specimen(resolution: Resolution) -> bool:
    return resolution.outline.key.number == "9003"


@cache
def world() -> ox.Store:
    store = ox.Store()
    for resolution in resolutions():
        store.extend(list(graph.quads(resolution, specimen=specimen(resolution))[1]))
    entries = [graph.Entry.of(resolution) for resolution in resolutions()]
    store.extend(list(graph.as_quads(graph.index_name(), graph.index(entries))))
    for path in sorted((ROOT / "ontology" / "vocabularies").glob("*.ttl")):
        store.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"{BASE}graph/vocabulary"))
    derive(store)
    return store


def in_force(year: int) -> Iterator[Resolution]:
    """Of each work the last edition held that is not later than *year*."""
    for resolution in resolutions():
        key = resolution.outline.key
        later = [other.outline.key.year for other in resolutions() if other.outline.key.work == key.work]
        if (key.year or 0) <= year and not any((key.year or 0) < (other or 0) <= year for other in later):
            yield resolution


@pytest.mark.parametrize("specimens", [False, True])
@pytest.mark.parametrize("date", DATES)
def test_the_workload_on_a_day_is_that_of_the_editions_in_force(date: str, specimens: bool) -> None:
    counted: Counter[str] = Counter()
    for resolution in in_force(int(date)):
        if specimens or not specimen(resolution):
            counted.update(actor for norm in resolution.norms for actor in norm.addressees)
    found = ask(world(), "workload", {"at": date, "specimens": str(specimens).lower()})
    assert {row[0]: int(row[1]) for row in found.rows} == dict(counted)


def test_the_workload_of_all_editions_is_that_of_everything_held() -> None:
    counted = Counter(actor for one in resolutions() if not specimen(one) for norm in one.norms for actor in norm.addressees)
    found = ask(world(), "workload", {"all-editions": "true", "at": "1900"})
    assert {row[0]: int(row[1]) for row in found.rows} == dict(counted) != {}


@pytest.mark.parametrize("date", DATES)
def test_the_matrix_counts_the_citations_of_the_editions_in_force(date: str) -> None:
    sector = {"wtsa": "itu-t", "wtdc": "itu-d", "ra": "itu-r"}
    counted: Counter[tuple[str, str]] = Counter()
    for resolution in in_force(int(date)):
        own = resolution.outline.key.body
        if not specimen(resolution):
            bodies = [citation.target.body for citation in resolution.citations if citation.target.body and not citation.self]
            counted.update((sector.get(own, own), sector.get(body, body)) for body in bodies)
    rows = ask(world(), "sector-matrix", {"at": date}).rows
    assert {(row[0], row[1]): int(row[2]) for row in rows if row[2] != "0"} == dict(counted)


def test_what_is_not_held_is_counted_once_for_each_citation() -> None:
    held = {str(one.outline.key.edition) for one in resolutions()}
    works = {str(one.outline.key.work) for one in resolutions()}
    counted: Counter[str] = Counter()
    for citation in (citation for one in resolutions() if not specimen(one) for citation in one.citations if not citation.self):
        key = citation.target
        if (key.year and str(key.edition) not in held) or (not key.body) or (not key.year and str(key.work) not in works):
            counted[str(key.edition if key.year or not key.body else key.work)] += 1
    found = ask(world(), "missing-targets", {})
    assert {row[0]: int(row[2]) for row in found.rows} == dict(counted) != {}


@pytest.mark.parametrize("date", DATES)
def test_an_edition_answers_until_the_next_that_is_held(date: str) -> None:
    answering = {one.edition for one in standing.held(world()) if one.since <= f"{date}-12-31" < one.until}
    assert answering == {f"{BASE}{resolution.outline.key.edition}" for resolution in in_force(int(date))}


def test_an_edition_known_by_name_stands_between_those_that_are_held() -> None:
    for one in standing.held(world()):
        assert one.since < one.next_named
        assert one.next_named == standing.NEVER or one.next_named < one.until


def test_what_is_derived_leaves_the_documents_alone() -> None:
    bare = ox.Store()
    for resolution in resolutions():
        bare.extend(list(graph.quads(resolution, specimen=specimen(resolution))[1]))
    for name in bare.named_graphs():
        assert set(bare.quads_for_pattern(None, None, None, name)) == set(world().quads_for_pattern(None, None, None, name))


# --- how they are made ------------------------------------------------------------------------------------------------


def reads(store: ox.Store, base: str, name: str) -> Iterator[graph.Triple]:
    """A maker that says how many statements of the derived graph *name* it has found."""
    found = len(list(store.quads_for_pattern(None, None, None, ox.NamedNode(f"{base}graph/{name}"))))
    yield URIRef(f"{base}{name}"), RDF.value, Literal(found)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_derived_graph_finds_those_that_it_comes_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side_by_side: bool) -> None:
    table = (
        derived.Derived("a", partial(reads, name="nothing")),
        derived.Derived("b", partial(reads, name="a"), after=("a",)),
        derived.Derived("c", partial(reads, name="b"), after=("a", "b")),
        derived.Derived("d", partial(reads, name="old")),
    )
    monkeypatch.setattr(derived, "graphs", lambda: table)
    store = ox.Store(str(tmp_path / "graph"))
    for name in ("a", "b", "c", "d"):  # what an earlier build has left
        store.extend(
            [
                ox.Quad(ox.NamedNode("http://old"), ox.NamedNode("http://old"), ox.Literal(i), ox.NamedNode(f"{BASE}graph/{name}"))
                for i in range(9)
            ]
        )
    with ThreadPoolExecutor(2) as pool:
        derived.renew(store, BASE, tmp_path, pool=pool if side_by_side else None)
    found = {quad.subject.value.removeprefix(BASE): quad.object.value for quad in store.quads_for_pattern(None, None, None)}  # type: ignore[union-attr]
    assert found == {"nothing": "0", "a": "1", "b": "1", "old": "0"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph"]


def test_the_table_is_in_an_order_in_which_it_can_be_made() -> None:
    before: set[str] = set()
    for entry in derived.graphs():
        assert before.issuperset(entry.after)
        before.add(entry.name)
