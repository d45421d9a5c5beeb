"""What goes wrong is said in problem documents: wherever it happens, in the reader's language, and never as a 500."""

import json

import httpx
import pytest

from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.settings import Settings
from fairday.domain.orders import StaleTotal
from fairday.interfaces.api.problems import choose_language, problem
from fairday.interfaces.api.requests import LARGEST_BODY, request_hash
from fairday.kernel.errors import Refusal
from fairday.kernel.money import Money
from tests.calling import open_caller

CORPUS = (
    "'", "''", "' OR 1=1 --", "'; DROP TABLE orders; --", "1 UNION SELECT name FROM sqlite_master", "\\", "%", "_",
    "%27", "$(id)", "`id`", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)", "../../etc/passwd", "..%2f..%2f", "\x00", "a\x00b", "\r\nset-cookie: a=b", "\u202e",
    "\ufeff", "\U0001f600" * 50, "e\u0301", "-1", "1e999", "NaN", "0x10", "9" * 400, "a" * 5000, "(" * 300, "*", "~",
    "^", ":", "a:b", "+AND+", "OR", "NOT", "[1 TO 2]", '"unclosed', "sku:", "/regex/", "{}", "[]", "null", "true",
)  # fmt: skip
PARAMETERS = (
    "q", "limit", "cursor", "currency", "language", "category", "filter", "sort", "price_from", "price_to",
    "only_available", "unknown",
)  # fmt: skip


def is_problem(answer: httpx.Response, code: str) -> bool:
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= said.keys()
    assert said["status"] == answer.status_code
    assert said["type"] == f"/api/v1/docs#problem-{said['code']}"
    return said["code"] == code and bool(said["detail"])


