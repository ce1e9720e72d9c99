"""The sync bot of a real server, and a manager, as the command uses them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scn_sync.inbox import SignupInbox
from scn_sync.settings import Connection, Settings
from scn_sync.transport import open_transport

from .command import Outcome, scn_sync

STATUSES = ("created", "updated", "unchanged", "review", "rejected", "dead_letters")


@dataclass(frozen=True)
class Bot:
    """The sync bot of one real server."""

    server: Any
    login: str
    key: str

    def run(self, *arguments: str | Path, **changes: str) -> Outcome:
        settings = {
            "url": self.server.url,
            "database": self.server.database,
            "login": self.login,
            "api_key": self.key,
        }
        return scn_sync(*arguments, **{**settings, **changes})

    def inbox(self) -> SignupInbox:
        settings = Settings.model_validate(
            {
                "url": self.server.url,
                "database": self.server.database,
                "login": self.login,
                "api_key": self.key,
            }
        )
        return SignupInbox(open_transport(Connection(settings)))

    def stored(self, source: str) -> list[tuple[Any, ...]]:
        """Id, last write and state of every sign-up of a source."""
        return list(
            self.server.sql(
                "SELECT signup.external_id, signup.write_date, signup.state FROM scn_signup signup"
                " JOIN scn_signup_source source ON source.id = signup.source_id"
                " WHERE source.code = %s ORDER BY signup.external_id",
                (source,),
            )
        )


def new_bot(server: Any, login: str = "mailbox-bot", group: str = "group_scn_sync_bot") -> Bot:
    """Make a user whose only group is ``group``, with an API key."""
    server.shell(
        "env['res.users'].with_context(no_reset_password=True).create({"
        f"'name': 'Mailbox', 'login': {login!r},"
        f" 'group_ids': [(6, 0, env.ref('scn_partner.{group}').ids)]}});"
        " env.cr.commit(); answer = True"
    )
    return Bot(server, login, server.api_key(login))


def conserved(result: dict[str, Any]) -> bool:
    return result["read"] == sum(result["counts"][status] for status in STATUSES)
