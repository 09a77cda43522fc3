"""Options that several commands share."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

STORE_HELP = "The store: a folder, or the URL of a SPARQL server  [default: $RESOGRAPH_STORE, else the user's data directory]."

store = click.option("--store", metavar="DIR|URL", help=STORE_HELP)
timeout = click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True, metavar="SECONDS",
                       help="How long the answer may take.")  # fmt: skip
base = click.option("--base", metavar="IRI", help="What identifiers begin with.")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End the command with one line when what is inside takes longer; the engine cannot be asked to stop."""

    def end() -> None:
        sys.stderr.write(f"resograph: no answer within {seconds:g} s; narrow the query, or give it longer with --timeout\n")
        sys.stderr.flush()
        os._exit(2)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def base_or_default(given: str | None) -> str:
    """The base of identifiers, ending as the keys need it."""
    from resograph.namespaces import BASE

    if given is None:
        return BASE
    if "://" not in given or any(c in given for c in ' <>"{}|\\^`'):
        raise click.BadParameter(f"{given!r} is no IRI; give one like https://example.org/id/", param_hint="--base")
    return given if given.endswith(("/", "#")) else given + "/"
