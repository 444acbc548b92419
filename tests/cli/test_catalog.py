"""`catalog.toml`: what the user adds to the catalogue, and how a mistake in it is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Qwentts

PAGE = Path(__file__).parents[2] / "docs" / "catalog.md"
PROXY = {"HTTPS_PROXY": "http://127.0.0.1:9"}
SANDBOX = ("--region", "sandbox", "-q")


@pytest.fixture
def path(qwentts: Qwentts) -> Path:
    path = qwentts.home / ".config/qwentts/catalog.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def documented(qwentts: Qwentts, path: Path) -> Qwentts:
    """The program with the example of docs/catalog.md."""
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    path.write_text(found[1], encoding="utf-8")
    path.chmod(0o600)
    return qwentts


def test_the_documented_example_speaks(documented: Qwentts) -> None:
    """A model and a voice of its own, at the price that it says, on a sandbox that has read it too."""
    args = ("say", "Hello there.", "-m", "qwen-audio-4-tts-flash", "-v", "nova", *SANDBOX)
    quote = documented(*args, "--dry-run", "--json").json
    assert quote["price"] == pytest.approx(12 * 0.18 / 10_000)
    assert quote["price_source"]["title"] == "your catalog.toml"
    made = documented(*args, "-o", "a.wav", "--json").json["files"][0]
    assert (made["voice"], made["model"]) == ("Nova", "qwen-audio-4-tts-flash")
    assert "knows no instructions" not in documented(*args, "-i", "calm", "-o", "b.wav").stderr
    dear = documented("say", "Hello there.", *SANDBOX, "--dry-run", "--json").json
    assert dear["price"] == pytest.approx(12 * 0.09 / 10_000)


def test_all_that_lists_knows_it(documented: Qwentts) -> None:
    """Models with their source and end, voices, completion, doctor and regions."""
    facts = documented("models", "qwen-audio-4-tts-flash", "--json").json
    assert facts["takes"] == ["instructions", "speed"]
    assert facts["sources"]["model"].startswith("your catalog.toml, 20")
    assert "2027-03-31 (intl)" in documented("models", "qwen3-tts-flash").text
    nova = documented("voices", "show", "Nova", "--json").json
    assert nova["models"] == ["qwen-audio-3.1-tts-flash", "qwen-audio-4-tts-flash"]
    assert "Nova" in documented("voices", "--search", "calm clear", "--json").text
    tab = {"_QWENTTS_COMPLETE": "bash"}
    assert "Nova" in documented("say", "-v", "Nov", env=tab).text
    assert "qwen-audio-4-tts-flash" in documented("say", "-m", "qwen-audio-4", env=tab).text
    assert "gateway" in documented("say", "--region", "gat", env=tab).text
    doctor = documented("doctor", *SANDBOX, "--json").json["checks"]
    (found,) = (check["found"] for check in doctor if check["name"] == "catalogue")
    assert found.endswith("catalog.toml: 2 models, 1 voice, 1 region")
    key = {"QWENTTS_API_KEY": "sk-0123456789abcdef", "QWENTTS_TIMEOUT": "1"}
    args = ("say", "Hi.", "--region", "gateway", "-o", "a.wav", "--verbose")
    told = documented(*args, env=key | PROXY, code=5).stderr
    assert "asking gateway" in told


def test_a_row_needs_only_what_differs(qwentts: Qwentts, path: Path) -> None:
    """A new model by its id, a voice by its model, another description, another host."""
    path.write_text(
        '[[models]]\nid = "zeta"\n[[voices]]\nid = "Zed"\nmodels = ["zeta"]\n'
        '[[voices]]\nid = "Cherry"\ndescription = "mine"\n[regions.cn]\nhost = "cn.example.org"\n'
    )
    assert (
        qwentts("say", "Hi.", "-v", "zed", *SANDBOX, "-o", "a.wav", "--json").json["files"][0]["model"]
        == "zeta"
    )
    cherry = qwentts("voices", "show", "Cherry", "--json").json
    assert (cherry["description"], len(cherry["languages"]), cherry["name_zh"]) == ("mine", 10, "芊悦")
    doctor = qwentts("doctor", "--region", "cn", "--json", code=3).json["checks"]
    assert any("cn.example.org" in check["found"] for check in doctor if check["name"] == "server")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[models]]\nid = \n", ":2:6: invalid value"),
        ('[[models]]\nname = "x"\n', ":2:1: there is nothing called 'name'"),
        ('# one\n[[models]]\nsummary = "x"\n', ":2:1: id is missing"),
        ('[[models]]\nid = "x"\nrpm = "60"\n', ":3:1: expected a whole number, got a text"),
        ('[[models]]\nid = "x"\nrpm = 0\n', ":3:1: expected a whole number >= 1"),
        (
            '[[models]]\nid = "x"\nprice.cn = { amount = -1, currency = "CNY" }\n',
            ":3:14: a price is not negative",
        ),
        ('[[models]]\nid = "x"\n[models.price.cn]\namount = nan\ncurrency = "CNY"\n', ":4:1: a price is"),
        ('[[models]]\nid = "x"\ntakes = ["speed", "sped"]\n', ":3:19: 'sped' is not known"),
        (
            '[[models]]\nid = "x"\nprice.intl = { amount = 1, currency = "EUR" }\n',
            ":3:28: invalid enum value 'EUR'",
        ),
        ('[[models]]\nid = "x"\n[models.price.mars]\namount = 1\n', ":3:1: 'mars' is not known"),
        ('voices = [\n  { id = "x" },\n]\n', ":2:3: no model has the new voice x"),
        ('[[voices]]\nid = "x"\nmodels = ["qwen3-tts-flsh"]\n', ":3:11: 'qwen3-tts-flsh' is not known"),
        ('[regions.mine]\nhost = "https://x.org"\n', ":2:1: 'https://x.org' is not a host"),
        ('[regions.mine]\nname = "x"\n', ":1:1: the new region mine has no host"),
        ("[colours]\n", ":1:1: there is nothing called 'colours'"),
    ],
)
def test_a_mistake_is_told_with_its_place(qwentts: Qwentts, path: Path, text: str, told: str) -> None:
    """Exit 2 before anything is sent."""
    path.write_text(text, encoding="utf-8")
    assert f"{path}{told}" in qwentts("models", code=2).stderr


def test_a_mistake_is_told_by_the_doctor_and_not_by_a_tab(qwentts: Qwentts, path: Path) -> None:
    """Whoever types gets the voices that are known."""
    path.write_text("[colours]\n", encoding="utf-8")
    assert f"{path}:1:1: there is nothing called 'colours'" in qwentts("doctor", *SANDBOX, code=2).text
    assert "Cherry" in qwentts("say", "-v", "Che", env={"_QWENTTS_COMPLETE": "bash"}).text


def test_a_file_that_others_can_write_is_not_believed(documented: Qwentts, path: Path) -> None:
    """A host in it would be sent the key."""
    path.chmod(0o666)
    assert "others can write to it" in documented("voices", code=7).stderr
