"""Counterparts: those that the one who acts consults, informs, reports to or works with, by the rules of counterparts.toml.

What stands in a purpose ("in order to ...", "with a view to ...") is not read: it tells what the act is for, not whom it involves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resograph.annotate.phrases import Reader
from resograph.rules import table

_PURPOSE = re.compile(
    r"\b(?:in order to|so as to|with a view to|with the (?:aim|view|objective|goal|purpose) of|in order that|so that|including)\b",
    re.IGNORECASE,
)
_LONGEST = 3000  # characters of an act that are read


def counterparts(sentence: str, action: str, subject: tuple[str, ...], reader: Reader, own: Sequence[str]) -> Iterator[str]:
    """The slugs of the counterparts of an act, repeats included.

    *sentence* holds the act with what stands before its verb, *action* only the words from the verb on; *subject* are the actors
    of its grammatical subject, who are counterparts where the verb is "be informed"; *own* are the document's own actors.
    """
    action = action[:_LONGEST]
    before = sentence[: max(sentence.find(action), 0)]
    action = _PURPOSE.split(action)[0]
    for opening in _PURPOSE.finditer(before):
        comma = before.find(", ", opening.end())
        before = before[: opening.start()] if comma < 0 else before[comma:]
        break
    for entry in table("counterparts", reader.language):
        applies = entry.data["applies"]
        if applies == "subject":
            if entry.match(action):
                yield from subject
            continue
        for words in (before, action) if applies == "sentence" else (action,):
            for found in entry.finditer(words):
                yield from reader.actors(words[found.end() :], own)
