"""Addresses and names: what a thing of the graph is called on a page, and where its own page is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from resograph.errors import BadKeyError
from resograph.keys import UN_BODIES, Key
from resograph.markers import roman
from resograph.namespaces import RES, VOCABULARY

_BODIES = {"council": "Council"}
_INSTRUMENTS = {"constitution": "Constitution", "convention": "Convention", "general-rules": "General Rules", "itr": "ITR", "rr": "RR"}
_UNITS = {"no": "No."}
_SHORT = {"Resolution": "Res.", "Decision": "Dec.", "Opinion": "Op.", "Recommendation": "Rec."}


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; ``href`` is "" where there is nowhere to go."""

    text: str
    href: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Identifiers are *base* + key; pages are ``/id/`` + key, ``/vocabulary/`` + concept and ``/ontology#`` + term."""

    base: str

    def key(self, iri: str) -> str:
        """The key of *iri*; other IRIs as they are."""
        return iri.removeprefix(self.base) if iri.startswith(self.base) else iri.removeprefix(VOCABULARY)

    def href(self, iri: str) -> str:
        """The address of the page of *iri*: here, or where the IRI itself leads; "" for what is no address."""
        if iri.startswith(self.base):
            return "/id/" + _quoted(iri.removeprefix(self.base))
        if iri.startswith(VOCABULARY):
            return "/vocabulary/" + _quoted(iri.removeprefix(VOCABULARY))
        if iri.startswith(RES):
            return "/ontology#" + _quoted(iri.removeprefix(RES))
        return iri if iri.startswith(("http://", "https://")) else ""

    def link(self, iri: str, text: str = "", title: str = "") -> Link:
        return Link(text or self.name(iri), self.href(iri), title)

    def name(self, iri: str) -> str:
        """What people call *iri*: "WTSA Resolution 18 (2024), instructs 2"; the key where it has no such name."""
        tail = self.key(iri)
        key_text, _, node = tail.partition("#")
        try:
            key = Key.parse(key_text)
        except BadKeyError:
            return tail
        name = key_name(key)
        return f"{name}, {node.replace('-', ' ')}" if node else name

    def short(self, iri: str) -> str:
        """``name`` as it stands in a table: "WTSA Res. 18 (2024), instructs 2"."""
        head, comma, part = self.name(iri).partition(",")
        return " ".join(_SHORT.get(word, word) for word in head.split(" ")) + comma + part


def _quoted(tail: str) -> str:
    return quote(tail, safe="/#.-_~:,")


def key_name(key: Key) -> str:
    """A key as delegates say it."""
    if key.instrument:
        unit = _UNITS.get(key.unit, key.unit.capitalize())
        words = [_INSTRUMENTS[key.instrument], unit, provision_number(key)]
    else:
        number = key.number.replace("-", "/", 1) if key.body in UN_BODIES else key.number
        words = [_BODIES.get(key.body, key.body.upper()), key.kind.capitalize(), number.upper()]
        words.append(f"({key.year})" if key.year else "")
    name = " ".join(filter(None, words))
    return f"{name}, {part_name(key.part)}" if key.part else name


def provision_number(key: Key) -> str:
    """The number of a provision as printed: "160CA", "73 bis", "IVA" of a chapter."""
    found = re.fullmatch(r"(\d+)([a-z]{0,2}?)(bis|ter|quater|quinquies)?", key.provision)
    if not found:
        return key.provision
    digits, letters, suffix = found.groups(default="")
    number = roman(int(digits)).upper() if key.unit == "chapter" and 0 < int(digits) < 50 else digits
    return " ".join(filter(None, [number + letters.upper(), suffix]))


_NUMBERED = ("annex", "appendix", "attachment", "section", "part", "dash", "note", "figure", "table", "fn")
_LETTERS = re.compile(r"[a-z]{1,4}(bis|ter)?")
_CAPITALS = re.compile(r"[a-z]|[ivx]+")


def part_name(part: str) -> str:
    """A part as delegates cite it: "resolves/2/i" is "resolves 2 i)", "instructs-2/1" is "instructs (2nd) 1"."""
    return " ".join(_segment(segment, first=not at) for at, segment in enumerate(part.split("/")))


def part_heading(part: str) -> str:
    """What stands over a part without a heading of its own: "annex-a" is "Annex A", "section-1/1.13" is "1.13"."""
    words = _segment(part.rsplit("/", 1)[-1], first=True)
    return words[:1].upper() + words[1:]


def _segment(segment: str, *, first: bool) -> str:
    words, _, number = segment.rpartition("-")
    if segment == "fn":
        return "footnote"
    if first and number.isdecimal() and not words.startswith(_NUMBERED):
        return f"{words.replace('-', ' ')} ({_ORDINALS.get(number, number + 'th')})"
    if not first and _LETTERS.fullmatch(segment):
        return segment + ")"
    if words in _NUMBERED and _CAPITALS.fullmatch(number):
        return f"{words} {number.upper()}"
    return segment.replace("-", " ")


_ORDINALS = {"2": "2nd", "3": "3rd"}
