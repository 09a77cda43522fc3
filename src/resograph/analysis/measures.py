"""The analyses: each takes what the store holds and a choice, and gives a table with the network that it is about.

docs/analysis.md tells what each measure means.  Algorithms run on networks whose nodes are numbers, since a set of numbers has
the same order in every process and a set of strings has not.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx

from resograph.analysis import Cell, Choice, Result, networks
from resograph.questions import in_order

if TYPE_CHECKING:
    from resograph.dataset import Source

DAMPING = 0.85
EXACT = 2_000
"""Nodes up to which betweenness is exact; beyond, it is estimated from ``SOURCES`` of them."""
SOURCES = 500
LONGEST = 4
"""Works in a cycle that is listed."""
MOST = 10_000
"""Cycles that are listed."""

_CITED = (
    "directed network of works: an edge leads from a work whose edition in force cites another work; citations of itself and of"
    " provisions of the basic instruments are left out"
)


def _result(name: str, title: str, columns: str, rows: Iterable[tuple[Cell, ...]], network: Any, ranked: Iterable[str],
            notes: tuple[str, ...] = (), **computed: Cell) -> Result:  # fmt: skip
    return Result(name, title, tuple(columns.split()), tuple(rows), network, tuple(ranked), computed, notes)


def _numbered(network: Any) -> tuple[Any, list[str]]:
    """*network* with its nodes as numbers, and the nodes by number."""
    nodes = list(network)
    return nx.relabel_nodes(network, {node: number for number, node in enumerate(nodes)}), nodes


def _known(network: Any) -> tuple[str, ...]:
    """What the network does not know."""
    held = sum(data for _, data in network.nodes(data="held"))
    if held == len(network):
        return ()
    return (f"{held} of {len(network)} works are held in force; of the others it is known who cites them, not whom they cite",)


def _most_cited(network: Any) -> list[str]:
    """Nodes by the works that cite them, then by the works that they cite."""
    return sorted(network, key=lambda node: (-network.in_degree(node), -network.out_degree(node), in_order(node)))


def citations(reader: Source, choice: Choice) -> Result:
    """Which work cites which: a row for each pair."""
    network = networks.citations(reader, choice)
    edges = sorted(network.edges(data=True), key=lambda edge: (-edge[2]["weight"], in_order(edge[0]), in_order(edge[1])))
    rows = ((citing, cited, data["weight"], data["intents"], data["clauses"]) for citing, cited, data in edges)
    title = "Citations between resolutions"
    return _result(
        "citations", title, "citing cited citations intents clauses", rows, network, _most_cited(network), _known(network), method=_CITED
    )


# --- centrality -----------------------------------------------------------------------------------------------------


def centrality(reader: Source, choice: Choice) -> Result:
    """How central each work is in the network of citations."""
    network = networks.citations(reader, choice)
    ranks = nx.pagerank(network, alpha=DAMPING, tol=1e-12, max_iter=1000)
    numbered, nodes = _numbered(network)
    sampled = len(nodes) > EXACT
    between = nx.betweenness_centrality(numbered, k=SOURCES if sampled else None, seed=0)
    for number, node in enumerate(nodes):
        network.nodes[node].update(
            cited_by=network.in_degree(node),
            citations=network.in_degree(node, weight="weight"),
            cites=network.out_degree(node),
            pagerank=round(ranks[node], 6),
            betweenness=round(between[number], 6),
        )
    # by the plain count first: where most works are not held, PageRank favours what is cited alone by a text that cites little
    ranked = sorted(network, key=lambda node: (-network.in_degree(node), -ranks[node], in_order(node)))
    rows = []
    for node in ranked:
        data = network.nodes[node]
        measured = (data["cited_by"], data["citations"], data["cites"], round(ranks[node], 4), round(data["betweenness"], 4))
        rows.append((node, *measured, "yes" if data["held"] else "no", data["title"]))
    columns = "work cited-by citations cites pagerank betweenness held title"
    estimate = f"estimated from {SOURCES} works, seed 0" if sampled else "exact"
    return _result(
        "centrality", "Centrality in the network of citations", columns, rows, network, ranked, _known(network),
        method=f"{_CITED}; cited-by: works that cite it; PageRank over edges weighted by citations; betweenness over unweighted shortest"
               " paths, normalized",
        damping=DAMPING, betweenness=estimate,
    )  # fmt: skip


# --- communities ----------------------------------------------------------------------------------------------------


def communities(reader: Source, choice: Choice) -> Result:
    """Groups of works that cite one another more than the rest."""
    network = networks.citations(reader, choice)
    ranked = _most_cited(network)
    place = {node: number for number, node in enumerate(ranked)}
    numbered, nodes = _numbered(network)
    mutual = nx.Graph()
    mutual.add_nodes_from(numbered)
    for one, other, weight in numbered.edges(data="weight"):
        mutual.add_edge(one, other, weight=weight + mutual.get_edge_data(one, other, {"weight": 0})["weight"])
    found = nx.community.louvain_communities(mutual, weight="weight", resolution=1, seed=0) if len(mutual) else []
    modularity = nx.community.modularity(mutual, found, weight="weight") if mutual.size() else 0.0
    groups = [sorted((nodes[number] for number in group), key=place.__getitem__) for group in found]
    groups.sort(key=lambda group: (-len(group), place[group[0]]))
    rows = []
    for number, group in enumerate(groups, 1):
        inside = network.subgraph(group)
        for node in group:
            network.nodes[node]["community"] = number
        bodies = sorted({network.nodes[node]["body"] for node in group})
        rows.append((number, len(group), int(inside.size(weight="weight")), " ".join(bodies), " ".join(group)))
    return _result(
        "communities", "Communities in the network of citations", "community works citations-inside bodies members", rows, network, ranked, _known(network),
        method=f"{_CITED}; direction left aside, edges weighted by citations; Louvain method (Blondel et al., 2008)",
        resolution=1, seed=0, modularity=round(modularity, 4),
    )  # fmt: skip


# --- lineage --------------------------------------------------------------------------------------------------------


def lineage(reader: Source, choice: Choice) -> Result:
    """The editions of each work of which one is held."""
    network = networks.lineage(reader, choice)
    by_work: dict[str, list[str]] = {}
    for edition, work in network.nodes(data="work"):
        by_work.setdefault(work, []).append(edition)
    works = sorted(by_work, key=lambda work: (-len(by_work[work]), in_order(work)))
    rows = []
    for work in works:
        data = [network.nodes[edition] for edition in by_work[work]]
        years = " ".join(f"{one['year']}{_EVIDENCE[one['evidence']]}" for one in data)
        rows.append((work, len(data), data[0]["year"], data[-1]["year"], years))
    return _result(
        "lineage", "Lineage of resolutions", "work editions first last years", rows, network,
        [edition for work in works for edition in by_work[work]],
        ("years without a mark: the store holds the edition; *: an adoption history names it; ?: only citations do",) if rows else (),
        method="editions known until the date of works of which an edition is held, in order of their years; an edge leads from an edition"
               " to the one before it that is known",
    )  # fmt: skip


_EVIDENCE = {"text": "", "history": "*", "citation": "?"}


# --- actors ---------------------------------------------------------------------------------------------------------


def actors(reader: Source, choice: Choice) -> Result:
    """Which actors clauses address together."""
    network = networks.actors(reader, choice)
    edges = sorted(network.edges(data=True), key=lambda edge: (-edge[2]["weight"], edge[0], edge[1]))
    counts = dict(network.nodes(data="clauses"))
    rows = ((one, other, data["weight"], counts[one], counts[other], data["clauses"]) for one, other, data in edges)
    ranked = sorted(network, key=lambda node: (-network.degree(node, weight="weight"), -counts[node], node))
    return _result(
        "actors", "Actors that clauses address together", "actor other together clauses-of-actor clauses-of-other clauses", rows, network, ranked,
        method="network of actors: an edge joins two actors that norms of one clause, in an edition in force, name among those who must act,"
               " weighted by the clauses",
    )  # fmt: skip


# --- chains and cycles ----------------------------------------------------------------------------------------------


def chains(reader: Source, choice: Choice) -> Result:
    """The longest chain of citations from each work, those left out that are the end of a longer one."""
    network = networks.citations(reader, choice)
    numbered, nodes = _numbered(network)
    steps = nx.condensation(numbered)
    members = {step: sorted(data) for step, data in steps.nodes(data="members")}
    after: dict[int, int | None] = {}
    length: dict[int, int] = {}
    for step in reversed(list(nx.topological_sort(steps))):
        best = min(steps.successors(step), key=lambda other: (-length[other], members[other][0]), default=None)
        after[step], length[step] = best, 1 + (length[best] if best is not None else 0)
    inner = {other for other in after.values() if other is not None}
    starts = sorted((step for step in steps if step not in inner and length[step] > 1), key=lambda step: (-length[step], members[step][0]))
    rows, shown = [], nx.DiGraph(steps="works that cite one another in a circle are one step")
    ranked: dict[str, None] = {}
    for number, start in enumerate(starts, 1):
        chain: list[int] = []
        here: int | None = start
        while here is not None:
            chain.append(here)
            here = after[here]
        names = [[nodes[member] for member in members[step]] for step in chain]
        rows.append((len(chain), " > ".join(_together(name) for name in names), sum(map(len, names))))
        for one in (name for step_ in names for name in step_):
            ranked.setdefault(one)
            shown.add_node(one, **network.nodes[one])
        for before, behind in pairwise(names):
            shown.add_edges_from(
                (one, other, {**network.edges[one, other], "chain": number})
                for one in before for other in behind if network.has_edge(one, other) and not shown.has_edge(one, other)
            )  # fmt: skip
        for circle in names:
            shown.add_edges_from((one, other, dict(data)) for one, other, data in network.subgraph(circle).edges(data=True))
    circles = sum(len(group) > 1 for group in members.values())
    notes = (*_known(network),)
    notes += (f"works that cite one another in a circle are one step, in braces ({circles} such groups): see cycles",) if circles else ()
    return _result(
        "chains", "Longest chains of citations", "steps chain works", rows, shown, ranked, notes,
        method=f"{_CITED}; works that cite one another in a circle (strongly connected) are made one step, and from each step the longest"
               " chain in what is then without circles is taken; a chain that ends a longer one is left out",
    )  # fmt: skip


def _together(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{{{' '.join(names)}}}"


def cycles(reader: Source, choice: Choice) -> Result:
    """Works that cite one another in a circle, of up to ``LONGEST`` works."""
    network = networks.citations(reader, choice)
    numbered, nodes = _numbered(network)
    found = list(islice(nx.simple_cycles(numbered, length_bound=LONGEST), MOST + 1))
    more = len(found) > MOST
    rounds = []
    for cycle in found[:MOST]:
        first = cycle.index(min(cycle))
        names = [nodes[number] for number in (*cycle[first:], *cycle[:first])]
        weights = [network.edges[one, other]["weight"] for one, other in pairwise([*names, names[0]])]
        rounds.append((names, min(weights), sum(weights)))
    rounds.sort(key=lambda one: (len(one[0]), -one[1], -one[2], [in_order(name) for name in one[0]]))
    rows = ((len(names), " > ".join([*names, names[0]]), least, total) for names, least, total in rounds)
    group = {nodes[number]: place for place, some in enumerate(nx.strongly_connected_components(numbered)) for number in some}
    shown = nx.DiGraph()
    for one, other, data in network.edges(data=True):
        if group[one] == group[other]:
            shown.add_edge(one, other, **data)
    nx.set_node_attributes(shown, dict(network.nodes(data=True)))
    return _result(
        "cycles", "Cycles of citations", "works cycle fewest-citations citations", rows, shown, _most_cited(shown),
        _known(network) + (f"there are more than {MOST:,} cycles: the others are not listed",) * more,
        method=f"{_CITED}; simple cycles of at most {LONGEST} works; the network holds every work that is in a cycle of any length",
        longest=LONGEST,
    )  # fmt: skip
