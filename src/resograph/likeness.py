"""Likeness: clauses that say nearly the same, and resolutions on one matter; the derived graph ``graph/likeness``.

    wordings(clauses)             clauses whose words are the same, citations counted as one word each
    likenesses(wordings)          pairs of wordings that share most of their words in the same order
    matters(editions, ...)        pairs of editions on one matter: words of the titles, citations of each other, like clauses

Method.  The likeness of two wordings of n and m words is 2 L / (n + m), in hundredths, where L is the length of the longest sequence of words
that both have in the same order (normalised Indel similarity, rapidfuzz); ``LIKE`` and more is kept.  Pairs are looked for where
two wordings share a pair of neighbouring words that stands in at most ``RARE`` wordings, so that the cost grows with the number of
words and not with its square; wordings in different languages are not compared.  A citation is one word, the work or provision
that it cites: whether an older or a newer edition is cited makes no difference.
"""

from __future__ import annotations

import hashlib
import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Indel
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV

from resograph import __version__
from resograph.errors import BadKeyError
from resograph.keys import Key
from resograph.namespaces import PREFIXES
from resograph.standing import ALWAYS, NEVER
from resograph.terms import RES

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.graph import Triple

LIKE = 0.7
"""The least likeness of two wordings that is kept: below, clauses share their formula more than their matter."""
SHORTEST = 7
"""Words that a clause must have: shorter ones are lead-ins and names."""
LONGEST = 5_000
"""Words that a clause may have: the time for two grows with the product of their lengths, and a text may be one paragraph."""
RARE = 50
"""Wordings in which a pair of neighbouring words may stand to lead from one to another."""
FORMULA = 20
"""Works that may share a wording before it is a formula, which says nothing of their matter."""
SAME_MATTER = 0.5
"""The least score of two editions on one matter."""
GENERAL = 0.1
"""The share of works in whose titles a word may stand and still tell a matter ("telecommunication" stands in more)."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with words: its IRI, those of its edition and work, its language, and whether it speaks of its own resolution."""

    iri: str
    edition: str
    work: str
    language: str
    words: Words
    of_itself: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that one clause or several say."""

    language: str
    words: Words
    clauses: tuple[Clause, ...]

    @property
    def works(self) -> frozenset[str]:
        return frozenset(clause.work for clause in self.clauses)

    @property
    def digest(self) -> str:
        return _digest(self.language, *self.words)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two wordings of different works and how like they are; one wording of several works is like itself, 100."""

    first: Wording
    second: Wording
    score: int
    shared: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition that is held, with the days (ISO) from which and until which it answers (``standing``), the last exclusively."""

    iri: str
    work: str
    language: str
    title: str
    since: str = ALWAYS
    until: str = NEVER
    cites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Matter:
    """Two editions on one matter: the score, the words that their titles share, which of them cites the other, like clauses."""

    first: Edition
    second: Edition
    score: int
    shared: str
    citing: tuple[Edition, ...]
    clauses: int


# --- words ----------------------------------------------------------------------------------------------------------

_PLACE = 0xF0000  # a plane of characters for private use: each stands for a citation that has been replaced
_WORD = re.compile(
    "[\U000f0000-\U000ffffd]"  # a citation
    "|[\u3400-\u9fff\uf900-\ufaff]"  # a character of Chinese, which has no blanks between its words
    r"|[^\W_\u3400-\u9fff\uf900-\ufaff]+(?:['\u2019-][^\W_\u3400-\u9fff\uf900-\ufaff]+)*"
)
_PRIVATE = re.compile("[\U000f0000-\U000ffffd]")


def words(text: str, cited: Mapping[str, str]) -> Words:
    """The words of *text* in small letters; *cited* gives for the words of a citation the name that stands for them."""
    said = sorted(cited, key=lambda words: (-len(words), words))[:0xFFFE]
    text = _PRIVATE.sub(" ", text)
    for place, one in enumerate(said):
        text = text.replace(one, chr(_PLACE + place))
    found = _WORD.findall(text)
    return tuple(cited[said[ord(word) - _PLACE]] if _PRIVATE.match(word) else word.lower() for word in found)


def wordings(clauses: Iterable[Clause]) -> list[Wording]:
    """The wordings of *clauses*, in the order of their words; the shortest and longest are left out."""
    found: dict[tuple[str, Words], list[Clause]] = defaultdict(list)
    for clause in clauses:
        if SHORTEST <= len(clause.words) <= LONGEST:
            found[clause.language, clause.words].append(clause)
    return [Wording(*said, tuple(sorted(by, key=lambda clause: clause.iri))) for said, by in sorted(found.items())]


# --- clauses that say nearly the same -------------------------------------------------------------------------------


def likenesses(found: Sequence[Wording]) -> Iterator[Likeness]:
    """The likenesses among *found*, each once; wordings of one and the same work are not compared (``resograph diff`` does that)."""
    for one in found:
        if len(one.works) > 1:
            yield Likeness(one, one, 100, " ".join(one.words))
    codes: dict[str, int] = {}
    coded = [array("I", (codes.setdefault(word, len(codes)) for word in one.words)) for one in found]
    for i, j in _candidates(found, coded):
        score = Indel.normalized_similarity(coded[i], coded[j], score_cutoff=LIKE)
        if score >= LIKE:
            # rounded down: only the same words are 100
            yield Likeness(found[i], found[j], math.floor(score * 100), shared(found[i].words, found[j].words))


def _candidates(found: Sequence[Wording], coded: Sequence[array[int]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a rare pair of neighbouring words, and whose lengths allow ``LIKE``."""
    places: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    neighbours = [sorted({(one.language, *pair) for pair in pairwise(code)}) for one, code in zip(found, coded, strict=True)]
    for i, pairs in enumerate(neighbours):
        for pair in pairs:
            places[pair].append(i)
    for i, pairs in enumerate(neighbours):
        near = {j for pair in pairs if len(places[pair]) <= RARE for j in places[pair] if j > i}
        longest = len(coded[i]) * (2 - LIKE) / LIKE
        shortest = len(coded[i]) * LIKE / (2 - LIKE)
        for j in sorted(near):
            if shortest <= len(coded[j]) <= longest and len(found[i].works | found[j].works) > 1:
                yield i, j


