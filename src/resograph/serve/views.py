"""What the pages show: the rows of ``queries`` as plain frozen data for the templates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pyoxigraph as ox

from resograph import questions
from resograph.dataset import Dataset
from resograph.errors import BadKeyError, QuestionError
from resograph.keys import Key
from resograph.names import cited
from resograph.namespaces import ACTOR, PREFIXES, RES, VOCABULARY
from resograph.serve import queries
from resograph.serve.names import Link, Names, key_name, part_heading, part_name

# --- words ----------------------------------------------------------------------------------------------------------

_VERBS = {
    "obligation": "must",
    "prohibition": "must not",
    "permission": "may",
    "recommendation": "should",
    "invitation": "is invited to",
    "commitment": "commits itself to",
    "declaration": "is declared to",
}
_FREQUENCIES = {"annual": "every year", "regular": "regularly"}


def label(store: Dataset, iri: str) -> str:
    """The English name of a concept, else any name, else the last segment of its IRI."""
    node = ox.NamedNode(iri)
    for relation in ("skos:prefLabel", "rdfs:label"):
        prefix, name = relation.split(":")
        found = [quad.object for quad in store.quads_for_pattern(node, ox.NamedNode(PREFIXES[prefix] + name), None)]
        words = {term.language: term.value for term in found if isinstance(term, ox.Literal)}
        if words:
            return words.get("en") or words.get(None) or next(iter(words.values()))
    return iri.rsplit("/", 1)[-1].replace("-", " ")


def labels(store: Dataset, iris: Iterable[str]) -> dict[str, str]:
    """The names of several concepts."""
    return {iri: label(store, iri) for iri in iris}


def frequency(value: str) -> str:
    """A frequency in words: "every-4-years", "each-session:council"."""
    if value in _FREQUENCIES:
        return _FREQUENCIES[value]
    how, _, whom = value.partition(":")
    return " ".join(filter(None, [how.replace("-", " "), "of" if whom and how.startswith("each") else "", whom])).strip()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# --- what is loaded -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loaded:
    """An edition that the store holds with its structure."""

    iri: str
    key: str
    link: Link
    work: Link
    body: str
    year: str
    place: str
    title: str
    facts: bool
    language: str


@dataclass(frozen=True, slots=True)
class Body:
    """An adopting body with what is loaded of it."""

    link: Link
    slug: str
    works: int
    editions: tuple[Loaded, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The front page."""

    counts: tuple[tuple[str, int], ...]
    bodies: tuple[Body, ...]
    query: str
    hits: tuple[Loaded, ...]
    searched: bool
    opened: bool


_last: tuple[Dataset, Names, list[Loaded]] | None = None


def loaded(store: Dataset, names: Names) -> list[Loaded]:
    """Every edition that the store holds, by body, kind, number and year; remembered as long as the store is the same."""
    global _last
    last = _last
    if last is None or last[0] is not store or last[1] != names:
        last = _last = (store, names, _loaded(store, names))
    return last[2]


def _loaded(store: Dataset, names: Names) -> list[Loaded]:
    found = [
        Loaded(
            iri=row["edition"],
            key=names.key(row["edition"]),
            link=names.link(row["edition"]),
            work=names.link(row["work"]),
            body=row["body"],
            year=row["year"][:4],
            place=row["place"],
            title=row["title"],
            facts=row["facts"] == "true",
            language=row["language"],
        )
        for row in queries.rows(store, queries.LOADED)
    ]
    return sorted(found, key=lambda one: in_order(one.key))


def in_order(key: str) -> tuple[tuple[bool, int, str], ...]:
    """Keys in the order of their numbers: 9 before 18."""
    return tuple((not piece.isdigit(), int(piece) if piece.isdigit() else 0, piece) for piece in key.split("/"))


def search(editions: Sequence[Loaded], words: str) -> list[Loaded]:
    """The editions that *words* name: as delegates cite it, a key, a number, or words of key, place and title, all of which occur."""
    key = cited(words)
    if key and (named := [one for one in editions if f"{one.key}/".startswith(f"{key.edition}/")]):
        return named
    wanted = words.lower().replace("/", " ").split()

    def fits(one: Loaded) -> bool:
        pieces = {*one.key.split("/"), one.body.rsplit("/", 1)[-1]}
        title = f"{one.title} {one.place}".lower()
        return all(word in pieces or (not word.isdigit() and word in title) for word in wanted)

    hits = [one for one in editions if fits(one)]
    return sorted(hits, key=lambda one: not set(wanted) & set(one.key.split("/")))


