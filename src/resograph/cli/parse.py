"""``resograph parse``: what a file says."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from resograph.cli import _options
from resograph.errors import ResographError, defect

if TYPE_CHECKING:
    from resograph.model import Resolution

FORMATS = ("json", "jsonl", "turtle", "trig", "akn", "text")


EXAMPLE = """\b
Example:
  resograph parse corpus/specimens/wtsa-9018-2024.txt --format text
"""


@click.command("parse", epilog=EXAMPLE, short_help="Read a file: JSON, Turtle or readable text.", no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True, help="How it is written.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, allow_dash=True), help="Write to this file.")
@_options.base
def command(files: tuple[str, ...], form: str, output: str | None, base: str | None) -> int:
    """Read resolutions: header, clauses, citations and duties, each with its place in the text.

    FILE is a Word document (.docx) or a plain text, "-" standard input; one file may hold many resolutions.
    """
    from resograph.cli import _output

    if files.count("-") > 1:
        raise click.UsageError("standard input ('-') can be read once.")
    iri = _options.base_or_default(base)
    streams = form == "jsonl" and output in (None, "-")
    found: list[Resolution] = []
    failed = False
    for file in files:
        try:
            resolutions = read_records(file)
        except ResographError as error:
            _output.complain(str(error))
            failed = True
            continue
        except Exception as error:  # a defect of ours must not cost the other files
            if os.environ.get("RESOGRAPH_TRACEBACK"):
                raise
            _output.complain(defect(file, error))
            failed = True
            continue
        if streams:
            _output.write(_written(resolutions, form, iri))
        else:
            found += resolutions
    if found:
        _output.write(_written(found, form, iri), output)
    return 2 if failed else 0


def read_records(file: str) -> list[Resolution]:
    """The records of *file*; "-" is what comes in on standard input."""
    from resograph.pipeline import parse, records
    from resograph.read import read_bytes

    if file != "-":
        return parse(file)
    return records(read_bytes(sys.stdin.buffer.read(), "standard input"))


def _written(resolutions: list[Resolution], form: str, base: str) -> str:
    if form in ("turtle", "trig"):
        from resograph.graph import serialise

        return serialise(resolutions, form, base=base)
    if form == "akn":
        from resograph.akn import akoma_ntoso

        if len(resolutions) > 1:
            raise ResographError(f"Akoma Ntoso holds one record a document, and {len(resolutions)} were found; give one, or choose jsonl")
        return akoma_ntoso(resolutions[0], base)
    from resograph.form import record, text

    if form == "text":
        return "\n".join(text(resolution).rstrip("\n") + "\n" for resolution in resolutions)
    if form == "json":
        return json.dumps([record(resolution) for resolution in resolutions], ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(record(resolution), ensure_ascii=False) + "\n" for resolution in resolutions)
