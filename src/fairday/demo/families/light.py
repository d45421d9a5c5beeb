"""Things that glow: table lamps, pendant lamps, candles, lanterns."""

from collections.abc import Callable

from fairday.demo.canvas import LIGHT, Canvas, Look, oval, polygon, polyline, trail
from fairday.demo.colour import mix, shade
from fairday.demo.families.surface import surface_of
from fairday.demo.lathe import TILT, Turned, lid, plain, spin

WARM = "#ffe2a6"


def _shade_light(pen: Canvas, body: Turned, *, lit_from: float = 0.3) -> None:
    """A lit shade glows from inside."""
    outline = body.silhouette()
    pen.path(outline, pen.radial(((0, WARM, 0.75), (0.6, WARM, 0.2), (1, WARM, 0)), 0.5, 1 - lit_from, 0.7))


def lamp(pen: Canvas, look: Look) -> None:
    form = look.form % 4
    (_cone_lamp, _mushroom, _arm_lamp, _globe_lamp)[form](pen, look)


def _cone_lamp(pen: Canvas, look: Look) -> None:
    base_h, r = look.between("base", 230, 310), look.between("r", 200, 260)
    shade_h, top = look.between("shade", 200, 270), r * look.between("top", 0.4, 0.78)
    pen.contact(110)
    b = look.between("belly", 60, 110)
    base = (
        Turned((0, 90), (16, 92), (base_h * 0.4, b), (base_h * 0.8, 26), (base_h, 20)),
        Turned((0, 110), (16, 112), (24, 30), (base_h * 0.5, 22), (base_h, 16)),
        Turned(
            (0, 74), (10, 80), (base_h * 0.3, b * 0.9), (base_h * 0.55, 50), (base_h * 0.75, b * 0.62), (base_h, 18)
        ),
    )[look.count("base-form", 0, 2)]
    spin(
        pen, base, Look(look.seed, look.second, look.accent, look.main, "plain" if look.pattern == "plain" else "bands")
    )
    pen.glow(0, -base_h - shade_h * 0.3, r * 2.0, WARM, 0.45)
    cover = Turned((base_h - 30, r), (base_h - 30 + shade_h, top), smooth=False)
    pen.path(oval(0, -(base_h - 30), r, r * TILT), WARM)
    spin(pen, cover, look, "matte")
    _shade_light(pen, cover)
    pen.line(polyline([cover.at(a, 0.0) for a in range(-90, 91, 6)]), shade(look.main, 0.1), 6)


def _mushroom(pen: Canvas, look: Look) -> None:
    stem, r = look.between("stem", 250, 330), look.between("r", 200, 260)
    pen.contact(130)
    base = Turned((0, 112), (18, 110), (60, 60), (stem * 0.5, look.between("waist", 34, 60)), (stem, 46))
    spin(pen, base, Look(look.seed, look.main if look.part("same") < 0.5 else look.second, look.second, look.accent))
    pen.glow(0, -stem, r * 2.1, WARM, 0.5)
    pen.path(oval(0, -stem, r, r * TILT), WARM)
    dome = look.between("dome", 130, 220)
    cap = Turned((stem, r), (stem + dome * 0.45, r * 0.86), (stem + dome * 0.85, r * 0.45), (stem + dome, 2))
    spin(pen, cap, look)
    pen.path(cap.silhouette(), pen.radial(((0, WARM, 0.6), (1, WARM, 0)), 0.5, 1, 0.55))


def _arm_lamp(pen: Canvas, look: Look) -> None:
    elbow = (look.between("ex", -190, -110), -look.between("ey", 270, 350))
    head = (look.between("hx", 80, 170), -look.between("hy", 480, 580))
    pen.contact(140, -60)
    with pen.group(transform="translate(-60 0)"):
        plain(pen, Turned((0, 130), (22, 128), (34, 60), (46, 22)), look.main, surface_of(look))
    pen.tube(polyline([(-60, -40), elbow]), look.second, 18, 0.8)
    pen.tube(polyline([elbow, head]), look.second, 18, 0.8)
    for x, y in (elbow, (-60.0, -48.0)):
        pen.path(oval(x, y, 20, 20), shade(look.accent, -0.05))
        pen.path(oval(x - 4, y - 5, 8, 8), LIGHT, opacity=0.6)
    r = look.between("r", 110, 150)
    with pen.group(transform=f"translate({head[0]:.1f} {head[1]:.1f}) rotate({look.between('tilt', -34, -14):.1f})"):
        pen.path(
            polygon([(-r * 0.9, 60), (r * 0.9, 60), (r * 2.4, 520), (-r * 2.4, 520)]),
            pen.linear(((0, WARM, 0.5), (1, WARM, 0)), 0, 0, 0, 1),
        )
        cone = Turned((-70, r), (20, r * 0.8), (90, r * 0.3), (110, 16))
        pen.path(oval(0, 70, r, r * TILT), WARM)
        spin(pen, cone, look, surface_of(look))
        pen.path(oval(0, 74, r * 0.86, r * 0.8 * TILT), pen.radial(((0, "#fffdf4", 1), (1, WARM, 1))))


