"""`fairday bench orders`: whole runs on a store of its own, an audit that can fail, a client that hides no stall."""

import asyncio
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fairday.adapters.database.beside import drop_beside, make_beside
from fairday.bootstrap.server import Bind, check_public
from fairday.bootstrap.settings import Settings, SettingsError
from fairday.cli.bench.audit import LOST, PROVIDER, broken_rules
from fairday.cli.bench.load import Load, fire, post, read_answers, write_requests
from fairday.kernel.ids import new_id
from tests.buying import buy
from tests.engines import ADMIN, SERVERS, ask, server
from tests.goods import put_goods
from tests.running import COMMAND
from tests.shop import open_shop

STALL_S = 0.4
SHORT = ("--seconds", "0.4", "--clients", "4", "--products", "6", "--json")


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    command = [COMMAND, "bench", "orders", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env={**inherited, **environment}
    )


@pytest.mark.store
@pytest.mark.parametrize("skus", ["--spread", "--hot"])
def test_whole_orders_are_placed_and_audited(skus):
    done = bench(*SHORT, skus)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["audit"], told["refused"], told["skus"]) == ("ok", 0, skus.removeprefix("--"))
    assert told["orders"] > 0
    assert told["orders_per_s"] == pytest.approx(told["orders"] / told["seconds"], rel=0.1)
    assert 0 < told["p50_ms"] <= told["p99_ms"] <= told["p999_ms"]
    assert told["statuses"] == {"201": told["orders"]}


@pytest.mark.store
@pytest.mark.long
@pytest.mark.parametrize("engine", SERVERS)
def test_a_server_keeps_nothing_of_it(engine):
    url = server(engine).url(ADMIN[engine])
    names = "SELECT datname FROM pg_database" if engine == "postgresql" else "SHOW DATABASES"
    before = ask(url, names)
    done = bench(*SHORT, "--database", url)
    assert (done.returncode, json.loads(done.stdout)["audit"]) == (0, "ok"), done.stderr
    assert ask(url, names) == before


def test_the_named_database_itself_is_never_dropped():
    url = "postgresql://nobody@localhost/kept"
    with pytest.raises(AssertionError):
        asyncio.run(drop_beside(url, url))
    assert callable(make_beside)


def test_without_a_compiler_it_says_so(tmp_path):
    done = bench(*SHORT, PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "no C compiler" in line


async def test_an_acknowledged_order_that_is_gone_fails_the_audit(state):
    async with open_shop(state) as shop:
        await put_goods(shop, {"MUG": 5})
        order_id = (await buy(shop, {"MUG": 1})).order.id
        assert await broken_rules(shop, [order_id]) == []
        assert await broken_rules(shop, [order_id, order_id]) == [LOST], "one order answers one command"
        assert await broken_rules(shop, [order_id, new_id()]) == [LOST]
        shop.payments["sandbox"]._record._connection.execute("UPDATE payments SET captured = captured - 1")
        assert PROVIDER in await broken_rules(shop, [order_id])


def test_lifted_limits_stay_on_this_machine():
    lifted = Settings(rate_limits="off")
    check_public(Bind(), lifted)
    for bind, url in ((Bind(plain_http=True), "https://shop.test"), (Bind(), "https://shop.test")):
        with pytest.raises(SettingsError, match="RATE_LIMITS"):
            check_public(bind, Settings(rate_limits="off", url=url))


@contextmanager
def answering(*, stalls: bool = False) -> Iterator[int]:
    """A server that answers 201 with what it was sent; the fifth request of a stalling one holds everybody up."""
    turn, count = threading.Lock(), iter(range(1_000_000))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with turn:
                if next(count) == 5 and stalls:
                    time.sleep(STALL_S)
            self.send_response(201)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield httpd.server_address[1]
        finally:
            httpd.shutdown()
            thread.join()


def fired(port: int, folder: Path, count: int, load: Load):
    requests, answers = folder / "requests", folder / "answers"
    assert write_requests(requests, (post(port, "/", f"body {n}".encode(), {}) for n in range(count))) == count
    return fire(port, requests, load, answers), list(read_answers(answers))


def test_every_request_is_sent_once_and_answered(tmp_path):
    with answering() as port:
        report, answers = fired(port, tmp_path, 200, Load(connections=7, seconds=20))
    assert (report.begun, report.answered, report.broken, report.statuses) == (200, 200, 0, {"201": 200})
    assert sorted((one.number, one.body) for one in answers) == [(n, f"body {n}".encode()) for n in range(200)]
    assert report.seconds < 10


def test_an_open_loop_counts_from_when_a_request_was_due(tmp_path):
    """The same stall: a closed loop of one notices it once, an open one with everybody who had to wait."""
    with answering(stalls=True) as port:
        closed, _ = fired(port, tmp_path, 200, Load(connections=1, seconds=20))
    with answering(stalls=True) as port:
        opened, _ = fired(port, tmp_path, 200, Load(connections=1, seconds=20, rate=200))
    assert closed.max_ms >= STALL_S * 1000
    assert closed.p50_ms < 100
    assert opened.answered == 200
    assert opened.seconds >= 199 / 200
    late = STALL_S * 200 / 200
    assert opened.p99_ms > late * 1000 / 2, "four fifths of those due in the stall waited longer than a fifth of it"


def test_it_ends_on_time(tmp_path):
    with answering() as port:
        report, answers = fired(port, tmp_path, 5_000, Load(connections=2, seconds=0.3, rate=100))
    assert report.begun == report.answered == len(answers)
    assert 25 <= report.begun <= 31
