"""`file:` letters as .eml files in a folder, for development and tests: nothing leaves the machine.

A file's name is the hash of the letter's key, so one key is one file. Letters hold links that open accounts: the folder
is its owner's only.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from fairday.adapters.files import write_whole
from fairday.kernel.clock import Clock
from fairday.ports.mail import Letter

KEY_HEADER = "X-Fairday-Key"
POLICY = SMTP.clone(cte_type="7bit")  # every relay carries it


class FileMail:
    """The Mail port on a folder. `sender` is the address every letter comes from."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._sender = sender
        self._clock = clock

    async def send_many(self, letters: Sequence[Letter]) -> None:
        """Write those that are not there yet, in order; the disk is waited for in a thread."""
        for letter in letters:
            path = self._folder / f"{_hash(letter.key)}.eml"
            if not path.exists():
                content = self._as_message(letter).as_bytes()
                # The machine's own time to the nanosecond, so that letters of one moment keep their order.
                await asyncio.to_thread(write_whole, path, content, modified_ns=time.time_ns())

    async def sent(self, limit: int) -> list[Letter]:
        """The newest letters, newest first."""
        files = sorted(self._folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        return [_as_letter(path.read_bytes()) for path in files[:limit]]

    def _as_message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC))
        message["Message-ID"] = f"<{_hash(letter.key)}@fairday.invalid>"
        message["Auto-Submitted"] = "auto-generated"
        message[KEY_HEADER] = letter.key
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message["Content-Language"] = letter.language  # last: making alternatives moves such headers into the parts
        return message


def _as_letter(content: bytes) -> Letter:
    message = BytesParser(policy=POLICY).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return Letter(
        key=str(message[KEY_HEADER]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        language=str(message["Content-Language"]),
    )


def _body(message: EmailMessage, kind: str) -> str:
    """Without the line end that every part of a message closes with."""
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage), "both parts are always written"
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]
