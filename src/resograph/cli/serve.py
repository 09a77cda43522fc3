"""``resograph serve``: the endpoint and the pages."""

from __future__ import annotations

import click

from resograph.cli import _options

EXAMPLE = """\b
Example:
  resograph serve --port 8000
"""


@click.command("serve", epilog=EXAMPLE, short_help="Serve the endpoint and the pages.")
@_options.store
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0 takes a free one.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=30.0, show_default=True, metavar="SECONDS",
              help="How long a query may take.")  # fmt: skip
def command(store: str | None, host: str, port: int, timeout: float) -> None:
    """Serve the store: a SPARQL endpoint and pages to read and ask."""
    from resograph.serve import run

    run(store, host=host, port=port, timeout=timeout)
