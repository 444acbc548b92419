"""What a start loads: every import is paid at each command and each TAB."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.cli.app import COMMANDS
from tests.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

    Probe = Callable[..., tuple[str, str]]

# What encodes, paints, edits or waits; what cuts long sentences, with all the characters of East Asia.
SLOW = r"numpy|soundfile|miniaudio|rich|tomlkit|asyncio|qwentts_cli\.text\.places"
NETWORK = r"requests|urllib3|http\.server|qwentts_cli\.sandbox"
BATCH = r"qwentts_cli\.(cli|synthesis)\.batch\w*|qwentts_cli\.text\.(manifest|listing|jsonl|tabular)"
OWN_CATALOG = r"platformdirs|qwentts_cli\.dashscope\.catalog\.own|qwentts_cli\.settings\.toml_places"
COMMAND = rf"qwentts_cli\.cli\.({'|'.join(COMMANDS)})"
SPEECH = rf"{NETWORK}|qwentts_cli\.(audio|synthesis|text)"
PIPELINE = (
    r"qwentts_cli\.(speech\.(speak|pipeline|wiring|source)\w*|documents\.(reader|lexicon)|batch\.run\w*)"
)
CONNECTION = r"http|ssl|email|concurrent|qwentts_cli\.dashscope\.(client|transport)"
DOCUMENTS = r"qwentts_cli\.(documents\.(formats|opening|chapters|cast|markup)|subtitles\.cues)"
UNUSED = [
    (["--help"], rf"{COMMAND}|{SPEECH}|qwentts_cli\.(dashscope|settings)"),
    (["say --help"], rf"{SPEECH}|{BATCH}|{PIPELINE}"),
    (["say Hi. -o hi.wav --region sandbox"], BATCH),
    (["batch --help"], rf"{SPEECH}|qwentts_cli\.cli\.say|{PIPELINE}"),
    (["lint -"], rf"{NETWORK}|qwentts_cli\.cli\.(say|batch)"),
    (["voices", "voices show Cherry", "config get voice", "config path"], SPEECH),
    (["say Hi. --dry-run", "cache info", "usage"], rf"{NETWORK}|{BATCH}"),
]
# Runs one line after the other, as if each were the first.
PROBE = """
import atexit, re, sys
from qwentts_cli.__main__ import main

@atexit.register
def tell():
    loaded = [name for name in sys.modules if re.match(rf"({pattern})(\\.|$)", name)]
    print("loaded:", *sorted(loaded), file=sys.stderr)

pattern, *lines = sys.argv[1:]
for line in lines:
    sys.argv[1:] = line.split(" ")
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
VERSION = """
import runpy, sys
sys.argv = ["qwentts", "--version"]
runpy.run_module("qwentts_cli", run_name="__main__")
sys.exit("typer" in sys.modules)
"""


@pytest.fixture
def probe(qwentts: Qwentts) -> Probe:
    """Run the program to its good end; gives its stdout, and which modules of a pattern it has loaded."""

    def run(pattern: str, *lines: str, **variables: str) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", PROBE, pattern, *lines],
            capture_output=True,
            text=True,
            check=True,
            cwd=qwentts.folder,
            # Measuring loads modules of its own.
            env=qwentts.environment(variables | {"COVERAGE_PROCESS_CONFIG": ""}),
        )
        return done.stdout, done.stderr.splitlines()[-1].removeprefix("loaded:").strip()

    return run


@pytest.mark.parametrize(("lines", "unused"), UNUSED, ids=[", ".join(row[0]) for row in UNUSED])
def test_what_is_not_used_is_not_loaded(probe: Probe, lines: list[str], unused: str) -> None:
    """A command loads neither the other commands nor what only they need."""
    assert probe(f"{SLOW}|{unused}", *lines)[1] == ""


@pytest.mark.parametrize(
    ("line", "offered", "unused"),
    [
        ("qwentts ", "voices", rf"{COMMAND}|{SPEECH}|qwentts_cli\.(dashscope|settings)"),
        ("qwentts voices ", "show", SPEECH),
        ("qwentts say --", "--voice", rf"{SPEECH}|{BATCH}|{PIPELINE}"),
        ("qwentts say -v Che", "Cherry", rf"{SPEECH}|{BATCH}|{PIPELINE}|{OWN_CATALOG}"),
        ("qwentts batch --", "--join", rf"{SPEECH}|{PIPELINE}"),
    ],
    ids=["commands", "commands of a group", "options", "voices", "options of batch"],
)
def test_a_tab_loads_only_what_it_completes(probe: Probe, line: str, offered: str, unused: str) -> None:
    """The names of the commands are known without them."""
    words = line.removeprefix("qwentts ")
    stdout, loaded = probe(f"{SLOW}|{unused}", words, _QWENTTS_COMPLETE="bash")
    assert offered in stdout.split()
    assert loaded == ""


def test_what_is_in_the_cache_needs_no_network(probe: Probe, sandbox: Sandbox) -> None:
    """A text that was spoken before costs little more than to read its sound."""
    server = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": sandbox.base_url}
    say = "say Hello. -o hi.wav --force"
    probe(SLOW, say, **server)
    before = len(sandbox.ledger)
    unused = rf"{SLOW}|{NETWORK}|{BATCH}|{CONNECTION}|{DOCUMENTS}|platformdirs|tempfile|tomllib|random"
    assert probe(unused, say, **server)[1] == ""
    assert len(sandbox.ledger) == before > 0


def test_the_version_loads_nothing() -> None:
    """The quickest question has the quickest answer."""
    done = subprocess.run([sys.executable, "-c", VERSION], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[0]) == (0, "qwentts")
