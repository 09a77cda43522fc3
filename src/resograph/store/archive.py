"""Backups: the current generation as a folder, as one file, or as N-Quads that any other store reads too.

    backup/          a store of its own: ask it with --store, or bring it back
    backup.tar.gz    also .tar: SHA256SUMS first, then graph/..., text.sqlite, manifest.json
    backup.nq.gz     also .nq: every statement; a comment on top says the base and how many there are

A generation never changes once it is the current one, so a backup is consistent while a build runs; should two builds end meanwhile
and sweep it away, the backup begins anew with the latest.  An archive is read and checked to its end before anything is written.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from resograph.errors import OutputError, StoreError
from resograph.store import text
from resograph.store.manifest import DERIVED, FORMAT, Manifest
from resograph.store.place import GRAPH, MANIFEST, TEXT, current, generations, place_of, sha256, write_through
from resograph.store.reader import Reader
from resograph.store.writer import writing

SUMS = "SHA256SUMS"
_MEMBER = re.compile(rf"{GRAPH}/[A-Za-z0-9_-][A-Za-z0-9._-]*|{re.escape(TEXT)}|{re.escape(MANIFEST)}")
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")
_HEAD = re.compile(r"# resograph: (\d+) statements, base <([^<>\s]*)>\s*")
_ARCHIVES, _QUADS = (".tar.gz", ".tgz", ".tar"), (".nq.gz", ".nq")
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)
_SUMS_SIZE = 10_000_000


def backup(folder: Path, to: Path) -> int:
    """Write the current generation of the store in *folder* to *to*, a new folder or file by its name; its size in bytes.

    ``OutputError`` where *to* is there already or cannot be written; nothing half-written stays.
    """
    Reader(folder)  # a store that cannot be opened is no good backup
    if to.exists():
        raise OutputError(f"{to} is there already; give another name")
    part = to.with_name(to.name + ".part")
    if part.is_dir():
        shutil.rmtree(part)
    write = _as_tar if to.name.endswith(_ARCHIVES) else _as_quads if to.name.endswith(_QUADS) else _as_folder
    try:
        for attempt in range(5):
            generation = current(folder)
            try:
                write(place_of(folder, generation), generation, part)
                break
            except FileNotFoundError:
                if generation == current(folder) or attempt == 4:
                    raise
                _away(part)
        os.rename(part, to)
    except OSError as error:
        raise OutputError(f"{to} cannot be written: {error.strerror or error}") from error
    finally:
        _away(part)
    return sum(path.stat().st_size for path in to.rglob("*") if path.is_file()) if to.is_dir() else to.stat().st_size


def _away(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    with suppress(OSError):
        part.unlink(missing_ok=True)


def _files(place: Path) -> list[str]:
    """The files of a generation, as members of an archive; the engine's lock and log are of no use elsewhere."""
    inside = [
        f"{GRAPH}/{path.name}" for path in sorted((place / GRAPH).iterdir()) if path.name != "LOCK" and not path.name.startswith("LOG")
    ]
    return [*inside, *(name for name in (TEXT, MANIFEST) if (place / name).exists())]


@contextmanager
def _whole(place: Path) -> Iterator[list[str]]:
    """The files of a generation; ``FileNotFoundError`` when it is swept away while they are read."""
    found = _files(place)
    yield found
    if not (place / MANIFEST).exists() or _files(place) != found:
        raise FileNotFoundError(2, "the generation has been swept away", str(place))


def _as_folder(place: Path, generation: str, part: Path) -> None:
    to = place_of(part, generation)
    (to / GRAPH).mkdir(parents=True)
    with _whole(place) as names:
        for name in names:
            shutil.copyfile(place / name, to / name)
    write_through(part / "CURRENT", generation + "\n")


def _as_tar(place: Path, _: str, part: Path) -> None:
    with _whole(place) as names, part.open("wb") as file, _zipped(file, part.name) as out, tarfile.open(fileobj=out, mode="w|") as archive:
        sums = "".join(f"{sha256(place / name)}  {name}\n" for name in names).encode()
        _add(archive, SUMS, len(sums), io.BytesIO(sums))
        for name in names:
            with (place / name).open("rb") as member:
                _add(archive, name, os.fstat(member.fileno()).st_size, member)


def _add(archive: tarfile.TarFile, name: str, size: int, data: IO[bytes]) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o644
    archive.addfile(about, data)


