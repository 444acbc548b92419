"""Hundreds of texts through the client while many answers go wrong, as fast as the machine can."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwentts_cli.billing.budget import Budget
from qwentts_cli.billing.payments import Payments
from qwentts_cli.billing.price import PriceList
from qwentts_cli.dashscope.client import SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import NetworkError, QwenTTSError
from qwentts_cli.observer import Observer
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from qwentts_cli.synthesis.cache import Cache
from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.store import Store
from qwentts_cli.synthesis.synthesizer import Synthesizer
from qwentts_cli.synthesis.unfetched import UnfetchedAudio
from tests.listener import Listener
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.dashscope.wire import Answer
    from qwentts_cli.sandbox.ledger import Record
    from qwentts_cli.synthesis.usage import Usage

# The answer was made and billed, and lost on its way; what drips takes longer than anyone waits.
LOSING = (
    "reset-after",
    "drip-headers=0.05",
    "drip-body=0.05",
    "huge-headers",
    "many-headers",
    "gzip",
    "cut",
    "close-delimited=cut",
    "chunked-cut",
    "truncated-json",
    "no-url",
)
HARMLESS = ("hang-up", "overlong", "close-delimited=whole", "chunked", "wrong-type", "missing-optionals")
REFUSING = (
    *(f"status={status}" for status in (408, 429, 500, 502, 503, 504, 520)),
    "retry-after=0",
    "reset",
    "close",
    "stall",
    "garbage",
    "html",
    "xml",
    "json-error-in-200",
    "code=InternalError.Algo",
    "code=Throttling.BurstRate",
    "empty-object",
    "null",
    "list",
    "nan",
    "deep-json",
)
DEAD_LINKS = ("expired", "forbidden", "notfound")
BAD_DOWNLOADS = (
    *(f"status={status}" for status in (408, 429, 500, 502, 503, 504)),
    "reset",
    "reset-after",
    "close",
    "stall",
    "drip-headers=0.05",
    "drip-body=0.05",
    "garbage",
    "huge-headers",
    "many-headers",
    "html",
    "xml",
    "gzip",
    "cut",
    "close-delimited=cut",
    "chunked-cut",
    "header-bigger",
    "odd",
    "flip",
    "crc-only=flip",
    "empty-body",
    "empty-wav",
    "not-wav=html",
    "not-wav=json",
    "not-wav=mp3",
    "unprovable",
    "format=rate0",
    "format=8bit",
)
GOOD_DOWNLOADS = (
    "hang-up",
    "overlong",
    "close-delimited=whole",
    "chunked",
    "wrong-type",
    "header0",
    "header-7fffffff",
    "header-ffffffff",
    "riff-list",
    "crc-only=good",
    "no-checksum",
)
_WAITING = {"stall", "drip-headers=0.05", "drip-body=0.05"}
_KEY = "sk-storm0123456789"


_PHASES = {
    "post": (*LOSING, *REFUSING, *HARMLESS),
    "get": (*BAD_DOWNLOADS, *DEAD_LINKS, *GOOD_DOWNLOADS),
}


def shares(percent: float) -> str:
    """All kinds in equal parts, together so many per cent of the attempts of either phase."""
    return ",".join(
        f"{phase}:{kind}@{percent / len(kinds):.4f}%" for phase, kinds in _PHASES.items() for kind in kinds
    )


def each_once(every: int) -> list[str]:
    """All kinds once, at every so many attempts of either phase; what takes long comes first."""
    return [
        f"{phase}:{kind}#{number * every}"
        for phase, kinds in _PHASES.items()
        for number, kind in enumerate(sorted(kinds, key=lambda kind: kind not in _WAITING), 1)
    ]


@dataclass
class Outcome:
    """What one storm did: the sounds and failures by text, what was billed, and what the client suspected."""

    sounds: dict[str, list[Pcm]]
    receipts: dict[str, Usage]
    failures: dict[str, QwenTTSError]
    ledger: list[Record]
    links: dict[str, list[str]]
    suspected: int
    seconds: float
    problems: list[str] = field(default_factory=list)

    @property
    def bills(self) -> Counter[str]:
        """How often each text was billed."""
        return Counter(text_of(record) for record in self.ledger if record.phase == "post" and record.billed)

    @property
    def lost_answers(self) -> int:
        """Bills whose answer did not arrive, by the server's account."""
        kinds = {f"post:{kind}" for kind in LOSING}
        return sum(1 for row in self.ledger if row.billed and kind_of(row) in kinds)

    @property
    def dead_links(self) -> int:
        """Addresses that a new synthesis was asked for because the server refused them, by its account."""
        kinds = {f"get:{kind}" for kind in DEAD_LINKS}
        refused = {row.path for row in self.ledger if kind_of(row) in kinds}
        return sum(1 for links in self.links.values() for link in links[:-1] if link in refused)


