"""Health, metrics and the manual: what watches over the shop, and who may see it."""

import html
import re

from tests.calling import open_caller


async def test_a_living_shop_says_so(api):
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = await api.client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer.headers["cache-control"] == "no-store"


async def test_metrics_count_by_route_and_code(api, shop):
    placed = await api.bought()
    await api.get(f"/orders/{placed['id']}", token=placed["token"])
    await api.get("/nope/made-up-by-a-client")
    text = (await api.client.get("/metrics")).text
    for line in (
        'fairday_http_requests_total{method="GET",route="/api/v1/orders/{id}",status="200"} 1.0',
        'fairday_http_requests_total{method="POST",route="/api/v1/orders",status="201"} 1.0',
        'fairday_refusals_total{code="not_found"} 1.0',
        'fairday_orders{state="placed"} 1.0',
        "fairday_stock_held_pieces 0.0",
    ):
        assert line in text.splitlines()
    assert 'fairday_http_request_seconds_bucket{le="0.005",method="POST",route="/api/v1/orders"}' in text
    for private in (placed["id"], "made-up", "ada@shop.example"):
        assert private not in text


async def test_held_stock_and_waiting_events_are_shown(api, shop):
    cart = await api.cart({"MUG": 2})
    await api.post("/orders", api.order(cart, "tok_challenge"), token=cart["token"], key="k1")
    text = (await api.client.get("/metrics")).text
    assert "fairday_stock_held_pieces 2.0" in text
    assert 'fairday_orders{state="held"} 1.0' in text


async def test_metrics_are_for_the_loopback(shop):
    for source, headers, status in (
        ("127.0.0.1", {}, 200), ("::1", {}, 200), ("192.0.2.7", {}, 401), ("localhost.evil", {}, 401),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401), ("192.0.2.7", {"x-forwarded-for": "127.0.0.1"}, 401),
    ):  # fmt: skip
        async with open_caller(shop, source=source) as api:
            assert (await api.client.get("/metrics", headers=headers)).status_code == status


async def test_a_token_opens_the_metrics_from_anywhere_and_is_needed_everywhere(shop):
    for source in ("127.0.0.1", "192.0.2.7"):
        async with open_caller(shop, source=source, metrics_token="opensesame") as api:
            assert (await api.client.get("/metrics")).status_code == 401
            for token, status in (("opensesame", 200), ("wrong", 401), ("t\u00f6ken", 401)):
                headers = {"authorization": f"Bearer {token}".encode()}
                assert (await api.client.get("/metrics", headers=headers)).status_code == status


async def test_the_manual_shows_everything_and_asks_no_other_host(api):
    answer = await api.client.get("/api/v1/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = html.unescape(answer.text)
    contract = (await api.client.get("/api/v1/openapi.json")).json()
    for path in contract["paths"]:
        assert f"/api/v1{path}" in page
    anchors = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r' (?:href|src)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith(("#", "/")), "nothing from another host"
        if link.startswith("#"):
            assert link[1:] in anchors
        else:
            assert (await api.client.get(link)).status_code == 200
    assert not re.search(r"<script|<style| style=| on\w+=", answer.text)


async def test_every_problem_is_explained_where_it_points(api):
    page = (await api.client.get("/api/v1/docs")).text
    cart = await api.cart({"VASE": 1})
    for answer in (
        await api.get("/nope"), await api.post("/carts", {}), await api.get("/orders/x"),
        await api.post("/orders", api.order(cart), token=cart["token"], key="k1"),
    ):  # fmt: skip
        anchor = answer.json()["type"].partition("#")[2]
        assert f'id="{anchor}"' in page


async def test_the_manual_speaks_german(api):
    page = (await api.client.get("/api/v1/docs", headers={"accept-language": "de"})).text
    assert '<html lang="de">' in page
