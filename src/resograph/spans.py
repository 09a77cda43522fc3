"""Spans: what is in force changes on few days, and between two of them every count and every pair stays.

Each kind of thing that is counted has spans of its own, so that a question meets none but those of its kind; the span without a beginning
is that of all editions held, in force or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rdflib import RDF, Literal, URIRef

from resograph.standing import ALWAYS, NEVER, Held, day
from resograph.terms import RES

if TYPE_CHECKING:
    from resograph.graph import Triple


def days(editions: Iterable[Held]) -> list[str]:
    """The days (ISO) on which something changes, from the beginning of time."""
    return sorted({ALWAYS, *(day for one in editions for day in (one.since, one.until, one.next_named) if day != NEVER)})


def span(kind: str, me: str, since: str) -> URIRef:
    """The span of *kind* that begins on the day *since*; "" for all editions."""
    return URIRef(f"{me}{kind}-from-{since}" if since else f"{me}{kind}-all-editions")


def triples(kind: str, days: Sequence[str], me: str) -> Iterator[Triple]:
    """The spans of *kind*."""
    for since in ["", *days]:
        found = span(kind, me, since)
        yield found, RDF.type, RES.Span
        yield found, RES.spanOf, Literal(kind)
        yield found, RES.spanFrom, day(since or ALWAYS)
        yield found, RES.allEditions, Literal(not since)


def together(kind: str, editions: Sequence[Held], days: Sequence[str], me: str) -> Iterator[URIRef]:
    """The spans in which all of *editions* answer, and that of all editions where there is such a span."""
    since, until = max(one.since for one in editions), min(one.until for one in editions)
    if since < until:
        yield span(kind, me, "")
        for first in days:
            if since <= first < until:
                yield span(kind, me, first)
