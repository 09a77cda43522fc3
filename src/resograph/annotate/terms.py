"""Terms and abbreviations that a text introduces: "Inter-Sector Coordination Group on issues of mutual interest (ISCG)".

The long form is found as Schwartz and Hearst describe ("A simple algorithm for identifying abbreviation definitions in
biomedical text", PSB 2003): the shortest run of words before the parenthesis whose letters give the short form in order,
its first letter beginning a word.  Names of Sectors share their noun: "Radiocommunication (ITU-R) ... Sectors".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from resograph import vocabulary
from resograph.annotate.units import Unit
from resograph.model import Term

_SHORT = re.compile(
    r"\((?:(?P<long>[a-z][\w\s-]{4,60}),\s)?(?P<short>[A-Za-z][A-Za-z0-9]{0,12}[A-Z][A-Za-z]{0,12}(?:[-/&][A-Z][A-Za-z]{0,12}){0,3}|[A-Z]{2,16}s?)\)"
)
_CODE = re.compile(r"(?:WRC|RA|WTSA|WTDC|PP|CMR|WTPF|C)-?\d{2,4}|[IVXL]+|UNEDITED|REV")
_SECTOR = re.compile(r"ITU-[RTD]")
_STOP = re.compile(r"[;:()\"]|\.\s")
_PROPER = re.compile(r"(?:[A-Z][a-z]+)(?:\s(?:(?:of|for|the|on|in)\s)*[A-Z][a-z]+)+$")
_DEFINITION = re.compile(r"(?P<term>[A-Z][\w\s-]{2,40}):\s(?P<meaning>(?:An?|The|Any|Description|One|Set)\s[^:]{10,})", re.DOTALL)


def terms(reading: Iterable[Unit]) -> tuple[Term, ...]:
    """The terms of a record, each with the part that introduces it first, in reading order."""
    found: dict[str, Term] = {}
    for unit in reading:
        if unit.role == "title":
            continue
        for short in _SHORT.finditer(unit.plain):
            name = short["short"]
            if _CODE.fullmatch(name) or name in found or sum(c.isupper() for c in name) < 2:
                continue
            meaning = short["long"] or long_form(name, unit.plain[: short.start()], unit.plain[short.end() :])
            if meaning:
                found[name] = Term(name, meaning, unit.part)
        defined = _DEFINITION.fullmatch(unit.plain.strip()) if unit.role not in ("preambular", "footnote", "note") else None
        if defined and defined["term"] not in found and not re.match(r"NOTE|Example", defined["term"]):
            found[defined["term"]] = Term(defined["term"], defined["meaning"].rstrip(". "), unit.part)
    return tuple(found.values())


def long_form(short: str, before: str, after: str) -> str:
    """The words in *before* that *short* abbreviates; "" when they cannot be told."""
    clean = re.sub(r"\s*\([^()]*\)", "", before[-600:])
    stretch = _STOP.split(clean)[-1].rstrip()
    if _SECTOR.fullmatch(short):
        return _sector_name(stretch, after)
    letters = re.sub(r"[^A-Za-z]", "", short[:-1] if short.endswith("s") and short[:-1].isupper() else short)
    words = stretch.split(" ")
    window = " ".join(words[-min(len(letters) + 8, len(letters) * 3) - 4 :])
    known = next((label for label in _labels_of(short) if stretch.endswith(label)), "")
    if known and _initials(letters, window) < 0:
        return known
    start = _match(letters, window)
    named = _PROPER.search(stretch) if start < 0 else None
    if named and letters.isupper():  # an abbreviation from another language, after a proper name
        return named.group()
    if start < 0 or "," in window[start:] or len(window[start:].split()) > len(letters) + 8:
        return ""
    return re.sub(r"^(?:the|an?|its|on|of|for)\s", "", window[start:]).strip(" ,")


@cache
def _labels_of(short: str) -> tuple[str, ...]:
    """The names of the actors that *short* abbreviates in the vocabulary: "BDT" follows no English name."""
    labels = (label for actor in vocabulary.actors() if short in actor.labels for label in actor.labels if label != short)
    return tuple(sorted(labels, key=len, reverse=True))


def _match(letters: str, window: str) -> int:
    """The offset in *window* where the long form of *letters* begins; -1 when the letters are not in it."""
    initial = _initials(letters, window)
    if initial >= 0:
        return initial
    i, j = len(letters) - 1, len(window) - 1
    while i >= 0:
        letter = letters[i].lower()
        while j >= 0 and (window[j].lower() != letter or (i == 0 and j > 0 and window[j - 1].isalnum())):
            j -= 1
        if j < 0:
            return -1
        i, j = i - 1, j - 1
    return j + 1


def _initials(letters: str, window: str) -> int:
    """The offset where words begin whose initials are *letters*, small words between them left out; -1 when none do."""
    starts = [m.start() for m in re.finditer(r"(?<![^\W_])[^\W_]", window)]
    for n in range(len(starts) - 1, -1, -1):
        k = 0
        for at in starts[n:]:
            if k < len(letters) and window[at].lower() == letters[k].lower():
                k += 1
            elif not re.match(r"(?:of|on|the|and|for|in|to|with|issues|mutual|interest)\b", window[at:]) and k < len(letters):
                k = -99
                break
        if k == len(letters):
            return starts[n]
    return -1


def _sector_name(stretch: str, after: str) -> str:
    """The name of a Sector before "(ITU-R)"; a noun shared by several names follows the last of them."""
    found = re.search(r"((?:ITU\s)?(?:[A-Z][a-z]+\s?)+)$", stretch)
    if not found:
        return ""
    name = found[1].strip()
    return name if name.endswith("Sector") or not re.search(r"\bSectors?\b", after) else f"{name} Sector"
