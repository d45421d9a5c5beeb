"""What the sandbox remembers, in an SQLite file of its own: accounts, disputes, messages, and all that ever moved."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from fairday.domain.payments import PaymentOutcome

BUSY_DEADLINE_S = 5.0
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
CREATE TABLE IF NOT EXISTS disputes (
    order_id TEXT PRIMARY KEY, state TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    opened_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, body BLOB NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_movements_order ON movements (order_id);
CREATE UNIQUE INDEX IF NOT EXISTS ix_movements_refund ON movements (refund_id) WHERE refund_id <> '';
CREATE TRIGGER IF NOT EXISTS movements_stay BEFORE UPDATE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS movements_remain BEFORE DELETE ON movements BEGIN SELECT RAISE(ABORT, 'append-only'); END;
COMMIT;
"""

MovementKind = Literal[
    "authorise", "capture", "refund", "void", "decline", "challenge", "chargeback", "chargeback_reversed"
]
Line = tuple[int, str, str, str, int, str, str]


class Movement(Struct, frozen=True):
    """One line of the provider's record. Money moved by `capture` (to the shop) and `refund` (back), in minor units.

    A `chargeback` takes it back too, and `chargeback_reversed` returns it.
    """

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


class Quarrel(Struct, frozen=True):
    """A dispute about an order, in minor units."""

    order_id: str
    state: Literal["open", "won", "lost"]
    amount: int
    currency: str
    opened_ms: int
    updated_ms: int


class Record:
    """The file. Every `turn` is one decision, committed before anybody hears of it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_DEADLINE_S)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Everything in this block, or nothing; sqlite3.OperationalError when there is no turn in time, or no disk."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def accounts(self, order_ids: Sequence[str]) -> dict[str, Account]:
        """The accounts of these orders."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM payments WHERE order_id IN (SELECT value FROM json_each(?))",  # noqa: S608 - names
            (msgspec.json.encode(list(order_ids)).decode(),),
        )
        return {row[0]: _as_account(row) for row in rows}

    def keep(self, accounts: Sequence[Account]) -> None:
        """Write accounts over what was known of them."""
        rows = [
            (*msgspec.structs.astuple(account.outcome), int(account.capture), account.return_url)
            for account in accounts
        ]
        self._connection.executemany(f"INSERT OR REPLACE INTO payments ({_COLUMNS}) VALUES ({_MARKS})", rows)  # noqa: S608

    def log(self, lines: Sequence[Line]) -> None:
        """Append to the record: time, kind, order, refund, amount, currency, reason."""
        self._connection.executemany(
            "INSERT INTO movements (at_ms, kind, order_id, refund_id, amount, currency, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            lines,
        )

    def refund_named(self, refund_id: str) -> tuple[str, int] | None:
        """The order and the amount of a refund."""
        row: tuple[str, int] | None = self._connection.execute(
            "SELECT order_id, amount FROM movements WHERE refund_id = ?", (refund_id,)
        ).fetchone()
        return row

    def lines_of(self, order_id: str) -> list[Movement]:
        """The record of an order, or with "" of all, oldest first."""
        rows = self._connection.execute(
            "SELECT seq, at_ms, kind, order_id, refund_id, amount, currency, reason FROM movements"
            " WHERE ? IN ('', order_id) ORDER BY seq",
            (order_id,),
        )
        return [Movement(*row) for row in rows]

    def money_moved(self, after: int, limit: int) -> list[Movement]:
        """The lines that moved money, after the one with this number."""
        rows = self._connection.execute(
            "SELECT seq, at_ms, kind, order_id, refund_id, amount, currency, reason FROM movements WHERE seq > ?"
            " AND kind IN ('capture', 'refund', 'chargeback', 'chargeback_reversed') ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [Movement(*row) for row in rows]

    def quarrel(self, order_id: str) -> Quarrel | None:
        """The dispute about an order."""
        row = self._connection.execute("SELECT * FROM disputes WHERE order_id = ?", (order_id,)).fetchone()
        return Quarrel(*row) if row else None

    def keep_quarrel(self, quarrel: Quarrel) -> None:
        """Write a dispute over what was known of it."""
        values = msgspec.structs.astuple(quarrel)
        self._connection.execute("INSERT OR REPLACE INTO disputes VALUES (?, ?, ?, ?, ?, ?)", values)

    def leave_message(self, name: str, body: bytes, at_ms: int) -> None:
        """Keep a message for the shop until it is taken."""
        self._connection.execute("INSERT INTO messages VALUES (?, ?, ?)", (name, body, at_ms))

    def messages(self, limit: int) -> list[tuple[str, bytes]]:
        """Messages that the shop has not taken yet, oldest first."""
        rows = self._connection.execute("SELECT id, body FROM messages ORDER BY at_ms, id LIMIT ?", (limit,))
        return [(name, body) for name, body in rows]

    def drop_message(self, name: str) -> None:
        """The shop took it."""
        self._connection.execute("DELETE FROM messages WHERE id = ?", (name,))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


_FIELDS = PaymentOutcome.__struct_fields__
_COLUMNS = ", ".join((*_FIELDS, "capture", "return_url"))
_MARKS = ", ".join("?" * (len(_FIELDS) + 2))


def _as_account(row: tuple[str | int, ...]) -> Account:
    outcome = msgspec.convert(dict(zip(_FIELDS, row, strict=False)), PaymentOutcome)
    return Account(outcome=outcome, capture=bool(row[-2]), return_url=str(row[-1]))
