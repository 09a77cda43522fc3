"""``/questions`` and ``/questions/NAME?param=value``: the named questions, for people and for programs.

read       a request becomes an ``Asked``: which question, with which values, which of the rows, in which form
answered   that becomes an answer, remembered until a build changes the store
written    the rows that were asked for, as JSON, CSV, TSV, a plain table, Turtle or JSON-LD; ``_page`` writes the page
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from resograph import answers, questions, text_table
from resograph.errors import QuestionError
from resograph.serve import caching, negotiate, tables, views
from resograph.serve.names import Link
from resograph.serve.pages import page, wanted, wants_page
from resograph.serve.problems import Problem
from resograph.serve.remembered import Remembered
from resograph.serve.site import Site

SHOWN = 500
"""Rows of an answer on a page, where the address does not say how many."""
MOST = 50_000
"""Rows of an answer for programs; what is beyond comes with another address, told in the header Link."""
VARY = {"Vary": "Accept"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the address says: the values as typed, and the rows wanted (``limit`` None: as many as the form gives)."""

    question: questions.Question
    given: dict[str, str]
    limit: int | None
    offset: int
    form: str

    def address(self, *, offset: int | None = None, **more: str) -> str:
        """The address that asks the same, from row *offset* on; without rows where it is None."""
        window = {} if offset is None else {"limit": str(self.limit)} if self.limit is not None else {}
        start = {"offset": str(offset)} if offset else {}
        form = {"format": self.form} if self.form and "format" not in more else {}
        asked = urlencode({**self.given, **window, **start, **form, **more}) or urlencode({"ask": ""})
        return f"/questions/{self.question.name}?{asked}"


# --- from a request to an answer ------------------------------------------------------------------------------------


def read(request: Request, question: questions.Question) -> Asked:
    """What *request* asks; ``QuestionError`` where it cannot be understood.  What a form leaves empty (it sends ``ask``) is not given."""
    parameters = request.query_params
    is_form = "ask" in parameters
    known = {one.name for one in question.parameters} | set(questions.RESERVED)
    for name in parameters:
        if len(parameters.getlist(name)) > 1 and name.replace("_", "-") in known:
            raise QuestionError(f"{name} is given more than once; give one value", "repeated-parameter", parameter=name)
    given = {name: value for name, value in parameters.items() if name not in questions.RESERVED and (value.strip() or not is_form)}
    for name, value in given.items():
        if not value.strip() and name.replace("_", "-") in known:
            raise QuestionError(f"{name} is empty; give it a value or leave it out", "bad-value", parameter=name)
    limit, offset = (_number(parameters, name, is_form=is_form) for name in ("limit", "offset"))
    return Asked(question, given, limit, offset or 0, parameters.get("format", ""))


def _number(parameters: Mapping[str, str], name: str, *, is_form: bool) -> int | None:
    value = parameters.get(name)
    if value is None or (is_form and not value.strip()):
        return None
    most = MOST if name == "limit" else 10**9
    if not (value.isascii() and value.isdecimal() and len(value) < 12 and int(value) <= most):
        raise QuestionError(f"{name} is no number from 0 to {most:,}: {value[:40]!r}", "bad-value", parameter=name)
    return int(value)


def answered(request: Request, asked: Asked) -> tuple[questions.Answer, str]:
    """The whole answer, and the generation that it is from ("": it has none)."""
    site: Site = request.app.state.site
    remembered: Remembered = request.app.state.remembered
    for _ in range(3):  # a build may switch while the question is answered
        before = caching.generation(site.reader)
        key = (before, caching.today(), asked.question.query, asked.question.name, *sorted(asked.given.items()))
        kept = remembered.get(key) if before else None
        found = kept or site.ask(questions.ask, asked.question.name, asked.given, base=site.base)
        if before == caching.generation(site.reader):
            break
    if before:
        remembered.put(key, found)
    return found, before.name if before else ""


# --- the answer for programs ----------------------------------------------------------------------------------------


