"""The program: its commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as ParseError

from qwentts_cli import __version__
from qwentts_cli.cli.console.output import escape_what_cannot_be_encoded
from qwentts_cli.cli.parser.global_options import Command, GlobalOptions, global_options
from qwentts_cli.cli.parser.lazy_group import LazyGroup
from qwentts_cli.cli.parser.slips import NoCommand, explain_slip, say_it
from qwentts_cli.errors import ExitCode, LocalError, QwenTTSError, UsageError, causes

if TYPE_CHECKING:
    from types import FrameType

    from typer._click import Command as AnyCommand
    from typer._click import Context

PROGRAM = "qwentts"
# What Python and the system's loader say where there is no memory for a thread or for a library.
_NO_ROOM = ("can't start new thread", "failed to map segment")
# Each has a module of its name in this folder; the line is the first of its help. In the order of use.
COMMANDS = {
    "say": "Speak a text: play it, or write it to a file or a pipe.",
    "batch": "Speak many texts, each to a file; run it again to resume.",
    "lint": "Find what may be read wrongly, or costs money for nothing.",
    "voices": "List, show, hear and make voices.",
    "models": "List the models: what each takes and costs, and until when.",
    "doctor": "Check key, server, network, disk and player.",
    "config": "Show and change the settings.",
    "usage": "Show what this machine has spent, in characters and in money.",
    "cache": "Show, prune or clear the audio cache.",
    "completion": "Print the script that makes a shell complete on TAB.",
    "man": "Print the manual page, which man -l - shows.",
    "sandbox": "Serve the same API on 127.0.0.1, free and offline.",
    "help": "Explain a command, or the options that every command takes.",
}


class _Program(LazyGroup):
    package = "qwentts_cli.cli"
    lines = COMMANDS

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        if " " in args[0]:
            raise NoCommand(args[0], say_it(args[0]), ctx)
        command = super().resolve_command(ctx, args)  # until now there was nothing to clean up at a signal
        _end_on_signals()
        return command


app = typer.Typer(
    cls=_Program,
    name=PROGRAM,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    _version: bool = typer.Option(
        False,  # noqa: FBT003 - the library's own order
        "-V",
        "--version",
        is_eager=True,
        callback=_show_version,
        help="Show the version.",
    ),
) -> None:
    """Text in, speech out: the command line of Qwen-TTS.

    $ qwentts say "Hello, world." -v Cherry -o hello.wav
    $ qwentts say "It needs no key." --region sandbox
    """
    global_options(context)


@app.command("version", cls=Command, hidden=True)
def show_version() -> None:
    """Show the version."""
    _show_version(wanted=True)


def run(arguments: list[str]) -> int:
    """Run the program once; gives its exit code."""
    _reopen_closed_streams()
    escape_what_cannot_be_encoded()
    _leave_no_core()
    options = GlobalOptions()
    try:
        command = typer.main.get_command(app)
        code = command.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=options)
        if code == ExitCode.BROKEN_PIPE:
            from qwentts_cli.cli.console.output import discard

            discard(sys.stdout)
        return int(code or 0)
    except QwenTTSError as error:
        return _fail(explain_slip(error, arguments), options)
    except ClickException as error:
        return _fail_parsing(error, options, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPT
    except Exception as error:  # noqa: BLE001 - the last resort, so that nobody ever sees a traceback unasked
        # Python 3.11 hides them so while it makes a class.
        if isinstance(error.__cause__, KeyboardInterrupt | SystemExit):
            raise error.__cause__ from None
        return _fail_internally(error, options, arguments)


def _fail(error: QwenTTSError, options: GlobalOptions) -> int:
    from qwentts_cli.cli.console.output import discard, make_output

    output = make_output(options)
    try:
        output.error(error)
    except BrokenPipeError:
        discard(sys.stdout)
    for cause in causes(error) if options.debug else ():
        output.detail(f"  caused by {type(cause).__name__}: {cause}")
    return error.exit_code


def _fail_parsing(error: ClickException, options: GlobalOptions, arguments: list[str]) -> int:
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return ExitCode.USAGE
    context = error.ctx if isinstance(error, ParseError) else None
    command = context.command_path if context else PROGRAM
    _look_ahead(options, arguments)
    text = " ".join(error.format_message().split()).rstrip(".")
    text = re.sub(r"is not a valid (?:float|int|integer)(?: range)?", "is no number", text)
    hint = f"{getattr(error, 'hint', '')} See '{command} --help'.".lstrip()
    return _fail(UsageError(text, hint=hint), options)


def _fail_internally(error: Exception, options: GlobalOptions, arguments: list[str]) -> int:
    _look_ahead(options, arguments)
    if options.debug:
        import traceback

        from qwentts_cli.cli.console.output import make_output

        for line in "".join(traceback.format_exception(error)).splitlines():
            make_output(options).detail(line)
    return _fail(_explain(error), options)


def _explain(error: Exception) -> QwenTTSError:
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_ROOM):
        what = "there is not enough memory, or no more threads may be started"
        return LocalError(what, hint="Use fewer workers (-j 1), or end other programs.")
    return QwenTTSError("this is a bug in qwentts", hint="Please report it with what --debug shows.")


def _look_ahead(options: GlobalOptions, arguments: list[str]) -> None:
    """A failure before all options were read is shown as those options ask."""
    options.json = options.json or "--json" in arguments
    options.debug = options.debug or "--debug" in arguments


def _reopen_closed_streams() -> None:
    """Started with a stream closed, the next file to be opened would take its place, and get its output."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _leave_no_core() -> None:
    """The key is in the memory that a crash would write to a file."""
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_on_signals() -> None:
    """Leave by an exception from now on, so that everything on the way cleans up after itself."""
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGTERM", _end), ("SIGHUP", _end)):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
