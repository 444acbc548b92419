"""A report of many kinds of items, and a real browser that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.report import write_report
from qwentts_cli.errors import RejectedError
from qwentts_cli.metered import Metered, Tally
from qwentts_cli.sandbox.formats.wav_header import wav_file
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from qwentts_cli.synthesis.usage import Gap, Usage
from tests.chromium import CHROMIUM, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
COUNT = 60
FAILED = (4, 5, 23)
CHINESE = "清晨的阳光照在湖面上，远处传来几声鸟鸣。"
LONG = "It was the best of mornings, and a wind came up the valley. " * 10
ODD_NAME = "第一章 100% #1 \"q\" 'a' & b?; [x].wav"
HOSTILE = (
    "</script><script>hacked = 1</script><!-- <script> --><img src=x onerror=hacked=2>\u2028{{rows}}&lt;"
)
NOW = "shown[current]?.number"
REFUSAL = RejectedError(
    "the service refused it", hint="Change it.", service_code="DataInspectionFailed", request_id="r-1"
)


def sound(text: str) -> bytes:
    return wav_file(b"".join(ToneVoice().speak(Utterance(text, "Cherry"))))


def make_outcomes(folder: Path) -> Iterator[Outcome]:
    """Every item with a sound of its own length, save the failed ones; the file of the seventh is lost."""
    folder.mkdir(exist_ok=True)
    texts = {1: CHINESE, 2: HOSTILE, 3: LONG, 6: "Ｆｕｌｌ width", 10: "x" * 200}
    voices = {2: HOSTILE, 10: f"qwen-tts-vc-{'y' * 50}"}
    for number in range(1, COUNT + 1):
        output = folder / {1: ODD_NAME}.get(number, f"part/{number:04}.wav")
        is_failed = number in FAILED
        if not is_failed and number != 7:
            output.parent.mkdir(exist_ok=True)
            output.write_bytes(sound("tone" * (number % 5 + 1)))
        yield Outcome(
            number=number,
            source=f"list.jsonl:{number}",
            where=str(output),
            voice=voices.get(number, "Ethan" if number % 2 else "Cherry"),
            model="qwen3-tts-flash",
            status=Status.FAILED if is_failed else Status.SKIPPED if number == 8 else Status.MADE,
            text=texts.get(number, f"This is item {number}."),
            duration_s=0.0 if is_failed else 65.4,
            usage=Usage(
                characters=1234,
                billed=Tally() if is_failed else Tally(m=Metered(1234)),
                requests=1,
                request_ids=("r-1",),
                gaps=(Gap(3, 14, 12),) if number == 9 else (),
            ),
            error=REFUSAL if is_failed else None,
        )


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder #1 100% 录音")
    path = folder / "report.html"
    figures = {"items": COUNT, "duration_s": 3904.2, "characters": 73_806}
    write_report(
        path,
        make_outcomes(folder / "audio"),
        folder=folder / "audio",
        title="A </title> & B",
        figures=figures,
    )
    return path


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser, report: Path) -> Browser:
    """The report, just opened from the disk on a desktop."""
    browser.resize(1280, 900)
    return browser.open(report.as_uri())