def overview(store: Dataset, names: Names, query: str) -> Overview:
    editions = loaded(store, names)
    of_body: dict[str, list[Loaded]] = defaultdict(list)
    for one in editions:
        of_body[one.body].append(one)
    bodies = [
        Body(names.link(body, label(store, body)), body.rsplit("/", 1)[-1], len({one.work.href for one in some}), tuple(some))
        for body, some in of_body.items()
    ]
    types = {row["type"]: int(row["count"]) for row in queries.rows(store, queries.COUNTS)}
    counted = [("bodies", len(bodies)), ("works", len({one.work.href for one in editions})), ("editions", len(editions))]
    counted += [(word, types.get(RES + name, 0)) for word, name in (("clauses", "Clause"), ("citations", "Citation"), ("norms", "Norm"))]
    hits = search(editions, query) if query else []
    return Overview(tuple(counted), tuple(bodies), query, tuple(hits), bool(query), len(editions) <= 60)


# --- one edition ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Norm:
    """Who must do what, by when."""

    anchor: str
    modality: str
    verb: str
    force: str
    who: tuple[Link, ...]
    action: str
    counterparts: tuple[Link, ...]
    beneficiaries: tuple[Link, ...]
    frequency: str
    deadline: str
    condition: str


@dataclass(frozen=True, slots=True)
class Citation:
    """One target of a clause, with its words."""

    anchor: str
    text: str
    target: Link
    intent: str
    pinpoint: str
    of_itself: bool


