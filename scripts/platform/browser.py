"""Chromium for tours and screenshots, wkhtmltopdf for PDF; never a reason to skip a test."""

from __future__ import annotations

import importlib.util
import shutil

from .console import say
from .failure import PlatformError
from .system_packages import install

# The names by which Odoo's own HttpCase looks for a browser.
BROWSER_NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find_browser() -> str | None:
    """The path of a Chromium or Chrome that Odoo's tests find too, or None."""
    for name in BROWSER_NAMES:
        path = shutil.which(name)
        if path:
            return path
    return None


def require_browser() -> str:
    """The browser's path; installs Debian's chromium when missing.

    Raises PlatformError with the one command to run where that may not be done.
    """
    path = find_browser()
    if path is None:
        install(["chromium", "fonts-dejavu-core"], "The browser for the tours (Chromium)")
        path = find_browser()
    if path is None:
        raise PlatformError("apt installed chromium and it is not found on the PATH.")
    if importlib.util.find_spec("websocket") is None:
        raise PlatformError(
            "The Python package websocket-client is missing, without it browser tests would be "
            "skipped: run “make clean” and start again."
        )
    return path


def require_pdf_printer() -> str:
    """The path of wkhtmltopdf; installed like the browser when missing."""
    path = shutil.which("wkhtmltopdf")
    if path is None:
        install(["wkhtmltopdf"], "The PDF printer (wkhtmltopdf)")
        path = shutil.which("wkhtmltopdf")
    if path is None:
        raise PlatformError("apt installed wkhtmltopdf and it is not found on the PATH.")
    return path


def offer_pdf_printer() -> bool:
    """Get wkhtmltopdf when possible; otherwise say what is missing and go on."""
    try:
        require_pdf_printer()
    except PlatformError as error:
        say(f"! no PDF until then: {error}")
        return False
    return True
