"""Which surface a colour has. No drawing here."""

from fairday.demo.canvas import Look
from fairday.demo.colour import METALS, PAINTS

METAL_TONES = frozenset(PAINTS[key][2] for key in METALS)


def surface_of(look: Look, otherwise: str = "glaze") -> str:
    """Metal colours shine like metal."""
    return "metal" if look.main in METAL_TONES else otherwise
