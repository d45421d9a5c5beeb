"""What a Stripe account keeps and what may happen to it. No network here; every method is called under one lock."""

import itertools
import secrets
from collections.abc import Callable
from typing import Any

from fairday.kernel.clock import SECOND_MS, Clock
from tests.stripe_fake.models import validated

FEE_PPM, FEE_FIXED, DISPUTE_FEE = 15_000, 25, 1_500
SEARCH_LAG_S = 60
PAGE_URL = "https://checkout.stripe.test/c/pay/"
DECLINES = {
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card"),
}
CHALLENGED = {"pm_card_threeDSecure2Required", "pm_card_authenticationRequired"}
WORKING = {"pm_card_visa", "pm_card_mastercard"}
Thing = dict[str, Any]


class ApiError(Exception):
    """An answer that is an error. `saved`: execution had begun, so an idempotency key keeps it."""

    def __init__(self, status: int, kind: str, code: str, *, saved: bool = False, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.saved = saved
        self.body = {"error": {"type": kind, "code": code, "message": f"{code}.", **more}}


class Account:
    """Intents, charges, refunds, pages, disputes, bookings and events, and what the shopper and the bank do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._number = itertools.count(1)
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.hear: Callable[[Thing], None] = lambda _event: None

    def all(self, kind: str) -> list[Thing]:
        """Everything of a kind, oldest first."""
        return [thing for thing in self.things.values() if thing["object"] == kind]

    def get(self, name: str, kind: str) -> Thing:
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise ApiError(404, "invalid_request_error", "resource_missing", param="id")
        return thing

    def intent_of(self, order_id: str) -> Thing:
        """The one intent of an order that anybody tried to pay."""
        (found,) = [one for one in self.all("payment_intent") if one["metadata"].get("order_id") == order_id]
        return found

    # What the shop's server asks for.

    def create_intent(self, params: Thing) -> Thing:
        if "payment_method_types" in params:
            raise ApiError(400, "invalid_request_error", "payment_method_types_no_longer_supported")
        amount = _whole(params, "amount")
        if amount < 50:
            raise ApiError(400, "invalid_request_error", "amount_too_small", param="amount")
        return self._keep("pi", "payment_intent", {
            "amount": amount, "amount_capturable": 0, "amount_received": 0,
            "capture_method": params.get("capture_method", "automatic_async"), "confirmation_method": "automatic",
            "currency": params["currency"], "metadata": dict(params.get("metadata", {})),
            "payment_method_types": ["card"], "status": "requires_payment_method", "latest_charge": None,
            "last_payment_error": None, "next_action": None, "payment_method": None, "canceled_at": None,
        }, "payment_intent.created")  # fmt: skip

    def confirm(self, intent: Thing, params: Thing) -> Thing:
        if intent["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
            raise ApiError(400, "invalid_request_error", "payment_intent_unexpected_state")
        method = params.get("payment_method", "")
        if method in DECLINES:
            code, decline = DECLINES[method]
            self._decline(intent, code, decline)
            raise ApiError(402, "card_error", code, saved=True, decline_code=decline, param="")
        if method in CHALLENGED:
            back = params.get("return_url")
            url = {"url": f"https://hooks.stripe.test/3ds/{intent['id']}", "return_url": back}
            action = {"type": "redirect_to_url", "redirect_to_url": url} if back else {"type": "use_stripe_sdk"}
            intent.update(status="requires_action", next_action=action, payment_method=f"pm_{method[-6:]}")
            self._emit("payment_intent.requires_action", intent)
            return intent
        if method not in WORKING:
            raise ApiError(400, "invalid_request_error", "resource_missing", param="payment_method")
        return self._authorise(intent)

    def capture(self, intent: Thing, params: Thing) -> Thing:
        if intent["status"] != "requires_capture":
            raise ApiError(400, "invalid_request_error", "payment_intent_unexpected_state")
        amount = _whole(params, "amount_to_capture", intent["amount_capturable"])
        if not 0 < amount <= intent["amount_capturable"]:
            raise ApiError(400, "invalid_request_error", "amount_too_large", param="amount_to_capture")
        return self._capture(intent, amount)

    def cancel(self, intent: Thing) -> Thing:
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise ApiError(400, "invalid_request_error", "payment_intent_unexpected_state")
        intent.update(status="canceled", canceled_at=self._now_s(), next_action=None, amount_capturable=0)
        self._emit("payment_intent.canceled", intent)
        return intent

    def refund(self, params: Thing) -> Thing:
        intent = self.get(params.get("payment_intent", ""), "payment_intent")
        charge = self.things.get(intent["latest_charge"] or "", {})
        left = charge.get("amount_captured", 0) - charge.get("amount_refunded", 0)
        if not left:
            raise ApiError(400, "invalid_request_error", "charge_already_refunded")
        amount = _whole(params, "amount", left)
        if not 0 < amount <= left:
            raise ApiError(400, "invalid_request_error", "refund_amount_exceeds_balance", param="amount")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        made = self._keep("re", "refund", {
            "amount": amount, "currency": intent["currency"], "charge": charge["id"], "payment_intent": intent["id"],
            "metadata": dict(params.get("metadata", {})), "status": "succeeded", "balance_transaction": None,
        })  # fmt: skip
        made["balance_transaction"] = self._book("refund", -amount, 0, made)["id"]
        self._emit("refund.created", made)
        self._emit("charge.refunded", charge)
        return made

    def create_session(self, params: Thing) -> Thing:
        item = params["line_items"]["0"]
        price = item["price_data"]
        asked = params.get("payment_intent_data", {})
        page = self._keep("cs_test", "checkout.session", {
            "automatic_tax": {"enabled": False}, "custom_fields": [], "custom_text": {}, "shipping_options": [],
            "expires_at": self._now_s() + 86_400, "mode": params["mode"], "payment_method_types": ["card"],
            "payment_status": "unpaid", "status": "open", "payment_intent": None, "url": None,
            "amount_total": int(price["unit_amount"]) * int(item["quantity"]), "currency": price["currency"],
            "client_reference_id": params.get("client_reference_id"), "metadata": dict(params.get("metadata", {})),
            "success_url": params.get("success_url"), "cancel_url": params.get("cancel_url"),
            "customer_email": params.get("customer_email"),
        })  # fmt: skip
        page["url"] = PAGE_URL + page["id"]
        self.things[f"asked {page['id']}"] = {"object": "asked", **asked}
        return page

    def expire(self, page: Thing) -> Thing:
        if page["status"] != "open":
            raise ApiError(400, "invalid_request_error", "checkout_session_not_open")
        page.update(status="expired", url=None)
        if page["payment_intent"]:
            intent = self.things[page["payment_intent"]]
            if intent["status"] not in {"succeeded", "canceled"}:
                self.cancel(intent)
        self._emit("checkout.session.expired", page)
        return page

    def search(self, query: str) -> list[Thing]:
        """Intents by our order id; what is younger than a minute is not found yet."""
        name = query.partition("order_id']:'")[2].rstrip("'")
        before_s = self._now_s() - SEARCH_LAG_S
        return [
            one for one in self.all("payment_intent")
            if one["metadata"].get("order_id") == name and one["created"] <= before_s
        ]  # fmt: skip

    # What happens without the shop's asking.

    def authenticate(self, intent: Thing, *, agreed: bool = True) -> Thing:
        """The shopper meets the bank's question."""
        assert intent["status"] == "requires_action"
        intent["next_action"] = None
        return self._authorise(intent) if agreed else self._decline(intent, "payment_intent_authentication_failure", "")

    def pay_page(self, page: Thing, method: str = "pm_card_visa") -> Thing:
        """The shopper pays on Stripe's own page; a decline keeps the page open."""
        if page["status"] != "open":
            raise ApiError(400, "invalid_request_error", "checkout_session_not_open")
        asked = self.things[f"asked {page['id']}"]
        if page["payment_intent"] is None:
            intent = self.create_intent(
                {"amount": page["amount_total"], "currency": page["currency"], "metadata": asked.get("metadata", {}),
                 "capture_method": asked.get("capture_method", "automatic")}
            )  # fmt: skip
            page["payment_intent"] = intent["id"]
        intent = self.things[page["payment_intent"]]
        if method in DECLINES:
            return self._decline(intent, *DECLINES[method])
        self._authorise(intent)
        page.update(status="complete", payment_status="paid", url=None)
        self._emit("checkout.session.completed", page)
        return page

    def dispute(self, intent: Thing) -> Thing:
        """The shopper's bank takes the whole charge back."""
        charge = self.things[intent["latest_charge"]]
        charge["disputed"] = True
        made = self._keep("du", "dispute", {
            "amount": charge["amount_captured"], "currency": charge["currency"], "charge": charge["id"],
            "payment_intent": intent["id"], "reason": "fraudulent", "status": "needs_response",
            "balance_transactions": [], "enhanced_eligibility_types": [], "evidence": {"enhanced_evidence": {}},
            "is_charge_refundable": False, "metadata": {},
            "evidence_details": {
                "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0,
                "submission_method": "not_submitted", "due_by": None,
            },
        })  # fmt: skip
        made["balance_transactions"].append(self._book("dispute", -made["amount"], DISPUTE_FEE, made))
        self._emit("charge.dispute.created", made)
        return made

    def close_dispute(self, dispute: Thing, *, won: bool) -> Thing:
        """The bank has decided."""
        dispute["status"] = "won" if won else "lost"
        if won:
            dispute["balance_transactions"].append(self._book("dispute_reversal", dispute["amount"], 0, dispute))
        self._emit("charge.dispute.closed", dispute)
        return dispute

    def _authorise(self, intent: Thing) -> Thing:
        charge = self._keep("ch", "charge", {
            "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0, "billing_details": {},
            "captured": False, "currency": intent["currency"], "disputed": False, "metadata": intent["metadata"],
            "paid": True, "refunded": False, "status": "succeeded", "balance_transaction": None,
            "payment_intent": intent["id"], "refunds": None,
        })  # fmt: skip
        intent.update(status="requires_capture", latest_charge=charge["id"], amount_capturable=intent["amount"],
                      next_action=None, last_payment_error=None)  # fmt: skip
        if intent["capture_method"] == "manual":
            self._emit("payment_intent.amount_capturable_updated", intent)
            return intent
        return self._capture(intent, intent["amount"])

    def _capture(self, intent: Thing, amount: int) -> Thing:
        charge = self.things[intent["latest_charge"]]
        charge.update(amount_captured=amount, captured=True)
        fee = amount * FEE_PPM // 1_000_000 + FEE_FIXED
        charge["balance_transaction"] = self._book("charge", amount, fee, charge)["id"]
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        self._emit("charge.captured", charge)
        self._emit("payment_intent.succeeded", intent)
        return intent

    def _decline(self, intent: Thing, code: str, decline: str) -> Thing:
        error = {"type": "card_error", "code": code, "message": f"{code}."}
        intent.update(
            status="requires_payment_method",
            last_payment_error={**error, "decline_code": decline} if decline else error,
        )
        self._emit("payment_intent.payment_failed", intent)
        return intent

    def _book(self, category: str, amount: int, fee: int, source: Thing) -> Thing:
        kinds = {"charge": "charge", "refund": "refund"}
        details = [{"amount": fee, "currency": source["currency"], "type": "stripe_fee"}] if fee else []
        return self._keep("txn", "balance_transaction", {
            "amount": amount, "available_on": self._now_s(), "balance_type": "payments", "currency": source["currency"],
            "fee": fee, "fee_details": details, "net": amount - fee, "reporting_category": category,
            "status": "available", "type": kinds.get(category, "adjustment"), "source": source["id"],
            "exchange_rate": None, "description": None,
        })  # fmt: skip

    def _keep(self, prefix: str, kind: str, fields: Thing, event: str = "") -> Thing:
        name = f"{prefix}_{next(self._number):08d}{secrets.token_hex(4)}"
        thing = {"id": name, "object": kind, "created": self._now_s(), **fields}
        if kind not in {"refund", "balance_transaction"}:
            thing["livemode"] = False
        self.things[name] = thing
        if event:
            self._emit(event, thing)
        return thing

    def _emit(self, kind: str, thing: Thing) -> None:
        shown = {name: dict(value) if isinstance(value, dict) else value for name, value in thing.items()}
        event = validated({
            "id": f"evt_{next(self._number):08d}{secrets.token_hex(4)}", "object": "event", "created": self._now_s(),
            "type": kind, "livemode": False, "pending_webhooks": 1, "data": {"object": shown}, "request": None,
            "api_version": "2026-10-28.endive",
        })  # fmt: skip
        self.events.append(event)
        self.hear(event)

    def _now_s(self) -> int:
        return self._clock.now_ms() // SECOND_MS


def _whole(params: Thing, name: str, otherwise: int | None = None) -> int:
    if name not in params and otherwise is not None:
        return otherwise
    try:
        return int(params[name])
    except (KeyError, ValueError):
        raise ApiError(400, "invalid_request_error", "parameter_invalid_integer", param=name) from None
