"""A server for whole-system tests: an Odoo server with ways to look into its database."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import Any

from .log_reading import bad_about_us
from .odoo_server import OdooServer, run_in_shell


class ServerUnderTest(OdooServer):
    """An Odoo server on a database of its own."""

    _allowed: tuple[re.Pattern[str], ...] = ()

    def restart(self) -> None:
        """Stop the server, if it runs, and start it again at the same address."""
        self.stop()
        self.start()

    def sql(self, query: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement, committed at once; the rows it gives."""
        with (
            contextlib.closing(self.platform.postgres.connect(self.database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def shell(self, code: str) -> Any:
        """Run code in Odoo's shell; it may set `answer` (JSON) and must commit what it keeps.

        Example: `server.shell("answer = env['res.partner'].search_count([])")`.
        """
        return run_in_shell(self.platform, self.database, code)

    def api_key(self, user: str, days: int = 30) -> str:
        """A new API key with scope “rpc” for a user, named by log-in or by xml id (with a dot)."""
        return str(
            self.shell(
                "from datetime import timedelta\n"
                "from odoo import fields\n"
                f"name = {user!r}\n"
                "user = env['res.users'].search([('login', '=', name)])\n"
                "if not user:\n"
                "    user = env.ref(name)\n"
                f"expiry = fields.Datetime.now() + timedelta(days={days})\n"
                "keys = env['res.users.apikeys'].with_user(user).sudo()\n"
                "answer = keys._generate('rpc', 'test', expiry)\n"
                "env.cr.commit()\n"
            )
        )

    def log(self) -> str:
        """All that the server has logged."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def allow_log(self, pattern: str) -> None:
        """Say that a test expects warnings matching this regular expression."""
        self._allowed = (*self._allowed, re.compile(pattern))

    def unwanted_log(self) -> list[str]:
        """Warnings and errors about our addons in the log that no test said to expect."""
        return [
            entry.text
            for entry in bad_about_us(self.log().splitlines())
            if not any(pattern.search(entry.text) for pattern in self._allowed)
        ]
