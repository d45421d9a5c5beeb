"""Flat artwork for cloth, covers and paper: repeats and small pictures. What it is printed on is drawn elsewhere."""

import math
from collections.abc import Callable
from contextlib import nullcontext

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, circle_point, oval, polygon, polyline, trail, turn
from fairday.demo.colour import mix, shade

Artist = Callable[[Canvas, Look, float, float], None]


def motif(pen: Canvas, look: Look, width: float, height: float, *, trimmed: bool = False) -> None:
    """Fill the rectangle (0, 0, width, height) with the look's pattern on its main colour.

    Patterns run over the edge. What they are printed on usually trims them; else say `trimmed`, which costs a layer.
    """
    area = box(0, 0, width, height)
    pen.path(area, look.main)
    artist = MOTIFS.get(look.pattern)
    if artist is None:
        return
    with pen.group(clip_path=pen.clip(area)) if trimmed else nullcontext():
        artist(pen, look, width, height)


def leaf(x: float, y: float, degrees: float, length: float, width: float) -> str:
    """Path data of a leaf from its stalk."""
    angle = math.radians(degrees - 90)
    ux, uy = math.cos(angle), math.sin(angle)
    px, py = -uy * width, ux * width
    mx, my, tx, ty = x + ux * length * 0.45, y + uy * length * 0.45, x + ux * length, y + uy * length
    return trail("M", x, y, "Q", mx + px, my + py, tx, ty, "Q", mx - px, my - py, x, y, "Z")


def _stripes(pen: Canvas, look: Look, width: float, height: float) -> None:
    count = look.count("stripe-count", 4, 11)
    step = width / count
    for index in range(count):
        part = 0.2 + 0.5 * look.part(f"stripe{index % 3}")
        pen.path(box(index * step, 0, step * part, height), look.second if index % 3 else look.accent)


def _rows(pen: Canvas, look: Look, width: float, height: float) -> None:
    y, index = height * look.between("first", 0.03, 0.12), 0
    while y < height:
        thick = height * (0.015 + 0.07 * look.part(f"row{index % 5}"))
        pen.path(box(0, y, width, thick), look.second if index % 3 else look.accent)
        y, index = y + thick * look.between("gap", 1.6, 2.6), index + 1


def _checks(pen: Canvas, look: Look, width: float, height: float) -> None:
    count = look.count("checks", 5, 10)
    step = width / count
    for at in range(0, count, 2):
        pen.path(box(at * step, 0, step, height), look.second, opacity=0.6)
    for at in range(0, int(height / step) + 1, 2):
        pen.path(box(0, at * step, width, step), look.second, opacity=0.6)
    if look.part("windowpane") < 0.5:
        for at in range(count):
            pen.path(box(at * step + step / 2, 0, step * 0.07, height), look.accent)
            pen.path(box(0, at * step + step / 2, width, step * 0.07), look.accent)


def _dots(pen: Canvas, look: Look, width: float, height: float) -> None:
    count = look.count("dots", 4, 8)
    step = width / count
    size = step * look.between("dot", 0.16, 0.36)
    for row in range(int(height / step) + 2):
        for at in range(count + 1):
            colour = look.accent if (row * 5 + at * 3) % 7 == 0 else look.second
            pen.path(oval(at * step + (step / 2 if row % 2 else 0), row * step + step * 0.3, size, size), colour)


def _tiles(pen: Canvas, look: Look, width: float, height: float) -> None:
    count = look.count("tiles", 3, 5)
    step = width / count
    for row in range(int(height / step) + 1):
        for at in range(count):
            x, y, kind = at * step, row * step, int(look.part(f"tile{row}-{at}") * 5)
            colour = (look.second, look.accent, shade(look.main, -0.1))[int(look.part(f"hue{row}-{at}") * 3)]
            if kind == 0:
                pen.path(trail("M", x, y, "h", step, "a", step, step, 0, 0, 1, -step, step, "Z"), colour)
            elif kind == 1:
                pen.path(trail("M", x + step, y + step, "h", -step, "a", step, step, 0, 0, 1, step, -step, "Z"), colour)
            elif kind == 2:
                pen.path(oval(x + step / 2, y + step / 2, step / 2, step / 2), colour)
                pen.path(oval(x + step / 2, y + step / 2, step / 5, step / 5), look.main)
            elif kind == 3:
                pen.path(polygon([(x, y), (x + step, y), (x, y + step)]), colour)
            else:
                pen.path(box(x, y, step, step / 2), colour)


