"""Options that several commands share."""

from __future__ import annotations

import click

STORE_HELP = "The folder of the store  [default: $RESOGRAPH_STORE, else the user's data directory]."

store = click.option("--store", metavar="DIR", help=STORE_HELP)
base = click.option("--base", metavar="IRI", help="What identifiers begin with.")


def base_or_default(given: str | None) -> str:
    """The base of identifiers, ending as the keys need it."""
    from resograph.namespaces import BASE

    if given is None:
        return BASE
    if "://" not in given or any(c in given for c in ' <>"{}|\\^`'):
        raise click.BadParameter(f"{given!r} is no IRI; give one like https://example.org/id/", param_hint="--base")
    return given if given.endswith(("/", "#")) else given + "/"
