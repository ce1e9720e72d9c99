from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestEntitlement(PartnershipCase):
    def windows(self, partnership, code):
        return partnership.entitlement_ids.filtered(lambda entitlement: entitlement.benefit_id.code == code)

    def take(self, day, record, code='one_on_one'):
        return self.env['scn.entitlement']._take(self.city, code, self.day(day), record)

    def records(self, count):
        return (
            self.env['calendar.event']
            .sudo()
            .create(
                [
                    {'name': f'Session {number}', 'start': '2019-02-01 10:00:00', 'stop': '2019-02-01 11:00:00'}
                    for number in range(count)
                ]
            )
        )

    def test_a_term_brings_what_the_matrix_says(self):
        partnership = self.partnership('premium')
        quarters = self.windows(partnership, 'one_on_one')
        self.assertEqual(
            [(str(window.window_start), str(window.window_end), window.quota) for window in quarters],
            [
                ('2019-01-01', '2019-03-31', 1),
                ('2019-04-01', '2019-06-30', 1),
                ('2019-07-01', '2019-09-30', 1),
                ('2019-10-01', '2019-12-31', 1),
            ],
        )
        visit = self.windows(partnership, 'visit')
        self.assertEqual((str(visit.window_start), str(visit.window_end), visit.quota), ('2019-01-01', '2019-12-31', 1))

    def test_the_date_of_the_session_selects_the_window(self):
        quarters = self.windows(self.partnership('partner'), 'one_on_one')
        self.take('2019-05-10', self.records(1))
        self.assertEqual(quarters.mapped('used'), [0, 1, 0, 0])

    def test_never_beyond_the_quota_and_given_back_once(self):
        window = self.windows(self.partnership('partner'), 'one_on_one')[0]
        first, second = self.records(2)
        self.take('2019-02-01', first)
        self.take('2019-02-01', first)
        self.assertEqual(window.used, 1, "one record uses once")
        with self.assertRaisesRegex(UserError, "has used all"):
            self.take('2019-02-01', second)
        for __ in range(2):
            self.env['scn.entitlement']._give_back(first)
        self.assertEqual((window.used, window.left), (0, 1))
        self.take('2019-02-01', second)

    def test_the_check_decides(self):
        window = self.windows(self.partnership('partner'), 'one_on_one')[0]
        self.env.flush_all()
        query = 'UPDATE scn_entitlement SET used = used + 5 WHERE id = %s'
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(query, [window.id])
        # Control: without the CHECK the quota is overrun.
        self.env.cr.execute('ALTER TABLE scn_entitlement DROP CONSTRAINT scn_entitlement_used_within_quota')
        self.env.cr.execute(query, [window.id])
        window.invalidate_recordset()
        self.assertEqual(window.used, 5)

    def test_nothing_outside_the_partnership(self):
        self.partnership('partner')
        with self.assertRaisesRegex(UserError, "includes none"):
            self.take('2020-05-01', self.records(1))
        with self.assertRaisesRegex(UserError, "includes none"):
            self.take('2019-05-01', self.records(1), code='visit')

    def test_an_upgrade_rebases_and_never_goes_below_what_is_used(self):
        partnership = self.partnership('associate')
        year = self.windows(partnership, 'one_on_one')
        self.take('2019-02-01', self.records(1))
        self.assertEqual((len(year), year.quota, year.used), (1, 1, 1))
        plan = self.order(
            'premium',
            '2019-05-01',
            price=10.0,
            confirm=False,
            scn_kind='upgrade',
            scn_partnership_id=partnership.id,
            scn_fee=1497.0,
        )
        with freeze_time('2019-05-01'):
            plan.action_confirm()
        self.assertEqual(
            [
                (str(window.window_start), window.quota, window.used)
                for window in self.windows(partnership, 'one_on_one')
            ],
            [('2019-01-01', 1, 1), ('2019-04-01', 1, 0), ('2019-07-01', 1, 0), ('2019-10-01', 1, 0)],
        )
        self.assertEqual(self.windows(partnership, 'visit').quota, 1)

    def test_renewal_brings_new_windows(self):
        partnership = self.partnership('partner')
        partnership.with_user(self.officer).action_renew()
        self.assertEqual(len(self.windows(partnership, 'one_on_one')), 8)

    def test_carry_over(self):
        quarters = self.windows(self.partnership('partner'), 'one_on_one')
        with self.assertRaises(AccessError):
            quarters[0].with_user(self.finance).action_carry_over()
        quarters[0].with_user(self.officer).action_carry_over()
        self.assertEqual([(window.quota, window.carried) for window in quarters[:2]], [(0, 0), (2, 1)])
        with self.assertRaisesRegex(UserError, "Nothing of"):
            quarters[0].with_user(self.officer).action_carry_over()

    def test_what_is_owed_opens_one_task(self):
        partnership = self.partnership('partner')
        for today, count in (('2019-03-01', 0), ('2019-03-02', 1), ('2019-03-03', 1)):
            with freeze_time(today):
                self.env['scn.entitlement']._cron_remind_owed()
            self.assertEqual(len(partnership.activity_ids), count, today)
