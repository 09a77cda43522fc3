"""Abrogations: the texts that a text ends, by the rules of extract/LANGUAGE/abrogations.toml.

Final acts close with a list of the texts that the conference has abrogated, titles without text (Decision 3 (Minneapolis,
1998) of the Plenipotentiary Conference); an operative clause can say it of a text that it cites, or merge one into another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from resograph.annotate.units import Unit
from resograph.header import body_in, edition_mark, number_line
from resograph.keys import ASSEMBLIES, Key, number_segment
from resograph.model import Abrogation, Citation, Outline, Span
from resograph.rules import rule

_LINE = re.compile(r"(?:RESOLUTION|DECISION|RECOMMENDATION|OPINION)\s")
_WORDS = re.compile(r"abrogat|suppress|repeal|rescind|delet|merg")  # without one of them, no rule can match
_OWN_ACT = re.compile(r"(?:further-)?(?:resolves|decides)(?!-to-(?:instruct|invite|request|recommend))")
_NEAR = 60  # characters beside a citation that are read


def abrogations(outline: Outline, reading: Sequence[Unit], cited: Sequence[Citation], language: str = "en") -> tuple[Abrogation, ...]:
    """The texts that *outline* ends: those of the lists after its last provision, then those of its operative clauses."""
    return (*_listed(outline, language), *_said(outline, reading, cited, language))


def _listed(outline: Outline, language: str) -> Iterator[Abrogation]:
    """The number lines of a list of abrogated texts; its heading may name the body."""
    start, end = rule("abrogations", "list", language), rule("abrogations", "list_end", language)
    body, listing = outline.key.body, False
    for block in outline.blocks:
        if block.role != "back":
            continue
        view = outline.source.view(block.span)
        plain = view.plain
        heads = [(found.start(), True) for found in start.finditer(plain)]
        stops = [(found.start(), False) for found in end.finditer(plain)]
        lines = [(found.start(), None) for found in _LINE.finditer(plain)]
        for at, opens in sorted((*heads, *stops, *lines), key=lambda item: (item[0], item[1] is None)):
            if opens is not None:
                listing = opens
                body = body_in(plain[at : at + 160], language) or body if opens else body
                continue
            number = number_line(re.split(r"(?<=\))\s", plain[at : at + 200], maxsplit=1)[0]) if listing else None
            mark = edition_mark(number.edition) if number and number.edition else None
            if number is None or not (mark or number.number.isdigit()):
                continue
            of = ASSEMBLIES.get(number.sector, number.before if number.before in ("wtsa", "wtdc", "pp", "ra", "wrc", "council") else body)
            key = Key(of, number.kind, number_segment(number.number), mark.year if mark else None)
            yield Abrogation(block.part or "back", view.text[at : at + number.end].strip(), Span(*view.span(at, at + number.end)), key)


def _said(outline: Outline, reading: Sequence[Unit], cited: Sequence[Citation], language: str) -> Iterator[Abrogation]:
    """The citations of operative clauses whose words say that the text is ended or merged."""
    before, after, merge, between = (rule("abrogations", name, language) for name in ("before", "after", "merge", "between"))
    own = outline.key.body  # no body ends the texts of another
    for unit in reading:
        if unit.role != "operative" or not _OWN_ACT.match(unit.section) or not _WORDS.search(unit.plain):
            continue
        whole = unit.span(0, len(unit.plain))
        inside = [one for one in cited if one.part == unit.part and not one.self and one.target.body == own and not one.target.part]
        for one, following in zip_longest(inside, inside[1:]):
            left, right = _words(outline, whole.start, one.span.start)[-_NEAR:], _words(outline, one.span.end, whole.end)
            if following is not None:
                joint = _words(outline, one.span.end, following.span.start)
                if between.search(joint) and (merge.search(left) or "merged" in joint):
                    yield Abrogation(unit.part, one.text, one.span, one.target, following.target.work)
                    continue
            if before.search(left) or after.search(right[:_NEAR]):
                yield Abrogation(unit.part, one.text, one.span, one.target)


def _words(outline: Outline, start: int, end: int) -> str:
    return outline.source.view(Span(start, end)).plain if start < end else ""
