"""Writing a file so that nobody ever finds half of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from resograph.errors import OutputError


def write_whole(path: Path, data: bytes) -> None:
    """*data* as the file *path*, all or nothing; a device, a pipe or a link is written to, never replaced.

    ``OutputError`` when it cannot be written.
    """
    beside = path.with_name(path.name + ".part")
    try:
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            path.write_bytes(data)
            return
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
