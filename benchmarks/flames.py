"""Where a process's time goes, as SVG: folded stacks (py-spy's `raw`) become a picture without scripts.

Width is time. What all stacks share at the bottom (the interpreter, the command, the loop) is left out, and so is what
is too narrow to see; point at a bar for its name and share.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, TOP = 1_200, 17, 44
NARROWEST = 0.002
CHARACTER = 6.9
TRUNK = "Runner.run"
COLOURS = {
    "fairday/adapters": "#c9863b", "fairday/kernel": "#b7a23c", "fairday/domain": "#4f9a7f",
    "fairday/usecases": "#3f7fa6", "fairday/interfaces": "#7f6fb0", "fairday/bootstrap": "#9a6f9a",
    "uvicorn": "#a05a5a", "litestar": "#b06a6a",
}  # fmt: skip
OTHER = "#9a9a9a"
_LINE_NUMBER = re.compile(r":\d+\)$")


@dataclass
class Bar:
    """A function as it was called from where it stands: samples in it and below."""

    name: str
    samples: int = 0
    calls: dict[str, "Bar"] = field(default_factory=dict)

    def add(self, frames: Sequence[str], samples: int) -> None:
        """One folded stack."""
        self.samples += samples
        if frames:
            self.calls.setdefault(frames[0], Bar(frames[0])).add(frames[1:], samples)


def draw(folded: Path, title: str) -> str:
    """The SVG text."""
    trunk = Bar("all")
    for line in folded.read_text(encoding="utf-8").splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = [_LINE_NUMBER.sub(")", frame) for frame in stack.split(";")]
        places = [number for number, frame in enumerate(frames) if frame.startswith(TRUNK)]
        if places:
            trunk.add(frames[places[-1] + 1 :], int(samples))
    bars = list(_bars(trunk, trunk.samples, 0.0, 0))
    height = TOP + ROW * (max((depth for _, _, depth in bars), default=0) + 2)
    body = "\n".join(_drawn(bar, left, depth, trunk.samples, height) for bar, left, depth in bars)
    style = "text{font:11px ui-monospace,monospace;fill:#111} .t{font:600 15px system-ui,sans-serif;fill:#555}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n<style>{style}</style>\n'
        f'<text class="t" x="8" y="24">{escape(title)}</text>\n{body}\n</svg>\n'
    )


def _bars(bar: Bar, total: int, left: float, depth: int) -> Iterator[tuple[Bar, float, int]]:
    """Each bar that is wide enough, with where it begins (0 to 1) and how high it stands."""
    yield bar, left, depth
    for called in sorted(bar.calls.values(), key=lambda one: one.name):
        if called.samples / total >= NARROWEST:
            yield from _bars(called, total, left, depth + 1)
        left += called.samples / total


def _drawn(bar: Bar, left: float, depth: int, total: int, height: int) -> str:
    share = bar.samples / total
    x, wide, y = round(left * WIDTH, 1), round(share * WIDTH - 0.4, 1), height - ROW * (depth + 1)
    colour = next((colour for part, colour in COLOURS.items() if part in bar.name), OTHER)
    label = bar.name[: int((wide - 6) / CHARACTER)] if wide > 6 * CHARACTER else ""
    return (
        f'<g><title>{escape(bar.name)} {100 * share:.1f} %</title><rect x="{x}" y="{y}" width="{wide}" '
        f'height="{ROW - 1}" fill="{colour}" fill-opacity=".75"/>'
        f'<text x="{x + 3}" y="{y + 12}">{escape(label)}</text></g>'
    )
