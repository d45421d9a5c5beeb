"""The table of processes: every address belongs to one row, which answers it; the others say who does."""

import os
import re
from pathlib import Path

import click
import httpx
import pytest

from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import EVERYWHERE, PROCESSES, owner_of, serves
from fairday.bootstrap.server import Bind, check_process
from fairday.bootstrap.settings import Settings, SettingsError, secret_of
from fairday.cli.serve import serve
from fairday.interfaces.api import OPERATIONS
from tests.shape.tree import ROOT
from tests.shop import open_shop

MANUAL = (ROOT / "docs" / "processes.md").read_text(encoding="utf-8")
PARTS = [name for name in PROCESSES if name != "all"]
SAMPLES = {"{market:str}": "en-us", "{key:path}": "1.webp", "{name:str}": "x.css"}


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/", "storefront"),
        ("/en-us", "storefront"),
        ("/en-us/pages/about", "storefront"),
        ("/en-us/checkout", "orders"),
        ("/en-us/checkout/return", "orders"),
        ("/en-us/checkouts", "storefront"),
        ("/de-de/p/mug", "products"),
        ("/backoffice/orders/1", "backoffice"),
        ("/static/cart", "storefront"),
        ("/media/p/1.webp", "products"),
        ("/api/v1/orders/1/refunds", "orders"),
        ("/api/orders", "storefront"),
        ("/webhooks/stripe", "orders"),
        ("//backoffice//orders", "backoffice"),
    ],
)
def test_a_path_belongs_to_the_longest_address_that_fits(path, owner):
    assert owner_of(path) == owner


def test_every_part_of_the_store_has_its_processes():
    assert set(PARTS) >= {"storefront", "backoffice", "products", "carts", "orders", "users", "search", "worker"}
    together = [PROCESSES[name] for name in PARTS]
    whole = PROCESSES["all"]
    assert {one for process in together for one in process.interfaces} == set(whole.interfaces)
    assert {one for process in together for one in process.subscribers} == set(whole.subscribers)
    assert any(process.sweeps for process in together)
    addresses = [address for process in together for address in process.addresses]
    assert len(addresses) == len(set(addresses))


def routes_of(app):
    for route in app.routes:
        path = route.path
        for part, sample in SAMPLES.items():
            path = path.replace(part, sample)
        yield re.sub(r"{[^}]*}", "X", path)
    for operation in OPERATIONS:
        yield "/api/v1" + re.sub(r"{[^}]*}", "X", operation.path)


async def test_every_route_is_mounted_in_the_process_that_owns_it(state):
    settings = Settings(state=str(state))
    async with open_shop(state) as shop:
        apps = {name: build_app(shop, settings, process) for name, process in PROCESSES.items()}
        mounted = {name: set(routes_of(app)) for name, app in apps.items()}
    orphans = {
        path for path in mounted["all"] if path not in EVERYWHERE and path not in mounted[owner_of(path)]
    }  # fmt: skip
    assert orphans == set()
    for path in EVERYWHERE:
        assert all(path in routes for routes in mounted.values())


@pytest.mark.parametrize("name", PROCESSES)
async def test_a_process_answers_its_own_addresses_and_says_who_answers_the_others(state, name):
    process = PROCESSES[name]
    async with open_shop(state) as shop:
        transport = httpx.ASGITransport(app=build_app(shop, Settings(state=str(state)), process))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            for path in ("/healthz", "/readyz", "/metrics"):
                assert (await client.get(path)).status_code == 200, path
            for path in ("/en-us", "/backoffice/sign-in", "/en-us/cart", "/en-us/search", "/api/v1/products", "/mail"):
                answer = await client.get(path, headers={"accept-language": "de"})
                if name != "worker" and serves(process, path):
                    assert answer.status_code in {200, 303}, (path, answer.status_code)
                    continue
                assert answer.status_code == 404
                if name == "worker":
                    continue
                document = answer.json()
                assert (document["code"], document["owner"]) == ("elsewhere", owner_of(path))
                assert owner_of(path) in document["detail"]
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["x-content-type-options"] == "nosniff"


def test_help_and_manual_name_every_process():
    said = serve.get_help(click.Context(serve))
    for name, process in PROCESSES.items():
        assert re.search(rf"\b{name}\b", said), name
        (row,) = re.findall(rf"^\| `{name}` \|.*$", MANUAL, re.MULTILINE)
        for what in (*process.addresses, *process.subscribers):
            assert f"`{what}`" in row, (name, what)


def test_the_manual_sends_every_path_to_its_process():
    """The nginx of the manual, read as nginx would: the first pattern that fits, else the longest beginning."""
    patterns = re.findall(r"location ~ (\S+)\s+{ proxy_pass http://(\w+);", MANUAL)
    beginnings = re.findall(r"location \^~ (\S+)\s+{ proxy_pass http://(\w+);", MANUAL)
    (rest,) = re.findall(r"location / +{ proxy_pass http://(\w+);", MANUAL)
    for path in [
        *(address.replace("*", "en-us") + end for process in PROCESSES.values() for address in process.addresses
          for end in ("", "/x")),
        "/en-us", "/en-us/pages/about", "/api/v1/docs", "/favicon.ico",
    ]:  # fmt: skip
        begun = [(len(start), name) for start, name in beginnings if path.startswith(start)]
        fits = [name for pattern, name in patterns if re.search(pattern, path)]
        asked = max(begun)[1] if begun else fits[0] if fits else rest
        assert asked == owner_of(path), path


@pytest.mark.parametrize("name", PARTS)
def test_on_a_file_only_the_whole_store_may_serve(name):
    with pytest.raises(SettingsError, match="FAIRDAY_DATABASE"):
        check_process(Settings(), name, Bind())
    check_process(Settings(), "all", Bind())
    check_process(Settings(database="postgresql://localhost/fairday"), name, Bind())


def test_processes_of_several_hosts_must_be_told_their_secret():
    bind = Bind(host="10.0.0.1", plain_http=True)
    shared = Settings(database="postgresql://db.example/fairday")
    with pytest.raises(SettingsError, match="FAIRDAY_SECRET"):
        check_process(shared, "carts", bind)
    check_process(Settings(database=shared.database, secret="s" * 32), "carts", bind)
    check_process(shared, "carts", Bind())


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path):
    """Forked children wait for one another and make it together; all read the same whole one."""
    children, ends = [], []
    gate_out, gate_in = os.pipe()
    for _ in range(8):
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(gate_in)
            os.read(gate_out, 1)  # until the parent closes its end: all at once
            os.write(write_end, secret_of(Settings(), tmp_path / "state"))
            os._exit(0)
        os.close(write_end)
        children.append(child)
        ends.append(read_end)
    os.close(gate_in)
    said = {os.read(end, 1_000) for end in ends}
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert len(said) == 1
    (secret,) = said
    assert len(secret) == 64
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["secret.key"]
    assert (tmp_path / "state" / "secret.key").stat().st_mode & 0o777 == 0o600
