"""What a generation says of itself: its format, its source files, what it holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from resograph.errors import StoreError

FORMAT = 3
"""2: with the derived graphs that the questions ask; 3: with the full text beside the graph, and the number of triples."""
OLDEST = 2
"""The oldest format that is read; the next write makes it one of today."""

DERIVED = "code"
"""Among what is loaded beside the files: the program that made the derived graphs; missing where they are not in step."""


@dataclass(frozen=True)
class Entry:
    """A source file as it was built: its content, the version of the program that read it, what came of it."""

    sha256: str
    digest: str
    keys: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Manifest:
    """What a generation holds: the source files by name, the digests of what is loaded beside them, how many triples, made when.

    ``tables`` are the SHA-256 digests of the engine's table files, which never change; ``triples`` is -1 where nobody has counted.
    In a store of format 2 it is, ``made`` is "" and ``tables`` is empty.
    """

    base: str = ""
    files: dict[str, Entry] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT
    triples: int = -1
    made: str = ""
    tables: dict[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        """As JSON, files in order."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, path: Path, folder: Path) -> Manifest:
        """The manifest at *path* of the store *folder*; ``StoreError`` when it is damaged or of a format that is not read."""
        anew = f"write it anew with 'resograph build --rebuild --store {folder}'"
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            written = int(data["format"])
            if not OLDEST <= written <= FORMAT:
                which = f"this program reads {OLDEST} to {FORMAT}"
                mend = f"use the newer program that made it, or {anew}" if written > FORMAT else anew
                raise StoreError(f"the store {folder} has format {written}, {which}; {mend}")
            files = {name: Entry(**{**entry, "keys": tuple(entry["keys"]), "graphs": tuple(entry["graphs"])})
                     for name, entry in data["files"].items()}  # fmt: skip
            later = {name: data[name] for name in ("triples", "made", "tables") if name in data}
            return cls(data["base"], files, dict(data["shared"]), written, **later)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"the store {folder} is damaged ({path.name}: {type(error).__name__}); {anew}") from error
