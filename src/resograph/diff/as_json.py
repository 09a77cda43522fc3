"""A comparison as JSON; docs/diff.md says what each field is."""

from __future__ import annotations

import json
from typing import Any

from resograph.diff.forms import by_clause
from resograph.diff.model import Alignment, Change, CitationChange, Clause, Duty, DutyChange, Edit, Edition, HeadingChange, Reference


def as_json(alignment: Alignment) -> str:
    """One JSON object, indented."""
    found = {
        "old": _edition(alignment.old),
        "new": _edition(alignment.new),
        "notes": list(alignment.notes),
        "counts": alignment.counts,
        "title": _edits(alignment.title),
        "headings": [_heading(change) for change in alignment.headings],
        "changes": [_change(change) for change in alignment.changes],
        "citations": [_citation(change) for change in alignment.citations],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _edition(edition: Edition) -> dict[str, Any]:
    return {
        "key": str(edition.key),
        "title": edition.title,
        "place": edition.place or None,
        "language": edition.language,
        "words": edition.worded,
        "clauses": len(edition.clauses),
        "source": {"file": edition.file, "sha256": edition.sha256},
    }


def _edits(edits: tuple[Edit, ...]) -> list[list[str]]:
    return [[edit.kind, edit.text] for edit in edits]


def _heading(change: HeadingChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "old": change.old.part if change.old else None,
        "new": change.new.part if change.new else None,
        "edits": _edits(change.edits),
    }


def _change(change: Change) -> dict[str, Any]:
    pieces = {clause.part: edits for clause, edits in by_clause(change)} if change.new else {}
    return {
        "kinds": list(change.kinds),
        "old": [_clause(clause) for clause in change.old],
        "new": [{**_clause(clause), **({"edits": _edits(pieces[clause.part])} if len(pieces) > 1 else {})} for clause in change.new],
        "edits": [] if change.same_words else _edits(change.edits),
        "similarity": change.similarity,
        "citations_only": change.citations_only,
        "citations": [_citation(citation) for citation in change.citations],
        "duties": [_duty_change(duty) for duty in change.duties],
    }


def _clause(clause: Clause) -> dict[str, Any]:
    return {"part": clause.part, "role": clause.role, "marker": clause.marker or None, "text": clause.text}


def _citation(change: CitationChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "work": str(change.work),
        "old": [_reference(reference) for reference in change.old],
        "new": [_reference(reference) for reference in change.new],
    }


def _reference(reference: Reference) -> dict[str, Any]:
    return {"target": str(reference.target), "version": reference.version or None, "text": reference.text or None}


def _duty_change(change: DutyChange) -> dict[str, Any]:
    return {"kind": change.kind, "fields": list(change.fields), "old": _duty(change.old), "new": _duty(change.new)}


def _duty(duty: Duty | None) -> dict[str, Any] | None:
    if duty is None:
        return None
    return {
        "part": duty.part,
        "modality": duty.modality,
        "force": duty.force or None,
        "addressees": list(duty.addressees),
        "counterparts": list(duty.counterparts),
        "beneficiaries": list(duty.beneficiaries),
        "frequency": duty.frequency or None,
        "deadline": duty.deadline or None,
        "condition": duty.condition or None,
        "action": duty.action or None,
    }
