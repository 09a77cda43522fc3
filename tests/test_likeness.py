"""Which clauses are alike, which resolutions are on one matter, and that both are found without comparing all with all."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rapidfuzz.distance import Indel
from rdflib import Graph

from resograph import assets, likeness, namespaces
from resograph.build import build
from resograph.likeness import LIKE, Clause, Edition, likenesses, matters, shared, wordings, words
from resograph.namespaces import BASE
from resograph.store import Reader
from resograph.terms import RES

LAMPS = "that the lamps of the meeting rooms be lit an hour before each meeting"
ROOMS = "that the lamps of the meeting rooms be lit two hours before each session"


def clause(work: str, said: str, part: str = "resolves/1", *, of_itself: bool = False, language: str = "en") -> Clause:
    return Clause(f"{work}/2018/{part}", f"{work}/2018", work, language, words(said, {}), of_itself)


def pairs(*clauses: Clause) -> list[tuple[str, str, int]]:
    return [(one.first.clauses[0].iri, one.second.clauses[-1].iri, one.score) for one in likenesses(wordings(clauses))]


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cited", "found"),
    [
        ("The lamp-lighters' hour;", {}, "the lamp-lighters hour"),
        ("see Resolution 9018 (Rev. Lampton, 2024), on lamps", {"Resolution 9018 (Rev. Lampton, 2024)": "WTSA Res. 9018"},
         "see|WTSA Res. 9018|on|lamps"),
        ("Nos. 91 and 9 of it", {"91": "CV No. 91", "9": "CV No. 9"}, "nos|CV No. 91|and|CV No. 9|of|it"),
        ("室内灯光 2024", {}, "室|内|灯|光|2024"),
        ("a \U000f0000 b \U000f0001", {"a": "A"}, "A|b"),
        ("", {"": "x"}, ""),
    ],
)  # fmt: skip
def test_words_are_small_letters_and_a_citation_is_one(text: str, cited: dict[str, str], found: str) -> None:
    assert words(text, {key: value for key, value in cited.items() if key}) == tuple(found.split("|" if "|" in found else None))


def test_the_shared_words_stand_in_the_order_of_both() -> None:
    assert shared(words(LAMPS, {}), words(ROOMS, {})) == "that the lamps of the meeting rooms be lit \u2026 before each"


# --- likenesses -----------------------------------------------------------------------------------------------------


def test_clauses_of_different_works_are_alike_by_their_words() -> None:
    assert pairs(clause("pp/1", LAMPS), clause("wtsa/1", ROOMS)) == [("pp/1/2018/resolves/1", "wtsa/1/2018/resolves/1", 78)]


def test_the_same_words_are_alike_entirely() -> None:
    assert [score for _, _, score in pairs(clause("pp/1", LAMPS), clause("wtsa/1", LAMPS + ";"))] == [100]


@pytest.mark.parametrize(
    "others",
    [
        [clause("pp/1", ROOMS, "resolves/2")],  # of the same work
        [clause("pp/1", LAMPS, "resolves/2")],
        [clause("wtsa/1", "that chairs and tables be counted in every room once a year by their keeper")],
        [clause("wtsa/1", ROOMS, language="fr")],
    ],
)
def test_what_is_not_alike_or_not_to_be_compared_is_no_likeness(others: list[Clause]) -> None:
    assert pairs(clause("pp/1", LAMPS), *others) == []


def test_short_clauses_take_no_part() -> None:
    assert pairs(clause("pp/1", "to light the lamps at dusk"), clause("wtsa/1", "to light the lamps at dusk")) == []


def test_the_index_finds_what_comparing_all_with_all_finds() -> None:
    """On clauses that are altered copies of others, a fifth or a third of their words exchanged."""
    chance = random.Random(9018)
    vocabulary = [f"word{n}" for n in range(400)]
    said: list[list[str]] = []
    for _ in range(300):
        if said and chance.random() < 0.6:
            said.append(
                [chance.choice(vocabulary) if chance.random() < chance.choice((0.2, 0.33)) else word for word in chance.choice(said)]
            )
        else:
            said.append(chance.choices(vocabulary, weights=[1 / rank for rank in range(1, 401)], k=chance.randint(7, 40)))
    found = wordings(clause(f"pp/{n}", " ".join(one)) for n, one in enumerate(said))
    every = {
        (one.words, other.words) for one, other in combinations(found, 2) if Indel.normalized_similarity(one.words, other.words) >= LIKE
    }
    alike = {(one.first.words, one.second.words) for one in likenesses(found) if one.first is not one.second}
    assert len(every) > 100
    assert alike == every


def test_repeated_and_endless_clauses_cost_little() -> None:
    many = [clause(work, LAMPS, f"resolves/{n}") for work in ("pp/1", "wtsa/1") for n in range(20_000)]
    alike = list(likenesses(wordings(many)))
    (found,) = matters([edition("pp/1", "Lamps"), edition("wtsa/1", "Doors")], alike)
    assert (found.score, found.clauses) == (100, 20_000)
    endless = [clause(work, f"{LAMPS} " * 100_000 + work) for work in ("pp/1", "wtsa/1")]
    assert wordings(endless) == []


# --- common matter --------------------------------------------------------------------------------------------------


def edition(work: str, title: str, since: str = "2018-11-16", until: str = "9999-12-31", cites: tuple[str, ...] = ()) -> Edition:
    return Edition(f"{work}/{since[:4]}", work, "en", title, since, until, frozenset(cites))


FILLERS = [edition(f"council/{n}", f"Chairs number{n} of storey{n}") for n in range(30)]


def test_titles_citations_and_like_clauses_are_the_evidence() -> None:
    one = edition("pp/1", "Lighting the lamps of chairs", cites=("wtsa/1",))
    other = edition("wtsa/1", "The lamp and its lighting")
    alike = list(likenesses(wordings([clause("pp/1", LAMPS), clause("wtsa/1", ROOMS)])))
    (found,) = [matter for matter in matters([one, other, *FILLERS], alike) if matter.second is other]
    assert (found.shared, found.citing, found.clauses) == ("Lighting lamps".lower(), (one,), 1)
    assert found.score > 100


def test_a_word_of_many_titles_tells_no_matter() -> None:
    assert matters(FILLERS, []) == []


def test_one_citation_alone_is_no_common_matter_and_two_are() -> None:
    one, other = edition("pp/1", "Lamps", cites=("wtsa/1",)), edition("wtsa/1", "Doors")
    assert matters([one, other], []) == []
    (found,) = matters([one, edition("wtsa/1", "Doors", cites=("pp/1",))], [])
    assert (found.score, len(found.citing)) == (50, 2)


def test_editions_that_were_never_in_force_together_are_not_compared() -> None:
    one, later = edition("pp/1", "Lamps of halls", "2014-11-07", "2018-11-16"), edition("wtsa/1", "Lamps of halls", "2022-03-09")
    assert matters([one, later, *FILLERS], []) == []
    assert len(matters([one, edition("wtsa/1", "Lamps of halls", "2016-11-03"), *FILLERS], [])) == 1


def test_clauses_about_their_own_resolution_tell_no_matter() -> None:
    alike = list(
        likenesses(
            wordings(clause(work, f"{LAMPS} {n}", f"instructs/{n}", of_itself=True) for work in ("pp/1", "wtsa/1") for n in range(4))
        )
    )
    assert alike
    assert matters([edition("pp/1", "Lamps"), edition("wtsa/1", "Doors")], alike) == []


# --- the graph ------------------------------------------------------------------------------------------------------

PP = """RESOLUTION 9001 (Sampleton, 2018)
Lamps of the meeting rooms
The Plenipotentiary Conference of the International Telecommunication Union (Sampleton, 2018),
recalling
a) Resolution 9018 (Rev. Sampleton, 2016) of the World Telecommunication Standardization Assembly, on lamps and the hours at which they are lit,
resolves
1 that the lamps of the meeting rooms be lit an hour before each meeting;
2 that chairs be counted,
instructs the Director of the Telecommunication Standardization Bureau
to report to the Council each year on the implementation of this resolution.
"""
WTSA = """RESOLUTION 9018 (Rev. Modelby, 2024)
Meeting rooms and their lamps
The World Telecommunication Standardization Assembly (Modelby, 2024),
recalling
a) Resolution 9001 (Sampleton, 2018) of the Plenipotentiary Conference, on lamps;
b) Resolution 9018 (Rev. Sampleton, 2016) of this assembly, on lamps and the hours at which they are lit,
resolves
1 that the lamps of all meeting rooms be lit an hour before each meeting.
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "pp.txt").write_text(PP, "utf-8")
    (folder / "wtsa.txt").write_text(WTSA, "utf-8")
    made = folder / "store"
    build([folder / "pp.txt", folder / "wtsa.txt"], made)
    return made


