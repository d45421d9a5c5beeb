"""`sandbox:` a payment provider that moves no real money, and behaves like one that does.

It keeps its own record in its own SQLite file with its own commits, so what it says survives whatever happens to the
shop, several processes share it, and tests can audit it: `movements` is append-only. It knows tokens that go wrong:

    tok_ok         taken
    tok_declined   declined, `card_declined`
    tok_challenge  the shopper must agree at `challenge_url` first; `approve` and `reject` play the shopper's bank
    tok_timeout    no answer, and the provider never heard the question
    tok_lost_ack   taken, durably, and then no answer

Any other token is declined. No token is ever stored: somebody might paste a card number.
Calls take microseconds and one fsync, so they run on the loop; never make them inside a unit of work.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.payments import PaymentOutcome, PaymentRequest, PaymentUnknown
from fairday.kernel.clock import Clock
from fairday.kernel.ids import derived_id
from fairday.kernel.money import share

FILE_NAME = "sandbox-payments.db"
FEE_PPM = 15_000
FEE_FIXED = 25
BUSY_DEADLINE_S = 5.0
CARD_DIGITS = range(12, 20)
SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS payments (
    order_id TEXT PRIMARY KEY, state TEXT NOT NULL, reference TEXT NOT NULL, amount INTEGER NOT NULL,
    captured INTEGER NOT NULL, refunded INTEGER NOT NULL, fee INTEGER NOT NULL, currency TEXT NOT NULL,
    decline_code TEXT NOT NULL, challenge_url TEXT NOT NULL, capture INTEGER NOT NULL, return_url TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, order_id TEXT NOT NULL,
    refund_id TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_movements_order ON movements (order_id);
CREATE UNIQUE INDEX IF NOT EXISTS ix_movements_refund ON movements (refund_id) WHERE refund_id <> '';
CREATE TRIGGER IF NOT EXISTS movements_stay BEFORE UPDATE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS movements_remain BEFORE DELETE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END;
COMMIT;
"""

MovementKind = Literal["authorise", "capture", "refund", "void", "decline", "challenge"]


class Movement(Struct, frozen=True):
    """One line of the provider's record. Money moved by `capture` (to the shop) and `refund` (back), in minor units."""

    seq: int
    at_ms: int
    kind: MovementKind
    order_id: str
    refund_id: str
    amount: int
    currency: str
    reason: str


class Account(Struct, frozen=True, kw_only=True):
    """All the provider knows of an order: the outcome, whether to capture once challenged, and where to return to."""

    outcome: PaymentOutcome
    capture: bool
    return_url: str = ""


