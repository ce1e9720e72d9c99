"""A proxy in front of a real server that loses chosen answers after the server has acted."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class CuttingProxy:
    """Forwards every request; ``cut(number, body)`` says which answers (counted from 1) get lost halfway."""

    def __init__(self, target: str, cut: Callable[[int, bytes], bool]) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._cut = cut
        self._lock = threading.Lock()
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        self.lost = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer, lose = proxy.forward(self.path, body)
                if lose:
                    half = answer[: len(answer) // 2]
                    self.wfile.write(
                        f"HTTP/1.1 {status} OK\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
                        + half
                    )
                    self.wfile.flush()
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forward(self, path: str, body: bytes) -> tuple[int, bytes, bool]:
        """Hand one request on; return status, answer and whether the answer gets lost."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        connection.request("POST", path, body, {"Content-Type": "text/xml"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        with self._lock:
            self.requests.append(body)
            self.answers.append(answer)
            lose = self._cut(len(self.requests), body)
            self.lost += lose
        return response.status, answer, lose


@contextmanager
def cutting_proxy(target: str, cut: Callable[[int, bytes], bool]) -> Iterator[CuttingProxy]:
    """Run a proxy in front of ``target`` while the block runs."""
    proxy = CuttingProxy(target, cut)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()
