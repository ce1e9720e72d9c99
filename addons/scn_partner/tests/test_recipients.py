import base64
import doctest

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .. import recipient_table, stop_headers
from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestRecipients(SharingCitiesCase):
    """Who gets news and the magazine: tier, consent, language and opt-out."""

    def setUp(self):
        super().setUp()
        self.give_tier(self.riverton, 'associate')
        self.lakeside.task_force_since = '2018-01-01'
        self.ana = self.person('Ana', self.riverton)
        self.jon = self.person('Jon', self.lakeside)

    def person(self, name, city, **values):
        person = self.env['res.partner'].create(
            {'name': name, 'email': f'{name.lower()}@list.example', 'parent_id': city.id, **values}
        )
        for purpose in ('news', 'magazine'):
            person._give_consent(purpose)
        return person

    def recipients(self, purpose='magazine', **values):
        people = self.env['res.partner']._get_recipients(purpose, **values)
        return people & (self.ana | self.jon | self.env['res.partner'].search([('email', 'like', '@list.example')]))

    def test_the_tier_decides(self):
        self.assertEqual(self.recipients('news'), self.ana | self.jon)
        self.assertEqual(self.recipients('magazine'), self.ana, "the magazine is not for the task force")

    def test_without_consent_or_after_a_stop_nobody_gets_it(self):
        self.ana._withdraw_consent('magazine')
        self.assertFalse(self.recipients())
        self.ana._give_consent('magazine', source='portal')
        self.assertEqual(self.recipients(), self.ana)
        self.ana._stop_news()
        self.assertFalse(self.recipients())

    def test_a_consent_to_one_body_is_none_to_the_other(self):
        other = self.env['res.company'].create({'name': 'Other body'})
        self.assertFalse(self.recipients(company=other))

    def test_the_language_divides_the_list(self):
        self.env['res.lang']._activate_lang('nl_NL')
        self.ana.lang = 'nl_NL'
        self.assertEqual(self.recipients(lang='nl_NL'), self.ana)
        self.assertFalse(self.recipients(lang='en_US'))

    def test_an_address_stands_there_once(self):
        self.person('Twin', self.riverton, email='ana@list.example')
        self.assertEqual(len(self.recipients()), 1)

    def test_a_paused_partnership_rests(self):
        self.riverton.partnership_ids.state = 'paused'
        self.assertFalse(self.recipients())
        self.assertEqual(self.recipients('news'), self.ana | self.jon)

    def test_a_longer_list_takes_no_more_queries(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env['res.partner']._get_recipients('magazine').mapped('commercial_partner_id.name')
            return self.env.cr.sql_log_count - start

        first = queries()
        for number in range(15):
            self.person(f'More{number}', self.riverton)
        self.assertLessEqual(queries(), first)

    def test_officers_export_the_list_with_a_link_to_stop(self):
        self.ana.name = '=HYPERLINK("x")'
        purpose = self.env.ref('scn_partner.scn_consent_purpose_magazine')
        export = self.env['scn.recipient.export'].with_user(self.officer).create({'purpose_id': purpose.id})
        export.action_export()
        text = base64.b64decode(export.file).decode('utf-8-sig')
        line = next(line for line in text.splitlines() if 'ana@list.example' in line)
        self.assertIn("'=HYPERLINK", line, "a spreadsheet must not run it")
        self.assertIn('/sharing-cities/stop#', line)
        self.assertEqual(export.count, len(text.splitlines()) - 1)
        for user in (self.reader, self.finance):
            with self.assertRaises(AccessError):
                export.with_user(user).action_export()

    def test_nobody_exports_for_a_body_they_do_not_work_for(self):
        other = self.env['res.company'].create({'name': 'Other body'})
        purpose = self.env.ref('scn_partner.scn_consent_purpose_magazine')
        with self.assertRaises(AccessError):
            self.env['scn.recipient.export'].with_user(self.officer).sudo().create(
                {'purpose_id': purpose.id, 'company_id': other.id}
            ).with_user(self.officer).sudo(False).action_export()

    def test_plain_functions(self):
        for module in (recipient_table, stop_headers):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted and not result.failed, module.__name__)

    def test_next_steps_are_sorted_by_their_day(self):
        self.env['scn.contact.role'].create(
            [
                {
                    'organisation_id': self.riverton.id,
                    'contact_id': self.ana.id,
                    'role': role,
                    'date_end': day,
                }
                for role, day in (
                    ('political_lead', fields.Date.add(fields.Date.today(), days=40)),
                    ('coordinator', fields.Date.add(fields.Date.today(), days=20)),
                    ('communication', fields.Date.add(fields.Date.today(), days=400)),
                )
            ]
        )
        values = self.riverton._prepare_city_page_values(self.ana)
        steps = self.riverton._get_city_next_steps(self.ana, values)
        days = [step['on'] for step in steps if '/people' in step['url']]
        self.assertEqual(days[:2], sorted(day for day in days if day))
        self.assertIsNone(days[-1], "what has no day comes last")
        self.assertEqual(len(days), 3, "a mandate that ends in a year is not asked for yet")
