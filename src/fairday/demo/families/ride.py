"""Bicycle bells and helmets, headphones and loudspeakers."""

from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, circle_point, oval, polygon, polyline, trail
from fairday.demo.colour import shade
from fairday.demo.families.surface import surface_of
from fairday.demo.lathe import TILT, Turned, lid, plain, spin
from fairday.demo.motif import motif


def bell(pen: Canvas, look: Look) -> None:
    r, dome = look.between("r", 210, 255), look.between("dome", 150, 230)
    surface = surface_of(look)
    bar = -74
    pen.contact(300, 0, -6)
    pen.path(box(-430, bar - 30, 860, 66, 33), shade("#4a4d52", 0.06 if look.part("bar") < 0.5 else -0.1))
    pen.path(
        box(-430, bar - 30, 860, 66, 33),
        pen.linear(((0, LIGHT, 0.1), (0.25, LIGHT, 0.5), (0.5, SHADOW, 0.1), (1, SHADOW, 0.5)), 0, 0, 0, 1),
    )
    for side in (-1, 1):
        if look.part(f"grip{side}") < 0.5:
            grip = box(260 if side > 0 else -480, bar - 40, 220, 86, 40)
            pen.path(grip, look.second)
            for groove in range(6):
                pen.path(box((280 if side > 0 else -460) + groove * 32, bar - 40, 8, 86), SHADOW, opacity=0.2)
            pen.path(grip, pen.linear(((0, LIGHT, 0.35), (0.5, SHADOW, 0.04), (1, SHADOW, 0.44)), 0, 0, 0, 1))
    plain(pen, Turned((40, 70), (120, 62), (150, 50)), "#2f3136", "metal")
    lever = trail("M", -60, -150, "Q", -r * 0.9, -130, -r - 60, -look.between("lever", 150, 190))
    pen.tube(lever, look.second if look.part("lever-tone") < 0.5 else "#b4bbc0", 24, 0.8)
    pen.path(oval(-r - 62, -168, 24, 20), look.accent)
    foot = 142
    plain(pen, Turned((foot - 16, r * 0.96), (foot, r), smooth=False), shade(look.main, -0.18), surface)
    body = Turned((foot, r), (foot + dome * 0.5, r * 0.86), (foot + dome * 0.86, r * 0.48), (foot + dome, 26))
    spin(pen, body, look, surface)
    pen.line(polyline([body.at(a, 0.03) for a in range(-90, 91, 6)]), LIGHT, 6, opacity=0.5)
    cap = Turned((foot + dome - 4, 36), (foot + dome + 20, 32), (foot + dome + 30, 4))
    plain(pen, cap, look.accent if look.form % 2 else "#d9b45b", "metal")


