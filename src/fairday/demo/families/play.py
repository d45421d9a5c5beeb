"""Toys and things for the garden: cars, animals, stacking towers, plant pots, watering cans."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, Point, box, circle_point, oval, polygon, polyline, trail
from fairday.demo.colour import mix, shade
from fairday.demo.families.surface import surface_of
from fairday.demo.lathe import TILT, Turned, lid, plain, spin
from fairday.demo.motif import leaf, motif

_WOOD = "#dcb483"


def _wheel(pen: Canvas, x: float, r: float, tyre: str, hub: str) -> None:
    pen.path(oval(x + 9, -r, r, r), shade(tyre, -0.2))
    pen.path(oval(x, -r, r, r), tyre)
    pen.path(oval(x, -r, r, r), pen.radial(((0, LIGHT, 0.3), (0.6, LIGHT, 0), (1, SHADOW, 0.4)), 0.36, 0.32, 0.75))
    pen.path(oval(x, -r, r * 0.44, r * 0.44), hub)
    pen.path(oval(x, -r, r * 0.44, r * 0.44), pen.linear(((0, LIGHT, 0.4), (1, SHADOW, 0.3)), 0, 0, 1, 1))
    pen.path(oval(x, -r, r * 0.13, r * 0.13), shade(hub, -0.3))


def toy_car(pen: Canvas, look: Look) -> None:
    long, high = look.between("long", 270, 340), look.between("high", 110, 150)
    wheel, form = look.between("wheel", 56, 84), look.form % 4
    pen.contact(long * 0.95)
    base = wheel * 0.9
    body = box(-long, -base - high, long * 2, high, look.between("corner", 24, 64))
    cabin_w = long * look.between("cabin", 0.8, 1.1)
    cabin_x = -long * look.between("cabin-x", 0.5, 0.7)
    cabin_h = look.between("cabin-h", 120, 180)
    roof = -base - high - cabin_h
    shapes = (
        trail(
            *("M", cabin_x, -base - high + 6),
            *("C", cabin_x + 20, roof, cabin_x + 60, roof, cabin_x + 100, roof),
            *("L", cabin_x + cabin_w - 90, roof),
            *("Q", cabin_x + cabin_w - 20, roof, cabin_x + cabin_w + 40, -base - high + 6),
            "Z",
        ),
        box(-long + 10, roof, long * 1.92, cabin_h + 20, 44),
        box(long * 0.24, roof - 10, long * 0.68, cabin_h + 20, 30),
        trail("M", -long * 0.2, -base - high + 6, "Q", 0, roof - 10, long * 0.4, -base - high + 6, "Z"),
    )
    pen.path(shapes[form], look.second if form != 1 else look.main)
    pen.volume(shapes[form], "flat", 1.3)
    _aboard(pen, look, long, -base - high)
    if form != 3:
        sides = ((cabin_x + 46, cabin_x + cabin_w - 30), (-long + 46, long - 60), (long * 0.36, long * 0.86))[form]
        _panes(pen, sides, (2, 4, 1)[form], roof + 32, cabin_h * 0.52)
    with pen.group(clip_path=pen.clip(body)):
        pen.path(body, look.main)
        if look.pattern != "plain":
            with pen.group(transform=f"translate({-long:.1f} {-base - high:.1f})"):
                motif(pen, look, long * 2, high * 1.6)
    pen.volume(body, "flat", 1.2)
    pen.ground_shade(body, 0.3)
    pen.path(oval(long - 26, -base - high * 0.6, 18, 22), "#fff0c8")
    for x in (-long * 0.58, long * 0.58):
        _wheel(pen, x, wheel, look.accent if look.part("tyre") < 0.5 else "#3a3330", _WOOD)


def _aboard(pen: Canvas, look: Look, long: float, deck: float) -> None:
    """Who or what rides along."""
    if look.form % 4 == 2:  # a lorry with a load
        for at in range(4):
            r = look.between(f"load{at}", 44, 64)
            pen.path(
                oval(-long * 0.74 + at * long * 0.26, deck - r * 0.6, r, r),
                (look.accent, _WOOD, look.second, shade(look.accent, 0.12))[at],
            )
            pen.path(
                oval(-long * 0.74 + at * long * 0.26, deck - r * 0.6, r, r),
                pen.radial(((0, LIGHT, 0.4), (1, SHADOW, 0.3)), 0.35, 0.3, 0.8),
            )
    elif look.form % 4 == 3:  # a racer: fin and driver
        pen.path(oval(long * 0.06, deck - 54, 52, 52), _WOOD)
        pen.path(
            oval(long * 0.06, deck - 54, 52, 52),
            pen.radial(((0, LIGHT, 0.4), (1, SHADOW, 0.35)), 0.35, 0.3, 0.8),
        )
        pen.path(
            trail("M", -long * 0.98, deck * 0.6, "q", -20, -120, 40, -150, "q", 60, 60, 120, 100, "Z"),
            look.accent,
        )


def _panes(pen: Canvas, sides: tuple[float, float], count: int, top: float, tall: float) -> None:
    left, right = sides
    step = (right - left) / count
    for at in range(count):
        pane = box(left + at * step, top, step - 18, tall, 20)
        pen.path(pane, "#cfe0e2")
        pen.path(pane, pen.linear(((0, LIGHT, 0.6), (0.5, LIGHT, 0), (1, SHADOW, 0.2)), 0, 0, 1, 1))


def animal(pen: Canvas, look: Look) -> None:
    """A wooden animal on four legs: long or tall, with ears, trunk or horns."""
    form = look.form % 6
    wide, high = look.between("wide", 180, 240), look.between("high", 170, 230)
    leg, tone = look.between("leg", 90, 160), look.main
    if form == 2:  # giraffe
        leg, high = 210, 160
    pen.contact(wide * 1.05)
    dark = shade(tone, -0.12)
    for x in (-wide * 0.44, wide * 0.62):
        pen.path(box(x - 20, -leg - 60, 52, leg + 52, 16), dark)
    body = trail(
        *("M", -wide, -leg - high * 0.3),
        *("C", -wide, -leg - high * 1.15, wide, -leg - high * 1.15, wide, -leg - high * 0.3),
        *("Q", wide, -leg + 6, wide * 0.7, -leg + 10),
        *("L", -wide * 0.7, -leg + 10),
        *("Q", -wide, -leg + 6, -wide, -leg - high * 0.3),
        "Z",
    )
    legs = [box(x - 30, -leg - 50, 60, leg + 50, 18) for x in (-wide * 0.72, wide * 0.7)]
    hx, hy, r = wide * 1.08, -leg - high * 0.86, look.between("head", 74, 104)
    if form == 2:
        hx, hy = wide * 1.16, -leg - high - 220
    for part in legs:
        pen.path(part, tone)
        pen.volume(part, "matte", 0.7)
    if form == 2:
        neck = polygon(
            [(wide * 0.5, -leg - high * 0.7), (hx - 30, hy), (hx + 24, hy), (wide * 0.98, -leg - high * 0.36)]
        )
        pen.path(neck, tone)
        pen.volume(neck, "matte", 0.8)
        for side in (-0.3, 0.3):
            pen.tube(polyline([(hx + side * r, hy - r * 0.5), (hx + side * r * 1.2, hy - r * 1.4)]), look.accent, 13)
    with pen.group(clip_path=pen.clip(body)):
        pen.path(body, tone)
        if look.pattern != "plain":
            with pen.group(transform=f"translate({-wide:.1f} {-leg - high:.1f})"):
                motif(pen, look, wide * 2, high * 1.2)
    pen.volume(body, "flat", 1.3)
    pen.ground_shade(body, 0.26)
    pen.tube(trail("M", -wide + 8, -leg - high * 0.5, "q", -70, 10, -66, 84 if form != 4 else -80), look.accent, 15)
    _head(pen, look, hx, hy, r)


def _head(pen: Canvas, look: Look, hx: float, hy: float, r: float) -> None:
    form, tone = look.form % 6, look.main
    if form == 0:  # elephant: trunk and a big ear
        pen.tube(
            trail(
                *("M", hx + r * 0.5, hy + 10),
                *("C", hx + r * 1.9, hy + 20, hx + r * 1.1, hy + 220, hx + r * 1.8, hy + 210),
            ),
            tone,
            44,
        )
    _ears(pen, look, hx, hy, r)
    head = oval(hx, hy, r * (1.06 if form != 2 else 0.9), r * (0.96 if form != 2 else 0.66))
    face = look.second if form == 5 else tone
    pen.path(head, face)
    pen.path(head, pen.radial(((0, LIGHT, 0.34), (0.5, LIGHT, 0), (1, SHADOW, 0.34)), 0.36, 0.3, 0.78))
    if form in {1, 3, 4, 5}:
        pen.path(oval(hx + r * 0.6, hy + r * 0.3, r * 0.46, r * 0.34), shade(face, 0.14))
        pen.path(oval(hx + r * 0.92, hy + r * 0.14, r * 0.14, r * 0.12), "#2e2623")
    if form == 0:
        pen.path(oval(hx - r * 0.6, hy - 4, r * 0.66, r * 0.86), look.second)
        pen.path(
            oval(hx - r * 0.6, hy - 4, r * 0.66, r * 0.86),
            pen.radial(((0, LIGHT, 0.3), (1, SHADOW, 0.24)), 0.4, 0.3, 0.8),
        )
    pen.path(oval(hx + r * 0.26, hy - r * 0.16, 9, 10), "#2e2623")
    pen.path(oval(hx + r * 0.23, hy - r * 0.2, 3, 3), LIGHT)


def _ears(pen: Canvas, look: Look, hx: float, hy: float, r: float) -> None:
    """What tells one animal from another: ears or horns."""
    form, dark = look.form % 6, shade(look.main, -0.12)
    if form == 1:  # bear: round ears
        for side in (-0.6, 0.6):
            pen.path(oval(hx + side * r, hy - r * 0.84, r * 0.36, r * 0.36), dark)
    elif form == 3:  # fox: pointed ears
        for side in (-0.5, 0.6):
            pen.path(
                polygon(
                    [
                        (hx + (side - 0.34) * r, hy - r * 0.6),
                        (hx + side * r, hy - r * 1.6),
                        (hx + (side + 0.34) * r, hy - r * 0.6),
                    ]
                ),
                dark,
            )
    elif form == 4:  # rabbit: long ears
        for side in (-0.34, 0.2):
            pen.path(leaf(hx + side * r, hy - r * 0.5, side * 40 - 8, r * 2.1, r * 0.46), dark)
    elif form == 5:  # sheep: a woolly cap
        for at in range(6):
            pen.path(
                oval(hx - r * 0.8 + at * r * 0.3, hy - r * 0.8 - 14 * (at % 2), r * 0.34, r * 0.34),
                shade(look.main, 0.08),
            )


def stacker(pen: Canvas, look: Look) -> None:
    form, count = look.form % 3, look.count("rings", 4, 7)
    r, gap = look.between("r", 190, 250), look.between("gap", 54, 76)
    tones = (
        look.main,
        look.second,
        look.accent,
        shade(look.main, 0.14),
        shade(look.second, -0.12),
        mix(look.accent, look.main, 0.5),
        "#dcb483",
    )
    pen.contact(r * 1.05)
    y = 0.0
    if form == 0:
        base = Turned((0, r), (30, r), smooth=False)
        plain(pen, base, "#dcb483")
        lid(pen, base, "#dcb483")
        y = 32
    for at in range(count):
        t = at / count
        size = r * (1 - 0.62 * t) if form != 1 else r * (0.5 + 0.42 * look.part(f"size{at}"))
        tall = gap * (0.8 + 0.5 * look.part(f"tall{at}"))
        if form == 2:  # nested cups turned over
            body = Turned((y, size), (y + tall, size * 0.86), smooth=False)
        elif form == 1 and at % 3 == 1:
            body = Turned((y, size * 0.5), (y + tall / 2, size * 0.96), (y + tall, size * 0.5))
        else:
            body = Turned((y, size * 0.86), (y + tall * 0.5, size), (y + tall, size * 0.86))
        spin(
            pen,
            body,
            Look(
                f"{look.seed}{at}",
                tones[at % 7],
                tones[(at + 2) % 7],
                tones[(at + 3) % 7],
                look.pattern if at % 2 else "plain",
            ),
            "matte",
        )
        lid(pen, body, tones[at % 7])
        y += tall - 2
    knob = Turned((y, 34), (y + 34, 62), (y + 84, 44), (y + 100, 4))
    spin(pen, knob, Look(look.seed, look.accent, look.second, look.main), "glaze")


def plant_pot(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 150, 195), look.between("tall", 190, 270)
    form = look.form % 4
    shapes = (
        Turned((0, r * 0.72), (tall * 0.78, r * 0.96), (tall * 0.78, r * 1.08), (tall, r * 1.1), smooth=False),
        Turned((0, r * 0.8), (14, r * 0.86), (tall * 0.5, r * 1.12), (tall, r * 0.9)),
        Turned((0, r), (8, r), (tall, r), smooth=False),
        Turned((0, r * 0.5), (12, r * 0.56), (tall * 0.7, r * 1.08), (tall, r * 1.02)),
    )
    body = shapes[form]
    pen.contact(max(body.foot[1] * 1.2, r * 0.9))
    if look.part("saucer") < 0.45:
        plain(pen, Turned((-10, r * 0.94), (16, r * 1.08), smooth=False), shade(look.main, -0.04))
    height, rim = body.top
    soil = oval(0, -height, rim * 0.93, rim * 0.93 * TILT)
    _plant(pen, look, height, rim, behind=True)
    spin(pen, body, look, surface_of(look, "matte" if look.part("raw") < 0.6 else "glaze"))
    pen.path(oval(0, -height, rim, rim * TILT), shade(look.main, 0.1))
    pen.path(soil, "#4a3a2e")
    _plant(pen, look, height, rim, behind=False)


def _plant(pen: Canvas, look: Look, height: float, rim: float, *, behind: bool) -> None:
    kind, green = look.count("plant", 0, 5), ("#5f7f4a", "#47694b", "#7f9a5b", "#4f7a6b")[look.count("leaf-tone", 0, 3)]
    y = -height + 6
    if kind == 0 and not behind:  # cactus
        _cactus(pen, look, y, rim, green)
        return
    count = look.count("fronds", 7, 12)
    for at in range(count):
        if (at % 2 == 0) != behind:
            continue
        angle = -72 + 144 * at / (count - 1) + 8 * (look.part(f"a{at}") - 0.5)
        long = look.between(f"l{at}", 200, 340) * (1 - 0.25 * abs(angle) / 72)
        tone = shade(green, -0.09 if behind else 0.05 * (at % 3) - 0.02)
        x = rim * 0.5 * angle / 72
        _frond(pen, kind, (x, y), (angle, long, look.between(f"w{at}", 50, 80)), tone)


def _cactus(pen: Canvas, look: Look, y: float, rim: float, green: str) -> None:
    wide, tall = rim * look.between("cw", 0.34, 0.5), look.between("ch", 190, 300)
    for dx, scale in ((0, 1.0), (rim * 0.55, 0.5), (-rim * 0.5, 0.36)):
        shape = trail(
            *("M", dx - wide * scale, y),
            *(
                "C",
                dx - wide * scale * 1.3,
                y - tall * scale * 1.3,
                dx + wide * scale * 1.3,
                y - tall * scale * 1.3,
                dx + wide * scale,
                y,
            ),
            "Z",
        )
        pen.path(shape, green)
        for rib in range(-2, 3):
            pen.line(
                trail(
                    *("M", dx + rib * wide * scale * 0.36, y),
                    *(
                        "Q",
                        dx + rib * wide * scale * 0.5,
                        y - tall * scale * 0.6,
                        dx + rib * 4,
                        y - tall * scale * 0.96,
                    ),
                ),
                shade(green, -0.1),
                4,
            )
        pen.volume(shape, "matte")
    pen.path(oval(0, y - tall, 24, 18), look.accent)


def _frond(pen: Canvas, kind: int, root: Point, reach: tuple[float, float, float], tone: str) -> None:
    """One leaf or stalk from its root; `reach` is its angle, length and width."""
    (x, y), (angle, long, wide) = root, reach
    if kind == 1:  # sword leaves
        pen.path(leaf(x, y, angle * 0.4, long * 1.15, 26), tone)
        pen.path(leaf(x + 5, y, angle * 0.4, long * 1.05, 8), shade(tone, 0.14))
    elif kind in {2, 0}:  # round leaves on stalks
        tx, ty = circle_point(x, y, long * 0.85, angle)
        pen.line(trail("M", x, y, "Q", x, y - long * 0.4, tx, ty), shade(tone, -0.08), 6)
        size = wide * 0.82
        pen.path(oval(tx, ty, size, size * 0.82), tone)
        pen.path(oval(tx, ty, size, size * 0.82), pen.linear(((0, LIGHT, 0.3), (1, SHADOW, 0.2)), 0, 0, 1, 1))
    elif kind == 3:  # ferns
        for step in range(9):
            t = (step + 1) / 9
            px, py = circle_point(x, y, long * t, angle * (0.6 + 0.7 * t))
            for side in (-1, 1):
                pen.path(leaf(px, py, angle + side * 62, 62 * (1.2 - t), 14), tone)
    elif kind == 4:  # herbs
        pen.line(polyline([(x, y), circle_point(x, y, long * 0.8, angle * 0.6)]), shade(tone, -0.1), 5)
        for step in range(6):
            px, py = circle_point(x, y, long * 0.8 * (0.3 + 0.7 * step / 5), angle * 0.6)
            pen.path(leaf(px, py, angle * 0.6 + (60 if step % 2 else -60), 66, 22), tone)
    else:  # broad leaves
        pen.path(leaf(x, y, angle, long, wide), tone)
        tip = circle_point(x, y, long * 0.9, angle)
        pen.line(polyline([(x, y), tip]), shade(tone, 0.16), 4, opacity=0.8)


def watering_can(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 160, 205), look.between("tall", 230, 310)
    surface = surface_of(look, "glaze")
    taper = look.between("taper", 0.72, 1.0)
    body = Turned((0, r), (8, r), (tall, r * taper), smooth=False)
    if look.form % 2:
        body = Turned((0, r * 0.9), (10, r * 0.96), (tall * 0.5, r * 1.04), (tall, r * 0.66))
    pen.contact(r * 1.1)
    reach = look.between("reach", 190, 250)
    tip = (-r - reach, -tall * look.between("tip", 0.98, 1.3))
    pen.tube(trail("M", -r * 0.8, -tall * 0.22, "Q", -r - reach * 0.4, -tall * 0.3, *tip), look.main, 36, 0.7)
    if look.part("rose") < 0.6:
        with pen.group(transform=f"translate({tip[0]:.1f} {tip[1]:.1f}) rotate(-42)"):
            plain(pen, Turned((-24, 16), (26, 58), smooth=False), look.second, "metal")
            lid(pen, Turned((0, 1), (26, 58), smooth=False), look.second)
            pen.path(
                "".join(
                    oval(math.cos(t) * 34, -26 + math.sin(t) * 6, 4, 2.4) for t in (k * math.tau / 8 for k in range(8))
                ),
                SHADOW,
                opacity=0.5,
            )
    hx = body.radius(0.5)
    pen.tube(
        trail(
            *("M", body.radius(0.9) - 12, -tall * 0.9),
            *("C", hx + 190, -tall * 1.1, hx + 170, -tall * 0.05, hx - 12, -tall * 0.16),
        ),
        look.second,
        30,
        0.7,
    )
    top = body.top[1]
    spin(pen, body, look, surface)
    pen.path(oval(0, -tall, top, top * TILT), shade(look.main, -0.28))
    front = trail("M", -top, -tall, "A", top, top * TILT, 0, 0, 0, top, -tall)
    half = trail(
        *("M", -top * 0.1, -tall - top * TILT),
        *("A", top, top * TILT, 0, 0, 1, -top * 0.1, -tall + top * TILT),
        "Z",
    )
    if look.part("cover") < 0.6:
        pen.path(half, shade(look.main, 0.06), transform="scale(-1 1)")
    pen.line(front, shade(look.main, 0.12), 9)
    pen.tube(
        trail("M", -top * 0.7, -tall - 4, "C", -top * 0.6, -tall - 150, top * 0.6, -tall - 150, top * 0.7, -tall - 4),
        look.second,
        24,
        0.7,
    )


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "toy_car": toy_car,
    "animal": animal,
    "stacker": stacker,
    "plant_pot": plant_pot,
    "watering_can": watering_can,
}
