"""Networks from the store: works that cite works, editions that revise editions, actors that clauses address together.

Nodes are known by their keys (slugs of actors) and come in the order of these; so do edges.  Each edge carries the clauses that
it stands for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx

from resograph import vocabulary
from resograph.analysis import Choice
from resograph.catalogue import adoption_day
from resograph.keys import Key
from resograph.namespaces import PREFIXES
from resograph.questions import in_order, shown
from resograph.serve.names import Names

if TYPE_CHECKING:
    from resograph.dataset import Source

_EDITIONS = """
SELECT ?expression ?edition ?work ?body ?year ?title ?specimen ?since ?until WHERE {
  ?expression res:answersFor ?edition ; res:answersFrom ?since ; res:answersUntil ?until ; res:answersAsSpecimen ?specimen .
  GRAPH ?expression {
    ?edition res:ofWork ?work ; res:body ?body .
    OPTIONAL { ?edition res:year ?year }
    OPTIONAL { ?edition dcterms:title ?title }
  }
}"""

_CITATIONS = """
SELECT ?edition ?cited ?clause ?intent WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression {
    ?citation res:inEdition ?edition ; res:citedWork ?cited ; res:selfCitation false ; cito:hasCitingEntity ?clause .
    OPTIONAL { ?citation res:intent ?intent }
  }
}"""

_KNOWN = """
SELECT DISTINCT ?expression ?of ?edition ?work ?year ?how WHERE {
  ?expression res:answersFor ?of .
  GRAPH ?expression {
    ?edition res:ofWork ?work ; res:year ?year .
    { ?adoption res:adopted ?edition . BIND("history" AS ?how) }
    UNION { ?citation res:citedEdition ?edition ; res:selfCitation false . BIND("citation" AS ?how) }
  }
}"""

_ADDRESSED = """
SELECT DISTINCT ?edition ?clause ?actor WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression { ?norm res:inEdition ?edition ; res:inClause ?clause ; res:addressee ?actor }
}"""


_NAMES = """
SELECT ?actor ?pref ?alt WHERE {
  ?actor skos:inScheme <https://w3id.org/resograph/vocabulary/actor> ; skos:prefLabel ?pref .
  FILTER(LANG(?pref) = "en")
  OPTIONAL { ?actor skos:altLabel ?alt . FILTER(LANG(?alt) = "en") }
} ORDER BY ?actor ?alt"""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition that the store holds, with the days (ISO) from which and until which it answers, the last exclusively."""

    key: str
    work: str
    body: str
    year: int
    title: str
    specimen: bool
    since: str
    until: str


def _rows(reader: Source, query: str) -> Iterator[list[str]]:
    base = reader.base
    found: Any = reader.store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    for row in found:
        yield [shown(term, base) for term in row]


def held(reader: Source, choice: Choice) -> dict[str, Edition]:
    """Every edition that is held and may count, by key: specimens only when asked for."""
    found = {}
    for _, key, work, body, year, title, specimen, since, until in _rows(reader, _EDITIONS):
        if choice.specimens or specimen != "true":
            found[key] = Edition(key, work, body, int(year or 0), title, specimen == "true", since, until)
    return found


def in_force(editions: Mapping[str, Edition], choice: Choice) -> dict[str, Edition]:
    """Those of *editions* that answer at the date, of the body that is asked for (docs/graph.md)."""
    at = choice.at.isoformat()
    return {key: one for key, one in editions.items() if one.since <= at < one.until and choice.body in ("", one.body)}