def _globe_lamp(pen: Canvas, look: Look) -> None:
    r, foot = look.between("r", 150, 215), look.between("foot", 60, 170)
    pen.contact(r * 0.75)
    base = Turned((0, r * 0.62), (16, r * 0.62), (foot, r * look.between("neck", 0.3, 0.56)))
    spin(pen, base, look, surface_of(look))
    cy = -foot - r * 0.92
    pen.glow(0, cy, r * 2.3, WARM, 0.6)
    pen.path(oval(0, cy, r, r), "#fff3d2")
    pen.path(
        oval(0, cy, r, r), pen.radial(((0, "#fffdf5", 1), (0.6, WARM, 0.7), (1, "#e0a95a", 0.9)), 0.45, 0.45, 0.58)
    )
    if look.part("rib") < 0.5:
        for at in range(1, look.count("ribs", 4, 8)):
            pen.line(oval(0, cy, r * at / 8, r), "#d9a860", 3, opacity=0.5)
    pen.path(oval(-r * 0.4, cy - r * 0.45, r * 0.16, r * 0.22), "#ffffff", opacity=0.8)


def pendant(pen: Canvas, look: Look) -> None:
    """Hangs from the top of the picture; (0, 0) is the middle of the lamp."""
    form, r = look.form % 5, look.between("r", 210, 290)
    pen.line("M0 -700 V-90", shade(look.second, -0.2), 8)
    tall = look.between("tall", 180, 280)
    pen.glow(0, tall * 0.5, r * 1.9, WARM, 0.5)
    low = -tall / 2
    shapes = (
        Turned((low, r), (low + tall * 0.4, r * 0.92), (low + tall * 0.85, r * 0.5), (low + tall, 26)),
        Turned((low, r), (low + tall * 0.75, r * 0.28), (low + tall, r * 0.24), smooth=False),
        Turned((low, r * 0.62), (low + tall * 0.35, r * 0.96), (low + tall * 0.7, r * 0.9), (low + tall, 30)),
        Turned((low, r * 0.7), (low + tall * 1.2, r * 0.7), smooth=False),
        Turned((low, r * 0.3), (low + tall * 0.5, r * 0.95), (low + tall, r * 0.3)),
    )
    body = shapes[form]
    foot, fr = body.foot
    pen.path(oval(0, -foot, fr, fr * TILT), "#fff2cf")
    height, top = body.top
    plain(pen, Turned((height - 10, max(30, top * 0.6)), (height + 26, 30), (height + 60, 14)), look.second, "metal")
    surface = surface_of(look, "matte")
    spin(pen, body, look, surface)
    if top > 60:
        lid(pen, body, look.main)
        plain(pen, Turned((height, 34), (height + 40, 26), (height + 70, 10)), look.second, "metal")
    _shade_light(pen, body, lit_from=0.05)
    inner = fr * 0.94
    pen.path(
        oval(0, -foot + 3, inner, inner * TILT * 0.94),
        pen.radial(((0, "#fffdf4", 1), (0.5, "#fff0c4", 1), (1, mix(WARM, look.main, 0.3), 1))),
    )
    if form in {0, 1}:
        pen.path(oval(0, -foot + 10, 52, 40), "#fffdf6")


def candle(pen: Canvas, look: Look) -> None:
    count = (1, 3, 1, 2)[look.form % 4]
    pen.contact(130 if count == 1 else 240)
    if look.form % 4 == 2:
        _jar_candle(pen, look)
        return
    spread = 0 if count == 1 else 150
    for index in range(count):
        x = (index - (count - 1) / 2) * spread
        tall, r = look.between(f"tall{index}", 230, 450), look.between(f"r{index}", 46, 78)
        tone = (look.main, look.second, look.accent)[index % 3]
        with pen.group(transform=f"translate({x:.1f} {(index % 2) * 26})"):
            dish = Turned((0, r * 1.5), (12, r * 1.7), (26, r * 1.75))
            plain(pen, dish, look.accent if index % 3 != 2 else look.second, "metal")
            lid(pen, dish, look.accent)
            body = Turned((16, r), (tall, r * 0.97), smooth=False)
            twisted = look.part("twist") < 0.4
            spin(
                pen,
                body,
                Look(look.seed, tone, shade(tone, -0.12), tone, "plain" if twisted else look.pattern),
                "matte",
            )
            if twisted:
                for turn_at in range(-4, 12):
                    part = turn_at / 9
                    pen.line(
                        polyline([body.at(a, min(1, max(0, part + (a + 90) / 900))) for a in range(-90, 91, 12)]),
                        shade(tone, -0.16),
                        6,
                        opacity=0.7,
                    )
            lid(pen, body, shade(tone, 0.1))
            flame(pen, 0, -tall - 4, look.between(f"flame{index}", 0.8, 1.1))


