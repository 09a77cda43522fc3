"""Named questions: the files of queries/, their parameters, and their answers.

A question is one SELECT query whose head says in YAML, on lines that begin with ``#+ ``, what it asks and what it needs:

    #+ summary: What an actor has to do
    #+ parameters:
    #+   actor: {type: actor, required: true, help: "who has to act"}
    #+ example: {actor: Director of TSB}

A parameter is a variable of the query with the same name ("-" becomes "_").  Its value is bound as a term and never pasted into
the text; the engine asks for it to stand in the SELECT line, and the answer leaves its column out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resograph import assets, names, namespaces
from resograph.errors import QuestionError, RuleError

if TYPE_CHECKING:
    import pyoxigraph as ox

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

TYPES = ("actor", "edition", "work", "clause", "body", "sector", "modality", "date", "year", "text", "flag")
MODALITIES = ("obligation", "prohibition", "permission", "recommendation", "invitation", "commitment", "declaration")
XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question needs to know: its name, the type of its value, and whether it can be left out."""

    name: str
    type: str
    required: bool = False
    default: str | None = None
    help: str = ""

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


@dataclass(frozen=True)
class Answer:
    """Rows of text as one reads them, keys instead of IRIs; ``terms`` has the terms themselves (None: not bound)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    terms: tuple[tuple[Term | None, ...], ...] = field(default=(), repr=False)


# --- the files ------------------------------------------------------------------------------------------------------


def names_of_questions(folder: Path | None = None) -> list[str]:
    """The name of every question, in order; reads no file."""
    return sorted(path.stem for path in (folder or assets.QUERIES).glob("*.rq"))


def all_questions(folder: Path | None = None) -> list[Question]:
    """Every question, by name."""
    return [load(name, folder) for name in names_of_questions(folder)]


def load(name: str, folder: Path | None = None) -> Question:
    """The question *name*; ``QuestionError`` with the nearest names when there is none."""
    known = names_of_questions(folder)
    if name not in known:
        near = names.nearest(name, known) or f"; there are: {', '.join(known)}"
        raise QuestionError(f"no question is called {name!r}{near}")
    return _read((folder or assets.QUERIES) / f"{name}.rq")


@cache
def _read(path: Path) -> Question:
    import yaml

    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    try:
        head = yaml.safe_load("\n".join(line.removeprefix("#+").removeprefix(" ") for line in lines if line.startswith("#+")))
        parameters = tuple(_parameter(name, said) for name, said in (head.pop("parameters") or {}).items())
        example = {str(name): _written(value) for name, value in (head.pop("example") or {}).items()}
        tags, lists = tuple(head.pop("tags", ())), tuple(head.pop("lists", ()))
        question = Question(path.stem, head.pop("summary"), head.pop("description"), parameters, example, text, tags, lists)
        if head:
            raise ValueError(f"unknown entry {next(iter(head))!r}")
        return question
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise RuleError(f"{path.name}: the head is wrong ({type(error).__name__}: {reason}); see another file of queries/") from error


def _parameter(name: str, said: Mapping[str, Any]) -> Parameter:
    unknown = set(said) - {"type", "required", "default", "help"}
    if unknown or said["type"] not in TYPES:
        raise ValueError(f"parameter {name!r} has type {said.get('type')!r}" if not unknown else f"{name}: unknown {sorted(unknown)}")
    default = _written(said["default"]) if "default" in said else None
    return Parameter(name, said["type"], bool(said.get("required", False)), default, str(said.get("help", "")))


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- asking ---------------------------------------------------------------------------------------------------------


def ask(store: ox.Store, name: str, params: Mapping[str, str] | None = None, *, base: str = namespaces.BASE) -> Answer:
    """The answer of *store* to the question *name*; ``QuestionError`` when a parameter is missing, unknown or names nothing."""
    question = load(name)
    return answer(store, question, bind(store, question, params or {}, base=base), base=base)


def answer(store: ox.Store, question: Question, terms: Mapping[str, Term], *, base: str = namespaces.BASE) -> Answer:
    """The rows of *question* with its variables bound to *terms*."""
    import pyoxigraph as ox

    substitutions: Any = {ox.Variable(variable): term for variable, term in terms.items()}
    found: Any = store.query(question.query, use_default_graph_as_union=True, substitutions=substitutions)
    columns = [variable.value for variable in found.variables if variable.value not in terms]
    rows = [tuple(solution[column] for column in columns) for solution in found]
    show = [_sorted_list if column in question.lists else (lambda text: text) for column in columns]
    cells = tuple(tuple(form(shown(term, base)) for form, term in zip(show, row, strict=True)) for row in rows)
    return Answer(tuple(column.replace("_", "-") for column in columns), cells, tuple(rows))


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


def bind(store: ox.Store, question: Question, params: Mapping[str, str], *, base: str = namespaces.BASE) -> dict[str, Term]:
    """The variables of *question* and the terms that *params* give them, defaults included."""
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in params:
        if name.replace("_", "-") not in known:
            has = f"; it has: {', '.join(known)}" if known else "; it has none"
            raise QuestionError(f"the question {question.name} has no parameter {name!r}{has}")
    given = {name.replace("_", "-"): value.strip() for name, value in params.items()}
    values = _Values(store, base)
    terms: dict[str, Term] = {}
    for parameter in question.parameters:
        value = given.get(parameter.name) or parameter.default
        if value is None and parameter.type == "flag":
            value = "false"
        if value is None and parameter.required:
            example = question.example.get(parameter.name)
            raise QuestionError(
                f"the question {question.name} needs {parameter.name}" + (f", for example {parameter.name}='{example}'" if example else "")
            )
        if value is not None:
            terms[parameter.variable] = values.term(parameter.type, value)
    return terms


def suggestions(parameter: Parameter, store: ox.Store | None = None, base: str = namespaces.BASE) -> list[str]:
    """Values that *parameter* can have, for completion."""
    if parameter.type == "actor":
        return sorted(set(names.actor_names().values()))
    if parameter.type in ("body", "sector"):
        return sorted(set(names.concepts(parameter.type).values()))
    if parameter.type in ("edition", "work", "clause") and store is not None:
        return keys_of(store, parameter.type, base)
    return {"modality": list(MODALITIES), "flag": ["true", "false"], "date": ["today"]}.get(parameter.type, [])


# --- values ---------------------------------------------------------------------------------------------------------


def _named(iri: str) -> ox.NamedNode:
    import pyoxigraph as ox

    return ox.NamedNode(iri)


def _literal(text: str, datatype: str) -> ox.Literal:
    import pyoxigraph as ox

    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


@dataclass(frozen=True, slots=True)
class _Values:
    """What people type as terms of the store: a method for each type of parameter."""

    store: ox.Store
    base: str

    def term(self, type_: str, value: str) -> Term:
        found: Term = getattr(self, type_)(value)
        return found

    def actor(self, value: str) -> Term:
        slug = names.actor(value) or value.lower()
        node = _named(namespaces.ACTOR + slug) if re.fullmatch(r"[\w-]+", slug) else None
        if node is None or not (slug in names.actor_names() or _known(self.store, node)):
            raise QuestionError(f"no actor is called {value!r}{names.nearest(value, names.actor_names())}")
        return node

    def body(self, value: str) -> Term:
        return self._concept("body", namespaces.BODY, value)

    def sector(self, value: str) -> Term:
        return self._concept("sector", namespaces.SECTOR, value)

    def _concept(self, kind: str, namespace: str, value: str) -> Term:
        known = names.concepts(kind)
        slug = known.get(value.lower())
        if slug is None:
            near = names.nearest(value, known) or f"; there are: {', '.join(sorted(set(known.values())))}"
            raise QuestionError(f"no {kind} is called {value!r}{near}")
        return _named(namespace + slug)

    def work(self, value: str) -> Term:
        key, works = names.cited(value), keys_of(self.store, "work", self.base)
        if key is None or str(key.work) not in works:
            raise QuestionError(_unknown("resolution", value, str(key.work) if key else None, works))
        return _named(self.base + str(key.work))

    def edition(self, value: str) -> Term:
        return _named(self.base + self._edition(value))

    def _edition(self, value: str) -> str:
        key, held = names.cited(value), keys_of(self.store, "edition", self.base)
        if key is not None and key.year is None:  # of a work, the latest edition
            own = [edition for edition in held if re.fullmatch(re.escape(str(key.work)) + r"(/\d{4})?", edition)]
            if own:
                return max(own)
        if key is None or str(key.edition) not in held:
            raise QuestionError(_unknown("edition", value, str(key.edition) if key else None, held))
        return str(key.edition)

    def clause(self, value: str) -> Term:
        key = names.cited(value)
        if key is None:
            raise QuestionError(_unknown("clause", value, None, ()))
        edition = self._edition(str(key.edition))
        node = _named(f"{self.base}{edition}/{key.part}" if key.part else self.base + edition)
        if key.part and not _known(self.store, node):
            known = keys_of(self.store, "clause", self.base)
            parts = [part.removeprefix(f"{edition}/") for part in known if part.startswith(f"{edition}/")]
            raise QuestionError(f"{edition} has no part {key.part!r}{names.nearest(key.part, parts)}")
        return node

    def modality(self, value: str) -> Term:
        if value.lower() not in MODALITIES:
            raise QuestionError(f"no modality is called {value!r}; there are: {', '.join(MODALITIES)}")
        return _named(namespaces.RES + value.lower())

    def date(self, value: str) -> Term:
        try:
            day = date.today() if value == "today" else date.fromisoformat(f"{value}-12-31" if re.fullmatch(r"\d{4}", value) else value)
        except ValueError as error:
            raise QuestionError(f"no date: {value!r}; write it like 2024-10-24, 2024 or today") from error
        return _literal(day.isoformat(), "date")

    def year(self, value: str) -> Term:
        if not re.fullmatch(r"\d{4}", value):
            raise QuestionError(f"no year: {value!r}; write it like 2024")
        return _literal(value, "gYear")

    def text(self, value: str) -> Term:
        return _literal(value, "string")

    def flag(self, value: str) -> Term:
        if value.lower() not in _FLAGS:
            raise QuestionError(f"no flag: {value!r}; write true or false")
        return _literal(_FLAGS[value.lower()], "boolean")


_FLAGS = {**dict.fromkeys(("true", "yes", "on", "1"), "true"), **dict.fromkeys(("false", "no", "off", "0"), "false")}
_POINTS_TO = {"edition": "answersFor", "work": "ofWork"}


def _unknown(what: str, value: str, key: str | None, known: Iterable[str]) -> str:
    if key is None:
        return f"no {what} is called {value!r}; write it like wtsa/18/2024 or 'WTSA Resolution 18'{names.nearest(value, known)}"
    return f"the store does not hold {key}{names.nearest(key, known)}"


def keys_of(store: ox.Store, type_: str, base: str) -> list[str]:
    """The keys of the editions that are held, of the works that are known, or of the parts ("clause"), in order."""
    if type_ == "clause":
        found = {str(quad.subject) for quad in store.quads_for_pattern(None, _named(namespaces.RES + "part"), None, None)}
    else:
        found = {str(quad.object) for quad in store.quads_for_pattern(None, _named(namespaces.RES + _POINTS_TO[type_]), None, None)}
    return sorted(node[1 + len(base) : -1] for node in found if node.startswith(f"<{base}"))


def _known(store: ox.Store, node: ox.NamedNode) -> bool:
    """Whether the store says anything of *node*, or with it."""
    patterns = ((node, None), (None, node))
    return any(next(store.quads_for_pattern(subject, None, value, None), None) is not None for subject, value in patterns)