def test_the_graph_names_the_clauses_and_what_they_share(store: Path) -> None:
    found = Reader(store).query(
        "PREFIX res: <https://w3id.org/resograph/ontology#> SELECT ?a ?b ?s ?w {"
        " ?l a res:Likeness ; res:likens ?x , ?y ; res:score ?s ; res:sharedWords ?w . ?a res:wording ?x . ?b res:wording ?y ."
        " FILTER(STR(?a) < STR(?b)) } ORDER BY ?a"
    )
    rows = [tuple(term.value.removeprefix(BASE) for term in row) for row in found]
    # a dated citation and one of "this assembly" are one word: the work that both cite
    assert rows == [
        ("pp/resolution/9001/2018/recalling/a", "wtsa/resolution/9018/2024/recalling/b", rows[0][2], rows[0][3]),
        ("pp/resolution/9001/2018/resolves/1", "wtsa/resolution/9018/2024/resolves/1", "92",
         "that the lamps of \u2026 meeting rooms be lit an hour before each meeting"),
    ]  # fmt: skip
    assert rows[0][3].startswith("WTSA Res. 9018")


def test_the_graph_obeys_the_shapes_and_says_where_it_is_from(store: Path) -> None:
    found = Graph()
    for quad in Reader(store).store.quads_for_pattern(None, None, None, ox.NamedNode(f"{BASE}graph/likeness")):
        found.parse(data=f"{quad.subject} {quad.predicate} {quad.object} .", format="turtle")
    conforms, _, text = validate(found, shacl_graph=Graph().parse(assets.ONTOLOGY / "shapes" / "data.ttl"))
    assert conforms, text
    assert "rapidfuzz" in found.serialize()
    assert list(found.subjects(object=RES.CommonMatter))


