"""Bodies of revolution (mugs, vases, shades, bells) and the patterns painted round them.

A profile is (height, radius) pairs from the foot up, in picture units, standing on y = 0. Seen slightly from above.
"""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, Point, oval, polygon, polyline, trail
from fairday.demo.colour import shade

TILT = 0.19  # how flat a circle looks from this camera
_SAMPLES = 44


class Turned:
    """A round body: its silhouette, and where a point of its surface is seen."""

    def __init__(self, *profile: Point, smooth: bool = True) -> None:
        self.profile = _smooth(profile) if smooth else _straight(profile)
        self.foot, self.top = self.profile[0], self.profile[-1]

    @property
    def height(self) -> float:
        return self.top[0] - self.foot[0]

    @property
    def widest(self) -> float:
        return max(radius for _, radius in self.profile)

    def radius(self, part: float) -> float:
        """The radius at a part (0 to 1) of the height."""
        wanted = self.foot[0] + part * self.height
        for (low, r_low), (high, r_high) in zip(self.profile, self.profile[1:], strict=False):
            if low <= wanted <= high and high > low:
                return r_low + (r_high - r_low) * (wanted - low) / (high - low)
        return self.top[1]

    def at(self, degrees: float, part: float) -> Point:
        """Where the surface is seen: 0 degrees faces us, 90 is the right edge."""
        r, angle = self.radius(part), math.radians(degrees)
        return r * math.sin(angle), -(self.foot[0] + part * self.height) + r * TILT * math.cos(angle)

    def silhouette(self) -> str:
        """Path data of the outline."""
        left = [(-radius, -height) for height, radius in reversed(self.profile)]
        right = [(radius, -height) for height, radius in self.profile]
        (foot, r0), (top, r1) = self.foot, self.top
        down = polyline(left) + trail("A", r0, max(0.1, r0 * TILT), 0, 0, 0, r0, -foot)
        up = "L" + polyline(right)[1:]
        return down + up + trail("A", max(0.1, r1), max(0.1, r1 * TILT), 0, 0, 0, -r1, -top, "Z")

    def ring(self, low: float, high: float) -> str:
        """Path data of a band round the body between two parts of its height."""
        steps = range(-90, 91, 10)
        return polygon([self.at(a, low) for a in steps] + [self.at(a, high) for a in reversed(steps)])


def spin(pen: Canvas, body: Turned, look: Look, surface: str = "glaze", colour: str = "") -> None:
    """Paint a body in its colour and pattern, then light it."""
    outline = body.silhouette()
    pen.path(outline, colour or look.main)
    if look.pattern in PATTERNS:
        with pen.group(clip_path=pen.clip(outline)):
            PATTERNS[look.pattern](pen, body, look)
    pen.volume(outline, surface)
    pen.ground_shade(outline)
    if surface == "glaze":
        streak(pen, body)


def plain(pen: Canvas, body: Turned, colour: str, surface: str = "matte") -> None:
    """Paint and light a body without pattern."""
    outline = body.silhouette()
    pen.path(outline, colour)
    pen.volume(outline, surface)
    pen.ground_shade(outline, 0.16)


def streak(pen: Canvas, body: Turned, low: float = 0.16, high: float = 0.88) -> None:
    """The window reflected in a glaze."""
    parts = [low + (high - low) * step / 14 for step in range(15)]
    left = [body.at(-52, part) for part in parts]
    right = [body.at(-52 + 10 * math.sin(math.pi * step / 14), part) for step, part in enumerate(parts)]
    pen.path(polygon(left + right[::-1]), LIGHT, opacity=0.42)


