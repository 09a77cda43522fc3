"""Keys: the identifiers of works, editions and their parts (contract, section 1).

A key is a path of lower-case segments and the tail of an IRI.  ``Key.parse(str(key)) == key`` for every key.

    pp/resolution/191                       a work
    pp/resolution/191/2022                  an edition of it
    wtsa/resolution/18/2024/resolves/2/i    a part of that edition
    pp/resolution/71/annex-1                a part of whichever edition is meant
    unga/resolution/70-1                    United Nations numbers carry their session, never a year
    convention/no/184a                      a provision of a basic instrument
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from resograph.errors import BadKeyError

BODIES = frozenset(
    [
        "pp",
        "council",
        "wtsa",
        "wcit",
        "wtpf",
        "wtdc",
        "ra",
        "wrc",
        "itu-t",
        "itu-r",
        "itu-d",
        "unga",
        "ecosoc",
        "unsc",
        "hrc",
        "wha",
        "wsis",
    ]
)
ASSEMBLIES = {"itu-r": "ra", "itu-t": "wtsa", "itu-d": "wtdc"}  # Sector -> the body that adopts its resolutions
UN_BODIES = frozenset(["unga", "ecosoc", "unsc", "hrc", "wha"])
KINDS = frozenset(
    ["resolution", "decision", "opinion", "recommendation", "question", "declaration", "agenda", "plan", "commitment", "report", "document"]
)
INSTRUMENTS = frozenset(["constitution", "convention", "general-rules", "itr", "rr"])
PROVISIONS = ("no", "article", "chapter", "section", "appendix")

_GRAMMAR = re.compile(
    rf"""
    (?: (?P<body>       {"|".join(sorted(BODIES, key=len, reverse=True))} )      # who adopts:        wtsa
        / (?P<kind>     {"|".join(sorted(KINDS))} )                             # what:              resolution
        / (?P<number>   [a-z0-9]+ (?: [-.] [a-z0-9]+ )* )                       # its own number:    18, a.1, 70-1, com5-14
        (?: / (?P<year> (?:18|19|20|21)\d\d ) )?                                # year of adoption:  2024
      | (?P<instrument> {"|".join(sorted(INSTRUMENTS))} )                       # basic instrument:  convention
        (?: / (?P<unit> {"|".join(PROVISIONS)} )                                # its provision:     no
            / (?P<provision> [a-z0-9]+ (?: [-.] [a-z0-9]+ )* ) )?               #                    184a, 5.388
    )
    (?: / (?P<part> [^\W_A-Z]+ (?: [-.] [^\W_A-Z]+ )* (?: / [^\W_A-Z]+ (?: [-.] [^\W_A-Z]+ )* )* ) )?   # resolves/2/i
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Key:
    """A work, an edition, a provision, or a part of one of them.

    ``body``, ``kind``, ``number`` name a work, ``year`` an edition of it; ``instrument``, ``unit``, ``provision`` name a
    provision of a basic instrument; ``part`` is the path below (segments joined by "/", "" for the whole).
    """

    body: str = ""
    kind: str = ""
    number: str = ""
    year: int | None = None
    instrument: str = ""
    unit: str = ""
    provision: str = ""
    part: str = ""

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key that *text* spells; ``BadKeyError`` when it spells none."""
        found = _GRAMMAR.fullmatch(text)
        if not found:
            raise BadKeyError(f"no key: {text!r}; a key is like pp/resolution/191/2022 or convention/no/184a")
        groups = {name: value or "" for name, value in found.groupdict().items()}
        year = int(groups.pop("year")) if groups["year"] else None
        groups.pop("year", None)
        if year is not None and groups["body"] in UN_BODIES:
            raise BadKeyError(f"no key: {text!r}; United Nations numbers carry their session and never a year")
        return cls(year=year, **groups)

    def __str__(self) -> str:
        head = [self.body, self.kind, self.number] if self.body else [self.instrument, self.unit, self.provision]
        return "/".join(filter(None, [*head, str(self.year or ""), self.part]))

    @property
    def path(self) -> str:
        """The way from the whole to this: "resolves/2/i" below an edition, "no/184a" or "annex" below an instrument."""
        return "/".join(filter(None, [self.unit, self.provision, self.part]))

    @property
    def work(self) -> Key:
        """The work (or the provision) without year and part."""
        return replace(self, year=None, part="")

    @property
    def edition(self) -> Key:
        """The edition without part (the work itself where no year is known)."""
        return replace(self, part="")

    def at(self, part: str) -> Key:
        """The part *part* of this work or edition."""
        return replace(self, part=part)


def number_segment(number: str) -> str:
    """A number as written, as a key segment: "A.1" -> "a.1", "70/1" -> "70-1", "[COM5/14]" -> "com5-14"."""
    return re.sub(r"-{2,}", "-", re.sub(r"[\s/]+", "-", number.strip("[]() \t").lower())).strip("-.")


def slug(words: str, limit: int = 0) -> str:
    """*words* as one key segment: lower case, letters and digits of any script joined by "-"; *limit* words at most."""
    taken = " ".join(words.split()[:limit]) if limit else words
    return "-".join(re.findall(r"[^\W_]+", taken.lower().replace("\u2019", "").replace("'", "")))
