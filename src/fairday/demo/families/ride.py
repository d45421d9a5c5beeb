"""Bicycle bells and helmets, headphones and loudspeakers."""

from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, box, circle_point, oval, polygon, polyline, trail
from fairday.demo.colour import shade
from fairday.demo.families.table import surface_of
from fairday.demo.lathe import TILT, Turned, lid, plain, spin
from fairday.demo.motif import motif


def bell(pen: Canvas, look: Look) -> None:
    r, dome = look.between("r", 210, 255), look.between("dome", 150, 230)
    surface = surface_of(look)
    bar = -74
    pen.contact(300, 0, -6)
    pen.path(box(-430, bar - 30, 860, 66, 33), shade("#4a4d52", 0.06 if look.part("bar") < 0.5 else -0.1))  # noqa: PLR2004
    pen.path(box(-430, bar - 30, 860, 66, 33), pen.linear(((0, LIGHT, 0.1), (0.25, LIGHT, 0.5), (0.5, SHADOW, 0.1), (1, SHADOW, 0.5)), 0, 0, 0, 1))
    for side in (-1, 1):
        if look.part(f"grip{side}") < 0.5:  # noqa: PLR2004
            grip = box(260 if side > 0 else -480, bar - 40, 220, 86, 40)
            pen.path(grip, look.second)
            for groove in range(6):
                pen.path(box((280 if side > 0 else -460) + groove * 32, bar - 40, 8, 86), SHADOW, opacity=0.2)
            pen.path(grip, pen.linear(((0, LIGHT, 0.35), (0.5, SHADOW, 0.04), (1, SHADOW, 0.44)), 0, 0, 0, 1))
    plain(pen, Turned((40, 70), (120, 62), (150, 50)), "#2f3136", "metal")
    lever = trail("M", -60, -150, "Q", -r * 0.9, -130, -r - 60, -look.between("lever", 150, 190))
    pen.tube(lever, look.second if look.part("lever-tone") < 0.5 else "#b4bbc0", 24, 0.8)  # noqa: PLR2004
    pen.path(oval(-r - 62, -168, 24, 20), look.accent)
    foot = 142
    plain(pen, Turned((foot - 16, r * 0.96), (foot, r), smooth=False), shade(look.main, -0.18), surface)
    body = Turned((foot, r), (foot + dome * 0.5, r * 0.86), (foot + dome * 0.86, r * 0.48), (foot + dome, 26))
    spin(pen, body, look, surface)
    pen.line(polyline([body.at(a, 0.03) for a in range(-90, 91, 6)]), LIGHT, 6, opacity=0.5)
    cap = Turned((foot + dome - 4, 36), (foot + dome + 20, 32), (foot + dome + 30, 4))
    plain(pen, cap, look.accent if look.form % 2 else "#d9b45b", "metal")


def helmet(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 290, 330), look.between("tall", 330, 400)
    pen.contact(wide * 0.9)
    pen.line(trail("M", -wide * 0.5, -70, "Q", -wide * 0.2, 60, wide * 0.1, 0, "Q", wide * 0.2, -40, wide * 0.5, -80), shade(look.second, -0.1), 16)
    shell = trail("M", -wide, -80, "C", -wide * 1.05, -tall * 0.9, -wide * 0.4, -tall, wide * 0.05, -tall, "C", wide * 0.6, -tall, wide * 1.06, -tall * 0.7, wide, -96, "C", wide * 0.6, -30, -wide * 0.6, -20, -wide, -80, "Z")
    pen.path(trail("M", -wide * 0.98, -84, "C", -wide * 0.6, 0, wide * 0.6, -10, wide * 0.98, -98, "L", wide * 0.94, -60, "C", wide * 0.6, 30, -wide * 0.6, 36, -wide * 0.96, -48, "Z"), "#2f3136")
    with pen.group(clip_path=pen.clip(shell)):
        pen.path(shell, look.main)
        if look.pattern != "plain":
            with pen.group(transform=f"translate({-wide:.1f} {-tall:.1f})"):
                motif(pen, look, wide * 2, tall)
        vents = look.count("vents", 2, 5)
        if look.form % 2 == 0:
            for at in range(vents):
                x = -wide * 0.6 + at * wide * 1.2 / max(1, vents - 1)
                slot = trail("M", x * 0.7, -tall * 0.86, "Q", x * 1.06 + 26, -tall * 0.6, x * 1.1, -tall * 0.36, "Q", x * 1.06 - 26, -tall * 0.6, x * 0.7, -tall * 0.86, "Z")
                pen.path(slot, "#26262c")
        else:
            for at in range(vents):
                pen.path(oval(-wide * 0.5 + at * wide / max(1, vents - 1), -tall * 0.62, 20, 22), "#26262c")
    pen.path(shell, pen.radial(((0, LIGHT, 0.5), (0.35, LIGHT, 0.04), (0.7, SHADOW, 0.06), (1, SHADOW, 0.46)), 0.34, 0.22, 0.86))
    rim = trail("M", -wide, -80, "C", -wide * 0.6, -20, wide * 0.6, -30, wide, -96)
    pen.line(rim, look.accent, 14)
    if look.part("visor") < 0.6:  # noqa: PLR2004
        visor = trail("M", wide * 0.62, -tall * 0.42, "Q", wide * 1.1, -tall * 0.42, wide * 1.3, -tall * 0.2, "Q", wide * 1.08, -tall * 0.24, wide * 0.9, -tall * 0.2, "Z")
        pen.path(visor, look.second)
        pen.volume(visor, "flat", 1.4)


