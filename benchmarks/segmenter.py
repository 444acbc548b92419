# ruff: noqa: RUF001 - full-width forms are what Chinese is written with
"""What the segmenter makes of four pages, and how fast it is on ten megabytes, beside the libraries alone.

Run `python benchmarks/segmenter.py`. Times are of this machine; the ratios travel better.
"""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING

import sentencex

from qwentts_cli.text.segment import segment_text
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_UNITS = 600
MEGABYTES = 10

CHINESE = """\
清晨的雾还没有散，老张就挑着担子出了门。石板路上湿漉漉的，踩上去有些滑，他走得很慢，一步一步，像在数\
着什么。巷口的豆浆店刚刚点亮了灯，热气从门缝里钻出来，带着一股甜香。“老张，今天这么早？”店主探出头来\
，笑着问他。“早点去，早点回。”老张放下担子，接过一碗豆浆，“昨天儿子来信了，说下个月3号就到家，我想把\
屋顶的瓦换一换。”
店主听了，连连点头：“那可是大喜事啊！他在外面多少年了？五年，还是六年？”“整整七年零四个月。”老张低下\
头，吹了吹碗里的热气，半天没有再说话……远处的钟楼敲了六下，声音在雾里传得很远，又仿佛就在耳边。
他喝完豆浆，从口袋里摸出2.5元放在桌上，店主摆摆手，说什么也不肯收。两个人推来推去，最后还是老张把钱\
压在碗底，挑起担子快步走了。雾气慢慢地淡了，太阳从屋檐后面露出半张脸，把整条巷子染成了金黄色。卖菜的\
、送报的、上学的孩子们陆陆续续地走出来，自行车的铃声叮叮当当，一天就这样开始了。
老张走到桥头，停下来歇脚。河水很静，两岸的柳树垂着枝条，偶尔有一只白鹭掠过水面，留下一圈一圈的涟漪。\
他想起儿子小时候常常坐在这座桥上钓鱼，一坐就是一个下午，回家的时候桶里空空的，脸上却总是笑嘻嘻的。“\
爸，鱼儿今天也休息呢！”那声音好像昨天才听见一样。他摸了摸怀里的那封信，信纸已经被翻得起了毛边，可他\
还是舍不得放在家里，走到哪儿就带到哪儿。
"""
JAPANESE = """\
駅前の小さな喫茶店は、いつも朝の七時に開く。店主の田中さんは、六時半には店に来て、まず窓を全部開ける\
。「空気を入れ替えないと、コーヒーの香りが分からないんですよ。」と彼は言う。常連の客はそれを知ってい\
るから、冬でもコートを着たまま、黙って席に着く。
ある雨の朝、見慣れない少女が一人で入ってきた。濡れた傘を畳みながら、「すみません、ここで待ってもいい\
ですか？」と小さな声で尋ねた。「もちろん。温かいものでも飲む？」田中さんはそう言って、ミルクを鍋に注\
いだ。少女はカウンターの端に座り、窓の外をじっと見ていた。時計の針が八時を回り、通勤の人々が傘の波に\
なって駅へ流れていく。しかし、待っている人はなかなか来ないようだった……。
「誰を待っているの？」しばらくして、田中さんが聞いた。「おばあちゃんです。今日、十年ぶりに帰ってくる\
んです！」少女の顔がぱっと明るくなった。そのとき、ドアの鈴が鳴り、大きな鞄を持った老婦人が入ってきた\
。二人は何も言わずに抱き合い、店の中には雨の音とコーヒーの香りだけが静かに満ちていた。田中さんは背を\
向けて、もう一杯ミルクを温め始めた。
"""
ENGLISH = """\
Dr. J. R. Whitcombe, M.D., Ph.D., arrived in St. Albans at 5 p.m. on Fri., Jan. 3, with Mrs. \
Whitcombe and Prof. A. B. Lowe of King's College. They were met by Lt. Col. Barnes (ret.), who had \
driven approx. 40 mi. from Mt. Pleasant Rd. via the A.1. "Mr. Lowe, I presume?" said the Col., \
shaking hands. "You'll want tea, i.e. the real thing, not that stuff they serve in Washington D.C. \
or wherever." The Prof. laughed. "Capt. Jones of the U.S. Navy vs. the kettle, was it? I read of it \
in the Times, vol. 3, no. 14, pp. 22 ff., I believe." They walked past Smith & Sons Ltd. and the \
offices of Acme Corp. Inc., where a sign read: Est. 1894. Messrs. Hill et al. had sold the firm for \
$1,250.75 in Sept. of that year. At No. 12 the Rev. Dr. Martin Hale, Jr. was waiting on the steps. \
"Is it true, sir, that Gen. Harris (cf. the report of Feb. 2) has refused the post?" he asked. \
"Quite true. Sen. Wood told me so himself at 10:30 a.m. today." Nobody spoke. Mrs. Hale, née Brown, \
brought sandwiches, cakes, scones, etc. and the talk turned to other things: the weather, the Univ. \
of London, the price of coal, e.g. at the Co. store in Ch. St., and so on. By 9 p.m. the last \
guests had gone home. See www.example.com/guests?year=1895 for a full list.
"""
UNPUNCTUATED = (
    "那一年的冬天来得特别早风从北边一直吹过来把院子里的树叶都吹光了我们坐在炉子旁边听爷爷讲从前的故事" * 24
)

PAGES = {
    "a page of Chinese prose": CHINESE,
    "a page of Japanese": JAPANESE,
    "English full of abbreviations": ENGLISH,
    "Chinese without punctuation": UNPUNCTUATED,
}


def show_pages() -> None:
    for name, page in PAGES.items():
        segments = list(segment_text([page], max_units=MAX_UNITS))
        units = [count_units(segment.text) for segment in segments]
        kinds = Counter(segment.boundary.name.lower() for segment in segments)
        print(f"{name}: {count_units(page)} units -> {len(segments)} segments of {units}")
        print("  ends: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()))
        for segment in segments:
            print(f"    …{segment.text.rstrip()[-24:]}")


def show_speed() -> None:
    for name in ("Chinese prose", "Chinese without punctuation", "English full of abbreviations"):
        page = next(text for title, text in PAGES.items() if title.endswith(name)) + "\n"
        text = page * (MEGABYTES * 1_000_000 // len(page.encode()))
        language = "en" if page.isascii() else "zh"
        ours = _seconds(lambda: sum(1 for _ in segment_text([text], max_units=MAX_UNITS)))  # noqa: B023 - called now
        lines = _seconds(lambda: [count_units(line) for line in text.splitlines()])  # noqa: B023 - likewise
        paged = _seconds(lambda: sentencex.segment(language, page)) * len(text) / len(page)  # noqa: B023 - likewise
        print(
            f"{MEGABYTES} MB of {name}: {ours:.1f} s; lines counted {lines:.2f} s (x{ours / lines:.0f}); "
            f"sentencex page by page {paged:.1f} s (x{ours / paged:.1f}); peak memory {_peak_kb(text)} KB"
        )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak_kb(text: str) -> int:
    """Return what the segmenter holds at most besides the text; of a tenth of it, since tracing is slow."""
    part = text[: len(text) // 10]
    tracemalloc.start()
    for _ in segment_text([part], max_units=MAX_UNITS):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak // 1000


if __name__ == "__main__":
    show_pages()
    show_speed()
