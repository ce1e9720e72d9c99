"""A year of a paying city in the browser: quotation and acceptance, invoices of the ledger, the city's own page."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import float_round

from .partnership_common import PartnershipCase


class PartnershipTourCase(HttpCase, PartnershipCase):
    """The browser has today's clock, so every date is counted from today, in one time zone for everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        for login, groups in (
            ('tour_sales', 'sales_team.group_sale_salesman_all_leads,scn_partner.group_scn_officer'),
            ('tour_officer', 'scn_partner.group_scn_officer'),
            ('tour_finance', 'scn_partner.group_scn_finance'),
        ):
            new_test_user(
                cls.env,
                login,
                groups=groups,
                company_id=cls.company.id,
                company_ids=[fields.Command.set(cls.company.ids)],
                tz='UTC',
            )
        cls.today = fields.Date.today()
        # Names that nothing else in the database has.
        cls.city.write({'name': 'Tour Riverton', 'email': 'office@riverton.example'})
        cls.fee['partner'].name = 'Tour fee of a partner'
        cls.lead = cls.env['res.partner'].create(
            {
                'name': 'Tour Mira',
                'email': 'mira@riverton.example',
                'parent_id': cls.city.id,
            }
        )
        cls.env['scn.contact.role'].create(
            {
                'organisation_id': cls.city.id,
                'contact_id': cls.lead.id,
                'role': 'staff_lead',
                'date_start': cls.today - timedelta(days=30),
            }
        )
        cls.env['res.users'].with_context(no_reset_password=True).create(
            {
                'login': 'tour_city',
                'password': 'tour_city',
                'partner_id': cls.lead.id,
                'company_id': cls.company.id,
                'company_ids': [fields.Command.set(cls.company.ids)],
                'tz': 'UTC',
                'group_ids': [fields.Command.set(cls.env.ref('base.group_portal').ids)],
            }
        )

    def running(self, city):
        """A checked partnership of a city with its first term in the ledger, due today."""
        return self.partnership('partner', self.today, city=city)

    def check_city_page(self):
        """The page of a city: tier, what is left, the invoice and the people."""
        partnership = self.running(self.city)
        partnership.period_ids.with_user(self.finance).action_invoice()
        self.start_tour('/my', 'scn_partnership_city_page', login='tour_city')
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.assertEqual((partnership.state, invoice.payment_state), ('active', 'not_paid'))