def _jar_candle(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 150, 200), look.between("tall", 220, 320)
    body = Turned((0, r * 0.94), (10, r), (tall, r), smooth=False)
    spin(pen, body, look, "glaze")
    height, _ = body.top
    pen.path(oval(0, -height, r, r * TILT), shade(look.main, 0.1))
    wax = oval(0, -height + 6, r - 14, (r - 14) * TILT)
    pen.path(wax, "#f7ecd4")
    pen.path(wax, pen.radial(((0, "#ffd98a", 0.95), (1, "#ffd98a", 0))))
    flame(pen, 0, -height + 6, 0.95)


def flame(pen: Canvas, x: float, y: float, size: float) -> None:
    """A burning wick."""
    pen.glow(x, y - 60 * size, 210 * size, "#ffcf7a", 0.55)
    with pen.group(transform=f"translate({x:.1f} {y:.1f}) scale({size:.2f})"):
        pen.line("M0 6 V-20", "#3a2a22", 6)
        pen.path(
            "M0 -120 C30 -76 34 -50 20 -28 C10 -14 -10 -14 -20 -28 C-34 -50 -22 -80 0 -120 Z",
            pen.linear(((0, "#ffe9a8", 1), (0.6, "#ffb84d", 1), (1, "#f08a2c", 0.9)), 0, 0, 0, 1),
        )
        pen.path("M0 -76 C14 -54 14 -40 8 -28 C4 -22 -4 -22 -8 -28 C-14 -42 -10 -56 0 -76 Z", "#fffbe8")


def lantern(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 120, 160), look.between("tall", 250, 320)
    pen.contact(wide * 1.25)
    surface = surface_of(look, "matte")
    plain(pen, Turned((0, wide * 1.1), (18, wide * 1.14), (44, wide * 0.9)), look.main, surface)
    globe = Turned(
        (44, wide * 0.72), (44 + tall * 0.45, wide * look.between("bulge", 0.86, 1.1)), (44 + tall, wide * 0.62)
    )
    pen.glow(0, -44 - tall * 0.45, wide * 2.8, WARM, 0.6)
    outline = globe.silhouette()
    pen.path(outline, "#ffe9bd", opacity=0.72)
    if look.form % 2:
        pen.path(outline, pen.radial(((0, "#fff9e6", 1), (1, WARM, 0.3))))
    else:
        flame(pen, 0, -44 - tall * 0.18, 1.0)
    pen.volume(outline, "glass")
    if look.part("bars") < 0.7:
        for degrees in (-64, 0, 64) if look.part("three") < 0.6 else (-40, 40):
            pen.line(polyline([globe.at(degrees, t / 10) for t in range(11)]), shade(look.main, -0.08), 8)
        pen.line(polyline([globe.at(a, 0.5) for a in range(-90, 91, 10)]), shade(look.main, -0.08), 6)
    cap = 44 + tall
    plain(
        pen,
        Turned((cap, wide * 0.84), (cap + 30, wide * 0.78), (cap + 66, wide * 0.3), (cap + 84, wide * 0.26)),
        look.main,
        surface,
    )
    plain(pen, Turned((cap + 78, wide * 0.34), (cap + 96, wide * 0.34), smooth=False), look.second, surface)
    top = -cap - 60
    reach = look.between("bail", 130, 200)
    pen.tube(
        trail(
            *("M", -wide * 0.86, -cap - 6),
            *("C", -wide * 1.2, top - reach, wide * 1.2, top - reach, wide * 0.86, -cap - 6),
        ),
        look.second,
        13,
        0.8,
    )
    if look.part("grip") < 0.5:
        grip_y = top - reach * 0.74 + 14
        pen.tube(trail("M", -54, grip_y, "Q", 0, grip_y - 8, 54, grip_y), "#b5824c", 26)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "lamp": lamp,
    "pendant": pendant,
    "candle": candle,
    "lantern": lantern,
}
