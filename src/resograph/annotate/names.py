"""Find names of the vocabulary in text, the longest first, with one Aho-Corasick automaton for all labels.

A capital in a label must be a capital in the text; a small letter may be either (contract of ontology/vocabularies).
"group(s)" reads as "groups".  Offsets are those of the plain text given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

import ahocorasick

# Characters that join word characters to one word: "ITU" is no name in "ITU-T", "Council" none in "Council's".
_JOINS = frozenset("'&.-")
_PLURAL = re.compile(r"(?<=u)x\b|(?<=[^\Wsu])s\b")  # "groups", "Bureaux"
_MANY = 4  # plurals of a label that are also tried in the form "group(s)"


@dataclass(frozen=True, slots=True)
class Name:
    """A label found: where, which label, whose it is."""

    start: int
    end: int
    label: str
    owner: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A label ready for comparing: where it has capitals that the text must have."""

    capitals: tuple[tuple[int, str], ...]
    label: str
    owner: str


class Names:
    """A set of labels to look for; build once, use for many texts."""

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        found: dict[str, list[_Entry]] = defaultdict(list)
        for label, owner in labels:
            for form in _forms(label):
                capitals = tuple((at, sign) for at, sign in enumerate(form) if sign.isupper())
                found[form.lower()].append(_Entry(capitals, label, owner))
        self._labels = ahocorasick.Automaton()
        for form, entries in found.items():
            # Among labels of one form the one with more capitals: it fits more narrowly.
            self._labels.add_word(form, (len(form), sorted(entries, key=lambda e: (-len(e.capitals), e.label, e.owner))))
        self._labels.make_automaton()

    def find(self, text: str) -> Iterator[Name]:
        """The names in *text*, left to right, never overlapping; of those that begin at one place the longest."""
        lower = text.lower()
        if len(lower) != len(text):  # a letter that is longer in lower case would move the offsets
            lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
        if not len(self._labels):
            return
        best: dict[int, Name] = {}
        for last, (size, entries) in self._labels.iter(lower):
            start, end = last + 1 - size, last + 1
            if not _alone(lower, start, end) or (start in best and best[start].end >= end):
                continue
            for entry in entries:
                if all(text[start + at] == sign for at, sign in entry.capitals):
                    best[start] = Name(start, end, entry.label, entry.owner)
                    break
        after = 0
        for start in sorted(best):
            if start >= after:
                yield best[start]
                after = best[start].end


def _forms(label: str) -> Iterator[str]:
    """The label, and with each choice of its plurals in parentheses: "group(s) of the Sectors"."""
    ends = [found.span() for found in islice(_PLURAL.finditer(label), _MANY)]
    for chosen in product((False, True), repeat=len(ends)):
        form = label
        for (start, end), damaged in reversed(list(zip(ends, chosen, strict=True))):
            if damaged:
                form = f"{form[:start]}({form[start:end]}){form[end:]}"
        yield form


def _alone(text: str, start: int, end: int) -> bool:
    """Whether the characters *start* to *end* are whole words."""
    if start and (text[start - 1].isalnum() or (start > 1 and text[start - 1] in _JOINS and text[start - 2].isalnum())):
        return False
    if end == len(text):
        return True
    return not (text[end].isalnum() or (end + 1 < len(text) and text[end] in _JOINS and text[end + 1].isalnum()))