@dataclass(frozen=True, slots=True)
class Citing:
    """Where a thing is cited."""

    carrier: Link
    intent: str
    text: str
    target: Link | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its words with the citations in them as links, what it requires, who cites it."""

    iri: str
    part: str
    name: str
    href: str
    key: str
    role: str
    marker: str
    depth: int
    words: tuple[Link, ...]
    citations: tuple[Citation, ...]
    norms: tuple[Norm, ...]
    cited_by: tuple[Citing, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, or a block such as the opening, a note or the caption of a table."""

    part: str
    name: str
    href: str
    role: str
    words: tuple[Link, ...]
    citations: tuple[Citation, ...]
    on: str
    on_name: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its clauses and footnotes.

    ``contents`` is the heading in the list of contents; the addressees stand in the heading (``named``) where it has no words of its
    own for them, else below it.
    """

    part: str
    name: str
    href: str
    heading: str
    title: str
    level: int
    contents: str
    named: tuple[Link, ...]
    addressees: tuple[Link, ...]
    citations: tuple[Citation, ...]
    cited_by: tuple[Citing, ...]
    clauses: tuple[Clause, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Sibling:
    """An edition in the lineage of a work."""

    key: str
    link: Link
    year: str
    evidence: str
    here: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Source:
    """An expression: where its words come from."""

    link: Link
    language: str
    file: str
    format: str
    sha256: str
    facts: bool
    answers: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Edition:
    """The page of an edition, or of one part of it (``part``)."""

    iri: str
    key: str
    name: str
    href: str
    title: str
    work: Link
    year: str
    place: str
    revised: bool
    facts: bool
    language: str
    adoptions: tuple[tuple[str, Link], ...]
    lineage: tuple[Sibling, ...]
    sources: tuple[Source, ...]
    blocks: tuple[Note, ...]
    sections: tuple[Section, ...]
    terms: tuple[tuple[str, str, str, Link], ...]
    findings: tuple[tuple[str, str, str, Link], ...]
    cited_by: tuple[Citing, ...]
    count: tuple[tuple[str, int], ...]


def expressions(store: Dataset, edition: str) -> list[queries.Row]:
    """The expressions of *edition*, the one that answers first."""
    found = {row["expression"]: row for row in queries.rows(store, queries.EXPRESSIONS, edition=edition)}
    return sorted(found.values(), key=lambda row: (not row["answers"], row["expression"]))


def edition_of(store: Dataset, expression: str) -> str:
    """The edition that *expression* realizes, "" for what is no expression."""
    return next((row["edition"] for row in queries.rows(store, queries.REALIZED, expression=expression)), "")


def edition(store: Dataset, names: Names, iri: str, expression: str = "") -> Edition | None:
    """The page of the edition *iri* from *expression* (by default the one that answers); None where it is not loaded."""
    sources = expressions(store, iri)
    if not sources:
        return None
    chosen = next((row for row in sources if row["expression"] == expression), sources[0])
    ask = partial(queries.rows, store, expression=chosen["expression"])
    header = next(ask(queries.HEADER, edition=iri), None)
    if header is None:
        return None
    facts = chosen["facts"] == "true"
    labels: dict[str, str] = {}

    def actor(concept: str) -> Link:
        if concept not in labels:
            labels[concept] = label(store, concept)
        return names.link(concept, labels[concept])

    concerned: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for row in ask(queries.CONCERNED):
        concerned[row["thing"], row["relation"].removeprefix(RES)].append(actor(row["actor"]))
    norms: dict[str, list[Norm]] = defaultdict(list)
    for row in sorted(ask(queries.NORMS), key=lambda row: _node_order(row["norm"])):
        norms[row["clause"]].append(_norm(row, concerned))
    citations = _citations(names, ask(queries.CITATIONS))
    by_part, by_whole = _cited_by(store, names, iri)
    tail = partial(_part, names, iri)
    notes = [
        _note(names, row, "footnote", row["note"], citations[row["note"]], tail(row["on"])) for row in _once(ask(queries.FOOTNOTES), "note")
    ]
    blocks = [_note(names, row, row["role"], row["block"], citations[row["block"]]) for row in _once(ask(queries.BLOCKS), "block")]
    clauses: dict[str, list[Clause]] = defaultdict(list)
    for row in _once(ask(queries.CLAUSES), "clause"):
        me = row["clause"]
        section_part = tail(row["section"])
        words, rest = _with_links(row["text"], citations[me])
        clauses[row["section"]].append(
            Clause(
                iri=me,
                part=row["part"],
                name=part_name(row["part"]),
                href=names.href(me),
                key=names.key(me),
                role=row["role"],
                marker=row["marker"],
                depth=min(max(len(row["part"].split("/")) - len(section_part.split("/")), 0), 5),
                words=words,
                citations=rest,
                norms=tuple(norms[me]),
                cited_by=tuple(by_part[me]),
            )
        )
    sections = []
    for row in _once(ask(queries.SECTIONS), "section"):
        me, part = row["section"], row["part"]
        mine = tuple(clauses.pop(me, ()))
        carriers = {part, *(clause.part for clause in mine)}
        own_clause = any(clause.iri == me for clause in mine)
        heading, addressees = row["heading"] or part_heading(part), tuple(concerned[me, "addressee"])
        named = addressees if facts else ()
        sections.append(
            Section(
                part=part,
                name=part_name(part),
                href=names.href(me),
                heading=heading,
                title="" if row["heading"].endswith(row["title"]) else row["title"],
                level=min(2 + len(part.split("/")), 6),
                contents=" ".join([heading, *filter(None, [_enumerated(named)])]),
                named=named,
                addressees=() if named else addressees,
                citations=() if own_clause else tuple(citations[me]),
                cited_by=() if own_clause else tuple(by_part[me]),
                clauses=mine,
                notes=tuple(note for note in notes if note.on in carriers),
            )
        )
    sections = [_loose(mine) for mine in clauses.values()] + sections
    placed = {note.part for section in sections for note in section.notes}
    blocks += [note for note in notes if note.part not in placed]  # those of the number, of the title, of no known place
    everything = [clause for section in sections for clause in section.clauses]
    return Edition(
        iri=iri,
        key=names.key(iri),
        name=names.name(iri),
        href=names.href(iri),
        title=header["title"],
        work=names.link(header["work"]),
        year=header["year"][:4],
        place=header["place"],
        revised=header["revised"] == "true",
        facts=facts,
        language=chosen["language"],
        adoptions=tuple(
            (row["place"], names.link(row["adopted"], row["year"][:4]) if row["adopted"] else Link(row["year"][:4], ""))
            for row in ask(queries.ADOPTIONS, edition=iri)
        ),
        lineage=tuple(lineage(store, names, header["work"], iri)),
        sources=tuple(_source(names, row, chosen) for row in sources),
        blocks=tuple(blocks),
        sections=tuple(sections),
        terms=tuple(
            (names.key(row["term"]).partition("#")[2], row["abbreviation"], row["meaning"], _here(names, row["clause"], iri))
            for row in _once(ask(queries.TERMS), "term")
        ),
        findings=tuple((row["severity"], row["code"], row["message"], _here(names, row["about"], iri)) for row in ask(queries.FINDINGS)),
        cited_by=tuple(by_whole),
        count=(
            ("sections", len(sections)),
            ("clauses", len(everything)),
            *_counted(citations),
            ("norms", sum(map(len, norms.values()))),
        ),
    )


def only(page: Edition, part: str) -> Edition | None:
    """*page* cut to *part* and what stands below it; None where the edition has no such part."""
    notes = (*page.blocks, *(note for section in page.sections for note in section.notes))
    found = tuple(note for note in notes if note.part == part)
    sections = tuple(cut for section in page.sections if (cut := _section_within(section, part)))
    top = min((section.level for section in sections), default=2)
    sections = tuple(replace(section, level=section.level - top + 2) for section in sections)
    return replace(page, sections=sections, blocks=found) if sections or found else None


def _section_within(section: Section, part: str) -> Section | None:
    if _within(section.part, part):
        return section
    clauses = tuple(clause for clause in section.clauses if _within(clause.part, part))
    parts = {clause.part for clause in clauses}
    notes = tuple(note for note in section.notes if note.on in parts)
    return replace(section, clauses=clauses, notes=notes, cited_by=(), citations=()) if clauses else None


def _within(part: str, whole: str) -> bool:
    return part == whole or part.startswith(whole + "/")


def _once(found: Iterable[queries.Row], name: str) -> Iterator[queries.Row]:
    """The first row for each value of *name*."""
    seen: set[str] = set()
    for row in found:
        if row[name] not in seen:
            seen.add(row[name])
            yield row


def _part(names: Names, edition_iri: str, iri: str) -> str:
    return names.key(iri).removeprefix(names.key(edition_iri)).strip("/")


def _here(names: Names, iri: str, edition_iri: str) -> Link:
    """A link to a part of the page itself."""
    part = _part(names, edition_iri, iri)
    return Link(part_name(part) if part else "the whole", f"#{part}" if part else "")


def _node_order(iri: str) -> tuple[str, int]:
    """norm-2 before norm-10."""
    head, _, number = iri.rpartition("-")
    return head, int(number) if number.isdigit() else 0


def _norm(row: queries.Row, concerned: dict[tuple[str, str], list[Link]]) -> Norm:
    me, modality = row["norm"], row["modality"].removeprefix(RES)
    return Norm(
        anchor=me.partition("#")[2],
        modality=modality,
        verb=_VERBS.get(modality, modality),
        force=row["force"],
        who=tuple(concerned.get((me, "addressee"), ())),
        action=row["action"],
        counterparts=tuple(concerned.get((me, "counterpart"), ())),
        beneficiaries=tuple(concerned.get((me, "beneficiary"), ())),
        frequency=frequency(row["frequency"]),
        deadline=row["deadline"],
        condition=row["condition"],
    )


def _intent(iri: str) -> str:
    return iri.rsplit("/", 1)[-1].replace("-", " ") if iri else ""


def _citations(names: Names, found: Iterable[queries.Row]) -> dict[str, list[Citation]]:
    """The citations of each part, in the order of the text."""
    out: dict[str, list[Citation]] = defaultdict(list)
    for row in sorted(_once(found, "citation"), key=lambda row: (int(row["start"] or 10**9), _node_order(row["citation"]))):
        anchor = row["citation"].partition("#")[2]
        target = names.link(row["target"])
        out[row["carrier"]].append(Citation(anchor, row["text"], target, _intent(row["intent"]), row["pinpoint"], row["self"] == "true"))
    return out


def _counted(citations: Mapping[str, Sequence[Citation]]) -> list[tuple[str, int]]:
    """How many citations there are as the question ``cites`` lists them, and how many of the text itself."""
    own = sum(one.of_itself for some in citations.values() for one in some)
    others = {(carrier, replace(one, anchor="")) for carrier, some in citations.items() for one in some if not one.of_itself}
    return [("citations", len(others))] + ([("citations of itself", own)] if own else [])


def _enumerated(links: Sequence[Link]) -> str:
    """ "A, B and C"."""
    words = [link.text for link in links]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _with_links(text: str, citations: Sequence[Citation]) -> tuple[tuple[Link, ...], tuple[Citation, ...]]:
    """*text* with its citations as links, and the citations that stand nowhere in it by themselves (ranges, lost words)."""
    pieces: list[Link] = []
    rest: list[Citation] = []
    at = 0
    for citation in citations:
        found = text.find(citation.text, at) if citation.text and text else -1
        if found < 0 or citation.of_itself:
            rest += [] if citation.of_itself else [citation]
            continue
        pieces += [Link(text[at:found], "")] if found > at else []
        pieces.append(Link(citation.text, citation.target.href, citation.target.text))
        at = found + len(citation.text)
    pieces += [Link(text[at:], "")] if text[at:] else []
    return tuple(pieces), tuple(rest)


def _note(names: Names, row: queries.Row, role: str, iri: str, citations: Sequence[Citation], on: str = "") -> Note:
    words, rest = _with_links(row["text"], citations)
    return Note(row["part"], part_name(row["part"]), names.href(iri), role, words, rest, on, part_name(on) if on else "")


def _loose(clauses: list[Clause]) -> Section:
    """Clauses whose section has no heading of its own (a preamble that lost it)."""
    part = clauses[0].part.split("/")[0]
    return Section(part, part_name(part), "", part_name(part), "", 3, part_name(part), (), (), (), (), tuple(clauses), ())


def _cited_by(store: Dataset, names: Names, iri: str) -> tuple[dict[str, list[Citing]], list[Citing]]:
    """Who cites the parts of the edition *iri*, and who cites it as a whole."""
    by_part: dict[str, list[Citing]] = defaultdict(list)
    whole: list[Citing] = []
    for row in citing(store, names, queries.CITING_EDITION, iri):
        target, one = row
        (whole if target == iri else by_part[target]).append(one)
    return by_part, whole


def citing(store: Dataset, names: Names, query: str, iri: str) -> list[tuple[str, Citing]]:
    """Where *iri* is cited, each place once: what exactly is cited there, and the place."""
    found: dict[tuple[str, str], tuple[str, Citing]] = {}
    for row in sorted(queries.rows(store, query, cited=iri), key=lambda row: in_order(names.key(row["carrier"]))):
        one = citing_place(names, row, names.link(row["target"]) if row["target"] != iri else None)
        found.setdefault((row["target"], row["carrier"]), (row["target"], one))
    return list(found.values())


def citing_place(names: Names, row: queries.Row, target: Link | None = None) -> Citing:
    """The place of a citation."""
    return Citing(names.link(row["carrier"]), _intent(row["intent"]), row["text"], target)


def lineage(store: Dataset, names: Names, work: str, here: str = "", today: date | None = None) -> list[Sibling]:
    """The editions of *work* that the question ``lineage`` knows, by year, and how each is known."""
    question = questions.load("lineage")
    answer = questions.answer(store, question, {"work": ox.NamedNode(work)}, base=names.base)
    found = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    held = {one.key: one for one in loaded(store, names)}
    year = (today or date.today()).year
    latest = [row["edition"] for row in found if row["edition"] in held and int(row["year"][:4] or 0) <= year][-1:]
    return [
        Sibling(
            key=row["edition"],
            link=names.link(names.base + row["edition"]),
            year=row["year"][:4],
            evidence=_evidence(held.get(row["edition"]), row["evidence"].split(), row["known"]),
            here=names.base + row["edition"] == here,
            latest=row["edition"] in latest,
        )
        for row in found
    ]


_KNOWN_FROM = {"history": "an adoption history", "table": "the catalogue", "citation": "citations", "abrogation": "an abrogation"}


def _evidence(held: Loaded | None, evidence: Sequence[str], known: str) -> str:
    """What the store has of an edition, or else where it is known from."""
    if held:
        return "facts without words" if held.facts else "text"
    words = [_KNOWN_FROM.get(one, one) for one in evidence]
    told = f" from {' and '.join(filter(None, [', '.join(words[:-1]), words[-1]]))}" if words else ""
    return f"known by name only,{told}" + ("" if known == "proved" or not told else ", not proved") if told else "known by name only"


def _source(names: Names, row: queries.Row, chosen: queries.Row) -> Source:
    return Source(
        link=names.link(row["expression"], f"{row['language']}, {row['format']}"),
        language=row["language"],
        file=row["file"],
        format=row["format"],
        sha256=row["sha256"],
        facts=row["facts"] == "true",
        answers=bool(row["answers"]),
        here=row is chosen,
    )


# --- works, provisions and things known by name only ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """The page of a work, a provision, or a part of whichever edition is meant."""

    iri: str
    key: str
    name: str
    title: str
    held: bool
    editions: tuple[Sibling, ...]
    same_part: tuple[Link, ...]
    work: Link | None
    undated: tuple[Citing, ...]
    dated: tuple[Citing, ...]


def work(store: Dataset, names: Names, iri: str) -> Work | None:
    """The page of *iri*, which the store does not hold as an edition; None where nothing is known of it."""
    try:
        key = Key.parse(names.key(iri))
    except BadKeyError:
        return None
    mine = names.base + str(key.work)
    siblings = lineage(store, names, mine, names.base + str(key.edition)) if key.body else []
    cited = citing(store, names, queries.CITING_ENTITY, iri)
    dated = citing(store, names, queries.CITING_WORK, iri) if iri == mine and key.body else []
    newest = [one for one in siblings if one.latest]
    parts = [f"{names.base}{Key.parse(one.key)}/{key.part}" for one in newest if key.part]
    same_part = [names.link(part) for part in parts if part != iri and _is_known(store, part)]
    if not same_part and not _is_known(store, iri):
        return None
    title = ""
    if newest and iri == mine:
        title = next((one.title for one in loaded(store, names) if one.key == newest[0].key), "")
    return Work(
        iri=iri,
        key=str(key),
        name=key_name(key),
        title=title,
        held=bool(newest),
        editions=tuple(siblings),
        same_part=tuple(same_part),
        work=names.link(mine) if iri != mine else None,
        undated=tuple(one for _, one in cited),
        dated=tuple(one for target, one in dated if target != iri),
    )


def _is_known(store: Dataset, iri: str) -> bool:
    return any(queries.rows(store, queries.KNOWN, thing=iri))


# --- actors and other concepts ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duty:
    """A norm with the clause that it stands in."""

    clause: Link
    norm: Norm


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties that one edition gives to an actor."""

    edition: Link
    superseded: bool
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """The page of a concept of the vocabulary."""

    iri: str
    slug: str
    scheme: str
    name: str
    labels: tuple[str, ...]
    definition: str
    relations: tuple[tuple[str, Link], ...]
    is_actor: bool
    every: bool
    shown: int
    counts: tuple[tuple[str, int], ...]
    duties: tuple[Duties, ...]
    notes: tuple[str, ...]
    page: int
    pages: int
    editions: tuple[Loaded, ...]


