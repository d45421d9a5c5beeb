"""The demo shop's paint box: named colours and the arithmetic of light and dark. No shapes here.

Colours are `#rrggbb`. Mixing happens in Oklab, where equal steps look equal, so shades stay clean.
"""

from functools import lru_cache

_KNEE = 0.0031308

# Product colours by key: (English, German, colour).
PAINTS: dict[str, tuple[str, str, str]] = {
    "chalk": ("Chalk", "Kreide", "#f2ede3"),
    "oat": ("Oat", "Hafer", "#e3d5bd"),
    "sand": ("Sand", "Sand", "#d3b994"),
    "butter": ("Butter", "Butter", "#f2d98b"),
    "mustard": ("Mustard", "Senf", "#d9a227"),
    "honey": ("Honey", "Honig", "#c9822b"),
    "apricot": ("Apricot", "Aprikose", "#f0a673"),
    "terracotta": ("Terracotta", "Terrakotta", "#c4673f"),
    "rust": ("Rust", "Rost", "#9f4426"),
    "brick": ("Brick", "Ziegel", "#8c3a31"),
    "poppy": ("Poppy", "Mohn", "#d8432f"),
    "blush": ("Blush", "Rosenholz", "#e6b7a8"),
    "rose": ("Rose", "Rose", "#cf7c86"),
    "plum": ("Plum", "Pflaume", "#6b3550"),
    "lilac": ("Lilac", "Flieder", "#b7a3cf"),
    "sky": ("Sky", "Himmel", "#a9c9dc"),
    "harbour": ("Harbour", "Hafenblau", "#3f769c"),
    "denim": ("Denim", "Denim", "#3d5a80"),
    "navy": ("Navy", "Marine", "#22314f"),
    "teal": ("Teal", "Petrol", "#1f6f70"),
    "mint": ("Mint", "Minze", "#a8d5bf"),
    "sage": ("Sage", "Salbei", "#9aab89"),
    "moss": ("Moss", "Moos", "#6d7d3e"),
    "forest": ("Forest", "Tanne", "#2c513d"),
    "slate": ("Slate", "Schiefer", "#5c6670"),
    "charcoal": ("Charcoal", "Anthrazit", "#33353a"),
    "smoke": ("Smoke", "Rauch", "#a7a9a6"),
    "cocoa": ("Cocoa", "Kakao", "#5b3a29"),
    "oak": ("Oak", "Eiche", "#c79a63"),
    "beech": ("Beech", "Buche", "#e0b98a"),
    "walnut": ("Walnut", "Nussbaum", "#7a4f31"),
    "ash": ("Ash", "Esche", "#dcc7a3"),
    "brass": ("Brass", "Messing", "#c8a04a"),
    "copper": ("Copper", "Kupfer", "#c07a4f"),
    "steel": ("Steel", "Stahl", "#b4bbc0"),
    "silver": ("Silver", "Silber", "#cfd3d6"),
    "gold": ("Gold", "Gold", "#d9b45b"),
    "clear": ("Clear", "Klar", "#d5e4e2"),
}

METALS = frozenset({"brass", "copper", "steel", "silver", "gold"})


def paint(key: str) -> str:
    """The colour of a paint; a literal `#rrggbb` is itself."""
    return key if key.startswith("#") else PAINTS[key][2]


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= _KNEE * 12.92 else float(((value + 0.055) / 1.055) ** 2.4)


def _channel(value: float) -> int:
    value = min(1.0, max(0.0, value))
    coded = value * 12.92 if value <= _KNEE else 1.055 * value ** (1 / 2.4) - 0.055
    return round(coded * 255)


@lru_cache(maxsize=4096)
def oklab(colour: str) -> tuple[float, float, float]:
    """Lightness (0 to 1) and the two opponent axes."""
    r, g, b = (_linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short
    return f"#{_channel(red):02x}{_channel(green):02x}{_channel(blue):02x}"


@lru_cache(maxsize=8192)
def shade(colour: str, step: float) -> str:
    """The colour moved along lightness: +0.1 is a touch lighter, -0.1 a touch darker and a little richer."""
    lightness, a, b = oklab(colour)
    rich = 1 - step * (0.9 if step > 0 else 0.25)
    return _from_oklab(min(0.99, max(0.06, lightness + step)), a * rich, b * rich)


@lru_cache(maxsize=8192)
def mix(first: str, second: str, part: float) -> str:
    """`part` of the second colour in the first."""
    one, two = oklab(first), oklab(second)
    lightness, a, b = (x + (y - x) * part for x, y in zip(one, two, strict=True))
    return _from_oklab(lightness, a, b)
