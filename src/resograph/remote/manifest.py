"""What a build knows of a remote store, kept there as triples in a named graph of its own, ``<base>graph/manifest``.

    <...graph/manifest>  a void:DatasetDescription ; dcterms:conformsTo <the format of the store> ;
        void:uriSpace "<base>" ; dcat:version "000007" ;        "000007+" while a build sends its graphs
        dcterms:identifier "4f0c..." ;                          of this state: no other one has it, of this or another store
        dcterms:hasPart <graph> , ... ;                         every named graph that is ours
        rdf:value "{...}" .                                     digests of what is loaded beside the files
    <graph>  spdx:checksumValue "..." .                         of its triples; none while it is being sent
    <...graph/manifest#HASH>  dcterms:isPartOf <...graph/manifest> ; dcterms:title "name of a source file" ;
        rdf:value "{...}" .                                     the file's ``store.Entry`` as JSON

and, in ``<base>graph/lock``, who writes at present and since when (``dcterms:creator``, ``dcterms:modified``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from resograph.errors import StoreError
from resograph.namespaces import PREFIXES
from resograph.store import FORMAT, Entry, Manifest

if TYPE_CHECKING:
    from resograph.remote.dataset import RemoteDataset

CONFORMS = "https://w3id.org/resograph/store-format/"
DCAT_VERSION = "http://www.w3.org/ns/dcat#version"
CHECKSUM = "http://spdx.org/rdf/terms#checksumValue"
VOID = "http://rdfs.org/ns/void#"
DCTERMS = PREFIXES["dcterms"]
RDF = PREFIXES["rdf"]

_HEAD = f"""SELECT ?g ?base ?version ?state ?format WHERE {{ GRAPH ?g {{
  ?g a <{VOID}DatasetDescription> ; <{DCTERMS}conformsTo> ?format ; <{VOID}uriSpace> ?base ; <{DCAT_VERSION}> ?version ;
     <{DCTERMS}identifier> ?state
}} }}"""


@dataclass(frozen=True, slots=True)
class Head:
    """Which state a remote store is in: the graph of its manifest, the base of its identifiers, its number, its own name."""

    graph: str = ""
    base: str = ""
    version: str = ""
    state: str = ""

    @property
    def unfinished(self) -> bool:
        """Whether a build is sending its graphs, or was killed at that."""
        return self.version.endswith("+")


@dataclass(frozen=True)
class Kept:
    """A manifest with what only a remote store needs: the digest of each named graph that is ours ("": not known)."""

    manifest: Manifest = field(default_factory=Manifest)
    graphs: dict[str, str] = field(default_factory=dict)


def head(dataset: RemoteDataset) -> Head:
    """The state of the store; an empty one where there is none; ``StoreError`` where it is of another format."""
    found: Any = dataset.query(_HEAD)
    rows = [[str(term.value) for term in row] for row in found]
    if not rows:
        return Head()
    if len(rows) > 1:
        raise StoreError(f"{dataset.client.shown} has {len(rows)} manifests; leave only that of <{rows[0][0]}>")
    graph, base, version, state, form = rows[0]
    if form != f"{CONFORMS}{FORMAT}":
        told = form.removeprefix(CONFORMS)
        shown = dataset.client.shown
        raise StoreError(
            f"the store {shown} has format {told}, this program reads {FORMAT}; write it anew with 'resograph build --rebuild --store {shown}'"
        )
    return Head(graph, base, version, state)


def kept(dataset: RemoteDataset, at: Head) -> Kept:
    """The whole manifest."""
    if not at.graph:
        return Kept()
    import pyoxigraph as ox

    files: dict[str, Entry] = {}
    shared: dict[str, str] = {}
    graphs: dict[str, str] = {}
    names: dict[str, str] = {}
    values: dict[str, str] = {}
    for quad in dataset.quads_for_pattern(None, None, None, ox.NamedNode(at.graph)):
        subject, predicate, value = (str(getattr(term, "value", "")) for term in (quad.subject, quad.predicate, quad.object))
        if predicate == DCTERMS + "hasPart":
            graphs.setdefault(value, "")
        elif predicate == CHECKSUM:
            graphs[subject] = value
        elif predicate == DCTERMS + "title":
            names[subject] = value
        elif predicate == RDF + "value":
            values[subject] = value
    try:
        shared = dict(json.loads(values.pop(at.graph, "{}")))
        for subject, name in names.items():
            said = json.loads(values[subject])
            files[name] = Entry(**{**said, "keys": tuple(said["keys"]), "graphs": tuple(said["graphs"])})
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the manifest of {dataset.client.shown} is damaged; write the store anew with --rebuild") from error
    return Kept(Manifest(at.base, files, shared), graphs)


def as_triples(at: Head, manifest: Manifest, graphs: Mapping[str, str]) -> bytes:
    """The manifest as N-Triples; its head comes last, so that a manifest that is sent in pieces is whole once it has one."""
    import pyoxigraph as ox

    me = ox.NamedNode(at.graph)

    def triples() -> Iterator[ox.Triple]:
        for name, digest in sorted(graphs.items()):
            yield ox.Triple(me, ox.NamedNode(DCTERMS + "hasPart"), ox.NamedNode(name))
            if digest:
                yield ox.Triple(ox.NamedNode(name), ox.NamedNode(CHECKSUM), ox.Literal(digest))
        for name, entry in sorted(manifest.files.items()):
            file = ox.NamedNode(f"{at.graph}#{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}")
            yield ox.Triple(file, ox.NamedNode(DCTERMS + "isPartOf"), me)
            yield ox.Triple(file, ox.NamedNode(DCTERMS + "title"), ox.Literal(name))
            yield ox.Triple(file, ox.NamedNode(RDF + "value"), ox.Literal(json.dumps(asdict(entry), ensure_ascii=False)))
        yield ox.Triple(me, ox.NamedNode(RDF + "value"), ox.Literal(json.dumps(manifest.shared)))
        yield ox.Triple(me, ox.NamedNode(RDF + "type"), ox.NamedNode(VOID + "DatasetDescription"))
        yield ox.Triple(me, ox.NamedNode(VOID + "uriSpace"), ox.Literal(manifest.base))
        yield ox.Triple(me, ox.NamedNode(DCAT_VERSION), ox.Literal(at.version))
        yield ox.Triple(me, ox.NamedNode(DCTERMS + "identifier"), ox.Literal(at.state))
        yield ox.Triple(me, ox.NamedNode(DCTERMS + "conformsTo"), ox.NamedNode(f"{CONFORMS}{FORMAT}"))

    return ox.serialize(triples(), format=ox.RdfFormat.N_TRIPLES) or b""
