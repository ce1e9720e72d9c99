from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestPartnershipLifecycle(PartnershipCase):
    def test_an_order_opens_a_partnership_that_waits_for_the_eligibility_check(self):
        order = self.order()
        partnership = order.scn_partnership_id
        self.assertEqual((partnership.state, partnership.partner_id, partnership.fee), ('pending', self.city, 998.0))
        self.assertFalse(self.city.grade_id, "nothing before the check")
        partnership.with_user(self.officer).action_eligible()
        self.assertEqual(partnership.state, 'active')
        self.assertEqual(self.city.grade_id, self.tier['partner'])
        self.assertEqual(partnership.eligibility_user_id, self.officer)

    def test_a_negative_check_never_starts(self):
        partnership = self.partnership(eligible=False)
        partnership.with_user(self.officer).action_not_eligible()
        self.assertEqual(self.advance(partnership, '2019-06-01'), 'pending')

    def test_it_starts_on_its_day_and_not_before(self):
        partnership = self.partnership(start='2019-02-01')
        self.assertEqual(partnership.state, 'pending')
        self.assertEqual(self.advance(partnership, '2019-01-31'), 'pending')
        self.assertEqual(self.advance(partnership, '2019-02-01'), 'active')

    def test_activation_on_payment(self):
        self.tier['partner'].activation_policy = 'payment'
        partnership = self.partnership()
        self.assertEqual(partnership.state, 'pending')
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        self.pay(move)
        self.assertEqual(self.advance(partnership, '2019-01-02'), 'active')

    def test_confirming_twice_or_running_twice_changes_nothing(self):
        order = self.order()
        partnership = order.scn_partnership_id
        order._add_partnership()
        self.assertEqual(len(partnership.period_ids), 1)
        partnership.with_user(self.officer).action_eligible()
        for day in ('2019-01-05', '2019-12-15', '2020-01-10', '2020-06-01'):
            self.advance(partnership, day)
            self.env.flush_all()
            before = partnership.read()[0], partnership.period_ids.read()
            self.advance(partnership, day)
            self.env.flush_all()
            self.assertEqual((partnership.read()[0], partnership.period_ids.read()), before, day)

    def test_term_grace_and_lapse(self):
        self.tier['partner'].write({'grace_days': 30, 'grace_max_days': 120})
        partnership = self.partnership()
        self.assertEqual(self.advance(partnership, '2019-12-31'), 'active')
        self.assertEqual(self.advance(partnership, '2020-01-01'), 'grace')
        self.assertEqual(str(partnership.grace_until), '2020-01-30')
        self.assertEqual(self.city.grade_id, self.tier['partner'], "access goes on while the council decides")
        self.assertEqual(self.advance(partnership, '2020-01-30'), 'grace')
        self.assertEqual(self.advance(partnership, '2020-01-31'), 'lapsed')
        self.assertFalse(self.city.grade_id)

    def test_a_council_decision_lengthens_the_grace_up_to_the_latest_end(self):
        self.tier['partner'].write({'grace_days': 30, 'grace_max_days': 90})
        partnership = self.partnership()
        partnership.council_decision_on = '2020-02-10'
        self.advance(partnership, '2020-01-01')
        self.assertEqual(str(partnership.grace_until), '2020-03-11')
        partnership.council_decision_on = '2020-12-01'
        self.advance(partnership, '2020-01-02')
        self.assertEqual(str(partnership.grace_until), '2020-03-30')

    def test_renewal_modes(self):
        partnership = self.partnership()
        partnership.renewal_mode = 'automatic'
        self.assertEqual(self.advance(partnership, '2019-10-31'), 'active')
        self.assertEqual(len(partnership.period_ids), 1, "not before 60 days ahead")
        self.advance(partnership, '2019-11-01')
        self.assertEqual(
            [(period.kind, str(period.date_start), str(period.date_end)) for period in partnership.period_ids],
            [('initial', '2019-01-01', '2019-12-31'), ('renewal', '2020-01-01', '2020-12-31')],
        )
        self.leave(partnership, '2020-12-31')
        self.assertEqual(self.advance(partnership, '2020-12-31'), 'active')
        self.assertEqual(self.advance(partnership, '2021-01-01'), 'lapsed')

    def test_a_renewal_out_of_grace_brings_it_back(self):
        partnership = self.partnership()
        self.advance(partnership, '2020-01-10')
        self.assertEqual(partnership.state, 'grace')
        with freeze_time('2020-01-10 12:00:00'):
            partnership.with_user(self.officer).action_renew()
        self.assertEqual((partnership.state, partnership.grace_until), ('active', False))
        self.assertEqual(str(partnership.date_end), '2020-12-31')

    def test_a_downgrade_happens_when_the_new_term_starts(self):
        partnership = self.partnership('premium')
        self.tier['partner'].fee_product_id = self.fee['partner']
        partnership.write({'next_grade_id': self.tier['partner'].id, 'next_fee': 998.0})
        partnership.with_user(self.officer).action_renew()
        renewal = partnership.period_ids[-1]
        self.assertEqual((renewal.grade_id, renewal.price), (self.tier['partner'], 998.0))
        for day, code, fee in (
            ('2019-12-31', 'premium', 1497.0),
            ('2020-01-01', 'partner', 998.0),
            ('2020-01-02', 'partner', 998.0),
        ):
            self.advance(partnership, day)
            self.assertEqual((self.city.grade_id, partnership.fee), (self.tier[code], fee), day)
        self.assertFalse(partnership.next_grade_id)

    def test_a_cancelled_renewal_leaves_no_gap(self):
        partnership = self.partnership()
        order = self.order(price=1100.0, scn_kind='renewal', scn_partnership_id=partnership.id)
        order._action_cancel()
        partnership.with_user(self.officer).action_renew()
        self.assertEqual(str(partnership.period_ids.sorted('number')[-1].date_start), '2020-01-01')

    def test_renewal_order(self):
        partnership = self.partnership()
        order = self.order(price=1100.0, scn_kind='renewal', scn_partnership_id=partnership.id)
        self.assertEqual([period.price for period in partnership.period_ids], [998.0, 1100.0])
        self.assertEqual(order.order_line.scn_period_ids, partnership.period_ids[-1])

    def test_a_second_click_renews_nothing_twice(self):
        partnership = self.partnership().with_user(self.officer)
        partnership.action_renew()
        for again in (partnership.action_renew, partnership.action_quote_renewal):
            with self.assertRaisesRegex(UserError, "renewed already: the term from 2020-01-01"):
                again()
        self.assertEqual(len(partnership.period_ids), 2)
        with freeze_time('2020-01-01'):
            partnership.action_renew()
        self.assertEqual(len(partnership.period_ids), 3)

    def test_an_order_belongs_to_the_partnership_it_names(self):
        partnership = self.partnership()
        other_city = self.city.copy({'name': 'Lakeside'})
        for words, values in (
            ("not a partnership of Lakeside", {'city': other_city, 'scn_kind': 'renewal'}),
            ("not a partnership of Lakeside", {'city': other_city, 'scn_kind': 'new'}),
            ("is opened already", {'scn_kind': 'new'}),
            ("Choose the partnership", {'scn_kind': 'renewal', 'scn_partnership_id': False}),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.order(**{'scn_partnership_id': partnership.id, **values})
        order = self.order(confirm=False, scn_kind='renewal', scn_partnership_id=partnership.id)
        order.currency_id = self.setup_other_currency('EUR')
        with self.assertRaisesRegex(UserError, "this order is in EUR. Choose a pricelist in USD"):
            order.action_confirm()
        partnership.sudo().write({'state': 'lapsed'})
        with self.assertRaisesRegex(UserError, "has ended. Quote a new"):
            self.order(scn_kind='renewal', scn_partnership_id=partnership.id)
        self.assertEqual(len(partnership.period_ids), 1)

    def test_offers_are_in_the_currency_of_the_partnership(self):
        """Also where the city's pricelist, or none, would give another one."""
        euro = self.setup_other_currency('EUR')
        pricelist = self.env['product.pricelist'].create({'name': 'Euro', 'currency_id': euro.id})
        partnership = self.partnership('partner', pricelist_id=pricelist.id)
        self.assertEqual(partnership.currency_id, euro)
        self.assertNotEqual(self.city.property_product_pricelist.currency_id, euro)
        renewal = self.env['sale.order'].browse(partnership.with_user(self.officer).action_quote_renewal()['res_id'])
        wizard = (
            self.env['scn.partnership.upgrade']
            .with_user(self.officer)
            .create({'partnership_id': partnership.id, 'product_id': self.fee['premium'].id, 'fee': 1497.0})
        )
        upgrade = self.env['sale.order'].browse(wizard.action_quote()['res_id'])
        self.assertEqual((renewal + upgrade).currency_id, euro)
        self.assertEqual(renewal.amount_untaxed, partnership.fee)
        (renewal + upgrade).action_confirm()
        self.assertEqual(partnership.period_ids.currency_id, euro)

    def test_a_cancelled_partnership_leaves_no_quotation_and_no_task(self):
        partnership = self.partnership()
        order = self.order(confirm=False, scn_kind='renewal', scn_partnership_id=partnership.id)
        partnership.activity_schedule('scn_partner.mail_activity_type_owed', user_id=self.officer.id)
        partnership.with_user(self.officer).action_cancel()
        self.assertEqual((partnership.state, order.state), ('cancelled', 'cancel'))
        self.assertFalse(partnership.activity_search(['scn_partner.mail_activity_type_owed'], only_automated=False))

    def test_a_renewal_is_quoted_once_and_renews_when_accepted(self):
        self.tier['associate'].fee_product_id = self.fee['associate']
        partnership = self.partnership('partner')
        partnership.with_user(self.officer).write(
            {
                'next_grade_id': self.tier['associate'].id,
                'next_fee': 450.0,
                'council_decision_on': '2020-01-20',
            }
        )
        act = partnership.with_user(self.officer).action_quote_renewal
        order = self.env['sale.order'].browse(act()['res_id'])
        self.assertEqual(act()['res_id'], order.id)
        self.assertEqual((order.amount_untaxed, str(order.validity_date)), (450.0, '2020-02-19'))
        self.assertEqual(len(partnership.period_ids), 1, "a quotation changes nothing")
        order.action_confirm()
        renewal = partnership.period_ids[-1]
        self.assertEqual((renewal.price, renewal.grade_id), (450.0, self.tier['associate']))

    def test_alignment_to_the_budget_year(self):
        order = self.order(start='2019-07-01', confirm=False, scn_budget_month='10')
        order.action_scn_align()
        # 92 of 365 days of 998.00
        self.assertEqual(order.order_line.price_unit, 251.55)
        order.action_confirm()
        partnership = order.scn_partnership_id
        stub = partnership.period_ids
        self.assertEqual((stub.kind, str(stub.date_start), str(stub.date_end)), ('stub', '2019-07-01', '2019-09-30'))
        self.assertEqual((str(partnership.anchor_date), partnership.fee), ('2019-10-01', 998.0))
        partnership.sudo()._add_renewal_period()
        renewal = partnership.period_ids[-1]
        self.assertEqual(
            (str(renewal.date_start), str(renewal.date_end), renewal.price), ('2019-10-01', '2020-09-30', 998.0)
        )

    def test_one_live_partnership_per_city_company_and_day(self):
        self.partnership()
        with self.assertRaisesRegex(ValidationError, "already has the partnership"):
            self.partnership(start='2019-06-01')
        self.partnership(start='2020-01-01')

    def test_the_database_decides_on_a_second_live_one(self):
        """Control: without the Python check the exclusion constraint still refuses."""
        self.partnership()
        self.patch(type(self.env['scn.partnership']), '_check_free_until', lambda self, last: None)
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.partnership(start='2019-06-01')
        self.env.cr.execute('ALTER TABLE scn_partnership DROP CONSTRAINT scn_partnership_one_live_per_city')
        self.partnership(start='2019-06-01')
        live = self.env['scn.partnership'].search(
            [('partner_id', '=', self.city.id), ('state', 'in', ('pending', 'active'))]
        )
        self.assertEqual(len(live), 2, "no constraint, no guard")

    def test_cancelling_the_order_undoes_everything(self):
        self.city.task_force_since = '2018-05-01'
        order = self.order()
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        self.assertEqual(self.city.grade_id, self.tier['partner'])
        order.action_cancel()
        self.assertEqual(order.scn_partnership_id.state, 'cancelled')
        self.assertEqual(order.scn_partnership_id.period_ids.state, 'cancelled')
        self.assertEqual(self.city.grade_id, self.tier['task_force'])

    def test_an_invoiced_order_is_credited_first(self):
        order = self.order()
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        self.bill('2019-01-01')
        with self.assertRaisesRegex(UserError, "Credit the invoice first"):
            order._action_cancel()
        self.fee_lines(order.scn_partnership_id.period_ids).move_id._reverse_moves(cancel=True)
        order._action_cancel()
        self.assertEqual(order.scn_partnership_id.state, 'cancelled')

    def test_pause_and_resume_move_no_date(self):
        partnership = self.partnership().with_user(self.officer)
        partnership.action_pause()
        self.assertEqual(self.advance(partnership.sudo(), '2019-06-01'), 'paused')
        partnership.action_resume()
        self.assertEqual((partnership.state, str(partnership.date_end)), ('active', '2019-12-31'))
        with self.assertRaisesRegex(UserError, "only possible when"):
            partnership.action_resume()

    def test_a_waived_fee_needs_a_manager_and_a_reason_and_is_not_invoiced(self):
        partnership = self.partnership()
        with self.assertRaises(AccessError):
            partnership.with_user(self.officer).action_waive_fee("host of the summit")
        with self.assertRaisesRegex(UserError, "why"):
            partnership.with_user(self.manager).action_waive_fee("  ")
        partnership.with_user(self.manager).action_waive_fee("host of the summit")
        self.assertEqual((partnership.waiver_approver_id, partnership.period_ids.state), (self.manager, 'waived'))
        self.assertFalse(self.bill('2019-02-01'))

    def test_the_pricelist_comes_and_goes_with_the_tier(self):
        pricelist = self.env['product.pricelist'].create({'name': 'Partners'})
        self.tier['partner'].default_pricelist_id = pricelist
        partnership = self.partnership()
        self.assertEqual(self.city.specific_property_product_pricelist, pricelist)
        partnership.with_user(self.officer).action_cancel()
        self.assertFalse(self.city.specific_property_product_pricelist)

    def test_a_duplicated_city_has_no_tier_without_a_partnership(self):
        self.partnership()
        self.assertEqual((self.city.grade_id, self.city.copy().grade_id.code), (self.tier['partner'], False))

    def test_merging_cities_projects_the_tier(self):
        twin = self.env['res.partner'].create({'name': 'Riverton City', 'is_city': True})
        self.partnership(city=twin)
        self.env['base.partner.merge.automatic.wizard']._merge((twin + self.city).ids, self.city)
        self.assertEqual(self.city.grade_id, self.tier['partner'])

    def test_states_and_agreed_terms_are_not_written_by_hand(self):
        partnership = self.partnership()
        for user in (self.officer, self.manager, self.finance):
            for values in (
                {'state': 'paused'},
                {'fee': 1.0},
                {'grade_id': self.tier['premium'].id},
                {'is_waived': True},
                {'eligibility': 'positive'},
                {'date_start': '2018-01-01'},
            ):
                with self.assertRaises(AccessError, msg=str(values)):
                    partnership.with_user(user).write(values)
        with self.assertRaises(AccessError):
            self.env['scn.partnership'].with_user(self.officer).create(
                {
                    'partner_id': self.city.id,
                    'grade_id': self.tier['premium'].id,
                    'fee': 0.0,
                    'state': 'active',
                    'product_id': self.fee['premium'].id,
                }
            )
        partnership.with_user(self.officer).renewal_mode = 'automatic'

    def test_only_cities(self):
        shop = self.env['res.partner'].create({'name': 'Corner shop', 'is_company': True})
        with self.assertRaisesRegex(UserError, "is not a city"):
            self.order(city=shop)

    def test_a_quantity_of_two_is_refused(self):
        order = self.order(confirm=False)
        order.order_line.product_uom_qty = 2
        with self.assertRaisesRegex(UserError, "sold once"):
            order.action_confirm()

    def test_awaiting_the_council_keeps_the_offer_valid(self):
        order = self.order(confirm=False)
        order.scn_council_decision_on = '2019-03-01'
        self.assertEqual(str(order.validity_date), '2019-03-31')
        for day, is_expired in (('2019-03-31', False), ('2019-04-01', True)):
            with freeze_time(day):
                order.invalidate_recordset(['is_expired'])
                self.assertEqual(order.is_expired, is_expired, day)
        order.scn_council_decision_on = '2019-03-15'
        self.assertEqual(str(order.validity_date), '2019-04-14', "the council put it off")

    def test_who_may_not_read_orders_still_opens_the_partnership(self):
        partnership = self.partnership()
        self.assertFalse(self.env['sale.order'].with_user(self.manager).has_access('read'))
        counts = partnership.with_user(self.manager).read(['order_count', 'invoice_count'])[0]
        self.assertEqual((counts['order_count'], counts['invoice_count']), (1, 0))
