"""Named questions: the files of queries/, their parameters, and their answers.

A question is one SELECT query whose head says in YAML, on lines that begin with ``#+ ``, what it asks and what it needs:

    #+ summary: What an actor has to do
    #+ parameters:
    #+   actor: {type: actor, required: true, help: "who has to act"}
    #+ example: {actor: Director of TSB}

A parameter is a variable of the query with the same name ("-" becomes "_").  Its value is bound as a term and never pasted into
the text; so it must stand in the SELECT line, and the answer leaves its column out.  Where it is not given its variable is free.
The entries of a head: summary, parameters, example; if need be description, tags, lists (columns whose words are put in order),
sort (columns in whose order the rows come, 11 after 9), opens (for a column the question that lists what its figure counts, with
the parameters that are the same for the whole column; the others are those of the row and of the asker).  Of a parameter: type; if need be required, default, help, also (another
name for it) and unless (the parameter that may be given in its place).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resograph import assets, names, namespaces
from resograph.errors import BadKeyError, QueryError, QuestionError, RuleError
from resograph.keys import Key

if TYPE_CHECKING:
    import pyoxigraph as ox

    from resograph.dataset import Dataset

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

TYPES = (
    *("actor", "edition", "work", "target", "clause", "provision"),
    *("body", "sector", "party", "modality", "abbreviation", "date", "year", "text", "flag"),
)
ENUMERATED = ("body", "sector", "party", "modality")
"""Types whose values are few, and the same in every store."""
MODALITIES = ("obligation", "prohibition", "permission", "recommendation", "invitation", "commitment", "declaration")
RESERVED = ("ask", "format", "limit", "offset")
"""What an address says beside the parameters of a question; no parameter has such a name."""
XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question needs to know: its name, the type of its value, and whether it can be left out."""

    name: str
    type: str
    required: bool = False
    default: str | None = None
    help: str = ""
    also: str = ""
    unless: str = ""

    @property
    def variable(self) -> str:
        """The variable of the query that it binds."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class Question:
    """A named question: its head and its query."""

    name: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    example: dict[str, str]
    query: str
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    opens: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Rows of text as one reads them, keys instead of IRIs; ``terms`` has the terms themselves (None: not bound).

    ``notes`` are lines that say what the answer leaves out: editions that are not held, specimens; ``asked`` are the parameters as
    they were understood, defaults included.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    terms: tuple[tuple[Term | None, ...], ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    asked: dict[str, str] = field(default_factory=dict)


# --- the files ------------------------------------------------------------------------------------------------------


def names_of_questions(folder: Path | None = None) -> list[str]:
    """The name of every question, in order; reads no file."""
    return sorted(path.stem for path in (folder or assets.QUERIES).glob("*.rq"))


def all_questions(folder: Path | None = None) -> list[Question]:
    """Every question whose file is sound, by name; ``faults`` names the others."""
    return [read for read, _ in _tried(folder) if read is not None]


def faults(folder: Path | None = None) -> list[str]:
    """What is wrong with the files of questions that cannot be used, a line each."""
    return [fault for _, fault in _tried(folder) if fault]


def _tried(folder: Path | None) -> list[tuple[Question | None, str]]:
    found: list[tuple[Question | None, str]] = []
    for name in names_of_questions(folder):
        try:
            found.append((load(name, folder), ""))
        except RuleError as error:
            found.append((None, str(error)))
    return found


def load(name: str, folder: Path | None = None) -> Question:
    """The question *name*; ``QuestionError`` with the nearest names when there is none."""
    known = names_of_questions(folder)
    if name not in known:
        near = names.nearest(name, known) or f"; there are: {', '.join(known)}"
        raise QuestionError(f"no question is called {name!r}{near}", "unknown-question")
    return _read((folder or assets.QUERIES) / f"{name}.rq")


@cache
def _read(path: Path) -> Question:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        lines = (line.removeprefix("#+").removeprefix(" ") for line in text.splitlines() if line.startswith("#+"))
        head = yaml.safe_load("\n".join(lines))
        if not isinstance(head, dict) or not isinstance(head.get("summary"), str):
            raise ValueError("it needs a line '#+ summary: ...'")
        if unknown := set(head) - {"summary", "description", "parameters", "example", "tags", "lists", "sort", "opens"}:
            raise ValueError(f"unknown entry {min(unknown)!r}")
        parameters = tuple(_parameter(name, said) for name, said in (head.get("parameters") or {}).items())
        example = {str(name): _written(value) for name, value in (head.get("example") or {}).items()}
        more = {name: tuple(head.get(name) or ()) for name in ("tags", "lists", "sort")}
        opens = {column: {name: _written(value) for name, value in said.items()} for column, said in (head.get("opens") or {}).items()}
        if wrong := next((column for column, said in opens.items() if "question" not in said), None):
            raise ValueError(f"the entry opens of {wrong!r} names no question")
        _check_query(text, parameters)
        return Question(path.stem, head["summary"], str(head.get("description") or ""), parameters, example, text, opens=opens, **more)
    except (yaml.YAMLError, QueryError, KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise RuleError(f"{path.name}: the head is wrong: {reason}; see another file of queries/") from error


def _check_query(text: str, parameters: Iterable[Parameter]) -> None:
    """``ValueError`` when a parameter could not be bound because the query does not select its variable."""
    from resograph.safety import check

    if check(text).form != "SELECT":
        raise ValueError("the query of a question is a SELECT")
    named = selected(text)
    for parameter in parameters:
        if named is not None and parameter.variable not in named:
            raise ValueError(f"the parameter {parameter.name!r} is bound as ?{parameter.variable}, so SELECT must name that variable too")


def selected(query: str) -> list[str] | None:
    """The variables that the first SELECT of *query* names, in order; None for "*"."""
    from resograph.safety import tokens

    found: dict[str, None] = {}
    depth, before, begun = 0, "", False
    for token in tokens(query):
        word = token.text.upper()
        if not begun:
            begun = word == "SELECT"
            continue
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("{", "WHERE", "FROM"):
            break
        if depth == 0 and word == "*":
            return None
        if token.kind == "variable" and (depth == 0 or before == "AS"):
            found[token.text[1:]] = None
        before = word
    return list(found)


def _parameter(name: str, said: Mapping[str, Any]) -> Parameter:
    if name in RESERVED:
        raise ValueError(f"no parameter can be called {name!r}: addresses say other things with it")
    if unknown := set(said) - {"type", "required", "default", "help", "also", "unless"}:
        raise ValueError(f"parameter {name!r} has an unknown entry {min(unknown)!r}")
    if said.get("type") not in TYPES:
        raise ValueError(f"parameter {name!r} has type {said.get('type')!r}; there are: {', '.join(TYPES)}")
    default = _written(said["default"]) if "default" in said else None
    words = {entry: str(said.get(entry, "")) for entry in ("help", "also", "unless")}
    return Parameter(name, said["type"], bool(said.get("required", False)), default, **words)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- asking ---------------------------------------------------------------------------------------------------------


def ask(store: Dataset, name: str, params: Mapping[str, str] | None = None, *, base: str = namespaces.BASE) -> Answer:
    """The answer of *store* to the question *name*; ``QuestionError`` when a parameter is missing, unknown or names nothing."""
    question = load(name)
    terms = bind(store, question, params or {}, base=base)
    found = answer(store, question, terms, base=base)
    asked = {one.name: shown(terms[one.variable], base) for one in question.parameters if one.variable in terms}
    return replace(found, notes=tuple(_notes(store, question, terms, base, found)), asked=asked)


def answer(store: Dataset, question: Question, terms: Mapping[str, Term], *, base: str = namespaces.BASE) -> Answer:
    """The rows of *question* with its variables bound to *terms*."""
    import pyoxigraph as ox

    substitutions: Any = {ox.Variable(variable): term for variable, term in terms.items()}
    try:
        found: Any = store.query(question.query, use_default_graph_as_union=True, substitutions=substitutions)
        columns = [variable.value for variable in found.variables if variable.value not in terms]
        rows = [tuple(solution[column] for column in columns) for solution in found]
        columns, rows = _without_free(question, columns, rows)
    except (SyntaxError, ValueError, RuntimeError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise QuestionError(f"{question.name}.rq cannot be answered: {reason}") from error
    for column in reversed([column.replace("-", "_") for column in question.sort]):
        if column in columns:
            place = columns.index(column)
            texts = {row[place]: shown(row[place], base) for row in rows}
            order = {term: in_order(text) for term, text in texts.items()}  # many rows share an edition
            rows.sort(key=lambda row: order[row[place]])
    show = [_sorted_list if column in question.lists else (lambda text: text) for column in columns]
    cells = tuple(tuple(form(shown(term, base)) for form, term in zip(show, row, strict=True)) for row in rows)
    return Answer(tuple(column.replace("_", "-") for column in columns), cells, tuple(rows))


def _without_free(question: Question, columns: list[str], rows: list[tuple[Any, ...]]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """*columns* and *rows* without parameters that were not given and that no row binds."""
    optional = {parameter.variable for parameter in question.parameters}
    kept = [i for i, column in enumerate(columns) if column not in optional or any(row[i] is not None for row in rows)]
    return [columns[i] for i in kept], [tuple(row[i] for i in kept) for row in rows]


def in_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """What *text* is sorted by: of a key only its edition, numbers by their value, so that 9 comes before 11 and 101."""
    with suppress(BadKeyError):
        text = str(Key.parse(text).edition)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in re.split(r"(\d+)", text) if piece)


def shown(term: Term | None, base: str = namespaces.BASE) -> str:
    """A term as a person reads it: a key or slug instead of an IRI, the text of a literal."""
    value = str(getattr(term, "value", term)) if term is not None else ""
    for known in (base, namespaces.RES):
        if value.startswith(known):
            return value[len(known) :]
    if value.startswith(namespaces.VOCABULARY):
        return value.rsplit("/", 1)[-1]
    return value


def _sorted_list(text: str) -> str:
    return " ".join(sorted(text.split()))


def bind(store: Dataset, question: Question, params: Mapping[str, str], *, base: str = namespaces.BASE) -> dict[str, Term]:
    """The variables of *question* and the terms that *params* give them, defaults included."""
    known = {name: parameter.name for parameter in question.parameters for name in (parameter.also, parameter.name) if name}
    given: dict[str, str] = {}
    for spelt, said in params.items():
        name = known.get(spelt.replace("_", "-"), "")
        if not name:
            has = ", ".join(parameter.name for parameter in question.parameters)
            told = f"the question {question.name} has no parameter {spelt!r}; it has{f': {has}' if has else ' none'}"
            raise QuestionError(told, "unknown-parameter", parameter=spelt)
        if name in given:
            raise QuestionError(f"{name} is given twice; give one value", "repeated-parameter", parameter=name)
        given[name] = said.strip()
    one_edition = any(parameter.type == "edition" and given.get(parameter.name) for parameter in question.parameters)
    values = _Values(store, base)
    terms: dict[str, Term] = {}
    for parameter in question.parameters:
        value = given.get(parameter.name) or parameter.default
        if not value and parameter.type == "flag":
            # an edition that is named answers, in force or not, specimen or not
            value = "true" if one_edition and parameter.name in ("all-editions", "specimens") else "false"
        if parameter.required and not (given.get(parameter.name) or given.get(parameter.unless)):
            example = question.example.get(parameter.name)
            needs = f"{parameter.name} or {parameter.unless}" if parameter.unless else parameter.name
            told = f"the question {question.name} needs {needs}" + (f", for example {parameter.name}='{example}'" if example else "")
            raise QuestionError(told, "missing-parameter", parameter=parameter.name)
        if value:
            try:
                terms[parameter.variable] = values.term(parameter.type, value)
            except QuestionError as error:
                error.kind, error.parameter = error.kind or "bad-value", parameter.name
                raise
    return terms


def edition_of(store: Dataset, value: str, *, base: str = namespaces.BASE) -> Key:
    """The edition held that *value* names, of a work its latest; ``QuestionError`` when the store holds none."""
    return Key.parse(shown(_Values(store, base).edition(value), base))


# --- what an answer leaves out --------------------------------------------------------------------------------------

_FEW = 12  # editions that a note names


def _notes(store: Dataset, question: Question, terms: Mapping[str, Term], base: str, found: Answer) -> Iterator[str]:
    """Editions in force at the date that are not held, those of the answer that have a later one, and specimens not asked for."""
    asks = {parameter.name: str(getattr(terms.get(parameter.variable), "value", "")) for parameter in question.parameters}
    if asks.get("all-editions") == "false":
        body = asks.get("body", "").rsplit("/", 1)[-1]
        missing = [key for key in _not_held(store, asks["at"], base) if not body or key.startswith(f"{body}/")]
        if missing:
            yield f"in force then, not held: {_some(missing)}"
        if "edition" in found.columns and "note" not in found.columns:
            answering = {row[found.columns.index("edition")] for row in found.rows}
            if later := _later(store, asks["at"][:4], base, answering):
                yield f"a later edition is known by name and not held: {_some(later)}"
    if asks.get("specimens") == "false" and (shipped := _specimens(store, base)):
        count = f"{len(shipped)} edition{'' if len(shipped) == 1 else 's'}"
        yield f"specimens are left out ({count}); with specimens=true they are counted in"
    if "res:pairs" in question.query and (wordless := _without_words(store)):
        count = f"{wordless} edition{'' if wordless == 1 else 's'}"
        yield f"of {count} the store holds no words, so that their clauses are not compared; build your own copies to put the words in"


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:_FEW]) + (f" and {len(keys) - _FEW} more" if len(keys) > _FEW else "")


def _later(store: Dataset, year: str, base: str, editions: set[str]) -> list[str]:
    """For each work of *editions*, the newest edition until *year* that the store knows, where it holds none so late."""
    newest = {str(Key.parse(key).work): key for key in sorted(editions)}
    found = []
    for work, held in newest.items():
        known = list(store.quads_for_pattern(None, _named(namespaces.RES + "ofWork"), _named(base + work), None))
        keys = {quad.subject.value.removeprefix(base) for quad in known} - {work}  # type: ignore[union-attr]
        last = max((key for key in keys if key[-4:] <= year), default=held)
        if last[-4:] > held[-4:] and held != work:
            found.append(last)
    return sorted(found, key=in_order)


def _specimens(store: Dataset, base: str) -> set[str]:
    """The keys of editions for which a specimen answers."""
    return {edition.removeprefix(base) for edition in _answering_of(store, "specimen")}


def _without_words(store: Dataset) -> int:
    """How many editions facts without words answer for."""
    return len(_answering_of(store, "factsOnly"))


def _answering_of(store: Dataset, mark: str) -> list[str]:
    """The editions for which an expression with that mark answers; one request where the store is a server."""
    query = f"SELECT DISTINCT ?edition {{ ?expression <{namespaces.RES}{mark}> true . ?expression <{namespaces.RES}answersFor> ?edition }}"
    found: Any = store.query(query, use_default_graph_as_union=True)
    return [str(row[0].value) for row in found]


def _not_held(store: Dataset, at: str, base: str) -> list[str]:
    """Of works of which an edition is held: the editions in force on the day *at* that are known by name only, none held being as old."""
    begun, ended = (
        {(quad.subject.value, quad.object.value) for quad in store.quads_for_pattern(None, _named(namespaces.RES + name), None, None)}  # type: ignore[union-attr]
        for name in ("missingFrom", "missingUntil")
    )
    on = {edition for edition, day in begun if day <= at} & {edition for edition, day in ended if at < day}
    return sorted((edition.removeprefix(base) for edition in on), key=in_order)


def suggestions(parameter: Parameter, store: Dataset | None = None, base: str = namespaces.BASE) -> list[str]:
    """Values that *parameter* can have, for completion."""
    if parameter.type == "actor":
        return sorted(set(names.actor_names().values()))
    if parameter.type in ("body", "sector"):
        return sorted(set(names.concepts(parameter.type).values()))
    if parameter.type == "party":
        return names.parties()
    if parameter.type == "abbreviation" and store is not None:
        return sorted(_abbreviations(store))
    if parameter.type in ("edition", "work", "target", "clause", "provision") and store is not None:
        return keys_of(store, "work" if parameter.type == "target" else parameter.type, base)
    return {"modality": list(MODALITIES), "flag": ["true", "false"], "date": ["today"]}.get(parameter.type, [])


# --- values ---------------------------------------------------------------------------------------------------------


def _named(iri: str) -> ox.NamedNode:
    import pyoxigraph as ox

    return ox.NamedNode(iri)


def _literal(text: str, datatype: str) -> ox.Literal:
    import pyoxigraph as ox

    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def a_date(value: str) -> date:
    """The day that *value* says: "2024-10-24", "2024" (its last day), "today"; ``QuestionError`` otherwise."""
    try:
        if value == "today":
            return date.today()
        year, _, day = value.partition("-")
        if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?", value):
            raise ValueError
        return date.fromisoformat(f"{year}-{day or '12-31'}")
    except ValueError as error:
        raise QuestionError(f"no date: {value!r}; write it like 2024-10-24, 2024 or today") from error


def a_body(value: str) -> str:
    """The slug of the body that *value* names; ``QuestionError`` with the nearest names otherwise."""
    return _concept("body", value)


def _concept(kind: str, value: str) -> str:
    known = names.concepts(kind)
    slug = known.get(value.lower())
    if slug is None:
        near = names.nearest(value, known) or f"; there are: {', '.join(sorted(set(known.values())))}"
        raise QuestionError(f"no {kind} is called {value!r}{near}")
    return slug


@dataclass(frozen=True, slots=True)
class _Values:
    """What people type as terms of the store: a method for each type of parameter."""

    store: Dataset
    base: str

    def term(self, type_: str, value: str) -> Term:
        found: Term = getattr(self, type_)(value)
        return found

    def actor(self, value: str) -> Term:
        if value.lower() == "anyone":  # no actor of the vocabulary: the query says what it stands for
            return _named(namespaces.ACTOR + "anyone")
        slug = names.actor(value) or value.lower()
        if number := names.group_number(value):
            groups = [f"itu-{sector}-study-group-{number}" for sector in "trd"]
            met = [group for group in groups if _known(self.store, _named(namespaces.ACTOR + group))]
            if len(met) != 1:
                told = f"{value!r} may be one of several groups; say which: {', '.join(met or groups)}"
                raise QuestionError(told, "ambiguous-value", choices=tuple(met or groups))
            slug = met[0]
        node = _named(namespaces.ACTOR + slug) if re.fullmatch(r"[\w-]+", slug) else None
        if node is None or not (names.actor(slug) or _known(self.store, node)):
            raise QuestionError(f"no actor is called {value!r}{names.nearest(value, names.actor_names())}")
        return node

    def body(self, value: str) -> Term:
        return _named(namespaces.BODY + a_body(value))

    def sector(self, value: str) -> Term:
        return _named(namespaces.SECTOR + _concept("sector", value))

    def party(self, value: str) -> Term:
        """A Sector, or a body outside the Sectors; a body of a Sector is that Sector."""
        kind, slug = names.party(value) or ("", "")
        if not slug:
            near = names.nearest(value, names.parties()) or f"; there are: {', '.join(names.parties())}"
            raise QuestionError(f"no Sector or body is called {value!r}{near}")
        return _named((namespaces.SECTOR if kind == "sector" else namespaces.BODY) + slug)

    def work(self, value: str) -> Term:
        key = _cited("resolution", value, ())
        if not (self._has("ofWork", str(key.work)) or self._has("citedWork", str(key.work))):
            raise QuestionError(_not_there(str(key.work), self._keys("work")))
        if key.part:
            raise QuestionError(f"a resolution is asked for; leave {key.part!r} out")
        return _named(self.base + str(key.work))

    def target(self, value: str) -> Term:
        """What can be cited: a work, one edition of it, a part, a provision."""
        key = _cited("resolution or provision", value, ())
        node = _named(self.base + str(key))
        if key.instrument:
            if not _known(self.store, node):
                known = keys_of(self.store, "provision", self.base)
                raise QuestionError(f"nothing in the store cites {key}{names.nearest(str(key), known)}")
            return node
        if not (self._has("ofWork", str(key.work)) or self._has("citedWork", str(key.work))):
            raise QuestionError(_not_there(str(key.work), self._keys("work")))
        if key.year and not _known(self.store, _named(self.base + str(key.edition))):
            known = sorted(edition for edition in self._editions() if edition.startswith(f"{key.work}/"))
            raise QuestionError(f"the store knows no edition {key.edition}" + (f"; it knows: {', '.join(known)}" if known else ""))
        if key.part and not _known(self.store, node):
            if key.year:
                self._refuse_part(key)
            raise QuestionError(f"nothing in the store cites {key} without a year; give the year of the edition too")
        return node

    def edition(self, value: str) -> Term:
        key = _cited("edition", value, self._keys("edition"))
        if key.part:
            raise QuestionError(f"an edition is asked for; leave {key.part!r} out")
        return _named(self.base + self._edition(key))

    def _edition(self, key: Key) -> str:
        if key.year is None:  # of a work, the latest edition
            work = _named(self.base + str(key.work))
            known = list(self.store.quads_for_pattern(None, _named(namespaces.RES + "ofWork"), work, None))
            own = {quad.subject.value.removeprefix(self.base) for quad in known}  # type: ignore[union-attr]
            if held := [edition for edition in own if self._has("answersFor", edition)]:
                return max(held)
        if not self._has("answersFor", str(key.edition)):
            raise QuestionError(_not_there(str(key.edition), self._keys("edition")))
        return str(key.edition)

    def _has(self, predicate: str, key: str) -> bool:
        """Whether a statement with *predicate* leads to *key*."""
        return _any(self.store, f"?s {_named(namespaces.RES + predicate)} {_named(self.base + key)}")

    def _keys(self, type_: str) -> Iterator[str]:
        """All keys of a type, read from the store only when a fault is explained with the nearest of them."""
        yield from keys_of(self.store, type_, self.base)

    def _editions(self) -> set[str]:
        """Every edition that the store knows, held or by name."""
        found = list(self.store.quads_for_pattern(None, _named(namespaces.RES + "ofWork"), None, None))
        return {quad.subject.value.removeprefix(self.base) for quad in found}  # type: ignore[union-attr]

    def clause(self, value: str) -> Term:
        """A part of an edition, or of a basic instrument, that the store holds."""
        key = _cited("clause", value, ())
        if key.instrument:
            return self._provision(key)
        edition = Key.parse(self._edition(key))
        node = _named(self.base + str(edition.at(key.part)))
        if key.part and not _known(self.store, node):
            self._refuse_part(edition.at(key.part))
        return node

    def provision(self, value: str) -> Term:
        """A provision, an article or chapter, or the whole of a basic instrument that the store holds."""
        key = _cited("provision", value, ())
        if not key.instrument:
            raise QuestionError(f"{value!r} is read as {key}, which is no provision; write it like 'No. 215 of the Convention'")
        return self._provision(key)

    def _provision(self, key: Key) -> Term:
        instrument = Key(instrument=key.instrument)
        if str(instrument) not in keys_of(self.store, "edition", self.base):
            raise QuestionError(f"the store does not hold {instrument}; build a file with its text, then ask again")
        node = _named(self.base + str(key))
        if key.path and not list(self.store.quads_for_pattern(node, _named(namespaces.RES + "part"), None)):
            known = [part for part in keys_of(self.store, "clause", self.base) if part.startswith(f"{instrument}/")]
            raise QuestionError(f"the {key.instrument} that the store holds has no {key.path}{names.nearest(str(key), known)}")
        return node

    def _refuse_part(self, key: Key) -> None:
        edition = f"{key.edition}/"
        parts = [part.removeprefix(edition) for part in keys_of(self.store, "clause", self.base) if part.startswith(edition)]
        raise QuestionError(f"{key.edition} has no part {key.part!r}{names.nearest(key.part, parts)}")

    def abbreviation(self, value: str) -> Term:
        for likely in (value, value.upper()):
            found = self.store.quads_for_pattern(None, _named(namespaces.RES + "abbreviation"), _literal(likely, "string"), None)
            if list(found):
                return _literal(likely, "string")
        same = [one for one in sorted(_abbreviations(self.store)) if one.casefold() == value.casefold()]
        return _literal(same[0] if same else value, "string")

    def modality(self, value: str) -> Term:
        if value.lower() not in MODALITIES:
            raise QuestionError(f"no modality is called {value!r}; there are: {', '.join(MODALITIES)}")
        return _named(namespaces.RES + value.lower())

    def date(self, value: str) -> Term:
        return _literal(a_date(value).isoformat(), "date")

    def year(self, value: str) -> Term:
        if not re.fullmatch(r"[0-9]{4}", value):
            raise QuestionError(f"no year: {value!r}; write it like 2024")
        return _literal(value, "gYear")

    def text(self, value: str) -> Term:
        return _literal(value, "string")

    def flag(self, value: str) -> Term:
        if value.lower() not in _FLAGS:
            raise QuestionError(f"no flag: {value!r}; write true or false")
        return _literal(_FLAGS[value.lower()], "boolean")


_FLAGS = {**dict.fromkeys(("true", "yes", "on", "1"), "true"), **dict.fromkeys(("false", "no", "off", "0"), "false")}
_POINTS_TO = {"edition": ("answersFor",), "work": ("ofWork", "citedWork"), "provision": ("citedProvision",)}


def _cited(what: str, value: str, known: Iterable[str]) -> Key:
    """The key that *value* cites; ``QuestionError`` when it cites nothing, or says more than is understood."""
    key, rest = names.read(value)
    if key is None:
        raise QuestionError(
            f"no {what} is called {value!r}; write it like wtsa/18/2024 or 'WTSA Resolution 18'{names.nearest(value, known)}"
        )
    if rest:
        raise QuestionError(f"{value!r} is read as {key}, but not the words {rest!r}; leave them out")
    return key


def _not_there(key: str, known: Iterable[str]) -> str:
    return f"the store does not hold {key}{names.nearest(key, known)}"


def _abbreviations(store: Dataset) -> set[str]:
    found = list(store.quads_for_pattern(None, _named(namespaces.RES + "abbreviation"), None, None))
    return {str(getattr(quad.object, "value", "")) for quad in found}


def keys_of(store: Dataset, type_: str, base: str) -> list[str]:
    """The keys of the editions and instruments held, the works known, the provisions cited, or the parts ("clause"), in order."""
    if type_ == "clause":
        found = {str(quad.subject) for quad in store.quads_for_pattern(None, _named(namespaces.RES + "part"), None, None)}
    else:
        relations = [_named(namespaces.RES + name) for name in _POINTS_TO[type_]]
        found = {str(quad.object) for relation in relations for quad in store.quads_for_pattern(None, relation, None, None)}
    return sorted(node[1 + len(base) : -1] for node in found if node.startswith(f"<{base}"))


def _known(store: Dataset, node: ox.NamedNode) -> bool:
    """Whether the store says anything of *node*, or with it."""
    return _any(store, f"{node} ?p ?o") or _any(store, f"?s ?p {node}")


def _any(store: Dataset, pattern: str) -> bool:
    """Whether something matches *pattern*; of thousands that do one is read."""
    found: Any = store.query(f"SELECT * {{ {pattern} }} LIMIT 1", use_default_graph_as_union=True)
    return bool(list(found))
