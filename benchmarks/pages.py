"""What do six pages cost? CPU, rate and latency of each, beside a static file from nginx in the same run.

wrk keeps 16 connections busy for some seconds a page; orders are placed by 16 clients in this process. The store and
whoever asks share the machine's cores, so compare within one run only. CPU is the store's own, per answer.
"""

import asyncio
import html
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.measure import cpu_us, keep
from fairday.bootstrap.demo_pictures import UNFINISHED
from tests.running import Store, store, unused_port

MARKET = "/en-us"
CONNECTIONS = 16
SECONDS = 5
ORDERS = 320
PICTURES_LIMIT_S = 600
ADDRESS = {"name": "Ada", "line1": "1 Fair Way", "city": "Albany", "postcode": "12207", "country": "US", "region": "NY"}
_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

Answer = dict[str, object]


def wrk(url: str, pid: int, headers: dict[str, str]) -> Answer:
    """Ask one address as fast as 16 connections can; a single answer that is not 2xx or 3xx spoils it."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = cpu_us(pid)
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    used = cpu_us(pid) - before
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{url} did not answer as it should:\n{said}")
    requests = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index] # wrk always says
    return {
        "per_second": round(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])),  # type: ignore[index]
        "p50_ms": _latency(said, "50"),
        "p99_ms": _latency(said, "99"),
        "cpu_us": round(used / requests),
    }


def _latency(said: str, percent: str) -> float:
    value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    return round(float(value) * _UNITS_MS[unit], 2)


@contextmanager
def nginx(folder: Path, content: bytes) -> Iterator[tuple[str, int]]:
    """One nginx process that serves one file: its address and process id."""
    port = unused_port()
    (folder / "page.html").write_bytes(content)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 256; }}\n"
        f"http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};\n"
        f"  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
        f"  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/page.html", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def visit(base: str) -> tuple[dict[str, str], str]:
    """The addresses to ask, and the cookie of a shopper with something in the cart."""
    with httpx.Client(base_url=base, headers={"Origin": base}) as client:
        home = html.unescape(client.get(f"{MARKET}/").text)
        category = re.search(rf'href="({MARKET}/c/[^"#?]+)"', home)
        product = re.search(rf'href="({MARKET}/p/[^"#?]+)"', home)
        if not (category and product):
            sys.exit("the home page links to no category or no product")
        sku = _buyable(client)[0]
        client.post(
            f"{MARKET}/cart/lines", data={"sku": sku, "quantity": "1"}, follow_redirects=True
        ).raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    pages = {
        "home": f"{MARKET}/",
        "listing": category[1],
        "product": product[1],
        "search": f"{MARKET}/search?q=lamp",
        "cart": f"{MARKET}/cart",
    }
    return pages, cookie


def _buyable(client: httpx.Client) -> list[str]:
    """SKUs that can be had."""
    found = client.get("/api/v1/products", params={"limit": 100, "currency": "USD"}).raise_for_status().json()
    return [
        v["sku"] for item in found["items"] for v in item["variants"] if v["available"] >= ORDERS // 20 and v["price"]
    ]


async def place_orders(base: str, pid: int) -> Answer:
    """Carts first, out of the clock; then every order, 16 at a time."""
    with httpx.Client(base_url=base) as asking:
        skus = _buyable(asking)
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30) as client:
        commands = [await _command(client, skus[number % len(skus)], number) for number in range(ORDERS)]
        turn = asyncio.Semaphore(CONNECTIONS)
        took_ms: list[float] = []

        async def place(number: int, command: dict[str, object], token: str) -> None:
            async with turn:
                begun = time.perf_counter()
                headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"order-{number}"}
                answer = await client.post("/api/v1/orders", json=command, headers=headers)
                took_ms.append((time.perf_counter() - begun) * 1000)
                if answer.status_code != httpx.codes.CREATED:
                    sys.exit(f"an order was refused: {answer.status_code} {answer.text}")

        before, begun = cpu_us(pid), time.perf_counter()
        await asyncio.gather(*(place(number, *command) for number, command in enumerate(commands)))
        seconds = time.perf_counter() - begun
    cuts = quantiles(took_ms, n=100)
    return {
        "per_second": round(ORDERS / seconds),
        "p50_ms": round(cuts[49], 2),
        "p99_ms": round(cuts[98], 2),
        "cpu_us": round((cpu_us(pid) - before) / ORDERS),
    }


async def _command(client: httpx.AsyncClient, sku: str, number: int) -> tuple[dict[str, object], str]:
    begin = {"currency": "USD", "country": "US", "lines": [{"sku": sku, "quantity": 1}]}
    made = await client.post("/api/v1/carts", json=begin, headers={"Idempotency-Key": f"cart-{number}"})
    cart = made.raise_for_status().json()
    method = cart["shipping_methods"][0]
    command: dict[str, object] = {
        "cart_id": cart["id"],
        "email": f"shopper{number}@example.test",
        "address": ADDRESS,
        "shipping_method": method["id"],
        "payment": {"provider": "sandbox", "token": "tok_ok"},
        "expected_total": 0,
    }
    headers = {"Authorization": f"Bearer {cart['token']}", "Idempotency-Key": f"ask-{number}"}
    told = (await client.post("/api/v1/orders", json=command, headers=headers)).json()
    return {**command, "expected_total": told["total"]["amount"]}, cart["token"]


def tell(name: str, answer: Answer) -> Answer:
    print(f"{name:<10}{answer['per_second']:>12}{answer['p50_ms']:>10}{answer['p99_ms']:>10}{answer['cpu_us']:>10}")
    return answer


def measure(running: Store, folder: Path) -> dict[str, Answer]:
    pid = running.process.pid
    pages, cookie = visit(running.url)
    with urllib.request.urlopen(running.url + pages["product"], timeout=30) as page:  # noqa: S310 - ours
        content = page.read()
    ask: dict[str, Callable[[], Answer]] = {
        name: lambda name=name, path=path: wrk(running.url + path, pid, {"Cookie": cookie} if name == "cart" else {})  # type: ignore[misc]
        for name, path in pages.items()
    }
    print(f"{'':<10}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU us':>10}")
    answers = {name: tell(name, answer()) for name, answer in ask.items()}
    answers["order"] = tell("order", asyncio.run(place_orders(running.url, pid)))
    with nginx(folder, content) as (url, nginx_pid):
        answers["nginx"] = tell("nginx", wrk(url, nginx_pid, {}))
    return answers


def wait_for_pictures(running: Store) -> None:
    """A first start draws the demo goods beside answering; that is not what is asked here."""
    for _ in range(PICTURES_LIMIT_S):
        if not (running.state / UNFINISHED).exists():
            return
        time.sleep(1)
    sys.exit(f"the demo pictures were not drawn within {PICTURES_LIMIT_S} s")


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("make bench-pages needs wrk and nginx (apt-get install wrk nginx-light)")
    with tempfile.TemporaryDirectory(prefix="fairday-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # nginx started by root reads as another user
        with store(folder / "state") as running:
            wait_for_pictures(running)
            keep("pages", {"pages": measure(running, folder)})


if __name__ == "__main__":
    main()
