"""Pictures of goods: which family draws one, how the camera looks at it, and its pixels.

A drawing is made from its description alone, so the same picture is the same bytes everywhere.
"""

import resvg_py
from msgspec import Struct
from msgspec.structs import replace

from fairday.demo.backdrop import FLOOR, SIZE, finish, stage
from fairday.demo.canvas import Canvas, Look, number
from fairday.demo.families import FAMILIES, HUNG


class Picture(Struct, frozen=True):
    """One picture of one product. `view` is `main`, `detail` or `scene`; `look.seed` makes it this product's own."""

    name: str
    alt: str
    alt_de: str
    family: str
    look: Look
    view: str = "main"

    def svg(self) -> str:
        """The vector drawing."""
        return svg(self)


def svg(picture: Picture) -> str:
    """The vector drawing, 1200 by 1200."""
    pen, hung = Canvas(), picture.family in HUNG
    draw, look, view = FAMILIES[picture.family], picture.look, picture.view
    mirrored = look.part(f"mirror/{view}") < 0.3 and picture.family not in {"wall_clock", "alarm_clock"}
    with pen.group(**({"transform": f"translate({SIZE} 0) scale(-1 1)"} if mirrored else {})):
        stage(pen, look, view, hung=hung)
        size = look.between(f"size/{view}", 1.04, 1.18)
        x, y = SIZE / 2 + look.between(f"x/{view}", -26, 26), FLOOR + look.between(f"y/{view}", -14, 30)
        if hung:
            y = SIZE / 2 + look.between(f"y/{view}", -20, 50)
        if view == "scene":
            _companions(pen, picture, hung=hung)
            size *= 0.86
        elif view == "detail":
            size *= look.between("zoom", 1.55, 1.8)
            x += look.between("pan", -150, 150)
            y += look.between("rise", 130, 250) if not hung else 60
        with pen.group(transform=f"translate({number(x)} {number(y)}) scale({size:.3f})"):
            draw(pen, look)
    finish(pen)
    return pen.document(SIZE)


def _companions(pen: Canvas, picture: Picture, *, hung: bool) -> None:
    """The same thing in its other colours, further back."""
    draw, look = FAMILIES[picture.family], picture.look
    others = (
        replace(look, seed=f"{look.seed}/left", main=look.second, second=look.accent, accent=look.main),
        replace(look, seed=f"{look.seed}/right", main=look.accent, second=look.main, accent=look.second),
    )
    for side, other in zip((-1, 1), others, strict=True):
        if side == 1 and look.part("pair") < 0.4:
            continue
        x = SIZE / 2 + side * look.between(f"apart{side}", 270, 350)
        y = SIZE * 0.36 if hung else FLOOR - look.between(f"behind{side}", 70, 110)
        with pen.group(
            transform=f"translate({number(x)} {number(y)}) scale({look.between(f'small{side}', 0.58, 0.68):.3f})"
        ):
            draw(pen, other)


def raster(picture: Picture, size_px: int) -> bytes:
    """The drawing as PNG, square."""
    return resvg_py.svg_to_bytes(svg_string=svg(picture), width=size_px, height=size_px, skip_system_fonts=True)
