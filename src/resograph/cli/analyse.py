"""``resograph analyse``: the graph of resolutions as networks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from resograph.analysis import Cell, Result

FORMATS = ("table", "csv", "json", "graphml", "gexf", "svg", "png")
ROWS = 20  # of the table, when nobody says how many
CLAUSES = 3  # of a cell of the table


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from resograph.analysis import analyses

    return [CompletionItem(one.name, help=one.summary) for one in analyses().values() if one.name.startswith(incomplete)]


EXAMPLE = """\b
Example:
  resograph analyse centrality --top 10
  resograph analyse lineage --body wtsa --output lineage.svg
  resograph analyse citations --at 2020-01-01 -o citations.graphml
"""


@click.command("analyse", epilog=EXAMPLE, short_help="Networks: citations, centrality, lineage, actors.")
@click.argument("name", required=False, shell_complete=_names)
@click.option("--body", metavar="BODY", help="Only texts of this body: what they cite, revise, and whom they address.")
@click.option("--at", metavar="DATE", default="today", show_default=True, help="The editions in force on this day; a year is its last day.")
@click.option("--specimens", is_flag=True, help="Count in the specimens that ship with the program.")
@click.option("--top", type=click.IntRange(min=1), metavar="N",
              help=f"Only the first N rows, or the N nodes of a picture that matter most  [default: {ROWS} rows of a table, 40 nodes].")  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How the result is written  [default: by the name of --output, else table]."
)
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
@_options.timeout
@_options.store
def command(
    name: str | None, body: str | None, at: str, specimens: bool, top: int | None, form: str | None, output: str | None, timeout: float,
    store: str | None,
) -> None:  # fmt: skip
    """Analyse the graph of resolutions as a network; without NAME, list the analyses.

    Works are joined by the citations of their editions in force. Each result says how it was computed: in JSON, GraphML, GEXF and in
    pictures, and on a line under the table. Pictures need the extra: pip install 'resograph[pictures]'.
    """
    from resograph.analysis import Choice, analyse, analyses
    from resograph.cli import _output
    from resograph.dataset import opened
    from resograph.questions import a_body, a_date

    if name is None:
        _output.write(_output.as_table(("analysis", "shows"), [(one.name, one.summary) for one in analyses().values()]))
        return
    form = form or _by_name(output)
    if form == "png" and output is None and sys.stdout.isatty():
        raise click.UsageError("a picture is no text for a terminal; give --output FILE.")
    choice = Choice(a_date(at), a_body(body) if body else "", specimens)
    reader = opened(store)
    with _options.within(timeout):
        data = _written(analyse(reader, name, choice), form, top)
    _output.write(data, output)


def _by_name(output: str | None) -> str:
    suffix = PurePath(output or "").suffix.removeprefix(".").lower()
    return suffix if suffix in FORMATS else "table"


def _written(result: Result, form: str, top: int | None) -> bytes:
    from resograph.analysis import picture, write

    if form in ("svg", "png"):
        return picture.draw(result, form, top)
    if form == "table":
        return _table(result, top or ROWS)
    if top is not None:
        result = replace(result, rows=result.rows[:top])
        if form != "csv":
            kept = set(result.ranked[:top])
            result = replace(result, network=result.network.subgraph([node for node in result.network if node in kept]))
    return {"csv": write.as_csv, "json": write.as_json, "graphml": write.as_graphml, "gexf": write.as_gexf}[form](result)


def _table(result: Result, rows: int) -> bytes:
    from resograph.analysis.write import described
    from resograph.cli import _output

    notes = list(result.notes)
    if len(result.rows) > rows:
        rest = len(result.rows) - rows
        notes.insert(0, f"{rest} more row{'' if rest == 1 else 's'}: see them with --top")
    shown = [[_cell(column, cell) for column, cell in zip(result.columns, row, strict=True)] for row in result.rows[:rows]]
    return (_output.as_table(result.columns, shown) + _output.as_notes([*notes, described(result)])).encode()


def _cell(column: str, cell: Cell) -> str:
    """A cell of the table: of many clauses the first few."""
    clauses = str(cell).split()
    if column != "clauses" or len(clauses) <= CLAUSES:
        return str(cell)
    return f"{' '.join(clauses[:CLAUSES])} and {len(clauses) - CLAUSES} more"
