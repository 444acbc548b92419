"""Which encoding bytes that are not UTF-8 are likely in: told by the characters that texts have most of."""

# ruff: noqa: RUF001 - Cyrillic, and marks that Windows adds to Latin letters
from __future__ import annotations

import codecs
import re
from typing import Final

_SAMPLE_BYTES: Final = 4096
_SIMPLIFIED: Final = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行"
    "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日它与长把"
    "老早门雾出了春夏秋冬，。、！？：；“”谢请"
)
_TRADITIONAL: Final = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行"
    "所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日它與長把"
    "老早門霧春夏秋冬，。、！？：；「」謝請"
)
_JAPANESE: Final = (
    "あいうえおかがきぎくけげこごさざしじすせそただちっつてでとどなにぬねのはばひびふへほまみむめもやゆよらりるれろわを"
    "んアイウエオカキクケコサシスセソタチツテトナニノハフホマミムメモラリルレロン、。ー「」"
)
_KOREAN: Final = (
    "이다는의에을가고하지은로를한도기사리어서자나시그들인해일있아과라대수게안으만니스여부정보전구장제상유동성원주"
    "습요까녕세것였었했말집친빨"
)
_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэ"
_WESTERN: Final = "äöüÄÖÜßéèêëàâçñóíáúãõîïôûùìòœ’“”„«»–—…€¿¡°"
# The first of those with the highest share of their commonest characters.
_CANDIDATES: Final = (
    ("gb18030", _SIMPLIFIED),
    ("big5", _TRADITIONAL),
    ("shift_jis", _JAPANESE),
    ("euc_jp", _JAPANESE),
    ("euc_kr", _KOREAN),
    ("cp1251", _RUSSIAN),
    ("koi8_r", _RUSSIAN),
    ("cp1252", _WESTERN),
)
_LEAST_SHARE: Final = 0.2
_WORDS: Final = "[\x80-\uffff]{2,}"


def likely_encoding(data: bytes) -> str:
    """Return the likeliest encoding of `data`, which begins where it is no UTF-8; empty if none is likely."""
    shares = {name: _share(data[:_SAMPLE_BYTES], name, common) for name, common in _CANDIDATES}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _LEAST_SHARE else ""


def _share(data: bytes, encoding: str, common: str) -> float:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return 0.0
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    share = sum(char in common for char in foreign) / len(foreign)
    # Words of Cyrillic are foreign as a whole, those of Latin letters here and there.
    together = len("".join(re.findall(_WORDS, text))) / len(foreign)
    if common is _WESTERN:
        return share * (1 - together / 2)
    return share * together if common is _RUSSIAN else share
