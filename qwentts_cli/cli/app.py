"""The program: its commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.exceptions import UsageError as ParseError

from qwentts_cli import __version__
from qwentts_cli.cli import batch, cache, config, sandbox, say, usage, voices
from qwentts_cli.cli.invocation import make_output
from qwentts_cli.cli.options import Command, GlobalOptions, Group, global_options
from qwentts_cli.cli.safe_text import redact
from qwentts_cli.errors import ExitCode, QwenTTSError, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from qwentts_cli.cli.output import Output

PROGRAM = "qwentts"

app = typer.Typer(
    cls=Group,
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
        False, "-V", "--version", is_eager=True, callback=_show_version, help="Show the version."
    ),
) -> None:
    """Text in, speech out: the command line of Qwen-TTS."""
    global_options(context)


app.command(cls=Command)(say.say)
app.command(cls=Command)(batch.batch)
app.add_typer(voices.app, name="voices")
app.add_typer(config.app, name="config")
app.add_typer(cache.app, name="cache")
app.command(cls=Command)(usage.usage)
app.command(cls=Command)(sandbox.sandbox)


def run(arguments: list[str]) -> int:
    """Run the program once; gives its exit code."""
    _reopen_closed_streams()
    _end_on_signals()
    options = GlobalOptions()
    try:
        command = typer.main.get_command(app)
        code = command.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=options)
        if code == ExitCode.BROKEN_PIPE:
            _discard_stdout()
        return int(code or 0)
    except QwenTTSError as error:
        return _fail(make_output(options), error)
    except ClickException as error:
        return _fail_parsing(error, options, arguments)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPT
    except Exception as error:  # noqa: BLE001 - the last resort, so that nobody ever sees a traceback unasked
        return _fail_internally(error, options)


def _fail(output: Output, error: QwenTTSError) -> int:
    try:
        output.error(error)
    except BrokenPipeError:
        _discard_stdout()
    except QwenTTSError:  # stdout itself is what failed; stderr has the message
        pass
    return error.exit_code


def _fail_parsing(error: ClickException, options: GlobalOptions, arguments: list[str]) -> int:
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return ExitCode.USAGE
    context = error.ctx if isinstance(error, ParseError) else None
    command = context.command_path if context else PROGRAM
    options.json = options.json or "--json" in arguments
    text = error.format_message().strip().rstrip(".")
    return _fail(make_output(options), UsageError(text, hint=f"See '{command} --help'."))


def _fail_internally(error: Exception, options: GlobalOptions) -> int:
    if options.debug:
        import traceback

        lines = traceback.format_exception(error)
        sys.stderr.write(redact("".join(lines)))
    what = "there is not enough memory" if isinstance(error, MemoryError) else "this is a bug in qwentts"
    bug = QwenTTSError(what, hint="Please report it with what --debug shows.")
    return _fail(make_output(options), bug)


def _reopen_closed_streams() -> None:
    """Started with a stream closed, the next file to be opened would take its place, and get its output."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _end_on_signals() -> None:
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave by an exception, so that everything on the way cleans up after itself."""
    raise SystemExit(128 + number)


def _discard_stdout() -> None:
    """What is still buffered has no reader; flushing it at exit would only complain."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
