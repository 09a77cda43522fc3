"""Findings about a text: what the reader saw, and what the catalogue knows of its citations.

    check(resolutions, known, parts, at)  -> findings, in the order of the text, those to mend first in each part

A text is checked together with the others of its file and the store: its own adoption history counts as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from resograph import witnesses
from resograph.catalogue import Evidence
from resograph.keys import Key
from resograph.model import Resolution, Span
from resograph.status import Citing, Parts, Verdict, judge
from resograph.witnesses import Witnesses

_SEVERITY = {"contradictory": "warning", "dangling": "warning", "stale": "warning", "outdated": "info"}
_WORDS = 100  # characters of a part that are shown


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: where, how grave ("error", "warning", "info"), which, what is wrong, the words, what would be right, and why."""

    file: str
    edition: str
    part: str
    severity: str
    code: str
    message: str
    words: str = ""
    right: str = ""
    span: Span | None = None
    evidence: tuple[str, ...] = ()


def check(resolutions: Iterable[Resolution], known: Witnesses, parts: Parts, at: str) -> list[Found]:
    """What is wrong with *resolutions* by what the store (*known*, *parts*) and they themselves say, on the day *at*."""
    texts = list(resolutions)
    own = Witnesses()
    for text in texts:
        own += witnesses.of_resolution(text)
    inside = {text.outline.key.edition: text for text in texts}
    others = Witnesses(
        tuple(one for one in known.texts if one.key not in inside),
        tuple(one for one in known.citations if one.where.edition not in inside),
        known.rows,
        known.endings,
        known.claims,
    )
    catalogue = (others + own).catalogue()

    def parts_of(edition: Key) -> frozenset[str] | None:
        text = inside.get(edition)
        if text is None:
            return parts(edition)
        lost = any(finding.code == "heading-lost" for finding in text.outline.findings)
        return None if lost else text.outline.parts

    found: list[Found] = []
    for text in texts:
        key, place = text.outline.key.edition, text.outline.place
        said = witnesses.of_resolution(text).citations
        lines = list(_read(text))
        for citation, one in zip(text.citations, said, strict=True):
            judgement = judge(one.cited, Citing(key, place), catalogue, parts_of, at)
            lines += _standing(text, citation.part, citation.text, citation.span, judgement.faults)
        found += sorted(lines, key=lambda line: (line.span or Span(-1, -1), line.code))
    return found


def _read(text: Resolution) -> Iterator[Found]:
    """The findings of the reader."""
    outline = text.outline
    spans = {section.part: section.span for section in outline.sections}
    spans |= {clause.part: clause.span for clause in outline.clauses} | {note.part: note.span for note in outline.footnotes}
    spans |= {block.part: block.span for block in reversed(outline.blocks) if block.part}
    for one in dict.fromkeys((*outline.findings, *text.findings)):
        span = spans.get(one.part)
        words = " ".join(outline.source.view(span).text.split()) if span else ""
        shown = f"{words[:_WORDS].rsplit(' ', 1)[0]} \u2026" if len(words) > _WORDS else words
        yield Found(outline.source.path, str(outline.key), one.part, one.severity, one.code, one.message, shown, "", span)


def _standing(text: Resolution, part: str, words: str, span: Span, faults: tuple[Verdict, ...]) -> Iterator[Found]:
    """The faults of one citation; one that is stale is outdated, too, and is told once."""
    told = {fault.status for fault in faults}
    for fault in faults:
        if fault.status == "outdated" and "stale" in told:
            continue
        yield Found(
            file=text.outline.source.path,
            edition=str(text.outline.key),
            part=part,
            severity="warning" if text.outline.key.year is None else _SEVERITY[fault.status],  # a draft can still be mended
            code=f"citation-{fault.status}",
            message=fault.why,
            words=" ".join(words.split()),
            right=fault.right,
            span=span,
            evidence=tuple(_shown(one) for one in fault.evidence),
        )


def _shown(one: Evidence) -> str:
    return f"{one.kind} {one.where}" if one.where else one.kind
