"""``resograph query``: the named questions of queries/."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from resograph.cli import _options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from resograph.questions import Answer, Question

FORMATS = ("table", "json", "csv", "turtle")


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from resograph.questions import all_questions

    return [CompletionItem(q.name, help=q.summary) for q in all_questions() if q.name.startswith(incomplete)]


def _pairs(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Parameters of the question as "name=", then the values of the one that is being typed."""
    from click.shell_completion import CompletionItem

    from resograph.errors import ResographError
    from resograph.questions import load, suggestions
    from resograph.store import Reader, folder_of

    with suppress(ResographError):
        question = load(ctx.params.get("name") or "")
        name, equals, begun = incomplete.partition("=")
        if not equals:
            return [CompletionItem(f"{p.name}=", help=p.help) for p in question.parameters if p.name.startswith(name)]
        parameter = next((p for p in question.parameters if p.name == name), None)
        if parameter is not None:
            reader = None
            with suppress(ResographError):
                reader = Reader(folder_of(ctx.params.get("store")))
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
@_options.store
def command(name: str | None, pairs: tuple[str, ...], more: tuple[str, ...], form: str, store: str | None) -> None:
    """Ask a named question; without NAME, list the questions and their parameters."""
    from resograph.cli import _output
    from resograph.questions import all_questions, ask, load

    if name is None:
        _output.write(_output.as_table(("question", "asks", "parameters"), [_row(question) for question in all_questions()]))
        return
    from resograph.store import Reader, folder_of

    load(name)
    parameters = _parameters((*pairs, *more))
    reader = Reader(folder_of(store))
    answer = ask(reader.store, name, parameters, base=reader.base)
    written = {"table": _output.as_table, "json": _output.as_json, "csv": _output.as_csv}
    _output.write(_turtle(answer) if form == "turtle" else written[form](answer.columns, answer.rows))


def _row(question: Question) -> tuple[str, str, str]:
    needs = [parameter.name if parameter.required else f"[{parameter.name}]" for parameter in question.parameters]
    return question.name, question.summary, " ".join(needs)


def _parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            if name in ("all-editions", "all_editions"):
                value = "true"
            else:
                raise click.UsageError(f"{pair!r} is no parameter; write it as name=value.")
        if name in found:
            raise click.UsageError(f"{name} is given twice.")
        found[name] = value
    return found


def _turtle(answer: Answer) -> str:
    """The answer in the W3C vocabulary for result sets."""
    import pyoxigraph as ox

    def node(name: str) -> ox.NamedNode:
        return ox.NamedNode("http://www.w3.org/2001/sw/DataAccess/tests/result-set#" + name)

    a, result = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), ox.BlankNode("result")
    triples = [ox.Triple(result, a, node("ResultSet"))]
    triples += [ox.Triple(result, node("resultVariable"), ox.Literal(column.replace("-", "_"))) for column in answer.columns]
    for i, row in enumerate(answer.terms, 1):
        solution = ox.BlankNode(f"row{i}")
        triples += [ox.Triple(result, node("solution"), solution), ox.Triple(solution, node("index"), ox.Literal(i))]
        for j, (column, term) in enumerate(zip(answer.columns, row, strict=True), 1):
            if term is not None:
                binding = ox.BlankNode(f"row{i}column{j}")
                triples += [
                    ox.Triple(solution, node("binding"), binding),
                    ox.Triple(binding, node("variable"), ox.Literal(column.replace("-", "_"))),
                    ox.Triple(binding, node("value"), term),
                ]
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={"rs": node("").value})
    return (written or b"").decode()
