"""The pen: marks, gradients and clips of one vector drawing. What is drawn is decided elsewhere.

Light falls from the upper left. A shape is first painted flat, then given `volume` by translucent light and shadow, so
that patterns are lit together with what they are on.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from msgspec import Struct

Stops = Sequence[tuple[float, str, float]]
Point = tuple[float, float]

SHADOW = "#1d1522"
LIGHT = "#fff8ea"

# Light and shadow across a rounded body, by surface: (offset, colour, opacity).
_SURFACES: dict[str, tuple[Stops, Stops]] = {
    "matte": (
        ((0, SHADOW, 0.24), (0.16, SHADOW, 0.06), (0.45, SHADOW, 0.02), (0.8, SHADOW, 0.26), (1, SHADOW, 0.36)),
        ((0, LIGHT, 0), (0.28, LIGHT, 0.24), (0.55, LIGHT, 0)),
    ),
    "glaze": (
        ((0, SHADOW, 0.32), (0.14, SHADOW, 0.08), (0.5, SHADOW, 0.03), (0.84, SHADOW, 0.34), (1, SHADOW, 0.22)),
        (
            (0, LIGHT, 0),
            (0.12, LIGHT, 0.08),
            (0.26, LIGHT, 0.36),
            (0.4, LIGHT, 0.06),
            (0.93, LIGHT, 0),
            (1, LIGHT, 0.16),
        ),
    ),
    "metal": (
        (
            (0, SHADOW, 0.5),
            (0.1, SHADOW, 0.12),
            (0.3, SHADOW, 0),
            (0.5, SHADOW, 0.32),
            (0.64, SHADOW, 0.1),
            (0.86, SHADOW, 0.5),
            (1, SHADOW, 0.2),
        ),
        (
            (0.06, LIGHT, 0),
            (0.24, LIGHT, 0.7),
            (0.36, LIGHT, 0.1),
            (0.62, LIGHT, 0.22),
            (0.72, LIGHT, 0),
            (1, LIGHT, 0.3),
        ),
    ),
    "glass": (
        ((0, SHADOW, 0.3), (0.1, SHADOW, 0.02), (0.85, SHADOW, 0.04), (1, SHADOW, 0.3)),
        (
            (0.04, LIGHT, 0),
            (0.14, LIGHT, 0.6),
            (0.22, LIGHT, 0.08),
            (0.8, LIGHT, 0),
            (0.9, LIGHT, 0.4),
            (1, LIGHT, 0.05),
        ),
    ),
    "flat": (
        ((0, SHADOW, 0), (0.5, SHADOW, 0.03), (1, SHADOW, 0.2)),
        ((0, LIGHT, 0.22), (0.5, LIGHT, 0.03)),
    ),
}


def _mixed(colour: str, other: str, part: float) -> str:
    channels = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * part):02x}" for one, two in channels)


def _opacity(stops: Stops, at: float) -> float:
    """The opacity of a gradient between its stops."""
    if at <= stops[0][0]:
        return stops[0][2]
    for (low, _, first), (high, _, second) in pairwise(stops):
        if at <= high:
            return first + (second - first) * (at - low) / (high - low)
    return stops[-1][2]


def _lit(dark: Stops, light: Stops) -> Stops:
    """Light laid over shadow as one gradient: painting once is half the work of painting twice."""
    out = []
    for at in sorted({stop[0] for stop in (*dark, *light)}):
        over, under = _opacity(light, at), _opacity(dark, at)
        both = over + under * (1 - over)
        out.append((at, _mixed(SHADOW, LIGHT, over / both if both else 0), both))
    return tuple(out)


_LIT = {surface: _lit(dark, light) for surface, (dark, light) in _SURFACES.items()}


def number(value: float) -> str:
    """One decimal is a tenth of a pixel: enough."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def trail(*parts: str | float) -> str:
    """Path data from letters and coordinates."""
    return " ".join(part if isinstance(part, str) else number(part) for part in parts)


def polygon(points: Sequence[Point]) -> str:
    """Path data of a closed polygon."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def polyline(points: Sequence[Point]) -> str:
    """Path data of an open line."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def box(x: float, y: float, width: float, height: float, round_px: float = 0) -> str:
    """Path data of a rectangle with round corners."""
    r = min(round_px, width / 2, height / 2)
    if r <= 0:
        return trail("M", x, y, "h", width, "v", height, "h", -width, "Z")
    arc = ("a", r, r, 0, 0, 1)
    return trail(
        *("M", x + r, y),
        *("h", width - 2 * r, *arc, r, r),
        *("v", height - 2 * r, *arc, -r, r),
        *("h", 2 * r - width, *arc, -r, -r),
        *("v", 2 * r - height, *arc, r, -r),
        "Z",
    )


def oval(cx: float, cy: float, rx: float, ry: float) -> str:
    """Path data of an ellipse."""
    return trail("M", cx - rx, cy, "a", rx, ry, 0, 1, 0, 2 * rx, 0, "a", rx, ry, 0, 1, 0, -2 * rx, 0, "Z")


class Look(Struct, frozen=True):
    """What makes one object itself: its colours and a seed that every proportion is derived from."""

    seed: str
    main: str
    second: str
    accent: str
    pattern: str = "plain"
    form: int = 0

    def part(self, trait: str) -> float:
        """A stable number in [0, 1) for this trait of this object."""
        digest = hashlib.blake2b(f"{self.seed}/{trait}".encode(), digest_size=6).digest()
        return int.from_bytes(digest) / 2**48

    def between(self, trait: str, low: float, high: float) -> float:
        """A stable proportion."""
        return low + (high - low) * self.part(trait)

    def count(self, trait: str, low: int, high: int) -> int:
        """A stable whole number, both ends possible."""
        return low + int(self.part(trait) * (high - low + 1))

    def scatter(self, trait: str, count: int) -> list[tuple[float, float, float]]:
        """`count` stable triples in [0, 1), e.g. for speckles."""
        width = 4
        digest = hashlib.shake_128(f"{self.seed}/{trait}".encode()).digest(count * 3 * width)
        flat = [int.from_bytes(digest[at : at + width]) / 2**32 for at in range(0, len(digest), width)]
        return list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))


