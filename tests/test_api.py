"""The named questions as an API: forms, rows, problems, validators, the description, and what schemathesis makes of it."""

from __future__ import annotations

import csv
import io
import re
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import schemathesis
from conftest import WORKED_OUT, derive, served
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import positive_data_acceptance

from resograph import questions
from resograph.namespaces import BASE
from resograph.serve import application, asking, caching, openapi
from resograph.serve.evaluate import TookTooLong
from resograph.serve.remembered import Remembered
from resograph.serve.site import Site
from resograph.store import Reader, writing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HERE = Path(__file__).parent


LAMPS = "/id/wtsa/resolution/9902/2024"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A reader of one store in memory: it has no generations."""

    store: ox.Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "store"
    build(path)
    return path


def build(path: Path, more: str = "") -> None:
    """A generation of the store in *path*: the data for the tests of the server, and *more*."""
    with writing(path, rebuild=True) as writer:
        writer.manifest.base = BASE
        writer.manifest.shared = {"more": more}
        writer.store.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
        if more:
            writer.store.load(more, format=ox.RdfFormat.TRIG)
        derive(writer.store, only=("catalogue", *WORKED_OUT))
        writer.commit()


@pytest.fixture(scope="module")
def app(folder: Path) -> Any:
    return application(Reader(folder))


@pytest.fixture(scope="module")
def web(app: Any) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


DUTIES = "/questions/obligations"
ASKED = {"actor": "tsb-director", "all-editions": "true"}
PAGE = {"accept": "text/html"}


# --- forms of an answer ---------------------------------------------------------------------------------------------------


def test_a_program_gets_keys_labels_and_addresses(web: TestClient) -> None:
    answer = web.get(DUTIES, params={"actor": "Director of TSB"}).json()
    assert answer["question"] == "obligations"
    assert answer["parameters"] == {"actor": "tsb-director", "at": date.today().isoformat(), "all-editions": False, "specimens": False}
    assert (answer["total"], answer["offset"], answer["next"], answer["generation"]) == (1, 0, None, "000001")
    (row,) = answer["rows"]
    assert list(row) == answer["columns"]
    assert row["clause"] == {
        "key": "wtsa/resolution/9902/2024/instructs/1",
        "label": "WTSA Resolution 9902 (2024), instructs 1",
        "iri": BASE + "wtsa/resolution/9902/2024/instructs/1",
        "href": "/id/wtsa/resolution/9902/2024/instructs/1",
    }
    assert web.get(row["clause"]["href"], headers=PAGE).status_code == 200
    assert row["addressees"] == ["tsb-director"]
    assert row["condition"] is None


def test_figures_and_truth_values_are_no_strings_and_actors_have_names(web: TestClient) -> None:
    rows = web.get("/questions/most-cited", params={"all-editions": "true"}).json()["rows"]
    assert rows
    assert all(isinstance(row["citations"], int) and isinstance(row["held"], bool) for row in rows)
    actors = [row["actor"] for row in web.get("/questions/workload", params={"all-editions": "true"}).json()["rows"]]
    assert {"key": "tsb-director", "label": "Director of the Standards Office"}.items() <= actors[0].items()


@pytest.mark.parametrize(
    ("name", "accept", "content_type"),
    [
        ("json", "application/json", "application/json"),
        ("html", "text/html", "text/html; charset=utf-8"),
        ("csv", "text/csv", "text/csv; charset=utf-8"),
        ("tsv", "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("table", "text/plain", "text/plain; charset=utf-8"),
        ("turtle", "text/turtle", "text/turtle; charset=utf-8"),
        ("jsonld", "application/ld+json", "application/ld+json"),
    ],
)
def test_each_form_comes_by_name_and_by_accept_and_head_answers_as_get_does(
    web: TestClient, name: str, accept: str, content_type: str
) -> None:
    by_header = web.get(DUTIES, params=ASKED, headers={"accept": accept})
    by_name = web.get(DUTIES, params={**ASKED, "format": name})
    assert by_header.headers["content-type"] == by_name.headers["content-type"] == content_type
    assert by_name.text == by_header.text or name in ("html", "json"), "their links keep the form"
    assert "instructs" in by_name.text
    head = web.head(DUTIES, params=ASKED, headers={"accept": accept})
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("content-type", "content-length", "etag", "vary")} == {
        name: by_header.headers[name] for name in ("content-type", "content-length", "etag", "vary")
    }


def test_forms_of_rows_say_the_same(web: TestClient) -> None:
    by_comma = list(csv.reader(io.StringIO(web.get(DUTIES, params={**ASKED, "format": "csv"}).text)))
    by_tab = [line.split("\t") for line in web.get(DUTIES, params={**ASKED, "format": "tsv"}).text.splitlines()]
    assert by_comma == by_tab
    triples = [
        set(ox.parse(web.get(DUTIES, params={**ASKED, "format": name}).content, format=form))
        for name, form in (("turtle", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD))
    ]
    assert len(triples[0]) == len(triples[1]) > 10


def test_who_asks_for_nothing_gets_json_and_a_form_that_there_is_none_of_is_said(web: TestClient) -> None:
    assert web.get(DUTIES, params=ASKED, headers={"accept": "*/*"}).headers["content-type"] == "application/json"
    assert web.get(DUTIES, params=ASKED, headers={"accept": "image/png"}).status_code == 406
    assert web.get(DUTIES, params={**ASKED, "format": "png"}).status_code == 400


@pytest.mark.parametrize("every", [False, True])
def test_the_page_of_an_actor_lists_what_the_question_lists(web: TestClient, every: bool) -> None:
    page = web.get("/vocabulary/actor/tsb-director", params={"editions": "all"} if every else {}, headers=PAGE).text
    asked = {"actor": "tsb-director", "specimens": "true", "all-editions": str(every).lower()}
    clauses = [row["clause"]["href"] for row in web.get(DUTIES, params=asked).json()["rows"]]
    assert re.findall(r'<p class="where"><a href="([^"]+)"', page) == clauses
    assert len(clauses) == 1 + every


def test_the_page_of_a_work_lists_the_editions_of_its_lineage(web: TestClient) -> None:
    page = web.get("/id/wtsa/resolution/9902", headers=PAGE).text
    editions = [row["edition"]["href"] for row in web.get("/questions/lineage?work=wtsa/9902").json()["rows"]]
    assert len(editions) == 3
    assert [href for href in re.findall(r'<td><a href="([^"]+)"', page) if href.startswith("/id/wtsa/resolution/9902/")] == editions


# --- pages of rows --------------------------------------------------------------------------------------------------------


def test_the_links_lead_through_all_rows_once(web: TestClient) -> None:
    address = "/questions/cites?edition=wtsa%2F9902%2F2024"
    whole = web.get(address).json()["rows"]
    assert len(whole) == 3
    found, turn = [], address + "&limit=2"
    while turn:
        answer = web.get(turn)
        body = answer.json()
        assert (body["total"], len(body["rows"]) <= 2) == (3, True)
        found += body["rows"]
        turn = parsed(answer).get("next", "")
        assert (body["next"] or "") == turn
    assert found == whole
    assert parsed(web.get(address + "&limit=2&offset=2"))["prev"] == "/questions/cites?edition=wtsa%2F9902%2F2024&limit=2"
    none = web.get(address + "&limit=0").json()
    assert (none["rows"], none["total"], none["next"]) == ([], 3, None)
    assert web.get(address + "&offset=7").json()["rows"] == []


def parsed(answer: Any) -> dict[str, str]:
    return {name: href for href, name in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("link", ""))}


def test_a_long_answer_is_cut_and_says_so_in_every_form(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 2)
    monkeypatch.setattr(asking, "SHOWN", 2)
    address = "/questions/cites?edition=wtsa/9902/2024"
    assert len(web.get(address).json()["rows"]) == 2
    cut = web.get(address + "&format=csv")
    assert len(cut.text.splitlines()) == 3
    assert parsed(cut)["next"].endswith("&offset=2&format=csv")
    assert "(1 more row)" in web.get(address + "&format=table").text
    page = web.get(address, headers=PAGE).text
    assert "3 rows" in page
    assert "1 to 2" in page
    more = unescape(re.findall(r'href="([^"]+)" rel="next"', page)[0])
    assert "3 to 3" in web.get(more, headers=PAGE).text


# --- problems -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status", "kind", "more"),
    [
        ("/questions/obligation", 404, "unknown-question", {}),
        (DUTIES + "?who=tsag", 400, "unknown-parameter", {"parameter": "who"}),
        (DUTIES, 400, "missing-parameter", {"parameter": "actor"}),
        (DUTIES + "?actor=tsag&actor=tdag", 400, "repeated-parameter", {"parameter": "actor"}),
        (DUTIES + "?actor=tsag&limit=1&limit=2", 400, "repeated-parameter", {"parameter": "limit"}),
        (DUTIES + "?actor=nobody-at-all", 400, "bad-value", {"parameter": "actor"}),
        (DUTIES + "?actor=", 400, "bad-value", {"parameter": "actor"}),
        (DUTIES + "?actor=tsag&at=2024-02-31", 400, "bad-value", {"parameter": "at"}),
        (DUTIES + "?actor=tsag&limit=-1", 400, "bad-value", {"parameter": "limit"}),
        (DUTIES + "?actor=tsag&limit=999999", 400, "bad-value", {"parameter": "limit"}),
        (DUTIES + "?actor=tsag&offset=x", 400, "bad-value", {"parameter": "offset"}),
        (
            DUTIES + "?actor=SG+9",
            400,
            "ambiguous-value",
            {"parameter": "actor", "choices": ["itu-t-study-group-9", "itu-r-study-group-9", "itu-d-study-group-9"]},
        ),
    ],
)
def test_a_problem_says_of_what_kind_it_is_and_what_to_do(
    web: TestClient, address: str, status: int, kind: str, more: dict[str, Any]
) -> None:
    answer = web.get(address)
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"], said["type"]) == (status, status, f"/api#{kind}")
    assert more.items() <= said.items()
    assert len(said["detail"]) > 20
    assert f'id="{kind}"' in web.get("/api", headers=PAGE).text, "the type leads to what it means"
    assert "etag" not in answer.headers


def test_a_field_that_a_form_leaves_empty_is_not_given(web: TestClient) -> None:
    page = web.get(DUTIES, params={"actor": "tsb-director", "edition": "", "limit": "", "ask": ""}, headers=PAGE)
    assert page.status_code == 200
    assert "1 row" in page.text


def test_a_question_that_takes_too_long_is_told_so(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a worker is killed at the deadline is shown in test_workers."""

    def late(*_: Any, **__: Any) -> None:
        raise TookTooLong

    monkeypatch.setattr(Site, "ask", late)
    answer = web.get(DUTIES, params={"actor": "tdag"})
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "longer" in answer.json()["detail"]


