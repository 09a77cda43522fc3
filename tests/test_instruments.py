"""Basic instruments: recognised by their form, each number in its place, nothing lost, whatever is done to the text."""

from __future__ import annotations

import json
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import REAL, needs_real_documents
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import Graph, Literal, URIRef

from resograph import assets, graph
from resograph.build import build
from resograph.cli.parse import command
from resograph.errors import NoRecordError, QuestionError, ResographError
from resograph.instruments import Instrument, find, form, numbers
from resograph.instruments.layout import may_hold_one
from resograph.keys import Key
from resograph.model import Resolution, Source
from resograph.names import cited
from resograph.namespaces import BASE
from resograph.pipeline import documents, parse_source
from resograph.read import read, read_bytes
from resograph.serve import application
from resograph.store import Reader
from resograph.terms import ELI, RES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

SAMPLE = Path(__file__).parent / "data" / "constitution.txt"
TEXT = SAMPLE.read_text("utf-8")
RECORD = "RESOLUTION 9999 (Sampleton, 2001)\nLamps\nThe Plenipotentiary Conference (Sampleton, 2001),\nresolves\nto light them.\n"


def source(text: str) -> Source:
    return read_bytes(text.encode(), "test.txt")


def sample() -> Instrument:
    (found,) = find(read(SAMPLE))
    return found


def listed(instrument: Instrument) -> dict[str, str]:
    return {provision.key.path: instrument.words(provision) for provision in instrument.provisions}


def uncovered(instrument: Instrument) -> list[str]:
    """The characters of the region that no span, or more than one, holds."""
    text = instrument.source.text
    held = [0] * len(text)
    spans = [*{*(division.span for division in instrument.divisions), *(provision.span for provision in instrument.provisions)}]
    spans += [*(note.span for note in instrument.footnotes), *(block.span for block in instrument.blocks)]
    for span in spans:
        for i in range(span.start, span.end):
            held[i] += 1
    region = range(instrument.span.start, instrument.span.end)
    return [text[i : i + 30] for i in region if held[i] != 1 and not text[i].isspace()]


# --- structure ------------------------------------------------------------------------------------------------------


def test_divisions_stand_in_each_other_and_carry_their_titles() -> None:
    found = [(d.key.path, d.title, d.within.path if d.within else "", d.amended, d.suppressed) for d in sample().divisions]
    assert found == [
        ("preamble", "", "", (), False),
        ("chapter/1", "Lamps", "", (), False),
        ("article/1", "Light of the Rooms and of the Stairs", "chapter/1", (), False),
        ("article/2", "Keepers", "chapter/1", ("PP-98",), False),
        ("article/2/the-keeper-of-lamps", "The keeper of lamps", "article/2", (), False),
        ("article/2/the-keeper-of-calendars", "The keeper of calendars", "article/2", (), False),
        ("article/3", "", "chapter/1", ("PP-02",), True),
        ("article/4", "", "chapter/1", ("PP-02",), True),
        ("article/5", "Days", "chapter/1", ("PP-98",), False),
        ("chapter/2", "", "", ("PP-98",), True),
        ("chapter/3a", "Last Things", "", ("PP-02",), False),
        ("annex", "Words Used in this Text", "", (), False),
    ]


def test_provisions_have_their_words_without_margin_and_running_heads() -> None:
    words = listed(sample())
    assert words["no/3"] == "the ceiling lamp, which is lit in every hour that has no sun;"
    assert words["no/4"] == "any other lamp, as laid down in Nos. 3 and 9 of this Calendar and in Nos. 7 to 8 above."
    assert words["no/7"].endswith("following: \u2013 the hall, \u2013 the kitchen.")
    assert words["no/1001"] == "Lamp: A thing that gives light. Note: A candle gives light too."
    assert words["no/6"] == ""