def helmet(pen: Canvas, look: Look) -> None:
    """Seen from the side, front to the right."""
    wide, tall = look.between("wide", 265, 300), look.between("tall", 330, 380)
    pen.contact(wide * 0.8)
    for back, strap in ((-0.5, -0.06), (0.42, 0.02)):
        pen.line(
            trail("M", wide * back, -120, "Q", wide * back * 0.9, -60, wide * strap, -14), shade(look.second, -0.16), 15
        )
    pen.path(box(-34, -34, 60, 30, 12), "#2f3136")
    brow, nape = -tall * 0.36, -tall * 0.26
    pen.path(
        trail(
            *("M", -wide * 0.97, nape - 20),
            *("Q", -wide * 0.9, nape + 54, -wide * 0.62, nape + 40),
            *("L", wide * 0.7, brow + 40),
            *("Q", wide * 0.96, brow + 34, wide * 0.98, brow - 10),
            "Z",
        ),
        "#2c2d33",
    )
    shell = trail(
        *("M", -wide, nape),
        *("C", -wide * 1.12, -tall * 0.86, -wide * 0.5, -tall, -wide * 0.02, -tall),
        *("C", wide * 0.58, -tall, wide * 1.06, -tall * 0.78, wide * 1.03, brow),
        *("Q", wide * 0.8, brow + 26, wide * 0.3, brow + 8),
        *("Q", wide * 0.06, brow - 8, -wide * 0.16, brow + 30),
        *("Q", -wide * 0.56, nape + 54, -wide, nape),
        "Z",
    )
    with pen.group(clip_path=pen.clip(shell)):
        pen.path(shell, look.main)
        if look.pattern != "plain":
            with pen.group(transform=f"translate({-wide * 1.06:.1f} {-tall:.1f})"):
                motif(pen, look, wide * 2.12, tall)
        _vents(pen, look, wide, tall)
    pen.path(
        shell,
        pen.radial(((0, LIGHT, 0.6), (0.3, LIGHT, 0.06), (0.66, SHADOW, 0.06), (1, SHADOW, 0.5)), 0.36, 0.16, 0.86),
    )
    rim = trail(
        *("M", -wide * 0.99, nape),
        *("Q", -wide * 0.56, nape + 54, -wide * 0.16, brow + 30),
        *("Q", wide * 0.06, brow - 8, wide * 0.3, brow + 8),
        *("Q", wide * 0.8, brow + 26, wide * 1.02, brow),
    )
    pen.line(rim, look.accent, 13)
    if look.part("visor") < 0.6:
        visor = trail(
            *("M", wide * 0.86, brow - 52),
            *("Q", wide * 1.12, brow - 40, wide * 1.26, brow + 12),
            *("Q", wide * 1.08, brow + 4, wide * 0.84, brow + 16),
            "Z",
        )
        pen.path(visor, shade(look.main, -0.16))
        pen.volume(visor, "flat", 1.4)


def _vents(pen: Canvas, look: Look, wide: float, tall: float) -> None:
    if look.form % 2 == 0:
        for at in range(look.count("vents", 3, 4)):
            y, far = -tall * (0.86 - at * 0.15), wide * (0.36 + 0.1 * at)
            slot = trail(
                *("M", -far, y + 18),
                *("Q", wide * 0.1, y - 46, far + 40, y + 4),
                *("Q", wide * 0.1, y - 8, -far, y + 18),
                "Z",
            )
            pen.path(slot, "#25262c")
            pen.line(trail("M", -far, y + 20, "Q", wide * 0.1, y - 6, far + 40, y + 6), LIGHT, 3, opacity=0.4)
    else:
        for at in range(4):
            pen.path(oval(-wide * 0.42 + at * wide * 0.28, -tall * 0.74 - 14 * (at in {1, 2}), 19, 13), "#25262c")


def basket(pen: Canvas, look: Look) -> None:
    """Woven, with a rim and straps."""
    r, tall, form = look.between("r", 220, 265), look.between("tall", 240, 300), look.form % 3
    foot = (0.7, 0.82, 0.92)[form]
    bow = (0.86, 1.02, 0.96)[form]
    body = Turned((0, r * foot), (tall * 0.5, r * (foot + 1) / 2 * (1 if form == 0 else bow / 0.93)), (tall, r))
    pen.contact(r * 0.95)
    back = trail("M", -r * 0.86, -tall, "C", -r * 0.8, -tall - 210, r * 0.8, -tall - 210, r * 0.86, -tall)
    if form:
        pen.tube(back, look.second, 24)
    rim = oval(0, -tall, r, r * TILT)
    pen.path(rim, shade(look.main, -0.34))
    if look.part("load") < 0.6:
        _load(pen, look, r, tall)
    spin(pen, body, look, "matte")
    with pen.group(clip_path=pen.clip(body.silhouette())):
        rows = int(tall / 19)
        for row in range(rows):
            for index, degrees in enumerate(range(-95, 95, 13)):
                if (index + row) % 2:
                    continue
                low = row / rows
                bulge = [
                    body.at(degrees + t * 13, low + 0.5 / rows + (0.42 / rows) * (1 - (2 * t - 1) ** 2))
                    for t in (0, 0.25, 0.5, 0.75, 1)
                ]
                lower = [
                    body.at(degrees + t * 13, low + 0.5 / rows - (0.42 / rows) * (1 - (2 * t - 1) ** 2))
                    for t in (1, 0.75, 0.5, 0.25, 0)
                ]
                pen.path(polygon(bulge + lower), LIGHT, opacity=0.22)
                pen.line(polyline(lower), SHADOW, 3, opacity=0.28)
    pen.line(trail("M", -r, -tall, "A", r, r * TILT, 0, 0, 0, r, -tall), shade(look.second, -0.06), 24)
    pen.line(trail("M", -r, -tall - 4, "A", r, r * TILT, 0, 0, 0, r, -tall - 4), LIGHT, 5, opacity=0.4)
    for side in (-1, 1):
        x, y = body.at(side * 26, 0.96)
        pen.path(box(x - 16, y - 20, 32, 120, 6), look.accent)
        pen.line(box(x - 22, y + 40, 44, 30, 6), "#c8a04a", 7)