def _waves(pen: Canvas, look: Look, width: float, height: float) -> None:
    count, swing = look.count("waves", 6, 12), look.between("swing", 0.25, 0.6)
    step, turns = height / count, look.between("wave-turns", 1, 3)
    for index in range(count + 1):
        y = index * step
        points = [
            (t * width / 30, y + step * swing * math.sin(t / 30 * math.tau * turns + index * 0.5)) for t in range(31)
        ]
        pen.line(
            polyline(points),
            look.accent if index % 4 == 1 else look.second,
            step * look.between("wave-width", 0.16, 0.4),
        )


def _herringbone(pen: Canvas, look: Look, width: float, height: float) -> None:
    columns = look.count("bones", 5, 9)
    step = width / columns
    for column in range(columns):
        x, lean = column * step, step * (0.6 if column % 2 else -0.6)
        y, row = -step, 0
        while y < height + step:
            slant = [(x, y), (x + step, y + lean), (x + step, y + lean + step * 0.26), (x, y + step * 0.26)]
            pen.path(polygon(slant), look.accent if (row + column) % 9 == 0 else look.second, opacity=0.85)
            y, row = y + step * 0.52, row + 1


def _terrazzo(pen: Canvas, look: Look, width: float, height: float) -> None:
    for index, (a, b, c) in enumerate(look.scatter("chips", 42)):
        size = width * (0.02 + 0.05 * c)
        around = [
            circle_point(a * width, b * height, size * (0.6 + 0.4 * ((index * 7 + t * 3) % 5) / 4), t * 60)
            for t in range(6)
        ]
        pen.path(polygon(around), (look.second, look.accent, shade(look.main, -0.14))[index % 3])


def _botanic(pen: Canvas, look: Look, width: float, height: float) -> None:
    stems = look.count("stems", 3, 5)
    for index in range(stems):
        x, colour = width * (index + 0.5) / stems, look.second if index % 2 else look.accent
        top = height * look.between(f"top{index}", 0.08, 0.32)
        bend = width * look.between(f"bend{index}", -0.12, 0.12)
        pen.line(trail("M", x, height, "Q", x, height * 0.5, x + bend, top), colour, width * 0.012)
        pairs = look.count(f"pairs{index}", 4, 7)
        for at in range(pairs):
            part = at / pairs
            y, sx = height - (height - top) * (0.15 + 0.85 * part), x + bend * part * part
            length = width * (0.17 - 0.07 * part)
            for side in (-1, 1):
                pen.path(leaf(sx, y, side * look.between(f"lean{index}", 35, 65), length, length * 0.3), colour)


def _hills(pen: Canvas, look: Look, width: float, height: float) -> None:
    pen.path(
        box(0, 0, width, height),
        pen.linear(((0, mix(look.main, look.accent, 0.2), 1), (1, shade(look.main, 0.1), 1)), 0, 0, 0, 1),
    )
    sun = look.between("sun", 0.12, 0.24) * width
    pen.path(
        oval(width * look.between("sun-x", 0.25, 0.75), height * look.between("sun-y", 0.24, 0.46), sun, sun),
        look.accent,
    )
    for layer in range(4):
        base = height * (0.5 + 0.13 * layer)
        phase, turns = look.part(f"hill{layer}") * 6, look.between(f"hill-turn{layer}", 0.6, 1.5)
        points = [
            (t * width / 24, base + height * 0.07 * math.sin(t / 24 * math.tau * turns + phase)) for t in range(25)
        ]
        colour = mix(shade(look.main, -0.05), look.second, 0.25 + 0.25 * layer)
        pen.path(polygon([*points, (width, height), (0, height)]), colour)


