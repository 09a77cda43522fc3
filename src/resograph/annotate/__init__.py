"""Annotate an outline: citations, actors, norms, terms, Sectors.  Pure functions; ``components.py`` wraps them for spaCy."""

from __future__ import annotations

from resograph.annotate.abrogations import abrogations
from resograph.annotate.actors import Context, find, listed
from resograph.annotate.acts import heading_acts
from resograph.annotate.annexes import serves, steps
from resograph.annotate.citations import citations
from resograph.annotate.norms import norms
from resograph.annotate.phrases import Reader
from resograph.annotate.sectors import sectors_in
from resograph.annotate.terms import terms
from resograph.annotate.units import units
from resograph.model import Finding, Mention, Norm, Outline, Resolution


def annotate(outline: Outline, language: str = "en") -> Resolution:
    """What *outline* says, as spans and targets."""
    context = Context.of(outline.key.body)
    reading = tuple(units(outline))
    cited, findings = citations(outline, reading, language)
    introduced = terms(reading)
    reader = Reader(context, {term.abbreviation: term.meaning for term in introduced}, language)
    found = {unit.part: find(unit.plain, context, language) for unit in reading if unit.role != "title"}
    acts = {section.part: heading_acts(section, reader) for section in outline.sections}
    texts = {unit.part: unit for unit in reading if unit.role != "title"}
    duties = steps(outline, norms(outline, texts, reader, acts))
    return Resolution(
        outline=outline,
        citations=cited,
        mentions=tuple(
            Mention(part, name.actors, texts[part].span(name.start, name.end)) for part, names in found.items() for name in names
        ),
        norms=duties,
        terms=introduced,
        abrogations=abrogations(outline, reading, cited, language),
        serves=serves(outline, cited),
        findings=(*outline.findings, *findings, *_unlisted(duties, language)),
        sectors={clause.part: sectors_in(texts[clause.part].plain, found[clause.part]) for clause in outline.clauses},
        addressees={
            part: tuple(dict.fromkeys(actor for act in section_acts for actor in act.addressees)) for part, section_acts in acts.items()
        },
    )


def _unlisted(duties: tuple[Norm, ...], language: str) -> list[Finding]:
    """A finding for each addressee that has only a slug of its own, where it stands first."""
    first = {actor: norm.part for norm in reversed(duties) for actor in (*norm.addressees, *norm.counterparts)}
    return [
        Finding("actor-unlisted", "info", part, f"{actor!r} is not in the vocabulary of actors")
        for actor, part in sorted(first.items(), key=lambda item: item[0])
        if not listed(actor, language)
    ]
