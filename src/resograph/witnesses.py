"""What the catalogue is made from: the records of a store, of a text that has just been read, and of the tables that ship.

    of_store(store, base)      -> Witnesses    the expressions that answer for their editions: headers, histories, citations, endings
    of_resolution(resolution)  -> Witnesses    the same of one text
    of_tables(base)            -> Witnesses    corpus/catalogue: ITU-R resolutions, endings

The store is read by predicate and graph, so that the cost is that of what is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from resograph import assets
from resograph.catalogue import Catalogue, Claim, Ending, Entry, Row, Text, catalogue
from resograph.errors import BadKeyError, RuleError
from resograph.keys import UN_BODIES, Key
from resograph.namespaces import BASE, CITO, PREFIXES, RES
from resograph.status import Cited, Parts

if TYPE_CHECKING:
    from resograph.dataset import Dataset
    from resograph.model import Resolution

TABLES = ("itu-r-resolutions.tsv", "endings.tsv")


@dataclass(frozen=True, slots=True)
class Citing:
    """A citation where it stands: its IRI (of a text that is not in a store, the number of it), its part, and what it says."""

    source: str
    where: Key
    cited: Cited


@dataclass(frozen=True)
class Witnesses:
    """Everything that the catalogue is made from, and the citations that it judges."""

    texts: tuple[Text, ...] = ()
    citations: tuple[Citing, ...] = ()
    rows: tuple[Row, ...] = ()
    endings: tuple[Ending, ...] = ()
    claims: tuple[Claim, ...] = ()

    def __add__(self, other: Witnesses) -> Witnesses:
        return Witnesses(
            self.texts + other.texts,
            self.citations + other.citations,
            self.rows + other.rows,
            self.endings + other.endings,
            self.claims + other.claims,
        )

    def catalogue(self) -> Catalogue:
        """The catalogue that they give."""
        said = (_claim(one) for one in self.citations)
        return catalogue(self.texts, [*(one for one in said if one), *self.claims], self.rows, self.endings)


def _claim(citing: Citing) -> Claim | None:
    """The edition that a citation names; no citation of the text itself, nor of a meeting document or a United Nations text."""
    target = citing.cited.target
    if citing.cited.self or not target.body or target.year is None or target.kind == "document":
        return None
    return Claim(target.edition, citing.where, citing.source, citing.cited.place)


# --- a text ---------------------------------------------------------------------------------------------------------


def of_resolution(resolution: Resolution, name: str = "") -> Witnesses:
    """What one text says of editions; *name* stands for its IRI."""
    outline = resolution.outline
    key, source = outline.key.edition, name or outline.source.path
    history = tuple(Entry(one.year, one.place, f"{source}#adoption-{n}", one.revised) for n, one in enumerate(outline.history, 1))
    text = Text(key, source, outline.place, outline.revised, outline.version, history, outline.title)
    citations = tuple(
        Citing(f"{source}#{n}", key.at(one.part), Cited(one.target, one.place, one.self, one.pinpoint or "", one.text))
        for n, one in enumerate(resolution.citations)
    )
    endings = [
        (Ending(one.target.work, key.year, f"{source}#abrogation-{n}", key.at(one.part), one.into), one)
        for n, one in enumerate(resolution.abrogations, 1)
        if key.year
    ]
    claims = tuple(Claim(one.target.edition, key.at(one.part), ending.source) for ending, one in endings if one.target.year)
    return Witnesses((text,), citations, (), tuple(ending for ending, _ in endings), claims)


# --- a store --------------------------------------------------------------------------------------------------------


def of_store(store: Dataset, base: str = BASE) -> Witnesses:
    """What the expressions of *store* that answer for their editions say."""
    found = Witnesses()
    texts: list[Text] = []
    citations: list[Citing] = []
    endings: list[Ending] = []
    claims: list[Claim] = []
    for expression, edition in _answering(store, base):
        graph = _Graph(store, expression, base)
        texts.append(graph.text(edition))
        citations += graph.citations()
        for ending, claim in graph.endings(edition):
            endings.append(ending)
            claims += [claim] if claim else []
    return replace(found, texts=tuple(texts), citations=tuple(citations), endings=tuple(endings), claims=tuple(claims))


def _answering(store: Dataset, base: str) -> list[tuple[str, Key]]:
    """The expressions that answer, with their editions, in order."""
    import pyoxigraph as ox

    quads = store.quads_for_pattern(None, ox.NamedNode(RES + "answersFor"), None, ox.NamedNode(base + "graph/index"))
    pairs = [(quad.subject.value, _key(quad.object.value, base)) for quad in quads]  # type: ignore[union-attr]
    return sorted(((one, key) for one, key in pairs if key is not None), key=lambda pair: str(pair[1]))


def _key(iri: str, base: str) -> Key | None:
    try:
        return Key.parse(iri.removeprefix(base)) if iri.startswith(base) else None
    except BadKeyError:
        return None


class _Graph:
    """The graph of one expression, read by predicate."""

    def __init__(self, store: Dataset, name: str, base: str) -> None:
        import pyoxigraph as ox

        self.store, self.base, self.name, self.graph = store, base, name, ox.NamedNode(name)

    def column(self, predicate: str) -> dict[str, str]:
        """Subject -> value of *predicate*."""
        import pyoxigraph as ox

        quads = self.store.quads_for_pattern(None, ox.NamedNode(predicate), None, self.graph)
        return {quad.subject.value: quad.object.value for quad in quads}  # type: ignore[union-attr]

    def values(self, subject: str) -> dict[str, str]:
        """Predicate -> value of *subject*."""
        import pyoxigraph as ox

        quads = self.store.quads_for_pattern(ox.NamedNode(subject), None, None, self.graph)
        return {quad.predicate.value: str(getattr(quad.object, "value", "")) for quad in quads}

    def text(self, edition: Key) -> Text:
        """The header of the edition."""
        said, own = self.values(f"{self.base}{edition}"), self.values(self.name)
        entries = []
        for adoption in self.column(RES + "adopted"):
            one = self.values(adoption)
            if RES + "year" in one:
                entry = Entry(int(one[RES + "year"]), one.get(RES + "placeName", ""), adoption, RES + "revised" in one)
                entries.append((int(one.get(RES + "order", "0")), entry))
        return Text(
            key=edition,
            source=self.name,
            place=said.get(RES + "placeName", ""),
            revised=said.get(RES + "revised") == "true",
            version=said.get(RES + "version", ""),
            history=tuple(entry for _, entry in sorted(entries, key=lambda pair: (pair[0], pair[1].year))),
            title=said.get(PREFIXES["dcterms"] + "title", ""),
            specimen=RES + "specimen" in own,
        )

    def citations(self) -> Iterator[Citing]:
        """The citations of the text."""
        target, carrier = self.column(CITO + "hasCitedEntity"), self.column(CITO + "hasCitingEntity")
        own, place = self.column(RES + "selfCitation"), self.column(RES + "placeName")
        pinpoint, words = self.column(RES + "pinpoint"), self.column(RES + "citedText")
        for one in sorted(carrier):
            key, where = _key(target.get(one, ""), self.base), _key(carrier[one], self.base)
            if key is not None and where is not None and key.body and key.body not in UN_BODIES:
                cited = Cited(key, place.get(one, ""), own.get(one) == "true", pinpoint.get(one, ""), words.get(one, ""))
                yield Citing(one, where, cited)

    def endings(self, edition: Key) -> Iterator[tuple[Ending, Claim | None]]:
        """The works that the text ends."""
        ends = self.column(RES + "abrogates")
        if not ends or edition.year is None:
            return
        stated, into, dated = self.column(RES + "statedIn"), self.column(RES + "mergedInto"), self.column(RES + "citedEdition")
        for one, work in ends.items():
            key, where = _key(work, self.base), _key(stated.get(one, ""), self.base)
            named = _key(dated.get(one, ""), self.base)
            if key is not None:
                ending = Ending(key, edition.year, one, where, _key(into.get(one, ""), self.base))
                yield ending, Claim(named, where or edition, one) if named and named.year else None


def parts_in(store: Dataset, base: str = BASE) -> Parts:
    """What tells the parts of an edition that *store* holds; read once for each edition that is asked for."""
    import pyoxigraph as ox

    answering = {edition: expression for expression, edition in _answering(store, base)}

    @cache
    def parts(edition: Key) -> frozenset[str] | None:
        if edition not in answering:
            return None
        graph = _Graph(store, answering[edition], base)
        lost = ox.Literal("heading-lost")
        if any(store.quads_for_pattern(None, ox.NamedNode(RES + "code"), lost, graph.graph)):
            return None
        return frozenset(graph.column(RES + "part").values())

    return parts


# --- the tables -----------------------------------------------------------------------------------------------------


@cache
def of_tables(base: str = BASE, folder: Path | None = None) -> Witnesses:
    """The tables of corpus/catalogue; the source of a row is the IRI of the file with the number of its line."""
    rows: list[Row] = []
    endings: list[Ending] = []
    for name in TABLES:
        path = (folder or assets.CORPUS / "catalogue") / name
        source = table_iri(path, base)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            cells = line.split("\t")
            if line.startswith("#") or cells[0] in ("number", "work", ""):
                continue
            try:
                if name == TABLES[0]:
                    rows.append(Row(Key("ra", "resolution", cells[0], int(cells[2])), int(cells[1]), f"{source}#line={number}"))
                else:
                    into = Key.parse(cells[2]) if cells[2] else None
                    endings.append(Ending(Key.parse(cells[0]), int(cells[1]), f"{source}#line={number}", None, into))
            except (ValueError, IndexError) as error:
                raise RuleError(f"{name}, line {number}: {error}; correct the line and try again") from error
    return Witnesses(rows=tuple(rows), endings=tuple(endings))


def table_iri(path: Path, base: str) -> str:
    """The IRI of a table that ships: that of any source file, by its content."""
    return f"{base}source/{sha256(path.read_bytes()).hexdigest()}"
