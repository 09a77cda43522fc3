"""The standing of a citation: where it leads, and whether it is stale, outdated, dangling or contradictory.

    judge(cited, citing, catalogue, parts, at)  -> Judgement     pure

*dangling*       the catalogue knows the whole history of the work and it has no such edition, or has the text and it has no such part
*contradictory*  the body that is cited did not meet at that place in that year
*stale*          a newer edition existed when the citing text was adopted, or the work had ended; what the same meeting adopted does not count
*outdated*       a newer edition exists, or the work has ended, on a chosen day

Each is yes, no or unknown.  Only what is proved makes a yes: a newer edition that is merely cited makes an unknown.
A citation that contradicts itself is not judged further, nor one that dangles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.catalogue import (
    Catalogue,
    Edition,
    Evidence,
    Known,
    Work,
    adoption_day,
    body,
    certain_until,
    last_day,
    listed,
    meetings_in,
    meetings_of,
    place_word,
)
from resograph.keys import UN_BODIES, Key
from resograph.vocabulary import Conference

Parts = Callable[[Key], frozenset[str] | None]
"""The parts of an edition that is held, relative to it; None where it is not held or its structure cannot be trusted."""

STATUSES = ("contradictory", "dangling", "stale", "outdated")
_HEADLESS = ("annex", "appendix", "attachment", "section", "part", "fn", "note", "figure", "table")
_EDGE = re.compile(r"(?:ing|ies|es|s|e)$")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation says: its target, the place of adoption that it writes, whether it is of the citing text itself, its words."""

    target: Key
    place: str = ""
    self: bool = False
    pinpoint: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Citing:
    """The text that cites: its key and its place of adoption, "" where it says none."""

    key: Key
    place: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: *status* is one of ``STATUSES``; *why* and *right* (the key that would be right, or "") are for a person."""

    status: str
    known: Known
    why: str = ""
    right: str = ""
    since: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a citation: the edition that it leads to (None where none is known) and the answers, faults first."""

    edition: Key | None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def faults(self) -> tuple[Verdict, ...]:
        """The answers that are yes."""
        return tuple(one for one in self.verdicts if one.known is Known.YES)

    def known(self, status: str) -> Known:
        """The answer for *status*; "no" where it does not apply."""
        return next((one.known for one in self.verdicts if one.status == status), Known.NO)


def judge(cited: Cited, citing: Citing, catalogue: Catalogue, parts: Parts, at: str) -> Judgement:
    """What becomes of the citation *cited* of the text *citing*, on the day *at* (ISO)."""
    target = cited.target
    if not target.body or target.body in UN_BODIES or target.kind == "document":
        return Judgement(None)
    if cited.self:
        return Judgement(target.edition, tuple(_no_part(cited, target.edition, parts)))
    work = catalogue.works.get(target.work) or Work(target.work, ())
    if target.year is None:
        return _undated(cited, citing, work, parts, at)
    against = _contradictory(cited, citing, catalogue)
    if against.known is Known.YES:
        return Judgement(None, (against,))
    missing = _no_edition(target.year, work)
    if missing.known is Known.YES:
        return Judgement(None, (missing, against))
    faults = [against, missing]
    if missing.known is Known.NO:
        faults += _no_part(cited, target.edition, parts)
    faults += [_stale(target.year, citing, work), outdated(target.year, work, at)]
    return Judgement(target.edition, tuple(sorted(faults, key=lambda one: (one.known is not Known.YES, STATUSES.index(one.status)))))


def _undated(cited: Cited, citing: Citing, work: Work, parts: Parts, at: str) -> Judgement:
    """It leads to the edition in force at the date; its part must be in the edition that was in force when it was written."""
    faults = []
    if work.ending and (ended := last_day(str(work.ending.year))) <= at:
        why = f"{work.key} {_ended(work)}"
        known = Known.YES if last_day(str(work.ending.year)) < _day(citing) and work.ending.year < (citing.key.year or 9999) else Known.NO
        right = str(work.ending.into or "")
        faults = [Verdict("stale", known, why, right, ended), Verdict("outdated", Known.YES, why, right, ended)]
    elif cited.target.part:
        meant, known = work.in_force(_day(citing))
        if meant and known is Known.YES:
            faults = _no_part(cited, meant.key, parts)
    edition, _ = work.in_force(at)
    return Judgement(edition.key if edition else None, tuple(faults))


# --- contradictory --------------------------------------------------------------------------------------------------


