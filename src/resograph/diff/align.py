"""Which clause became which.

Clauses with the same words are paired first.  For the others an edge joins each old clause to each new one that shares rare words
with it and is alike enough; of these edges the set that gives the greatest likeness in all is taken, each clause in one at most: an
optimal assignment (the linear assignment problem, solved for sparse graphs by LAPJVsp in scipy).  A monotone alignment, as of
lines in programs, was not taken: conferences move clauses between the sections of a preamble, and a move would cost such an
alignment every pair that it crosses.  The place in the text only tips the balance between clauses that are equally alike.
What stayed in order is found afterwards, as the longest run of pairs that are in order on both sides; the others moved.

What the partner of a clause does not take over may have gone elsewhere: an unpaired new clause whose words stand in those that an
old one lost makes it split, an unpaired old clause whose words stand in those that a new one gained makes it merged.

The cost grows with the clauses times the number of candidates of each, which is bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from resograph.diff.model import Clause, Edition, Heading
from resograph.diff.words import Coder, blocks, wording

ALIKE = 0.5  # likeness from which a clause is the other one reworded
_NEARLY = 0.9  # share of the words of a clause that stand in the other, where one is far longer
_HELD = 0.7  # share of a clause's words that must stand in another for it to be a piece of it
_RUN = 3  # words in a row that count as taken over; fewer stand in any two clauses
_PIECE = 5  # words that a piece has at least
_RARE = 12  # words of a clause by which candidates are found, the rarest first
_OFTEN = 64  # clauses with a word beyond which it tells nothing
_CANDIDATES = 8

# What the place in the text says: it tips the balance between clauses that are equally alike, and weighs less than one word in six.
_SAME_HEADING, _SAME_NUMBER, _SAME_NEIGHBOUR, _NEAR = 0.06, 0.04, 0.04, 0.02


@dataclass(frozen=True, slots=True)
class Link:
    """Clauses that became clauses, by their place in their edition; ``similarity`` is that of their words (None: unknown)."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    similarity: float | None = None


def align(old: Edition, new: Edition, *, worded: bool) -> list[Link]:
    """Every clause of both editions in exactly one link; *worded* says whether their words can be compared."""
    sides = _Sides(old, new, worded)
    pairs = _same(sides)
    pairs |= _assigned(_edges(sides, pairs))
    groups = _pieces(sides, pairs) if worded else [((i,), (j,)) for i, j in pairs.items()]
    links = [Link(tuple(sorted(a)), tuple(sorted(b)), sides.similarity(a, b) if worded else None) for a, b in groups]
    links += [Link((i,), ()) for i in sorted(set(range(len(old.clauses))) - {i for link in links for i in link.old})]
    links += [Link((), (j,)) for j in sorted(set(range(len(new.clauses))) - {j for link in links for j in link.new})]
    return links


# --- headings and numbers ---------------------------------------------------------------------------------------------


def tail(clause: Clause) -> str:
    """The number of a clause as one cites it below its heading: "2/i"; "" where it has none."""
    path = clause.part.removeprefix(clause.section).strip("/") if clause.section else clause.part
    return "/".join(piece for piece in path.split("/") if not re.fullmatch(r"p\d+", piece)) if clause.section else path


def name_of(heading: Heading, *, worded: bool) -> tuple[str, ...]:
    """What makes a heading the same in two editions: the words of a call heading, of others their number.

    Not *worded*: of a call heading the verb and those addressed.
    """
    if heading.role not in ("preambular", "operative"):
        return (heading.part,)
    if worded:
        return (" ".join(wording(heading.words)).casefold(),)
    return (re.sub(r"-\d+$", "", heading.part), *heading.addressees)


# --- what is compared, prepared ---------------------------------------------------------------------------------------


