"""The full text: what is found, how it is written, and that it stays in step with the graph whatever is written."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date
from html import unescape
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import SPECIMENS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resograph import search as module
from resograph.build import build
from resograph.cli import run
from resograph.errors import QueryError, StoreError
from resograph.namespaces import BASE, ELI, RES
from resograph.search import Filter, Found, as_csv, as_json, expression_of, search
from resograph.serve import application
from resograph.store import Reader, text, writing
from resograph.store.folding import fold, places, words

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


def said(expression: str, edition: str, texts: dict[str, str], language: str = "en", **more: str) -> list[ox.Quad]:
    """The graph *expression* with the text of an edition: part -> words; a part "heading/1" has its heading."""
    graph, whole = ox.NamedNode(BASE + expression), ox.NamedNode(BASE + edition)
    body, kind, _, *year = edition.split("/")

    def quad(subject: ox.NamedNode, prop: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(prop), value, graph)

    found = [
        quad(graph, ELI + "realizes", whole),
        quad(graph, RES + "language", ox.Literal(language)),
        quad(graph, RES + "factsOnly", ox.Literal(False)),
        quad(whole, RES + "body", ox.NamedNode(f"https://w3id.org/resograph/vocabulary/body/{body}")),
        quad(whole, RES + "kind", ox.Literal(kind)),
        *(quad(whole, RES + "year", ox.Literal(one)) for one in year),
        *(quad(graph, RES + name, ox.Literal(value)) for name, value in more.items()),
    ]
    for part, clause in texts.items():
        node, section = ox.NamedNode(f"{BASE}{edition}/{part}"), ox.NamedNode(f"{BASE}{edition}/{part.split('/')[0]}")
        found += [
            quad(node, RES + "text", ox.Literal(clause, language=language)),
            quad(node, RES + "role", ox.Literal("operative")),
            quad(node, RES + "inSection", section),
            quad(section, RES + "heading", ox.Literal(part.split("/")[0])),
        ]
    return found


def put(folder: Path, *graphs: list[ox.Quad]) -> Reader:
    with writing(folder) as writer:
        writer.manifest.base = BASE
        for quads in graphs:
            writer.store.extend(quads)
        writer.commit()
    return Reader(folder)


def keys(found: Found) -> list[str]:
    return sorted(hit.key.partition("/9")[2] for hit in found.hits)


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A store with a few clauses in several languages."""
    return put(
        tmp_path_factory.mktemp("lamps"),
        said("x/lamps/en", "wtsa/resolution/9001/2024", {
            "resolves/1": "to hang common lamps in all meeting rooms of the Union",
            "resolves/2": "that the lamp oil be kept far from the calendar; that rooms have windows",
            "instructs/1": "to report on countries, on the organ of the chapel, and on the LAMPS once a year",
            "instructs/2": "to keep the state of the art of organization",
        }),
        said("x/lamps/fr", "wtsa/resolution/9001/2024", {"resolves/1": "l’éclairage des salles est évalué à l'Assemblée"}, "fr"),
        said("x/rooms/zh", "pp/decision/9002/2018", {"resolves/1": "在所有会议室安装公用灯具", "resolves/2": "会议日历"}, "zh"),
        said("x/rooms/ar", "pp/decision/9002/2018", {"resolves/1": "تعليق المصابيح في قاعات الاجتماع وأن يُقدِّم تقريراً"}, "ar"),
        said("x/rooms/ru", "pp/decision/9003/2014", {"resolves/1": "повесить лампы и ёлочные огни"}, "ru"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lamps", ["001/2024/instructs/1", "001/2024/resolves/1", "001/2024/resolves/2"]),
        ("lamp", ["001/2024/instructs/1", "001/2024/resolves/1", "001/2024/resolves/2"]),
        ('"lamp"', ["001/2024/resolves/2"]),
        ("country", ["001/2024/instructs/1"]),
        ("rooms lamps", ["001/2024/resolves/1", "001/2024/resolves/2"]),
        ('"meeting rooms"', ["001/2024/resolves/1"]),
        ("“meeting rooms”", ["001/2024/resolves/1"]),
        ("calend*", ["001/2024/resolves/2"]),
        ("organ", ["001/2024/instructs/1"]),
        ("windows OR chapel", ["001/2024/instructs/1", "001/2024/resolves/2"]),
        ("lamps -oil", ["001/2024/instructs/1", "001/2024/resolves/1"]),
        ("lamps NOT oil NOT chapel", ["001/2024/resolves/1"]),
        ("NEAR(hang lamps, 2)", ["001/2024/resolves/1"]),
        ("NEAR(lamp windows, 2)", []),
        ("instructs lamps", ["001/2024/instructs/1"]),
        ("eclairage", ["001/2024/resolves/1"]),
        ("ÉVALUÉ assemblee", ["001/2024/resolves/1"]),
        ("会议", ["002/2018/resolves/1", "002/2018/resolves/2"]),
        ("会议室", ["002/2018/resolves/1"]),
        ("灯", ["002/2018/resolves/1"]),
        ("مصابيح", ["002/2018/resolves/1"]),
        ("يقدم", ["002/2018/resolves/1"]),
        ("елочные", ["003/2014/resolves/1"]),
        ("ЛАМПЫ", ["003/2014/resolves/1"]),
        ("text:lamps", []),
    ],
)
def test_words_are_found(lamps: Reader, typed: str, found: list[str]) -> None:
    assert keys(search(lamps, typed)) == found


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Filter(bodies=["pp"]), 0),
        (Filter(bodies=["pp", "wtsa"], kinds=["resolution"], roles=["operative"], languages=["en"]), 3),
        (Filter(kinds=["decision"]), 0),
        (Filter(since=2024, until=2024), 3),
        (Filter(since=2025), 0),
        (Filter(until=2023), 0),
        (Filter(languages=["fr"]), 0),
    ],
)
def test_filters_leave_out(lamps: Reader, wanted: Filter, number: int) -> None:
    assert search(lamps, "lamps", wanted).total == number


