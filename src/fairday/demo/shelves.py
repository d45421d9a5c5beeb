"""The demo shop's words as they are written down: shelves with their rows, makers, materials, the category tree."""

from importlib.resources import files

import msgspec
from msgspec import Struct

FILES = ("table", "larder", "rooms", "study", "outside", "play")


class Row(Struct, frozen=True, array_like=True):
    """One product in words; `facts` is `brand price paints material [art=pattern] [form=n] [on=shelf]`."""

    name: str
    name_de: str
    summary: str
    summary_de: str
    story: str
    story_de: str
    facts: str


class Measure(Struct, frozen=True, array_like=True):
    """A number every product of a shelf has, in steps between two ends."""

    name: str
    unit: str
    low: float
    high: float
    step: float


class Shelf(Struct, frozen=True):
    """Products of one kind, drawn by one family, chosen by the same option."""

    key: str
    category: str
    family: str
    noun: tuple[str, str]
    choice: str
    weight_g: tuple[int, int]
    rows: tuple[Row, ...]
    numbers: tuple[Measure, ...] = ()
    flags: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    tax: str = "standard"


class House(Struct, frozen=True):
    """What all shelves share."""

    tree: dict[str, list[str]]
    leaves: dict[str, tuple[str, str]]
    makers: dict[str, tuple[str, str, str, str]]
    materials: dict[str, tuple[str, str, str, str, str, str]]
    terms: dict[str, str]


class _File(Struct, frozen=True):
    shelf: tuple[Shelf, ...]


def read_house() -> House:
    """The shared words."""
    return msgspec.toml.decode(_words("house"), type=House)


def read_shelves() -> tuple[Shelf, ...]:
    """Every shelf, in the order of the files."""
    return tuple(shelf for name in FILES for shelf in msgspec.toml.decode(_words(name), type=_File).shelf)


def _words(name: str) -> bytes:
    return (files("fairday.demo") / "words" / f"{name}.toml").read_bytes()