@contextmanager
def _zipped(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """*file*, packed where its *name* says so; fast, as most of it is packed already."""
    if ".tar.part" in name or ".nq.part" in name:
        yield file
    else:
        with gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as packed:
            yield cast(IO[bytes], packed)


def _as_quads(place: Path, _: str, part: Path) -> None:
    import pyoxigraph as ox

    store, manifest = ox.Store.read_only(str(place / GRAPH)), Manifest.read(place / MANIFEST, place.parents[1])
    with part.open("wb") as file, _zipped(file, part.name) as out:
        out.write(f"# resograph: {len(store)} statements, base <{manifest.base}>\n".encode())
        store.dump(out, format=ox.RdfFormat.N_QUADS)


# --- bringing back ----------------------------------------------------------------------------------------------------


def restore(source: Path, folder: Path, *, wait: bool = False) -> Manifest:
    """Make the backup *source* the current generation of the store in *folder*, which may be there or not; what it holds.

    ``StoreError`` for what is no backup, or a damaged one: then nothing has been touched.
    """
    if not source.exists():
        raise StoreError(f"{source}: no such file or folder")
    kind = _Folder if source.is_dir() else _Quads if source.name.endswith(_QUADS) else _Tar
    try:
        opened = kind(source)
    except _BROKEN as error:
        raise _no_backup(source, "no archive" if isinstance(error, tarfile.ReadError) else str(error)) from error
    except OSError as error:
        raise StoreError(f"{source} cannot be read: {error.strerror or error}") from error
    new = not folder.exists()
    try:
        with writing(folder, wait=wait, rebuild=True) as writer:
            writer.adopt(opened.fill)
            return writer.manifest
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _no_backup(source: Path, why: str) -> StoreError:
    return StoreError(f"{source} is no backup of a store, or a damaged one ({why}); nothing has been changed")


def _taken(source: Path, place: Path) -> Manifest:
    """The manifest of what has been put into *place* from *source*, once the graph has been found to be as it says."""
    import pyoxigraph as ox

    manifest = Manifest.read(place / MANIFEST, source)
    try:
        store = ox.Store(str(place / GRAPH))
        number = len(store)
        if manifest.triples not in (-1, number):
            raise _no_backup(source, f"{number} statements, {manifest.triples} were written")
        manifest.triples = number
        if manifest.format < FORMAT or not (place / TEXT).exists():
            (place / TEXT).unlink(missing_ok=True)
            text.bring(store, manifest.base, place / TEXT, None)
            manifest.shared.pop(DERIVED, None)  # what is derived is of an older program: the next build makes it anew
    except (OSError, RuntimeError) as error:
        raise _no_backup(source, " ".join(str(error).split())) from error
    return manifest


class _Folder:
    """A backup that is a store."""

    def __init__(self, source: Path) -> None:
        generation = current(source)
        if not generation or generation not in generations(source):
            raise _no_backup(source, "it has no generation")
        self.source, self.place = source, place_of(source, generation)
        manifest = Manifest.read(self.place / MANIFEST, source)
        for name, digest in manifest.tables.items():
            table = self.place / GRAPH / name
            if not table.is_file() or sha256(table) != digest:
                raise _no_backup(source, f"{name} is not what was written")

    def fill(self, place: Path) -> Manifest:
        """Copy it to *place*."""
        (place / GRAPH).mkdir()
        for name in _files(self.place):
            shutil.copyfile(self.place / name, place / name)
        return _taken(self.source, place)


class _Tar:
    """A backup that is one file: its members are known by name, and are what the sums at its head say."""

    def __init__(self, source: Path) -> None:
        self.source = source
        with tarfile.open(source, "r:*") as archive:
            sums: dict[str, str] = {}
            number = -1
            for number, member in enumerate(archive):
                if not number:
                    sums = self._sums(archive, member)
                    continue
                if not member.isreg() or not _MEMBER.fullmatch(member.name) or member.name not in sums:
                    raise _no_backup(source, f"it has a member {member.name[:80]!r}")
                if _digest(archive, member) != sums.pop(member.name):
                    raise _no_backup(source, f"{member.name} is not what was written")
        if sums or number < 1:
            raise _no_backup(source, f"it has no {min(sums, default=MANIFEST)}")

    def _sums(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> dict[str, str]:
        if member.name != SUMS or not member.isreg() or member.size > _SUMS_SIZE:
            raise _no_backup(self.source, f"it does not begin with {SUMS}")
        file = archive.extractfile(member)
        lines = file.read().decode("utf-8", "replace").splitlines() if file else []
        return {found[2]: found[1] for line in lines if (found := _SUM.fullmatch(line))}

    def fill(self, place: Path) -> Manifest:
        """Unpack it to *place*."""
        (place / GRAPH).mkdir()
        with tarfile.open(self.source, "r:*") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() and _MEMBER.fullmatch(member.name) else None
                if file:
                    with (place / member.name).open("wb") as out:
                        shutil.copyfileobj(file, out, 1 << 20)
        return _taken(self.source, place)


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest, file = hashlib.sha256(), archive.extractfile(member)
    while file and (data := file.read(1 << 20)):
        digest.update(data)
    return digest.hexdigest()


class _Quads:
    """N-Quads: read to the end and counted before anything is written."""

    def __init__(self, source: Path) -> None:
        import pyoxigraph as ox

        self.source = source
        with self._opened() as file:
            head = _HEAD.fullmatch(file.readline(10_000).decode("utf-8", "replace"))
            if head is None:
                raise _no_backup(source, "it does not begin as 'resograph store backup' writes it")
            self.number, self.base = int(head[1]), head[2]
            try:
                found = sum(1 for _ in ox.parse(input=file, format=ox.RdfFormat.N_QUADS))
            except SyntaxError as error:
                raise _no_backup(source, " ".join(str(error).split())) from error
        if found != self.number:
            raise _no_backup(source, f"{found} statements, {self.number} were written")

    def _opened(self) -> IO[bytes]:
        return cast(IO[bytes], gzip.open(self.source)) if self.source.name.endswith(".gz") else self.source.open("rb")

    def fill(self, place: Path) -> Manifest:
        """Load it into a graph at *place*."""
        import pyoxigraph as ox

        store = ox.Store(str(place / GRAPH))
        with self._opened() as file:
            store.bulk_load(input=file, format=ox.RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        text.bring(store, self.base, place / TEXT, None)
        return Manifest(base=self.base, triples=len(store))
