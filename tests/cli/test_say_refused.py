"""`qwentts say` where the service will not, or is not asked."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, Qwentts, at
from tests.reliability.raw_server import answering, http, serving
from tests.reliability.waiting import at_once
from tests.tones import read_back, without_space

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts


SERVICE_ERRORS = {
    "code=InvalidApiKey": (3, "QWENTTS_API_KEY"),
    "status=401": (3, "QWENTTS_API_KEY"),
    "code=AccessDenied.Unpurchased": (3, "no access to model qwen3-tts-flash"),
    "code=Arrearage": (4, "billing"),
    "code=AllocationQuota.FreeTierOnly": (4, "free tier"),
    "code=DataInspectionFailed": (6, "content filter"),
    "status=400": (6, "400"),
    "code=ModelNotFound": (6, "--model"),
    "html": (5, "a web page came"),
    "empty-object": (5, "no audio in the response"),
    "truncated-json": (5, "invalid response"),
    "deep-json": (5, "invalid response"),
    "bad-url=file": (6, "refused the audio URL"),
}


def test_each_refusal_has_its_exit_code_and_says_what_to_do(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """A script knows from the code, a person from the line; both forms carry the request's id."""

    def refuse(fault: str) -> None:
        code, words = SERVICE_ERRORS[fault]
        program = qwentts.elsewhere(tmp_path / fault)
        with Sandbox(voice_engine="tones", faults=f"post:{fault}") as server:
            result = at(program, server)("say", "Hi", "-o", "x.wav", "--json", code=code)
            assert f"post:{fault}" in [record.fault for record in server.ledger]
        assert words in result.stderr
        assert KEY not in result.stderr + result.text
        assert result.error["exit"] == code
        assert set(result.error) == {"code", "exit", "message", "hint", "request_id", "retryable"}
        assert list(program.folder.iterdir()) == []

    at_once(refuse, SERVICE_ERRORS)


def test_redirects_are_not_followed(qwentts: Qwentts) -> None:
    """A redirect could carry text and key to another host."""
    with Sandbox(voice_engine="tones", faults="post:redirect=307") as server:
        result = at(qwentts, server)("say", "Hi", "-o", "x.wav", "--json", code=5)
        assert "redirect" in result.stderr
        assert "sign in to this network" in result.error["hint"]
        assert all(record.phase == "post" for record in server.ledger)


def test_a_compressed_refusal_is_not_shown(qwentts: Qwentts) -> None:
    """Nobody asked for compression, and its bytes say nothing to a reader."""
    refusal = http(gzip.compress(b'{"code":"x"}'), "Content-Encoding: gzip", status="400 Bad")
    with serving(answering(refusal)) as server:
        env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        stderr = qwentts("say", "Hi.", "-o", "a.wav", env=env, code=6).stderr
    assert "refused the request with 400: it gave no reason" in stderr


def test_a_sign_in_page_is_not_taken_for_the_service(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Nobody is told of a key, an access or a bill where a network or a proxy answered with its own page."""

    def meet(status: str) -> None:
        with Sandbox(voice_engine="tones", faults=f"post:html={status}") as server:
            program = at(qwentts.elsewhere(tmp_path / status), server)
            stderr = program("say", "Hi.", "-o", "a.wav", code=5).stderr
        assert f"a web page came with status {status} instead of an answer of the service" in stderr
        assert "sign in to this network" in stderr
        assert "billed" not in stderr
        assert "access" not in stderr

    at_once(meet, ["200", "401", "403", "404", "511"])


def test_no_key_is_told_with_the_ways_to_set_one(qwentts: Qwentts) -> None:
    """A newcomer learns the next step, and that the sandbox needs none."""
    result = qwentts("say", "Hi", "-o", "x.wav", code=3)
    for way in ("qwentts config init", "QWENTTS_API_KEY", "--api-key-file", "--region sandbox"):
        assert way in result.stderr


def test_a_text_too_long_for_the_service_is_halved(qwentts: Qwentts) -> None:
    """The limit's unit is not documented, so the service's word on it counts; nothing is lost."""
    text = "One two three. Four five six, seven eight. Nine ten eleven twelve."
    with Sandbox(voice_engine="tones", faults="post:limit=20") as server:
        at(qwentts, server)("say", text, "-o", "out.wav")
        refused = [record for record in server.ledger if record.status == 400]
    assert refused
    assert without_space(read_back(qwentts.folder / "out.wav")) == without_space(text)


def test_unknown_names_are_sent_with_a_warning(online: Qwentts, sandbox: Sandbox) -> None:
    """The service grows faster than releases; it decides about what is not in the catalogue."""
    result = online("say", "Hi", "-v", "Zephyrine", "-o", "x.wav", code=6)
    assert "Zephyrine is not in this release's catalogue" in result.stderr
    assert json.loads(sandbox.ledger[0].body)["input"] == {"text": "Hi", "voice": "Zephyrine"}


def test_debug_shows_what_led_to_a_failure(online: Qwentts) -> None:
    """The one line is for everybody; whoever mends the network wants the system's own words."""
    # A server without TLS: that is hopeless, and so it is told without a wait.
    online.env["QWENTTS_BASE_URL"] = online.env["QWENTTS_BASE_URL"].replace("http:", "https:")
    plain = online("say", "Hi", "-o", "x.wav", code=5)
    assert "caused by" not in plain.stderr
    told = online("say", "Hi", "-o", "x.wav", "--debug", code=5)
    assert "caused by SSLError: [SSL: WRONG_VERSION_NUMBER]" in told.stderr
