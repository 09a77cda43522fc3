"""The last answers to named questions, so that further pages and other forms of an answer cost nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict

from resograph.questions import Answer

KEPT = 200_000
"""Cells of answers that are remembered."""


class Remembered:
    """The last answers, as long as the generation is the same; their cells are bounded, the one asked longest ago goes first."""

    def __init__(self, cells: int = KEPT) -> None:
        self._cells = cells
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Answer | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: tuple[object, ...], answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            while sum(_cells(one) for one in self._answers.values()) > self._cells:
                self._answers.popitem(last=False)


def _cells(answer: Answer) -> int:
    return (len(answer.rows) + 1) * (len(answer.columns) + 1)