def test_the_words_found_are_marked_in_the_text_as_it_stands(lamps: Reader) -> None:
    (hit,) = search(lamps, "evalue assemblee").hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["évalué", "Assemblée"]
    (hit,) = search(lamps, "会议室").hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["会议室"]
    (hit,) = search(lamps, "يقدم").hits
    assert [hit.text[start:end] for start, end in hit.marks] == ["يُقدِّم"]
    assert "".join(piece for piece, _ in hit.pieces()) == hit.text


def test_pages_of_hits_are_whole_and_do_not_overlap(lamps: Reader) -> None:
    whole = search(lamps, "lamps")
    parts = [search(lamps, "lamps", limit=1, offset=number).hits for number in range(4)]
    assert [hit for part in parts for hit in part] == list(whole.hits)
    assert {search(lamps, "lamps", limit=1).total, whole.total} == {3}
    assert [hit.score for hit in whole.hits] == sorted((hit.score for hit in whole.hits), reverse=True)


def test_a_long_text_is_shown_where_the_words_are(tmp_path: Path) -> None:
    long = "the corridor is long " * 200 + "and one green lamp hangs at its end " + "where it is dark " * 200
    reader = put(tmp_path, said("x/long", "pp/resolution/9001/2018", {"resolves/1": long}))
    (hit,) = search(reader, "green lamp").hits
    shown = hit.pieces(200)
    assert [piece for piece, marked in shown if marked] == ["green", "lamp"]
    assert shown[0][0] == shown[-1][0] == "…"
    assert len("".join(piece for piece, _ in shown)) <= 202


@pytest.mark.parametrize("typed", ["", " ", '"', "-", "*", "()", "-lamp", 'NOT "lamp"', "_", "OR AND", "\x00", "\ud800", "NEAR()"])
def test_without_a_word_to_look_for_it_says_so_in_one_line(lamps: Reader, typed: str) -> None:
    with pytest.raises(QueryError, match="no word to look for") as error:
        search(lamps, typed)
    assert "\n" not in str(error.value)


def test_too_much_is_refused(lamps: Reader) -> None:
    with pytest.raises(QueryError, match="longer than"):
        search(lamps, "x" * 2000)
    with pytest.raises(QueryError, match="more than 50 words"):
        search(lamps, "a " * 60)


