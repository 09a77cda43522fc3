"""``resograph store``: the state of the store, whether it is whole, backups."""

from __future__ import annotations

import json
from pathlib import Path

import click

from resograph.cli import _options

EXAMPLE = """\b
Example:
  resograph store status
  resograph store backup resograph.tar.gz
  resograph store restore resograph.tar.gz --store other-store
"""
_wait = click.option("--wait", is_flag=True, help="Wait while a build writes to the store.")


@click.group("store", epilog=EXAMPLE, short_help="The state of the store, checks, backups.")
def command() -> None:
    """The state of the store, whether it is whole, backups, and making it small."""


@command.command("status", epilog="\b\nExample:\n  resograph store status --format json", short_help="What the store is and holds.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True, help="How it is written.")
@_options.store
def status(form: str, store: str | None) -> None:
    """Generations, size, statements, sources, the last build, and whether the full text is in step with the graph."""
    from dataclasses import asdict

    from resograph.cli import _output
    from resograph.store import folder_of
    from resograph.store.upkeep import status as of_store

    found = of_store(folder_of(store))
    if form == "json":
        _output.write(json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n")
        return
    kept = ", ".join(name for name in found.generations if name != found.generation)
    rows = [
        ("store", found.folder),
        ("generation", f"{found.generation}{f' (also kept: {kept})' if kept else ''}"),
        ("format", str(found.format)),
        ("written", found.made.replace("T", " ").replace("+00:00", " UTC") or "unknown"),
        ("on the disk", _size(found.bytes)),
        ("statements", f"{found.triples:,} in {found.graphs:,} graphs"),
        ("editions", f"{found.editions:,} from {found.files:,} files"),
        *(("" if number else "sources", f"{count:,} from {place}") for number, (place, count) in enumerate(found.sources)),
        ("full text", f"{found.full_text}{f': {found.clauses:,} clauses and titles' if found.clauses else ''}{_mend(found.full_text)}"),
        ("derived", "in step" if found.derived else "older than the texts; 'resograph build' makes them anew"),
    ]
    _output.write("".join(f"{name:<13}{value}\n" for name, value in rows))


@command.command("verify", epilog="\b\nExample:\n  resograph store verify --store my-store", short_help="Whether the store is whole.")
@_options.store
def verify(store: str | None) -> int:
    """Read everything: the files of the engine, each statement, the full text; say what is wrong and what mends it.

    The exit status is 1 where something is wrong.
    """
    from resograph.store import folder_of
    from resograph.store.upkeep import verify as check

    folder = folder_of(store)
    faults = check(folder)
    for fault in faults:
        click.echo(fault)
    if not faults:
        click.echo(f"{folder}: whole")
    return 1 if faults else 0


@command.command("backup", epilog="\b\nExample:\n  resograph store backup resograph-2024.tar.gz", short_help="Write a backup.")
@click.argument("to", type=click.Path(path_type=Path))
@_options.store
def backup(to: Path, store: str | None) -> None:
    """Write the store to TO: one file (.tar.gz, .tar), N-Quads for any other store (.nq.gz, .nq), else a new folder.

    A build may run meanwhile. The folder is a store of its own, which --store can name.
    """
    from resograph.store import folder_of
    from resograph.store.archive import backup as write

    size = write(folder_of(store), to)
    click.echo(f"{to}: {_size(size)}")


@command.command("restore", epilog="\b\nExample:\n  resograph store restore resograph-2024.tar.gz", short_help="Bring back a backup.")
@click.argument("source", type=click.Path(path_type=Path), metavar="FROM")
@_wait
@_options.store
def restore(source: Path, wait: bool, store: str | None) -> None:
    """Make the backup FROM what the store answers from; a damaged one is refused before anything is touched.

    What the store held stays as the generation before, until the next build. N-Quads do not say which files they came from: the next
    build reads every file again.
    """
    from resograph.store import folder_of
    from resograph.store.archive import restore as bring

    folder = folder_of(store)
    manifest = bring(source, folder, wait=wait)
    click.echo(f"{folder}: {manifest.triples:,} statements from {source}")


@command.command("compact", epilog="\b\nExample:\n  resograph store compact", short_help="Make the store small.")
@_wait
@_options.store
def compact(wait: bool, store: str | None) -> None:
    """Order the graph for reading, make the full text anew, and drop what earlier builds left."""
    from resograph.store import folder_of
    from resograph.store.upkeep import compact as make_small

    before, after = make_small(folder_of(store), wait=wait)
    click.echo(f"{folder_of(store)}: {_size(before)} before, {_size(after)} now")


def _size(number: int) -> str:
    return f"{number / 1e6:,.1f} MB" if number >= 1e5 else f"{number / 1e3:,.1f} kB"


def _mend(full_text: str) -> str:
    return "" if full_text == "in step" else "; 'resograph store compact' makes it anew"
