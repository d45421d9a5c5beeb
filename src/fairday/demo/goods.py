"""The demo shop's goods as documents, prices, stock and pictures. The words are in `words/`, the drawings in `drawing`.

Everything not written down (sizes, stock, ratings, dates) is derived from the product's key, so it never changes.
"""

import hashlib
from itertools import product as combinations

from msgspec import Struct

from fairday.demo.canvas import Look
from fairday.demo.colour import METALS, PAINTS, paint
from fairday.demo.describe import alt_texts, describe
from fairday.demo.drawing import Picture
from fairday.demo.films import FILMS, Film
from fairday.demo.shelves import House, Row, Shelf, read_house, read_shelves
from fairday.domain.catalog.model import Attribute, Category, Localised, Option, Product, Rating, Variant
from fairday.kernel.ids import derived_id

_DAY_MS = 86_400_000
_OPENED_MS = 1_672_531_200_000  # 2023-01-01
_DAYS_OPEN = 1_400
_USD_PER_EUR_PERCENT = 112
_OPTION_NAMES = {"size": "Size", "set": "Set", "weight": "Weight", "ruling": "Ruling", "binding": "Binding"}
# The price of each further size, in percent of the first.
_SIZE_STEPS = {
    "size": (100, 135, 170),
    "set": (100, 190, 275),
    "weight": (100, 180, 330),
    "ruling": (100, 100, 100),
    "binding": (100, 155),
}
_ONE_PRICE = frozenset({"rings", "helmets"})
_AUTHORS = (
    "Ilse Quandt",
    "Marten Vogelsang",
    "Orla Penhallow",
    "Teodor Lisk",
    "Annika Brodersen",
    "Jonah Wickett",
    "Clara van Dunen",
    "Pia Moorkamp",
    "Rufus Aldersley",
)


class DemoItem(Struct, frozen=True):
    """One product with what the other packages keep about it, by SKU."""

    product: Product
    prices: dict[str, dict[str, tuple[int, int | None]]]
    stock: dict[str, dict[str, int]]
    cost_minor: dict[str, int]
    pictures: tuple[Picture, ...]
    films: tuple[Film, ...] = ()


class DemoGoods(Struct, frozen=True):
    """The whole shop. `terms` gives attribute and option words in other languages."""

    categories: tuple[Category, ...]
    items: tuple[DemoItem, ...]
    terms: dict[str, dict[str, str]]


class Facts(Struct, frozen=True):
    """A row's last column, read."""

    brand: str
    price_minor: int
    paints: tuple[str, ...]
    material: str
    extra: dict[str, str]


def goods() -> DemoGoods:
    """The same goods every time, in about a twentieth of a second."""
    house = read_house()
    categories = _categories(house)
    by_key = {category.key: category for category in categories}
    items = tuple(
        _item(house, shelf, number, by_key) for shelf in read_shelves() for number in range(1, len(shelf.rows) + 1)
    )
    colours = {english: german for english, german, _ in PAINTS.values()}
    materials = {names[0]: names[1] for names in house.materials.values()}
    return DemoGoods(categories, items, {"de": colours | materials | house.terms})