def _contradictory(cited: Cited, citing: Citing, catalogue: Catalogue) -> Verdict:
    """Whether the body met at the place and in the year that the citation writes; a text that was adopted there proves that it did.

    A place of which the vocabulary knows nothing, in a text that was itself adopted where the vocabulary knows no meeting (a
    specimen), makes an unknown.
    """
    key, year, place = cited.target, cited.target.year or 0, place_word(cited.place)
    met = meetings_of(key.body, year, "")
    if place and (place in catalogue.met.get((key.body, year), ()) or meetings_of(key.body, year, place)):
        return Verdict("contradictory", Known.NO)
    if not met:
        if not listed(key.body, year):
            return Verdict("contradictory", Known.UNKNOWN)
        if any(year == one for of, one in catalogue.met if of == key.body) and not place:
            return Verdict("contradictory", Known.NO)
    elif not place:
        return Verdict("contradictory", Known.NO)
    if place and place not in _places_known() and _unlisted(citing):
        return Verdict("contradictory", Known.UNKNOWN)
    there = [one for one in meetings_in(key.body) if place and place in map(place_word, one.places)]
    said = f"({cited.place}, {year})" if cited.place else f"({year})"
    whose = _name(key.body)
    if met:
        why = f"{said}: {whose} met in {_places(met)} in {year}" + (f", and in {cited.place} in {_years(there)}" if there else "")
    else:
        why = f"{said}: {whose} did not meet in {year}" + (f"; it met in {cited.place} in {_years(there)}" if there else "")
    work = catalogue.works.get(key.work)
    likely = [one for one in (work.proved if work else ()) if one.year == year or (place and place_word(one.place) == place)]
    return Verdict(
        "contradictory", Known.YES, why, ", ".join(str(one.key) for one in likely), evidence=tuple(e for one in likely for e in _best(one))
    )


@cache
def _places_known() -> frozenset[str]:
    return frozenset(place_word(place) for meeting in vocabulary.conferences() for place in meeting.places)


def _unlisted(citing: Citing) -> bool:
    """Whether the list of meetings has none at which the text could have been adopted."""
    key, year = citing.key, citing.key.year or 0
    return listed(key.body, year) and not meetings_of(key.body, year, citing.place)


def _places(met: Iterable[Conference]) -> str:
    return " and ".join(dict.fromkeys(one.places[0] for one in met))


def _years(met: Iterable[Conference]) -> str:
    return ", ".join(dict.fromkeys(str(one.year) for one in met))


def _name(key: str) -> str:
    return next((code for code in body(key).codes if code.isascii()), "") or key.upper()


# --- dangling -------------------------------------------------------------------------------------------------------


def _no_edition(year: int, work: Work) -> Verdict:
    edition = work.edition(year)
    if edition and edition.proved:
        return Verdict("dangling", Known.NO, evidence=_best(edition))
    if not work.covers(year):
        return Verdict("dangling", Known.UNKNOWN)
    editions = ", ".join(str(one.year) for one in work.proved)
    near = [one for one in work.proved if one.year <= year] or [work.proved[0]]
    why = f"no edition of {work.key} was adopted in {year}; its whole history to {work.complete} is {editions}"
    return Verdict("dangling", Known.YES, why, str(near[-1].key), evidence=work.complete_by)


def _no_part(cited: Cited, edition: Key, parts: Parts) -> list[Verdict]:
    """Whether the part that the citation names is in the text of *edition*; [] where it names none or the text is not held."""
    part = cited.target.part
    if cited.self and not part and cited.pinpoint:
        wanted = cited.pinpoint  # the reader found no such part
        if parts(edition) is None or not _sure(wanted, cited.words):
            return []
        return [Verdict("dangling", Known.YES, f"this text has no {wanted!r}")]
    held = parts(edition) if part and not cited.self else None
    if held is None:
        return []
    if has_part(part, held):
        return [Verdict("dangling", Known.NO)]
    stem = part
    while "/" in stem and not has_part(stem, held):
        stem = stem.rpartition("/")[0]
    near = [one for one in sorted(held, key=_by_number) if _like(one, stem) and one.count("/") == stem.count("/") + 1]
    has = f"; {stem} has {near[0].rpartition('/')[2]} to {near[-1].rpartition('/')[2]}" if len(near) > 1 else ""
    return [Verdict("dangling", Known.YES, f"{edition} has no part {part!r}{has}", evidence=(Evidence("text", "", edition),))]


def _sure(pinpoint: str, words: str) -> bool:
    """Whether *pinpoint* surely names a part of the text itself: a heading with its marker, an annex "to this resolution"."""
    said = re.search(r"\b(?:this\s[a-z]+|above|below)$", words)
    return bool(re.match(r"[a-z]+(?:\s[a-z]+){0,2}\s(?:\d+|[a-z]\))", pinpoint)) or bool(
        said and re.match(r"(?:[Aa]nnex|[Aa]ppendix)\s(?:[A-Z]|[IVX]+|\d+)\b", pinpoint)
    )


def has_part(part: str, held: frozenset[str]) -> bool:
    """Whether *part*, as cited, is among the parts *held*.

    A citation does not say which of two headings of one verb it means ("instructs 3"), nor the words beside the verb in
    their order ("further recognizing"); "the annex" is any.
    """
    if part in held or (part in ("annex", "appendix", "attachment") and any(one.startswith(part) for one in held)):
        return True
    return any(_like(one, part) and one.count("/") == part.count("/") for one in held)