def mouth(pen: Canvas, body: Turned, colour: str, wall: float = 12, *, filled: str = "") -> None:
    """An open top: the lip, the dark inside, and what is in it."""
    height, r = body.top
    pen.path(oval(0, -height, r, r * TILT), shade(colour, 0.09))
    inner = r - wall
    inside = oval(0, -height + wall * 0.12, inner, inner * TILT)
    pen.path(inside, shade(colour, -0.2))
    pen.path(inside, pen.linear(((0, SHADOW, 0.55), (0.6, SHADOW, 0.18), (1, LIGHT, 0.18))))
    if filled:
        with pen.group(clip_path=pen.clip(inside)):
            level = oval(0, -height + inner * 0.16, inner * 0.97, inner * 0.97 * TILT)
            pen.path(level, filled)
            pen.path(level, pen.linear(((0, LIGHT, 0.26), (0.5, LIGHT, 0), (1, SHADOW, 0.22))))


def lid(pen: Canvas, body: Turned, colour: str, surface: str = "matte") -> None:
    """A closed top, slightly lit."""
    height, r = body.top
    top = oval(0, -height, r, r * TILT)
    pen.path(top, shade(colour, 0.07))
    pen.path(top, pen.linear(((0, LIGHT, 0.3), (1, SHADOW, 0.2 if surface == "matte" else 0.3))))


