"""Find where a paragraph holds more than one item: list items, headings or an annex run together by a text dump.

... any subsequent term; 10 that the Council shall ...      consecutive numbers
... the Council shall: - maintain ...; and - modify ...     dashes
i) staffing; ii) finances; iii) activities                  consecutive numerals
... in the expert group, invites Member States to take part a heading inside a clause
... by the regional offices. ANNEX TO RESOLUTION 25 ...     an annex line
"""

from __future__ import annotations

import re

from resograph.headings import heading
from resograph.markers import Marker, follows, marker

_PLACE = re.compile(
    r"(?:[;:,.]|[;,] (?:and|or)|\b(?:and|or))\s+(?=\(?(?:[ivxl]{1,6}\)|[a-z]{1,2}\)|\d{1,2}(?:[.)]|\s+[a-z]|\t)|[-\u2013\u2022]\s))"
)
_AHEAD = 800  # characters after an item in which the second item, or the end of a heading, must come
_ANNEX = re.compile(r"(?<=[.;)])\s+(?=(?:ANNEX|APPENDIX)(?:\s+(?:\d+|[A-Z]|[IVX]+))?\s+TO\s+(?:RESOLUTION|DECISION|RECOMMENDATION)\b)")
_BACK = re.compile(r"(?<=[.;)])\s+(?=(?:\d{1,4}\s+)?PART\s+[IVX]+\s+[-\u2013]\s+[A-Z]{4})")
_HEADING = re.compile(r",\s+(?=[a-z]+)")
# A number after these words is a reference, not a marker.
_WANTS = re.compile(
    r"\b(?:Nos?\.?|Articles?|Resolutions?|Sections?|Annex(?:es)?|clauses?|points?|items?|paragraphs?|[a-z]+ing|resolves|instructs"
    r"|invites|decides)(?>\s+[\w.]{1,4}\)?,?)*+$"
)


# A title without a number that ran into the text of an annex: "... its system. Sierra Leone Within the framework of ..."
_TITLE_WORDS = r"(?:[A-Z][\w'-]*,?|of|the|and|for|in|on|to)(?:\s(?:[A-Z][\w'-]*,?|of|the|and|for|in|on|to)){0,13}"
_TITLE_RUN = re.compile(
    rf"(?P<title>[A-Z][\w'-]+(?<!The)(?<!This)(?<!In)(?<!It)(?:,?\s{_TITLE_WORDS})?)\s(?=(?:The|This|These|Within|With|As|In|For|During|Since|After|Following|Due|Under|It)\s\w)"
)


def _title_run(plain: str) -> int:
    """Where a title begins after a sentence, or where the text begins after a title; 0 for an ordinary paragraph."""
    first = _TITLE_RUN.match(plain)
    if first and not re.search(r"\.$", first["title"]):
        return first.end()
    for stop in re.finditer(r"(?<=[a-z)])\.\s(?=[A-Z])", plain):
        if _TITLE_RUN.match(plain, stop.end()):
            return stop.end()
    return 0


def run_on(
    plain: str, own: tuple[Marker, ...], open_items: list[Marker], following: str, language: str = "en", *, inside: bool = False
) -> int:
    """The offset in *plain* where the next item begins; 0 when the paragraph is one item.

    *own* are the readings of its own marker, *open_items* the markers of the lists that are open before it, *following*
    the text of the next paragraph; *inside* tells that it stands in an annex or section, where titles may stand.
    """
    places = [found.end() for pattern in (_ANNEX, _BACK) if (found := pattern.search(plain))]
    start = own[0].end if own else 0
    title = _title_run(plain) if inside and not own else 0
    if title:
        places.append(title)
    item = _next_item(plain, start, own, open_items)
    if item:
        places.append(item)
    inner = _inner_heading(plain, start, following, language)
    if inner:
        places.append(inner)
    return min(places, default=0)


# Items of a list of dashes without any punctuation between them: "- Submit a plan - Improve the rooms".
_DASH_RUN = re.compile(r"(?<=[\w)\"\u201d])\s(?=[-\u2013\u2022]\s[A-Z])")


