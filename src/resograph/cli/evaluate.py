"""``resograph evaluate``: what is read out of documents, against gold made by hand."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("evaluate", short_help="Measure extraction against hand-made gold.", no_args_is_help=True)
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("documents", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--diff", is_flag=True, help="Print each miss and each extra with its words.")
@click.option("--what", multiple=True, help="Only these kinds: citations, norms, ... (may be repeated).")
@click.option("--name", default="", help="Only gold files whose name holds this.")
def command(gold: Path, documents: tuple[Path, ...], diff: bool, what: tuple[str, ...], name: str) -> int:
    """Precision, recall and F1 of what is read, by document and in all.

    GOLD is a folder of gold files (JSON); DOCUMENTS are the folders that hold their documents.

    \b
    Example:
      resograph evaluate tests/gold corpus --diff --what citations
    """
    from resograph.cli import _output
    from resograph.errors import ResographError
    from resograph.evaluate import WHAT, Score, evaluate

    kinds = what or WHAT
    unknown = sorted(set(kinds) - set(WHAT))
    if unknown:
        raise ResographError(f"nothing is measured as {unknown[0]!r}; choose from {', '.join(WHAT)}")
    rows: list[list[str]] = []
    total = {kind: Score() for kind in kinds}
    for document, scores, differences in evaluate(gold, documents):
        if name not in document:
            continue
        rows.append([document, *(_figure(scores[kind]) for kind in kinds)])
        for kind in kinds:
            total[kind] += scores[kind]
        for difference in differences if diff else ():
            if difference.what in kinds:
                click.echo(f"{document}: {difference.kind} {difference.what} {difference.item} | {difference.words[:160]}")
    if not rows:
        raise ResographError(f"no gold file of {gold} has its document below {', '.join(map(str, documents))}")
    for label, figure in (("precision", "precision"), ("recall", "recall"), ("F1", "f1")):
        rows.append([label, *(f"{getattr(total[kind], figure):.3f}" for kind in kinds)])
    _output.write(_output.as_table(["document", *kinds], rows))
    return 0


def _figure(score: object) -> str:
    """hits/gold/found: what was read rightly, what there is, what was read."""
    return f"{score.hits}/{score.gold}/{score.found}"  # type: ignore[attr-defined]
