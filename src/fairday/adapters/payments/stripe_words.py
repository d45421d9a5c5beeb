"""What Stripe's objects mean in the shop's words. Pure: nothing here asks anybody."""

import msgspec
import stripe
from msgspec import Struct
from stripe.checkout import Session

from fairday.domain.payments import PaymentOutcome, PaymentRequest
from fairday.domain.payments.model import Dispute
from fairday.kernel.clock import SECOND_MS
from fairday.kernel.ids import is_id
from fairday.ports.payment_reports import ReportKind, ReportLine

ORDER = "order_id"
SHOP = "shop"
REFUND = "refund_id"
REASON_LENGTH = 64
ID_DIGITS = 12
# Everything an outcome is made of comes with one answer.
INTENT_PARTS = ("latest_charge.balance_transaction", "latest_charge.refunds")
SESSION_PARTS = tuple(f"payment_intent.{part}" for part in INTENT_PARTS)
NOT_GIVEN = frozenset({"failed", "canceled"})
WON = frozenset({"won", "warning_closed", "prevented"})
PAYMENT_EVENTS = ("payment_intent.", "checkout.session.", "charge.", "refund.")
KINDS: dict[str, ReportKind] = {
    "charge": "capture", "refund": "refund", "dispute": "chargeback", "dispute_reversal": "chargeback_reversed",
    "fee": "fee", "network_cost": "fee", "refund_failure": "fee",
}  # fmt: skip


class About(Struct):
    """What a message of Stripe's is about, as far as it is needed: everything else is asked for again."""

    id: str = ""
    object: str = ""
    metadata: dict[str, str] | None = None
    payment_intent: str | dict[str, msgspec.Raw] | None = None


class Data(Struct):
    """The envelope's inside."""

    object: About


class Message(Struct):
    """The envelope."""

    id: str
    type: str
    data: Data


def order_named(metadata: object, shop: str) -> str:
    """The order of this shop that an object of theirs was made for; "" for anybody else's: accounts may be shared."""
    named = metadata.to_dict() if isinstance(metadata, stripe.StripeObject) else metadata
    if not isinstance(named, dict) or named.get(SHOP) != shop:
        return ""
    order_id = named.get(ORDER, "")
    return order_id if isinstance(order_id, str) and is_id(order_id) else ""


def outcome_of_intent(order_id: str, intent: stripe.PaymentIntent) -> PaymentOutcome | None:
    """What an intent says of its order; None while nobody has tried to pay."""
    outcome = PaymentOutcome(
        order_id=order_id, state="pending", reference=intent.id, amount=intent.amount,
        currency=intent.currency.upper(),
    )  # fmt: skip
    match intent.status:
        case "succeeded":
            charge = charge_of(intent)
            return msgspec.structs.replace(
                outcome, state="captured", captured=intent.amount_received, refunded=given_back(charge),
                fee=fee_kept(charge),
            )  # fmt: skip
        case "requires_capture":
            return msgspec.structs.replace(outcome, state="authorised")
        case "canceled":
            return msgspec.structs.replace(outcome, state="voided")
        case "requires_action":
            asked = intent.next_action
            url = (
                asked.redirect_to_url.url if asked and asked.type == "redirect_to_url" and asked.redirect_to_url else ""
            )
            return msgspec.structs.replace(outcome, state="challenge", challenge_url=url or "")
        case "processing":
            return outcome
    return _tried(outcome, intent)


def _tried(outcome: PaymentOutcome, intent: stripe.PaymentIntent) -> PaymentOutcome | None:
    """Waiting for a means of payment: the first, or another after one was declined."""
    error = intent.last_payment_error
    if error is None:
        return None
    said = error.to_dict()  # left out of it is what does not apply
    reason = said.get("decline_code") or "generic_decline"
    code = str(said.get("code") or "declined") if reason == "generic_decline" else str(reason)
    return msgspec.structs.replace(outcome, state="declined", decline_code=code)


def outcome_of_session(order_id: str, session: Session) -> PaymentOutcome | None:
    """What a page of Stripe's says of its order: the shopper may be there still, or was, or never came."""
    if session.status == "open":
        return PaymentOutcome(
            order_id=order_id, state="challenge", reference=session.id, amount=session.amount_total or 0,
            currency=(session.currency or "").upper(), challenge_url=session.url or "",
        )  # fmt: skip
    intent = session.payment_intent
    if isinstance(intent, stripe.PaymentIntent):
        known = outcome_of_intent(order_id, intent)
        if known is not None and (session.status == "complete" or known.state in {"authorised", "captured"}):
            return known
    return PaymentOutcome(
        order_id=order_id, state="voided" if session.status == "expired" else "pending", reference=session.id,
        amount=session.amount_total or 0, currency=(session.currency or "").upper(),
    )  # fmt: skip


