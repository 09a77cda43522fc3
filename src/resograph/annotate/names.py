"""Find names of the vocabulary in text: by their words, the longest first.

A capital in a label must be a capital in the text; a small letter may be either (contract of ontology/vocabularies).
Offsets are those of the plain text given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['&./-][^\W_]+)*(?:'s?\b)?")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: as written, with their offsets."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def words_of(text: str) -> Words:
    """The words of *text* (plain)."""
    found = [(m.group(), m.span()) for m in _WORD.finditer(text)]
    return Words(tuple(word for word, _ in found), tuple(span for _, span in found))


@dataclass(frozen=True, slots=True)
class Name:
    """A label found: where, which label, whose it is."""

    start: int
    end: int
    label: str
    owner: str


def _fits(label: str, word: str) -> bool:
    """Whether *word* may stand for *label*: capitals of the label are kept."""
    return len(label) == len(word) and all(a == b or (a.islower() and a == b.lower()) for a, b in zip(label, word, strict=True))


class Names:
    """A set of labels to look for; build once, use for many texts."""

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        index: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
        for label, owner in labels:
            words = words_of(label).words
            if words:
                index[words[0].lower()].append((words, label, owner))
        # Longest first; among labels of one length the one with more capitals (it fits more narrowly).
        self._index = {
            first: sorted(entries, key=lambda e: (-len(e[0]), -sum(c.isupper() for c in e[1]), e[1], e[2]))
            for first, entries in index.items()
        }

    def find(self, text: str, words: Words | None = None) -> Iterator[Name]:
        """The names in *text*, left to right, never overlapping."""
        words = words or words_of(text)
        i, count = 0, len(words.words)
        while i < count:
            taken = 0
            for parts, label, owner in self._index.get(words.words[i].lower(), ()):
                size = len(parts)
                if i + size > count or not all(map(_fits, parts, words.words[i : i + size])):
                    continue
                start, end = words.spans[i][0], words.spans[i + size - 1][1]
                if any(text[words.spans[k][1] : words.spans[k + 1][0]] not in (" ", ", ") for k in range(i, i + size - 1)):
                    continue
                yield Name(start, end, label, owner)
                taken = size
                break
            i += taken or 1
