"""`sandbox:` a payment provider that moves no real money, and behaves like one that does.

It keeps its own record in its own SQLite file with its own commits, so what it says survives whatever happens to the
shop, several processes share it, and tests can audit it: `record` is append-only. It knows tokens that go wrong:

    tok_ok         taken
    tok_declined   declined, `card_declined`
    tok_challenge  the shopper must agree at `challenge_url` first; `approve` and `reject` play the shopper's bank
    tok_timeout    no answer, and the provider never heard the question
    tok_lost_ack   taken, durably, and then no answer

Any other token is declined. No token is ever stored: somebody might paste a card number.
Payments that are asked for together share a commit. Calls take microseconds and one fsync, so they run on the loop;
never make them inside a unit of work. What happens without the shop's asking (`approve`, `reject`, `dispute`,
`decide`) is told by signed messages, which `sandbox_page` carries through the shop's own door.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fairday.adapters.payments.sandbox_record import Account, Line, Movement, MovementKind, Quarrel, Record
from fairday.adapters.payments.signing import check_signature, sign
from fairday.domain.payments import PaymentOutcome, PaymentRequest, PaymentUnknown
from fairday.domain.payments.errors import BadSignature
from fairday.domain.payments.model import Dispute
from fairday.kernel.batch import Batch
from fairday.kernel.clock import Clock
from fairday.kernel.ids import derived_id, new_id
from fairday.kernel.money import share
from fairday.ports.payment_events import ProviderEvent
from fairday.ports.payment_reports import ReportLine

FILE_NAME = "sandbox-payments.db"
SIGNATURE = "sandbox-signature"
FEE_PPM = 15_000
FEE_FIXED = 25
DISPUTE_FEE = 1_500
CARD_DIGITS = range(12, 20)
KEY_BYTES = 32
SEQ_DIGITS = 20


class Message(Struct, frozen=True, kw_only=True):
    """What the sandbox tells the shop."""

    id: str
    kind: Literal["payment", "dispute"]
    order_id: str
    reference: str


class Answers:
    """The answers of one turn, and what must be written before they are given."""

    def __init__(self, known: dict[str, Account], now_ms: int) -> None:
        self._known = known
        self._now_ms = now_ms
        self.changed: dict[str, Account] = {}
        self.lines: list[Line] = []

    def pay(self, request: PaymentRequest) -> PaymentOutcome:
        """Authorise, and capture if asked to. An order it has heard of gets the answer it got before."""
        known = self._known.get(request.order_id)
        if known is not None:
            return _again(request, known.outcome)
        asked = PaymentOutcome(
            order_id=request.order_id,
            state="pending",
            reference=f"sbx_{derived_id('sandbox', request.order_id)}",
            amount=request.amount,
            currency=request.currency,
        )
        if request.token in {"tok_ok", "tok_lost_ack"}:
            return self.authorise(Account(outcome=asked, capture=request.capture))
        if request.token == "tok_challenge":  # noqa: S105 - a test token
            outcome = replace(asked, state="challenge", challenge_url=f"/sandbox/challenge/{request.order_id}")
            self.log("challenge", outcome, request.amount)
            return self.keep(Account(outcome=outcome, capture=request.capture, return_url=request.return_url))
        return self.decline(asked, _decline_code(request.token))

    def authorise(self, account: Account) -> PaymentOutcome:
        account = replace(account, outcome=replace(account.outcome, state="authorised"), return_url="")
        self.log("authorise", account.outcome, account.outcome.amount)
        return self.capture(account, account.outcome.amount) if account.capture else self.keep(account)

    def capture(self, account: Account, amount: int) -> PaymentOutcome:
        outcome = replace(account.outcome, state="captured", captured=amount, fee=fee_of(amount))
        self.log("capture", outcome, amount)
        return self.keep(replace(account, outcome=outcome))

    def decline(self, asked: PaymentOutcome, code: str) -> PaymentOutcome:
        outcome = replace(asked, state="declined", decline_code=code)
        self.log("decline", outcome, outcome.amount, reason=code)
        return self.keep(Account(outcome=outcome, capture=False))

    def keep(self, account: Account) -> PaymentOutcome:
        self._known[account.outcome.order_id] = self.changed[account.outcome.order_id] = account
        return account.outcome

    def log(
        self, kind: MovementKind, outcome: PaymentOutcome, amount: int, *, refund_id: str = "", reason: str = ""
    ) -> None:
        self.lines.append((self._now_ms, kind, outcome.order_id, refund_id, amount, outcome.currency, reason))


class SandboxPayments:
    """The Payments port, the provider's report and its messages, on a file of its own."""

    def __init__(self, path: Path, clock: Clock, key: bytes = b"") -> None:
        """`key` signs messages; several processes share one. Without it, only this object can read its own."""
        self._clock = clock
        self._record = Record(path)
        self._key = key or secrets.token_bytes(KEY_BYTES)
        self._payments = Batch(self._pay_many)

    async def pay(self, request: PaymentRequest) -> PaymentOutcome:
        """Authorise, and capture if asked to. An order it has heard of gets the answer it got before."""
        assert request.amount >= 0, "nobody pays less than nothing"
        if request.token == "tok_timeout":  # noqa: S105 - a test token
            raise PaymentUnknown(order_id=request.order_id)
        outcome, new = await self._payments.ask(request)
        if request.token == "tok_lost_ack" and new:  # noqa: S105 - a test token
            raise PaymentUnknown(order_id=request.order_id)
        return outcome

    async def capture(self, order_id: str, amount: int) -> PaymentOutcome:
        """Capture once, at most what was authorised; what is not captured is let go."""
        with self._turn(order_id) as (account, answers):
            if account is None:
                return PaymentOutcome(order_id=order_id, state="declined", decline_code="not_authorised")
            known = account.outcome
            if known.state == "captured" and known.captured == amount:
                return known
            if known.state != "authorised":
                code = "amount_mismatch" if known.state == "captured" else "not_authorised"
                return replace(known, state="declined", decline_code=code)
            if not 0 <= amount <= known.amount:
                return replace(known, state="declined", decline_code="amount_too_large")
            return answers.capture(account, amount)

    async def refund(self, order_id: str, refund_id: str, amount: int) -> PaymentOutcome:
        """Give back; declined beyond what is left of the capture, and for a known refund id with other figures."""
        assert refund_id, "a refund has a name"
        with self._turn(order_id) as (account, answers):
            known = account.outcome if account else PaymentOutcome(order_id=order_id, state="declined")
            done = self._record.refund_named(refund_id)
            if done is not None:
                same = done == (order_id, amount)
                return known if same else replace(known, state="declined", decline_code="amount_mismatch")
            if account is None or not 0 < amount <= known.captured - known.refunded:
                return replace(known, state="declined", decline_code="refund_too_large")
            outcome = replace(known, refunded=known.refunded + amount)
            answers.log("refund", outcome, amount, refund_id=refund_id)
            return answers.keep(replace(account, outcome=outcome))

    async def void(self, order_id: str) -> PaymentOutcome:
        """Let go, for good. What was captured stays captured (refund it); what was declined stays declined."""
        with self._turn(order_id) as (known, answers):
            account = known or Account(outcome=PaymentOutcome(order_id=order_id, state="pending"), capture=False)
            if account.outcome.state in {"captured", "declined", "voided"}:
                return account.outcome
            outcome = replace(account.outcome, state="voided", challenge_url="")
            answers.log("void", outcome, outcome.amount)
            return answers.keep(replace(account, outcome=outcome, return_url=""))

    async def find(self, order_ids: Sequence[str]) -> dict[str, PaymentOutcome]:
        """What is known of these orders, from the record."""
        return {order_id: account.outcome for order_id, account in self._record.accounts(order_ids).items()}

    async def account(self, order_id: str) -> Account | None:
        """For the page where a shopper agrees or not; None for an order nobody paid."""
        return self._record.accounts([order_id]).get(order_id)

    async def approve(self, order_id: str) -> PaymentOutcome | None:
        """The shopper agreed. Nothing happens to an order that is not waiting for it; None when it is unknown."""
        with self._turn(order_id) as (account, answers):
            if account is None or account.outcome.state != "challenge":
                return account.outcome if account else None
            self._tell("payment", order_id, account.outcome.reference)
            return answers.authorise(replace(account, outcome=replace(account.outcome, challenge_url="")))

    async def reject(self, order_id: str) -> PaymentOutcome | None:
        """The shopper, or their bank, said no. The rest as for `approve`."""
        with self._turn(order_id) as (account, answers):
            if account is None or account.outcome.state != "challenge":
                return account.outcome if account else None
            self._tell("payment", order_id, account.outcome.reference)
            return answers.decline(replace(account.outcome, challenge_url=""), "challenge_failed")

    async def dispute_payment(self, order_id: str) -> Quarrel | None:
        """The shopper's bank takes the whole payment back, once; None where nothing was captured."""
        with self._turn(order_id) as (account, answers):
            known, now_ms = self._record.quarrel(order_id), self._clock.now_ms()
            if known or account is None or account.outcome.state != "captured":
                return known
            outcome = account.outcome
            quarrel = Quarrel(order_id, "open", outcome.captured, outcome.currency, now_ms, now_ms)
            self._record.keep_quarrel(quarrel)
            answers.log("chargeback", outcome, quarrel.amount)
            self._tell("dispute", order_id, order_id)
            return quarrel

    async def quarrel(self, order_id: str) -> Quarrel | None:
        """The dispute about an order."""
        return self._record.quarrel(order_id)

    async def decide_dispute(self, order_id: str, *, won: bool) -> Quarrel | None:
        """The bank decides an open dispute: for the shop, which gets its money again, or for the shopper."""
        with self._turn(order_id) as (account, answers):
            known = self._record.quarrel(order_id)
            if known is None or account is None or known.state != "open":
                return known
            quarrel = replace(known, state="won" if won else "lost", updated_ms=self._clock.now_ms())
            self._record.keep_quarrel(quarrel)
            if won:
                answers.log("chargeback_reversed", account.outcome, quarrel.amount)
            self._tell("dispute", order_id, order_id)
            return quarrel

    async def record(self, order_id: str = "") -> list[Movement]:
        """The record, oldest first; of one order, or of all."""
        return self._record.lines_of(order_id)

    async def movements(self, after: str, limit: int) -> list[ReportLine]:
        """The money that moved, for the books to be held against."""
        return [_reported(line) for line in self._record.money_moved(int(after or 0), limit)]

    def read(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """A message of ours, if its signature says so."""
        check_signature([self._key], headers.get(SIGNATURE, ""), body, self._clock.now_ms())
        try:
            message = msgspec.json.decode(body, type=Message)
        except msgspec.DecodeError as error:
            raise BadSignature from error
        return ProviderEvent(id=message.id, kind=message.kind, order_id=message.order_id, reference=message.reference)

    async def order_of(self, reference: str) -> str:
        """Messages name the order, so nothing is left to be looked up."""
        assert reference, "a payment has a name"
        return ""

    async def dispute(self, reference: str) -> Dispute | None:
        """The dispute about an order, which is named after it."""
        quarrel = self._record.quarrel(reference)
        if quarrel is None:
            return None
        return Dispute(
            provider="sandbox", id=quarrel.order_id, order_id=quarrel.order_id, state=quarrel.state,
            amount=quarrel.amount, fee=DISPUTE_FEE, currency=quarrel.currency, reason="fraudulent",
            opened_ms=quarrel.opened_ms, updated_ms=quarrel.updated_ms,
        )  # fmt: skip

    def post(self, limit: int) -> list[tuple[str, bytes, str]]:
        """Messages that the shop has not taken: name, body, signature as of now."""
        now_ms = self._clock.now_ms()
        return [(name, body, sign(self._key, body, now_ms)) for name, body in self._record.messages(limit)]

    def posted(self, name: str) -> None:
        """The shop took a message."""
        self._record.drop_message(name)

    async def close(self) -> None:
        """Let go of the file."""
        self._record.close()

    async def _pay_many(self, requests: Sequence[PaymentRequest]) -> Sequence[tuple[PaymentOutcome, bool] | Exception]:
        """Answers, and whether each is the first its order got, in one commit."""
        try:
            with self._record.turn():
                known = self._record.accounts([request.order_id for request in requests])
                before, answers = set(known), Answers(known, self._clock.now_ms())
                given = [(answers.pay(request), request.order_id not in before) for request in requests]
                self._record.keep(list(answers.changed.values()))
                self._record.log(answers.lines)
        except sqlite3.OperationalError:
            return [PaymentUnknown(order_id=request.order_id) for request in requests]
        return given

    @contextmanager
    def _turn(self, order_id: str) -> Iterator[tuple[Account | None, Answers]]:
        """One decision, committed before anybody hears of it. No turn in time, or no disk: PaymentUnknown."""
        try:
            with self._record.turn():
                known = self._record.accounts([order_id])
                answers = Answers(known, self._clock.now_ms())
                yield known.get(order_id), answers
                self._record.keep(list(answers.changed.values()))
                self._record.log(answers.lines)
        except sqlite3.OperationalError as error:
            raise PaymentUnknown(order_id=order_id) from error

    def _tell(self, kind: Literal["payment", "dispute"], order_id: str, reference: str) -> None:
        message = Message(id=f"sbx_evt_{new_id()}", kind=kind, order_id=order_id, reference=reference)
        self._record.leave_message(message.id, msgspec.json.encode(message), self._clock.now_ms())


def fee_of(captured: int) -> int:
    """What the provider keeps of a capture."""
    return share(captured, FEE_PPM) + FEE_FIXED if captured else 0


def is_card_number(token: str) -> bool:
    """Whether somebody pasted the number of a card: digits with the right check digit, however they are grouped."""
    digits = token.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in CARD_DIGITS):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0


def _decline_code(token: str) -> str:
    if token == "tok_declined":  # noqa: S105 - a test token
        return "card_declined"
    return "card_number_refused" if is_card_number(token) else "invalid_token"


def _again(request: PaymentRequest, known: PaymentOutcome) -> PaymentOutcome:
    """The answer for an order that was heard of before."""
    if known.state == "voided":
        return replace(known, state="declined", decline_code="voided")
    if (request.amount, request.currency) != (known.amount, known.currency):
        return replace(known, state="declined", decline_code="amount_mismatch")
    return known


def _reported(line: Movement) -> ReportLine:
    fees = {"capture": fee_of(line.amount), "chargeback": DISPUTE_FEE}
    name = line.order_id if line.kind in {"chargeback", "chargeback_reversed"} else line.refund_id
    return ReportLine(
        id=f"{line.seq:0{SEQ_DIGITS}d}", at_ms=line.at_ms, kind=line.kind, order_id=line.order_id,  # type: ignore[arg-type]
        amount=line.amount, currency=line.currency, fee=fees.get(line.kind, 0), refund_id=name,
    )  # fmt: skip
