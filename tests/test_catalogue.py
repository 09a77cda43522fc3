"""The catalogue: what proves an edition, when a history is whole, what is in force; and the same as triples."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import REAL, needs_real_documents
from pyshacl import validate
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import PROV

from resograph import assets, catalogue_graph, cli, derived
from resograph.build import build
from resograph.catalogue import Catalogue, Claim, Ending, Entry, Known, Row, Text, catalogue, last_day, place_word, whole_history
from resograph.errors import RuleError
from resograph.keys import Key
from resograph.namespaces import BASE
from resograph.store import Reader
from resograph.terms import RES
from resograph.witnesses import of_resolution, of_store, of_tables

SPECIMENS = Path(__file__).parents[1] / "corpus" / "specimens"
K = Key.parse


def text(key: str, *history: int, revised: bool = True, place: str = "", version: str = "") -> Text:
    entries = tuple(Entry(year, "", f"urn:{key}#adoption-{n}") for n, year in enumerate(history, 1))
    return Text(K(key), f"urn:{key}", place, revised, version, entries)


def claim(key: str, where: str = "pp/resolution/9001/2018/noting") -> Claim:
    return Claim(K(key), K(where), f"urn:{where}#citation-1")


def work(key: str, *texts: Text, claims: Sequence[Claim] = (), rows: Sequence[Row] = (), endings: Sequence[Ending] = ()):  # type: ignore[no-untyped-def]
    return catalogue(texts, claims, rows, endings).works[K(key)]


# --- proof and claim ------------------------------------------------------------------------------------------------


def test_a_text_and_its_history_prove_and_a_citation_only_claims() -> None:
    found = work("wtsa/resolution/9018", text("wtsa/resolution/9018/2024", 2016, 2024), claims=[claim("wtsa/resolution/9018/2012")])
    assert [(one.year, one.proved, one.held) for one in found.editions] == [(2012, False, False), (2016, True, False), (2024, True, True)]
    assert [one.kind for one in found.edition(2024).evidence] == ["text", "history"]
    assert str(found.edition(2012).evidence[0].where) == "pp/resolution/9001/2018/noting"


def test_a_thousand_citations_prove_nothing() -> None:
    many = [claim("pp/resolution/9191/2018", f"pp/resolution/9001/2018/noting/{n}") for n in range(1000)]
    found = work("pp/resolution/9191", claims=many)
    assert (found.proved, found.complete, found.in_force("2020-01-01")) == ((), None, (None, Known.UNKNOWN))


def test_a_row_of_the_table_proves() -> None:
    found = work("ra/resolution/9009", rows=[Row(K("ra/resolution/9009/2015"), 1, "urn:t#line=3")])
    assert [(one.year, one.proved, one.version) for one in found.editions] == [(2015, True, "1")]


# --- a whole history ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        (text("wtsa/resolution/9018/2024", 2008, 2016, 2024), True),
        (text("wtsa/resolution/9018/2024", 2008, 2016), False),  # it does not reach its own year
        (text("wtsa/resolution/9018/2024", 2016, 2008, 2024), False),  # its years do not ascend
        (text("wtsa/resolution/9018/2016", 2016), False),  # one entry of a text that is marked as revised
        (text("wtsa/resolution/9018/2016", 2016, revised=False), True),
        (text("wtsa/resolution/9018/2004", revised=False), False),  # WTSA-2000 to WTSA-08 did not mark revisions
        (text("pp/resolution/9204/2018", revised=False), True),
        (text("pp/resolution/9204/2018"), False),
        (text("ra/resolution/9075/2023", 2019, 2023, version="1"), True),
        (text("ra/resolution/9075/2023", 2019, 2023, version="2"), False),  # a version is left out
        (text("council/resolution/9333/2019", 2011, 2019), False),  # "last amended": what is between is left out
    ],
)
def test_a_history_is_whole_by_what_it_prints(given: Text, whole: bool) -> None:
    assert bool(whole_history(given)) is whole
    assert (work(str(given.key.work), given).complete == given.key.year) is whole


def test_a_closing_line_that_begins_with_a_revision_is_not_whole() -> None:
    given = text("pp/resolution/9191/2022", 2014, 2022)
    cut = replace(given, history=(replace(given.history[0], revised=True), given.history[1]))
    assert whole_history(given) == (2014, 2022)
    assert whole_history(cut) == ()


def test_a_proved_edition_that_a_history_leaves_out_shows_that_it_is_not_whole() -> None:
    late, early = text("pp/resolution/9191/2022", 2010, 2014, 2022), text("pp/resolution/9191/2018")
    assert work("pp/resolution/9191", late).complete == 2022
    assert work("pp/resolution/9191", late, early).complete is None
    assert work("pp/resolution/9191", late, claims=[claim("pp/resolution/9191/2018")]).complete == 2022


def test_the_table_is_whole_where_no_version_is_missing_and_years_ascend() -> None:
    def rows(*pairs: tuple[int, int]) -> list[Row]:
        return [Row(K(f"ra/resolution/9009/{year}"), version, f"urn:t#line={version}") for version, year in pairs]

    assert work("ra/resolution/9009", rows=rows((0, 2000), (1, 2003), (2, 2007))).complete == 2007
    assert work("ra/resolution/9009", rows=rows((0, 2000), (2, 2007))).complete is None
    assert work("ra/resolution/9009", rows=rows((0, 2000), (1, 1997))).complete is None


# --- in force -------------------------------------------------------------------------------------------------------


def test_what_is_in_force_follows_the_history() -> None:
    found = work("wtsa/resolution/9018", text("wtsa/resolution/9018/2024", 2012, 2016, 2024))
    assert found.in_force("2011-01-01") == (None, Known.NO)
    for day, year in (("2012-12-31", 2012), ("2016-11-02", 2012), ("2016-11-03", 2016), ("2023-06-01", 2016), ("2024-10-24", 2024)):
        edition, known = found.in_force(day)
        assert (edition.year, known) == (year, Known.YES), day


def test_after_the_next_meeting_of_which_nothing_is_known_it_is_unknown() -> None:
    found = work("pp/resolution/9191", text("pp/resolution/9191/2014"))
    assert found.complete is None
    assert found.edition(2014).in_force("2018-11-15") is Known.YES  # no Plenipotentiary Conference before
    assert found.edition(2014).in_force("2018-11-16") is Known.UNKNOWN
    assert found.in_force("2010-01-01") == (None, Known.UNKNOWN)  # it may be a revision of an older one


def test_a_gap_in_the_history_makes_an_unknown_between_two_editions() -> None:
    found = work("pp/resolution/9191", text("pp/resolution/9191/2010"), text("pp/resolution/9191/2018"))
    answers = [found.edition(2010).in_force(day) for day in ("2012-01-01", "2015-01-01", "2019-01-01")]
    assert answers == [Known.YES, Known.UNKNOWN, Known.NO]


def test_of_a_body_whose_meetings_are_not_listed_nothing_follows() -> None:
    assert work("council/decision/9482", text("council/decision/9482/2013", revised=False)).in_force("2014-06-01")[1] is Known.UNKNOWN


def test_far_after_the_last_listed_meeting_it_is_unknown() -> None:
    found = work("wtsa/resolution/9018", text("wtsa/resolution/9018/2024", 2016, 2024))
    assert [found.in_force(day)[1] for day in ("2026-12-31", "2029-01-01")] == [Known.YES, Known.UNKNOWN]


def test_an_abrogated_work_is_no_longer_in_force() -> None:
    end = Ending(K("pp/decision/9013"), 2018, "urn:x#abrogation-1", K("pp/resolution/9130/2018/back"), K("pp/decision/9011"))
    found = work("pp/decision/9013", text("pp/decision/9013/2014", revised=False), endings=[end])
    assert [found.in_force(day) for day in ("2018-11-15", "2019-01-01")] == [(found.edition(2014), Known.YES), (None, Known.NO)]
    assert found.ending.into == K("pp/decision/9011")


def test_a_work_that_was_taken_up_again_has_not_ended() -> None:
    end = Ending(K("pp/decision/9013"), 2018, "urn:x#abrogation-1")
    assert work("pp/decision/9013", text("pp/decision/9013/2022"), endings=[end]).ending is None


def test_days_and_places_are_compared_in_one_form() -> None:
    assert [last_day(day) for day in ("2024", "2024-02", "2023-12", "2024-10-24")] == [
        "2024-12-31",
        "2024-02-29",
        "2023-12-31",
        "2024-10-24",
    ]
    assert place_word("Buenos-Aires") == place_word("Buenos Aires")
    assert place_word("Florian\u00f3polis") == place_word("Florianopolis")


# --- tables and triples ---------------------------------------------------------------------------------------------


def test_a_table_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "itu-r-resolutions.tsv").write_text("number\tversion\tyear\n1\t0\n", "utf-8")
    (tmp_path / "endings.tsv").write_text("", "utf-8")
    with pytest.raises(RuleError, match=r"itu-r-resolutions\.tsv, line 2"):
        of_tables(folder=tmp_path)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the specimens."""
    place = tmp_path_factory.mktemp("catalogue") / "store"
    build([SPECIMENS], place)
    return place


