"""Furniture, cloth and clocks."""

import math
from collections.abc import Callable

from fairday.demo.canvas import LIGHT, SHADOW, Canvas, Look, Point, box, circle_point, oval, polygon, polyline, trail
from fairday.demo.colour import mix, shade
from fairday.demo.families.surface import surface_of
from fairday.demo.lathe import Turned, plain, spin
from fairday.demo.motif import motif


def _leg(pen: Canvas, top: Point, foot: Point, colour: str, width: float) -> None:
    pen.tube(polyline([top, foot]), colour, width)


def _slab(pen: Canvas, corners: list[Point], thick: float, colour: str) -> None:
    """A board seen from above: top face and front edges."""
    (lx, ly), (bx, by), (rx, ry), (fx, fy) = corners
    pen.path(polygon([(lx, ly), (fx, fy), (fx, fy + thick), (lx, ly + thick)]), shade(colour, -0.1))
    pen.path(polygon([(fx, fy), (rx, ry), (rx, ry + thick), (fx, fy + thick)]), shade(colour, -0.2))
    top = polygon([(lx, ly), (bx, by), (rx, ry), (fx, fy)])
    pen.path(top, colour)
    pen.path(top, pen.linear(((0, LIGHT, 0.3), (1, SHADOW, 0.08)), 0, 0, 1, 1))


def chair(pen: Canvas, look: Look) -> None:
    form = look.form % 4
    seat, wide = look.between("seat", 250, 290), look.between("wide", 190, 230)
    back = look.between("back", 270, 350) * (0.8 if form == 3 else 1)
    wood, leg = look.second, look.between("leg", 20, 30)
    pen.contact(wide * 1.15, 20, -20)
    splay = look.between("splay", 10, 46)
    _leg(pen, (-wide * 0.7, -seat), (-wide * 0.7 - splay * 0.6, -60), wood, leg * 0.9)
    _leg(pen, (wide * 0.78, -seat), (wide * 0.78 + splay, -66), wood, leg * 0.9)
    tilt = look.between("tilt", 20, 60)
    posts = [(-wide * 0.76, -seat - 30), (wide * 0.8, -seat - 40)]
    tops = [(x - tilt * 0.2 + (8 if x > 0 else -8), y - back) for x, y in posts]
    if form == 3:
        tops = [(x, y - 20) for x, y in tops]
    _backrest(pen, look, posts, tops)
    pad = [(-wide, -seat), (-wide * 0.72, -seat - 74), (wide * 0.86, -seat - 80), (wide * 1.02, -seat + 6)]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = pad
    r = 18
    seat_path = trail(
        *("M", ax, ay),
        *("Q", ax - r * 0.6, ay - r, ax + r, ay - r * 1.6),
        *("L", bx, by),
        *("Q", (bx + cx) / 2, by - 20, cx, cy),
        *("Q", dx + 4, dy - 40, dx, dy),
        *("Q", (ax + dx) / 2, dy + look.between("front", 14, 52), ax, ay),
        "Z",
    )
    with pen.group(transform="translate(0 24)"):
        pen.path(seat_path, shade(look.main if form != 1 else wood, -0.22))
    pen.path(seat_path, look.main)
    if look.pattern != "plain":
        with (
            pen.group(clip_path=pen.clip(seat_path)),
            pen.group(transform=f"translate({-wide * 1.1:.1f} {-seat - 100:.1f}) scale(1 .36)"),
        ):
            motif(pen, look, wide * 2.3, wide * 2.0)
    pen.path(seat_path, pen.linear(((0, LIGHT, 0.3), (0.5, LIGHT, 0), (1, SHADOW, 0.2)), 0, 0, 0.8, 1))
    _leg(pen, (-wide * 0.88, -seat + 34), (-wide * 0.88 - splay, -4), wood, leg)
    _leg(pen, (wide * 0.9, -seat + 40), (wide * 0.9 + splay * 1.1, 0), wood, leg)
    if look.part("rail") < 0.5:
        y = -seat * look.between("rail-y", 0.3, 0.5)
        _leg(pen, (-wide * 0.9 - splay * 0.5, y), (wide * 0.92 + splay * 0.5, y + 2), wood, leg * 0.6)
    if form == 2:
        for side, (px, py) in zip((-1, 1), posts, strict=True):
            _leg(pen, (side * wide * 0.94, -seat), (side * wide * 0.98, -seat - 118), wood, leg * 0.8)
            pen.tube(
                trail("M", px, py - 112, "Q", side * wide * 1.1, py - 120, side * wide * 1.04, -seat - 106), wood, leg
            )


