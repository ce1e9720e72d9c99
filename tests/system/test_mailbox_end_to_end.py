"""The sample mailbox by the installed command into a real server: every message is accounted for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .people import BOT, OFFICER, new_people
from .rows import changed, fingerprints

# Each run leaves a record of itself: what came in, and the answers for calls sent again.
OWN_RECORDS = {"scn_signup_run", "scn_signup_batch"}
COUNTS = ("created", "updated", "unchanged", "review", "rejected")
_RUN = """
runs = env['scn.signup.run'].search([('source_id.code', '=', 'mailbox-test')], order='id')
answer = [
    {name: run[f'{name}_count'] for name in ('created', 'updated', 'unchanged', 'review', 'rejected')}
    | {'signups': len(run.signup_ids), 'by': run.user_id.login}
    for run in runs
]
"""


@dataclass(frozen=True)
class Mailbox:
    """The sample mailbox and a server that takes it."""

    server: Any
    path: Path
    key: str
    officer: Any
    state: Path

    def send(self, *options: str) -> dict[str, Any]:
        """Run `scn-sync import`; its JSON result."""
        settings = {
            "SCN_SYNC_URL": self.server.url,
            "SCN_SYNC_DATABASE": self.server.database,
            "SCN_SYNC_LOGIN": "mailbox_bot",
            "SCN_SYNC_API_KEY": self.key,
            "XDG_CONFIG_HOME": os.devnull,
            "XDG_STATE_HOME": str(self.state),
        }
        command = Path(sys.executable).parent / "scn-sync"
        result = subprocess.run(
            [command, "import", "--json", "--source", "mailbox-test", *options, self.path],
            env={"PATH": os.environ["PATH"], **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.returncode == 0, result.stderr
        return dict(json.loads(result.stdout))


@pytest.fixture(scope="module")
def mailbox(odoo_server: Any, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    people = new_people(odoo_server, mailbox_bot=BOT, mailbox_officer=OFFICER)
    path = checkout / "scripts" / "scn_sync" / "sample" / "sample.mbox"
    state = tmp_path_factory.mktemp("state")
    secret, officer = people["mailbox_bot"].secret, people["mailbox_officer"]
    return Mailbox(odoo_server, path, secret, officer, state)


def test_everything_read_is_accounted_for_and_a_second_run_writes_nothing(mailbox: Mailbox) -> None:
    expected = json.loads(mailbox.path.with_name("expected.json").read_text(encoding="utf-8"))
    first = mailbox.send()
    counts = first["counts"]
    assert first["read"] == len(expected) >= 60
    assert first["read"] == sum(counts[name] for name in (*COUNTS, "dead_letters"))
    assert counts["created"] and counts["review"] and counts["dead_letters"]

    server = mailbox.server
    (run,) = runs = server.shell(_RUN)
    assert run["by"] == "mailbox_bot"
    assert run["signups"] == counts["created"] + counts["review"]
    assert {name: run[name] for name in ("created", "updated", "review")} == {
        name: counts[name] for name in ("created", "updated", "review")
    }
    # what never left the machine (no sign-up, unreadable, twice in the mailbox) is not in the run
    assert all(run[name] <= counts[name] for name in ("unchanged", "rejected"))

    before = fingerprints(server, ("scn_", "res_partner"))
    assert {"scn_signup", "scn_signup_batch", "scn_signup_run", "res_partner"} <= before.keys()
    second = mailbox.send()
    assert second["zero_writes"] and second["counts"]["created"] == 0
    assert second["read"] == sum(second["counts"].values()) == first["read"]
    assert changed(before, fingerprints(server, ("scn_", "res_partner"))) == OWN_RECORDS
    latest = {**dict.fromkeys(run, 0), "by": "mailbox_bot", "unchanged": run["signups"]}
    assert server.shell(_RUN) == [*runs, latest]


def test_what_officers_decided_stays_when_the_mailbox_comes_again(mailbox: Mailbox) -> None:
    mailbox.send()
    matched = mailbox.officer.call("scn.signup", "search", [("state", "=", "matched")], limit=3)
    assert matched
    assert mailbox.officer.call("scn.signup", "action_accept", matched) is True
    before = fingerprints(mailbox.server, ("scn_", "res_partner"))
    assert mailbox.send()["zero_writes"]
    after = fingerprints(mailbox.server, ("scn_", "res_partner"))
    assert changed(before, after) == OWN_RECORDS


def test_the_fingerprints_see_a_write_that_changes_no_value(mailbox: Mailbox) -> None:
    """Control: writing the same value again is a write."""
    before = fingerprints(mailbox.server, ("res_partner",))
    mailbox.server.sql("UPDATE res_partner SET name = name WHERE id = 1")
    assert changed(before, fingerprints(mailbox.server, ("res_partner",))) == {"res_partner"}
