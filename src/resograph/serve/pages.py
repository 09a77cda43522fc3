"""The web pages: each handler asks ``views`` for plain data and gives it to a template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from resograph import __version__, answers, ontology_docs, questions
from resograph.dataset import Dataset
from resograph.errors import QuestionError
from resograph.namespaces import PREFIXES, VOCABULARY
from resograph.serve import description, instruments, negotiate, tables, views
from resograph.serve.names import Link
from resograph.serve.problems import Problem
from resograph.serve.site import Site

EXAMPLE = """PREFIX res: <https://w3id.org/resograph/ontology#>
PREFIX actor: <https://w3id.org/resograph/vocabulary/actor/>

SELECT ?clause ?force ?action WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression {
    ?norm res:addressee actor:bdt-director ; res:modality res:obligation ;
          res:inClause ?clause ; res:inEdition ?edition ; res:force ?force .
    OPTIONAL { ?norm res:action ?action }
  }
}
ORDER BY ?clause
LIMIT 50
"""


def page(request: Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> Response:
    """A page from *template*."""
    site: Site = request.app.state.site
    html = site.templates.get_template(template).render(version=__version__, **values)
    sent = {"Vary": "Accept", **(headers or {})}
    return Response(html, status_code=status, headers=sent, media_type="text/html")


def wanted(request: Request, offers: tuple[negotiate.Format, ...]) -> negotiate.Choice:
    """The form that the request wants; ``Problem`` 400 or 406 where it is none of *offers*."""
    name = request.query_params.get("format")
    if name and not any(name.lower() in offer.names for offer in offers):
        raise Problem(400, f"format={name[:40]} is not served here; use one of {', '.join(offer.name for offer in offers)}.")
    choice = negotiate.choose(request.headers.get("accept"), offers, name)
    if choice is None:
        raise Problem(406, f"This address comes in {', '.join(offer.media_types[0] for offer in offers)}.", {"Vary": "Accept"})
    return choice


def wants_page(request: Request) -> bool:
    """Whether an error is told as a page: to who asks for pages, by name or by Accept; to all others it is a problem document."""
    name = request.query_params.get("format", "")
    if negotiate.known(name):
        return name.lower() in negotiate.HTML.names
    choice = negotiate.choose(request.headers.get("accept"), (negotiate.PLAIN_JSON, negotiate.HTML))
    return choice is not None and choice[0] is negotiate.HTML


def error_page(request: Request, problem: Problem) -> Response:
    return page(request, "error.html", problem.status, problem.headers, problem=problem)


# --- what is loaded, and each thing ---------------------------------------------------------------------------------


def home(request: Request) -> Response:
    """What the store holds, with a search box."""
    site: Site = request.app.state.site
    query = request.query_params.get("q", "").strip()[:200]
    found = instruments.held(site.store, site.names)
    provision = instruments.named(query, found, site.names)
    return page(request, "home.html", view=views.overview(site.store, site.names, query), instruments=found, provision=provision)


def identifier(request: Request) -> Response:
    """/id/KEY: an edition, a part of one, a work, or whatever else has that identifier."""
    site: Site = request.app.state.site
    store, names = site.store, site.names
    iri = _iri(names.base, request.path_params["key"])
    choice = wanted(request, negotiate.PAGES)
    whole, part, expression = _located(store, iri, names.base)
    if choice[0] is not negotiate.HTML:
        graph = expression if iri in (whole, expression) else iri if store.contains_named_graph(ox.NamedNode(iri)) else None
        return _data(site, iri, choice, graph)
    values: dict[str, Any] = {"iri": iri, "formats": _formats(request)}
    if whole:
        found = views.edition(store, names, whole, expression)
        cut = found and (views.only(found, part) if part else found)
        if cut:
            return page(request, "part.html" if part else "edition.html", view=cut, whole=found, part=part, name=names.name(iri), **values)
    if whole and (shown := instruments.page(store, names, whole, part, expression)):
        return page(request, "instrument.html", view=shown, **values)
    if view := views.work(store, names, iri):
        return page(request, "work.html", view=view, **values)
    if thing := views.thing(store, names, iri):
        return page(request, "thing.html", view=thing, **values)
    if store.contains_named_graph(ox.NamedNode(iri)):
        return page(request, "thing.html", view=views.Thing(iri, names.key(iri), ()), **values)
    raise _unknown(names.key(iri))


def _iri(base: str, tail: str) -> str:
    """*base* + *tail*; ``Problem`` 404 where that is no IRI."""
    try:
        return str(ox.NamedNode(base + tail.rstrip("/")).value)
    except ValueError as error:
        raise _unknown(tail) from error


def _located(store: Dataset, iri: str, base: str) -> tuple[str, str, str]:
    """The loaded edition or instrument that *iri* belongs to, the part that it names, and the expression to read; "" where none."""
    if edition := views.edition_of(store, iri):
        return edition, "", iri
    segments = iri.removeprefix(base).split("/")
    for size in range(len(segments), 0, -1):
        whole = base + "/".join(segments[:size])
        if found := views.expressions(store, whole):
            return whole, "/".join(segments[size:]), found[0]["expression"]
    return "", "", ""


def _unknown(key: str) -> Problem:
    return Problem(404, f"The store knows nothing of {key[:200]}. Search the list of what is loaded, or load the document and try again.")


def _formats(request: Request) -> list[Link]:
    others = (negotiate.TURTLE, negotiate.JSONLD)
    return [Link(offer.name, f"?{urlencode({**request.query_params, 'format': offer.name})}") for offer in others]


def _data(site: Site, iri: str, choice: negotiate.Choice, graph: str | None = None) -> Response:
    triples = description.thing(site.store, iri, graph)
    if not triples:
        raise _unknown(site.names.key(iri))
    body = description.serialise(triples, choice[0], site.base)
    return Response(body, headers={"Content-Type": negotiate.content_type(choice[1]), "Vary": "Accept"})


def vocabulary(request: Request) -> Response:
    """/vocabulary/SCHEME/SLUG: a concept; of an actor, with its duties."""
    site: Site = request.app.state.site
    iri = _iri(VOCABULARY, request.path_params["concept"])
    choice = wanted(request, negotiate.PAGES)
    if choice[0] is not negotiate.HTML:
        return _data(site, iri, choice)
    parameters = request.query_params
    number = parameters.get("page", "1")
    every = parameters.get("editions") == "all"
    view = views.concept(site.store, site.names, iri, every=every, page=int(number) if number.isdecimal() and len(number) < 7 else 1)
    if view is None:
        raise _unknown(site.names.key(iri))
    return page(request, "concept.html", view=view, iri=iri, formats=_formats(request))


def actors(request: Request) -> Response:
    """/vocabulary/actor: everybody that a norm addresses."""
    site: Site = request.app.state.site
    return page(request, "actors.html", actors=views.actors(site.store, site.names))


def ontology(request: Request) -> Response:
    """/ontology: the terms, each at its anchor; or the Turtle itself in another form."""
    choice = wanted(request, negotiate.PAGES)
    if choice[0] is negotiate.HTML:
        return page(request, "ontology.html", view=ontology_docs.document(), iri=ontology_docs.IRI, formats=_formats(request))
    triples = (quad.triple for quad in ox.parse(path=str(ontology_docs.FILE), format=ox.RdfFormat.TURTLE) if isinstance(quad, ox.Quad))
    headers = {"Content-Type": negotiate.content_type(choice[1]), "Vary": "Accept"}
    return Response(description.serialise(triples, choice[0]), headers=headers)


def moved(request: Request) -> Response:
    """/vocabulary/actor/ and the like: without the stroke at the end."""
    return RedirectResponse(request.url.path.rstrip("/"), status_code=308)


# --- the query box --------------------------------------------------------------------------------------------------


def query_page(
    request: Request,
    text: str = "",
    *,
    answer: bytes | None = None,
    is_graph: bool = False,
    cut: bool = False,
    problem: Problem | None = None,
) -> Response:
    """The query box, with the first rows of an answer or what was wrong."""
    site: Site = request.app.state.site
    columns: list[str] = []
    rows: list[list[Link]] = []
    truth = graph = None
    if answer is not None and is_graph:
        graph = answer.decode("utf-8", "replace")
    elif answer is not None and answer.strip() in (b"true", b"false"):
        truth = answer.strip().decode()
    elif answer is not None:
        found = ox.parse_query_results(answer, format=ox.QueryResultsFormat.TSV)
        assert isinstance(found, ox.QuerySolutions)
        columns = [variable.value for variable in found.variables]
        rows = [[_cell(site, solution[name]) for name in columns] for solution in found]
    return page(
        request,
        "sparql.html",
        problem.status if problem else 200,
        problem.headers if problem else None,
        text=text or EXAMPLE,
        asked=bool(text),
        prefixes=sorted({**PREFIXES, "": site.base}.items()),
        columns=columns,
        rows=rows,
        truth=truth,
        graph=graph,
        cut=cut,
        problem=problem,
        downloads=_downloads(text, is_graph) if answer is not None else [],
        has_rows=bool(rows),
    )


def _cell(site: Site, term: object) -> Link:
    if isinstance(term, ox.NamedNode):
        short = next((f"{prefix}:{term.value.removeprefix(iri)}" for prefix, iri in PREFIXES.items() if term.value.startswith(iri)), "")
        return Link(short or site.names.key(term.value), site.names.href(term.value), term.value)
    if isinstance(term, ox.Literal):
        return Link(term.value, "")
    return Link("" if term is None else str(term), "")


def _downloads(text: str, is_graph: bool) -> list[Link]:
    offers = negotiate.GRAPHS if is_graph else negotiate.RESULTS
    return [
        Link(offer.name, f"/sparql?{urlencode({'query': text, 'format': offer.name})}") for offer in offers if offer is not negotiate.HTML
    ]


def editor(request: Request) -> Response:
    """/sparql/editor: the query box as an editor with completion and views of the answer (needs scripts)."""
    return page(request, "editor.html", example=request.query_params.get("query") or EXAMPLE)


# --- named questions ------------------------------------------------------------------------------------------------


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


def _form(question: questions.Question, given: Mapping[str, str]) -> Form:
    fields = tuple(
        Field(
            name=parameter.name,
            is_flag=parameter.type == "flag",
            required=parameter.required,
            unless=parameter.unless,
            value="" if parameter.type == "flag" and given.get(parameter.name) in _OFF else given.get(parameter.name, ""),
            placeholder=parameter.default or question.example.get(parameter.name, ""),
            help=parameter.help,
        )
        for parameter in question.parameters
    )
    example = None
    if question.example or not any(field.required for field in fields):
        words = ", ".join(f"{name} = {value}" for name, value in question.example.items()) or "as it stands"
        example = Link(words, f"/questions/{question.name}?{urlencode(question.example or {'ask': ''})}")
    return Form(question.name, question.summary, question.description, question.query, fields, example)


def all_questions(request: Request) -> Response:
    """/questions: every named question with its example; as JSON with its parameters."""
    choice = wanted(request, (negotiate.HTML, negotiate.PLAIN_JSON))
    known = questions.all_questions()
    if choice[0] is negotiate.HTML:
        return page(request, "questions.html", questions=[_form(question, {}) for question in known], faults=questions.faults())
    described = [
        {
            "name": question.name,
            "summary": question.summary,
            "description": question.description,
            "parameters": [
                {"name": one.name, "type": one.type, "required": one.required}
                | {"unless": one.unless, "default": one.default, "help": one.help}
                for one in question.parameters
            ],
            "example": question.example,
            "href": f"/questions/{question.name}",
        }
        for question in known
    ]
    return Response(json.dumps(described, ensure_ascii=False, indent=1) + "\n", media_type="application/json", headers={"Vary": "Accept"})


def question(request: Request) -> Response:
    """/questions/NAME?param=value: the answer as a page, JSON, CSV or Turtle; without parameters, the form."""
    site: Site = request.app.state.site
    choice = wanted(request, negotiate.TABLES)
    is_page = choice[0] is negotiate.HTML
    try:
        asked = questions.load(request.path_params["name"])
    except QuestionError as error:
        raise Problem(404, str(error)) from error
    parameters = request.query_params
    given = {name: value for name, value in parameters.items() if name not in ("format", "ask") and value.strip()}
    known = {one.name.replace("-", "_") for one in asked.parameters}
    repeated = next((name for name in given if name.replace("-", "_") in known and len(parameters.getlist(name)) > 1), "")
    form = _form(asked, given)
    values: dict[str, Any] = {"question": form, "problem": "", "asked": False, "rows": [], "columns": [], "notes": (), "downloads": []}
    if is_page and not parameters and any(field.required for field in form.fields):
        return page(request, "question.html", **values)
    try:
        if repeated:
            raise QuestionError(f"{repeated} is given more than once; give one value")
        answer = questions.ask(site.store, asked.name, given, base=site.base)
    except QuestionError as error:
        if not wants_page(request):
            raise Problem(400, str(error), {"Vary": "Accept"}) from error
        return page(request, "question.html", 400, **{**values, "problem": str(error)})
    headers = {"Vary": "Accept", "Content-Type": negotiate.content_type(choice[1])}
    if choice[0] is negotiate.PLAIN_JSON:
        return Response(answers.as_json(answer.columns, answer.rows), headers=headers)
    if choice[0] is negotiate.CSV:
        return Response(answers.as_csv(answer.columns, answer.rows), headers=headers)
    if choice[0] is negotiate.TURTLE:
        return Response(answers.as_turtle(answer), headers=headers)
    columns, rows = tables.as_links(answer, site.names, asked, given)
    downloads = [Link(name, f"?{urlencode({**given, 'format': name})}") for name in ("json", "csv", "turtle")]
    found = {"asked": True, "rows": rows, "columns": columns, "notes": answer.notes, "downloads": downloads}
    return page(request, "question.html", **{**values, **found})


def health(request: Request) -> Response:
    """/health: whether the store answers."""
    site: Site = request.app.state.site
    answers = len(site.store) >= 0
    return Response(json.dumps({"status": "ok" if answers else "failed", "version": __version__}) + "\n", media_type="application/json")
