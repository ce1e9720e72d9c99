"""A headless Chromium driven through its DevTools protocol, for pictures of real pages."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from .browser import require_browser
from .cache_folder import subfolder
from .failure import PlatformError

START_SECONDS = 30
CALL_SECONDS = 60
QUIET_SECONDS = 0.8


class Page:
    """The one page of a headless browser."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            address, timeout=CALL_SECONDS, suppress_origin=True
        )
        self._number = 0

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send one command of the protocol and return its result; PlatformError if refused."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                if "error" in message:
                    raise PlatformError(f"The browser refuses {method}: {message['error']}")
                return dict(message["result"])

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def resize(self, width: int, height: int, *, phone: bool) -> None:
        """Take the size of a screen; a phone also has touch and a phone's layout."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def open(self, url: str, wait_for: str, seconds: float = 60) -> None:
        """Go to an address and wait until an element is there and the page has come to rest.

        Raises PlatformError when the element does not appear in time.
        """
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + seconds
        ready = (
            "document.readyState === 'complete' && "
            f"!!document.querySelector({json.dumps(wait_for)})"
        )
        while not self.evaluate(ready):
            if time.monotonic() > deadline:
                raise PlatformError(f"{url} does not show “{wait_for}” after {seconds:.0f} s.")
            time.sleep(0.2)
        self.evaluate("document.fonts.ready.then(() => true)")
        time.sleep(QUIET_SECONDS)

    def click(self, selector: str) -> None:
        """Click an element that is there and let the page come to rest."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        time.sleep(QUIET_SECONDS)

    def picture(self) -> bytes:
        """What is visible now, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


@contextmanager
def headless_page() -> Iterator[Page]:
    """A page of a headless browser with a profile of its own, gone after the block."""
    profile = Path(tempfile.mkdtemp(dir=subfolder("browser")))
    command = [
        require_browser(),
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-US",
        "about:blank",
    ]
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        page = Page(_page_address(process, profile))
        try:
            page.call("Page.enable")
            page.call("Network.enable")
            yield page
        finally:
            page.close()
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()
        shutil.rmtree(profile, ignore_errors=True)


def _page_address(process: subprocess.Popen[bytes], profile: Path) -> str:
    port_file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + START_SECONDS
    while not port_file.exists() or not port_file.read_text(encoding="utf-8").strip():
        if process.poll() is not None or time.monotonic() > deadline:
            raise PlatformError("Headless Chromium does not start.")
        time.sleep(0.1)
    port = port_file.read_text(encoding="utf-8").splitlines()[0]
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            for target in json.load(answer):
                if target["type"] == "page":
                    return str(target["webSocketDebuggerUrl"])
        if time.monotonic() > deadline:
            raise PlatformError("Headless Chromium opens no page.")
        time.sleep(0.1)
