"""Resolutions that nobody adopted, as many as are wanted: texts that go through the whole pipeline, the same for the same seed.

    python benchmarks/generate.py FOLDER [--triples N] [--seed S]

Writes a folder for each work with a text for each of its editions that is held, and a list of how many triples they make; then
prints what an edition holds beside the real documents, where they are.  A world of 1,000 works begins with the world of 100:
a work depends on the seed and its own place in the row only, and cites works up to a tenth further on, which may not be there.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import fmean, median

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "corpus" / "itu"
SIZES = ".sizes.tsv"

# --- words ------------------------------------------------------------------------------------------------------------

THINGS = [
    "lamps", "desk lamps", "meeting rooms", "calendars", "door signs", "wall clocks", "window blinds", "notice boards", "chairs",
    "round tables", "keys", "registers of rooms", "shared calendars", "lamp posts", "light switches", "reading rooms", "corridors",
]  # fmt: skip
QUALITIES = ["spare", "quiet", "shared", "worn", "borrowed", "well-lit", "numbered", "movable", "empty", "common", "older", "seasonal"]
STATES = [
    "are found in most buildings", "are used on two days out of five", "need more care than before", "were counted in every region",
    "stand empty while others wait", "differ from one region to another", "help small delegations", "are lent without a fee",
    "save time and effort", "are seldom repaired in time", "have been asked for again and again", "become more and more common",
]  # fmt: skip
DOINGS = [
    "count the {things}", "keep a list of {things}", "repair the {things}", "lend {things} to newcomers", "compare {things}",
    "publish a guide to {things}", "study the use of {things}", "share {things} on equal terms", "paint the {things}",
    "arrange workshops on {things}", "set aside {things} for small delegations", "collect experience with {things}",
    "prepare a plan for {things}", "review the rules for {things}", "support the exchange of {things}",
]  # fmt: skip
NAMES = ["Common", "Meeting", "Calendar", "Lamp", "Register", "Room", "Exchange", "Light", "Index", "Clock", "Board", "Key", "Plan"]
ONSETS = ["b", "br", "d", "dr", "f", "fl", "g", "gl", "h", "k", "kl", "l", "m", "n", "p", "pl", "r", "t", "tr", "v", "z"]
RHYMES = ["al", "an", "ar", "el", "en", "ib", "il", "im", "od", "ol", "om", "or", "ub", "ul", "um", "ur"]
PLACES = [
    "Port Specimen", "Sampleton", "Model City", "Exemplar Bay", "Testford", "Beispielburg", "Mockville", "Probe Island",
    "Fort Template", "Patternport", "Villa Muestra", "Draft Harbour",
]  # fmt: skip

# --- bodies and actors ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """How an adopting body is named, and the years in which it met."""

    key: str
    opening: str
    cited: str
    bureau: str
    sector: str
    years: tuple[int, ...]


BODIES = [
    Body("pp", "The Plenipotentiary Conference of the International Telecommunication Union", "the Plenipotentiary Conference",
         "the Secretary-General", "the Union", tuple(range(1990, 2023, 4))),
    Body("wtsa", "The World Telecommunication Standardization Assembly", "the World Telecommunication Standardization Assembly (WTSA)",
         "the Director of the Telecommunication Standardization Bureau", "ITU-T", tuple(range(1992, 2025, 4))),
    Body("wtdc", "The World Telecommunication Development Conference", "the World Telecommunication Development Conference (WTDC)",
         "the Director of the Telecommunication Development Bureau", "ITU-D", tuple(range(1990, 2023, 4))),
    Body("ra", "The ITU Radiocommunication Assembly", "the Radiocommunication Assembly (RA)",
         "the Director of the Radiocommunication Bureau", "ITU-R", tuple(range(1991, 2024, 4))),
]  # fmt: skip
SHARES = (30, 35, 25, 10)  # of the works, by body

ACTORS = [  # the busy ones first: each is named less often than the one before
    "Member States", "the Secretary-General", "the Council", "the Director of the Telecommunication Standardization Bureau",
    "the Director of the Telecommunication Development Bureau", "the Director of the Radiocommunication Bureau",
    "the Directors of the Bureaux", "Sector Members", "the Telecommunication Standardization Advisory Group (TSAG)",
    "the General Secretariat", "the ITU-T study groups", "the ITU-R study groups", "the ITU-D study groups", "Academia", "Associates",
    "the Telecommunication Development Advisory Group (TDAG)", "the Radiocommunication Advisory Group (RAG)", "administrations",
    "the ITU regional offices", "ITU-T Study Group 13", "ITU-T Study Group 3", "ITU-R Study Group 5", "ITU-D Study Group 1", "TSB",
    "BDT", "BR", "ITU-T", "ITU-D", "ITU-R", "the membership", "regional telecommunication organizations",
]  # fmt: skip
WEIGHTS = [1 / (rank + 2) for rank in range(len(ACTORS))]
OFTEN = ["each year", "annually", "at each ordinary session of the Council", "every four years", "on a regular basis"]


# --- works ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edition:
    """An adopted text of a work: when and where, and whether there is a file of it or only its name."""

    year: int
    place: str
    held: bool


@dataclass(frozen=True)
class Work:
    """A work of the world: its place in the row, body, number, subject and editions."""

    place: int
    body: Body
    number: int
    subject: str
    editions: tuple[Edition, ...]
    matters: tuple[str, ...]


@cache
def work(seed: int, place: int) -> Work:
    """The work at *place* in the row: what others need to know when they cite it."""
    chance = Random(f"{seed}/{place}")
    body = chance.choices(BODIES, SHARES)[0]
    number = min(len(body.years), chance.choice([3, 4, 4, 5, 5, 6, 6, 7, 8, 9]))
    first = chance.randrange(len(body.years) - number + 1)
    held = [chance.random() < 0.85 for _ in range(number)]
    held[-1] |= not any(held)
    years = zip(body.years[first:], held, strict=False)
    editions = tuple(Edition(year, PLACES[(year + len(body.key)) % len(PLACES)], kept) for year, kept in years)
    matters = tuple(_coined(chance) for _ in range(16))
    subject = f"{matters[0]} {chance.choice(THINGS)} for {matters[1]} and {matters[2]}"
    return Work(place, body, 9001 + place, subject, editions, matters)


def _coined(chance: Random) -> str:
    """A word that no other work has: what works are about differs, as it does between real ones, so that few clauses are alike."""
    return "".join(chance.choice(ONSETS) + chance.choice(RHYMES) for _ in range(3))


def texts(seed: int, place: int) -> Iterator[tuple[str, str]]:
    """The files of a work: a name and the text of each edition that is held, each grown out of the one before."""
    me, chance = work(seed, place), Random(f"{seed}/{place}/text")
    draft: list[Section] = []
    for order, edition in enumerate(me.editions):
        writer = _Writer(seed, me, order, chance)
        draft = writer.revised(draft) if draft else writer.first()
        if edition.held:
            yield f"{me.body.key}-{me.number}-{edition.year}.txt", writer.text(draft)


# --- what a draft is made of: each clause is told again by every edition, so that its citations can grow up with it -----


@dataclass(frozen=True)
class Clause:
    """A clause: a template of the words of one edition, the works that it cites, clauses below it."""

    words: str
    cites: tuple[tuple[int, str], ...] = ()
    below: tuple[str, ...] = ()
    stale: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with its clauses; *kind* is "preamble", "operative" or "annex"."""

    heading: str
    kind: str
    clauses: tuple[Clause, ...]


