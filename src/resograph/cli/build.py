"""``resograph build``: files into the store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resograph.cli import _options, _output

if TYPE_CHECKING:
    from resograph.build import Progress


EXAMPLE = """\b
Example:
  resograph build
  resograph build my-resolutions/ -j 4
  resograph build my-resolutions/ --store http://localhost:7878
"""


@click.command("build", epilog=EXAMPLE, short_help="Read files into the store.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_options.store
@_options.base
@click.option("--facts", metavar="OUT.trig", type=click.Path(dir_okay=False, path_type=Path),
              help="Write what the files say, without their words, to this file; the store is left alone.")  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(min=0), default=0, help="Processes that read files  [default: one for each core].")
@click.option("--wait", is_flag=True, help="Wait while another build writes to the store.")
@click.option("--rebuild", is_flag=True, help="Start from an empty store.")
@click.option("--scheduler", metavar="ADDRESS", help="Let the workers of Dask read: the address of a scheduler, or 'local'.")
def command(
    paths: tuple[Path, ...], store: str | None, base: str | None, facts: Path | None, jobs: int, wait: bool, rebuild: bool,
    scheduler: str | None,
) -> int:  # fmt: skip
    """Read files and folders into the store; without PATH, the corpus that ships.

    Only what has changed since the last build is read. Readers keep the store they have open until the build is done.
    """
    from resograph.build import build, write_facts
    from resograph.dataset import shown

    iri = _options.base_or_default(base)
    with _progress() as progress:
        if facts is not None:
            report = write_facts(paths, facts, base=iri, jobs=jobs, progress=progress)
        else:
            report = build(paths, store, base=iri, jobs=jobs, wait=wait, rebuild=rebuild, scheduler=scheduler, progress=progress)
    for line in report.skipped:
        _output.complain(f"skipped: {line}")
    for line in report.failed:
        _output.complain(line)
    for line in report.faults:
        _output.complain(f"{line}; it is loaded all the same, but this is a defect: report it")
    if report.failed and not (report.changed or report.generation):
        return 2
    if facts is not None:
        click.echo(f"{facts}: the facts of {_count(len(report.built), 'file')}")
    elif not report.changed:
        click.echo(f"nothing has changed: {_count(report.editions, 'edition')} in {shown(store)}")
    else:
        removed = f", {len(report.removed)} removed" if report.removed else ""
        read = f"{_count(len(report.built), 'file')} read, {report.unchanged} unchanged{removed}"
        click.echo(f"{read}: {_count(report.editions, 'edition')} in {shown(store)}")
    return 2 if report.failed else 0


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on standard error, when it is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, name: bar.update(task, completed=done, total=total, description=name)
