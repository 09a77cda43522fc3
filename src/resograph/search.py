"""Words in the texts: which clauses hold them, the best first, with the words marked.

What may be written:

    lamps rooms             both, anywhere in a clause or the heading over it; a word finds its plural and its singular
    "meeting rooms"         these words one after the other, as they stand
    calend*                 words that begin so
    lamps OR lanterns       one of the two
    lamps -oil              without that word (also NOT)
    NEAR(lamps rooms, 5)    at most five words apart (ten, when no number is given)

Case and accents do not matter.  Chinese, Japanese and Thai are searched by any run of characters; an Arabic word is found with
article and proclitics, too.  Whatever else is typed is words: nothing is an error of the engine's own grammar.  The index is
that of ``store.text``; what is written here becomes an expression of SQLite FTS5 in which every word is quoted.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from resograph import answers
from resograph.errors import QueryError, StoreError
from resograph.keys import slug
from resograph.store.folding import places, words
from resograph.store.place import TEXT
from resograph.store.text import FORM, opened

if TYPE_CHECKING:
    from resograph.store import Reader

Answer = TypeVar("Answer")

LONGEST = 1000
"""Characters of what is looked for."""
MOST = 50
"""Words of it."""
SECONDS = 10.0
"""How long a search may take."""
ROLES = ("title", "preambular", "operative", "annex", "footnote", "note", "provision")
"""What a clause can be asked to be; there are others (appendix, attachment, section, figure, table)."""
ORDER = "bm25(words, 1.0, 0.3)"
"""Best first: words of the text count more than those of the heading over it."""

_PIECE = re.compile(r'NEAR\(([^()]*)\)|([-–−]?)"([^"]*)"?|([-–−]?)([^\s"]+)')
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_NEAR = 10
_ARABIC = re.compile(r"[\u0620-\u064a]+")
_PROCLITICS = ("", "ال", "وال", "بال", "كال", "فال", "لل", "ولل", "و", "ب", "ل", "ك", "ف")


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that holds the words: where it stands, its text, and the places of the words in it (``marks``)."""

    key: str
    edition: str
    part: str
    role: str
    heading: str
    body: str
    kind: str
    year: int | None
    language: str
    text: str
    marks: tuple[tuple[int, int], ...]
    score: float

    @property
    def above(self) -> str:
        """The heading over the clause, where it says more than the key."""
        return "" if slug(self.heading) == self.part.split("/")[0] else self.heading

    def pieces(self, most: int = 300) -> list[tuple[str, bool]]:
        """The text in pieces, each with whether it is one of the words; of a long one about *most* characters where most of them are."""
        start, end = _window(self.text, self.marks, most)
        found, at = [("…", False)] if start else [], start
        for first, last in self.marks:
            if start <= first < last <= end:
                found += [(self.text[at:first], False), (self.text[first:last], True)]
                at = last
        found += [(self.text[at:end], False)] + ([("…", False)] if end < len(self.text) else [])
        return [piece for piece in found if piece[0]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found: the *hits* asked for, how many there are in all, and what was left out, in lines for a person."""

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """What a clause must be beside holding the words; empty asks for nothing.

    *at* is the day on which its edition answers, as far as the store knows; without *languages*, every one.
    """

    bodies: Sequence[str] = ()
    kinds: Sequence[str] = ()
    roles: Sequence[str] = ()
    languages: Sequence[str] = ()
    since: int | None = None
    until: int | None = None
    at: date | None = None
    specimens: bool = False


ALL = Filter()


def search(reader: Reader, text: str, wanted: Filter = ALL, *, limit: int = 20, offset: int = 0) -> Found:
    """The clauses that hold *text* (grammar above), the best first, *limit* of them from the *offset*-th on.

    Of several files with one edition in one language, only the one that answers is searched.  ``QueryError`` where there
    is no word to look for or it takes too long, ``StoreError`` where the store has no full text.
    """
    expression = expression_of(text)
    return _asked(reader, lambda index: _search(index, expression, wanted, limit, offset))


def choices(reader: Reader) -> dict[str, list[str]]:
    """The bodies, kinds, languages and roles that there are; ``StoreError`` as for ``search``."""

    def read(index: sqlite3.Connection) -> dict[str, list[str]]:
        named = {"body": "expressions", "kind": "expressions", "language": "expressions", "role": "clauses"}
        return {name: [row[0] for row in index.execute(f"SELECT DISTINCT {name} FROM {table} WHERE {name} <> '' ORDER BY 1")]
                for name, table in named.items()}  # fmt: skip

    return _asked(reader, read)


def _asked(reader: Reader, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """What the index of the current generation answers."""
    end = monotonic() + SECONDS
    for _ in range(5):  # a generation may be swept between the reading of its name and its opening
        place = reader.place
        try:
            with closing(opened(place / TEXT)) as index:
                if dict(index.execute("SELECT name, value FROM about")).get("form") != FORM:
                    raise sqlite3.DatabaseError("an index of another form")
                index.set_progress_handler(lambda: monotonic() > end, 1000)
                return ask(index)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise QueryError(f"the search took longer than {SECONDS:g} s; look for fewer or rarer words") from error
            if place != reader.place:
                continue
            what = "the full text is damaged" if (place / TEXT).exists() else "there is no full text yet"
        except sqlite3.Error:
            what = "the full text is damaged"
        raise StoreError(f"the store {reader.folder} cannot be searched: {what}; 'resograph store compact' makes it anew")
    raise StoreError(f"the store {reader.folder} changes faster than it can be opened; try again")


# --- the words --------------------------------------------------------------------------------------------------------


def expression_of(text: str) -> str:
    """*text* as an expression of FTS5; ``QueryError`` where there is nothing to look for."""
    if len(text) > LONGEST:
        raise QueryError(f"the search is longer than {LONGEST} characters; shorten it")
    if len(words(text)) > MOST:
        raise QueryError(f"the search has more than {MOST} words; look for fewer")
    wanted: list[str] = []
    refused: list[str] = []
    joining = negating = False
    for near, minus, phrase, sign, word in _PIECE.findall(text.translate(_QUOTES)):
        if word in ("OR", "|") or (word in ("AND", "NOT") and not sign):
            joining, negating = joining or word in ("OR", "|"), negating or word == "NOT"
            continue
        term = _near(near) if near else _phrase(words(phrase), "") if phrase else _word(word)
        if not term:
            continue
        if minus or sign or negating:
            refused.append(term)
        elif joining and wanted:
            wanted[-1] += f" OR {term}"
        else:
            wanted.append(term)
        joining = negating = False
    if not wanted:
        what = "beside those to leave out" if refused else f"in {text[:40]!r}"
        raise QueryError(f"there is no word to look for {what}; write one, or several")
    found = " AND ".join(f"({term})" for term in wanted)
    return f"({found}) NOT ({' OR '.join(refused)})" if refused else found


def _word(typed: str) -> str:
    """A word as typed: with its other forms, or the beginning of a word; a phrase where signs divide it ("Secretary-General")."""
    found = words(typed)
    if len(found) != 1 or typed.endswith("*"):
        return _phrase(found, "*" if typed.endswith("*") else "")
    return " OR ".join(_phrase([form], "") for form in _forms(found[0]))


def _forms(word: str) -> list[str]:
    """The *word*, its plural or singular, and an Arabic word with what is written before it."""
    if _ARABIC.fullmatch(word):
        return [before + word for before in _PROCLITICS]
    if len(word) < 3 or not word.isalpha():
        return [word]
    if word.endswith("ies") and len(word) > 4:
        return [word, word[:-3] + "y"]
    if word.endswith("y"):
        return [word, word[:-1] + "ies"]
    return [word] if word.endswith("ss") else [word, word[:-1]] if word.endswith("s") else [word, word + "s"]


def _phrase(found: list[str], star: str) -> str:
    return f'"{" ".join(found)}"{star}' if found else ""


def _near(inside: str) -> str:
    """NEAR(words, distance)."""
    said, comma, number = inside.rpartition(",")
    distance = number.strip() if comma and number.strip().isdecimal() else ""
    found = [_phrase(words(phrase or word), "*" if word.endswith("*") else "")
             for _, _, phrase, _, word in _PIECE.findall(said if distance else inside)]  # fmt: skip
    phrases = " ".join(filter(None, found))
    return f"NEAR({phrases}, {min(int(distance[:6]), 1000) if distance else _NEAR})" if phrases else ""


# --- the index --------------------------------------------------------------------------------------------------------


def _search(index: sqlite3.Connection, expression: str, wanted: Filter, limit: int, offset: int) -> Found:
    where, values = _where(wanted)
    joined = "FROM words JOIN clauses c ON c.id = words.rowid JOIN expressions e ON e.id = c.expression WHERE words MATCH ?"
    counts = dict(index.execute(f"SELECT e.specimen, count(*) {joined} AND {where} GROUP BY e.specimen", (expression, *values)))
    total = sum(counts.values()) if wanted.specimens else counts.get(0, 0)
    rows = index.execute(
        f"""SELECT e.edition, c.key, c.role, c.heading, e.body, e.kind, e.year, e.language, c.text,
                   highlight(words, 0, char(2), char(3)), {ORDER} AS score
            {joined} AND {where} AND e.specimen <= ? ORDER BY score, e.year DESC, c.id LIMIT ? OFFSET ?""",
        (expression, *values, wanted.specimens, limit, offset),
    )
    hits = tuple(_hit(*row) for row in rows)
    left_out = 0 if wanted.specimens else counts.get(1, 0)
    unworded = index.execute("SELECT count(*) FROM expressions WHERE chosen AND NOT worded").fetchone()[0]
    return Found(hits, total, tuple(_notes(left_out, unworded)))


def _where(wanted: Filter) -> tuple[str, list[Any]]:
    """The conditions beside the words, and their values."""
    found: list[tuple[str, list[Any]]] = [("e.chosen", [])]
    lists = (("e.body", wanted.bodies), ("e.kind", wanted.kinds), ("c.role", wanted.roles), ("e.language", wanted.languages))
    found += [(f"{column} IN ({', '.join('?' * len(values))})", list(values)) for column, values in lists if values]
    found += [(condition, [year]) for condition, year in (("e.year >= ?", wanted.since), ("e.year <= ?", wanted.until)) if year is not None]
    if wanted.at:
        found.append(("e.since <= ? AND (e.until > ? OR e.until = '')", [wanted.at.isoformat()] * 2))  # '': nothing is known of it
    return " AND ".join(condition for condition, _ in found), [value for _, values in found for value in values]


def _hit(edition: str, key: str, role: str, heading: str, body: str, kind: str, year: int | None, language: str, text: str,
         marked: str, score: float) -> Hit:  # fmt: skip
    part = key.removeprefix(edition).lstrip("/")
    return Hit(key, edition, part, role, heading, body, kind, year, language, text, tuple(places(text, _marks(marked))), -score)


def _marks(marked: str) -> list[tuple[int, int]]:
    """The places between the signs of ``highlight``, in the text without them."""
    found, at, start = [], 0, 0
    for sign, run in groupby(marked, key=lambda character: character if character in "\x02\x03" else ""):
        if sign == "\x02":
            start = at
        elif sign == "\x03":
            found.append((start, at))
        else:
            at += len(list(run))
    return found


def _notes(left_out: int, unworded: int) -> Iterable[str]:
    if left_out:
        yield f"{left_out} more in the specimens that ship with the program (--specimens)"
    if unworded:
        yield f"of {unworded} edition{'s' if unworded > 1 else ''} the store has the title and not the words; 'resograph build' reads them from your files"


def _window(text: str, marks: tuple[tuple[int, int], ...], most: int) -> tuple[int, int]:
    """The piece of a long *text* with the most *marks* in it, cut between words."""
    if len(text) <= most:
        return 0, len(text)
    starts = [max(0, first - most // 6) for first, _ in marks] or [0]
    start = max(starts, key=lambda start: (sum(start <= first and last <= start + most for first, last in marks), -start))
    start = min(start, len(text) - most)
    end = start + most
    if start and (blank := text.find(" ", start, start + 30)) >= 0 and not any(first <= blank for first, _ in marks if first >= start):
        start = blank + 1
    if end < len(text) and (blank := text.rfind(" ", end - 30, end)) >= 0 and not any(last > blank for _, last in marks if last <= end):
        end = blank
    return start, end


# --- for programs -----------------------------------------------------------------------------------------------------

_COLUMNS = ("key", "edition", "part", "role", "heading", "body", "kind", "year", "language", "text")


def as_json(found: Found) -> str:
    """What was found as one object: ``total``, ``notes`` and ``hits``; the ``marks`` of a hit are places in its text."""
    hits = [{name: getattr(hit, name) for name in _COLUMNS} | {"marks": hit.marks, "score": round(hit.score, 4)} for hit in found.hits]
    return json.dumps({"total": found.total, "notes": found.notes, "hits": hits}, ensure_ascii=False, indent=1) + "\n"


def as_csv(found: Found) -> str:
    """What was found as a table (RFC 4180)."""
    rows = [["" if (value := getattr(hit, name)) is None else str(value) for name in _COLUMNS] for hit in found.hits]
    return answers.as_csv(_COLUMNS, rows)
