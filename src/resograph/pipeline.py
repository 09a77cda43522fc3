"""The whole way from a file to what was read out of it."""

from __future__ import annotations

from pathlib import Path

from resograph.annotate import annotate
from resograph.errors import NoRecordError
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
        raise NoRecordError(f"{source.path}: no resolution found; a record begins with a line such as RESOLUTION 18 (Rev. New Delhi, 2024)")
    return found


def parse_source(source: Source, language: str = "en") -> list[Resolution]:
    """Every record of *source*, annotated; [] when there is none."""
    return [annotate(segment(record, language), language) for record in split(source)]
