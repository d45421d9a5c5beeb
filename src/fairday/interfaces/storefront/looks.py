"""Where the storefront keeps its templates and static files."""

from pathlib import Path

from fairday.interfaces.web.surface import Looks

_HERE = Path(__file__).parent

STOREFRONT = Looks(name="storefront", templates=_HERE / "templates", assets=_HERE / "assets")
