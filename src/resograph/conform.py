"""The shapes of the data as plain lookups: a build checks each graph that it makes with them, in a fraction of its own time.

Compiled from ``ontology/shapes/data.ttl`` (which properties a class has, how many, of which kind and class, from which closed list,
in which form) and ``ontology/resolutions.ttl`` (to which class a property belongs).  What takes a query or a choice (sh:sparql,
sh:xone, sh:not, comparisons) is left to pySHACL, which the tests run over the same graphs: ``LEFT`` names it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from resograph import assets, namespaces

if TYPE_CHECKING:
    import pyoxigraph as ox
    from rdflib import Literal, URIRef

    Triple = tuple[URIRef, URIRef, URIRef | Literal]
    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

SH = "http://www.w3.org/ns/shacl#"
RDF_TYPE = namespaces.PREFIXES["rdf"] + "type"
LANG_STRING = namespaces.PREFIXES["rdf"] + "langString"
STRING = namespaces.PREFIXES["xsd"] + "string"
DOMAIN = namespaces.PREFIXES["rdfs"] + "domain"
DEFINED_BY = namespaces.PREFIXES["rdfs"] + "isDefinedBy"

COMPILED = frozenset({"path", "minCount", "maxCount", "datatype", "nodeKind", "class", "in", "pattern", "minLength", "node", "property"})
"""What of SHACL is compiled."""
LEFT = frozenset({"sparql", "or", "xone", "not", "hasValue", "inversePath", "lessThanOrEquals", "maxInclusive", "minInclusive"})
"""What of SHACL stands in the shapes and is left to pySHACL."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for the values of one property of a node; ``kinds`` are datatypes, "IRI" among them for a node."""

    path: str
    least: int = 0
    most: int = 1 << 30
    kinds: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    listed: frozenset[str] | None = None
    forms: tuple[re.Pattern[str], ...] = ()

    def with_(self, other: Rule) -> Rule:
        """Both rules in one: they are about the same property."""
        listed = other.listed if self.listed is None else self.listed if other.listed is None else self.listed & other.listed
        kinds = self.kinds & other.kinds if self.kinds and other.kinds else self.kinds | other.kinds
        forms, classes = tuple(dict.fromkeys((*self.forms, *other.forms))), self.classes | other.classes
        return Rule(self.path, max(self.least, other.least), min(self.most, other.most), kinds, classes, listed, forms)


Rules = dict[str, Rule]
"""The rules of a shape, by property."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The rules by class and, for what is the value of a property, by that property; the domains; the terms that are defined."""

    of_class: Mapping[str, Rules]
    of_object: Mapping[str, Rules]
    domains: Mapping[str, str]
    defined: frozenset[str]
    merged: dict[frozenset[str], tuple[Rule, ...]] = field(default_factory=dict)

    def rules(self, whys: frozenset[str]) -> tuple[Rule, ...]:
        """The rules for a node of these classes (and values of these properties), each property once."""
        found = self.merged.get(whys)
        if found is None:
            together: Rules = {}
            for why in sorted(whys):
                _add(together, (self.of_class.get(why) or self.of_object.get(why) or {}).values())
            found = self.merged[whys] = tuple(together.values())
        return found


# --- compiling --------------------------------------------------------------------------------------------------------

Facts = dict[str, dict[str, list["Term"]]]


@cache
def shapes() -> Shapes:
    """The shapes of the data and the domains of the ontology, compiled."""
    found, terms = _facts(assets.ONTOLOGY / "shapes" / "data.ttl"), _facts(assets.ONTOLOGY / "resolutions.ttl")
    of_class: dict[str, Rules] = defaultdict(dict)
    of_object: dict[str, Rules] = defaultdict(dict)
    for shape in found.values():
        for targets, kind in ((of_class, "targetClass"), (of_object, "targetObjectsOf")):
            for target in _values(shape, kind):
                _add(targets[target], _rules(found, shape))
    domains = {iri: _text(values[0]) for iri, term in terms.items() for values in [term.get(DOMAIN, [])] if values}
    concept = namespaces.PREFIXES["skos"]  # what is said of concepts stands in the vocabularies, not in the graph of a document
    domains = {iri: domain for iri, domain in domains.items() if not domain.startswith(concept)}
    return Shapes(of_class, of_object, domains, frozenset(iri for iri, term in terms.items() if DEFINED_BY in term))


def _facts(path: Path) -> Facts:
    import pyoxigraph as ox

    found: Facts = defaultdict(lambda: defaultdict(list))
    for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        found[str(triple.subject)][triple.predicate.value].append(triple.object)
    return {subject.strip("<>"): values for subject, values in found.items()}


def _text(term: Term) -> str:
    return str(getattr(term, "value", term))


def _key(term: Term) -> str:
    """What *term* is called in ``Facts``."""
    return str(term).strip("<>")


def _values(shape: Mapping[str, list[Term]], name: str) -> list[str]:
    return [_text(term) for term in shape.get(SH + name, [])]


def _add(rules: Rules, more: Iterable[Rule]) -> None:
    for rule in more:
        known = rules.get(rule.path)
        rules[rule.path] = known.with_(rule) if known else rule


