"""What holds a store of something: tins, jars and bottles, and the labels on them."""

import math
from collections.abc import Callable

from fairday.demo.canvas import Canvas, Look, oval, polygon, polyline, trail
from fairday.demo.colour import shade
from fairday.demo.families.surface import METAL_TONES, surface_of
from fairday.demo.lathe import TILT, Turned, lid, plain, spin, streak


def tin(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 130, 180), look.between("tall", 330, 450)
    body = Turned((0, r), (6, r), (tall, r), smooth=False)
    pen.contact(r * 1.05)
    spin(pen, body, look, "matte")
    low, high = look.between("label-low", 0.18, 0.3), look.between("label-high", 0.52, 0.72)
    paper = "#f6efe0" if look.part("paper") < 0.7 else shade(look.accent, 0.12)
    half = look.between("label-half", 34, 90)
    steps = [half - half * 2 * t / 14 for t in range(15)]
    area = polygon([body.at(-a, low) for a in steps] + [body.at(a, high) for a in steps])
    pen.path(area, paper)
    pen.volume(area, "matte", 0.6)
    y = -tall * (low + high) / 2 + r * TILT
    emblem(pen, look, y, tall * (high - low) * 0.36)
    cap_h = look.between("cap", 50, 100)
    cap = Turned((tall - 8, r * 1.035), (tall + cap_h, r * 1.035), smooth=False)
    tone = (look.main, look.second, "#c8a04a", "#b4bbc0")[look.count("cap-tone", 0, 3)]
    plain(pen, cap, tone, "metal" if tone in METAL_TONES else "matte")
    lid(pen, cap, tone)
    if look.form % 2:
        plain(
            pen,
            Turned((tall + cap_h - 2, 20), (tall + cap_h + 14, 34), (tall + cap_h + 34, 24), (tall + cap_h + 40, 3)),
            look.accent,
        )


def _star(points: int, inner: float) -> str:
    corners = []
    for at in range(points * 2):
        far = 100 * (inner if at % 2 else 1)
        corners.append((math.sin(at * math.pi / points) * far, -math.cos(at * math.pi / points) * far))
    return polygon(corners)


# Leaf, sun, hills, star, drop, ring; each within 100 of the middle.
_MARKS = (
    "M6 100 Q110 20 36 -100 Q-14 0 6 100 Z M-6 100 Q-110 20 -36 -100 Q14 0 -6 100 Z",
    _star(12, 0.72) + oval(0, 0, 66, 66) + oval(0, 0, 46, 46),
    "M-100 70 L-30 -50 L0 0 L35 -80 L100 70 Z",
    _star(5, 0.42),
    "M0 -100 C90 0 70 100 0 100 C-70 100 -90 0 0 -100 Z",
    oval(0, 0, 88, 88) + oval(0, 0, 70, 70) + oval(0, 0, 34, 34),
)


def emblem(pen: Canvas, look: Look, y: float, size: float) -> None:
    """The small mark printed on a label, and two lines under it."""
    ink = shade(look.second if look.part("ink") < 0.6 else look.accent, -0.16)
    with pen.group(transform=f"translate(0 {y:.1f}) scale({size / 100:.3f})"):
        pen.path(_MARKS[look.count("emblem", 0, len(_MARKS) - 1)], ink, fill_rule="evenodd")
        for row, half in enumerate((90, 60)):
            pen.line(trail("M", -half, 145 + row * 36, "H", half), ink, 9, opacity=0.75)


