r"""Look at a SPARQL query before it runs: nothing that it says may fetch an address, read a file or write.

The engine follows ``SERVICE`` by itself and has no switch against it, so a query with one must be refused before evaluation.
Reading is by tokens, not by words: a keyword in a string, a comment, an IRI or a prefixed name is none.  What the engine
reads differently from the grammar is refused rather than guessed at:

    SERVICE:x { ... }       the engine sees the keyword, the grammar a prefixed name
    :a.b.SERVICE <x> { }    the engine ends the name at the second dot
    ?a<'x>'                 comparison or IRI: only the whole parse could tell
    "\q"                    an unknown escape moves the end of the string
    \u0053ERVICE            SPARQL 1.1 decodes it before parsing, SPARQL 1.2 does not: both readings must pass
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from resograph.errors import QueryError

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")

_CODE = r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_NAME = r"(?:[^\W]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]|[:\u00b7-])"  # a character of a local name
_TOKEN = re.compile(
    rf"""
      (?P<blank>    [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<string>   \"\"\"(?:"{{0,2}}+(?:[^"\\]|\\.))*+\"\"\"  |  '''(?:'{{0,2}}+(?:[^'\\]|\\.))*+'''
                  | "(?:[^"\\\r\n]|\\.)*+"  |  '(?:[^'\\\r\n]|\\.)*+' )
    | (?P<iri>      <(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+> )
    | (?P<variable> [?$]\w++ )
    | (?P<language> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]*+)? )
    | (?P<prefixed> (?:_|[^\W\d_](?:[\w\u00b7-]|\.(?=[\w.\u00b7-]))*+)?:(?:{_NAME}(?:{_NAME}|\.(?=\.*{_NAME}))*+)? )
    | (?P<number>   (?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)? )
    | (?P<word>     [^\W\d]\w*+ )
    | (?P<sign>     <<|>>|\^\^|&&|\|\||[<>!]=|\{{\||\|\}}|. )
    """,
    re.VERBOSE | re.DOTALL,
)
_GOOD_ESCAPE = re.compile(rf"\\[tbnrf\"'\\]|{_ESCAPE}")
_OPERANDS = ("variable", "string", "iri", "prefixed", "number", "language")


class Token(NamedTuple):
    """A piece of a query: what it is, its characters, where it starts."""

    kind: str
    text: str
    at: int


class Checked(NamedTuple):
    """A query that may run: its form, and whether it names its own graphs (then the union of all is not its default)."""

    form: str
    has_dataset: bool


def check(query: str, holds: Callable[[str], bool] | None = None, prefixes: Mapping[str, str] | None = None) -> Checked:
    """The form of *query* when it is safe; ``QueryError`` saying what is refused and where.

    *holds* tells whether the store has a graph of that IRI: only such a graph may stand after FROM.  *prefixes* are those that
    the query may use without declaring them.
    """
    readings = {query: None, _decoded(query, pairs=False): None, _decoded(query, pairs=True): None}
    checked = [_check(reading, holds or (lambda _: False), dict(prefixes or {})) for reading in readings]
    return Checked(checked[0].form, any(reading.has_dataset for reading in checked))


def tokens(query: str) -> Iterator[Token]:
    """The tokens of *query*, blanks and comments left out."""
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup or "sign"
        if kind != "blank":
            yield Token(kind, found.group(), found.start())


def explained(error: Exception, query: str, prefixes: Mapping[str, str] | None = None) -> str:
    """What is wrong with the syntax of *query*, on one line: the engine lists each character that it would have liked instead."""
    first = (str(error).splitlines() or [""])[0]
    found = list(tokens(query))
    known = dict(prefixes or {})
    _prologue(query, found, known)
    used = (token.text.partition(":")[0] for token in found if token.kind == "prefixed")
    unknown = next((prefix for prefix in used if prefix != "_" and prefix not in known), None)
    if unknown is not None and "Prefix not found" in first:
        return f"prefix {unknown}: is not known; declare it with PREFIX {unknown}: <...>"
    told = re.search(r"The SELECT[^,\[]+[^,\[\s]", first)
    place = re.match(r"error at (\d+):(\d+)", first)
    if not place:
        return first
    lines = query.splitlines()[int(place[1]) - 1 : int(place[1])]
    near = "".join(lines)[int(place[2]) - 1 :].split()
    return f"{place[0]}: {told[0]}" if told else f"{place[0]}, at or before {near[0][:40] if near else 'the end of the line'}"


def _check(query: str, holds: Callable[[str], bool], prefixes: dict[str, str]) -> Checked:
    found = list(tokens(query))
    _refuse_doubtful(query, found)
    start, base = _prologue(query, found, prefixes)
    if start == len(found):
        raise QueryError("the query is empty; write one that starts with SELECT, ASK, CONSTRUCT or DESCRIBE")
    first = found[start]
    form = next((form for form in FORMS if first.kind == "word" and first.text.upper().startswith(form)), "")
    if not form and first.kind == "word" and first.text.upper().startswith(UPDATES):
        raise _refusal(query, first, f"{first.text.upper()} is an update; the store is only read here")
    if not form:
        raise _refusal(query, first, "expected SELECT, ASK, CONSTRUCT or DESCRIBE")
    has_dataset = False
    for i in range(start, len(found)):
        token = found[i]
        upper = token.text.upper()
        if (token.kind == "word" and "SERVICE" in upper) or (token.kind in ("prefixed", "language") and _hides_service(found, i)):
            raise _refusal(query, token, "SERVICE would ask another server; leave it out")
        if token.kind == "word" and "LOAD" in upper:
            raise _refusal(query, token, "LOAD would fetch an address or read a file; leave it out")
        if (token.kind == "word" and "FROM" in upper) or (token.kind == "prefixed" and _hides_from(found, start, i, form)):
            has_dataset = True
            _check_graph(query, found, i, prefixes, base, holds)
    return Checked(form, has_dataset)


# --- doubtful spellings ---------------------------------------------------------------------------------------------


def _refuse_doubtful(query: str, found: list[Token]) -> None:
    """Refuse what the engine might cut into other tokens."""
    brackets: list[str] = []
    for i, token in enumerate(found):
        if token.kind in ("string", "iri") and "\\" in token.text and not _sound_escapes(token.text):
            raise _refusal(query, token, "an escape that SPARQL does not know; write the character itself")
        if token.kind == "iri" and _may_be_comparison(found, i, brackets):
            raise _refusal(query, token, "'<' may begin an IRI or be a comparison; put a space after it, or write the IRI in full")
        if token.kind == "sign" and token.text in "([{":
            brackets.append(token.text)
        elif token.kind == "sign" and token.text in ")]}" and brackets:
            brackets.pop()


def _sound_escapes(text: str) -> bool:
    rest = _GOOD_ESCAPE.sub("", text)
    codes = [int(four or eight, 16) for four, eight in re.findall(_CODE, text)]
    return "\\" not in rest and all(code < 0xD800 or 0xDFFF < code < 0x110000 for code in codes)


def _may_be_comparison(found: list[Token], i: int, brackets: list[str]) -> bool:
    """Whether the IRI token *i* could also be "less than" before an expression, with another end for what follows.

    That takes a bracket around it, an operand before it, and inside it a character that opens a string or a comment;
    after "http://" no expression can go on.
    """
    inside = found[i].text[1:-1]
    if not ("'" in inside or "#" in inside or "\\" in inside) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", inside):
        return False
    before = found[i - 1] if i else None
    if before is not None and before.text in ("<", "<<"):
        return True
    return (
        bool(brackets)
        and brackets[-1] == "("
        and before is not None
        and (before.kind in _OPERANDS or before.text == ")" or before.text.lower() in ("true", "false"))
    )


def _hides_service(found: list[Token], i: int) -> bool:
    """Whether the engine could find SERVICE at the start or after a dot of the name *i*: what follows must be a group."""
    token = found[i]
    name = token.text.upper()
    if token.kind == "language":
        return "--" in name and "SERVICE" in name
    if not (name.startswith("SERVICE") or ".SERVICE" in name):
        return False
    before = found[i - 1].text.upper() if i else ""
    if before in ("GRAPH", "FROM", "NAMED"):
        return False
    follow = [(t.kind, t.text) for t in found[i + 1 : i + 4]]
    if follow and follow[0][0] == "word" and follow[0][1].upper() == "SILENT":
        follow = follow[1:]
    if follow and follow[0] == ("sign", "{"):
        return True
    return len(follow) > 1 and ".SERVICE" in name and follow[0][0] in ("iri", "variable", "prefixed") and follow[1] == ("sign", "{")


def _hides_from(found: list[Token], start: int, i: int, form: str) -> bool:
    """Whether the engine could find FROM at the start of the name *i*: outside all brackets, before the pattern."""
    if form == "DESCRIBE" or not found[i].text.upper().startswith("FROM"):
        return False
    return all(token.text not in "([{" for token in found[start:i]) or _closed(found[start:i])


def _closed(found: list[Token]) -> bool:
    depth = 0
    for token in found:
        if token.kind == "sign" and token.text == "{":
            return False
        depth += (token.kind == "sign" and token.text == "(") - (token.kind == "sign" and token.text == ")")
    return depth == 0


# --- the prologue and the graphs of the query -----------------------------------------------------------------------


def _prologue(query: str, found: list[Token], prefixes: dict[str, str]) -> tuple[int, str]:
    """Where the query form stands, and the base; what the query declares is put into *prefixes*."""
    base, i = "", 0
    while i < len(found) and found[i].kind == "word" and found[i].text.upper() in ("BASE", "PREFIX", "VERSION"):
        word = found[i].text.upper()
        if word == "PREFIX" and [t.kind for t in found[i + 1 : i + 3]] == ["prefixed", "iri"]:
            prefixes[found[i + 1].text.removesuffix(":")] = _absolute(found[i + 2].text, base)
            i += 3
        elif word == "BASE" and i + 1 < len(found) and found[i + 1].kind == "iri":
            base = _absolute(found[i + 1].text, base)
            i += 2
        elif word == "VERSION":
            i += 2
        else:
            raise _refusal(query, found[i], f"{word} is not followed by what it declares")
    return i, base


def _check_graph(query: str, found: list[Token], i: int, prefixes: dict[str, str], base: str, holds: Callable[[str], bool]) -> None:
    """Refuse FROM and FROM NAMED of anything but a graph of the store."""
    token, after = found[i], i + 1
    if after < len(found) and token.text.upper() == "FROM" and found[after].text.upper() == "NAMED":
        after += 1
    target = found[after] if after < len(found) else None
    iri = None
    if token.text.upper() in ("FROM", "FROMNAMED") and target is not None:
        iri = _absolute(target.text, base) if target.kind == "iri" else _expanded(target, prefixes)
    if iri is None or target is None:
        raise _refusal(query, token, "FROM must be followed by a space and the IRI of a graph of the store")
    if not holds(iri):
        raise _refusal(query, target, f"FROM {iri[:200]}: the store holds no such graph, and nothing is fetched")


def _expanded(token: Token, prefixes: dict[str, str]) -> str | None:
    prefix, colon, local = token.text.partition(":")
    if token.kind != "prefixed" or not colon or prefix not in prefixes:
        return None
    return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _absolute(iri: str, base: str) -> str:
    plain = _decoded(iri[1:-1], pairs=False)
    return urljoin(base, plain) if base else plain


# --- what all use ----------------------------------------------------------------------------------------------------


def _decoded(text: str, *, pairs: bool) -> str:
    r"""*text* with its \u escapes decoded; with *pairs*, a doubled backslash is no escape."""
    pattern = rf"\\\\|{_CODE}" if pairs else _CODE

    def character(found: re.Match[str]) -> str:
        code = int(found[1] or found[2] or "110000", 16)
        return chr(code) if code < 0x110000 else found.group()

    return re.sub(pattern, character, text)


def _refusal(query: str, token: Token, what: str) -> QueryError:
    line = query.count("\n", 0, token.at) + 1
    column = token.at - (query.rfind("\n", 0, token.at) + 1) + 1
    return QueryError(f"line {line}, column {column}: {what}")
