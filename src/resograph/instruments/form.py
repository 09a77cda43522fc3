"""The JSON of an instrument, a readable outline of it, and the table of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePath
from typing import Any

from resograph.instruments.model import Division, Instrument, Provision

COLUMNS = ("instrument", "number", "article", "chapter", "suppressed")
"""The columns of ``corpus/catalogue/provisions.tsv``."""


def record(instrument: Instrument) -> dict[str, Any]:
    """The instrument as the object of one JSON line; spans are character offsets into the text of its source."""
    source = instrument.source
    return {
        "kind": "instrument",
        "key": str(instrument.key),
        "title": instrument.title,
        "language": source.language,
        "amended": list(instrument.amended),
        "source": {"path": source.path, "sha256": source.sha256, "format": source.format},
        "divisions": [
            {"part": division.key.path, "unit": division.unit, "number": division.number or None, "title": division.title or None}
            | _common(division)
            for division in instrument.divisions
        ],
        "provisions": [
            {
                "part": provision.key.path,
                "number": provision.number,
                "marker": provision.marker or None,
                "title": provision.title or None,
                "text": instrument.words(provision) or None,
            }
            | _common(provision)
            for provision in instrument.provisions
        ],
        "footnotes": [
            {"part": note.part, "on": note.on or None, "text": source.view(note.body).text, "span": list(note.span)}
            for note in instrument.footnotes
        ],
        "blocks": [{"part": block.part, "role": block.role, "span": list(block.span)} for block in instrument.blocks],
        "findings": [{"code": f.code, "severity": f.severity, "part": f.part or None, "message": f.message} for f in instrument.findings],
    }


def _common(thing: Division | Provision) -> dict[str, Any]:
    within = thing.within.path if thing.within else None
    return {"within": within, "amended": list(thing.amended), "suppressed": thing.suppressed, "span": list(thing.span)}


def text(instrument: Instrument) -> str:
    """The instrument for a person: each provision with its number under its article."""
    return "\n".join(_lines(instrument)) + "\n"


def _lines(instrument: Instrument) -> Iterator[str]:
    yield f"{instrument.key}"
    yield instrument.title
    if instrument.amended:
        yield f"amended by: {', '.join(instrument.amended)}"
    things: list[Division | Provision] = sorted((*instrument.divisions, *instrument.provisions), key=lambda thing: thing.span)
    for thing in things:
        state = ", ".join(filter(None, ["suppressed" if thing.suppressed else "", *thing.amended]))
        after = f" ({state})" if state else ""
        if isinstance(thing, Division):
            name = " ".join(filter(None, [thing.unit, thing.number])) if thing.unit != "heading" else thing.title
            yield ""
            yield f"{thing.key.path}: {name}{after}" + (f" - {thing.title}" if thing.title and thing.unit != "heading" else "")
        else:
            words = " ".join(filter(None, [thing.marker, instrument.words(thing)]))
            yield f"  [{thing.key.path}]{after}" + (f" {words}" if words else "")
    for note in instrument.footnotes:
        yield f"  [{note.part}] {instrument.source.view(note.body).text}"
    for finding in instrument.findings:
        yield f"{finding.severity}: {finding.code} in {finding.part or 'the text'}: {finding.message}"


def table(instruments: Iterable[Instrument], made: date | None = None) -> str:
    """Which provisions exist, one a line, with where they stand: numbers only, no words (``corpus/catalogue/provisions.tsv``)."""
    found = list(instruments)
    lines = [
        "# Provisions of the basic instruments: numbers, the article and chapter that each stands in, whether it is suppressed.",
        f"# Made with 'resograph parse FILE... --format provisions' on {(made or date.today()).isoformat()} from:",
    ]
    for instrument in found:
        source = instrument.source
        amended = f", with the amendments of {', '.join(instrument.amended)}" if instrument.amended else ""
        lines.append(f"#   {PurePath(source.path.replace(chr(92), '/')).name}, SHA-256 {source.sha256}: {instrument.title}{amended}")
    lines.append("\t".join(COLUMNS))
    for instrument in found:
        for provision in instrument.provisions:
            around = {division.unit: division.key.provision for division in instrument.around(provision)}
            suppressed = "yes" if provision.suppressed else ""
            row = (str(instrument.key), provision.key.provision, around.get("article", ""), around.get("chapter", ""), suppressed)
            lines.append("\t".join(row))
    return "\n".join(lines) + "\n"
