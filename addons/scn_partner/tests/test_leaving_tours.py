"""A city leaves: finance arranges it at a desk, the city reads the summary at a desk and on a phone."""

from odoo.tests import tagged

from .test_partnership_tours import PartnershipTourCase


class LeavingTourCase(PartnershipTourCase):
    def invoiced(self):
        partnership = self.running(self.city)
        partnership.period_ids.with_user(self.finance).action_invoice()
        return partnership


@tagged('post_install', '-at_install')
class TestLeavingTours(LeavingTourCase):
    def test_finance_lets_a_city_leave_and_the_city_reads_it(self):
        partnership = self.invoiced()
        period = partnership.period_ids
        self.start_tour('/odoo/partnerships', 'scn_partnership_leave', login='tour_finance')
        self.assertEqual((partnership.date_ended, partnership.leave_money), (self.today, 'credit'))
        credit = partnership.sudo()._get_leaving_credits()
        days = (period.date_end - period.date_start).days
        self.assertEqual(credit.amount_untaxed, round(998.0 * days / (days + 1), 2))
        self.assertEqual(partnership.state, 'active', "until the end of the day")
        self.start_tour('/my/city', 'scn_partnership_leaving_page', login='tour_city')


@tagged('post_install', '-at_install')
class TestLeavingToursPhone(LeavingTourCase):
    browser_size = '390x844'
    touch_enabled = True

    def test_the_city_reads_its_summary(self):
        self.leave(self.invoiced(), str(self.today), 'credit')
        self.start_tour('/my/city', 'scn_partnership_leaving_page', login='tour_city')
