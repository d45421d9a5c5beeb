"""Things for the table: mugs, bowls, plates, boards, and vases with what grows in them."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, oval, trail
from fairday.demo.colour import mix, shade
from fairday.demo.lathe import TILT, Turned, mouth, plain, spin


def mug(pen: Canvas, look: Look) -> None:
    tall, r = look.between("tall", 250, 400), look.between("r", 130, 180)
    form = look.form % 4
    belly = (1.0, 1.14, 0.84, 1.0)[form]
    foot = (0.98, 0.72, 0.95, 0.62)[form]
    body = Turned(
        (0, r * foot * 0.94), (10, r * foot), (tall * 0.45, r * belly), (tall, r * (1.08 if form == 3 else 0.98))
    )
    pen.contact(r * 1.1)
    hx, hy, hw = body.radius(0.5), -tall * 0.52, look.between("handle", 95, 145)
    if form == 1:
        grip = oval(hx + hw * 0.28, hy, hw * 0.62, hw * 0.72)
    else:
        grip = trail(
            *("M", hx - 14, hy - tall * 0.27),
            *("C", hx + hw, hy - tall * 0.32, hx + hw, hy + tall * 0.3, hx - 16, hy + tall * 0.27),
        )
    if look.part("no-handle") > 0.12:
        pen.tube(grip, look.second if look.part("grip") > 0.7 else look.main, look.between("grip-w", 26, 36))
    spin(pen, body, look, "matte" if look.part("matte") < 0.35 else "glaze")
    mouth(pen, body, look.main, 13, filled=("", "#3b2317", "#8a4b1d", "#c9a36c")[look.count("drink", 0, 3)])


def bowl(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 240, 320), look.between("tall", 150, 250)
    foot = r * look.between("foot", 0.34, 0.5)
    flare = look.between("flare", 0.78, 0.95)
    body = Turned((0, foot), (16, foot * 0.97), (tall * 0.4, r * flare), (tall, r))
    pen.contact(foot * 1.7)
    spin(pen, body, look)
    mouth(pen, body, look.main, 14)
    inside = oval(0, -tall + 4, r - 16, (r - 16) * TILT)
    pen.path(inside, mix(look.main, look.second, 0.55 if look.pattern == "plain" else 0.25), opacity=0.85)
    pen.path(inside, pen.linear(((0, SHADOW, 0.5), (0.55, SHADOW, 0.1), (1, LIGHT, 0.25)), 0, 0, 1, 0.4))
    if look.form % 3 == 1:
        with pen.group(
            clip_path=pen.clip(
                trail(
                    *("M", -r, -tall - 400),
                    *("H", r),
                    *("V", -tall),
                    *("A", r - 16, (r - 16) * TILT, 0, 0, 1, -r + 16, -tall),
                    *("H", -r),
                    "Z",
                )
            )
        ):
            for a, b, c in look.scatter("fruit", 7):
                x, y, size = (a - 0.5) * r * 1.2, -tall - 10 - b * 50, 56 + c * 26
                pen.path(oval(x, y, size, size), mix(look.accent, "#e8a03c", c * 0.6))
                pen.path(
                    oval(x, y, size, size),
                    pen.radial(((0, LIGHT, 0.5), (0.4, LIGHT, 0), (1, SHADOW, 0.4)), 0.34, 0.3, 0.75),
                )


def plates(pen: Canvas, look: Look) -> None:
    count, r = look.count("stack", 3, 6), look.between("r", 270, 340)
    gap = look.between("gap", 24, 34)
    pen.contact(r * 0.85)
    for index in range(count):
        size = r * (1 - 0.05 * (index % 2) - (0.14 * index / count if look.form % 2 else 0))
        tone = (look.main, look.second, shade(look.main, -0.06))[index % 3]
        with pen.group(transform=f"translate({(look.part(f'nudge{index}') - 0.5) * 14:.1f} {-index * gap:.1f})"):
            body = Turned((0, size * 0.6), (10, size * 0.7), (26, size * 0.98), (32, size))
            plain(pen, body, tone, "glaze")
            height = body.top[0]
            pen.path(oval(0, -height, size, size * TILT), shade(tone, 0.05))
            pen.path(oval(0, -height, size, size * TILT), pen.linear(((0, LIGHT, 0.25), (1, SHADOW, 0.2))))
    top = -count * gap - 6 + gap - 26
    rim = r * (1 - 0.05 * ((count - 1) % 2) - (0.14 * (count - 1) / count if look.form % 2 else 0))
    for part, colour in (
        (0.9, look.accent),
        (0.86, shade(look.main, 0.03)),
        (0.66, shade(look.main, -0.1)),
        (0.63, shade(look.main, 0.05)),
    ):
        pen.path(oval(0, top, rim * part, rim * part * TILT), colour)
    if look.pattern == "dots":
        pen.path(
            "".join(
                oval(
                    rim * 0.76 * math.cos(t * math.tau / 20),
                    top + rim * 0.76 * TILT * math.sin(t * math.tau / 20),
                    9,
                    4,
                )
                for t in range(20)
            ),
            look.second,
        )


def vase(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 120, 190), look.between("tall", 330, 450)
    form = look.form % 6
    neck = r * look.between("neck", 0.3, 0.5)
    shapes = (
        Turned((0, r * 0.5), (10, r * 0.55), (tall * 0.4, r), (tall * 0.78, neck), (tall, neck * 1.35)),
        Turned((0, r * 0.6), (12, r * 0.66), (tall * 0.66, r), (tall * 0.9, neck * 1.3), (tall, neck * 1.2)),
        Turned(
            (0, r * 0.66),
            (10, r * 0.7),
            (tall * 0.25, r * 0.92),
            (tall * 0.5, neck * 1.2),
            (tall * 0.76, r * 0.8),
            (tall, neck * 1.2),
        ),
        Turned((0, r * 0.74), (8, r * 0.78), (tall, r * 0.86), smooth=False),
        Turned((0, r * 0.72), (10, r * 0.76), (tall * 0.28, r * 1.1), (tall * 0.55, neck * 0.8), (tall, neck * 0.66)),
        Turned((0, r * 0.44), (12, r * 0.46), (tall * 0.6, r * 0.62), (tall, r * 1.02)),
    )
    body = shapes[form]
    pen.contact(max(body.foot[1] * 1.15, body.widest * 0.9))
    if look.part("flowers") < 0.62:
        _stems(pen, look, body)
    spin(pen, body, look, "matte" if look.part("bisque") < 0.4 else "glaze")
    if look.part("ears") < 0.22 and form in {0, 1}:
        for side in (-1, 1):
            x = side * body.radius(0.8)
            pen.tube(
                trail(
                    *("M", x, -tall * 0.9),
                    *("C", x + side * 90, -tall * 0.95, x + side * 90, -tall * 0.6, x + side * 20, -tall * 0.62),
                ),
                look.main,
                24,
            )
    height, rim = body.top
    lip = oval(0, -height, rim, rim * TILT)
    pen.line(lip, shade(look.main, 0.1), 7)


def _stems(pen: Canvas, look: Look, body: Turned) -> None:
    height, rim = body.top
    green = ("#5d6f43", "#7a8a5a", "#8c7a4f", "#4d6657")[look.count("green", 0, 3)]
    pen.path(oval(0, -height, rim, rim * TILT), shade(look.main, -0.3))
    kind = look.count("bloom", 0, 3)
    for index in range(look.count("stems", 2, 6)):
        lean = look.between(f"lean{index}", -190, 190)
        top = -height - look.between(f"top{index}", 120, 300)
        pen.line(trail("M", lean * 0.08, -height + 12, "Q", lean * 0.3, -height - 90, lean, top), green, 6)
        if kind == 0:
            petals = [
                oval(lean + 26 * math.cos(t), top + 26 * math.sin(t), 20, 20)
                for t in (k * math.tau / 7 for k in range(7))
            ]
            pen.path("".join(petals), mix(look.accent, LIGHT, 0.2 * (index % 3)))
            pen.path(oval(lean, top, 15, 15), shade(look.accent, -0.2))
        elif kind == 1:
            for leaf in range(7):
                t = 0.25 + leaf * 0.12
                x, y, side = lean * t, -height + (top + height) * t, -1 if leaf % 2 else 1
                pen.path(
                    trail("M", x, y, "q", side * 50, -46, side * 66, -12, "q", -side * 26, 26, -side * 66, 12, "Z"),
                    shade(green, 0.05 * (leaf % 3)),
                )
        elif kind == 2:
            pen.path(oval(lean, top, 32, 44), mix(look.accent, "#e9d9b4", 0.25))
            pen.path(oval(lean, top, 32, 44), pen.radial(((0, LIGHT, 0.5), (1, SHADOW, 0.24)), 0.35, 0.3, 0.8))
        else:
            for bead in range(8):
                t = 1 - bead * 0.06
                pen.path(
                    oval(lean * t * t, -height + (top + height) * t, 13 - bead * 0.4, 15),
                    mix(look.accent, LIGHT, 0.1 * (bead % 3)),
                )


def board(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 230, 330), look.between("tall", 370, 480)
    form = look.form % 3
    with pen.group(transform=f"rotate({look.between('lean', -7, -2):.1f})"):
        pen.path(oval(40, 2, wide * 0.62, 26), pen.radial(((0, SHADOW, 0.5), (1, SHADOW, 0))))
        corner = (60, wide / 2, 26)[form]
        body = box(-wide / 2, -tall, wide, tall - 4, corner)
        handle = box(-34, -tall - look.between("handle", 90, 150), 68, 220, 34)
        hole = oval(0, -tall - 50, 14, 14)
        for shift, tone in ((14, shade(look.main, -0.22)), (0, look.main)):
            with pen.group(transform=f"translate({shift} {-shift * 0.2})"):
                pen.path(body, tone)
                if form != 2 or look.part("paddle") < 0.6:
                    pen.path(handle, tone)
        with pen.group(clip_path=pen.clip(body + handle)):
            bands = look.count("staves", 2, 5)
            if look.pattern == "stripes":
                for index in range(bands):
                    x = -wide / 2 + wide * (index + look.between(f"stave{index}", 0.1, 0.5)) / bands
                    pen.path(
                        box(x, -tall - 200, wide / bands * look.between(f"sw{index}", 0.2, 0.5), tall + 220),
                        look.second if index % 2 else look.accent,
                    )
            for index in range(13):
                x = -wide / 2 + wide * index / 12
                sway = 26 * (look.part(f"vein{index}") - 0.5)
                pen.line(
                    trail("M", x, 10, "C", x + sway, -tall * 0.3, x - sway, -tall * 0.6, x + sway * 0.6, -tall - 200),
                    shade(look.main, -0.17),
                    2 + 3 * look.part(f"v{index}"),
                    opacity=0.4,
                )
        pen.volume(body, "flat")
        pen.path(hole, shade(look.main, -0.4))
        pen.line(trail("M", 0, -tall - 50, "q", 46, 60, 18, 120), "#6b4a33", 7)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "mug": mug,
    "bowl": bowl,
    "plates": plates,
    "vase": vase,
    "board": board,
}