class _Sides:
    """Both editions with what is asked of their clauses again and again."""

    def __init__(self, old: Edition, new: Edition, worded: bool) -> None:
        self.old, self.new, self.worded = old.clauses, new.clauses, worded
        self.old_words = [_features(clause, worded) for clause in self.old]
        self.new_words = [_features(clause, worded) for clause in self.new]
        self.old_names = _names(old, worded)
        self.new_names = _names(new, worded)
        self._code = Coder()

    @cached_property
    def codes(self) -> tuple[list[str], list[str]]:
        """The words of each clause as a string of one character each."""
        return [self._code(words) for words in self.old_words], [self._code(words) for words in self.new_words]

    def similarity(self, old: Iterable[int], new: Iterable[int]) -> float:
        """How like the words of some clauses are to those of others: twice the common words by all words."""
        from rapidfuzz.distance import Indel

        return round(Indel.normalized_similarity("".join(self.codes[0][i] for i in old), "".join(self.codes[1][j] for j in new)), 3)

    def common(self, i: int, j: int) -> int:
        """How many words they share, in order, at most."""
        from rapidfuzz.distance import LCSseq

        return int(LCSseq.similarity(self.codes[0][i], self.codes[1][j]))

    def same_heading(self, i: int, j: int) -> bool:
        return self.old_names[i] == self.new_names[j]

    def same_number(self, i: int, j: int) -> bool:
        return tail(self.old[i]) == tail(self.new[j])

    def distance(self, i: int, j: int) -> float:
        """How far apart they stand, 0 to 1."""
        return abs(i / max(1, len(self.old)) - j / max(1, len(self.new)))


def _features(clause: Clause, worded: bool) -> tuple[str, ...]:
    """What a clause is compared by: its words; where they are unknown what it cites and requires."""
    if worded:
        return wording(clause.text or "")
    cited = sorted({str(reference.target.work) for reference in clause.citations})
    return (*cited, *(f"{duty.modality} {' '.join(duty.addressees)}" for duty in clause.duties))


def _names(edition: Edition, worded: bool) -> list[tuple[str, ...]]:
    """The name of the heading that each clause stands under."""
    by_part = {part: name_of(heading, worded=worded) for part, heading in edition.headings.items()}
    return [by_part.get(clause.section, (clause.family,)) for clause in edition.clauses]


# --- the same words ---------------------------------------------------------------------------------------------------


def _same(sides: _Sides) -> dict[int, int]:
    """Clauses with the same words: of several, those with the same heading and number first, then in order."""
    if not sides.worded:
        return _same_key(sides)
    olds: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    news: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for group, clauses, words in ((olds, sides.old, sides.old_words), (news, sides.new, sides.new_words)):
        for place, clause in enumerate(clauses):
            group[clause.family, words[place]].append(place)
    pairs: dict[int, int] = {}
    for said, places in olds.items():
        pairs |= _paired(places, news.get(said, []), sides)
    return pairs


def _paired(olds: Sequence[int], news: Sequence[int], sides: _Sides) -> dict[int, int]:
    """As many of *olds* with as many of *news* as can be; the most alike in heading and number first."""
    pairs: dict[int, int] = {}
    for by_heading, by_number in ((True, True), (True, False), (False, True), (False, False)):
        free: dict[tuple[object, object], list[int]] = defaultdict(list)
        taken = set(pairs.values())
        for j in reversed(news):
            if j not in taken:
                free[sides.new_names[j] if by_heading else "", tail(sides.new[j]) if by_number else ""].append(j)
        for i in olds:
            waiting = free[sides.old_names[i] if by_heading else "", tail(sides.old[i]) if by_number else ""] if i not in pairs else []
            if waiting:
                pairs[i] = waiting.pop()
    return pairs


def _same_key(sides: _Sides) -> dict[int, int]:
    """Without words: clauses with the same heading and number that cite and require the same things, if any."""
    places = {(sides.new[j].family, sides.new_names[j], tail(sides.new[j])): j for j in reversed(range(len(sides.new)))}
    pairs: dict[int, int] = {}
    for i, clause in enumerate(sides.old):
        j = places.get((clause.family, sides.old_names[i], tail(clause)))
        if j is not None and sides.old_words[i] == sides.new_words[j]:
            pairs[i] = places.pop((clause.family, sides.old_names[i], tail(clause)))
    return pairs


