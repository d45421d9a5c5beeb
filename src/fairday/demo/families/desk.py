"""Paper and pens: notebooks, books, pencil pots, packs of coffee."""

from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, oval, polygon, polyline, trail
from fairday.demo.colour import mix, shade
from fairday.demo.families.store import emblem
from fairday.demo.lathe import Turned, spin
from fairday.demo.motif import motif


def notebook(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 340, 430), look.between("tall", 480, 560)
    thick, tilt = look.between("thick", 26, 60), look.between("tilt", -9, 7)
    pen.contact(wide * 0.62, 30, -4)
    with pen.group(transform=f"rotate({tilt:.1f})"):
        x, y = -wide / 2, -tall
        pen.path(box(x + thick * 0.6, y + 10, wide, tall - 8, 16), shade(look.main, -0.22))
        pen.path(box(x + thick * 0.5, y + 14, wide - 6, tall - 18, 10), "#f4ecdb")
        for line in range(5):
            pen.line(trail("M", x + wide + thick * 0.1 * line + 2, y + 18, "V", -10), "#c9bda4", 1.6)
        cover = box(x, y, wide, tall - 6, 18)
        with pen.group(clip_path=pen.clip(cover)):
            with pen.group(transform=f"translate({x:.1f} {y:.1f})"):
                motif(pen, look, wide, tall)
            if look.form % 3 == 0:
                spine = look.between("spine", 0.1, 0.24) * wide
                pen.path(box(x, y, spine, tall), look.accent)
                pen.path(box(x + spine - 5, y, 5, tall), SHADOW, opacity=0.25)
        pen.path(
            cover,
            pen.linear(
                ((0, SHADOW, 0.28), (0.05, LIGHT, 0.24), (0.1, SHADOW, 0.08), (0.4, LIGHT, 0.12), (1, SHADOW, 0.16)),
                0,
                0,
                1,
                0.3,
            ),
        )
        if look.form % 3 == 1:
            for ring in range(13):
                ry = y + 30 + ring * (tall - 70) / 12
                pen.path(oval(x + 24, ry, 8, 8), SHADOW, opacity=0.55)
                pen.line(trail("M", x + 24, ry, "C", x - 10, ry - 18, x - 34, ry + 4, x - 8, ry + 10), "#b4bbc0", 6)
        else:
            bx = x + wide * look.between("strap", 0.8, 0.9)
            pen.path(box(bx, y - 2, 16, tall), look.accent)
            pen.path(box(bx + 12, y - 2, 7, tall), SHADOW, opacity=0.25)
        if look.part("ribbon") < 0.5:
            pen.path(
                trail(
                    *("M", x + wide * 0.34, -8),
                    *("q", -10, 40, 6, 80),
                    *("l", 12, -16),
                    *("l", 10, 14),
                    *("q", -16, -40, -8, -78),
                    "Z",
                ),
                look.accent,
            )
    if look.part("pen") < 0.45:
        with pen.group(transform=f"translate({wide * 0.66:.1f} -10) rotate({look.between('pen-tilt', 8, 20):.1f})"):
            _pencil(pen, look.second, look.between("pen-long", 360, 460), 13)


def _pencil(pen: Canvas, colour: str, long: float, half: float) -> None:
    """Stands on its end, point up."""
    tip = half * 4
    pen.path(box(-half, -long, half * 2, long), colour)
    pen.path(
        box(-half, -long, half * 2, long),
        pen.linear(
            (
                (0, SHADOW, 0.2),
                (0.33, LIGHT, 0.35),
                (0.34, LIGHT, 0),
                (0.66, SHADOW, 0.1),
                (0.67, SHADOW, 0.34),
                (1, SHADOW, 0.3),
            )
        ),
    )
    pen.path(polygon([(-half, -long), (half, -long), (0, -long - tip)]), "#e6c79b")
    pen.path(polygon([(half * 0.3, -long), (half, -long), (0, -long - tip)]), SHADOW, opacity=0.2)
    pen.path(
        polygon([(-half * 0.34, -long - tip * 0.66), (half * 0.34, -long - tip * 0.66), (0, -long - tip)]),
        shade(colour, -0.2),
    )


