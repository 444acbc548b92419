"""Names of languages as files have them: three letters where the web has two."""

from __future__ import annotations

from typing import Final

UNDETERMINED: Final = "und"
_TAG_LETTERS: Final = 3
# ISO 639-2/T by ISO 639-1, for the languages that books and voices come in.
_THREE: Final = {
    "ar": "ara",
    "bg": "bul",
    "bn": "ben",
    "ca": "cat",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "et": "est",
    "eu": "eus",
    "fa": "fas",
    "fi": "fin",
    "fr": "fra",
    "ga": "gle",
    "gl": "glg",
    "he": "heb",
    "hi": "hin",
    "hr": "hrv",
    "hu": "hun",
    "id": "ind",
    "is": "isl",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "la": "lat",
    "lt": "lit",
    "lv": "lav",
    "ms": "msa",
    "nb": "nob",
    "nl": "nld",
    "nn": "nno",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sk": "slk",
    "sl": "slv",
    "sr": "srp",
    "sv": "swe",
    "ta": "tam",
    "te": "tel",
    "th": "tha",
    "tl": "tgl",
    "tr": "tur",
    "uk": "ukr",
    "ur": "urd",
    "vi": "vie",
    "yue": "yue",
    "zh": "zho",
}


def three_letters(tag: str) -> str:
    """The ISO 639-2 code of a language tag ("zh-CN", "en", "deu"); "und" for one that is not known."""
    primary = tag.replace("_", "-").partition("-")[0].strip().lower()
    if len(primary) == _TAG_LETTERS and primary.isascii() and primary.isalpha():
        return primary
    return _THREE.get(primary, UNDETERMINED)
