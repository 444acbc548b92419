"""How many sounds that say too little or too much are caught, and how many good ones are accused.

    python benchmarks/plausibility.py [--voice-engine espeak|tones] [--count 1000]

The sandbox's voice speaks `count` texts of one to eight sentences as they are, and then each with a fault: it
stops early, falls silent, or babbles on. Nothing of the network is in it, only the judgement.
"""

from __future__ import annotations

import argparse
import random

from qwentts_cli.audio.audible import AudibleMeter
from qwentts_cli.audio.wav import Pcm
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.find_engine import find_engine
from qwentts_cli.speech.length_check import LengthCheck

RATE = 24_000
SEED = 20261125
GOOD_PER_BAD = 9
SENTENCES = [
    "The harbour was quiet, and the first boats came in with the tide.",
    "In 1998, NASA spent $5.3 billion on it; by 2004 that was 12% less.",
    "Why?",
    "Nobody had asked her, so she said nothing.",
    "Write to info@example.org, or call 555-0199 between 9:30 and 17:00!",
    "He opened the letter slowly, read it twice, folded it again, and put it where it had always been.",
    "Chapter 7",
    '"Come in," she said. "It\'s open."',
    "The chemical formula of caffeine is C8H10N4O2 (molar mass 194.19).",
    "Good morning.",
]
FAULTS = {
    "short=40": lambda pcm: pcm[: len(pcm) * 40 // 100 // 2 * 2],
    "silence=60": lambda pcm: pcm[: len(pcm) * 40 // 100 // 2 * 2] + bytes(len(pcm) * 60 // 100 // 2 * 2),
    "silence=100": lambda pcm: bytes(len(pcm)),
    "long=300": lambda pcm: pcm * 3,
}


def write_text(chance: random.Random) -> str:
    """One to eight sentences, as segments of a text are."""
    return " ".join(chance.choice(SENTENCES) for _ in range(chance.randint(1, 8)))


def measure(pcm: bytes) -> float:
    meter = AudibleMeter()
    meter.feed(Pcm(pcm, RATE))
    return meter.seconds


def count_doubts(good: list[tuple[str, float]], bad: list[float], chance: random.Random) -> tuple[int, int]:
    """Each bad sound among others that are good; gives how many bad and how many good ones are doubted."""
    check = LengthCheck()
    caught, accused = 0, set()
    for number, (text, _) in enumerate(good):
        others = [number, *(chance.randrange(len(good)) for _ in range(GOOD_PER_BAD - 1))]
        accused |= {other for other in others if not is_plausible(check, *good[other])}
        caught += not is_plausible(check, text, bad[number])
    return caught, len(accused)


def is_plausible(check: LengthCheck, text: str, had_s: float) -> bool:
    request = SynthesisRequest(text=text, voice="Cherry", model="qwen3-tts-flash")
    return check.judge(request, had_s).is_plausible


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice-engine", default="auto")
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    engine = find_engine(options.voice_engine)
    chance = random.Random(SEED)  # noqa: S311 - it draws texts
    texts = [write_text(chance) for _ in range(options.count)]
    sounds = [
        b"".join(engine.speak(Utterance(text=text, voice="Cherry", language="English"))) for text in texts
    ]
    good = list(zip(texts, map(measure, sounds), strict=True))
    print(f"{engine.name}, {options.count} sounds, {GOOD_PER_BAD} good ones to a bad one")
    for name, fault in FAULTS.items():
        caught, accused = count_doubts(good, [measure(fault(pcm)) for pcm in sounds], chance)
        print(f"{name}: {caught} of {options.count} caught, {accused} of {options.count} good ones accused")


if __name__ == "__main__":
    main()
