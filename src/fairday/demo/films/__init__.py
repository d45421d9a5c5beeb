"""Short films of a few goods, drawn by `tools/demo_film.py` and kept as files. Which product each one shows is here."""

from importlib.resources import files

from msgspec import Struct


class Film(Struct, frozen=True):
    """A silent film with its poster, and captions that tell in words what is to be seen."""

    name: str
    alt: str
    alt_de: str
    mime: str = "video/webm"

    def content(self) -> bytes:
        return _file(f"{self.name}.webm")

    def poster(self) -> bytes:
        """Its first frame, as WebP."""
        return _file(f"{self.name}.webp")

    def captions(self, language: str) -> bytes:
        """WebVTT in `en` or `de`."""
        return _file(f"{self.name}.{language}.vtt")


# By the slug of the product.
FILMS: dict[str, Film] = {
    "drafting-lamp": Film("drafting-lamp", "Drafting Lamp: the arm moves", "Zeichentischleuchte: der Arm bewegt sich"),
    "three-on-a-shelf": Film(
        "three-on-a-shelf", "Three on a Shelf: the candles burn", "Drei im Regal: die Kerzen brennen"
    ),
}


def _file(name: str) -> bytes:
    return (files("fairday.demo") / "films" / name).read_bytes()