def test_provisions_have_numbers_markers_and_amendments() -> None:
    found = {p.key.path: (p.number, p.marker, p.title, p.amended) for p in sample().provisions if not p.suppressed}
    assert found["no/1"] == ("1", "", "", ())
    assert found["no/3a"] == ("3A", "a bis)", "", ("PP-98", "PP-02"))
    assert found["no/5"] == ("5", "1 1)", "", ())
    assert found["no/6bis"] == ("6 bis", "2)", "", ("PP-06",))
    assert found["no/7a"] == ("7A", "1 bis)", "", ("PP-98",))
    assert found["no/1002"] == ("1002", "", "Calendar", ())


def test_suppressed_numbers_are_provisions_of_their_own() -> None:
    suppressed = [(p.number, p.amended) for p in sample().provisions if p.suppressed]
    assert suppressed == [
        ("6", ("PP-02",)),
        *((n, ("PP-98",)) for n in ("8", "9", "10")),
        *((n, ("PP-02",)) for n in ("11A", "11B", "11C")),
    ]


def test_numbers_that_are_missing_are_told_and_those_before_an_annex_are_not() -> None:
    assert [(f.code, f.part, f.message) for f in sample().findings] == [("number-missing", "no/15", "Nos. 13 to 14 are not in the text")]


def test_the_title_is_the_last_before_the_first_provision_and_the_cover_is_front_matter() -> None:
    instrument = sample()
    assert (instrument.title, instrument.amended) == (
        "CONSTITUTION OF THE INTERNATIONAL TELECOMMUNICATION UNION",
        ("PP-98", "PP-02", "PP-06"),
    )
    assert Counter(block.role for block in instrument.blocks) == {"page-furniture": 5, "front": 1, "title": 1}
    (note,) = instrument.footnotes
    assert instrument.source.view(note.body).text == "A lamp is meant wherever a light is named."
    assert uncovered(instrument) == []


def test_a_number_in_a_cell_of_its_own_is_that_of_the_words_after_it() -> None:
    table = "GENERAL RULES OF CONFERENCES, ASSEMBLIES AND MEETINGS OF THE UNION\nCHAPTER I\nRooms\n1\n1 Every room has a lamp.\n"
    table += "2\nPP-98\n2 Every lamp has a room.\n3\n(SUP)\n4\nNo lamp is lost.\n"
    (found,) = find(source(table))
    assert found.key == Key(instrument="general-rules")
    assert listed(found) == {"no/1": "Every room has a lamp.", "no/2": "Every lamp has a room.", "no/3": "", "no/4": "No lamp is lost."}
    assert [p.marker for p in found.provisions] == ["1", "2", "", ""]
    assert uncovered(found) == []


def test_regulations_have_decimal_paragraphs_and_appendices() -> None:
    text = "INTERNATIONAL TELECOMMUNICATION REGULATIONS\nPREAMBLE\n1 Lamps are lit.\nArticle 1\nRooms\n2 1.1 a) A room has a door.\n3 b) A door has a lamp.\n"
    text += "4 1.2 No lamp\n1.3 times as bright is lit.\nAPPENDIX 1\nLadders\n5 1 A ladder stands.\n"
    (found,) = find(source(text))
    assert [str(d.key) for d in found.divisions] == ["itr/preamble", "itr/article/1", "itr/appendix/1"]
    assert [p.marker for p in found.provisions] == ["", "1.1 a)", "b)", "1.2", "1"]
    assert listed(found)["no/4"] == "No lamp 1.3 times as bright is lit."


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("CONSTITUTION OF", "HISTORY OF"),
        TEXT.replace("CONSTITUTION OF", "INSTRUMENT AMENDING THE\nCONSTITUTION OF"),
        TEXT.replace("CONSTITUTION OF", "constitution of"),
        TEXT[: TEXT.index("2 1 The lamps")],
        "CONVENTION OF THE INTERNATIONAL TELECOMMUNICATION UNION\n1 One.\n2 Two.\n3 Three.\n",
        RECORD,
    ],
    ids=["another title", "part of another title", "no title", "too little of it", "without articles", "a resolution"],
)
def test_what_has_not_the_form_is_no_instrument(text: str) -> None:
    assert find(source(text)) == []


