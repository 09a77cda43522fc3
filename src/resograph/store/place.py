"""Where a store is, which generation is the current one, and writing to the disk so that it is there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from resograph.errors import StoreError

GRAPH, TEXT, MANIFEST = "graph", "text.sqlite", "manifest.json"
"""What a generation is made of."""


def folder_of(store: str | None) -> Path:
    """The folder that ``--store`` names, else the default one; ``StoreError`` where that is a server."""
    from resograph.dataset import location, shown

    where = location(store)
    if isinstance(where, str):
        raise StoreError(f"{shown(store)} is a server; this needs the folder of a store")
    return where


def default_folder() -> Path:
    """Where the store is when nobody says: ``RESOGRAPH_STORE``, else the user's data directory."""
    if named := os.environ.get("RESOGRAPH_STORE"):
        return Path(named)
    from platformdirs import user_data_dir

    return Path(user_data_dir("resograph", appauthor=False)) / "store"


def current(folder: Path) -> str:
    """The name of the generation that answers, "" where there is no store; ``StoreError`` when the pointer leads nowhere."""
    try:
        name = (folder / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreError(f"the store {folder} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError:
        name = ""
    if not (name.isascii() and name.isdigit()):
        raise StoreError(f"the store {folder} is damaged (CURRENT names no generation); {mend(folder)}")
    return name


def mend(folder: Path) -> str:
    """What to do about a store whose graph is lost."""
    return f"bring back a backup with 'resograph store restore', or write it anew with 'resograph build --rebuild --store {folder}'"


def generations(folder: Path) -> list[str]:
    """The generations in the store, the oldest first."""
    place = folder / "generations"
    return sorted(path.name for path in place.iterdir() if path.name.isdigit()) if place.is_dir() else []


def place_of(folder: Path, generation: str) -> Path:
    """The folder of a generation."""
    return folder / "generations" / generation


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_through(path: Path, text: str) -> None:
    """*text* as the file *path*, on the disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Put a file, or the names in a folder (not on Windows, which cannot), on the disk."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def switch(folder: Path, generation: str) -> None:
    """Make *generation* the current one: everything of it is on the disk before the pointer moves."""
    place = place_of(folder, generation)
    for path in (*place.iterdir(), place, place.parent):
        sync(path)
    write_through(folder / "CURRENT.next", generation + "\n")
    os.replace(folder / "CURRENT.next", folder / "CURRENT")
    sync(folder)
