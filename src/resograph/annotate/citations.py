"""Citations: what a text cites, each member of a list as a target of its own (contract, section 3).

The forms are rules in extract/LANGUAGE/citations.toml and editions.toml; this module reads lists and ranges after a head,
finds the body that is meant, and resolves parts of this and other documents.  The body of a citation is, in this order:
named before it or inside it ("Council Decision 304", "Resolution ITU-R 75"), in the tail ("of this assembly"), given by
the form (WRC-03, 70/1), shared with the next member of a list, that of an earlier citation of the same text, the
conference that its place and year name, the adopting body itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from resograph import vocabulary
from resograph.annotate import internal
from resograph.annotate.provisions import provisions
from resograph.annotate.units import Unit
from resograph.header import EditionMark, body_in, edition_mark, four_digits
from resograph.keys import ASSEMBLIES, BODIES, UN_BODIES, Key, number_segment
from resograph.model import Citation, Finding, Outline
from resograph.rules import alternatives, fragment, rule, table

_BETWEEN = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s|\s?[-\u2013]\s?(?=\d)|\sto\s(?=\d)|\s&\s")
_LONG_BETWEEN = re.compile(r",?\s(?:on|of\s\d{1,2}\s[A-Z][a-z]+\s\d{4})[^;()]{3,260}?,?\sand\s(?=\d)")
_APPROVED = re.compile(r"\s?\(\d\d/(?P<year>\d{4})\)")  # "Recommendation ITU-T D.50 (05/2013)": month and year of approval
_YEAR_AFTER = re.compile(r"\s\((?P<year>(?:19|20)\d\d)\)")
_UN_NUMBER = re.compile(r"\d{1,3}/\d{1,4}(?:[A-Z])?(?!\d)|\d{4}/\d{1,3}(?!\d)")
_KIND_WORD = {"res": "resolution", "rec": "recommendation"}
_OF_A_SECTOR = ("recommendation", "question", "report")


@cache
def body_names(language: str) -> str:
    """A piece of pattern: every name of an adopting body, conference codes included ("PP-14", "WTSA-16")."""
    labels = [label for body in vocabulary.bodies(language) for label in body.labels if len(label) > 1]
    codes = [code for body in vocabulary.bodies(language) for code in body.codes if len(code) > 1]
    return alternatives([*labels, *codes, "UNGA", "Council"]) + rf"|(?:{alternatives(codes)})-\d{{2,4}}"


@cache
def verb_names(language: str) -> str:
    """A piece of pattern: every heading verb, with "further" before or after it."""
    verbs = alternatives([verb.label for verb in vocabulary.heading_verbs(language)])
    return rf"(?:further\s)?(?:{verbs})(?:\s(?:further|also|with\s\w+))?"


@cache
def instrument_names(language: str) -> str:
    """A piece of pattern: every name of a basic instrument."""
    return alternatives([label for entry in vocabulary.instruments(language) for label in entry.labels])


# The outcome documents of the World Summit on the Information Society, by their names (Geneva 2003, Tunis 2005).
_WSIS = {
    "Tunis Agenda": Key("wsis", "agenda", "tunis", 2005),
    "WSIS Agenda": Key("wsis", "agenda", "tunis", 2005),
    "Tunis Commitment": Key("wsis", "commitment", "tunis", 2005),
    "Declaration of Principles": Key("wsis", "declaration", "geneva", 2003),
    "Plan of Action": Key("wsis", "plan", "geneva", 2003),
}


@cache
def fragments(language: str) -> tuple[tuple[str, str], ...]:
    """The pieces that the citation tables take from the vocabularies."""
    return (
        ("bodies", body_names(language)),
        ("verbs", verb_names(language)),
        ("instruments", instrument_names(language)),
        ("wsis", rf"(?:(?:WSIS|Geneva)\s)?(?:{alternatives(list(_WSIS))})"),
    )


@dataclass
class _Member:
    """One member of a citing expression, before its target is settled."""

    unit: int
    start: int
    end: int
    kind: str
    number: str
    sector: str
    mark: EditionMark | None
    body: str
    group: int | None
    pinpoint: str = ""
    pin_start: int = -1
    pin_end: int = -1
    weak: bool = False
    damaged: bool = False
    year: int | None = None


@dataclass
class _Memory:
    """What the document itself has told: bodies of texts named before, conferences by place and year."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    meetings: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    groups: int = 0

    def group(self) -> int:
        self.groups += 1
        return self.groups


