"""Things for the table and the kitchen: cups, bowls, kettles, pots of tea, tins, jars, bottles, vases, boards."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, oval, polygon, polyline, trail
from fairday.demo.colour import METALS, PAINTS, mix, paint, shade
from fairday.demo.lathe import TILT, Turned, lid, mouth, plain, spin, streak

_METAL_TONES = frozenset(PAINTS[key][2] for key in METALS)


def surface_of(look: Look, otherwise: str = "glaze") -> str:
    """Metal colours shine like metal."""
    return "metal" if look.main in _METAL_TONES else otherwise


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
            "M",
            hx - 14,
            hy - tall * 0.27,
            "C",
            hx + hw,
            hy - tall * 0.32,
            hx + hw,
            hy + tall * 0.3,
            hx - 16,
            hy + tall * 0.27,
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
                    "M",
                    -r,
                    -tall - 400,
                    "H",
                    r,
                    "V",
                    -tall,
                    "A",
                    r - 16,
                    (r - 16) * TILT,
                    0,
                    0,
                    1,
                    -r + 16,
                    -tall,
                    "H",
                    -r,
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


def kettle(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 190, 235), look.between("tall", 260, 330)
    surface = surface_of(look)
    form = look.form % 3
    profile = (
        ((0, r * 0.94), (14, r), (tall * 0.5, r * 0.96), (tall * 0.86, r * 0.66), (tall, r * 0.5)),
        ((0, r * 0.8), (14, r * 0.86), (tall * 0.4, r * 1.06), (tall * 0.8, r * 0.72), (tall, r * 0.42)),
        ((0, r), (10, r * 1.04), (tall * 0.6, r * 0.74), (tall, r * 0.52)),
    )[form]
    body = Turned(*profile)
    pen.contact(r * 1.1)
    sx = -body.radius(0.45)
    if look.part("gooseneck") < 0.55:
        neck = trail(
            "M", sx + 26, -tall * 0.3, "C", sx - 120, -tall * 0.3, sx - 50, -tall * 0.95, sx - 130, -tall * 1.02
        )
        pen.tube(neck, look.main, 30, 0.7)
    else:
        spout = trail(
            "M",
            sx + 34,
            -tall * 0.36,
            "Q",
            sx - 50,
            -tall * 0.55,
            sx - 104,
            -tall * 0.98,
            "L",
            sx - 56,
            -tall * 1.0,
            "Q",
            sx - 10,
            -tall * 0.8,
            sx + 50,
            -tall * 0.72,
            "Z",
        )
        pen.path(spout, look.main)
        pen.volume(spout, surface)
    top = tall + look.between("arch", 130, 200)
    if look.part("side-handle") < 0.4:
        hx = body.radius(0.6)
        pen.tube(
            trail("M", hx - 20, -tall * 0.84, "C", hx + 190, -tall * 1.1, hx + 170, -tall * 0.1, hx - 6, -tall * 0.2),
            look.second,
            36,
        )
    else:
        back = body.radius(0.78)
        pen.tube(
            trail("M", -back, -tall * 0.8, "C", -back * 1.15, -top * 1.2, back * 1.15, -top * 1.2, back, -tall * 0.8),
            look.main,
            18,
            0.8,
        )
        grip = trail("M", -back * 0.56, -top * 1.075, "Q", 0, -top * 1.13, back * 0.56, -top * 1.075)
        pen.tube(grip, look.second, 38)
    spin(pen, body, look, surface)
    cap = Turned(
        (tall - 4, r * profile[-1][1] / r * 1.0), (tall + 18, profile[-1][1] * 0.86), (tall + 34, profile[-1][1] * 0.3)
    )
    plain(pen, cap, shade(look.main, 0.03), surface)
    plain(pen, Turned((tall + 26, 16), (tall + 48, 30), (tall + 72, 22), (tall + 80, 4)), look.second)


def teapot(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 195, 240), look.between("tall", 230, 310)
    form = look.form % 3
    shapes = (
        ((0, r * 0.56), (12, r * 0.62), (tall * 0.45, r * 1.04), (tall * 0.9, r * 0.56), (tall, r * 0.46)),
        ((0, r * 0.86), (12, r * 0.92), (tall * 0.35, r), (tall * 0.85, r * 0.72), (tall, r * 0.52)),
        ((0, r * 0.7), (10, r * 0.76), (tall * 0.62, r * 0.98), (tall * 0.92, r * 0.72), (tall, r * 0.5)),
    )
    body = Turned(*shapes[form])
    pen.contact(r)
    sx, hx = -body.radius(0.4), body.radius(0.6)
    if form == 1 and look.part("bail") < 0.6:
        pen.tube(
            trail("M", -r * 0.6, -tall * 0.86, "C", -r * 0.7, -tall * 1.9, r * 0.7, -tall * 1.9, r * 0.6, -tall * 0.86),
            "#b5824c",
            22,
        )
    else:
        pen.tube(
            trail(
                "M", hx - 26, -tall * 0.84, "C", hx + 160, -tall * 1.04, hx + 130, -tall * 0.02, hx - 20, -tall * 0.22
            ),
            look.main,
            34,
        )
    spout = trail(
        *("M", sx + 60, -tall * 0.18, "C", sx - 60, -tall * 0.2, sx - 60, -tall * 0.6, sx - 112, -tall * 0.96),
        *("L", sx - 66, -tall * 0.98, "C", sx - 16, -tall * 0.8, sx - 20, -tall * 0.62, sx + 60, -tall * 0.62, "Z"),
    )
    pen.path(spout, look.main)
    pen.volume(spout, "glaze")
    spin(pen, body, look)
    neck = shapes[form][-1][1]
    plain(
        pen,
        Turned((tall - 6, neck * 1.08), (tall + 6, neck * 1.06), (tall + 34, neck * 0.6), (tall + 46, neck * 0.2)),
        look.main,
        "glaze",
    )
    plain(
        pen,
        Turned((tall + 38, 14), (tall + 58, 30), (tall + 80, 26), (tall + 92, 4)),
        look.second if look.part("knob") < 0.6 else look.accent,
    )


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
    plain(pen, cap, tone, "metal" if tone in _METAL_TONES else "matte")
    lid(pen, cap, tone)
    if look.form % 2:
        plain(
            pen,
            Turned((tall + cap_h - 2, 20), (tall + cap_h + 14, 34), (tall + cap_h + 34, 24), (tall + cap_h + 40, 3)),
            look.accent,
        )


def emblem(pen: Canvas, look: Look, y: float, size: float) -> None:
    """The small mark printed on a label: leaf, sun, hill, star, drop or ring."""
    kind = look.count("emblem", 0, 5)
    ink = look.second if look.part("ink") < 0.6 else look.accent
    ink = shade(ink, -0.16)
    if kind == 0:
        for side in (-1, 1):
            pen.path(
                trail(
                    "M",
                    0,
                    y + size,
                    "Q",
                    side * size * 1.1,
                    y + size * 0.2,
                    side * size * 0.3,
                    y - size,
                    "Q",
                    side * -size * 0.2,
                    y,
                    0,
                    y + size,
                    "Z",
                ),
                ink,
            )
    elif kind == 1:
        pen.path(oval(0, y, size * 0.5, size * 0.5), ink)
        rays = [
            trail(
                "M",
                math.cos(a) * size * 0.65,
                y + math.sin(a) * size * 0.65,
                "L",
                math.cos(a) * size,
                y + math.sin(a) * size,
            )
            for a in (t * math.tau / 12 for t in range(12))
        ]
        pen.line(" ".join(rays), ink, size * 0.09)
    elif kind == 2:
        pen.path(
            polygon(
                [
                    (-size, y + size * 0.7),
                    (-size * 0.3, y - size * 0.5),
                    (0, y),
                    (size * 0.35, y - size * 0.8),
                    (size, y + size * 0.7),
                ]
            ),
            ink,
        )
    elif kind == 3:
        star = [
            (
                math.sin(t * math.pi / 5) * size * (1 if t % 2 == 0 else 0.42),
                y - math.cos(t * math.pi / 5) * size * (1 if t % 2 == 0 else 0.42),
            )
            for t in range(10)
        ]
        pen.path(polygon(star), ink)
    elif kind == 4:
        pen.path(
            trail(
                "M",
                0,
                y - size,
                "C",
                size * 0.9,
                y,
                size * 0.7,
                y + size,
                0,
                y + size,
                "C",
                -size * 0.7,
                y + size,
                -size * 0.9,
                y,
                0,
                y - size,
                "Z",
            ),
            ink,
        )
    else:
        pen.line(oval(0, y, size * 0.8, size * 0.8), ink, size * 0.14)
        pen.path(oval(0, y, size * 0.34, size * 0.34), ink)
    for row in range(2):
        pen.line(
            trail("M", -size * (0.9 - row * 0.3), y + size * (1.45 + row * 0.36), "H", size * (0.9 - row * 0.3)),
            ink,
            size * 0.09,
            opacity=0.75,
        )


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
                "M",
                -top * 0.7,
                -tall - cap_h + 8,
                "C",
                -top * 0.8,
                -tall - cap_h - 90,
                top * 0.8,
                -tall - cap_h - 90,
                top * 0.7,
                -tall - cap_h + 8,
            ),
            shade(tone, -0.05),
            20,
        )
    plain(pen, cap, tone, "metal" if tone in _METAL_TONES else "matte")
    lid(pen, cap, tone)
    pen.path(body.ring(0.985, 1.02), shade(look.main, -0.2), opacity=0.7)


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
                    "M",
                    x,
                    -tall * 0.9,
                    "C",
                    x + side * 90,
                    -tall * 0.95,
                    x + side * 90,
                    -tall * 0.6,
                    x + side * 20,
                    -tall * 0.62,
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


def coffee_maker(pen: Canvas, look: Look) -> None:
    form = look.form % 3
    if form == 0:
        _dripper(pen, look)
    elif form == 1:
        _moka(pen, look)
    else:
        _press(pen, look)


def _dripper(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 150, 190), look.between("tall", 210, 260)
    glass = Turned((0, r * 0.9), (14, r), (tall * 0.5, r * 0.92), (tall, r * 0.5))
    pen.contact(r * 1.05)
    outline = glass.silhouette()
    pen.path(outline, "#dfe9e6", opacity=0.75)
    level = look.between("level", 0.3, 0.6)
    pen.path(glass.ring(0.0, level), "#3d2314", opacity=0.92)
    pen.path(oval(0, -tall * level, glass.radius(level), glass.radius(level) * TILT), "#6a4024")
    pen.volume(outline, "glass")
    pen.tube(trail("M", r * 0.8, -tall * 0.76, "c", 130, -10, 120, 150, 10, 120), look.second, 26)
    cone = Turned((tall + 6, r * 0.42), (tall + 40, r * 0.5), (tall + 190, r * 1.04))
    plain(pen, Turned((tall - 4, r * 0.98), (tall + 10, r), smooth=False), shade(look.main, -0.05), "glaze")
    spin(pen, cone, look)
    mouth(pen, cone, look.main, 12, filled="#4a2c1a")
    streak(pen, glass)


def _moka(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 130, 160), look.between("tall", 190, 230)
    pen.contact(r * 1.1)
    surface = surface_of(look, "glaze")
    upper = Turned((tall, r * 0.74), (tall * 1.9, r * 1.02), smooth=False)
    hx = r * 1.0
    pen.tube(
        trail("M", hx - 20, -tall * 1.8, "L", hx + 96, -tall * 1.74, "Q", hx + 116, -tall * 1.3, hx + 84, -tall * 1.0),
        look.second,
        34,
    )
    spout = polygon([(-r * 0.9, -tall * 1.5), (-r * 1.36, -tall * 1.92), (-r * 0.9, -tall * 1.9)])
    pen.path(spout, shade(look.main, -0.04))
    spin(pen, Turned((0, r * 1.04), (tall, r * 0.78), smooth=False), look, surface)
    plain(pen, Turned((tall - 10, r * 0.86), (tall + 12, r * 0.86), smooth=False), shade(look.main, -0.12), surface)
    spin(pen, upper, look, surface)
    for degrees in (-52, -18, 18, 52):
        for body in (upper, Turned((0, r * 1.04), (tall, r * 0.78), smooth=False)):
            pen.line(polyline([body.at(degrees, 0), body.at(degrees, 1)]), SHADOW, 4, opacity=0.25)
    cap = Turned((tall * 1.9, r * 1.04), (tall * 1.9 + 34, r * 0.3), smooth=False)
    plain(pen, cap, look.main, surface)
    plain(
        pen,
        Turned((tall * 1.9 + 28, 15), (tall * 1.9 + 52, 26), (tall * 1.9 + 70, 18), (tall * 1.9 + 74, 3)),
        look.second,
    )


def _press(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 130, 160), look.between("tall", 360, 420)
    body = Turned((0, r), (tall, r), smooth=False)
    pen.contact(r * 1.1)
    pen.tube(trail("M", r - 6, -tall * 0.86, "c", 150, 10, 150, 210, 0, 230), look.second, 34)
    pen.path(body.silhouette(), "#e3ece9", opacity=0.8)
    level = look.between("level", 0.45, 0.7)
    pen.path(body.ring(0.02, level), "#3d2314")
    pen.path(oval(0, -tall * level, r, r * TILT), "#7b4d2b")
    pen.line(trail("M", 0, -tall - 100, "V", -tall * level), "#b4bbc0", 10)
    pen.volume(body.silhouette(), "glass")
    for low, high in ((0, 0.1), (0.8, 0.87)):
        ring = body.ring(low, high)
        pen.path(ring, look.main)
        pen.volume(ring, surface_of(look, "matte"))
    cap = Turned((tall - 4, r * 1.06), (tall + 26, r * 1.04), (tall + 44, r * 0.4))
    plain(pen, cap, look.main, surface_of(look, "matte"))
    pen.line(trail("M", 0, -tall - 40, "v", -70), "#b4bbc0", 11)
    plain(pen, Turned((tall + 104, 18), (tall + 124, 34), (tall + 152, 28), (tall + 160, 3)), look.second)
    streak(pen, body)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "mug": mug,
    "bowl": bowl,
    "plates": plates,
    "kettle": kettle,
    "teapot": teapot,
    "tin": tin,
    "jar": jar,
    "bottle": bottle,
    "vase": vase,
    "board": board,
    "coffee_maker": coffee_maker,
}


def tones(*keys: str) -> tuple[str, ...]:
    """Colours by paint name."""
    return tuple(paint(key) for key in keys)
