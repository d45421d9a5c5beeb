"""The drawings, one function per family of things. Each draws round (0, 0), where the thing stands; up is negative.

The studio round it, and which product is drawn by which family, are decided elsewhere.
"""

from collections.abc import Callable

from fairday.demo.canvas import Canvas, Look
from fairday.demo.families import brew, carry, desk, home, light, play, ride, store, table, wear

Artist = Callable[[Canvas, Look], None]

# Hung things keep the wall behind them instead of a floor below.
HUNG = frozenset({"pendant", "wall_clock"})

FAMILIES: dict[str, Artist] = {
    **table.FAMILIES,
    **brew.FAMILIES,
    **store.FAMILIES,
    **home.FAMILIES,
    **light.FAMILIES,
    **desk.FAMILIES,
    **carry.FAMILIES,
    **play.FAMILIES,
    **ride.FAMILIES,
    **wear.FAMILIES,
}
