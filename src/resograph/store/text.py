"""The full text beside the graph: SQLite FTS5 in the folder of each generation, in step with what the graph says.

    expressions   a row for each graph with the text of an edition: what it is of, when it answers, a digest of its clauses
    clauses       key, role, heading and words of each clause, footnote, note, provision and title
    words         the same words folded (``folding``), as FTS5 indexes them; rowid is that of the clause

``bring`` makes the file of the next generation from that of the one before: a graph whose digest is the same keeps its
rows, and where nothing has changed the file is the same one, by a hard link.  SQLite comes with Python, ranks by BM25, knows phrases,
prefixes and nearness, and needs no process of its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from resograph.namespaces import ELI, PREFIXES, RES
from resograph.store.folding import fold

if TYPE_CHECKING:
    import pyoxigraph as ox

FORM = "1"
"""The version of the tables and of the folding: an index of another is made anew."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE expressions (
  id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, digest BLOB NOT NULL,
  edition TEXT NOT NULL, language TEXT NOT NULL, body TEXT NOT NULL, kind TEXT NOT NULL, year INTEGER, specimen INTEGER NOT NULL,
  worded INTEGER NOT NULL, chosen INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL
);
CREATE TABLE clauses (id INTEGER PRIMARY KEY, expression INTEGER NOT NULL REFERENCES expressions, key TEXT NOT NULL,
  role TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX clauses_of ON clauses (expression);
CREATE VIRTUAL TABLE words USING fts5 (text, heading, tokenize = "unicode61 remove_diacritics 2");
"""
_BESIDE = ("number", "title", "history", "opening", "front", "back")  # blocks that nobody looks for; the title is that of the edition


class Said(NamedTuple):
    """A clause, or a title, as it is indexed."""

    key: str
    role: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The text that one graph holds of an edition."""

    name: str
    edition: str
    language: str
    body: str
    kind: str
    year: int | None
    specimen: bool
    worded: bool
    clauses: tuple[Said, ...]

    @property
    def digest(self) -> bytes:
        """The same for the same words in the same places."""
        said = (self.edition, self.language, self.body, self.kind, self.year, self.specimen, self.worded, self.clauses)
        return blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Standing(NamedTuple):
    """Whether a graph is the one that answers for its edition in its language, and from when to when, as the store knows."""

    chosen: bool
    since: str
    until: str


# --- what the graph says ----------------------------------------------------------------------------------------------

_ABOUT = (
    *(ELI + "realizes", RES + "language", RES + "specimen", RES + "factsOnly", RES + "body", RES + "kind", RES + "year"),
    PREFIXES["dcterms"] + "title",
)
_OF_PARTS = (RES + "text", RES + "role", RES + "heading", RES + "inSection")


def documents(store: ox.Store, base: str, graphs: Collection[str] | None = None) -> Iterator[Document]:
    """The text of each of *graphs* that is an expression of an edition; of every graph of the store without *graphs*."""
    for name, said in _statements(store, graphs).items():
        edition = next(iter(said[ELI + "realizes"].get(name, ())), "")
        if edition:
            yield _document(name, edition, said, base)


_Statements = dict[str, dict[str, list[str]]]  # property -> subject -> values


def _statements(store: ox.Store, graphs: Collection[str] | None) -> dict[str, _Statements]:
    """What is read of each graph: whole properties at once, or graph by graph where few are asked for."""
    import pyoxigraph as ox

    found: dict[str, _Statements] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for graph in [None] if graphs is None else [ox.NamedNode(name) for name in graphs]:
        for name in (*_ABOUT, *_OF_PARTS):
            for quad in store.quads_for_pattern(None, ox.NamedNode(name), None, graph):
                if not isinstance(quad.graph_name, ox.DefaultGraph) and not isinstance(quad.object, ox.Triple):
                    found[quad.graph_name.value][name][_value(quad.subject)].append(quad.object.value)
    return found


def _value(node: object) -> str:
    return str(getattr(node, "value", node))


def _document(name: str, edition: str, said: _Statements, base: str) -> Document:
    def one(prop: str, node: str) -> str:
        return min(said[prop].get(node, ("",)))

    key = edition.removeprefix(base)
    titles = said[PREFIXES["dcterms"] + "title"]
    clauses = []
    for node, texts in said[RES + "text"].items():
        part = node.removeprefix(f"{edition}/")
        role = one(RES + "role", node) or _role(part)
        if part != node and role not in _BESIDE:
            section = one(RES + "inSection", node) or node
            heading = one(RES + "heading", section) or one(PREFIXES["dcterms"] + "title", section)
            clauses += [Said(f"{key}/{part}", role, heading, text) for text in texts]
    for node, texts in titles.items():
        if node == edition:
            clauses += [Said(key, "title", "", text) for text in texts]
        elif node.startswith(f"{edition}/") and node not in said[RES + "text"]:
            clauses += [Said(node.removeprefix(base), one(RES + "role", node) or "heading", "", text) for text in texts]
    year = one(RES + "year", edition)[:4]
    return Document(
        name=name,
        edition=key,
        language=one(RES + "language", name),
        body=one(RES + "body", edition).rpartition("/")[2],
        kind=one(RES + "kind", edition) or ("" if "/" in key else "instrument"),
        year=int(year) if year.isdecimal() else None,
        specimen=one(RES + "specimen", name) == "true",
        worded=one(RES + "factsOnly", name) != "true",
        clauses=tuple(sorted(clauses)),
    )


def _role(part: str) -> str:
    """Of what has no role of its own: a footnote, or a provision."""
    return "footnote" if "fn" in part.split("/") else "provision"


def standings(store: ox.Store, base: str, known: Iterable[Document]) -> dict[str, Standing]:
    """Which of the graphs *known* answer for their edition: by the index, else, in a language, the first by its name."""
    import pyoxigraph as ox

    def objects(prop: str) -> dict[str, str]:
        return {_value(quad.subject): _value(quad.object) for quad in store.quads_for_pattern(None, ox.NamedNode(RES + prop), None)}

    answering, since, until = objects("answersFor"), objects("answersFrom"), objects("answersUntil")
    first: dict[tuple[str, str], str] = {}
    by_name = sorted(known, key=lambda document: (document.name not in answering, not document.worded, document.name))
    for document in by_name:
        first.setdefault((document.edition, document.language), document.name)
    span = {edition: (since.get(name, ""), until.get(name, "")) for name, edition in answering.items()}
    return {
        document.name: Standing(first[document.edition, document.language] == document.name, *span.get(base + document.edition, ("", "")))
        for document in by_name
    }


# --- the index --------------------------------------------------------------------------------------------------------


def bring(store: ox.Store, base: str, file: Path, before: Path | None, touched: Collection[str] | None = None) -> None:
    """Write the index of *store* as *file*, from that of the generation *before* where there is one; *touched* as for ``commit``."""
    old = None
    if before is not None:
        with suppress(sqlite3.Error):  # none, of another form, or damaged: made anew
            old = _Old.read(before, base)
    if old is not None and before is not None:
        with suppress(sqlite3.DatabaseError):
            _from(old, before, store, base, file, touched)
            return
    file.unlink(missing_ok=True)
    found = list(documents(store, base))
    with closing(sqlite3.connect(file)) as index:
        _fast(index)
        index.executescript(_TABLES)
        index.executemany("INSERT INTO about VALUES (?, ?)", [("form", FORM), ("base", base)])
        _put(index, found, 1)
        _stand(index, standings(store, base, found))
        index.execute("INSERT INTO words(words) VALUES ('optimize')")
        index.commit()


@dataclass(frozen=True, slots=True)
class _Old:
    """An index as it was: its graphs, without their clauses."""

    known: dict[str, Document]
    digests: dict[str, bytes]
    standings: dict[str, Standing]

    @classmethod
    def read(cls, file: Path, base: str) -> _Old:
        with closing(opened(file)) as index:
            about = dict(index.execute("SELECT name, value FROM about"))
            if about != {"form": FORM, "base": base}:
                raise sqlite3.DatabaseError("an index of another form")
            known, digests, standing = {}, {}, {}
            columns = "name, edition, language, body, kind, year, specimen, worded, digest, chosen, since, until"
            for row in index.execute(f"SELECT {columns} FROM expressions"):
                name, edition, language, body, kind, year, specimen, worded, digest, chosen, since, until = row
                known[name] = Document(name, edition, language, body, kind, year, bool(specimen), bool(worded), ())
                digests[name] = digest
                standing[name] = Standing(bool(chosen), since, until)
        return cls(known, digests, standing)


def _from(old: _Old, before: Path, store: ox.Store, base: str, file: Path, touched: Collection[str] | None) -> None:
    """The index as *file*, with what has changed since *old*."""
    found = {document.name: document for document in documents(store, base, touched)}
    changed = [document for document in found.values() if old.digests.get(document.name) != document.digest]
    looked_at = old.known if touched is None else set(old.known) & set(touched)
    gone = [name for name in looked_at if name not in found]
    known = {name: document for name, document in (old.known | found).items() if name not in gone}
    standing = standings(store, base, known.values())
    if not changed and not gone and standing == old.standings:
        _link(before, file)
        return
    shutil.copyfile(before, file)
    with closing(sqlite3.connect(file)) as index:
        _fast(index)
        for name in (*gone, *(document.name for document in changed)):
            _take_out(index, name)
        _put(index, changed, 1 + index.execute("SELECT coalesce(max(id), 0) FROM expressions").fetchone()[0])
        _stand(index, standing)
        index.commit()


def _fast(index: sqlite3.Connection) -> None:
    """Nobody reads the file yet, and a build that is killed leaves it to be swept away: no journal, no waiting for the disk."""
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
        index.execute(f"PRAGMA {setting}").fetchall()


def _put(index: sqlite3.Connection, found: Iterable[Document], first: int) -> None:
    for number, document in enumerate(found, first):
        row = (number, document.name, document.digest, document.edition, document.language, document.body, document.kind, document.year)
        index.execute(f"INSERT INTO expressions VALUES ({'?, ' * 8}?, ?, 0, '', '')", (*row, document.specimen, document.worded))
        start = 1 + index.execute("SELECT coalesce(max(id), 0) FROM clauses").fetchone()[0]
        index.executemany(
            "INSERT INTO clauses VALUES (?, ?, ?, ?, ?, ?)", [(start + i, number, *one) for i, one in enumerate(document.clauses)]
        )
        folded = [(start + i, fold(one.text), fold(one.heading)) for i, one in enumerate(document.clauses)]
        index.executemany("INSERT INTO words (rowid, text, heading) VALUES (?, ?, ?)", folded)


def _take_out(index: sqlite3.Connection, name: str) -> None:
    for (number,) in index.execute("SELECT id FROM expressions WHERE name = ?", (name,)).fetchall():
        index.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM clauses WHERE expression = ?)", (number,))
        index.execute("DELETE FROM clauses WHERE expression = ?", (number,))
        index.execute("DELETE FROM expressions WHERE id = ?", (number,))


