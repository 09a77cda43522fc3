"""``resograph diff``: two editions, clause by clause."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from resograph.diff.model import Alignment

FORMATS = ("text", "json", "html", "docx", "turtle")


EXAMPLE = """\b
Example:
  resograph diff wtsa/9018/2016 "WTSA Resolution 9018"
  resograph diff wtsa/9018/2016 my-draft.docx --format docx -o changes.docx
"""


@click.command("diff", epilog=EXAMPLE, short_help="What changed between two editions.", no_args_is_help=True)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How it is written.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, allow_dash=True), help="Write to this file.")
@_options.store
@_options.base
def command(old: str, new: str, form: str, output: str | None, store: str | None, base: str | None) -> None:
    """Compare two editions: clauses moved, split, merged, reworded, added and dropped, citations updated, duties changed.

    A and B are files, or editions of the store: a key, or as one cites it; of a work, the latest. A record of a file that holds
    several is named after a "#" (FILE#pp/25).
    """
    from resograph.cli import _output
    from resograph.dataset import opened
    from resograph.diff.compare import compare
    from resograph.diff.sources import editions

    iri = _options.base_or_default(base)
    sides = editions(old, new, lambda: opened(store), iri)
    data = _written(compare(*sides), form, to_terminal=output in (None, "-"))
    if form == "docx" and output is None and sys.stdout.isatty():
        raise click.UsageError("a Word document is no text for a terminal; name a file with --output.")
    _output.write(data, output)


def _written(alignment: Alignment, form: str, *, to_terminal: bool) -> str | bytes:
    if form == "json":
        from resograph.diff.as_json import as_json

        return as_json(alignment)
    if form == "html":
        from resograph.diff.as_html import as_html

        return as_html(alignment)
    if form == "docx":
        from resograph.diff.as_docx import as_docx

        return as_docx(alignment)
    if form == "turtle":
        from resograph.diff.as_triples import as_turtle

        return as_turtle(alignment)
    from resograph.cli import _output
    from resograph.diff.as_text import as_text

    return as_text(alignment, _output.line_width(), coloured=to_terminal and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
