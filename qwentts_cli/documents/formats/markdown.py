"""Markdown as it is read aloud: made into HTML, which then has one set of rules for both."""

from __future__ import annotations

# ruff: noqa: RUF001 - titles and stops of many scripts are what is looked for
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from qwentts_cli.documents.formats.html import LINE_ATTRIBUTE, HtmlContent, parse_pieces
from qwentts_cli.documents.formats.html_rules import raised
from qwentts_cli.text.punctuation import HAN, KANA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_FENCES: Final = {"---": ("---", "..."), "+++": ("+++",)}
_MOST_FRONT_MATTER_LINES: Final = 200
_FIELD: Final = re.compile(r"(title|author|lang|language)\s*[:=]\s*(.+)", re.IGNORECASE)
# Asterisks that multiply or raise: Markdown would take two of them for emphasis, and `2*3*4` would be 234.
_MULTIPLIES: Final = re.compile(r"(?<=[0-9)])\*{1,2}(?=[0-9A-Za-z(])|(?<=[A-Za-z)])\*{1,2}(?=[0-9(])")
_HELD: Final = "\ue02a"  # stands for such an asterisk while Markdown is parsed; of Unicode's private use
_NOTE: Final = re.compile(r"\[\^[^\]\s]{1,64}\]:")
# A note of one word would be a link's definition; something behind it keeps it from that.
_NOTE_BEGINS: Final = re.compile(r"^( {0,3}\[\^[^\]\s]{1,64}\]:)(?=[ \t]*\S)", re.MULTILINE)
_NOTE_MARK: Final = re.compile(r"\[\^[^\]\s]{1,64}\]")
_SHORTCODE: Final = re.compile(r"(?<![\w:]):(?:[a-z][a-z0-9_+-]{1,40}|[+-]1):(?![\w:])")
# A price has a digit behind its sign; of two variables of a shell the second has letters behind it.
_FORMULA: Final = re.compile(
    r"\$\$\s*\S.{0,4000}?\$\$|\$(?:(?P<letters>[A-Za-z]{1,2})|(?![\s\d])(?=[^$\n]*[\\^_={}])[^$\n]*[^$\s\\])\$(?!\w)",
    re.DOTALL,
)
_HIGHLIGHT: Final = re.compile(r"(?<![A-Za-z0-9_=])==(?=[^\s=])([^=]*[^\s=])==(?![A-Za-z0-9_=])")
# Beside Chinese, Markdown leaves marks of strong words; between Latin letters they are a power or a name.
_LEFT_STRONG: Final = re.compile(r"(?<![A-Za-z0-9])(?:\*\*|__)|(?:\*\*|__)(?![A-Za-z0-9])")
_TEMPLATE: Final = re.compile(r"\{\{[<%].{0,400}?[>%]\}\}|\{%.{0,400}?%\}")  # of Hugo, Jekyll and their kin
_CALLOUT: Final = re.compile(r"\[!\w+\][+-]?\s*|\[[ xX]\]\s+")
# What Pandoc and its kin write: attributes, citations, notes in the text, and small letters below and above.
_SIGNS_OF_PANDOC: Final = frozenset("{@^~")
_ATTRIBUTE: Final = r'(?:[#.][\w-]+|[\w-]+=(?:"[^"{}\n]*"|[^\s{}"]+))'
_ATTRIBUTES: Final = re.compile(rf"(?:\[([^\[\]\n]+)\]|\s|\A)\{{:?\s*{_ATTRIBUTE}(?:\s+{_ATTRIBUTE})*\s*\}}")
_CITATION: Final = re.compile(
    r"\s?(?:\[(?:[^\[\]\n]{0,40}\s)?-?@[A-Za-z][^\[\]\n]{0,200}\]|\^\[[^\[\]\n]{1,2000}\])"
)
_LOWERED: Final = re.compile(r"(?<=[A-Za-z)])~(\d{1,3}[+-]?)~(?!~)")
_RAISED: Final = re.compile(r"(?<=[A-Za-z0-9)])\^([+-]?\d{1,3}[+-]?|n|st|nd|rd|th)\^")
# Of a wiki, as Obsidian has them; `[[one word]]` may be one of our own marks.
_WIKI: Final = re.compile(r"!\[\[[^\[\]\n]*\]\]|\[\[(?!say )[^\[\]|\n]+\|([^\[\]|\n]+)\]\]")
_BLOCK_RULES: Final = ["normalize", "block"]
_BLOCKS_AT_ONCE: Final = 1000
_CONTAINER: Final = re.compile(r"^:::.*$", re.MULTILINE)