def headphones(pen: Canvas, look: Look) -> None:
    span, high = look.between("span", 215, 265), look.between("high", 430, 520)
    cup_w, cup_h = look.between("cup-w", 62, 88), look.between("cup-h", 120, 165)
    cy = -cup_h - 20
    pen.contact(span * 1.15)
    flat = look.between("flat", 1.04, 1.2)
    band = trail("M", -span, cy, "C", -span * flat, -high * 1.2, span * flat, -high * 1.2, span, cy)
    pen.tube(band, look.second, look.between("band", 22, 34))
    pad = trail("M", -span * 0.62, -high * 0.86, "C", -span * 0.3, -high * 1.05, span * 0.3, -high * 1.05, span * 0.62, -high * 0.86)
    pen.tube(pad, look.main if look.part("pad") < 0.6 else look.accent, look.between("cushion", 40, 58), 0.3)  # noqa: PLR2004
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
    if look.part("cable") < 0.4:  # noqa: PLR2004
        pen.line(trail("M", -span, -20, "C", -span - 30, 60, span * 0.2, -40, span * 0.5, 30, "S", span * 1.3, 40, span * 1.5, 10), look.accent, 9)


def _cone(pen: Canvas, x: float, y: float, r: float, tone: str) -> None:
    pen.path(oval(x, y, r, r), shade(tone, -0.1))
    pen.path(oval(x, y, r * 0.9, r * 0.9), "#2b2a2e")
    pen.path(oval(x, y, r * 0.84, r * 0.84), pen.radial(((0, LIGHT, 0.26), (0.4, SHADOW, 0), (0.86, LIGHT, 0.2), (1, SHADOW, 0.3)), 0.42, 0.4, 0.6))
    pen.path(oval(x, y, r * 0.34, r * 0.34), tone)
    pen.path(oval(x, y, r * 0.34, r * 0.34), pen.radial(((0, LIGHT, 0.5), (1, SHADOW, 0.3)), 0.35, 0.3, 0.8))


def speaker(pen: Canvas, look: Look) -> None:
    form = look.form % 4
    if form == 3:  # noqa: PLR2004
        _round_speaker(pen, look)
        return
    wide, tall = (look.between("wide", 250, 320), look.between("tall", 430, 520)) if form == 0 else (look.between("wide", 460, 580), look.between("tall", 260, 330))
    deep, w = look.between("deep", 60, 110), wide / 2
    corner = look.between("corner", 10, 46)
    pen.contact(w * 1.1, 30)
    legs = look.part("legs") < 0.4  # noqa: PLR2004
    lift = 60 if legs else 0
    if legs:
        for side in (-1, 1):
            pen.tube(polyline([(side * w * 0.7, -lift - 10), (side * w * 0.86, -4)]), "#b5824c", 24)
    front = box(-w, -tall - lift, wide, tall, corner)
    with pen.group(transform=f"translate({deep * 0.5:.1f} {-deep * 0.28:.1f})"):
        pen.path(front, shade(look.main, -0.2))
    pen.path(polygon([(-w + corner * 0.6, -tall - lift + 4), (-w + corner * 0.6 + deep * 0.5, -tall - lift - deep * 0.28), (w - corner + deep * 0.5, -tall - lift - deep * 0.28), (w - corner, -tall - lift + 4)]), shade(look.main, 0.1))
    pen.path(front, look.main)
    pen.volume(front, "flat", 1.2)
    inset = 24
    cloth = box(-w + inset, -tall - lift + inset, wide - inset * 2, tall - inset * 2, corner * 0.7)
    if form == 0:
        _cone(pen, 0, -lift - tall * 0.33, wide * 0.34, look.second)
        _cone(pen, 0, -lift - tall * 0.76, wide * look.between("tweeter", 0.15, 0.22), look.accent)
    elif form == 1:
        with pen.group(clip_path=pen.clip(cloth)):
            pen.path(cloth, look.second)
            if look.pattern != "plain":
                with pen.group(transform=f"translate({-w:.1f} {-tall - lift:.1f})"):
                    motif(pen, Look(look.seed, look.second, shade(look.second, -0.1), look.accent, look.pattern), wide, tall)
            for at in range(int(wide / 13)):
                pen.line(trail("M", -w + at * 13, -lift, "v", -tall), SHADOW, 2, opacity=0.14)
        pen.path(cloth, pen.linear(((0, SHADOW, 0.24), (0.2, LIGHT, 0.1), (1, SHADOW, 0.16)), 0, 0, 0.6, 1))
        for at in range(2):
            pen.path(oval(w - 70 - at * 66, -lift - 58, 24, 24), look.accent)
            pen.path(oval(w - 70 - at * 66, -lift - 58, 24, 24), pen.linear(((0, LIGHT, 0.5), (1, SHADOW, 0.4)), 0, 0, 1, 1))
    else:
        _radio(pen, look, wide, tall, lift)
    if form and look.part("carry") < 0.6:  # noqa: PLR2004
        pen.tube(trail("M", -w * 0.7, -tall - lift, "C", -w * 0.66, -tall - lift - 120, w * 0.66, -tall - lift - 120, w * 0.7, -tall - lift), look.accent, 22)


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
    "headphones": headphones,
    "speaker": speaker,
}