def test_a_search_that_takes_too_long_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"resolves/{number}": " ".join(f"lamp{number % 7} lamp" for _ in range(60)) for number in range(300)}
    reader = put(tmp_path, said("x/many", "pp/resolution/9001/2018", texts))
    monkeypatch.setattr(module, "SECONDS", -1)
    with pytest.raises(QueryError, match="took longer than"):
        search(reader, "l*")


PIECES = st.sampled_from(
    ["lamp", "rooms", '"', "'", "(", ")", "*", "-", "^", "+", ":", "{", "}", "NEAR(", "NEAR/3", "AND", "OR", "NOT", ",", "5", "\x00", "\x02",
     "\x03", "会", "ال", "é", "ß", "\u0301", "\u200d", ";", "--", "text", "heading", "%", "\\", "\ud800", "\n", "rank", "MATCH", "ﬁ", "İ"]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=25), st.sampled_from(["", " "]))
def test_nothing_that_is_typed_is_an_error_of_the_engine(lamps: Reader, pieces: list[str], between: str) -> None:
    typed = between.join(pieces)
    with suppress(QueryError):
        for hit in search(lamps, typed).hits:
            assert all(0 <= start < end <= len(hit.text) for start, end in hit.marks)


@given(st.text(max_size=60))
def test_a_word_is_found_at_its_place(written: str) -> None:
    folded = fold(written)
    assert fold(folded).split() == folded.split()
    for start in range(len(folded)):
        for first, last in places(written, [(start, start + 1)]):
            assert fold(written[first:last]).find(folded[start]) >= 0


def test_folding() -> None:
    assert words("L’Évaluation FINALE_de 第4届 أعضاء إلى ﬁn") == ["l", "evaluation", "finale", "de", "第", "4", "届", "اعضاء", "الى", "fin"]
    assert expression_of("secretary-general") == '("secretary general")'


# --- in step with the graph -------------------------------------------------------------------------------------------


def in_step(folder: Path) -> bool:
    reader = Reader(folder)
    assert text.faults(reader.store, reader.base, reader.place / "text.sqlite", folder) == []
    return text.in_step(reader.store, reader.base, reader.place / "text.sqlite")


def test_every_kind_of_write_is_found_after_its_commit_and_not_before(tmp_path: Path) -> None:
    reader = put(tmp_path, said("x/a", "pp/resolution/9001/2018", {"resolves/1": "to hang green lamps"}))
    update = f"""PREFIX res: <{RES}> DELETE {{ GRAPH ?g {{ ?c res:text ?old }} }} INSERT {{ GRAPH ?g {{ ?c res:text "to hang red lanterns"@en }} }}
                 WHERE {{ GRAPH ?g {{ ?c res:text ?old }} }}"""
    with writing(tmp_path) as writer:
        writer.store.update(update)
        assert search(reader, "green").total == 1
        writer.commit()
    assert (search(reader, "green").total, search(reader, "lanterns").total) == (0, 1)
    assert in_step(tmp_path)
    put(tmp_path, said("x/b", "pp/resolution/9002/2018", {"resolves/1": "to paint the lanterns"}))
    assert search(reader, "lanterns").total == 2
    with writing(tmp_path) as writer:
        writer.store.remove_graph(ox.NamedNode(BASE + "x/a"))
        writer.commit(touched=[BASE + "x/a"])
    assert keys(search(reader, "lanterns")) == ["002/2018/resolves/1"]
    with writing(tmp_path) as writer:
        writer.store.clear()
        writer.commit()
    assert search(reader, "lanterns").total == 0
    assert in_step(tmp_path)


def test_a_write_that_touches_no_text_shares_the_file(tmp_path: Path) -> None:
    reader = put(tmp_path, said("x/a", "pp/resolution/9001/2018", {"resolves/1": "to hang green lamps"}))
    before = (reader.place / "text.sqlite").stat().st_ino
    node = ox.NamedNode("http://example.org/note")
    put(tmp_path, [ox.Quad(node, node, ox.Literal("a note"), node), ox.Quad(node, ox.NamedNode(RES + "text"), ox.Literal("loose"))])
    assert (reader.place / "text.sqlite").stat().st_ino == before
    assert in_step(tmp_path)


