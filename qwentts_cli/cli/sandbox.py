"""`qwentts sandbox`: a Qwen-TTS on this machine."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.output import Output, make_output
from qwentts_cli.cli.parser.global_options import Command, global_options
from qwentts_cli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from typer._click import Context
    from typer._click.formatting import HelpFormatter

    from qwentts_cli.sandbox.server import Sandbox


def sandbox(
    context: typer.Context,
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65535, help="Port to listen on; 0 is any free one."),
    ] = 0,
    voice_engine: Annotated[
        str, typer.Option("--voice-engine", metavar="auto|tones|espeak", help="Which voice engine speaks.")
    ] = "auto",
    faults: Annotated[
        str,
        typer.Option(
            "--faults", metavar="SCRIPT", help="Faults to play, such as post:status=429@20%; see below."
        ),
    ] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Random seed for --faults.")] = 0,
    rpm: Annotated[
        int | None, typer.Option("--rpm", metavar="N", min=1, help="Limit of requests per minute.")
    ] = None,
    burst: Annotated[
        int | None, typer.Option("--burst", metavar="N", min=1, help="Requests at once within the limit.")
    ] = None,
    region_of: Annotated[
        list[str] | None,
        typer.Option(
            "--region-of",
            metavar="KEY=REGION[/WORKSPACE]",
            help="Accept this key only at its region's address, and no key that is not named here.",
        ),
    ] = None,
    serve_as: Annotated[
        str, typer.Option("--serve-as", metavar="REGION", help="Offer only the models of this region.")
    ] = "",
    retire: Annotated[
        list[str] | None,
        typer.Option(
            "--retire",
            metavar="MODEL|ended",
            help="A model that has ended; 'ended' means all whose end was announced.",
        ),
    ] = None,
    voice_delay: Annotated[
        float,
        typer.Option("--voice-delay", metavar="SEC", min=0, help="Seconds until a cloned voice is ready."),
    ] = 2.0,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", metavar="FILE", help="Append a JSON line per request."),
    ] = None,
) -> None:
    """Serve the same API on 127.0.0.1, free and offline.

    $ qwentts sandbox --port 8000
    $ qwentts sandbox --rpm 60 --faults 'post:status=503@20%'

    It takes any key that starts with sk-, and runs until Ctrl-C. The first line on stdout is the base URL.
    With /cn before its /api/v1 it stands for the host of region cn, with /ws-1.cn for a workspace's there.
    """
    server = _make(
        port=port,
        voice_engine=voice_engine,
        faults=faults,
        seed=seed,
        rpm=rpm,
        burst=burst,
        region_of=region_of or (),
        region=serve_as,
        retired=retire or (),
        voice_delay=voice_delay,
        ledger=ledger,
    )
    _serve(server, make_output(global_options(context)))


class SandboxCommand(Command):
    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Explain the language of `--faults`, and list its kinds, each with what it does."""
        from qwentts_cli.sandbox.faults.rules import FAULT_SYNTAX, fault_kinds

        del ctx
        with formatter.section("Faults"):
            for paragraph in FAULT_SYNTAX.split("\n\n"):
                formatter.write_text(paragraph)
                formatter.write_paragraph()
            formatter.write_dl(list(fault_kinds().items()))


COMMAND_CLASS = SandboxCommand


def _make(**options: object) -> Sandbox:
    from qwentts_cli.dashscope.catalog import load_catalog
    from qwentts_cli.sandbox.faults.fault_script import BadFaultSpec
    from qwentts_cli.sandbox.server import Sandbox
    from qwentts_cli.sandbox.voices.engine import EngineMissing
    from qwentts_cli.settings.paths import catalog_file

    load_catalog()  # tells what is wrong with one of the user's own
    try:
        return Sandbox(own_catalog=catalog_file(), **options)  # type: ignore[arg-type]  # the options of the command are those of the sandbox
    except EngineMissing as error:
        raise LocalError(str(error), hint="Install it: pip install 'qwentts[sandbox]'.") from error
    except (BadFaultSpec, ValueError) as error:
        raise UsageError(str(error).rstrip(".")) from error


def _serve(server: Sandbox, output: Output) -> None:
    try:
        server.start()
    except OSError as error:
        raise LocalError(
            f"cannot start the sandbox: {error.strerror}", hint="Choose another port."
        ) from error
    try:
        output.lines([server.base_url])
        output.note(f"Voices: {server.voice_engine}, not Qwen-TTS. {server.who_is_let_in}")
        threading.Event().wait()
    finally:
        server.stop()