# --- the likest -------------------------------------------------------------------------------------------------------


def _edges(sides: _Sides, pairs: dict[int, int]) -> dict[tuple[int, int], float]:
    """Old and new clauses that are alike enough to be one, with how much speaks for it."""
    olds = [i for i in range(len(sides.old)) if i not in pairs]
    taken = set(pairs.values())
    news = [j for j in range(len(sides.new)) if j not in taken]
    found: dict[tuple[int, int], float] = {}
    for i, j in _candidates(sides, olds, news):
        if sides.old[i].family != sides.new[j].family:
            continue
        heading, number = sides.same_heading(i, j), sides.same_number(i, j)
        neighbours = pairs.get(i - 1, -2) == j - 1 or pairs.get(i + 1, -2) == j + 1
        alike = sides.similarity((i,), (j,))
        if not sides.worded:  # the key is evidence of its own
            named = heading and number
            alike = (alike + named) / 2 if sides.old_words[i] or sides.new_words[j] else 0.75 * named
        elif alike < ALIKE:
            alike = max(alike, _contained(sides, i, j))
        alike += _SAME_HEADING * heading + _SAME_NUMBER * number + _SAME_NEIGHBOUR * neighbours
        if alike >= ALIKE:
            found[i, j] = alike + _NEAR * (1 - sides.distance(i, j))
    return found


def _contained(sides: _Sides, i: int, j: int) -> float:
    """Just alike enough, where nearly all words of the shorter stand in the longer."""
    old, new = sides.old_words[i], sides.new_words[j]
    least = min(len(old), len(new))
    if least < _PIECE or sides.common(i, j) < _NEARLY * least:
        return 0.0
    return ALIKE if sum(size for _, _, size in blocks(old, new, _RUN)) >= _NEARLY * least else 0.0


