"""What is made ready before a voice costs anything: the model, the recording, and the words."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.dashscope.address import parse_address
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.names import Choice, choose_language, choose_model, end_notice
from qwentts_cli.dashscope.own_voices.client import Upload
from qwentts_cli.dashscope.own_voices.judge_sample import judge_sample
from qwentts_cli.dashscope.own_voices.makers import Kind, Maker, default_model, find_maker, load_makers
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.resolve import Settings

_MAX_PROMPT = 2048
_MAX_PREVIEW = 1024
# What the newer maker takes at least (Model Studio, voice design for CosyVoice).
_MIN_PREVIEW = 15


class Recording(Struct, frozen=True, kw_only=True):
    """What a voice is cloned of: the address of a recording, or one that is still to be sent."""

    address: str = ""
    upload: Upload | None = None

    def as_data(self) -> str:
        """The recording as a `data:` address."""
        if self.upload is None:
            return self.address
        return f"data:{self.upload.media_type};base64,{base64.b64encode(self.upload.data).decode()}"


def choose_maker(settings: Settings, kind: Kind, observer: Observer) -> tuple[str, Maker]:
    """The model that a voice is for, and who makes it: as was typed, else as is usual.

    What looks wrong with the model is warned of: it will be the only one that the voice speaks with.

    Raises:
        UsageError: no voice of that kind can be made for the model.
    """
    catalog, typed = load_catalog(), settings.flag("model")
    choice = choose_model(catalog, typed or settings.text("model", default_model()))
    if not typed and not any(maker.makes(kind, choice.wire) for maker in load_makers().values()):
        choice = Choice(default_model())
    maker = find_maker(choice.wire, kind)
    ended = end_notice(catalog, choice.wire, datetime.now().astimezone().date())
    for warning in filter(None, (choice.warning, ended)):
        observer.warn(warning)
    return choice.wire, maker


def choose_code(typed: str | None, model: str) -> str | None:
    """The code of the language that was typed."""
    if typed is None:
        return None
    catalog = load_catalog()
    name = choose_language(catalog, typed, model).wire
    return next((code for code, known in catalog.languages.items() if known == name), None)


def prepare_recording(typed: str, maker: Maker, observer: Observer) -> Recording:
    """Look at a recording and make it into what is taken; an address is passed on as it is.

    Raises:
        UsageError: it is none, or is beyond what is documented for the maker; nothing was sent.
    """
    if "://" in typed:
        return Recording(address=_check_address(typed))
    from qwentts_cli.audio.sample.read_sample import read_sample

    path = Path(typed)
    sample = read_sample(path)
    for change in sample.changes:
        observer.tell(f"{path}: {change}")
    if sample.facts is None:
        observer.warn(f"{path} is sent unseen: pip install 'qwentts[m4b]' lets M4A be looked into")
    if sample.facts and not sample.facts.speech_s:
        raise UsageError(
            f"there is no sound in {path}: its loudest sample is at {sample.facts.peak_db:.0f} dB",
            hint="Record it again, louder.",
        )
    found = list(judge_sample(sample, as_data=maker.takes_data))
    walls = [finding.text for finding in found if finding.is_limit and maker.is_older]
    if walls:
        raise UsageError(
            f"{maker.id} does not take {path}: {walls[0]}",
            details=tuple(walls[1:]),
            hint="Cut it or record it anew: 10 to 20 seconds of one clear voice are advised.",
        )
    for finding in found:
        advice = " for another maker of voices; this one may refuse it too" if finding.is_limit else ""
        observer.warn(f"{path}: {finding.text}{advice}")
    return Recording(upload=Upload(sample.data, sample.extension, sample.media_type))


def check_description(prompt: str, preview: str, maker: Maker) -> None:
    """Check the words a voice is designed of, and those it is to speak first.

    Raises:
        UsageError: one of them is too short or too long.
    """
    _check_length("--prompt", prompt, 1, _MAX_PROMPT)
    _check_length("--preview", preview, 1 if maker.is_older else _MIN_PREVIEW, _MAX_PREVIEW)


def _check_length(option: str, text: str, least: int, most: int) -> None:
    length = len(text.strip())
    if not least <= length <= most:
        raise UsageError(f"{option} has {length:,} characters; {least} to {most:,} are taken")


def _check_address(typed: str) -> str:
    try:
        address = parse_address(typed)
    except ValueError as error:
        raise UsageError(f"the address of the sample cannot be used: it {error}") from None
    if address.scheme != "https":
        raise UsageError(
            "the address of the sample is not https: anybody on the way could change it",
            hint="Use https, or the file itself.",
        )
    return address.url
