"""A proxy in front of a real server that harms chosen calls: before the server hears of them, or after it has acted."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Harm = Literal["cut_answer", "no_answer", "half_request", "stall"] | None
_PASSED_ON = ("Content-Type", "Authorization", "X-Odoo-Database")


class FaultyProxy:
    """Forwards every request; ``before(number, body)`` and ``after(number, body)`` may harm it, counted from 1.

    What ``before`` orders happens instead of forwarding the whole request, what ``after`` orders to the answer of a
    server that has acted.
    """

    def __init__(
        self,
        target: str,
        before: Callable[[int, bytes], Harm] = lambda _number, _body: None,
        after: Callable[[int, bytes], Harm] = lambda _number, _body: None,
        stall: float = 3.0,
    ) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._lock = threading.Lock()
        self.requests: list[bytes] = []
        self.harmed = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with proxy._lock:
                    proxy.requests.append(body)
                    number = len(proxy.requests)
                head = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
                harm = before(number, body)
                if harm is not None:
                    proxy.harmed += 1
                    if harm == "half_request":
                        proxy.send_half(self.path, head, body)
                    self.close_connection = True
                    return
                status, answer = proxy.forward(self.path, head, body)
                harm = after(number, body)
                proxy.harmed += harm is not None
                if harm == "no_answer":
                    self.close_connection = True
                    return
                if harm == "stall":
                    time.sleep(stall)
                length = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
                if harm is not None:
                    answer = answer[: len(answer) // 2]
                    self.close_connection = True
                try:
                    self.wfile.write(length + answer)
                    self.wfile.flush()
                except OSError:
                    self.close_connection = True  # the caller did not wait, or is dead

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forward(self, path: str, head: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Hand one request on; a server that breaks off gives 502, as a web server before Odoo does."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        try:
            connection.request("POST", path, body, head)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 502, b""
        finally:
            connection.close()

    def send_half(self, path: str, head: dict[str, str], body: bytes) -> None:
        """Hand half a request on and break off."""
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        with socket.create_connection((self._host, self._port), timeout=30) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[: len(body) // 2])


@contextmanager
def faulty_proxy(
    target: str,
    before: Callable[[int, bytes], Harm] = lambda _number, _body: None,
    after: Callable[[int, bytes], Harm] = lambda _number, _body: None,
    stall: float = 3.0,
) -> Iterator[FaultyProxy]:
    """Run a proxy in front of ``target`` while the block runs."""
    proxy = FaultyProxy(target, before, after, stall)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()
