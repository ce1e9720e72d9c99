"""Asks the server who it is, without sending anything of a sign-up."""

from dataclasses import dataclass
from datetime import datetime, timezone

from scn_sync.inbox import SignupInbox
from scn_sync.models import ServerInfo


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The server's description of itself, and how many whole days its key is still good for (None: for ever)."""

    info: ServerInfo
    key_days_left: int | None


def check_server(inbox: SignupInbox) -> CheckResult:
    """Call ``sync_info`` once.

    :raises SyncError: the server cannot be used; the message and exit code say why.
    """
    info = inbox.info()
    expires = info.key_expires_at
    if expires is None:
        return CheckResult(info, None)
    aware = expires if expires.tzinfo else expires.replace(tzinfo=timezone.utc)
    now = (
        info.server_time
        if info.server_time.tzinfo
        else info.server_time.replace(tzinfo=timezone.utc)
    )
    return CheckResult(info, (aware - now).days)


def as_json(result: CheckResult) -> dict[str, object]:
    """Return the result for ``--json``."""
    expires: datetime | None = result.info.key_expires_at
    return {
        "command": "check",
        "series": result.info.series,
        "module": result.info.module,
        "module_version": result.info.module_version,
        "key_expires_at": expires.isoformat() if expires else None,
        "key_days_left": result.key_days_left,
        "limits": result.info.limits.model_dump(),
    }