def pencils(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 105, 140), look.between("tall", 220, 290)
    form = look.form % 3
    pen.contact(r * 1.15)
    count = look.count("count", 4, 8)
    tones = (look.main, look.second, look.accent, shade(look.second, 0.12), shade(look.accent, -0.12))
    if form == 2:  # a bundle laid in a box
        wide = 300.0
        pen.path(box(-wide, -70, wide * 2, 70, 10), look.main)
        pen.path(polygon([(-wide, -70), (-wide + 60, -230), (wide + 10, -230), (wide, -70)]), shade(look.main, -0.16))
        inner = polygon([(-wide + 18, -78), (-wide + 70, -220), (wide, -220), (wide - 18, -78)])
        pen.path(inner, "#2e2723")
        with pen.group(clip_path=pen.clip(inner)):
            for at in range(9):
                with pen.group(transform=f"translate({-wide + 60 + at * 66:.1f} -70) skewX(-8)"):
                    _pencil(pen, mix(tones[at % 5], tones[(at + 2) % 5], 0.25), 96 + 24 * look.part(f"p{at}"), 24)
        with (
            pen.group(clip_path=pen.clip(box(-wide, -70, wide * 2, 70, 10))),
            pen.group(transform=f"translate({-wide:.1f} -70)"),
        ):
            motif(pen, look, wide * 2, 120)
        pen.volume(box(-wide, -70, wide * 2, 70, 10), "matte", 0.8)
        return
    for at in range(count):
        lean = (at - (count - 1) / 2) * look.between("lean", 7, 11)
        with pen.group(
            transform=f"translate({(at - (count - 1) / 2) * r * 0.22:.1f} {-tall * 0.5:.1f}) rotate({lean:.1f})"
        ):
            long = look.between(f"long{at}", 220, 330)
            if at % 3 == 2:
                pen.tube(polyline([(0, 0), (0, -long)]), tones[at % 5], 24)
                pen.path(box(-10, -long - 44, 20, 56, 6), shade(tones[at % 5], -0.25))
            else:
                _pencil(pen, tones[at % 5], long, 14)
    taper = look.between("taper", 0.82, 1.0)
    body = Turned((0, r * taper), (8, r * taper), (tall, r), smooth=False)
    height, rim = body.top
    spin(pen, body, look, "matte" if form else "glaze")
    pen.line(trail("M", -rim, -height, "A", rim, rim * 0.19, 0, 0, 0, rim, -height), shade(look.main, 0.12), 8)


def book(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 350, 430), look.between("tall", 500, 570)
    thick = look.between("thick", 50, 100)
    form = look.form % 3
    pen.contact(wide * 0.66, -10, -6)
    if form == 2:  # with a small pile beneath
        y = 0.0
        for index in range(2):
            half, high = wide * look.between(f"pile{index}", 0.62, 0.78), look.between(f"high{index}", 52, 74)
            tone = (look.second, look.accent)[index]
            pen.path(box(-half, y - high, half * 2, high, 8), tone)
            pen.path(box(-half + 26, y - high + 9, half * 2, high - 18), "#efe5d0")
            pen.path(box(-half, y - high, half * 1.5, high, 8), tone)
            pen.path(box(-half * 0.7, y - high, 16, high), shade(tone, 0.2), opacity=0.7)
            pen.volume(box(-half, y - high, half * 2, high, 8), "matte", 0.8)
            y -= high
        tall *= 0.8
        wide *= 0.8
        with pen.group(transform=f"translate(0 {y:.1f})"):
            _standing_book(pen, look, wide, tall, thick * 0.8)
        return
    _standing_book(pen, look, wide, tall, thick)


def _standing_book(pen: Canvas, look: Look, wide: float, tall: float, thick: float) -> None:
    """Three quarters: spine to the left, cover to the right, both as skewed planes."""
    x = -wide / 2 + thick * 0.3
    with pen.group(transform=f"translate({x:.1f} 0)"):
        top = polygon(
            [
                (0, -tall),
                (-thick, -tall - thick * 0.16),
                (wide * 0.93 - thick, -tall - 26 - thick * 0.2),
                (wide * 0.95, -tall - 26),
            ]
        )
        pen.path(top, "#e9dfc8")
        for leaf in range(4):
            t = (leaf + 1) / 5
            pen.line(
                polyline(
                    [(-thick * t, -tall - thick * 0.16 * t), (wide * 0.94 - thick * t, -tall - 26 - thick * 0.2 * t)]
                ),
                "#b9ac90",
                2,
            )
        with pen.group(transform=f"matrix({-thick / 100:.4f} {-thick * 0.0016:.4f} 0 1 0 0)"):
            spine = box(0, -tall, 100, tall)
            pen.path(spine, shade(look.main, -0.06))
            pen.path(box(0, -tall * 0.86, 100, tall * 0.035), look.accent)
            pen.path(box(0, -tall * 0.2, 100, tall * 0.035), look.accent)
            pen.path(box(24, -tall * 0.7, 52, tall * 0.3), look.second)
            pen.path(spine, pen.linear(((0, SHADOW, 0.1), (0.4, LIGHT, 0.16), (1, SHADOW, 0.36))))
        with pen.group(transform=f"matrix({wide * 0.95 / wide:.4f} {-26 / wide:.4f} 0 1 0 0)"):
            cover = box(0, -tall, wide, tall)
            with pen.group(transform=f"translate(0 {-tall:.1f})"):
                motif(pen, look, wide, tall, trimmed=True)
                _title(pen, look, wide, tall)
            pen.path(
                cover,
                pen.linear(
                    (
                        (0, SHADOW, 0.35),
                        (0.03, LIGHT, 0.32),
                        (0.07, SHADOW, 0.12),
                        (0.3, LIGHT, 0.16),
                        (1, SHADOW, 0.2),
                    ),
                    0,
                    0,
                    1,
                    0.25,
                ),
            )


