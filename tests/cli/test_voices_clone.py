"""`qwentts voices clone` and what becomes of the voice: list, wait, rename, delete, use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, Qwentts, at
from tests.reliability.waiting import at_once
from tests.samples import write_sample
from tests.shells import open_program
from tests.tones import read_back
from tests.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.sandbox.ledger import Record
    from tests.reliability.forked import ForkedQwentts

ANSWERS = ("html", "xml", "garbage", "gzip-bomb", "huge-headers", "redirect", "cut")
NEWER, OLDER = "cosyvoice-v3.5-flash", "qwen3-tts-vc-2026-01-22"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slow(qwentts: Qwentts, clock: Clock) -> Iterator[Qwentts]:
    """A service whose voices take an hour by a clock that the test moves."""
    write_sample(qwentts.folder / "me.wav")
    with Sandbox(voice_engine="tones", clock=clock, voice_delay=3600) as server:
        yield at(qwentts, server)


@pytest.fixture
def studio(online: Qwentts) -> Qwentts:
    """The program with a good recording at hand."""
    write_sample(online.folder / "me.wav")
    return online


def clone(qwentts: Qwentts, name: str = "myvoice", *args: str, code: int = 0) -> Any:
    return qwentts("voices", "clone", "me.wav", "--name", name, "--yes", "--json", *args, code=code).json


def asked(sandbox: Sandbox, action: str) -> list[Record]:
    return [row for row in sandbox.ledger if row.phase == "customization" and f'"{action}"' in row.body]


def test_a_voice_is_cloned_and_used_by_its_name(studio: Qwentts, sandbox: Sandbox) -> None:
    """The sample goes to the storage, the voice is waited for, and `-v` takes the model that it is for."""
    made = studio("voices", "clone", "me.wav", "--name", "myvoice", "--yes")
    name, model, status, _, voice_id = made.text.rstrip("\n").split("\t")
    assert (name, model, status) == ("myvoice", NEWER, "OK")
    assert "qwentts say -v myvoice" in made.stderr
    studio("say", "-v", "myvoice", "It is me.", "-o", "a.wav")
    assert read_back(studio.folder / "a.wav") == "It is me."
    spoken = json.loads(next(row.body for row in sandbox.ledger if row.phase in {"post", "sse"}))
    assert (spoken["model"], spoken["input"]["voice"]) == (model, voice_id)


def test_the_key_and_the_files_name_stay_away_from_the_storage(studio: Qwentts, sandbox: Sandbox) -> None:
    """The form has the service's permission and a name of no meaning."""
    clone(studio)
    permit, form = [row for row in sandbox.ledger if row.phase == "upload"]
    assert KEY in json.dumps(dict(permit.headers))
    assert KEY not in json.dumps(dict(form.headers)) + form.body
    assert not any(name.lower() == "authorization" for name in dict(form.headers))
    assert "me.wav" not in form.body


def test_two_samples_two_voices_and_the_same_twice(studio: Qwentts) -> None:
    """A cloned voice has a sound of its own, which stays the same."""
    write_sample(studio.folder / "other.wav", 13)
    clone(studio, "one")
    clone(studio, "again")
    studio("voices", "clone", "other.wav", "--name", "other", "--yes")
    names = ("one", "again", "other")
    (studio.folder / "list.jsonl").write_text(
        "".join(f'{{"text": "Hi.", "voice": "{name}", "id": "{name}"}}\n' for name in names)
    )
    studio("batch", "list.jsonl", "-d", "out")
    one, again, other = ((studio.folder / f"out/{name}.wav").read_bytes() for name in names)
    assert one == again != other


def test_the_older_maker_takes_sample_transcript_and_language(studio: Qwentts, sandbox: Sandbox) -> None:
    """Where its model asks for it; the sample goes into the request, and nothing to the storage."""
    voice = clone(studio, "ann", "-m", OLDER, "--transcript", "It is me.", "-l", "German")["voice"]
    assert (voice["model"], voice["maker"]) == (OLDER, "qwen-voice-enrollment")
    assert not [row for row in sandbox.ledger if row.phase == "upload"]
    body = asked(sandbox, "create")[0].body
    for words in ('"text":"It is me."', '"language":"de"', '"preferred_name":"ann"'):
        assert words in body
    studio("say", "-v", "ann", "Ja.", "-o", "a.wav")


