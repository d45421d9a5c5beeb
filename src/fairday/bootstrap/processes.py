"""Which process runs what: one table, read by `fairday serve`, and later by the cloud and the planner.

A row appears with what it runs: there is none for recommendations yet.
"""

from collections.abc import Mapping

from msgspec import Struct

SHOP = ("storefront", "api")
HEARING = ("search", "notifications")
EVERYWHERE = ("/healthz", "/readyz", "/metrics")


class Process(Struct, frozen=True, kw_only=True):
    """A kind of process: the interfaces mounted there, the addresses it answers, what it hears, whether it sweeps.

    An address is a path prefix of whole parts; `*` stands for any one part (a market). Every path belongs to one row,
    see `owner_of`. No addresses: it answers whatever is mounted.
    """

    interfaces: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    subscribers: tuple[str, ...] = ()
    sweeps: bool = False


PROCESSES: Mapping[str, Process] = {
    "all": Process(interfaces=("storefront", "backoffice", "api"), subscribers=HEARING, sweeps=True),
    "storefront": Process(interfaces=SHOP, addresses=("/", "/api", "/static")),
    "backoffice": Process(interfaces=("backoffice",), addresses=("/backoffice", "/mail")),
    "products": Process(
        interfaces=SHOP, addresses=("/*/p", "/*/c", "/media", "/api/v1/products", "/api/v1/categories")
    ),
    "carts": Process(interfaces=SHOP, addresses=("/*/cart", "/api/v1/carts")),
    "orders": Process(
        interfaces=SHOP,
        addresses=(
            "/*/checkout", "/*/orders", "/*/gift-card", "/api/v1/orders", "/api/v1/gift-cards", "/webhooks", "/sandbox",
        ),
    ),
    "users": Process(
        interfaces=SHOP,
        addresses=(
            "/*/account", "/*/sign-in", "/*/sign-out", "/*/register", "/*/password", "/*/email", "/*/session.json",
        ),
    ),
    "search": Process(interfaces=SHOP, addresses=("/*/search", "/*/suggest", "/api/v1/search")),
    "worker": Process(subscribers=HEARING, sweeps=True),
}  # fmt: skip
# With one writer to one file, only one process may serve.
ALONE = "all"


def owner_of(path: str) -> str:
    """The row that a path belongs to: the longest address that fits, where a word goes before a `*`."""
    parts = [part for part in path.split("/") if part]
    fitting = [(_rank(address), name) for address, name in _ADDRESSES if _fits(address, parts)]
    return max(fitting)[1]


def serves(process: Process, path: str) -> bool:
    """Whether this kind of process answers a path."""
    return not process.addresses or path in EVERYWHERE or PROCESSES[owner_of(path)] is process


def _fits(address: tuple[str, ...], parts: list[str]) -> bool:
    return len(address) <= len(parts) and all(
        mine in {"*", theirs} for mine, theirs in zip(address, parts, strict=False)
    )


def _rank(address: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(part != "*" for part in address)


_ADDRESSES = [
    (tuple(part for part in address.split("/") if part), name)
    for name, process in PROCESSES.items()
    for address in process.addresses
]
