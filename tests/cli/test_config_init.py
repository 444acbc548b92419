"""`config init` on a real terminal: it asks until an answer can be right, and ends with something to try."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.cli.configuration import config_path, mode, write_config
from tests.shells import Terminal, install_program, open_shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

KEY = "sk-0123456789abcdefghij"
REGION, HIDDEN, COMMAND = "Region of your key", "API key (not shown", "Command that prints the key"


@contextmanager
def init(qwentts: Qwentts, *more: str) -> Iterator[Terminal]:
    bin_ = qwentts.home / "bin"
    bin_.mkdir(exist_ok=True)
    install_program(bin_)
    command = [str(bin_ / "qwentts"), "config", "init", *more]
    with open_shell(command, qwentts.folder, qwentts.environment({"TERM": "xterm"})) as terminal:
        yield terminal


def answer(terminal: Terminal, question: str, typed: str) -> str:
    """Type the answer to a question; gives what was shown until it was asked."""
    shown = terminal.wait_for(question)
    terminal.type(f"{typed}\r")
    return shown


def test_a_key_is_hidden_and_works(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """What can speak is offered first, a link says where keys are made, and the key is never shown."""
    with init(qwentts) as terminal:
        offered = answer(terminal, REGION, "cn")
        link = answer(terminal, HIDDEN, KEY)
        end = terminal.read_all()
    assert (
        offered.index("intl")
        < offered.index("qianwen")
        < offered.index("not known to speak")
        < offered.index("us ")
    )
    assert "https://bailian.console.aliyun.com/" in link
    assert KEY not in offered + link + end
    assert f"Written to {config_path(qwentts)}" in end
    assert 'qwentts say "Hello, world."' in end
    assert mode(config_path(qwentts)) == 0o600
    assert qwentts("config", "get", "region").text == "cn\n"
    qwentts("say", "Hi", "-o", "x.wav", env={"QWENTTS_BASE_URL": sandbox.base_url})
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_wrong_answer_is_asked_again(qwentts: Qwentts) -> None:
    """Each says why; a key of an odd form is kept only if it is wanted."""
    with init(qwentts) as terminal:
        answer(terminal, REGION, "mars")
        assert "'mars'" in answer(terminal, REGION, "intl")
        answer(terminal, HIDDEN, f'"{KEY}"')
        assert "it has quotes around it" in answer(terminal, HIDDEN, "AKIA0123456789")
        assert "Keys begin with sk-" in answer(terminal, "Keep it?", "n")
        answer(terminal, HIDDEN, KEY)
        terminal.wait_for("Written to")
    assert f'api_key = "{KEY}"' in config_path(qwentts).read_text()


def test_a_password_manager_can_keep_the_key(qwentts: Qwentts) -> None:
    """Enter in place of a key asks for the program, and a key that was stored before goes."""
    path = write_config(qwentts, f'[profiles.work]\napi_key = "{KEY}"\n')
    with init(qwentts, "--profile", "work") as terminal:
        answer(terminal, REGION, "qwencloud")
        answer(terminal, HIDDEN, "")
        answer(terminal, COMMAND, "pass show 'qwen")
        assert "a quotation mark in it is not closed" in answer(terminal, COMMAND, "pass show qwen")
        assert "--profile work" in terminal.read_all()
    assert path.read_text() == '[profiles.work]\nregion = "qwencloud"\napi_key_command = "pass show qwen"\n'


def test_the_sandbox_needs_no_key(qwentts: Qwentts) -> None:
    """Nothing is asked for that nobody has."""
    with init(qwentts) as terminal:
        answer(terminal, REGION, "sandbox")
        assert HIDDEN not in terminal.read_all()
    assert config_path(qwentts).read_text() == 'region = "sandbox"\n'


def test_ctrl_c_leaves_everything_as_it_was(qwentts: Qwentts) -> None:
    """Half a configuration is worse than none."""
    with init(qwentts) as terminal:
        answer(terminal, REGION, "cn")
        terminal.wait_for(HIDDEN)
        terminal.interrupt()
        assert "Traceback" not in terminal.read_all()
    assert not config_path(qwentts).exists()


def test_init_in_a_script_says_what_to_do_instead(qwentts: Qwentts) -> None:
    """Questions to nobody would hang."""
    assert "config set api_key -" in qwentts("config", "init", code=2, stdin=b"").stderr