PER_PAGE = 100
_RELATIONS = {
    "broader": "broader",
    "exactMatch": "same as",
    "member": "member",
    "ofSector": "Sector",
    "sector": "Sector",
}


def concept(store: Dataset, names: Names, iri: str, *, every: bool = False, page: int = 1) -> Concept | None:
    """The page of the concept *iri*: its names and, of an actor, its duties; None where it is unknown.

    Duties are what the question ``obligations`` answers: those of the editions in force today, unless *every*; specimens count.
    """
    about = list(queries.rows(store, queries.CONCEPT, concept=iri))
    scheme, _, slug = iri.removeprefix(VOCABULARY).partition("/")
    is_actor = iri.startswith(ACTOR)
    asked = _duties(store, names, slug, every=every) if is_actor else None
    found = [dict(zip(asked.columns, row, strict=True)) for row in asked.rows] if asked else []
    if not about and not found:
        return None
    current = {one.key for one in in_force(loaded(store, names))}
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 1), pages)
    by_edition: dict[str, list[Duty]] = defaultdict(list)
    for number, row in enumerate(found[(page - 1) * PER_PAGE : page * PER_PAGE], 1):
        by_edition[row["edition"]].append(_duty(store, names, row, f"norm-{number}"))
    labels = [row["value"] for row in about if row["relation"] == PREFIXES["skos"] + "altLabel"]
    of_body = [one for one in loaded(store, names) if one.body == iri] if scheme == "body" else []
    return Concept(
        iri=iri,
        slug=slug,
        scheme=scheme,
        name=_capital(label(store, iri)),
        labels=tuple(dict.fromkeys(labels)),
        definition=next((row["value"] for row in about if row["relation"] == PREFIXES["skos"] + "definition"), ""),
        relations=tuple(
            (_RELATIONS[name], names.link(row["value"], label(store, row["value"])))
            for row in about
            if (name := row["relation"].rsplit("#", 1)[-1]) in _RELATIONS
        ),
        is_actor=is_actor,
        every=every,
        shown=len(found),
        counts=tuple(sorted(Counter(row["modality"] for row in found).items())),
        duties=tuple(Duties(names.link(names.base + of), of not in current, tuple(some)) for of, some in by_edition.items()),
        notes=asked.notes if asked else (),
        page=page,
        pages=pages,
        editions=tuple(of_body),
    )


