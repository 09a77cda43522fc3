"""Cases that domain experts write: what a clause cites and requires (tests/cases/*.toml)."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from conftest import CASES

from resograph.model import Resolution
from resograph.pipeline import parse_source
from resograph.read import read_bytes

OPENINGS = {
    "pp": "Plenipotentiary Conference of the International Telecommunication Union",
    "wtsa": "World Telecommunication Standardization Assembly",
    "wrc": "World Radiocommunication Conference",
    "wtdc": "World Telecommunication Development Conference",
}


def _read(heading: str, text: str, body: str) -> Resolution:
    section = f"{heading}\n{text}\n" if heading else f"resolves\nto act.\nAnnex A\nTitle\n{text}\n"
    document = f"RESOLUTION 9999 (Sampleton, 2023)\nTitle\nThe {OPENINGS[body]} (Sampleton, 2023),\n{section}"
    (resolution,) = parse_source(read_bytes(document.encode(), "case.txt"))
    return resolution


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))["case"]
    return cases


@pytest.mark.parametrize("case", _cases("citations"), ids=lambda case: case["name"])
def test_a_clause_cites_what_its_case_says(case: dict[str, Any]) -> None:
    resolution = _read("recalling", case["text"] + ",", case.get("body", "pp"))
    hint = "correct the case, or add the form to extract/en/citations.toml with this text as an example"
    assert [str(citation.target) for citation in resolution.citations] == case["cites"], hint


@pytest.mark.parametrize("case", _cases("norms"), ids=lambda case: case["name"])
def test_a_clause_requires_what_its_case_says(case: dict[str, Any]) -> None:
    resolution = _read(case["heading"], case["text"], case.get("body", "wtsa"))
    clause = resolution.outline.clauses[-1].part
    found = [norm for norm in resolution.norms if norm.part == clause]
    assert [(n.modality, sorted(n.addressees)) for n in found] == [(n["modality"], sorted(n["addressees"].split())) for n in case["norms"]]
    for norm, expected in zip(found, case["norms"], strict=True):
        for name in ("force", "frequency", "deadline"):
            if name in expected:
                assert getattr(norm, name) == expected[name], name
        if "action" in case:
            assert norm.action == case["action"]
        if "counterparts" in expected:
            assert sorted(norm.counterparts) == sorted(expected["counterparts"].split())
