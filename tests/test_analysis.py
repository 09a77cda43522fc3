"""The network analyses on a store of small texts whose answers can be counted by hand, in every format, alike in every process."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from resograph.analysis import Choice, Result, analyse, analyses, picture, write
from resograph.build import build
from resograph.cli import run
from resograph.errors import OutputError, QuestionError
from resograph.store import Reader

DAY = date(2025, 6, 1)


def text(number: int, year: int, body: str, *recalled: str, act: str = "to light the lamps.") -> str:
    recalling = "".join(f"{letter}) {said};\n" for letter, said in zip("abcdef", recalled, strict=False))
    return (
        f"RESOLUTION {number} (Rev. Sampleton, {year})\nLamps of storey {number}\nThe {body} (Sampleton, {year}),\n"
        f"recalling\n{recalling}instructs the Director of the Telecommunication Standardization Bureau and the Secretary-General\n{act}\n"
    )


PP, WTSA = "Plenipotentiary Conference of the International Telecommunication Union", "World Telecommunication Standardization Assembly"


def of_pp(number: int) -> str:
    return f"Resolution {number} of the Plenipotentiary Conference"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9001 and 9002 cite each other; 9003 cites 9001 twice and 9004, which nobody holds; 9018 of WTSA cites 9003; 9001 has two editions."""
    folder = tmp_path_factory.mktemp("texts")
    texts = {
        "1-14": text(9001, 2014, PP, of_pp(9009)),
        "1-18": text(9001, 2018, PP, of_pp(9002)),
        "2": text(9002, 2018, PP, of_pp(9001)),
        "3": text(9003, 2018, PP, of_pp(9001), f"{of_pp(9001)} and {of_pp(9004)}"),
        "18": text(9018, 2024, WTSA, of_pp(9003)),
    }
    for name, said in texts.items():
        (folder / f"{name}.txt").write_text(said, "utf-8")
    build([folder], folder / "store")
    return folder / "store"


def result(store: Path, name: str, at: date = DAY, body: str = "", specimens: bool = False) -> Result:
    return analyse(Reader(store), name, Choice(at, body, specimens), today=DAY)


def rows(store: Path, name: str, **choice: object) -> list[dict[str, object]]:
    found = result(store, name, **choice)  # type: ignore[arg-type]
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


# --- what is found --------------------------------------------------------------------------------------------------


def test_each_pair_of_works_is_a_row_with_its_clauses(store: Path) -> None:
    found = {(row["citing"], row["cited"]): row for row in rows(store, "citations")}
    assert {pair: row["citations"] for pair, row in found.items()} == {
        ("pp/resolution/9003", "pp/resolution/9001"): 2,
        ("pp/resolution/9001", "pp/resolution/9002"): 1,
        ("pp/resolution/9002", "pp/resolution/9001"): 1,
        ("pp/resolution/9003", "pp/resolution/9004"): 1,
        ("wtsa/resolution/9018", "pp/resolution/9003"): 1,
    }
    assert found["pp/resolution/9003", "pp/resolution/9001"]["clauses"] == (
        "pp/resolution/9003/2018/recalling/a pp/resolution/9003/2018/recalling/b"
    )
    assert found["pp/resolution/9003", "pp/resolution/9001"]["intents"] == "recalling"


def test_an_earlier_date_asks_the_editions_of_then(store: Path) -> None:
    assert [(row["citing"], row["cited"]) for row in rows(store, "citations", at=date(2016, 1, 1))] == [
        ("pp/resolution/9001", "pp/resolution/9009")
    ]


def test_a_body_speaks_and_what_it_cites_is_shown(store: Path) -> None:
    assert [(row["citing"], row["cited"]) for row in rows(store, "citations", body="wtsa")] == [
        ("wtsa/resolution/9018", "pp/resolution/9003")
    ]


def test_centrality_counts_works_and_citations(store: Path) -> None:
    found = {row["work"]: row for row in rows(store, "centrality")}
    first = next(iter(found))
    assert first == "pp/resolution/9001"
    assert (found[first]["cited-by"], found[first]["citations"], found[first]["cites"]) == (2, 3, 1)
    # of the 4 * 3 pairs of others, the shortest path of 9003 and of 9018 to 9002 leads through it
    assert found[first]["betweenness"] == round(2 / 12, 4)
    assert found["pp/resolution/9003"]["betweenness"] == round(3 / 12, 4)
    assert found["pp/resolution/9004"]["held"] == "no"
    assert "4 of 5 works are held" in result(store, "centrality").notes[0]


def test_communities_hang_together_and_hold_each_work_once(store: Path) -> None:
    found = rows(store, "communities")
    members = [work for row in found for work in str(row["members"]).split()]
    assert sorted(members) == sorted(result(store, "citations").network)
    assert any({"pp/resolution/9001", "pp/resolution/9002"} <= set(str(row["members"]).split()) for row in found)
    assert isinstance(result(store, "communities").computed["modularity"], float)


def test_lineage_tells_what_proves_an_edition(store: Path) -> None:
    found = {row["work"]: row["years"] for row in rows(store, "lineage")}
    assert found == {
        "pp/resolution/9001": "2014 2018",
        "pp/resolution/9002": "2018",
        "pp/resolution/9003": "2018",
        "wtsa/resolution/9018": "2024",
    }
    network = result(store, "lineage").network
    assert list(network.edges) == [("pp/resolution/9001/2018", "pp/resolution/9001/2014")]
    assert {row["work"] for row in rows(store, "lineage", at=date(2015, 1, 1))} == {"pp/resolution/9001"}


