"""The demo shop: invented goods in words and drawings, the same on every machine.

Pure: reads its own words, draws its own pictures, stores nothing. Seeding a store with it is a use case's work.
"""

from fairday.demo.drawing import Picture, raster, svg
from fairday.demo.films import Film
from fairday.demo.goods import DemoGoods, DemoItem, goods

__all__ = ["DemoGoods", "DemoItem", "Film", "Picture", "goods", "raster", "svg"]
