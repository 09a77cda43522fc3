"""The authority files of ontology/vocabularies (SKOS), read into plain frozen data for the extractor.

The graph loads the same files; nothing that they say stands in code.  A new actor, abbreviation or heading is a line of
Turtle (see CONTRIBUTING.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from resograph import assets
from resograph.errors import RuleError
from resograph.namespaces import PREFIXES, RES

SKOS = PREFIXES["skos"]

Node = dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]
Graph = dict[str, Node]


def _tail(term: object) -> str:
    """The last segment of an IRI, or the text of a literal."""
    value = str(getattr(term, "value", term))
    return value.rsplit("/", 1)[-1].rsplit("#", 1)[-1] if isinstance(term, ox.NamedNode) else value


def load(path: Path) -> Graph:
    """A Turtle file as subject -> predicate -> objects; ``RuleError`` with the place when it is not Turtle."""
    graph: Graph = defaultdict(lambda: defaultdict(list))
    try:
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            graph[str(triple.subject.value)][triple.predicate.value].append(triple.object)
    except (SyntaxError, OSError) as error:
        raise RuleError(f"{path.name}: {error}; correct the Turtle and try again") from error
    return graph


def _labels(node: Node, *kinds: str, language: str = "en") -> list[str]:
    """The labels of *node* in *language* (labels without a language belong to every one)."""
    return [
        str(term.value)
        for kind in kinds or ("prefLabel", "altLabel", "hiddenLabel")
        for term in node.get(SKOS + kind, ())
        if isinstance(term, ox.Literal) and (term.language or language) == language
    ]


def _one(node: Node, term: str) -> str:
    values = node.get(term if ":" in term else RES + term, ())
    return _tail(values[0]) if values else ""


def _year(node: Node, term: str) -> int | None:
    said = _one(node, term)
    return int(said[:4]) if said else None


# --- headings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeadingVerb:
    """A verb of call headings: "recalling", "taking into account", "instructs"."""

    label: str
    operative: bool
    force: str
    modality: str


@cache
def heading_verbs(language: str = "en") -> tuple[HeadingVerb, ...]:
    """Every heading verb, longest label first."""
    found = [
        HeadingVerb(label.lower(), _one(node, "role") == "Operative", _one(node, "force"), _one(node, "modality").lower())
        for node in load(assets.ONTOLOGY / "vocabularies" / "headings.ttl").values()
        if _one(node, "role") in ("Operative", "Preambular")
        for label in _labels(node, language=language)
    ]
    return tuple(sorted(found, key=lambda verb: (-len(verb.label), verb.label)))


@cache
def heading_modifiers(language: str = "en") -> tuple[str, ...]:
    """The words that may stand beside a heading verb ("further", "with satisfaction"), longest first."""
    nodes = load(assets.ONTOLOGY / "vocabularies" / "headings.ttl")
    labels = {label.lower() for iri, node in nodes.items() if "/modifier-" in iri for label in _labels(node, language=language)}
    return tuple(sorted(labels, key=lambda label: (-len(label), label)))


# --- actors, bodies, conferences ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """What a name in a text stands for.

    ``members`` are the slugs of a collective name ("the Directors of the Bureaux"); ``others`` is true when the
    document's own Sector is not meant ("the other two Bureaux"); ``denotes`` resolves a relative name ("the Director"):
    pairs of a Sector or body and the actor meant there.  ``numbered``: a number may follow ("Study Group 13").
    """

    slug: str
    labels: tuple[str, ...]
    sectors: tuple[str, ...]
    members: tuple[str, ...] = ()
    others: bool = False
    denotes: tuple[tuple[str, str], ...] = ()
    relative: bool = False
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """An adopting body: its key segment, its names, the Sector it belongs to, the prefix of its conference codes.

    ``listed_from`` is the year from which the vocabulary lists each of its meetings, ``numbered_from`` the year from which a
    number means one text; None where the vocabulary does not say.
    """

    key: str
    labels: tuple[str, ...]
    sector: str
    codes: tuple[str, ...]
    actor: str
    listed_from: int | None = None
    numbered_from: int | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A meeting that adopted texts: body, place spellings, the year used in citations, codes such as "WTSA-16".

    ``slug`` is the end of its IRI; ``start`` and ``end`` are its days, or months or years where the days are not known.
    """

    body: str
    places: tuple[str, ...]
    year: int
    codes: tuple[str, ...]
    slug: str = ""
    start: str = ""
    end: str = ""


def _sectors(node: Node) -> tuple[str, ...]:
    return tuple(sorted(_tail(term) for term in node.get(RES + "ofSector", ())))


