"""The back office in tests, mounted as the store mounts it: a browser with cookies, pages, forms and their tokens."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from litestar import Litestar, Response
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware

from fairday.domain.access import Staff
from fairday.interfaces.backoffice import routes
from fairday.interfaces.web import SecurityHeaders, Web
from fairday.kernel.clock import FixedClock
from fairday.usecases.shop import Shop
from tests.people import PASSWORD, a_colleague, code_of

NOON_MS = 1_790_000_000_000
STEP_MS = 30_000
BASE = "http://localhost:8000"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


class Browser:
    """One browser at one shop's back office. Paths are below /backoffice, unless they begin with `//`."""

    def __init__(self, shop: Shop, client: httpx.AsyncClient) -> None:
        self.shop = shop
        self.client = client
        self.token = ""
        self.staff: Staff | None = None
        self.secret = ""

    async def get(self, path: str, **query: Any) -> httpx.Response:
        answer = await self.client.get(_address(path), params=query or None)
        self._note(answer)
        return answer

    async def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form, with the token of the page seen last unless it brings its own."""
        form = {"csrf": self.token, **(fields or {})}
        sent = {"sec-fetch-site": "same-origin"} if headers is None else dict(headers)
        answer = await self.client.post(_address(path), data=form, files=files, headers=sent)
        self._note(answer)
        return answer

    async def confirm(self, path: str, fields: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send a form, and again from the page that asks whether it is meant; the second answer."""
        asked = await self.post(path, fields)
        assert asked.status_code == 200, asked.text
        assert 'name="confirm"' in asked.text
        kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
        return await self.post(path, kept)

    async def enter(self, role: str) -> "Browser":
        """Sign in as a new colleague of this role, through the pages."""
        self.staff, self.secret = await a_colleague(self.shop, role)
        answer = await self.sign_in(role)
        assert answer.status_code == 303, answer.text
        await self.get("/account")
        return self

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Password, then the code of the authenticator app, of which none was used in this half minute."""
        assert isinstance(self.shop.clock, FixedClock)
        self.shop.clock.advance(STEP_MS)
        await self.get("/sign-in")
        answer = await self.post("/sign-in", {"login": login, "password": password})
        if answer.headers.get("location") != "/backoffice/sign-in/factor":
            return answer
        await self.get("/sign-in/factor")
        return await self.post("/sign-in/factor", {"code": code_of(self.shop, self.secret)})

    def _note(self, answer: httpx.Response) -> None:
        found = _TOKEN.search(answer.text)
        if found:
            self.token = found[1]


class Office:
    """A mounted back office that browsers can be opened at."""

    def __init__(self, shop: Shop, app: Litestar) -> None:
        self.shop = shop
        self.app = app
        self._open: list[httpx.AsyncClient] = []

    def browser(self, *, source: str = "127.0.0.1", language: str = "en") -> Browser:
        transport = httpx.ASGITransport(app=self.app, client=(source, 123))
        client = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"accept-language": language})
        self._open.append(client)
        return Browser(self.shop, client)

    async def enter(self, role: str) -> Browser:
        return await self.browser().enter(role)

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()


@asynccontextmanager
async def open_office(shop: Shop) -> AsyncIterator[Office]:
    """Its routes and nothing else; an exception of ours is raised here rather than answered."""

    def give_up(_request: object, error: Exception) -> Response[str]:
        if isinstance(error, HTTPException):
            return Response("", status_code=error.status_code, media_type="text/html")
        raise error

    app = Litestar(
        route_handlers=routes(shop, Web((shop.settings.secret,), BASE)),
        middleware=[DefineMiddleware(SecurityHeaders)],
        exception_handlers={ValueError: give_up, LookupError: give_up, RuntimeError: give_up},
        openapi_config=None,
        logging_config=None,
        debug=True,
    )
    office = Office(shop, app)
    try:
        yield office
    finally:
        await office.close()


def _address(path: str) -> str:
    return path[1:] if path.startswith("//") else f"/backoffice{path}"