def citations(outline: Outline, reading: Sequence[Unit], language: str = "en") -> tuple[tuple[Citation, ...], tuple[Finding, ...]]:
    """The citations of *outline*, whose units are *reading*, in reading order; and what is wrong with how they are written."""
    memory = _Memory()
    if outline.place and outline.key.year:
        memory.meetings[outline.place.lower(), outline.key.year].add(outline.key.body)
    members = [m for i, unit in enumerate(reading) for m in _members(i, unit, memory, language)]
    _settle_bodies(members, reading, outline, memory)
    found: list[tuple[int, int, Citation]] = []
    findings: list[Finding] = []
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for member in members:
        unit = reading[member.unit]
        for meant in _each_sector(member, unit, memory):
            for citation in _citations_of(meant, unit, outline, memory):
                found.append((member.unit, member.start, citation))
        low = member.pin_start if member.pin_start >= 0 else member.start
        taken[member.unit].append((low, max(member.end, member.pin_end)))
        if member.damaged:
            words = unit.view.text[member.start : member.end]
            findings.append(Finding("citation-damaged", "warning", unit.part, f"read as it stands: {words!r}"))
    for i, unit in enumerate(reading):
        for start, end, citation in provisions(unit, memory.group, fragments(language), language, body=outline.key.body):
            found.append((i, start, citation))
            taken[i].append((start, end))
        for start, end, citation in (*_wsis(unit, memory, language), *_documents(unit, outline, language)):
            found.append((i, start, citation))
            taken[i].append((start, end))
    for i, unit in enumerate(reading):
        for start, citation in internal.references(unit, outline, taken[i], memory.group, fragments(language), language):
            found.append((i, start, citation))
    found += list(_anaphors(reading, sorted(found, key=lambda item: item[:2]), language))
    found.sort(key=lambda item: item[:2])
    return tuple(_with_intent(citation, reading[i], start, outline, language) for i, start, citation in found), tuple(findings)


def _anaphors(reading: Sequence[Unit], found: list[tuple[int, int, Citation]], language: str) -> Iterator[tuple[int, int, Citation]]:
    """ "that resolution", "the said annex": the text cited last, before it in the same section."""
    for i, unit in enumerate(reading):
        for said in rule("citations", "that_text", language, fragments(language)).finditer(unit.plain):
            kind = said["kind"].lower()
            start = said.start("said") if said["said"] else said.start("that")
            before = [c for k, at, c in found if (k, at) < (i, start) and reading[k].section == unit.section]
            if kind == "annex":
                meant = next((c.target for c in reversed(before) if c.target.part.startswith("annex")), None)
            else:
                meant = next((c.target.edition for c in reversed(before) if c.target.kind == kind), None)
            here = unit.span(start, said.end())
            pinned = bool(before) and bool(before[-1].pinpoint or before[-1].target.part) and 0 <= here.start - before[-1].span.end <= 4
            if meant and not pinned:  # "recalling a) of that resolution" is one citation
                own = any(c.self and c.target.edition == meant.edition for c in before)
                words = unit.view.text[start : said.end()]
                yield i, start, Citation(unit.part, words, here, meant, self=own)


# --- reading a head and its list ------------------------------------------------------------------------------------