def _load(pen: Canvas, look: Look, r: float, tall: float) -> None:
    """What came home in it: loaves, or greens."""
    with pen.group(
        clip_path=pen.clip(trail("M", -r, -tall - 500, "H", r, "V", -tall, "A", r, r * TILT, 0, 0, 1, -r, -tall, "Z"))
    ):
        for at in range(3):
            x, lean = (at - 1) * r * 0.5, look.between(f"loaf{at}", -26, 26)
            with pen.group(transform=f"translate({x:.1f} {-tall + 20:.1f}) rotate({lean:.1f})"):
                if look.part(f"kind{at}") < 0.5:
                    loaf = box(-40, -230, 80, 260, 40)
                    pen.path(loaf, "#cf9450")
                    pen.volume(loaf, "matte")
                    for cut in range(3):
                        pen.line(trail("M", -22, -180 + cut * 54, "l", 42, -22), "#f2d7a2", 11)
                else:
                    for frond in range(5):
                        leafy = oval(-44 + frond * 22, -110 - 26 * (frond % 2), 30, 96)
                        pen.path(leafy, ("#5f7f4a", "#7f9a5b", "#47694b")[frond % 3])
                        pen.volume(leafy, "matte", 0.8)


def headphones(pen: Canvas, look: Look) -> None:
    span, high = look.between("span", 215, 265), look.between("high", 430, 520)
    cup_w, cup_h = look.between("cup-w", 62, 88), look.between("cup-h", 120, 165)
    cy = -cup_h - 20
    pen.contact(span * 1.15)
    flat = look.between("flat", 1.04, 1.2)
    band = trail("M", -span, cy, "C", -span * flat, -high * 1.2, span * flat, -high * 1.2, span, cy)
    pen.tube(band, look.second, look.between("band", 22, 34))
    pad = trail(
        *("M", -span * 0.62, -high * 0.86),
        *("C", -span * 0.3, -high * 1.05, span * 0.3, -high * 1.05, span * 0.62, -high * 0.86),
    )
    pen.tube(pad, look.main if look.part("pad") < 0.6 else look.accent, look.between("cushion", 40, 58), 0.3)
    form = look.form % 3
    for side in (-1, 1):
        with pen.group(transform=f"translate({side * span:.1f} {cy:.1f}) rotate({side * -5})"):
            pen.path(box(-14, -cup_h - 40, 28, 90, 10), "#b4bbc0")
            inner = box(-side * cup_w * 0.9 - cup_w * 0.52, -cup_h * 0.94, cup_w * 1.04, cup_h * 1.88, cup_w * 0.5)
            pen.path(inner, shade(look.accent, -0.1) if form else "#2f3034")
            pen.volume(inner, "matte")
            corner = (cup_w, 44, cup_w * 0.7)[form]
            cup = box(-cup_w + side * 10, -cup_h, cup_w * 2, cup_h * 2, corner)
            with pen.group(clip_path=pen.clip(cup)):
                pen.path(cup, look.main)
                if look.pattern != "plain":
                    with pen.group(transform=f"translate({-cup_w:.1f} {-cup_h:.1f})"):
                        motif(pen, look, cup_w * 2.2, cup_h * 2)
            pen.volume(cup, surface_of(look, "matte"))
            pen.ground_shade(cup, 0.3)
            pen.line(oval(side * 10, 0, cup_w * 0.6, cup_h * 0.62), shade(look.main, 0.14), 5, opacity=0.7)
            pen.path(oval(side * 10, 0, 13, 13), look.second)
    if look.part("cable") < 0.4:
        pen.line(
            trail(
                *("M", -span, -20),
                *("C", -span - 30, 60, span * 0.2, -40, span * 0.5, 30),
                *("S", span * 1.3, 40, span * 1.5, 10),
            ),
            look.accent,
            9,
        )


