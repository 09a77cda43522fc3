"""The web pages: each handler asks ``views`` for plain data and gives it to a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from resograph import __version__, ontology_docs
from resograph.namespaces import PREFIXES, VOCABULARY
from resograph.serve import caching, description, lookups, negotiate, views
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
    html = site.templates.get_template(template).render(version=__version__, static=caching.static, **values)
    sent = {"Vary": "Accept", **(headers or {})}
    return Response(html, status_code=status, headers=sent, media_type="text/html")


def wanted(request: Request, offers: tuple[negotiate.Format, ...]) -> negotiate.Choice:
    """The form that the request wants; ``Problem`` 400 or 406 where it is none of *offers*."""
    name = request.query_params.get("format")
    if name is not None and not any(name.lower() in offer.names for offer in offers):
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
    caching.validate(request, "text/html")
    query = request.query_params.get("q", "").strip()[:200]
    found = site.ask(lookups.home, site.names, query)
    return page(request, "home.html", view=found.view, instruments=found.instruments, provision=found.provision)


def identifier(request: Request) -> Response:
    """/id/KEY: an edition, a part of one, a work, or whatever else has that identifier."""
    site: Site = request.app.state.site
    names = site.names
    iri = _iri(names.base, request.path_params["key"])
    choice = wanted(request, negotiate.PAGES)
    caching.validate(request, choice[1])
    if choice[0] is not negotiate.HTML:
        return _data(site, iri, choice, site.ask(lookups.triples, names, iri, choice[0]))
    shown = site.ask(lookups.identified, names, iri)
    if shown is None:
        raise _unknown(names.key(iri))
    values: dict[str, Any] = {"iri": iri, "formats": _formats(request), "whole": shown.whole, "part": shown.part, "name": names.name(iri)}
    return page(request, shown.template, view=shown.view, **values)


def _iri(base: str, tail: str) -> str:
    """*base* + *tail*; ``Problem`` 404 where that is no IRI."""
    try:
        return str(ox.NamedNode(base + tail.rstrip("/")).value)
    except ValueError as error:
        raise _unknown(tail) from error


def _unknown(key: str) -> Problem:
    return Problem(404, f"The store knows nothing of {key[:200]}. Search the list of what is loaded, or load the document and try again.")


def _formats(request: Request) -> list[Link]:
    others = (negotiate.TURTLE, negotiate.JSONLD)
    return [Link(offer.name, f"?{urlencode({**request.query_params, 'format': offer.name})}") for offer in others]


def _data(site: Site, iri: str, choice: negotiate.Choice, body: bytes) -> Response:
    if not body:
        raise _unknown(site.names.key(iri))
    return Response(body, headers={"Content-Type": negotiate.content_type(choice[1]), "Vary": "Accept"})


def vocabulary(request: Request) -> Response:
    """/vocabulary/SCHEME/SLUG: a concept; of an actor, with its duties."""
    site: Site = request.app.state.site
    iri = _iri(VOCABULARY, request.path_params["concept"])
    choice = wanted(request, negotiate.PAGES)
    caching.validate(request, choice[1])
    if choice[0] is not negotiate.HTML:
        return _data(site, iri, choice, site.ask(lookups.concept_triples, site.names, iri, choice[0]))
    parameters = request.query_params
    number = parameters.get("page", "1")
    every = parameters.get("editions") == "all"
    view = site.ask(views.concept, site.names, iri, every=every, page=int(number) if number.isdecimal() and len(number) < 7 else 1)
    if view is None:
        raise _unknown(site.names.key(iri))
    return page(request, "concept.html", view=view, iri=iri, formats=_formats(request))


def actors(request: Request) -> Response:
    """/vocabulary/actor: everybody that a norm addresses."""
    site: Site = request.app.state.site
    caching.validate(request, "text/html")
    return page(request, "actors.html", actors=site.ask(views.actors, site.names))


def ontology(request: Request) -> Response:
    """/ontology: the terms, each at its anchor; or the Turtle itself in another form."""
    choice = wanted(request, negotiate.PAGES)
    caching.validate_fixed(request, choice[1], ontology_docs.FILE.read_bytes())
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