def _members(index: int, unit: Unit, memory: _Memory, language: str) -> Iterator[_Member]:
    plain = unit.plain
    pieces = fragments(language)
    text_rule = rule("citations", "text", language, pieces)
    number_rule = _number_rule(language)
    if not re.search(r"Res|RES|Dec|DEC|Opinion|OPINION|Rec|REC|Question|Report", plain):
        return
    heads = sorted([*text_rule.finditer(plain), *rule("citations", "question", language, pieces).finditer(plain)], key=lambda m: m.start())
    at = 0
    for head in heads:
        if head.start("kind") < at:
            continue
        kind = head["kind"].lower().rstrip(".")
        kind = _KIND_WORD.get(kind) or kind.removesuffix("s")
        before = head.groupdict().get("before") or ""
        sector = _sector(head["sector"])
        items = list(_items(plain, head.end(), head["kind"].endswith(("s", "S")) or bool(before), number_rule, language))
        if not items:
            continue
        if kind in ("recommendation", "report") and not _cites_recommendation(items, sector, before):
            continue
        body, year_of_code = _named(before, language)
        tail_end, tail_body, tail_year = _tail(plain, items[-1][1], language)
        group = memory.group() if len(items) > 1 else None
        marks = _shared_marks(items)
        start = head.start("before") if before else head.start("kind")
        pin = _pinpoint(plain, start, tail_end, language)
        for n, (low, high, number, inner_sector, _, damaged) in enumerate(items):
            last = n == len(items) - 1
            mark = marks[n]
            yield _Member(
                unit=index,
                start=start if n == 0 else low,
                end=tail_end if last else high,
                kind=kind,
                number=number,
                sector=_sector(inner_sector) or sector,
                mark=mark,
                body=body or tail_body,
                group=group,
                damaged=damaged or (n == 0 and plain[head.end("kind") : head.end()] == "" and plain[head.end()].isdigit()),
                year=year_of_code or tail_year,
                pinpoint=pin[0] if n == 0 else "",
                pin_start=pin[1] if n == 0 else -1,
                pin_end=pin[2] if n == 0 else -1,
            )
        at = tail_end
    for symbol in rule("citations", "united_nations_symbol", language, pieces).finditer(plain):
        body = str(symbol.lastgroup)
        yield _Member(index, symbol.start(), symbol.end(), "resolution", symbol[body], "", None, body, None)


@cache
def _number_rule(language: str) -> re.Pattern[str]:
    """A member of a list: the number of a text, with a Sector or without."""
    sector, number = (fragment("citations", piece, language, fragments(language)) for piece in ("sector", "number"))
    return re.compile(rf"(?P<sector>{sector}\s)?(?P<number>{number})", re.VERBOSE)


_Item = tuple[int, int, str, str, EditionMark | None, bool]


def _items(plain: str, at: int, several: bool, number: re.Pattern[str], language: str) -> Iterator[_Item]:
    """The members after a head: (start, end, number, sector, edition mark, damaged)."""
    edition = rule("editions", "edition", language, fragments(language))
    loose = rule("editions", "loose_edition", language, fragments(language))
    found = number.match(plain, at)
    range_from: tuple[str, str] | None = None
    while found:
        end = found.end()
        mark, damaged = None, False
        marked = edition.match(plain, end)
        if marked:
            mark = edition_mark(_repaired(marked["inner"]))
            damaged = (
                mark is not None and not re.search(r",\s(?:\d{4}|[Ll]ast)|^\D*\d{2,4}$|WRC|^C|^\d{4}", marked["inner"])
            ) or _repaired(marked["inner"]) != marked["inner"]
            end = marked.end()
        else:
            open_mark = loose.match(plain[end : end + 60])
            if open_mark:
                mark = edition_mark(open_mark["inner"])
                end += open_mark.end()
        if range_from:
            yield from _range(range_from, found, found.start(), end, mark)
            range_from = None
        else:
            roman = marked and re.fullmatch(r"[IVXL]+", marked["inner"])  # "1202 (XII)": the session of the General Assembly
            number_read = f"{found['number']}-{marked['inner']}" if roman and marked else found["number"]
            yield found.start(), end, number_read, found["sector"] or "", mark, damaged
        between = _BETWEEN.match(plain, end)
        following = number.match(plain, between.end()) if between else None
        if following and _is_count(plain, following.end(), following["number"]):
            following = None
        if not following and _UN_NUMBER.fullmatch(found["number"]) and several:
            between = _LONG_BETWEEN.match(plain, end)
            following = number.match(plain, between.end()) if between else None
            if following and not _UN_NUMBER.fullmatch(following["number"]):
                following = None
        if not following or not between:
            return
        if between.group().strip() in ("-", "\u2013", "to") and not marked:
            range_from = (found["number"], found["sector"] or "")
        found = following


