"""What the pages of the basic instruments show: the whole, a chapter or article, a provision with who cites it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from resograph.dataset import Dataset
from resograph.keys import Key
from resograph.names import cited
from resograph.serve import queries, views
from resograph.serve.names import Link, Names, part_name, provision_number
from resograph.serve.views import Citing

_LEVELS = {"chapter": 2, "section": 3, "article": 4}
_WORDS = {"no": "No."}


@dataclass(frozen=True, slots=True)
class Part:
    """A division or a provision: what it is called, its words, the conferences that amended it, who cites it."""

    part: str
    href: str
    key: str
    name: str
    title: str
    is_provision: bool
    level: int
    depth: int
    marker: str
    text: str
    suppressed: bool
    amended: tuple[Link, ...]
    cited_by: tuple[Citing, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of an instrument, or of one part of it with what stands in it (``part``).

    ``around`` are the divisions that the part stands in, the outermost first; ``before`` and ``after`` the provisions beside it.
    """

    iri: str
    name: str
    title: str
    href: str
    language: str
    facts: bool
    file: str
    part: Part | None
    around: tuple[Link, ...]
    before: Link | None
    after: Link | None
    parts: tuple[Part, ...]
    count: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An instrument in the list of what is loaded."""

    link: Link
    key: str
    facts: bool


def held(store: Dataset, names: Names) -> list[Held]:
    """The instruments that the store holds."""
    return [
        Held(names.link(row["edition"], views.label(store, row["concept"])), names.key(row["edition"]), row["facts"] == "true")
        for row in queries.rows(store, queries.INSTRUMENTS)
    ]


def named(words: str, known: list[Held], names: Names) -> Link | None:
    """The provision of a held instrument that *words* cite."""
    key = cited(words) if words else None
    if key is None or not key.instrument or key.instrument not in {one.key for one in known}:
        return None
    return names.link(f"{names.base}{key}")


def page(store: Dataset, names: Names, iri: str, part: str, expression: str) -> Page | None:
    """The page of *part* of the instrument *iri* ("" for the whole), read from *expression*; None where there is no such thing."""
    header = next(queries.rows(store, queries.INSTRUMENTS, expression=expression, edition=iri), None)
    if header is None:
        return None
    ask = partial(queries.rows, store, expression=expression)
    amended: dict[str, list[Link]] = defaultdict(list)
    for row in ask(queries.AMENDED):
        amended[row["me"]].append(names.link(row["conference"], row["code"]))
    citing = _cited(store, names, iri)
    rows = {row["me"]: row for row in ask(queries.PROVISIONS)}
    depths = _depths(rows)
    everything = {me: _part(names, row, depths[me], amended[me], citing[me]) for me, row in rows.items()}
    chosen = f"{names.base}{names.key(iri)}/{part}" if part else iri
    if part and chosen not in rows:
        return None
    inside = [one for me, one in everything.items() if not part or chosen in _line(rows, me)]
    provisions = [one for one in everything.values() if one.is_provision]
    mine = everything.get(chosen)
    at = provisions.index(mine) if mine and mine.is_provision else -1
    around = list(_line(rows, chosen))[:0:-1] if part else []
    source = next((row["file"] for row in views.expressions(store, iri) if row["expression"] == expression), "")
    return Page(
        iri=iri,
        name=names.name(iri),
        title=views.label(store, header["concept"]),
        href=names.href(iri),
        language=header["language"],
        facts=header["facts"] == "true",
        file=source,
        part=mine,
        around=tuple(Link(everything[me].name, everything[me].href, everything[me].title) for me in around if me in everything),
        before=_link(provisions[at - 1]) if at > 0 else None,
        after=_link(provisions[at + 1]) if 0 <= at < len(provisions) - 1 else None,
        parts=tuple(_together(inside)),
        count=_counts([rows[me] for me in rows if not part]),
    )


def _link(part: Part) -> Link:
    return Link(part.name, part.href)


def _line(rows: dict[str, queries.Row], me: str) -> Iterator[str]:
    """*me* and what it stands in, the innermost first."""
    seen: set[str] = set()
    while me not in seen:
        seen.add(me)
        yield me
        me = rows[me]["within"] if me in rows else me


def _cited(store: Dataset, names: Names, iri: str) -> defaultdict[str, list[Citing]]:
    """Who cites each part of the instrument, each place once."""
    out: defaultdict[str, dict[str, Citing]] = defaultdict(dict)
    found = list(queries.rows(store, queries.CITING_INSTRUMENT, instrument=iri))
    for row in sorted(found, key=lambda row: views.in_order(names.key(row["carrier"]))):
        out[row["target"]].setdefault(row["carrier"], views.citing_place(names, row))
    return defaultdict(list, {target: list(places.values()) for target, places in out.items()})


def _part(names: Names, row: queries.Row, depth: int, amended: list[Link], cited_by: list[Citing]) -> Part:
    key = Key.parse(names.key(row["me"]))
    number = provision_number(key)
    unit = _WORDS.get(row["unit"], row["unit"].capitalize())
    heading = key.part.rpartition("/")[2] if key.unit else key.part
    named = f"{unit} {number}" if row["unit"] else "" if key.unit else part_name(heading).capitalize()
    return Part(
        part=row["part"],
        href=names.href(row["me"]),
        key=str(key),
        name=named or row["title"] or part_name(heading),
        title=row["title"] if named else "",
        is_provision=row["unit"] == "no",
        level=_LEVELS.get(row["unit"], 5 if key.unit else 2),
        depth=depth,
        marker=row["marker"],
        text=row["text"],
        suppressed=row["suppressed"] == "true",
        amended=tuple(amended),
        cited_by=tuple(cited_by),
    )


def _together(parts: list[Part]) -> Iterator[Part]:
    """*parts*, those in one line that one amendment suppressed one after the other."""
    run: list[Part] = []
    for part in [*parts, None]:
        if run and (part is None or not (part.is_provision and part.suppressed) or part.amended != run[0].amended):
            first, last = run[0], run[-1]
            cited_by = tuple(one for each in run for one in each.cited_by)
            name = f"Nos. {first.name.removeprefix('No. ')} to {last.name.removeprefix('No. ')}"
            yield replace(first, name=name, cited_by=cited_by) if len(run) > 1 else first
            run = []
        if part is not None and part.is_provision and part.suppressed:
            run.append(part)
        elif part is not None:
            yield part


def _depths(rows: dict[str, queries.Row]) -> dict[str, int]:
    """How far each provision is set in: a paragraph ("2", "2 1)") least, then "1)", then "a)" and dashes; "2 bis)" as the "2" before it."""
    out: dict[str, int] = {}
    last: dict[str, int] = {}
    for me, row in rows.items():
        first, _, rest = row["marker"].partition(" ")
        depth = 1 if not first or first.isdigit() else 2 if first[0].isdigit() else 3
        out[me] = last.get(first, depth) if rest and rest[0].isalpha() and first.isdigit() else depth
        last[first.rstrip(")")] = out[me]
    return out


def _counts(rows: list[queries.Row]) -> tuple[tuple[str, int], ...]:
    """How many chapters, articles and provisions there are, and how many numbers are suppressed."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found["suppressed " * (row["suppressed"] == "true") + row["unit"]] += 1
    names = (("chapters", "chapter"), ("articles", "article"), ("provisions", "no"), ("suppressed numbers", "suppressed no"))
    return tuple((name, found[unit]) for name, unit in names if found[unit])