class FrontMatter(Struct, frozen=True):
    """What stands before a text between two lines of dashes; `lines` is how many lines that takes."""

    lines: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)


def parse_markdown(text: str) -> HtmlContent:
    """Find the passages of a Markdown text (CommonMark; tables, struck-out text, notes, front matter)."""
    matter = read_front_matter(text)
    body = text.split("\n", matter.lines)[-1] if matter.lines else text
    content = parse_pieces(_html(body, matter.lines))
    if matter.lines:
        content.left_out["front matter"] += 1
    content.title = matter.fields.get("title", "")
    content.author = matter.fields.get("author", "")
    content.language = matter.fields.get("language", matter.fields.get("lang", ""))
    return content


def read_front_matter(text: str) -> FrontMatter:
    """Read the few fields of front matter that matter here: title, author, language."""
    lines = text[: 200 * _MOST_FRONT_MATTER_LINES].split("\n", _MOST_FRONT_MATTER_LINES)
    ends = _FENCES.get(lines[0].rstrip())
    if not ends:
        return FrontMatter()
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in ends:
            return FrontMatter(number, fields)
        if found := _FIELD.match(line):
            fields[found[1].lower()] = _unquoted(found[2].strip())
    return FrontMatter()


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _html(text: str, lines_before: int) -> Iterator[str]:
    """Give the HTML in pieces: what is inside of blocks takes most of the memory, and is needed only once."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    inline_rules = [rule for rule in parser.core.ruler.get_active_rules() if rule not in _BLOCK_RULES]
    parser.inline.ruler.before("escape", "formula", _omit_formula)
    held = _MULTIPLIES.sub(lambda found: _HELD * len(found[0]), text.replace(_HELD, ""))
    held = _NOTE_BEGINS.sub(rf"\1 {_HELD} ", held)
    parser.core.ruler.enableOnly(_BLOCK_RULES)
    environment: dict[str, Any] = {}
    blocks = _without_notes(parser.parse(held, environment))
    parser.core.ruler.enableOnly(inline_rules)
    for begin in range(0, len(blocks), _BLOCKS_AT_ONCE):
        some = blocks[begin : begin + _BLOCKS_AT_ONCE]
        parser.core.process(StateCore("", parser, environment, some))
        tokens = [_mended(token, lines_before) for token in some]
        html: str = parser.renderer.render(tokens, parser.options, environment)
        yield html.replace(_HELD, "*")
        for token in some:
            token.children = None


def _omit_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as the library calls it
    """Leave out `$E = mc^2$`; of a single letter, `$n$`, the letter is read."""
    found = _FORMULA.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("text" if found["letters"] else "html_inline", "", 0)
        token.content = found["letters"] or "<math></math>"
    state.pos = found.end()
    return True


def _without_notes(tokens: Sequence[Token]) -> list[Token]:
    """Leave out the paragraphs that are notes: `[^1]: What is told there.`."""
    kept: list[Token] = []
    position = 0
    while position < len(tokens):
        following = tokens[position + 1 : position + 2]
        if tokens[position].type == "paragraph_open" and following and _NOTE.match(following[0].content):
            position += 3
            continue
        kept.append(tokens[position])
        position += 1
    return kept


def _mended(token: Token, lines_before: int) -> Token:
    if token.map and token.nesting >= 0:
        token.attrSet(LINE_ATTRIBUTE, str(token.map[0] + 1 + lines_before))
    if token.type == "code_block" and _is_prose(token.content):
        line = token.attrGet(LINE_ATTRIBUTE)
        token.type, token.content = (
            "html_block",
            f'<p {LINE_ATTRIBUTE}="{line}">{_escaped(token.content)}</p>',
        )
    for child in token.children or []:
        if child.type == "text":
            child.content = _cleaned(child.content)
    return token


def _cleaned(text: str) -> str:
    text = _TEMPLATE.sub("", _NOTE_MARK.sub("", text))
    text = _SHORTCODE.sub("", _CALLOUT.sub("", _WIKI.sub(r"\1", text)))
    text = _HIGHLIGHT.sub(r"\1", _CONTAINER.sub("", text))
    if not _SIGNS_OF_PANDOC.isdisjoint(text):
        text = _CITATION.sub("", _ATTRIBUTES.sub(r"\1", text))
        text = _RAISED.sub(lambda found: raised(found[1]), _LOWERED.sub(r"\1", text))
    return text if text.isascii() else _LEFT_STRONG.sub("", text)


def _is_prose(code: str) -> bool:
    """Tell an indented Chinese or Japanese paragraph from code, which looks the same to Markdown."""
    return re.search(f"[{HAN}{KANA}]{{2}}[^\n]*[，。、！？：；」』”]", code) is not None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
