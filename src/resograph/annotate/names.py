"""Find names of the vocabulary in text: by their words, the longest first.

A capital in a label must be a capital in the text; a small letter may be either (contract of ontology/vocabularies).
Offsets are those of the plain text given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['&.-][^\W_]+)*(?:'s?\b|\((?:s|es|x)\))?")
_BETWEEN = (" ", ", ", "/")  # what may stand between two words of a name


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: as written, with their offsets."""

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    lower: tuple[str, ...]


def words_of(text: str) -> Words:
    """The words of *text* (plain); "group(s)" is read as "groups"."""
    found = [(m.group().replace("(", "").rstrip(")"), m.span()) for m in _WORD.finditer(text)]
    return Words(tuple(word for word, _ in found), tuple(span for _, span in found), tuple(word.lower() for word, _ in found))


@dataclass(frozen=True, slots=True)
class Name:
    """A label found: where, which label, whose it is."""

    start: int
    end: int
    label: str
    owner: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A label ready for comparing: its words in lower case, and where it has capitals that the text must have."""

    words: tuple[str, ...]
    capitals: tuple[tuple[int, int, str], ...]  # (word, character, capital)
    label: str
    owner: str


class Names:
    """A set of labels to look for; build once, use for many texts."""

    def __init__(self, labels: Iterable[tuple[str, str]]) -> None:
        index: dict[str, list[_Entry]] = defaultdict(list)
        for label, owner in labels:
            words = words_of(label).words
            if words:
                capitals = tuple((w, c, sign) for w, word in enumerate(words) for c, sign in enumerate(word) if sign.isupper())
                index[words[0].lower()].append(_Entry(tuple(word.lower() for word in words), capitals, label, owner))
        # Longest first; among labels of one length the one with more capitals (it fits more narrowly).
        self._index = {
            first: sorted(entries, key=lambda e: (-len(e.words), -len(e.capitals), e.label, e.owner)) for first, entries in index.items()
        }

    def find(self, text: str, words: Words | None = None) -> Iterator[Name]:
        """The names in *text*, left to right, never overlapping."""
        found = words or words_of(text)
        written, spans, lower, index = found.words, found.spans, found.lower, self._index
        i, count = 0, len(written)
        while i < count:
            taken = 0
            for entry in index.get(lower[i], ()):
                size = len(entry.words)
                if lower[i : i + size] != entry.words or any(written[i + w][c] != sign for w, c, sign in entry.capitals):
                    continue
                if any(text[spans[k][1] : spans[k + 1][0]] not in _BETWEEN for k in range(i, i + size - 1)):
                    continue
                yield Name(spans[i][0], spans[i + size - 1][1], entry.label, entry.owner)
                taken = size
                break
            i += taken or 1
