"""What every form of a comparison says: names, counts, one line for each citation and duty, changes by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resograph.diff.compare import full
from resograph.diff.model import (
    ADDED,
    DROPPED,
    SAME,
    Alignment,
    Change,
    CitationChange,
    Clause,
    Duty,
    DutyChange,
    Edit,
    Edition,
    Heading,
    Reference,
)
from resograph.diff.words import shared
from resograph.serve.names import key_name, part_name

SAID = {"kept": "same number"}  # kinds that are not said by their own name
_AROUND = 8  # words of an unchanged run that stay beside a change


def named(edition: Edition) -> str:
    """ "PP Resolution 25 (Dubai, 2018)"."""
    where = ", ".join(filter(None, (edition.place, str(edition.key.year or ""))))
    return f"{key_name(edition.key.work)} ({where})" if where else key_name(edition.key.work)


def summary(alignment: Alignment) -> list[str]:
    """The comparison in two or three lines: how many clauses of which kind, citations, duties."""
    changes, counts = alignment.changes, alignment.counts
    changed = [f"{counts[kind]} {kind}" for kind in ("reworded", "split", "merged", "added", "dropped") if kind in counts]
    only = sum(change.citations_only for change in changes)
    if only:
        changed[0] += f" ({only} only in what {'it cites' if only == 1 else 'they cite'})"
    alone = {kind: sum(change.kinds == (kind,) for change in changes) for kind in ("moved", "renumbered", "unchanged", "kept")}
    elsewhere = ", ".join(f"{alone[kind]} {kind}" for kind in ("moved", "renumbered") if alone[kind])
    words = "Same number, words not known" if alone["kept"] else "Same words"
    lines = [
        f"{len(alignment.old.clauses)} clauses and notes before, {len(alignment.new.clauses)} after: {', '.join(changed) or 'none changed'}.",
    ]
    if any(alone.values()):
        lines.append(f"{words}: {sum(alone.values())}{f' ({elsewhere})' if elsewhere else ''}.")
    for what, counted in (("Citations", _counted(alignment.citations)), ("Duties", _counted(alignment.duties))):
        if counted:
            lines.append(f"{what}: {counted}.")
    return lines


def _counted(changes: Sequence[CitationChange] | Sequence[DutyChange]) -> str:
    kinds = [change.kind for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("updated", "changed", "added", "dropped") if kind in kinds)


# --- one line -----------------------------------------------------------------------------------------------------------


def parts(clauses: Sequence[Clause]) -> str:
    """ "resolves 2 i)", "noting c), noting also a)"."""
    return ", ".join(part_name(clause.part) for clause in clauses)


def label(change: Change) -> str:
    """Where a clause stands, and where it stood if elsewhere: "resolves 5 (was resolves 4)"."""
    if not change.old or not change.new:
        return parts(change.new or change.old)
    old, new = parts(change.old), parts(change.new)
    return new if old == new else f"{new} (was {old})"


def kinds(change: Change) -> str:
    """ "reworded, renumbered"; "unchanged" where the number is the same and the words are."""
    return ", ".join(SAID.get(kind, kind) for kind in change.kinds)


def cited(change: CitationChange) -> str:
    """ "PP Resolution 167: 2018 -> 2022"; of a work that is cited on one side only, its name and editions."""
    name = key_name(change.work)
    before, after = (_editions(some) for some in (change.old, change.new))
    if change.kind == "updated":
        return f"{name}: {before} \u2192 {after}"
    return f"{name} ({before or after})" if any(reference.target.year for reference in (*change.old, *change.new)) else name


def _editions(references: Sequence[Reference]) -> str:
    said = [f"{r.target.year or 'no edition'}{f' version {r.version}' if r.version else ''}" for r in references]
    return ", ".join(dict.fromkeys(sorted(said)))


def who(duty: Duty) -> str:
    """Who must do it: "tsag, rag"; "nobody named"."""
    return ", ".join(duty.addressees) or "nobody named"


def told(change: DutyChange) -> str:
    """ "obligation of council (annual)", "modality: recommendation -> obligation"."""
    if change.old and change.new:
        return "; ".join(f"{name}: {_value(change.old, name)} \u2192 {_value(change.new, name)}" for name in change.fields)
    duty = change.new or change.old
    assert duty is not None
    when = ", ".join(filter(None, (duty.frequency, duty.deadline)))
    return f"{duty.modality}: {who(duty)}" + (f" ({when})" if when else "")


def _value(duty: Duty, name: str) -> str:
    value = getattr(duty, name)
    return (", ".join(value) if isinstance(value, tuple) else str(value)) or "none"


# --- words --------------------------------------------------------------------------------------------------------------


def shortened(edits: Sequence[Edit]) -> list[Edit]:
    """*edits* with long unchanged runs cut to the words beside a change."""
    found = []
    for at, (kind, text) in enumerate(edits):
        words = text.split(" ")
        head, end = (_AROUND if at else 0), (_AROUND if at + 1 < len(edits) else 0)
        if kind == SAME and len(words) > head + end + 4:
            text = " ".join(filter(None, (" ".join(words[:head]), "\u2026", " ".join(words[len(words) - end :]))))
        found.append(Edit(kind, text))
    return found


def by_clause(change: Change) -> list[tuple[Clause, tuple[Edit, ...]]]:
    """Each new clause of *change* (or the old one that was dropped) with the edits that lead to its words."""
    if len(change.new) < 2:
        return [((change.new or change.old)[0], change.edits)]
    pieces = shared(change.edits, [len(clause.text or "") for clause in change.new])
    return list(zip(change.new, pieces, strict=True))


# --- by section -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the new text (or one that was dropped) with its changes; ``heading`` leads from the old words to the new."""

    heading: tuple[Edit, ...]
    changes: tuple[Change, ...]


def by_section(alignment: Alignment) -> Iterator[Group]:
    """The changes under the headings of the new text; what was dropped with its section under the heading of the old."""
    edits = {heading: change.edits for change in alignment.headings for heading in (change.new or change.old,)}
    at: Heading | str | None = None
    waiting: list[Change] = []
    for change in alignment.changes:
        place = _heading(alignment, change)
        if place != at and waiting and at is not None:
            yield Group(_runs(at, edits), tuple(waiting))
            waiting = []
        at = place
        waiting.append(change)
    if waiting and at is not None:
        yield Group(_runs(at, edits), tuple(waiting))


def _heading(alignment: Alignment, change: Change) -> Heading | str:
    """The heading that *change* stands under, else the family of its clause."""
    clause = (change.new or change.old)[0]
    if change.new:
        return alignment.new.headings.get(clause.section) or clause.family
    became = alignment.new.headings.get(alignment.sections.get(clause.section, ""))
    return became or alignment.old.headings.get(clause.section) or clause.family


def _runs(place: Heading | str, edits: dict[Heading | None, tuple[Edit, ...]]) -> tuple[Edit, ...]:
    if isinstance(place, str):
        return (Edit(SAME, {"clause": "no heading"}.get(place, f"{place}s")),)
    return edits.get(place) or (Edit(SAME, full(place) or part_name(place.part)),)


def marked(edits: Sequence[Edit]) -> str:
    """*edits* as plain text: [-dropped-] and {+added+}, as wdiff writes them."""
    form = {SAME: "{}", DROPPED: "[-{}-]", ADDED: "{{+{}+}}"}
    return "".join(_apart(form[kind], text) for kind, text in edits).strip()


def _apart(form: str, text: str) -> str:
    """The blank before a run stands before its mark."""
    lead = text[: len(text) - len(text.lstrip())]
    return lead + form.format(text[len(lead) :]) if text.strip() else lead
