"""Rule tables: patterns with their own examples, as TOML files that an expert can edit (extract/LANGUAGE/*.toml).

    [fragments]                     named pieces, used in patterns as <<name>>; each may use those before it
    number = '''\\d{1,5}'''

    [[rule]]
    name = "text"
    pattern = '''(?P<kind>Resolutions?) <<number>>'''
    examples = ["Resolution 71"]    # each must match this rule and no other of the file
    not = ["resolution of the image"]   # none may match it
    needs = ["esolution"]           # if given, letters of which one must be there before the pattern is tried: saves time

A pattern is a verbose regular expression (blanks do not count; write ``[ ]`` or ``\\s``), searched in plain text: ordinary
spaces, hyphens and quotation marks.  ``tests/test_rules.py`` proves every rule by its examples.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from resograph import assets
from resograph.errors import RuleError

_USE = re.compile(r"<<([a-z_]+)>>")


@dataclass(frozen=True)
class Rule:
    """One rule: its pattern compiled, what proves it, and what else its table says of it (``data``).

    ``needs`` are letters of which one stands in every text that the pattern can match; () when that cannot be said.
    """

    name: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    data: Mapping[str, str]
    needs: tuple[str, ...] = ()

    def search(self, text: str) -> re.Match[str] | None:
        """The first place in *text* that the rule matches."""
        return self.pattern.search(text) if self._may(text) else None

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        """The match that begins at offset *at* of *text*."""
        return self.pattern.match(text, at)

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """The places in *text* that the rule matches."""
        return self.pattern.finditer(text) if self._may(text) else ()

    def _may(self, text: str) -> bool:
        return not self.needs or any(letters in text for letters in self.needs)


@cache
def table(name: str, language: str = "en", fragments: tuple[tuple[str, str], ...] = ()) -> tuple[Rule, ...]:
    """The rules of ``extract/LANGUAGE/NAME.toml``; *fragments* are pieces made from the vocabularies.

    ``RuleError`` names the file and rule that is wrong.
    """
    pieces, entries = _read(name, language, fragments)
    return tuple(_rule(entry, pieces, f"{name}.toml") for entry in entries)


def fragment(name: str, piece: str, language: str = "en", fragments: tuple[tuple[str, str], ...] = ()) -> str:
    """The pattern of the fragment *piece* of a table."""
    return _filled(f"<<{piece}>>", _read(name, language, fragments)[0], f"{name}.toml")


@cache
def _read(name: str, language: str, fragments: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], list[dict[str, object]]]:
    """The fragments of a table, filled, and its rules as they are written."""
    path = assets.RULES / language / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RuleError(f"{path.name}: no rules for language {language!r}") from error
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: {error}; correct the TOML and try again") from error
    pieces = dict(fragments)
    for piece, text in content.get("fragments", {}).items():
        pieces[piece] = _filled(text, pieces, f"{path.name}, fragment {piece}")
    return pieces, list(content.get("rule", ()))


@cache
def rule(name: str, rule_name: str, language: str = "en", fragments: tuple[tuple[str, str], ...] = ()) -> Rule:
    """One rule of a table."""
    for found in table(name, language, fragments):
        if found.name == rule_name:
            return found
    raise RuleError(f"{name}.toml: no rule named {rule_name!r}")


def _filled(text: str, pieces: Mapping[str, str], where: str) -> str:
    def fill(use: re.Match[str]) -> str:
        if use[1] not in pieces:
            raise RuleError(f"{where}: no fragment named {use[1]!r}; define it above")
        return f"(?:{pieces[use[1]]})"

    return _USE.sub(fill, text)


def _rule(entry: dict[str, object], pieces: Mapping[str, str], file: str) -> Rule:
    name = str(entry.get("name", ""))
    where = f"{file}, rule {name or '?'}"
    if not name or not entry.get("pattern") or not entry.get("examples"):
        raise RuleError(f"{where}: a rule needs a name, a pattern and examples")
    try:
        pattern = re.compile(_filled(str(entry["pattern"]), pieces, where), re.VERBOSE)
    except re.error as error:
        raise RuleError(f"{where}: {error}; correct the pattern") from error
    known = {"name", "pattern", "examples", "not", "needs"}
    return Rule(
        name,
        pattern,
        tuple(entry["examples"]),  # type: ignore[arg-type]
        tuple(entry.get("not", ())),  # type: ignore[arg-type]
        {key: str(value) for key, value in entry.items() if key not in known},
        tuple(entry.get("needs", ())),  # type: ignore[arg-type]
    )


def alternatives(labels: list[str]) -> str:
    """A piece that matches any of *labels*, the longest first, for a verbose pattern."""
    ordered = sorted(set(labels), key=lambda label: (-len(label), label))
    return "|".join(re.escape(label).replace(r"\ ", r"\s") for label in ordered)