def test_a_file_may_hold_instruments_and_resolutions() -> None:
    other = TEXT[TEXT.rindex("CONSTITUTION OF") :].replace("CONSTITUTION", "CONVENTION")
    whole = source(RECORD + TEXT[TEXT.index("CONSTITUTION") :] + other + RECORD.replace("9999", "9998"))
    found = documents(whole)
    assert [str(one.key) for one in found] == ["pp/resolution/9999/2001", "constitution", "convention", "pp/resolution/9998/2001"]
    first, constitution, convention, _ = found
    assert isinstance(first, Resolution)
    assert isinstance(constitution, Instrument)
    assert isinstance(convention, Instrument)
    assert (
        listed(constitution)["no/1002"] == listed(convention)["no/1002"] == "A list of days, as lamps have none."
        or listed(constitution)["no/1002"] == "Calendar: A list of days, as lamps have none."
    )
    assert constitution.span.end <= convention.span.start
    assert [len(one.outline.clauses) for one in parse_source(whole)] == [1, 1]
    assert uncovered(constitution) == uncovered(convention) == []


# --- hostile text ---------------------------------------------------------------------------------------------------


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The sample with lines cut, doubled, shuffled, joined, or characters lost."""
    lines = TEXT.splitlines()
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(0, 12))):
        at = chance.randrange(len(lines))
        match draw(st.sampled_from(["drop", "double", "move", "cut", "join", "swap", "shuffle"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(chance.randrange(len(lines)), lines[at])
            case "move":
                lines.insert(chance.randrange(len(lines)), lines.pop(at))
            case "cut":
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case "join" if at + 1 < len(lines):
                lines[at : at + 2] = [lines[at] + chance.choice(["", " ", "\t"]) + lines[at + 1]]
            case "swap":
                lines[at] = "".join(chance.sample(lines[at], len(lines[at])))
            case "shuffle":
                part = lines[at:]
                chance.shuffle(part)
                lines[at:] = part
    return chance.choice(["\n", "\r\n", "\n\n", "\f"]).join(lines)


@settings(max_examples=150, deadline=None)
@given(mangled())
def test_mangled_text_is_read_whole_and_keys_stay_keys(text: str) -> None:
    if not text.strip():
        return
    for instrument in find(source(text)):
        assert uncovered(instrument) == []
        keys = [*(division.key for division in instrument.divisions), *(provision.key for provision in instrument.provisions)]
        assert len(keys) == len(set(keys))
        assert [Key.parse(str(key)) for key in keys] == keys
        order = [numbers.order(provision.key.provision) for provision in instrument.provisions if "-" not in provision.key.provision]
        assert order == sorted(order)
        assert json.dumps(form.record(instrument))
        assert form.text(instrument)
        assert list(graph.triples(instrument)[1])


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="AR TICLE19abis)(SUP)\n-./\u2013\u00a0", max_size=400))
def test_no_text_after_a_title_makes_the_reader_fail(text: str) -> None:
    for instrument in find(source("CONSTITUTION OF THE INTERNATIONAL TELECOMMUNICATION UNION\nARTICLE 1\n1 A\n2 B\n3 C\n" + text)):
        assert uncovered(instrument) == []


@pytest.mark.parametrize(
    "tail",
    [
        "7 The lamp.\n" * 20000,
        "CONSTITUTION OF\n" * 20000,
        "A " * 60000,
        "1 " * 60000,
        "(SUP) " * 20000,
        "PP-98 " * 20000,
        "1 to 9999 (SUP)\n" * 2000,
        "".join(f"{n} The lamp.\n" for n in range(9999, 0, -1)),
        "ARTICLES 1 to 999\n" * 500,
    ],
    ids=["one number", "titles", "one line", "numbers", "suppressed", "margins", "ranges", "backwards", "articles"],
)
def test_a_text_made_to_be_slow_is_read(tail: str) -> None:
    (found,) = find(source("CONSTITUTION OF THE INTERNATIONAL TELECOMMUNICATION UNION\nARTICLE 1\n1 A\n2 B\n3 C\n" + tail))
    assert found.key == Key(instrument="constitution")


def test_other_files_are_put_aside_at_once() -> None:
    assert not may_hold_one("a lamp " * 1000)


# --- numbers --------------------------------------------------------------------------------------------------------


def test_numbers_are_ordered_as_amendments_put_them() -> None:
    printed = ["73", "73 bis", "73A", "74", "160C", "160CA", "160D", "215J", "215JA", "215K", "1001"]
    keys = [numbers.segment(number) for number in printed]
    assert sorted(set(keys), key=numbers.order) == keys
    assert [numbers.segment(number) for number in ("IV", "IVA", "XII", "11A")] == ["4", "4a", "12", "11a"]


def test_the_table_of_facts_is_whole() -> None:
    table = numbers.table()
    assert {name: len(rows) for name, rows in table.items()} == {"constitution": 308, "convention": 627}
    for rows in table.values():
        order = [numbers.order(row.number) for row in rows]
        assert order == sorted(set(order))
    assert len(numbers.existing("constitution", "article")) == 58
    assert numbers.between("160a", "160h", numbers.existing("convention", "no")) == [
        "160b",
        "160c",
        "160ca",
        "160d",
        "160e",
        "160f",
        "160g",
    ]
    assert numbers.between("75", "78", numbers.existing("constitution", "no")) == ["76a", "77"]
    assert numbers.existing("general-rules", "no") == ()


@needs_real_documents
def test_the_table_of_facts_is_what_the_texts_say() -> None:
    found = [one for name in ("Constitution", "Convention") for one in find(read(REAL / "basic-texts" / f"ITU-{name}.txt"))]
    shipped = (assets.CORPUS / "catalogue" / "provisions.tsv").read_text("utf-8")
    assert form.table(found).split("\ninstrument\t")[1] == shipped.split("\ninstrument\t")[1]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("No. 73 bis of the Constitution", "constitution/no/73bis"),
        ("Chapter IVA of the Constitution", "constitution/chapter/4a"),
        ("Annex to the Constitution", "constitution/annex"),
        ("CV 160CA", "convention/no/160ca"),
    ],
)
def test_provisions_are_found_by_name(typed: str, key: str) -> None:
    assert str(cited(typed)) == key


# --- the real texts -------------------------------------------------------------------------------------------------


@needs_real_documents
@pytest.mark.parametrize(
    ("name", "chapters", "sections", "articles", "provisions", "suppressed", "last"),
    [("Constitution", 10, 0, 58, 308, 10, "no/1017"), ("Convention", 6, 8, 47, 627, 175, "no/1006")],
)
def test_real_instruments(name: str, chapters: int, sections: int, articles: int, provisions: int, suppressed: int, last: str) -> None:
    (found,) = find(read(REAL / "basic-texts" / f"ITU-{name}.txt"))
    assert (len(found.chapters), sum(d.unit == "section" for d in found.divisions), len(found.articles)) == (chapters, sections, articles)
    assert (len(found.provisions), sum(p.suppressed for p in found.provisions)) == (provisions, suppressed)
    assert found.provisions[-1].key.path == last
    assert found.amended == ("PP-94", "PP-98", "PP-02", "PP-06", "PP-10")
    assert uncovered(found) == []
    assert {block.role for block in found.blocks} == {"front", "title", "page-furniture"}
    assert all(found.words(p) or p.suppressed for p in found.provisions)
    assert not any("PP-9" in found.words(p) or "CS/" in found.words(p) or "CV/" in found.words(p) for p in found.provisions)


# --- JSON, text, graph, store ---------------------------------------------------------------------------------------


def test_parse_prints_the_instrument_in_each_form() -> None:
    def run(kind: str, file: Path = SAMPLE) -> tuple[int, str]:
        result = CliRunner().invoke(command, [str(file), "--format", kind], standalone_mode=False)
        return 2 if isinstance(result.exception, ResographError) else result.return_value, result.stdout

    code, line = run("jsonl")
    entry = json.loads(line)
    assert code == 0
    assert (entry["kind"], entry["key"], len(entry["provisions"]), len(entry["divisions"])) == ("instrument", "constitution", 20, 12)
    assert entry["provisions"][3] == {
        "part": "no/3a", "number": "3A", "marker": "a bis)", "title": None, "text": "the lamp beside the door;", "within": "article/1",
        "amended": ["PP-98", "PP-02"], "suppressed": False, "span": [*sample().provisions[3].span],
    }  # fmt: skip
    assert "[no/6bis] (PP-06) 2) Two keepers may share one ladder." in run("text")[1]
    assert len(Graph().parse(data=run("turtle")[1], format="turtle")) == len(set(graph.triples(sample())[1]))
    assert "constitution\t6\t2\t1\tyes\n" in run("provisions")[1]
    assert run("akn")[0] == 2
    assert run("provisions", next((assets.CORPUS / "specimens").glob("*.txt")))[0] == 2


def test_the_table_says_what_it_was_made_from() -> None:
    head = form.table([sample()], date(2001, 2, 3)).splitlines()
    assert "on 2001-02-03" in head[1]
    assert sample().source.sha256 in head[2]


def document(*, facts: bool = False) -> Graph:
    found = Graph()
    for triple in graph.triples(sample(), facts=facts)[1]:
        found.add(triple)
    return found


def at(path: str) -> URIRef:
    return URIRef(f"{BASE}constitution/{path}")


def test_the_graph_holds_the_words_and_the_place_of_each_provision() -> None:
    found = document()
    assert (
        at("no/5"),
        RES.text,
        Literal("A keeper shall serve the rooms until the date on which another one is found.", lang="en"),
    ) in found
    line = [at("no/5"), at("article/2/the-keeper-of-lamps"), at("article/2"), at("chapter/1"), URIRef(f"{BASE}constitution")]
    assert all((low, ELI.is_part_of, high) in found for low, high in pairwise(line))
    assert {str(code) for code in found.objects(at("no/3a"), RES.amendedBy)} == {
        "https://w3id.org/resograph/vocabulary/conference/pp-98",
        "https://w3id.org/resograph/vocabulary/conference/pp-02",
    }
    assert (at("no/9"), RES.suppressed, Literal(True)) in found
    assert not list(document(facts=True).triples((at("no/5"), RES.text, None)))


@pytest.mark.parametrize("facts", [False, True])
def test_the_graph_obeys_the_shapes(facts: bool) -> None:
    conforms, _, text = validate(document(facts=facts), shacl_graph=Graph().parse(assets.ONTOLOGY / "shapes" / "data.ttl"))
    assert conforms, text


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("no/5", RES.text, None),
        ("no/5", RES.amendedBy, Literal("PP-98")),
        ("no/5", RES.suppressed, Literal(False)),
        ("no/5", RES.inEdition, URIRef(f"{BASE}convention")),
        ("no/5", ELI.is_part_of, URIRef(f"{BASE}pp/resolution/9999")),
        ("", RES.instrument, None),
    ],
)
def test_the_shapes_find_a_planted_fault(subject: str, predicate: URIRef, value: URIRef | Literal | None) -> None:
    found, me = document(), URIRef(f"{BASE}constitution{'/' if subject else ''}{subject}")
    if value is None:
        found.remove((me, predicate, None))
    else:
        found.set((me, predicate, value))
    assert not validate(found, shacl_graph=Graph().parse(assets.ONTOLOGY / "shapes" / "data.ttl"))[0]


def test_a_store_answers_with_the_words_of_a_provision(tmp_path: Path) -> None:
    from resograph import questions

    file = tmp_path / "constitution.txt"
    file.write_text(TEXT, "utf-8")
    folder = tmp_path / "store"
    report = build([file], folder)
    assert (report.failed, report.skipped, len(report.built)) == ([], [], 1)
    store = Reader(folder).store
    answer = questions.ask(store, "clause", {"clause": "No. 7 of the Constitution"})
    assert [row[2] for row in answer.rows] == ["There shall be a calendar in each of the following: \u2013 the hall, \u2013 the kitchen."]
    parts = [row[0] for row in questions.ask(store, "clause", {"clause": "Article 1 of the Constitution"}).rows]
    assert parts == [f"constitution/{part}" for part in ("article/1", "no/2", "no/3", "no/3a", "no/4")]
    with pytest.raises(QuestionError, match="nearest"):
        questions.ask(store, "provision", {"provision": "No. 16 of the Constitution"})
    with pytest.raises(QuestionError, match="does not hold convention"):
        questions.ask(store, "clause", {"clause": "No. 7 of the Convention"})
    with pytest.raises(QuestionError, match="no provision"):
        questions.ask(store, "provision", {"provision": "PP Resolution 2"})


def test_a_file_without_anything_is_said_to_hold_nothing() -> None:
    with pytest.raises(NoRecordError):
        documents(source("lamps and rooms"))


# --- pages ----------------------------------------------------------------------------------------------------------

CITING = """RESOLUTION 9999 (Sampleton, 2001)
Ladders
The Plenipotentiary Conference (Sampleton, 2001),
considering
a) No. 5 of the Constitution;
b) Article 1 and Nos. 8 to 10 of the Constitution,
resolves
to buy a ladder
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "constitution.txt").write_text(TEXT, "utf-8")
    (folder / "resolution.txt").write_text(CITING, "utf-8")
    build([folder / "constitution.txt", folder / "resolution.txt"], folder / "store")
    with TestClient(application(Reader(folder / "store")), raise_server_exceptions=False) as client:
        yield client


