"""``/openapi.json`` and its page ``/api``: the server described for programs, made from the heads of the questions.

``openapi.yaml`` says what is the same for all of them.  A new file in queries/ is described without a further line.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from resograph import __version__, questions
from resograph.questions import Parameter, Question
from resograph.serve import asking, caching, negotiate
from resograph.serve.pages import page
from resograph.serve.problems import KINDS

_FIXED = Path(__file__).with_suffix(".yaml")
_ANSWERS = {"304": "NotModified", "400": "BadRequest", "406": "NotAcceptable", "503": "Unavailable"}

Json = dict[str, Any]


def document(known: Sequence[Question], addresses: Collection[str] | None = None) -> Json:
    """The OpenAPI 3.1 description of a server that has these questions and *addresses* ("/id/{key}"; None: all of them)."""
    described: Json = copy.deepcopy(_fixed())
    described["info"]["version"] = __version__
    described["paths"] = {path: said for path, said in described["paths"].items() if addresses is None or path in addresses}
    schemas = described["components"]["schemas"]
    for type_ in questions.ENUMERATED:
        schemas[type_]["enum"] = questions.suggestions(Parameter("", type_))
    described["components"]["parameters"]["limit"]["schema"]["maximum"] = asking.MOST
    described["components"]["parameters"]["format"]["schema"]["enum"] = [one.name for one in negotiate.TABLES]
    described["tags"] += [{"name": tag} for tag in dict.fromkeys(tag for question in known for tag in question.tags)]
    for question in known:
        described["paths"][f"/questions/{question.name}"] = {"get": operation(question)}
    return described


@cache
def _fixed() -> Json:
    import yaml

    found: Json = yaml.safe_load(_FIXED.read_text(encoding="utf-8"))
    return found


def operation(question: Question) -> Json:
    """*question* as an operation of OpenAPI."""
    as_json = {"allOf": [{"$ref": "#/components/schemas/Answer"}, {"properties": {"rows": {"items": _row(question)}}}]}
    content: Json = {one.media_types[0]: {"schema": {"type": "string"}} for one in negotiate.TABLES}
    content |= {"application/json": {"schema": as_json}, "application/ld+json": {"schema": {}}}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Last-Modified", "Link")}
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in ("limit", "offset", "format")]
    found: Json = {
        "operationId": question.name,
        "tags": list(question.tags),
        "summary": question.summary,
        "parameters": [_parameter(question, one) for one in question.parameters] + shared,
        "responses": {"200": {"description": "The rows of the answer", "headers": headers, "content": content}}
        | {status: {"$ref": f"#/components/responses/{name}"} for status, name in _ANSWERS.items()},
    }
    return found | ({"description": question.description} if question.description else {})


def _row(question: Question) -> Json:
    """The columns that a row may have; a parameter that is given is none."""
    cell = {"$ref": "#/components/schemas/Cell"}
    return {"properties": dict.fromkeys(columns(question), cell), "additionalProperties": False}


def columns(question: Question) -> list[str]:
    """The columns that an answer to *question* may have, in the order of its SELECT."""
    return [name.replace("_", "-") for name in questions.selected(question.query) or ()]


def _parameter(question: Question, one: Parameter) -> Json:
    said = [one.help]
    if one.required and one.unless:
        said.append(f"required, unless {one.unless} is given")
    if one.also:
        said.append(f"may be called {one.also} too")
    schema: Json = {"$ref": f"#/components/schemas/{one.type}"}
    if one.default is not None and not one.required:
        schema["default"] = one.default
    found: Json = {"name": one.name, "in": "query", "description": "; ".join(filter(None, said)), "schema": schema}
    if one.required and not one.unless:
        found["required"] = True
    if one.name in question.example:
        example = question.example[one.name]
        found["example"] = example == "true" if one.type == "flag" else example
    return found


# --- the addresses --------------------------------------------------------------------------------------------------


def of(app: Starlette) -> Json:
    """The description of *app*: of the addresses that it has."""
    return document(questions.all_questions(), {re.sub(r":\w+\}", "}", getattr(route, "path", "")) for route in app.routes})


def openapi(request: Request) -> Response:
    """/openapi.json"""
    body = (json.dumps(of(request.app), ensure_ascii=False) + "\n").encode()
    caching.validate_fixed(request, "application/json", body)
    return Response(body, media_type="application/json")


def api(request: Request) -> Response:
    """/api: the same for people."""
    described = of(request.app)
    caching.validate_fixed(request, "text/html", f"{request.base_url} {json.dumps(described)}".encode())
    values: Json = {
        "described": described,
        "others": [
            (path, *one)
            for path, methods in described["paths"].items()
            if "/questions/" not in path
            for one in methods.items()
            if one[0] != "parameters"
        ],
        "questions": [(asking.form(question, {}), question, columns(question)) for question in questions.all_questions()],
        "types": questions.TYPES,
        "kinds": KINDS,
        "most": asking.MOST,
        "origin": str(request.base_url).rstrip("/"),
    }
    return page(request, "api.html", **values)
