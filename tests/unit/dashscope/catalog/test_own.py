"""The user's own `catalog.toml`: what a row brings, and how a mistake is told."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.dashscope import catalog as module
from qwentts_cli.dashscope.catalog import OWN_SOURCE, load_catalog
from qwentts_cli.dashscope.catalog.own import OwnCatalog, read_own_catalog
from qwentts_cli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

NEW = '[[models]]\nid = "zeta"\n'
KNOWN = '[[models]]\nid = "qwen3-tts-flash"\n'
VOICE = '[[voices]]\nid = "Nova"\n'
PRICE = 'currency = "USD"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.toml"


def read(path: Path, text: str | bytes) -> OwnCatalog:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_own_catalog(path, load_catalog())


def error_of(path: Path, text: str | bytes) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read(path, text)
    return raised.value


def test_a_new_model_needs_its_name_alone(path: Path) -> None:
    """It is one of the endpoint that its name tells, everywhere, with voices that are its own."""
    row = read(path, NEW).models["zeta"]
    shipped = load_catalog()
    assert (row["endpoint"], row["voices"]) == ("synthesizer", "zeta")
    assert row["regions"] == list(shipped.region_rows)
    assert row["summary"] == "from your catalog.toml"
    assert row["max_units"] == shipped.endpoint_row("synthesizer")["max_units"]
    assert row.get("source") != OWN_SOURCE
    longest = "qwen9-tts".ljust(128, "x")
    newer = read(path, f'[[models]]\nid = "{longest}"\n').models[longest]
    assert newer["endpoint"] == "generation"
    other = read(path, NEW + 'endpoint = "generation"\n').models["zeta"]
    assert (other["endpoint"], other["source"]) == ("generation", OWN_SOURCE)


def test_of_a_known_model_what_is_not_said_stays(path: Path) -> None:
    shipped = load_catalog().model_rows["qwen3-tts-flash"]
    price = 'price.intl = { amount = 0, currency = "USD" }\n'
    end = 'ends.cn = { date = 2027-01-02, successor = "zeta" }\n'
    row = read(path, KNOWN + "rpm = 7\n" + price + end).models["qwen3-tts-flash"]
    changed = {"rpm", "price", "ends", "source"}
    assert {name: row[name] for name in shipped if name not in changed} == {
        name: value for name, value in shipped.items() if name not in changed
    }
    assert (row["rpm"], row["source"]) == ({"requests": 7}, OWN_SOURCE)
    assert row["price"]["intl"] == {"amount": Decimal(0), "currency": "USD", "source": OWN_SOURCE}
    assert row["price"]["cn"] == shipped["price"]["cn"]
    assert row["ends"]["cn"] == {"date": dt.date(2027, 1, 2), "successor": "zeta", "source": OWN_SOURCE}


def test_tokens_have_a_price_of_their_own(path: Path) -> None:
    text = NEW + 'price.cn = { input = 1.5, output = 999_999.5, tokens_per_s = 12.5, currency = "CNY" }\n'
    price = read(path, text).models["zeta"]["price"]["cn"]
    assert (price["input"], price["output"], price["tokens_per_s"]) == tuple(
        map(Decimal, ("1.5", "999999.5", "12.5"))
    )


@pytest.mark.parametrize(
    ("model", "said", "spoken"),
    [
        ("qwen3-tts-flash", "max_units = 400", 400),
        ("cosyvoice-v3-flash", "max_units = 200", 200),
        ("cosyvoice-v3-flash", "max_units = 900", 240),
        ("cosyvoice-v3-flash", "spoken_units = 100", 100),
        ("cosyvoice-v3-flash", "spoken_units = 1000000", 20_000),
        ("cosyvoice-v3-flash", "max_units = 300\nspoken_units = 250", 250),
    ],
)
def test_no_model_is_given_more_than_it_takes(path: Path, model: str, said: str, spoken: int) -> None:
    """Whichever of the two is given."""
    row = read(path, f'[[models]]\nid = "{model}"\n{said}\n').models[model]
    assert row["spoken_units"] == {"units": spoken}
    assert "spoken_units" not in read(path, KNOWN).models["qwen3-tts-flash"]


def test_a_voice_is_of_the_models_that_are_named(path: Path) -> None:
    """Also of those in the same file; of a known one all else stays."""
    own = read(
        path,
        NEW
        + VOICE
        + 'models = ["zeta", "qwen3-tts-flash"]\n[[voices]]\nid = "Cherry"\ndescription = "mine"\n',
    )
    shipped = load_catalog()
    assert own.voices["Nova"]["sets"] == ("zeta", shipped.model_rows["qwen3-tts-flash"]["voices"])
    assert (own.voices["Nova"]["gender"], own.voices["Nova"]["source"]) == ("", OWN_SOURCE)
    cherry, known = own.voices["Cherry"], shipped.voices["Cherry"]
    assert (cherry["description"], cherry["sets"], cherry["name_zh"]) == ("mine", known.sets, known.name_zh)


def test_a_region_has_a_host(path: Path) -> None:
    """One that is known keeps what is not said; a new one is called as its row."""
    text = '[regions.cn]\nhost = "cn.example.org"\n[regions.mine]\nworkspace_host = "{workspace}.x.org"\n'
    regions = read(path, text).regions
    assert regions["cn"] == load_catalog().region_rows["cn"] | {
        "host": "cn.example.org",
        "source": OWN_SOURCE,
    }
    mine = {"name": "mine", "id": "mine", "workspace_host": "{workspace}.x.org", "source": OWN_SOURCE}
    assert regions["mine"] == mine
    assert read(path, text + NEW + 'regions = ["mine"]\n').models["zeta"]["regions"] == ["mine"]


def test_what_is_ones_own_stands_beside_what_ships(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known voice is in its old place, a new one behind all others."""
    read(path, f'{NEW}{VOICE}models = ["zeta"]\n[[voices]]\nid = "Cherry"\ndescription = "mine"\n')
    monkeypatch.setattr(module, "catalog_file", lambda: path)
    catalog, shipped = load_catalog.__wrapped__(), module.load_shipped_catalog()
    assert list(catalog.models) == [*shipped.models, "zeta"]
    assert list(catalog.voices) == [*shipped.voices, "Nova"]
    assert (catalog.voices["Cherry"].description, catalog.voices["Cherry"].source) == ("mine", OWN_SOURCE)
    assert [voice.id for voice in catalog.voices_of(catalog.models["zeta"])] == ["Nova"]
    assert catalog.sources == shipped.sources | {OWN_SOURCE: read_own_catalog(path, shipped).source}
    assert catalog.regions.keys() == shipped.regions.keys()


