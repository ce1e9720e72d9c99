"""Two who send the programme of a visit at once make one version and one mail, not two.

The control takes the written row and the unique key away: then there are two versions of one number.
"""

from __future__ import annotations

import xmlrpc.client
from functools import partial
from itertools import count
from typing import Any

from .meeting import meet, writers_of
from .odoo_client import USER_ERROR, Client
from .people import OFFICER, new_people

#: Nobody's change of the programme writes the visit, and a number may be given twice.
NO_GUARD = """
CREATE FUNCTION scn_no_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER scn_no_revision BEFORE UPDATE ON scn_appointment FOR EACH ROW
    WHEN (NEW.programme_revision IS DISTINCT FROM OLD.programme_revision)
    EXECUTE FUNCTION scn_no_revision();
ALTER TABLE scn_appointment_plan DROP CONSTRAINT scn_appointment_plan_number_unique;
"""
_PLAN = """
city = env['res.partner'].create({{'name': 'Version race {number}', 'is_city': True, 'tz': 'UTC'}})
person = env['res.partner'].create({{
    'name': 'Planner', 'email': 'planner@race.example', 'parent_id': city.id,
}})
env['scn.contact.role'].create({{
    'organisation_id': city.id, 'contact_id': person.id, 'role': 'coordinator',
    'date_start': '2019-01-01',
}})
visit = env['scn.appointment'].create({{
    'kind': 'visit_day', 'city_id': city.id,
    'start': '2035-06-12 07:00:00', 'stop': '2035-06-12 15:00:00',
}})
env['scn.appointment.block'].create({{
    'appointment_id': visit.id, 'format_id': env.ref('scn_events.format_workshop').id,
}})
answer = visit.id
env.cr.commit()
"""
_numbers = count(1)


class Planners:
    """A server with an officer who sends the programme of a new visit from two windows."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.officer = new_people(server, version_officer=OFFICER)["version_officer"]

    def send_twice(self) -> tuple[int, list[Any]]:
        visit = int(self.server.shell(_PLAN.format(number=next(_numbers))))
        one = self.officer
        clients = [Client(one.url, one.database, one.uid, one.secret) for __ in range(2)]
        calls = [
            partial(client.call, "scn.appointment", "action_send_programme", [visit])
            for client in clients
        ]
        return visit, meet(self.server, writers_of("scn_appointment"), *calls)

    def versions(self, visit: int) -> list[int]:
        rows = self.server.sql(
            "SELECT number FROM scn_appointment_plan WHERE appointment_id = %s ORDER BY id",
            (visit,),
        )
        return [row[0] for row in rows]

    def mails(self, visit: int) -> int:
        rows = self.server.sql(
            "SELECT count(*) FROM mail_message WHERE model = 'scn.appointment.plan' AND res_id IN"
            " (SELECT id FROM scn_appointment_plan WHERE appointment_id = %s)",
            (visit,),
        )
        return int(rows[0][0])


def test_two_who_send_at_once_make_one_version(new_odoo_server: Any) -> None:
    planners = Planners(new_odoo_server())
    visit, answers = planners.send_twice()
    faults = [answer for answer in answers if isinstance(answer, xmlrpc.client.Fault)]
    assert [fault.faultCode for fault in faults] == [USER_ERROR]
    assert "Nothing was changed since version 1" in faults[0].faultString
    assert planners.versions(visit) == [1]
    assert planners.mails(visit) == 1


def test_without_the_guard_there_are_two_versions_of_one_number(new_odoo_server: Any) -> None:
    server = new_odoo_server()
    server.sql(NO_GUARD)
    # Odoo says at the next look that a constraint is missing, which is the point here
    server.allow_log("scn_")
    planners = Planners(server)
    visit, answers = planners.send_twice()
    assert answers == [True, True]
    assert planners.versions(visit) == [1, 1]
