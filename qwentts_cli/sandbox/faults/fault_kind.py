"""What a kind of fault is: how it spoils an answer, and how it is explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from qwentts_cli.sandbox.formats.sound_format import SoundFormat
from qwentts_cli.sandbox.http.response_writer import ResponseWriter

TrueAnswerT = TypeVar("TrueAnswerT")

# Writes an answer in place of the endpoint. The second argument makes the true answer, which bills it; the
# third is the argument of the rule.
Spoiler = Callable[[ResponseWriter, Callable[[], TrueAnswerT], str], None]

Alter = Callable[[bytes, SoundFormat, str], tuple[bytes, SoundFormat]]

SECONDS = r"\d{1,6}(?:\.\d{1,6})?"
COUNT = r"\d{1,9}"


@dataclass(frozen=True, slots=True)
class FaultKind(Generic[TrueAnswerT]):
    """One kind of fault.

    Attributes:
        spoil: does it; none where the endpoint itself heeds it, whatever else goes wrong.
        alter: changes the sound instead: samples and format, and the argument of the rule.
        summary: one line for the user.
        bills: whether the request is processed and billed all the same.
        argument: what the argument is called; "" means there is none.
        pattern: what it must look like.
        default: what it is when it is left out; without one it is required.
    """

    spoil: Spoiler[TrueAnswerT] | None
    summary: str
    bills: bool = False
    argument: str = ""
    pattern: str = ""
    default: str | None = None
    alter: Alter | None = None