def test_a_damaged_index_is_made_anew_by_the_next_write(tmp_path: Path) -> None:
    reader = put(tmp_path, said("x/a", "pp/resolution/9001/2018", {"resolves/1": "to hang green lamps"}))
    for damage in (b"", b"not a database", None):
        file = reader.place / "text.sqlite"
        file.write_bytes(file.read_bytes()[:5000] if damage is None else damage)
        with pytest.raises(StoreError, match="cannot be searched: the full text is damaged; 'resograph store compact'"):
            search(reader, "green")
        put(tmp_path, said("x/b", "pp/resolution/9002/2018", {"resolves/1": f"to paint {damage!r}"}))
        assert search(reader, "green").total == 1
        assert in_step(tmp_path)


def test_what_is_done_without_the_writer_is_noticed(tmp_path: Path) -> None:
    reader = put(tmp_path, said("x/a", "pp/resolution/9001/2018", {"resolves/1": "to hang green lamps"}))
    file = reader.place / "text.sqlite"
    for statement in (
        "UPDATE clauses SET text = 'to hang blue lamps'",
        "DELETE FROM clauses",
        "DELETE FROM words",
        "UPDATE expressions SET chosen = 0",
    ):
        kept = file.read_bytes()
        with closing(sqlite3.connect(file)) as index:
            index.execute(statement)
            index.commit()
        assert text.faults(reader.store, reader.base, file, tmp_path), statement
        file.write_bytes(kept)
    assert in_step(tmp_path)


# --- through a build, and the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some specimens as files of one's own, and one that ships."""
    folder = tmp_path_factory.mktemp("built")
    mine = folder / "mine"
    mine.mkdir()
    for name in ("wtsa-9018-2016.txt", "wtsa-9018-2024.txt"):
        shutil.copy(SPECIMENS / name, mine)
    build([mine, SPECIMENS / "pp-decision-9011-2018.txt"], folder / "store")
    return folder / "store"


def test_a_build_makes_the_index_and_only_one_edition_answers_at_a_time(built: Path) -> None:
    reader = Reader(built)
    assert in_step(built)
    every = search(reader, "calendar", limit=100)
    assert {hit.edition for hit in every.hits} == {"wtsa/resolution/9018/2016", "wtsa/resolution/9018/2024"}
    now = search(reader, "calendar", Filter(at=date(2025, 1, 1)), limit=100)
    then = search(reader, "calendar", Filter(at=date(2018, 1, 1)), limit=100)
    assert {hit.edition for hit in now.hits} == {"wtsa/resolution/9018/2024"}
    assert {hit.edition for hit in then.hits} == {"wtsa/resolution/9018/2016"}
    assert now.total + then.total == every.total
    assert {hit.role for hit in every.hits} >= {"title", "operative", "preambular", "annex"}


def test_specimens_are_left_out_and_counted(built: Path) -> None:
    reader = Reader(built)
    found = search(reader, "quiet weeks")
    with_them = search(reader, "quiet weeks", Filter(specimens=True))
    assert with_them.total > found.total
    assert found.notes == (f"{with_them.total - found.total} more in the specimens that ship with the program (--specimens)",)