def _backrest(pen: Canvas, look: Look, posts: list[Point], tops: list[Point]) -> None:
    (lx, ly), (rx, ry) = posts
    (tlx, tly), (trx, tr_y) = tops
    form, wood = look.form % 4, look.second
    if form == 1:  # a shell
        high = look.between("shell", 0.9, 1.08)
        shell = trail(
            *("M", lx, ly + 30),
            *("C", lx - 30, ly - 120, tlx, tly * high, (tlx + trx) / 2, tly * high),
            *("C", trx, tly * high, rx + 34, ry - 120, rx, ry + 30),
            "Z",
        )
        pen.path(shell, look.main)
        pen.volume(shell, "matte")
        pen.path(shell, pen.linear(((0, LIGHT, 0.2), (0.7, SHADOW, 0.02), (1, SHADOW, 0.36)), 0, 0, 0, 1))
        return
    if form == 0:  # spindles
        count = look.count("spindles", 3, 8)
        for at in range(count):
            t = (at + 1) / (count + 1)
            pen.tube(
                polyline([(lx + (rx - lx) * t, ly + (ry - ly) * t), (tlx + (trx - tlx) * t, tly + (tr_y - tly) * t)]),
                wood,
                12,
            )
    for post, top in zip(posts, tops, strict=True):
        pen.tube(polyline([post, top]), wood, 24)
    bars = {0: 1, 2: 1}.get(form, look.count("slats", 2, 4))
    thick = look.between("slat", 40, 66) if form != 2 else look.between("panel", 120, 200)
    for at in range(bars):
        y0 = tly + at * (ly - tly) / (bars + 0.6)
        bow = look.between("bow", -36, 24)
        slat = trail(
            *("M", tlx - 16, y0),
            *("Q", (tlx + trx) / 2, y0 + bow, trx + 16, y0 - 4),
            *("L", trx + 14, y0 + thick),
            *("Q", (tlx + trx) / 2, y0 + thick + bow, tlx - 14, y0 + thick),
            "Z",
        )
        tone = look.main if form == 2 else wood
        pen.path(slat, tone)
        pen.volume(slat, "matte", 0.8)


def stool(pen: Canvas, look: Look) -> None:
    form, high = look.form % 3, look.between("high", 260, 420)
    r, leg = look.between("r", 160, 210), look.between("leg", 22, 32)
    pen.contact(r * 1.05, 0, -16)
    if form == 2:  # a bench
        wide = look.between("bench", 300, 350)
        high *= 0.74
        for x, y in ((-wide * 0.8, -44), (wide * 0.94, -50)):
            _leg(pen, (x, -high), (x, y), look.second, leg)
        _slab(pen, [(-wide, -high), (-wide + 70, -high - 84), (wide + 60, -high - 84), (wide, -high)], 34, look.main)
        corners = [(-wide, -high), (-wide + 70, -high - 84), (wide + 60, -high - 84), (wide, -high)]
        if look.pattern != "plain":
            with (
                pen.group(clip_path=pen.clip(polygon(corners))),
                pen.group(transform=f"translate({-wide:.1f} {-high - 90:.1f}) scale(1 .18)", opacity=0.75),
            ):
                motif(pen, look, wide * 2.2, wide * 1.6)
        pen.path(box(-wide, -high, wide * 2, 34, 5), shade(look.main, -0.08))
        for x in (-wide * 0.86, wide * 0.86):
            _leg(pen, (x, -high + 34), (x * 1.02, 0), look.second, leg * 1.1)
        return
    splay = look.between("splay", 26, 80)
    _leg(pen, (r * 0.1, -high), (r * 0.3 + splay * 0.3, -64), look.second, leg * 0.9)
    if form == 1:
        ring = -high * look.between("ring", 0.26, 0.4)
        pen.line(oval(0, ring, r * 0.86, r * 0.16), shade(look.second, -0.14), leg * 0.7)
    _leg(pen, (-r * 0.66, -high), (-r * 0.66 - splay, -12), look.second, leg)
    _leg(pen, (r * 0.72, -high), (r * 0.72 + splay, -6), look.second, leg)
    if look.part("fourth") < 0.6:
        _leg(pen, (-r * 0.12, -high + 10), (-r * 0.2, 8), look.second, leg)
    thick = look.between("thick", 26, 90)
    top = Turned((high - thick, r * 0.9), (high - thick * 0.5, r * 1.02), (high, r * 0.97))
    spin(pen, top, Look(look.seed, look.main, look.second, look.accent), "matte")
    face = oval(0, -high, r * 0.97, r * 0.97 * 0.19)
    pen.path(face, shade(look.main, 0.06))
    if look.pattern != "plain":
        with (
            pen.group(clip_path=pen.clip(face), opacity=0.8),
            pen.group(transform=f"translate({-r:.1f} {-high - r * 0.2:.1f}) scale(1 .2)"),
        ):
            motif(pen, look, r * 2, r * 2)
    pen.path(face, pen.linear(((0, LIGHT, 0.35), (1, SHADOW, 0.16))))