@cache
def actors(language: str = "en") -> tuple[Actor, ...]:
    """Every actor, collective and relative name of the vocabulary."""
    graph = load(assets.ONTOLOGY / "vocabularies" / "actors.ttl")
    out: list[Actor] = []
    for iri, node in graph.items():
        labels = _labels(node, language=language)
        if "/actor/" not in iri or not labels:
            continue
        members = tuple(sorted(_tail(term) for term in node.get(SKOS + "member", ())))
        denotes = [graph[str(term.value)] for term in node.get(RES + "denotes", ()) if isinstance(term, ox.BlankNode)]
        out.append(
            Actor(
                slug=_tail(ox.NamedNode(iri)),
                labels=tuple(dict.fromkeys(labels)),
                sectors=_sectors(node),
                members=members,
                others=_one(node, "except") == "OwnSector",
                denotes=tuple(sorted((_one(c, "whenSector") or _one(c, "whenBody"), _one(c, "actor")) for c in denotes)),
                relative=bool(denotes),
                numbered=_one(node, "numbered") == "true",
            )
        )
    return tuple(sorted(out, key=lambda actor: actor.slug))


@cache
def sectors_of() -> dict[str, tuple[str, ...]]:
    """The Sectors that each actor belongs to: "tsag" -> ("itu-t",)."""
    return {actor.slug: actor.sectors for actor in actors()}


@cache
def bodies(language: str = "en") -> tuple[Body, ...]:
    """Every adopting body with all its names, those of its predecessors included."""
    graph = load(assets.ONTOLOGY / "vocabularies" / "bodies.ttl")
    lines: dict[str, list[tuple[str, Node]]] = defaultdict(list)
    for iri, node in graph.items():
        if "/body/" in iri and _labels(node, language=language):
            lines[_one(node, "lineOf") or _tail(ox.NamedNode(iri))].append((_tail(ox.NamedNode(iri)), node))
    out = []
    for key, nodes in lines.items():
        own = dict(nodes).get(key, {})
        out.append(
            Body(
                key=key,
                labels=tuple(dict.fromkeys(label for _, node in nodes for label in _labels(node, language=language))),
                sector=next(iter(_sectors(own)), ""),
                codes=tuple(str(t.value) for _, n in nodes for t in n.get(RES + "codePrefix", ()) if isinstance(t, ox.Literal)),
                actor=_one(own, SKOS + "exactMatch"),
                listed_from=_year(own, "listedFrom"),
                numbered_from=_year(own, "numberedFrom"),
            )
        )
    return tuple(sorted(out, key=lambda body: body.key))


def body_of(key: str) -> Body | None:
    """The adopting body with that key."""
    return next((body for body in bodies() if body.key == key), None)


def sector_of(body: str) -> str:
    """The Sector of the adopting body *body*; "" for the Union as a whole."""
    found = body_of(body)
    return found.sector if found else ""


@cache
def conferences() -> tuple[Conference, ...]:
    """Every meeting of the vocabulary that has a body and a year."""
    graph = load(assets.ONTOLOGY / "vocabularies" / "conferences.ttl")
    lines = {iri: _one(node, "lineOf") for iri, node in load(assets.ONTOLOGY / "vocabularies" / "bodies.ttl").items()}
    line = {_tail(ox.NamedNode(iri)): of for iri, of in lines.items() if of}

    def meetings() -> Iterator[Conference]:
        for iri, node in graph.items():
            body, year = _one(node, "body"), _one(node, "year")
            if not body or not year:
                continue
            places: list[str] = []
            for term in node.get(RES + "place", ()):
                place = graph.get(str(getattr(term, "value", "")), {})
                for lang in ("en", "fr", "es", "ru", "zh", "ar"):
                    places += _labels(place, language=lang)
            places += [str(t.value) for t in node.get(RES + "placeName", ()) if isinstance(t, ox.Literal)]
            codes = [str(t.value) for t in node.get(SKOS + "notation", ()) if isinstance(t, ox.Literal)]
            codes += _labels(node, "altLabel", "hiddenLabel")
            days = _one(node, "startDate"), _one(node, "endDate")
            own = line.get(body, body)
            yield Conference(own, tuple(dict.fromkeys(places)), int(year[:4]), tuple(dict.fromkeys(codes)), iri.rsplit("/", 1)[-1], *days)

    return tuple(sorted(meetings(), key=lambda meeting: (meeting.year, meeting.body)))


# --- basic instruments ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instrument:
    """A basic instrument: its key segment and its names."""

    key: str
    labels: tuple[str, ...]


@cache
def instruments(language: str = "en") -> tuple[Instrument, ...]:
    """The basic instruments of the Union."""
    graph = load(assets.ONTOLOGY / "vocabularies" / "instruments.ttl")
    found = [
        Instrument(_tail(ox.NamedNode(iri)), tuple(dict.fromkeys(labels)))
        for iri, node in graph.items()
        if "/instrument/" in iri and (labels := _labels(node, language=language))
    ]
    return tuple(sorted(found, key=lambda entry: entry.key))


@cache
def _versions() -> dict[tuple[str, str], int]:
    """(number, version) of ITU-R resolutions -> year of adoption, from the catalogue of facts that ships."""
    path = assets.CORPUS / "catalogue" / "itu-r-resolutions.tsv"
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {(row[0], row[1]): int(row[2]) for row in rows if row[0] != "number"}


def version_year(number: str, version: str) -> int | None:
    """The year in which version *version* of Resolution ITU-R *number* was adopted; None where the catalogue has none."""
    return _versions().get((number, version))
