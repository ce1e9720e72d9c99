from psycopg2 import IntegrityError

from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestOverdue(PartnershipCase):
    def setUp(self):
        super().setUp()
        self.deal = self.partnership('premium')
        self.bill('2019-01-01')
        self.move = self.fee_lines(self.deal.period_ids).move_id
        self.mayor = self.contact('mayor', 'political_lead')
        self.desk = self.contact('desk', 'finance')

    def contact(self, name, role):
        contact = self.env['res.partner'].create(
            {
                'name': name,
                'email': f'{name}@city.example',
                'parent_id': self.city.id,
            }
        )
        self.env['scn.contact.role'].create(
            {
                'organisation_id': self.city.id,
                'contact_id': contact.id,
                'role': role,
                'date_start': '2018-01-01',
            }
        )
        return contact

    def remind(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref('scn_partner.ir_cron_remind_overdue').method_direct_trigger()

    def notices(self):
        return (
            self.env['scn.overdue.notice'].search([('move_id', '=', self.move.id)]).sorted('id').level_id.mapped('days')
        )

    def test_each_level_once(self):
        for day, days in (('2019-01-14', []), ('2019-01-15', [14]), ('2019-01-16', [14]), ('2019-03-02', [14, 60])):
            self.remind(day)
            self.assertEqual(self.notices(), days, day)

    def test_a_missed_level_is_not_sent_late(self):
        self.remind('2019-03-10')
        self.assertEqual(self.notices(), [60])

    def test_never_to_the_elected_lead(self):
        self.remind('2019-01-15')
        mail = self.env['mail.mail'].sudo().search([('model', '=', 'account.move'), ('res_id', '=', self.move.id)])
        self.assertEqual((mail.recipient_ids, mail.state), (self.desk, 'outgoing'))
        billed_to_the_mayor = self.env['account.move'].new({'partner_id': self.mayor.id})
        self.assertEqual(self.env['scn.overdue.notice']._get_recipients(billed_to_the_mayor, self.city), self.desk)

    def test_a_paid_or_stopped_city_is_left_alone(self):
        self.city.stop_reminders = True
        self.remind('2019-03-10')
        self.assertFalse(self.notices())
        self.city.stop_reminders = False
        self.pay(self.move)
        self.remind('2019-03-10')
        self.assertFalse(self.notices())

    def test_benefits_rest_in_order_and_reading_last(self):
        def held(day):
            return {
                code
                for code in ('visit', 'seminar_live', 'alex', 'news')
                if self.city._holds_benefit(code, self.day(day))
            }

        for day, expected in (
            ('2019-01-01', {'visit', 'seminar_live', 'alex', 'news'}),
            ('2019-03-02', {'seminar_live', 'alex', 'news'}),
            ('2019-05-01', {'alex', 'news'}),
            ('2019-08-29', {'news'}),
        ):
            self.assertEqual(held(day), expected, day)
        self.pay(self.move)
        self.assertEqual(held('2019-08-29'), {'visit', 'seminar_live', 'alex', 'news'})

    def test_a_paused_partnership_keeps_what_is_free(self):
        self.deal.with_user(self.officer).action_pause()
        self.assertTrue(self.city._holds_benefit('news'))
        self.assertFalse(self.city._holds_benefit('alex'))

    def test_the_database_sends_a_level_once(self):
        self.remind('2019-01-15')
        notice = self.env['scn.overdue.notice'].sudo().search([('move_id', '=', self.move.id)])
        values = {'move_id': self.move.id, 'level_id': notice.level_id.id, 'partner_id': self.city.id}
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            notice.create(values)
        self.env.cr.execute('ALTER TABLE scn_overdue_notice DROP CONSTRAINT scn_overdue_notice_once')
        notice.create(values)
        self.assertEqual(self.notices(), [14], "the same level twice")

    def test_what_rests_today_rests_on_a_day_to_come(self):
        """Who looks at a later day sees today's overdue invoices, not those that may become overdue until then."""
        seminar = self.env.ref('scn_partner.benefit_seminar_live')
        self.assertIn(seminar, self.city._get_benefits_on(self.day('2019-10-01')))
        with freeze_time('2019-05-01'):
            self.assertNotIn(seminar, self.city._get_benefits_on(self.day('2019-10-01')))
            self.pay(self.move)
            self.assertIn(seminar, self.city._get_benefits_on(self.day('2019-10-01')))
