"""The sandbox provider: tokens that go wrong, a record that survives, and no card number kept anywhere."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from fairday.adapters.payments.sandbox import FILE_NAME, SandboxPayments, fee_of, is_card_number
from fairday.domain.payments import PaymentRequest, PaymentUnknown
from fairday.kernel.clock import FixedClock
from fairday.kernel.ids import new_id

NOW = 1_800_000_000_000
CARD = "4242 4242 4242 4242"


@pytest.fixture
async def sandbox(tmp_path: Path):
    provider = SandboxPayments(tmp_path / FILE_NAME, FixedClock(NOW))
    yield provider
    await provider.close()


def asked(token: str, *, order_id: str = "", capture: bool = True, amount: int = 10_000) -> PaymentRequest:
    return PaymentRequest(
        order_id=order_id or new_id(), token=token, amount=amount, currency="EUR", capture=capture, return_url="/back"
    )


async def log(sandbox, order_id: str) -> list[tuple]:
    return [(line.kind, line.amount, line.reason) for line in await sandbox.record(order_id)]


async def test_the_fee_is_counted_once_per_capture(sandbox):
    assert (await sandbox.pay(asked("tok_ok"))).fee == 175
    assert (fee_of(0), fee_of(1), fee_of(3_333)) == (0, 25, 75)


async def test_lost_answer_after_the_money_moved(sandbox):
    request = asked("tok_lost_ack")
    with pytest.raises(PaymentUnknown):
        await sandbox.pay(request)
    assert await log(sandbox, request.order_id) == [("authorise", 10_000, ""), ("capture", 10_000, "")]
    assert (await sandbox.find([request.order_id]))[request.order_id].captured == 10_000
    assert (await sandbox.pay(request)).state == "captured"
    assert len(await sandbox.record(request.order_id)) == 2


async def test_lost_answer_to_an_authorisation(sandbox):
    request = asked("tok_lost_ack", capture=False)
    with pytest.raises(PaymentUnknown):
        await sandbox.pay(request)
    assert (await sandbox.find([request.order_id]))[request.order_id].state == "authorised"


async def test_timeout_is_never_heard_of(sandbox):
    request = asked("tok_timeout")
    for _ in range(2):
        with pytest.raises(PaymentUnknown):
            await sandbox.pay(request)
    assert await sandbox.find([request.order_id]) == {}
    assert await sandbox.record() == []


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("tok_declined", "card_declined"),
        ("tok_unheard_of", "invalid_token"),
        ("", "invalid_token"),
        (CARD, "card_number_refused"),
    ],
)
async def test_declines(sandbox, token, code):
    request = asked(token)
    outcome = await sandbox.pay(request)
    assert (outcome.state, outcome.decline_code, outcome.captured, outcome.fee) == ("declined", code, 0, 0)
    assert await log(sandbox, request.order_id) == [("decline", 10_000, code)]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (CARD, True),
        (CARD.replace(" ", ""), True),
        (CARD.replace(" ", "-"), True),
        ("378282246310005", True),
        ("4242424242424241", False),
        ("tok_ok", False),
        ("4242", False),
        ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", False),
    ],
)
def test_card_numbers_are_recognised(token, expected):
    assert is_card_number(token) is expected


async def test_no_token_reaches_the_disk_or_the_log(sandbox, tmp_path, caplog, capfd):
    for token in (CARD, CARD.replace(" ", ""), "tok_secretive"):
        await sandbox.pay(asked(token))
    await sandbox.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"decline" in stored
    for trace in (b"4242", b"secretive"):
        assert trace not in stored
    assert "4242" not in caplog.text
    printed = capfd.readouterr()
    assert "4242" not in printed.out + printed.err


@pytest.mark.parametrize(("capture", "state", "captured"), [(True, "captured", 10_000), (False, "authorised", 0)])
async def test_a_challenge_that_is_met(sandbox, capture, state, captured):
    request = asked("tok_challenge", capture=capture)
    waiting = await sandbox.pay(request)
    assert (waiting.state, waiting.captured) == ("challenge", 0)
    assert waiting.challenge_url == f"/sandbox/challenge/{request.order_id}"
    assert (await sandbox.account(request.order_id)).return_url == "/back"
    assert (await sandbox.pay(request)) == waiting
    for _ in range(2):
        outcome = await sandbox.approve(request.order_id)
        assert (outcome.state, outcome.captured, outcome.challenge_url) == (state, captured, "")
    assert (await sandbox.reject(request.order_id)).state == state
    assert (await sandbox.account(request.order_id)).return_url == ""


async def test_a_challenge_that_is_not_met(sandbox):
    request = asked("tok_challenge")
    await sandbox.pay(request)
    outcome = await sandbox.reject(request.order_id)
    assert (outcome.state, outcome.decline_code) == ("declined", "challenge_failed")
    assert (await sandbox.approve(request.order_id)).state == "declined"
    assert await sandbox.approve(new_id()) is None


async def test_a_challenge_can_be_voided(sandbox):
    request = asked("tok_challenge")
    await sandbox.pay(request)
    assert (await sandbox.void(request.order_id)).state == "voided"
    assert (await sandbox.approve(request.order_id)).state == "voided"
    assert [kind for kind, _, _ in await log(sandbox, request.order_id)] == ["challenge", "void"]


async def test_the_record_is_append_only(sandbox, tmp_path):
    await sandbox.pay(asked("tok_ok"))
    other = sqlite3.connect(tmp_path / FILE_NAME)
    for statement in ("UPDATE movements SET amount = 1", "DELETE FROM movements"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    other.close()
    assert [line.at_ms for line in await sandbox.record()] == [NOW, NOW]


async def test_a_busy_record_means_unknown_and_nothing_moved(sandbox, tmp_path):
    sandbox._record._connection.execute("PRAGMA busy_timeout=20")
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(PaymentUnknown):
        await sandbox.pay(asked("tok_ok"))
    other.rollback()
    other.close()
    assert await sandbox.record() == []


PAY_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.domain.payments import PaymentRequest
from fairday.kernel.clock import SystemClock
from fairday.kernel.ids import new_id

async def main(path, order_ids):
    provider = SandboxPayments(Path(path), SystemClock())
    print("ready", flush=True)
    sys.stdin.readline()
    for order_id in order_ids or iter(new_id, ""):
        await provider.pay(PaymentRequest(order_id=order_id, token="tok_ok", amount=100, currency="EUR", capture=True))
        sys.stdout.write(order_id + "\\n")
        sys.stdout.flush()

asyncio.run(main(sys.argv[1], sys.argv[2:]))
"""


def start(path: Path, *order_ids: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PAY_FOR_EVER, str(path), *order_ids],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(*processes: subprocess.Popen[str]) -> None:
    """Let them begin, once all of them are ready."""
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()


async def test_what_was_answered_survives_a_kill(tmp_path):
    path = tmp_path / FILE_NAME
    process = start(path)
    go(process)
    answered = [process.stdout.readline().strip() for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    answered.extend(line.strip() for line in process.stdout.readlines() if line.endswith("\n"))
    process.wait()
    process.stdout.close()
    process.stdin.close()
    provider = SandboxPayments(path, FixedClock(NOW))
    known = await provider.find(answered)
    assert len(answered) >= 20
    assert set(known) == set(answered)
    assert all(outcome.captured == 100 for outcome in known.values())
    await provider.close()


async def test_processes_that_start_together_take_the_money_once(tmp_path):
    path, orders = tmp_path / FILE_NAME, [new_id() for _ in range(100)]
    processes = [start(path, *orders) for _ in range(4)]
    go(*processes)
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out.split()) == (0, orders)
    provider = SandboxPayments(path, FixedClock(NOW))
    taken = [line.order_id for line in await provider.record() if line.kind == "capture"]
    assert sorted(taken) == sorted(orders)
    await provider.close()
