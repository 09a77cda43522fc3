"""``resograph serve``: the endpoint and the pages."""

from __future__ import annotations

import os
from pathlib import Path

import click

from resograph.cli import _options

EXAMPLE = """\b
Example:
  resograph serve --port 8000
  resograph serve --writable --token-file /run/secrets/token
  resograph serve --timeout 10 --slots 8 --log - --proxy 127.0.0.1
"""
SLOTS = max(4, os.cpu_count() or 1)
NUMBER = click.IntRange(min=1)


SHORTEST = 8
"""Characters of a token."""


@click.command("serve", epilog=EXAMPLE, short_help="Serve the endpoint and the pages.")
@_options.store
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0 takes a free one.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a query may take, its wait included.",
)
@click.option(
    "--slots",
    type=NUMBER,
    default=SLOTS,
    show_default="4, or the number of cores if greater",
    metavar="N",
    help="Queries at once; one client has half of them at most. Pages have half as many besides.",
)
@click.option("--memory", type=click.IntRange(min=200), default=1000, show_default=True, metavar="MB", help="Memory that a query may take.")
@click.option("--max-answer", type=NUMBER, default=1000, show_default=True, metavar="MB", help="Size of an answer.")
@click.option("--max-request", type=NUMBER, default=1000, show_default=True, metavar="KB", help="Size of a request.")
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long requests under way may go on after SIGTERM.",
)
@click.option("--log", metavar="FILE", help="Write a line of JSON for each request to this file; - is standard error.")
@click.option(
    "--proxy",
    multiple=True,
    metavar="ADDRESS",
    help="A reverse proxy (address or network) whose X-Forwarded-For is believed; may be repeated.",
)
@click.option(
    "--federate",
    multiple=True,
    metavar="URL",
    help="Another endpoint that a query may ask (SERVICE <URL>), spelt exactly so; may be repeated.",
)
@click.option(
    "--default-graph",
    type=click.Choice(("union", "own")),
    default="union",
    show_default=True,
    help="What a query sees that names no graph: the union of all graphs, or the graph without a name.",
)
@click.option("--writable", is_flag=True, help="Let who has the token change the store.")
@click.option("--token", metavar="T", help="The token  [default: $RESOGRAPH_TOKEN; this option shows it in the list of processes].")
@click.option("--token-file", metavar="FILE", help="A file with the token in its first line.")
def command(
    store: str | None,
    host: str,
    port: int,
    timeout: float,
    slots: int,
    memory: int,
    max_answer: int,
    max_request: int,
    grace: float,
    log: str | None,
    proxy: tuple[str, ...],
    federate: tuple[str, ...],
    default_graph: str,
    writable: bool,
    token: str | None,
    token_file: str | None,
) -> None:  # fmt: skip
    """Serve the store: a SPARQL endpoint and pages to read and ask."""
    from resograph.serve import run
    from resograph.serve.workers import Limits

    found = _token(token, token_file) if writable else ""
    if (token or token_file) and not writable:
        raise click.UsageError("a token is for writing; add --writable.")
    run(
        store,
        host=host,
        port=port,
        limits=Limits(timeout, slots, max(2, slots // 2), memory, max_answer * 1_000_000),
        body_limit=max_request * 1000,
        grace=grace,
        log=log,
        proxies=proxy,
        services=federate,
        token=found,
        own_default=default_graph == "own",
    )


def _token(token: str | None, file: str | None) -> str:
    """The token from its option, its file or the environment."""
    if token and file:
        raise click.UsageError("give --token or --token-file, not both.")
    if file:
        try:
            token = (Path(file).read_text(encoding="ascii").splitlines() or [""])[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{file}: the token cannot be read ({getattr(error, 'strerror', None) or 'no ASCII text'}).") from error
    found = token or os.environ.get("RESOGRAPH_TOKEN", "")
    if not found:
        raise click.UsageError("--writable needs a token: --token-file FILE, or RESOGRAPH_TOKEN in the environment.")
    if len(found) < SHORTEST or not found.isascii() or not found.isprintable() or " " in found:
        raise click.UsageError(
            f"the token must be {SHORTEST} or more ASCII characters without spaces; make one with 'openssl rand -hex 24'."
        )
    return found
