"""Actors: every name of the vocabulary in a text, resolved to slugs.

Relative names ("the Director", "this assembly") depend on the body that adopted the text; collective names ("the Directors
of the other two Bureaux") stand for their members.  Names that share a head are read as a list: "the Directors of the
Radiocommunication Bureau, TSB and BDT".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.annotate.names import Names
from resograph.keys import slug
from resograph.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Context:
    """What relative names depend on: the adopting body and its Sector ("" for the Union as a whole)."""

    body: str
    sector: str

    @classmethod
    def of(cls, body: str) -> Context:
        """The context of a text that *body* adopted."""
        return cls(body, vocabulary.sector_of(body))


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text: its offsets and the slugs of the actors it stands for."""

    start: int
    end: int
    actors: tuple[str, ...]


@cache
def _names(language: str, body: str, sector: str) -> Names:
    """The names that can be read in a text of *body*: relative names go before ordinary ones with the same label."""
    relative = [a for a in vocabulary.actors(language) if a.relative and _denoted(a, body, sector)]
    taken = {label for actor in relative for label in actor.labels}
    plain = [a for a in vocabulary.actors(language) if not a.relative]
    return Names(
        [(label, actor.slug) for actor in relative for label in actor.labels]
        + [(label, actor.slug) for actor in plain for label in actor.labels if label not in taken]
    )


@cache
def _by_slug(language: str) -> dict[str, Actor]:
    return {actor.slug: actor for actor in vocabulary.actors(language)}


def _denoted(actor: Actor, body: str, sector: str) -> tuple[str, ...]:
    chosen = dict(actor.denotes)
    one = chosen.get(body) or chosen.get(sector)
    return (one,) if one else ()


@cache
def resolve(owner: str, context: Context, language: str = "en") -> tuple[str, ...]:
    """The actors that the vocabulary entry *owner* stands for in *context*."""
    actor = _by_slug(language)[owner]
    if actor.relative:
        return _denoted(actor, context.body, context.sector) or (owner,)
    if actor.members:
        own = vocabulary.sectors_of()
        members = [m for m in actor.members if not (actor.others and context.sector and context.sector in own.get(m, ()))]
        order = {"itu-r": 0, "itu-t": 1, "itu-d": 2}
        return tuple(sorted(members, key=lambda m: (order.get(next(iter(own.get(m, ())), ""), 3), m)))
    return (owner,)


_DIRECTORS_OF = re.compile(r"\bDirectors\s+of\s+(?:the\s+)?")
_BUREAU = (
    r"(?:the\s+)?(?:ITU\s+)?(?:(?P<r>Radiocommunication(?:\s+Bureau\b)?|BR)|(?P<t>Telecommunication\s+Standardi[sz]ation(?:\s+Bureau\b)?|TSB)"
    r"|(?P<d>Telecommunication\s+Development(?:\s+Bureau\b)?|BDT))(?:\s+\([A-Z]{2,3}\))?(?:\s+Bureaux?)?"
)
_BUREAU_ITEM = re.compile(_BUREAU)
_BETWEEN = re.compile(r"\s*(?:,\s*(?:and\s+)?|and\s+)")
_YEAR_AFTER = re.compile(r"[A-Z]-\d\d")
_NUMBER = re.compile(r"s?\s+(\d{1,2})(?!\d|[./-]\d)(?:((?:,\s*\d{1,2})*)\s+and\s+(\d{1,2})(?!\d))?")
_OTHER_SECTORS = re.compile(
    r"study groups (?:of|in) (?:the )?(?P<which>other (?:two )?(?:ITU )?Sectors|those two Sectors|three (?:ITU )?Sectors|ITU Sectors|Sectors of (?:ITU|the Union))",
    re.IGNORECASE,
)


def find(text: str, context: Context, language: str = "en") -> list[Found]:
    """The actors named in *text* (plain), left to right; longer readings take the place of the names inside them."""
    special = [*_directors(text), *_groups(text, context), *_coded(text)]
    out: list[Found] = []
    for name in _names(language, context.body, context.sector).find(text):
        if any(found.start <= name.start < found.end for found in special):
            continue
        number = _NUMBER.match(text, name.end) if _numbered(name.owner, language) else None
        slugs = resolve(name.owner, context, language)
        if number:
            numbers = re.findall(r"\d+", number.group())
            base = re.sub(r"s$", "", _number_base(name.owner, context))
            out.append(Found(name.start, number.end(), tuple(f"{base}-{n}" for n in numbers)))
            continue
        out.append(Found(name.start, name.end, slugs))
    return sorted([*out, *special], key=lambda found: (found.start, -found.end))


@cache
def _numbered(owner: str, language: str) -> bool:
    """Whether a number may follow the name: "Study Group 13", "Study Groups 5 and 13"."""
    known = _by_slug(language)
    return any(slug_ in known and known[slug_].numbered for slug_ in (owner, owner.removesuffix("s")))


def _number_base(owner: str, context: Context) -> str:
    """The slug before the number: a bare "Study Group 3" is one of the document's own Sector."""
    if owner in ("study-group", "study-groups") and context.sector:
        return f"{context.sector}-study-group"
    return owner


def _directors(text: str) -> list[Found]:
    """ "the Directors of the Radiocommunication Bureau, TSB and BDT": one name for several Directors."""
    out = []
    for found in _DIRECTORS_OF.finditer(text):
        at, slugs = found.end(), []
        while item := _BUREAU_ITEM.match(text, at):
            slugs.append({"r": "br-director", "t": "tsb-director", "d": "bdt-director"}[str(item.lastgroup)])
            end = item.end()
            between = _BETWEEN.match(text, end)
            if not between or not _BUREAU_ITEM.match(text, between.end()):
                break
            at = between.end()
        if slugs:
            out.append(Found(found.start(), end, tuple(slugs)))
    return out


def _groups(text: str, context: Context) -> list[Found]:
    """ "the study groups of the other two Sectors"."""
    out = []
    for found in _OTHER_SECTORS.finditer(text) if "ectors" in text else ():
        which = found["which"].lower()
        others = which.startswith(("other", "those"))
        sectors = [s for s in ("itu-r", "itu-t", "itu-d") if not (others and s == context.sector)]
        out.append(Found(found.start(), found.end(), tuple(f"{sector}-study-groups" for sector in sectors)))
    return out


@cache
def _codes() -> tuple[re.Pattern[str], dict[str, str]]:
    """Conference codes with a year ("WRC-27"), and the actor that each prefix stands for."""
    actors = {code: body.actor or body.key for body in vocabulary.bodies() for code in body.codes if len(code) > 1 and code.isascii()}
    names = "|".join(sorted(actors, key=lambda code: (-len(code), code)))
    return re.compile(rf"(?<![\w-])({names})-\d{{2,4}}(?![\w-])"), actors


def _coded(text: str) -> list[Found]:
    """ "WRC-27": a conference by its code."""
    if not _YEAR_AFTER.search(text):
        return []
    pattern, actors = _codes()
    return [Found(found.start(), found.end(), (actors[found[1]],)) for found in pattern.finditer(text)]


def listed(actor: str, language: str = "en") -> bool:
    """Whether the slug *actor* is in the vocabulary, as it stands or with a number after it ("itu-t-study-group-5")."""
    return actor in _by_slug(language) or re.sub(r"-\d+$", "", actor) in _by_slug(language)


def own_slug(phrase: str) -> str:
    """The slug of an actor that the vocabulary does not know: its noun phrase without articles."""
    words = re.sub(r"\b(?:the|a|an|each|any|every|all|relevant|concerned)\b", " ", phrase, flags=re.IGNORECASE)
    return slug(words)
