"""How answers are written: tables for people, the formats of the web for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from resograph.errors import ResographError

_COLUMN = 14  # characters that a column needs to be read; with less, each row is written as a block


def write(text: str | bytes, output: str | None = None) -> None:
    """*text* as UTF-8 to standard output, or whole to the file *output*."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if output is None or output == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ResographError(f"{output} cannot be written: {error.strerror or error}") from error


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV (RFC 4180) with a header."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([columns, *rows])
    return out.getvalue()


def as_json(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a list of objects."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1) + "\n"


def as_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table: wrapped to the terminal, at full width elsewhere; columns without any value are left out.

    Where a terminal is too narrow for the columns, each row is a block of lines.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return "no rows\n"
    used = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    if width and _needed(columns, rows, used) > width and len(used) * _COLUMN > width:
        return _blocks(columns, rows, used, width)
    out = io.StringIO()
    console = Console(file=out, width=width or 100_000, color_system=None, highlight=False, emoji=False, markup=False, legacy_windows=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i in used:
        table.add_column(columns[i], overflow="fold")
    for row in rows:
        table.add_row(*(Text(_line(row[i])) for i in used))
    console.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _needed(columns: Sequence[str], rows: Sequence[Sequence[str]], used: list[int]) -> int:
    return sum(max(len(columns[i]), *(len(row[i]) for row in rows)) + 2 for i in used)


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]], used: list[int], width: int) -> str:
    from textwrap import wrap

    label = max(len(columns[i]) for i in used) + 2
    blocks = []
    for row in rows:
        lines: list[str] = []
        for i in used:
            if row[i]:
                first, *more = wrap(_line(row[i]), max(width - label, 20)) or [""]
                lines += [f"{columns[i]:<{label}}{first}", *(" " * label + line for line in more)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _line(text: str) -> str:
    """*text* without the characters that move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)
