"""The real Chromium, and a list of everything that went wrong in it."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import Page

#: What a person would have seen at the end of each test, for the README and for the curious.
SCREENSHOTS = Path(__file__).parents[2] / "runs" / "screenshots"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A page, the errors on its console and the requests that left the machine."""

    page: Page
    errors: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def watch(self) -> "Watched":
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._request(request.url))
        return self

    def _console(self, message) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _request(self, url: str) -> None:
        parts = urlparse(url)
        here = parts.hostname in {"127.0.0.1", "localhost"}
        if not (here or parts.scheme in {"file", "data", "blob", "about"}):
            self.left.append(url)

    def assert_calm(self) -> None:
        assert self.errors == []
        assert self.left == []
