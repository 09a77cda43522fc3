"""``resograph query``: the named questions of queries/."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from resograph.questions import Question

FORMATS = ("table", "json", "csv", "turtle")


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from resograph.questions import all_questions

    return [CompletionItem(q.name, help=q.summary) for q in all_questions() if q.name.startswith(incomplete)]


def _pairs(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Parameters of the question as "name=", then the values of the one that is being typed."""
    from click.shell_completion import CompletionItem

    from resograph.dataset import opened
    from resograph.errors import ResographError
    from resograph.questions import load, suggestions

    with suppress(ResographError):
        question = load(ctx.params.get("name") or "")
        name, equals, begun = incomplete.partition("=")
        if not equals:
            return [CompletionItem(f"{p.name}=", help=p.help) for p in question.parameters if p.name.startswith(name)]
        parameter = next((p for p in question.parameters if p.name == name), None)
        if parameter is not None:
            reader = None
            with suppress(ResographError):
                reader = opened(ctx.params.get("store"))
            values = suggestions(parameter, reader.store, reader.base) if reader else suggestions(parameter)
            return [CompletionItem(f"{name}={value}") for value in values if value.startswith(begun)]
    return []


EXAMPLE = """\b
Example:
  resograph query obligations actor="Director of TSB" at=2020-01-01
  resograph query cited-by --param work="PP Resolution 9191" --format csv
"""


@click.command("query", epilog=EXAMPLE, short_help="Ask a named question.")
@click.argument("name", required=False, shell_complete=_names)
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...", shell_complete=_pairs)
@click.option("-p", "--param", "more", multiple=True, metavar="KEY=VALUE", shell_complete=_pairs, help="A parameter of the question.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How the answer is written.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Show the first N rows, and say how many more there are.")
@_options.timeout
@_options.store
def command(
    name: str | None, pairs: tuple[str, ...], more: tuple[str, ...], form: str, limit: int | None, timeout: float, store: str | None
) -> None:
    """Ask a named question; without NAME, list the questions and their parameters."""
    from resograph import answers
    from resograph.cli import _output
    from resograph.questions import all_questions, ask, faults, load

    if name is None:
        for fault in faults():
            _output.complain(fault)
        _output.write(_output.as_table(("question", "asks", "parameters"), [_row(question) for question in all_questions()]))
        return
    from resograph.dataset import opened

    parameters = _parameters((*pairs, *more), [parameter.name for parameter in load(name).parameters if parameter.type == "flag"])
    reader = opened(store)
    with _options.within(timeout):
        answer = ask(reader.store, name, parameters, base=reader.base)
    notes = list(answer.notes)
    if limit is not None and len(answer.rows) > limit:
        rest = len(answer.rows) - limit
        notes.insert(0, f"{rest} more row{'' if rest == 1 else 's'}")
        answer = replace(answer, rows=answer.rows[:limit], terms=answer.terms[:limit])
    if form == "table":
        _output.write(_output.as_table(answer.columns, answer.rows) + _output.as_notes(notes))
        return
    written = {"json": answers.as_json, "csv": answers.as_csv}
    _output.write(answers.as_turtle(answer) if form == "turtle" else written[form](answer.columns, answer.rows))
    for note in notes:
        _output.complain(note)


def _row(question: Question) -> tuple[str, str, str]:
    replaced = {parameter.unless: parameter.name for parameter in question.parameters if parameter.unless}
    needs = [
        f"{parameter.name}|{parameter.unless}" if parameter.unless else parameter.name if parameter.required else f"[{parameter.name}]"
        for parameter in question.parameters
        if parameter.required or parameter.name not in replaced
    ]
    return question.name, question.summary, " ".join(needs)


def _parameters(pairs: tuple[str, ...], flags: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            if name.replace("_", "-") in flags:
                value = "true"
            else:
                raise click.UsageError(f"{pair!r} is no parameter; write it as name=value.")
        if name in found:
            raise click.UsageError(f"{name} is given twice.")
        found[name] = value
    return found
