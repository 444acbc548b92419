"""A script says who speaks, and how."""

from __future__ import annotations

from qwentts_cli.documents.formats.script import parse_script
from qwentts_cli.documents.model import PassageKind

SCRIPT = """It was night.

Alice: Who is there?
[Bob, whispering] Only me.
And a friend.

It is 10:30 now.
**Alice (laughing):** See https://example.org
旁白：他走了进来。
小明（生气地）：走开！
Bob: (coughs) Hm.
"""


def test_reads_turns() -> None:
    """Names in both scripts, instructions in brackets, and lines that go on with a turn."""
    found = [(p.line, p.speaker, p.manner.instructions, p.text) for p in parse_script([SCRIPT]).passages()]
    assert found == [
        (1, "", "", "It was night."),
        (3, "Alice", "", "Who is there?"),
        (4, "Bob", "whispering", "Only me.\nAnd a friend."),
        (7, "Bob", "whispering", "It is 10:30 now."),
        (8, "Alice", "laughing", "See https://example.org"),
        (9, "旁白", "", "他走了进来。"),
        (10, "小明", "生气地", "走开！"),
        (11, "Bob", "coughs", "Hm."),
    ]
    assert all(p.kind is PassageKind.TURN for p in parse_script([SCRIPT]).passages())


def test_directions_for_the_stage_are_not_said() -> None:
    """A line that is all in brackets; within a line, brackets are said."""
    document = parse_script(
        ["小明：你好！\n（两人笑，走开）\n我走了。\n( They laugh. )\nAnn: I (too) go.\n(a) b (c)\n"]
    )
    for _ in range(2):
        assert [p.text for p in document.passages()] == ["你好！\n我走了。", "I (too) go.\n(a) b (c)"]
        assert document.left_out == {"stage direction": 2}
