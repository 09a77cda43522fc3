"""The whole way from a file to what was read out of it."""

from __future__ import annotations

from pathlib import Path

from resograph.annotate import annotate
from resograph.errors import NoRecordError
from resograph.instruments import Instrument, find
from resograph.model import Resolution, Source
from resograph.read import read
from resograph.segment import segment
from resograph.split import split


def parse(path: str | Path, language: str = "en") -> list[Resolution]:
    """Every record of the file *path*; ``UnreadableError`` or ``NoRecordError`` when there is none."""
    return records(read(path), language)


def records(source: Source, language: str = "en") -> list[Resolution]:
    """Every record of *source*; ``NoRecordError`` when there is none."""
    found = parse_source(source, language)
    if not found:
        raise _nothing(source)
    return found


def parse_source(source: Source, language: str = "en") -> list[Resolution]:
    """Every record of *source*, annotated; [] when there is none."""
    return [document for document in _documents(source, language) if isinstance(document, Resolution)]


def documents(source: Source, language: str = "en") -> list[Resolution | Instrument]:
    """Every record and every basic instrument of *source*, in reading order; ``NoRecordError`` when there is neither."""
    found = _documents(source, language)
    if not found:
        raise _nothing(source)
    return found


def _documents(source: Source, language: str) -> list[Resolution | Instrument]:
    parts = split(source)
    instruments = find(source, [part.paragraphs[part.number_at].span.start for part in parts])
    if instruments and parts:
        parts = split(source, tuple(instrument.span for instrument in instruments))
    found: list[tuple[int, Resolution | Instrument]] = [(part.region.start, annotate(segment(part, language), language)) for part in parts]
    found += [(instrument.span.start, instrument) for instrument in instruments]
    return [document for _, document in sorted(found, key=lambda pair: pair[0])]


def _nothing(source: Source) -> NoRecordError:
    return NoRecordError(f"{source.path}: no resolution found; a record begins with a line such as RESOLUTION 18 (Rev. New Delhi, 2024)")