class _Writer:
    """Writes one edition of a work."""

    def __init__(self, seed: int, me: Work, order: int, chance: Random) -> None:
        self.seed, self.me, self.chance = seed, me, chance
        self.edition, self.history = me.editions[order], me.editions[: order + 1]

    # choices

    def one(self, of: list[str]) -> str:
        return self.chance.choice(of)

    def things(self) -> str:
        draw = self.chance.random()
        if draw < 0.02:
            return self.one(THINGS)
        one, other, third, last = self.chance.sample(self.me.matters, 4)
        quality = f"{self.one(QUALITIES)} " if draw < 0.6 else ""
        return f"{quality}{one} {self.one(THINGS)} for {other}, {third} and {last}"

    def actor(self) -> str:
        if self.chance.random() < 0.04:  # one that no vocabulary knows
            return f"the {self.one(NAMES).lower()} {self.one(NAMES).lower()} committee"
        return self.chance.choices(ACTORS, WEIGHTS)[0]

    def doing(self) -> str:
        tail = ""
        draw = self.chance.random()
        if draw < 0.15:
            tail = f", in collaboration with {self.actor()}"
        elif draw < 0.25:
            tail = f", in consultation with {self.actor()}"
        elif draw < 0.33:
            tail = f" and report to {self.actor()} {self.one(OFTEN)}"
        elif draw < 0.38:
            tail = f", not later than {self.edition.year + self.chance.randrange(1, 4)}"
        elif draw < 0.42:
            tail = " before the next plenipotentiary conference"
        elif draw < 0.47:
            tail = f", taking into account resolves {self.chance.randrange(1, 4)} above"
        return self.one(DOINGS).format(things=self.things()) + tail

    def cited(self) -> tuple[int, str]:
        """Another work: its place in the row, and how it is cited."""
        place = self.chance.randrange(max(2, round(self.me.place * 1.1)))
        return place, self.chance.choices(["dated", "undated"], [85, 15])[0]

    # drafts

    def first(self) -> list[Section]:
        """The first edition of a work."""
        chance = self.chance
        size = chance.lognormvariate(-0.1, 0.6)
        headings = [
            "recalling",
            *chance.sample(["considering", "recognizing", "noting", "taking into account", "considering further"], chance.randrange(2, 5)),
        ]
        found = [Section(heading, "preamble", self.several((6 if heading == "recalling" else 3.3) * size, heading)) for heading in headings]
        operative = ["resolves", f"instructs {self.me.body.bureau}", f"invites {self.actor()}"]
        operative += [f"instructs {ACTORS[chance.randrange(1, 7)]}" for _ in range(chance.randrange(4))]
        operative += [f"urges {self.actor()}"] * chance.randrange(2)
        found += [Section(heading, "operative", self.several(3.2 * size, heading)) for heading in dict.fromkeys(operative)]
        if chance.random() < 0.45:
            annexes = range(1, chance.choice([1, 1, 2, 3]) + 1)
            found += [Section(f"Annex {number}", "annex", self.several(11 * size, "annex")) for number in annexes]
        return found

    def several(self, number: float, heading: str) -> tuple[Clause, ...]:
        return tuple(self.clause(heading) for _ in range(max(1, round(number * self.chance.uniform(0.5, 1.5)))))

    def revised(self, draft: list[Section]) -> list[Section]:
        """The next edition: of ten clauses seven stay, two are told anew, one goes; another one or two come."""
        return [Section(section.heading, section.kind, tuple(self.told_again(section))) for section in draft]

    def told_again(self, section: Section) -> Iterator[Clause]:
        heading = "annex" if section.kind == "annex" else section.heading
        kept = 0
        for clause in section.clauses:
            draw = self.chance.random()
            if draw < 0.9 or not kept:
                kept += 1
                yield clause if draw < 0.7 else self.clause(heading)
            if draw > 0.85:
                yield self.clause(heading)

    def clause(self, heading: str) -> Clause:
        stale = self.chance.random() < 0.25
        if heading == "recalling" and self.chance.random() < 0.9:
            return self.citing(stale)
        if heading == "annex":
            return self.provision()
        if heading.startswith(("instructs", "invites", "urges")):
            return self.with_citation(f"to {self.doing()}", 0.2, stale)
        if heading == "resolves":
            return self.resolving(stale)
        return self.preambular(stale)

    def citing(self, stale: bool) -> Clause:
        draw = self.chance.random()
        if draw < 0.6:
            return Clause(f"{{}}, on {self.things()}", (self.cited(),), stale=stale)
        if draw < 0.75:
            return Clause("{} and {}, which both concern " + self.things(), (self.cited(), self.cited()), stale=stale)
        if draw < 0.88:
            number = self.chance.randrange(60, 190)
            return Clause(f"No. {number} of the Constitution and Nos. {number + 20} to {number + 22} of the Convention, on {self.things()}")
        if draw < 0.94:
            session, number = self.chance.randrange(55, 78), self.chance.randrange(1, 250)
            return Clause(f"United Nations General Assembly (UNGA) Resolution {session}/{number}, on {self.things()}")
        return Clause(f"Council Resolution {9000 + self.chance.randrange(400)} (C{self.chance.randrange(10, 24)}), on {self.things()}")

    def preambular(self, stale: bool) -> Clause:
        draw = self.chance.random()
        if draw < 0.25:
            name = self.chance.sample(NAMES, 3)
            short = "".join(word[0] for word in name)
            return Clause(f"that the {' '.join(name)} ({short}) has shown how {self.things()} {self.one(STATES)}")
        if draw < 0.5:
            return Clause(f"that {self.actor()} and {self.actor()} have found that {self.things()} {self.one(STATES)}")
        return self.with_citation(f"that {self.things()} {self.one(STATES)}", 0.4, stale)

    def with_citation(self, words: str, share: float, stale: bool) -> Clause:
        if self.chance.random() < share:
            return Clause(words + ", in accordance with {}", (self.cited(),), stale=stale)
        return Clause(words)

    def resolving(self, stale: bool) -> Clause:
        draw = self.chance.random()
        if draw < 0.2:
            below = tuple(f"to {self.doing()}" for _ in range(self.chance.randrange(2, 5)))
            return Clause(f"that {self.actor()} shall take the following steps for {self.things()}:", below=below)
        if draw < 0.35:
            return Clause(f"to continue to {self.doing()}")
        if draw < 0.5:
            return Clause(f"that {self.things()} shall be kept in accordance with Annex 1 to this resolution")
        modal = self.one(["shall", "shall", "should", "may", "shall not"])
        return self.with_citation(f"that {self.actor()} {modal} {self.doing()}", 0.15, stale)

    def provision(self) -> Clause:
        modal, actor = self.one(["shall", "shall", "should", "may", "must not"]), self.actor()
        return Clause(f"{actor[0].upper()}{actor[1:]} {modal} {self.doing()}.")

    # words

    def text(self, draft: list[Section]) -> str:
        """The edition as a text, a paragraph a line."""
        year, place = self.edition.year, self.edition.place
        number = f"ITU-R {self.me.number}" if self.me.body.key == "ra" else str(self.me.number)
        revised = "Rev. " if len(self.history) > 1 else ""
        lines = [
            f"RESOLUTION {number} ({revised}{place}, {year})",
            f"{self.me.subject.capitalize()}1",
            "(" + "; ".join(f"{edition.place}, {edition.year}" for edition in self.history) + ")",
            f"{self.me.body.opening} ({place}, {year}),",
        ]
        notes = ["1 This text was made by a program; it was adopted by nobody."]
        if self.me.place % 3 == 0:
            notes.append(f"2 The term covers {self.one(THINGS)} too.")
        last = max(place for place, section in enumerate(draft) if section.kind != "annex")
        for order, section in enumerate(draft):
            if section.kind == "annex":
                lines += [section.heading, f"(to Resolution {number} ({revised}{place}, {year}))", f"Upkeep of {self.me.subject}"]
                lines += [f"{marker}\t{clause.words}" for marker, clause in zip(_letters(), section.clauses, strict=False)]
                continue
            lines.append(section.heading)
            lines += self.items(section, "." if order == last else ",", "2" if order == 1 and len(notes) > 1 else "")
            if order == 1:  # the notes of a page stand under a rule at its end
                lines += ["_" * 20, *notes]
        return "\n".join(lines) + "\n"

    def items(self, section: Section, end: str, mark: str) -> Iterator[str]:
        markers = _letters() if section.kind == "preamble" else (str(number) for number in count(1))
        alone = len(section.clauses) == 1 and not section.clauses[0].below
        for order, (marker, clause) in enumerate(zip(markers, section.clauses, strict=False), 1):
            words = clause.words.format(*(self.citation(*cited, clause.stale) for cited in clause.cites))
            tail = end if order == len(section.clauses) else ";"
            noted = mark if order == 1 else ""
            yield f"{'' if alone else marker + chr(9)}{words}{noted}{'' if clause.below else tail}"
            for roman, words in zip(("i", "ii", "iii", "iv"), clause.below, strict=False):
                yield f"{roman})\t{words}{tail if words is clause.below[-1] else ';'}"

    def citation(self, place: int, how: str, stale: bool) -> str:
        """A citation of the work at *place* as this edition makes it: of the text in force then, or of an older one."""
        other = work(self.seed, place)
        known = [edition for edition in other.editions if edition.year <= self.edition.year]
        number = f"ITU-R {other.number}" if other.body.key == "ra" else str(other.number)
        of = "this conference" if other.body is self.me.body and other.body.key != "wtsa" else other.body.cited
        if how == "undated" or not known:
            return f"Resolution {number} of {of}"
        edition = known[-2] if stale and len(known) > 1 else known[-1]
        revised = "Rev. " if edition is not other.editions[0] else ""
        return f"Resolution {number} ({revised}{edition.place}, {edition.year}) of {of}"


