"""The command ``resograph``: a module for each subcommand, imported when it is needed.

``main`` is the one place where errors become a line and an exit status: 0 done, 1 done and problems found, 2 the input or the
call was wrong, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from resograph import __version__
from resograph.errors import ResographError

FIRST = ("parse", "build", "query", "sparql", "serve")


class _Commands(click.Group):
    """Every module of this package that does not begin with "_" is a command: its ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        names = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
        return sorted(names, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command


EXAMPLE = """\b
Example:
  resograph build
  resograph query obligations actor="Director of BDT"
"""


@click.command(epilog=EXAMPLE, cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="resograph %(version)s")
def commands() -> None:
    """Resolutions of the International Telecommunication Union as a graph that answers questions."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status; what a person can mend is said in one line on standard error."""
    try:
        status = commands.main(args=arguments, prog_name="resograph", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except ResographError as error:
        return _wrong(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "resograph"
        return _wrong(f"{' '.join(error.format_message().split())} See '{path} --help'.")
    except click.ClickException as error:
        return _wrong(" ".join(error.format_message().split()))
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has left: say no more
        return 0


def _wrong(message: str) -> int:
    click.echo(f"resograph: {message}", err=True)
    return 2


def main() -> None:
    """The entry point."""
    sys.exit(run())
