"""The studio round a thing: wall, table, light. Never the thing itself. The picture is 1200 by 1200."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, oval, polygon, trail
from fairday.demo.colour import mix, oklab, shade
from fairday.demo.motif import leaf

SIZE = 1200
FLOOR = 930  # where things stand

_WALLS = (
    "#efe6d8", "#e9dccb", "#f1d9c4", "#e8c9b5", "#dfd3c8", "#d7dccb", "#c9d4c4", "#c5d6d3",
    "#cddbe4", "#b9cad6", "#dcd2e0", "#ecd3d0", "#f0dfb4", "#e2b99b", "#a9b8a0", "#8fa7b3",
    "#c98f78", "#7f8f86", "#5f7480", "#d9b98c", "#f3ece2", "#cba9a2", "#8b8a9a", "#9fb7b0",
)  # fmt: skip


def wall_for(look: Look, view: str) -> str:
    """A wall the thing stands out from: never its own lightness in its own hue."""
    lightness, a, b = oklab(look.main)
    ranked = []
    for wall in _WALLS:
        wl, wa, wb = oklab(wall)
        apart = abs(wl - lightness) * 1.6 + math.hypot(wa - a, wb - b) * 2.2
        ranked.append((min(apart, 0.42) + 0.34 * min(0.0, wl - 0.7) + 0.4 * look.part(f"wall/{view}/{wall}"), wall))
    return max(ranked)[1]


def stage(pen: Canvas, look: Look, view: str, *, hung: bool) -> None:
    """Wall, floor and light for one view of one thing."""
    wall = wall_for(look, view)
    choices = _HUNG if hung else _STANDING
    setting = choices[int(look.part(f"stage/{view}") * len(choices))]
    stops = ((0, shade(wall, 0.06), 1), (0.5, wall, 1), (1, shade(wall, -0.15), 1))
    start, end = look.between(f"lit/{view}", 0.05, 0.5), look.between(f"far/{view}", 0.7, 1.0)
    pen.path(box(0, 0, SIZE, SIZE), pen.linear(stops, start, 0, end, 1))
    setting(pen, look, wall, view)


def _sweep(pen: Canvas, look: Look, wall: str, view: str) -> None:
    top = look.between(f"cove/{view}", 660, 790)
    stops = ((0, shade(wall, -0.03), 0), (0.3, shade(wall, 0.05), 0.9), (1, shade(wall, -0.02), 1))
    pen.path(box(0, top, SIZE, SIZE - top), pen.linear(stops, 0, 0, 0, 1))


def _tabletop(pen: Canvas, look: Look, wall: str, view: str) -> None:
    woods = ("#c89f6d", "#a9774c", "#e3c59b", "#7d5638", "#e9e2d8", mix(wall, "#ffffff", 0.5), shade(wall, -0.22))
    wood = woods[int(look.part(f"wood/{view}") * len(woods))]
    y = look.between(f"edge/{view}", 730, 830)
    stops = ((0, mix(wood, SHADOW, 0.16), 1), (0.25, mix(wood, LIGHT, 0.12), 1), (1, mix(wood, SHADOW, 0.14), 1))
    pen.path(box(0, y, SIZE, SIZE - y), pen.linear(stops, 0, 0, 0, 1))
    for index in range(9):
        at = y + 14 + (SIZE - y) * (index / 9) ** 1.4
        sway = 8 * look.part(f"grain{index}/{view}")
        grain = trail("M", 0, at, "Q", 300, at + sway, 620, at, "T", 1200, at + sway)
        pen.line(grain, SHADOW, 2 + index * 0.4, opacity=0.06)
    pen.path(box(0, y - 26, SIZE, 26), pen.linear(((0, SHADOW, 0), (1, SHADOW, 0.16)), 0, 0, 0, 1))


def _arch(pen: Canvas, look: Look, wall: str, view: str) -> None:
    cx, half = 600 + look.between(f"arch-x/{view}", -90, 90), look.between(f"arch/{view}", 300, 400)
    top, inner = look.between(f"arch-top/{view}", 130, 260), shade(wall, look.between(f"niche/{view}", -0.16, 0.07))
    opening = trail(
        *("M", cx - half, 860),
        *("V", top + half),
        *("A", half, half, 0, 0, 1, cx + half, top + half),
        *("V", 860),
        "Z",
    )
    pen.path(opening, inner)
    pen.path(opening, pen.linear(((0, SHADOW, 0.24), (0.18, SHADOW, 0.05), (1, LIGHT, 0.12)), 0, 0, 1, 0.2))
    _floor(pen, wall, 860)


def _disk(pen: Canvas, look: Look, wall: str, view: str) -> None:
    r, cx = look.between(f"disk/{view}", 290, 400), 600 + look.between(f"disk-x/{view}", -150, 150)
    cy = look.between(f"disk-y/{view}", 420, 560)
    tones = (mix(wall, look.accent, 0.42), shade(wall, 0.09), shade(wall, -0.12), mix(wall, look.second, 0.4))
    tone = tones[int(look.part(f"disk-tone/{view}") * len(tones))]
    pen.path(oval(cx, cy, r, r), tone)
    pen.path(oval(cx, cy, r, r), pen.linear(((0, LIGHT, 0.25), (1, SHADOW, 0.1)), 0, 0, 0.6, 1))
    _floor(pen, wall, look.between(f"disk-floor/{view}", 790, 850))


def _window(pen: Canvas, look: Look, wall: str, view: str) -> None:
    _floor(pen, wall, 830)
    x, y = look.between(f"win-x/{view}", 60, 480), look.between(f"win-y/{view}", 60, 200)
    pane, tall, slant = (
        look.between(f"pane/{view}", 150, 210),
        look.between(f"win-tall/{view}", 190, 240),
        look.between(f"slant/{view}", 40, 170),
    )
    for row in range(3):
        for column in range(2):
            left, top = x + column * (pane + 22) + row * slant * 0.36, y + row * (tall + 22) + column * 26
            corners = [
                (left, top),
                (left + pane, top + 24),
                (left + pane + slant * 0.34, top + 24 + tall),
                (left + slant * 0.34, top + tall),
            ]
            pen.path(polygon(corners), LIGHT, opacity=0.42)


def _dappled(pen: Canvas, look: Look, wall: str, view: str) -> None:
    _floor(pen, wall, look.between(f"dap/{view}", 780, 850))
    ox, lean = (SIZE, -1) if look.part(f"side/{view}") < 0.5 else (0, 1)
    with pen.group(opacity=0.17):
        for branch in range(4):
            y0 = -40 + branch * 190 + 60 * look.part(f"branch{branch}/{view}")
            reach, drop = look.between(f"reach{branch}/{view}", 330, 640), look.between(f"drop{branch}/{view}", 90, 300)
            pen.line(trail("M", ox, y0, "Q", ox + lean * reach * 0.6, y0, ox + lean * reach, y0 + drop), SHADOW, 8)
            for at in range(8):
                t = 0.15 + 0.85 * at / 7
                x = ox + lean * reach * (1.2 * t * (1 - t) + t * t)
                y = y0 + drop * t * t
                tilt = 90 * lean + (-46 if at % 2 else 52) + 25 * t * lean
                pen.path(leaf(x, y, tilt, 170 - 60 * t, 46), SHADOW)


def _blocks(pen: Canvas, look: Look, wall: str, view: str) -> None:
    _floor(pen, wall, 800)
    side = -1 if look.part(f"block-side/{view}") < 0.5 else 1
    for index in range(2):
        wide, tall = (
            look.between(f"bw{index}/{view}", 210, 330),
            look.between(f"bh{index}/{view}", 170, 480) * (1 - 0.35 * index),
        )
        x = 600 + side * (300 + index * 120) - wide / 2
        tone = mix(shade(wall, -0.06 - 0.06 * index), look.accent, 0.2 * index)
        y = 812 + index * 40
        pen.path(box(x, y - tall, wide, tall), tone)
        pen.path(
            polygon([(x, y - tall), (x + wide, y - tall), (x + wide - 46, y - tall - 34), (x + 46, y - tall - 34)]),
            shade(tone, 0.08),
        )
        pen.path(box(x, y - tall, wide, tall), pen.linear(((0, LIGHT, 0.16), (1, SHADOW, 0.2)), 0, 0, 1, 0.4))
        pen.path(oval(x + wide * 0.6, y, wide * 0.75, 26), pen.radial(((0, SHADOW, 0.34), (1, SHADOW, 0))))


def _folds(pen: Canvas, look: Look, wall: str, view: str) -> None:
    count = look.count(f"folds/{view}", 5, 9)
    wide = SIZE / count
    for index in range(count):
        x = index * wide + 30 * look.part(f"fold{index}/{view}")
        fold = ((0, SHADOW, 0.16), (0.3, LIGHT, 0.2), (0.7, SHADOW, 0), (1, SHADOW, 0.16))
        pen.path(
            trail(
                *("M", x, 0),
                *("h", wide),
                *("Q", x + wide + 30, 500, x + wide - 12, 860),
                *("h", -wide),
                *("Q", x + 30, 400, x, 0),
                "Z",
            ),
            pen.linear(fold),
        )
    _floor(pen, wall, 850)


def _tiled(pen: Canvas, look: Look, wall: str, view: str) -> None:
    step, bottom = look.between(f"tile/{view}", 95, 150), 800.0
    top = look.between(f"tile-top/{view}", 100, 380)
    tone, y, row = shade(wall, 0.06), bottom - step, 0
    while y > top:
        for at in range(-1, int(SIZE / step) + 1):
            x = at * step * 1.5 + (step * 0.75 if row % 2 else 0)
            shift = 0.03 * (look.part(f"t{row}-{at}") - 0.5)
            pen.path(box(x + 3, y + 3, step * 1.5 - 6, step - 6, 7), shade(tone, shift))
        y, row = y - step, row + 1
    _floor(pen, wall, bottom)


def _halves(pen: Canvas, look: Look, wall: str, view: str) -> None:
    a, b = look.between(f"half-a/{view}", 250, 950), look.between(f"half-b/{view}", 250, 950)
    tone = shade(mix(wall, look.second, 0.3), look.between(f"half-tone/{view}", -0.08, 0.08))
    pen.path(polygon([(a, 0), (SIZE, 0), (SIZE, 840), (b, 840)]), tone)
    _floor(pen, wall, 840)


def _floor(pen: Canvas, wall: str, y: float) -> None:
    floor = shade(wall, 0.04)
    stops = [(at, mix(floor, SHADOW, part), 1) for at, part in ((0, 0.15), (0.22, 0.02), (1, 0.08))]
    pen.path(box(0, y, SIZE, SIZE - y), pen.linear(stops, 0, 0, 0, 1))


Setting = Callable[[Canvas, Look, str, str], None]
_STANDING: tuple[Setting, ...] = (
    _sweep,
    _tabletop,
    _arch,
    _disk,
    _window,
    _dappled,
    _blocks,
    _folds,
    _tiled,
    _halves,
    _tabletop,
)


def _bare(_pen: Canvas, _look: Look, _wall: str, _view: str) -> None:
    """Wall and light only."""


def _panel(pen: Canvas, look: Look, wall: str, view: str) -> None:
    y = look.between(f"panel/{view}", 620, 860)
    tone = mix(shade(wall, -0.1), look.accent, 0.18 * look.part(f"panel-tone/{view}"))
    pen.path(box(0, y, SIZE, SIZE - y), tone)
    pen.path(box(0, y - 14, SIZE, 20), shade(wall, 0.06))
    pen.path(box(0, y + 6, SIZE, 14), SHADOW, opacity=0.14)
    step = look.between(f"slat/{view}", 90, 170)
    for at in range(int(SIZE / step) + 1):
        pen.path(box(at * step, y + 6, 5, SIZE - y), SHADOW, opacity=0.12)


def _paper(pen: Canvas, look: Look, wall: str, view: str) -> None:
    step, tone = look.between(f"paper/{view}", 70, 150), shade(wall, 0.07)
    kind = look.count(f"paper-kind/{view}", 0, 2)
    for row in range(int(SIZE / step) + 1):
        for at in range(int(SIZE / step) + 1):
            x, y = at * step + (step / 2 if row % 2 else 0), row * step
            if kind == 0:
                pen.path(leaf(x, y, 40 if row % 2 else -40, step * 0.7, step * 0.2), tone)
            elif kind == 1:
                pen.path(oval(x, y, step * 0.16, step * 0.16), tone)
    if kind == 2:
        for at in range(0, int(SIZE / step) + 1, 2):
            pen.path(box(at * step, 0, step, SIZE), tone)


_HUNG: tuple[Setting, ...] = (_bare, _panel, _paper, _folds, _window, _dappled, _tiled, _halves, _arch, _disk)