def _letters() -> Iterator[str]:
    """The markers of a preamble: a) to z), then aa), ab) ..."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from (f"{letter})" for letter in letters)
    yield from (f"{first}{second})" for first in letters for second in letters)


# --- files ------------------------------------------------------------------------------------------------------------


def write(folder: Path, triples: int, seed: int, jobs: int = 0) -> list[tuple[Path, int]]:
    """Works in *folder*, as many as make *triples*: the folder of each and the triples up to and with it.

    A folder that was written before with the same seed and program is gone on with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = sizes(folder, seed)
    total = made[-1][1] if made else 0
    if total < triples:
        with ProcessPoolExecutor(jobs or os.cpu_count(), mp_context=get_context("spawn")) as pool:
            places = count(len(made))
            while total < triples:
                for place, own in zip(
                    batch := [next(places) for _ in range(16)], pool.map(partial(_write, folder, seed), batch), strict=True
                ):
                    total += own
                    made.append((folder / f"{place:06}", total))
        lines = [f"{_version(seed)}\n", *(f"{path.name}\t{size}\n" for path, size in made)]
        (folder / SIZES).write_text("".join(lines), encoding="utf-8")
    return made


def sizes(folder: Path, seed: int) -> list[tuple[Path, int]]:
    """What ``write`` has noted in *folder*; nothing when another seed or program made it."""
    with suppress(OSError):
        version, *lines = (folder / SIZES).read_text(encoding="utf-8").splitlines()
        if version == _version(seed):
            return [(folder / name, int(size)) for name, size in (line.split("\t") for line in lines)]
    return []