def _sea(pen: Canvas, look: Look, width: float, height: float) -> None:
    level = height * look.between("level", 0.45, 0.62)
    moon, mx = width * look.between("moon", 0.13, 0.22), width * look.between("moon-x", 0.3, 0.7)
    pen.path(oval(mx, level - moon * look.between("rise", 0.1, 1.5), moon, moon), look.accent)
    pen.path(box(0, level, width, height - level), look.second)
    for index in range(9):
        y = level + (height - level) * (index + 0.6) / 9
        half = moon * (0.35 + 0.65 * look.part(f"glint{index}"))
        pen.path(box(mx - half, y, half * 2, height * 0.013, 9), look.accent)
    if look.part("sail") > 0.4:
        x, y, tall = width * look.between("sail-x", 0.2, 0.8), level + height * 0.07, height * 0.2
        pen.path(polygon([(x, y - tall), (x + tall * 0.5, y), (x, y)]), shade(look.main, 0.12))
        pen.path(polygon([(x - 5, y - tall * 0.8), (x - tall * 0.34, y), (x - 5, y)]), shade(look.main, -0.1))
        pen.path(
            trail("M", x - tall * 0.45, y + 8, "h", tall, "q", -12, 30, -40, 30, "h", 60 - tall, "Z"),
            shade(look.second, -0.18),
        )


def _sunburst(pen: Canvas, look: Look, width: float, height: float) -> None:
    cx, cy = width * look.between("burst-x", 0.3, 0.7), height * look.between("burst-y", 0.4, 0.8)
    rays, far = look.count("rays", 9, 18), width + height
    for index in range(rays):
        a, b = (circle_point(cx, cy, far, (index + part) * 360 / rays) for part in (0.0, 0.5))
        pen.path(polygon([(cx, cy), a, b]), look.second)
    for part, colour in ((0.26, look.accent), (0.18, shade(look.main, 0.06)), (0.1, look.accent)):
        pen.path(oval(cx, cy, width * part, width * part), colour)


def _town(pen: Canvas, look: Look, width: float, height: float) -> None:
    moon = width * 0.1
    pen.path(oval(width * look.between("lamp", 0.2, 0.8), height * 0.2, moon, moon), look.accent)
    x, index = -width * 0.04, 0
    while x < width:
        wide, tall = width * look.between(f"wide{index}", 0.13, 0.22), height * look.between(f"tall{index}", 0.28, 0.58)
        wall = (look.second, shade(look.second, 0.08), mix(look.second, look.main, 0.3))[index % 3]
        roof = tall + wide * look.between(f"roof{index}", 0.25, 0.7)
        pen.path(
            polygon(
                [
                    (x, height),
                    (x, height - tall),
                    (x + wide / 2, height - roof),
                    (x + wide, height - tall),
                    (x + wide, height),
                ]
            ),
            wall,
        )
        for row in range(4):
            for column in (0.25, 0.6):
                lit = look.part(f"window{index}-{row}-{column}") < 0.5
                glass = look.accent if lit else shade(look.second, -0.12)
                pen.path(box(x + wide * column, height - tall * (0.9 - row * 0.22), wide * 0.17, tall * 0.1), glass)
        x, index = x + wide, index + 1


def _bird(pen: Canvas, look: Look, width: float, height: float) -> None:
    size, flip = width / 260, -1 if look.part("way") < 0.5 else 1
    with pen.group(transform=f"translate({width / 2:.1f} {height * 0.5:.1f}) scale({flip * size:.3f} {size:.3f})"):
        pen.line("M-130 66 Q0 40 130 74", shade(look.second, -0.1), 9)
        for at in range(5):
            pen.path(leaf(-100 + at * 50, 58, 150 if at % 2 else 25, 44, 12), look.second)
        pen.path(
            "M-92 40 L-30 6 Q-10 -66 40 -62 Q70 -62 76 -34 L98 -26 L76 -18 Q74 44 10 50 Q-20 52 -40 34 Z", look.accent
        )
        pen.path("M-44 28 Q-8 -28 34 0 Q18 44 -44 28 Z", shade(look.accent, -0.14))
        pen.path(oval(56, -38, 5, 5), SHADOW)
        pen.line("M6 50 V64 M22 50 V66", shade(look.second, -0.2), 4)
    stars = [
        oval(a * width, b * height * 0.28 + height * 0.04, 2 + c * 5, 2 + c * 5) for a, b, c in look.scatter("sky", 14)
    ]
    pen.path("".join(stars), shade(look.main, 0.16))


