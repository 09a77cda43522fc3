r"""Look at a SPARQL query before it runs: nothing that it says may fetch an address, read a file or write.

The engine follows ``SERVICE`` by itself and has no switch against it, so a query with one must be refused before evaluation.
Reading is by tokens, not by words: a keyword in a string, a comment, an IRI or a prefixed name is none.  What the engine
reads differently from the grammar is refused rather than guessed at:

    SERVICE:x { ... }       the engine sees the keyword, the grammar a prefixed name
    :a.b.SERVICE <x> { }    the engine ends the name at the second dot
    ?a<'x>'                 comparison or IRI: only the whole parse could tell
    "\q"                    an unknown escape moves the end of the string
    \u0053ERVICE            SPARQL 1.1 decodes it before parsing, SPARQL 1.2 does not: both readings must pass

The engine parses and evaluates by recursion, and a stack that overflows ends the process.  A query is therefore also refused
for its shape: brackets inside brackets, and chains of operators, which become trees that are as deep as the chain is long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from resograph.errors import QueryError, RefusedError

LONGEST = 1_000_000
"""Characters of a query."""
DEEPEST = 100
"""Brackets inside one another."""
TALLEST = 500
"""The way from the root of the query to its deepest leaf: an operator or a statement counts 1, a bracket ``BRACKET``.