def ean13(body: str) -> str:
    """Twelve digits and their check digit."""
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _share(key: str, trait: str) -> float:
    digest = hashlib.blake2b(f"{key}/{trait}".encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


def _between(key: str, trait: str, low: int, high: int) -> int:
    return low + int(_share(key, trait) * (high - low + 1))


def _categories(house: House) -> tuple[Category, ...]:
    out: list[Category] = []
    for position, (key, (name, german, *children)) in enumerate(house.tree.items()):
        top = Category(derived_id("demo", "category", key), key, key, name, "", {"en": name, "de": german}, position)
        out.append(top)
        for place, child in enumerate(children):
            words = house.leaves[child]
            names = {"en": words[0], "de": words[1]}
            out.append(Category(derived_id("demo", "category", child), child, child, words[0], top.id, names, place))
    return tuple(out)


def _facts(row: Row) -> Facts:
    brand, price, paints, *rest = row.facts.split()
    extra = dict(part.split("=", 1) for part in rest if "=" in part)
    material = next((part for part in rest if "=" not in part), "")
    return Facts(brand, round(float(price) * 100), tuple(paints.split("/")), material, extra)


def slugged(name: str) -> str:
    """A name as part of an address."""
    plain = name.lower().replace("’", "").replace("é", "e").replace("&", "and")
    return "-".join("".join(mark if mark.isascii() and mark.isalnum() else " " for mark in plain).split())


def _item(house: House, shelf: Shelf, number: int, by_key: dict[str, Category]) -> DemoItem:
    row = shelf.rows[number - 1]
    facts, slug = _facts(row), slugged(row.name)
    options, steps = _options(shelf, facts, slug)
    variants = _variants(shelf, number, facts, options, steps)
    attributes = _attributes(house, shelf, facts, slug)
    maker, material = house.makers[facts.brand], house.materials[facts.material]
    category = by_key[facts.extra.get("on", shelf.category)]
    english, german = describe(slug, row, maker, material, attributes, house.terms)
    rated = _share(slug, "rated") < 0.94
    count = 1 + int(480 * _share(slug, "votes") ** 2.4)
    product = Product(
        id=derived_id("demo", "product", shelf.key, slug),
        key=f"demo-{shelf.key}-{number:03d}",
        slug=slug,
        name=row.name,
        summary=row.summary,
        description_html=english,
        brand=maker[0],
        category_ids=(category.id, category.parent_id),
        options=options,
        variants=tuple(variant for variant, _ in variants),
        attributes=attributes,
        rating=Rating(_between(slug, "stars", 356, 496), count) if rated else Rating(),
        translations={"de": Localised(row.name_de, row.summary_de, german)},
        tax_class=shelf.tax,
        released_ms=_OPENED_MS + _DAY_MS * _between(slug, "released", 0, _DAYS_OPEN),
    )
    return DemoItem(
        product=product,
        prices={variant.sku: _prices(slug, facts, step) for variant, step in variants},
        stock=_stock(slug, [variant.sku for variant, _ in variants]),
        cost_minor={
            variant.sku: _rounded(facts.price_minor, step) * _between(slug, "margin", 36, 55) // 100
            for variant, step in variants
        },
        pictures=_pictures(shelf, row, facts, slug),
        films=(FILMS[slug],) if slug in FILMS else (),
    )


def _options(shelf: Shelf, facts: Facts, slug: str) -> tuple[tuple[Option, ...], dict[str, int]]:
    """What to choose between, and the price of each value in percent of the first."""
    options: list[Option] = []
    steps: dict[str, int] = {}
    if shelf.choice == "colour" and _share(slug, "single") > 0.15:
        paints = tuple(dict.fromkeys(facts.paints))
        count = _between(slug, "colours", 2, len(paints))
        options.append(Option("Colour", tuple(PAINTS[key][0] for key in paints[:count])))
    elif shelf.choice == "metal" and facts.paints[0] in METALS:
        other = "silver" if facts.paints[0] != "silver" else "gold"
        options.append(Option("Metal", (PAINTS[facts.paints[0]][0], PAINTS[other][0])))
    elif shelf.choice in _OPTION_NAMES:
        options.append(Option(_OPTION_NAMES[shelf.choice], shelf.sizes))
        percents = (100,) * len(shelf.sizes) if shelf.key in _ONE_PRICE else _SIZE_STEPS[shelf.choice]
        steps = dict(zip(shelf.sizes, percents, strict=False))
        if shelf.key in {"cushions", "helmets", "bottles"} and _share(slug, "both") < 0.5:
            options.insert(0, Option("Colour", tuple(PAINTS[key][0] for key in facts.paints[:2])))
    return tuple(options), steps


def _variants(
    shelf: Shelf, number: int, facts: Facts, options: tuple[Option, ...], steps: dict[str, int]
) -> list[tuple[Variant, int]]:
    """Every combination, with its price step in percent."""
    out: list[tuple[Variant, int]] = []
    stem = f"{shelf.key.replace('-', '')[:4].upper()}-{number:03d}"
    grams = _between(stem, "grams", *shelf.weight_g)
    part = f"{facts.brand[:3].upper()}{_between(stem, 'part', 10_000, 99_999)}"
    for values in combinations(*(option.values for option in options)):
        tail = [_code(value) for value in values]
        sku = "-".join([stem, *tail])
        step = next((steps[value] for value in values if value in steps), 100)
        digits = int.from_bytes(hashlib.blake2b(sku.encode(), digest_size=6).digest()) % 10**10
        variant = Variant(
            sku=sku,
            options={option.name: value for option, value in zip(options, values, strict=True)},
            ean=(ean13(f"20{digits:010d}"),),
            part_number="/".join([part, *tail]),
            weight_g=max(1, grams * step // 100),
        )
        out.append((variant, step))
    return out


def _code(value: str) -> str:
    """`Harbour` is HARB, `0.75 l` is 075L, `Set of 4` is SET4."""
    letters = "".join(mark for mark in value if mark.isalpha()).upper().replace("SETOF", "SET")
    figures = "".join(mark for mark in value if mark.isdigit())
    return (letters[:4] + figures) if not value[:1].isdigit() else (figures + letters[:4])


def _attributes(house: House, shelf: Shelf, facts: Facts, slug: str) -> tuple[Attribute, ...]:
    out = [Attribute("Material", "text", house.materials[facts.material][0])]
    if shelf.family not in {"tin", "coffee_bag", "jar", "book"}:
        out.append(Attribute("Colour", "text", PAINTS[facts.paints[0]][0]))
    if shelf.family == "book":
        out.append(Attribute("Author", "text", _AUTHORS[_between(slug, "author", 0, len(_AUTHORS) - 1)]))
    for measure in shelf.numbers:
        most = round((measure.high - measure.low) / measure.step)
        told = facts.extra.get(_word(measure.name))
        number = float(told) if told else round(measure.low + measure.step * _between(slug, measure.name, 0, most), 2)
        out.append(Attribute(measure.name, "number", number=number, unit=measure.unit))
    out.extend(Attribute(name, "flag", flag=_flag(facts, slug, name)) for name in shelf.flags)
    out.append(Attribute("Made in", "text", house.makers[facts.brand][1]))
    return tuple(out)


def _word(name: str) -> str:
    return name.lower().replace(" ", "-")


def _flag(facts: Facts, slug: str, name: str) -> bool:
    """True for most; some are told, a few follow from what the thing is made of."""
    if _word(name) in facts.extra:
        return facts.extra[_word(name)] == "yes"
    if name == "Caffeine":
        return facts.material in {"tea", "coffee"}
    if name == "Vegan":
        return facts.material not in {"honey", "beeswax"}
    if name in {"Dishwasher safe", "Microwave safe"} and facts.material in {"earthenware", "copper", "walnut", "oak"}:
        return False
    if name == "Microwave safe":
        return facts.material not in {"enamel", "steel"}
    return _share(slug, name) < 0.68


def _rounded(price_minor: int, percent: int) -> int:
    """A price a shop would print: whole units above twenty, half units below."""
    grain = 100 if price_minor >= 2_000 else 50
    return price_minor if percent == 100 else (price_minor * percent // 100 + grain // 2) // grain * grain


def _prices(slug: str, facts: Facts, step: int) -> dict[str, tuple[int, int | None]]:
    out: dict[str, tuple[int, int | None]] = {}
    on_offer, percent = _share(slug, "offer") < 0.12, _between(slug, "was", 115, 140)
    for currency, rate in (("EUR", 100), ("USD", _USD_PER_EUR_PERCENT)):
        amount = _rounded(_rounded(facts.price_minor, step), rate)
        out[currency] = (amount, max(amount + 50, _rounded(amount, percent)) if on_offer else None)
    return out


def _stock(slug: str, skus: list[str]) -> dict[str, dict[str, int]]:
    """Sold out altogether now and then, one variant sold out sometimes, the last few often enough to see."""
    gone = _share(slug, "gone") < 0.035
    out: dict[str, dict[str, int]] = {}
    for sku in skus:
        luck = _share(sku, "luck")
        if gone or luck < 0.04:
            out[sku] = {"main": 0, "north": 0}
        elif luck < 0.12:
            out[sku] = {"main": _between(sku, "main", 1, 3), "north": 0}
        else:
            out[sku] = {"main": _between(sku, "main", 4, 90), "north": _between(sku, "north", 0, 40)}
    return out


def _pictures(shelf: Shelf, row: Row, facts: Facts, slug: str) -> tuple[Picture, ...]:
    main, second, accent = (paint(key) for key in (facts.paints * 3)[:3])
    form = int(facts.extra.get("form", _between(slug, "form", 0, 11)))
    look = Look(slug, main, second, accent, facts.extra.get("art", "plain"), form)
    extra = (
        ("detail", "scene")
        if _share(slug, "both-views") < 0.22
        else (("detail",) if _share(slug, "view") < 0.5 else ("scene",))
    )
    out = []
    for view in ("main", *extra):
        english, german = alt_texts(row, shelf.noun, PAINTS[facts.paints[0]], view)
        out.append(Picture(f"{slug}-{view}", english, german, shelf.family, look, view))
    return tuple(out)
