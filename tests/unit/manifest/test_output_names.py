from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.output_names import check_output, name_key, safe_stem, safe_value, with_extension
from qwentts_cli.manifest.template import TEMPLATE_FIELDS, NameTemplate
from tests.unit.manifest.lists import failure, items, jsonl, manifest, outputs, problems, write

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"stem": "Kapitel 1", "id": "a/b", "voice": "Cherry", "model": "m", "language": "zh"}
AWKWARD = [
    "..",
    "/",
    "\\",
    ":",
    "*",
    "?",
    '"',
    "<",
    ">",
    "|",
    " ",
    ".",
    "\n",
    "\x1b",
    "\u202e",
    "\ud800",
    "语",
    "CON",
]
awkward = st.lists(st.sampled_from([*AWKWARD, "a", "nul", ".wav", "e\u0301"]), min_size=1).map("".join)
values = awkward | st.text(st.characters(), min_size=1, max_size=90)
literals = st.sampled_from(["", "-", "x", "{{", "}}", "_", "sub/", "nul", "语 "])
fields = st.sampled_from(["{stem}", "{n}", "{n:04}", "{id}", "{voice}", "{model}", "{language}"])


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{n:04}-{stem}", "0012-Kapitel 1.wav"),
        ("{n:4}", "0012.wav"),
        ("{n}", "12.wav"),
        ("{voice}/{id}", "Cherry/a_b.wav"),
        ("{id}.wav", "a_b.wav"),
        ("{id}.WAV", "a_b.WAV"),
        ("{{{n}}}", "{12}.wav"),
        ("{model}_{language}.v1", "m_zh.v1.wav"),
        ("n{id}", "na_b.wav"),
    ],
)
def test_templates(template: str, name: str) -> None:
    """Fields stand for values, braces are written twice, a slash makes a folder, the format is added."""
    assert NameTemplate(template, "wav").render(12, VALUES) == name
    assert NameTemplate("{voice}/{n}", "wav").render(1, {"voice": "aux"}) == "_aux/1.wav"


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        ("{stm}", "has the unknown field 'stm'", "Did you mean stem?"),
        ("{}", "has the unknown field ''", "Fields are: stem, n, id, voice, model, language."),
        ("{n.real}", "has the unknown field 'n.real'", "Fields"),
        ("{0}", "has the unknown field '0'", "Fields"),
        ("{stem!r}", "' has an invalid format for stem", "Only n takes"),
        ("{stem:>9}", "' has an invalid format for stem", "Only n takes"),
        ("{n:x}", "' has an invalid format for n", "Only n takes"),
        ("{n:99999}", "' has an invalid format for n", "Only n takes"),
        ("{n:{id}}", "' has an invalid format for n", "Only n takes"),
        ("{stem", "the braces of the name", "Example"),
        ("stem}", "the braces of the name", "Example"),
        ("../{n}", "leaves the output folder", "Example"),
        ("/{n}", "is not relative", "Example"),
        ("{n}/", "names no file", "Example"),
        ("{n}.mp3", "ends with .mp3, but the format is wav", "Example"),
        ("{n}x:", "which not every system can have", "Example"),
        ("\x1b{n}", "has the character U+001B", "Example"),
        ("{n}. ", "ends with a space", "Example"),
        ("{n}./x", "ends with a dot", "Example"),
        ("CON", "is a device on Windows", "Example"),
        ("", "names no file", "Example"),
    ],
)
def test_bad_templates_are_told_once(template: str, message: str, hint: str) -> None:
    """Before any item is read, and with the way out."""
    with pytest.raises(UsageError, match=message.replace("+", r"\+")) as caught:
        NameTemplate(template, "wav")
    assert caught.value.hint.startswith(hint)


def test_templates_name_items_but_explicit_outputs(tmp_path: Path) -> None:
    """The tree is kept, a missing voice is the run's, the stem of a row is that of its list."""
    write(tmp_path / "in/sub/x.txt", "x")
    rows = jsonl(
        {"text": "a", "id": "i/1"}, {"text": "b", "id": "2", "voice": "Ethan"}, {"text": "c", "output": "c"}
    )
    path = write(tmp_path / "list.jsonl", rows)
    folder = tmp_path / "in"
    assert outputs(folder, path, template="{stem}-{n}-{voice}", voice="Cherry", extension="mp3") == [
        "sub/x-1-Cherry.mp3",
        "list-2-Cherry.mp3",
        "list-3-Ethan.mp3",
        "c.mp3",
    ]
    assert outputs("-", stdin=b"a\nb", template="{stem}{n:02}") == ["stdin01.wav", "stdin02.wav"]
    assert failure(path, folder, template="{id}").problems[0].text == (
        "the item has no id, which its name is made of"
    )
    assert failure(path, template="x").total == 1
    long = write(tmp_path / "long.jsonl", jsonl({"text": "a", "id": "语" * 50}))
    assert "304 bytes long" in failure(long, template="{id}{id}").message