def _is_count(plain: str, end: int, number: str) -> bool:
    """Whether the number after "and" counts things ("Resolution 5 and 12 countries") or begins a date."""
    return (
        bool(re.match(r"\s[a-z]{4,}(?!\w*\))", plain[end : end + 30]))
        and not re.match(
            r"\s(?:adopted|should|shall|above|below|were|have|which|that|will|with|also|also|from|under|relating|concerning)\b",
            plain[end : end + 30],
        )
        and len(number) < 3
    ) or bool(
        re.match(r"\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\b", plain[end : end + 30])
    )


def _range(start: tuple[str, str], found: re.Match[str], low: int, end: int, mark: EditionMark | None) -> Iterator[_Item]:
    """The members of "Resolutions 37 to 40" after the first."""
    first, last = start[0], found["number"]
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) <= 60:
        for value in range(int(first) + 1, int(last) + 1):
            yield low, end, str(value), start[1], mark, False
    else:
        yield low, end, last, start[1], mark, False


def _shared_marks(items: list[_Item]) -> list[EditionMark | None]:
    """The edition mark of each member: one without a mark has that of the next member with one."""
    marks: list[EditionMark | None] = []
    held: EditionMark | None = None
    for item in reversed(items):
        held = item[4] or held
        marks.append(item[4] or held)
    return marks[::-1]


