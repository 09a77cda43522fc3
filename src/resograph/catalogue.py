"""The catalogue: which editions of which works exist, how that is known, and from when to when each is in force.

    catalogue(texts, claims, rows, endings)  -> Catalogue      pure; the records come from resograph.witnesses

**Proof and claim.**  A text that is loaded, an adoption history and the table of ITU-R resolutions prove that an edition exists.
A citation only claims it, however many repeat it: so a citation of a revision that never was stays a claim.

**A whole history.**  The history of a work is known whole up to a year where a text of that year prints all of it:

* it ends with the text's own year, its years ascend, and its first entry is not marked "Rev.";
* it is no lone entry of a text that is marked as a revision (Resolution 1 (Rev. Hammamet, 2016) prints "(Hammamet, 2016)");
* with an ITU-R version suffix n it has n + 1 entries ("ITU-R 9-5", six years): a first edition has no suffix;
* it is not that of a Council text "last amended", which leaves out what is between;

or the text prints none and is not marked "Rev.", where its body marks every revision (PP, WTDC, WRC, Council; texts of WTSA-2000 to
WTSA-08 are not marked): then it is the first; or the table has every version from 0 on, with ascending years.  A proved
edition that the history leaves out, of a year up to its last, shows that it is not whole.

**Between histories.**  An edition stays in force at least until the next meeting of its body: only a meeting can revise it.  The list of
meetings (ontology/vocabularies) says which meetings there were, for bodies and years that it lists whole.  So an edition is known to be
in force from its adoption to the day before the first meeting of which nothing is known, to its successor, or to the end of the
work; before and after it is not in force; in between the answer is *unknown*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise

from resograph import vocabulary
from resograph.keys import Key
from resograph.vocabulary import Conference

_MARKS_REVISIONS = frozenset(["pp", "wtdc", "wrc", "council"])
_CYCLE = 3  # years from one meeting to the next, at the least (Constitution, Nos. 47, 90, 114, 141: three to four)


class Known(StrEnum):
    """An answer of the catalogue: unknown where it has no complete history of the work."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


# --- what is put in -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an adoption history; ``source`` is its IRI."""

    year: int
    place: str
    source: str
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A loaded text (or its facts): what its header says.  ``source`` is the IRI of its expression or the name of its file."""

    key: Key
    source: str
    place: str = ""
    revised: bool = False
    version: str = ""
    history: tuple[Entry, ...] = ()
    title: str = ""
    specimen: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A dated citation of another text: ``key`` is the edition that it names, ``where`` the part that it stands in."""

    key: Key
    where: Key
    source: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of ITU-R resolutions."""

    key: Key
    version: int
    source: str


@dataclass(frozen=True, slots=True)
class Ending:
    """That a work was abrogated in ``year`` (in the year of the text ``where``), or merged into the work ``into``."""

    work: Key
    year: int
    source: str
    where: Key | None = None
    into: Key | None = None


# --- what comes out -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an edition is in the catalogue: ``kind`` is text, history, table or citation; ``where`` the part it stands in."""

    kind: str
    source: str
    where: Key | None = None
    place: str = ""

    @property
    def proves(self) -> bool:
        """Whether it proves the edition; a citation only claims it."""
        return self.kind != "citation"


@dataclass(frozen=True)
class Edition:
    """An edition of a work.

    ``since`` is the last day of the meeting that adopted it (of the year, where the day is not known); ``until`` the day from which
    a later edition, or none, is in force (None: no such day is known); ``certain_until`` the last day for which it is known that
    nothing took its place.  A claimed edition has none of the three.
    """

    key: Key
    evidence: tuple[Evidence, ...]
    place: str = ""
    version: str = ""
    title: str = ""
    held: bool = False
    meetings: tuple[Conference, ...] = ()
    revises: Key | None = None
    superseded_by: Key | None = None
    since: str = ""
    until: str | None = None
    certain_until: str = ""

    @property
    def year(self) -> int:
        """The year of adoption."""
        return self.key.year or 0

    @property
    def proved(self) -> bool:
        """Whether it surely exists."""
        return any(one.proves for one in self.evidence)

    def in_force(self, at: str) -> Known:
        """Whether it is in force on the day *at* (ISO)."""
        if not self.proved:
            return Known.UNKNOWN
        if at < self.since or (self.until is not None and at >= self.until):
            return Known.NO
        return Known.YES if at <= self.certain_until else Known.UNKNOWN