def _table(pen: Canvas, look: Look, width: float, height: float) -> None:
    level = height * look.between("table", 0.62, 0.72)
    pen.path(box(0, level, width, height - level), look.second)
    kinds = look.count("fruit", 3, 5)
    for index in range(kinds):
        r = width * look.between(f"fruit{index}", 0.09, 0.15)
        x = width * (0.16 + 0.7 * index / max(1, kinds - 1))
        y = level + height * 0.08 * look.part(f"drop{index}") - r * 0.5
        colour = (look.accent, shade(look.accent, 0.12), mix(look.accent, look.second, 0.5))[index % 3]
        pen.path(oval(x + r * 0.2, y + r * 0.95, r, r * 0.22), SHADOW, opacity=0.2)
        pen.path(oval(x, y, r, r * look.between(f"tall{index}", 0.85, 1.3)), colour)
        pen.path(oval(x - r * 0.35, y - r * 0.4, r * 0.2, r * 0.26), LIGHT, opacity=0.4)
        pen.path(leaf(x, y - r * 0.9, 40, r * 0.8, r * 0.22), shade(look.second, -0.08))


def _knot(pen: Canvas, look: Look, width: float, height: float) -> None:
    for index in range(look.count("rings", 3, 5)):
        x, y = width * look.between(f"rx{index}", 0.22, 0.78), height * look.between(f"ry{index}", 0.22, 0.78)
        r = width * look.between(f"rr{index}", 0.14, 0.3)
        pen.line(
            oval(x, y, r, r), look.second if index % 2 else look.accent, width * look.between(f"rw{index}", 0.02, 0.09)
        )


def _diamonds(pen: Canvas, look: Look, width: float, height: float) -> None:
    count = look.count("diamonds", 3, 5)
    step = width / count
    tall = step * look.between("diamond-tall", 1.0, 1.6)
    for row in range(int(height / tall) + 2):
        for at in range(count + 1):
            x, y = at * step + (step / 2 if row % 2 else 0), row * tall * 0.5
            for part, colour in ((0.46, look.second), (0.3, look.main), (0.16, look.accent)):
                corners = [(x, y - tall * part), (x + step * part, y), (x, y + tall * part), (x - step * part, y)]
                if (row + at) % 2 or part < 0.4:
                    pen.path(polygon(corners), colour)


def _band(pen: Canvas, look: Look, width: float, height: float) -> None:
    y, tall = height * look.between("band-y", 0.45, 0.72), height * look.between("band-tall", 0.1, 0.26)
    pen.path(box(0, y, width, tall), look.second)
    pen.path(box(0, y - height * 0.035, width, height * 0.014), look.accent)
    pen.path(box(0, y + tall + height * 0.02, width, height * 0.014), look.accent)


def _label(pen: Canvas, look: Look, width: float, height: float) -> None:
    wide, tall = width * look.between("label-wide", 0.46, 0.66), height * look.between("label-tall", 0.16, 0.26)
    x, y = (width - wide) / 2, height * look.between("label-y", 0.2, 0.34)
    with pen.group(transform=turn(0, 0)):
        pen.path(box(x, y, wide, tall, 6), LIGHT)
        pen.line(box(x + 8, y + 8, wide - 16, tall - 16, 3), look.accent, 3)
        for row in range(2):
            pen.line(
                trail("M", x + wide * 0.22, y + tall * (0.42 + row * 0.22), "h", wide * (0.56 - row * 0.2)),
                look.second,
                5,
            )


MOTIFS: dict[str, Artist] = {
    "stripes": _stripes,
    "rows": _rows,
    "checks": _checks,
    "dots": _dots,
    "tiles": _tiles,
    "waves": _waves,
    "herringbone": _herringbone,
    "terrazzo": _terrazzo,
    "botanic": _botanic,
    "hills": _hills,
    "sea": _sea,
    "sunburst": _sunburst,
    "town": _town,
    "bird": _bird,
    "table": _table,
    "knot": _knot,
    "diamonds": _diamonds,
    "band": _band,
    "label": _label,
}
