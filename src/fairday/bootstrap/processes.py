"""Which process runs what: one table, read by `fairday serve`, and later by the cloud and the planner."""

from collections.abc import Mapping

from msgspec import Struct


class Process(Struct, frozen=True, kw_only=True):
    """A kind of process: the interfaces it serves, the subscribers that hear events there, and whether it sweeps."""

    interfaces: tuple[str, ...] = ()
    subscribers: tuple[str, ...] = ()
    sweeps: bool = False


PROCESSES: Mapping[str, Process] = {
    "all": Process(
        interfaces=("storefront", "backoffice", "api"), subscribers=("search", "notifications"), sweeps=True
    ),
    "storefront": Process(interfaces=("storefront", "api")),
    "backoffice": Process(interfaces=("backoffice",)),
    "worker": Process(subscribers=("search", "notifications"), sweeps=True),
}
# With one writer to one file, only one process may serve.
ALONE = "all"