@cache
def as_graph(store: Path, name: str) -> Graph:
    graph = Graph()
    quads = Reader(store).store.quads_for_pattern(None, None, None, ox.NamedNode(f"{BASE}graph/{name}"))
    graph.parse(data=ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    return graph


def test_the_derived_graphs_obey_their_shapes(store: Path) -> None:
    shapes = Graph().parse(assets.ONTOLOGY / "shapes" / "catalogue.ttl")
    conforms, _, said = validate(as_graph(store, "catalogue") + as_graph(store, "citations"), shacl_graph=shapes)
    assert conforms, said


@pytest.mark.parametrize("fault", ["evidence", "proof", "status"])
def test_the_shapes_find_a_fault(store: Path, fault: str) -> None:
    shapes = Graph().parse(assets.ONTOLOGY / "shapes" / "catalogue.ttl")
    graph = as_graph(store, "catalogue") + as_graph(store, "citations")
    if fault == "evidence":
        graph.remove((URIRef(BASE + "pp/resolution/9191/2010"), RES.evidence, None))
    elif fault == "proof":
        graph.set((URIRef(BASE + "pp/resolution/9191/2018"), RES.existence, Literal("proved")))
    else:
        graph.add((URIRef("urn:x"), RDF.type, RES.Assessment))
    assert not validate(graph, shacl_graph=shapes)[0]


def test_each_piece_of_evidence_leads_to_something_in_the_store(store: Path) -> None:
    graph, reader = as_graph(store, "catalogue"), Reader(store)
    sources = {str(source) for node in graph.subjects(RDF.type, RES.Evidence) for source in graph.objects(node, PROV.wasDerivedFrom)}
    lines = {source for source in sources if "#line=" in source}
    described = {source for source in sources - lines if any(reader.store.quads_for_pattern(ox.NamedNode(source), None, None))}
    assert sources - lines == described
    assert len(described) > 50
    assert {URIRef(line.partition("#")[0]) for line in lines} <= set(graph.subjects(RDF.type, RES.SourceFile))


def test_dropping_the_catalogue_leaves_the_documents_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def documents(place: Path) -> set[ox.Quad]:
        return {quad for quad in Reader(place).store if f"{BASE}graph/" not in str(quad.graph_name)}

    build([SPECIMENS / "wtsa-9018-2024.txt"], tmp_path / "with")
    monkeypatch.setattr(derived, "graphs", lambda: ())
    build([SPECIMENS / "wtsa-9018-2024.txt"], tmp_path / "without")
    assert documents(tmp_path / "with") == documents(tmp_path / "without")


def test_the_store_and_the_files_say_the_same(store: Path) -> None:
    from resograph.pipeline import parse

    read = [of_resolution(one) for path in sorted(SPECIMENS.iterdir()) for one in parse(path)]
    stored = of_store(Reader(store).store)
    assert {one.key: (one.place, one.revised, one.version, [e.year for e in one.history]) for w in read for one in w.texts} == {
        one.key: (one.place, one.revised, one.version, [e.year for e in one.history]) for one in stored.texts
    }
    cited = sorted((str(one.where), str(one.cited.target), one.cited.place) for w in read for one in w.citations if one.cited.target.body)
    assert [one for one in cited if not one[1].startswith(("unga", "ecosoc"))] == sorted(
        (str(one.where), str(one.cited.target), one.cited.place) for one in stored.citations
    )
    assert {(one.work, one.year) for w in read for one in w.endings} == {(one.work, one.year) for one in stored.endings}


# --- the command ----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    return cli.run(list(arguments))


def test_the_list_says_what_is_held_in_force_and_known(store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("catalogue", "--specimens", "--format", "json", "--store", str(store), "--at", "2023") == 0
    rows = {row["work"]: row for row in json.loads(capsysbinary.readouterr().out)}
    found = rows["pp/resolution/9191"]
    assert (found["editions"], found["never"], found["held"]) == ([2010, 2014, 2022], [2018], [2014, 2022])
    assert (found["in-force"], found["history"]) == (2022, "whole to 2022")
    assert rows["pp/decision/9013"]["in-force"] == "abrogated 2018"


def test_one_work_is_explained_edition_by_edition(store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("catalogue", "PP Resolution 9191", "--at", "2015", "--store", str(store)) == 0
    said = capsysbinary.readouterr().out.decode()
    assert "Its whole history to 2022 is known by text pp/resolution/9191/2022." in said
    assert "On 2015-12-31 the edition of 2014 was in force." in said
    assert "never was" in said
    assert "citation wtsa/resolution/9018/2024/recognizing/a" in " ".join(said.split())


def test_the_table_for_programs_has_a_row_for_each_edition(store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("catalogue", "pp/9191", "--format", "csv", "--store", str(store)) == 0
    rows = list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode())))
    assert [(row["year"], row["existence"]) for row in rows] == [
        ("2010", "proved"), ("2014", "proved"), ("2018", "never was"), ("2022", "proved"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pp/9999"], "the catalogue has no pp/resolution/9999"),
        (["lamp"], "no work is called"),
        (["pp/9191", "--at", "soon"], "no date: 'soon'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    store: Path, arguments: list[str], said: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("catalogue", *arguments, "--store", str(store)) == 2
    error = capsysbinary.readouterr().err.decode()
    assert said in error
    assert error.count("\n") == 1


# --- real documents -------------------------------------------------------------------------------------------------


@cache
def real(place: Path) -> Catalogue:
    build([REAL], place)
    return (of_store(Reader(place).store) + of_tables()).catalogue()


@needs_real_documents
def test_the_lineage_of_real_resolutions(tmp_path_factory: pytest.TempPathFactory) -> None:
    works = real(tmp_path_factory.mktemp("real") / "store").works
    eighteen, regional = works[K("wtsa/resolution/18")], works[K("pp/resolution/25")]
    assert [one.year for one in eighteen.proved] == [1993, 1996, 2000, 2004, 2008, 2012, 2016, 2022, 2024]
    assert (eighteen.complete, len(regional.proved), regional.complete) == (2024, 8, 2022)
    assert [one.meetings[0].slug for one in eighteen.proved[-3:]] == ["wtsa-16", "wtsa-20", "wtsa-24"]
    assert works[K("pp/decision/13")].ending is not None


def test_the_makers_stand_in_the_table() -> None:
    assert {catalogue_graph.make_catalogue, catalogue_graph.make_citations} <= {one.make for one in derived.graphs()}
