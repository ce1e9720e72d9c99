import io
from datetime import timedelta

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase

REPORT = 'scn_partner.action_report_renewal_packet'


@freeze_time('2019-01-01 12:00:00')
class TestRenewalPacket(PartnershipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lead = cls.env['res.partner'].create(
            {
                'name': 'Mira Lead',
                'email': 'mira@riverton.example',
                'function': 'Head of unit',
                'parent_id': cls.city.id,
            }
        )
        cls.env['scn.contact.role'].create(
            {'organisation_id': cls.city.id, 'contact_id': lead.id, 'role': 'staff_lead', 'date_start': '2018-01-01'}
        )

    def text(self, partnerships, user=None, **data):
        self.env.flush_all()
        report = self.env['ir.actions.report'].with_user(user or self.officer)
        html = report._render_qweb_html(REPORT, partnerships.ids, data=data or None)[0].decode()
        return ' '.join(html.replace('\xa0', ' ').split())

    def test_what_was_used_what_is_left_and_what_comes_next(self):
        partnership = self.partnership('partner')
        windows = partnership.entitlement_ids.filtered(lambda window: window.benefit_id.code == 'one_on_one')
        windows[1]._move_used(1)
        partnership.with_user(self.officer).write({'next_grade_id': self.tier['premium'].id, 'next_fee': 1500.0})
        self.bill('2019-01-01')
        with freeze_time('2019-10-15'):
            values = partnership.with_user(self.officer)._prepare_packet_values()
            text = self.text(partnership)
        self.assertEqual([(row['included'], row['used'], row['left']) for row in values['counted']], [(4, 1, 1)])
        following = values['next_term']
        self.assertEqual(
            (
                str(following['first']),
                str(following['last']),
                following['tier'],
                following['fee'],
                following['is_agreed'],
            ),
            ('2020-01-01', '2020-12-31', self.tier['premium'], 1500.0, False),
        )
        self.assertEqual(following['gained'].benefit_id.mapped('code'), ['visit'])
        for words in (
            'Riverton',
            '1,500.00',
            'New for you',
            'Mira Lead',
            'Head of unit',
            values['invoices'].name,
            'We send you a quotation',
        ):
            self.assertIn(words, text)

    def test_a_renewal_in_the_ledger_is_agreed(self):
        partnership = self.partnership('partner')
        partnership.sudo()._add_renewal_period(price=1100.0)
        following = partnership._prepare_packet_values()['next_term']
        self.assertEqual(
            (following['is_agreed'], following['fee'], str(following['first'])), (True, 1100.0, '2020-01-01')
        )
        self.assertIn('nothing to do', self.text(partnership))

    def test_one_that_ends_has_no_next_term(self):
        partnership = self.partnership('partner')
        self.leave(partnership)
        self.assertFalse(partnership._prepare_packet_values()['next_term'])
        self.assertIn('ends with this term', self.text(partnership))

    def test_a_stub_is_followed_by_the_whole_term(self):
        order = self.order('partner', '2019-07-01', price=251.55, scn_budget_month='10', scn_fee=998.0)
        with freeze_time('2019-08-01'):
            following = order.scn_partnership_id._prepare_packet_values()['next_term']
        self.assertEqual(
            (str(following['first']), str(following['last']), following['fee']), ('2019-10-01', '2020-09-30', 998.0)
        )

    def test_a_waived_fee_is_said(self):
        partnership = self.partnership('partner')
        partnership.with_user(self.manager).action_waive_fee("Floods")
        text = self.text(partnership)
        self.assertIn('waived', text)
        self.assertNotIn('Floods', text, "the reason is internal")

    def test_without_the_right_to_see_money_there_is_none(self):
        partnership = self.partnership('partner', price=4321.0)
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        text = self.text(partnership, show_money=False)
        for hidden in ('4,321', move.name, 'Invoices of this term', 'Fee of the term'):
            self.assertNotIn(hidden, text)
        self.assertIn('4,321', self.text(partnership, show_money=True))

    def test_it_speaks_the_citys_language(self):
        self.env['res.lang']._activate_lang('nl_NL')
        self.env['ir.module.module'].search([('name', '=', 'scn_partner')])._update_translations(['nl_NL'])
        self.city.lang = 'nl_NL'
        partnership = self.partnership('partner')
        name = self.tier['partner'].with_context(lang='nl_NL').name
        benefit = self.env.ref('scn_partner.benefit_seminar_live').with_context(lang='nl_NL').name
        self.assertNotEqual(benefit, self.env.ref('scn_partner.benefit_seminar_live').with_context(lang='en_US').name)
        text = self.text(partnership)
        self.assertIn(name, text)
        self.assertIn(benefit, text)
        self.assertIn('31-12-2019', text, "and writes its dates")

    def test_many_at_once_in_one_file_and_few_queries(self):
        partnerships = self.partnership('partner')
        for number in range(9):
            partnerships += self.partnership(
                'partner', city=self.env['res.partner'].create({'name': f'Town {number}', 'is_city': True})
            )
        text = self.text(partnerships)
        self.assertEqual(text.count('page-break-after: always'), 9)
        for partnership in partnerships:
            self.assertIn(partnership.partner_id.name, text)

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            for record in records:
                record._prepare_packet_values(show_money=False)
            return self.env.cr.sql_log_count - start

        queries(partnerships)
        few = queries(partnerships[:2])
        self.assertLessEqual(queries(partnerships), few + 2)

    def test_another_company_prints_nothing(self):
        partnership = self.partnership('partner')
        other = self.setup_other_company(name='Other body')['company']
        self.officer.write({'company_ids': [fields.Command.set(other.ids)], 'company_id': other.id})
        with self.assertRaises(AccessError):
            partnership.with_user(self.officer).with_context(allowed_company_ids=other.ids)._prepare_packet_values()


@tagged('post_install', '-at_install')
class TestRenewalPacketPortal(HttpCase, PartnershipCase):
    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.other = self.env['res.partner'].create({'name': 'Lakeside', 'is_city': True})
        for city, fee in ((self.city, 4321.0), (self.other, 8765.0)):
            self.partnership('partner', self.today - timedelta(days=10), city=city, price=fee)
        for login, city, role in (
            ('lead', self.city, 'staff_lead'),
            ('press', self.city, 'communication'),
            ('away', self.env['res.partner'].create({'name': 'Hillford', 'is_city': True}), 'staff_lead'),
        ):
            contact = self.env['res.partner'].create(
                {'name': login, 'email': f'{login}@city.example', 'parent_id': city.id}
            )
            self.env['scn.contact.role'].create(
                {'organisation_id': city.id, 'contact_id': contact.id, 'role': role, 'date_start': '2019-01-01'}
            )
            self.env['res.users'].with_context(no_reset_password=True).sudo().create(
                {
                    'login': login,
                    'password': f'{login}-password',
                    'partner_id': contact.id,
                    'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)],
                }
            )

    def packet(self, login, status=200):
        self.authenticate(login, f'{login}-password')
        answer = self.url_open('/my/city/packet')
        self.assertEqual(answer.status_code, status, login)
        return answer

    def test_a_citys_people_download_their_own(self):
        for login, sees_money in (('lead', True), ('press', False)):
            text = self.packet(login).text
            self.assertIn('Riverton', text)
            self.assertEqual('4,321' in text, sees_money, login)
            for hidden in ('Lakeside', '8,765'):
                self.assertNotIn(hidden, text)
        self.packet('away', 404)

    def test_the_staffs_address_is_closed_to_a_city(self):
        self.authenticate('lead', 'lead-password')
        partnership = self.env['scn.partnership'].search([('partner_id', '=', self.city.id)])
        with mute_logger('odoo.http'):  # the refusal is the point
            answer = self.url_open(f'/report/html/scn_partner.report_renewal_packet/{partnership.id}')
        self.assertNotIn('4,321', answer.text)
        self.assertNotEqual(answer.status_code, 200)

    def test_a_real_pdf_holds_the_words(self):
        partnership = self.env['scn.partnership'].search([('partner_id', '=', self.city.id)])
        pdf, kind = (
            self.env['ir.actions.report']
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(REPORT, partnership.ids)
        )
        self.assertEqual((kind, pdf[:4]), ('pdf', b'%PDF'))
        words = ' '.join(' '.join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
        for expected in ('Riverton', 'What comes next', '4,321'):
            self.assertIn(expected, words)
