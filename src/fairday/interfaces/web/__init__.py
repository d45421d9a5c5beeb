"""What the storefront and the back office share on the web: templates, static files, forms, cookies, headers.

`Web` is what the composition root gives an interface; `Surface` is what the interface makes of it: its own templates,
static files and sealed cookie, so that two interfaces never read each other's sessions.
"""

from fairday.interfaces.web.assets import Assets
from fairday.interfaces.web.cookies import SealedCookie
from fairday.interfaces.web.csrf import CrossSite, same_origin_guard
from fairday.interfaces.web.forms import Form, read_form
from fairday.interfaces.web.headers import Policy, SecurityHeaders
from fairday.interfaces.web.session import Session
from fairday.interfaces.web.surface import Surface, Web
from fairday.interfaces.web.templating import Templates, Tongue

__all__ = [
    "Assets",
    "CrossSite",
    "Form",
    "Policy",
    "SealedCookie",
    "SecurityHeaders",
    "Session",
    "Surface",
    "Templates",
    "Tongue",
    "Web",
    "read_form",
    "same_origin_guard",
]
