"""`qwentts sandbox`: a Qwen-TTS on this machine."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.global_options import global_options
from qwentts_cli.cli.console.output import Output, make_output
from qwentts_cli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox


def sandbox(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 is a free one.")] = 0,
    voice_engine: Annotated[
        str, typer.Option("--voice-engine", metavar="auto|tones|espeak", help="What speaks.")
    ] = "auto",
    faults: Annotated[
        str, typer.Option("--faults", metavar="SPEC", help="Faults to play, such as post:status=429@20%.")
    ] = "",
    rpm: Annotated[int | None, typer.Option("--rpm", metavar="N", min=1, help="Requests a minute.")] = None,
    burst: Annotated[
        int | None, typer.Option("--burst", metavar="N", min=1, help="Requests at once.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the faults.")] = 0,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", metavar="FILE", help="Append a JSON line for each request.")
    ] = None,
) -> None:
    """Serve the same API on 127.0.0.1, free and offline.

    It takes any key that starts with sk-, and runs until Ctrl-C. The first line on stdout is the base URL.
    """
    from qwentts_cli.sandbox.faults.script import BadFaultSpec
    from qwentts_cli.sandbox.server import Sandbox
    from qwentts_cli.sandbox.voices.engine import EngineMissing

    output = make_output(global_options(context))
    try:
        server = Sandbox(
            port=port,
            voice_engine=voice_engine,
            faults=faults,
            rpm=rpm,
            burst=burst,
            seed=seed,
            ledger=ledger,
        )
    except EngineMissing as error:
        raise LocalError(str(error), hint="Install it: pip install 'qwentts[sandbox]'.") from error
    except (BadFaultSpec, ValueError) as error:
        raise UsageError(str(error).rstrip(".")) from error
    _serve(server, output)


def _serve(server: Sandbox, output: Output) -> None:
    try:
        server.start()
    except OSError as error:
        raise LocalError(
            f"cannot start the sandbox: {error.strerror}", hint="Choose another port."
        ) from error
    try:
        output.lines([server.base_url])
        output.note(f"Voices: {server.voice_engine}, not Qwen-TTS. Any key that starts with sk- is taken.")
        threading.Event().wait()
    finally:
        server.stop()
