"""The Sectors that a clause speaks of: named themselves, or by an assembly, Bureau, Director, advisory or study group."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resograph import vocabulary
from resograph.annotate.actors import Found

ORDER = ("itu-r", "itu-t", "itu-d")
# "the Sectors", "each Sector" are all three; "the Sectors involved", "the participating Sectors" are some, unknown which.
_ALL = re.compile(
    r"\b(?:each\s(?:ITU\s)?Sector|(?:three\s(?:ITU\s)?|all\s(?:the\s|ITU\s|three\s)*|each\sof\sthe\s(?:ITU\s)?|other\s(?:two\s)?(?:ITU\s)?|those\stwo\s|both\s|the\s(?:ITU\s)?"
    r"|ITU\s|among\s|between\s|its\s)Sectors)\b(?!\s(?:[Mm]embers?|involved|concerned|which|that|in\squestion)|'?s?\s?(?:Members|Member\b))"
)


def sectors_in(plain: str, actors: Sequence[Found]) -> tuple[str, ...]:
    """The Sectors of a clause with the words *plain* and the *actors* named in it, in the order R, T, D."""
    known = vocabulary.sectors_of()
    named = {sector for found in actors for actor in found.actors for sector in known.get(re.sub(r"-\d+$", "", actor), ())}
    if _ALL.search(plain):
        named.update(ORDER)
    return tuple(sector for sector in ORDER if sector in named)
