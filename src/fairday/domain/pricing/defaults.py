"""What a new shop charges before its owner says otherwise: tax rates and postage. As known in 2025, not advice.

European rates are those of prices with tax included. Those of the United States are the base rates of each state (where
a state makes every county add the same, with that), without what towns and counties add: `standard` by region, and
nothing where the region is unknown.
"""

from msgspec import Struct

from fairday.domain.pricing.model import STANDARD, ShippingMethod, TaxRate
from fairday.kernel.money import PPM

PERCENT = PPM // 100
LIGHT_G = 5_000
HEAVY_G = 20_000
STANDARD_NAMES = {"en": "Standard delivery", "de": "Standardversand"}
FREIGHT_NAMES = {"en": "Freight, carried to your door", "de": "Spedition, bis an die Tür"}
EXPRESS_NAMES = {"en": "Express delivery", "de": "Expressversand"}

# Country -> percent by tax class, included in prices.
_EUROPE: dict[str, dict[str, float]] = {
    "DE": {STANDARD: 19, "reduced": 7, "books": 7},
    "AT": {STANDARD: 20, "reduced": 10, "books": 10},
    "FR": {STANDARD: 20, "reduced": 5.5, "books": 5.5},
    "IE": {STANDARD: 23, "reduced": 13.5, "books": 0},
    "NL": {STANDARD: 21, "reduced": 9, "books": 9},
}
# State -> percent, added to prices.
_STATES: dict[str, float] = {
    "AL": 4, "AK": 0, "AZ": 5.6, "AR": 6.5, "CA": 7.25, "CO": 2.9, "CT": 6.35, "DE": 0, "DC": 6, "FL": 6, "GA": 4,
    "HI": 4, "ID": 6, "IL": 6.25, "IN": 7, "IA": 6, "KS": 6.5, "KY": 6, "LA": 5, "ME": 5.5, "MD": 6, "MA": 6.25,
    "MI": 6, "MN": 6.875, "MS": 7, "MO": 4.225, "MT": 0, "NE": 5.5, "NV": 6.85, "NH": 0, "NJ": 6.625, "NM": 4.875,
    "NY": 4, "NC": 4.75, "ND": 5, "OH": 5.75, "OK": 4.5, "OR": 0, "PA": 6, "RI": 7, "SC": 6, "SD": 4.2, "TN": 7,
    "TX": 6.25, "UT": 6.1, "VT": 6, "VA": 5.3, "WA": 6.5, "WV": 6, "WI": 5, "WY": 4,
}  # fmt: skip


class Zone(Struct, frozen=True, kw_only=True):
    """Countries that cost the same to send to, in minor units of `currency`; light, heavy, and what a lorry brings."""

    id: str
    countries: tuple[str, ...]
    currency: str
    standard: tuple[int, int, int]
    express: tuple[int, int]
    free_from: int
    days: tuple[int, int]


ZONES = (
    Zone(id="de", countries=("DE",), currency="EUR", standard=(490, 990, 3990), express=(1290, 1990), free_from=6000,
         days=(2, 3)),
    Zone(id="near", countries=("AT", "NL"), currency="EUR", standard=(690, 1490, 5990), express=(1890, 2690),
         free_from=8000, days=(3, 5)),
    Zone(id="far", countries=("FR", "IE"), currency="EUR", standard=(890, 1890, 7990), express=(2290, 3290),
         free_from=10000, days=(4, 6)),
    Zone(id="us", countries=("US",), currency="USD", standard=(590, 1290, 4990), express=(1490, 2490), free_from=7500,
         days=(3, 6)),
)  # fmt: skip


class SeedRules(Struct, frozen=True):
    """Rules to begin with."""

    tax_rates: tuple[TaxRate, ...]
    shipping_methods: tuple[ShippingMethod, ...]


def seed_rules() -> SeedRules:
    """The same every time, so seeding twice changes nothing."""
    rates = [
        TaxRate(country, "", tax_class, _ppm(percent), 1)
        for country, classes in _EUROPE.items()
        for tax_class, percent in classes.items()
    ]
    rates.append(TaxRate("US", "", STANDARD, 0, 0))
    rates.extend(TaxRate("US", state, STANDARD, _ppm(percent), 0) for state, percent in _STATES.items())
    return SeedRules(tuple(rates), tuple(method for zone in ZONES for method in _methods(zone)))


def _methods(zone: Zone) -> tuple[ShippingMethod, ...]:
    """Standard in three weights, free above a total but for the heaviest; express for what one person can carry."""
    light, heavy, freight = zone.standard
    express_light, express_heavy = zone.express
    first, last = zone.days
    below, to_light, to_heavy = zone.free_from - 1, LIGHT_G, HEAVY_G
    return (
        _row(zone, "standard", "light", light, max_weight_g=to_light, max_total=below),
        _row(zone, "standard", "heavy", heavy, min_weight_g=to_light + 1, max_weight_g=to_heavy, max_total=below),
        _row(zone, "standard", "free", 0, max_weight_g=to_heavy, min_total=zone.free_from),
        _row(
            zone, "standard", "freight", freight,
            min_weight_g=to_heavy + 1, names=FREIGHT_NAMES, min_days=first + 3, max_days=last + 5,
        ),
        _row(
            zone, "express", "light", express_light,
            max_weight_g=to_light, names=EXPRESS_NAMES, min_days=1, max_days=2,
        ),
        _row(
            zone, "express", "heavy", express_heavy,
            min_weight_g=to_light + 1, max_weight_g=to_heavy, names=EXPRESS_NAMES, min_days=1, max_days=2,
        ),
    )  # fmt: skip


def _row(zone: Zone, method: str, band: str, amount: int, **limits: object) -> ShippingMethod:
    first, last = zone.days
    fields: dict[str, object] = {"names": STANDARD_NAMES, "min_days": first, "max_days": last, **limits}
    return ShippingMethod(
        id=f"{zone.id}-{method}-{band}",
        method=method,
        countries=zone.countries,
        currency=zone.currency,
        amount=amount,
        **fields,  # type: ignore[arg-type]
    )


def _ppm(percent: float) -> int:
    return round(percent * PERCENT)
