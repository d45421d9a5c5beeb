"""The account behind a port: paths, forms, keys, pages of lists, expanded fields, signatures, and faults on demand."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import stripe

from fairday.kernel.clock import SECOND_MS, Clock, SystemClock
from tests.stripe_fake.account import Account, ApiError, Thing
from tests.stripe_fake.models import validated

KEY = "sk_test_of_the_fake"
WEBHOOK_SECRET = "whsec_of_the_fake"
HELD_S = 30

Route = Callable[[Account, list[str], Thing], Any]
ROUTES: list[tuple[str, str, Route]] = [
    ("POST", r"/v1/payment_intents", lambda a, _, p: a.create_intent(p)),
    ("GET", r"/v1/payment_intents/search", lambda a, _, p: a.search(p["query"])),
    ("GET", r"/v1/payment_intents/(\w+)", lambda a, ids, _: a.get(ids[0], "payment_intent")),
    ("POST", r"/v1/payment_intents/(\w+)/confirm", lambda a, ids, p: a.confirm(a.get(ids[0], "payment_intent"), p)),
    ("POST", r"/v1/payment_intents/(\w+)/capture", lambda a, ids, p: a.capture(a.get(ids[0], "payment_intent"), p)),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", lambda a, ids, _: a.cancel(a.get(ids[0], "payment_intent"))),
    ("POST", r"/v1/refunds", lambda a, _, p: a.refund(p)),
    ("GET", r"/v1/refunds", lambda a, _, p: _refunds(a, p["payment_intent"])),
    ("GET", r"/v1/balance_transactions", lambda a, _, p: _booked(a, p)),
    ("GET", r"/v1/disputes/(\w+)", lambda a, ids, _: a.get(ids[0], "dispute")),
    ("POST", r"/v1/checkout/sessions", lambda a, _, p: a.create_session(p)),
    ("GET", r"/v1/checkout/sessions/(\w+)", lambda a, ids, _: a.get(ids[0], "checkout.session")),
    ("POST", r"/v1/checkout/sessions/(\w+)/expire", lambda a, ids, _: a.expire(a.get(ids[0], "checkout.session"))),
]


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose method and path match `on`.

    `drop_before`, `error_before`: nothing was done. `drop_after`, `error_after`: it was, and no answer or a 500 comes
    (which the idempotency key keeps, as Stripe's does). `hold`: done, and answered once `release` is called.
    """

    on: str
    do: Literal["drop_before", "drop_after", "error_before", "error_after", "hold"]
    times: int = 1