def test_an_address_is_passed_on(online: Qwentts, sandbox: Sandbox) -> None:
    """Over https; nothing is uploaded, and http is refused before anything is sent."""
    args = ("--name", "far", "--yes")
    assert "http" in online("voices", "clone", "http://example.com/a.wav", *args, code=2).stderr
    assert sandbox.ledger == []
    online("voices", "clone", "https://example.com/a.wav", *args)
    given = json.loads(asked(sandbox, "create_voice")[0].body)["input"]
    assert given["url"] == "https://example.com/a.wav"


def test_the_speaker_has_to_agree(studio: ForkedQwentts, sandbox: Sandbox) -> None:
    """A script says so with --yes, a person is asked; Enter is no."""
    args = ("voices", "clone", "me.wav", "--name", "myvoice")
    assert "--yes" in studio(*args, code=2).stderr
    with open_program(studio, *args) as terminal:
        terminal.wait_for("Has the speaker agreed to have this voice cloned? [y/N]")
        terminal.type("\n")
        assert "nothing was sent" in terminal.read_all()
    assert sandbox.ledger == []


def test_the_price_is_told_before(qwentts: ForkedQwentts) -> None:
    """That of the region; nothing is sent before the answer."""
    write_sample(qwentts.folder / "me.wav")
    env = {"QWENTTS_API_KEY": KEY, "QWENTTS_REGION": "intl"}
    args = ("voices", "clone", "me.wav", "--name", "myvoice")
    with open_program(qwentts, *args, env=env) as terminal:
        assert "0.010 USD" in terminal.wait_for("[y/N]")
        terminal.type("\n")
        terminal.read_all()


@pytest.mark.parametrize(
    ("seconds", "rate", "says"),
    [
        (12, 16_000, "it has 16,000 samples a second; 24,000 are the least"),
        (70, 24_000, "it is 70.0 s long; 60 s are the most"),
        (3, 24_000, "s of speech; 5 s are the least"),
    ],
)
def test_a_documented_limit_is_a_wall_or_a_warning(
    online: Qwentts, sandbox: Sandbox, seconds: float, rate: int, says: str
) -> None:
    """For the older maker nothing is sent; the newer one, of which nothing is documented, decides itself."""
    write_sample(online.folder / "me.wav", seconds, rate)
    error = clone(online, "old", "-m", OLDER, code=2)["error"]
    assert says in error["message"]
    assert sandbox.ledger == []
    args = ("voices", "clone", "me.wav", "--name", "new", "--yes", "--wait", "0")
    assert says in online(*args, code=6 if seconds > 60 else 0).stderr


def test_a_silent_recording_is_sent_to_nobody(online: Qwentts, sandbox: Sandbox) -> None:
    """Whoever would be asked, there is nothing in it."""
    (online.folder / "me.wav").write_bytes(b"")
    clone(online, code=2)
    write_sample(online.folder / "me.wav", 12)
    data = (online.folder / "me.wav").read_bytes()
    (online.folder / "me.wav").write_bytes(data[:44] + bytes(len(data) - 44))
    assert "no sound in" in clone(online, code=2)["error"]["message"]
    assert sandbox.ledger == []


def test_what_is_converted_is_told(online: Qwentts) -> None:
    """Two channels of FLAC become one of WAV."""
    write_sample(online.folder / "me.flac", 12, 44_100, channels=2)
    told = online("voices", "clone", "me.flac", "--name", "myvoice", "--yes").stderr
    assert "me.flac: made a WAV of FLAC" in told
    assert "me.flac: mixed 2 channels into one" in told


def test_a_wait_that_is_over_is_taken_up_again(slow: Qwentts, clock: Clock) -> None:
    """The command is named; until then nobody pays for silence."""
    error = clone(slow, "myvoice", "--wait", "0.1", code=5)["error"]
    assert "DEPLOYING" in error["message"]
    assert "qwentts voices wait myvoice" in error["hint"]
    assert "not ready" in slow("say", "-v", "myvoice", "Hi.", "-o", "a.wav", code=2).stderr
    assert slow("voices", "list", "--mine").text.split("\t")[2] == "DEPLOYING"
    clock.now += 3601
    assert slow("voices", "wait", "myvoice", "--json").json["voice"]["status"] == "OK"
    slow("say", "-v", "myvoice", "Hi.", "-o", "a.wav")


def test_a_wrong_pair_is_refused_before_it_costs_anything(studio: Qwentts, sandbox: Sandbox) -> None:
    """Another model, or another server."""
    clone(studio)
    count = len(sandbox.ledger)
    refused = studio("say", "-v", "myvoice", "-m", "cosyvoice-v3-flash", "Hi.", "-o", "a.wav", code=2)
    assert NEWER in refused.stderr
    del studio.env["QWENTTS_BASE_URL"]
    refused = studio("say", "-v", "myvoice", "Hi.", "-o", "a.wav", "--region", "cn", code=2)
    assert "was made at 127.0.0.1, and cn does not have it" in refused.stderr
    assert len(sandbox.ledger) == count


