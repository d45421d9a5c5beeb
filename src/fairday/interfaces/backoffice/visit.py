"""One request to the back office, as a page's handler gets it: who asks, what was sent, and how to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.datastructures import Cookie
from msgspec import Struct

from fairday.domain.access import Actor, Staff, allows
from fairday.interfaces.backoffice.menu import first_page, menu_for
from fairday.interfaces.backoffice.session import StaffSession
from fairday.interfaces.backoffice.uploads import Upload
from fairday.interfaces.web import Form, Surface, Tongue
from fairday.interfaces.web.pages import json_answer, private_answer, redirect
from fairday.kernel.errors import Refusal
from fairday.messages import Messages, Sentences
from fairday.ports.identity import WeakPassword
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import acting

ROOT = "/backoffice"
NOTHING_SENT = Form()
COUNTRY_OF = {"en": "GB", "de": "DE"}


class Fields(Struct, frozen=True):
    """The fields of a form by name, with what is wrong with them."""

    values: Mapping[str, str] = {}
    problems: Mapping[str, str] = {}

    def value(self, name: str) -> str:
        """What was typed, or what is stored; empty when neither."""
        return self.values.get(name, "")

    def problem(self, name: str) -> str:
        """What is wrong with it, or nothing."""
        return self.problems.get(name, "")


class Notice(Struct, frozen=True):
    """A sentence at the top of a page; `kind` is `good`, `bad` or plain."""

    text: str
    kind: str = "good"


@dataclass(kw_only=True)
class Visit:
    """A visit lasts for one answer. `session` may be replaced on the way; the answer carries the newest."""

    shop: Shop
    surface: Surface[StaffSession]
    request: Request[Any, Any, Any]
    session: StaffSession
    language: str
    nonce: str
    now_ms: int
    staff: Staff | None = None
    form: Form = NOTHING_SENT
    uploads: tuple[Upload, ...] = ()
    cookies: list[Cookie] = field(default_factory=list)

    @property
    def me(self) -> Staff:
        """Who is signed in; asking at an open door is our mistake."""
        assert self.staff is not None
        return self.staff

    @property
    def actor(self) -> Actor:
        """The same, as the audit log knows them."""
        return acting(self.me, self.source)

    @property
    def source(self) -> str:
        """The network address they come from."""
        return self.request.client.host if self.request.client else ""

    @property
    def text(self) -> Callable[..., str]:
        """A sentence of the catalogue in their language."""
        return self.sentences.text

    @property
    def sentences(self) -> Sentences:
        """The catalogue in their language."""
        return Messages.for_language(self.language)

    def path(self, name: str) -> str:
        """The part of the address called `name`."""
        return str(self.request.path_params[name])

    def query(self, name: str, longest: int = 200) -> str:
        """A query parameter, tidied; empty when it was not sent."""
        text = str(self.request.query_params.get(name, ""))
        return "".join(character for character in text if character.isprintable()).strip()[:longest]

    def may(self, *permissions: str) -> bool:
        """Whether whoever asks has all these rights."""
        return self.staff is not None and allows(self.staff.role, *permissions)

    def page(
        self, template: str, title: str, *, status: int = 200, notice: Notice | None = None, **context: object
    ) -> Response[bytes]:
        """The page `templates/NAME.html`; nobody may store it."""
        text = self.surface.templates.render(
            f"backoffice/{template}.html",
            Tongue(language=self.language, country=COUNTRY_OF[self.language]),
            title=title,
            visit=self,
            may=self.may,
            menu=menu_for(self.may),
            home=first_page(self.may) if self.staff else "/",
            part=self._part(),
            csrf=self.surface.csrf(self.session.session_id),
            notice=notice or self._done(),
            **context,
        )
        return private_answer(text, self.surface.policy, self.nonce, status=status, cookies=self.cookies)

    def go(self, path: str, *, done: str = "") -> Response[bytes]:
        """See other, inside the back office; `done` names the sentence `office-done-...` to greet with."""
        joint = "&" if "?" in path else "?"
        target = f"{ROOT}{path}{joint}{urlencode({'done': done})}" if done else f"{ROOT}{path}"
        return redirect(target, cookies=self.cookies)

    def json(self, value: object) -> Response[bytes]:
        """For our own small script."""
        return json_answer(value, cookies=self.cookies)

    def keep(self, session: StaffSession) -> None:
        """From now on the browser has this session."""
        self.session = session
        cookie = self.surface.cookie
        self.cookies = [one for one in self.cookies if one.key != cookie.name] + [cookie.write(session)]

    def sentence(self, refusal: Refusal) -> str:
        """What a refusal says to its reader."""
        wanted = refusal.details.get("problem", refusal.message_id)
        if isinstance(refusal, WeakPassword):
            wanted = f"error-password-{str(refusal.details['reason']).replace('_', '-')}"
        known = self.sentences.arguments.get(wanted)
        if known is None or not known <= set(refusal.details):
            return self.sentences.text("error-refused")
        told = {name: _told(value) for name, value in refusal.details.items()}
        return self.sentences.text(wanted, **told)

    def refused(self, refusal: Refusal, fields: Mapping[str, str] | None = None) -> Fields:
        """A form to show again: what was typed, and the sentence at the field it is about."""
        name = str(refusal.details.get("field", ""))
        return Fields(dict(fields or {}), {name: self.sentence(refusal)} if name else {"": self.sentence(refusal)})

    def _part(self) -> str:
        """The entry of the menu that this page belongs to."""
        first = self.request.url.path.removeprefix(ROOT).strip("/").partition("/")[0]
        return "/products" if first == "categories" else f"/{first}"

    def _done(self) -> Notice | None:
        message_id = f"office-done-{self.query('done', 40)}"
        known = self.sentences.arguments.get(message_id)
        return Notice(self.sentences.text(message_id)) if known is not None and not known else None


def _told(value: object) -> str | int:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, int) else str(value)
