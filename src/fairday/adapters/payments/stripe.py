"""`stripe:` cards and whatever else Stripe takes, by its own SDK. Card numbers never come near us.

A token `pm_...` was made by a program with Stripe's own parts: a PaymentIntent is made for it and confirmed. The token
`hosted` sends the shopper to Stripe's own page (a Checkout Session), which is what the storefront does.

Money moves only for names that we know: an intent or a session is made first, its name is written down (which commits),
and only then is it confirmed, or the shopper sent there. So whatever answer gets lost, our own table says exactly where
to look; an order without a name in it took no money, and `void` bars it by an empty one. Stripe decides between a
confirmation and a cancellation that meet. Its search is used only for orders whose name we lost, in a restored copy.
"""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import msgspec
import stripe
import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, func, select
from stripe.checkout import Session

from fairday.adapters.payments import stripe_words as words
from fairday.adapters.payments.signing import check_time
from fairday.adapters.payments.tables import STRIPE_PAYMENTS
from fairday.domain.payments import PaymentOutcome, PaymentRequest, PaymentUnknown
from fairday.domain.payments.errors import BadSignature
from fairday.domain.payments.model import Dispute
from fairday.kernel.clock import DAY_MS, MINUTE_MS, SECOND_MS, Clock
from fairday.kernel.ids import is_id
from fairday.kernel.sql import KEY_LENGTH, Statement, insert_new, within
from fairday.ports.database import Database
from fairday.ports.payment_events import ProviderEvent
from fairday.ports.payment_reports import ReportLine

API_BASE = "https://api.stripe.com"
HOSTED = ("hosted",)  # the tokens that stand for a page of Stripe's own
BARRED = ""
FREE = "free:"
SIGNATURE = "stripe-signature"
CONNECT_S = 3.0
ANSWER_S = 8.0
DEADLINE_S = 25.0
RETRIES = 2
AT_ONCE = 8
PAGE = 100
WINDOW_LINES = 1_000
SETTLING_MS = 10 * SECOND_MS

log = structlog.get_logger(__name__)


class StripeKeys(Struct, frozen=True, kw_only=True):
    """What opens the account. Several webhook secrets: a new one is added before the old one is taken away.

    `shop` marks whatever is made there as ours, since others may use the same account.
    """

    secret_key: str
    webhook_secrets: tuple[str, ...] = ()
    api_base: str = API_BASE
    shop_name: str = ""
    shop: str = "fairday"

    def __repr__(self) -> str:
        """Without the keys: settings end up in logs and tracebacks."""
        return f"StripeKeys(api_base={self.api_base!r})"


