"""What a call heading does: "invites Member States" invites them, "requests X and instructs Y" does two things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.annotate.actors import own_slug
from resograph.annotate.phrases import Reader
from resograph.headings import heading
from resograph.model import Section


@dataclass(frozen=True, slots=True)
class Act:
    """What a heading does: its force, the modality it gives, whom it addresses, who must be consulted."""

    force: str
    modality: str
    addressees: tuple[str, ...]
    counterparts: tuple[str, ...] = ()


@cache
def force_table(language: str) -> dict[str, tuple[str, str]]:
    """Infinitive or third person of a heading verb -> (force, modality): "invite" -> ("invite", "invitation")."""
    out: dict[str, tuple[str, str]] = {}
    for verb in vocabulary.heading_verbs(language):
        if verb.operative and verb.force and " to " not in verb.label:
            out[verb.label] = (verb.force, verb.modality)
            first, _, rest = verb.label.partition(" ")
            base = re.sub(r"ies$", "y", first) if first.endswith("ies") else re.sub(r"s$", "", first)
            out[f"{base} {rest}".strip()] = (verb.force, verb.modality)
    return out


def heading_acts(section: Section, reader: Reader) -> tuple[Act, ...]:
    """The acts of a call heading: one, or one for each of its verbs."""
    if section.role != "operative" or not section.heading:
        return ()
    text = section.heading.replace("\u00a0", " ").replace("\u2011", "-")
    found = heading(text, styled=True, language=reader.language)
    if not found:
        return ()
    forces = force_table(reader.language)
    company: tuple[str, ...] = ()
    if found.addressees:
        rest = text[found.addressees[-1][1] :]
        with_whom = re.match(r",?\s(?:in\s[\w\s]+?\swith|after\sconsult\w+|through)\s(?:the\s)?", rest)
        company = reader.actors(rest[with_whom.end() :]) if with_whom else ()
    spans = found.addressees or ((0, 0),)
    acts = []
    verbs = found.segment.split("-and-")
    for n, (start, end) in enumerate(spans):
        force, modality = found.force, found.modality
        if n and len(verbs) > n:
            force, modality = forces.get(verbs[n].replace("-", " "), (force, modality))
        elif len(spans) > 1:
            force, modality = forces.get(re.sub(r"^further-|^also-", "", verbs[0]).replace("-", " "), (force, modality))
        acts.append(Act(force, modality, _trimmed(reader, text[start:end]), company))
    return tuple(acts)


def _trimmed(reader: Reader, words: str) -> tuple[str, ...]:
    bare = re.sub(r"^[\s,]*(?:once again\s|also\s|further\s)?(?:of\s|to\s|upon\s)?(?:the\s)?(?:(?:19|20)\d\d\s)?", "", words)
    return reader.actors(bare) or _unnamed(bare)


def _unnamed(words: str) -> tuple[str, ...]:
    """Whoever a call heading is addressed to can act, known or not: "the Sampling Panel" gets a slug of its own."""
    phrase = re.match(r"[A-Z][\w-]*(?:\s(?:of|on|for|and|the|[A-Z])[\w-]*){0,7}(?=\W*$)", words)
    return (own_slug(phrase.group()),) if phrase else ()
