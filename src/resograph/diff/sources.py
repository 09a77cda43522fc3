"""Editions as they are compared, from a text just read and from the graph of an expression; and what a person names by A and B."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from resograph import names, namespaces, questions
from resograph.diff.model import BESIDE, Clause, Duty, Edition, Heading, Reference
from resograph.errors import NoRecordError, ResographError, UnreadableError
from resograph.graph import graph_name, legible
from resograph.keys import Key
from resograph.model import Citation, Norm, Resolution
from resograph.namespaces import CITO, ELI, PREFIXES, RES

if TYPE_CHECKING:
    from collections.abc import Callable

    from resograph.dataset import Dataset, Source

_NAMED = 8  # records that an error names
_FILE = re.compile(r"\.(?:txt|docx|doc|pdf|rtf|odt|html?|md)$", re.IGNORECASE)  # who writes this means a file


# --- from a text just read ------------------------------------------------------------------------------------------


def of_resolution(resolution: Resolution, base: str = namespaces.BASE) -> Edition:
    """*resolution* as it is compared."""
    outline, source = resolution.outline, resolution.outline.source
    citations, duties = _citations(resolution.citations), _duties(resolution.norms)
    placed: list[tuple[int, Clause]] = []

    def place(start: int, part: str, role: str, section: str, marker: str, text: str) -> None:
        found = Clause(part, role, section, marker, legible(text), tuple(citations.pop(part, ())), tuple(duties.pop(part, ())))
        placed.append((start, found))

    for clause in outline.clauses:
        place(clause.span.start, clause.part, clause.role, clause.section, legible(clause.marker), source.view(clause.body).text)
    for note in outline.footnotes:
        place(note.span.start, note.part, "footnote", "", "", source.view(note.body).text)
    beside = defaultdict(list)
    for block in outline.blocks:
        if block.part and block.role in BESIDE:
            beside[block.part].append(block)
    for part, blocks in beside.items():
        place(blocks[0].span.start, part, blocks[0].role, "", "", " ".join(source.view(block.span).text for block in blocks))
    own = {clause.part: clause.role for clause in outline.clauses}  # a section that is its own clause has the role of the clause
    headings = {
        section.part: Heading(
            section.part,
            own.get(section.part, section.role),
            legible(section.heading),
            legible(section.title),
            tuple(sorted(resolution.addressees.get(section.part, ()))),
        )
        for section in outline.sections
    }
    return Edition(
        key=outline.key.edition,
        title=legible(outline.title),
        place=legible(outline.place),
        language=source.language,
        clauses=tuple(clause for _, clause in sorted(placed, key=lambda pair: pair[0])),
        headings=headings,
        elsewhere=tuple((part, reference) for part, some in citations.items() for reference in some),
        expression=str(graph_name(resolution, base=base)),
        file=Path(source.path.replace("\\", "/")).name,
        sha256=source.sha256,
    )


def _citations(citations: Iterable[Citation]) -> dict[str, list[Reference]]:
    """Citations by part, without those of the text itself; numbered as in the graph."""
    found: dict[str, list[Reference]] = defaultdict(list)
    numbers: dict[str, int] = defaultdict(int)
    for citation in citations:
        numbers[citation.part] += 1
        if not citation.self:
            found[citation.part].append(Reference(citation.target, legible(citation.text), citation.version, numbers[citation.part]))
    return found


def _duties(norms: Iterable[Norm]) -> dict[str, list[Duty]]:
    found: dict[str, list[Duty]] = defaultdict(list)
    for norm in norms:
        duty = Duty(
            modality=norm.modality,
            force=norm.force,
            addressees=tuple(sorted(norm.addressees)),
            counterparts=tuple(sorted(norm.counterparts)),
            beneficiaries=tuple(sorted(norm.beneficiaries)),
            frequency=norm.frequency or "",
            deadline=norm.deadline or "",
            condition=legible(norm.condition or ""),
            action=legible(norm.action),
            part=norm.part,
            number=len(found[norm.part]) + 1,
        )
        found[norm.part].append(duty)
    return found


# --- from a store ---------------------------------------------------------------------------------------------------


_READ = {
    ELI: ("realizes",),
    CITO: ("hasCitedEntity", "hasCitingEntity"),
    PREFIXES["dcterms"]: ("title",),
    PREFIXES["prov"]: ("hadPrimarySource",),
    PREFIXES["rdf"]: ("type",),
    RES: (
        *("inEdition", "part", "order", "role", "inSection", "marker", "text", "heading", "addressee", "placeName"),
        *("citedText", "version", "selfCitation", "inClause", "modality", "force", "counterpart", "beneficiary", "frequency", "deadline"),
        *("condition", "action", "language", "factsOnly", "fileName", "sha256"),
    ),
}
"""What is read of a graph; the rest (places in the file, mentions, findings) would take half of the time."""


class _Graph:
    """Statements of one named graph, by subject and property; properties by their local name."""

    def __init__(self, store: Dataset, name: str) -> None:
        import pyoxigraph as ox

        self.nodes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        graph = ox.NamedNode(name)
        for namespace, locals_ in _READ.items():
            for local in locals_:
                for quad in store.quads_for_pattern(None, ox.NamedNode(namespace + local), None, graph):
                    self.nodes[quad.subject.value][local].append(quad.object.value)  # type: ignore[union-attr]

    def one(self, node: str, local: str) -> str:
        return next(iter(self.nodes[node].get(local, ())), "")

    def typed(self, node: str) -> set[str]:
        return {value.rpartition("#")[2] for value in self.nodes[node].get("type", ())}


def of_store(store: Dataset, expression: str, base: str) -> Edition:
    """The edition that the named graph *expression* describes."""
    graph = _Graph(store, expression)
    edition = graph.one(expression, "realizes")
    key = Key.parse(edition[len(base) :])
    citations, duties = _stored_citations(graph, base), _stored_duties(graph, base, key)

    def local(iri: str) -> str:
        return iri[len(edition) + 1 :] if iri.startswith(f"{edition}/") else ""

    placed: list[tuple[int, Clause]] = []
    headings: dict[str, Heading] = {}
    for node in sorted(graph.nodes, key=lambda node: int(graph.one(node, "order") or 0)):
        order, types, role = graph.one(node, "order"), graph.typed(node), graph.one(node, "role")
        part = graph.one(node, "part")
        if "Section" in types:
            slugs = tuple(_slug(value) for value in graph.nodes[node].get("addressee", ()))
            headings[part] = Heading(part, role, graph.one(node, "heading"), graph.one(node, "title"), tuple(sorted(slugs)))
        if not part or not ("Clause" in types or "Footnote" in types or ("Block" in types and role in BESIDE)):
            continue
        words = graph.nodes[node].get("text")
        clause = Clause(
            part=part,
            role="footnote" if "Footnote" in types else role,
            section=local(graph.one(node, "inSection")),
            marker=graph.one(node, "marker"),
            text=words[0] if words else None,
            citations=tuple(citations.pop(part, ())),
            duties=tuple(duties.pop(part, ())),
        )
        placed.append((int(order or 0), clause))
    source = graph.one(expression, "hadPrimarySource")
    return Edition(
        key=key,
        title=graph.one(edition, "title"),
        place=graph.one(edition, "placeName"),
        language=graph.one(expression, "language"),
        clauses=tuple(clause for _, clause in sorted(placed, key=lambda pair: (pair[0], pair[1].part))),
        headings=headings,
        elsewhere=tuple((part, reference) for part, some in sorted(citations.items()) for reference in some),
        expression=expression,
        file=graph.one(source, "fileName"),
        sha256=graph.one(source, "sha256"),
        worded=graph.one(expression, "factsOnly") != "true",
    )


def _stored_citations(graph: _Graph, base: str) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = defaultdict(list)
    for node, said in graph.nodes.items():
        if "hasCitedEntity" not in said or graph.one(node, "selfCitation") == "true":
            continue
        carrier, target = graph.one(node, "hasCitingEntity"), graph.one(node, "hasCitedEntity")
        part = carrier.removeprefix(graph.one(node, "inEdition")).lstrip("/")
        number = int(node.rpartition("-")[2])
        found[part].append(Reference(Key.parse(target[len(base) :]), graph.one(node, "citedText"), graph.one(node, "version"), number))
    return {part: sorted(some, key=lambda reference: reference.number) for part, some in found.items()}


def _stored_duties(graph: _Graph, base: str, edition: Key) -> dict[str, list[Duty]]:
    found: dict[str, list[Duty]] = defaultdict(list)
    for node, said in graph.nodes.items():
        if "modality" not in said:
            continue
        part = graph.one(node, "inClause")[len(base) + len(str(edition)) + 1 :]

        def slugs(local: str, said: dict[str, list[str]] = said) -> tuple[str, ...]:
            return tuple(sorted(_slug(value) for value in said.get(local, ())))

        words = {local: graph.one(node, local) for local in ("force", "frequency", "deadline", "condition", "action")}
        duty = Duty(
            modality=_slug(graph.one(node, "modality")),
            addressees=slugs("addressee"),
            counterparts=slugs("counterpart"),
            beneficiaries=slugs("beneficiary"),
            part=part,
            number=int(node.rpartition("-")[2]),
            **words,
        )
        found[part].append(duty)
    return {part: sorted(some, key=lambda duty: duty.number) for part, some in found.items()}


def _slug(iri: str) -> str:
    return iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :]


def answering(store: Dataset, base: str) -> dict[str, str]:
    """The key of each edition held -> the IRI of the expression that answers for it."""
    import pyoxigraph as ox

    index = ox.NamedNode(f"{base}graph/index")
    found = store.quads_for_pattern(None, ox.NamedNode(RES + "answersFor"), None, index)
    return {quad.object.value[len(base) :]: quad.subject.value for quad in found}  # type: ignore[union-attr]


# --- what a person names --------------------------------------------------------------------------------------------


def editions(a: str, b: str, reader: Callable[[], Source], base: str = namespaces.BASE) -> tuple[Edition, Edition]:
    """The editions that *a* and *b* name: a file, one record of a file ("FILE#pp/25"), or an edition of the store.

    *reader* opens the store, where one is asked for.  Of a file with several records the one of the other's work is taken.
    ``ResographError`` when a name names nothing, or more than one thing.
    """
    found = [_named(name, reader, base) for name in (a, b)]
    works = [{edition.key.work for edition in some} for some in found]
    sides = []
    for name, some, other in zip((a, b), found, reversed(works), strict=True):
        meant = some if len(some) == 1 else [edition for edition in some if {edition.key.work} == other]
        if len(meant) != 1:
            raise ResographError(f"{name}: holds {len(some)} records; name one: {', '.join(_addresses(name, some))}")
        sides.append(meant[0])
    return sides[0], sides[1]


def _addresses(name: str, some: list[Edition]) -> Iterator[str]:
    for edition in some[:_NAMED]:
        yield f"{name}#{edition.key}"
    if len(some) > _NAMED:
        yield f"and {len(some) - _NAMED} more"


def _named(name: str, reader: Callable[[], Source], base: str) -> list[Edition]:
    """Every edition that *name* may mean."""
    from resograph.pipeline import parse

    file, _, record = (name, "", "") if _exists(name) else name.rpartition("#")
    if file and _exists(file):
        found = [of_resolution(resolution, base) for resolution in parse(file)]
        if record:
            key = names.cited(record)
            found = [edition for edition in found if key in (edition.key, edition.key.work)]
            if not found:
                raise NoRecordError(f"{file}: holds no {key or record}; 'resograph parse {file} --format text' shows what it holds")
        return found
    if _FILE.search(file or name):
        raise UnreadableError(f"{file or name}: no such file")
    store = reader()
    key = questions.edition_of(store.store, name, base=store.base)
    return [of_store(store.store, answering(store.store, store.base)[str(key)], store.base)]


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long, or a null character: no name of a file
        return False
