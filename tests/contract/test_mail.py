"""What every way of sending letters promises, whichever answers."""

import pytest
from msgspec.structs import replace

from fairday.adapters.mail.files import FileMail
from fairday.kernel.clock import FixedClock
from fairday.ports.mail import Letter

LETTER = Letter(
    key="order-placed/1",
    to="ada@example.org",
    subject="Your order – thank you! Ihre Bestellung über 19,99 € ist da, vielen Dank, und zwar von uns allen hier",
    text="Grüße\n.\nFrom here\n\nhttps://shop.example/o/" + "x" * 200,
    html="<p>Grüße &amp; <a href='https://shop.example/o/" + "y" * 1_200 + "'>mehr</a></p>",
    language="de",
)


@pytest.fixture(params=["file:"])
def mail(request: pytest.FixtureRequest, tmp_path):
    assert request.param == "file:"
    return FileMail(tmp_path / "mail", "Fairday <shop@localhost>", FixedClock(1_800_000_000_000))


async def test_letters_arrive_as_written(mail):
    await mail.send_many([LETTER])
    assert await mail.sent(10) == [LETTER]


async def test_a_key_is_one_letter(mail):
    await mail.send_many([LETTER, replace(LETTER, subject="again")])
    await mail.send_many([replace(LETTER, subject="and again")])
    assert await mail.sent(10) == [LETTER]


async def test_newest_first_and_no_more_than_asked(mail):
    letters = [replace(LETTER, key=f"k/{number}", subject=f"Number {number}") for number in range(12)]
    await mail.send_many(letters[:11])
    await mail.send_many(letters[11:])
    assert [letter.subject for letter in await mail.sent(3)] == ["Number 11", "Number 10", "Number 9"]
    assert await mail.sent(0) == []


async def test_nothing_to_send(mail):
    await mail.send_many([])
    assert await mail.sent(10) == []
