"""Where a server is, and that nothing secret goes there in plain text or into a log."""

import logging
import ssl

import pytest

from fairday.adapters.database.address import AddressError, address_of
from fairday.adapters.database.mysql import MysqlDatabase
from fairday.adapters.database.postgresql import PostgresDatabase
from fairday.bootstrap.adapters import Parts, build
from fairday.bootstrap.settings import Settings, SettingsError
from fairday.kernel.clock import SystemClock
from fairday.kernel.errors import Busy
from tests.running import unused_port

AWAY = "postgresql://shop:hunter%40two@db.example.com/fairday"


def test_parts_are_decoded_and_have_defaults():
    address = address_of("mysql://shop:p%40ss%2Fword@127.0.0.1/my%20shop?connections=8")
    assert (address.user, address.password, address.name) == ("shop", "p@ss/word", "my shop")
    assert (address.host, address.port, address.connections, address.tls()) == ("127.0.0.1", 3306, 8, None)
    assert address_of(AWAY).port == 5432


@pytest.mark.parametrize("how", ["", "?sslmode=verify-full"])
def test_another_machine_is_spoken_to_by_a_verified_name(how):
    context = address_of(AWAY + how).tls()
    assert context is not None
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


@pytest.mark.parametrize(
    ("mode", "name", "certificate"),
    [("verify-ca", False, ssl.CERT_REQUIRED), ("require", False, ssl.CERT_NONE)],
)
def test_what_is_verified_can_be_less(mode, name, certificate):
    context = address_of(f"{AWAY}?sslmode={mode}").tls()
    assert context is not None
    assert (context.check_hostname, context.verify_mode) == (name, certificate)


def test_plain_text_to_another_machine_has_to_be_asked_for():
    assert address_of(f"{AWAY}?sslmode=disable").tls() is None
    for mode in ("prefer", "allow", "none"):
        with pytest.raises(AddressError, match="plain text has to be asked for"):
            address_of(f"{AWAY}?sslmode={mode}")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_this_machine_needs_no_tls(host):
    assert address_of(f"postgresql://shop@{host}/fairday").tls() is None


@pytest.mark.parametrize(
    "wrong",
    ["postgresql://shop:secret@h", "postgresql://shop:secret@h/x?ssl=1", "mysql://shop:secret@h:port/x",
     "mysql://shop:secret@h/x?connections=2", "mysql://shop:secret@h/x?socket=relative"],
)  # fmt: skip
def test_a_url_that_makes_no_sense_is_named_without_its_password(wrong):
    with pytest.raises(AddressError) as told:
        address_of(wrong)
    assert "secret" not in str(told.value)
    with pytest.raises(SettingsError) as told_by_settings:
        build("database", Parts(settings=Settings(database=wrong), state=None, clock=SystemClock()))
    assert "secret" not in str(told_by_settings.value)


def test_an_unknown_scheme_is_named_without_what_follows(tmp_path):
    parts = Parts(settings=Settings(database="oracle://shop:secret@h/x"), state=tmp_path, clock=SystemClock())
    with pytest.raises(SettingsError, match=r"oracle:.*sqlite:, postgresql:, mysql:") as told:
        build("database", parts)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("adapter", [PostgresDatabase, MysqlDatabase])
async def test_a_server_that_is_not_there_is_busy_and_the_log_holds_no_password(adapter, caplog, capsys):
    scheme = "postgresql" if adapter is PostgresDatabase else "mysql"
    address = address_of(f"{scheme}://shop:hunter2@127.0.0.1:{unused_port()}/fairday")
    database = adapter(address)
    with caplog.at_level(logging.DEBUG), pytest.raises(Busy):
        async with database.write():
            pytest.fail("there was somebody")
    seen = capsys.readouterr()
    assert "database_unreachable" in seen.out + seen.err + caplog.text
    assert "hunter2" not in seen.out + seen.err + caplog.text + repr(address) + str(address)
    await database.close()