def text_of(record: Record) -> str:
    return str(json.loads(record.body)["input"]["text"])


def kind_of(record: Record) -> str:
    return re.split("[@#]", record.fault)[0]


class _Noting(SpeechClient):
    """Notes which addresses each text was given."""

    links: dict[str, list[str]]

    def synthesize(self, request: SynthesisRequest) -> Answer:
        answer = super().synthesize(request)
        path = answer.url.partition("/audio")[2].partition("?")[0]
        self.links.setdefault(request.text, []).append(f"/audio{path}")
        return answer


def run_storm(
    *, texts: int, workers: int, seed: int, faults: str, patience_s: float, folder: Path
) -> Outcome:
    """Have short texts said by `workers` threads; no wait between attempts takes time.

    `patience_s` is longer than a busy sandbox needs for so many, or answers would be lost that its ledger
    calls good.
    """
    timing = VirtualTime(seed=seed).timing()

    began = time.monotonic()
    with Sandbox(voice_engine="tones", faults=faults, seed=seed) as server:
        client = _Noting(
            custom_endpoint(server.base_url),
            ApiKey(_KEY, "the test"),
            timeouts=Timeouts(total=patience_s, first_byte=patience_s, idle=patience_s),
            audio_host_suffix=".aliyuncs.com",
        )
        client.links = {}
        problems: list[str] = []
        store = Store(
            cache=Cache(folder / "cache", max_bytes=1 << 40, warn=problems.append),
            pending=UnfetchedAudio(folder / "pending", server=server.base_url, warn=problems.append),
            scope=server.base_url,
        )
        listener = Listener()
        limiter = RateLimiter(timing=timing, rpm=1e6)
        synthesizer = Synthesizer(
            client,
            asking=Attempts(
                breaker=Breaker("the service", timing=timing),
                limiter=limiter,
                timing=timing,
                observer=listener,
            ),
            fetching=Attempts(breaker=Breaker("the storage", timing=timing), timing=timing),
            store=store,
            is_streamed=False,
            payments=Payments(Budget(), PriceList(), Observer()),
            cancelled=threading.Event(),
        )
        sounds: dict[str, list[Pcm]] = {f"{number:06}": [] for number in range(texts)}
        receipts, failures = {}, {}

        def say(text: str) -> None:
            try:
                receipts[text] = synthesizer(
                    SynthesisRequest(text, "Cherry", "qwen3-tts-flash"), sounds[text].append
                )
            except QwenTTSError as error:
                failures[text] = error

        with client, ThreadPoolExecutor(workers) as pool:
            list(pool.map(say, sounds))
        ledger = server.ledger
    suspected = sum(
        isinstance(error, NetworkError) and error.maybe_billed for error, _, _ in listener.repeated
    )
    return Outcome(
        sounds, receipts, failures, ledger, client.links, suspected, time.monotonic() - began, problems
    )


def true_sound(text: str) -> bytes:
    """What the service said, made by its own voice."""
    return b"".join(ToneVoice().speak(Utterance(text=text, voice="Cherry")))
