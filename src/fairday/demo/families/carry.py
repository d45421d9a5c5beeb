"""Bags for the shoulder and the back."""

from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, oval, trail
from fairday.demo.colour import shade
from fairday.demo.motif import motif


def tote(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 420, 520), look.between("tall", 360, 450)
    w, form = wide / 2, look.form % 3
    flare = look.between("flare", 0.84, 1.06)
    loop, gap = look.between("loop", 150, 250), look.between("gap", 0.34, 0.52) * w
    strap = look.accent if look.part("strap") < 0.6 else shade(look.main, -0.16)
    pen.contact(w * 1.02)
    back = trail("M", -gap, -tall + 6, "C", -gap, -tall - loop * 1.2, gap, -tall - loop * 1.2, gap, -tall + 6)
    pen.line(back, shade(strap, -0.22), 28, transform="translate(26 -16)")
    pen.path(
        trail("M", -w * flare, -tall, "Q", 0, -tall - 44, w * flare, -tall, "Q", 0, -tall + 40, -w * flare, -tall, "Z"),
        shade(look.main, -0.3),
    )
    body = trail(
        *("M", -w * flare, -tall),
        *("Q", 0, -tall + 40, w * flare, -tall),
        *("C", w * flare + 10, -tall * 0.6, w + 6, -tall * 0.2, w * 0.96, -14),
        *("Q", w * 0.9, 4, w * 0.7, 6),
        *("L", -w * 0.7, 6),
        *("Q", -w * 0.94, 4, -w * 0.96, -14),
        *("C", -w - 6, -tall * 0.2, -w * flare - 10, -tall * 0.6, -w * flare, -tall),
        "Z",
    )
    with pen.group(clip_path=pen.clip(body)):
        with pen.group(transform=f"translate({-w * 1.1:.1f} {-tall - 4:.1f})"):
            motif(pen, look, wide * 1.1, tall + 20)
        if form == 1:
            pen.path(box(-w * 1.2, -tall * look.between("base", 0.2, 0.4), wide * 1.2, tall), look.second)
        elif form == 2:
            px, pw, ph = -w * 0.46, w * 0.92, tall * look.between("pocket", 0.36, 0.48)
            pen.path(box(px + 8, -ph - 62, pw, ph, 12), SHADOW, opacity=0.2)
            pen.path(box(px, -ph - 70, pw, ph, 12), shade(look.main, 0.05))
            pen.line(box(px + 10, -ph - 60, pw - 20, ph - 20, 8), shade(look.main, -0.2), 3, stroke_dasharray="10 8")
            pen.path(box(px, -ph - 70, pw, 26, 8), look.second)
        for side in (-1, 1):
            pen.line(
                trail("M", side * w * 0.6, -tall + 30, "Q", side * w * 0.7, -tall * 0.5, side * w * 0.5, 0),
                SHADOW,
                26,
                opacity=0.06,
            )
    pen.volume(body, "matte", 0.9)
    pen.ground_shade(body)
    front = trail(
        *("M", -gap, -tall + 74),
        *("L", -gap, -tall + 20),
        *("C", -gap, -tall - loop, gap, -tall - loop, gap, -tall + 20),
        *("L", gap, -tall + 74),
    )
    pen.line(front, SHADOW, 30, opacity=0.18, transform="translate(6 6)", stroke_linecap="butt")
    pen.line(front, strap, 29, stroke_linecap="butt")
    pen.line(front, shade(strap, 0.12), 6, stroke_linecap="butt", transform="translate(-8 -4)", opacity=0.7)
    for side in (-1, 1):
        pen.path(oval(side * gap, -tall + 66, 6, 6), "#d9b45b")
        pen.path(oval(side * gap, -tall + 44, 6, 6), "#d9b45b")


