"""A bar chart as SVG: how many times the floor each job costs."""

from __future__ import annotations

from html import escape

_WIDTH, _LEFT, _ROW, _TOP = 720, 240, 30, 56


def draw_chart(bars: list[tuple[str, float]], subtitle: str) -> str:
    """Draw `bars` of name and ratio; a line marks 1, the floor itself."""
    most = max(2.0, *(ratio for _, ratio in bars))
    scale = (_WIDTH - _LEFT - 70) / most
    height = _TOP + _ROW * len(bars) + 20
    floor_x = _LEFT + scale
    rows = [
        f'<text x="{_LEFT - 10}" y="{_TOP + _ROW * n + 19}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{_LEFT}" y="{_TOP + _ROW * n + 5}" width="{ratio * scale:.1f}" height="20" rx="3"/>'
        f'<text x="{_LEFT + ratio * scale + 8:.1f}" y="{_TOP + _ROW * n + 19}">{ratio:.2f}</text>'
        for n, (name, ratio) in enumerate(bars)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="system-ui, sans-serif" font-size="13">'
    )
    style = (
        "<style>text{fill:#24292f}rect{fill:#4c78a8}line{stroke:#c0392b}"
        "@media(prefers-color-scheme:dark){text{fill:#d0d7de}}</style>"
    )
    title = f'<text x="{_LEFT}" y="20" font-weight="600">qwentts, as a multiple of the bare script</text>'
    small = f'<text x="{_LEFT}" y="38" font-size="11">{escape(subtitle)}</text>'
    ends = f'x1="{floor_x:.1f}" y1="{_TOP - 4}" x2="{floor_x:.1f}" y2="{height - 12}"'
    line = f'<line {ends} stroke-dasharray="4 3"/>'
    return "\n".join((head, style, title, small, *rows, line, "</svg>\n"))
