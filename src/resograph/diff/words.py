"""Words: when two texts say the same, how like they are, and which words were dropped and added.

Typography is no difference: kinds of quotation marks, dashes and blanks, blanks around a slash, and the mark that ends an item of
a list (";", ",", "; and"), which only says whether another item follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from resograph.diff.model import ADDED, DROPPED, SAME, Edit

_TOKEN = re.compile(r"\w+(?:['\u2019.\-\u2010\u2011]\w+)*|[^\w\s]")
_ENDS = " \t\n\u00a0;,.:"  # what ends an item of a list
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2010\u2011\u2012\u2013\u2014\u2212", '\'\'\'"""""------')
_ISLAND = 3  # words and marks that an island has at most
_FEW = 20_000  # pairs of equal words up to which the readable way is quick
_MANY = 400_000_000  # pairs of words beyond which only what both ends share is the same

Opcode = tuple[str, int, int, int, int]


class Token(NamedTuple):
    """A word or a mark as written, with the blank before it, and what it is compared by."""

    text: str
    key: str


def tokens(text: str) -> list[Token]:
    """The words and marks of *text*; blanks between them belong to the one that follows."""
    found, end = [], 0
    for match in _TOKEN.finditer(text):
        found.append(Token(text[end : match.end()], match[0].translate(_TYPOGRAPHY)))
        end = match.end()
    return found


def _cut(text: str) -> tuple[str, str]:
    """*text* without the mark that ends it, and that mark."""
    body = text.rstrip(_ENDS)
    if body.endswith("and") and body[:-3].rstrip().endswith((";", ",")):  # the last item but one
        body = body[:-3].rstrip(_ENDS)
    return body, text[len(body) :]


@lru_cache(maxsize=4096)
def wording(text: str) -> tuple[str, ...]:
    """What *text* says, word by word: equal for texts that differ in typography only."""
    return tuple(token.key for token in tokens(_cut(text)[0]))


# --- similarity -----------------------------------------------------------------------------------------------------


class Coder:
    """Words as characters, so that a library for strings compares texts word by word at its full speed."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def __call__(self, words: Sequence[str]) -> str:
        codes = self._codes
        return "".join([codes.setdefault(word, chr(0xE000 + len(codes) % 0x100000)) for word in words])


def blocks(old: Sequence[str], new: Sequence[str], least: int = 1) -> list[tuple[int, int, int]]:
    """Runs of at least *least* words that stand in both: where in *old*, where in *new*, how many."""
    return [(a, b, size) for tag, a, end, b, _ in _opcodes(old, new) if tag == "equal" and (size := end - a) >= least]


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """From *old* to *new*: the longest common run first, as people read; of very long texts, the fewest edits."""
    counts = Counter(new)
    if sum(counts[word] for word in old) <= _FEW:
        return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    if len(old) * len(new) <= _MANY:
        from rapidfuzz.distance import Indel

        code = Coder()
        found: list[Opcode] = []
        for op in Indel.opcodes(code(old), code(new)):
            found.append((op.tag, op.src_start, op.src_end, op.dest_start, op.dest_end))
        return found
    head = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return [("equal", 0, head, 0, head), ("replace", head, len(old), head, len(new))]


# --- edits ----------------------------------------------------------------------------------------------------------


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """What leads from the words of *old* to those of *new*.

    The runs that are same and added make *new*; those that are same and dropped make *old*, but for its typography and the mark at its end.
    """
    (old_body, _), (new_body, tail) = _cut(old), _cut(new)
    a, b = tokens(old_body), tokens(new_body)
    keys = [token.key for token in b]
    folded = _folded(_opcodes([token.key for token in a], keys), keys)
    runs: list[Edit] = []
    for tag, a_start, a_end, b_start, b_end in folded:
        dropped, added = "".join(t.text for t in a[a_start:a_end]), "".join(t.text for t in b[b_start:b_end])
        if tag == "equal":
            if runs and dropped[0].isspace() and not added[0].isspace():  # the blank before it is gone
                at = len(runs) - (runs[-1].kind == ADDED)
                runs.insert(at, Edit(DROPPED, " "))
            runs.append(Edit(SAME, added))
        else:
            runs += [Edit(kind, text) for kind, text in ((DROPPED, dropped), (ADDED, added)) if text]
    if tail:
        runs.append(Edit(SAME, tail))
    return tuple(_joined(iter(runs)))


def _joined(runs: Iterator[Edit]) -> Iterator[Edit]:
    """Neighbours of one kind as one run."""
    last: Edit | None = None
    for run in runs:
        if last and last.kind == run.kind:
            last = Edit(run.kind, last.text + run.text)
            continue
        if last:
            yield last
        last = run
    if last:
        yield last


def _folded(opcodes: Sequence[Opcode], new: Sequence[str]) -> list[Opcode]:
    """Without islands: marks, or a few equal words between two longer changes ("the", "of"), are read as changed with them."""
    found: list[Opcode] = []
    for at, op in enumerate(opcodes):
        if found and op[0] == "equal" and found[-1][0] != "equal" and at + 1 < len(opcodes):
            size = sum(key[0].isalnum() for key in new[op[3] : op[4]]) if op[2] - op[1] <= _ISLAND else _ISLAND + 1
            if not size or (size <= _ISLAND and size < _size(found[-1]) and size < _size(opcodes[at + 1])):
                op = ("replace", *op[1:])
        if found and op[0] != "equal" and found[-1][0] != "equal":
            before = found.pop()
            op = ("replace", before[1], op[2], before[3], op[4])
        found.append(op)
    return found


def _size(op: Opcode) -> int:
    return max(op[2] - op[1], op[4] - op[3])


def shared(runs: Sequence[Edit], lengths: Sequence[int]) -> list[tuple[Edit, ...]]:
    """*runs* cut where the new text is cut into pieces of *lengths* characters, each with the blank before the next.

    What was dropped at a seam goes with the piece before it.
    """
    pieces: list[list[Edit]] = [[]]
    left = lengths[0] if lengths else 0
    for kind, text in runs:
        while kind != DROPPED and len(text) > left and len(pieces) < len(lengths):
            if text[:left].strip():
                pieces[-1].append(Edit(kind, text[:left]))
            text = text[left:].removeprefix(" ")
            pieces.append([])
            left = lengths[len(pieces) - 1]
        if text:
            pieces[-1].append(Edit(kind, text))
        left -= len(text) if kind != DROPPED else 0
    return [tuple(piece) for piece in pieces] + [()] * (len(lengths) - len(pieces))