def backpack(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 350, 420), look.between("tall", 460, 560)
    w = wide / 2
    pen.contact(w * 1.1)
    for side in (-1, 1):
        pen.line(
            trail(
                *("M", side * w * 0.7, -tall * 0.86),
                *("C", side * w * 1.5, -tall * 0.8, side * w * 1.4, -tall * 0.2, side * w * 0.9, -tall * 0.1),
            ),
            shade(look.second, -0.14),
            34,
        )
    pen.tube(trail("M", -46, -tall + 8, "C", -50, -tall - 70, 50, -tall - 70, 46, -tall + 8), look.second, 22)
    dome = look.between("dome", 0.3, 0.9)
    body = trail(
        *("M", -w, -40),
        *("L", -w * 0.96, -tall * 0.7),
        *("C", -w * 0.96, -tall * (0.7 + 0.34 * dome), -w * 0.5, -tall, 0, -tall),
        *("C", w * 0.5, -tall, w * 0.96, -tall * (0.7 + 0.34 * dome), w * 0.96, -tall * 0.7),
        *("L", w, -40),
        *("Q", w, 6, w * 0.8, 8),
        *("L", -w * 0.8, 8),
        *("Q", -w, 6, -w, -40),
        "Z",
    )
    with pen.group(clip_path=pen.clip(body)), pen.group(transform=f"translate({-w:.1f} {-tall:.1f})"):
        motif(pen, look, wide, tall + 10)
    pen.volume(body, "matte", 1.1)
    pen.ground_shade(body)
    ph, pw = tall * look.between("pocket", 0.34, 0.44), w * look.between("pocket-w", 1.3, 1.6)
    pocket = box(-pw / 2, -ph - 20, pw, ph + 8, look.between("corner", 20, 60))
    pen.path(pocket, SHADOW, opacity=0.3, transform="translate(7 9)")
    pen.path(pocket, look.second if look.part("two-tone") < 0.5 else shade(look.main, -0.04))
    pen.volume(pocket, "matte", 0.9)
    pen.line(trail("M", -pw * 0.4, -ph + 16, "H", pw * 0.4), shade(look.main, -0.28), 7)
    pen.path(box(pw * 0.34, -ph + 12, 14, 38, 6), look.accent)
    _closing(pen, look, w, tall)
    patch = box(-34, -ph * 0.62, 68, 44, 5)
    pen.path(patch, look.accent)
    pen.line(box(-28, -ph * 0.62 + 6, 56, 32, 3), shade(look.accent, 0.2), 2.5, stroke_dasharray="6 5")


def _closing(pen: Canvas, look: Look, w: float, tall: float) -> None:
    """A flap with buckles, a rolled top, or a zip."""
    form = look.form % 3
    if form == 0:
        flap = trail(
            *("M", -w * 0.97, -tall * 0.64),
            *("C", -w, -tall * 1.02, -w * 0.4, -tall * 1.03, 0, -tall * 1.03),
            *("C", w * 0.4, -tall * 1.03, w, -tall * 1.02, w * 0.97, -tall * 0.64),
            *("Q", 0, -tall * 0.5, -w * 0.97, -tall * 0.64),
            "Z",
        )
        pen.path(flap, SHADOW, opacity=0.26, transform="translate(3 14)")
        pen.path(flap, look.main)
        pen.volume(flap, "matte", 1.1)
        for side in (-1, 1):
            x = side * w * 0.46
            pen.path(box(x - 15, -tall * 0.7, 30, tall * 0.3, 6), look.accent)
            pen.line(box(x - 21, -tall * 0.52, 42, 32, 6), "#c8a04a", 7)
    elif form == 1:
        for low, high in ((0.92, 1.06),):
            roll = box(-w * 0.9, -tall * high, w * 1.8, tall * (high - low) + 10, 26)
            pen.path(roll, shade(look.main, 0.03))
            pen.volume(roll, "flat", 1.4)
        pen.path(box(-17, -tall * 1.06, 34, tall * 0.5, 5), look.accent)
        pen.path(box(-26, -tall * 0.66, 52, 40, 8), shade(look.accent, -0.24))
    else:
        zip_line = trail(
            *("M", -w * 0.8, -tall * 0.5),
            *("C", -w * 0.84, -tall * 0.96, w * 0.84, -tall * 0.96, w * 0.8, -tall * 0.5),
        )
        pen.line(zip_line, shade(look.main, -0.24), 9)
        pen.line(zip_line, LIGHT, 3, opacity=0.3, stroke_dasharray="4 6")
        pen.path(box(w * 0.74, -tall * 0.52, 16, 56, 7), look.accent)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {"tote": tote, "backpack": backpack}
