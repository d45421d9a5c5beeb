"""The chart of `make bench-orders`, as SVG: bars of orders a second, a dash where PostgreSQL is without a shop."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import msgspec

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 360, 64, 56, 64
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB"}
COLOURS = {"spread": "#1f6f5c", "hot": "#d9822b"}
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333} .title{font-size:15px;font-weight:600} .grid{stroke:#ddd}"
    " .mark{stroke:#555;stroke-dasharray:6 4} @media(prefers-color-scheme:dark){svg{background:#1b1b1b}"
    " text{fill:#ddd} .grid{stroke:#444} .mark{stroke:#aaa}}"
)
STEPS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000)
LINES = 6


def draw(answer: Mapping[str, Any]) -> str:
    """The SVG text of what a run kept."""
    headline: Mapping[str, float] = answer["headline"]
    marks: Mapping[str, float] = answer["reference"]
    top = max([*headline.values(), *marks.values(), 1.0])
    step = next((size for size in STEPS if top / size <= LINES), STEPS[-1])
    highest = (int(top / step) + 1) * step
    plot = HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return round(TOP + plot * (1 - value / highest), 1)

    parts = [f'<text class="title" x="{LEFT}" y="24">Whole orders a second over HTTP, 64 clients</text>']
    for value in range(0, highest + 1, step):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 20}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value:,}</text>')
    engines = list(dict.fromkeys(name.split()[0] for name in headline))
    parts += _bars(engines, headline, y)
    parts += _marks(marks, y)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n<style>{STYLE}</style>\n'
        f"<title>{escape(msgspec.json.encode(dict(headline)).decode())}</title>\n{body}\n</svg>\n"
    )


def _bars(engines: Sequence[str], headline: Mapping[str, float], y: Any) -> list[str]:  # noqa: ANN401 - a function
    parts = []
    room = (WIDTH - LEFT - 220) / len(engines)
    for place, engine in enumerate(engines):
        for turn, (skus, colour) in enumerate(COLOURS.items()):
            value = headline[f"{engine} {skus}"]
            left = round(LEFT + 16 + place * room + turn * (room / 2 - 8), 1)
            wide = round(room / 2 - 12, 1)
            parts.append(
                f'<rect x="{left}" y="{y(value)}" width="{wide}" height="{round(y(0) - y(value), 1)}" fill="{colour}"/>'
            )
            middle = left + wide / 2
            parts.append(f'<text x="{middle}" y="{y(value) - 6}" text-anchor="middle">{value:,.0f}</text>')
            parts.append(f'<text x="{middle}" y="{y(0) + 16}" text-anchor="middle">{skus}</text>')
        middle = LEFT + 10 + place * room + room / 2 - 8
        parts.append(f'<text x="{middle}" y="{y(0) + 36}" text-anchor="middle">{NAMES[engine]}</text>')
    return parts


def _marks(marks: Mapping[str, float], y: Any) -> list[str]:  # noqa: ANN401 - a function
    parts = []
    for name, value in marks.items():
        parts.append(f'<line class="mark" x1="{LEFT}" x2="{WIDTH - 196}" y1="{y(value)}" y2="{y(value)}"/>')
        label = f"{name}: {value:,.0f}" if name.startswith("pgbench") else f"{name} in pgbench: {value:,.0f}"
        parts.append(f'<text x="{WIDTH - 192}" y="{y(value) + 4}">{escape(label)}</text>')
    return parts