@settings(max_examples=100)
@given(
    st.lists(st.tuples(literals, fields), min_size=1, max_size=5), st.lists(values, min_size=5, max_size=5)
)
def test_every_result_of_a_template_is_safe(parts: list[tuple[str, str]], found: list[str]) -> None:
    """On every system, whatever the values are; a name that is too long is the only failure."""
    template = "".join(literal + name for literal, name in parts)
    names = [name for name in TEMPLATE_FIELDS if name != "n"]
    made = NameTemplate(template, "wav")
    with suppress(ValueError):
        name = made.render(7, dict(zip(names, found, strict=True)))
        assert check_output(name, extension="wav", portable=True) == name
        assert name.encode()
        return
    assert max(map(len, found)) * template.count("{") > 60


@settings(max_examples=100)
@given(values)
def test_every_id_makes_a_safe_name(value: str) -> None:
    """And one that is safe already stays as it is."""
    safe = safe_value(value)
    assert len(safe) == len(value)
    assert safe_value(safe) == safe
    assert safe_value("语" + "é-1_(x)" + "中") == "语é-1_(x)中"
    if len(safe.encode()) < 250:
        name = with_extension(safe, "wav")
        assert check_output(name, extension="wav", portable=True) == name


@given(values)
def test_every_stem_makes_a_name_that_is_accepted(value: str) -> None:
    """As it is where this system allows it."""
    stem = safe_stem(value, portable=False)
    if len(stem.encode()) < 250 and not (stem[1:2] == ":" and stem[0].isascii()):
        assert check_output(with_extension(stem, "wav"), extension="wav", portable=False)
    assert safe_stem("What? (1): x", portable=False) == "What? (1): x"
    assert safe_stem("What? (1): x", portable=True) == "What_ (1)_ x"


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("a", "a.wav"),
        ("a.WAV", "a.WAV"),
        ("a/b.v1", "a/b.v1.wav"),
        (".hidden", ".hidden.wav"),
        (".mp3", ".mp3.wav"),
        ("語" * 83, "語" * 83 + ".wav"),
        ("a" * 251, "a" * 251 + ".wav"),
        ("a" * 251 + ".wav", "a" * 251 + ".wav"),
        ("…a b/c", "…a b/c.wav"),
    ],
)
def test_outputs_that_are_allowed(output: str, name: str) -> None:
    """They are taken as they are, with the extension where it is missing; up to 255 bytes."""
    assert check_output(output, extension="wav", portable=False) == name


def test_other_extensions_of_a_format() -> None:
    """Where `say` knows two for one format, so does a list."""
    assert check_output("a.oga", extension="ogg", portable=False) == "a.oga"
    assert check_output("a.raw", extension="pcm", portable=False) == "a.raw"
    with pytest.raises(ValueError, match="the format is pcm"):
        check_output("a.wav", extension="pcm", portable=False)


def test_keys_of_names() -> None:
    """Equal where some file system sees one name."""
    for one, other in [("a", "A"), ("é", "E\u0301"), ("ß", "SS"), ("ﬀ", "FF"), ("Ω", "\u2126"), ("ς", "Σ")]:
        assert name_key(one) == name_key(other)
    for one, other in [("a", "b"), ("e", "é"), ("1", "¹"), ("你", "妳")]:
        assert name_key(one) != name_key(other)


def test_names_of_ids_and_stems(tmp_path: Path) -> None:
    """An id becomes one name, never a folder; one that looks like a file name is not doubled."""
    rows = jsonl(
        *({"text": "a", "id": name} for name in ["a/b", "x.wav", "song.mp3", "con", "..", " y ", "语:1"])
    )
    path = write(tmp_path / "a.jsonl", rows)
    expected = ["a_b.wav", "x.wav", "song.mp3.wav", "_con.wav", "__.wav", "y.wav", "语_1.wav"]
    assert outputs(path) == expected
    assert [item.id for item in items(path)][-2:] == ["y", "语:1"]
    question = write(tmp_path / "What?\n.txt", "a")
    assert outputs(question) == ["What?_.wav"]
    assert outputs(question, portable=True) == ["What__.wav"]
    long = write(tmp_path / "b.jsonl", jsonl({"text": "a", "id": "语" * 84}))
    assert "256 bytes long" in failure(long).message


def test_portable_names(tmp_path: Path) -> None:
    """Names that Windows has not are refused if asked for portable ones, and else allowed."""
    names = ["CON", "nul.x/a.wav", "COM¹.wav", "ab:c", "what?", "lpt9 .wav", "conin$", "com10", "connor"]
    path = write(tmp_path / "a.jsonl", jsonl(*({"text": "a", "output": name} for name in names)))
    assert manifest(path).count == len(names)
    assert [line.split(":")[1] for line in problems(path, portable=True)] == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
    ]
