"""``resograph catalogue``: the works and editions that are known, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from resograph.catalogue import Edition, Evidence, Work

EXAMPLE = """\b
Example:
  resograph catalogue
  resograph catalogue "WTSA Resolution 18"
  resograph catalogue pp/resolution/25 --at 2014-12-31 --format json
"""
_FEW = 3  # pieces of evidence of one kind that the table names
_MARKS = {"yes": "in force", "no": "", "unknown": "unknown"}


@click.command("catalogue", epilog=EXAMPLE, short_help="Works and editions: which exist, which are in force, how that is known.")
@click.argument("work", required=False)
@click.option("--at", metavar="DATE", default="today", show_default=True, help="In force on this day (or the last of a year).")
@click.option("--specimens", is_flag=True, help="List the specimens that ship, too.")
@click.option(
    "--format", "form", type=click.Choice(("table", "json", "csv")), default="table", show_default=True, help="How it is written."
)
@_options.timeout
@_options.store
def command(work: str | None, at: str, specimens: bool, form: str, timeout: float, store: str | None) -> None:
    """List the works that the store knows; of one WORK, each edition with its evidence.

    Loaded texts, adoption histories and the table of ITU-R resolutions prove that an edition exists; a citation only claims it.
    What is in force is unknown where the history of a work is not known to the end.
    """
    from resograph.cli import _output
    from resograph.dataset import opened
    from resograph.questions import a_date, in_order
    from resograph.witnesses import of_store, of_tables

    on = a_date(at).isoformat()
    reader = opened(store)
    with _options.within(timeout):
        works = (of_store(reader.store, reader.base) + of_tables(reader.base)).catalogue().works
    if work is not None:
        found = works[_named(work, list(map(str, works)), works)]
        _output.write(_one(found, on, form))
        return
    listed = sorted((one for one in works.values() if specimens or not one.specimen), key=lambda one: in_order(str(one.key)))
    _output.write(_written([_row(one, on) for one in listed], form))
    left = len(works) - len(listed)
    if left and form == "table":
        _output.write(_output.as_notes([f"{left} works of specimens are left out; list them with --specimens"]))


def _named(text: str, known: Sequence[str], works: Any) -> Any:
    """The work that *text* names; ``QuestionError`` with the nearest when the catalogue has none."""
    from resograph.errors import QuestionError
    from resograph.names import nearest, read

    key, rest = read(text)
    if key is None or rest or not key.body:
        raise QuestionError(f"no work is called {text!r}; write it like wtsa/18 or 'WTSA Resolution 18'{nearest(text, known)}")
    if key.work not in works:
        raise QuestionError(f"the catalogue has no {key.work}{nearest(str(key.work), known)}")
    return key.work


# --- the list -------------------------------------------------------------------------------------------------------


def _row(work: Work, at: str) -> dict[str, Any]:
    edition, known = work.in_force(at)
    return {
        "work": str(work.key),
        "title": next((one.title for one in reversed(work.editions) if one.title), ""),
        "editions": [one.year for one in work.proved],
        "claimed": [one.year for one in work.editions if not one.proved and not work.covers(one.year)],
        "never": [one.year for one in work.editions if not one.proved and work.covers(one.year)],
        "held": [one.year for one in work.editions if one.held],
        "in-force": edition.year if edition and known == "yes" else _ended(work, at) or ("none" if known == "no" else "unknown"),
        "history": f"whole to {work.complete}" if work.complete else "in part" if work.proved else "only cited",
    }


def _ended(work: Work, at: str) -> str:
    from resograph.catalogue import last_day

    if work.ending is None or last_day(str(work.ending.year)) > at:
        return ""
    return f"merged into {work.ending.into}" if work.ending.into else f"abrogated {work.ending.year}"


def _written(rows: list[dict[str, Any]], form: str) -> str:
    from resograph import answers
    from resograph.cli import _output

    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    columns = tuple(name for name in (rows[0] if rows else {"work": ""}) if form == "csv" or name != "title")
    cells = [tuple(_cell(row[name]) for name in columns) for row in rows]
    return answers.as_csv(columns, cells) if form == "csv" else _output.as_table(columns, cells)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


# --- one work -------------------------------------------------------------------------------------------------------


def _one(work: Work, at: str, form: str) -> str:
    from resograph.cli import _output

    if form == "json":
        about = {**_row(work, at), "complete": work.complete, "complete-by": [_told(one) for one in work.complete_by], "at": at}
        about["editions"] = [_edition(work, one, at) for one in work.editions]
        return json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    rows = [_edition(work, one, at) for one in work.editions]
    if form == "csv":
        return _written([{**row, "evidence": "; ".join(map(_short, row["evidence"]))} for row in rows], form)
    columns = ("edition", "adopted at", "from", f"on {at}", "held", "how it is known")
    cells = [
        (row["edition"], " ".join(filter(None, (row["meeting"], f"({row['place']})" if row["place"] else ""))), row["from"] or "",
         row["existence"] if row["existence"] != "proved" else _MARKS[row["in-force"]], "held" if row["held"] else "",
         "; ".join(_brief(row["evidence"])))
        for row in rows
    ]  # fmt: skip
    return "".join(f"{line}\n" for line in _about(work, at)) + "\n" + _output.as_table(columns, cells)


def _about(work: Work, at: str) -> Iterator[str]:
    """What is known of the work as a whole."""
    title = next((one.title for one in reversed(work.editions) if one.title), "")
    yield f"{work.key}{f'  {title}' if title else ''}"
    if work.complete:
        by = ", ".join(_short(_told(one)) for one in work.complete_by)
        yield f"Its whole history to {work.complete} is known by {by}."
    elif work.proved:
        yield "Its whole history is not known: there may be editions that are not listed."
    else:
        yield "It is only known by citations, which prove nothing."
    edition, known = work.in_force(at)
    if ended := _ended(work, at):
        yield f"On {at} it was no longer in force: {ended}, known by {_ending(work)}."
    elif edition and known == "yes":
        yield f"On {at} the edition of {edition.year} was in force."
    elif edition:
        yield f"What was in force on {at} is unknown: nothing is known of it after {edition.certain_until}."
    else:
        yield f"On {at} no edition was in force." if known == "no" else f"What was in force on {at} is unknown."


def _ending(work: Work) -> str:
    ending = work.ending
    return "" if ending is None else str(ending.where) if ending.where else "the table of endings"


def _edition(work: Work, edition: Edition, at: str) -> dict[str, Any]:
    never = not edition.proved and work.covers(edition.year)
    return {
        "edition": str(edition.key),
        "year": edition.year,
        "place": edition.place,
        "meeting": " ".join(one.codes[0] for one in edition.meetings[:1] if one.codes),
        "version": edition.version or None,
        "existence": "proved" if edition.proved else "never was" if never else "claimed",
        "held": edition.held,
        "in-force": str(work.edition_in_force(edition, at)),
        "from": edition.since or None,
        "until": edition.until,
        "certain-until": edition.certain_until or None,
        "revises": str(edition.revises) if edition.revises else None,
        "superseded-by": str(edition.superseded_by) if edition.superseded_by else None,
        "evidence": [_told(one) for one in edition.evidence],
    }


def _told(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind, "in": str(one.where) if one.where else None, "place": one.place or None, "source": one.source}


def _short(one: dict[str, Any]) -> str:
    return f"{one['kind']} {one['in'] or '#' + one['source'].rpartition('#')[2]}"


def _brief(found: list[dict[str, Any]]) -> Iterator[str]:
    """The evidence by kind: the first few of each, and how many more."""
    for kind in dict.fromkeys(one["kind"] for one in found):
        own = list(dict.fromkeys(one["in"] or "line " + one["source"].rpartition("=")[2] for one in found if one["kind"] == kind))
        if kind == "text":
            yield "its text"
            continue
        more = f" and {len(own) - _FEW} more" if len(own) > _FEW else ""
        yield f"{kind} {', '.join(own[:_FEW])}{more}"
