"""Look at a SPARQL update before it runs, and give it its dataset: nothing that it says may fetch an address or read a file.

Reading is by the tokens of ``safety.py``, one operation after the other.  An operation must begin with its keyword, spelt as
the grammar spells it; what stands between two ``;`` and is none of the eleven is refused, so that LOAD cannot hide.  LOAD always
fails here, so LOAD SILENT does nothing (SPARQL 1.1 Update, 3.1.4) and never reaches the engine.

The engine takes no dataset for an update, so the graphs that the protocol gives (``using-graph-uri``) are written into each
operation that has a pattern, as SPARQL 1.1 Protocol, 2.2.3, tells; and it reads a prologue at the start only (pyoxigraph 0.5.13
refuses ``CREATE GRAPH <a:b> ; PREFIX x: <...> ...``), so an update with a later one is given to it in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resograph import safety
from resograph.errors import QueryError, RefusedError
from resograph.safety import Token

if TYPE_CHECKING:
    import pyoxigraph as ox

_WITHOUT_PATTERN = ("LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")
_OPENERS = ("(", "[", "{", "{|", "<<")
_CLOSERS = (")", "]", "}", "|}", ">>")
_EXPECTED = "expected INSERT, DELETE, WITH, CLEAR, DROP, CREATE, ADD, MOVE or COPY"
_PIECES = 100
_NAMING = ("GRAPH", "WITH", "INTO", "TO", "ALL", "NAMED", "DEFAULT")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)[^\\]*")  # whole, without escapes, and with no way back (/..)
_GUARD = "CREATE GRAPH <urn:resograph:parsed> ; CREATE GRAPH <urn:resograph:parsed> ; "
"""Operations of which the second always fails: an update that begins with them is parsed whole and changes nothing."""


@dataclass(frozen=True, slots=True)
class Using:
    """The graphs that a request names for the patterns of its operations."""

    graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.graphs or self.named_graphs)

    def clause(self) -> str:
        """As USING clauses; without a default graph of its own an operation sees none, as by USING NAMED alone."""
        return "".join([*(f"USING <{graph}> " for graph in self.graphs), *(f"USING NAMED <{graph}> " for graph in self.named_graphs)])


@dataclass(frozen=True, slots=True)
class _Operation:
    """An operation of an update: its tokens, and where each of its clauses begins (index of the token; -1: there is none)."""

    tokens: tuple[Token, ...]
    is_data: bool = False
    where: int = -1
    own_dataset: bool = False
    is_short: bool = False  # DELETE WHERE { }


UNSPECIFIED = Using()


def read(text: str, dataset: Using = UNSPECIFIED) -> tuple[str, ...]:
    """The pieces of the update *text* for the engine, in order, *dataset* written into them; each piece ends before the next begins.

    ``RefusedError`` where it would fetch something, ``QueryError`` where it is no update, names its own graphs besides
    *dataset*, or is too large or too deep; each says where.
    """
    if len(text) > safety.LONGEST:
        raise QueryError(f"the update is longer than {safety.LONGEST:,} characters; send it in parts, or its data to /graph-store")
    pieces = _read(text, dataset)
    for pairs in (False, True):  # as it would be read if the escapes in it were decoded first
        other = safety.decoded(text, pairs=pairs)
        if other != text and len(_read(other, UNSPECIFIED)) != len(pieces):
            raise QueryError("escapes outside of strings and IRIs; write the characters themselves")
    return pieces


def graphs(text: str) -> set[str] | None:
    """The named graphs that the update *text* may change, by its words alone; None where only its evaluation would tell.

    Every IRI in it counts as one, so that no rule about where a name may stand can be wrong.
    """
    found = list(safety.tokens(text))
    prefixes: dict[str, str] = {}
    start, base = safety.prologue(text, found, prefixes)
    names: set[str] = set()
    for token, after in zip(found[start:], [*found[start + 1 :], None], strict=False):
        upper = token.text.upper()
        if token.kind == "word" and (
            upper in ("BASE", "PREFIX", "ALL", "NAMED") or any(word in upper and word != upper for word in _NAMING)
        ):
            return None
        if upper == "GRAPH" and after is not None and after.kind == "variable":
            return None
        if token.kind in ("iri", "prefixed"):
            name = _name(token, prefixes)
            if base or name is None:
                return None
            names.add(name)
    return names - {""}


def _name(token: Token, prefixes: dict[str, str]) -> str | None:
    """The IRI that *token* is, "" for a blank node; None where that is not plain to see."""
    import pyoxigraph as ox

    if token.kind == "prefixed":
        prefix, _, local = token.text.partition(":")
        if prefix == "_":
            return ""
        iri = prefixes[prefix] + local if prefix in prefixes and not prefix.upper().startswith(_NAMING) else ""
    else:
        iri = token.text[1:-1]
    try:
        return str(ox.NamedNode(iri).value) if _PLAIN.fullmatch(iri) else None
    except ValueError:
        return None


def parse(text: str, store: ox.Store, base: str | None = None) -> None:
    """Let the engine read the piece *text* and do nothing; ``QueryError`` where it is wrong.  *store* is an empty one in memory."""
    found = list(safety.tokens(text))
    start, _ = safety.prologue(text, found, {})
    if start == len(found):
        return
    at = found[start].at
    try:
        store.clear()
        store.update(text[:at] + _GUARD + text[at:], base_iri=base)
    except SyntaxError as error:
        raise QueryError(f"not SPARQL: {safety.explained(_without_guard(error, text, at), text)}") from error
    except (RuntimeError, OSError) as error:
        if "already exists" not in str(error):
            raise


def _without_guard(error: SyntaxError, text: str, at: int) -> SyntaxError:
    """*error* with the column of the text without the guard."""
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)

    def moved(place: re.Match[str]) -> str:
        behind = int(place[1]) == line and int(place[2]) > column + len(_GUARD)
        return f"error at {place[1]}:{int(place[2]) - len(_GUARD) if behind else place[2]}"

    return SyntaxError(re.sub(r"error at (\d+):(\d+)", moved, str(error)))


def _read(text: str, dataset: Using) -> tuple[str, ...]:
    found = list(safety.tokens(text))
    safety.refuse_doubtful(text, found)
    prefixes: dict[str, str] = {}
    pieces: list[str] = []
    given: list[Token] = []
    prologue, operations, base, at, done = "", list[str](), "", 0, 0
    while at < len(found):
        length, new_base = safety.prologue(text, found[at:], prefixes)
        start = at + length
        if length and operations:  # a prologue after the first operation: a new piece
            if len(pieces) >= _PIECES:
                raise safety.refusal(text, found[at], f"more than {_PIECES} prologues; declare the prefixes at the start")
            pieces.append(prologue + " ;\n".join(operations))
            operations = []
        prologue += text[found[at].at : found[start].at if start < len(found) else len(text)] if length else ""
        base = new_base or base
        if start == len(found):
            break
        end = _end(found, start)
        if end == start:
            raise safety.refusal(text, found[start], _EXPECTED)
        operation = _operation(text, found[start:end])
        _refuse_large(text, operation, prefixes, base)
        if not _is_silent_load(operation.tokens):
            operations.append(_written(text, operation, dataset))
            given += operation.tokens
        done += len(operation.tokens)
        at = end + 1
    if not pieces and not dataset and len(given) == done:
        operations, prologue = [text], ""  # as it came, so that errors tell its places
    _refuse_fetching(text, given)  # last: the caller may ask the engine whether it is SPARQL at all, which takes a sound shape
    return (*pieces, prologue + " ;\n".join(operations))


def _end(found: Sequence[Token], start: int) -> int:
    """The index of the ``;`` that ends the operation at *start*, or that of the end."""
    depth = 0
    for i in range(start, len(found)):
        if found[i].kind == "sign":
            depth += (found[i].text in _OPENERS) - (found[i].text in _CLOSERS)
            if found[i].text == ";" and depth <= 0:
                return i
    return len(found)


def _operation(text: str, found: Sequence[Token]) -> _Operation:
    """The operation that the tokens *found* make."""
    tokens = tuple(found)
    outer = [i for i, depth in enumerate(_depths(tokens)) if not depth]
    words = [(i, tokens[i].text.upper()) for i in outer if tokens[i].kind == "word"]
    head = [word for i, word in words if i < 2]
    if not head or tokens[0].kind != "word":
        raise safety.refusal(text, tokens[0], _EXPECTED)
    if head[0] in safety.FORMS:
        raise safety.refusal(text, tokens[0], f"{head[0]} is a query; send it as 'query'")
    if head[0] in _WITHOUT_PATTERN:
        return _Operation(tokens)
    if head in (["INSERT", "DATA"], ["DELETE", "DATA"]):
        return _Operation(tokens, is_data=True)
    if head[0] not in ("INSERT", "DELETE", "WITH"):
        raise safety.refusal(text, tokens[0], _EXPECTED)
    where = next((i for i, word in words if word == "WHERE"), -1)
    if where < 0:
        raise safety.refusal(text, tokens[0], f"{head[0]} without DATA needs a WHERE")
    own = any(word in ("USING", "WITH") for _, word in words)
    return _Operation(tokens, where=where, own_dataset=own, is_short=head == ["DELETE", "WHERE"])


def _depths(tokens: Sequence[Token]) -> list[int]:
    """For each token how many brackets are open around it; a bracket itself is inside."""
    depths, depth = [], 0
    for token in tokens:
        opens = token.kind == "sign" and token.text in _OPENERS
        closes = token.kind == "sign" and token.text in _CLOSERS
        depth += opens
        depths.append(depth)
        depth -= closes
    return depths


def _written(text: str, operation: _Operation, dataset: Using) -> str:
    """The operation as the engine gets it."""
    tokens = operation.tokens
    begin, end = tokens[0].at, tokens[-1].at + len(tokens[-1].text)
    if operation.where < 0 or not dataset:
        return text[begin:end]
    if operation.own_dataset:
        place = next(token for token in tokens if token.kind == "word" and token.text.upper() in ("USING", "WITH"))
        raise safety.refusal(text, place, f"{place.text.upper()} besides using-graph-uri or using-named-graph-uri; keep one of the two")
    where = tokens[operation.where]
    if not operation.is_short:
        return f"{text[begin : where.at]}{dataset.clause()}{text[where.at : end]}"
    pattern = text[where.at + len(where.text) : end]
    return f"DELETE {pattern}\n{dataset.clause()}WHERE {pattern}"


def _is_silent_load(tokens: Sequence[Token]) -> bool:
    """Whether the operation is LOAD SILENT <iri>, or that INTO GRAPH <iri>, and nothing else."""
    shape = [token.text.upper() if token.kind == "word" else "IRI" if token.kind in ("iri", "prefixed") else "" for token in tokens]
    return shape in (["LOAD", "SILENT", "IRI"], ["LOAD", "SILENT", "IRI", "INTO", "GRAPH", "IRI"])


# --- what is refused --------------------------------------------------------------------------------------------------


def _refuse_fetching(text: str, found: list[Token]) -> None:
    for i, token in enumerate(found):
        upper = token.text.upper()
        if (token.kind == "word" and "SERVICE" in upper) or (token.kind in ("prefixed", "language") and safety.hides_service(found, i)):
            raise safety.refusal(text, token, "SERVICE would ask another server; leave it out", RefusedError)
        begins = i == 0 or found[i - 1].text in (";", ">") or found[i - 1].kind == "iri"
        if (token.kind == "word" and "LOAD" in upper) or (token.kind == "prefixed" and upper.startswith("LOAD") and begins):
            raise safety.refusal(text, token, "LOAD would fetch an address or read a file; send the data to /graph-store", RefusedError)


def _refuse_large(text: str, operation: _Operation, prefixes: dict[str, str], base: str) -> None:
    """Refuse what the engine would need too much of its stack or memory for; data makes no tree, whatever its length."""
    tokens = list(operation.tokens)
    safety.refuse_unfolding(text, tokens, 0, prefixes, base)
    if not operation.is_data:
        safety.refuse_tall(text, tokens, 0)
        return
    for token, depth in zip(tokens, _depths(tokens), strict=True):
        if depth > safety.DEEPEST:
            raise safety.refusal(text, token, f"more than {safety.DEEPEST} brackets in one another; give the nodes names")
