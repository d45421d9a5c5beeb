"""A letter file is a proper message that any mail program opens."""

import stat
from email import message_from_bytes
from email.policy import default

import pytest

from fairday.adapters.mail.files import FileMail
from fairday.kernel.clock import FixedClock
from fairday.ports.mail import Letter

LETTER = Letter("reset/abc", "ada@example.org", "Neues Passwort für Sie", "Text über alles", "<p>über</p>", "de")


@pytest.fixture
def mail(tmp_path) -> FileMail:
    return FileMail(tmp_path / "mail", "Fairday <shop@localhost>", FixedClock(1_800_000_000_000))


async def test_the_file_is_a_message(mail, tmp_path):
    await mail.send_many([LETTER])
    (path,) = (tmp_path / "mail").iterdir()
    raw = path.read_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (message["From"], message["To"], message["Subject"]) == (
        "Fairday <shop@localhost>",
        "ada@example.org",
        "Neues Passwort für Sie",
    )
    assert message["Date"].datetime.timestamp() == 1_800_000_000
    assert message["Message-ID"].startswith(f"<{path.stem}@")
    assert message.defects == []


async def test_the_folder_is_its_owners_only(mail, tmp_path):
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


@pytest.mark.parametrize("field", ["to", "subject", "key"])
async def test_a_header_cannot_be_smuggled_in(mail, tmp_path, field):
    values = {"key": "k", "to": "ada@example.org", "subject": "s", field: "x\r\nBcc: eve@example.org"}
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        await mail.send_many([Letter(text="t", html="<p>", **values)])
    assert list((tmp_path / "mail").iterdir()) == []


async def test_a_key_cannot_leave_the_folder(mail, tmp_path):
    await mail.send_many([Letter("../../evil", "a@example.org", "s", "t", "<p>")])
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]
    assert [letter.key for letter in await mail.sent(1)] == ["../../evil"]
