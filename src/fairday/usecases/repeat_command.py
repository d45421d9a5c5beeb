"""What a server asks for twice happens once: its command is remembered in the very unit that carries it out.

For what is done to an order (ship, refund, cancel). Placing one has its own way of answering twice: `place_order`.
"""

from fairday.domain.orders import Command, InFlight, KeyReused
from fairday.domain.orders import store as orders
from fairday.kernel.ids import derived_id, new_id
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop


def effect_id(once: Command | None) -> str:
    """The id of what the command makes: the same for the same command, so that it can be found again."""
    return derived_id(once.identity, once.route, once.idempotency_key) if once else new_id()


async def carried_out(shop: Shop, once: Command) -> bool:
    """Whether this command was carried out before; KeyReused when its key came with another one."""
    async with shop.database.read() as reader:
        earlier = await orders.find_command(reader, once.identity, once.route, once.idempotency_key)
    if earlier and earlier.request_hash != once.request_hash:
        raise KeyReused
    return earlier is not None


async def remember_command(unit: Writer, once: Command | None) -> None:
    """First thing in the unit that carries it out. InFlight when the same command got there first this moment."""
    if once is None:
        return
    earlier = (await orders.first_commands(unit, [once])).get(once.idempotency_key)
    if earlier and earlier.request_hash != once.request_hash:
        raise KeyReused
    if earlier:
        raise InFlight(retry_after_s=1)