@dataclass(frozen=True)
class Work:
    """A work: its editions by year; ``complete`` is the year up to which its history is whole, None where none is."""

    key: Key
    editions: tuple[Edition, ...]
    complete: int | None = None
    complete_by: tuple[Evidence, ...] = ()
    ending: Ending | None = None
    specimen: bool = False

    @property
    def proved(self) -> tuple[Edition, ...]:
        """The editions that surely exist, by year."""
        return tuple(edition for edition in self.editions if edition.proved)

    def edition(self, year: int) -> Edition | None:
        """The edition of *year*, proved or claimed."""
        return next((edition for edition in self.editions if edition.year == year), None)

    def covers(self, year: int) -> bool:
        """Whether each edition of *year* is surely known: the whole history reaches so far, and a number meant this work then."""
        if self.complete is None or year > self.complete:
            return False
        begins = body(self.key.body).numbered_from
        return year >= self.proved[0].year or (begins is not None and year >= begins)

    def edition_in_force(self, edition: Edition, at: str) -> Known:
        """Whether *edition* is in force on the day *at*; one that is only claimed is not where the history is whole."""
        return Known.NO if not edition.proved and self.covers(edition.year) else edition.in_force(at)

    def in_force(self, at: str) -> tuple[Edition | None, Known]:
        """The edition in force on the day *at*, and how surely: the latest known where it is unknown, None where none was yet or any longer."""
        for edition in reversed(self.proved):
            known = edition.in_force(at)
            if known is not Known.NO:
                return edition, known
            if edition.since <= at:
                return None, Known.NO  # the work has ended
        return None, Known.UNKNOWN if self.complete is None else Known.NO


@dataclass(frozen=True)
class Catalogue:
    """Works by key, and the places where bodies met, as loaded texts and histories say."""

    works: Mapping[Key, Work]
    met: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    def edition(self, key: Key) -> Edition | None:
        """The edition that *key* names."""
        work = self.works.get(key.work)
        return work.edition(key.year) if work and key.year else None


def catalogue(texts: Sequence[Text], claims: Iterable[Claim] = (), rows: Iterable[Row] = (), endings: Iterable[Ending] = ()) -> Catalogue:
    """The catalogue that *texts*, *claims*, table *rows* and *endings* give; the order of each does not matter."""
    held: dict[Key, list[Text]] = defaultdict(list)
    listed: dict[Key, list[Row]] = defaultdict(list)
    evidence: dict[Key, list[Evidence]] = defaultdict(list)
    met: dict[tuple[str, int], set[str]] = defaultdict(set)
    for text in texts:
        if text.key.year is None:  # a text that is never revised under its number
            continue
        held[text.key.work].append(text)
        evidence[text.key].append(Evidence("text", text.source, text.key, text.place))
        for entry in text.history:
            evidence[Key(text.key.body, text.key.kind, text.key.number, entry.year)].append(
                Evidence("history", entry.source, text.key, entry.place)
            )
        for year, place in ((text.key.year, text.place), *((entry.year, entry.place) for entry in text.history)):
            if place:
                met[text.key.body, year].add(place_word(place))
    for row in rows:
        listed[row.key.work].append(row)
        evidence[row.key].append(Evidence("table", row.source))
    for claim in claims:
        evidence[claim.key.edition].append(Evidence("citation", claim.source, claim.where, claim.place))
    ended = {ending.work: ending for ending in sorted(endings, key=lambda ending: (-ending.year, ending.source))}
    years: dict[Key, set[int]] = defaultdict(set)
    for key in evidence:
        years[key.work].add(key.year or 0)
    fiction = {text.key for text in texts if text.specimen}
    works = {
        work: _work(work, {year: evidence[Key(work.body, work.kind, work.number, year)] for year in sorted(years[work])},
                    held.get(work, []), listed.get(work, []), ended.get(work))
        for work in sorted({*years, *ended}, key=str)
    }  # fmt: skip
    works = {key: replace(work, specimen=True) if fiction and _only_in(work, fiction) else work for key, work in works.items()}
    return Catalogue(works, {key: frozenset(places) for key, places in met.items()})


def _only_in(work: Work, texts: set[Key]) -> bool:
    """Whether nothing but *texts* knows of *work*."""
    where = [one.where for edition in work.editions for one in edition.evidence]
    return bool(where) and all(one is not None and one.edition in texts for one in where)


# --- one work -------------------------------------------------------------------------------------------------------


def _work(key: Key, years: Mapping[int, list[Evidence]], texts: list[Text], rows: list[Row], ending: Ending | None) -> Work:
    proved = [year for year, found in years.items() if any(one.proves for one in found)]
    complete, by = _whole(proved, texts, rows)
    if ending and any(year > ending.year for year in proved):
        ending = None  # it was taken up again
    own = {text.key.year: text for text in texts}
    versions = {row.key.year: str(row.version) for row in rows}
    editions = []
    for year, found in years.items():
        text = own.get(year)
        place = (text.place if text else "") or _place(found)
        meetings = meetings_of(key.body, year, place)
        before = [other for other in proved if other < year]
        after = [other for other in proved if other > year]
        since = until = certain = ""
        if year in proved:
            since = adoption_day(key.body, year, place)
            if after:
                until = adoption_day(key.body, after[0], _place(years[after[0]]))
            elif ending:
                until = adoption_day(key.body, ending.year)
            certain = certain_until(key.body, since, complete)
            certain = max(since, min(certain, until)) if until else certain
        editions.append(
            Edition(
                key=Key(key.body, key.kind, key.number, year),
                evidence=tuple(sorted(dict.fromkeys(found), key=lambda one: (_RANK[one.kind], str(one.where), one.source))),
                place=place or (meetings[0].places[0] if meetings else ""),
                version=(text.version if text else "") or versions.get(year, ""),
                title=text.title if text else "",
                held=text is not None,
                meetings=meetings,
                revises=Key(key.body, key.kind, key.number, before[-1]) if before and year in proved else None,
                superseded_by=Key(key.body, key.kind, key.number, after[0]) if after and year in proved else None,
                since=since,
                until=until or None,
                certain_until=certain,
            )
        )
    return Work(key, tuple(editions), complete, by, ending)