def shared(first: Words, second: Words) -> str:
    """The words that both have in the same order; an ellipsis stands where one of them says something else."""
    same = [" ".join(first[step.src_start : step.src_end]) for step in Indel.opcodes(first, second) if step.tag == "equal"]
    return " \u2026 ".join(same)


# --- resolutions on one matter --------------------------------------------------------------------------------------


def matters(editions: Sequence[Edition], alike: Sequence[Likeness]) -> list[Matter]:
    """The pairs of *editions* of different works, in force at one time, that are on one matter.

    The score is the sum of: the cosine of the titles' words, weighted by how few works have them (0 to 1); a quarter for each of
    the two that cites the other; a quarter for each like clause, at most 1.  ``SAME_MATTER`` and more is kept.
    """
    by_iri = {edition.iri: edition for edition in editions}
    clauses = _like_clauses(alike, by_iri)
    vectors = _title_words(editions)
    pairs = {*clauses, *_sharing(vectors), *_citing(editions)}
    found = []
    for one, other in sorted(pairs):
        first, second = by_iri[one], by_iri[other]
        if first.work == second.work or first.since >= second.until or second.since >= first.until:
            continue
        citing = tuple(me for me, you in ((first, second), (second, first)) if you.work in me.cites)
        common = sorted(vectors[one].keys() & vectors[other].keys()) if first.language == second.language else []
        cosine = sum(vectors[one][stem].weight * vectors[other][stem].weight for stem in common)
        count = clauses.get((one, other), 0)
        score = cosine + len(citing) / 4 + min(1, count / 4)
        if score >= SAME_MATTER:
            said = sorted((vectors[one][stem] for stem in common), key=lambda word: word.place)
            found.append(Matter(first, second, round(score * 100), " ".join(word.text for word in said), citing, count))
    return found


@dataclass(frozen=True, slots=True)
class _TitleWord:
    text: str
    place: int
    weight: float


def _like_clauses(alike: Iterable[Likeness], known: Mapping[str, Edition]) -> dict[tuple[str, str], int]:
    """For each pair of editions, how many clauses of the one have a like clause in the other (the smaller of the two counts).

    What speaks of its own resolution ("to report on this resolution") and what is a formula of many says nothing of the matter.
    """
    sides: dict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for likeness in alike:
        ours, theirs = (_by_edition(wording, known) for wording in (likeness.first, likeness.second))
        if len({work for _, work in (*ours, *theirs)}) > FORMULA:
            continue
        for (one, work), (other, another) in product(ours, theirs):
            if work != another and (one < other or likeness.first is not likeness.second):
                first, second = ((one, work), (other, another)) if one < other else ((other, another), (one, work))
                left, right = (ours, theirs) if one < other else (theirs, ours)
                sides[first[0], second[0]][0].update(left[first])
                sides[first[0], second[0]][1].update(right[second])
    return {pair: min(map(len, both)) for pair, both in sides.items()}