def _stand(index: sqlite3.Connection, standing: dict[str, Standing]) -> None:
    rows = [(*one, name) for name, one in standing.items()]
    index.executemany("UPDATE expressions SET chosen = ?, since = ?, until = ? WHERE name = ?", rows)


def _link(before: Path, file: Path) -> None:
    """The same file under another name; a copy where the disk has no hard links."""
    try:
        os.link(before, file)
    except OSError:
        shutil.copyfile(before, file)


def opened(file: Path) -> sqlite3.Connection:
    """The index *file* for reading; it never changes once its generation is the current one."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


# --- is it in step? ---------------------------------------------------------------------------------------------------


def in_step(store: ox.Store, base: str, file: Path) -> bool:
    """Whether the index *file* is that of *store*, by its digests; ``sqlite3.Error`` where it is damaged."""
    old = _Old.read(file, base)
    found = list(documents(store, base))
    return old.digests == {one.name: one.digest for one in found} and old.standings == standings(store, base, found)


def faults(store: ox.Store, base: str, file: Path, folder: Path) -> list[str]:
    """What is wrong with the index *file* of *store*, in lines for a person; *folder* takes a copy for the time of the check.

    The file is read whole, FTS5 compares its index with the words, the words with those of the clauses, the clauses with the graph.
    """
    if not file.exists():
        return ["there is no full text"]
    copy = folder / "check.sqlite"
    try:
        shutil.copyfile(file, copy)
        with closing(sqlite3.connect(copy)) as index:
            broken = [str(row[0]) for row in index.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
            if broken:
                return [f"the full text is damaged ({' '.join(broken[0].split())})"]
            if dict(index.execute("SELECT name, value FROM about")) != {"form": FORM, "base": base}:
                return ["the full text is of another form"]
            index.execute("INSERT INTO words(words) VALUES ('integrity-check')")
            return list(_out_of_step(store, base, index))
    except (sqlite3.Error, OSError) as error:
        return [f"the full text is damaged ({error})"]


def _out_of_step(store: ox.Store, base: str, index: sqlite3.Connection) -> Iterator[str]:
    said: dict[str, list[Said]] = defaultdict(list)
    query = """SELECT e.name, c.key, c.role, c.heading, c.text, w.text, w.heading
               FROM clauses c JOIN expressions e ON e.id = c.expression LEFT JOIN words w ON w.rowid = c.id"""
    unlike = 0
    for name, key, role, heading, text, words, headings in index.execute(query):
        said[name].append(Said(key, role, heading, text))
        unlike += (words, headings) != (fold(text), fold(heading))
    lost = index.execute("SELECT count(*) FROM words").fetchone()[0] - sum(map(len, said.values()))
    if unlike or lost:
        yield f"the full text does not agree with itself in {unlike + abs(lost)} clauses"
    digests = dict(index.execute("SELECT name, digest FROM expressions"))
    standing = {name: Standing(bool(chosen), since, until)
                for name, chosen, since, until in index.execute("SELECT name, chosen, since, until FROM expressions")}  # fmt: skip
    found = {document.name: document for document in documents(store, base)}
    for names, what in ((set(found) - set(digests), "is not in the full text"), (set(digests) - set(found), "is only in the full text")):
        if names:
            yield f"{min(names)} {what}{f' (and {len(names) - 1} more)' if len(names) > 1 else ''}"
    both = [name for name in found if name in digests]
    stale = [name for name in both if digests[name] != found[name].digest or tuple(sorted(said[name])) != found[name].clauses]
    if stale:
        yield f"the full text of {min(stale)} is not that of the graph{f' (and {len(stale) - 1} more)' if len(stale) > 1 else ''}"
    if standing != standings(store, base, found.values()):
        yield "the full text does not know which editions answer"
