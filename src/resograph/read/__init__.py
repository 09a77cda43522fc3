"""Read a file into a ``Source``: one text with its paragraphs, nothing lost.

What a file is, is decided by its first bytes, never by its name.  Reading opens that one file and nothing else: no
address is fetched, no linked or embedded file is opened.
"""

from __future__ import annotations

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

from resograph.errors import UnreadableError
from resograph.model import Source

LIMIT = 64 << 20  # bytes of a file
UNPACKED = 128 << 20  # bytes of all parts of a Word file, pictures included


def read(path: str | Path) -> Source:
    """The text of the file *path*; ``UnreadableError`` when it cannot be read as text or as a Word document."""
    name = str(path)
    try:
        if Path(path).is_dir():
            raise UnreadableError(f"{name}: is a folder; give a file, or build the folder with 'resograph build'")
        if not Path(path).is_file():
            raise UnreadableError(f"{name}: no such file" if not Path(path).exists() else f"{name}: is no regular file")
        if Path(path).stat().st_size > LIMIT:
            raise UnreadableError(f"{name}: larger than {LIMIT >> 20} MB; split it and try again")
        data = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableError(f"{name}: {error.strerror or error}") from error
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> Source:
    """The text of *data*, which was found under *name*."""
    sha256 = hashlib.sha256(data).hexdigest()
    if not data.strip():
        raise UnreadableError(f"{name}: the file is empty")
    if data[:4] == b"PK\x03\x04":
        _check_package(data, name)
        from resograph.read.word import read_word

        return read_word(data, name, sha256)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableError(f"{name}: encrypted with a password, or in the old .doc form; save it as .docx without a password")
    for magic, what in _FOREIGN.items():
        if data[: len(magic)] == magic:
            raise UnreadableError(f"{name}: is {what}; save it as .docx or as plain text")
    from resograph.read.plain import read_plain

    return read_plain(_decode(data, name), name, sha256)


_FOREIGN = {
    b"%PDF-": "a PDF",
    b"{\\rtf": "an RTF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"PK\x05\x06": "an empty archive",
    b"7z\xbc\xaf": "a compressed file",
    b"<?xml": "an XML file",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}


def _check_package(data: bytes, name: str) -> None:
    """Refuse what is no sound Word package, before anything is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = {info.filename for info in package.infolist()}
            if "word/document.xml" not in names:
                raise UnreadableError(f"{name}: is an archive, not a Word document; save it as .docx or as plain text")
            if any(info.flag_bits & 1 for info in package.infolist()):
                raise UnreadableError(f"{name}: is protected by a password; save it without one")
            if sum(info.file_size for info in package.infolist()) > UNPACKED:
                raise UnreadableError(f"{name}: unpacks to more than {UNPACKED >> 20} MB; split it and try again")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableError(f"{name}: the Word file is damaged or cut off; open and save it in Word again") from error


def _decode(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, UTF-16 with a byte order mark, else Windows-1252 if it holds no control characters."""
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if any(byte < 32 and byte not in b"\t\n\r\f\v\x1a" for byte in data[:65536]):
        raise UnreadableError(f"{name}: is not text; save it as .docx or as plain text")
    return data.decode("cp1252", errors="replace")
