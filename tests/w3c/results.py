"""Answers compared with expected ones: the same solutions as often, the same triples, whatever blank nodes are called.

A literal of a datatype that the engine knows is compared by value: the store keeps values ("01" and "1" are one integer).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from rdflib import RDF, Graph, Namespace

from w3c.manifests import ADDRESS, Data, path

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_EXAMPLE = "http://compare.invalid/"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = dict[str, Term]
Rows = list[Row]


def load(store: ox.Store, data: Data) -> None:
    """Put the files of *data* into *store*."""
    for file in data.default:
        store.load(path=str(path(file)), format=_form(file), base_iri=file)
    for name, file in data.named:
        store.add_graph(ox.NamedNode(name))
        store.load(path=str(path(file)), format=_form(file), base_iri=file, to_graph=ox.NamedNode(name))


def _form(file: str) -> ox.RdfFormat:
    found = ox.RdfFormat.from_extension(file.rsplit(".", 1)[-1])
    assert found is not None
    return found


def rows_of(content: bytes, form: ox.QueryResultsFormat) -> Rows | bool:
    """What a document of results says."""
    found = ox.parse_query_results(content, format=form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return [{name: solution[name] for name in names if solution[name] is not None} for solution in found]


def expected_rows(file: str) -> Rows | bool:
    """The result that the suite holds as XML, JSON, TSV, or as a graph."""
    forms = {"srx": ox.QueryResultsFormat.XML, "srj": ox.QueryResultsFormat.JSON, "tsv": ox.QueryResultsFormat.TSV}
    extension = file.rsplit(".", 1)[-1]
    if extension in forms:
        return rows_of(path(file).read_bytes(), forms[extension])
    graph = Graph().parse(path(file), publicID=file)
    truth = next(graph.objects(None, RS.boolean), None)
    if truth is not None:
        return str(truth) == "true"
    (result,) = set(graph.subjects(RDF.type, RS.ResultSet))
    return [
        {str(graph.value(binding, RS.variable)): _term(graph.value(binding, RS.value)) for binding in graph.objects(solution, RS.binding)}
        for solution in graph.objects(result, RS.solution)
    ]


def _term(node: object) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    (quad,) = ox.parse(f"<a:b> <a:b> {node.n3()} .", format=ox.RdfFormat.N_TRIPLES)  # type: ignore[attr-defined]
    assert not isinstance(quad.object, ox.Triple)
    return quad.object  # type: ignore[no-any-return]


def same_rows(one: Rows | bool, other: Rows | bool) -> bool:
    """Whether two results hold the same solutions, each as often."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return _counted(one) == _counted(other) and _canonical(_as_quads(one)) == _canonical(_as_quads(other))


def _counted(rows: Rows) -> Counter[str]:
    return Counter(str(sorted((name, _ground(term)) for name, term in row.items())) for row in rows)


def _ground(term: Term) -> str:
    return "_:" if isinstance(term, ox.BlankNode) else str(_value(term))


def _as_quads(rows: Rows) -> list[ox.Quad]:
    """The solutions that hold blank nodes, as triples about one node each."""
    quads = []
    for row in rows:
        if any(isinstance(term, ox.BlankNode) for term in row.values()):
            node = ox.BlankNode()
            quads += [ox.Quad(node, ox.NamedNode(_EXAMPLE + name), term) for name, term in row.items()]
    return quads


def same_quads(one: Iterable[ox.Quad], other: Iterable[ox.Quad]) -> bool:
    """Whether two sets of quads are the same up to the names of blank nodes."""
    return _canonical(one) == _canonical(other)


def _canonical(quads: Iterable[ox.Quad]) -> set[str]:
    dataset = ox.Dataset(ox.Quad(quad.subject, quad.predicate, _value(quad.object), quad.graph_name) for quad in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def _value(term: Term) -> Term:
    """*term* as a store gives it back."""
    if not isinstance(term, ox.Literal):
        return term
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(_EXAMPLE), ox.NamedNode(_EXAMPLE), term))
    found: Term = next(iter(store)).object
    return found


def same_csv(content: bytes, file: str) -> bool:
    """Whether two CSV files hold the same header and rows; the order of columns and of rows, and the names of blank nodes, are free."""

    def table(text: str) -> tuple[set[str], Counter[str]]:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(reader)
        return set(reader.fieldnames or ()), Counter(str(sorted(_nameless(row.items()))) for row in rows)

    return table(content.decode()) == table(path(file).read_bytes().decode())


def _nameless(cells: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return [(name, "_:" if cell.startswith("_:") else cell) for name, cell in cells]


def in_place(text: str, file: str) -> str:
    """A query or update with the base that its file has."""
    assert file.startswith(ADDRESS)
    return f"BASE <{file}>\n{text}"
