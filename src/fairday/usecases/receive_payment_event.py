"""Take a provider's message: prove it is theirs, and keep it as it came. What it means is found out afterwards."""

from collections.abc import Mapping

from fairday.domain.payments import inbox
from fairday.domain.payments.model import Heard
from fairday.kernel.errors import NotFound
from fairday.usecases.shop import Shop


async def receive_payment_event(shop: Shop, provider: str, headers: Mapping[str, str], body: bytes) -> Heard | None:
    """The event, kept and committed; None when it was kept before. Refuses with NotFound, BadSignature."""
    source = shop.payment_events.get(provider)
    if source is None:
        raise NotFound(what="provider")
    event, now_ms = source.read(headers, body), shop.clock.now_ms()
    heard = Heard(
        provider=provider, event_id=event.id, kind=event.kind, order_id=event.order_id, reference=event.reference,
        body=body.decode(), state="done" if event.kind == "other" else "waiting", attempts=0, received_ms=now_ms,
        due_ms=now_ms,
    )  # fmt: skip
    async with shop.database.write() as unit:
        return heard if await inbox.keep(unit, heard) else None
