"""Pictures of goods: which family draws one, how the camera looks at it, and its pixels.

A drawing is made from its description alone, so the same picture is the same bytes everywhere.
"""

import resvg_py
from msgspec import Struct
from msgspec.structs import replace

from fairday.demo.backdrop import FLOOR, SIZE, stage
from fairday.demo.canvas import Canvas, Look, number
from fairday.demo.families import FAMILIES, HUNG

# How far the camera steps up to small things, so that each fills its picture.
_CLOSER = {
    "mug": 1.34,
    "bowl": 1.2,
    "plates": 1.12,
    "kettle": 1.18,
    "teapot": 1.26,
    "tin": 1.22,
    "jar": 1.4,
    "candle": 1.22,
    "stool": 1.14,
    "cushion": 1.14,
    "throw": 1.04,
    "tote": 1.06,
    "chair": 1.08,
    "backpack": 1.05,
    "book": 1.06,
    "notebook": 1.07,
    "toy_car": 1.1,
    "animal": 1.1,
    "headphones": 1.08,
    "speaker": 1.06,
    "lamp": 1.06,
    "watering_can": 1.06,
    "board": 1.1,
    "vase": 1.1,
    "alarm_clock": 1.24,
    "pencils": 1.16,
    "bottle": 1.14,
    "coffee_maker": 1.2,
    "plant_pot": 1.08,
    "stacker": 1.1,
    "basket": 1.14,
    "helmet": 1.24,
    "ring": 1.16,
    "lantern": 1.06,
}


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
    closer = _CLOSER.get(picture.family, 1.0)
    draw, look, view = FAMILIES[picture.family], picture.look, picture.view
    mirrored = look.part(f"mirror/{view}") < 0.3 and picture.family not in {"wall_clock", "alarm_clock"}
    with pen.group(**({"transform": f"translate({SIZE} 0) scale(-1 1)"} if mirrored else {})):
        stage(pen, look, view, hung=hung)
        size = closer * look.between(f"size/{view}", 1.02, 1.14)
        x, y = SIZE / 2 + look.between(f"x/{view}", -26, 26), FLOOR + look.between(f"y/{view}", -14, 30)
        if hung:
            y = SIZE / 2 + look.between(f"y/{view}", -20, 50)
        if view == "scene":
            _companions(pen, picture, hung=hung)
            size *= 0.84 if closer < 1.2 else 0.78
        elif view == "detail":
            size *= look.between("zoom", 1.5, 1.75)
            x += look.between("pan", -150, 150)
            y += look.between("rise", 130, 250) if not hung else 60
        with pen.group(transform=f"translate({number(x)} {number(y)}) scale({size:.3f})"):
            draw(pen, look)
    return pen.document(SIZE)


def _companions(pen: Canvas, picture: Picture, *, hung: bool) -> None:
    """The same thing in its other colours, further back."""
    draw, look = FAMILIES[picture.family], picture.look
    closer = _CLOSER.get(picture.family, 1.0) ** 0.6
    others = (
        replace(look, seed=f"{look.seed}/left", main=look.second, second=look.accent, accent=look.main),
        replace(look, seed=f"{look.seed}/right", main=look.accent, second=look.main, accent=look.second),
    )
    for side, other in zip((-1, 1), others, strict=True):
        if side == 1 and look.part("pair") < 0.4:
            continue
        x = SIZE / 2 + side * look.between(f"apart{side}", 270, 350)
        y = SIZE * 0.36 if hung else FLOOR - look.between(f"behind{side}", 70, 110)
        small = closer * look.between(f"small{side}", 0.56, 0.64)
        with pen.group(transform=f"translate({number(x)} {number(y)}) scale({small:.3f})"):
            draw(pen, other)


def raster(picture: Picture, size_px: int) -> bytes:
    """The drawing as PNG, square."""
    return resvg_py.svg_to_bytes(svg_string=svg(picture), width=size_px, height=size_px, skip_system_fonts=True)
