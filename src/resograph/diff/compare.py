"""Two editions compared: which clause became which, and what that did to words, citations, norms and headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain

from resograph.diff.align import Link, align, in_order, name_of, tail
from resograph.diff.model import (
    ADDED,
    DROPPED,
    Alignment,
    Change,
    CitationChange,
    Clause,
    Duty,
    DutyChange,
    Edit,
    Edition,
    Heading,
    HeadingChange,
    Reference,
)
from resograph.diff.words import blocks, edits, wording
from resograph.keys import Key

_each = chain.from_iterable
COMPARED = ("modality", "force", "addressees", "counterparts", "beneficiaries", "frequency", "deadline", "condition")
"""What of a norm is compared; its act is in the words of the clause."""

_PARTNER = 2  # clauses that two sections must share to be one section under another heading


def compare(old: Edition, new: Edition) -> Alignment:
    """What changed from *old* to *new*; where the words of one are unknown, by key, citations and norms only."""
    worded = old.worded and new.worded and old.language == new.language
    links = align(old, new, worded=worded)
    sections = _sections(old, new, links, worded)
    stayed = _stayed(old, links)
    ways = {link: _moved(link, old, new, sections, stayed) for link in links}
    changes = [_change(link, old, new, worded=worded, moved=ways[link]) for link in _ordered(ways, old, new, sections)]
    return Alignment(
        old=old,
        new=new,
        changes=tuple(changes),
        sections=sections,
        headings=tuple(_headings(old, new, sections, worded)),
        citations=tuple(_citations(_references(old), _references(new))),
        title=edits(old.title, new.title) if wording(old.title) != wording(new.title) else (),
        notes=tuple(_notes(old, new)),
    )


def _notes(old: Edition, new: Edition) -> Iterable[str]:
    for edition in (old, new):
        if not edition.worded:
            yield f"the store holds no words of {edition.key}: clauses are compared by heading and number, citations and norms"
    if old.language != new.language:
        yield f"{old.key} is in {old.language!r}, {new.key} in {new.language!r}: their words are not compared"
    if old.key.work != new.key.work:
        yield f"two works are compared: {old.key.work} and {new.key.work}"
    elif old.key.year and new.key.year and old.key.year > new.key.year:
        yield f"{old.key} is the later edition: what is shown as added was dropped since"


def _ordered(ways: dict[Link, str], old: Edition, new: Edition, sections: dict[str, str]) -> list[Link]:
    """The links in reading order of the new text, what stands beside clauses at the end.

    What was dropped stands in the section that its own became, after what it followed there; else, with all that was dropped of its
    section, behind the section before.
    """
    runs, run_of = _runs(new)
    stands = {i: min(link.new) for link, way in ways.items() if link.new and way != "moved" for i in link.old}
    places: dict[int, tuple[int, ...]] = {}
    within: dict[str, int] = {}
    behind = -1
    for i, clause in enumerate(old.clauses):
        if i in stands:
            within[clause.section] = stands[i]
            behind = max(behind, runs[stands[i]]) if clause.family == "clause" else behind
        elif sections.get(clause.section) in run_of:
            places[i] = (run_of[sections[clause.section]], 0, within.get(clause.section, -1), 1, i)
        else:
            places[i] = (behind, 1, i)

    def place(link: Link) -> tuple[bool, tuple[int, ...]]:
        clause = new.clauses[min(link.new)] if link.new else old.clauses[link.old[0]]
        where = (runs[min(link.new)], 0, min(link.new), 0) if link.new else places[link.old[0]]
        return clause.family != "clause", where

    return sorted(ways, key=place)


def _runs(edition: Edition) -> tuple[list[int], dict[str, int]]:
    """For each clause the number of its section in reading order, and of each section the first such number."""
    runs: list[int] = []
    first: dict[str, int] = {}
    section: str | None = None
    for clause in edition.clauses:
        if clause.family == "clause" and clause.section != section:
            section = clause.section
            runs.append(runs[-1] + 1 if runs else 0)
            first.setdefault(section, runs[-1])
        else:
            runs.append(runs[-1] if runs else 0)
    return runs, first


# --- sections ---------------------------------------------------------------------------------------------------------


def _sections(old: Edition, new: Edition, links: Iterable[Link], worded: bool) -> dict[str, str]:
    """Old sections and the new ones that they became: by the same name, else the same verb and addressees, else their clauses."""
    found: dict[str, str] = {}
    for by_words in (True, False) if worded else (False,):
        taken = set(found.values())
        names: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for part, heading in reversed(new.headings.items()):
            if part not in taken:
                names[name_of(heading, worded=by_words)].append(part)
        for part, heading in old.headings.items():
            if part not in found and names[name_of(heading, worded=by_words)]:
                found[part] = names[name_of(heading, worded=by_words)].pop()
    shared: Counter[tuple[str, str]] = Counter()
    for link in links:
        for before, after in {(old.clauses[i].section, new.clauses[j].section) for i in link.old for j in link.new}:
            shared[before, after] += 1
    size = Counter(clause.section for clause in old.clauses)
    taken = set(found.values())
    for (before, after), count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        enough = count >= min(_PARTNER, size[before])
        if before and after and before not in found and after not in taken and enough:
            found[before] = after
            taken.add(after)
    return found


def _headings(old: Edition, new: Edition, sections: dict[str, str], worded: bool) -> Iterable[HeadingChange]:
    """Headings that were reworded, added or dropped, in reading order of the new text."""
    back = {after: before for before, after in sections.items()}
    for part, heading in new.headings.items():
        before = old.headings.get(back.get(part, ""))
        if before is None:
            yield HeadingChange("added", None, heading, (Edit(ADDED, full(heading)),) if full(heading) else ())
        elif worded and wording(full(before)) != wording(full(heading)):
            yield HeadingChange("reworded", before, heading, edits(full(before), full(heading)))
    for part, heading in old.headings.items():
        if part not in sections:
            yield HeadingChange("dropped", heading, None, (Edit(DROPPED, full(heading)),) if full(heading) else ())


def full(heading: Heading) -> str:
    """The words of a heading with its title."""
    return " - ".join(filter(None, (heading.words, heading.title)))


# --- moves ------------------------------------------------------------------------------------------------------------


def _stayed(old: Edition, links: Iterable[Link]) -> set[int]:
    """The old clauses that stand in the same order in the new text; what stands beside the clauses has no order."""
    pairs = sorted((link.old[0], link.new[0]) for link in links if len(link.old) == len(link.new) == 1)
    pairs = [(i, j) for i, j in pairs if old.clauses[i].family == "clause"]
    rising = in_order([j for _, j in pairs])
    return {i for index, (i, _) in enumerate(pairs) if index in rising}


def _moved(link: Link, old: Edition, new: Edition, sections: dict[str, str], stayed: set[int]) -> str:
    """ "moved" into another section or out of its order, "renumbered" where it stayed and its number did not, else ""."""
    if len(link.old) != 1 or len(link.new) != 1:
        return ""
    before, after = old.clauses[link.old[0]], new.clauses[link.new[0]]
    if before.family == "clause" and (link.old[0] not in stayed or sections.get(before.section) != after.section):
        return "moved"
    return "renumbered" if tail(before) != tail(after) else ""


# --- one change -------------------------------------------------------------------------------------------------------


def _change(link: Link, old: Edition, new: Edition, *, worded: bool, moved: str) -> Change:
    before, after = tuple(old.clauses[i] for i in link.old), tuple(new.clauses[j] for j in link.new)
    citations = tuple(_citations(_each(clause.citations for clause in before), _each(clause.citations for clause in after)))
    duties = tuple(_duties(_each(clause.duties for clause in before), _each(clause.duties for clause in after)))
    said, says = _text(before), _text(after)
    runs: tuple[Edit, ...] = ()
    kinds: tuple[str, ...]
    if not after:
        kinds, runs = ("dropped",), (Edit(DROPPED, said),)
    elif not before:
        kinds, runs = ("added",), (Edit(ADDED, says),)
    elif len(before) > 1 or len(after) > 1:
        kinds = tuple(kind for kind, some in (("split", after), ("merged", before)) if len(some) > 1)
        runs = edits(_text(_by_place(before, says)), says)
    elif not worded:
        kinds = (moved or "kept",)
    elif wording(said) != wording(says):
        kinds, runs = tuple(filter(None, ("reworded", moved))), edits(said, says)
    else:
        kinds, runs = (moved or "unchanged",), (Edit("same", says),)
    only = "reworded" in kinds and _without_citations(before, said) == _without_citations(after, says)
    return Change(kinds, before, after, tuple(run for run in runs if run.text), link.similarity, citations, duties, only)


def _text(clauses: Iterable[Clause]) -> str:
    return " ".join(clause.text or "" for clause in clauses)


def _by_place(clauses: Iterable[Clause], text: str) -> list[Clause]:
    """*clauses* in the order in which their words stand in *text*."""
    words = wording(text)

    def place(clause: Clause) -> int:
        return max(blocks(wording(clause.text or ""), words), key=lambda block: block[2], default=(0, 0, 0))[1]

    return sorted(clauses, key=place)


def _without_citations(clauses: Iterable[Clause], text: str) -> tuple[str, ...]:
    """What *text* says beside the editions that it cites."""
    for reference in sorted(_each(clause.citations for clause in clauses), key=lambda reference: -len(reference.text)):
        if reference.text:
            text = text.replace(reference.text, f" {str(reference.target.work).replace('/', ' ')} ")
    return wording(text)


# --- citations --------------------------------------------------------------------------------------------------------


def _references(edition: Edition) -> list[Reference]:
    """Every citation of another text in *edition*."""
    return [*_each(clause.citations for clause in edition.clauses), *(reference for _, reference in edition.elsewhere)]


def _citations(old: Iterable[Reference], new: Iterable[Reference]) -> Iterable[CitationChange]:
    """What became of the works and provisions cited, in the order in which they are cited; what is cited as before is left out."""
    before, after = _by_work(old), _by_work(new)
    for work in dict.fromkeys([*before, *after]):
        mine, theirs = before.get(work, []), after.get(work, [])
        if not theirs:
            yield CitationChange("dropped", work, tuple(mine), ())
        elif not mine:
            yield CitationChange("added", work, (), tuple(theirs))
        elif {_cites(one) for one in mine} != {_cites(one) for one in theirs}:
            yield CitationChange("updated", work, tuple(mine), tuple(theirs))


def _by_work(references: Iterable[Reference]) -> dict[Key, list[Reference]]:
    found: dict[Key, list[Reference]] = {}
    for reference in references:
        some = found.setdefault(reference.target.work, [])
        if _cites(reference) not in map(_cites, some):
            some.append(reference)
    return found


def _cites(reference: Reference) -> tuple[int | None, str]:
    """The edition that is cited; another part of the same edition is no update."""
    return reference.target.year, reference.version


# --- norms ------------------------------------------------------------------------------------------------------------


def _duties(old: Iterable[Duty], new: Iterable[Duty]) -> Iterable[DutyChange]:
    """What became of the norms of a clause: each paired with the one most like it; what is as before is left out."""
    old, left = list(old), list(new)
    partners: dict[int, Duty] = {}
    for rule in (_equal, _same_who, _same_modality, lambda *_: True):
        for at, duty in enumerate(old):
            found = next((other for other in left if rule(duty, other)), None) if at not in partners else None
            if found is not None:
                partners[at] = found
                left.remove(found)
    for at, duty in enumerate(old):
        if at not in partners:
            yield DutyChange("dropped", duty, None)
        elif fields := tuple(name for name in COMPARED if _compared(duty, name) != _compared(partners[at], name)):
            yield DutyChange("changed", duty, partners[at], fields)
    yield from (DutyChange("added", None, duty) for duty in left)


def _equal(one: Duty, other: Duty) -> bool:
    return all(_compared(one, name) == _compared(other, name) for name in COMPARED)


def _compared(duty: Duty, name: str) -> object:
    """Of a condition only whether there is one: its words are in those of the clause."""
    return bool(duty.condition) if name == "condition" else getattr(duty, name)


def _same_who(one: Duty, other: Duty) -> bool:
    return one.modality == other.modality and bool({*one.addressees} & {*other.addressees} or one.addressees == other.addressees)


def _same_modality(one: Duty, other: Duty) -> bool:
    return one.modality == other.modality
