"""Rule tables prove themselves: each example is matched by exactly its rule, each counterexample by none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resograph import assets, vocabulary
from resograph.annotate.citations import fragments
from resograph.errors import RuleError
from resograph.rules import Rule, table

TABLES = sorted(path.stem for path in (assets.RULES / "en").glob("*.toml") if path.stem != "lexicon")
RULES = [(name, rule) for name in TABLES for rule in table(name, "en", fragments("en"))]
IDS = [f"{name}:{rule.name}" for name, rule in RULES]


def _examples() -> list[tuple[str, Rule, str]]:
    return [(name, rule, example) for name, rule in RULES for example in rule.examples]


@pytest.mark.parametrize(("name", "rule", "example"), _examples(), ids=[f"{n}:{r.name}:{e}" for n, r, e in _examples()])
def test_an_example_is_matched_by_its_rule_and_no_other(name: str, rule: Rule, example: str) -> None:
    matching = [other.name for other in table(name, "en", fragments("en")) if other.pattern.search(example) and _rivals(rule, other)]
    assert matching == [rule.name], f"correct the pattern or the example in extract/en/{name}.toml"


def _rivals(rule: Rule, other: Rule) -> bool:
    """Rules of one family are alternatives; others may fit the same words ("Annex A to this resolution")."""
    return rule is other or ("family" in rule.data and rule.data["family"] == other.data.get("family"))


@pytest.mark.parametrize(("name", "rule"), RULES, ids=IDS)
def test_a_counterexample_is_matched_by_no_rule_that_lists_it(name: str, rule: Rule) -> None:
    for example in rule.counterexamples:
        assert not rule.pattern.search(example), f"extract/en/{name}.toml, {rule.name}: matches {example!r}"


def test_a_rule_without_examples_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "bad.toml").write_text("[[rule]]\nname = 'x'\npattern = 'y'\n", "utf-8")
    monkeypatch.setattr(assets, "RULES", tmp_path)
    with pytest.raises(RuleError, match="needs a name, a pattern and examples"):
        table("bad")


def test_a_pattern_that_is_no_regular_expression_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "worse.toml").write_text("[[rule]]\nname = 'x'\npattern = '('\nexamples = ['y']\n", "utf-8")
    monkeypatch.setattr(assets, "RULES", tmp_path)
    with pytest.raises(RuleError, match=r"worse\.toml, rule x"):
        table("worse")


def test_no_rule_names_a_place_or_a_number_of_a_real_text() -> None:
    """A rule describes a form: a place of a conference or "Resolution 71" in a pattern would be a rule for one document."""
    places = {place for meeting in vocabulary.conferences() for place in meeting.places if len(place) > 4}
    for name in TABLES:
        text = (assets.RULES / "en" / f"{name}.toml").read_text("utf-8")
        patterns = re.findall(r"^(?:pattern|\w+) = '''(.*?)'''", text, re.MULTILINE | re.DOTALL)
        assert patterns
        for pattern in patterns:
            assert not [place for place in places if place in pattern], name
            assert not re.search(r"(?:Resolution|Decision)s?(?:\\s|\s)\d", pattern), name
