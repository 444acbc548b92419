"""The options every command takes, before or after its name, and the commands that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from typer import Exit
from typer.core import TyperCommand, TyperGroup, TyperOption

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


def _format_options(command: TyperCommand | TyperGroup, context: Context, formatter: HelpFormatter) -> None:
    groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": [], "Global options": []}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            groups[_group_of(parameter)].append(record)
    for title, records in groups.items():
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def _group_of(parameter: Parameter) -> str:
    if isinstance(parameter, GlobalOption):
        return "Global options"
    return "Arguments" if parameter.param_type_name == "argument" else "Options"


class Command(TyperCommand):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().__init__(*args, **kwargs)
        self.params += _declare()

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        _format_options(self, ctx, formatter)


class Group(TyperGroup):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().__init__(*args, **kwargs)
        self.params += _declare()

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        _format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def invoke(self, ctx: Context) -> object:
        """Run the command; a reader that has gone is the end of the work, with the code that shells know."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise Exit(ExitCode.BROKEN_PIPE) from None