def _cone(pen: Canvas, x: float, y: float, r: float, tone: str) -> None:
    pen.path(oval(x, y, r, r), shade(tone, -0.1))
    pen.path(oval(x, y, r * 0.9, r * 0.9), "#2b2a2e")
    pen.path(
        oval(x, y, r * 0.84, r * 0.84),
        pen.radial(((0, LIGHT, 0.26), (0.4, SHADOW, 0), (0.86, LIGHT, 0.2), (1, SHADOW, 0.3)), 0.42, 0.4, 0.6),
    )
    pen.path(oval(x, y, r * 0.34, r * 0.34), tone)
    pen.path(oval(x, y, r * 0.34, r * 0.34), pen.radial(((0, LIGHT, 0.5), (1, SHADOW, 0.3)), 0.35, 0.3, 0.8))


def speaker(pen: Canvas, look: Look) -> None:
    form = look.form % 4
    if form == 3:
        _round_speaker(pen, look)
        return
    wide, tall = (
        (look.between("wide", 250, 320), look.between("tall", 430, 520))
        if form == 0
        else (look.between("wide", 460, 580), look.between("tall", 260, 330))
    )
    deep, w = look.between("deep", 60, 110), wide / 2
    corner = look.between("corner", 10, 46)
    pen.contact(w * 1.1, 30)
    legs = look.part("legs") < 0.4
    lift = 60 if legs else 0
    if legs:
        for side in (-1, 1):
            pen.tube(polyline([(side * w * 0.7, -lift - 10), (side * w * 0.86, -4)]), "#b5824c", 24)
    front = box(-w, -tall - lift, wide, tall, corner)
    with pen.group(transform=f"translate({deep * 0.5:.1f} {-deep * 0.28:.1f})"):
        pen.path(front, shade(look.main, -0.2))
    pen.path(
        polygon(
            [
                (-w + corner * 0.6, -tall - lift + 4),
                (-w + corner * 0.6 + deep * 0.5, -tall - lift - deep * 0.28),
                (w - corner + deep * 0.5, -tall - lift - deep * 0.28),
                (w - corner, -tall - lift + 4),
            ]
        ),
        shade(look.main, 0.1),
    )
    pen.path(front, look.main)
    pen.volume(front, "flat", 1.2)
    inset = 24
    cloth = box(-w + inset, -tall - lift + inset, wide - inset * 2, tall - inset * 2, corner * 0.7)
    if form == 0:
        _cone(pen, 0, -lift - tall * 0.33, wide * 0.34, look.second)
        _cone(pen, 0, -lift - tall * 0.76, wide * look.between("tweeter", 0.15, 0.22), look.accent)
    elif form == 1:
        _grille(pen, look, cloth, (wide, tall, lift))
    else:
        _radio(pen, look, wide, tall, lift)
    if form and look.part("carry") < 0.6:
        pen.tube(
            trail(
                *("M", -w * 0.7, -tall - lift),
                *("C", -w * 0.66, -tall - lift - 120, w * 0.66, -tall - lift - 120, w * 0.7, -tall - lift),
            ),
            look.accent,
            22,
        )


