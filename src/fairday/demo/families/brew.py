"""Kettles, teapots and coffee makers."""

from collections.abc import Callable

from fairday.demo.canvas import SHADOW, Canvas, Look, oval, polygon, polyline, trail
from fairday.demo.colour import shade
from fairday.demo.families.surface import surface_of
from fairday.demo.lathe import TILT, Turned, mouth, plain, spin, streak


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
            *("M", sx + 26, -tall * 0.3),
            *("C", sx - 120, -tall * 0.3, sx - 50, -tall * 0.95, sx - 130, -tall * 1.02),
        )
        pen.tube(neck, look.main, 30, 0.7)
    else:
        spout = trail(
            *("M", sx + 34, -tall * 0.36),
            *("Q", sx - 50, -tall * 0.55, sx - 104, -tall * 0.98),
            *("L", sx - 56, -tall * 1.0),
            *("Q", sx - 10, -tall * 0.8, sx + 50, -tall * 0.72),
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
        crown = -tall * 0.2 - top * 0.9
        grip = trail("M", -back * 0.5, crown + 16, "Q", 0, crown - 16, back * 0.5, crown + 16)
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
                *("M", hx - 26, -tall * 0.84),
                *("C", hx + 160, -tall * 1.04, hx + 130, -tall * 0.02, hx - 20, -tall * 0.22),
            ),
            look.main,
            34,
        )
    spout = trail(
        *("M", sx + 60, -tall * 0.18),
        *("C", sx - 60, -tall * 0.2, sx - 60, -tall * 0.6, sx - 112, -tall * 0.96),
        *("L", sx - 66, -tall * 0.98),
        *("C", sx - 16, -tall * 0.8, sx - 20, -tall * 0.62, sx + 60, -tall * 0.62),
        "Z",
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
    "kettle": kettle,
    "teapot": teapot,
    "coffee_maker": coffee_maker,
}
