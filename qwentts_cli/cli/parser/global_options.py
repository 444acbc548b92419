"""The options every command takes, before or after its name, and the commands that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from typer import Exit
from typer._click import Command as BareCommand
from typer.core import TyperCommand, TyperGroup, TyperOption

from qwentts_cli.cli.parser.help_page import write_help
from qwentts_cli.cli.parser.slips import CarefulParser, make_parser
from qwentts_cli.errors import ExitCode

if TYPE_CHECKING:
    import typer
    from typer._click import Context, HelpFormatter, Parameter


class GlobalOptions(Struct):
    """What the global options of one invocation say; the one nearer to the end of the line wins."""

    profile: str | None = None
    region: str | None = None
    base_url: str | None = None
    api_key_file: str | None = None
    timeout: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    no_color: bool = False


def global_options(context: typer.Context) -> GlobalOptions:
    return context.find_root().ensure_object(GlobalOptions)


class GlobalOption(TyperOption):
    """Its value goes to the invocation's `GlobalOptions` instead of the command's parameters."""


def _remember(context: Context, parameter: Parameter, value: Any) -> None:  # noqa: ANN401 - as the parser gives it
    if value not in (None, False) and parameter.name:
        setattr(context.find_root().ensure_object(GlobalOptions), parameter.name, value)


def _declare() -> list[Parameter]:
    return [
        _value("--profile", "NAME", "Use the settings of this profile."),
        _value(
            "--region",
            "NAME",
            "intl, cn, qwencloud, qianwen, us, hk, eu, jp, or sandbox: a local imitation, free and offline.",
        ),
        _value("--base-url", "URL", "Talk to another server that speaks this API."),
        _value("--api-key-file", "PATH|-", "Read the API key from a file or from stdin."),
        _value("--timeout", "SEC", "Give up on one request after this many seconds."),
        _flag("--json", help="Write one JSON document to stdout, errors included."),
        _flag("-q", "--quiet", help="Show only warnings and errors."),
        _flag("--verbose", help="Show more about what is done."),
        _flag("--debug", help="Show every detail, and tracebacks of bugs."),
        _flag("--no-color", help="Do not use colours."),
    ]


def _value(name: str, metavar: str, help: str) -> GlobalOption:  # noqa: A002 - the library's own name
    return GlobalOption(
        param_decls=[name], metavar=metavar, help=help, type=str, expose_value=False, callback=_remember
    )


def _flag(*names: str, help: str) -> GlobalOption:  # noqa: A002 - the library's own name
    return GlobalOption(
        param_decls=list(names), help=help, is_flag=True, expose_value=False, callback=_remember
    )


def is_global(parameter: Parameter) -> bool:
    """Whether every command takes it."""
    return isinstance(parameter, GlobalOption) or parameter.name == "help"


class _WithGlobalOptions(BareCommand):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().__init__(*args, **kwargs)
        self.params += _declare()

    def make_parser(self, ctx: Context) -> CarefulParser:
        return make_parser(ctx, self.get_params(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        own = [parameter for parameter in self.get_params(ctx) if not is_global(parameter)]
        write_help(self, ctx, formatter, own if ctx.parent else ())
        if isinstance(self, Group):
            self.format_commands(ctx, formatter)
        self.format_epilog(ctx, formatter)
        if ctx.parent:
            formatter.write_paragraph()
            formatter.write_text("The options that every command takes: 'qwentts help options'.")


class Command(_WithGlobalOptions, TyperCommand):
    pass


class Group(_WithGlobalOptions, TyperGroup):
    def invoke(self, ctx: Context) -> object:
        """Run the command; a reader that has gone is the end of the work, with the code that shells know."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise Exit(ExitCode.BROKEN_PIPE) from None
