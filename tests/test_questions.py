"""Every question answers what the files beside it say, on two engines; and what people type finds what they mean."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml

from resograph import names
from resograph.errors import QuestionError, RuleError
from resograph.namespaces import BASE
from resograph.questions import Question, all_questions, answer, ask, bind, load, shown
from resograph.safety import check

CASES = Path(__file__).parent / "queries"
QUESTIONS = [question.name for question in all_questions()]


def loaded(name: str) -> ox.Store:
    store = ox.Store()
    store.load(path=str(CASES / f"{name}.trig"), format=ox.RdfFormat.TRIG)
    return store


def parameters(question: Question) -> dict[str, str]:
    file = CASES / f"{question.name}.params.yaml"
    found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else question.example
    return {name: str(value) for name, value in (found or {}).items()}


def expected(name: str) -> list[list[str]]:
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_question_gives_the_rows_of_its_csv(name: str) -> None:
    question = load(name)
    found = ask(loaded(name), name, parameters(question))
    assert [list(found.columns), *map(list, found.rows)] == expected(name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, about itself
@pytest.mark.parametrize("name", QUESTIONS)
def test_another_engine_gives_the_same_rows(name: str) -> None:
    question = load(name)
    terms = bind(loaded(name), question, parameters(question))
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=(CASES / f"{name}.trig").read_text(encoding="utf-8"), format="trig")
    result = dataset.query(question.query, initBindings={variable: as_rdflib(term) for variable, term in terms.items()})
    columns = [str(variable) for variable in result.vars or () if str(variable) not in terms]
    rows = [[cell(row, column, question) for column in columns] for row in result]
    assert sorted(rows) == sorted(expected(name)[1:])


def as_rdflib(term: Any) -> Any:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    return rdflib.Literal(term.value, datatype=term.datatype.value)


def cell(row: Any, column: str, question: Question) -> str:
    term = row[column]
    text = "" if term is None else shown(ox.NamedNode(term) if isinstance(term, rdflib.URIRef) else ox.Literal(str(term)))
    return " ".join(sorted(text.split())) if column in question.lists else text


def test_each_question_has_its_files_and_each_file_its_question() -> None:
    files = {path.name.split(".")[0] for path in CASES.iterdir()}
    assert files == set(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_example_in_the_head_can_be_asked(name: str) -> None:
    question = load(name)
    known = {parameter.name for parameter in question.parameters}
    assert set(question.example) <= known
    assert {parameter.name for parameter in question.parameters if parameter.required} <= set(question.example)
    check(question.query)


# --- dates --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "clauses"),
    [
        ("2015", []),
        ("2017", ["wtsa/resolution/9018/2016/instructs/1"]),
        ("2023-12-31", ["pp/resolution/9191/2018/resolves", "wtsa/resolution/9018/2016/instructs/1"]),
        ("2024-01-01", ["pp/resolution/9191/2018/resolves", "wtsa/resolution/9018/2024/instructs/1"]),
    ],
)
def test_duties_are_those_of_the_editions_in_force_on_the_day(at: str, clauses: list[str]) -> None:
    found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": at})
    assert [row[found.columns.index("clause")] for row in found.rows] == clauses


def test_all_editions_switches_the_date_off() -> None:
    found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": "2015", "all-editions": "true"})
    assert [row[0] for row in found.rows] == ["pp/resolution/9191/2018", "wtsa/resolution/9018/2016", "wtsa/resolution/9018/2024"]


def test_the_note_says_where_a_later_edition_is_known_by_name_only() -> None:
    def notes(at: str) -> list[str]:
        found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": at})
        return [row[found.columns.index("note")] for row in found.rows]

    assert notes("2019") == ["", ""]
    assert notes("2024") == ["later edition not held: 2022", ""]


# --- what people type -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("wtsa/resolution/9018/2024", "wtsa/resolution/9018/2024"),
        ("wtsa/18", "wtsa/resolution/18"),
        ("wtsa/18/2024/resolves/2", "wtsa/resolution/18/2024/resolves/2"),
        ("WTSA Resolution 18", "wtsa/resolution/18"),
        ("PP Res 71", "pp/resolution/71"),
        ("PP Res. 71 (Rev. Dubai, 2018)", "pp/resolution/71/2018"),
        ("Resolution 71 of the Plenipotentiary Conference", "pp/resolution/71"),
        ("Resolution 18 (Rev. New Delhi, 2024) of WTSA", "wtsa/resolution/18/2024"),
        ("WTSA-24 Resolution 18", "wtsa/resolution/18"),
        ("Council Decision 482", "council/decision/482"),
        ("ITU-T A.1", "itu-t/recommendation/a.1"),
        ("Resolution ITU-R 9", "ra/resolution/9"),
        ("UNGA Resolution 70/1", "unga/resolution/70-1"),
    ],
)
def test_resolutions_are_found_the_way_delegates_cite_them(typed: str, key: str) -> None:
    assert str(names.cited(typed)) == key


@pytest.mark.parametrize("typed", ["", "foo", "PP", "PP 2022", "Resolution 18", "18"])
def test_what_names_no_resolution_is_none(typed: str) -> None:
    assert names.cited(typed) is None


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("tsag", "tsag"), ("TSAG", "tsag"), ("Director of BDT", "bdt-director"), ("the Council", "council"),
     ("Secretary-General", "secretary-general"), ("secretary general", "secretary-general")],
)  # fmt: skip
def test_actors_are_found_by_slug_name_and_abbreviation(typed: str, slug: str) -> None:
    assert names.actor(typed) == slug


@pytest.mark.parametrize(
    ("question", "params", "message"),
    [
        ("obligation", {}, "no question is called 'obligation'; nearest: obligations"),
        ("obligations", {}, "needs actor, for example actor='Director of TSB'"),
        ("obligations", {"actr": "tsag"}, "has no parameter 'actr'; it has: actor"),
        ("obligations", {"actor": "directer of bdt"}, "nearest: director of bdt"),
        ("obligations", {"actor": "tsag", "at": "soon"}, "no date: 'soon'"),
        ("obligations", {"actor": "tsag", "all-editions": "maybe"}, "write true or false"),
        ("obligations", {"actor": "tsag", "modality": "duty"}, "there are: obligation, prohibition"),
        ("cites", {"edition": "wtsa/9018/2020"}, "does not hold wtsa/resolution/9018/2020; nearest: wtsa/resolution/9018/2024"),
        ("cites", {"edition": "the one about rooms"}, "write it like wtsa/18/2024"),
        ("cited-by", {"work": "PP Resolution 9190"}, "does not hold pp/resolution/9190; nearest: pp/resolution/919"),
        ("clause", {"key": "wtsa/9018/2024/resolve/2"}, "has no part 'resolve/2'; nearest: resolves/2"),
    ],
)
def test_what_is_not_known_is_said_in_one_line_with_the_nearest(question: str, params: dict[str, str], message: str) -> None:
    store = loaded(question if question in QUESTIONS else "cites")
    with pytest.raises(QuestionError) as error:
        ask(store, question, params)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_value_is_a_term_and_never_a_piece_of_the_query() -> None:
    found = ask(loaded("terms"), "terms", {"abbreviation": '" } UNION { ?s ?p ?o } #'})
    assert found.rows == ()


def test_a_work_stands_for_its_latest_edition() -> None:
    found = ask(loaded("cites"), "cites", {"edition": "WTSA Resolution 9018"})
    assert found.rows == ask(loaded("cites"), "cites", {"edition": "wtsa/resolution/9018/2024"}).rows


def test_another_base_changes_no_answer() -> None:
    other = "https://example.org/x/"
    text = (CASES / "cites.trig").read_text(encoding="utf-8").replace(BASE, other)
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.TRIG)
    assert [list(row) for row in ask(store, "cites", {"edition": "wtsa/9018"}, base=other).rows] == expected("cites")[1:]


@pytest.mark.parametrize(
    "head",
    [
        "#+ summary: x",
        "#+ summary: x\n#+ description: y\n#+ parameters: {a: {type: nonsense}}\n#+ example: {}",
        "#+ summary: x\n#+ description: y\n#+ parameters: {}\n#+ example: {}\n#+ colour: red",
        "#+ summary: [",
    ],
)
def test_a_wrong_head_is_an_error_and_not_an_empty_one(tmp_path: Path, head: str) -> None:
    (tmp_path / "odd.rq").write_text(head + "\nSELECT * {}\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"^odd\.rq: the head is wrong"):
        load("odd", tmp_path)


def test_the_terms_of_an_answer_stand_beside_its_text() -> None:
    question = load("lineage")
    store = loaded("lineage")
    found = answer(store, question, bind(store, question, {"work": "pp/9191"}))
    assert found.terms[0][0] == ox.NamedNode(BASE + found.rows[0][0])
