"""The black-box suite can fail: a careless shop fails every case, a careful one and ours hold them all."""

import asyncio
import json

import pytest

from benchmarks.adversary.__main__ import main, table
from benchmarks.adversary.cases import CASES, SMALL, Sizes, attack
from benchmarks.adversary.fairday import store
from benchmarks.adversary.release import at_once
from benchmarks.adversary.shop import Request
from fairday.adapters.database.beside import drop_beside, make_beside
from tests.adversary.careless_shop import serving
from tests.engines import ADMIN, SERVERS, server


@pytest.mark.parametrize("case", CASES)
def test_a_careless_shop_fails_every_case(case):
    with serving(careful=False) as shop:
        (finding,) = attack(shop, SMALL, [case])
    assert finding.wrong, finding


def test_a_careful_shop_holds():
    with serving(careful=True) as shop:
        findings = attack(shop, SMALL)
    assert [finding.case for finding in findings if not finding.held] == [], table(findings)
    assert findings[-1].seen["orders"] == SMALL.stock


@pytest.mark.store
def test_ours_holds():
    with store() as shop:
        findings = attack(shop, SMALL)
    assert [finding.case for finding in findings if not finding.held] == [], table(findings)
    assert len(findings) == len(CASES)
    assert findings[-1].seen["orders"] == SMALL.stock


@pytest.mark.long
@pytest.mark.store
@pytest.mark.parametrize("engine", SERVERS)
def test_ours_holds_on_servers(engine):
    beside = server(engine).url(ADMIN[engine])
    url = asyncio.run(make_beside(beside))
    try:
        with store(url) as shop:
            findings = attack(shop, SMALL)
    finally:
        asyncio.run(drop_beside(beside, url))
    assert [finding.case for finding in findings if not finding.held] == [], table(findings)
    assert findings[-1].seen["orders"] == SMALL.stock


@pytest.mark.long
@pytest.mark.store
def test_ours_holds_against_everybody():
    with store() as shop:
        findings = attack(shop, Sizes())
    assert [finding.case for finding in findings if not finding.held] == [], table(findings)
    assert findings[-1].seen["orders"] == 200


def test_the_command_says_who_broke_and_how(capsys):
    adapter = "tests.adversary.careless_shop:careless"
    assert main([adapter, "--small", "--case", "last-unit", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["held"], finding["seen"]["stock"]) == (False, 1)
    assert main([adapter, "--small", "--case", "last-unit"]) == 1
    assert capsys.readouterr().out.startswith("BROKE  last unit")


def test_requests_are_released_together():
    """Nothing is answered before the last byte of everybody was sent, and answers stand in the order of requests."""
    with serving(careful=True) as shop:
        items = [shop.new_item(1) for _ in range(40)]
        buyers = [shop.new_shopper() for _ in items]
        for buyer, item in zip(buyers, items, strict=True):
            shop.add_to_cart(buyer, item, 1)
        answers = at_once(shop.url, [shop.checkout(buyer, "k") for buyer in buyers])
        assert [answer.status for answer in answers] == [201] * 40
        assert [answer.body.decode() for answer in answers] == [shop.orders[buyer][0].id for buyer in buyers]
        (nothing,) = at_once(shop.url, [Request("POST", "/orders", b'{"shopper": "nobody", "key": ""}')])
    assert nothing.status == 0