def test_actors_are_joined_by_the_clauses_that_address_both(store: Path) -> None:
    (row,) = rows(store, "actors")
    assert (row["actor"], row["other"], row["together"], row["clauses-of-actor"]) == ("secretary-general", "tsb-director", 4, 4)
    assert "pp/resolution/9001/2014/instructs" not in str(row["clauses"]).split()


def test_the_longest_chain_takes_a_circle_as_one_step(store: Path) -> None:
    found = rows(store, "chains")
    assert (found[0]["steps"], found[0]["chain"]) == (
        3, "wtsa/resolution/9018 > pp/resolution/9003 > {pp/resolution/9001 pp/resolution/9002}"
    )  # fmt: skip
    assert len(found) == 1


def test_cycles_name_each_circle_once(store: Path) -> None:
    found = rows(store, "cycles")
    assert [row["cycle"] for row in found] == ["pp/resolution/9001 > pp/resolution/9002 > pp/resolution/9001"]
    assert sorted(result(store, "cycles").network) == ["pp/resolution/9001", "pp/resolution/9002"]


def test_specimens_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    build([], tmp_path / "store")
    without = set(result(tmp_path / "store", "citations").network)
    counted = set(result(tmp_path / "store", "citations", specimens=True).network)
    assert not any("/9018" in work for work in without)
    assert any("/9018" in work for work in counted)


@pytest.mark.parametrize("name", sorted(analyses()))
def test_a_store_without_anything_in_force_has_an_empty_answer(store: Path, name: str) -> None:
    found = result(store, name, at=date(1900, 1, 1))
    assert (found.rows, len(found.network)) == ((), 0)
    for form in ("svg", "png"):
        assert picture.draw(found, form)
    assert write.as_gexf(found)
    assert write.as_graphml(found)


# --- how it is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(analyses()))
def test_each_format_can_be_read_and_says_how_it_was_computed(store: Path, name: str) -> None:
    found = result(store, name)
    assert {"method", "at", "software", "generation", "computed"} <= set(found.computed)
    table = list(csv.reader(io.StringIO(write.as_csv(found).decode())))
    assert (tuple(table[0]), len(table)) == (found.columns, len(found.rows) + 1)
    data = json.loads(write.as_json(found))
    assert data["computed"] == found.computed
    assert set(nx.node_link_graph(data["network"], edges="edges")) == set(found.network)
    graphml = nx.parse_graphml(write.as_graphml(found).decode())
    assert (set(graphml), graphml.graph["generation"]) == (set(found.network), "000001")
    gexf = write.as_gexf(found)
    assert set(nx.read_gexf(io.BytesIO(gexf), version="1.2draft")) == set(found.network)
    assert "generation 000001" in gexf.decode()
    assert b'lastmodifieddate="2025-06-01"' in gexf
    svg = picture.draw(found, "svg")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert b"generation 000001" in svg
    assert picture.draw(found, "png").startswith(b"\x89PNG")


def test_the_same_store_gives_the_same_bytes_in_every_process(store: Path, tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        code = (
            "import sys; from datetime import date; from pathlib import Path; from resograph.analysis import *; from resograph.analysis import picture, write\n"
            "from resograph.store import Reader\n"
            "for name in analyses():\n"
            "    found = analyse(Reader(Path(sys.argv[1])), name, Choice(date(2025, 6, 1)), today=date(2025, 6, 1))\n"
            "    for made in (write.as_json(found), write.as_graphml(found), write.as_gexf(found), picture.draw(found, 'svg'), picture.draw(found, 'png')):\n"
            "        sys.stdout.buffer.write(made)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(store)], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        made.append(done.stdout)
    assert made[0] == made[1]
    assert len(made[0]) > 100_000


def test_boxes_of_a_picture_do_not_lie_on_one_another() -> None:
    labels = {str(n): f"PP Res. {n}" for n in range(40)}
    chance = random.Random(9018)
    found = picture._apart({node: (chance.uniform(0.3, 0.7), chance.uniform(0.3, 0.7)) for node in labels}, labels)
    width, height = picture._size("PP Res. 39")
    overlaps = sum(
        abs(found[a][0] - found[b][0]) < width * 0.9 and abs(found[a][1] - found[b][1]) < height * 0.9
        for a in labels
        for b in labels
        if a < b
    )
    assert overlaps == 0


def test_without_matplotlib_one_line_says_what_to_install(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OutputError, match=r"pip install 'resograph\[pictures\]'$"):
        picture.draw(result(store, "lineage"), "svg")


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_prints_a_table_and_how_it_was_computed(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["analyse", "centrality", "--top", "2", "--at", "2025", "--store", str(store)]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "pp/resolution/9001" in out
    assert "(3 more rows" in out
    assert "networkx" in out


def test_the_name_of_the_file_tells_the_format(store: Path, tmp_path: Path) -> None:
    assert run(["analyse", "citations", "--top", "2", "--store", str(store), "--output", str(tmp_path / "some.graphml")]) == 0
    assert len(nx.read_graphml(tmp_path / "some.graphml")) == 2
    assert run(["analyse", "lineage", "--body", "WTSA", "--store", str(store), "-o", str(tmp_path / "some.png")]) == 0
    assert (tmp_path / "some.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["centralty"], "no analysis is called 'centralty'; nearest: centrality"),
        (["citations", "--at", "soon"], "no date: 'soon'"),
        (["citations", "--body", "ptp"], "no body is called 'ptp'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    store: Path, arguments: list[str], message: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["analyse", *arguments, "--store", str(store)]) == 2
    assert message in capfdbinary.readouterr().err.decode()


def test_an_unknown_analysis_is_an_error_of_the_library(store: Path) -> None:
    with pytest.raises(QuestionError):
        result(store, "gossip")