def charge_of(intent: stripe.PaymentIntent) -> stripe.Charge | None:
    """The charge that counts, which was asked for with its intent."""
    return intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None


def refunds_of(charge: stripe.Charge | None) -> list[stripe.Refund]:
    """The refunds of a charge that were or will be paid."""
    return list(charge.refunds.data) if charge and charge.refunds else []


def given_back(charge: stripe.Charge | None) -> int:
    """What went back of a charge. Its own sum would count what was never captured."""
    return sum(refund.amount for refund in refunds_of(charge) if refund.status not in NOT_GIVEN)


def fee_kept(charge: stripe.Charge | None) -> int:
    """What Stripe kept, where it settles in the currency of the charge. In another one, only its report says."""
    booked = charge.balance_transaction if charge else None
    if charge is None or not isinstance(booked, stripe.BalanceTransaction) or booked.currency != charge.currency:
        return 0
    return booked.fee


def dispute_of(order_id: str, dispute: stripe.Dispute) -> Dispute | None:
    """A dispute in our words; None while it is a question only, and took no money."""
    booked = dispute.balance_transactions
    if not booked:
        return None
    state = "won" if dispute.status in WON else "lost" if dispute.status == "lost" else "open"
    at_ms = dispute.created * SECOND_MS
    return Dispute(
        provider="stripe", id=dispute.id, order_id=order_id, state=state, amount=dispute.amount,  # type: ignore[arg-type]
        fee=booked[0].fee if booked[0].currency == dispute.currency else 0, currency=dispute.currency.upper(),
        reason=dispute.reason[:REASON_LENGTH], opened_ms=at_ms, updated_ms=at_ms,
    )  # fmt: skip


def line_id(booked: stripe.BalanceTransaction) -> str:
    """A name that sorts by time."""
    return f"{booked.created:0{ID_DIGITS}d}.{booked.id}"


def line_of(booked: stripe.BalanceTransaction, order_id: str) -> ReportLine | None:
    """A booking of theirs as a line of the report; None for what moves no money between this shop and its shoppers."""
    kind = KINDS.get(booked.reporting_category)
    if kind is None or not (order_id or kind == "fee"):
        return None
    source = booked.source
    refund_id = (
        source.metadata.to_dict().get(REFUND, "") if isinstance(source, stripe.Refund) and source.metadata else ""
    )
    if isinstance(source, stripe.Dispute):
        refund_id = source.id
    return ReportLine(
        id=line_id(booked), at_ms=booked.created * SECOND_MS, kind=kind, order_id=order_id,
        amount=-booked.net if kind == "fee" else abs(booked.amount), currency=booked.currency.upper(),
        fee=0 if kind == "fee" else booked.fee, refund_id=refund_id,
    )  # fmt: skip


def again(request: PaymentRequest, known: PaymentOutcome) -> PaymentOutcome:
    """The answer for an order that was heard of before."""
    if known.state == "voided":
        return msgspec.structs.replace(known, state="declined", decline_code="voided")
    if (request.amount, request.currency) != (known.amount, known.currency):
        return msgspec.structs.replace(known, state="declined", decline_code="amount_mismatch")
    return known


def captured_already(known: PaymentOutcome, amount: int) -> PaymentOutcome:
    """The answer to a capture of what is not only authorised any more."""
    if known.state == "captured" and known.captured == amount:
        return known
    code = "amount_mismatch" if known.state == "captured" else "not_authorised"
    return msgspec.structs.replace(known, state="declined", decline_code=code)


def refund_answer(known: PaymentOutcome, refund: stripe.Refund, amount: int) -> PaymentOutcome:
    """The answer about a refund that Stripe has."""
    if refund.amount != amount:
        return msgspec.structs.replace(known, state="declined", decline_code="amount_mismatch")
    if refund.status in NOT_GIVEN:
        return msgspec.structs.replace(known, state="declined", decline_code="refund_failed")
    return known


def refused(request: PaymentRequest, code: str) -> PaymentOutcome:
    """A no before anything was tried."""
    return PaymentOutcome(
        order_id=request.order_id, state="declined", amount=request.amount, currency=request.currency, decline_code=code
    )
