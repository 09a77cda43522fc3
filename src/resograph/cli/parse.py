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
    from collections.abc import Sequence

    from resograph.instruments import Instrument
    from resograph.model import Resolution

    Document = Resolution | Instrument

FORMATS = ("json", "jsonl", "turtle", "trig", "akn", "text", "provisions")


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

    FILE is a Word document (.docx) or a plain text, "-" standard input; one file may hold many resolutions. The basic instruments
    (Constitution, Convention) are read into chapters, articles and provisions; "provisions" writes the table of their numbers.
    """
    from resograph.cli import _output

    if files.count("-") > 1:
        raise click.UsageError("standard input ('-') can be read once.")
    iri = _options.base_or_default(base)
    streams = form == "jsonl" and output in (None, "-")
    found: list[Document] = []
    failed = False
    for file in files:
        try:
            read_here = read_documents(file)
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
            _output.write(_written(read_here, form, iri))
        else:
            found += read_here
    if found:
        _output.write(_written(found, form, iri), output)
    return 2 if failed else 0


def read_documents(file: str) -> Sequence[Document]:
    """The documents of *file*; "-" is what comes in on standard input."""
    from resograph.pipeline import documents
    from resograph.read import read, read_bytes

    return documents(read(file) if file != "-" else read_bytes(sys.stdin.buffer.read(), "standard input"))


def _written(documents: Sequence[Document], form: str, base: str) -> str:
    if form in ("turtle", "trig"):
        from resograph.graph import serialise

        return serialise(documents, form, base=base)
    from resograph.model import Resolution

    resolutions = [document for document in documents if isinstance(document, Resolution)]
    if form == "akn":
        from resograph.akn import akoma_ntoso

        if len(documents) > 1 or not resolutions:
            what = f"one record a document, and {len(documents)} were found; give one" if resolutions else "resolutions; give one of those"
            raise ResographError(f"Akoma Ntoso holds {what}, or choose jsonl")
        return akoma_ntoso(resolutions[0], base)
    from resograph import form as of_resolutions
    from resograph.instruments import form as of_instruments

    if form == "provisions":
        instruments = [document for document in documents if not isinstance(document, Resolution)]
        if not instruments:
            raise ResographError("no basic instrument found; give the text of the Constitution or the Convention")
        return of_instruments.table(instruments)
    if form == "text":
        texts = (of_resolutions.text(one) if isinstance(one, Resolution) else of_instruments.text(one) for one in documents)
        return "\n".join(text.rstrip("\n") + "\n" for text in texts)
    records = [of_resolutions.record(one) if isinstance(one, Resolution) else of_instruments.record(one) for one in documents]
    if form == "json":
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