def _duties(store: Dataset, names: Names, slug: str, *, every: bool) -> questions.Answer | None:
    """The answer to ``obligations`` for the actor *slug*; None for what is no actor there."""
    given = {"actor": slug, "all-editions": "true" if every else "false", "specimens": "true"}
    try:
        return questions.ask(store, "obligations", given, base=names.base) if slug != "anyone" else None
    except QuestionError:
        return None


def _duty(store: Dataset, names: Names, row: queries.Row, anchor: str) -> Duty:
    """A row of ``obligations`` as a norm with its clause."""
    edition, clause = names.base + row["edition"], names.base + row["clause"]

    def who(column: str) -> tuple[Link, ...]:
        return tuple(names.link(ACTOR + slug, label(store, ACTOR + slug)) for slug in row[column].split())

    norm = Norm(
        anchor=anchor,
        modality=row["modality"],
        verb=_VERBS.get(row["modality"], row["modality"]),
        force=row["force"],
        who=(),
        action=row["action"],
        counterparts=who("counterparts"),
        beneficiaries=who("beneficiaries"),
        frequency=frequency(row["frequency"]),
        deadline=row["deadline"],
        condition=row["condition"],
    )
    return Duty(names.link(clause, part_name(_part(names, edition, clause))), norm)


def in_force(editions: Iterable[Loaded], at: date | None = None) -> list[Loaded]:
    """The latest edition of each work that is not later than *at* (today), as far as the store holds them."""
    year = (at or date.today()).year
    latest: dict[str, Loaded] = {}
    for one in editions:
        if int(one.year or 0) <= year and (one.work.href not in latest or latest[one.work.href].year < one.year):
            latest[one.work.href] = one
    return list(latest.values())


def actors(store: Dataset, names: Names) -> list[tuple[Link, int]]:
    """Every actor that a norm addresses, with the number of its norms, the busiest first."""
    found = [
        (names.link(row["actor"], label(store, row["actor"])), int(row["duties"]))
        for row in queries.rows(store, queries.ACTORS)
        if row["actor"]
    ]
    return sorted(found, key=lambda pair: (-pair[1], pair[0].text.lower()))


# --- anything else ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thing:
    """A node that has no page of its own kind: its properties."""

    iri: str
    name: str
    properties: tuple[tuple[Link, Link], ...]


def thing(store: Dataset, names: Names, iri: str) -> Thing | None:
    """What the store says of *iri*, as a table; None where it says nothing."""
    found = [(_short(row["property"]), names.link(row["value"])) for row in queries.rows(store, queries.ABOUT, thing=iri)]
    unique = tuple(sorted(set(found), key=lambda pair: (pair[0].text, pair[1].text)))
    return Thing(iri, names.name(iri), unique) if unique else None


def _short(iri: str) -> Link:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return Link(f"{prefix}:{iri.removeprefix(namespace)}", "")
    return Link(iri, "")
