"""``resograph check``: findings about a text."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from resograph.check import Found
    from resograph.status import Parts
    from resograph.witnesses import Witnesses

EXAMPLE = """\b
Example:
  resograph check corpus/specimens/wtsa-9018-2024.txt
  resograph check draft.docx --at 2026-11-27 --format json
"""


@click.command("check", epilog=EXAMPLE, short_help="Findings about a text: citations, numbering, drafting.", no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--at", metavar="DATE", default="today", show_default=True, help="The day on which citations may be outdated.")
@click.option("--all", "every", is_flag=True, help="In the table, the notes of the reader, too.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True, help="How it is written.")
@_options.store
def command(files: tuple[str, ...], at: str, every: bool, form: str, store: str | None) -> int:
    """What is wrong with the citations, the numbering and the drafting of resolutions.

    Citations are checked against the store and the tables that ship: contradictory (the body did not meet there then), dangling (no such
    edition, no such part), stale (a newer edition existed when the text was adopted), outdated (a newer one exists now). The
    exit status is 1 when there are warnings.
    """
    from resograph.check import check
    from resograph.cli import _output
    from resograph.cli.parse import read_documents
    from resograph.errors import ResographError, defect
    from resograph.model import Resolution
    from resograph.questions import a_date

    on = a_date(at).isoformat()
    known, parts = _known(store)
    found: list[Found] = []
    failed = False
    for file in files:
        try:
            found += check([one for one in read_documents(file) if isinstance(one, Resolution)], known, parts, on)
        except ResographError as error:
            _output.complain(str(error))
            failed = True
        except Exception as error:  # a defect of ours must not cost the other files
            if os.environ.get("RESOGRAPH_TRACEBACK"):
                raise
            _output.complain(defect(file, error))
            failed = True
    if form == "json":
        _output.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1) + "\n")
    else:
        _output.write(_lines(found, every))
    if failed:
        return 2
    return int(any(one.severity != "info" for one in found))


def _known(store: str | None) -> tuple[Witnesses, Parts]:
    """What the store knows; without one, only the tables that ship (a store that is named must be there)."""
    from resograph import witnesses
    from resograph.cli import _output
    from resograph.dataset import location, opened

    where = location(store)
    if store is None and isinstance(where, Path) and not (where / "CURRENT").exists():
        _output.complain(
            "there is no store, so citations are checked against the text itself and the tables that ship; see 'resograph build'"
        )
        return witnesses.of_tables(), lambda _: None
    reader = opened(store)
    return witnesses.of_store(reader.store, reader.base) + witnesses.of_tables(), witnesses.parts_in(reader.store, reader.base)


def _lines(found: list[Found], every: bool) -> str:
    """The findings for a person, and how many there are; notes of the reader that nobody has to mend are only counted."""
    from resograph.cli import _output

    shown = [one for one in found if every or one.severity != "info" or one.code.startswith("citation-")]
    out = []
    for one in shown:
        out.append(f"{one.file}: {one.part or 'the text'}: {one.severity}: {one.message} [{one.code}]")
        out += [f"    words: {one.words}"] if one.words else []
        known = f"  (known by: {', '.join(one.evidence)})" if one.evidence else ""
        out += [f"    right: {one.right or 'not known'}{known}"] if one.right or known else []
    rest = Counter(one.code for one in found if one not in shown)
    notes = (
        [f"notes of the reader: {', '.join(f'{count} {code}' for code, count in sorted(rest.items()))}; see them with --all"]
        if rest
        else []
    )
    count = Counter(one.severity for one in shown)
    names = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("to know", "to know")}
    total = ", ".join(f"{count[name]} {words[count[name] > 1]}" for name, words in names.items() if count[name])
    return "\n".join([*out, total or "nothing is wrong"]) + "\n" + _output.as_notes(notes)
