"""Words as they are compared in the full text: without case and accents, each Chinese or Japanese character a word of its own.

    "L’Évaluation"  ->  "l’evaluation"        "会议"  ->  " 会  议 "        "أعضاء"  ->  "اعضاء"

Compatibility forms are decomposed and combining marks dropped (Unicode NFKD), so that Arabic vowel signs and the hamza above an alef
go as Latin accents do.  Scripts that put no blanks between words are cut into characters: a word of several is then a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import accumulate

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)  # Thai, Lao, Burmese, Khmer, kana, Han
_TATWEEL = "\u0640"  # stretches an Arabic word
_DROPPED = ("Mn", "Me", "Cf", "Cs")  # marks, soft hyphens and joiners, halves of characters
_WORD = re.compile(r"[^\W_]+")


class _Table(dict[int, str]):
    """What becomes of each character; worked out when it is met first."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character == _TATWEEL:
            folded = ""
        elif _UNSPACED.match(character):
            folded = f" {character} "
        elif unicodedata.category(character) == "Cc":
            folded = " "
        else:
            plain = unicodedata.normalize("NFKD", character)
            folded = "".join(c for c in plain if unicodedata.category(c) not in _DROPPED).casefold()
        self[code] = folded
        return folded


@cache
def _table() -> _Table:
    return _Table()


def fold(text: str) -> str:
    """*text* as it is compared."""
    return text.lower() if text.isascii() and text.isprintable() else text.translate(_table())


def words(text: str) -> list[str]:
    """The folded words of *text*."""
    return _WORD.findall(fold(text))


def places(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The *spans* of ``fold(text)`` as spans of *text*; the marks that follow a letter belong to it."""
    table = _table()
    ends = list(accumulate(len(table[ord(character)]) for character in text))
    starts = [0, *ends[:-1]]
    found = []
    for start, end in spans:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        while last < len(text) and not table[ord(text[last])]:
            last += 1
        if first < last:
            found.append((first, last))
    return found