def _title(pen: Canvas, look: Look, wide: float, tall: float) -> None:
    """Lines that read as a title from across the room."""
    kind, ink = look.count("title", 0, 2), LIGHT if look.part("ink") < 0.6 else shade(look.second, -0.25)
    if kind == 0:
        pen.path(box(wide * 0.14, tall * 0.07, wide * 0.72, tall * 0.16, 3), "#f6efe0")
        for row, part in enumerate((0.5, 0.34)):
            pen.path(
                box(wide * (0.5 - part / 2), tall * (0.105 + row * 0.05), wide * part, tall * 0.024, 4),
                shade(look.main, -0.3),
            )
    elif kind == 1:
        for row, part in enumerate((0.62, 0.46, 0.2)):
            pen.path(
                box(wide * 0.12, tall * (0.08 + row * 0.062), wide * part, tall * (0.034 if row < 2 else 0.014), 4), ink
            )
    else:
        for row, part in enumerate((0.66, 0.4)):
            pen.path(box(wide * (0.5 - part / 2), tall * (0.8 + row * 0.06), wide * part, tall * 0.034, 4), ink)
        pen.path(box(wide * 0.44, tall * 0.06, wide * 0.12, tall * 0.014, 4), ink)


def coffee_bag(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 290, 370), look.between("tall", 430, 530)
    w, swell = wide / 2, look.between("swell", 16, 40)
    pen.contact(w * 1.0)
    shape = trail(
        *("M", -w, 0),
        *("C", -w - swell, -tall * 0.3, -w - swell * 0.6, -tall * 0.7, -w + 14, -tall * 0.86),
        *("L", -w + 16, -tall),
        *("L", w - 16, -tall),
        *("L", w - 14, -tall * 0.86),
        *("C", w + swell * 0.6, -tall * 0.7, w + swell, -tall * 0.3, w, 0),
        *("Q", 0, 30, -w, 0),
        "Z",
    )
    with pen.group(clip_path=pen.clip(shape)):
        pen.path(shape, look.main)
        if look.pattern != "plain":
            high = look.between("art", 0.45, 0.7) * tall
            with pen.group(transform=f"translate({-w - swell:.1f} {-high + 20:.1f})"):
                motif(pen, look, wide + swell * 2, high + 20, trimmed=True)
    pen.volume(shape, "matte", 1.1)
    for side in (-1, 1):
        crease = trail(
            *("M", side * w * 0.86, -tall * 0.84),
            *("C", side * w * 0.66, -tall * 0.6, side * w * 0.7, -tall * 0.3, side * w * 0.92, -10),
        )
        pen.line(crease, SHADOW, 7, opacity=0.14)
        pen.line(crease, LIGHT, 4, opacity=0.3, transform="translate(-6 0)")
    fold = box(-w + 12, -tall - 6, wide - 24, look.between("fold", 50, 84), 5)
    pen.path(fold, shade(look.main, -0.07))
    pen.volume(fold, "matte", 0.8)
    if look.part("tie") < 0.6:
        pen.path(box(-w - 8, -tall + 24, wide + 16, 20, 6), look.accent)
        pen.path(box(-w - 8, -tall + 36, wide + 16, 8, 4), SHADOW, opacity=0.25)
    r = look.between("label", 80, 112)
    cy = -tall * look.between("label-y", 0.44, 0.6)
    kind = look.form % 3
    area = (oval(0, cy, r, r), box(-r, cy - r * 0.8, r * 2, r * 1.9, 8), box(-w, cy - r * 0.7, wide, r * 1.7))[kind]
    with pen.group(clip_path=pen.clip(shape)):
        pen.path(area, "#f6eedd")
        emblem(pen, look, cy - r * 0.12, r * 0.46)
    pen.path(area, pen.linear(((0, LIGHT, 0.2), (1, SHADOW, 0.16))))


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "notebook": notebook,
    "pencils": pencils,
    "book": book,
    "coffee_bag": coffee_bag,
}