def page(web: TestClient, address: str) -> str:
    answer = web.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def words_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def test_the_page_of_a_provision_shows_its_words_its_article_and_who_cites_it(web: TestClient) -> None:
    html = page(web, "/id/constitution/no/5")
    shown = words_of(html)
    assert "No. 5 of the Constitution" in shown
    assert "1 1) A keeper shall serve the rooms until the date on which another one is found." in shown
    assert '<a href="/id/constitution/article/2" title="Keepers">Article 2</a>' in html
    assert '<a rel="prev" href="/id/constitution/no/4">No. 4</a>' in html
    assert '<a href="/id/pp/resolution/9999/2001/considering/a">' in html
    assert "\u201cNo. 5 of the Constitution\u201d" in shown
    assert "ceiling" not in shown


def test_the_page_of_an_article_shows_its_provisions_and_who_cites_them(web: TestClient) -> None:
    shown = words_of(page(web, "/id/constitution/article/1"))
    assert "Article 1 of the Constitution Light of the Rooms and of the Stairs" in shown
    assert "No. 3A PP-98 PP-02 a bis) the lamp beside the door;" in shown
    assert "considering b)" in shown
    assert "borrow" not in shown


def test_the_page_of_an_instrument_shows_it_whole(web: TestClient) -> None:
    html = page(web, "/id/constitution")
    shown = words_of(html)
    assert "Constitution of the International Telecommunication Union" in shown
    assert "chapters 2 articles 3 provisions 13 suppressed numbers 7" in shown
    assert "Nos. 8 to 10 PP-98 suppressed" in shown
    assert "Chapter IIIA Last Things" in shown
    assert html.count('id="no/7a"') == 1
    assert "Annex Words Used in this Text" in shown


def test_suppressed_numbers_and_those_that_are_not_are_told_apart(web: TestClient) -> None:
    assert "The number is not used any more." in words_of(page(web, "/id/constitution/no/9"))
    assert web.get("/id/constitution/no/14", headers={"accept": "text/html"}).status_code == 404


def test_an_instrument_is_found_from_the_front_page(web: TestClient) -> None:
    assert '<a href="/id/constitution">' in page(web, "/")
    assert '<a href="/id/constitution/no/6bis">' in page(web, "/?q=No.+6+bis+of+the+Constitution")


def test_the_data_of_a_provision_and_of_the_whole(web: TestClient) -> None:
    one = Graph().parse(data=web.get("/id/constitution/no/5?format=turtle").text, format="turtle")
    assert (at("no/5"), ELI.is_part_of, at("article/2/the-keeper-of-lamps")) in one
    whole = Graph().parse(data=web.get("/id/constitution?format=turtle").text, format="turtle")
    assert set(document()) <= set(whole)


def test_a_cited_provision_that_is_held_is_not_missing(web: TestClient) -> None:
    rows = web.get("/questions/missing-targets?format=json").json()
    assert [row for row in json.loads(json.dumps(rows)) if "constitution" in str(row)] == []
