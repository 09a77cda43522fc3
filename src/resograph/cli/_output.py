"""What a command writes: whole files, tables for people, one line for what is wrong."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from resograph.files import write_whole
from resograph.text import printable

_PIPED = 120  # characters of a line where there is no terminal; programs read JSON and CSV
_COLUMN = 14  # characters that a column needs to be read; with less, each row is written as a block


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
    """Rows as a table, wrapped to the terminal and to 120 characters elsewhere; columns without any value are left out.

    A key below another of its row is cut to its tail ("…/resolves/2"). Where a key would have to break, each row is a block of lines.
    A table of figures, read down its columns, gets a *width* of its own.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return "no rows\n"
    used = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    width = width or line_width()
    short = [[_tail(cell, row) for cell in row] for row in rows]
    words = [
        max(len(word) for text in (columns[i], *(row[i] for row in short)) for word in (text.split() or [""])) for i in range(len(columns))
    ]
    if _needed(columns, short, used) > width and max(sum(words[i] + 3 for i in used), len(used) * _COLUMN) > width:
        return _blocks(columns, rows, used, width)
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, highlight=False, emoji=False, markup=False, legacy_windows=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i in used:
        table.add_column(columns[i], overflow="fold", min_width=words[i])
    for row in short:
        table.add_row(*(Text(printable(row[i])) for i in used))
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def as_notes(notes: Sequence[str]) -> str:
    """Lines to stand under a table, as wide as it may be."""
    from textwrap import fill

    return "".join(fill(printable(f"({note})"), line_width(), break_on_hyphens=False) + "\n" for note in notes)


def line_width() -> int:
    """Characters of a line: those of the terminal, 120 elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPED


def _needed(columns: Sequence[str], rows: Sequence[Sequence[str]], used: list[int]) -> int:
    return sum(max(len(columns[i]), *(len(row[i]) for row in rows)) + 2 for i in used)


def _tail(cell: str, row: Sequence[str]) -> str:
    return next((f"\u2026{cell[len(other) :]}" for other in row if "/" in other and cell.startswith(f"{other}/")), cell)


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]], used: list[int], width: int) -> str:
    from textwrap import wrap

    label = max(len(columns[i]) for i in used) + 2
    blocks = []
    for row in rows:
        lines: list[str] = []
        for i in used:
            if row[i]:
                first, *more = wrap(printable(row[i]), max(width - label, 20)) or [""]
                lines += [f"{columns[i]:<{label}}{first}", *(" " * label + line for line in more)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