def _smooth(profile: tuple[Point, ...]) -> list[Point]:
    """Catmull-Rom through the points; radii never below zero."""
    points = [profile[0], *profile, profile[-1]]
    steps = max(4, _SAMPLES // (len(profile) - 1))
    out: list[Point] = []
    for p0, p1, p2, p3 in zip(points, points[1:], points[2:], points[3:], strict=False):
        for step in range(steps):
            t = step / steps
            h = _spline(p0[0], p1[0], p2[0], p3[0], t)
            out.append((max(h, out[-1][0]) if out else h, max(0.0, _spline(p0[1], p1[1], p2[1], p3[1], t))))
    out.append(profile[-1])
    return out


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def _straight(profile: tuple[Point, ...]) -> list[Point]:
    return list(profile)


def _bands(pen: Canvas, body: Turned, look: Look) -> None:
    count, width = look.count("bands", 2, 5), look.between("band", 0.02, 0.06)
    start = look.between("band-start", 0.15, 0.5)
    for index in range(count):
        low = start + index * width * 1.9
        pen.path(body.ring(low, low + width), look.second if index % 2 == 0 else look.accent)


def _stripes(pen: Canvas, body: Turned, look: Look) -> None:
    step = look.between("stripe", 0.07, 0.13)
    for index in range(int(1 / step) + 1):
        pen.path(body.ring(index * step, index * step + step * 0.45), look.second)


def _dip(pen: Canvas, body: Turned, look: Look) -> None:
    level, sway = look.between("dip", 0.3, 0.6), look.between("sway", 0.015, 0.07)
    turns = look.count("turns", 1, 4)
    top = [
        body.at(a, level + sway * math.sin(math.radians(a * turns) + look.part("phase") * 6))
        for a in range(90, -91, -6)
    ]
    if look.part("dip-up") < 0.4:
        pen.path(polygon([body.at(a, 1.0) for a in range(-90, 91, 10)] + top), look.second)
        pen.path(body.ring(0.96, 1.2), look.second)
        return
    pen.path(polygon([body.at(a, 0) for a in range(-90, 91, 10)] + top), look.second)


def _speckle(pen: Canvas, body: Turned, look: Look) -> None:
    dots = []
    for a, b, c in look.scatter("speckle", 110):
        x, y = body.at(-88 + a * 176, b)
        size = 1.4 + c * c * c * 7
        dots.append(oval(x, y, size * (0.35 + 0.65 * math.cos(math.radians(-88 + a * 176))), size))
    pen.path("".join(dots), look.second, opacity=0.85)


def _ribs(pen: Canvas, body: Turned, look: Look) -> None:
    step = look.count("ribs", 9, 15)
    for degrees in range(-90, 91, step):
        line = polyline([body.at(degrees, part / 12) for part in range(13)])
        pen.line(line, shade(look.main, -0.13), 4.5, opacity=0.8)
        pen.line(line, shade(look.main, 0.14), 3, opacity=0.7, transform="translate(-4.5 0)")


def _dots(pen: Canvas, body: Turned, look: Look) -> None:
    rows, step = look.count("rows", 4, 7), look.count("dot-step", 14, 22)
    size = look.between("dot", 8, 17)
    for row in range(rows):
        part = 0.14 + 0.72 * row / (rows - 1)
        for degrees in range(-98, 99, step):
            turned = degrees + (step / 2 if row % 2 else 0)
            x, y = body.at(turned, part)
            width = size * abs(math.cos(math.radians(turned)))
            pen.path(oval(x, y, max(0.5, width), size), look.second if row % 3 else look.accent)


def _checks(pen: Canvas, body: Turned, look: Look) -> None:
    rows, step = look.count("check-rows", 5, 9), look.count("check", 14, 22)
    for row in range(rows):
        low, high = row / rows, (row + 1) / rows
        for index, degrees in enumerate(range(-99, 99, step)):
            if (index + row) % 2:
                corners = ((degrees, low), (degrees + step, low), (degrees + step, high), (degrees, high))
                pen.path(polygon([body.at(a, v) for a, v in corners]), look.second)


def _zigzag(pen: Canvas, body: Turned, look: Look) -> None:
    rows, step = look.count("zig-rows", 2, 5), look.count("zig", 7, 12)
    for row in range(rows):
        base, lift = 0.2 + 0.55 * row / rows, look.between("lift", 0.05, 0.12)
        points = [body.at(a, base + (lift if index % 2 else 0)) for index, a in enumerate(range(-96, 97, step))]
        pen.line(polyline(points), look.second if row % 2 else look.accent, look.between("zig-width", 6, 13))


def _leaves(pen: Canvas, body: Turned, look: Look) -> None:
    stems = look.count("stems", 3, 6)
    lean = look.between("lean", -12, 12)
    for index in range(stems):
        base = -75 + 150 * index / max(1, stems - 1)
        high = look.between(f"stem{index}", 0.6, 0.85)
        pen.line(
            polyline([body.at(base + lean * t / 8, 0.12 + (high - 0.12) * t / 8) for t in range(9)]), look.second, 4.5
        )
        for leaf in range(6):
            part = 0.22 + (high - 0.24) * leaf / 5
            side = -1 if leaf % 2 else 1
            at = base + lean * part
            tip, waist = (at + side * 15, part + 0.1), (at + side * 11, part + 0.01)
            upper = (at + side * 3, part + 0.08)
            corners = [body.at(*spot) for spot in ((at, part), waist, tip, upper)]
            (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
            pen.path(trail("M", x0, y0, "Q", x1, y1, x2, y2, "Q", x3, y3, x0, y0, "Z"), look.second)


def _arches(pen: Canvas, body: Turned, look: Look) -> None:
    rows, step = look.count("arch-rows", 2, 4), look.count("arch", 20, 32)
    for row in range(rows):
        low = 0.12 + 0.7 * row / rows
        tall = 0.62 / rows
        for degrees in range(-110, 111, step):
            for ring, colour in ((1.0, look.second), (0.62, look.main), (0.32, look.accent)):
                half = step * 0.46 * ring
                arc = [
                    body.at(degrees + half * math.cos(t * math.pi / 8), low + tall * ring * math.sin(t * math.pi / 8))
                    for t in range(9)
                ]
                pen.path(polygon(arc), colour)


def _brush(pen: Canvas, body: Turned, look: Look) -> None:
    for index, (a, b, c) in enumerate(look.scatter("brush", 15)):
        degrees, low = -84 + index * 12, 0.1 + 0.2 * a
        high = low + 0.25 + 0.4 * b
        line = polyline([body.at(degrees, low + (high - low) * t / 6) for t in range(7)])
        pen.line(line, look.accent if c > 0.72 else look.second, 9 + c * 12, opacity=0.9)


PATTERNS: dict[str, Callable[[Canvas, Turned, Look], None]] = {
    "bands": _bands,
    "stripes": _stripes,
    "dip": _dip,
    "speckle": _speckle,
    "ribs": _ribs,
    "dots": _dots,
    "checks": _checks,
    "zigzag": _zigzag,
    "leaves": _leaves,
    "arches": _arches,
    "brush": _brush,
}
