"""What is compared, and what a comparison finds: frozen, and the same for a text just read and for an edition of a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from resograph.keys import Key

KINDS = ("reworded", "moved", "renumbered", "split", "merged", "added", "dropped", "unchanged", "kept")
"""What can become of a clause.  ``reworded`` goes with ``moved`` or ``renumbered``; ``kept`` says that the words are not known."""

SAME, DROPPED, ADDED = "same", "dropped", "added"


# --- what is compared -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation of another text: its target, the words that cite it, its number in its part (that of its IRI)."""

    target: Key
    text: str = ""
    version: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Duty:
    """A norm (contract, section 4); ``number`` is its number in its part, ``action`` and ``condition`` are "" in facts."""

    modality: str
    force: str = ""
    addressees: tuple[str, ...] = ()
    counterparts: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    frequency: str = ""
    deadline: str = ""
    condition: str = ""
    action: str = ""
    part: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, footnote, note, figure or table: its own words (None in facts), what it cites, what it requires."""

    part: str
    role: str
    section: str = ""
    marker: str = ""
    text: str | None = None
    citations: tuple[Reference, ...] = ()
    duties: tuple[Duty, ...] = ()

    @property
    def family(self) -> str:
        """What it can be aligned with: "clause" for every clause, else its role ("footnote", "table")."""
        return self.role if self.role in BESIDE else "clause"


BESIDE = ("footnote", "note", "figure", "table")
"""Roles of what is compared beside the clauses."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section: its words, the title below it, whom it addresses."""

    part: str
    role: str
    words: str = ""
    title: str = ""
    addressees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    """One edition as it is compared: its parts in reading order.

    ``elsewhere`` are citations in parts that are not compared (opening, headings); ``expression`` is the IRI of what was read,
    ``file`` and ``sha256`` the source of it.  ``worded`` is false where the store holds facts without words.
    """

    key: Key
    title: str
    place: str
    language: str
    clauses: tuple[Clause, ...]
    headings: dict[str, Heading]
    elsewhere: tuple[tuple[str, Reference], ...] = ()
    expression: str = ""
    file: str = ""
    sha256: str = ""
    worded: bool = True

    @property
    def base(self) -> str:
        """What its identifiers begin with."""
        return self.expression.partition("expression/")[0]


# --- what is found --------------------------------------------------------------------------------------------------


class Edit(NamedTuple):
    """A run of words: ``same`` in both, ``dropped`` from the old, ``added`` in the new."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CitationChange:
    """What became of the citations of one work or provision: ``updated`` (to another edition), ``added``, ``dropped``."""

    kind: str
    work: Key
    old: tuple[Reference, ...] = ()
    new: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyChange:
    """What became of a norm: ``changed`` in *fields* (modality, force, addressees, ...), ``added``, ``dropped``."""

    kind: str
    old: Duty | None = None
    new: Duty | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadingChange:
    """A heading that was ``reworded``, ``added`` or ``dropped``."""

    kind: str
    old: Heading | None = None
    new: Heading | None = None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one clause; of several where one was split or some were merged.

    ``edits`` lead from the words of ``old`` to those of ``new`` (both joined by a blank); ``similarity`` is that of the words, 0 to
    1.  ``citations_only`` says that nothing was reworded but citations.
    """

    kinds: tuple[str, ...]
    old: tuple[Clause, ...] = ()
    new: tuple[Clause, ...] = ()
    edits: tuple[Edit, ...] = ()
    similarity: float | None = None
    citations: tuple[CitationChange, ...] = ()
    duties: tuple[DutyChange, ...] = ()
    citations_only: bool = False

    @property
    def same_words(self) -> bool:
        """Whether nothing is shown as changed: the words are the same, or not known."""
        return self.kinds[0] in ("unchanged", "kept") or ("reworded" not in self.kinds and self.kinds[0] in ("moved", "renumbered"))


@dataclass(frozen=True)
class Alignment:
    """Two editions, clause by clause: every clause of both stands in exactly one of ``changes``, in reading order of the new.

    ``sections`` leads from the parts of old sections to those that they became.  ``citations`` are those of the whole editions: a work
    that another clause cites now is not dropped.  ``notes`` say what the comparison rests on and what it leaves out.
    """

    old: Edition
    new: Edition
    changes: tuple[Change, ...]
    sections: dict[str, str] = field(default_factory=dict)
    headings: tuple[HeadingChange, ...] = ()
    citations: tuple[CitationChange, ...] = ()
    title: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind; one of several kinds counts in each."""
        return {kind: count for kind in KINDS if (count := sum(kind in change.kinds for change in self.changes))}

    @property
    def duties(self) -> tuple[DutyChange, ...]:
        """What became of the norms, in the order of the changes."""
        return tuple(duty for change in self.changes for duty in change.duties)