def test_it_is_read_as_editors_write_it(path: Path) -> None:
    """With a byte order mark and any line ends; its facts are as old as the file."""
    own = read(path, b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode())
    assert own.models.keys() == {"zeta"}
    os.utime(path, (1_700_000_000, 1_700_000_000))
    source = read_own_catalog(path, load_catalog()).source
    day = dt.datetime.fromtimestamp(1_700_000_000).astimezone().date()
    assert (source.title, source.date) == ("your catalog.toml", day)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[models]]\nid = \n", ":2:6: invalid value"),
        ("x = " + "[" * 5000, ": at its end: it is cut off"),
        ('[[models]]\nname = "x"\n', ":2:1: there is nothing called 'name'"),
        ('# one\n[[models]]\nsummary = "x"\n', ":2:1: id is missing"),
        ('[[models]]\nid = ""\n', ":2:1: expected a text of length >= 1"),
        (f'[[models]]\nid = "{"x" * 129}"\n', ":2:1: expected a text of length <= 128"),
        (NEW + 'rpm = "60"\n', ":3:1: expected a whole number, got a text"),
        (NEW + "rpm = 0\n", ":3:1: expected a whole number >= 1"),
        (NEW + "rpm = 1000001\n", ":3:1: expected a whole number <= 1000000"),
        (NEW + 'price.cn = { amount = -1, currency = "CNY" }\n', ":3:14: a price is not negative"),
        (NEW + f"price.intl = {{ amount = 1000000, {PRICE} }}\n", ":3:16: a price is not negative"),
        (NEW + f"[models.price.cn]\namount = nan\n{PRICE}\n", ":4:1: a price is not negative"),
        (NEW + 'price.cn = { amount = 1, currency = "EUR" }\n', ":3:26: invalid enum value 'EUR'"),
        (NEW + "[models.price.mars]\namount = 1\n", ":3:1: 'mars' is not known"),
        (NEW + 'takes = ["speed", "sped"]\n', ":3:19: 'sped' is not known"),
        (NEW + 'regions = ["mars"]\n', ":3:12: 'mars' is not known"),
        (NEW + 'languages = ["xx"]\n', ":3:14: 'xx' is not known"),
        ('voices = [\n  { id = "x" },\n]\n', ":2:3: no model has the new voice x"),
        (VOICE + 'models = ["qwen3-tts-flsh"]\n', ":3:11: 'qwen3-tts-flsh' is not known"),
        (VOICE + 'models = ["qwen3-tts-flash"]\nlanguages = ["xx"]\n', ":4:14: 'xx' is not known"),
        ('[regions.mine]\nhost = "https://x.org"\n', ":2:1: 'https://x.org' is not a host"),
        ('[regions.mine]\nworkspace_host = "x.org/a"\n', ":2:1: 'x.org/a' is not a host"),
        ('[regions.mine]\nname = "x"\n', ":1:1: the new region mine has no host"),
        ("[colours]\n", ":1:1: there is nothing called 'colours'"),
    ],
)
def test_a_mistake_is_told_with_its_place(path: Path, text: str, told: str) -> None:
    """And in plain words."""
    assert error_of(path, text).message.startswith(f"{path}{told}")


def test_a_slip_has_a_suggestion(path: Path) -> None:
    assert error_of(path, NEW + "rmp = 1\n").hint == "Did you mean rpm?"
    assert error_of(path, NEW + 'takes = ["sped"]\n').hint == "Did you mean speed?"
    assert "https://" in error_of(path, '[regions.mine]\nhost = "https://x.org"\n').hint


def test_what_is_no_text_or_too_much_of_it_is_not_read(path: Path) -> None:
    assert error_of(path, b"# \xff\n").message == f"{path} is not UTF-8"
    whole = "#".ljust(1 << 20, "x")
    assert read(path, whole).models == {}
    assert error_of(path, whole + "x").message == f"{path} is larger than 1 MiB"
    path.unlink()
    with pytest.raises(UsageError, match=f"cannot read {path}: No such file"):
        read_own_catalog(path, load_catalog())


def test_what_others_can_write_is_not_believed(path: Path) -> None:
    """A host in it would be sent the key."""
    read(path, NEW)
    path.chmod(0o666)
    with pytest.raises(LocalError, match="others can write to it"):
        read_own_catalog(path, load_catalog())
