"""A person who had everything is erased: what is left of her is what the law keeps, and nothing brings her back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from .meetings_of_cities import Browser
from .people import BOT, MANAGER, new_people
from .whole_person import (
    EMAIL,
    MAIL,
    NAME,
    PORTAL_PASSWORD,
    find_files,
    find_rows,
    give_everything,
)

#: Where she was, at the least: the search is worth something only if it finds her there before.
PLACES = {
    "res_partner.name",
    "res_partner.email",
    "res_partner.phone",
    "res_partner.comment",
    "res_users.login",
    "res_users_apikeys.name",
    "scn_signup.raw_text",
    "scn_signup.applied_changes",
    "scn_consent.evidence",
    "scn_contact_key.key",
    "event_registration.name",
    "event_track.partner_name",
    "event_track.description",
    "scn_declaration_signature.validated_by",
    "scn_declaration_log_value.value",
    "scn_declaration_evidence.source",
    "scn_declaration_link.requested_email",
    "sale_order.signed_by",
    "mail_message.body",
    "mail_message.email_from",
    "mail_tracking_value.new_value_char",
    "mail_mail.email_to",
    "mail_blacklist.email",
    "mail_activity.summary",
    "ir_attachment.name",
    "ir_logging.message",
    "bus_bus.message",
    "privacy_log.additional_note",
    "calendar_event.name",
    "event_registration.scn_override_reason",
    "scn_event_waiting.email",
    "scn_appointment.topic",
}


class Case:
    """The person, before and after."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.server = server
        people = new_people(server, erasing_bot=BOT, erasing_manager=MANAGER)
        self.manager, self.bot = people["erasing_manager"], people["erasing_bot"]
        self.mailbox = folder / "old.mbox"
        self.mailbox.write_text(
            f"From mail-store Mon Sep  2 09:02:00 2019\n{MAIL}\n", encoding="utf-8"
        )
        self.folder = folder
        counts = self.sync("first")["counts"]
        assert counts["created"] + counts["review"] == 1, counts
        (signup,) = self.manager.call("scn.signup", "search", [["email", "=", EMAIL]])
        server.shell(
            f"env['scn.signup'].browse({signup})._accept(create_city=True)\nenv.cr.commit()"
        )
        self.ids = give_everything(server)
        self.browser = self.sign_in()

    def sync(self, journal: str) -> dict[str, Any]:
        """Send the old mailbox with a journal of its own, as from a new machine."""
        state = self.folder / journal
        state.mkdir()
        result = subprocess.run(
            [
                Path(sys.executable).parent / "scn-sync",
                "import",
                "--json",
                "--source",
                "old",
                self.mailbox,
            ],
            env={
                "PATH": os.environ["PATH"],
                "SCN_SYNC_URL": self.server.url,
                "SCN_SYNC_DATABASE": self.server.database,
                "SCN_SYNC_LOGIN": "erasing_bot",
                "SCN_SYNC_API_KEY": self.bot.secret,
                "XDG_CONFIG_HOME": os.devnull,
                "XDG_STATE_HOME": str(state),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.returncode == 0, result.stderr
        return dict(json.loads(result.stdout))

    def sign_in(self) -> httpx.Client:
        """Her session in the portal."""
        browser = Browser(self.server)
        token = browser._token("/web/login")
        data = {"login": EMAIL, "password": PORTAL_PASSWORD, "csrf_token": token}
        assert browser.http.post("/web/login", data=data).status_code == 303
        assert browser.http.get("/my/city").status_code == 200
        return browser.http

    def wizard(self) -> int:
        return int(
            self.manager.call(
                "scn.person.erasure",
                "create",
                {"partner_id": self.ids["person"], "name": NAME, "email": EMAIL},
            )
        )


@pytest.fixture(scope="module")
def case(new_odoo_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(new_odoo_server(), tmp_path_factory.mktemp("erasure"))


def test_one_erasure_from_the_first_look_to_the_old_mailbox(case: Case) -> None:
    """One test, because there is one person to erase; the steps are the issue's sentences."""
    server = case.server
    # control: the search finds her in all these places and in files before
    before = find_rows(server)
    assert before.keys() >= PLACES, PLACES - before.keys()
    files_before = find_files(server)
    assert len(files_before) >= 7, files_before
    assert any(path.startswith("sessions") for path in files_before)

    # control: without the sweep the declarations alone leave traces
    left = server.shell(
        "from unittest.mock import patch\n"
        "data = env['scn.personal.data']\n"
        f"person = data._find_person(env['res.partner'].browse({case.ids['person']}))\n"
        "cls = type(data)\n"
        "with patch.object(cls, '_erase_traces', lambda self, pattern: {}), "
        "patch.object(cls, '_erase_files', lambda self, pattern: (0, 0)):\n"
        "    data._erase(person)\n"
        "env.flush_all()\n"
        "env.cr.execute(\"SELECT count(*) FROM mail_message WHERE body ILIKE '%quillf%'\")\n"
        "answer = env.cr.fetchone()[0]\n"
        "env.cr.rollback()\n"
    )
    assert left > 0

    # the preview says what goes and what stays, and changes nothing
    wizard = case.wizard()
    case.manager.call("scn.person.erasure", "action_look_up", [wizard])
    (look,) = case.manager.call("scn.person.erasure", "read", [wizard], ["preview", "shared_text"])
    assert "INV/2026/" in look["preview"] and "Stays, by law" in look["preview"]
    assert not look["shared_text"]
    case.manager.call("scn.person.erasure", "action_export", [wizard])
    (export,) = case.manager.call(
        "scn.person.erasure", "read", [wizard], ["json_file", "html_file"]
    )
    assert export["json_file"] and export["html_file"]

    # something else typed is refused
    case.manager.call("scn.person.erasure", "write", [wizard], {"confirmation": "Bo Hill"})
    assert case.manager.fault("scn.person.erasure", "action_erase", [wizard]) == 2
    case.manager.call(
        "scn.person.erasure", "write", [wizard], {"confirmation": NAME, "reason": "request"}
    )
    log_before = len(server.log())
    case.manager.call("scn.person.erasure", "action_erase", [wizard])

    # nothing is left but what is listed
    assert find_rows(server) == {
        "account_move.invoice_partner_display_name": [case.ids["invoice"]],
        "account_move.scn_party_kept": [case.ids["invoice"]],
        **_invoice_files(case),
    }
    assert find_files(server) == _invoice_paths(case)
    assert "quillf" not in server.log()[log_before:].lower()

    # the log of the Declaration is whole, others' values are still there
    server.shell(
        f"env['scn.declaration.signature'].browse({case.ids['signature']})._store_verification()\nenv.cr.commit()"
    )
    assert server.sql(
        "SELECT verify_state, signatory_name, validated_by FROM scn_declaration_signature WHERE id = %s",
        (case.ids["signature"],),
    ) == [("erased", "Mayor Somebody", None)]
    ((others,),) = server.sql(
        "SELECT count(*) FROM scn_declaration_log_value WHERE value = 'Mayor Somebody'"
    )
    assert others >= case.ids["others"]

    # a recording that shows her is off the pages, rather than on them as if nobody had to agree
    assert server.sql(
        "SELECT is_published FROM scn_event_recording WHERE id = %s", (case.ids["recording"],)
    ) == [(False,)]
    # her open session is out at the next request
    assert case.browser.get("/my/city").status_code == 303
    # a colleague is untouched
    assert server.sql("SELECT email FROM res_partner WHERE name = 'Bo Hill'") == [
        ("bo.hill@quillport.example",)
    ]
    # the erasure's own record names nobody
    ((outcome,),) = server.sql("SELECT outcome FROM scn_erasure_log")
    assert f"account.move,{case.ids['invoice']}" in outcome["kept"]

    # the old mailbox from a new machine brings nobody back
    counts = case.sync("second")["counts"]
    assert counts["created"] == counts["updated"] == 0, counts
    assert "scn_signup.email" not in find_rows(server)
    assert server.sql("SELECT count(*) FROM res_partner WHERE name ILIKE 'zo%quill%'") == [(0,)]


def _invoice_attachments(case: Case) -> list[Any]:
    return list(
        case.server.sql(
            "SELECT id, store_fname FROM ir_attachment"
            " WHERE res_model = 'account.move' AND res_id = %s AND name ILIKE '%%quillf%%'",
            (case.ids["invoice"],),
        )
    )


def _invoice_files(case: Case) -> dict[str, list[int]]:
    return {"ir_attachment.name": [row[0] for row in _invoice_attachments(case)]}


def _invoice_paths(case: Case) -> list[str]:
    folder = f"filestore/{case.server.database}"
    return sorted(f"{folder}/{row[1]}" for row in _invoice_attachments(case))