def test_a_slip_of_an_own_name_is_refused(studio: Qwentts, sandbox: Sandbox) -> None:
    """Before it is sent; capitals do not matter, and a voice of the service is none."""
    clone(studio)
    count = len(sandbox.ledger)
    refused = studio("say", "-v", "myvoic", "Hi.", "-o", "a.wav", code=2)
    assert "there is no voice 'myvoic'. Did you mean myvoice?" in refused.stderr
    assert len(sandbox.ledger) == count
    studio("say", "-v", "MyVoice", "Hi.", "-o", "a.wav")
    studio("voices", "rename", "myvoice", "Cherri")
    studio("say", "-v", "Cherry", "Hi.", "-o", "b.wav")


def test_an_answer_that_got_lost_makes_no_second_voice(qwentts: Qwentts) -> None:
    """The voice that was made is found and taken up; where none is found, nothing is asked again."""
    write_sample(qwentts.folder / "me.wav")
    # The second request is the creation, after the list of what there is.
    with Sandbox(voice_engine="tones", faults="customization:reset-after#2") as server:
        told = at(qwentts, server)("voices", "clone", "me.wav", "--name", "myvoice", "--yes").stderr
        assert "it is taken up" in told
        assert len(asked(server, "create_voice")) == 1
    with Sandbox(voice_engine="tones", faults="customization:status=503#2") as server:
        error = clone(at(qwentts, server), "second", code=5)["error"]
        assert "voices list --mine" in error["hint"]
        assert len(asked(server, "create_voice")) == 1