@pytest.mark.parametrize("planted", ["100", "50 , 60", '"much"'])
def test_the_shapes_find_a_wrong_score(planted: str) -> None:
    turtle = f"""@prefix res: <{namespaces.RES}> . @base <{BASE}> .
        <c/1> res:wording <w/1> . <c/2> res:wording <w/2> . <w/1> a res:Wording . <w/2> a res:Wording .
        <l> a res:Likeness ; res:likens <w/1> , <w/2> ; res:sharedWords "lamps" ; res:score """
    shapes = Graph().parse(assets.ONTOLOGY / "shapes" / "data.ttl")
    assert validate(Graph().parse(data=f"{turtle} 50 .", format="turtle"), shacl_graph=shapes)[0]
    assert not validate(Graph().parse(data=f"{turtle} {planted} .", format="turtle"), shacl_graph=shapes)[0]


def test_the_graph_is_the_same_at_each_making(store: Path) -> None:
    code = (
        "import sys, hashlib; from pathlib import Path; from resograph.likeness import graph; from resograph.store import Reader;"
        "r = Reader(Path(sys.argv[1])); print(hashlib.sha256(repr(list(graph(r.store, r.base))).encode()).hexdigest())"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code, str(store)], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        for seed in ("1", "2")
    ]
    assert made[0].stdout == made[1].stdout
    assert len(made[0].stdout) > 60


def test_facts_without_words_have_no_like_clauses(store: Path, tmp_path: Path) -> None:
    from resograph.build import write_facts

    texts = sorted(store.parent.glob("*.txt"))
    write_facts(texts, tmp_path / "facts.trig")
    build([tmp_path / "facts.trig"], tmp_path / "store")
    reader = Reader(tmp_path / "store")
    found = {str(triple[1].rpartition("#")[2]) for triple in likeness.graph(reader.store, reader.base)}
    assert "wording" not in found
    assert "citingEdition" in found  # titles and citations are facts
