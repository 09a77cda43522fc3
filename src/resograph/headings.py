"""Call headings: the lines that open the sections of a preamble and of an operative part.

A heading is read by rule, not from a closed list of lines:

    [adverb] verb [modifier] [to infinitive] [and verb ...] [addressee phrase] [, in consultation with ...]
    further  instructs                                      the Director of TSB
             noting   with satisfaction
             resolves          to invite                    Sector Members
             requests                      the Secretary-General and instructs the Director of BDT

The verbs and modifiers are those of ontology/vocabularies/headings.ttl.  Where a Word style says that a line is a heading,
any participle, adjective or third-person verb will do.  Source: the ITU template styles ("Call") and the drafting of
WTSA, PP, WTDC, RA, WRC and Council texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from resograph import vocabulary
from resograph.keys import slug

_ADVERB = (
    r"(?:further|also|again|hereby|unanimously|strongly|deeply|fully|once again|in addition|likewise|finally|gravely|seriously|noting)"
)
# An infinitive after "resolves" that is part of the heading: the forces of other headings ("resolves to instruct").
_INFINITIVES = r"(?:instruct|invite|request|urge|encourage|recommend|authori[sz]e|direct|call upon|call on|appeal|entrust|charge)"
# "to" that begins an infinitive, not "to the ...", "to its ...", "to Member States".
_TO_VERB = re.compile(
    r",? (?:not )?to (?!the\b|its\b|their\b|this\b|that\b|these\b|those\b|all\b|each\b|any\b|an?\b|be held\b|[A-Z0-9(])(?=[a-z])"
)
# The first item of the list, run into the heading: "... of the Bureaux 1 to prepare".
_FIRST_ITEM = re.compile(r"\s(?=(?:1|a\))\s+(?:to|that|the|each|when|in)\b)")
_WHERE_TEXT_RUNS_ON = re.compile(r",?:? (?:that\b|(?:not )?to (?!the\b|its\b|their\b|this\b|all\b|an?\b|[A-Z0-9(])(?=[a-z]))")
_COMPANY = re.compile(
    r",? (?:in (?:close |full )?(?:collaboration|cooperation|consultation|coordination|conjunction|liaison)(?: and \w+)? with"
    r"|together with|through|within|under|as appropriate|after consult)\b"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading read from a line.  ``addressees`` are offsets of the phrases that name who must act; ``end`` is where
    the heading ends and the text of its first clause begins (the length of the line when it is a heading only)."""

    segment: str
    operative: bool
    force: str
    modality: str
    addressees: tuple[tuple[int, int], ...]
    end: int
    known: bool = True


def _alternatives(labels: list[str]) -> str:
    return "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in sorted(set(labels), key=lambda v: (-len(v), v)))


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], dict[str, vocabulary.HeadingVerb], re.Pattern[str], re.Pattern[str]]:
    verbs = vocabulary.heading_verbs(language)
    by_label = {verb.label: verb for verb in reversed(verbs)}
    operative = _alternatives([v.label for v in verbs if v.operative])
    preambular = _alternatives([v.label for v in verbs if not v.operative])
    modifiers = _alternatives([*vocabulary.heading_modifiers(language), "further", "also", "however", "in particular", "again"])
    with_noun = r"with\s+(?:\w+\s+)?(?:satisfaction|appreciation|concern|regret|interest|approval|gratitude|alarm|pleasure)"
    start = re.compile(
        rf"""(?P<adverb>(?:{_ADVERB}\s+)*?)
             (?:(?P<operative>{operative})|(?P<preambular>{preambular}))(?![\w-])
             (?P<modifiers>(?:,?\s+(?:{with_noun}|{modifiers})(?![\w-]))*)
             (?P<infinitive>(?:,?\s+to\s+(?:{_INFINITIVES})(?:\s+and\s+{_INFINITIVES})*(?![\w-])(?:\s+(?:further|also)\b)?)?)""",
        re.VERBOSE,
    )
    second = re.compile(rf",?\s+(?:and|,)\s+(?P<adverb>(?:{_ADVERB}\s+)*)(?P<verb>{operative})(?=\s)", re.IGNORECASE)
    loose = re.compile(
        rf"(?P<verb>(?:{_ADVERB}\s+)*(?:having\s+\w+|being\s+\w+|\w+ing|\w+ed|\w+ous|\w+ful|\w+s))(?P<modifiers>(?:,?\s+(?:{with_noun}|{modifiers})(?![\w-]))*)",
        re.VERBOSE,
    )
    return start, by_label, second, loose


def heading(text: str, *, styled: bool = False, language: str = "en") -> Heading | None:
    """The heading that *text* (plain, one line) begins with, or None.

    ``styled`` says that the file itself marks the line as a heading.  A heading has no final ";" or "."; the text may
    run on after it, and then ``end`` is shorter than the line.
    """
    start, verbs, second, loose = _patterns(language)
    line = text.rstrip()
    lowered = line[:1].lower() + line[1:]
    found = start.match(lowered)
    if not found:
        return _styled_heading(lowered, loose) if styled else None
    label = " ".join((found["operative"] or found["preambular"]).split())
    verb = verbs[label.lower()]
    phrase_end = found.end()
    segment = slug(lowered[:phrase_end])
    rest = line[phrase_end:]
    if not verb.operative:
        bare = not rest.strip(" ,:")
        return Heading(segment, False, "", "", (), len(line) if bare else phrase_end)
    force, modality = verb.force, verb.modality
    if found["infinitive"]:
        inner = _force_of_infinitive(found["infinitive"], verbs)
        if inner:
            force, modality = inner.force, inner.modality
    run_on = _WHERE_TEXT_RUNS_ON.search(rest)
    if run_on and not found["infinitive"] and run_on.start() == 0:
        return Heading(segment, True, force, modality, (), phrase_end)
    to = _FIRST_ITEM.search(rest) or _TO_VERB.search(rest)
    end = phrase_end + to.start() if to else len(line)
    addressees: list[tuple[int, int]] = []
    at = phrase_end
    for other in second.finditer(line, phrase_end, end):
        addressees.append((at, other.start()))
        segment += "-and-" + slug(other["adverb"] + other["verb"])
        at = other.end()
    company = _COMPANY.search(line, at, end)
    addressees.append((at, company.start() if company else end))
    spans = tuple((a, b) for a, b in addressees if line[a:b].strip(" ,:"))
    return Heading(segment, True, force, modality, spans, end)


def _force_of_infinitive(words: str, verbs: dict[str, vocabulary.HeadingVerb]) -> vocabulary.HeadingVerb | None:
    """The operative verb whose infinitive stands in *words*: "to invite" -> invites."""
    stem = re.sub(r"^,?\s*to\s+", "", words).split(" and ")[0].strip()
    first, _, rest = stem.partition(" ")
    for form in (f"{first}s {rest}".strip(), f"{first}s"):
        if form in verbs:
            return verbs[form]
    return None


def _styled_heading(line: str, loose: re.Pattern[str]) -> Heading | None:
    """A heading whose verb the vocabulary does not know, on the word of the file's own style."""
    found = loose.match(line)
    if not found:
        return None
    operative = bool(re.search(r"s$", found["verb"])) and not re.search(r"(?:ous|ss)$", found["verb"])
    end = len(line)
    if not operative:
        return Heading(slug(line), False, "", "", (), end, known=False)
    spans = ((found.end(), end),) if line[found.end() : end].strip(" ,:") else ()
    return Heading(slug(line[: found.end()]), True, found["verb"].split()[-1].rstrip("s"), "obligation", spans, end, known=False)
