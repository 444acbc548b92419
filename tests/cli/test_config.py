"""`qwentts config`: settings found, changed, and told where they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.configuration import config_path, mode, write_config
from tests.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Qwentts


def test_a_link_stays_a_link(qwentts: Qwentts) -> None:
    """People keep their configuration in a repository; the file behind the link is changed, and private."""
    path, real = config_path(qwentts), qwentts.home / "dotfiles.toml"
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    qwentts("config", "set", "voice", "Ethan")
    assert path.is_symlink()
    assert (real.read_text(), mode(real)) == ('voice = "Ethan"\n', 0o600)


def test_comments_survive_a_set(qwentts: Qwentts) -> None:
    """The file stays the user's: order, comments and other settings are as they were."""
    path = write_config(qwentts, '# mine\nvoice = "Cherry" # nice\n\n[profiles.work]\nregion = "cn"\n')
    qwentts("config", "set", "model", "qwen3-tts-flash")
    qwentts("config", "set", "voice", "Ethan", "--profile", "work")
    assert path.read_text() == (
        '# mine\nvoice = "Cherry" # nice\nmodel = "qwen3-tts-flash"\n\n'
        '[profiles.work]\nregion = "cn"\nvoice = "Ethan"\n'
    )
    qwentts("config", "unset", "voice")
    assert "# mine\nmodel" in path.read_text()


def test_origins_follow_the_order_of_precedence(qwentts: Qwentts) -> None:
    """Flag, own variable, vendor's variable, profile, file, default; each is named."""
    path = write_config(
        qwentts,
        f'api_key = "{KEY}"\nvoice = "Cherry"\nregion = "cn"\n[profiles.work]\nvoice = "Ethan"\nbase_url = "https://x.example/api/v1"\n',
    )

    def origin(name: str, *args: str, **env: str) -> list[str]:
        listed = qwentts("config", "list", "--show-origin", *args, env=env).text
        line = next(line for line in listed.splitlines() if line.startswith(f"{name}="))
        return line.split("=", 1)[1].split("\t")

    assert origin("model") == ["qwen3-tts-flash", "default"]
    assert origin("voice") == ["Cherry", str(path)]
    assert origin("voice", "--profile", "work") == ["Ethan", f"profile work in {path}"]
    assert origin("voice", QWENTTS_PROFILE="work", QWENTTS_VOICE="Kai") == ["Kai", "QWENTTS_VOICE"]
    assert origin("region", "--region", "intl", QWENTTS_REGION="hk") == ["intl", "--region"]
    vendor = {"DASHSCOPE_API_KEY": "sk-vendor-123456", "DASHSCOPE_HTTP_BASE_URL": "https://y.example/api/v1"}
    assert origin("api_key", **vendor) == ["sk-...3456", "DASHSCOPE_API_KEY"]
    assert origin("base_url", "--profile", "work", **vendor)[1] == "DASHSCOPE_HTTP_BASE_URL"
    assert origin("api_key", QWENTTS_API_KEY="sk-own-99999999", **vendor)[1] == "QWENTTS_API_KEY"


def test_a_stronger_region_beats_a_weaker_base_url(qwentts: Qwentts) -> None:
    """`--region sandbox` costs nothing, whatever the environment points to."""
    env = {"DASHSCOPE_HTTP_BASE_URL": "https://paid.example/api/v1", "QWENTTS_API_KEY": KEY}
    assert "sandbox" in qwentts("say", "Hi", "-o", "x.wav", "--region", "sandbox", env=env).stderr
    both = ["--region", "sandbox", "--base-url", "https://paid.example"]
    assert "two servers" in qwentts("say", "Hi", "-o", "y.wav", *both, code=2).stderr