def _rules(found: Facts, shape: Mapping[str, list[Term]]) -> Iterator[Rule]:
    """The rules of a node shape and of the shapes that it takes in."""
    if classes := _values(shape, "class"):
        for name in classes:
            yield Rule(RDF_TYPE, classes=frozenset({name}))
    for other in shape.get(SH + "node", []):
        yield from _rules(found, found[_key(other)])
    for term in shape.get(SH + "property", []):
        of_property = found[_key(term)]
        path = _values(of_property, "path")
        if path and path[0].startswith("http"):
            yield replace(_value_rule(found, of_property), path=path[0])


def _value_rule(found: Facts, shape: Mapping[str, list[Term]]) -> Rule:
    """What *shape* asks of a value, and how often."""
    least, most = (int((_values(shape, name) or [default])[0]) for name, default in (("minCount", "0"), ("maxCount", str(1 << 30))))
    kinds = {*_values(shape, "datatype"), *("IRI" for kind in _values(shape, "nodeKind") if kind == SH + "IRI")}
    forms = [re.compile(pattern) for pattern in _values(shape, "pattern")]
    forms += [re.compile(f"(?s).{{{length},}}") for length in _values(shape, "minLength")]
    lists = shape.get(SH + "in", [])
    listed = frozenset(_members(found, lists[0])) if lists else None
    rule = Rule("", least, most, frozenset(kinds), frozenset(_values(shape, "class")), listed, tuple(forms))
    for other in shape.get(SH + "node", []):
        rule = rule.with_(_value_rule(found, found[_key(other)]))
    return rule


def _members(found: Facts, head: Term) -> Iterator[str]:
    rdf = namespaces.PREFIXES["rdf"]
    while (here := found.get(_key(head))) is not None:
        yield _text(here[rdf + "first"][0])
        head = here[rdf + "rest"][0]


# --- checking ---------------------------------------------------------------------------------------------------------


def faults(triples: Iterable[Triple]) -> Iterator[str]:
    """What in the graph of one expression breaks the shapes, a line each; nothing for a sound graph."""
    known = shapes()
    nodes: dict[str, dict[str, list[URIRef | Literal]]] = {}
    classes: dict[str, frozenset[str]] = {}
    whys: dict[str, set[str]] = {}
    plain = str.__str__  # rdflib compares its terms slowly
    for subject, predicate, value in triples:
        me, name = plain(subject), plain(predicate)
        node = nodes.get(me)
        if node is None:
            node = nodes[me] = {}
        values = node.get(name)
        if values is None:
            node[name] = [value]
        else:
            values.append(value)
        if name in known.of_object:
            whys.setdefault(plain(value), set()).add(name)
    for me, node in nodes.items():
        if types := node.get(RDF_TYPE):
            classes[me] = frozenset(map(plain, types))
    domains, defined, nothing = known.domains, known.defined, frozenset[str]()
    for me, node in nodes.items():
        mine = classes.get(me, nothing)
        for name in node:
            domain = domains.get(name)
            if domain is None:
                if name not in defined and name.startswith(namespaces.RES):
                    yield f"{me}: {_short(name)} is not defined"
            elif domain not in mine:
                yield f"{me}: has {_short(name)} and is no {_short(domain)}"
        for rule in known.rules(mine | whys[me] if me in whys else mine):
            values = node.get(rule.path)
            if values is None:
                if rule.least:
                    yield f"{me}: has no {_short(rule.path)}"
            elif rule.path == RDF_TYPE:
                if not rule.classes <= mine:
                    yield f"{me}: is no {', '.join(sorted(map(_short, rule.classes - mine)))}"
            else:
                if len(values) > rule.most and len(set(values)) > rule.most:
                    yield f"{me}: has {len(set(values))} of {_short(rule.path)}, at most {rule.most}"
                for value in values:
                    if wrong := _wrong(rule, value, classes):
                        yield f"{me}: {_short(rule.path)} {wrong}"


def _wrong(rule: Rule, value: URIRef | Literal, classes: Mapping[str, frozenset[str]]) -> str:
    """What is wrong with a value of the property of *rule*; "" for nothing."""
    text = str.__str__(value)
    if rule.kinds and (kind := _kind(value)) not in rule.kinds:
        return f"is {_short(kind)}, not {', '.join(sorted(map(_short, rule.kinds)))}"
    if rule.listed is not None and text not in rule.listed:
        return f"is {_short(text)!r}, which is not in its list"
    if rule.classes and not rule.classes <= classes.get(text, frozenset()):
        return f"leads to {text}, which is no {', '.join(sorted(map(_short, rule.classes)))}"
    for form in rule.forms:
        if not form.search(text):
            return f"is {text[:60]!r}, which has not the form {form.pattern}"
    return ""


def _kind(value: URIRef | Literal) -> str:
    """The datatype of a literal, and of a node "IRI"."""
    language = getattr(value, "language", _NO_LITERAL)
    if language is _NO_LITERAL:
        return "IRI"
    return LANG_STRING if language else str.__str__(getattr(value, "datatype", None) or STRING)


_NO_LITERAL = object()


def _short(iri: str) -> str:
    """*iri* with its prefix."""
    return next((f"{prefix}:{iri[len(whole) :]}" for prefix, whole in namespaces.PREFIXES.items() if iri.startswith(whole)), str(iri))