def cushion(pen: Canvas, look: Look) -> None:
    wide, tall = look.between("wide", 430, 560), look.between("tall", 400, 480)
    if look.form % 3 == 1:
        tall *= 0.7
    w, h, soft = wide / 2, tall / 2, look.between("soft", 26, 50)
    pen.contact(w * 0.95, 20, -8)
    with pen.group(transform=f"translate(0 {-h - 6:.1f}) rotate({look.between('tilt', -9, 9):.1f})"):
        shape = trail(
            *("M", -w, -h),
            *("C", -w * 0.4, -h + soft, w * 0.4, -h + soft, w, -h),
            *("C", w - soft, -h * 0.4, w - soft, h * 0.4, w, h),
            *("C", w * 0.4, h - soft * 0.5, -w * 0.4, h - soft * 0.5, -w, h),
            *("C", -w + soft, h * 0.4, -w + soft, -h * 0.4, -w, -h),
            "Z",
        )
        if look.form % 3 == 2:
            shape = oval(0, 0, h * 1.05, h * 1.02)
        pen.line(shape, shade(look.accent if look.part("piping") < 0.5 else look.main, -0.06), 16)
        with pen.group(clip_path=pen.clip(shape)):
            with pen.group(transform=f"translate({-w:.1f} {-h:.1f})"):
                motif(pen, look, wide, tall)
            for index in range(6):
                x, y = (-w, -h) if index % 2 else (w, h)
                pen.line(
                    trail("M", x, y * (0.9 - index * 0.1), "Q", x * 0.7, y * 0.6, x * (0.5 - 0.07 * index), y * 0.3),
                    SHADOW,
                    16,
                    opacity=0.06,
                )
        pen.path(
            shape,
            pen.radial(((0, LIGHT, 0.34), (0.5, LIGHT, 0.02), (0.8, SHADOW, 0.1), (1, SHADOW, 0.42)), 0.4, 0.36, 0.72),
        )
        if look.part("button") < 0.3:
            pen.path(oval(0, 0, 40, 34), SHADOW, opacity=0.22)
            pen.path(oval(0, 0, 17, 17), look.accent)
        if look.part("tassel") < 0.3 and look.form % 3 != 2:
            for x, y in ((-w, -h), (w, -h), (w, h), (-w, h)):
                for strand in range(5):
                    pen.line(
                        trail("M", x, y, "q", (strand - 2) * 6, 20, (strand - 2) * 11 + (10 if x > 0 else -10), 48),
                        look.accent,
                        6,
                    )


def throw(pen: Canvas, look: Look) -> None:
    wide, folds = look.between("wide", 520, 620), look.count("folds", 3, 6)
    thick = look.between("thick", 50, 78)
    pen.contact(wide * 0.5)
    for index in range(folds):
        y, slip = -index * thick, (look.part(f"slip{index}") - 0.5) * 26
        inset = 12 * look.part(f"inset{index}")
        half = wide / 2 - inset
        layer = trail(
            *("M", -half + slip, y),
            *("Q", -half - 40 + slip, y - thick * 0.5, -half + slip, y - thick),
            *("L", half + slip, y - thick),
            *("Q", half + slip + 14, y - thick * 0.5, half + slip, y),
            *("Q", slip, y + 16, -half + slip, y),
            "Z",
        )
        with (
            pen.group(clip_path=pen.clip(layer)),
            pen.group(transform=f"translate({-half - 40 + slip:.1f} {y - thick:.1f})"),
        ):
            motif(pen, Look(look.seed, look.main, look.second, look.accent, look.pattern), wide, thick * 1.3)
        pen.path(layer, pen.linear(((0, LIGHT, 0.3), (0.4, LIGHT, 0), (1, SHADOW, 0.5)), 0, 0, 0, 1))
        pen.volume(layer, "matte", 0.6)
    top_y, half = -folds * thick, wide / 2
    top = polygon([(-half, top_y + 4), (-half + 46, top_y - 64), (half - 40, top_y - 64), (half, top_y + 4)])
    with (
        pen.group(clip_path=pen.clip(top)),
        pen.group(transform=f"translate({-half:.1f} {top_y - 92:.1f}) scale(1 .3)"),
    ):
        motif(pen, look, wide, 330)
    pen.path(top, pen.linear(((0, LIGHT, 0.32), (1, SHADOW, 0.1)), 0, 0, 1, 0.5))
    if look.part("drape") < 0.6:
        _drape(pen, look, half, top_y)


