"""``resograph evaluate``: what is read out of documents, against gold made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from resograph.evaluate import Difference, Score


@click.command("evaluate", short_help="Measure extraction against hand-made gold.", no_args_is_help=True)
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("documents", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--diff", is_flag=True, help="Print each miss and each extra with its words.")
@click.option("--what", multiple=True, help="Only these kinds: citations, norms, ... (may be repeated).")
@click.option("--name", default="", help="Only gold files whose name holds this.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the misses and extras of this run in a file.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Print gains and losses since a kept run.")
def command(
    gold: Path, documents: tuple[Path, ...], diff: bool, what: tuple[str, ...], name: str, save: Path | None, against: Path | None
) -> int:
    """Precision, recall and F1 of what is read, by document and in all.

    GOLD is a folder of gold files (JSON); DOCUMENTS are the folders that hold their documents.

    \b
    Example:
      resograph evaluate tests/gold corpus --diff --what citations
      resograph evaluate tests/gold corpus --save before.json
      resograph evaluate tests/gold corpus --against before.json
    """
    from resograph.cli import _output
    from resograph.errors import ResographError
    from resograph.evaluate import WHAT, Score, changes, evaluate, keep, kept

    kinds = what or WHAT
    unknown = sorted(set(kinds) - set(WHAT))
    if unknown:
        raise ResographError(f"nothing is measured as {unknown[0]!r}; choose from {', '.join(WHAT)}")
    rows: list[list[str]] = []
    total = {kind: Score() for kind in kinds}
    before = kept(against) if against else None
    now: list[Difference] = []
    for document, scores, differences in evaluate(gold, documents):
        if name not in document:
            continue
        rows.append([document, *(_figure(scores[kind]) for kind in kinds)])
        for kind in kinds:
            total[kind] += scores[kind]
        wanted = [difference for difference in differences if difference.what in kinds]
        now += wanted
        for difference in wanted if diff else ():
            click.echo(_line(difference))
    if not rows:
        raise ResographError(f"no gold file of {gold} has its document below {', '.join(map(str, documents))}")
    for label, figure in (("precision", "precision"), ("recall", "recall"), ("F1", "f1")):
        rows.append([label, *(f"{getattr(total[kind], figure):.3f}" for kind in kinds)])
    _output.write(_output.as_table(["document", *kinds], rows, width=200))
    if save:
        keep(now, save)
    earlier = [old for old in before or () if old.what in kinds and name in old.document]
    for change, difference in changes(earlier, now) if before is not None else ():
        click.echo(f"{change} {_line(difference)}")
    return 0


def _line(difference: Difference) -> str:
    words = f" | {difference.words[:160]}" if difference.words else ""
    return f"{difference.document}: {difference.kind} {difference.what} {difference.item}{words}"


def _figure(score: Score) -> str:
    """hits/gold/found: what was read rightly, what there is, what was read."""
    return f"{score.hits}/{score.gold}/{score.found}"
