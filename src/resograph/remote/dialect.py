"""What a query must look like for a server that reads SPARQL differently: the same answer by other words.

Virtuoso 7 takes an operation on an unbound variable for false or empty where SPARQL has an error, so that ``COALESCE`` never
comes to its next argument; and it gives yes and no as the numbers 1 and 0, of which nobody can tell what they were:

    COALESCE(?a = ?b, true)     COALESCE(IF(BOUND(?a) && BOUND(?b), ?a = ?b, ?unbound__), true)
    BIND(?a = ?b AS ?same)      BIND(xsd:boolean(?a = ?b) AS ?same)

Some forms it answers wrongly whatever the words, without saying so; ``beyond`` knows them, so that a copy is asked instead:

    BIND(EXISTS { ... } AS ?x), FILTER(?a || EXISTS { ... })     always true, or "Internal Optimized compiler error"
    { ?a ... } UNION { ?b ... } ... ?a                           a join on ?a loses the rows of the branch that has no ?a
    { ... } UNION { ... } OPTIONAL { ... ?c } ... BOUND(?c)      always true
    OPTIONAL { SELECT ... }                                      rows too few or too many, in some runs of the server and not in others
"""

from __future__ import annotations

from collections.abc import Iterator

from resograph.safety import Token, tokens

_OPERATORS = ("=", "!=", "<", ">", "<=", ">=", "&&", "||", "IN")
_YES_OR_NO = (
    *("BOUND", "EXISTS", "NOT", "CONTAINS", "STRSTARTS", "STRENDS", "REGEX", "LANGMATCHES", "SAMETERM", "ISIRI", "ISURI"),
    *("ISBLANK", "ISLITERAL", "ISNUMERIC", "TRUE", "FALSE", "!"),
)
_HEEDS_UNBOUND = ("COALESCE", "IF", "BOUND", "EXISTS")
_BOOLEAN = "<http://www.w3.org/2001/XMLSchema#boolean>"


def for_virtuoso(query: str) -> str:
    """*query* as Virtuoso 7 answers it like other engines."""
    found = list(tokens(query))
    before: dict[int, str] = {}
    after: dict[int, str] = {}
    for i, token in enumerate(found):
        if token.kind == "word" and token.text.upper() == "COALESCE" and found[i + 1].text == "(":
            for start, end in list(_arguments(found, i + 1))[:-1]:
                names = _operands(found, start, end)
                if names:
                    before[start] = f"IF({' && '.join(f'BOUND({name})' for name in names)}, {before.get(start, '')}"
                    after[end - 1] = after.get(end - 1, "") + ", ?unbound__)"
        elif token.text == "(" and (end := _alias(found, i)) and _is_yes_or_no(found, i + 1, end):
            before[i + 1] = f"{_BOOLEAN}(" + before.get(i + 1, "")
            after[end - 1] = after.get(end - 1, "") + ")"
    pieces, at = list[str](), 0
    for i, token in enumerate(found):
        pieces += [query[at : token.at], before.get(i, ""), token.text, after.get(i, "")]
        at = token.at + len(token.text)
    return "".join([*pieces, query[at:]])


def _closing(found: list[Token], opening: int) -> int:
    """The place of the bracket that closes the one at *opening*."""
    depth = 0
    for i in range(opening, len(found)):
        depth += (found[i].text in ("(", "{")) - (found[i].text in (")", "}"))
        if depth == 0:
            return i
    return len(found) - 1


def _arguments(found: list[Token], opening: int) -> Iterator[tuple[int, int]]:
    """The places of the first token of each argument in the brackets at *opening*, and of that after its last."""
    start, depth = opening + 1, 0
    for i in range(opening + 1, _closing(found, opening) + 1):
        text = found[i].text
        if depth == 0 and text in (",", ")"):
            if i > start:
                yield start, i
            start = i + 1
        depth += (text in ("(", "{")) - (text in (")", "}"))


def _operands(found: list[Token], start: int, end: int) -> list[str]:
    """The variables without which the expression is an error; none for a variable alone, which may be unbound by itself."""
    names: dict[str, None] = {}
    i = start
    while i < end:
        if found[i].kind == "word" and found[i].text.upper() in _HEEDS_UNBOUND and i + 1 < end and found[i + 1].text in ("(", "{"):
            i = _closing(found, i + 1)
        elif found[i].text in ("||", "&&"):  # an error on one side may not count
            return []
        elif found[i].kind == "variable":
            names[found[i].text] = None
        i += 1
    return list(names) if end - start > 1 else []


def _alias(found: list[Token], opening: int) -> int:
    """The place of AS in "(expression AS ?x)"; 0 where the bracket at *opening* is none of these."""
    end = _closing(found, opening)
    return end - 2 if end - 2 > opening and found[end - 2].text.upper() == "AS" and found[end - 1].kind == "variable" else 0


def _is_yes_or_no(found: list[Token], start: int, end: int) -> bool:
    """Whether the expression can only be true or false."""
    word = found[start].text.upper()
    if word in ("COALESCE", "IF") and found[start + 1].text == "(" and _closing(found, start + 1) == end - 1:
        inside = list(_arguments(found, start + 1))[word == "IF" :]
        return all(_is_yes_or_no(found, *span) for span in inside)
    depth = 0
    for i in range(start, end):
        depth += (found[i].text in ("(", "{")) - (found[i].text in (")", "}"))
        if depth == 0 and found[i].text.upper() in _OPERATORS:
            return True
    return word in _YES_OR_NO


def beyond(query: str) -> str:
    """Why Virtuoso 7 cannot answer *query*; "" where it can."""
    found = list(tokens(query))
    words = [token.text.upper() if token.kind in ("word", "sign") else "" for token in found]
    for i in range(len(found)):
        if words[i] == "EXISTS" and words[i - 1 - (words[i - 1] == "NOT")] != "FILTER":
            return "EXISTS inside an expression"
        if words[i] == "OPTIONAL" and words[i + 1 : i + 3] == ["{", "SELECT"]:
            return "a sub-select in OPTIONAL"
        if words[i] != "UNION":
            continue
        if "BOUND" in words:
            return "UNION beside BOUND"
        left, right = _opening(found, i - 1), _closing(found, i + 1)
        sides = [{token.text for token in side if token.kind == "variable"} for side in (found[left:i], found[i:right])]
        outside = {token.text for token in (*found[:left], *found[right:]) if token.kind == "variable"}
        if (sides[0] ^ sides[1]) & outside:
            return "UNION of branches with other variables"
    return ""


def _opening(found: list[Token], closing: int) -> int:
    """The place of the bracket that the one at *closing* closes."""
    depth = 0
    for i in range(closing, -1, -1):
        depth += (found[i].text in (")", "}")) - (found[i].text in ("(", "{"))
        if depth == 0:
            return i
    return 0
