"""The JSON of the contract (section 3), and a readable outline of a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resograph.model import Resolution


def record(resolution: Resolution) -> dict[str, Any]:
    """One record as the object of one JSON line; spans are character offsets into the text of its source."""
    outline = resolution.outline
    source = outline.source
    key = outline.key
    return {
        "key": str(key),
        "work": str(key.work),
        "body": key.body,
        "kind": key.kind,
        "number": key.number,
        "version": outline.version or None,
        "place": outline.place or None,
        "year": key.year,
        "revised": outline.revised,
        "language": source.language,
        "title": outline.title,
        "history": [{"place": adoption.place or None, "year": adoption.year} for adoption in outline.history],
        "source": {"path": source.path, "sha256": source.sha256, "format": source.format},
        "sections": [
            {
                "part": section.part,
                "heading": section.heading,
                "title": section.title or None,
                "role": section.role,
                "addressees": list(resolution.addressees.get(section.part, ())),
                **({"serves": list(resolution.serves[section.part])} if section.part in resolution.serves else {}),
                "span": list(section.span),
            }
            for section in outline.sections
        ],
        "clauses": [
            {
                "part": clause.part,
                "role": clause.role,
                "marker": clause.marker or None,
                "text": source.view(clause.body).text,
                "sectors": list(resolution.sectors.get(clause.part, ())),
                "span": list(clause.span),
            }
            for clause in outline.clauses
        ],
        "footnotes": [
            {"part": note.part, "on": note.on or None, "text": source.view(note.body).text, "span": list(note.span)}
            for note in outline.footnotes
        ],
        "blocks": [{"part": block.part, "role": block.role, "span": list(block.span)} for block in outline.blocks],
        "citations": [
            {
                "part": citation.part,
                "text": citation.text,
                "span": list(citation.span),
                "target": str(citation.target),
                "group": citation.group,
                "intent": citation.intent,
                "phrase": citation.phrase,
                "pinpoint": citation.pinpoint,
                "self": citation.self,
                "version": citation.version or None,
                "place": citation.place or None,
            }
            for citation in resolution.citations
        ],
        "abrogations": [
            {
                "part": ended.part,
                "text": ended.text,
                "span": list(ended.span),
                "target": str(ended.target),
                "into": str(ended.into) if ended.into else None,
            }
            for ended in resolution.abrogations
        ],
        "norms": [
            {
                "part": norm.part,
                "modality": norm.modality,
                "force": norm.force or None,
                "addressees": list(norm.addressees),
                "action": norm.action,
                "counterparts": list(norm.counterparts),
                "beneficiaries": list(norm.beneficiaries),
                "frequency": norm.frequency,
                "deadline": norm.deadline,
                "condition": norm.condition,
                "step": norm.step,
                "span": list(norm.span),
            }
            for norm in resolution.norms
        ],
        "terms": [{"abbreviation": t.abbreviation, "meaning": t.meaning, "part": t.part} for t in resolution.terms],
        "findings": [{"code": f.code, "severity": f.severity, "part": f.part or None, "message": f.message} for f in resolution.findings],
    }


def text(resolution: Resolution) -> str:
    """The record for a person: header, each clause with its part, its citations and norms below it."""
    return "\n".join(_lines(resolution)) + "\n"


def _lines(resolution: Resolution) -> Iterator[str]:
    outline = resolution.outline
    source = outline.source
    yield f"{outline.key}"
    yield outline.title
    if outline.history:
        yield "adopted: " + "; ".join(f"{a.place}, {a.year}".strip(", ") for a in outline.history)
    things: list[tuple[int, list[str]]] = [
        (section.span.start, ["", f"{section.part}: {section.heading}" + (f" - {section.title}" if section.title else "")])
        for section in outline.sections
    ]
    for clause in outline.clauses:
        lines = [f"  [{clause.part}] {source.view(clause.body).text}"]
        lines += [f"      cites {c.target}" for c in resolution.citations if c.part == clause.part and not c.self]
        for norm in (n for n in resolution.norms if n.part == clause.part):
            who = ", ".join(norm.addressees) or "(nobody named)"
            when = ", ".join(filter(None, (norm.frequency, norm.deadline)))
            lines.append(f"      {norm.modality}: {who}" + (f" ({when})" if when else ""))
        things.append((clause.span.start, lines))
    for note in outline.footnotes:
        things.append((note.span.start, [f"  [{note.part} on {note.on or 'no known place'}] {source.view(note.body).text}"]))
    for _, lines in sorted(things, key=lambda thing: thing[0]):
        yield from lines
    for finding in resolution.findings:
        yield f"{finding.severity}: {finding.code} in {finding.part or 'the text'}: {finding.message}"