def is_safe_base(url: str) -> bool:
    """Whether the secret key may be sent there: by TLS, or to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


class StripePayments:
    """The Payments port, the provider's report and its messages, at Stripe."""

    def __init__(self, database: Database, clock: Clock, keys: StripeKeys) -> None:
        assert is_safe_base(keys.api_base), "a secret key goes to Stripe by TLS, or to this machine"
        self._database = database
        self._clock = clock
        self._keys = keys
        self._http = stripe.HTTPXClient(timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S))
        self._stripe = stripe.StripeClient(
            keys.secret_key, base_addresses={"api": keys.api_base}, max_network_retries=RETRIES, http_client=self._http
        ).v1

    async def pay(self, request: PaymentRequest) -> PaymentOutcome:
        """Authorise, and capture if asked to; or a challenge. An order it has heard of gets its answer of before."""
        order_id = request.order_id
        async with _asked(order_id):
            reference = await self._reference(order_id)
            if reference is not None:
                known = await self._look(order_id, reference)
                if known is not None:
                    return words.again(request, known)
            else:
                made = await self._make(request)
                if isinstance(made, PaymentOutcome):
                    return made
                reference = await self._remember(order_id, made)
                if reference != made:
                    return await self._lost_race(request, made, reference)
                if request.token in HOSTED or request.amount == 0:
                    return await self._look(order_id, reference) or words.refused(request, "session_gone")
            return await self._confirm(request, reference)

    async def capture(self, order_id: str, amount: int) -> PaymentOutcome:
        """Capture once, at most what was authorised; what is not captured is let go."""
        async with _asked(order_id):
            known = await self._known(order_id)
            if known is None:
                return PaymentOutcome(order_id=order_id, state="declined", decline_code="not_authorised")
            if known.state != "authorised":
                return words.captured_already(known, amount)
            if not 0 <= amount <= known.amount:
                return replace(known, state="declined", decline_code="amount_too_large")
            try:
                intent = await self._stripe.payment_intents.capture_async(
                    known.reference,
                    {"amount_to_capture": amount, "expand": [*words.INTENT_PARTS]},
                    {"idempotency_key": f"{order_id}/capture"},
                )
            except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as error:
                # Somebody else was faster, or the authorisation ran out.
                after = await self._known(order_id) or known
                if after.state != "authorised":
                    return words.captured_already(after, amount)
                return replace(after, state="declined", decline_code=error.code or "capture_refused")
            return words.outcome_of_intent(order_id, intent) or known

    async def refund(self, order_id: str, refund_id: str, amount: int) -> PaymentOutcome:
        """Give back; declined beyond what is left of the capture, and for a known refund id with other figures."""
        assert refund_id, "a refund has a name"
        async with _asked(order_id):
            known = await self._known(order_id)
            if known is None or known.state != "captured" or not known.reference.startswith("pi_"):
                known = known or PaymentOutcome(order_id=order_id, state="declined")
                return replace(known, state="declined", decline_code="refund_too_large")
            done = await self._refund_named(known.reference, refund_id)
            if done is not None:
                return words.refund_answer(known, done, amount)
            if not 0 < amount <= known.captured - known.refunded:
                return replace(known, state="declined", decline_code="refund_too_large")
            try:
                made = await self._stripe.refunds.create_async(
                    {
                        "payment_intent": known.reference,
                        "amount": amount,
                        "metadata": {**self._named(order_id), words.REFUND: refund_id},
                    },
                    {"idempotency_key": refund_id},
                )
            except (stripe.IdempotencyError, stripe.InvalidRequestError) as error:
                if error.http_status == httpx.codes.CONFLICT:
                    raise
                code = "amount_mismatch" if isinstance(error, stripe.IdempotencyError) else error.code
                return replace(known, state="declined", decline_code=code or "refund_refused")
            after = await self._known(order_id) or known
            return words.refund_answer(after, made, amount)

    async def void(self, order_id: str) -> PaymentOutcome:
        """Let go, for good. What was captured stays captured (refund it); what was declined stays declined."""
        async with _asked(order_id):
            reference = await self._reference(order_id) or await self._searched(order_id)
            if reference is None:
                reference = await self._remember(order_id, BARRED)
            known = await self._look(order_id, reference)
            if known is not None and known.state in {"captured", "declined", "voided"}:
                return known
            await self._cancel(known.reference if known else reference)
            after = await self._look(order_id, reference)
            if after is None:
                raise PaymentUnknown(order_id=order_id)
            if after.state in {"challenge", "authorised"}:
                # A page was finished between the question and its end: let go of what was authorised there.
                await self._cancel(after.reference)
                after = await self._look(order_id, reference) or after
            return after

    async def find(self, order_ids: Sequence[str]) -> dict[str, PaymentOutcome]:
        """What Stripe knows of these orders."""
        if not order_ids:
            return {}
        async with self._database.read() as reader:
            references: dict[str, str] = dict(await reader.rows(_REFERENCES, order_ids=list(order_ids)))
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(order_id: str) -> PaymentOutcome | None:
            async with turns, _asked(order_id):
                reference = references.get(order_id)
                if reference is None:
                    reference = await self._searched(order_id)
                return None if reference is None else await self._look(order_id, reference)

        found = await asyncio.gather(*[one(order_id) for order_id in order_ids])
        return {outcome.order_id: outcome for outcome in found if outcome is not None}

    async def movements(self, after: str, limit: int) -> list[ReportLine]:
        """Stripe's own bookings, window by window, so that years of them are never held at once."""
        async with _asked(""):
            start_s = int(after.partition(".")[0]) if after else await self._first_s()
            end_s, width_s = (self._clock.now_ms() - SETTLING_MS) // SECOND_MS, DAY_MS // SECOND_MS
            while start_s <= end_s:
                until_s = min(start_s + width_s, end_s + 1)
                booked = await self._booked(start_s, until_s)
                if len(booked) > WINDOW_LINES and width_s > MINUTE_MS // SECOND_MS:
                    width_s //= 4
                    continue
                new = sorted((one for one in booked if words.line_id(one) > after), key=words.line_id)
                lines = [line for one in new if (line := await self._line(one)) is not None]
                if lines:
                    return lines[:limit]
                start_s, width_s = until_s, width_s * 4
            return []

    def read(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """A message that one of the webhook secrets signed, within five minutes of now."""
        header = headers.get(SIGNATURE, "")
        check_time(header, self._clock.now_ms())
        if not any(_signed(secret, header, body) for secret in self._keys.webhook_secrets):
            raise BadSignature
        try:
            message = msgspec.json.decode(body, type=words.Message)
        except msgspec.DecodeError as error:
            raise BadSignature from error
        about = message.data.object
        if len(message.id) > KEY_LENGTH or len(about.id) > KEY_LENGTH:
            raise BadSignature
        if about.object == "dispute":
            return ProviderEvent(id=message.id, kind="dispute", reference=about.id)
        if not message.type.startswith(words.PAYMENT_EVENTS):
            return ProviderEvent(id=message.id, kind="other")
        order_id = words.order_named(about.metadata, self._keys.shop)
        payment = about.payment_intent if isinstance(about.payment_intent, str) else ""
        reference = about.id if about.object == "payment_intent" else payment[:KEY_LENGTH]
        return ProviderEvent(id=message.id, kind="payment", order_id=order_id, reference=reference)

    async def order_of(self, reference: str) -> str:
        """The order that a payment was made for."""
        async with _asked(""):
            try:
                found = await self._stripe.payment_intents.retrieve_async(reference)
                return words.order_named(found.metadata, self._keys.shop)
            except stripe.InvalidRequestError:
                return ""

    async def dispute(self, reference: str) -> Dispute | None:
        """A dispute, and the order that it is about."""
        async with _asked(""):
            try:
                found = await self._stripe.disputes.retrieve_async(reference, {"expand": ["payment_intent"]})
            except stripe.InvalidRequestError:
                return None
        intent = found.payment_intent
        order_id = words.order_named(getattr(intent, "metadata", None), self._keys.shop)
        return words.dispute_of(order_id, found) if order_id else None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    def _named(self, order_id: str) -> dict[str, str]:
        return {words.SHOP: self._keys.shop, words.ORDER: order_id}

    async def _make(self, request: PaymentRequest) -> str | PaymentOutcome:
        """An intent or a session that nobody can pay yet; or the answer, where Stripe would not have it."""
        if request.amount == 0:
            return FREE + request.currency
        try:
            if request.token in HOSTED:
                return (await self._make_session(request)).id
            intent = await self._stripe.payment_intents.create_async(
                {
                    "amount": request.amount,
                    "currency": request.currency.lower(),
                    "capture_method": "automatic" if request.capture else "manual",
                    "allowed_payment_method_types": ["card"],
                    "metadata": self._named(request.order_id),
                },
                {"idempotency_key": request.order_id},
            )
        except stripe.IdempotencyError as error:
            if error.http_status == httpx.codes.CONFLICT:
                raise PaymentUnknown(order_id=request.order_id) from error
            return words.refused(request, "amount_mismatch")
        except stripe.InvalidRequestError as error:
            return words.refused(request, error.code or "invalid_request")
        return intent.id

    async def _make_session(self, request: PaymentRequest) -> Session:
        named = self._named(request.order_id)
        title = f"{self._keys.shop_name} {request.order_id[-8:-4]}-{request.order_id[-4:]}".strip()
        params: stripe.params.checkout.SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": request.order_id,
            "metadata": named,
            "payment_intent_data": {
                "capture_method": "automatic" if request.capture else "manual", "metadata": named,
            },
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": request.amount,
                        "product_data": {"name": title},
                    },
                }
            ],
            "success_url": request.return_url,
            "cancel_url": request.return_url,
        }  # fmt: skip
        if request.email:
            params["customer_email"] = request.email
        return await self._stripe.checkout.sessions.create_async(params, {"idempotency_key": request.order_id})

    async def _confirm(self, request: PaymentRequest, reference: str) -> PaymentOutcome:
        """Try to pay. Whatever comes back but an answer, the intent itself is asked how it stands."""
        params: stripe.params.PaymentIntentConfirmParams = {
            "payment_method": request.token, "expand": [*words.INTENT_PARTS],
        }  # fmt: skip
        if request.return_url:
            params["return_url"] = request.return_url
        try:
            intent = await self._stripe.payment_intents.confirm_async(
                reference, params, {"idempotency_key": f"{request.order_id}/confirm"}
            )
        except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
            known = await self._look(request.order_id, reference)
            if known is not None:
                return words.again(request, known)
            if error.http_status == httpx.codes.CONFLICT:
                raise PaymentUnknown(order_id=request.order_id) from error
            # Not a means of payment at all. Nothing was tried, and nothing will be.
            await self._cancel(reference)
            return words.refused(request, error.code or "invalid_request")
        outcome = words.outcome_of_intent(request.order_id, intent)
        if outcome is None:
            raise PaymentUnknown(order_id=request.order_id)
        return outcome

    async def _lost_race(self, request: PaymentRequest, made: str, reference: str) -> PaymentOutcome:
        """Somebody else named this order first: a twin of this call, or `void`, which bars it."""
        await self._cancel(made)
        known = await self._look(request.order_id, reference)
        if known is None:
            raise PaymentUnknown(order_id=request.order_id)
        return words.again(request, known)

    async def _cancel(self, reference: str) -> None:
        """Ask for the end of an intent or a page. What stands against it shows when it is looked at again."""
        try:
            if reference.startswith("cs_"):
                await self._stripe.checkout.sessions.expire_async(reference)
            elif reference.startswith("pi_"):
                await self._stripe.payment_intents.cancel_async(reference)
        except stripe.InvalidRequestError as error:
            log.info("stripe_not_cancelled", reference=reference, problem=error.code)

    async def _known(self, order_id: str) -> PaymentOutcome | None:
        reference = await self._reference(order_id) or await self._searched(order_id)
        return None if reference is None else await self._look(order_id, reference)

    async def _look(self, order_id: str, reference: str) -> PaymentOutcome | None:
        """How it stands at Stripe, now; None for an intent that nobody tried to pay."""
        if reference == BARRED:
            return PaymentOutcome(order_id=order_id, state="voided")
        if reference.startswith(FREE):
            currency = reference.removeprefix(FREE)
            return PaymentOutcome(order_id=order_id, state="captured", reference=reference, currency=currency)
        if reference.startswith("cs_"):
            session = await self._stripe.checkout.sessions.retrieve_async(reference, {"expand": [*words.SESSION_PARTS]})
            return words.outcome_of_session(order_id, session)
        intent = await self._stripe.payment_intents.retrieve_async(reference, {"expand": [*words.INTENT_PARTS]})
        return words.outcome_of_intent(order_id, intent)

    async def _refund_named(self, intent_id: str, refund_id: str) -> stripe.Refund | None:
        """A refund that was made under this name. Stripe forgets idempotency keys after a day; this list it keeps."""
        page = await self._stripe.refunds.list_async({"payment_intent": intent_id, "limit": PAGE})
        async for refund in page.auto_paging_iter():
            if refund.metadata and refund.metadata.to_dict().get(words.REFUND) == refund_id:
                return refund
        return None

    async def _reference(self, order_id: str) -> str | None:
        async with self._database.read() as reader:
            row = await reader.row(_REFERENCE, order_id=order_id)
        return str(row[0]) if row else None

    async def _remember(self, order_id: str, reference: str) -> str:
        """Name an order, if it has no name yet; the name that counts from now on."""
        row = {"order_id": order_id, "reference": reference, "at_ms": self._clock.now_ms()}
        async with self._database.write() as unit:
            if await unit.run(_NAME, **row):
                return reference
            found = await unit.row(_REFERENCE, order_id=order_id)
        assert found, "a row that is in the way can be read"
        return str(found[0])

    async def _searched(self, order_id: str) -> str | None:
        """A payment whose name we lost. Search lags by a minute, which what is lost here outlived long ago."""
        if not is_id(order_id):
            return None
        found = await self._stripe.payment_intents.search_async(
            {"query": f"metadata['{words.ORDER}']:'{order_id}'", "limit": PAGE}
        )
        ours = [one for one in found.data if words.order_named(one.metadata, self._keys.shop) == order_id]
        tried = [intent for intent in ours if intent.status not in {"requires_payment_method", "canceled"}]
        return await self._remember(order_id, tried[0].id) if tried else None

    async def _booked(self, from_s: int, until_s: int) -> list[stripe.BalanceTransaction]:
        """Bookings of a time, and one more than WINDOW_LINES at most unless the window is as small as can be."""
        page = await self._stripe.balance_transactions.list_async(
            {"created": {"gte": from_s, "lt": until_s}, "limit": PAGE, "expand": ["data.source"]}
        )
        booked: list[stripe.BalanceTransaction] = []
        async for one in page.auto_paging_iter():
            booked.append(one)
            if len(booked) > WINDOW_LINES and until_s - from_s > MINUTE_MS // SECOND_MS:
                break
        return booked

    async def _line(self, booked: stripe.BalanceTransaction) -> ReportLine | None:
        source = booked.source
        order_id = words.order_named(getattr(source, "metadata", None), self._keys.shop)
        intent = getattr(source, "payment_intent", None)
        if not order_id and isinstance(intent, str):
            order_id = await self.order_of(intent)
        return words.line_of(booked, order_id)

    async def _first_s(self) -> int:
        async with self._database.read() as reader:
            row = await reader.row(_FIRST)
        first_ms = int(row[0] or 0) if row else 0
        return max(0, first_ms - DAY_MS) // SECOND_MS


@asynccontextmanager
async def _asked(order_id: str) -> AsyncIterator[None]:
    """A question to Stripe, retries included, within the time a shopper waits. No answer: PaymentUnknown."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            yield
    except (stripe.StripeError, TimeoutError) as error:
        status = error.http_status if isinstance(error, stripe.StripeError) else None
        log.warning("stripe_no_answer", order_id=order_id, problem=type(error).__name__, status=status)
        raise PaymentUnknown(order_id=order_id) from error


def _signed(secret: str, header: str, body: bytes) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


_S = STRIPE_PAYMENTS.c
_NAME = insert_new(STRIPE_PAYMENTS)
_REFERENCE = Statement(select(_S.reference).where(_S.order_id == bindparam("order_id")))
_REFERENCES = Statement(select(_S.order_id, _S.reference).where(within(_S.order_id, "order_ids")))
_FIRST = Statement(select(func.min(_S.at_ms)))
