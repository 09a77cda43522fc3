"""/search: words in the texts, as a page and as JSON; a number or a key leads to its editions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from resograph import search
from resograph.errors import QueryError, QuestionError, StoreError
from resograph.questions import a_body, a_date
from resograph.serve import caching, lookups, negotiate
from resograph.serve.names import Link
from resograph.serve.pages import page, wanted
from resograph.serve.problems import Problem
from resograph.serve.site import Site
from resograph.store import Reader

_PAGE = 20
_EDITIONS = 10
_LISTS = ("body", "kind", "role", "language")


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause as the page shows it."""

    link: Link
    about: str
    pieces: tuple[tuple[str, bool], ...]


def results(request: Request) -> Response:
    """/search?q=WORDS: the clauses that hold them, a page at a time, with ``body``, ``kind``, ``role``, ``language``, ``since``, ``until``,
    ``at``, ``in-force`` and ``specimens`` as the command has them."""
    site: Site = request.app.state.site
    choice = wanted(request, (negotiate.HTML, negotiate.PLAIN_JSON))
    caching.validate(request, choice[1])
    given = {name: value.strip() for name, value in request.query_params.items() if value.strip() and name != "format"}
    words, number = given.get("q", ""), _page(given.get("page", "1"))
    status, problem, found = 200, "", search.Found((), 0)
    try:
        asked = _filter(given, request.query_params.getlist)
        if words or choice[0] is not negotiate.HTML:
            found = search.search(_reader(site), words, asked, limit=_PAGE, offset=_PAGE * (number - 1))
    except (QueryError, QuestionError) as error:
        status, problem = 400, str(error)
    except StoreError as error:
        status, problem = 503, str(error)
    if choice[0] is not negotiate.HTML:
        if problem:
            raise Problem(status, problem, {"Vary": "Accept"})
        return Response(search.as_json(found), headers={"Vary": "Accept", "Content-Type": negotiate.content_type(choice[1])})
    named = _named(site, words) if number == 1 else {}
    if named and status != 400:  # the number has led somewhere
        status = 200
    return page(request, "search.html", status, **named or {"editions": [], "more": 0, "provision": None}, **_shown(site, found, given, number),
                words=words, problem=problem, choices=_choices(site), given=given)  # fmt: skip


def _reader(site: Site) -> Reader:
    if not isinstance(site.reader, Reader):
        raise StoreError("the texts of this store cannot be searched: it has no full text beside the graph")
    return site.reader


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _filter(given: Mapping[str, str], every: Any) -> search.Filter:
    lists = {name: [value.strip().lower() for value in every(name) if value.strip()] for name in _LISTS}
    return search.Filter(
        bodies=[a_body(body) for body in lists["body"]],
        kinds=lists["kind"],
        roles=lists["role"],
        languages=lists["language"],
        since=_year(given, "since"),
        until=_year(given, "until"),
        at=a_date(given["at"]) if "at" in given else date.today() if _flag(given, "in-force") else None,
        specimens=_flag(given, "specimens"),
    )


def _year(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is not None and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise QuestionError(f"{name} is no year: {text[:20]!r}; write it like 2024")
    return int(text) if text else None


def _flag(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "false").lower() not in ("false", "no", "off", "0")


def _named(site: Site, words: str) -> dict[str, Any]:
    """What *words* lead to, where they are a number or a key."""
    found = site.ask(lookups.named, site.names, words)
    if not found.editions and not found.provision:
        return {}
    return {"editions": found.editions[:_EDITIONS], "more": len(found.editions) - _EDITIONS, "provision": found.provision}


def _shown(site: Site, found: search.Found, given: Mapping[str, str], number: int) -> dict[str, Any]:
    hits = [
        Hit(
            link=site.names.link(site.base + hit.key),
            about=", ".join(filter(None, [hit.above, hit.language if hit.language != "en" else ""])),
            pieces=tuple(hit.pieces()),
        )
        for hit in found.hits
    ]
    around = [("Before", number - 1)] * (number > 1) + [("More", number + 1)] * (found.total > number * _PAGE)
    turns = [Link(name, f"/search?{urlencode({**given, 'page': other})}") for name, other in around]
    notes = [note.replace("(--specimens)", "(see the filters)") for note in found.notes]
    return {"hits": hits, "total": found.total, "first": _PAGE * (number - 1) + 1, "notes": notes, "turns": turns}


def _choices(site: Site) -> dict[str, list[str]]:
    """What the filters offer."""
    try:
        return search.choices(_reader(site))
    except StoreError:
        return {}
