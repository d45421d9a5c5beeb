"""Where a database server is and how to speak to it safely: `postgresql://user:password@host:port/name?sslmode=...`."""

import ipaddress
import ssl
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

PORTS: Mapping[str, int] = {"postgresql": 5432, "mysql": 3306}
CONNECTIONS = 20
CONNECTIONS_LEAST = 4
# As libpq names them. What may or may not be encrypted, as the server likes (`prefer`), is not among them.
SSL_MODES = ("disable", "require", "verify-ca", "verify-full")
OPTIONS = ("sslmode", "sslrootcert", "socket", "host", "connections")


class AddressError(ValueError):
    """A URL that cannot be understood, or would send secrets in plain text. The text never holds the password."""


class Address(Struct, frozen=True, kw_only=True):
    """A database on a server. `socket` is PostgreSQL's folder or MySQL's file; with one, there is no TLS to ask for.

    `ssl_mode` is one of SSL_MODES; `ssl_root` a file of certificates, "" for the system's. `connections` is the most
    that one process holds.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str
    name: str
    socket: str = ""
    ssl_mode: str = "disable"
    ssl_root: str = ""
    connections: int = CONNECTIONS

    def __repr__(self) -> str:
        """Without the password: addresses end up in logs and tracebacks."""
        place = self.socket or f"{self.host}:{self.port}"
        return f"{self.scheme}://{self.user}@{place}/{self.name}"

    __str__ = __repr__

    def tls(self) -> ssl.SSLContext | None:
        """What to encrypt with, None for plain text."""
        if self.socket or self.ssl_mode == "disable":
            return None
        context = ssl.create_default_context(cafile=self.ssl_root or None)
        if self.ssl_mode != "verify-full":
            context.check_hostname = False
        if self.ssl_mode == "require" and not self.ssl_root:
            context.verify_mode = ssl.CERT_NONE
        return context


def address_of(url: str) -> Address:
    """Read a URL. Away from this machine, TLS with a verified name is the default; plain text has to be asked for."""
    parts = urlsplit(url)
    options = _options(parts.query)
    host = parts.hostname or "localhost"
    socket = options.get("socket") or options.get("host", "")
    if socket and not socket.startswith("/"):
        raise AddressError(f"socket={socket} is not an absolute path")
    try:
        port = parts.port or PORTS[parts.scheme]
        connections = int(options.get("connections", CONNECTIONS))
    except ValueError as error:
        raise AddressError(f"a port and connections= are whole numbers: {error}") from None
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise AddressError(f"the URL names no database: write it like {parts.scheme}://user@host/fairday")
    if connections < CONNECTIONS_LEAST:
        raise AddressError("connections= is at least 4: two to write, one to read, one for reports")
    mode = options.get("sslmode") or ("disable" if socket or is_loopback(host) else "verify-full")
    if mode not in SSL_MODES:
        raise AddressError(f"sslmode={mode} is not one of {', '.join(SSL_MODES)}; plain text has to be asked for")
    return Address(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        name=name,
        socket=socket,
        ssl_mode=mode,
        ssl_root=options.get("sslrootcert", ""),
        connections=connections,
    )


def is_loopback(host: str) -> bool:
    """Whether what is sent there stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise AddressError(f"unknown option {', '.join(unknown)}; there are: {', '.join(OPTIONS)}")
    return options
