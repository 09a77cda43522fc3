"""Terms in the place of variables, in the text of a query: the protocol has no parameter for them, the engine's own interface has.

``bound`` does for a query that goes to a server what ``substitutions`` of pyoxigraph does inside the process.  It reads the query
by tokens (``safety.tokens``), so that nothing in a string, a comment or an IRI is touched, and writes each term as N-Triples do,
which is SPARQL too: nothing of a value can become syntax.  A variable is left or renamed where the grammar wants one:

    SELECT ?x ...               SELECT (<term> AS ?x) ...    the answer has its column, as inside the process
    { SELECT ?x ?y ... }        { SELECT ?y ... }            outside of it the term stands in its place
    GROUP BY ?x ?y              GROUP BY ?y                  one value makes no groups; alone it becomes ?x__given: no rows make no group
    ORDER BY ?x                 ORDER BY (<term>)
    ... AS ?x, BOUND(?x)        as they are
    VALUES ?x { ... }           VALUES ?x__given { ... } FILTER(?x__given = <term>)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from resograph.safety import Token, tokens

if TYPE_CHECKING:
    import pyoxigraph as ox

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_AFTER_GROUP = ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}")
_AFTER_ORDER = ("LIMIT", "OFFSET", "VALUES", "}")


def bound(query: str, terms: Mapping[str, Term]) -> str:
    """*query* with the variables of *terms* (names without "?") bound; the form and the columns of its answer stay."""
    if not terms:
        return query
    found = list(tokens(query))
    pieces, end = [], 0
    for token, text in zip(found, _texts(found, {name: str(term) for name, term in terms.items()}), strict=True):
        pieces += [query[end : token.at], text]
        end = token.at + len(token.text)
    return "".join([*pieces, query[end:]])


def with_prefixes(query: str, prefixes: Mapping[str, str]) -> str:
    """*query* with those of *prefixes* declared that it may use; what it declares itself counts more."""
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items() if f"{name}:" in query)
    return declared + query


def _texts(found: list[Token], terms: Mapping[str, str]) -> Iterator[str]:
    """What each token of *found* becomes."""
    grouped = {i: text for clause in _clauses(found, "GROUP", _AFTER_GROUP) for i, text in _ungrouped(found, clause, terms)}
    ordered = {
        i: f"({terms[found[i].text[1:]]})"
        for clause in _clauses(found, "ORDER", _AFTER_ORDER)
        for i in clause
        if found[i].text[1:] in terms
    }
    places = {**grouped, **ordered, **_selected(found, terms)}
    closing = _inline_data(found)
    filters = dict[int, list[str]]()
    for i, token in enumerate(found):
        name = token.text[1:] if token.kind == "variable" else ""
        if name not in terms:
            yield token.text + "".join(filters.pop(i, ()))
        elif i in closing:
            filters.setdefault(closing[i], []).append(f" FILTER(?{name}__given = {terms[name]})")
            yield f"?{name}__given"
        elif found[i - 1].text.upper() == "AS" or (found[i - 1].text == "(" and found[i - 2].text.upper() == "BOUND"):
            yield token.text
        else:
            yield places.get(i, terms[name])


def _ungrouped(found: list[Token], clause: list[int], terms: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """The places of variables of *terms* in a GROUP BY, and what each becomes."""
    given = [i for i in clause if found[i].kind == "variable" and found[i].text[1:] in terms]
    for i in given:
        yield i, f"{found[i].text}__given" if len(given) == len(clause) and i == given[0] else ""


def _clauses(found: list[Token], keyword: str, ends: tuple[str, ...]) -> Iterator[list[int]]:
    """The places of the tokens that stand outside of brackets in each clause that begins with *keyword* BY."""
    for start, token in enumerate(found):
        if token.kind != "word" or token.text.upper() != keyword or found[start + 1].text.upper() != "BY":
            continue
        depth, places = 0, []
        for i in range(start + 2, len(found)):
            text = found[i].text.upper()
            if depth == 0 and text in ends:
                break
            depth += (text == "(") - (text == ")")
            if depth == 0:
                places.append(i)
        yield places


def _selected(found: list[Token], terms: Mapping[str, str]) -> dict[int, str]:
    """The places of plain variables of *terms* in the SELECT clauses, and what each becomes."""
    places: dict[int, str] = {}
    outermost = True
    for start, token in enumerate(found):
        if token.kind != "word" or token.text.upper() != "SELECT":
            continue
        depth, rest = 0, 0
        given = list[int]()
        for i in range(start + 1, len(found)):
            text = found[i].text
            if depth == 0 and (text == "{" or text.upper() in ("WHERE", "FROM")):
                break
            depth += (text == "(") - (text == ")")
            if depth == 0 and found[i].kind == "variable" and text[1:] in terms:
                given.append(i)
            elif text.upper() not in ("DISTINCT", "REDUCED"):
                rest += 1
        for i in given:
            name = found[i].text[1:]
            places[i] = f"({terms[name]} AS ?{name})" if outermost else "" if rest or i != given[0] else f"(1 AS ?{name}__given)"
        outermost = False
    return places


def _inline_data(found: list[Token]) -> dict[int, int]:
    """The places of the variables of each VALUES clause, with the place of the token that follows its data."""
    places: dict[int, int] = {}
    for start, token in enumerate(found):
        if token.kind != "word" or token.text.upper() != "VALUES":
            continue
        head = start + 1
        while head < len(found) and found[head].text != "{":
            head += 1
        end = next((i for i in range(head, len(found)) if found[i].text == "}"), len(found) - 1)
        places.update({i: end for i in range(start, head) if found[i].kind == "variable"})
    return places
