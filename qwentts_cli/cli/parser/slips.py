"""Options that do not exist: what was probably meant."""

from __future__ import annotations

import re
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from typer._click.exceptions import BadOptionUsage, NoSuchOption
from typer._click.exceptions import UsageError as ParseError
from typer._click.parser import _OptionParser

from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from typer._click import Context, Parameter
    from typer._click.parser import _ParsingState

    from qwentts_cli.errors import QwenTTSError

# What other programs call it.
_SYNONYMS: Final = {
    "--api-key": "--api-key-file",
    "--concurrency": "--jobs",
    "--endpoint": "--base-url",
    "--input": "--file",
    "--key": "--api-key-file",
    "--out-dir": "--output-dir",
    "--outdir": "--output-dir",
    "--overwrite": "--force",
    "--parallel": "--jobs",
    "--prompt": "--instructions",
    "--rate": "--speed",
    "--save": "--output",
    "--silent": "--quiet",
    "--speaker": "--voice",
    "--speaking-rate": "--speed",
    "--style": "--instructions",
    "--srt": "--subtitles",
    "--tempo": "--speed",
    "--threads": "--jobs",
    "--url": "--base-url",
    "--workers": "--jobs",
    "-o": "--output-dir",
    "-r": "--speed",
    "-s": "--speed",
    "-w": "--output",
}
_TAKES_TEXT = {"say"}
_READ_AS_VALUE = re.compile(r"-[a-z]\S", re.DOTALL)
_LONGEST_SHOWN = 40


class NoOption(NoSuchOption):
    """There is no such option; `hint` says what was probably meant."""

    def __init__(self, typed: str, hint: str, context: Context | None) -> None:
        name = typed.partition("=")[0]
        super().__init__(name, f"there is no option {_shorten(name)}", ctx=context)
        self.hint = hint


class NoCommand(ParseError):
    """What stands in the place of a command is something else; `hint` says what it may be for."""

    def __init__(self, text: str, hint: str, context: Context) -> None:
        super().__init__(f"there is no command {_shorten(text)!r}", ctx=context)
        self.hint = hint


class CarefulParser(_OptionParser):
    """Refuses `-voice Ethan`, which would be read as `-v oice`, and proposes what may have been meant.

    `-o=x.wav` is `-o x.wav`, as with long options.
    """

    def _process_opts(self, arg: str, state: _ParsingState) -> None:
        # `-voice` is nobody's `-v oice`.
        if f"-{arg.partition('=')[0]}" in self._long_opt and not arg.startswith("--"):
            raise self._refusal(arg)
        if arg[:2] in self._short_opt and arg[2:3] == "=":
            arg = arg[:2] + arg[3:]
        try:
            super()._process_opts(arg, state)
        except NoSuchOption:
            raise self._refusal(arg) from None
        except BadOptionUsage as error:
            error.ctx = error.ctx or self.ctx
            raise

    def _refusal(self, arg: str) -> NoOption:
        command = self.ctx.info_name if self.ctx else ""
        hint = propose(arg, self._long_opt)
        if not hint and command in _TAKES_TEXT:
            hint = say_it(arg)
        if not hint and self.ctx and not self.ctx.parent:
            hint = "Put the options of a command after its name."
        return NoOption(arg, hint, self.ctx)


def make_parser(context: Context, parameters: Iterable[Parameter]) -> CarefulParser:
    parser = CarefulParser(context)
    for parameter in parameters:
        parameter.add_to_parser(parser, context)
    return parser


def propose(typed: str, known: Collection[str]) -> str:
    """What was probably meant, as a question; empty where nothing is like it."""
    word = typed.partition("=")[0].lstrip("-").lower().replace("_", "-")
    if len(word) == 1:
        meant = [_SYNONYMS.get(f"-{word}", "")]
    else:
        close = get_close_matches(word, [option.lstrip("-") for option in known], n=1, cutoff=0.7)
        meant = [f"--{word}", _SYNONYMS.get(f"--{word}", ""), *(f"--{option}" for option in close)]
    found = next((option for option in meant if option in known), "")
    return f"Did you mean {found}?" if found else ""


def say_it(word: str) -> str:
    """How to have what was typed spoken, also where it looks like an option."""
    end_of_options = "-- " if word.startswith("-") else ""
    return f"To say it: qwentts say {end_of_options}{shlex.quote(_shorten(word))}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def explain_slip(error: QwenTTSError, arguments: Sequence[str]) -> QwenTTSError:
    """Say how a text was read that begins like an option with its value, as `-face` begins like `-f ace`."""
    words = [word for word in arguments if _READ_AS_VALUE.match(word) and word[2:] in error.message]
    if not (words and isinstance(error, UsageError) and _TAKES_TEXT.intersection(arguments)):
        return error
    word = words[0]
    read = f"{word!r} was read as '{word[:2]} {word[2:]}'."
    return error.replace(hint=f"{error.hint} {read} {say_it(word)}".lstrip())
