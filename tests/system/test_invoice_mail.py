"""Invoices on their way: a mail server that is not there, comes back, and jobs that run at once."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import getaddresses
from functools import partial
from typing import Any

import pytest

from .fees import assert_invoiced_once, due_periods
from .mail_server import MailServer, mail_server, unused_port
from .odoo_client import USER_ERROR, Client

_SETUP = """
env['ir.mail_server'].search([]).active = False
env['ir.mail_server'].create({{
    'name': 'test', 'smtp_host': '127.0.0.1', 'smtp_port': {port}, 'smtp_encryption': 'none',
}})
env['res.company'].search([]).scn_send_invoices = 'automatic'
env.company.email = 'billing@foundation.example'
env.cr.commit()
"""
_ADDRESSES = """
for period in env['scn.partnership.period'].browse({periods}):
    period.partner_id.email = f'hall{{period.id}}@town.example'
env.cr.commit()
"""
_MOVES = """
    SELECT move.id, move.state, move.name, move.payment_state, move.amount_residual,
           period.state, period.last_error, line.scn_issue
      FROM account_move_line line JOIN account_move move ON move.id = line.move_id
      JOIN scn_partnership_period period ON period.id = line.scn_period_id
     WHERE line.scn_period_id = ANY(%s) ORDER BY move.id
"""
_DELIVERY = """
    SELECT DISTINCT move.scn_delivery_state, move.is_move_sent, move.sending_data IS NULL
      FROM account_move_line line JOIN account_move move ON move.id = line.move_id
     WHERE line.scn_period_id = ANY(%s)
"""
_TASKS = """
    SELECT count(*) FROM mail_activity activity JOIN account_move_line line
        ON line.move_id = activity.res_id AND activity.res_model = 'account.move'
     WHERE line.scn_period_id = ANY(%s) AND activity.active
"""
_HOURS_LATER = """
    UPDATE account_move SET scn_delivery_retry_at = now() at time zone 'utc' - interval '1 hour'
     WHERE scn_delivery_state = 'failed'
"""
BILL, DELIVER = "scn_partner.ir_cron_bill", "scn_partner.ir_cron_deliver_invoices"
SEND, MAIL = "account.ir_cron_account_move_send", "mail.ir_cron_mail_scheduler_action"


class House:
    """A server whose invoices are sent after the run, through a mail server on `port`."""

    def __init__(self, server: Any) -> None:
        self.server, self.port = server, unused_port()
        server.shell(_SETUP.format(port=self.port))
        key = server.api_key("base.user_admin")
        ids = "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s"
        find = {
            name: server.sql(ids, tuple(name.split(".")))[0][0]
            for name in ("base.user_admin", BILL, DELIVER, SEND, MAIL)
        }
        client = Client(server.url, server.database, find.pop("base.user_admin"), key)
        self.jobs: dict[str, Callable[[], Any]] = {
            name: partial(client.call, "ir.cron", "method_direct_trigger", [cron])
            for name, cron in find.items()
        }

    def due(self, name: str, count: int) -> list[int]:
        """Periods of new cities with an address, due today."""
        periods, __ = due_periods(self.server, name, count)
        self.server.shell(_ADDRESSES.format(periods=periods))
        return periods

    def run(self, *jobs: str) -> None:
        for name in jobs:
            self.jobs[name]()


@pytest.fixture(scope="module")
def house(new_odoo_server: Any) -> House:
    return House(new_odoo_server())


def addresses(mails: MailServer) -> list[str]:
    """The cities of these tests that were written to, once per mail; staff get mails about their tasks too."""
    found = getaddresses([str(mail["To"]) for mail in mails.mails])
    return sorted(address for __, address in found if address.endswith("@town.example"))


def test_a_refusing_mail_server_changes_nothing_in_the_ledger_and_the_mails_go_later(
    house: House,
) -> None:
    server = house.server
    periods = house.due("Unreachable", 3)
    house.run(BILL)
    before = server.sql(_MOVES, (periods,))
    house.run(DELIVER, SEND, MAIL, DELIVER)
    assert server.sql(_MOVES, (periods,)) == before
    assert server.sql(_DELIVERY, (periods,)) == [("failed", True, True)]
    assert server.sql(_TASKS, (periods,)) == [(len(periods),)], "one task for each"
    house.run(BILL)
    assert_invoiced_once(server, periods)
    with mail_server(house.port) as mails:
        for __ in range(2):
            server.sql(_HOURS_LATER)
            house.run(DELIVER, MAIL)
        assert addresses(mails) == [f"hall{period}@town.example" for period in sorted(periods)]
        parts = [part.get_content_type() for mail in mails.mails for part in mail.walk()]
        assert parts.count("application/pdf") >= len(periods)
    assert server.sql(_DELIVERY, (periods,)) == [("sent", True, True)]
    assert server.sql(_TASKS, (periods,)) == [(0,)]
    assert server.sql(_MOVES, (periods,)) == before
    assert "Traceback" not in server.log()


def test_jobs_that_run_at_once_send_each_invoice_once(
    house: House, rounds: Callable[[int, int], int]
) -> None:
    with mail_server(house.port) as mails:
        for number in range(rounds(1, 5)):
            periods = house.due(f"At once {number}", 4)
            mails.mails.clear()
            house.run(BILL)
            names = (DELIVER, SEND, MAIL, DELIVER, SEND, MAIL)
            with ThreadPoolExecutor(len(names)) as pool:
                list(pool.map(lambda name: _quietly(house.jobs[name]), names))
            house.run(DELIVER, SEND, MAIL)
            assert addresses(mails) == [f"hall{period}@town.example" for period in sorted(periods)]
            assert house.server.sql(_DELIVERY, (periods,)) == [("sent", True, True)]


def _quietly(job: Callable[[], Any]) -> None:
    """A job that is running already is refused, which is fine here."""
    try:
        job()
    except xmlrpc.client.Fault as fault:
        assert fault.faultCode == USER_ERROR, fault.faultString