def _drape(pen: Canvas, look: Look, half: float, top_y: float) -> None:
    x, wide = look.between("dx", -half * 0.7, half * 0.2), look.between("dw", 150, 230)
    low = look.between("low", 0.45, 0.85) * top_y * -1
    flap = trail(
        *("M", x, top_y - 30),
        *("L", x + wide, top_y - 30),
        *("Q", x + wide + 14, top_y + 6, x + wide + 6, top_y + low),
        *("Q", x + wide / 2, top_y + low + 16, x - 6, top_y + low),
        *("Q", x - 14, top_y + 6, x, top_y - 30),
        "Z",
    )
    with pen.group(clip_path=pen.clip(flap)), pen.group(transform=f"translate({x - 14:.1f} {top_y - 30:.1f})"):
        motif(pen, look, wide + 30, low + 50)
    pen.volume(flap, "matte")
    for strand in range(int(wide / 11)):
        sx = x + strand * 11 + 3
        pen.line(
            trail("M", sx, top_y + low + 6, "q", 4, 20, (strand % 3 - 1) * 4, 40),
            look.second if look.pattern == "plain" else look.main,
            5,
        )


def _hands(pen: Canvas, look: Look, r: float) -> None:
    hour, minute = look.count("hour", 0, 11), look.count("minute", 0, 11) * 5 + 2
    ink = look.accent if look.part("hands") < 0.5 else shade(look.accent, -0.3)
    for degrees, length, width in ((hour * 30 + minute / 2, 0.48, 15.0), (minute * 6.0, 0.74, 10.0)):
        tip, tail = circle_point(0, 0, r * length, degrees), circle_point(0, 0, r * 0.14, degrees + 180)
        pen.line(polyline([tail, tip]), SHADOW, width, opacity=0.2, transform="translate(7 9)")
        pen.line(polyline([tail, tip]), ink, width)
    second = circle_point(0, 0, r * 0.8, look.between("second", 0, 360))
    pen.line(polyline([(0, 0), second]), look.second, 4)
    pen.path(oval(0, 0, 15, 15), ink)
    pen.path(oval(-3, -4, 6, 6), LIGHT, opacity=0.6)


def _dial(pen: Canvas, look: Look, r: float, face: str) -> None:
    pen.path(oval(0, 0, r, r), face)
    if look.pattern != "plain":
        with (
            pen.group(clip_path=pen.clip(oval(0, 0, r, r)), opacity=0.9),
            pen.group(transform=f"translate({-r:.1f} {-r:.1f})"),
        ):
            motif(
                pen,
                Look(look.seed, face, mix(face, look.second, 0.55), mix(face, look.accent, 0.5), look.pattern),
                r * 2,
                r * 2,
            )
    pen.path(oval(0, 0, r, r), pen.linear(((0, SHADOW, 0.2), (0.3, SHADOW, 0), (1, LIGHT, 0.2)), 0, 0, 0.7, 1))
    ink, kind = shade(look.accent, -0.2), look.count("marks", 0, 3)
    for hour in range(12):
        quarter = hour % 3 == 0
        outer, inner = (
            circle_point(0, 0, r * 0.9, hour * 30),
            circle_point(0, 0, r * (0.74 if quarter else 0.82), hour * 30),
        )
        if kind == 0 or (kind == 3 and quarter):
            pen.line(polyline([inner, outer]), ink, 14 if quarter else 7, stroke_linecap="butt")
        elif kind == 1:
            pen.path(oval(*circle_point(0, 0, r * 0.84, hour * 30), 13 if quarter else 8, 13 if quarter else 8), ink)
        elif kind == 2 and quarter:
            pen.path(oval(*circle_point(0, 0, r * 0.78, hour * 30), 22, 22), look.second)
    _hands(pen, look, r)