def _next_item(plain: str, start: int, own: tuple[Marker, ...], open_items: list[Marker]) -> int:
    """The next list item inside *plain*: it must follow the paragraph's own marker, an open one, or begin a list of which
    the second item comes too."""
    dash = _DASH_RUN.search(plain, start) if any(mine.kind == "dash" for mine in own) else None
    if dash and dash.group() and (found := _DASH_RUN.search(plain, dash.end())) is not None:
        return dash.end()
    if dash and start and any(item.kind == "dash" for item in open_items):
        return dash.end()
    inline = _inline_list(plain, start)
    for found in _PLACE.finditer(plain, start):
        at = found.end()
        readings = marker(plain[at : at + 40])
        before = found.group().strip()
        going_on = next((reading for reading in readings for item in inline if follows(reading, item)), None)
        if going_on:
            inline = (going_on,)
            continue
        if not readings or (before[0] not in ";:" and _WANTS.search(plain[max(0, at - 60) : found.end()].rstrip())):
            continue
        for reading in readings:
            if any(follows(reading, mine) for mine in own) and before[0] in ";:.":
                return at
            if reading.kind == "dash":
                if before.startswith((":", ";")) and (any(m.kind == "dash" for m in own) or before.startswith(":")):
                    return at
                continue
            if any(follows(reading, item) for item in open_items) and before[0] in ";.":
                return at
            if reading.order == 1 and before.startswith(":") and _second(plain, at + reading.end, reading):
                return at
    return 0


_INLINE = re.compile(r"(?<=[a-z])\s(?=\(?(?:a|i|1)\)\s[a-z])")


def _inline_list(plain: str, start: int) -> tuple[Marker, ...]:
    """The first marker of a list inside a sentence: "measures to prevent a) the loss of lamps; b) ..." is one clause."""
    found = _INLINE.search(plain, start + 1)
    return marker(plain[found.end() : found.end() + 40]) if found and not _WANTS.search(plain[: found.end()].rstrip()) else ()


def _second(plain: str, start: int, first: Marker) -> bool:
    """Whether the item after *first* stands in the same paragraph."""
    near = _PLACE.finditer(plain, start, start + _AHEAD)
    return any(follows(reading, first) for found in near for reading in marker(plain[found.end() : found.end() + 40]))


def _inner_heading(plain: str, start: int, following: str, language: str) -> int:
    """A heading that is run into a clause: known verb, after a comma, with an addressee and an infinitive, or at the end
    of the paragraph where a new list begins."""
    readings = marker(following)
    fresh = any(reading.order == 1 and reading.kind != "dash" for reading in readings)
    after = heading(following, language=language) if following else None
    section_ends = not following or fresh or bool(after) or following[:1].isupper()
    for found in _HEADING.finditer(plain, start + 1):
        at = found.end()
        rest = plain[at : at + _AHEAD].rstrip()
        read = heading(rest, language=language)
        if not read:
            continue
        if read.end >= len(rest):
            short = len(rest.split()) <= 6 if not read.operative else len(rest) < 160
            if fresh and short and not re.search(r"[.;,]$", rest):
                return at
            continue
        tail = rest[read.end :]
        if read.operative and read.addressees and re.match(r"\s(?:1|a\))\s", tail):
            return at
        if read.force in ("resolve", "decide") and re.match(r"\s(?:to|that)\s", tail) and section_ends:
            return at
        if read.operative and read.addressees and re.match(r",? to [a-z]", tail) and section_ends and re.search(r"[.,]$", rest):
            name = rest[read.addressees[0][0] : read.addressees[0][1]].strip()
            if re.match(r"(?:the |all )?(?:[A-Z]|\d{4} |administrations|members)", name):
                return at
            own_verb = not re.match(r"\s*that\b", plain[start:])  # after an infinitive no verb can stand in the third person
            if own_verb and re.fullmatch(r"[a-z][\w ,'/-]+s", name):
                return at
    return 0