_RANK = {kind: rank for rank, kind in enumerate(("text", "history", "table", "citation"))}


def _place(found: Iterable[Evidence]) -> str:
    """The place that the evidence names; what proves goes before what claims."""
    return next((one.place for one in sorted(found, key=lambda one: not one.proves) if one.place), "")


def _whole(proved: list[int], texts: list[Text], rows: list[Row]) -> tuple[int | None, tuple[Evidence, ...]]:
    """The year up to which the history is whole, and what shows it."""
    histories = [(years, Evidence("text", text.source, text.key, text.place)) for text in texts if (years := whole_history(text))]
    versions = sorted(rows, key=lambda row: row.version)
    dated = [row.key.year or 0 for row in versions]
    if rows and [row.version for row in versions] == list(range(len(rows))) and _ascending(dated):
        histories.append((tuple(dated), Evidence("table", versions[-1].source)))
    sound = [(years[-1], by) for years, by in histories if {year for year in proved if year <= years[-1]} <= set(years)]
    if not sound:
        return None, ()
    latest = max(year for year, _ in sound)
    return latest, tuple(by for year, by in sound if year == latest)


def whole_history(text: Text) -> tuple[int, ...]:
    """The years of every edition of the work up to that of *text*, where it prints them all; () where it does not."""
    year, years = text.key.year or 0, tuple(entry.year for entry in text.history)
    if not years:
        return (year,) if not text.revised and text.key.body in _MARKS_REVISIONS else ()
    whole = years[-1] == year and _ascending(years) and not text.history[0].revised
    if text.version:
        whole = whole and len(years) == int(text.version) + 1 if text.version.isdigit() else False
    elif len(years) == 1 or text.key.body == "council":
        whole = whole and not text.revised
    return years if whole else ()


def _ascending(years: Iterable[int]) -> bool:
    return all(one < other for one, other in pairwise(years))


# --- meetings and days ----------------------------------------------------------------------------------------------


@cache
def body(key: str) -> vocabulary.Body:
    """The body of the vocabulary with that key; one of which nothing is known where it lists none."""
    return vocabulary.body_of(key) or vocabulary.Body(key, (), "", (), "")


@cache
def meetings_in(key: str) -> tuple[Conference, ...]:
    """The meetings of the body *key*, in order of their days."""
    return tuple(sorted((one for one in vocabulary.conferences() if one.body == key), key=lambda one: (one.year, last_day(one.end))))


@cache
def meetings_of(key: str, year: int, place: str) -> tuple[Conference, ...]:
    """The meetings of the body *key* in *year*, at *place* where one is given."""
    met = (one for one in meetings_in(key) if one.year == year)
    return tuple(one for one in met if not place or place_word(place) in map(place_word, one.places))


@cache
def adoption_day(body: str, year: int, place: str = "") -> str:
    """The last day (ISO) of the meeting of *body* in *year*, at *place* where one is given; of the year, where no meeting is known.

    From that day on what the meeting adopted is in force, for the catalogue as for every question.
    """
    met = meetings_of(body, year, place)
    return last_day(met[-1].end if met else str(year))


@cache
def listed(key: str, year: int) -> bool:
    """Whether the vocabulary surely lists each meeting of the body *key* in *year*."""
    begins, meetings = body(key).listed_from, meetings_in(key)
    return begins is not None and bool(meetings) and begins <= year < meetings[-1].year + _CYCLE


@cache
def certain_until(key: str, since: str, complete: int | None) -> str:
    """The last day until which nothing can have happened to an edition of *since* that is not known.

    Either a whole history tells of the meeting, or there was none.
    """
    year = int(since[:4])
    known = max(year, complete or 0)
    if not listed(key, year):
        return last_day(str(complete)) if complete and complete > year else since
    for meeting in meetings_in(key):
        if last_day(meeting.end) > since and meeting.year > known:
            return _day_before(last_day(meeting.end))
    return last_day(str(max(known, meetings_in(key)[-1].year + _CYCLE - 1)))


def last_day(day: str) -> str:
    """The last day of a day, month or year: "2022" is 2022-12-31."""
    if len(day) == 4:
        return f"{day}-12-31"
    if len(day) == 7:
        year, month = int(day[:4]), int(day[5:7])
        return _day_before(f"{year + month // 12}-{month % 12 + 1:02}-01")
    return day


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


@cache
def place_word(place: str) -> str:
    """A place for comparing: letters only, without accents or case."""
    from unicodedata import combining, normalize

    bare = "".join(c for c in normalize("NFKD", place) if not combining(c))
    return "".join(c for c in bare.casefold() if c.isalnum())
