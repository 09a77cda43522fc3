"""The command ``resograph``: a module for each subcommand, imported when it is needed.

``main`` is the one place where errors become a line and an exit status: 0 done, 1 done and problems found, 2 the input or the
call was wrong, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules

import click

from resograph import __version__
from resograph.errors import ResographError

FIRST = ("parse", "build", "query", "check", "catalogue", "diff", "analyse", "sparql", "serve")


class _Commands(click.Group):
    """Every module of this package that does not begin with "_" is a command: its ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        names = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
        return sorted(names, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(f"No such command {args[0]!r}{f'; did you mean {near[0]}?' if near else '.'}", ctx)
        return super().resolve_command(ctx, args)

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
    except OSError as error:
        status = _wrong(f"{error.filename or 'the output'}: {error.strerror or error}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a full disk is told once
        return status
    except Exception as error:  # a defect of ours is told in one line, too
        if os.environ.get("RESOGRAPH_TRACEBACK"):
            raise
        return _wrong(f"{type(error).__name__}: {error}; this is a defect: report it with what RESOGRAPH_TRACEBACK=1 prints")


def _wrong(message: str) -> int:
    from resograph.cli._output import complain

    complain(message)
    return 2


def main() -> None:
    """The entry point."""
    sys.exit(run())
