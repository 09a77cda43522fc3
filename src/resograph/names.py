"""How people name things: "WTSA Resolution 18", "PP Res 71 (Rev. Dubai, 2018)", "Director of BDT" -> keys and slugs.

For what a person types as the parameter of a question.  Citations inside texts are read by ``resograph.annotate``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from resograph import vocabulary
from resograph.errors import BadKeyError
from resograph.keys import BODIES, KINDS, UN_BODIES, Key, number_segment

_SHORT = {"res": "resolution", "dec": "decision", "op": "opinion", "rec": "recommendation", "q": "question", "quest": "question"}
_KINDS = {kind: kind for kind in KINDS} | _SHORT
_ASSEMBLIES = {"itu-t": "wtsa", "itu-r": "ra", "itu-d": "wtdc"}  # who adopts the resolutions of a Sector
_NUMBER = re.compile(r"(?:\b[A-Za-z]{1,4}[./-])?\d+(?:[./-]\d+)*[a-z]?\b|\[?\bCOM\d+/\d+\]?")


def cited(text: str) -> Key | None:
    """The key that *text* is or cites: a work, an edition, or a part of one; None when it is no such name."""
    words = " ".join(text.split()).strip("/")
    try:
        return Key.parse(words.lower())
    except BadKeyError:
        pass
    return _short_key(words) or _citation(words)


def _short_key(words: str) -> Key | None:
    """A key without its kind: "wtsa/18/2024/resolves/2"."""
    body, _, rest = words.lower().partition("/")
    if body not in BODIES or not rest:
        return None
    try:
        return Key.parse(f"{body}/resolution/{rest}")
    except BadKeyError:
        return None


def _citation(words: str) -> Key | None:
    """ "WTSA Resolution 18 (Rev. New Delhi, 2024)", "Resolution 71 of PP", "PP-22 Res 71", with a part behind it or not."""
    words, _, part = words.partition("/") if re.search(r"[a-z]+ \S+.*\d/[a-z]", words) else (words, "", "")
    body, rest = _body(words)
    if not body:
        return None
    year = re.search(r"\b((?:18|19|20|21)\d\d)\b(?=\s*\)?\s*$|\))", rest)
    before = rest[: year.start()] if year else rest
    kinds = [word for word in re.findall(r"[A-Za-z]+", before) if word.lower().rstrip("s") in _KINDS]
    number = _NUMBER.search(before[before.find(kinds[0]) + len(kinds[0]) :] if kinds else before)
    if not number and year and not kinds:
        return None
    if not number:
        return None
    kind = _KINDS[kinds[0].lower().rstrip("s")] if kinds else "recommendation" if body in _ASSEMBLIES else "resolution"
    if kind in ("resolution", "opinion", "decision"):
        body = _ASSEMBLIES.get(body, body)
    key = Key(body, kind, number_segment(number.group()), int(year[1]) if year and body not in UN_BODIES else None)
    try:
        return Key.parse(f"{key}/{part}" if part else str(key))
    except BadKeyError:
        return None


def _body(words: str) -> tuple[str, str]:
    """The body that *words* name, and the words without it."""
    for label, key in _body_labels():
        found = re.search(rf"(?<!\w){re.escape(label)}(?:-\d\d(?:\d\d)?)?(?!\w)", words, re.IGNORECASE)
        if found:
            return key, f"{words[: found.start()]} {words[found.end() :]}"
    return "", words


@cache
def _body_labels() -> tuple[tuple[str, str], ...]:
    labels = {key: key for key in BODIES}
    for body in vocabulary.bodies():
        labels |= dict.fromkeys((*body.labels, *body.codes), body.key)
    return tuple(sorted(labels.items(), key=lambda item: (-len(item[0]), item[0])))


@cache
def actor_names() -> dict[str, str]:
    """Every name of an actor in small letters -> its slug; the slug itself comes first."""
    names: dict[str, str] = {}
    for actor in vocabulary.actors():
        if not actor.members and not actor.relative:
            names.setdefault(actor.slug, actor.slug)
    for actor in vocabulary.actors():
        if actor.slug in names:
            for label in actor.labels:
                names.setdefault(label.lower(), actor.slug)
    return names


def actor(text: str) -> str | None:
    """The slug of the actor that *text* names, with or without article; None when the vocabulary knows none."""
    words = re.sub(r"^the ", "", " ".join(text.lower().split()))
    names = actor_names()
    found = names.get(words) or names.get(words.replace(" ", "-"))
    if found:
        return found
    family = re.fullmatch(r"(.+?)[ -](\d+)", words)
    kind = names.get(family[1]) or names.get(f"{family[1]}s") if family else None
    return f"{kind.removesuffix('s')}-{family[2]}" if family and kind else None


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


def nearest(text: str, names: Iterable[str], count: int = 4) -> str:
    """The *names* most like *text*, as the tail of an error: "; nearest: a, b" ("" when none is like it)."""
    found = get_close_matches(text.lower(), sorted(set(names)), n=count, cutoff=0.5)
    return f"; nearest: {', '.join(found)}" if found else ""
