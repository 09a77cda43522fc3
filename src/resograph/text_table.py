"""Rows as a table of plain text, for a terminal, a mail or a log."""

from __future__ import annotations

import io
from collections.abc import Sequence

from resograph.text import printable

WIDTH = 120
"""Characters of a line where nobody says how wide it is."""
_COLUMN = 14  # characters that a column needs to be read; with less, each row is written as a block


def as_table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """Rows as a table of lines of *width* characters; columns without any value are left out.

    A key below another of its row is cut to its tail ("…/resolves/2"). Where a key would have to break, each row is a block of lines.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return "no rows\n"
    used = [i for i in range(len(columns)) if any(row[i] for row in rows)]
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


def as_notes(notes: Sequence[str], width: int = WIDTH) -> str:
    """Lines to stand under a table, as wide as it may be."""
    from textwrap import fill

    return "".join(fill(printable(f"({note})"), width, break_on_hyphens=False) + "\n" for note in notes)


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