def test_two_files_of_one_edition_are_one_hit(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    words_ = (SPECIMENS / "wtsa-9018-2024.txt").read_text(encoding="utf-8")
    (mine / "a.txt").write_text(words_, encoding="utf-8")
    once = build([mine], tmp_path / "store")
    before = search(Reader(tmp_path / "store"), "calendar").total
    (mine / "b.txt").write_text(words_ + "\n", encoding="utf-8")
    twice = build([mine], tmp_path / "store")
    assert (once.editions, twice.editions) == (1, 1)
    assert search(Reader(tmp_path / "store"), "calendar").total == before


def test_the_command_writes_for_people_and_for_programs(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(built)]
    assert run(["search", "meeting calend*", "--in-force", "--limit", "1", *store]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("wtsa/resolution/9018/2024")
    assert "--limit shows more" in shown
    assert run(["search", '"meeting calendar"', "--format", "json", *store]) == 0
    found = json.loads(capsys.readouterr().out)
    first = found["hits"][0]
    assert found["total"] == len(found["hits"])
    assert {first["text"][start:end].lower() for start, end in first["marks"]} == {"meeting calendar"}
    assert run(["search", "calendar", "--role", "annex", "--format", "csv", *store]) == 0
    assert capsys.readouterr().out.startswith("key,edition,part,role,heading,body,kind,year,language,text\r\n")
    assert run(["search", "unicorns", *store]) == 0
    assert capsys.readouterr().out.startswith("no clause holds these words")
    for wrong in (["search", "--", "-"], ["search", "x", "--body", "moon"], ["search", "x", "--since", "2020", "--until", "2010"]):
        assert run([*wrong[:1], *store, *wrong[1:]]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_forms_for_programs_hold_the_same(built: Path) -> None:
    found = search(Reader(built), "calendar", limit=100)
    assert len(json.loads(as_json(found))["hits"]) == len(as_csv(found).splitlines()) - 1 == found.total


def test_the_index_is_read_where_nothing_may_be_written(built: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy with blank & ü%"
    shutil.copytree(built, copied)
    for path in [copied, *copied.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        before = sorted(os.listdir(Reader(copied).place))
        assert search(Reader(copied), "calendar").total
        assert sorted(os.listdir(Reader(copied).place)) == before
    finally:
        for path in [copied, *copied.rglob("*")]:
            path.chmod(0o755)


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def web(built: Path) -> Iterator[TestClient]:
    with TestClient(application(Reader(built)), raise_server_exceptions=False) as client:
        yield client


PAGE = {"accept": "text/html"}


def test_the_page_marks_the_words_and_leads_to_the_clauses(web: TestClient) -> None:
    page = web.get("/search", params={"q": "meeting calend*", "in-force": "true"}, headers=PAGE)
    assert page.status_code == 200
    assert "<mark>calendar</mark>" in page.text
    links = re.findall(r'href="(/id/wtsa/resolution/9018/2024/[^"]+)"', page.text)
    assert links
    assert all(web.get(link, headers=PAGE).status_code == 200 for link in links)
    assert "9018/2016" not in page.text
    assert re.search(r'<form role="search" action="/search" method="get">', web.get("/", headers=PAGE).text), "in the header of each page"


def test_a_number_leads_to_its_editions(web: TestClient) -> None:
    for words_ in ("9018", "WTSA Resolution 9018", "wtsa/resolution/9018/2024"):
        assert 'href="/id/wtsa/resolution/9018/2024"' in web.get("/search", params={"q": words_}, headers=PAGE).text


def test_pages_follow_one_another(web: TestClient) -> None:
    seen: list[str] = []
    address = "/search?q=the&specimens=true"
    for _ in range(20):
        text_ = web.get(address, headers=PAGE).text
        seen += re.findall(r'<li><p><a href="([^"]+)"', text_)
        more = re.search(r'<a href="(/search[^"]+)"[^>]*>More</a>', text_)
        if more is None:
            break
        address = unescape(more[1])
    found = web.get("/search", params={"q": "the", "specimens": "true"}, headers={"accept": "application/json"}).json()
    assert len(seen) == len(set(seen)) == found["total"] > 40


@pytest.mark.parametrize("query", ["q=-", "q=%22", "q=lamp&since=soon", "q=lamp&body=moon", "q=" + "x" * 2000])
def test_what_cannot_be_asked_is_told(web: TestClient, query: str) -> None:
    for accept in ("text/html", "application/json"):
        answer = web.get(f"/search?{query}", headers={"accept": accept})
        assert answer.status_code == 400
        assert "Traceback" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_hostile_words_are_shown_as_words(web: TestClient) -> None:
    page = web.get("/search", params={"q": '"><script>alert(1)</script>'}, headers=PAGE)
    assert "<script>alert" not in page.text


def test_a_store_without_full_text_says_so_and_still_finds_numbers(built: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(built, tmp_path / "store"))
    (Reader(copied).place / "text.sqlite").unlink()
    with TestClient(application(Reader(copied)), raise_server_exceptions=False) as client:
        assert client.get("/search", params={"q": "lamps"}, headers={"accept": "application/json"}).status_code == 503
        page = client.get("/search", params={"q": "9018"}, headers=PAGE)
        assert page.status_code == 200
        assert 'href="/id/wtsa/resolution/9018/2024"' in page.text
        assert "resograph store compact" in page.text
