"""The header of a record: number line, title, adoption history, opening line; and what they say of the edition.

RESOLUTION 18 (Rev. New Delhi, 2024)                         number line (WTSA, PP, WTDC)
RESOLUTION ITU-R 52 / title / (2003)                         Radiocommunication Assembly: years alone
RESOLUTION 28 (REV.WRC-15)                                   WRC: a conference code
RESOLUTION 925 (C-1985, last amended C19)                    Council: sessions
RESOLUTION [COM5/14] (Minneapolis, 1998)                     not numbered yet
(Helsinki, 1993; Geneva, 1996; ... New Delhi, 2024)          adoption history
(Kyoto, 1994) - (Rev. Minneapolis, 1998)                     closing history line of the basic-texts book
The World Telecommunication Standardization Assembly (New Delhi, 2024),     opening
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.model import Adoption

KINDS = "RESOLUTION|DECISION|RECOMMENDATION|OPINION|DECLARATION"

_NUMBER_LINE = re.compile(
    rf"""
    (?: (?P<mark> MOD|ADD|SUP|NOC|\(MOD\)|ADD\*|SUP\* ) \s* (?: [A-Z]{{2,5}}/[\w()./-]+ \s+ )? )?    # marks of a proposal
    (?: DRAFT\s+ (?:NEW\s+|REVISED\s+|REVISION\s+OF\s+)? )?
    (?: (?P<before> WTSA|WTDC|PP|RA|WRC|COUNCIL|CCITT|CCIR|ITU ) (?:-\d{{2,4}})? \s+ )?
    (?P<kind> {KINDS} ) \s*
    (?: No\.? \s* )?
    (?P<sector> (?:ITU-[RTD]|UIT-[RTD]) \s+ )?
    (?P<number> \[ [A-Za-z0-9/.-]{{1,20}} \] | [A-Z]{{3,4}}[/-]?\d+ | XXX | \d{{1,5}}[A-Z]?(?:-\d{{1,2}})*(?![\w]) )
    \s* (?P<edition> \( [^()]{{2,60}} \) )? \s* [:.]? \s*
    """,
    re.VERBOSE | re.ASCII,
)
_TITLE_CASE = re.compile(rf"(?:{KINDS})", re.IGNORECASE)
_PLACE_YEAR = re.compile(
    r"(?:(?P<rev>R[ÉE]V\.?|Rev\.?|Rév\.?)\s*)?(?P<place>[^\W\d_][^\d,;()]*?)\s*,?\s+(?P<year>(?:1[89]|20)\d\d)", re.IGNORECASE
)
_CODE = re.compile(r"(?:(?P<rev>REV\.?)\s*)?(?P<code>[A-Z]{2,5})-?(?P<year>(?:1[89]|20)?\d\d)\b", re.IGNORECASE)
_SESSIONS = re.compile(r"\bC-?((?:19|20)\d\d|\d\d)\b")
_YEARS = re.compile(r"\(\s*((?:19|20)\d\d(?:\s*[-\u2013\u2011]\s*(?:19|20)\d\d)*)\s*\)")
_ENTRY = re.compile(r"(?:(?P<place>[^\W\d_][^\d,;()]{0,60}),?\s*)?(?P<years>(?:(?:1[89]|20)\d\d)(?:\s*(?:,|and)\s*(?:1[89]|20)\d\d)*)")
_CLOSING = re.compile(
    r"\(\s*(?:Rev\.?\s*)?[^()]{2,40}?,\s*(?:1[89]|20)\d\d\s*\)(?:\s*[-\u2013\u2014]?\s*\(\s*(?:Rev\.?\s*)?[^()]{2,40}?,\s*(?:1[89]|20)\d\d\s*\))*"
)


@dataclass(frozen=True, slots=True)
class Number:
    """What a number line says.  ``version`` is the suffix of an ITU-R number ("7-4" is number 7, version 4)."""

    kind: str
    number: str
    version: str
    sector: str
    before: str
    edition: str
    end: int

    @property
    def revised(self) -> bool:
        """Whether the line marks a revision."""
        return bool(re.match(r"\(\s*R[eé]v\b|\(.*(?:amended|modified)", self.edition, re.IGNORECASE)) or bool(self.version)


def number_line(text: str, *, styled: bool = False) -> Number | None:
    """The number line that *text* (plain) begins with; the rest of the text must be empty or begin a title.

    A line in capitals is a number line; in title case only where the file's style says so.
    """
    found = _NUMBER_LINE.match(text)
    if not found and styled:
        keyword = _TITLE_CASE.match(text)
        if keyword:
            found = _NUMBER_LINE.match(keyword.group().upper() + text[keyword.end() :])
    if not found:
        return None
    number, version = found["number"], ""
    sector = (found["sector"] or "").strip().lower().replace("uit", "itu")
    if sector == "itu-r" and "-" in number and "[" not in number:
        number, version = number.split("-", 1)
    return Number(found["kind"].lower(), number, version, sector, (found["before"] or "").lower(), found["edition"] or "", found.end())


def four_digits(year: str) -> int:
    """A year of two or four digits: "15" is 2015, "97" is 1997."""
    value = int(year)
    return value if value > 99 else 1900 + value if value > 40 else 2000 + value


@dataclass(frozen=True, slots=True)
class EditionMark:
    """What stands in the parentheses after a number: place and year, or a conference or session with its year."""

    place: str
    year: int
    revised: bool
    code: str


def edition_mark(text: str) -> EditionMark | None:
    """The edition that "(Rev. Bucharest, 2022)", "(REV.WRC-15)", "(C11, last amended C19)", "(2003)" names."""
    inner = text.strip("() ")
    revised = bool(re.match(r"r[eé]v", inner, re.IGNORECASE)) or bool(re.search(r"amend|modif", inner, re.IGNORECASE))
    found = _PLACE_YEAR.fullmatch(inner)
    if found and not _CODE.fullmatch(inner):
        return EditionMark(found["place"].strip(), int(found["year"]), revised, "")
    council = sessions(inner)
    if council:
        return EditionMark("", council[-1].year, revised, "council")
    code = _CODE.fullmatch(inner)
    if code and not code["code"].isupper() and code["code"].lower() not in ("wrc", "cmr"):  # "Kyoto-94"
        return EditionMark(code["code"], four_digits(code["year"]), revised, "")
    if code:
        return EditionMark("", four_digits(code["year"]), revised, code["code"].lower())
    years = re.findall(r"(?:1[89]|20)\d\d", inner)
    if years and re.fullmatch(
        r"(?:(?:[Rr]ev\.?|(?:[Ll]ast )?(?:[Aa]mend(?:ed)?\.?|[Mm]odified|[Rr]evised))(?: in)?\s*|[\d\s\-\u2013\u2011,])+", inner
    ):
        return EditionMark("", int(years[-1]), revised or len(years) > 1, "")
    return None


def history(text: str) -> tuple[Adoption, ...]:
    """The adoptions of "(Helsinki, 1993; Geneva, 1996 ...)": one place may carry several years ("Geneva, 1956 and 1958")."""
    out: list[Adoption] = []
    place = ""
    for found in _ENTRY.finditer(text.strip("() ,")):
        place = re.sub(r"\s+", " ", found["place"] or place).strip(" ,")
        place = re.sub(r"^(?:Rev\.?|amended at|and)\s*", "", place, flags=re.IGNORECASE)
        out += [Adoption(place, int(year)) for year in re.findall(r"(?:1[89]|20)\d\d", found["years"])]
    return tuple(dict.fromkeys(out))


def years_line(text: str) -> tuple[Adoption, ...]:
    """The adoptions of an ITU-R years line "(1995-1997-2000)"; () when *text* is none."""
    found = _YEARS.fullmatch(text.strip(" ,"))
    return tuple(Adoption("", int(year)) for year in re.findall(r"\d{4}", found[1])) if found else ()


def sessions(text: str) -> tuple[Adoption, ...]:
    """The Council sessions of a number line: "(C11, last amended C19)" is 2011 and 2019."""
    return tuple(Adoption("", four_digits(year)) for year in _SESSIONS.findall(text))


def is_history(text: str) -> bool:
    """Whether *text* (joined over its lines) is an adoption-history line: places and years, and nothing else."""
    inner = text.strip().removesuffix(",").strip()
    if not (inner.startswith("(") and inner.endswith(")")) or len(inner) > 2000 or re.search(r"[()]", inner[1:-1]):
        return False
    return bool(_ENTRY.search(inner)) and not re.search(r"[^\s;,.\-\u2013]", re.sub(r"\band\b", "", _ENTRY.sub("", inner[1:-1])))


def closing_history(text: str) -> tuple[Adoption, ...]:
    """The adoptions of a closing line "(Kyoto, 1994) - (Rev. Minneapolis, 1998)"; () when *text* is none."""
    if not _CLOSING.fullmatch(text.strip()):
        return ()
    marks = (edition_mark(part) for part in re.findall(r"\([^()]*\)", text))
    return tuple(Adoption(mark.place, mark.year, mark.revised) for mark in marks if mark)


@cache
def _body_names(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    names = [(label, body.key) for body in vocabulary.bodies(language) for label in body.labels if len(label) > 3]
    names += [("Council", "council"), ("C.C.I.T.T.", "wtsa"), ("CCITT", "wtsa"), ("CCIR", "ra"), ("C.C.I.R.", "ra")]
    ordered = sorted(set(names), key=lambda pair: (-len(pair[0]), pair))
    return tuple((re.compile(r"\b" + re.escape(label).replace(r"\ ", r"\s+"), re.IGNORECASE), key) for label, key in ordered)


def body_in(text: str, language: str = "en") -> str:
    """The key of the adopting body that *text* names by its longest name; "" when it names none."""
    return next((key for pattern, key in _body_names(language) if pattern.search(text)), "")


def opening(text: str, language: str = "en") -> tuple[str, EditionMark | None] | None:
    """The body and the edition that an opening line names: "The Plenipotentiary Conference ... (Dubai, 2018),"."""
    if not re.match(r"(?:The|L'|La|Le)\s*\S", text) or not re.search(r"[,:]\s*$", text) or len(text) > 300:
        return None
    body = body_in(text, language)
    if not body:
        return None
    found = re.search(r"\(([^()]*\d{4}[^()]*)\)\s*[,:]\s*$", text)
    return body, edition_mark(found[1]) if found else None
