"""Citations of the basic instruments: "Nos. 151 to 154 (relating to ITU-R), ... and No. 215 of the Convention".

A list may name its instrument once, at its end or before its first member; numbers that have none take that of the next
member in the same run of text (contract, section 1).  Ranges are expanded, one target each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.annotate.units import Unit
from resograph.instruments import numbers
from resograph.instruments.numbers import segment
from resograph.keys import Key
from resograph.model import Citation
from resograph.rules import rule

_UNITS = {"n": "no", "a": "article", "c": "chapter", "s": "section"}
_NUMBER = re.compile(r"(?:\d{1,4}[A-Z]{0,2}(?:\s?(?:bis|ter)\b)?(?:\.\d{1,4}[A-Z]{0,2})?|[IVX]{1,6}[A-C]?)(?![\w])")
_BETWEEN = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s|\s?[-\u2013]\s?|\sto\s")
_GAP = re.compile(r"[^;]{0,140}")
_LIMIT = 80  # members of a range


@dataclass(frozen=True, slots=True)
class _Mention:
    """One member of a list of provisions, a number or a range up to ``last``; ``end`` includes the tail that names the instrument."""

    start: int
    end: int
    unit: str
    first: str
    last: str
    instrument: str
    head: int


def provisions(
    unit: Unit, new_group: Callable[[], int], fragments: tuple[tuple[str, str], ...], language: str = "en", *, body: str = ""
) -> Iterator[tuple[int, int, Citation]]:
    """The citations of basic instruments in *unit*, each with its offsets in the view.

    *body* adopted the text: in a text of a WRC a bare provision is one of the Radio Regulations.
    """
    if not re.search(r"\d|[IVX]", unit.plain):
        return
    found = list(_mentions(unit.plain, fragments, language))
    instruments = [
        name or ("rr" if _of_radio_regulations(mention, body) else "")
        for name, mention in zip(_inherited(found, unit.plain), found, strict=True)
    ]
    expanded = [_expanded(mention, instrument) for mention, instrument in zip(found, instruments, strict=True)]
    groups: dict[int, int | None] = {}
    chain = _chains(found, instruments, unit.plain)
    for i, mention in enumerate(found):
        instrument = instruments[i]
        if not instrument:
            continue
        size = sum(len(expanded[k]) for k in range(len(found)) if chain[k] == chain[i] and instruments[k])
        if size > 1 and chain[i] not in groups:
            groups[chain[i]] = new_group()
        for number in expanded[i]:
            yield (
                mention.start,
                mention.end,
                Citation(
                    part=unit.part,
                    text=unit.view.text[mention.start : mention.end],
                    span=unit.span(mention.start, mention.end),
                    target=Key(instrument=instrument, unit=mention.unit, provision=number),
                    group=groups.get(chain[i]),
                ),
            )
    for fused in rule("citations", "fused_provision", language, fragments).finditer(unit.plain):
        instrument = {"CS": "constitution", "CV": "convention", "GR": "general-rules"}[fused["instrument"]]
        target = Key(instrument=instrument, unit="no", provision=fused["number"].lower())
        yield fused.start(), fused.end(), Citation(unit.part, unit.view.text[fused.start() : fused.end()], unit.span(*fused.span()), target)


def _of_radio_regulations(mention: _Mention, body: str) -> bool:
    """Whether a provision without an instrument is one of the Radio Regulations: dotted numbers are, and all of a WRC."""
    dotted = mention.unit == "no" and all("." in number for number in (mention.first, mention.last or mention.first))
    return dotted or (body == "wrc" and mention.unit in ("no", "appendix", "article"))


@cache
def _tail(instrument_names: str) -> re.Pattern[str]:
    """What may stand between a number and the name of its instrument."""
    return re.compile(
        rf"(?:\s\([^()]{{3,80}}\)|\)(?=\s(?:of|in|to)\s))?\s(?:(?:of|in|to|from|under)\s)?(?:Article\s\d+[A-Z]?\s(?:of|in)\s)?(?:the\s)?(?P<name>{instrument_names})(?![\w-]|\s(?:to\sthe\sConvention\s)?on\s(?:the\s)?[A-Z])",
        re.VERBOSE,
    )


@cache
def _instrument(name: str, language: str) -> str:
    """The key of the instrument with this name."""
    return next((entry.key for entry in vocabulary.instruments(language) if name in entry.labels), "")


def _mentions(plain: str, fragments: tuple[tuple[str, str], ...], language: str) -> Iterator[_Mention]:
    names = dict(fragments)["instruments"]
    done = 0
    for head in rule("citations", "provision", language, fragments).finditer(plain):
        if head.start("unit") < done:
            continue
        before = _instrument(head["before"] or "", language) if head["before"] else ""
        kind = "appendix" if head["unit"].lower().startswith("app") else _UNITS[head["unit"][0].lower()]
        members = list(_members(plain, head.end()))
        if not members:
            continue
        tail = _tail(names).match(plain, members[-1][1])
        instrument = _instrument(tail["name"], language) if tail else ""
        if tail and not instrument:
            tail = None
        if kind == "section" and not instrument and not before:
            continue
        start = head.start("before") if head["before"] else head.start("unit")
        for n, (low, high, number, to) in enumerate(members):
            last = n == len(members) - 1
            mentioned = instrument or before
            if kind == "appendix" and not mentioned and re.match(r"\s\(R[Ee][Vv]\.?\s?WRC|\s\(WRC", plain[high : high + 12]):
                mentioned = "rr"
            yield _Mention(start if n == 0 else low, tail.end() if tail and last else high, kind, number, to, mentioned, head.start())
        done = tail.end() if tail else members[-1][1]


def _members(plain: str, at: int) -> Iterator[tuple[int, int, str, str]]:
    """The members of a list after its head: (start, end, number, last); of a range the ends, else "" as the last."""
    found = _NUMBER.match(plain, at)
    while found:
        start, end, to = found.start(), found.end(), ""
        number = segment(found.group())
        between = _BETWEEN.match(plain, end)
        if between and between.group().strip() in ("-", "\u2013", "to"):
            last = _NUMBER.match(plain, between.end())
            if last:
                to = segment(last.group())
                end = last.end()
                between = _BETWEEN.match(plain, end)
        yield start, end, number, to
        found = _NUMBER.match(plain, between.end()) if between and between.group().strip() not in ("-", "\u2013", "to") else None
        if (
            found
            and re.match(r"\s(?:[a-z]{4,}|January|February|March|April|May|June|July)", plain[found.end() : found.end() + 12])
            and not re.match(
                r"\s(?:above|below|thereof|provide|relat|concern|shall|should|which|that|also|with|were|have|from|under)",
                plain[found.end() : found.end() + 12],
            )
        ):
            found = None


def _expanded(mention: _Mention, instrument: str) -> list[str]:
    """The numbers of *mention*: of a range its ends and what exists between them in *instrument*; counted where no table tells.

    The ends stay as the text has them, suppressed or not.
    """
    if not mention.last:
        return [mention.first]
    exist = numbers.existing(instrument, mention.unit)
    inner = numbers.between(mention.first, mention.last, exist) if exist else _counted(mention.first, mention.last)
    return [mention.first, *(inner if len(inner) < _LIMIT else []), mention.last]


def _counted(first: str, last: str) -> list[str]:
    """What lies between two numbers of which nothing else is known: by number, or by letter after one number (160a-160h)."""
    low, high = re.fullmatch(r"(\d+)([a-z]?)", first), re.fullmatch(r"(\d+)([a-z]?)", last)
    if not low or not high:
        return []
    a, b = int(low[1]), int(high[1])
    if a == b and high[2]:
        return [f"{a}{chr(c)}" for c in range(ord(low[2] or "`") + 1, ord(high[2]))]
    return [str(n) for n in range(a + 1, min(b, a + _LIMIT + 1))]


def _inherited(found: list[_Mention], plain: str) -> list[str]:
    """The instrument of each mention: its own, else that of the next one in the same run, else of the one before."""
    out = [mention.instrument for mention in found]
    for i in range(len(found) - 2, -1, -1):
        if not out[i] and out[i + 1] and _joined(plain, found[i].end, found[i + 1].start):
            out[i] = out[i + 1]
    for i in range(1, len(found)):
        if not out[i] and out[i - 1] and found[i].unit == "no" and _joined(plain, found[i - 1].end, found[i].start):
            out[i] = out[i - 1]
    return out


def _joined(plain: str, start: int, end: int) -> bool:
    """Whether two mentions belong to one run: no end of a sentence or item between them."""
    between = plain[start:end]
    return bool(_GAP.fullmatch(between)) and not re.search(r"\.\s[A-Z]", between)


def _chains(found: list[_Mention], instruments: list[str], plain: str) -> list[int]:
    """Which mentions share a list: one head, or a tail that a later one gives to those before it."""
    chain = list(range(len(found)))
    for i in range(1, len(found)):
        same_head = found[i].head == found[i - 1].head
        shared = not found[i - 1].instrument and instruments[i - 1] == instruments[i] and bool(instruments[i])
        if same_head or (shared and _joined(plain, found[i - 1].end, found[i].start)):
            chain[i] = chain[i - 1]
    return chain