def jar(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 135, 180), look.between("tall", 230, 330)
    body = Turned((0, r * 0.9), (14, r), (tall * 0.78, r), (tall * 0.92, r * 0.86), (tall, r * 0.8))
    pen.contact(r * 1.05)
    outline = body.silhouette()
    pen.path(outline, look.main)
    pen.path(outline, pen.radial(((0, shade(look.main, 0.2), 0.9), (1, look.main, 0)), 0.6, 0.6, 0.5))
    if look.pattern != "plain":
        bits = [
            oval(*body.at(-80 + a * 160, 0.06 + b * 0.8), 4 + c * 12, 4 + c * 10)
            for a, b, c in look.scatter("bits", 46)
        ]
        with pen.group(clip_path=pen.clip(outline)):
            pen.path("".join(bits), shade(look.main, -0.14), opacity=0.6)
    pen.volume(outline, "glass")
    half, low, high = look.between("half", 40, 56), 0.16, look.between("high", 0.56, 0.68)
    steps = [half - half * 2 * t / 12 for t in range(13)]
    area = polygon([body.at(-a, low) for a in steps] + [body.at(a, high) for a in steps])
    pen.path(area, "#faf3e4" if look.form % 2 else shade(look.second, 0.04))
    pen.volume(area, "matte", 0.5)
    emblem(
        pen,
        Look(look.seed, look.main, shade(look.main, -0.2), look.accent if look.form % 2 else "#fff4dd"),
        -tall * 0.42 + r * TILT,
        tall * 0.12,
    )
    streak(pen, body, 0.08, 0.8)
    cap = Turned((tall - 10, r * 0.86), (tall + 44, r * 0.86), smooth=False)
    if look.part("cloth") < 0.4:
        skirt = Turned((tall - 34, r * 1.1), (tall + 8, r * 0.86), (tall + 46, r * 0.84))
        spin(pen, skirt, Look(look.seed, look.accent, shade(look.accent, 0.16), look.second, "checks"), "matte")
        lid(pen, Turned((tall + 40, r * 0.84), (tall + 46, r * 0.84), smooth=False), look.accent)
        pen.line(
            polyline(
                [
                    (math.sin(math.radians(a)) * r * 0.89, -tall - 8 + math.cos(math.radians(a)) * r * 0.89 * TILT)
                    for a in range(-90, 91, 10)
                ]
            ),
            "#b48a54",
            7,
        )
    else:
        plain(pen, cap, look.accent, "metal")
        lid(pen, cap, look.accent)


def bottle(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 95, 135), look.between("tall", 420, 510)
    form = look.form % 3
    neck = r * look.between("neck", 0.38, 0.56)
    shoulder = look.between("shoulder", 0.66, 0.8)
    shapes = (
        Turned(
            (0, r * 0.9),
            (12, r),
            (tall * shoulder * 0.6, r),
            (tall * shoulder, r * 0.99),
            (tall * (shoulder + 0.12), neck * 1.2),
            (tall, neck),
        ),
        Turned((0, r * 0.92), (12, r), (tall * 0.5, r * 0.97), (tall, r * 0.74)),
        Turned((0, r * 0.95), (10, r), (tall - 20, r), (tall, r * 0.92)),
    )
    body = shapes[form]
    pen.contact(r * 1.15)
    spin(pen, body, look, surface_of(look, "matte" if look.part("coat") < 0.6 else "glaze"))
    if look.part("sleeve") < 0.35:
        band = body.ring(0.1, look.between("sleeve-high", 0.3, 0.5))
        pen.path(band, look.second)
        pen.volume(band, "matte")
    top = body.top[1]
    cap_h = look.between("cap", 60, 110)
    tone = (look.second, "#b5824c", "#33353a", "#b4bbc0")[look.count("cap-tone", 0, 3)]
    cap = Turned((tall - 4, top * 1.02), (tall + cap_h * 0.9, top * 1.02), (tall + cap_h, top * 0.92), smooth=False)
    if look.part("loop") < 0.5:
        pen.tube(
            trail(
                *("M", -top * 0.7, -tall - cap_h + 8),
                *("C", -top * 0.8, -tall - cap_h - 90, top * 0.8, -tall - cap_h - 90, top * 0.7, -tall - cap_h + 8),
            ),
            shade(tone, -0.05),
            20,
        )
    plain(pen, cap, tone, "metal" if tone in METAL_TONES else "matte")
    lid(pen, cap, tone)
    pen.path(body.ring(0.985, 1.02), shade(look.main, -0.2), opacity=0.7)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "tin": tin,
    "jar": jar,
    "bottle": bottle,
}
