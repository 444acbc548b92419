"""The options of every command that speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.documents.input_format import InputFormat

_WHICH = "?"


def _list_voices(context: typer.Context, value: str | None) -> str | None:
    """List the voices in place of the command where `?` was typed for one."""
    if value != _WHICH or context.resilient_parsing:
        return value
    from qwentts_cli.cli.voices.listing import list_voices

    list_voices(context)
    raise typer.Exit


def _list_models(context: typer.Context, value: str | None) -> str | None:
    if value != _WHICH or context.resilient_parsing:
        return value
    from qwentts_cli.cli.models import models

    models(context)
    raise typer.Exit


VoiceOption = Annotated[
    str | None,
    typer.Option(
        "-v", "--voice", metavar="NAME", callback=_list_voices, help="The voice; '?' lists them all."
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "-m", "--model", metavar="NAME", callback=_list_models, help="The model; '?' lists them all."
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option("-l", "--language", metavar="LANG", help="A name, an ISO code such as zh, or auto."),
]
InstructionsOption = Annotated[
    str | None,
    typer.Option("-i", "--instructions", metavar="TEXT", help="How to speak, for models that follow it."),
]
OptimizeOption = Annotated[
    bool, typer.Option("--optimize-instructions", help="Have the service improve the instructions.")
]
SpeedOption = Annotated[
    str | None,
    typer.Option("--speed", metavar="N", help="How fast, with any model: 0.5 to 2 times the usual."),
]
PitchOption = Annotated[
    str | None, typer.Option("--pitch", metavar="N", help="How high: 0.5 to 2 times the usual.")
]
VolumeOption = Annotated[
    str | None, typer.Option("--volume", metavar="N", help="How loud: 0 to 100 (usual: 50).")
]
SeedOption = Annotated[
    str | None, typer.Option("--seed", metavar="N", help="Another take: 0 to 65535; the same for the same.")
]
SampleRateOption = Annotated[
    str | None, typer.Option("--sample-rate", metavar="HZ", help="Samples a second (usual: 24000).")
]
AiLabelOption = Annotated[
    bool, typer.Option("--ai-label", help="Label the sound as made by AI (GB 45438-2025).")
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="wav, flac, mp3, opus, ogg, m4a, m4b or pcm (default: as named)."
    ),
]
BitrateOption = Annotated[
    int | None,
    typer.Option("--bitrate", metavar="KBPS", min=1, help="Bit rate in kbit/s of mp3, opus, ogg, m4b."),
]
JobsOption = Annotated[
    str | None, typer.Option("-j", "--jobs", metavar="N", help="How many requests to make at the same time.")
]
RpmOption = Annotated[str | None, typer.Option("--rpm", metavar="N", help="Most requests per minute.")]
PauseOption = Annotated[
    float, typer.Option("--pause", metavar="SEC", min=0, max=3600, help="Silence between segments.")
]
ParagraphPauseOption = Annotated[
    float | None,
    typer.Option("--paragraph-pause", metavar="SEC", min=0, max=3600, help="Silence between paragraphs."),
]
TitleOption = Annotated[
    str | None, typer.Option("--title", metavar="TEXT", help="Title of the file (default: the document's).")
]
ArtistOption = Annotated[
    str | None,
    typer.Option(
        "--artist", "--author", metavar="NAME", help="Author (default: the document's, else the voices)."
    ),
]
AlbumOption = Annotated[
    str | None, typer.Option("--album", metavar="TEXT", help="Album or series of the file.")
]
CoverOption = Annotated[
    Path | None, typer.Option("--cover", metavar="FILE", help="JPEG or PNG (default: the book's own).")
]
LoudnessOption = Annotated[
    float | None,
    typer.Option(
        "--loudness",
        metavar="LUFS",
        min=-40,
        max=-8,
        help="Make each file this loud, such as -18; with --join the joined one alone.",
    ),
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Text encoding (default: UTF-8).")
]
InputFormatOption = Annotated[
    InputFormat,
    typer.Option(
        "--input-format",
        metavar="FORMAT",
        help=f"What the input is: {', '.join(InputFormat)}; auto goes by the file's name.",
    ),
]
ChaptersOption = Annotated[
    str | None, typer.Option("--chapters", metavar="LIST", help="Only these chapters, such as 3-7,9.")
]
ChapterPatternOption = Annotated[
    str | None,
    typer.Option("--chapter-pattern", metavar="REGEX", help="What the title of a chapter looks like."),
]
CastOption = Annotated[
    str | None,
    typer.Option("--cast", metavar="LIST|FILE", help="Voices of the speakers, such as Ann=Cherry,Bob=Ethan."),
]
MarkupOption = Annotated[
    bool, typer.Option("--markup", help="Obey marks such as [[pause 1s]] and [[voice Ethan]].")
]
LexiconOption = Annotated[
    Path | None, typer.Option("--lexicon", metavar="FILE", help="How words are said: a TOML file.")
]
LineBreaksOption = Annotated[
    str | None,
    typer.Option(
        "--line-breaks", metavar="HOW", help="Line breaks in a paragraph: auto, keep, or join the lines."
    ),
]
DubOption = Annotated[
    bool | None,
    typer.Option(
        "--dub/--no-dub", help="Speak each subtitle at its time, or all in a row (default: dub with -o)."
    ),
]
FitOption = Annotated[
    bool, typer.Option("--fit", help="Speak subtitles that are too long up to 1.3 times as fast.")
]
LiveWaitOption = Annotated[
    float,
    typer.Option(
        "--live-wait",
        metavar="SEC",
        min=0,
        max=3600,
        help="Speak an unfinished sentence of a pipe when its writer is silent for so long.",
    ),
]
MaxCostOption = Annotated[
    str | None,
    typer.Option(
        "--max-cost",
        metavar="AMOUNT",
        help="Stop before this run costs more, such as 2.50 or 2.50USD; see the setting 'budget' too.",
    ),
]
MaxCharactersOption = Annotated[
    int | None,
    typer.Option(
        "--max-characters", metavar="N", min=0, help="Stop before this run is billed more characters."
    ),
]
WaitNetworkOption = Annotated[
    bool, typer.Option("--wait-network", help="Wait for as long as it takes where there is no network.")
]
RetakeOption = Annotated[
    int,
    typer.Option(
        "--retake",
        metavar="N",
        min=0,
        max=9,
        help="Ask up to N times again for a sound of odd length.",
    ),
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Do not use the cache.")]
RefreshOption = Annotated[bool, typer.Option("--refresh", help="Ignore cached audio and replace it.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite what exists.")]
YesOption = Annotated[
    bool, typer.Option("-y", "--yes", help="Do not ask about a text of more than a million characters.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what it would take; send nothing.")]
FileOption = Annotated[
    list[Path] | None,
    typer.Option("-f", "--file", metavar="PATH", help="Read the text from a file; may be given again."),
]