def _like(one: str, part: str) -> bool:
    """Whether the part *one* of a text is *part* as cited, or stands below it."""
    head, _, tail = part.partition("/")
    own, _, rest = one.partition("/")
    return _verb(own) == _verb(head) and (rest == tail or not tail or rest.startswith(tail + "/"))


def _verb(segment: str) -> tuple[str, ...]:
    if segment.startswith(_HEADLESS):
        return (segment,)
    return tuple(sorted(_EDGE.sub("", word) for word in re.sub(r"-\d+$", "", segment).split("-")))


def _by_number(part: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(piece), "") if piece.isdecimal() else (0, piece) for piece in re.split(r"(\d+)", part))


# --- stale and outdated ---------------------------------------------------------------------------------------------


def _stale(year: int, citing: Citing, work: Work) -> Verdict:
    if citing.key.year is None:
        return Verdict("stale", Known.UNKNOWN)
    newer = [one for one in work.proved if one.year > year]
    order = {one.key: _before(one, citing) for one in newer}
    existed = [one for one in newer if order[one.key] is Known.YES]
    if existed:
        latest = existed[-1]
        why = f"{_named(latest)} existed when {citing.key} was adopted"
        return Verdict("stale", Known.YES, why, str(latest.key), existed[0].since, _best(latest))
    if work.ending and year <= work.ending.year < citing.key.year:
        ended = last_day(str(work.ending.year))
        return Verdict("stale", Known.YES, f"{work.key} {_ended(work)}", str(work.ending.into or ""), ended, _end(work))
    known_to = _window(year, work)
    sure = Known.UNKNOWN not in order.values() and known_to >= _eve(citing)
    return Verdict("stale", Known.NO if sure else Known.UNKNOWN)


def outdated(year: int, work: Work, at: str) -> Verdict:
    """Whether the edition of *year* has been replaced, or its work has ended, on the day *at*."""
    newer = [one for one in work.proved if one.year > year and one.since <= at]
    if newer:
        latest = newer[-1]
        return Verdict("outdated", Known.YES, f"{_named(latest)} replaces it", str(latest.key), newer[0].since, _best(latest))
    if work.ending and year <= work.ending.year and last_day(str(work.ending.year)) <= at:
        ended = last_day(str(work.ending.year))
        return Verdict("outdated", Known.YES, f"{work.key} {_ended(work)}", str(work.ending.into or ""), ended, _end(work))
    if _window(year, work) >= at:
        return Verdict("outdated", Known.NO)
    claimed = [one for one in work.editions if one.year > year and not one.proved and not work.covers(one.year) and one.year <= int(at[:4])]
    if claimed:
        by = claimed[-1].evidence[0]
        return Verdict("outdated", Known.UNKNOWN, f"{by.where} cites {claimed[-1].key}", str(claimed[-1].key), evidence=(by,))
    return Verdict("outdated", Known.UNKNOWN)


def _window(year: int, work: Work) -> str:
    """The last day until which nothing unknown can have happened to the edition of *year*."""
    edition = work.edition(year)
    if edition and edition.proved:
        return edition.certain_until
    return certain_until(work.key.body, adoption_day(work.key.body, year), work.complete)


def _before(edition: Edition, citing: Citing) -> Known:
    """Whether *edition* was adopted before the citing text; what one meeting adopts is adopted together."""
    key = citing.key
    if edition.year != key.year:
        return Known.YES if edition.year < (key.year or 0) else Known.NO
    if edition.key.body == key.body:
        return Known.NO
    met = meetings_of(key.body, key.year or 0, citing.place)
    if edition.meetings and met and min(len(edition.meetings[-1].end), len(met[-1].end)) == 10:
        return Known.YES if edition.meetings[-1].end < met[-1].start else Known.NO
    return Known.UNKNOWN


def _day(citing: Citing) -> str:
    """The last day of the meeting that adopted the citing text."""
    return adoption_day(citing.key.body, citing.key.year or 9999, citing.place)


def _eve(citing: Citing) -> str:
    """The day before that meeting ended: what it adopted itself does not count."""
    from datetime import date, timedelta

    day = _day(citing)
    same = meetings_of(citing.key.body, citing.key.year or 0, "")
    if not same:  # a meeting that is not listed was at some time of the year
        return f"{int(day[:4]) - 1}-12-31" if day < "9999" else day
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _named(edition: Edition) -> str:
    return f"{edition.key} ({edition.place}, {edition.year})" if edition.place else str(edition.key)


def _ended(work: Work) -> str:
    ending = work.ending
    assert ending is not None
    return f"was {f'merged into {ending.into}' if ending.into else 'abrogated'} in {ending.year}"


def _end(work: Work) -> tuple[Evidence, ...]:
    ending = work.ending
    return (Evidence("abrogation", ending.source, ending.where),) if ending else ()


def _best(edition: Edition) -> tuple[Evidence, ...]:
    """The first piece of evidence that proves *edition*."""
    return tuple(one for one in edition.evidence if one.proves)[:1]