BROKEN = {
    'voice = "Cherry"\nmodel = \n': ":2:",
    'voice = "Cherry"\n  voise = "x"\n': ":2:3: there is no setting 'voise'",
    "jobs = 0\n": ":1:1: jobs: expected a whole number",
    'api_key = "sk-secret-value"\napi_key = "sk-secret-value"\n': ":2:",
    "api_key = ['sk-secret-value']\n": ":1:1: api_key: expected a text",
    '[profiles.a]\ntimeout = "sk-secret-value"\n': ":2:1: timeout: expected seconds",
    "profiles = 3\n": "profiles are tables",
    "[" * 5000: "not valid TOML",
    '[profiles]\nvoice = "x"\n': "a profile is a table",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_told_by_its_place(qwentts: Qwentts, text: str) -> None:
    """Path, line and column, and never the value, which may be a key."""
    path = write_config(qwentts, text)
    stderr = qwentts("config", "list", code=2).stderr
    assert stderr.startswith(f"Error: {path}")
    assert BROKEN[text] in stderr
    assert "secret" not in stderr


def test_a_file_that_is_not_utf8_is_told_by_its_place(qwentts: Qwentts) -> None:
    """A byte that is no text has a line and a column too."""
    path = write_config(qwentts, "")
    path.write_bytes(b'voice = "Cherry"\nmodel = "\xff"\n')
    assert f"{path}:2:10: the configuration is not UTF-8" in qwentts("config", "list", code=2).stderr


def test_an_unknown_profile_is_refused(qwentts: Qwentts) -> None:
    """A slip in a profile's name must not use the default account."""
    write_config(qwentts, '[profiles.work]\nregion = "cn"\n')
    assert "Did you mean work?" in qwentts("config", "list", "--profile", "wrok", code=2).stderr


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("region", "CN-Beijing", "cn"),
        ("voice", "ono anna", "Ono Anna"),
        ("language", "zh", "Chinese"),
        ("jobs", "8", "8"),
    ],
)
def test_a_value_is_stored_in_its_usual_spelling(
    qwentts: Qwentts, name: str, value: str, stored: str
) -> None:
    """What `set` takes, `get` gives, as the wire needs it."""
    qwentts("config", "set", name, value)
    assert qwentts("config", "get", name).text == f"{stored}\n"


@pytest.mark.parametrize(
    "args",
    [
        ("region", "mars"),
        ("voice", "Chery"),
        ("jobs", "0"),
        ("format", "aac"),
        ("base_url", "http://x.example"),
        ("nothing", "1"),
        ("voice",),
    ],
)
def test_a_value_that_cannot_be_is_not_stored(qwentts: Qwentts, args: Sequence[str]) -> None:
    """A mistake is found when it is made, not at the next run."""
    qwentts("config", "set", *args, code=2)
    assert not config_path(qwentts).exists()


def test_edit_opens_the_editor_on_a_private_file(qwentts: Qwentts) -> None:
    """The file exists and is private before the editor sees it, and after."""
    editor = qwentts.folder / "editor"
    editor.write_text('#!/bin/sh\nprintf \'voice = "Kai"\\n\' > "$2"\nchmod 644 "$2"\n')
    editor.chmod(0o755)
    qwentts("config", "edit", env={"VISUAL": f"{editor} --wait"})
    assert qwentts("config", "get", "voice").text == "Kai\n"
    assert mode(config_path(qwentts)) == 0o600
    assert "editor" in qwentts("config", "edit", env={"VISUAL": "/no/such/editor"}, code=7).stderr


def test_a_wrong_base_url_names_where_it_comes_from(qwentts: Qwentts) -> None:
    """Whoever forgot an old variable or a line in the file is told which one it is."""
    env = {"QWENTTS_API_KEY": "sk-a", "QWENTTS_BASE_URL": "ftp://example.org"}
    assert "QWENTTS_BASE_URL: the base URL" in qwentts("say", "Hi.", "-o", "a.wav", env=env, code=2).stderr
    args = ("say", "Hi.", "-o", "a.wav", "--base-url", "ftp://example.org")
    assert "--base-url: the base URL" in qwentts(*args, env={"QWENTTS_API_KEY": "sk-a"}, code=2).stderr


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("region", "mars", "there is no region 'mars'"),
        ("language", "klingon", "there is no language 'klingon'"),
        ("workspace", "a/b", "the workspace id may have only letters"),
        ("voice", "Chery", "no voice"),
    ],
)
def test_a_wrong_value_names_where_it_comes_from(
    qwentts: Qwentts, name: str, value: str, problem: str
) -> None:
    """A variable or a file that somebody set long ago is the last place where one looks."""
    env = {"QWENTTS_API_KEY": KEY, f"QWENTTS_{name.upper()}": value}
    told = qwentts("say", "Hi.", "-o", "a.wav", env=env, code=2).stderr
    assert problem in told
    assert f"{name} from QWENTTS_{name.upper()}" in told
    qwentts("config", "set", "rpm", "60")
    file = qwentts.home / ".config" / "qwentts" / "config.toml"
    file.write_text(f'{name} = "{value}"\n')
    told = qwentts("say", "Hi.", "-o", "a.wav", env={"QWENTTS_API_KEY": KEY}, code=2).stderr
    assert f"{name} from {file}" in told
