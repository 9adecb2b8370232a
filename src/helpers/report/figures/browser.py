"""The browser that draws static pictures: whether there is one, found without starting it or importing plotly."""

import os
import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def browser() -> str | None:
    """The Chrome or Chromium that draws static pictures: ``$BROWSER_PATH``, or one on ``PATH``."""
    wanted = os.environ.get("BROWSER_PATH")
    candidates = (wanted, *BROWSERS) if wanted else BROWSERS
    return next((found for name in candidates if (found := shutil.which(name))), None)
