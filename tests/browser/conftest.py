"""Chromium for the browser tests: one browser a worker, a fresh context a test."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, sync_playwright

from tests.browser.shopping import enter_the_back_office
from tests.running import Store

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# A page that says no (refused card, wrong input, nothing there) is an answer, though the console calls it an error.
_ANSWERED_NO = re.compile(r"status of (402|404|409|422)")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Closed with its module: while Playwright runs, no other event loop may in this process."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_context(browser: Browser, running_store: Store) -> Iterator[Callable[..., BrowserContext]]:
    """A window of one's own; whatever its pages complain about on the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error" and not _ANSWERED_NO.search(said.text):
            complaints.append(said.text)

    def open_one(**options) -> BrowserContext:
        context = browser.new_context(base_url=running_store.url, **{"viewport": DESKTOP, **options})
        context.set_default_timeout(20_000)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_context) -> Page:
    return open_context().new_page()


@pytest.fixture(scope="session")
def kept_office() -> dict[str, StorageState]:
    """The owner signs in once a store: given passwords and codes are for one use."""
    return {}


@pytest.fixture(scope="module")
def office(browser: Browser, running_store: Store, kept_office: dict[str, StorageState]) -> StorageState:
    """The cookies of the owner of this worker's store, signed in with both factors."""
    if running_store.url not in kept_office:
        context = browser.new_context(base_url=running_store.url, viewport=DESKTOP)
        enter_the_back_office(context.new_page(), running_store.owner_password)
        kept_office[running_store.url] = context.storage_state()
        context.close()
    return kept_office[running_store.url]
