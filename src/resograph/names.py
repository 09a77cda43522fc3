"""How people name things: "WTSA Resolution 18", "resolves 2 i) of PP Res 71 (Rev. Dubai, 2018)", "Director of BDT" -> keys and slugs.

For what a person types as the parameter of a question.  Citations inside texts are read by ``resograph.annotate``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from resograph import vocabulary
from resograph.errors import BadKeyError
from resograph.instruments import numbers
from resograph.keys import BODIES, INSTRUMENTS, KINDS, UN_BODIES, Key, number_segment, slug

_SHORT = {"res": "resolution", "dec": "decision", "op": "opinion", "rec": "recommendation", "q": "question", "quest": "question"}
_KINDS = {kind: kind for kind in KINDS} | _SHORT
_ASSEMBLIES = {"itu-t": "wtsa", "itu-r": "ra", "itu-d": "wtdc"}  # who adopts the resolutions of a Sector
_NUMBER = re.compile(r"(?:\b[A-Za-z]{1,4}[./-])?\b\d+(?:[./-]\d+)*[a-z]?\b|\[?\bCOM\d+/\d+\]?")
_YEAR = re.compile(r"\([^()]*?\b((?:18|19|20|21)\d\d)\s*\)|\b((?:18|19|20|21)\d\d)\s*$")  # "(Rev. Dubai, 2018)", or last
_KIND = re.compile(rf"\b({'|'.join(sorted(_KINDS, key=len, reverse=True))})s?\b\.?", re.IGNORECASE)
_UNITS = {"no": "no", "nos": "no", "number": "no", "art": "article", "article": "article", "chapter": "chapter", "chap": "chapter",
          "section": "section", "sec": "section", "appendix": "appendix", "app": "appendix", "ap": "appendix"}  # fmt: skip
_PROVISION = re.compile(
    rf"(?:({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b\.?\s*)?([a-z]?\d+[a-z]*(?:[-.]\d+[a-z]*)*|[ivxl]+[a-z]?)"
)
_FILLER = frozenset(["of", "the", "to", "in", "its"])


def cited(text: str) -> Key | None:
    """The key that *text* is or cites: a work, an edition, a provision, or a part of one; None when it is no such name."""
    key, rest = read(text)
    return None if rest else key


def read(text: str) -> tuple[Key | None, str]:
    """The key that *text* cites, and the words of it that mean nothing here ("foo WTSA Resolution 18": "foo")."""
    words = " ".join(text.split()).strip("/")
    for spelt in (words.lower(), _with_kind(words)):
        try:
            return Key.parse(spelt), ""
        except BadKeyError:
            pass
    key, rest = _citation(words)
    if key is None or rest:
        provision = _provision(words)
        if provision is not None:
            return provision, ""
    return key, rest


def _with_kind(words: str) -> str:
    """A key without its kind, with it: "wtsa/18/2024/resolves/2" -> "wtsa/resolution/18/2024/resolves/2"."""
    body, _, rest = words.lower().partition("/")
    return f"{body}/resolution/{rest}" if body in BODIES and rest else ""


def _citation(words: str) -> tuple[Key | None, str]:
    """ "WTSA Resolution 18 (Rev. New Delhi, 2024)", "resolves 2 i) of Resolution 71 of PP", "PP-22 Res 71/resolves/2"."""
    spelt = re.fullmatch(r"(.*[\d)])/([a-z].*)", words)
    words, part = (spelt[1], spelt[2]) if spelt else (words, "")
    body, rest = _body(words)
    if not body:
        return None, ""
    year = _YEAR.search(rest)
    rest = _blanked(rest, year)
    kind = _KIND.search(rest)
    after = kind.end() if kind else rest.rindex(_GAP) + 1
    rest = _blanked(rest, kind)
    number = _NUMBER.search(rest, after) or (None if kind else _NUMBER.search(rest))
    if not number:
        return None, ""
    named = _KINDS[kind[1].lower()] if kind else "recommendation" if body in _ASSEMBLIES else "resolution"
    if named in ("resolution", "opinion", "decision"):
        body = _ASSEMBLIES.get(body, body)
    pinpoint, left = _part(_blanked(rest, number).replace(_GAP, " "))
    at = int(year[1] or year[2]) if year and body not in UN_BODIES else None
    key = Key(body, named, number_segment(number.group()), at, part=part or pinpoint)
    try:
        return Key.parse(str(key)), left if not (part and pinpoint) else f"{pinpoint} {left}".strip()
    except BadKeyError:
        return None, ""


_GAP = "\0"  # where the body stood


def _blanked(text: str, found: re.Match[str] | None) -> str:
    return f"{text[: found.start()]}{' ' * len(found[0])}{text[found.end() :]}" if found else text


def _body(words: str) -> tuple[str, str]:
    """The body that *words* name, and the words with a gap in its place."""
    for label, key in _body_labels():
        found = re.search(rf"(?<!\w){re.escape(label)}(?:-\d\d(?:\d\d)?)?(?!\w)", words, re.IGNORECASE)
        if found:
            return key, f"{words[: found.start()]} {_GAP} {words[found.end() :]}"
    return "", words


@cache
def _body_labels() -> tuple[tuple[str, str], ...]:
    labels = {key: key for key in BODIES}
    for body in vocabulary.bodies():
        labels |= dict.fromkeys((*body.labels, *body.codes), body.key)
    return tuple(sorted(labels.items(), key=lambda item: (-len(item[0]), item[0])))


def _provision(words: str) -> Key | None:
    """ "No. 215 of the Convention", "CV 215", "No. 73 bis", "Chapter IV of the Constitution", "Annex to the Constitution"."""
    for label, instrument in _instruments():
        found = re.search(rf"(?<!\w){re.escape(label)}(?!\w)", words, re.IGNORECASE)
        if found:
            rest = re.sub(r"\b(?:of|the|to|in)\b|[/,()]", " ", _blanked(words, found).lower())
            rest = re.sub(r"(?<=\d)\s+(?=(?:bis|ter|quater)\b)", "", " ".join(rest.split()))
            if rest in ("annex", "preamble"):
                return Key(instrument=instrument, part=rest)
            said = _PROVISION.fullmatch(rest)
            return Key(instrument=instrument, unit=_UNITS[said[1] or "no"], provision=_number(said[2])) if said else None
    return None


def _number(said: str) -> str:
    """A number as keys have it: roman ones of chapters in digits ("iva" is 4a)."""
    return numbers.segment(said.upper()) if re.fullmatch(r"[ivxl]+[a-z]?", said) else said


@cache
def _instruments() -> tuple[tuple[str, str], ...]:
    labels = {label: one.key for one in vocabulary.instruments() if one.key in INSTRUMENTS for label in (one.key, *one.labels)}
    return tuple(sorted(labels.items(), key=lambda item: (-len(item[0]), item[0])))


# --- parts ----------------------------------------------------------------------------------------------------------


def _part(words: str) -> tuple[str, str]:
    """A pinpoint as the path of a part, and the words that are none: "resolves 2 i)" -> "resolves/2/i"."""
    path: list[str] = []
    left: list[str] = []
    text, at, numbered = words.lower(), 0, False
    while at < len(text):
        if found := _SPACE.match(text, at):
            pass
        elif found := _PLACE.match(text, at):
            kind, label = found[1], found[2] or ""
            path += ["fn", label] if kind in ("footnote", "fn") else [f"{kind}-{label}".strip("-")]
            numbered = True
        elif found := _heading().match(text, at):
            path.append(slug(found[1]) + (f"-{found[2]}" if found[2] else ""))
            numbered = True
        elif numbered and (found := _MARKER.match(text, at)):
            path.append(found[1] + (found[2] or ""))
        else:
            found = _WORD.match(text, at)
            assert found is not None
            if found[0] not in _FILLER:
                left.append(found[0])
        at = found.end()
    return "/".join(path), " ".join(left)


_SPACE = re.compile(r"[\s,;:()\[\].]+")
_WORD = re.compile(r"[^\s,;:()\[\]]+")
_PLACE = re.compile(
    r"(annex|appendix|attachment|section|part|footnote|fn|note|figure|table|title)\b(?:\s+(\d+(?:bis|ter)?|[a-z]|[ivx]+)(?=[\s,;:)]|$))?"
)
_MARKER = re.compile(r"(\d+(?:bis|ter)?(?:\.\d+)*|[a-z](?![a-z])|[ivxl]+(?![a-z]))\)?(bis|ter)?")


@cache
def _heading() -> re.Pattern[str]:
    """A call heading: verbs with the words beside them, and which one it is ("instructs (2nd)")."""
    verbs = [verb.label for verb in vocabulary.heading_verbs()]
    every = "|".join(map(re.escape, sorted({*verbs, *vocabulary.heading_modifiers()}, key=len, reverse=True)))
    some = "|".join(map(re.escape, sorted(verbs, key=len, reverse=True)))
    return re.compile(
        rf"((?:(?:{every})\s+)*(?:{some})(?:,?\s+(?:and\s+)?(?:{every}))*)(?!\w)(?:-|\s*\()?(?:(?<=[-(])(\d+)(?:nd|rd|th)?\)?)?"
    )


# --- actors and concepts --------------------------------------------------------------------------------------------


@cache
def actor_names() -> dict[str, str]:
    """Every name of an actor or of several at once, in small letters -> its slug; the slug itself comes first."""
    names: dict[str, str] = {}
    known = [one for one in vocabulary.actors() if not one.relative and not one.others]
    known.sort(key=lambda one: bool(one.members))  # a name of one actor before the same name of several
    for one in known:
        names.setdefault(one.slug, one.slug)
    for one in known:
        for label in one.labels:
            names.setdefault(label.lower(), one.slug)
    return names


def actor(text: str) -> str | None:
    """The slug of the actor (or of the collection) that *text* names; None when the vocabulary knows none."""
    words = re.sub(r"^(?:the|all|all the) (?=\w)", "", " ".join(text.lower().split()))
    names = actor_names()
    found = names.get(words) or names.get(words.replace(" ", "-")) or _by_words().get(_content(words))
    if found:
        return found
    family = re.fullmatch(r"(.+?)[ -]*(\d+)", words) if group_number(words) is None else None
    kind = names.get(family[1]) or _by_words().get(_content(family[1])) if family else None
    return f"{kind}-{family[2]}" if family and kind in _numbered() else None


def group_number(text: str) -> str | None:
    """The number of a study group whose Sector is not said: "SG 13" -> "13"."""
    found = re.fullmatch(r"(?:the )?(?:sg|study group)[ -]?(\d+)", " ".join(text.lower().split()))
    return found[1] if found else None


def _content(words: str) -> frozenset[str]:
    """The words that tell one name from another: "director of the tsb" and "director tsb" have the same."""
    return frozenset(re.findall(r"[\w-]+", words)) - {"of", "the", "for"}


@cache
def _by_words() -> dict[frozenset[str], str]:
    """The content words of each name -> the slug, where they mean one actor only."""
    found: dict[frozenset[str], set[str]] = {}
    for name, slug_ in actor_names().items():
        if len(_content(name)) > 1:
            found.setdefault(_content(name), set()).add(slug_)
    return {words: next(iter(slugs)) for words, slugs in found.items() if len(slugs) == 1}


@cache
def _numbered() -> frozenset[str]:
    return frozenset(one.slug for one in vocabulary.actors() if one.numbered)


def concepts(kind: str) -> dict[str, str]:
    """Every name of a Sector or body in small letters -> its slug."""
    if kind == "body":
        return {label.lower(): key for label, key in _body_labels()}
    labels: dict[str, str] = {}
    from resograph import assets

    graph = vocabulary.load(assets.ONTOLOGY / "vocabularies" / f"{kind}s.ttl")
    for iri, node in graph.items():
        if f"/{kind}/" in iri:
            slug = iri.rsplit("/", 1)[-1]
            labels[slug] = slug
            names = [term for name in ("prefLabel", "altLabel", "hiddenLabel") for term in node.get(vocabulary.SKOS + name, ())]
            labels |= {str(getattr(term, "value", "")).lower(): slug for term in names if getattr(term, "language", None) in ("en", None)}
    return labels


def party(text: str) -> tuple[str, str] | None:
    """The Sector that *text* names, itself or by a body of it, or else the body: ("sector", "itu-t"), ("body", "pp")."""
    words = text.lower().strip()
    if sector := concepts("sector").get(words):
        return "sector", sector
    slug_ = concepts("body").get(words)
    if slug_ is None:
        return None
    of = next((body.sector for body in vocabulary.bodies() if body.key == slug_), "")
    return ("sector", of) if of else ("body", slug_)


def parties() -> list[str]:
    """The slugs of the Sectors and of the bodies outside them."""
    bodies = {body.key for body in vocabulary.bodies() if not body.sector}
    return sorted({*concepts("sector").values(), *bodies})


def nearest(text: str, names: Iterable[str], count: int = 4) -> str:
    """The *names* most like *text*, as the tail of an error: "; nearest: a, b" ("" when none is like it)."""
    found = get_close_matches(text.lower(), sorted(set(names)), n=count, cutoff=0.5)
    return f"; nearest: {', '.join(found)}" if found else ""