def wall_clock(pen: Canvas, look: Look) -> None:
    r, form = look.between("r", 290, 350), look.form % 4
    pen.path(oval(36, 48, r * 1.06, r * 1.06), pen.radial(((0, SHADOW, 0.6), (0.82, SHADOW, 0.45), (1, SHADOW, 0))))
    rim = oval(0, 0, r, r)
    if form == 1:
        rim = box(-r * 0.95, -r * 0.95, r * 1.9, r * 1.9, r * look.between("corner", 0.1, 0.5))
    elif form == 2:
        for at in range(24):
            tip = circle_point(0, 0, r * (1.22 if at % 2 else 1.1), at * 15)
            pen.tube(polyline([circle_point(0, 0, r * 0.7, at * 15), tip]), look.second, 12)
    elif form == 3:
        lobes = look.count("lobes", 8, 14)
        rim = polygon(
            [circle_point(0, 0, r * (1 + 0.05 * math.cos(math.radians(a * lobes))), a) for a in range(0, 360, 3)]
        )
    pen.path(rim, look.main)
    pen.path(rim, pen.linear(((0, LIGHT, 0.5), (0.45, LIGHT, 0), (1, SHADOW, 0.42)), 0.1, 0, 0.8, 1))
    face = ("#f7f1e4", shade(look.main, 0.14), mix(look.second, "#f7f1e4", 0.62), "#2c2f36")[look.count("face", 0, 3)]
    dial_look = look
    if face == "#2c2f36":
        dial_look = Look(look.seed, look.main, look.second, "#f7f1e4", look.pattern, look.form)
    _dial(pen, dial_look, r * look.between("rim", 0.82, 0.91), face)


def alarm_clock(pen: Canvas, look: Look) -> None:
    r, form = look.between("r", 190, 230), look.form % 3
    cy = -r - 60
    pen.contact(r * 0.9)
    surface = surface_of(look)
    if form == 2:  # a mantel block
        wide, tall = r * look.between("block", 2.3, 2.9), r * look.between("high", 2.2, 2.5)
        body = box(-wide / 2, -tall, wide, tall, look.between("corner", 14, 110))
        with pen.group(transform="translate(26 -10)"):
            pen.path(body, shade(look.main, -0.2))
        pen.path(body, look.main)
        pen.volume(body, "flat")
        with pen.group(transform=f"translate(0 {-tall / 2:.1f})"):
            _dial(pen, look, r * 0.86, "#f7f1e4" if look.part("pale") < 0.6 else shade(look.second, 0.1))
        return
    for side in (-1, 1):
        pen.tube(polyline([(side * r * 0.5, cy + r * 0.7), (side * r * 0.8, -4)]), look.second, 26)
        if form == 0:
            with pen.group(transform=f"translate({side * r * 0.56:.1f} {cy - r * 0.92:.1f}) rotate({side * 32})"):
                plain(pen, Turned((-20, r * 0.4), (20, r * 0.36), (58, r * 0.1), (64, 6)), look.second, "metal")
    pen.tube(
        trail(
            *("M", -r * 0.3, cy - r * (1.16 if form == 0 else 0.98)),
            *("Q", 0, cy - r * 1.56, r * 0.3, cy - r * (1.16 if form == 0 else 0.98)),
        ),
        look.accent,
        20,
    )
    rim = oval(0, cy, r, r)
    with pen.group(transform="translate(20 -6)"):
        pen.path(rim, shade(look.main, -0.22))
    pen.path(rim, look.main)
    pen.volume(rim, surface if surface == "metal" else "flat")
    with pen.group(transform=f"translate(0 {cy:.1f})"):
        _dial(pen, look, r * 0.82, "#f7f1e4" if look.part("pale") < 0.6 else mix(look.main, "#f7f1e4", 0.7))


FAMILIES: dict[str, Callable[[Canvas, Look], None]] = {
    "chair": chair,
    "stool": stool,
    "cushion": cushion,
    "throw": throw,
    "wall_clock": wall_clock,
    "alarm_clock": alarm_clock,
}