@dataclass
class FakeStripe:
    """The account, what was asked of it, and the faults that wait."""

    account: Account
    clock: Clock
    url: str = ""
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    keys: dict[str, tuple[object, int, Thing] | None] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def fail(self, on: str, do: str, times: int = 1) -> None:
        self.faults.append(Fault(on, do, times))  # type: ignore[arg-type]

    def release(self) -> None:
        """Let held answers go."""
        self.released.set()

    def fault_for(self, request: str) -> str:
        for fault in self.faults:
            if fault.times and re.search(fault.on, request):
                fault.times -= 1
                return fault.do
        return ""

    def message(self, event: Thing, *, secret: str = WEBHOOK_SECRET, at_ms: int = 0) -> tuple[dict[str, str], bytes]:
        """An event as its webhook: headers and body."""
        body = json.dumps(event, indent=2)
        at_s = (at_ms or self.clock.now_ms()) // SECOND_MS
        header = stripe.WebhookSignature.generate_signature_header(body, secret, at_s)
        return {"stripe-signature": header, "content-type": "application/json"}, body.encode()

    def spoil(self, key: str, fault: str) -> None:
        """A 500 that came after the work was begun is what the key gives from now on."""
        kept = self.keys.get(key)
        if fault == "error_after" and kept:
            self.keys[key] = (kept[0], 500, {"error": {"type": "api_error", "message": "Ours."}})

    def answer(self, method: str, target: str, form: str, key: str) -> tuple[int, Thing]:
        """Do what is asked, once for each idempotency key."""
        path, params = urlsplit(target).path, _tree(form if method == "POST" else urlsplit(target).query)
        fitting = [(re.fullmatch(pattern, path), act) for verb, pattern, act in ROUTES if verb == method]
        match, act = next(((match, act) for match, act in fitting if match), (None, None))
        if match is None or act is None:
            return 404, {"error": {"type": "invalid_request_error", "message": f"no {method} {path}"}}
        expand = list(params.pop("expand", {}).values())
        with self.lock:
            said = (method, path, params)
            if key and key in self.keys:
                kept = self.keys[key]
                assert kept is not None
                if kept[0] == said:
                    return kept[1], kept[2]
                return 400, {"error": {"type": "idempotency_error", "message": "Keys are for one request."}}
            try:
                status, body = 200, self.shown(act(self.account, list(match.groups()), dict(params)), expand, params)
            except ApiError as error:
                status, body = error.status, error.body
                if not error.saved:
                    return status, body
            if key:
                self.keys[key] = (said, status, body)
            return status, body

    def shown(self, found: Any, expand: list[str], params: Thing) -> Thing:
        """An object, or a page of a list, as it goes over the wire."""
        if isinstance(found, list):
            limit, after = int(params.get("limit", 10)), params.get("starting_after")
            names = [one["id"] for one in found]
            begin = names.index(after) + 1 if after else 0
            inner = [name.removeprefix("data.") for name in expand]
            page = [self._one(one, inner) for one in found[begin : begin + limit]]
            more = len(found) > begin + limit
            kind = "search_result" if "query" in params else "list"
            return {"object": kind, "data": page, "has_more": more, "url": "/v1/list"}
        return self._one(found, expand)

    def _one(self, found: Thing, expand: list[str]) -> Thing:
        thing = deepcopy(found)
        for path in expand:
            self._expand(thing, path.split("."))
        if thing["object"] == "charge":
            thing.pop("refunds", None)
        return validated(thing)

    def _expand(self, thing: Thing | None, path: list[str]) -> None:
        if not path or not isinstance(thing, dict):
            return
        name, rest = path[0], path[1:]
        if name == "refunds":
            refunds = [deepcopy(one) for one in _refunds(self.account, thing["payment_intent"])]
            thing[name] = {"object": "list", "data": refunds, "has_more": False, "url": "/v1/refunds"}
            return
        if isinstance(thing.get(name), str):
            thing[name] = deepcopy(self.account.things[thing[name]])
        self._expand(thing.get(name), rest)


@contextmanager
def fake_stripe(clock: Clock | None = None) -> Iterator[FakeStripe]:
    """A Stripe on a port of the loopback, until the block ends."""
    clock = clock or SystemClock()
    fake = FakeStripe(Account(clock), clock)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.release()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: FakeStripe) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            form = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            if self.headers.get("authorization") != f"Bearer {KEY}":
                self._send(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key."}})
                return
            request = f"{self.command} {urlsplit(self.path).path}"
            fake.asked.append(request)
            fault = fake.fault_for(request)
            if fault in {"drop_before", "error_before"}:
                self._fail(fault)
                return
            key = self.headers.get("idempotency-key", "")
            status, body = fake.answer(self.command, self.path, form, key)
            if fault == "hold":
                fake.released.wait(HELD_S)
            if fault in {"drop_after", "error_after"}:
                fake.spoil(key, fault)
                self._fail(fault)
            else:
                self._send(status, body)

        def _fail(self, fault: str) -> None:
            if fault.startswith("error"):
                self._send(500, {"error": {"type": "api_error", "message": "Ours."}})
                return
            self.close_connection = True
            self.connection.close()

        def _send(self, status: int, body: Thing) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.send_header("request-id", f"req_{time.monotonic_ns()}")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _do  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _refunds(account: Account, intent_id: str) -> list[Thing]:
    return [one for one in reversed(account.all("refund")) if one["payment_intent"] == intent_id]


def _booked(account: Account, params: Thing) -> list[Thing]:
    window = params.get("created", {})
    first, end = int(window.get("gte", 0)), int(window.get("lt", 2**62))
    return [one for one in reversed(account.all("balance_transaction")) if first <= one["created"] < end]


def _tree(form: str) -> Thing:
    """`a[b][c]=d` as nested objects."""
    tree: Thing = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *way, last = re.findall(r"[^\[\]]+", name)
        place = tree
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return tree
