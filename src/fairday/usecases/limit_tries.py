"""Slow down whoever tries too often. Counts live in the cache and may be lost; passwords have a limit of their own."""

from msgspec import Struct

from fairday.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from fairday.kernel.errors import TooMany
from fairday.kernel.folding import folded
from fairday.kernel.ids import token_hash
from fairday.usecases.shop import Shop


class Limit(Struct, frozen=True):
    """At most `most` tries in `window_ms`, counted under `name` and whoever tries."""

    name: str
    most: int
    window_ms: int


SIGN_IN_BY_SOURCE = Limit("sign-in/source", 60, 5 * MINUTE_MS)
SIGN_IN_BY_ACCOUNT_AND_SOURCE = Limit("sign-in/account", 20, 5 * MINUTE_MS)
REGISTER_BY_SOURCE = Limit("register/source", 30, HOUR_MS)
LETTERS_BY_SOURCE = Limit("letters/source", 30, HOUR_MS)
LETTERS_BY_ADDRESS = Limit("letters/address", 6, HOUR_MS)
LINK_BY_SOURCE = Limit("link/source", 60, HOUR_MS)
FACTOR_BY_STAFF = Limit("factor/staff", 10, 15 * MINUTE_MS)
DECLINES_BY_CART = Limit("declines/cart", 10, HOUR_MS)
PASSWORD_BY_CUSTOMER = Limit("password/customer", 10, 15 * MINUTE_MS)


async def limit_tries(shop: Shop, limit: Limit, *who: str) -> None:
    """Count a try by `who` (a source address, an account's address, an id); TooMany when there were enough."""
    if "" in who:
        return  # nobody to count: the interface knows no source
    if await shop.cache.count(_key(limit, who), window_ms=limit.window_ms) > limit.most:
        raise TooMany(retry_after_s=limit.window_ms // SECOND_MS)


async def limit_failures(shop: Shop, limit: Limit, *who: str) -> None:
    """TooMany for who failed often enough, by `note_failure`. Tries that go well are not counted."""
    if await shop.cache.get(f"{_key(limit, who)}/enough"):
        raise TooMany(retry_after_s=limit.window_ms // SECOND_MS)


async def note_failure(shop: Shop, limit: Limit, *who: str) -> None:
    """Count a try that failed."""
    key = _key(limit, who)
    if await shop.cache.count(key, window_ms=limit.window_ms) >= limit.most:
        await shop.cache.put(f"{key}/enough", b"1", ttl_ms=limit.window_ms)


def _key(limit: Limit, who: tuple[str, ...]) -> str:
    return f"limit/{limit.name}/{token_hash('/'.join(folded(part) for part in who))}"
