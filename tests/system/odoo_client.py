"""A small client of Odoo's external API that sends each call once and tells faults from answers."""

from __future__ import annotations

import xmlrpc.client
from dataclasses import dataclass
from typing import Any

import httpx

ACCESS_ERROR = 4
USER_ERROR = 2


@dataclass
class Client:
    """One user of one running server, by API key or password."""

    url: str
    database: str
    uid: int
    secret: str

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the kept connection."""
        self._http.close()

    def service(self, service: str, method: str, *params: Any) -> Any:
        """Call a method of an XML-RPC service; xmlrpc.client.Fault as the server sent it."""
        body = xmlrpc.client.dumps(params, method, allow_none=True)
        response = self._http.post(
            f"/xmlrpc/2/{service}", content=body.encode(), headers={"Content-Type": "text/xml"}
        )
        assert response.status_code == 200, response.text[:500]
        return xmlrpc.client.loads(response.content)[0][0]

    def call(self, model: str, method: str, *args: Any, **options: Any) -> Any:
        """Call a method of a model over XML-RPC."""
        return self.service(
            "object",
            "execute_kw",
            self.database,
            self.uid,
            self.secret,
            model,
            method,
            list(args),
            options,
        )

    def fault(self, model: str, method: str, *args: Any, **options: Any) -> int | None:
        """The fault code with which a call is refused, None when it is answered."""
        try:
            self.call(model, method, *args, **options)
        except xmlrpc.client.Fault as fault:
            return int(fault.faultCode)
        return None

    def json2(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        """Call a method of a model over JSON-2."""
        return self._http.post(
            f"/json/2/{model}/{method}", json=arguments, headers=self.bearer_headers()
        )

    def bearer_headers(self) -> dict[str, str]:
        """The headers by which JSON-2 knows the user."""
        return {"Authorization": f"Bearer {self.secret}", "X-Odoo-Database": self.database}

    def get(self, path: str) -> httpx.Response:
        """Open a page with the key."""
        return self._http.get(path, headers=self.bearer_headers())

    def post_json(self, path: str, params: dict[str, Any]) -> Any:
        """Call a JSON-RPC route without a session; its result, or its error under “error”."""
        response = self._http.post(
            path, json={"jsonrpc": "2.0", "method": "call", "params": params}
        )
        return response.json()