def _candidates(sides: _Sides, olds: Sequence[int], news: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs that share rare words, and pairs of the same heading and number."""
    found = dict.fromkeys(_sharing(sides.old_words, olds, sides.new_words, news))
    found |= dict.fromkeys((i, j) for j, i in _sharing(sides.new_words, news, sides.old_words, olds))
    places = {(sides.new_names[j], tail(sides.new[j])): j for j in reversed(news)}
    for i in olds:
        j = places.get((sides.old_names[i], tail(sides.old[i])))
        if j is not None:
            found[i, j] = None
    return sorted(found)


def _sharing(
    words: Sequence[tuple[str, ...]], mine: Sequence[int], others: Sequence[tuple[str, ...]], theirs: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """For each of *mine* the few of *theirs* that share its rarest words."""
    holding: dict[str, list[int]] = defaultdict(list)
    for j in theirs:
        for word in dict.fromkeys(others[j]):
            holding[word].append(j)
    for i in mine:
        rare = sorted((len(holding[word]), word) for word in set(words[i]) if word in holding)[:_RARE]
        votes: Counter[int] = Counter()
        for often, word in rare:
            if often <= _OFTEN:
                for j in holding[word]:
                    votes[j] += 1 / often  # type: ignore[assignment]  # weights
        for j, _ in votes.most_common(_CANDIDATES):
            yield i, j


def _assigned(edges: dict[tuple[int, int], float]) -> dict[int, int]:
    """The edges that together say most, each clause in one at most."""
    if not edges:
        return {}
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    rows = {i: row for row, i in enumerate(sorted({i for i, _ in edges}))}
    columns = {j: column for column, j in enumerate(sorted({j for _, j in edges}))}
    # The solver wants every row matched: each has a column of its own, for staying alone, at the least that an edge can say.
    cells = [(rows[i], columns[j], weight) for (i, j), weight in edges.items()]
    cells += [(row, len(columns) + row, ALIKE) for row in rows.values()]
    at_row, at_column, weights = zip(*cells, strict=True)
    graph = csr_array((weights, (at_row, at_column)), shape=(len(rows), len(columns) + len(rows)))
    matched_rows, matched_columns = min_weight_full_bipartite_matching(graph, maximize=True)
    olds, news = list(rows), list(columns)
    return {olds[row]: news[column] for row, column in zip(matched_rows, matched_columns, strict=True) if column < len(news)}


# --- split and merged -------------------------------------------------------------------------------------------------


def _pieces(sides: _Sides, pairs: dict[int, int]) -> list[tuple[set[int], set[int]]]:
    """The pairs as groups, with the unpaired clauses that are pieces of what a partner did not take over."""
    back = {j: i for i, j in pairs.items()}
    groups: dict[int, tuple[set[int], set[int]]] = {i: ({i}, {j}) for i, j in pairs.items()}
    of_new = {j: groups[i] for i, j in pairs.items()}
    exact = {i for i, j in pairs.items() if sides.old_words[i] == sides.new_words[j]}
    free_old = [i for i in range(len(sides.old)) if i not in pairs]
    free_new = [j for j in range(len(sides.new)) if j not in back]
    wholes_old = [i for i in range(len(sides.old)) if i not in exact]
    wholes_new = [j for j in range(len(sides.new)) if back.get(j) not in exact]

    left: dict[tuple[str, int], list[str]] = {}  # the words that the partners of a clause have not taken over
    for j, i in _sharing(sides.new_words, free_new, sides.old_words, wholes_old):
        if j in of_new or sides.old[i].family != sides.new[j].family or sides.common(i, j) < _HELD * len(sides.new_words[j]):
            continue
        taken_by = [sides.new_words[pairs[i]]] if i in pairs else []
        rest = left.setdefault(("old", i), _left(sides.old_words[i], taken_by))
        if _is_piece(sides.new_words[j], rest):
            group = groups.setdefault(i, ({i}, set()))
            group[1].add(j)
            of_new[j] = group
            left["old", i] = _left(rest, [sides.new_words[j]])
    for i, j in _sharing(sides.old_words, free_old, sides.new_words, wholes_new):
        if i in groups or sides.old[i].family != sides.new[j].family or sides.common(i, j) < _HELD * len(sides.old_words[i]):
            continue
        taken_by = [sides.old_words[back[j]]] if j in back else []
        rest = left.setdefault(("new", j), _left(sides.new_words[j], taken_by))
        if _is_piece(sides.old_words[i], rest):
            group = of_new.setdefault(j, (set(), {j}))
            group[0].add(i)
            groups[i] = group
            left["new", j] = _left(rest, [sides.old_words[i]])
    unique = {id(group): group for group in [*groups.values(), *of_new.values()]}
    return [group for group in unique.values() if group[0] and group[1]]


def _left(words: Sequence[str], taken_by: Iterable[Sequence[str]]) -> list[str]:
    """*words* without the runs that *taken_by* have too; a gap stands where one was, so that no run reaches over it."""
    rest = list(words)
    for other in taken_by:
        for start, _, size in blocks(rest, other, _RUN):
            rest[start : start + size] = [""] * size
    return rest


def _is_piece(words: Sequence[str], of: Sequence[str]) -> bool:
    return len(words) >= _PIECE and sum(size for _, _, size in blocks(words, of, _RUN)) >= _HELD * len(words)


# --- order ------------------------------------------------------------------------------------------------------------


def in_order(places: Sequence[int]) -> set[int]:
    """Which of *places* make the longest rising run, by their index: what stayed in order, so that the fewest moved."""
    ends: list[int] = []  # the least last place of a run of each length
    at: list[int] = []  # and the index of it
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        at[length : length + 1] = [index]
    found: set[int] = set()
    index = at[-1] if at else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found