def _repaired(inner: str) -> str:
    """An edition mark with deleted and inserted text run together, read by its last place: "HyderabadDubai, 20140"."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])(?:(?<!\bMc))", "\0", inner.replace("(", ""))
    if "\0" in text:
        text = re.sub(r"^((?:[Rr]ev\.?\s)?).*\0", r"\1", text)
    return re.sub(r"\b((?:19|20)\d\d)\d\b", r"\1", text)


def _cites_recommendation(items: list[_Item], sector: str, before: str) -> bool:
    """A Recommendation is cited by its series or Sector, by its edition, or by a body before it."""
    return bool(sector or before) or any(item[4] or item[3] or re.match(r"[A-Z]", item[2]) for item in items)


def _sector(words: str | None) -> str:
    """ "ITU-R " -> "itu-r"; the hyphen may be lost or a blank."""
    found = re.match(r"ITU[- ]?([RTD])", words or "")
    return f"itu-{found[1].lower()}" if found else ""


def _named(name: str, language: str) -> tuple[str, int | None]:
    """The body, and the year of its conference, that a name or code stands for: "PP-14" is (pp, 2014)."""
    if not name:
        return "", None
    code = re.fullmatch(r"([A-Z]{2,5})-(\d{2,4})", name.strip())
    if code:
        return _body_of_code(code[1]), four_digits(code[2])
    exact = [body.key for body in vocabulary.bodies(language) if name.strip() in body.labels or name.strip() in body.codes]
    return (exact[0] if exact else body_in(name, language)), None


@cache
def _body_of_code(code: str) -> str:
    """The body of a conference code: "WTSA" -> wtsa, "CMR" -> wrc."""
    upper = code.upper()
    for body in vocabulary.bodies():
        if upper in body.codes:
            return body.key
    return {"WTSC": "wtsa", "CMR": "wrc", "WARC": "wrc", "ORB": "wrc", "MOB": "wrc", "C": "council", "COUNCIL": "council"}.get(upper, "")


def _tail(plain: str, end: int, language: str) -> tuple[int, str, int | None]:
    """What follows the last member: (end of the tail, body, year); "" and None where it says nothing."""
    rest = plain[end : end + 160]
    pieces = fragments(language)
    session = rule("editions", "session_year", language, pieces).match(rest)
    if session:
        return end + session.end(), "council", int(session["year"])
    conference = rule("editions", "of_conference", language, pieces).match(rest)
    if conference:
        code = re.match(r"[A-Z]+", conference["code"])
        return end + conference.end(), _body_of_code(code.group() if code else ""), four_digits(conference["year"])
    own = rule("editions", "own_body", language, pieces).match(rest)
    if own:
        return end + own.end(), "own", None
    named = rule("editions", "body", language, pieces).match(rest)
    if named:
        body = body_in(named.group(), language)
        if not body:
            body = next((_body_of_code(w) for w in re.findall(r"\b[A-Z]{2,5}\b", named.group()) if _body_of_code(w)), "")
        after = rule("editions", "session_year", language, pieces).match(rest[named.end() :]) or _YEAR_AFTER.match(rest[named.end() :])
        return end + named.end() + (after.end() if after else 0), body, int(after["year"]) if after else None
    return end, "", None


_PIN_BEFORE = re.compile(
    r"(?P<words>(?:[Aa]nnex(?:es)?|[Aa]ppendix|[Aa]ttachment|[Ss]ection|[Pp]art)(?:\s(?:[A-Z]{1,2}|[IVX]{1,5}|\d{1,2}(?:bis)?))?(?:(?:,|\sand)\s(?:[A-Z]|[IVX]{1,5}|\d{1,2}))*"
    r"(?::?\s\"[^\"]{3,120}\")?|this\s(?:section|annex|appendix))\s(?:to|of)\s(?:the\s)?$"
)
_CLAUSE_BEFORE = re.compile(r"(?P<words>(?:clauses?|\u00a7{1,2}|items?|points?)\s\d[\w.]*(?:\s[a-z]\))?)\s(?:of|in|to)\s(?:the\s)?$")
_CLAUSE_AFTER = re.compile(r"^,\s(?P<words>(?:clauses?|\u00a7{1,2}|[Aa]nnex)\s[\dA-Z][\w.]*)")


def _pinpoint(plain: str, start: int, end: int, language: str) -> tuple[str, int, int]:
    """The words that name a part of the cited text, before or after it."""
    before = plain[max(0, start - 220) : start]
    offset = start - len(before)
    call = _call_before(language).search(before)
    for found in (call, _PIN_BEFORE.search(before), _CLAUSE_BEFORE.search(before)):
        if found:
            return found["words"], offset + found.start("words"), -1
    rest = plain[end : end + 200]
    after = _CLAUSE_AFTER.match(rest[:40]) or _call_after(language).match(rest) or _call_thereof(language).match(rest)
    return (after["words"], -1, end + after.end()) if after else ("", -1, -1)


@cache
def _call_after(language: str) -> re.Pattern[str]:
    """ "Resolution 9 ..., in particular its resolves 3"."""
    call = rule("citations", "call", language, fragments(language)).pattern.pattern
    return re.compile(rf"(?:,?\s(?:and\s)?(?:in\sparticular|particularly|especially|notably)|,?\sand)\sits\s(?P<words>{call})", re.VERBOSE)


@cache
def _call_thereof(language: str) -> re.Pattern[str]:
    """ "Resolution 9 ..., on something and, in particular, recognizing g) thereof"."""
    call = rule("citations", "call", language, fragments(language)).pattern.pattern
    return re.compile(rf"[^.;]{{0,90}}?(?:in\sparticular|particularly|especially|notably),?\s(?P<words>{call})\sthereof", re.VERBOSE)


@cache
def _call_before(language: str) -> re.Pattern[str]:
    """ "resolves 2 i) of (Resolution 18)"."""
    call = rule("citations", "call", language, fragments(language)).pattern.pattern
    return re.compile(rf"(?P<words>{call})\s(?:of|in|to)\s(?:the\s)?$", re.VERBOSE)


# --- whose text it is -----------------------------------------------------------------------------------------------


@cache
def _meetings() -> dict[tuple[str, int], frozenset[str]]:
    """Place (lower case) and year -> the bodies that met there then."""
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for meeting in vocabulary.conferences():
        for place in meeting.places:
            found[place.lower(), meeting.year].add(meeting.body)
    return {key: frozenset(value) for key, value in found.items()}


def _settle_bodies(members: list[_Member], reading: Sequence[Unit], outline: Outline, memory: _Memory) -> None:
    """Give every member its body, in the order that the module describes."""
    own = outline.key.body
    for member in members:
        if member.body == "own":
            member.body = own
        if not member.body and member.sector:
            member.body = member.sector if member.kind in _OF_A_SECTOR else ASSEMBLIES[member.sector]
        if member.sector and member.kind in _OF_A_SECTOR:
            member.body = member.sector
        if not member.body and member.mark and member.mark.code:
            member.body = _body_of_code(member.mark.code) or (member.mark.code if member.mark.code in BODIES else "")
        if not member.body and member.kind == "resolution" and re.fullmatch(r"\d+/\d+[A-Z]?|\d+-[IVXL]+", member.number):
            member.body = "unga"
        if not member.body and member.kind == "recommendation" and re.match(r"[A-Z]{1,3}\.", member.number):
            member.body = vocabulary.sector_of(own) or "itu-t"
        if not member.body and member.kind == "question":
            _question_before(member, reading[member.unit].plain)
            member.body = member.body or vocabulary.sector_of(own)
        if member.body and member.mark and member.mark.place:
            memory.meetings[member.mark.place.lower(), member.mark.year].add(member.body)
        if not member.body or (member.body == "council" and not member.mark and member.year is None):
            _session_before(member, reading[member.unit].plain)
    _from_the_right(members, reading)
    for member in members:
        key = (member.kind, member.number.lower())
        if not member.body:
            member.body = _by_meeting(member, outline, memory) or memory.texts.get(key, "")
        if not member.body:
            member.body, member.weak = own, True
        else:
            memory.texts.setdefault(key, member.body)


# "the session of the Council in 2016 accepted ... and approved Council (Decision 588)"
_SESSION_BEFORE = re.compile(
    r"\b(?:session of the (?:ITU )?Council in|Council,? (?:at its|in)) (?P<year>(?:19|20)\d\d)(?: (?:ordinary )?session,?)?"
    r"\b[^.;]{0,90}\b(?:approved|adopted)(?: the)?(?: (?:ITU )?Council)? $"
)


def _session_before(member: _Member, plain: str) -> None:
    """Body and year that stand before: "the Council adopted at its 2015 session Decision 584"."""
    before = plain[max(0, member.start - 220) : member.start]
    found = re.search(r"\bat its (?P<year>(?:19|20)\d\d) (?:ordinary )?session,? $", before)
    if not (found and re.search(r"\bCouncil\b", plain[: member.start])):
        found = _SESSION_BEFORE.search(before) if member.body == "council" else None
    if found:
        member.body, member.year = "council", int(found["year"])


def _question_before(member: _Member, plain: str) -> None:
    """The Sector of a Question, and the year of the conference that approved it: "approval by the 2017 (conference) of Question 3/1"."""
    before = plain[max(0, member.start - 240) : member.start]
    named = re.search(r"\bby (?:the )?(?P<year>(?:19|20)\d\d) (?P<who>[A-Za-z][\w\s/-]{3,70}) of $", before)
    body = body_in(named["who"], "en") if named else ""
    if named and vocabulary.sector_of(body):
        member.body, member.year = vocabulary.sector_of(body), int(named["year"])
        return
    sectors = re.findall(r"\bITU-([RTD])\b", before)
    if sectors:
        member.body = f"itu-{sectors[-1].lower()}"


def _from_the_right(members: list[_Member], reading: Sequence[Unit]) -> None:
    """A member without a body that is joined to the next by "and" or a comma shares its body, if the meetings allow."""
    for i in range(len(members) - 2, -1, -1):
        one, other = members[i], members[i + 1]
        if one.body or not other.body or one.unit != other.unit or one.kind != other.kind or other.sector:
            continue
        between = reading[one.unit].plain[one.end : other.start]
        same_list = one.group is not None and one.group == other.group
        if not same_list and not re.fullmatch(r",?\s?(?:and|or)?\s?(?:the\s)?(?:in\s|of\s)?", between):
            continue
        if one.mark and one.mark.place:
            known = _meetings().get((one.mark.place.lower(), one.mark.year))
            if known and other.body not in known:
                continue
        one.body = other.body


def _by_meeting(member: _Member, outline: Outline, memory: _Memory) -> str:
    """The body that met at the place and in the year of the edition mark."""
    mark = member.mark
    if not mark or not mark.place:
        return ""
    key = (mark.place.lower(), mark.year)
    candidates = set(_meetings().get(key, frozenset())) | memory.meetings.get(key, set())
    earlier = memory.texts.get((member.kind, member.number.lower()), "")
    if earlier in candidates:
        return earlier
    if len(candidates) > 1:
        told = memory.meetings.get(key, set())
        candidates = {outline.key.body} & candidates or told or {b for b in candidates if b in ("pp", "wtsa", "wtdc", "ra")} or candidates
    return min(candidates, key=lambda body: ("pp wtsa wtdc ra wrc".find(body) % 99, body)) if candidates else ""


# --- targets --------------------------------------------------------------------------------------------------------


def _each_sector(member: _Member, unit: Unit, memory: _Memory) -> list[_Member]:
    """ "the respective Resolution 1 of each Sector" is one resolution of each of the three assemblies."""
    if not member.weak or not re.search(r"\brespective\s$", unit.plain[: member.start]):
        return [member]
    if not re.search(r"\b(?:of|in)\s(?:each|the three|all)\s(?:of\sthe\s)?(?:ITU\s)?Sectors?\b", unit.plain[member.end : member.end + 120]):
        return [member]
    group = memory.group()
    return [replace(member, body=body, group=group) for body in ("ra", "wtsa", "wtdc")]


def _citations_of(member: _Member, unit: Unit, outline: Outline, memory: _Memory) -> Iterator[Citation]:
    """The citations of one member: one for each part that its pinpoint names."""
    number, version = member.number, ""
    year = (member.mark.year if member.mark else None) or member.year
    if member.body == "ra" and re.fullmatch(r"\d+-\d+", number):
        number, version = number.split("-")
        year = year or vocabulary.version_year(number, version)
    dated = _APPROVED.search(number)
    if dated:
        number, year = number[: dated.start()], year or int(dated["year"])
    body = member.body or outline.key.body
    kind = member.kind
    key = Key(body=body, kind=kind, number=number_segment(number), year=None if body in UN_BODIES else year)
    own = outline.key
    is_self = key.work == own.work and (key.year is None or key.year == own.year)
    base = own if is_self else key
    text = unit.view.text[member.start : member.end]
    pins = internal.resolve_pinpoint(member.pinpoint, outline if is_self else None, unit.part) if member.pinpoint else []
    citation = Citation(
        part=unit.part,
        text=text,
        span=unit.span(member.start, member.end),
        target=base,
        group=member.group,
        pinpoint=member.pinpoint or None,
        self=is_self,
        version=version,
        place=member.mark.place if member.mark else "",
    )
    if not pins:
        yield citation
        return
    group = member.group if len(pins) == 1 else member.group or memory.group()
    for part in pins:
        yield replace(citation, target=base.at(part) if part else base, group=group)


def _wsis(unit: Unit, memory: _Memory, language: str) -> Iterator[tuple[int, int, Citation]]:
    """Paragraphs of the outcome documents of WSIS: "§§ 27 c) and 50 d) of the Tunis Agenda", "the Tunis Agenda, especially § 112"."""
    taken: list[tuple[int, int]] = []
    for form in ("wsis_paragraph", "wsis_paragraph_after"):
        for found in rule("citations", form, language, fragments(language)).finditer(unit.plain):
            if any(low < found.end() and found.start() < high for low, high in taken):
                continue
            taken.append(found.span())
            base = next(key for name, key in _WSIS.items() if found["document"].endswith(name))
            items = _paragraphs(found["items"] or found.groupdict().get("bare") or "")
            group = memory.group() if len(items) > 1 else None
            for item in items:
                words = unit.view.text[found.start() : found.end()]
                yield found.start(), found.end(), Citation(unit.part, words, unit.span(*found.span()), base.at(item), group=group)


def _paragraphs(items: str) -> list[str]:
    """The key paths of a list of paragraphs, ranges expanded: "27 c), 29 to 31" is 27/c, 29, 30, 31."""
    out: list[str] = []
    for joint, number, letter in re.findall(r"(to\s|[-\u2013]\s?)?(\d{1,3})(?:\s?\.?\(?([a-z])(?:\)|(?![a-z])))?", items):
        if joint and out and out[-1].isdigit() and int(out[-1]) < int(number) <= int(out[-1]) + 60:
            out += [str(n) for n in range(int(out[-1]) + 1, int(number))]
        out.append(f"{number}/{letter}" if letter else number)
    return out


# "Documents C18/35 and C18/36"
_MORE_DOCUMENTS = re.compile(r"(?:,\s(?:and\s)?|\sand\s)(?P<code>[A-Z]{1,4})[- ]?(?P<year>\d{2,4})/(?P<number>\d{1,4})(?![\w/])")


def _documents(unit: Unit, outline: Outline, language: str) -> Iterator[tuple[int, int, Citation]]:
    """Documents of a conference, of the Council or of the United Nations: "Document PP-18/46", "(Document 52)"."""
    if "Document" not in unit.plain:
        return
    own = outline.key
    for found in rule("citations", "document", language, fragments(language)).finditer(unit.plain):
        if found["bare"]:
            target = Key(own.body, "document", found["bare"], own.year)
        elif found["un"]:
            target = Key({"A": "unga", "E": "ecosoc"}[found["un"]], "document", number_segment(found["symbol"]))
        else:
            target = Key(_body_of_code(found["code"]), "document", found["number"], four_digits(found["year"]))
        yield found.start(), found.end(), Citation(unit.part, unit.view.text[slice(*found.span())], unit.span(*found.span()), target)
        more = _MORE_DOCUMENTS.match(unit.plain, found.end())
        while more and found["code"]:
            target = Key(_body_of_code(more["code"]), "document", more["number"], four_digits(more["year"]))
            start, end = more.start("code"), more.end()
            yield start, end, Citation(unit.part, unit.view.text[start:end], unit.span(start, end), target)
            more = _MORE_DOCUMENTS.match(unit.plain, end)


# --- intent ---------------------------------------------------------------------------------------------------------


def _with_intent(citation: Citation, unit: Unit, start: int, outline: Outline, language: str) -> Citation:
    """The citation with the verb of its heading and the phrase that introduces it."""
    section = outline.section_of.get(unit.section)
    intent = None
    if section and section.role in ("preambular", "operative") and section.heading:
        intent = re.sub(r"-\d+$", "", section.part.rpartition("/")[2])
    before = unit.plain[max(0, start - 80) : start]
    phrase = next((found["phrase"] for entry in table("phrases", language) if (found := entry.search(before))), None)
    return replace(citation, intent=intent, phrase=phrase)
