"""Real HTTP servers for what no Odoo does: another series, garbage, faults of our choice, silence."""

import socket
import threading
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, bytes]


@contextmanager
def answering_server(answer: Callable[[str, bytes], Answer]) -> Iterator[str]:
    """Serve ``answer(path, body) -> (status, content)`` on the loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, content = answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if 300 <= status < 400:
                self.send_header("Location", "https://example.org/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silent_server() -> Iterator[str]:
    """Accept connections and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def free_address() -> str:
    """Return an address on the loopback at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def value(content: object) -> Answer:
    """Answer with a value."""
    return 200, xmlrpc.client.dumps((content,), methodresponse=True).encode()  # type: ignore[arg-type]


def fault(code: int, text: str) -> Answer:
    """Answer with a fault."""
    return 200, xmlrpc.client.dumps(xmlrpc.client.Fault(code, text), methodresponse=True).encode()


def signed_in(then: Callable[[str, bytes], Answer]) -> Callable[[str, bytes], Answer]:
    """Accept every log-in and answer all other calls with ``then``."""

    def answer(path: str, body: bytes) -> Answer:
        return value(7) if b"<methodName>authenticate<" in body else then(path, body)

    return answer
