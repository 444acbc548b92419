"""A voice that speaks: eSpeak NG from the wheel `espeakng-loader`, a process of its own for each utterance.

The library may crash, is not safe in threads, and repeats itself exactly only in a fresh process; so each
utterance gets one, which the server outlives.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from qwentts_cli.sandbox.voices.engine import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.voices.engine import Utterance

_WORKER = Path(__file__).with_name("espeak_worker.py")
_PIECE_BYTES = 2 * 24_000 * 150 // 1000
_MAX_SECONDS = 60.0
_WORDS_PER_MINUTE = 175
_LANGUAGES = {
    "Chinese": "cmn",
    "English": "en-us",
    "German": "de",
    "Italian": "it",
    "Portuguese": "pt-br",
    "Spanish": "es",
    "Japanese": "ja",
    "Korean": "ko",
    "French": "fr",
    "Russian": "ru",
}
# First word of a letter's Unicode name, in the order that decides: kana makes Han Japanese.
_SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "cmn", "CYRILLIC": "ru"}
_VARIANTS = {"female": ("f1", "f2", "f3", "f4", "f5"), "male": ("m1", "m2", "m3", "m4", "m7")}


@dataclass(frozen=True, slots=True)
class EspeakLibrary:
    library: Path
    data: Path


def find_espeak() -> EspeakLibrary | None:
    """Find eSpeak NG as its wheel installs it."""
    if importlib.util.find_spec("espeakng_loader") is None:
        return None
    import espeakng_loader

    library, data = Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())
    return EspeakLibrary(library, data) if library.is_file() and data.is_dir() else None


class EspeakVoice:
    """The engine `espeak`: eSpeak's voice for the language, varied so that Qwen's voices differ."""

    name = "espeak"

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library
        self._slots = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        """Yield the speech as it is made.

        Raises:
            EngineFailed: the process crashed or took longer than a minute.
        """
        with self._slots, self._start() as worker:
            deadline = threading.Timer(_MAX_SECONDS, worker.kill)
            deadline.daemon = True
            deadline.start()
            try:
                yield from _read(worker, self._order(utterance))
            finally:
                deadline.cancel()
                worker.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        # -I and -S leave out everything but the standard library, which halves the time to start.
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", "-S", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
        )

    def _order(self, utterance: Utterance) -> bytes:
        variants = _VARIANTS.get(utterance.gender, _VARIANTS["female"])
        # hash() differs from run to run; the same voice must not.
        character = utterance.timbre or crc32(utterance.voice.encode())
        order = {
            "library": str(self._library.library),
            "data": str(self._library.data),
            "voice": f"{_espeak_language(utterance)}+{variants[character % len(variants)]}",
            "pitch": max(0, min(99, round((35 + character // 7 % 31) * utterance.pitch))),
            "rate": round(_WORDS_PER_MINUTE * utterance.speed),
            "volume": 2 * utterance.volume,
            "text": utterance.text.replace("\0", " "),
        }
        return json.dumps(order).encode()


def _read(worker: subprocess.Popen[bytes], order: bytes) -> Iterator[bytes]:
    if worker.stdin is None or worker.stdout is None:
        raise EngineFailed("the worker has no pipes")
    try:
        worker.stdin.write(order)
        worker.stdin.close()
    except OSError as error:
        raise EngineFailed(f"eSpeak NG did not start: {error}") from None
    while len(piece := worker.stdout.read(_PIECE_BYTES)) == _PIECE_BYTES:
        yield piece
    if worker.wait() != 0:
        raise EngineFailed(f"eSpeak NG ended with {worker.returncode}")
    if piece:
        yield piece


def _espeak_language(utterance: Utterance) -> str:
    if utterance.language in _LANGUAGES:
        return _LANGUAGES[utterance.language]
    scripts = {unicodedata.name(char, "").partition(" ")[0].partition("-")[0] for char in utterance.text}
    return next((language for script, language in _SCRIPTS.items() if script in scripts), "en-us")
