"""What PostgreSQL itself can do on this machine: pgbench, and the rows of one of our orders as one prepared statement.

The same server, the same disk, C instead of Python, and nothing of a shop around it: no HTTP, price, tax or provider.
"""

import re
import subprocess
from pathlib import Path

from tests.engines import Server, ask

SCRIPTS = Path(__file__).parent / "pgbench"
SCALE = 20
CLIENTS = 32
THREADS = 2
CHOICE = {"spread": 3_333, "hot": 1}


def prepare(server: Server) -> str:
    """The name of a database with pgbench's tables and ours."""
    name = "pgbench_beside"
    ask(server.url("postgres"), f"CREATE DATABASE {name}")
    ask(server.url(name), *(SCRIPTS / "tables.sql").read_text(encoding="utf-8").split(";\n")[:-1])
    _pgbench(server, name, "-i", "-q", "-s", str(SCALE))
    return name


def simple_update(server: Server, name: str, seconds: int) -> float:
    """Transactions a second of `pgbench -N -M prepared`: one update, one select, one insert."""
    return _tps(_pgbench(server, name, "-N", *_load(seconds)))


def same_order(server: Server, name: str, seconds: int, skus: str) -> float:
    """Orders a second when one prepared statement is all there is to an order."""
    choice = ["-D", f"last={CHOICE[skus]}"]
    return _tps(_pgbench(server, name, "-n", "-f", str(SCRIPTS / "order.sql"), *choice, *_load(seconds)))


def _load(seconds: int) -> list[str]:
    return ["-M", "prepared", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(seconds)]


def _pgbench(server: Server, name: str, *arguments: str) -> str:
    command = ["pgbench", "-h", str(server.folder), "-U", "fairday", *arguments, name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _tps(said: str) -> float:
    found = re.search(r"tps = ([\d.]+) \(without", said)
    assert found, said
    return round(float(found[1]), 1)