One step takes at most 3.3 kB of the stack (BIND or MINUS after one another; pyoxigraph 0.5), so that 500 take a fifth of 8 MB.
"""
BRACKET = 4
UNFOLDED = 32_000_000
"""Characters that the prefixes and the base may add to the query."""

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")

_CODE = r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_NAME = r"(?:[^\W]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]|[:\u00b7-])"  # a character of a local name
_RUN = r"[^\W\d_](?:[\w\u00b7-]|\.(?=[\w.\u00b7-]))*+"  # what a prefix may be: it is one only before a colon
_PREFIXED = rf"(?:_|{_RUN})?:(?:{_NAME}(?:{_NAME}|\.++(?={_NAME}))*+)?"


def _pattern(prefixed: str) -> re.Pattern[str]:
    """The tokens; reading any text takes time in proportion to its length.

    A quote without an end is looked for at most once a line (once a text, if threefold), as "\\'" outside of strings is one sign.
    """
    return re.compile(
        rf"""
          (?P<blank>    [ \t\r\n]++ | \#[^\r\n]*+ )
        | (?P<string>   \"\"\"(?:"{{0,2}}+(?:[^"\\]|\\.))*+\"\"\"  |  '''(?:'{{0,2}}+(?:[^'\\]|\\.))*+'''
                      | "(?:[^"\\\r\n]|\\.)*+"  |  '(?:[^'\\\r\n]|\\.)*+' )
        | (?P<iri>      <(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*+> )
        | (?P<variable> [?$]\w++ )
        | (?P<language> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]*+)? )
        | (?P<prefixed> {prefixed} )
        | (?P<number>   (?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)? )
        | (?P<word>     [^\W\d]\w*+ )
        | (?P<sign>     <<|>>|\^\^|&&|\|\||[<>!]=|\{{\||\|\}}|\\["'\\]|. )
        """,
        re.VERBOSE | re.DOTALL,
    )


_TOKEN = _pattern(_PREFIXED)
_TOKEN_IN_RUN = _pattern("(?!)")
_NO_PREFIX = re.compile(_RUN)
_GOOD_ESCAPE = re.compile(rf"\\[tbnrf\"'\\]|{_ESCAPE}")
_OPERANDS = ("variable", "string", "iri", "prefixed", "number", "language")
_OPENERS = {")": "(", "]": "[", "}": "{", "|}": "{|", ">>": "<<"}
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")


class Token(NamedTuple):
    """A piece of a query: what it is, its characters, where it starts."""

    kind: str
    text: str
    at: int


class Checked(NamedTuple):
    """A query that may run: its form, and whether it names its own graphs (then the union of all is not its default)."""

    form: str
    has_dataset: bool


def check(
    query: str,
    holds: Callable[[str], bool] | None = None,
    prefixes: Mapping[str, str] | None = None,
    services: Collection[str] = (),
) -> Checked:
    """The form of *query* when it is safe; ``QueryError`` saying what is refused and where.

    *holds* tells whether the store has a graph of that IRI: only such a graph may stand after FROM.  *prefixes* are those that
    the query may use without declaring them.  *services* are the addresses that may stand after SERVICE, each spelt as here; the
    engine follows no redirection from there.
    """
    if len(query) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST:,} characters; shorten it")
    readings = {query: None, decoded(query, pairs=False): None, decoded(query, pairs=True): None}
    checked = [_check(reading, holds or (lambda _: False), dict(prefixes or {}), services) for reading in readings]
    return Checked(checked[0].form, any(reading.has_dataset for reading in checked))


def tokens(query: str) -> Iterator[Token]:
    """The tokens of *query*, blanks and comments left out."""
    at = end_of_run = 0
    while at < len(query):
        found = (_TOKEN_IN_RUN if at < end_of_run else _TOKEN).match(query, at)
        assert found
        kind = found.lastgroup or "sign"
        if kind == "word" and at >= end_of_run and (run := _NO_PREFIX.match(query, at)):
            end_of_run = run.end()  # no colon there: none of its words begins a prefixed name
        if kind != "blank":
            yield Token(kind, found.group(), at)
        at = found.end()


def is_query(query: str) -> bool:
    """Whether the engine's parser takes *query*, whose shape has been found sound; it is not evaluated and nothing is fetched.

    The value of a variable that the query does not have makes the engine refuse it after parsing and before evaluation.
    """
    import pyoxigraph as ox

    absent = "absent"
    while absent in query:
        absent += "_"
    try:
        ox.Store().query(query, base_iri="http://base.invalid/", substitutions={ox.Variable(absent): ox.Literal("")})
    except SyntaxError:
        return False
    except (RuntimeError, ValueError):
        return True
    return True


def explained(error: Exception, query: str, prefixes: Mapping[str, str] | None = None) -> str:
    """What is wrong with the syntax of *query*, on one line: the engine lists each character that it would have liked instead."""
    first = (str(error).splitlines() or [""])[0]
    found = list(tokens(query))
    known = dict(prefixes or {})
    prologue(query, found, known)
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


def _check(query: str, holds: Callable[[str], bool], prefixes: dict[str, str], services: Collection[str]) -> Checked:
    found = list(tokens(query))
    refuse_doubtful(query, found)
    start, base = prologue(query, found, prefixes)
    refuse_tall(query, found, start)
    refuse_unfolding(query, found, start, prefixes, base)
    if start == len(found):
        raise QueryError("the query is empty; write one that starts with SELECT, ASK, CONSTRUCT or DESCRIBE")
    first = found[start]
    form = next((form for form in FORMS if first.kind == "word" and first.text.upper().startswith(form)), "")
    if not form and first.kind == "word" and first.text.upper().startswith(UPDATES):
        raise refusal(query, first, f"{first.text[:20].upper()} is an update; the store is only read here")
    if not form:
        raise refusal(query, first, "expected SELECT, ASK, CONSTRUCT or DESCRIBE")
    has_dataset = False
    brackets = curly = False
    depth = 0
    for i in range(start, len(found)):
        token = found[i]
        outside = not brackets or (not curly and depth == 0)  # of all brackets, before the pattern
        if token.kind == "sign":
            brackets |= token.text in "([{"
            curly |= token.text == "{"
            depth += (token.text == "(") - (token.text == ")")
        upper = token.text.upper()
        if upper == "SERVICE" and services and _is_allowed(found[i + 1 : i + 4], services):
            continue
        if (token.kind == "word" and "SERVICE" in upper) or (token.kind in ("prefixed", "language") and hides_service(found, i)):
            raise refusal(query, token, "SERVICE would ask another server; leave it out", RefusedError)
        if token.kind == "word" and "LOAD" in upper:
            raise refusal(query, token, "LOAD would fetch an address or read a file; leave it out", RefusedError)
        if (token.kind == "word" and "FROM" in upper) or (token.kind == "prefixed" and outside and _hides_from(token, form)):
            has_dataset = True
            _check_graph(query, found, i, prefixes, base, holds)
    return Checked(form, has_dataset)


# --- doubtful spellings ---------------------------------------------------------------------------------------------


def refuse_doubtful(query: str, found: list[Token]) -> None:
    """Refuse what the engine might cut into other tokens."""
    brackets: list[str] = []
    for i, token in enumerate(found):
        if token.kind in ("string", "iri") and "\\" in token.text and not _sound_escapes(token.text):
            raise refusal(query, token, "an escape that SPARQL does not know; write the character itself")
        if token.kind == "iri" and _may_be_comparison(found, i, brackets):
            raise refusal(query, token, "'<' may begin an IRI or be a comparison; put a space after it, or write the IRI in full")
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


def hides_service(found: list[Token], i: int) -> bool:
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


def _is_allowed(follow: list[Token], services: Collection[str]) -> bool:
    """Whether after SERVICE comes one of *services* itself, written out, and its group."""
    if follow and _is_word(follow[0], "SILENT"):
        follow = follow[1:]
    return len(follow) > 1 and follow[0].kind == "iri" and follow[0].text[1:-1] in services and follow[1].text == "{"


def _hides_from(token: Token, form: str) -> bool:
    """Whether the engine could find FROM at the start of the name *token*, which stands where FROM may stand."""
    return form != "DESCRIBE" and token.text.upper().startswith("FROM")


# --- the shape ------------------------------------------------------------------------------------------------------


class _Bracket:
    """An open bracket, or the whole query: the operators and statements in it, and the tallest of the brackets in it."""

    __slots__ = ("inner", "is_data", "own", "sign")

    def __init__(self, sign: str, *, is_data: bool = False) -> None:
        self.sign = sign
        self.is_data = is_data
        self.own = self.inner = 0


def refuse_tall(query: str, found: list[Token], start: int) -> None:
    """Refuse what the engine would need too much of its stack for."""
    open_: list[_Bracket] = [_Bracket("")]
    nothing = (Token("sign", "", 0),) * 2
    before = inside = nothing  # the last two tokens, of the query and of the IRI that is being read
    values = False  # the last bracket that closed held the variables of VALUES

    def close(place: Token) -> None:
        closed = open_.pop()
        open_[-1].inner = max(open_[-1].inner, BRACKET + closed.own + closed.inner)
        if open_[-1].own + open_[-1].inner > TALLEST:
            raise refusal(query, place, f"too many operators and brackets in one another (more than {TALLEST}); split the query")

    for token, place, floor in _with_insides(found[start:], open_):
        text = token.text if token.kind == "sign" else ""
        top = open_[-1]
        if token is place:
            inside = nothing
        last = before if token is place else inside
        if text in _OPENERS:
            if any(bracket.sign == _OPENERS[text] for bracket in open_[floor:]):
                while open_[-1].sign != _OPENERS[text]:
                    close(place)
                values = open_[-1].sign == "(" and open_[-1].is_data
                close(place)
        else:
            top.own += _steps(token, last, top)
            if top.own + top.inner > TALLEST:
                raise refusal(query, place, f"a chain of more than {TALLEST} operators or statements; split the query, or use VALUES or IN")
        if text in _OPENERS.values():
            if len(open_) > DEEPEST:
                raise refusal(query, place, f"more than {DEEPEST} brackets in one another; split the query")
            of_values = _is_word(last[1], "VALUES")  # the variables, then the rows
            rows = (values and last[1].text == ")") or (last[1].kind == "variable" and _is_word(last[0], "VALUES"))
            open_.append(_Bracket(text, is_data=(text == "(" and of_values) or (text == "{" and rows)))
        if token is place:
            before = (last[1], token)
        else:
            inside = (last[1], token)
    while len(open_) > 1:
        close(found[-1])


def _with_insides(found: list[Token], open_: list[_Bracket]) -> Iterator[tuple[Token, Token, int]]:
    """The tokens, each with the one that stands in the query and the bracket that it may close first.

    An IRI is followed by what is in it: the engine also tries to read "<" as a comparison, until it fails.  After "http://" it
    has failed.
    """
    for token in found:
        yield token, token, 1
        if token.kind == "iri" and not re.match(r"[A-Za-z][A-Za-z0-9]*+://", token.text[1:]):
            floor = len(open_)
            for inner in tokens(token.text[1:-1]):
                yield inner, token, floor


def _steps(token: Token, before: tuple[Token, ...], top: _Bracket) -> int:
    """How much taller *token*, after the two *before*, makes what is in the bracket *top*."""
    last = before[1]
    if top.is_data:
        return 0
    operand = token.kind in _OPERANDS[:-1] or _is_word(token, "TRUE", "FALSE")
    opens = token.kind == "sign" and token.text in _OPENERS.values()
    if (
        top.sign in ("(", "")
        and (operand or opens)
        and (last.kind in _OPERANDS or last.text in _OPENERS or _is_word(last, "TRUE", "FALSE"))
    ):
        return 1  # members of a list, what is described, "(1 AS ?a) (2 AS ?b)"
    if opens:
        return int(top.sign != "(")  # UNION { }, FILTER ( ), and so on
    if token.kind == "prefixed":
        return max(0, token.text.count(".") - 1)  # the engine ends the name at the second dot
    if token.kind == "number":
        signed = last.text in ("+", "-") and before[0].text in ("(", ",")  # a sign of this number, no operator
        return token.text.endswith(".") - signed
    if token.kind != "sign" or token.text in _COMPARISONS:
        return 0
    if token.text == "^^" and last.kind == "string":
        return 0
    return int(not (token.text == "," and top.sign == "("))


def _is_word(token: Token, *words: str) -> bool:
    return token.kind == "word" and token.text.upper() in words


def refuse_unfolding(query: str, found: list[Token], start: int, prefixes: dict[str, str], base: str) -> None:
    """Refuse names that would fill the memory once their prefixes and the base are put before them."""
    total = 0
    for token in found[start:]:
        if token.kind == "prefixed":
            total += len(prefixes.get(token.text.partition(":")[0], ""))
        elif token.kind == "iri":
            total += len(base)
        if total > UNFOLDED:
            raise refusal(query, token, "the prefixes or the base are too long for so many names; shorten them")


# --- the prologue and the graphs of the query -----------------------------------------------------------------------


def prologue(query: str, found: list[Token], prefixes: dict[str, str]) -> tuple[int, str]:
    """Where the query form stands, and the base; what the query declares is put into *prefixes*."""
    base, i, unfolded = "", 0, 0
    while i < len(found) and found[i].kind == "word" and found[i].text.upper() in ("BASE", "PREFIX", "VERSION"):
        word = found[i].text.upper()
        unfolded += len(base)
        if unfolded > UNFOLDED:
            raise refusal(query, found[i], "the base is too long for so many declarations; shorten it")
        if word == "PREFIX" and [t.kind for t in found[i + 1 : i + 3]] == ["prefixed", "iri"]:
            prefixes[found[i + 1].text.removesuffix(":")] = _absolute(found[i + 2].text, base)
            i += 3
        elif word == "BASE" and i + 1 < len(found) and found[i + 1].kind == "iri":
            base = _absolute(found[i + 1].text, base)
            i += 2
        elif word == "VERSION" and i + 1 < len(found):
            i += 2
        else:
            raise refusal(query, found[i], f"{word} is not followed by what it declares")
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
        raise refusal(query, token, "FROM must be followed by a space and the IRI of a graph of the store")
    if not holds(iri):
        raise refusal(query, target, f"FROM {iri[:200]}: the store holds no such graph, and nothing is fetched", RefusedError)


def _expanded(token: Token, prefixes: dict[str, str]) -> str | None:
    prefix, colon, local = token.text.partition(":")
    if token.kind != "prefixed" or not colon or prefix not in prefixes:
        return None
    return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _absolute(iri: str, base: str) -> str:
    plain = decoded(iri[1:-1], pairs=False)
    return urljoin(base, plain) if base else plain


# --- what all use ----------------------------------------------------------------------------------------------------


def decoded(text: str, *, pairs: bool) -> str:
    r"""*text* with its \u escapes decoded; with *pairs*, a doubled backslash is no escape."""
    pattern = rf"\\\\|{_CODE}" if pairs else _CODE

    def character(found: re.Match[str]) -> str:
        code = int(found[1] or found[2] or "110000", 16)
        return chr(code) if code < 0x110000 else found.group()

    return re.sub(pattern, character, text)


def refusal(query: str, token: Token, what: str, kind: type[QueryError] = QueryError) -> QueryError:
    """The error that says *what* is wrong at the place of *token*."""
    line = query.count("\n", 0, token.at) + 1
    column = token.at - (query.rfind("\n", 0, token.at) + 1) + 1
    return kind(f"line {line}, column {column}: {what}")