@pytest.mark.parametrize(
    "path", ["", "/", "/nope", "/products/x/y", "/orders", "/v2", "x", "/%2e%2e/", "/products/%00"]
)
async def test_an_unknown_address_is_a_problem(api, path):
    answer = await api.client.get(f"/api/v1{path}")
    assert is_problem(answer, "method_not_allowed" if path == "/orders" else "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_a_wrong_method_is_told_the_right_ones(api, method):
    answer = await api.client.request(method, "/api/v1/carts")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert is_problem(answer, "method_not_allowed")


async def test_no_other_origin_is_let_in(api):
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for answer in (
        await api.client.options("/api/v1/carts", headers=headers),
        await api.client.get("/api/v1/products", headers=headers),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"NaN",
        b'{"currency": NaN}',
        b"\xff\xfe",
        b"[" * 5000,
        b'"\\ud800"',
        b"{'a': 1}",
        b"1e999",
        b"currency=EUR",
    ],
)
async def test_what_is_not_json_is_a_problem(api, raw):
    answer = await api.client.post("/api/v1/carts", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert is_problem(answer, "malformed_json")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
async def test_another_kind_of_body_is_refused(api, kind):
    """Also what keeps another site's form from being a request."""
    answer = await api.client.post("/api/v1/carts", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415
    assert is_problem(answer, "unsupported_media_type")


async def test_a_large_body_is_refused(api):
    large = b'{"currency": "' + b"x" * LARGEST_BODY + b'"}'

    async def pieces():
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    headers = {"content-type": "application/json"}
    for content in (large, pieces()):
        answer = await api.client.post("/api/v1/carts", content=content, headers=headers)
        assert answer.status_code == 413
        assert is_problem(answer, "body_too_large")
    fits = await api.client.post("/api/v1/carts", content=b" " * (LARGEST_BODY - 2) + b"{}", headers=headers)
    assert fits.status_code == 400


async def test_a_problem_speaks_the_readers_language(api):
    english = (await api.get("/nope", speaks="en-GB")).json()
    german = (await api.get("/nope", speaks="de-CH, en;q=0.2")).json()
    assert english["detail"] != german["detail"]
    assert (english["code"], english["title"]) == (german["code"], german["title"])


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("de", "de"), ("DE-at", "de"), ("fr", "en"), ("fr, de;q=0.1", "de"), ("en;q=0.3, de;q=0.9", "de"),
        ("de;q=0", "en"), ("de;q=x", "en"), (";;;,,,", "en"), ("*", "en"), ("de;q=9" + "," * 10_000, "de"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_liked_best(header, language):
    assert choose_language(header, ("en", "de")) == language


@pytest.mark.parametrize("path", ["/products", "/search", "/categories", "/products/0k3f9a1zqv7m2x8c4b6n5t1h0r"])
async def test_nothing_in_a_question_is_executed(api, path):
    """SQL, scripts and templates in every parameter: a refusal or an answer, never a mistake of ours."""
    for name in PARAMETERS:
        for text in CORPUS:
            answer = await api.client.get(f"/api/v1{path}", params={name: text})
            assert answer.status_code in {200, 400, 404}, (name, text, answer.text)
            assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
    assert (await api.get("/products")).json()["total"] == 3


@pytest.mark.parametrize("header", ["accept-language", "authorization", "idempotency-key", "content-type"])
async def test_nothing_in_a_header_is_executed(api, header):
    for text in CORPUS:
        raw = text.replace("\r\n", "").replace("\x00", "").encode("utf-8")[:4000]
        headers = {"content-type": "application/json", header: raw}
        answer = await api.client.post("/api/v1/carts", content=b'{"currency":"EUR","country":"DE"}', headers=headers)
        assert answer.status_code in {201, 400, 401, 415}, (text, answer.text)


async def test_nothing_in_a_body_is_executed(api):
    cart = await api.cart()
    for text in CORPUS:
        for answer in (
            await api.post("/carts", {"currency": "EUR", "country": "DE", "lines": [{"sku": text, "quantity": 1}]}),
            await api.post(f"/carts/{cart['id']}/voucher", {"code": text}, token=cart["token"]),
            await api.post("/orders", api.order(cart, shipping_method=text), token=cart["token"], key="k"),
            await api.post("/orders", api.order(cart, email=text), token=cart["token"], key="k"),
        ):
            assert 200 <= answer.status_code < 500, (text, answer.text)
    assert (await api.get(f"/carts/{cart['id']}", token=cart["token"])).json()["lines"] == cart["lines"]


async def test_broken_addresses_are_refused(api):
    for path in (
        b"/api/v1/products/%",
        b"/api/v1/products/%zz",
        b"/api/v1/..%2f..%2fetc",
        b"/api/v1/products?limit=%ff",
    ):
        answer = await api.client.get(httpx.URL("http://shop.example", raw_path=path))
        assert answer.status_code in {400, 404}, answer.text
    assert (await api.client.get("/api/v1/products?" + "a=1&" * 100)).status_code == 400
    assert (await api.client.get("/api/v1/products?q=" + "a" * 9000)).status_code == 400


def test_documents_that_mean_the_same_hash_the_same():
    same = ({"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1})
    assert len({request_hash(one) for one in same}) == 1
    different = ({"a": 1}, {"a": 1, "b": None}, {"a": "1"}, {"a": [1]}, {"a": 1.5}, {"a": True}, {"A": 1}, {})
    assert len({request_hash(one) for one in different}) == len(different)
    assert request_hash([1, 2]) != request_hash([2, 1])
    assert request_hash("\u00e9") != request_hash("e\u0301"), "what was typed differently is not the same"


async def test_a_refusal_tells_no_secret(api, shop):
    cart = await api.cart()
    answer = await api.post("/orders", api.order(cart), token="wrong", key="k1")
    assert cart["token"] not in answer.text
    assert json.dumps(shop.settings.base_url) not in answer.text


async def test_answers_are_not_kept_where_they_are_private(api):
    placed = await api.bought()
    for answer in (
        await api.get(f"/orders/{placed['id']}", token=placed["token"]), await api.get("/orders/x", token="y"),
        await api.post("/carts", {"currency": "EUR", "country": "DE"}),
    ):  # fmt: skip
        assert answer.headers["cache-control"] == "no-store"


async def test_head_is_answered_like_get(api):
    assert (await api.client.head("/api/v1/products")).status_code == 200


async def test_callers_far_away_are_served_alike(shop):
    async with open_caller(shop, source="2001:db8::7") as far:
        assert (await far.get("/products")).status_code == 200


async def test_our_own_mistake_is_a_problem_that_tells_nothing(shop, state):
    """A database that is gone under us, and the handler that the whole application has."""
    app = build_app(shop, Settings(state=str(state), url="http://shop.example"), PROCESSES["all"])
    await shop.database.close()
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        answer = await client.post("/api/v1/carts", json={"currency": "EUR", "country": "DE"})
        unknown = await client.get("/api/v2/products")
    assert answer.status_code == 500
    assert is_problem(answer, "internal")
    assert "database" not in answer.text
    assert answer.json()["request_id"]
    assert answer.headers["content-security-policy"]
    assert (unknown.status_code, is_problem(unknown, "not_found")) == (404, True)


def all_refusals(kind=Refusal):
    return [one for child in kind.__subclasses__() for one in (child, *all_refusals(child))]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_refusal_is_a_problem(language):
    """Even when a detail its sentence asks for is missing: a no must never become a mistake of ours."""
    known = {refusal.code: refusal for refusal in all_refusals()}
    assert {"stale_total", "out_of_stock", "payment_declined", "cart_gone", "too_many"} <= set(known)
    for code, refusal in known.items():
        document = problem(refusal(), language)
        assert (document["code"], document["status"]) == (code, refusal.status)
        assert document["detail"]


def test_amounts_in_a_problem_are_money():
    document = problem(StaleTotal(total=4690, currency="EUR", expected=4490), "en")
    assert (document["total"], document["expected"]) == (Money(4690, "EUR"), Money(4490, "EUR"))
