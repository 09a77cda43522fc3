"""What the pages ask of the store, each in one go: an evaluator runs these functions beside the store, so that they have its bounds."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from resograph import safety
from resograph.dataset import Dataset
from resograph.names import cited
from resograph.serve import description, instruments, views
from resograph.serve.names import Link, Names
from resograph.serve.negotiate import Format

View = views.Edition | instruments.Page | views.Work | views.Thing


@dataclass(frozen=True, slots=True)
class Home:
    """The front page: what is loaded, what was found."""

    view: views.Overview
    instruments: list[instruments.Held]
    provision: Link | None


def home(store: Dataset, names: Names, query: str) -> Home:
    """What the store holds, and what *query* finds in it."""
    found = instruments.held(store, names)
    return Home(views.overview(store, names, query), found, instruments.named(query, found, names))


@dataclass(frozen=True, slots=True)
class Named:
    """What a number or a key leads to."""

    editions: list[views.Loaded]
    provision: Link | None


def named(store: Dataset, names: Names, words: str) -> Named:
    """The editions and the provision that *words* name, where they are a number or a key."""
    known = views.loaded(store, names) if cited(words) or words.isdecimal() else []
    provision = instruments.named(words, instruments.held(store, names), names) if words else None
    return Named(views.search(known, words) if known else [], provision)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the page of an identifier: its template, what it shows; of a part of an edition also the whole."""

    template: str
    view: View
    whole: views.Edition | None = None
    part: str = ""


def identified(store: Dataset, names: Names, iri: str) -> Shown | None:
    """The page of *iri*: an edition, a part of one, a work, or whatever else has that identifier; None where there is none."""
    whole, part, expression = _located(store, iri, names.base)
    if whole:
        found = views.edition(store, names, whole, expression)
        cut = found and (views.only(found, part) if part else found)
        if cut:
            return Shown("part.html" if part else "edition.html", cut, found, part)
        if instrument := instruments.page(store, names, whole, part, expression):
            return Shown("instrument.html", instrument)
    if work := views.work(store, names, iri):
        return Shown("work.html", work)
    if thing := views.thing(store, names, iri):
        return Shown("thing.html", thing)
    if store.contains_named_graph(ox.NamedNode(iri)):
        return Shown("thing.html", views.Thing(iri, names.key(iri), ()))
    return None


def triples(store: Dataset, names: Names, iri: str, form: Format) -> bytes:
    """What the store says of *iri* in *form*, of an edition or an expression the whole graph; b"" where it says nothing."""
    whole, _, expression = _located(store, iri, names.base)
    if iri in (whole, expression):
        return _written(store, names, iri, form, expression)
    return _written(store, names, iri, form, iri if store.contains_named_graph(ox.NamedNode(iri)) else None)


def concept_triples(store: Dataset, names: Names, iri: str, form: Format) -> bytes:
    """What the store says of the concept *iri* in *form*; b"" where it says nothing."""
    return _written(store, names, iri, form, None)


def _written(store: Dataset, names: Names, iri: str, form: Format, graph: str | None) -> bytes:
    found = description.thing(store, iri, graph)
    return description.serialise(found, form, names.base) if found else b""


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


def checked(store: Dataset, text: str, services: tuple[str, ...] = ()) -> safety.Checked:
    """``safety.check`` of a query over this store."""
    return safety.check(text, lambda graph: held(store, graph), services=services)


def held(store: Dataset, graph: str) -> bool:
    """Whether the store has a graph of that name."""
    try:
        return bool(store.contains_named_graph(ox.NamedNode(graph)))
    except ValueError:
        return False


def answers(store: Dataset) -> bool:
    """Whether the store can be read."""
    return bool(store.query("ASK {}"))


def size(store: Dataset) -> int:
    """How many quads the store holds."""
    return len(store)
