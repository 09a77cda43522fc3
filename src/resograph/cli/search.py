"""``resograph search``: words in the texts."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from resograph.search import Found, Hit

ROLES = ("title", "preambular", "operative", "annex", "footnote", "note", "provision")

EXAMPLE = """\b
Example:
  resograph search 'meeting calend*'
  resograph search '"lamp oil" OR lanterns -candles' --body wtsa --since 2016 --in-force
  resograph search 'NEAR(rooms lamps, 5)' --role operative --format json
"""


@click.command("search", epilog=EXAMPLE, short_help="Find words in the texts.", no_args_is_help=True)
@click.argument("words", nargs=-1, required=True)
@click.option("--body", "bodies", multiple=True, metavar="BODY", help="Only texts of this body; may be given several times.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only resolutions, decisions, opinions, instruments, ...")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Only this kind of clause.")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Only texts in this language: en, fr, es, ru, zh, ar.")
@click.option("--since", type=click.IntRange(1800, 9999), metavar="YEAR", help="Only editions of this year or later.")
@click.option("--until", type=click.IntRange(1800, 9999), metavar="YEAR", help="Only editions of this year or earlier.")
@click.option("--in-force", "in_force", is_flag=True, help="Only editions in force today, as far as the store knows.")
@click.option("--at", metavar="DATE", help="Only editions in force on this day (or the last of a year).")
@click.option("--specimens", is_flag=True, help="Search the specimens that ship, too.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="How many clauses.")
@click.option(
    "--format", "form", type=click.Choice(("table", "json", "csv")), default="table", show_default=True, help="How it is written."
)
@_options.store
def command(
    words: tuple[str, ...],
    bodies: tuple[str, ...],
    kinds: tuple[str, ...],
    roles: tuple[str, ...],
    languages: tuple[str, ...],
    since: int | None,
    until: int | None,
    in_force: bool,
    at: str | None,
    specimens: bool,
    limit: int,
    form: str,
    store: str | None,
) -> None:
    """Find the clauses that hold all of WORDS, the best first.

    "two words" are looked for as they stand; calend* begins a word; OR, -word and NEAR(a b, 5) do what they say. Case and accents do
    not matter, and a word finds its plural.
    """
    from resograph.cli import _output
    from resograph.questions import a_body, a_date
    from resograph.search import Filter, as_csv, as_json, search
    from resograph.store import Reader, folder_of

    if since is not None and until is not None and since > until:
        raise click.UsageError(f"--since {since} is after --until {until}.")
    day = a_date(at) if at else date.today() if in_force else None
    asked = Filter(
        bodies=[a_body(body) for body in bodies],
        kinds=[kind.lower().removesuffix("s") for kind in kinds],
        roles=roles,
        languages=[language.lower() for language in languages],
        since=since,
        until=until,
        at=day,
        specimens=specimens,
    )
    found = search(Reader(folder_of(store)), " ".join(words), asked, limit=limit)
    if form != "table":
        _output.write(as_json(found) if form == "json" else as_csv(found))
        for note in found.notes:
            _output.complain(note)
        return
    notes = list(found.notes)
    if found.total > len(found.hits):
        notes.insert(0, f"{len(found.hits)} of {found.total} clauses; --limit shows more")
    _output.write(_written(found) + _output.as_notes(notes))


def _written(found: Found) -> str:
    """The hits as blocks of lines, the words found in bold where the terminal can."""
    import io

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from resograph.cli._output import line_width
    from resograph.text import printable

    if not found.hits:
        return "no clause holds these words\n"
    out = io.StringIO()
    console = Console(file=out, width=line_width(), force_terminal=sys.stdout.isatty(), highlight=False, emoji=False, markup=False,
                      legacy_windows=False)  # fmt: skip
    for number, hit in enumerate(found.hits):
        if number:
            console.print()
        console.print(Text(hit.key, style="bold cyan"), Text(_about(hit), style="dim"), sep="  ", soft_wrap=True)
        words = Text()
        for piece, marked in hit.pieces():
            words.append(printable(piece), style="bold yellow" if marked else "")
        console.print(Padding(words, (0, 0, 0, 2)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _about(hit: Hit) -> str:
    """What stands beside a key: the heading, where the key does not say it, and the language, where it is not English."""
    return ", ".join(filter(None, [hit.above or (hit.role if hit.role == "title" else ""), hit.language if hit.language != "en" else ""]))
