"""Annexes: which clauses send the reader to each of them, and the order of the acts of a procedure that one lays down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from resograph.model import Citation, Norm, Outline

_ATTACHED = frozenset(["annex", "appendix", "attachment"])


def serves(outline: Outline, cited: Iterable[Citation]) -> dict[str, tuple[str, ...]]:
    """Annex, appendix or attachment -> the clauses outside it that cite it or a part of it, in reading order."""
    attached = [section.part for section in outline.sections if section.role in _ATTACHED]
    found: dict[str, tuple[str, ...]] = {}
    known = {clause.part for clause in outline.clauses}
    own = [citation for citation in cited if citation.self and citation.target.part and citation.part in known]
    for part in attached:
        inside = part + "/"
        clauses = [c.part for c in own if (c.target.part + "/").startswith(inside) and not (c.part + "/").startswith(inside)]
        found[part] = tuple(dict.fromkeys(clauses))
    return found


def steps(outline: Outline, duties: Sequence[Norm]) -> tuple[Norm, ...]:
    """*duties* with the acts of each annex numbered in reading order; acts of one clause are one step."""
    attached = {section.part for section in outline.sections if section.role in _ATTACHED and "/" not in section.part}
    count: dict[str, dict[str, int]] = {}
    out = []
    for norm in duties:
        annex = norm.part.partition("/")[0]
        if annex not in attached:
            out.append(norm)
            continue
        order = count.setdefault(annex, {})
        out.append(replace(norm, step=order.setdefault(norm.part, len(order) + 1)))
    return tuple(out)