@tagged('post_install', '-at_install')
class TestPartnershipTours(PartnershipTourCase):
    """At a desk: sales, an officer, finance and a city."""

    def test_from_quotation_to_active(self):
        """Sales quotes, the city signs in the portal, an officer records the check: the partnership runs."""
        self.start_tour('/odoo/sales', 'scn_partnership_quote', login='tour_sales')
        order = self.env['sale.order'].search([('partner_id', '=', self.city.id)])
        self.assertEqual(len(order), 1)
        self.assertEqual(order.state, 'sent')
        self.assertEqual(order.scn_date_start, self.today)
        self.assertEqual(order.user_id.login, 'tour_sales')
        self.assertFalse(order.scn_partnership_id)
        self.assertFalse(self.city.grade_id)

        self.start_tour('/my/city', 'scn_partnership_accept', login='tour_city')
        self.assertEqual(order.state, 'sale')
        self.assertEqual(order.signed_by, 'Tour Mira')
        self.assertTrue(order.signature)
        partnership = order.scn_partnership_id
        self.assertEqual(partnership.state, 'pending')
        self.assertEqual((partnership.partner_id, partnership.grade_id), (self.city, self.tier['partner']))
        self.assertEqual((partnership.fee, partnership.date_start), (998.0, self.today))
        self.assertEqual(partnership.user_id.login, 'tour_sales')
        period = partnership.period_ids
        self.assertEqual((period.kind, period.price, period.date_start), ('initial', 998.0, self.today))
        self.assertEqual(period.date_end, self.today + relativedelta(years=1, days=-1))
        self.assertFalse(self.city.grade_id.is_paid)

        self.start_tour('/odoo/partnerships', 'scn_partnership_eligible', login='tour_officer')
        self.assertEqual((partnership.eligibility, partnership.state), ('positive', 'active'))
        self.assertEqual(partnership.eligibility_user_id.login, 'tour_officer')
        self.assertEqual(partnership.eligibility_date, self.today)
        self.assertEqual(self.city.grade_id, self.tier['partner'])

    def test_finance_invoices_the_ledger(self):
        """What is due is invoiced once; a missing purchase order is said; a wrong one is credited and issued again."""
        plain = self.running(self.city).period_ids
        strict_city = self.env['res.partner'].create(
            {
                'name': 'Tour Strictham',
                'is_city': True,
                'requires_purchase_order': True,
            }
        )
        strict = self.running(strict_city).period_ids
        later_city = self.env['res.partner'].create({'name': 'Tour Laterby', 'is_city': True})
        later = self.order('partner', self.today + timedelta(days=90), city=later_city).scn_partnership_id.period_ids
        self.start_tour('/odoo', 'scn_partnership_ledger', login='tour_finance')

        self.assertEqual(later.state, 'planned')
        self.assertEqual(plain.state, 'invoiced')
        invoice = self.fee_lines(plain).move_id
        self.assertEqual(len(invoice), 1)
        self.assertEqual((invoice.state, invoice.amount_untaxed, invoice.partner_id), ('posted', 998.0, self.city))

        # Invoiced with a wrong number, credited, issued again with the right one.
        reference = self.env['scn.purchase.reference'].search([('partner_id', '=', strict_city.id)])
        self.assertEqual(reference.number, 'PO-TOUR-2')
        self.assertEqual((strict.state, strict.issue, strict.purchase_reference_id), ('invoiced', 2, reference))
        first, second = strict.credited_line_ids.move_id, strict.line_ids.move_id
        self.assertEqual((len(first), len(second)), (1, 1))
        self.assertEqual((first.state, first.payment_state, first.ref), ('posted', 'reversed', 'PO-TOUR-1'))
        self.assertEqual((second.state, second.payment_state, second.ref), ('posted', 'not_paid', 'PO-TOUR-2'))
        credit = first.reversal_move_ids
        self.assertEqual((credit.state, credit.move_type, credit.amount_untaxed), ('posted', 'out_refund', 998.0))

    def test_finance_closes_the_month(self):
        """The report of the last month's end is shown, adds up, and proposes the entry and its reversal."""
        start = self.today.replace(day=1) - timedelta(days=40)
        with freeze_time(start):
            self.partnership('partner', start)
            self.bill(start)
        account = self.env['account.account'].create(
            {'name': 'Tour deferred fees', 'code': 'SCN281', 'account_type': 'liability_current'}
        )
        self.start_tour('/odoo/partnership-report', 'scn_month_close', login='tour_finance')
        day = self.today.replace(day=1) - timedelta(days=1)
        closing = self.env['account.move'].search(
            [('scn_closing_date', '=', day), ('company_id', '=', self.company.id)]
        )
        self.assertEqual((closing.state, closing.reversal_move_ids.state), ('draft', 'draft'))
        days = (start + relativedelta(years=1) - start).days
        left = float_round(998.0 * (days - 40) / days, precision_digits=2)
        deferred = closing.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual((deferred.credit, self.company.scn_deferred_account_id), (left, account))

    def test_a_city_sees_its_benefits_and_invoices(self):
        self.check_city_page()


@tagged('post_install', '-at_install')
class TestPartnershipToursPhone(PartnershipTourCase):
    """On a phone, by touch: what a city does. Sales and finance sit at a desk."""

    browser_size = '390x844'
    touch_enabled = True

    def test_a_city_signs_a_quotation(self):
        order = self.order('partner', self.today, confirm=False, require_signature=True, require_payment=False)
        order.action_quotation_sent()
        self.start_tour('/my/city', 'scn_partnership_accept', login='tour_city')
        self.assertEqual((order.state, order.signed_by), ('sale', 'Tour Mira'))
        self.assertEqual(order.scn_partnership_id.state, 'pending')

    def test_a_city_sees_its_benefits_and_invoices(self):
        self.check_city_page()
