"""Measure extraction against hand-made gold: precision, recall and F1 by document and in all.

Gold files are JSON in the form of the contract, keys and values without sentences (tests/gold/README.md).  What counts
as the same thing:

    header      key, work, place, year, revised, title (8 words)  sections    part and role
    clauses     part, role and marker                           footnotes   part and the part it stands on
    citations   part and target                                 norms       part, modality and the set of addressees
    times       part with its frequency or deadline             terms       abbreviation and first words of the meaning
    counterparts  part and counterpart                          sectors     part with its set of Sectors
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resograph.errors import UnreadableError
from resograph.files import write_whole
from resograph.form import record
from resograph.pipeline import parse_source
from resograph.read import read
from resograph.text import plain

WHAT = ("header", "sections", "clauses", "footnotes", "citations", "norms", "times", "counterparts", "terms", "sectors")


_LISTS = ("sections", "clauses", "footnotes", "citations", "norms", "terms")


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, things in the gold, things found."""

    hits: int = 0
    gold: int = 0
    found: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.gold + other.gold, self.found + other.found)

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.found) if self.gold + self.found else 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the gold has and the program has not ("missed"), or the other way round ("extra")."""

    document: str
    what: str
    kind: str
    item: str
    words: str


def _folded(text: object) -> str:
    return " ".join(plain(str(text or "")).split()).casefold()


def things(entry: Mapping[str, Any]) -> dict[str, list[Hashable]]:
    """What one record holds, as comparable things."""
    terms = entry.get("terms", ())
    header: list[Hashable] = [(name, _folded(entry.get(name))) for name in ("key", "work", "place", "year", "revised")]
    return {
        "header": [*header, ("title", " ".join(_folded(entry.get("title")).split()[:8]))],
        "sections": [(s["part"], s["role"]) for s in entry["sections"]],
        "clauses": [(c["part"], c["role"], _folded(c["marker"]).replace("\u2013", "-")) for c in entry["clauses"]],
        "footnotes": [(f["part"], f["on"]) for f in entry["footnotes"]],
        "citations": [(c["part"], c["target"]) for c in entry["citations"]],
        "norms": [(n["part"], n["modality"], tuple(sorted(n["addressees"]))) for n in entry["norms"]],
        "times": [(n["part"], kind, n[kind]) for n in entry["norms"] for kind in ("frequency", "deadline") if n.get(kind)],
        "counterparts": [(n["part"], actor) for n in entry["norms"] for actor in n.get("counterparts", ())],
        "terms": [(t["abbreviation"], _folded(t["meaning"]).split("\u2026")[0].strip()[:24]) for t in terms],
        "sectors": [(c["part"], tuple(sorted(c.get("sectors", ())))) for c in entry["clauses"]],
    }


def compare(gold: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Score, list[Difference]]]:
    """For each kind of thing: the score and the differences."""
    words = {clause["part"]: clause["text"] for clause in found["clauses"]}
    expected, got = things(gold), things(found)
    for what in WHAT:
        a, b = Counter(expected[what]), Counter(got[what])
        hits = sum((a & b).values())
        differences = [
            Difference(str(gold["key"]), what, kind, str(item), words.get(item[0], "") if isinstance(item, tuple) else "")
            for kind, rest in (("missed", a - b), ("extra", b - a))
            for item in rest.elements()
        ]
        yield what, Score(hits, sum(a.values()), sum(b.values())), differences


def gold_files(folder: Path) -> list[Path]:
    """The gold files below *folder*."""
    return sorted(path for path in folder.rglob("*.json"))


def gold_records(path: Path) -> list[dict[str, Any]]:
    """The records of a gold file: it holds one object or a list of them."""
    content = json.loads(path.read_text("utf-8"))
    return content if isinstance(content, list) else [content]


def evaluate(gold: Path, documents: Iterable[Path]) -> Iterator[tuple[str, dict[str, Score], list[Difference]]]:
    """Score each gold file below *gold* whose document lies below one of *documents*: (name, scores, differences)."""
    roots = list(documents)
    for path in gold_files(gold):
        expected = gold_records(path)
        source = next((root / str(expected[0]["source"]) for root in roots if (root / str(expected[0]["source"])).is_file()), None)
        if source is None:
            continue
        try:
            found = [record(resolution) for resolution in parse_source(read(source))]
        except UnreadableError:
            found = []
        by_key = {entry["key"]: entry for entry in found}
        scores = {what: Score() for what in WHAT}
        differences: list[Difference] = []
        for n, entry in enumerate(expected):
            mine = by_key.get(entry["key"]) or (found[n] if n < len(found) else None)
            if mine is None:
                mine = {name: [] for name in _LISTS}
            for what, score, different in compare(entry, mine):
                scores[what] += score
                differences += different
        name = str(path.relative_to(gold).with_suffix(""))
        yield name, scores, [replace(difference, document=name) for difference in differences]


def changes(before: Iterable[Difference], now: Iterable[Difference]) -> Iterator[tuple[str, Difference]]:
    """What a change of rules did: ("gained", a difference that is gone), then ("lost", a difference that is new)."""
    old, new = ({_identity(difference): difference for difference in run} for run in (before, now))
    yield from (("gained", difference) for identity, difference in old.items() if identity not in new)
    yield from (("lost", difference) for identity, difference in new.items() if identity not in old)


def _identity(difference: Difference) -> tuple[str, str, str, str]:
    return difference.document, difference.what, difference.kind, difference.item


def keep(run: Iterable[Difference], path: Path) -> None:
    """Write the differences of a *run* to the file *path*, without the words of the documents."""
    write_whole(path, (json.dumps([_identity(difference) for difference in run], ensure_ascii=False, indent=0) + "\n").encode())


def kept(path: Path) -> list[Difference]:
    """The differences that ``keep`` wrote; ``UnreadableError`` for any other file."""
    try:
        return [
            Difference(str(document), str(what), str(kind), str(item), "")
            for document, what, kind, item in json.loads(path.read_text("utf-8"))
        ]
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableError(f"{path}: holds no kept run; make one with 'resograph evaluate ... --save before.json'") from error