class Canvas:
    """Collects definitions and marks; knows nothing of what they show."""

    def __init__(self) -> None:
        self._defs: dict[str, str] = {}
        self._marks: list[str] = []

    def _define(self, markup: str) -> str:
        name = self._defs.setdefault(markup, f"d{len(self._defs)}")
        return f"url(#{name})"

    def linear(self, stops: Stops, x1: float = 0, y1: float = 0, x2: float = 1, y2: float = 0) -> str:
        """A linear gradient over the bounding box of the shape it fills."""
        line = " ".join(f'{key}="{value:g}"' for key, value in (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)))
        return self._define(f"<linearGradient {line} ID>{_stops(stops)}</linearGradient>")

    def radial(self, stops: Stops, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """A radial gradient over the bounding box of the shape it fills."""
        return self._define(f'<radialGradient cx="{cx:g}" cy="{cy:g}" r="{r:g}" ID>{_stops(stops)}</radialGradient>')

    def path(self, d: str, fill: str = "none", **style: str | float) -> None:
        """One filled or stroked path."""
        self._marks.append(f'<path d="{d}" fill="{fill}"{_style(style)}/>')

    def line(self, d: str, stroke: str, width: float, **style: str | float) -> None:
        """One line with round ends."""
        round_ends = {"stroke_linecap": "round", "stroke_linejoin": "round"} | style
        self._marks.append(
            f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"{_style(round_ends)}/>'
        )

    @contextmanager
    def group(self, **style: str | float) -> Iterator[None]:
        """Everything drawn inside shares a transform, an opacity or a clip."""
        self._marks.append(f"<g{_style(style)}>")
        yield
        self._marks.append("</g>")

    def clip(self, d: str) -> str:
        """A clip in the shape of a path, for `group(clip_path=...)`."""
        return self._define(f'<clipPath ID><path d="{d}"/></clipPath>')

    def volume(self, d: str, surface: str = "matte", strength: float = 1.0) -> None:
        """Light and shadow across a shape already painted flat."""
        stops = [(offset, colour, opacity * strength) for offset, colour, opacity in _LIT[surface]]
        end = (1.0, 0.0) if surface != "flat" else (0.7, 1.0)
        self.path(d, self.linear(stops, 0, 0, *end))

    def ground_shade(self, d: str, depth: float = 0.22) -> None:
        """A body darkens towards the table it stands on."""
        self.path(d, self.linear(((0, LIGHT, 0.06), (0.45, SHADOW, 0), (1, SHADOW, depth)), 0, 0, 0, 1))

    def tube(self, d: str, colour: str, width: float, gloss: float = 0.55) -> None:
        """A round bar along a path: an arm, a handle, a leg."""
        self.line(d, _mixed(colour, SHADOW, 0.42), width)
        self.line(d, colour, width * 0.74, transform=f"translate({number(-width * 0.07)} {number(-width * 0.08)})")
        shift = f"translate({number(-width * 0.19)} {number(-width * 0.2)})"
        self.line(d, LIGHT, max(1.2, width * 0.17), opacity=gloss, transform=shift)

    def contact(self, rx: float, cx: float = 0, cy: float = 0, depth: float = 1.0) -> None:
        """The shadow under a thing: a tight dark core, and a soft one falling to the right."""
        soft = self.radial(((0, SHADOW, 0.4 * depth), (0.5, SHADOW, 0.2 * depth), (1, SHADOW, 0)))
        self.path(oval(cx + rx * 0.45, cy + rx * 0.05, rx * 1.55, rx * 0.3), soft)
        core = self.radial(((0, SHADOW, 0.62 * depth), (0.72, SHADOW, 0.36 * depth), (1, SHADOW, 0)))
        self.path(oval(cx + rx * 0.05, cy + rx * 0.03, rx * 1.14, rx * 0.25), core)

    def glow(self, cx: float, cy: float, r: float, colour: str = "#ffdf9e", opacity: float = 0.6) -> None:
        """Lamp light in the air."""
        fade = ((0, colour, opacity), (0.4, colour, opacity * 0.42), (1, colour, 0))
        self.path(oval(cx, cy, r, r), self.radial(fade))

    def document(self, size: int) -> str:
        """The finished drawing."""
        defs = "".join(markup.replace(" ID>", f' id="{name}">', 1) for markup, name in self._defs.items())
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}">'
        return f"{head}<defs>{defs}</defs>{''.join(self._marks)}</svg>"


def turn(x: float, y: float, degrees: float = 0, scale: float = 1) -> str:
    """A transform: to a place, turned, scaled."""
    return f"translate({number(x)} {number(y)}) rotate({number(degrees)}) scale({scale:.3f})"


def circle_point(cx: float, cy: float, r: float, degrees: float) -> Point:
    """A point on a circle; 0 degrees is twelve o'clock, clockwise."""
    angle = math.radians(degrees - 90)
    return cx + r * math.cos(angle), cy + r * math.sin(angle)


def _style(style: dict[str, str | float]) -> str:
    return "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else f"{value:.4g}"}"'
        for key, value in style.items()
    )


def _stops(stops: Stops) -> str:
    return "".join(
        f'<stop offset="{offset:g}" stop-color="{colour}"'
        + (f' stop-opacity="{opacity:.3g}"/>' if opacity < 1 else "/>")
        for offset, colour, opacity in stops
    )