def test_whatever_answers_ends_with_a_message(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """At the makers of voices and at the uploads; the exit code is none of a bug."""
    sample = write_sample(tmp_path / "me.wav")

    def meet(fault: str) -> None:
        with Sandbox(voice_engine="tones", faults=fault) as server:
            program = at(qwentts.elsewhere(tmp_path / fault), server)
            args = ("voices", "clone", sample, "--name", "myvoice", "--yes", "--timeout", "5")
            assert program.run(*args).code in {5, 6}

    at_once(meet, [f"{phase}:{kind}" for phase in ("customization", "upload") for kind in ANSWERS])


def test_a_list_of_texts_names_own_voices(studio: Qwentts) -> None:
    """In a batch, by row, as any other voice."""
    clone(studio)
    (studio.folder / "list.jsonl").write_text(
        '{"text": "One.", "voice": "myvoice"}\n{"text": "Two.", "voice": "Cherry"}\n'
    )
    studio("batch", "list.jsonl", "-d", "out")
    assert [read_back(studio.folder / f"out/000{number}.wav") for number in (1, 2)] == ["One.", "Two."]


def test_what_surely_made_no_voice_is_asked_again(qwentts: Qwentts) -> None:
    """A rate limit answers before anything is made."""
    write_sample(qwentts.folder / "me.wav")
    with Sandbox(voice_engine="tones", faults="customization:status=429#2,upload:status=503#1") as server:
        clone(at(qwentts, server))
        assert len(asked(server, "create_voice")) == 2


def test_the_list_has_what_was_made_elsewhere_and_what_is_gone(studio: Qwentts) -> None:
    """By the service's id; it can be renamed and used then."""
    clone(studio)
    (memory,) = studio.home.rglob("voices.json")
    memory.unlink()
    row = studio("voices", "list", "--mine").text.rstrip("\n").split("\t")
    assert row[0] == row[4]
    assert row[1] == NEWER
    studio("voices", "rename", row[0], "mine")
    studio("say", "-v", "mine", "Hi.", "-o", "a.wav")
    with Sandbox(voice_engine="tones") as other:
        listed = at(studio, other)("voices", "list", "--mine", "--json").json["voices"]
    assert [(voice["name"], voice["status"]) for voice in listed] == [("mine", "gone")]


def test_a_name_is_given_once(studio: Qwentts) -> None:
    """Not that of a preset voice, nor one of one's own, nor one that no shell would like."""
    clone(studio)
    for name in ("myvoice", "Cherry", "a b", ""):
        assert clone(studio, name, code=2)["error"]["exit"] == 2
    clone(studio, "second")
    assert "already" in studio("voices", "rename", "second", "myvoice", code=2).stderr
    assert "no voice of your own" in studio("voices", "rename", "third", "fourth", code=2).stderr


def test_a_voice_is_deleted_at_the_service(studio: Qwentts, sandbox: Sandbox) -> None:
    """A script says --yes; a voice that is gone there already is forgotten here."""
    clone(studio)
    clone(studio, "old", "-m", OLDER)
    assert "--yes" in studio("voices", "delete", "myvoice", code=2).stderr
    assert not asked(sandbox, "delete_voice")
    assert studio("voices", "delete", "myvoice", "old", "--yes").text.split() == ["myvoice", "old"]
    assert studio("voices", "list", "--mine").text == ""
    clone(studio)
    with Sandbox(voice_engine="tones") as other:
        gone = at(studio, other)("voices", "delete", "myvoice", "--yes")
    assert "no voice myvoice any more" in gone.stderr
    assert "no voice of your own" in studio("voices", "delete", "myvoice", "--yes", code=2).stderr


def test_own_voices_are_shown_heard_and_completed(studio: Qwentts, sandbox: Sandbox) -> None:
    """Like any other voice; a TAB sends nothing."""
    clone(studio, "myvoice", "-l", "en")
    assert studio("voices", "show", "myvoice", "--json").json["models"] == [NEWER]
    studio("voices", "preview", "--mine", "-d", "out")
    assert read_back(studio.folder / "out" / "myvoice.wav").isascii()  # the sentence is English
    count = len(sandbox.ledger)
    env = {"_QWENTTS_COMPLETE": "bash"}
    assert "myvoice" in studio("say", "-v", "my", env=env).text
    assert "myvoice" in studio("voices", "delete", "", env=env).text
    assert len(sandbox.ledger) == count


def test_the_doctor_tells_of_a_voice_whose_model_has_ended(studio: Qwentts) -> None:
    clone(studio, "old", "-m", OLDER)
    warned = [line for line in studio("doctor").text.splitlines() if "your voice" in line]
    assert len(warned) == 1
    assert warned[0].startswith("warn")
    assert "old: model" in warned[0]


def test_it_is_in_the_ledger(studio: Qwentts) -> None:
    """With the maker, since each voice costs."""
    clone(studio)
    rows = studio("usage", "--by", "model", "--json").json["rows"]
    assert [(row["model"], row["requests"]) for row in rows] == [("voice-enrollment clone", 1)]


def test_the_memory_is_private(studio: Qwentts) -> None:
    """It says whose voices somebody has."""
    clone(studio)
    (memory,) = studio.home.rglob("voices.json")
    assert memory.stat().st_mode & 0o777 == 0o600
    assert list(memory.parent.iterdir()) == [memory]


def test_a_damaged_memory_is_in_the_way_of_ones_own_voices_alone(studio: Qwentts) -> None:
    """Where no voice of one's own can be meant, it is told once."""
    clone(studio)
    (path,) = studio.home.rglob("voices.json")
    for memory in (b'{"names": []}', b"\xff\x00", b"[" * 100_000, b"{"):
        path.write_bytes(memory)
        assert "is damaged" in studio("say", "Hi.", "-v", "myvoice", "-o", "a.wav", code=7).stderr
        assert "your own voices are not known" in studio("voices", "show", "Cherry").stderr
    (studio.folder / "list.csv").write_text("text,voice\nOne.,Cherry\nTwo.,Ethan\nThree.,\n")
    for args in (
        ("say", "Hi.", "-v", "Cherry", "-o", "a.wav"),
        ("say", "Hi.", "-o", "b.wav"),
        ("batch", "list.csv", "-d", "out"),
        ("voices", "show", "Cherry"),
        ("voices", "preview", "Cherry", "-d", "heard"),
    ):
        warnings = studio(*args).stderr
        assert warnings.count("your own voices are not known") == 1, args
        assert "Move it away" in warnings
    rows = studio("doctor", "--json", code=7).json["checks"]
    assert [row["name"] for row in rows if row["status"] == "fail"] == ["your voice"]
    assert "versions" in {row["name"] for row in rows}


def test_the_sandbox_of_one_run_is_not_remembered(qwentts: Qwentts) -> None:
    """Its voices end with it."""
    write_sample(qwentts.folder / "me.wav")
    args = ("voices", "clone", "me.wav", "--name", "myvoice", "--yes", "--region", "sandbox")
    assert "ends with this command" in qwentts(*args).stderr
    assert not list(qwentts.home.rglob("voices.json"))
    assert qwentts("voices", "list", "--mine", "--region", "sandbox").text == ""
