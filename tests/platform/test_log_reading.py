"""Which lines of Odoo's log count."""

from __future__ import annotations

from scripts.platform.log_reading import bad_about_us, entries, unwanted_at_installation

START = "2026-01-02 03:04:05,678 99 "


def test_a_traceback_belongs_to_its_entry() -> None:
    log = [
        START + "INFO db odoo.http: fine",
        START + "ERROR db odoo.http: broken",
        "Traceback (most recent call last):",
        '  File "addons/scn_partner/models/scn_signup.py", line 1',
        START + "INFO db odoo.http: fine again",
    ]
    found = list(entries(log))
    assert [entry.level for entry in found] == ["INFO", "ERROR", "INFO"]
    assert [entry.text for entry in bad_about_us(log)] == ["\n".join(log[1:4])]


def test_only_what_is_about_us_counts_in_a_servers_log() -> None:
    log = [
        START + "WARNING db odoo.addons.rpc.controllers.xmlrpc: /xmlrpc/2 is deprecated",
        START + "INFO db odoo.addons.scn_partner.models.x: normal",
        START + "WARNING db odoo.addons.scn_partner.models.x: odd",
        START + "ERROR db odoo.sql_db: bad query: INSERT INTO scn_signup",
    ]
    assert [entry.text[-3:] for entry in bad_about_us(log)] == ["odd", "nup"]


def test_the_name_of_a_test_database_is_not_about_us() -> None:
    assert not bad_about_us([START + "WARNING sharing_test_1_2 odoo.http: sharing_test_1_2"])


def test_an_installation_may_log_only_what_is_reviewed() -> None:
    log = [
        "Running as user 'root' is a security risk.",
        START + "ERROR db odoo.sql_db: bad query: CREATE EXTENSION IF NOT EXISTS pg_trgm",
        START + "WARNING db odoo.addons.scn_partner: pg_trgm is what we complain about",
        START + "WARNING db odoo.modules.loading: anything",
    ]
    assert [entry.text for entry in unwanted_at_installation(log)] == log[2:]