class SandboxPayments:
    """The Payments port on a file of its own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_DEADLINE_S)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)

    async def pay(self, request: PaymentRequest) -> PaymentOutcome:
        """Authorise, and capture if asked to. An order it has heard of gets the answer it got before."""
        assert request.amount >= 0, "nobody pays less than nothing"
        if request.token == "tok_timeout":  # noqa: S105 - a test token
            raise PaymentUnknown(order_id=request.order_id)
        with self._turn(request.order_id):
            account = self._account(request.order_id)
            if account is not None:
                return _again(request, account.outcome)
            outcome = self._first_answer(request)
        if request.token == "tok_lost_ack":  # noqa: S105 - a test token
            raise PaymentUnknown(order_id=request.order_id)
        return outcome

    async def capture(self, order_id: str, amount: int) -> PaymentOutcome:
        """Capture once, at most what was authorised; what is not captured is let go."""
        with self._turn(order_id):
            account = self._account(order_id)
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
            return self._captured(account, amount)

    async def refund(self, order_id: str, refund_id: str, amount: int) -> PaymentOutcome:
        """Give back; declined beyond what is left of the capture, and for a known refund id with other figures."""
        assert refund_id, "a refund has a name"
        with self._turn(order_id):
            account = self._account(order_id)
            known = account.outcome if account else PaymentOutcome(order_id=order_id, state="declined")
            done = self._connection.execute(
                "SELECT order_id, amount FROM movements WHERE refund_id = ?", (refund_id,)
            ).fetchone()
            if done is not None:
                same = done == (order_id, amount)
                return known if same else replace(known, state="declined", decline_code="amount_mismatch")
            if account is None or not 0 < amount <= known.captured - known.refunded:
                return replace(known, state="declined", decline_code="refund_too_large")
            outcome = replace(known, refunded=known.refunded + amount)
            self._keep(replace(account, outcome=outcome))
            self._log("refund", outcome, amount, refund_id=refund_id)
            return outcome

    async def void(self, order_id: str) -> PaymentOutcome:
        """Let go, for good. What was captured stays captured (refund it); what was declined stays declined."""
        with self._turn(order_id):
            account = self._account(order_id) or Account(
                outcome=PaymentOutcome(order_id=order_id, state="pending"), capture=False
            )
            if account.outcome.state in {"captured", "declined", "voided"}:
                return account.outcome
            outcome = replace(account.outcome, state="voided", challenge_url="")
            self._keep(replace(account, outcome=outcome, return_url=""))
            self._log("void", outcome, outcome.amount)
            return outcome

    async def find(self, order_ids: Sequence[str]) -> dict[str, PaymentOutcome]:
        """What is known of these orders, from the record."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM payments WHERE order_id IN (SELECT value FROM json_each(?))",  # noqa: S608 - names
            (msgspec.json.encode(list(order_ids)).decode(),),
        ).fetchall()
        return {row[0]: _as_account(row).outcome for row in rows}

    async def account(self, order_id: str) -> Account | None:
        """For the page where a shopper agrees or not; None for an order nobody paid."""
        return self._account(order_id)

    async def approve(self, order_id: str) -> PaymentOutcome | None:
        """The shopper agreed. Nothing happens to an order that is not waiting for it; None when it is unknown."""
        with self._turn(order_id):
            account = self._account(order_id)
            if account is None or account.outcome.state != "challenge":
                return account.outcome if account else None
            return self._authorised(replace(account, outcome=replace(account.outcome, challenge_url="")))

    async def reject(self, order_id: str) -> PaymentOutcome | None:
        """The shopper, or their bank, said no. The rest as for `approve`."""
        with self._turn(order_id):
            account = self._account(order_id)
            if account is None or account.outcome.state != "challenge":
                return account.outcome if account else None
            return self._declined(replace(account.outcome, challenge_url=""), "challenge_failed")

    async def movements(self, order_id: str = "") -> list[Movement]:
        """The record, oldest first; of one order, or of all."""
        rows = self._connection.execute(
            "SELECT seq, at_ms, kind, order_id, refund_id, amount, currency, reason FROM movements"
            " WHERE ? IN ('', order_id) ORDER BY seq",
            (order_id,),
        )
        return [Movement(*row) for row in rows]

    async def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _first_answer(self, request: PaymentRequest) -> PaymentOutcome:
        asked = PaymentOutcome(
            order_id=request.order_id,
            state="pending",
            reference=f"sbx_{derived_id('sandbox', request.order_id)}",
            amount=request.amount,
            currency=request.currency,
        )
        if request.token in {"tok_ok", "tok_lost_ack"}:
            return self._authorised(Account(outcome=asked, capture=request.capture))
        if request.token == "tok_challenge":  # noqa: S105 - a test token
            outcome = replace(asked, state="challenge", challenge_url=f"/sandbox/challenge/{request.order_id}")
            self._keep(Account(outcome=outcome, capture=request.capture, return_url=request.return_url))
            self._log("challenge", outcome, request.amount)
            return outcome
        return self._declined(asked, _decline_code(request.token))

    def _authorised(self, account: Account) -> PaymentOutcome:
        account = replace(account, outcome=replace(account.outcome, state="authorised"), return_url="")
        self._log("authorise", account.outcome, account.outcome.amount)
        if account.capture:
            return self._captured(account, account.outcome.amount)
        self._keep(account)
        return account.outcome

    def _captured(self, account: Account, amount: int) -> PaymentOutcome:
        outcome = replace(account.outcome, state="captured", captured=amount, fee=fee_of(amount))
        self._keep(replace(account, outcome=outcome))
        self._log("capture", outcome, amount)
        return outcome

    def _declined(self, asked: PaymentOutcome, code: str) -> PaymentOutcome:
        outcome = replace(asked, state="declined", decline_code=code)
        self._keep(Account(outcome=outcome, capture=False))
        self._log("decline", outcome, outcome.amount, reason=code)
        return outcome

    def _account(self, order_id: str) -> Account | None:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM payments WHERE order_id = ?",  # noqa: S608 - names
            (order_id,),
        ).fetchone()
        return _as_account(row) if row else None

    def _keep(self, account: Account) -> None:
        values = (*msgspec.structs.astuple(account.outcome), int(account.capture), account.return_url)
        marks = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT OR REPLACE INTO payments ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def _log(
        self, kind: MovementKind, outcome: PaymentOutcome, amount: int, *, refund_id: str = "", reason: str = ""
    ) -> None:
        self._connection.execute(
            "INSERT INTO movements (at_ms, kind, order_id, refund_id, amount, currency, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self._clock.now_ms(), kind, outcome.order_id, refund_id, amount, outcome.currency, reason),
        )

    @contextmanager
    def _turn(self, order_id: str) -> Iterator[None]:
        """One decision, committed before anybody hears of it. No turn in time, or no disk: PaymentUnknown."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise
        except sqlite3.OperationalError as error:
            raise PaymentUnknown(order_id=order_id) from error


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


_FIELDS = PaymentOutcome.__struct_fields__
_COLUMNS = ", ".join((*_FIELDS, "capture", "return_url"))


def _as_account(row: tuple[str | int, ...]) -> Account:
    outcome = msgspec.convert(dict(zip(_FIELDS, row, strict=False)), PaymentOutcome)
    return Account(outcome=outcome, capture=bool(row[-2]), return_url=str(row[-1]))
