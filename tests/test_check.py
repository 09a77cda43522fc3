"""The standing of citations, and the findings of ``resograph check``."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from conftest import REAL, needs_real_documents

from resograph import cli
from resograph.build import build
from resograph.catalogue import Claim, Ending, Entry, Known, Text, catalogue
from resograph.check import Found, check
from resograph.keys import Key
from resograph.pipeline import parse, records
from resograph.read import read_bytes
from resograph.status import Cited, Citing, Judgement, Parts, has_part, judge
from resograph.store import Reader
from resograph.witnesses import Witnesses, of_resolution, of_store, of_tables, parts_in

SPECIMENS = Path(__file__).parents[1] / "corpus" / "specimens"
K = Key.parse
TODAY = "2026-11-22"


def text(key: str, *history: int, place: str = "") -> Text:
    return Text(K(key), f"urn:{key}", place, True, "", tuple(Entry(year, "", f"urn:{key}#{year}") for year in history))


LAMPS = text("wtsa/resolution/9018/2024", 2012, 2016, 2022, 2024, place="New Delhi")
ROOMS = text("pp/resolution/9191/2018", place="Dubai")
ENDED = Ending(K("wtdc/resolution/9005"), 2017, "urn:e", None, K("wtdc/resolution/9006"))
KNOWN = catalogue([LAMPS, ROOMS, text("wtdc/resolution/9005/2014")], [], [], [ENDED])
PARTS = {
    K("wtsa/resolution/9018/2024"): frozenset(
        ["resolves", "resolves/1", "resolves/2", "resolves/2/i", "instructs-2/3", "recognizing-further/a", "annex-a"]
    )
}


def standing(target: str, by: str = "pp/resolution/9001/2018", place: str = "", at: str = TODAY, parts: Parts = PARTS.get) -> Judgement:
    return judge(Cited(K(target), place), Citing(K(by), "Dubai"), KNOWN, parts, at)


def faults(judgement: Judgement) -> list[tuple[str, str]]:
    return [(one.status, one.right) for one in judgement.faults]


# --- editions -------------------------------------------------------------------------------------------------------


def test_an_edition_that_was_current_is_not_stale_and_may_be_outdated_now() -> None:
    found = standing("wtsa/resolution/9018/2016")
    assert (found.known("stale"), faults(found)) == (Known.NO, [("outdated", "wtsa/resolution/9018/2024")])
    assert faults(standing("wtsa/resolution/9018/2016", at="2020-01-01")) == []


def test_a_newer_edition_at_the_time_makes_it_stale() -> None:
    found = standing("wtsa/resolution/9018/2012")
    assert faults(found) == [("stale", "wtsa/resolution/9018/2016"), ("outdated", "wtsa/resolution/9018/2024")]
    assert found.faults[0].since == "2016-11-03"
    assert [one.kind for one in found.faults[0].evidence] == ["history"]


def test_what_the_same_meeting_adopted_does_not_make_it_stale() -> None:
    citing = Citing(K("wtsa/resolution/9019/2024"), "New Delhi")
    assert judge(Cited(K("wtsa/resolution/9018/2022")), citing, KNOWN, PARTS.get, TODAY).known("stale") is Known.NO


def test_meetings_of_one_year_are_compared_by_their_days() -> None:
    # WTSA met in March 2022, the Plenipotentiary Conference in September, Council at a time that is not listed
    def stale(by: str, place: str) -> Known:
        return judge(Cited(K("wtsa/resolution/9018/2016")), Citing(K(by), place), KNOWN, PARTS.get, TODAY).known("stale")

    assert stale("pp/resolution/9001/2022", "Bucharest") is Known.YES
    assert stale("council/resolution/9333/2022", "") is Known.UNKNOWN


def test_nothing_is_known_of_a_work_that_is_only_cited() -> None:
    found = standing("wtdc/resolution/9099/2017", by="pp/resolution/9001/2022")
    assert [found.known(status) for status in ("dangling", "stale", "outdated")] == [Known.UNKNOWN, Known.UNKNOWN, Known.UNKNOWN]
    assert standing("wtdc/resolution/9099/2017").known("stale") is Known.NO  # no conference between 2017 and 2018 could revise it


def test_a_newer_edition_that_is_only_cited_makes_an_unknown_that_names_it() -> None:
    known = catalogue([ROOMS], [Claim(K("pp/resolution/9191/2022"), K("wtsa/resolution/9018/2024/noting"), "urn:c")])
    found = judge(Cited(K("pp/resolution/9191/2018")), Citing(K("wtsa/resolution/9001/2024")), known, PARTS.get, TODAY)
    outdated = next(one for one in found.verdicts if one.status == "outdated")
    assert (outdated.known, outdated.right) == (Known.UNKNOWN, "pp/resolution/9191/2022")


def test_an_edition_that_never_was_dangles_where_the_history_is_whole() -> None:
    found = standing("wtsa/resolution/9018/2020", place="")
    assert found.edition is None
    assert faults(standing("wtsa/resolution/9018/2008"))[:1] != [("dangling", "")]
    assert faults(found)[0][0] == "contradictory"  # and no assembly met in 2020
    gap = catalogue([text("wtsa/resolution/9018/2024", 2012, 2022, 2024)])
    missing = judge(Cited(K("wtsa/resolution/9018/2016")), Citing(K("pp/resolution/9001/2018")), gap, PARTS.get, TODAY)
    assert faults(missing) == [("dangling", "wtsa/resolution/9018/2012")]


def test_before_the_first_edition_a_number_may_have_meant_another_text() -> None:
    assert standing("wtsa/resolution/9018/1996").known("dangling") is Known.UNKNOWN
    known = catalogue([text("pp/resolution/9191/2018", 2010, 2018)])
    for year, answer in ((2002, Known.YES), (1989, Known.UNKNOWN)):  # the numbers of the Plenipotentiary Conference began again in 1994
        assert (
            judge(Cited(K(f"pp/resolution/9191/{year}")), Citing(K("pp/resolution/9001/2018")), known, PARTS.get, TODAY).known("dangling")
            is answer
        )


@pytest.mark.parametrize(
    ("target", "place", "known"),
    [
        ("wtsa/resolution/9018/2016", "Dubai", Known.YES),
        ("wtsa/resolution/9018/2012", "Dubai", Known.NO),
        ("wtsa/resolution/9018/2016", "Hammamet", Known.NO),
        ("wtsa/resolution/9018/2016", "", Known.NO),
        ("wtsa/resolution/9018/2004", "Florianopolis", Known.NO),
        ("wtsa/resolution/9018/2015", "Nowhere", Known.YES),
        ("wtsa/resolution/9018/2031", "Nowhere", Known.UNKNOWN),  # no meeting is listed so late
        ("council/resolution/9333/2015", "", Known.UNKNOWN),
        ("wrc/resolution/9095/2008", "", Known.YES),
    ],
)
def test_a_place_and_a_year_at_which_the_body_did_not_meet_contradict(target: str, place: str, known: Known) -> None:
    assert standing(target, by="pp/resolution/9001/2018", place=place).known("contradictory") is known


def test_the_explanation_says_where_the_body_met() -> None:
    (found,) = standing("wtsa/resolution/9018/2016", place="Dubai").faults
    assert found.why == "(Dubai, 2016): WTSA met in Hammamet in 2016, and in Dubai in 2012"
    assert found.right == "wtsa/resolution/9018/2012, wtsa/resolution/9018/2016"


def test_an_adopted_text_proves_its_meeting() -> None:
    known = catalogue([Text(K("wtsa/resolution/9018/2024"), "urn:x", "Sampleton")])
    found = judge(
        Cited(K("wtsa/resolution/9019/2024"), "Sampleton"), Citing(K("pp/resolution/9001/2022"), "Bucharest"), known, PARTS.get, TODAY
    )
    assert found.known("contradictory") is Known.NO


def test_a_work_that_has_ended_makes_its_citations_stale() -> None:
    assert faults(standing("wtdc/resolution/9005/2014")) == [("stale", "wtdc/resolution/9006"), ("outdated", "wtdc/resolution/9006")]
    assert faults(standing("wtdc/resolution/9005")) == [("stale", "wtdc/resolution/9006"), ("outdated", "wtdc/resolution/9006")]


def test_an_undated_citation_leads_to_the_edition_in_force_on_the_day() -> None:
    assert standing("wtsa/resolution/9018", at="2018-01-01").edition == K("wtsa/resolution/9018/2016")
    assert standing("wtsa/resolution/9018").edition == K("wtsa/resolution/9018/2024")
    assert standing("wtsa/resolution/9777").edition is None


def test_united_nations_texts_provisions_and_documents_are_not_judged() -> None:
    for target in ("unga/resolution/70-1", "convention/no/119", "pp/document/46/2018"):
        assert standing(target) == Judgement(None)


# --- parts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "there"),
    [
        ("resolves/2/i", True),
        ("resolves/7", False),
        ("instructs/3", True),  # which of two headings is not said
        ("instructs/4", False),
        ("further-recognizing/a", True),
        ("recognizing/a", False),
        ("annex", True),
        ("annex-b", False),
    ],
)
def test_a_part_is_found_as_it_is_cited(part: str, there: bool) -> None:
    held = PARTS[K("wtsa/resolution/9018/2024")]
    assert has_part(part, held) is there
    found = standing(f"wtsa/resolution/9018/2024/{part}", by="wtsa/resolution/9001/2024")
    assert (("dangling", "") in faults(found)) is not there


def test_a_part_of_a_text_that_is_not_held_is_unknown() -> None:
    assert faults(standing("wtsa/resolution/9018/2022/resolves/77", by="wtsa/resolution/9001/2024")) == [
        ("outdated", "wtsa/resolution/9018/2024")
    ]


def test_the_explanation_says_which_parts_there_are() -> None:
    (found,) = standing("wtsa/resolution/9018/2024/resolves/7", by="wtsa/resolution/9001/2024").faults
    assert found.why == "wtsa/resolution/9018/2024 has no part 'resolves/7'; resolves has 1 to 2"


# --- texts ----------------------------------------------------------------------------------------------------------

PLANTED = """RESOLUTION 9300 (Rev. Bucharest, 2022)
Lamps in meeting rooms
The Plenipotentiary Conference of the International Telecommunication Union (Bucharest, 2022),
recalling
a) Resolution 9018 (Rev. Hammamet, 2016) of the World Telecommunication Standardization Assembly, on lamps;
b) Resolution 9018 (Rev. Dubai, 2016) of the World Telecommunication Standardization Assembly;
c) resolves 7 of Resolution 9018 (Rev. Geneva, 2022) of the World Telecommunication Standardization Assembly;
d) Resolution 9019 (Rev. Dubai, 2012) of the World Telecommunication Standardization Assembly;
e) Resolution 9018 (Rev. Geneva, 2022) of the World Telecommunication Standardization Assembly,
resolves
1 to abrogate Resolution 9301 (Busan, 2014);
2 that Resolution 9302 (Busan, 2014) of this conference be merged into Resolution 9303 (Rev. Bucharest, 2022);
3 that each room shall have a lamp, as resolves 9 below says;
4 to invite the Council to abrogate Council Resolution 9304 (2014).
"""
LAMP = """RESOLUTION 9018 (Rev. Geneva, 2022)
Lamps
(Dubai, 2012; Hammamet, 2016; Geneva, 2022)
The World Telecommunication Standardization Assembly (Geneva, 2022),
considering
that rooms are dark,
resolves
1 that lamps be lit;
2 that lamps be dimmed,
instructs the Director of the Telecommunication Standardization Bureau
to count the lamps.
"""
CALENDAR = """RESOLUTION 9019 (Rev. Geneva, 2022)
Calendars
(Johannesburg, 2008; Hammamet, 2016; Geneva, 2022)
The World Telecommunication Standardization Assembly (Geneva, 2022),
considering
that days pass,
resolves
that days be counted.
"""


def files(folder: Path, **texts: str) -> list[Path]:
    for name, words in texts.items():
        (folder / f"{name}.txt").write_text(words, "utf-8")
    return [folder / f"{name}.txt" for name in texts]


def test_each_planted_fault_is_found_and_explained_and_nothing_else(tmp_path: Path) -> None:
    build(files(tmp_path, lamp=LAMP, calendar=CALENDAR), tmp_path / "store")
    reader = Reader(tmp_path / "store")
    (planted,) = files(tmp_path, planted=PLANTED)
    found = check(parse(planted), of_store(reader.store) + of_tables(), parts_in(reader.store), TODAY)
    warned = [(one.part, one.code, one.right) for one in found if one.severity == "warning"]
    assert warned == [
        ("recalling/a", "citation-stale", "wtsa/resolution/9018/2022"),
        ("recalling/b", "citation-contradictory", "wtsa/resolution/9018/2012, wtsa/resolution/9018/2016"),
        ("recalling/c", "citation-dangling", ""),
        ("recalling/d", "citation-dangling", "wtsa/resolution/9019/2008"),
        ("resolves/3", "citation-dangling", ""),
    ]
    assert found[0].words == "Resolution 9018 (Rev. Hammamet, 2016) of the World Telecommunication Standardization Assembly"
    assert found[0].evidence == ("text wtsa/resolution/9018/2022",)


def test_the_own_acts_of_a_text_end_others() -> None:
    (resolution,) = records(read_bytes(PLANTED.encode(), "x"))
    ended = [(str(one.work), one.year, str(one.into or "")) for one in of_resolution(resolution).endings]
    assert ended == [("pp/resolution/9301", 2022, ""), ("pp/resolution/9302", 2022, "pp/resolution/9303")]


def test_a_list_of_abrogated_texts_ends_them() -> None:
    found = [(one.part, one.text, str(one.target)) for one in parse(SPECIMENS / "pp-final-acts-2018.txt")[1].abrogations]
    assert found == [
        ("back", "DECISION 9013 (EXEMPLAR BAY, 2014)", "pp/decision/9013/2014"),
        ("back", "RESOLUTION 9122 (REV. SAN EJEMPLO, 2010)", "pp/resolution/9122/2010"),
    ]


def test_a_draft_without_a_year_is_warned_of_what_is_outdated() -> None:
    draft = PLANTED.replace("(Rev. Bucharest, 2022)\nLamps", "\nLamps").replace("Union (Bucharest, 2022),", "Union,")
    (resolution,) = records(read_bytes(draft.encode(), "x"))
    (lamp,) = records(read_bytes(LAMP.encode(), "lamp"))
    found = check([resolution], of_resolution(lamp), lambda _: None, TODAY)
    assert ("recalling/a", "citation-outdated", "warning") in [(one.part, one.code, one.severity) for one in found]


def test_the_specimens_have_the_faults_that_were_put_into_them(tmp_path: Path) -> None:
    build([SPECIMENS], tmp_path / "store")
    reader = Reader(tmp_path / "store")
    known, parts = of_store(reader.store) + of_tables(), parts_in(reader.store)
    found = [one for path in sorted(SPECIMENS.iterdir()) for one in check(parse(path), known, parts, TODAY)]
    assert [(one.edition, one.part, one.code) for one in found if one.code.startswith("citation-") and one.severity == "warning"] == [
        ("wtsa/resolution/9018/2024", "considering/b", "citation-stale"),
        ("wtsa/resolution/9018/2024", "recognizing/a", "citation-dangling"),
    ]


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_says_file_part_severity_words_and_what_is_right(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    build(files(tmp_path, lamp=LAMP), tmp_path / "store")
    (planted,) = files(tmp_path, planted=PLANTED)
    assert cli.run(["check", str(planted), "--store", str(tmp_path / "store")]) == 1
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[0] == (
        f"{planted}: recalling/a: warning: wtsa/resolution/9018/2022 (Geneva, 2022) existed when pp/resolution/9300/2022 was adopted [citation-stale]"
    )
    assert lines[1] == "    words: Resolution 9018 (Rev. Hammamet, 2016) of the World Telecommunication Standardization Assembly"
    assert lines[2] == "    right: wtsa/resolution/9018/2022  (known by: text wtsa/resolution/9018/2022)"


def test_a_sound_text_gives_0_and_json_has_every_finding(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (lamp,) = files(tmp_path, lamp=LAMP)
    build([lamp], tmp_path / "store")
    assert cli.run(["check", str(lamp), "--store", str(tmp_path / "store")]) == 0
    assert "nothing is wrong" in capsysbinary.readouterr().out.decode()
    assert cli.run(["check", str(SPECIMENS / "wtsa-9018-2024.txt"), "--format", "json", "--store", str(tmp_path / "store")]) == 0
    assert [one["code"] for one in json.loads(capsysbinary.readouterr().out)] == ["actor-unlisted"]


def test_without_a_store_the_text_itself_and_the_tables_are_asked(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESOGRAPH_STORE", str(tmp_path / "none"))
    (planted,) = files(tmp_path, planted=PLANTED)
    assert cli.run(["check", str(planted)]) == 1
    out, err = capsysbinary.readouterr()
    assert b"[citation-contradictory]" in out
    assert b"there is no store" in err
    assert cli.run(["check", str(planted), "--store", str(tmp_path / "none")]) == 2


def test_a_file_that_cannot_be_read_costs_only_itself(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    build(files(tmp_path, lamp=LAMP), tmp_path / "store")
    (planted,) = files(tmp_path, planted=PLANTED)
    assert cli.run(["check", str(tmp_path / "gone.txt"), str(planted), "--store", str(tmp_path / "store")]) == 2
    out, err = capsysbinary.readouterr()
    assert b"recalling/a: warning" in out
    assert err.count(b"\n") == 1


def test_the_cost_grows_with_the_number_of_citations() -> None:
    def seconds(count: int) -> float:
        texts = [text(f"pp/resolution/{9000 + n}/2022", 2014, 2018, 2022) for n in range(count // 10)]
        claims = [
            Claim(K(f"pp/resolution/{9000 + n % (count // 10)}/2018"), K(f"wtsa/resolution/1/2024/noting/{n}"), f"urn:{n}")
            for n in range(count)
        ]
        begun = time.perf_counter()
        known = catalogue(texts, claims)
        for one in claims:
            judge(Cited(one.key), Citing(K("wtsa/resolution/1/2024")), known, PARTS.get, TODAY)
        return time.perf_counter() - begun

    small, large = min(seconds(1000) for _ in range(3)), min(seconds(8000) for _ in range(2))
    assert large < small * 8 * 3


# --- real documents -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Witnesses, Parts]:
    place = tmp_path_factory.mktemp("real") / "store"
    build([REAL], place)
    reader = Reader(place)
    return of_store(reader.store) + of_tables(), parts_in(reader.store)


def findings(real: tuple[Witnesses, Parts], name: str, at: str = TODAY) -> list[Found]:
    return [one for one in check(parse(REAL / name), *real, at) if one.code.startswith("citation-")]


@needs_real_documents
def test_nothing_in_the_seed_is_flagged(real: tuple[Witnesses, Parts]) -> None:
    assert findings(real, "wtsa-18-2024.txt") == []


@needs_real_documents
def test_citations_of_2016_are_not_stale_in_2018_and_outdated_now(real: tuple[Witnesses, Parts]) -> None:
    known, parts = real
    citations = [one for one in known.citations if one.where.body == "pp" and one.where.year == 2018]
    cited = [one for one in citations if one.cited.target.body == "wtsa" and one.cited.target.year == 2016]
    catalogue = known.catalogue()
    judged = {one.source: judge(one.cited, Citing(one.where.edition, "Dubai"), catalogue, parts, TODAY) for one in cited}
    assert len(judged) >= 13
    assert {one.known("stale") for one in judged.values()} == {Known.NO}
    eighteen = [judged[one.source].known("outdated") for one in cited if one.cited.target.number == "18"]
    assert eighteen == [Known.YES, Known.YES]
    assert {one.known("outdated") for one in judged.values()} == {Known.YES, Known.UNKNOWN}


@needs_real_documents
def test_a_fault_planted_in_the_seed_is_found(real: tuple[Witnesses, Parts]) -> None:
    seed = (REAL / "wtsa-18-2024.txt").read_text("utf-8")
    for written, planted, code in (
        ("Dubai, 2023", "Dubai, 2021", "citation-contradictory"),
        ("Bucharest, 2022", "Dubai, 2018", "citation-stale"),
    ):
        assert written in seed
        edited = records(read_bytes(seed.replace(written, planted).encode(), "edited"))
        if code == "citation-stale":  # only with the newer edition in the store is it known to be old
            known = real[0] + Witnesses(texts=(text("pp/resolution/191/2022", 2014, 2018, 2022),))
        else:
            known = real[0]
        assert code in {one.code for one in check(edited, known, real[1], TODAY)}
