"""`qwentts man`: the manual page, made from the commands themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from qwentts_cli import __version__
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.parser.global_options import is_global
from qwentts_cli.cli.parser.help_page import HelpText
from qwentts_cli.errors import MEANINGS
from qwentts_cli.settings.schema import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click import Command, Context, Parameter

_ABOUT = (
    "qwentts turns text into speech with Qwen-TTS, the text-to-speech service of Alibaba Cloud, and saves "
    "it, plays it or pipes it on. A text may be of any length: it is cut at paragraphs and sentences, spoken "
    "at the same time and joined in order."
)
_FILES = (
    (
        "~/.config/qwentts/config.toml",
        "The settings; 'qwentts config path' tells where it is on this system.",
    ),
    ("~/.cache/qwentts", "Audio that was paid for; see 'qwentts cache'."),
    ("~/.local/state/qwentts", "What was spent, what the service allows, and audio still to be fetched."),
    ("~/.local/share/qwentts", "The names of your own voices."),
    ("DIR/.qwentts", "What a batch into DIR has done."),
)


def man(context: typer.Context) -> None:
    """Print the manual page, which man -l - shows.

    $ qwentts man | man -l -
    $ qwentts man > qwentts.1
    """
    root = context.find_root()
    begin(context).output.lines("".join(_page(root)).splitlines())


def _page(root: Context) -> Iterator[str]:
    yield f'.TH QWENTTS 1 "" "qwentts {__version__}" "User Commands"\n'
    yield _section("NAME") + "qwentts \\- the command line of Qwen-TTS: text in, speech out\n"
    yield _section("SYNOPSIS") + ".B qwentts\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
    yield _section("DESCRIPTION") + _text(_ABOUT)
    yield _section("COMMANDS")
    for context in _contexts(root):
        yield from _command(context)
    yield _section("GLOBAL OPTIONS") + _text("They may stand before or after the command.")
    yield from _options(root, root.command.get_params(root))
    yield _section("EXIT STATUS")
    for code, meaning in MEANINGS.items():
        yield _item(str(int(code)), f"{code.name.lower()}: {meaning}")
    yield _section("ENVIRONMENT")
    for setting in (one for one in SETTINGS.values() if one.has_variable):
        yield _item(f"QWENTTS_{setting.name.upper()}", setting.about)
    yield _item("QWENTTS_PROFILE", "the profile whose settings are used")
    yield _item("DASHSCOPE_API_KEY, DASHSCOPE_HTTP_BASE_URL", "the names that the vendor's SDK knows")
    yield _section("FILES")
    for path, about in _FILES:
        yield _item(path, about)


def _contexts(parent: Context) -> Iterator[Context]:
    """Every command below `parent`, in the order of its help."""
    group = parent.command
    for name in group.list_commands(parent):  # type: ignore[attr-defined]  # the root is a group
        found = group.resolve_command(parent, [name])[1]  # type: ignore[attr-defined]  # likewise
        context = _make_context(name, found, parent)
        if hasattr(found, "list_commands"):
            yield from _contexts(context)
        elif not context.command.hidden:
            yield context


def _make_context(name: str, command: Command, parent: Context) -> Context:
    return command.make_context(name, [], parent=parent, resilient_parsing=True)


def _command(context: Context) -> Iterator[str]:
    command = context.command
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    yield f'.SS "{_escape(usage)}"\n'
    text = HelpText.read(command.help)
    yield _text(text.line) + _examples(text.examples) + (_text(text.rest) if text.rest else "")
    yield from _options(context, [one for one in command.get_params(context) if not is_global(one)])


def _options(context: Context, parameters: list[Parameter]) -> Iterator[str]:
    for parameter in parameters:
        if record := parameter.get_help_record(context):
            yield _item(*record)


def _examples(lines: tuple[str, ...]) -> str:
    shown = "".join(f"{_escape(line)}\n" for line in lines)
    return f".PP\n.RS 4\n.nf\n{shown}.fi\n.RE\n" if lines else ""


def _section(title: str) -> str:
    return f".SH {title}\n"


def _text(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f".PP\n{_escape(' '.join(paragraph.split()))}\n" for paragraph in paragraphs)


def _item(term: str, text: str) -> str:
    return f".TP\n.B {_escape(term)}\n{_escape(' '.join(text.split()))}\n"


def _escape(text: str) -> str:
    """Keep roff from reading anything in it: backslashes, hyphens, and a line that begins like a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped
