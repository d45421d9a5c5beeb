"""Charts as numbers for a drawing: bars, and a scale in round steps. What they mean is said by the page."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH = 720
HEIGHT = 180
STEPS = 4
GAP = 0.28


class Bar(Struct, frozen=True):
    """A rectangle; `index` is the place of its value in the row."""

    index: int
    x: float
    y: float
    width: float
    height: float


class Mark(Struct, frozen=True):
    """A line of the scale at `y`, for `value`."""

    y: float
    value: int


class Chart(Struct, frozen=True):
    """Bars in a box of `width` by `height`, with the scale behind them."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


def bar_chart(values: Sequence[int]) -> Chart:
    """One bar a value (none negative). The scale begins at nothing, so heights compare as the values do."""
    top = scale_top(max(values, default=0))
    slot = WIDTH / max(len(values), 1)
    bars = []
    for index, value in enumerate(values):
        height = round(HEIGHT * value / top, 2) if top else 0
        bars.append(
            Bar(
                index, round((index + GAP / 2) * slot, 2), round(HEIGHT - height, 2), round(slot * (1 - GAP), 2), height
            )
        )
    marks = tuple(Mark(round(HEIGHT - HEIGHT * step / STEPS, 2), top * step // STEPS) for step in range(STEPS + 1))
    return Chart(WIDTH, HEIGHT, tuple(bars), marks if top else marks[:1])


def scale_top(highest: int) -> int:
    """The end of a scale that holds `highest`: 4, 8, 12, 20 or 40 times a power of ten, so a quarter of it is round."""
    if highest <= 0:
        return 0
    unit = 1
    while True:
        for factor in (4, 8, 12, 20):
            if factor * unit >= highest:
                return factor * unit
        unit *= 10