def _by_edition(wording: Wording, known: Mapping[str, Edition]) -> dict[tuple[str, str], list[str]]:
    """The clauses of *wording* that may tell a matter, by edition and work."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for clause in wording.clauses:
        if not clause.of_itself and clause.edition in known:
            found[clause.edition, clause.work].append(clause.iri)
    return found


def _title_words(editions: Sequence[Edition]) -> dict[str, dict[str, _TitleWord]]:
    """For each edition the stems of its title with their weights, of length one together; general words are left out."""
    stems = {edition.iri: _stems(edition.title, edition.language) for edition in editions}
    works: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edition in editions:
        for stem in stems[edition.iri]:
            works[edition.language, stem].add(edition.work)
    total = Counter(language for language, _ in {(edition.language, edition.work) for edition in editions})
    found = {}
    for edition in editions:
        most = max(2, total[edition.language] * GENERAL)
        said = {stem: len(works[edition.language, stem]) for stem in stems[edition.iri]}
        # general words have their part in the length: a title of nothing else is like no other
        weights = {stem: math.log(1 + total[edition.language] / count) for stem, count in said.items()}
        length = math.hypot(*weights.values()) or 1
        found[edition.iri] = {
            stem: _TitleWord(word, place, weights[stem] / length)
            for place, (stem, word) in enumerate(stems[edition.iri].items())
            if said[stem] <= most
        }
    return found


def _stems(title: str, language: str) -> dict[str, str]:
    """The stem of each word that means something -> the word."""
    said = [word for word in words(title, {}) if len(word) > 1 and word not in _stop_words(language)]
    stemmer = _stemmer(language)
    return dict(zip(stemmer.stemWords(said) if stemmer else said, said, strict=True))


@cache
def _stop_words(language: str) -> frozenset[str]:
    from spacy.util import get_lang_class

    try:
        return frozenset(get_lang_class(language).Defaults.stop_words)
    except ImportError:  # a language that spaCy does not know
        return frozenset()


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    names = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian", "ar": "arabic"}
    return snowballstemmer.stemmer(names[language]) if language in names else None


def _sharing(vectors: Mapping[str, Mapping[str, _TitleWord]]) -> set[tuple[str, str]]:
    """Pairs of editions whose titles share a word that at most ``RARE`` editions have."""
    places: dict[str, list[str]] = defaultdict(list)
    for edition in sorted(vectors):
        for stem in vectors[edition]:
            places[stem].append(edition)
    return {pair for found in places.values() if len(found) <= RARE for pair in combinations(found, 2)}


def _citing(editions: Sequence[Edition]) -> set[tuple[str, str]]:
    """Pairs of editions of which one cites the work of the other."""
    by_work: dict[str, list[str]] = defaultdict(list)
    for edition in editions:
        by_work[edition.work].append(edition.iri)
    found = ((one.iri, other) for one in editions for work in one.cites for other in by_work.get(work, ()))
    return {(min(pair), max(pair)) for pair in found if pair[0] != pair[1]}


# --- the graph ------------------------------------------------------------------------------------------------------


def graph(store: ox.Store, base: str) -> Iterator[Triple]:
    """The triples of ``graph/likeness`` for all that *store* holds: specimens too, which questions leave out unless asked."""
    alike = list(likenesses(wordings(_clauses(store, base))))
    yield from _about(base)
    for wording in {likeness: None for pair in alike for likeness in (pair.first, pair.second)}:
        me = URIRef(f"{base}wording/{wording.digest}")
        yield me, RDF.type, RES.Wording
        for clause in wording.clauses:
            yield URIRef(clause.iri), RES.wording, me
    for likeness in alike:
        digests = sorted({likeness.first.digest, likeness.second.digest})
        me = URIRef(f"{base}likeness/{_digest(*digests)}")
        yield me, RDF.type, RES.Likeness
        for digest in digests:
            yield me, RES.likens, URIRef(f"{base}wording/{digest}")
        yield me, RES.score, Literal(likeness.score)
        yield me, RES.sharedWords, Literal(likeness.shared)
    for matter in matters(_editions(store), alike):
        me = URIRef(f"{base}matter/{_digest(matter.first.iri, matter.second.iri)}")
        yield me, RDF.type, RES.CommonMatter
        for edition in (matter.first, matter.second):
            yield me, RES.likens, URIRef(edition.iri)
        yield me, RES.score, Literal(matter.score)
        if matter.shared:
            yield me, RES.sharedWords, Literal(matter.shared)
        for edition in matter.citing:
            yield me, RES.citingEdition, URIRef(edition.iri)
        yield me, RES.likeClauses, Literal(matter.clauses)


def _about(base: str) -> Iterator[Triple]:
    """Where the graph is from: how it was worked out, with what."""
    me = URIRef(f"{base}graph/likeness")
    yield me, RDF.type, PROV.Entity
    yield me, PROV.wasDerivedFrom, URIRef(f"{base}graph/index")
    method = (
        f"Likeness of wordings: normalised Indel similarity of words, {LIKE} and more, of clauses of {SHORTEST} words and more that share"
        f" two neighbouring words standing in at most {RARE} wordings. Common matter: title words, citations of each other and"
        f" like clauses, {SAME_MATTER} and more. resograph {__version__}, rapidfuzz {version('rapidfuzz')},"
        f" snowballstemmer {version('snowballstemmer')}; see docs/analysis.md."
    )
    yield me, DCTERMS.description, Literal(method, lang="en")


_CLAUSES = """
SELECT ?clause ?edition ?work ?language ?text WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression {
    ?expression res:language ?language .
    ?edition res:ofWork ?work .
    ?clause res:inEdition ?edition ; a res:Clause ; res:text ?text .
  }
}"""

_CITATIONS = """
SELECT ?clause ?text ?cited ?self WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression {
    ?citation res:inEdition ?edition ; cito:hasCitingEntity ?clause ; res:citedWork|res:citedProvision ?cited ; res:selfCitation ?self .
    OPTIONAL { ?citation res:citedText ?text }
  }
}"""

_EDITIONS = """
SELECT ?edition ?work ?language ?title ?specimen ?since ?until WHERE {
  ?expression res:answersFor ?edition ; res:answersFrom ?since ; res:answersUntil ?until ; res:answersAsSpecimen ?specimen .
  GRAPH ?expression {
    ?expression res:language ?language .
    ?edition res:ofWork ?work .
    OPTIONAL { ?edition dcterms:title ?title }
  }
}"""

_CITED_WORKS = """
SELECT DISTINCT ?edition ?cited WHERE {
  ?expression res:answersFor ?edition .
  GRAPH ?expression { ?citation res:inEdition ?edition ; res:citedWork ?cited ; res:selfCitation false }
}"""


def _rows(store: ox.Store, query: str) -> Iterator[list[str]]:
    found: Any = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    for row in found:
        yield ["" if term is None else term.value for term in row]


def _clauses(store: ox.Store, base: str) -> Iterator[Clause]:
    cited: dict[str, dict[str, str]] = defaultdict(dict)
    of_itself = set()
    for clause, text, target, self in _rows(store, _CITATIONS):
        if self == "true":
            of_itself.add(clause)
        if text:  # two targets of the same words: both in one name
            names = {*cited[clause].get(text, "").split(" + "), _name(target.removeprefix(base))} - {""}
            cited[clause][text] = " + ".join(sorted(names))
    for iri, edition, work, language, text in _rows(store, _CLAUSES):
        yield Clause(iri, edition, work, language, words(text, cited.get(iri, {})), iri in of_itself)


def _name(key: str) -> str:
    """What stands for a citation among the words: "PP Res. 71"."""
    from resograph.serve.names import Names

    try:
        Key.parse(key)
    except BadKeyError:
        return key
    return Names("").short(key)


def _editions(store: ox.Store) -> list[Edition]:
    cites: dict[str, set[str]] = defaultdict(set)
    for edition, cited in _rows(store, _CITED_WORKS):
        cites[edition].add(cited)
    found = []
    for iri, work, language, title, specimen, since, until in sorted(_rows(store, _EDITIONS)):
        matter = title.removeprefix("Specimen:") if specimen == "true" else title  # what marks a specimen is no matter
        found.append(Edition(iri, work, language, matter, since, until, frozenset(cites[iri])))
    return found


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