@cache
def _version(seed: int) -> str:
    from hashlib import sha256

    from resograph.build import code_digest

    return f"{seed}-{sha256(Path(__file__).read_bytes()).hexdigest()[:12]}-{code_digest()}"


def _write(folder: Path, seed: int, place: int) -> int:
    """Write a work and count its triples."""
    from resograph.build import make

    own = folder / f"{place:06}"
    own.mkdir(exist_ok=True)
    for old in own.iterdir():
        old.unlink()
    total = 0
    for name, text in texts(seed, place):
        path = own / name
        path.write_text(text, encoding="utf-8")
        made = make(path)
        if made.failed or made.skipped:
            raise SystemExit(made.failed or made.skipped)
        total += sum(data.count(b"\n") for _, data in made.graphs)
    return total


# --- likeness ---------------------------------------------------------------------------------------------------------

COUNTED = ("Section", "PreambularClause", "OperativeClause", "AnnexClause", "Footnote", "Citation", "Norm", "Term", "Adoption", "Finding")


def profile(files: Iterable[Path], jobs: int = 0) -> dict[str, list[int]]:
    """Of each edition in *files*: its triples, and its nodes of each class."""
    found: dict[str, list[int]] = {name: [] for name in ("triples", *COUNTED)}
    with ProcessPoolExecutor(jobs or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for graphs in pool.map(_counted, files):
            for counted in graphs:
                for name, numbers in found.items():
                    numbers.append(counted[name])
    return found


def _counted(path: Path) -> list[Counter[str]]:
    from resograph.build import make
    from resograph.namespaces import RES

    found = []
    for _, data in make(path).graphs:
        lines = data.decode().splitlines()
        types = (line.split(" ", 3)[2] for line in lines if "#type> " in line)
        found.append(Counter({"triples": len(lines), **Counter(type_[1 + len(RES) : -1] for type_ in types if RES in type_)}))
    return found


def likeness(made: dict[str, list[int]], real: dict[str, list[int]]) -> Iterator[str]:
    """A table: mean and median of an edition, made and real."""
    yield f"{'an edition has':18} {'made':>8} {'median':>8}   {'real':>8} {'median':>8}"
    for name, numbers in made.items():
        row = f"{name:18} {fmean(numbers):8.1f} {median(numbers):8.1f}"
        yield row + (f"   {fmean(real[name]):8.1f} {median(real[name]):8.1f}" if real["triples"] else "   (no real documents here)")


def main() -> None:
    """Write the texts and print what they are like."""
    parser = argparse.ArgumentParser(description="Make resolutions that nobody adopted, through the whole pipeline.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write them")
    parser.add_argument("--triples", type=int, default=100_000, help="how large the graph should be  [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other texts  [default: %(default)s]")
    parser.add_argument("-j", "--jobs", type=int, default=0, help="processes  [default: one for each core]")
    options = parser.parse_args()
    made = write(options.folder, options.triples, options.seed, options.jobs)
    wanted = next((number for number, (_, total) in enumerate(made, 1) if total >= options.triples), len(made))
    files = [path for folder, _ in made[:wanted] for path in sorted(folder.iterdir())]
    print(f"{wanted} works, {len(files)} editions, {made[wanted - 1][1]:,} triples in {options.folder}")
    real = sorted(path for path in REAL.rglob("*") if path.suffix in (".txt", ".docx")) if REAL.is_dir() else []
    for line in likeness(profile(files[:400], options.jobs), profile(real, options.jobs)):
        print(line)


if __name__ == "__main__":
    main()
