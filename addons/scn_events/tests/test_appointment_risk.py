from odoo import fields
from odoo.tests import freeze_time, tagged

from ..models.scn_appointment_risk import RISK_ACTIVITY
from .appointment_common import AppointmentCase


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestAppointmentRisk(AppointmentCase):
    """What happens to visits and sessions when a partnership ends before their day."""

    def tasks(self, appointment):
        return appointment.activity_search([RISK_ACTIVITY], only_automated=False)

    def leave(self, last_day):
        partnership = self.partnerships[self.riverton].sudo()
        plan = partnership._prepare_leaving(fields.Date.to_date(last_day), 'none')
        partnership._leave(plan, "New priorities")
        return partnership

    def test_staff_hear_of_it_once_and_nothing_is_called_off(self):
        later, sooner = (
            self.agree('2019-08-14 10:00', '2019-08-14 11:00'),
            self.agree('2019-05-14 10:00', '2019-05-14 11:00'),
        )
        self.leave('2019-06-30')
        self.assertEqual(later.at_risk_since, fields.Date.to_date('2019-03-01'))
        self.assertEqual(self.tasks(later).user_id, self.officer)
        self.assertEqual((later.state, later.calendar_event_id.active), ('confirmed', True))
        self.assertFalse(sooner.at_risk_since or self.tasks(sooner))
        later._refresh_risks()
        self.assertEqual(len(self.tasks(later)), 1)

    def test_staying_after_all_closes_the_task(self):
        appointment = self.agree('2019-08-14 10:00', '2019-08-14 11:00')
        self.leave('2019-06-30').action_stay()
        self.assertFalse(appointment.at_risk_since or self.tasks(appointment))

    def test_a_move_to_an_earlier_day_closes_the_task(self):
        appointment = self.agree('2019-08-14 10:00', '2019-08-14 11:00')
        self.leave('2019-06-30')
        appointment._move(self.moment('2019-05-14 10:00'), self.moment('2019-05-14 11:00'))
        self.assertFalse(appointment.at_risk_since or self.tasks(appointment))

    def test_calling_it_off_closes_the_task(self):
        appointment = self.agree('2019-08-14 10:00', '2019-08-14 11:00')
        self.leave('2019-06-30')
        appointment._cancel("The partnership ends")
        self.assertFalse(appointment.at_risk_since or self.tasks(appointment))

    def test_leaving_names_what_is_planned_later(self):
        self.agree('2019-08-14 10:00', '2019-08-14 11:00')
        self.agree('2019-05-14 10:00', '2019-05-14 11:00')
        items = self.partnerships[self.riverton]._get_leaving_items(fields.Date.to_date('2019-06-30'))
        (item,) = [item for item in items if 'after the last day' in item['title']]
        self.assertEqual(len(item['lines']), 1)
        self.assertEqual(item['city_lines'], item['lines'])

    def test_the_job_finds_what_ran_out_and_running_again_changes_nothing(self):
        appointment = self.agree('2019-12-10 10:00', '2019-12-10 11:00')
        self.env.cr.execute(
            "UPDATE scn_partnership SET state = 'lapsed' WHERE id = %s", [self.partnerships[self.riverton].id]
        )
        self.env.invalidate_all()
        cron = self.env.ref('scn_events.ir_cron_refresh_appointment_risks')
        for __ in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertTrue(appointment.at_risk_since)
            self.assertEqual(len(self.tasks(appointment)), 1)
