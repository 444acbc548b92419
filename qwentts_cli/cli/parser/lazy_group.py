"""A group whose commands are loaded when they are named: every import is paid at each start and each TAB."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand

from qwentts_cli.cli.parser.global_options import Command, Group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click import Command as AnyCommand
    from typer._click import Context


class LazyGroup(Group):
    """Knows of a command its name and the first line of its help, and loads its module when it is run.

    A module has its command under the name of the module, or a group as `app`.
    """

    package: ClassVar[str]
    lines: ClassVar[Mapping[str, str]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().__init__(*args, **kwargs)
        self.commands.update({name: TyperCommand(name, help=line) for name, line in self.lines.items()})

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(self.package, name) if name and name in self.lines else command, rest


def load_command(package: str, name: str) -> AnyCommand:
    """Import a command from its package, and read its parameters."""
    module = import_module(f"{package}.{name}")
    if hasattr(module, "app"):
        return typer.main.get_group(module.app)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, cls=getattr(module, "COMMAND_CLASS", Command))(getattr(module, name))
    return typer.main.get_command(single)
