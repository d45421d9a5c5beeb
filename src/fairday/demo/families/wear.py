"""Jewellery, laid on a small stand or a stone."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, circle_point, oval, polygon, polyline, trail
from fairday.demo.colour import mix, shade
from fairday.demo.lathe import Turned, lid, plain


def _gem(pen: Canvas, x: float, y: float, r: float, tone: str, sides: int = 8) -> None:
    """A cut stone, or a round one for few sides."""
    if sides < 5:
        pen.path(oval(x, y, r, r), tone)
        pen.path(oval(x, y, r, r), pen.radial(((0, LIGHT, 0.8), (0.3, LIGHT, 0.1), (1, SHADOW, 0.45)), 0.34, 0.3, 0.76))
        return
    corners = [circle_point(x, y, r, at * 360 / sides + 180 / sides) for at in range(sides)]
    for at, (one, two) in enumerate(zip(corners, corners[1:] + corners[:1], strict=True)):
        pen.path(polygon([(x, y), one, two]), shade(tone, 0.16 * math.cos((at + 2.4) * math.tau / sides)))
    table = [circle_point(x, y, r * 0.52, at * 360 / sides + 180 / sides) for at in range(sides)]
    pen.path(polygon(table), shade(tone, 0.1))
    pen.path(
        polygon([circle_point(x - r * 0.2, y - r * 0.24, r * 0.16, at * 90) for at in range(4)]), LIGHT, opacity=0.9
    )


def earrings(pen: Canvas, look: Look) -> None:
    form, gap = look.form % 5, look.between("gap", 150, 190)
    stand = look.second
    pen.contact(180)
    plain(pen, Turned((0, 170), (26, 166), smooth=False), stand)
    lid(pen, Turned((0, 1), (26, 166), smooth=False), stand)
    high = 560
    pen.tube(polyline([(0, -30), (0, -high)]), shade(stand, -0.06), 22)
    pen.tube(polyline([(-gap - 60, -high), (gap + 60, -high)]), shade(stand, -0.06), 22)
    for side in (-1, 1):
        with pen.group(transform=f"translate({side * gap:.1f} {-high + 6})"):
            pen.line("M0 0 C26 -30 30 40 0 44", look.main, 7)
            _drop(pen, look, form)


def _drop(pen: Canvas, look: Look, form: int) -> None:
    size = look.between("size", 62, 96)
    if form == 0:  # hoops
        pen.line(oval(0, 50 + size, size, size), shade(look.main, -0.14), 22)
        pen.line(oval(-2, 48 + size, size, size), look.main, 15)
        pen.line(trail("M", -size, 50 + size, "A", size, size, 0, 0, 1, 0, 50), LIGHT, 5, opacity=0.7)
        _gem(pen, 0, 56 + size * 2, 22, look.accent, 3)
    elif form == 1:  # a cut drop
        pen.line(trail("M", 0, 44, "v", 60), look.main, 6)
        _gem(pen, 0, 104 + size, size, look.accent, look.count("sides", 6, 10))
        pen.line(oval(0, 104 + size, size * 1.08, size * 1.08), look.main, 9)
    elif form == 2:  # a half moon and beads
        moon = trail("M", -size * 1.2, 80, "A", size * 1.2, size * 1.2, 0, 0, 0, size * 1.2, 80, "Z")
        pen.path(moon, look.main)
        pen.volume(moon, "metal")
        for at in range(5):
            x = (at - 2) * size * 0.46
            y = 84 + math.sqrt(max(0.0, (size * 1.2) ** 2 - x * x)) + 20
            _gem(pen, x, y, 15, look.accent, 3)
    elif form == 3:  # a leaf
        leaf = trail("M", 0, 44, "C", size, 120, size * 0.7, 220, 0, 290, "C", -size * 0.7, 220, -size, 120, 0, 44, "Z")
        pen.path(leaf, look.main)
        pen.volume(leaf, "metal")
        pen.line("M0 60 V276", shade(look.main, -0.25), 4)
        for at in range(5):
            for side in (-1, 1):
                pen.line(trail("M", 0, 110 + at * 32, "l", side * size * 0.46, -26), shade(look.main, -0.2), 3)
    else:  # stacked shapes
        y = 66.0
        for at in range(3):
            r = size * (0.34 + 0.2 * at)
            tone = (look.main, look.accent, mix(look.main, look.accent, 0.4))[at]
            shape = (
                oval(0, y + r, r, r)
                if look.part(f"shape{at}") < 0.5
                else polygon([(0, y), (r, y + r), (0, y + 2 * r), (-r, y + r)])
            )
            pen.path(shape, tone)
            pen.volume(shape, "metal", 0.7)
            y += 2 * r + 8


def ring(pen: Canvas, look: Look) -> None:
    r, wide, form = look.between("r", 150, 190), look.between("wide", 34, 60), look.form % 4
    stone = shade(look.second, 0.02)
    pen.contact(270, 10)
    slab = Turned((0, 280), (14, 290), (look.between("slab", 60, 130), 270))
    plain(pen, slab, stone)
    height = slab.top[0]
    lid(pen, slab, stone)
    pen.path(oval(30, -height + 4, r * 1.0, 34), pen.radial(((0, SHADOW, 0.6), (1, SHADOW, 0))))
    cy = -height - r + 8
    for tone, width, shift in ((shade(look.main, -0.26), wide * 1.05, 10), (look.main, wide, 0)):
        pen.line(oval(shift, cy, r * 0.94, r), tone, width)
    pen.line(oval(0, cy, r * 0.94 - wide * 0.36, r - wide * 0.36), shade(look.main, -0.22), wide * 0.26)
    pen.line(
        trail("M", -r * 0.94, cy + 20, "A", r * 0.94, r, 0, 0, 1, r * 0.3, cy - r * 0.95),
        LIGHT,
        wide * 0.24,
        opacity=0.75,
    )
    if look.pattern == "ribs":
        for at in range(0, 360, 12):
            pen.line(
                polyline([circle_point(0, cy, r - wide * 0.5, at), circle_point(0, cy, r + wide * 0.5, at + 6)]),
                shade(look.main, -0.3),
                4,
                opacity=0.6,
            )
    if form == 0:
        _gem(pen, 0, cy - r - 40, look.between("gem", 56, 84), look.accent, look.count("sides", 6, 10))
        for side in (-1, 1):
            pen.tube(polyline([(side * 26, cy - r + 6), (side * 52, cy - r - 56)]), look.main, 11, 0.8)
    elif form == 1:
        for at in range(-2, 3):
            _gem(pen, *circle_point(0, cy, r + wide * 0.3, at * 19), 34 - abs(at) * 6, look.accent, 3)
    elif form == 2:
        signet = box(-84, cy - r - 56, 168, 92, 34)
        pen.path(signet, look.main)
        pen.volume(signet, "metal")
        pen.line(oval(0, cy - r - 10, 40, 26), shade(look.main, -0.3), 5)
        pen.path(oval(0, cy - r - 10, 14, 10), look.accent)


def necklace(pen: Canvas, look: Look) -> None:
    form, wide = look.form % 4, look.between("wide", 170, 210)
    bust = mix(look.second, "#f0e8db", 0.66)
    pen.contact(190)
    body = Turned((0, 160), (14, 166), (140, 190), (300, 230), (400, 150), (460, 84), (560, 78), (580, 70))
    plain(pen, body, bust)
    lid(pen, body, bust)
    low = -look.between("low", 190, 260)
    chain = trail("M", -84, -480, "C", -wide, -360, -60, low, 0, low, "C", 60, low, wide, -360, 84, -480)
    if form == 1:
        for at in range(25):
            t = at / 24
            x = -84 * (1 - t) ** 3 - 3 * wide * (1 - t) ** 2 * t + (3 * wide * (1 - t) * t * t) + 84 * t**3
            y = (
                -480 * ((1 - t) ** 3 + t**3)
                - 3 * 360 * ((1 - t) ** 2 * t + (1 - t) * t * t) * 0.5
                + 1.5 * low * ((1 - t) ** 2 * t + (1 - t) * t * t)
            )
            _gem(
                pen,
                x,
                y + (low + 240) * 0.1,
                15 + 13 * math.sin(math.pi * t),
                (look.accent, look.main, mix(look.accent, look.main, 0.5))[at % 3],
                3,
            )
        return
    pen.line(chain, SHADOW, 12, opacity=0.22, transform="translate(5 8)")
    pen.line(chain, shade(look.main, -0.16), 8)
    pen.line(chain, shade(look.main, 0.16), 4, stroke_dasharray="7 7")
    size = look.between("size", 44, 66)
    if form == 0:
        _gem(pen, 0, low + size, size, look.accent, look.count("sides", 5, 9))
        pen.line(oval(0, low + size, size * 1.1, size * 1.1), look.main, 9)
    elif form == 2:
        pen.path(oval(0, low + size, size, size), look.main)
        pen.volume(oval(0, low + size, size, size), "metal")
        pen.path(oval(size * 0.24, low + size * 0.84, size * 0.62, size * 0.62), shade(look.main, -0.2))
        for at in range(5):
            _gem(pen, *circle_point(0, low + size, size * 0.8, 150 + at * 30), 6, look.accent, 3)
    else:
        for at in range(3):
            y = low + at * size * 0.9
            drop = polygon([(0, y), (size * 0.4, y + size * 0.45), (0, y + size * 0.9), (-size * 0.4, y + size * 0.45)])
            pen.path(drop, look.accent if at % 2 else look.main)
            pen.volume(drop, "metal", 0.8)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {"earrings": earrings, "ring": ring, "necklace": necklace}
