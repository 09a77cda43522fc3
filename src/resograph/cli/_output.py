"""What a command writes: whole files, tables for people, one line for what is wrong."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from resograph import text_table
from resograph.files import write_whole


def write(text: str | bytes, output: str | None = None) -> None:
    """*text* as UTF-8 to standard output, or whole to the file *output*."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if output is None or output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    write_whole(Path(output), data)


def complain(message: str) -> None:
    """*message* as one line on standard error; what would move the cursor or is no character is written as its escape."""
    import click

    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in message)
    click.echo(f"resograph: {shown}", err=True)


def as_table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """Rows as a table, wrapped to the terminal and to 120 characters elsewhere; a table of figures gets a *width* of its own."""
    return text_table.as_table(columns, rows, width or line_width())


def as_notes(notes: Sequence[str]) -> str:
    """Lines to stand under a table, as wide as it may be."""
    return text_table.as_notes(notes, line_width())


def line_width() -> int:
    """Characters of a line: those of the terminal, 120 elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else text_table.WIDTH
