from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, freeze_time, tagged

from .partnership_common import PartnershipCase


@tagged('post_install', '-at_install')
class TestCityPortal(HttpCase, PartnershipCase):
    """Two cities with people of several roles: everybody sees their own city only."""

    def setUp(self):
        super().setUp()
        self.other = self.env['res.partner'].create({'name': 'Lakeside', 'is_city': True})
        self.moves = {}
        for city in (self.city, self.other):
            with freeze_time('2019-01-01'):
                partnership = self.partnership('partner', city=city)
                self.bill('2019-01-01')
            self.moves[city] = self.fee_lines(partnership.period_ids).move_id
        self.lead = self.person('lead', self.city, 'staff_lead')
        self.press = self.person('press', self.city, 'communication')
        self.other_lead = self.person('other_lead', self.other, 'staff_lead')

    def person(self, login, city, role, **values):
        contact = self.env['res.partner'].create(
            {
                'name': f'{login} of {city.name}',
                'email': f'{login}@city.example',
                'parent_id': city.id,
            }
        )
        self.env['scn.contact.role'].create(
            {
                'organisation_id': city.id,
                'contact_id': contact.id,
                'role': role,
                'date_start': '2019-01-01',
                **values,
            }
        )
        self.env['res.users'].with_context(no_reset_password=True).sudo().create(
            {
                'login': login,
                'password': f'{login}-password',
                'partner_id': contact.id,
                'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        return contact

    def page(self, login):
        self.authenticate(login, f'{login}-password')
        answer = self.url_open('/my/city')
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def test_a_lead_sees_the_partnership_and_the_invoice(self):
        text = self.page('lead')
        for expected in (
            'Riverton',
            'Partner',
            'Online seminars, live',
            self.moves[self.city].name,
            'lead of Riverton',
        ):
            self.assertIn(expected, text)
        for hidden in ('Lakeside', self.moves[self.other].name, 'other_lead'):
            self.assertNotIn(hidden, text)

    def test_another_role_sees_no_invoice(self):
        text = self.page('press')
        self.assertNotIn(self.moves[self.city].name, text)
        self.assertIn('finance contact of your city', text)

    def test_an_ended_mandate_sees_no_invoice(self):
        # another role keeps the access, not the rights of the one that ended
        ended = self.lead.held_role_ids
        ended.copy({'role': 'communication'})
        ended.date_end = '2019-06-30'
        self.assertNotIn(self.moves[self.city].name, self.page('lead'))

    def test_invoices_by_address(self):
        for login, city, expected in (
            ('lead', self.city, 200),
            ('lead', self.other, 404),
            ('press', self.city, 404),
            ('other_lead', self.city, 404),
            ('other_lead', self.other, 200),
        ):
            self.authenticate(login, f'{login}-password')
            answer = self.url_open(f'/my/city/invoice/{self.moves[city].id}')
            self.assertEqual(answer.status_code, expected, f'{login} {city.name}')
        self.assertEqual(self.url_open('/my/city/invoice/999999999').status_code, 404)

    def test_a_payer_of_another_organisation_does_not_hide_the_invoice(self):
        region = self.env['res.partner'].create({'name': 'Region', 'is_company': True})
        with freeze_time('2019-01-02'):
            city = self.env['res.partner'].create({'name': 'Hillford', 'is_city': True})
            partnership = self.partnership('partner', city=city, partner_invoice_id=region.id)
            self.bill('2019-01-02')
        move = self.fee_lines(partnership.period_ids).move_id
        self.assertEqual(move.commercial_partner_id, region)
        self.person('hill', city, 'finance')
        self.assertIn(move.name, self.page('hill'))

    def test_somebody_without_a_city_gets_a_friendly_page(self):
        contact = self.env['res.partner'].create({'name': 'Nobody', 'email': 'n@city.example'})
        self.env['res.users'].with_context(no_reset_password=True).sudo().create(
            {
                'login': 'nobody',
                'password': 'nobody-password',
                'partner_id': contact.id,
                'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        self.assertIn('does not belong to a city', self.page('nobody'))

    def test_an_expired_quotation_is_not_offered(self):
        order = self.order(start=False, confirm=False)
        order.action_quotation_sent()
        self.assertIn(f'Read and accept {order.name}', ' '.join(self.page('lead').split()))
        order.validity_date = fields.Date.today() - timedelta(days=2)
        self.assertNotIn('Read and accept', self.page('lead'))

    def test_a_city_that_leaves_reads_the_summary(self):
        partnership = self.city.partnership_ids
        last_day = partnership.date_end
        with freeze_time('2019-06-30'):
            self.leave(partnership, '2019-08-31', 'credit')
            leaving = self.city._prepare_city_page_values(self.lead)['leaving']
        credit = partnership.sudo()._get_leaving_credits()
        self.assertEqual((str(leaving['last_day']), leaving['credits']), ('2019-08-31', credit))
        titles = [title for title, __ in leaving['items']]
        self.assertEqual(titles, ["Still included", "Invoices to pay", "What stays"])
        self.assertTrue(last_day > leaving['last_day'])
        text = self.page('lead')
        for expected in ('Your city leaves the partnership', credit.name, 'This page and your invoices.'):
            self.assertIn(expected, text)
        self.assertNotIn("New priorities", text, "the reason is for colleagues")
        self.assertEqual(self.url_open(f'/my/city/invoice/{credit.id}').status_code, 200)
        text = self.page('press')
        self.assertIn('Your city leaves the partnership', text)
        for hidden in (credit.name, 'Invoices to pay', 'we credited'):
            self.assertNotIn(hidden, text)
        self.assertNotIn('leaves the partnership', self.page('other_lead'))

    def test_who_left_keeps_invoices_and_is_welcome_back(self):
        partnership = self.city.partnership_ids
        self.leave_in_2019(partnership)
        text = self.page('lead')
        self.assertIn('The last day was', text)
        self.assertIn(self.moves[self.city].name, text)

    def leave_in_2019(self, partnership):
        with freeze_time('2019-06-30'):
            self.leave(partnership, '2019-08-31', 'none')
        self.advance(partnership, '2019-09-01')
        self.assertEqual(partnership.state, 'lapsed')

    def test_a_visitor_signs_in_first(self):
        self.authenticate(None, None)
        self.assertIn('/web/login', self.url_open('/my/city').url)

    def test_a_portal_user_reads_no_record_of_ours(self):
        user = self.lead.user_ids
        for model in (
            'scn.partnership',
            'scn.partnership.period',
            'scn.entitlement',
            'scn.purchase.reference',
            'scn.signup',
            'scn.contact.role',
            'scn.city.alias',
            'scn.contact.key',
        ):
            self.assertFalse(self.env[model].with_user(user).has_access('read'), model)

    def test_the_page_takes_the_same_queries_with_five_years_of_history(self):
        city = self.city
        person = self.lead

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            values = city._prepare_city_page_values(person)
            values['invoices'].mapped('payment_state')
            return self.env.cr.sql_log_count - start

        first = queries()
        partnership = city.partnership_ids.sudo()
        for year in range(2020, 2025):
            partnership._add_renewal_period()
            with freeze_time(f'{year}-01-01'):
                partnership._advance(self.day(f'{year}-01-01'))
                self.bill(f'{year}-01-01')
        self.assertEqual(len(city._prepare_city_page_values(person)['invoices']), 6)
        self.assertLessEqual(queries(), first + 2)