def citations(reader: Source, choice: Choice) -> nx.DiGraph:
    """Works and how often the edition in force of one cites another; a citation of itself is none.

    Node: label, body, title, held (an edition in force is). Edge: weight (citations), clauses, intents.
    """
    every = held(reader, choice)
    speaking = in_force(every, choice)
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for edition, cited, clause, intent in _rows(reader, _CITATIONS):
        if edition in speaking and speaking[edition].work != cited:
            found[speaking[edition].work, cited].append((clause, intent))
    works = {one.work: one for one in in_force(every, Choice(choice.at, "", choice.specimens)).values()}
    nodes = {*(one.work for one in speaking.values()), *(cited for _, cited in found)}
    made = nx.DiGraph()
    for work in sorted(nodes, key=in_order):
        title = works[work].title if work in works else ""
        made.add_node(work, label=label(work), body=Key.parse(work).body, title=title, held=work in works)
    for citing, cited in sorted(found, key=lambda pair: (in_order(pair[0]), in_order(pair[1]))):
        places = found[citing, cited]
        clauses, intents = ({place[i]: None for place in sorted(places) if place[i]} for i in (0, 1))
        made.add_edge(citing, cited, weight=len(places), clauses=" ".join(clauses), intents=" ".join(sorted(intents)))
    return made


def lineage(reader: Source, choice: Choice) -> nx.DiGraph:
    """Editions until the date, and which revises which: each the one before it that is known.

    Node: label, body, work, year, evidence (text: the store holds it; history: an adoption history names it; citation: only
    citations do). Editions of works of which the store holds none are left out.
    """
    every = held(reader, choice)
    editions = {one.key: (one.work, one.year) for one in every.values()}
    evidence = defaultdict(set, {key: {"text"} for key in every})
    works = {one.work for one in every.values() if choice.body in ("", one.body)}
    for _, source, edition, work, year, how in _rows(reader, _KNOWN):
        if source in every:
            editions[edition] = (work, int(year))
            evidence[edition].add(how)
    made = nx.DiGraph()
    by_work: dict[str, list[str]] = defaultdict(list)
    for edition in sorted(editions, key=lambda key: (in_order(editions[key][0]), editions[key][1])):
        work, adopted = editions[edition]
        if work in works and adoption_day(Key.parse(work).body, adopted) <= choice.at.isoformat():
            by_work[work].append(edition)
            best = next(how for how in ("text", "history", "citation") if how in evidence[edition])
            made.add_node(edition, label=label(edition), body=Key.parse(work).body, work=work, year=adopted, evidence=best)
    for known in by_work.values():
        made.add_edges_from((later, earlier) for earlier, later in pairwise(known))
    return made


def actors(reader: Source, choice: Choice) -> nx.Graph:
    """Actors, and how many clauses of editions in force address both of two.

    Node: label, sector, clauses (that address it). Edge: weight (clauses), clauses.
    """
    speaking = in_force(held(reader, choice), choice)
    addressed: dict[str, set[str]] = defaultdict(set)
    for edition, clause, actor in _rows(reader, _ADDRESSED):
        if edition in speaking:
            addressed[clause].add(actor)
    counts: dict[str, int] = defaultdict(int)
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for clause in sorted(addressed):
        for actor in addressed[clause]:
            counts[actor] += 1
        for pair in combinations(sorted(addressed[clause]), 2):
            together[pair].append(clause)
    known = {one.slug: one for one in vocabulary.actors()}
    names = _actor_names(reader)
    made = nx.Graph()
    for actor in sorted(counts):
        sectors = known[actor].sectors if actor in known else ()
        name = names.get(actor, actor.replace("-", " "))
        made.add_node(actor, label=name, sector=sectors[0] if len(sectors) == 1 else "", clauses=counts[actor])
    for (one, other), clauses in sorted(together.items()):
        made.add_edge(one, other, weight=len(clauses), clauses=" ".join(clauses))
    return made


def _actor_names(reader: Source) -> dict[str, str]:
    """What an actor is called where space is short: its name, or of a long one the shortest other name."""
    found: dict[str, list[str]] = defaultdict(list)
    for actor, pref, alt in _rows(reader, _NAMES):
        found[actor] += [pref, alt] if alt else [pref]
    return {actor: min(said[:1] if len(said[0]) <= _SPACE else said, key=lambda text: (len(text), text)) for actor, said in found.items()}


_SPACE = 22


def label(key: str) -> str:
    """A work or edition as delegates cite it: "PP Res. 25", "WTSA Res. 18 (2024)"."""
    return Names("").short(key)