def _grille(pen: Canvas, look: Look, cloth: str, size: tuple[float, float, float]) -> None:
    """Cloth over the front, and two knobs; `size` is width, height and how far it stands off the table."""
    wide, tall, lift = size
    w = wide / 2
    with pen.group(clip_path=pen.clip(cloth)):
        pen.path(cloth, look.second)
        if look.pattern != "plain":
            with pen.group(transform=f"translate({-w:.1f} {-tall - lift:.1f})"):
                motif(
                    pen,
                    Look(look.seed, look.second, shade(look.second, -0.1), look.accent, look.pattern),
                    wide,
                    tall,
                )
        for at in range(int(wide / 13)):
            pen.line(trail("M", -w + at * 13, -lift, "v", -tall), SHADOW, 2, opacity=0.14)
    pen.path(cloth, pen.linear(((0, SHADOW, 0.24), (0.2, LIGHT, 0.1), (1, SHADOW, 0.16)), 0, 0, 0.6, 1))
    for at in range(2):
        pen.path(oval(w - 70 - at * 66, -lift - 58, 24, 24), look.accent)
        pen.path(
            oval(w - 70 - at * 66, -lift - 58, 24, 24), pen.linear(((0, LIGHT, 0.5), (1, SHADOW, 0.4)), 0, 0, 1, 1)
        )


def _radio(pen: Canvas, look: Look, wide: float, tall: float, lift: float) -> None:
    w = wide / 2
    grille = box(-w + 30, -tall - lift + 34, wide * 0.5, tall - 68, 14)
    pen.path(grille, shade(look.second, -0.05))
    with pen.group(clip_path=pen.clip(grille)):
        for at in range(14):
            pen.path(box(-w + 30, -tall - lift + 40 + at * 22, wide * 0.5, 9, 4), SHADOW, opacity=0.3)
    pen.path(box(w - wide * 0.38, -tall - lift + 38, wide * 0.31, tall * 0.3, 8), "#f3e6c5")
    for at in range(9):
        pen.line(trail("M", w - wide * 0.36 + at * wide * 0.034, -tall - lift + 54, "v", tall * 0.1), "#6b5b45", 3)
    pen.line(trail("M", w - wide * look.between("tune", 0.12, 0.34), -tall - lift + 44, "v", tall * 0.27), "#d8432f", 5)
    for at in range(2):
        x, y, r = w - wide * (0.31 - at * 0.155), -lift - tall * 0.3, tall * 0.13
        pen.path(oval(x + 5, y + 7, r, r), SHADOW, opacity=0.35)
        pen.path(oval(x, y, r, r), look.accent)
        pen.path(oval(x, y, r, r), pen.linear(((0, LIGHT, 0.55), (0.5, LIGHT, 0), (1, SHADOW, 0.4)), 0, 0, 1, 1))
        pen.line(polyline([(x, y), circle_point(x, y, r * 0.8, look.between(f"knob{at}", -120, 120))]), LIGHT, 5)


def _round_speaker(pen: Canvas, look: Look) -> None:
    r, tall = look.between("r", 150, 210), look.between("tall", 240, 400)
    pen.contact(r * 1.1)
    body = Turned((0, r * 0.9), (14, r), (tall * 0.8, r * look.between("taper", 0.8, 1.0)), (tall, r * 0.74))
    spin(pen, body, Look(look.seed, look.main, shade(look.main, -0.1), look.accent, look.pattern), "matte")
    with pen.group(clip_path=pen.clip(body.silhouette()), opacity=0.22):
        for row in range(int(tall / 14)):
            line = polyline([body.at(a, row * 14 / tall) for a in range(-90, 91, 10)])
            pen.line(line, SHADOW, 4, stroke_dasharray="4 9")
    band = body.ring(0.0, 0.08)
    pen.path(band, look.second)
    pen.volume(band, "matte")
    lid(pen, body, look.second)
    height, top = body.top
    pen.line(oval(0, -height, top * 0.66, top * 0.66 * TILT), look.accent, 6)
    hx = body.radius(0.75)
    pen.line(trail("M", hx - 6, -tall * 0.8, "q", 90, 40, 60, 140, "q", -30, 50, -60, 10), look.accent, 14)


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "bell": bell,
    "helmet": helmet,
    "basket": basket,
    "headphones": headphones,
    "speaker": speaker,
}
