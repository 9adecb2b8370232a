"""Windows of the browser, lent to one test after another: a fresh one costs three times what a page costs in it."""

from pathlib import Path
from typing import Any

LOCAL = ("file:", "data:", "blob:")
"""Beginnings of the addresses that a page asks no host for."""
SWEPT = "() => { localStorage.clear(); sessionStorage.clear(); }"


class Window:
    """A page in a context of its own, and what went wrong in it since it was lent."""

    def __init__(self, browser: Any, options: dict[str, Any]) -> None:
        self.options, self.wrong, self.own = options, list[str](), ""
        self.context = browser.new_context(**options)
        self.page = page = self.context.new_page()
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: (self.wrong.append(dialog.message), dialog.dismiss()))
        page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        page.on("request", lambda request: None if self._near(request.url) else self.wrong.append(request.url))

    def _near(self, url: str) -> bool:
        return url.partition("#")[0] == self.own if self.own else url.startswith(LOCAL)

    def lent(self, width: int, own: str = "") -> Any:
        """The page, empty, with nothing held against it; with ``own`` it may ask for that address alone."""
        self.wrong, self.own = [], own
        self.page.set_viewport_size({"width": width, "height": 900})
        return self.page

    def emptied(self) -> None:
        """As it was when it was new: nothing stored, no media but the screen's, the mouse outside."""
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        if self.page.url.startswith("file:"):
            self.page.evaluate(SWEPT)
        self.page.emulate_media(media="null", color_scheme=self.options.get("color_scheme", "light"))
        self.page.mouse.move(-1, -1)
        self.page.goto("about:blank")
        self.context.clear_cookies()


class Windows:
    """Those of a worker. A window is used again for the same colour scheme; one with other options is closed after use."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self._free: list[Window] = []

    def take(self, options: dict[str, Any]) -> Window:
        for window in self._free:
            if window.options == options:
                self._free.remove(window)
                return window
        return Window(self.browser, options)

    def give_back(self, window: Window) -> None:
        if set(window.options) <= {"color_scheme"} and not window.page.is_closed():
            window.emptied()
            self._free.append(window)
        else:
            window.context.close()


class Lent:
    """The windows that one test has."""

    def __init__(self, windows: Windows) -> None:
        self.windows, self.taken = windows, list[Window]()

    def open(
        self, file: Path | None, fragment: str = "", width: int = 1440, *, alone: bool = False, **options: Any
    ) -> Any:
        """A file in an empty window, or the window itself; ``alone``: it may ask for no other file."""
        window = self.windows.take(options)
        self.taken.append(window)
        own = file.as_uri() if file else ""
        page = window.lent(width, own if alone else "")
        if file:
            page.goto(own + fragment)
        return page

    def wrong(self) -> list[str]:
        return [one for window in self.taken for one in window.wrong]

    def give_back(self) -> None:
        for window in self.taken:
            self.windows.give_back(window)
