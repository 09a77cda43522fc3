"""Every question answers what the files beside it say, on two engines; and what people type finds what they mean."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from conftest import derive

from resograph import names
from resograph.errors import QuestionError, RuleError
from resograph.namespaces import BASE
from resograph.questions import Question, all_questions, answer, ask, bind, faults, in_order, load, shown
from resograph.safety import check

CASES = Path(__file__).parent / "queries"
QUESTIONS = [question.name for question in all_questions()]


def loaded(name: str) -> ox.Store:
    """The data of a case, with the graphs that a build derives from them."""
    store = ox.Store()
    store.load(path=str(CASES / f"{name}.trig"), format=ox.RdfFormat.TRIG)
    derive(store)
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
    dataset.parse(data=loaded(name).dump(format=ox.RdfFormat.TRIG), format="trig")
    result = dataset.query(question.query, initBindings={variable: as_rdflib(term) for variable, term in terms.items()})
    found: list[Any] = list(result)
    free = {one.variable for one in question.parameters if all(row[one.variable] is None for row in found)}  # an answer leaves them out
    columns = [str(variable) for variable in result.vars or () if str(variable) not in {*terms, *free}]
    rows = [[cell(row, column, question) for column in columns] for row in found]
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
        ("2024-10-23", ["pp/resolution/9191/2018/resolves", "wtsa/resolution/9018/2016/instructs/1"]),
        ("2024-10-24", ["pp/resolution/9191/2018/resolves", "wtsa/resolution/9018/2024/instructs/1"]),
    ],
)
def test_duties_are_those_of_the_editions_in_force_on_the_day(at: str, clauses: list[str]) -> None:
    found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": at})
    assert [row[found.columns.index("clause")] for row in found.rows] == clauses


def test_all_editions_switches_the_date_off() -> None:
    found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": "2015", "all-editions": "true"})
    assert [row[0] for row in found.rows] == ["pp/resolution/9191/2018", "wtsa/resolution/9018/2016", "wtsa/resolution/9018/2024"]


def rows_of(question: str, **params: str) -> list[dict[str, str]]:
    found = ask(loaded(question), question, params)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_an_edition_is_asked_for_its_duties_without_an_actor_and_whether_in_force_or_not() -> None:
    rows = rows_of("obligations", edition="wtsa/9018/2024", at="2025")
    assert [(row["clause"].rpartition("2024/")[2], row["addressees"]) for row in rows] == [
        ("instructs/1", "br-director tsb-director"),
        ("invites", "member-states"),
    ]
    assert [row["note"] for row in rows_of("obligations", edition="wtsa/9018/2016", at="2025")] == [
        "not in force then, later edition: 2024"
    ]
    assert "actor" not in rows[0]


def test_instructions_can_be_asked_of_one_edition() -> None:
    assert {row["clause"] for row in rows_of("instructions", edition="wtsa/9018/2016")} == {"wtsa/resolution/9018/2016/instructs/1"}


def test_a_collective_name_asks_for_each_of_its_members() -> None:
    rows = rows_of("obligations", actor="the Directors of the Bureaux", at="2025")
    assert [row["edition"] for row in rows] == ["pp/resolution/9191/2018", "wtsa/resolution/9018/2024", "wtsa/resolution/9101/2020"]


def test_a_group_that_the_vocabulary_can_name_and_no_text_does_has_no_duties() -> None:
    assert rows_of("obligations", actor="ITU-T Study Group 13") == []


def test_specimens_are_left_out_unless_asked_for_and_the_answer_says_so() -> None:
    without = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": "2021"})
    assert "9020" not in str(without.rows)
    assert without.notes == ("specimens are left out (1 edition); with specimens=true they are counted in",)
    counted = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": "2021", "specimens": "true"})
    assert "9020" in str(counted.rows)
    assert counted.notes == ()


@pytest.mark.parametrize(
    "question", ["citation-matrix", "instruction-matrix", "instructions", "missing-targets", "sector-matrix", "workload"]
)
def test_specimens_count_in_aggregates_when_asked(question: str) -> None:
    store = loaded(question)
    quad: Any
    for quad in list(store.quads_for_pattern(None, ox.NamedNode("https://w3id.org/resograph/ontology#answersFor"), None, None)):
        store.add(ox.Quad(quad.subject, ox.NamedNode("https://w3id.org/resograph/ontology#specimen"), ox.Literal(True), quad.subject))
    derive(store)
    assert ask(store, question, {}).rows == ()
    assert ask(store, question, {"specimens": "true"}).rows == ask(loaded(question), question, {}).rows != ()


def test_the_answer_names_the_editions_in_force_then_that_are_not_held() -> None:
    found = ask(loaded("obligations"), "obligations", {"actor": "bdt-director", "at": "2010"})
    assert found.rows == ()
    assert found.notes[0] == "in force then, not held: wtsa/resolution/9101/2008"
    assert not any("not held" in note for note in ask(loaded("obligations"), "obligations", {"actor": "tsag", "at": "2025"}).notes)


def test_the_answer_names_later_editions_that_are_known_by_name_only() -> None:
    store = loaded("recurring")
    later = ox.NamedNode(BASE + "wtsa/resolution/9018/2028"), ox.NamedNode("https://w3id.org/resograph/ontology#ofWork")
    store.add(
        ox.Quad(*later, ox.NamedNode(BASE + "wtsa/resolution/9018"), ox.NamedNode(BASE + "expression/pp/resolution/9191/2022/en/txt-2"))
    )
    said = "a later edition is known by name and not held: wtsa/resolution/9018/2028"
    assert said in ask(store, "recurring", {"at": "2029"}).notes
    assert said not in ask(store, "recurring", {"at": "2027"}).notes  # there is none yet
    assert said not in ask(store, "recurring", {"at": "2029", "body": "pp"}).notes  # no row is of that work


def test_rows_come_in_the_order_of_numbers() -> None:
    keys = ["pp/resolution/101/2018", "pp/resolution/11/2018/resolves/2", "pp/resolution/9/2018", "pp/decision/11/2018"]
    assert sorted(keys, key=in_order) == [keys[3], keys[2], keys[1], keys[0]]
    assert in_order("pp/resolution/11/2018/resolves/2") == in_order("pp/resolution/11/2018/recalling")  # the order of the text stays


def test_an_edition_is_cited_by_those_that_name_its_year() -> None:
    assert [row["clause"] for row in rows_of("cited-by", work="pp/9191/2018")] == ["wtsa/resolution/9018/2024/noting"]
    assert [row["clause"] for row in rows_of("cited-by", work="pp/9191/2022")] == ["wtsa/resolution/9018/2024/recalling/a"]


@pytest.mark.parametrize(
    "typed", ["convention/no/151", "No. 151 of the Convention", "resolves 2 of PP Resolution 9191 (Rev. Beispielburg, 2022)"]
)
def test_what_cites_a_provision_or_a_part_can_be_asked(typed: str) -> None:
    assert [row["clause"] for row in rows_of("cited-by", work=typed)] == ["wtsa/resolution/9018/2024/recalling/a"]


@pytest.mark.parametrize("name", ["clause", "key"])
def test_a_footnote_gives_its_words_and_the_parameter_has_two_names(name: str) -> None:
    assert [row["text"] for row in rows_of("clause", **{name: "footnote 1 of WTSA Resolution 9018"})] == ["Doors may be open."]


@pytest.mark.parametrize("typed", ["ABC", "abc", "Abc"])
def test_an_abbreviation_is_found_in_any_case(typed: str) -> None:
    assert [row["meaning"] for row in rows_of("terms", abbreviation=typed)] == ["Alphabet"]


def test_the_note_says_where_a_later_edition_is_known_by_name_only() -> None:
    def notes(at: str) -> list[str]:
        found = ask(loaded("obligations"), "obligations", {"actor": "tsb-director", "at": at})
        return [row[found.columns.index("note")] for row in found.rows]

    assert notes("2019") == ["", ""]
    assert notes("2024") == ["later edition not held: 2022", ""]


# --- what can be left out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "params", "column", "values"),
    [
        ("due", {"year": "2024"}, "deadline", ["2024-06-30", "council-2024"]),
        ("due", {"actor": "TSB Director"}, "deadline", ["2024-06-30", "next-wtsa"]),
        ("due", {"body": "wtsa"}, "deadline", ["next-wtsa"]),
        ("due", {"at": "2019"}, "due", ["2019"]),
        ("due", {"actor": "the three Directors"}, "deadline", ["2024-06-30", "next-wtsa"]),
        ("recurring", {"actor": "TSAG"}, "frequency", ["each-meeting:tsag"]),
        ("reports", {"to": "TSAG"}, "clause", ["pp/resolution/9191/2022/instructs/4", "wtsa/resolution/9018/2024/instructs"]),
        ("reports", {"from": "the three Directors"}, "clause", ["wtsa/resolution/9018/2024/instructs"]),
        ("invitations", {}, "force", ["invite", "urge", ""]),
        ("invitations", {"actor": "academia"}, "force", ["urge"]),
        ("consultations", {"with": "council"}, "actor", ["bdt-director", "br-director"]),
        ("legal-basis", {"instrument": "Constitution"}, "provision", ["constitution/article/1"]),
        ("legal-basis", {"body": "wtsa"}, "citations", ["1"]),
        ("oldest", {"at": "2024", "never-revised": "true"}, "edition", ["pp/decision/9011/1998"]),
        ("own-actors", {"body": "wtsa"}, "actor", ["itu-t-study-groups"]),
        ("limits", {"edition": "pp/9191/2018"}, "modality", ["prohibition"]),
        ("limits", {"actor": "TSAG"}, "edition", ["wtsa/resolution/9018/2024"]),
        ("outside-sources", {"source": "wsis"}, "work", ["wsis/agenda/tunis"]),
        ("outside-sources", {"work": "UNGA Resolution 70/1"}, "intent", ["recalling", "noting"]),
        ("findings", {"code": "actor-unlisted"}, "findings", ["1", "1"]),
        ("conferences", {"year": "1993"}, "code", ["WTSC-93"]),
        ("conferences", {}, "year", ["1993", "2022", "2024"]),
        ("names", {"actor": "tsag", "language": "fr"}, "name", ["Groupe des lampes"]),
    ],
)
def test_what_is_left_out_asks_for_all(question: str, params: dict[str, str], column: str, values: list[str]) -> None:
    assert [row[column] for row in rows_of(question, **params)] == values


@pytest.mark.parametrize("question", ["due", "recurring", "reports", "invitations", "consultations", "limits", "findings", "own-actors"])
def test_a_specimen_is_counted_in_when_asked(question: str) -> None:
    params = {} if question not in ("consultations",) else {"actor": "bdt-director"}
    assert rows_of(question, **params, specimens="true") != rows_of(question, **params)


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


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("resolves 2 i) of WTSA Resolution 18", "wtsa/resolution/18/resolves/2/i"),
        ("WTSA Resolution 18 (Rev. New Delhi, 2024), resolves 2(i)", "wtsa/resolution/18/2024/resolves/2/i"),
        ("taking into account further b)bis of PP Res 71", "pp/resolution/71/taking-into-account-further/bbis"),
        ("instructs (2nd) 1 of WTSA Res 18", "wtsa/resolution/18/instructs-2/1"),
        ("Annex 1 to PP Resolution 71", "pp/resolution/71/annex-1"),
        ("footnote 2 of WTSA Resolution 18", "wtsa/resolution/18/fn/2"),
        ("No. 215 of the Convention", "convention/no/215"),
        ("CV 215", "convention/no/215"),
        ("Article 18 of the Constitution", "constitution/article/18"),
        ("RR 5.388", "rr/no/5.388"),
    ],
)
def test_parts_and_provisions_are_found_the_way_delegates_cite_them(typed: str, key: str) -> None:
    assert str(names.cited(typed)) == key


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("foo bar WTSA Resolution 18 baz", "foo bar baz"),
        ("instructs the Director of TSB 2 of WTSA Resolution 18", "director tsb"),
        ("WTSA Resolution 18 and PP Resolution 71", "and pp resolution 71"),
    ],
)
def test_words_that_are_not_understood_are_never_passed_over(typed: str, rest: str) -> None:
    assert names.cited(typed) is None
    assert names.read(typed)[1] == rest


@pytest.mark.parametrize("typed", ["", "foo", "PP", "PP 2022", "Resolution 18", "18"])
def test_what_names_no_resolution_is_none(typed: str) -> None:
    assert names.cited(typed) is None


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("tsag", "tsag"), ("TSAG", "tsag"), ("Director of BDT", "bdt-director"), ("the Council", "council"),
     ("Secretary-General", "secretary-general"), ("secretary general", "secretary-general"), ("Director TSB", "tsb-director"),
     ("the Directors of the Bureaux", "directors-of-the-bureaux"), ("three Directors", "directors-of-the-bureaux"),
     ("advisory groups", "advisory-groups"), ("ITU-T Study Group 13", "itu-t-study-group-13"), ("ITU-T SG13", "itu-t-study-group-13")],
)  # fmt: skip
def test_actors_are_found_by_slug_name_and_abbreviation(typed: str, slug: str) -> None:
    assert names.actor(typed) == slug


@pytest.mark.parametrize(
    ("typed", "found"),
    [("WTSA", ("sector", "itu-t")), ("ITU-T", ("sector", "itu-t")), ("World Radiocommunication Conference", ("sector", "itu-r")),
     ("pp", ("body", "pp")), ("the moon", None)],
)  # fmt: skip
def test_a_party_is_a_sector_or_a_body_outside_the_sectors(typed: str, found: tuple[str, str] | None) -> None:
    assert names.party(typed) == found
    assert found is None or found[1] in names.parties()


@pytest.mark.parametrize("name", [name for name in QUESTIONS if load(name).opens])
def test_what_a_figure_opens_is_a_question_that_can_be_asked_of_its_row(name: str) -> None:
    question = load(name)
    known = {parameter.name for parameter in question.parameters}
    for column, said in question.opens.items():
        target = load(said["question"])
        given = {*expected(name)[0], *known, *said} & {parameter.name for parameter in target.parameters}
        assert column in expected(name)[0]
        assert set(said) - {"question"} <= {parameter.name for parameter in target.parameters}
        assert {parameter.name for parameter in target.parameters if parameter.required and not parameter.unless} <= given


def test_a_body_restricts_the_workload() -> None:
    assert [row["actor"] for row in rows_of("workload", body="pp", at="2025")] == ["tsb-director"]
    assert [row["year"] for row in rows_of("workload-by-year", actor="tsb-director", body="wtsa")] == ["2016", "2024"]


def test_a_clause_is_shown_first_when_its_likeness_is_asked_for() -> None:
    def pairs(**params: str) -> list[tuple[str, str]]:
        return [(row["clause"], row["like"]) for row in rows_of("like-clauses", at="2025", **params)]

    mine, other = "wtsa/resolution/9018/2024/resolves/1", "pp/resolution/9191/2018/resolves/2"
    assert pairs(of="resolves 1 of WTSA Resolution 9018") == [(mine, other)]
    assert pairs(of="WTSA Resolution 9018", operative="true") == [(mine, other)]
    assert {one.split("/")[0] for one, _ in pairs(body="wtsa")} == {"wtsa"}
    assert ("pp/resolution/9191/2018/noting", "pp/resolution/9192/2018/noting") not in pairs(across="true")
    assert any("wtdc" in like for _, like in pairs(specimens="true"))
    assert ("wtsa/resolution/9018/2016/resolves/1", other) in pairs(of="wtsa/9018/2016", **{"all-editions": "true"})


def test_the_answer_says_of_how_many_editions_there_are_no_words_to_compare() -> None:
    (note,) = ask(loaded("without-counterpart"), "without-counterpart", {"at": "2025"}).notes
    assert note.startswith("of 1 edition the store holds no words")
    assert not any("no words" in note for note in ask(loaded("like-clauses"), "like-clauses", {"at": "2025"}).notes)


def test_what_is_on_one_matter_with_a_resolution() -> None:
    rows = rows_of("same-matter", of="WTSA Resolution 9018", at="2025")
    assert [(row["edition"], row["other"], row["citations"]) for row in rows] == [
        ("wtsa/resolution/9018/2024", "pp/resolution/9191/2018", "the first cites the other")
    ]
    assert [row["other"] for row in rows_of("same-matter", at="2020", across="true")] == ["wtsa/resolution/9018/2016"]


def test_instructions_of_a_cited_resolution_are_listed_when_asked_for_with_what_cites_it() -> None:
    rows = rows_of("without-counterpart", at="2025", uncited="false", sector="itu-t")
    why = {row["clause"]: row["why"] for row in rows}
    assert "these cite it: wtsa/resolution/9018/2024" in why["pp/resolution/9193/2018/instructs/1"]
    assert "pp/resolution/9192/2018/instructs/1" not in why  # it has a like clause
    then = rows_of("without-counterpart", at="2019", of="PP Resolution 9191", uncited="false")
    assert [(row["edition"], row["why"].partition(";")[0]) for row in then] == [
        ("pp/resolution/9191/2018", "of 1 in force that are held these cite it: wtsa/resolution/9018/2016")
    ]


@pytest.mark.parametrize(
    ("question", "params", "message"),
    [
        ("citations-between", {"from": "ptp", "to": "itu-t"}, "no Sector or body is called 'ptp'; nearest: pp"),
        ("obligation", {}, "no question is called 'obligation'; nearest: obligations"),
        ("obligations", {}, "needs actor or edition, for example actor='Director of TSB'"),
        ("obligations", {"actor": "sg13"}, "say which: itu-t-study-group-13, itu-r-study-group-13, itu-d-study-group-13"),
        ("clause", {"clause": "wtsa/9018", "key": "wtsa/9018"}, "clause is given twice"),
        ("cites", {"edition": "foo bar WTSA Resolution 9018 baz"}, "not the words 'foo bar baz'; leave them out"),
        ("cites", {"edition": "resolves 2 of WTSA Resolution 9018"}, "leave 'resolves/2' out"),
        ("cited-by", {"work": "No. 150 of the Convention"}, "nothing in the store cites convention/no/150; nearest: convention/no/151"),
        ("cited-by", {"work": "pp/9191/2014"}, "it knows: pp/resolution/9191/2010, pp/resolution/9191/2018, pp/resolution/9191/2022"),
        ("obligations", {"actr": "tsag"}, "has no parameter 'actr'; it has: actor"),
        ("obligations", {"actor": "directer of bdt"}, "nearest: director of bdt"),
        ("obligations", {"actor": "tsag", "at": "soon"}, "no date: 'soon'"),
        ("obligations", {"actor": "tsag", "all-editions": "maybe"}, "write true or false"),
        ("obligations", {"actor": "tsag", "modality": "duty"}, "there are: obligation, prohibition"),
        ("cites", {"edition": "wtsa/9018/2020"}, "does not hold wtsa/resolution/9018/2020; nearest: wtsa/resolution/9018/2024"),
        ("cites", {"edition": "the one about rooms"}, "write it like wtsa/18/2024"),
        ("cited-by", {"work": "PP Resolution 9190"}, "does not hold pp/resolution/9190; nearest: pp/resolution/919"),
        ("clause", {"clause": "wtsa/9018/2024/resolve/2"}, "has no part 'resolve/2'; nearest: resolves/2"),
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
    derive(store, other)
    assert [list(row) for row in ask(store, "cites", {"edition": "wtsa/9018"}, base=other).rows] == expected("cites")[1:]


def test_a_question_needs_no_description_and_a_faulty_one_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.rq").write_text("#+ summary: x\n#+ example: {}\nSELECT ?x { ?x ?y ?z }\n", encoding="utf-8")
    (tmp_path / "odd.rq").write_text("#+ description: x\nSELECT ?x {}\n", encoding="utf-8")
    assert [(question.name, question.description) for question in all_questions(tmp_path)] == [("good", "")]
    assert faults(tmp_path) == ["odd.rq: the head is wrong: it needs a line '#+ summary: ...'; see another file of queries/"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("SELECT ?x { ?x ?actor ?z }", "so SELECT must name that variable too"),
        ("SELECT (STR(?actor) AS ?x) { ?x ?y ?actor }", "so SELECT must name that variable too"),
        ("SELECT ?x ?actor { ?x ?y ?actor }", ""),
        ("SELECT (COUNT(?x) AS ?n) ?actor WHERE { ?x ?y ?actor } GROUP BY ?actor", ""),
        ("SELECT * { ?x ?y ?actor }", ""),
        ("ASK { ?x ?y ?actor }", "is a SELECT"),
        ("SELECT ?actor { SERVICE <http://127.0.0.1:9/> { ?x ?y ?actor } }", "SERVICE would ask another server"),
    ],
)
def test_the_query_of_a_question_is_checked_when_its_head_is_read(query: str, fault: str, tmp_path: Path) -> None:
    head = "#+ summary: x\n#+ parameters: {actor: {type: actor, required: true}}\n#+ example: {actor: tsag}\n"
    (tmp_path / "mine.rq").write_text(head + query, encoding="utf-8")
    found = faults(tmp_path)
    assert fault in found[0] if fault else found == []


def test_a_query_that_is_not_sparql_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text("#+ summary: x\nSELECT ?x { ?x ?y }\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=r"^mine\.rq cannot be answered: ") as error:
        answer(ox.Store(), load("mine", tmp_path), {})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "head",
    [
        "#+ description: x",
        "#+ summary: x\n#+ description: y\n#+ parameters: {a: {type: nonsense}}\n#+ example: {}",
        "#+ summary: x\n#+ description: y\n#+ parameters: {}\n#+ example: {}\n#+ colour: red",
        "#+ summary: [",
        "#+ summary: x\n#+ opens: {x: {to: y}}",
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
