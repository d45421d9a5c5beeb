"""The command as a stranger types it: help everywhere; one clear line and exit code 2 for wrong input."""

import json
import os
import socket
import sqlite3
import subprocess
from contextlib import closing

import click
import pytest

from fairday.cli import cli
from tests.running import COMMAND

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROW = "1001,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
GOODS = "key,name,price_EUR,stock\nmug,Mug,19.99,5\n"


def run(*arguments, state=None, **environment):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRDAY_")}
    extra = ["--state", str(state)] if state else []
    return subprocess.run(
        [COMMAND, *arguments, *extra], capture_output=True, text=True, timeout=120, check=False,
        env={**inherited, **environment},
    )  # fmt: skip


def paths(command=cli, *names):
    yield names
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from paths(one, *names, name)


@pytest.mark.parametrize("names", list(paths()), ids=" ".join)
def test_every_command_has_help(names):
    context = click.Context(cli)
    command = cli
    for name in names:
        command = command.get_command(context, name)
    text = command.get_help(click.Context(command, info_name=" ".join(names)))
    assert command.help
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, (names, option.name)
    assert "Usage:" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense"),
        (["up", "--port", "0"], "port"),
        (["up", "--nonsense"], "nonsense"),
        (["serve", "storefront"], "FAIRDAY_DATABASE"),
        (["serve", "nonsense"], "nonsense"),
        (["serve", "all", "--host", "0.0.0.0"], "--plain-http"),  # noqa: S104 - what must be refused
        (["serve", "all", "--host", "0.0.0.0", "--plain-http"], "FAIRDAY_URL"),  # noqa: S104 - the same
        (["import", "products", "no-such-file.csv"], "no-such-file.csv"),
        (["import", "orders"], "FILES"),
        (["import", "products", __file__, "--map", "nonsense"], "nonsense"),
        (["import", "products", __file__, "--currency", "XXX"], "XXX"),
        (["staff", "reset", "nobody"], "nobody"),
    ],
)
def test_wrong_input_gets_one_clear_line(arguments, said, tmp_path):
    asks_state = arguments[0] != "nonsense"
    done = run(*arguments, state=tmp_path / "state" if asks_state else None)
    assert done.returncode == 2, done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRDAY_DATABASE", "oracle://db"),
        ("FAIRDAY_SEARCH", "nonsense"),
        ("FAIRDAY_CAPTURE", "never"),
        ("FAIRDAY_SECRET", "short"),
        ("FAIRDAY_URL", "ftp://shop"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name, value, tmp_path):
    done = run("check", state=tmp_path / "state", **{name: value})
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done
    assert name in done.stderr or value in done.stderr


def test_products_orders_and_customers_go_in_and_out(tmp_path):
    state = tmp_path / "state"
    goods, bills = tmp_path / "goods.csv", tmp_path / "bills.csv"
    goods.write_text(GOODS)
    bills.write_text(HEADER + ROW)
    done = run("import", "products", str(goods), state=state)
    assert (done.returncode, "1 written" in done.stdout) == (0, True), done
    again = run("import", "products", str(goods), "--json", state=state)
    assert json.loads(again.stdout)["unchanged"] == 1
    orders = run("import", "orders", str(bills), "--json", state=state)
    assert json.loads(orders.stdout)["net_gbp"] == "15.30"
    for kind, first in (("products", '{"type"'), ("orders", "order,sku"), ("customers", "")):
        out = tmp_path / f"{kind}.out"
        assert run("export", kind, str(out), state=state).returncode == 0
        assert out.read_text().startswith(first)
    assert run("reindex", state=state).stdout.strip() == "1 products are in the index."
    assert run("migrate", state=state).returncode == 0
    assert run("staff", "list", state=state).returncode == 0


def test_bad_rows_are_named_and_end_with_1(tmp_path):
    bills = tmp_path / "bills.csv"
    bills.write_text(HEADER + ROW + ROW.replace(",6,", ",six,").replace("1001", "1002"))
    done = run("import", "orders", str(bills), state=tmp_path / "state")
    assert done.returncode == 1
    assert "bills.csv:3:" in done.stderr


def test_check_says_which_rule_is_broken_and_by_which_rows(tmp_path):
    state = tmp_path / "state"
    goods = tmp_path / "goods.csv"
    goods.write_text(GOODS)
    run("import", "products", str(goods), state=state)
    assert run("check", state=state).returncode == 0
    with closing(sqlite3.connect(state / "fairday.db")) as connection, connection:
        connection.execute("UPDATE stock SET on_hand = -1 WHERE sku = 'mug'")
    done = run("check", state=state)
    assert done.returncode == 1
    assert "BROKEN stock-not-oversold" in done.stdout
    assert "mug | main | -1" in done.stdout
    named = [rule["name"] for rule in json.loads(run("check", "--json", state=state).stdout)]
    assert "stock-movements-add-up" in named


def test_a_port_that_is_taken_is_named_before_anything_is_done(tmp_path, free_port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        done = run("up", "--port", str(free_port), state=tmp_path / "state")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done
    assert str(free_port) in done.stderr
    assert not (tmp_path / "state").exists()
