"""The desk behind every door: who is this, may they pass, did our own page send it; then the handler, or a refusal.

Nothing here knows what a page shows. Order matters: session, rights, origin, body, CSRF token, handler.
"""

from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, route
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from fairday.domain.access import Staff
from fairday.domain.access.errors import Forbidden
from fairday.interfaces.backoffice.doors import ANYONE, PROVING, SETTING_UP, SIGNED_IN, Answer, Door
from fairday.interfaces.backoffice.session import RESEAL_MS, SESSION_COOKIE, StaffSession, stranger
from fairday.interfaces.backoffice.uploads import read_sent
from fairday.interfaces.backoffice.visit import ROOT, Visit
from fairday.interfaces.web import CrossSite, Surface, Web
from fairday.interfaces.web.csrf import CSRF_FIELD, is_same_origin
from fairday.interfaces.web.headers import new_nonce
from fairday.interfaces.web.surface import Looks
from fairday.kernel.errors import Refusal
from fairday.kernel.money import Money, decimal_text
from fairday.messages import LANGUAGES
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import recognise_staff

HERE = Path(__file__).parent
COOKIE_LIFE_S = 12 * 3_600
STATIC = f"{ROOT}/static"
MEDIA = "/media"


class Desk:
    """One back office: the shop it looks after and the surface it shows itself with."""

    def __init__(self, shop: Shop, web: Web) -> None:
        self.shop = shop
        self.surface: Surface[StaffSession] = Surface(
            web,
            Looks("backoffice", HERE / "templates", HERE / "assets", STATIC),
            StaffSession,
            cookie=SESSION_COOKIE,
            max_age_s=COOKIE_LIFE_S,
            extra={
                "cash": Money,
                "plain_amount": decimal_text,
                "root": ROOT,
                "media": web.media_prefix,
                "shop_name": shop.settings.name,
                "currencies": sorted({currency for _, currency in shop.settings.countries}),
                "languages": shop.settings.languages,
                "base_currency": shop.settings.base_currency,
                "development": shop.settings.development,
            },
        )

    def handler(self, door: Door) -> HTTPRouteHandler:
        """The door as Litestar mounts it."""

        async def answer(request: Request[Any, Any, Any]) -> Answer:
            return await self.open(door, request)

        name = f"backoffice:{door.method}:{door.path}"
        return route(
            door.path, http_method=[door.method], name=name, request_max_body_size=door.body_bytes,
            include_in_schema=False, status_code=200,
        )(answer)  # fmt: skip

    async def open(self, door: Door, request: Request[Any, Any, Any]) -> Answer:
        """Answer a request at this door."""
        visit = await self._visit(request)
        try:
            turned_away = self._turned_away(door, visit)
            if turned_away is not None:
                return turned_away
            if door.method == "POST":
                await self._read(door, visit)
            return await door.handle(visit)
        except Refusal as refusal:
            return refused(visit, refusal)

    async def _visit(self, request: Request[Any, Any, Any]) -> Visit:
        now_ms = self.shop.clock.now_ms()
        session = self.surface.cookie.read(request.cookies)
        fresh = session is None or not session.is_live(now_ms)
        if session is None or fresh:
            session = stranger(now_ms, session.language if session else "")
        visit = Visit(
            shop=self.shop, surface=self.surface, request=request, session=session, nonce=new_nonce(), now_ms=now_ms,
            language=_language(session, request),
        )  # fmt: skip
        if session.stage == "full":
            visit.staff = await self._staff(session)
            if visit.staff is None:
                session = stranger(now_ms, session.language)
                fresh = True
        if fresh:
            visit.keep(session)
        elif now_ms - session.seen_ms > RESEAL_MS and session.stage == "full":
            visit.keep(seen(session, now_ms))
        return visit

    async def _staff(self, session: StaffSession) -> Staff | None:
        """Read each time: who was dismissed, or signed out elsewhere, is out with the next click."""
        return await recognise_staff(self.shop, session.staff_id, session.epoch)

    def _turned_away(self, door: Door, visit: Visit) -> Answer | None:
        """Where somebody is sent who must do something else first; Forbidden for those who never may."""
        if door.permission == ANYONE:
            return None
        if door.permission == PROVING:
            return None if visit.session.stage == "password" else visit.go("/sign-in")
        if visit.staff is None:
            return visit.go("/sign-in")
        if door.permission == SETTING_UP:
            return None
        if not visit.staff.is_ready:
            return visit.go("/welcome")
        if door.permission != SIGNED_IN and not visit.may(door.permission):
            raise Forbidden
        return None

    async def _read(self, door: Door, visit: Visit) -> None:
        request = visit.request
        if not is_same_origin(request.headers, request.scope["scheme"]):
            raise CrossSite
        try:
            visit.form, visit.uploads = await read_sent(request, door.body_bytes)
        except HTTPException as problem:
            raise Unreadable from problem
        self.surface.require_csrf(visit.session.session_id, visit.form.text(CSRF_FIELD, 400))


class Unreadable(Refusal):
    """The body is cut off, or far too large."""

    code = "too_large"
    status = 413


def seen(session: StaffSession, now_ms: int) -> StaffSession:
    """The session, seen now."""
    return msgspec.structs.replace(session, seen_ms=now_ms)


def refused(visit: Visit, refusal: Refusal) -> Answer:
    """The page that says no, for whatever a handler did not answer itself."""
    heading = f"error-heading-{refusal.status}"
    return visit.page(
        "refused",
        visit.sentences.text(heading if visit.sentences.has(heading) else "error-heading-400"),
        status=refusal.status,
        sentence=visit.sentence(refusal),
    )


def _language(session: StaffSession, request: Request[Any, Any, Any]) -> str:
    if session.language in LANGUAGES:
        return session.language
    for part in request.headers.get("accept-language", "").split(","):
        name = part.strip()[:2].lower()
        if name in LANGUAGES:
            return name
    return LANGUAGES[0]
