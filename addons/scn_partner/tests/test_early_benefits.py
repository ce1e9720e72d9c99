from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .partnership_common import PartnershipCase


@freeze_time('2019-03-01 12:00:00')
class TestEarlyBenefits(PartnershipCase):
    """Benefits of an upgrade before its day: the tier moves, the money does not."""

    def setUp(self):
        super().setUp()
        self.partner_ship = self.partnership('associate')

    def quote(self, day='2019-05-01'):
        wizard = (
            self.env['scn.partnership.upgrade']
            .with_user(self.officer)
            .create({'partnership_id': self.partner_ship.id, 'product_id': self.fee['premium'].id, 'change_on': day})
        )
        return self.env['sale.order'].browse(wizard.action_quote()['res_id'])

    def start_early(self, order, reason="The visit is planned", user=None):
        return (
            self.env['scn.early.benefits']
            .with_user(user or self.officer)
            .create({'partnership_id': self.partner_ship.id, 'order_id': order.id, 'reason': reason})
            .action_start()
        )

    def quota(self, code='visit'):
        windows = self.partner_ship.entitlement_ids.filtered(lambda one: one.benefit_id.code == code)
        return sum(windows.mapped('quota'))

    def test_tier_and_benefits_start_and_money_stays(self):
        order = self.quote()
        amount = order.amount_untaxed
        self.assertEqual(self.quota(), 0)
        answer = self.start_early(order)
        self.assertIn("have it accepted", answer['params']['message'])
        self.assertEqual((self.city.grade_id, self.partner_ship.fee), (self.tier['premium'], 499.0))
        self.assertEqual((self.quota(), len(self.partner_ship.period_ids)), (1, 1))
        self.assertIn("The visit is planned", "".join(self.partner_ship.message_ids.mapped('body')))
        order.action_confirm()
        upgrade = order.order_line.scn_period_ids
        self.assertEqual((str(upgrade.date_start), order.amount_untaxed), ('2019-05-01', amount))
        self.assertEqual((self.city.grade_id, self.partner_ship.fee), (self.tier['premium'], 499.0))
        self.advance(self.partner_ship, '2019-05-01')
        self.assertEqual((self.city.grade_id, self.partner_ship.fee), (self.tier['premium'], 1497.0))

    def test_an_ordered_upgrade_starts_early_too_and_goes_back_with_its_order(self):
        order = self.quote()
        order.action_confirm()
        self.assertEqual(self.city.grade_id, self.tier['associate'])
        answer = self.start_early(order)
        self.assertIn("2019-05-01", answer['params']['message'])
        self.assertEqual(self.city.grade_id, self.tier['premium'])
        order._action_cancel()
        self.assertEqual((self.city.grade_id, self.quota()), (self.tier['associate'], 0))

    def test_a_cancelled_quotation_takes_back_what_is_not_used(self):
        order = self.quote()
        self.start_early(order)
        self.env['scn.entitlement']._take(self.city, 'visit', self.day('2019-03-02'), self.city)
        order._action_cancel()
        self.assertEqual((self.city.grade_id, self.quota()), (self.tier['associate'], 1), "never below what is used")

    def test_an_expired_quotation_takes_it_back(self):
        order = self.quote()
        order.validity_date = self.day('2019-03-31')
        self.start_early(order)
        for day, code in (('2019-03-31', 'premium'), ('2019-04-01', 'associate')):
            self.advance(self.partner_ship, day)
            self.assertEqual(self.city.grade_id, self.tier[code], day)
        self.assertEqual(self.quota(), 0)

    def test_running_the_job_twice_changes_nothing(self):
        self.start_early(self.quote())
        before = self.partner_ship.entitlement_ids.read(['quota', 'used'])
        self.advance(self.partner_ship, '2019-03-02')
        self.assertEqual(self.partner_ship.entitlement_ids.read(['quota', 'used']), before)

    def test_a_reason_and_an_upgrade_of_its_own_are_needed(self):
        order = self.quote()
        with self.assertRaisesRegex(UserError, "Say why"):
            self.start_early(order, "  ")
        order.validity_date = self.day('2019-03-01') - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "has not begun"):
            self.start_early(order)
        renewal = self.env['sale.order'].browse(
            self.partner_ship.with_user(self.officer).action_quote_renewal()['res_id']
        )
        with self.assertRaisesRegex(UserError, "has not begun"):
            self.start_early(renewal)

    def test_who_only_reads_starts_nothing(self):
        order = self.quote()
        reader = self.env['res.users'].create(
            {
                'name': 'Reader',
                'login': 'scn_reader_of_benefits',
                'group_ids': [(6, 0, self.env.ref('scn_partner.group_scn_user').ids)],
            }
        )
        with self.assertRaises(AccessError):
            self.start_early(order, user=reader)

    def test_it_is_not_written_by_hand(self):
        """The early day is the wizard's: a salesperson's RPC cannot lift a tier."""
        order = self.quote()
        with self.assertRaises(AccessError):
            order.with_user(self.officer).write({'scn_benefits_from': '2019-03-01'})