def test_an_answer_is_computed_once_for_all_its_pages_and_forms(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Site.ask

    def counted(site: Site, function: Any, *some: Any, **more: Any) -> Any:
        asked.extend(some[:1] if function is questions.ask else ())
        return ask(site, function, *some, **more)

    monkeypatch.setattr(Site, "ask", counted)
    with TestClient(application(Reader(folder))) as web:
        for more in ("", "&limit=1", "&format=csv", "&offset=1&format=html"):
            assert web.get(f"{DUTIES}?actor=tsb-director&all-editions=true{more}").status_code == 200
        assert asked == ["obligations"]
        web.get(DUTIES + "?actor=tsag")
        assert asked == ["obligations"] * 2


def test_remembered_answers_are_bounded() -> None:
    answer = questions.Answer(("a",), (("1",),) * 9)
    kept = Remembered(cells=50)
    for n in range(5):
        kept.put((n,), answer)
    assert [kept.get((n,)) is not None for n in range(5)] == [False, False, False, True, True]


# --- validators -----------------------------------------------------------------------------------------------------------

KEPT = (
    "/",
    LAMPS,
    LAMPS + "/instructs/1",
    "/vocabulary/actor",
    "/vocabulary/actor/tsag",
    "/questions/cites?edition=wtsa/9902/2024",
    "/questions/obligations?actor=tsb-director&format=csv",
)
FIXED = ("/questions", "/openapi.json", "/api", "/ontology")


@pytest.mark.parametrize("address", KEPT + FIXED)
def test_an_answer_is_known_by_its_tag_as_long_as_nothing_changes(web: TestClient, address: str) -> None:
    for accept in ("text/html", "text/turtle, application/json;q=0.9, */*;q=0.1"):
        first = web.get(address, headers={"accept": accept})
        assert first.status_code == 200
        tag = first.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', tag), "a strong one"
        assert first.headers["cache-control"] == "public, no-cache"
        assert address == "/openapi.json" or first.headers["vary"] == "Accept"
        again = web.get(address, headers={"accept": accept})
        assert (again.headers["etag"], again.content) == (tag, first.content)
        same = web.get(address, headers={"accept": accept, "if-none-match": f'"other", W/{tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert "content-security-policy" in same.headers
        assert web.get(address, headers={"accept": accept, "if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", [LAMPS, "/vocabulary/actor/tsag", DUTIES + "?actor=tsb-director", "/ontology"])
def test_each_form_has_a_tag_of_its_own(web: TestClient, address: str) -> None:
    tags = [web.get(address, headers={"accept": accept}).headers["etag"] for accept in ("text/html", "text/turtle", "application/ld+json")]
    assert len(set(tags)) == 3


def test_a_build_changes_the_tags_of_what_it_may_change_and_no_others(tmp_path: Path) -> None:
    build(tmp_path)
    with TestClient(application(Reader(tmp_path))) as web:

        def tags(addresses: tuple[str, ...]) -> dict[str, tuple[str, str]]:
            return {one: (found := web.get(one)) and (found.headers["etag"], found.headers.get("last-modified", "")) for one in addresses}

        before, fixed = tags(KEPT), tags(FIXED)
        time.sleep(1.1)  # Last-Modified counts seconds
        build(tmp_path, "<a:b> <a:c> <a:d> .")
        after = tags(KEPT)
        for address in KEPT:
            assert before[address][0] != after[address][0]
            stale = {"if-none-match": before[address][0]}
            assert web.get(address, headers=stale).status_code == 200
            assert parsedate_to_datetime(before[address][1]) < parsedate_to_datetime(after[address][1])
            assert web.get(address, headers={"if-modified-since": before[address][1]}).status_code == 200
            assert web.get(address, headers={"if-modified-since": after[address][1]}).status_code == 304
        assert tags(FIXED) == fixed
        assert web.get(KEPT[5]).json()["generation"] == "000002"


def test_what_is_in_force_changes_at_midnight_and_so_does_the_tag(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = DUTIES + "?actor=tsb-director"
    today = web.get(address)
    monkeypatch.setattr(caching, "today", lambda: date.today() + timedelta(days=1))
    tomorrow = web.get(address, headers={"if-none-match": today.headers["etag"]})
    assert tomorrow.status_code == 200
    assert parsedate_to_datetime(today.headers["last-modified"]) < parsedate_to_datetime(tomorrow.headers["last-modified"])


def test_a_304_asks_the_store_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(application(Reader(folder))) as web:
        tag = web.get(DUTIES, params=ASKED).headers["etag"]
        monkeypatch.setattr(Site, "ask", lambda *_, **__: pytest.fail("asked"))
        assert web.get(DUTIES, params=ASKED, headers={"if-none-match": tag}).status_code == 304


def test_a_store_without_generations_gives_no_tags() -> None:
    store = ox.Store()
    store.load(path=str(HERE / "data" / "serve.trig"), format=ox.RdfFormat.TRIG)
    with TestClient(application(Fixed(store))) as web:
        answer = web.get("/id/wtsa/resolution/9902/2024")
    assert (answer.status_code, "etag" in answer.headers, answer.headers["cache-control"]) == (200, False, "no-cache")


def test_files_that_ship_are_kept_a_year_under_the_address_of_their_content(web: TestClient) -> None:
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', web.get("/sparql/editor", headers=PAGE).text)
    assert len(found) == 5
    for address in found:
        answer = web.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        plain = web.get(address.partition("?")[0])
        assert plain.headers["cache-control"] == "public, no-cache"
        assert plain.headers["etag"] == answer.headers["etag"] == f'"{address.partition("?v=")[2]}"'
        assert web.get(address, headers={"if-none-match": plain.headers["etag"]}).status_code == 304


# --- the description ------------------------------------------------------------------------------------------------------


def test_the_description_is_valid_and_names_every_question_and_address(web: TestClient) -> None:
    said = web.get("/openapi.json").json()
    OpenAPIV31SpecValidator(said).validate()
    assert {f"/questions/{name}" for name in questions.names_of_questions()} <= set(said["paths"])
    assert {"/sparql", "/id/{key}", "/health", "/openapi.json", "/questions"} <= set(said["paths"])
    OpenAPIV31SpecValidator(openapi.document(questions.all_questions())).validate()
    body = next(one for one in said["paths"]["/questions/in-force"]["get"]["parameters"] if one.get("name") == "body")
    assert body["schema"] == {"$ref": "#/components/schemas/body"}
    assert {"wtsa", "pp"} <= set(said["components"]["schemas"]["body"]["enum"])
    at = next(one for one in said["paths"]["/questions/in-force"]["get"]["parameters"] if one.get("name") == "at")
    assert (at["schema"]["default"], at["example"]) == ("today", "2020")


def test_answers_have_the_shape_that_the_description_promises(web: TestClient) -> None:
    said = web.get("/openapi.json").json()
    answered = 0
    for question in questions.all_questions():
        path = f"/questions/{question.name}"
        answer = web.get(path, params={"all-editions": "true"} if "all_editions" in question.query else {})
        if answer.status_code == 200:
            ok = said["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            OAS31Validator({**ok, "components": said["components"]}).validate(answer.json())
            answered += len(answer.json()["rows"]) > 0
    assert answered > 5, "otherwise nothing has been shown"


def test_every_parameter_has_a_type_that_the_description_knows() -> None:
    schemas = openapi.document([])["components"]["schemas"]
    assert set(questions.TYPES) <= set(schemas)


def test_no_parameter_of_a_question_takes_a_reserved_name(tmp_path: Path) -> None:
    text = "#+ summary: x\n#+ parameters:\n#+   limit: {type: text}\nSELECT ?limit WHERE { ?s ?p ?limit }\n"
    (tmp_path / "bad.rq").write_text(text, encoding="utf-8")
    assert "limit" in questions.faults(tmp_path)[0]


def test_the_page_for_people_shows_each_question_with_its_parameters(web: TestClient) -> None:
    page = web.get("/api", headers=PAGE).text
    for question in questions.all_questions():
        assert f'id="q-{question.name}"' in page
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


# --- what schemathesis makes of the description -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema(folder: Path) -> Iterator[Any]:
    with served(folder) as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json")


ADDRESSES = list(openapi.of(application(Fixed(ox.Store())))["paths"])
EXAMPLES = 12


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_server_does_what_its_description_says(schema: Any, address: str, mode: Any) -> None:
    """Requests that the description allows, and such as it does not, each answered as the description says."""
    for method in set(schema[address]) - {"parameters"}:
        operation = schema[address][method]

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(excluded_checks=[positive_data_acceptance])  # whether a name means anything is known to the store

        with suppress(Unsatisfiable):
            ask()