def written(site: Site, asked: Asked, answer: questions.Answer, generation: str, form: negotiate.Format) -> str | bytes:
    """The rows of *answer* that were asked for, in *form*."""
    part = rows_of(answer, asked.offset, asked.limit if asked.limit is not None else MOST)
    if form is negotiate.CSV:
        return answers.as_csv(part.columns, part.rows)
    if form is negotiate.TSV:
        return answers.as_tsv(part.columns, part.rows)
    if form is negotiate.TABLE:
        rest = len(answer.rows) - asked.offset - len(part.rows)
        notes = [f"{rest:,} more row{'' if rest == 1 else 's'}"] * (rest > 0) + list(answer.notes)
        return text_table.as_table(part.columns, part.rows) + text_table.as_notes(notes)
    if isinstance(form.writer, ox.RdfFormat):
        return answers.as_rdf(part, form.writer)
    return json.dumps(document(site, asked, answer, part, generation), ensure_ascii=False, indent=1) + "\n"


def rows_of(answer: questions.Answer, offset: int, limit: int) -> questions.Answer:
    """*answer* with *limit* of its rows, from *offset* on."""
    return replace(answer, rows=answer.rows[offset : offset + limit], terms=answer.terms[offset : offset + limit])


def document(site: Site, asked: Asked, answer: questions.Answer, part: questions.Answer, generation: str) -> dict[str, Any]:
    """The answer in the shape that ``/openapi.json`` describes as ``Answer``."""
    question = asked.question
    flags = {one.name for one in question.parameters if one.type == "flag"}
    return {
        "question": question.name,
        "summary": question.summary,
        "parameters": {name: value == "true" if name in flags else value for name, value in answer.asked.items()},
        "columns": list(part.columns),
        "rows": tables.as_objects(part, site.ask(views.labels, tables.concepts(part)), site.names, question),
        "notes": list(answer.notes),
        "total": len(answer.rows),
        "offset": asked.offset,
        "next": links(asked, answer, MOST).get("next"),
        "generation": generation,
    }


def links(asked: Asked, answer: questions.Answer, most: int) -> dict[str, str]:
    """The addresses of the pages of *answer* before and after the one asked for, by relation (RFC 8288)."""
    size = asked.limit if asked.limit is not None else most
    found = {}
    if asked.offset:
        found["prev"] = asked.address(offset=max(0, asked.offset - size))
    if size and asked.offset + size < len(answer.rows):
        found["next"] = asked.address(offset=asked.offset + size)
    return found


