"""How often and by when: frequency, deadline and condition of an act, by the rules of extract/LANGUAGE/times.toml."""

from __future__ import annotations

import re

from resograph.annotate.phrases import Reader
from resograph.header import four_digits
from resograph.keys import slug
from resograph.rules import Rule, table

_NUMBERS = {word: str(n) for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])}
_MONTHS = {
    m: f"{n:02}"
    for n, m in enumerate(
        ["-", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    )
}
_SHORT = {
    "plenipotentiary-conference": "pp",
    "plenipotentiary-conferences": "pp",
    "wtsas": "wtsa",
    "wtdcs": "wtdc",
    "pps": "pp",
    "ras": "ra",
}


def times(plain: str, reader: Reader, addressees: tuple[str, ...]) -> tuple[str | None, str | None, str | None]:
    """(frequency, deadline, condition) of the act with the words *plain*; the first rule of each kind that fits decides."""
    found: dict[str, str] = {}
    for entry in table("times", reader.language):
        kind = entry.data["kind"]
        if kind in found:
            continue
        match = entry.search(plain)
        if match:
            value = _value(entry, match, reader, addressees)
            if value:
                found[kind] = value
    return found.get("frequency"), found.get("deadline"), found.get("condition")


def _value(entry: Rule, match: re.Match[str], reader: Reader, addressees: tuple[str, ...]) -> str:
    groups = {name: value for name, value in match.groupdict().items() if value}
    fields = dict(groups)
    actor = groups.get("actor") or groups.get("actor2")
    if actor:
        words = re.sub(r"^(?:its parent|the|its|ordinary)\s", "", actor)
        actors = reader.actors(words)
        fields["who"] = actors[0] if actors else _SHORT.get(slug(words), slug(words))
        fields["who"] = _SHORT.get(fields["who"], fields["who"])
    if "num" in groups:
        fields["num"] = _NUMBERS.get(groups["num"].lower(), groups["num"])
    if "month" in groups:
        fields["month"] = _MONTHS[groups["month"]]
    if "day" in groups:
        fields["day"] = groups["day"].zfill(2)
    if "code" in groups:
        fields["code"] = str(four_digits(groups["code"]))
    fields["year"] = groups.get("year") or groups.get("year2") or groups.get("year3") or ""
    fields["addressee"] = addressees[0] if len(addressees) == 1 else ""
    value = entry.data["value"].format(**fields)
    return "" if value.endswith((":", "next-")) else value
