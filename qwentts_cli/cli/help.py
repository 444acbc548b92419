"""`qwentts help`: the page of a command, or of the options that all commands take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.output import Output
from qwentts_cli.cli.parser.global_options import Group
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Context

GLOBAL_OPTIONS = "options"


def help(  # noqa: A001 - commands are called like their functions
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="A command, such as voices preview, or: options."),
    ] = None,
) -> None:
    """Explain a command, or the options that every command takes.

    $ qwentts help say
    $ qwentts help voices preview
    $ qwentts help options
    """
    root = context.find_root()
    page = _list_global_options(root) if command == [GLOBAL_OPTIONS] else _explain(root, command or [])
    Output().lines([page])


def _explain(root: Context, names: list[str]) -> str:
    found = root
    for name in names:
        found = enter(found, name)
    return found.get_help()


def enter(parent: Context, name: str) -> Context:
    """The context of a command below `parent`, its arguments not looked at.

    Raises:
        UsageError: there are no commands below.
        ParseError: there is none of that name; the message suggests one.
    """
    if not isinstance(parent.command, Group):
        path = parent.command_path
        raise UsageError(
            f"{path} has no commands of its own", hint=f"See 'qwentts help {path.partition(' ')[2]}'."
        )
    command = parent.command.resolve_command(parent, [name])[1]
    if command is None:
        raise UsageError(f"there is no command {name!r}")
    return command.context_class(command, info_name=name, parent=parent, **command.context_settings)


def _list_global_options(root: Context) -> str:
    formatter = root.make_formatter()
    records = [parameter.get_help_record(root) for parameter in root.command.get_params(root)]
    formatter.write_text("These may stand before or after the command:")
    with formatter.section("Global options"):
        formatter.write_dl([record for record in records if record])
    return formatter.getvalue().rstrip("\n")