# --- the page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a question as a field of its form."""

    name: str
    is_flag: bool
    required: bool
    unless: str
    value: str
    placeholder: str
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A question as its page shows it."""

    name: str
    summary: str
    description: str
    text: str
    fields: tuple[Field, ...]
    example: Link | None


_OFF = ("false", "no", "off", "0")


def form(question: questions.Question, given: Mapping[str, str]) -> Form:
    """*question* as a form, filled in with what was *given*."""
    fields = tuple(
        Field(
            name=parameter.name,
            is_flag=parameter.type == "flag",
            required=parameter.required,
            unless=parameter.unless,
            value="" if parameter.type == "flag" and given.get(parameter.name) in _OFF else given.get(parameter.name, ""),
            placeholder=parameter.default or question.example.get(parameter.name, ""),
            help=parameter.help,
            choices=tuple(questions.suggestions(parameter)) if parameter.type in questions.ENUMERATED else (),
        )
        for parameter in question.parameters
    )
    example = None
    if question.example or not any(field.required for field in fields):
        words = ", ".join(f"{name} = {value}" for name, value in question.example.items()) or "as it stands"
        example = Link(words, f"/questions/{question.name}?{urlencode(question.example or {'ask': ''})}")
    return Form(question.name, question.summary, question.description, question.query, fields, example)


def _page(request: Request, asked: Asked, answer: questions.Answer) -> Response:
    site: Site = request.app.state.site
    part = rows_of(answer, asked.offset, asked.limit if asked.limit is not None else SHOWN)
    columns, rows = tables.as_links(part, site.names, asked.question, asked.given)
    found: dict[str, Any] = {
        "columns": columns,
        "rows": rows,
        "total": len(answer.rows),
        "first": asked.offset + 1,
        "turn": [Link(name, href) for name, href in links(asked, answer, SHOWN).items()],
        "notes": answer.notes,
        "downloads": [Link(one.name, asked.address(format=one.name)) for one in negotiate.TABLES if one is not negotiate.HTML],
    }
    return _shown(request, asked.question, asked.given, asked=True, **found)


def _shown(request: Request, question: questions.Question, given: Mapping[str, str], status: int = 200, **values: Any) -> Response:
    nothing = {"problem": "", "asked": False, "rows": [], "columns": [], "total": 0, "first": 1, "turn": [], "notes": (), "downloads": []}
    return page(request, "question.html", status, question=form(question, given), **{**nothing, **values})


# --- the addresses --------------------------------------------------------------------------------------------------


def all_questions(request: Request) -> Response:
    """/questions: every named question with its example; as JSON with its parameters."""
    choice = wanted(request, (negotiate.PLAIN_JSON, negotiate.HTML))
    known, faults = questions.all_questions(), questions.faults()
    described = json.dumps([described_as(question) for question in known], ensure_ascii=False, indent=1) + "\n"
    caching.validate_fixed(request, choice[1], "\n".join((described, *faults)).encode())
    if choice[0] is negotiate.HTML:
        return page(request, "questions.html", questions=[form(question, {}) for question in known], faults=faults)
    return Response(described, media_type="application/json", headers=VARY)


def described_as(question: questions.Question) -> dict[str, Any]:
    """*question* in the list for programs."""
    parameters = [
        {"name": one.name, "type": one.type, "required": one.required}
        | {"unless": one.unless, "default": one.default, "help": one.help}
        for one in question.parameters
    ]  # fmt: skip
    return {
        "name": question.name,
        "summary": question.summary,
        "description": question.description,
        "tags": list(question.tags),
        "parameters": parameters,
        "example": question.example,
        "href": f"/questions/{question.name}",
    }


def question(request: Request) -> Response:
    """/questions/NAME?param=value: the answer as a page, JSON, CSV, TSV, plain table, Turtle or JSON-LD.

    A browser that gives no parameter gets the form.
    """
    site: Site = request.app.state.site
    choice = wanted(request, negotiate.TABLES)
    is_page = choice[0] is negotiate.HTML
    try:
        found = questions.load(request.path_params["name"])
    except QuestionError as error:
        raise Problem(404, str(error), VARY, kind=error.kind) from error
    caching.validate(request, choice[1], found.query)
    given = {name: value for name, value in request.query_params.items() if name not in questions.RESERVED}
    if is_page and not request.query_params and any(one.required for one in found.parameters):
        return _shown(request, found, {})
    try:
        asked = read(request, found)
        answer, generation = answered(request, asked)
    except QuestionError as error:
        if wants_page(request):
            return _shown(request, found, given, 400, problem=str(error))
        raise _problem(error) from error
    if is_page:
        return _page(request, asked, answer)
    turn = [f'<{href}>; rel="{name}"' for name, href in links(asked, answer, MOST).items()]
    headers = {**VARY, "Content-Type": negotiate.content_type(choice[1])} | ({"Link": ", ".join(turn)} if turn else {})
    return Response(written(site, asked, answer, generation, choice[0]), headers=headers)


def _problem(error: QuestionError) -> Problem:
    """What was wrong with a question, for a program; a question that fails by itself is no fault of the client."""
    if not error.kind:
        return Problem(500, str(error), VARY)
    more: dict[str, object] = {"parameter": error.parameter} if error.parameter else {}
    return Problem(400, str(error), VARY, kind=error.kind, more=more | ({"choices": list(error.choices)} if error.choices else {}))
