from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..controllers.portal import PAGE_URL
from .public_common import PublicCase

PDF_RENDERING = 'odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf'


@tagged('post_install', '-at_install')
class TestCityActPortal(PublicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = {'mayor': cls.mayor, 'lead': cls.lead}
        people['clerk'] = cls.env['res.partner'].create({'name': 'Cleo Clerk', 'parent_id': cls.riverton.id})
        people['stranger'] = cls.env['res.partner'].create({'name': 'Stan Stranger', 'parent_id': cls.lakeside.id})
        for login, person in people.items():
            new_test_user(cls.env, login, groups='base.group_portal', partner_id=person.id)
        cls.env['scn.contact.role'].create(
            {
                'organisation_id': cls.lakeside.id,
                'contact_id': people['stranger'].id,
                'role': 'political_lead',
                'date_start': '2018-01-01',
            }
        )

    def sign_in(self, login):
        self.authenticate(login, login)

    def post_page(self, do='act', **form):
        """Post the portal's form as the page would, with its hidden fields."""
        page = self.url_open(PAGE_URL).text
        hidden = {
            name: page.split(f'name="{name}" value="')[1].split('"')[0]
            for name in ('csrf_token', 'purpose', 'version')
            if f'name="{name}" value="' in page
        }
        hidden.setdefault('csrf_token', self.csrf_token())
        return self.url_open(PAGE_URL, data={**hidden, 'do': do, **self.statement(), **form})

    def test_the_block_of_our_city(self):
        self.sign_in('mayor')
        self.assertIn('has not joined the Declaration', self.url_open('/my/city').text)
        signature = self.bring_to('provisional').sudo()
        self.env.flush_all()
        page = self.url_open('/my/city').text
        self.assertIn('Council decision expected by', page)
        self.assertIn('Confirm the council decision', page)
        self.sign_in('clerk')
        page = self.url_open('/my/city').text
        self.assertIn('Council decision expected by', page)
        self.assertNotIn('Confirm the council decision', page)
        self.assertTrue(signature.exists())

    def test_political_lead_and_staff_lead_act(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        self.sign_in('lead')
        expected = fields.Date.to_string(fields.Date.today() + timedelta(days=30))
        answer = self.post_page(how='provisional', ratify_before=expected, name='Dana Digital', function='Head')
        self.assertIn('Thank you', answer.text)
        self.sign_in('mayor')
        self.assertIn('Thank you', self.post_page().text)
        signature.invalidate_recordset()
        self.assertEqual(self.moves_of(signature)[-2:], ['join_provisionally', 'ratify'])
        self.assertIn('mayor', signature.evidence_ids.sorted('id')[-1].source)

    def test_others_read_and_cannot_act(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        before = self.snapshot(signature)
        self.sign_in('clerk')
        page = self.url_open(PAGE_URL).text
        self.assertIn('political lead or the staff lead', page)
        self.assertNotIn('scn_act_form', page)
        self.sign_in('mayor')
        ready = self.url_open(PAGE_URL).text
        self.sign_in('clerk')
        form = {'purpose': 'join', 'version': self.version.content_hash, 'do': 'act', **self.statement()}
        form['csrf_token'] = self.csrf_token()
        self.assertEqual(self.url_open(PAGE_URL, data=form).status_code, 200)
        self.assertIn('scn_act_form', ready)
        self.assertEqual(self.snapshot(signature), before)

    def test_another_citys_lead_sees_nothing_of_this_one(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        before = self.snapshot(signature)
        self.sign_in('stranger')
        page = self.url_open(PAGE_URL).text
        self.assertNotIn('Riverton', page)
        self.post_page(
            purpose='join', version=self.version.content_hash, city=str(self.riverton.id), signature=str(signature.id)
        )
        self.assertEqual(self.snapshot(signature), before)

    def test_a_mandate_that_has_ended_acts_no_more(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        self.sign_in('mayor')
        self.assertIn('scn_act_form', self.url_open(PAGE_URL).text)
        self.mayor.held_role_ids.date_end = '2018-12-31'
        self.env.flush_all()
        before = self.snapshot(signature)
        self.post_page(purpose='join', version=self.version.content_hash)
        self.assertEqual(self.snapshot(signature), before)

    def test_a_second_click_and_an_old_page_change_nothing(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        self.sign_in('mayor')
        old = {'csrf_token': self.csrf_token(), 'purpose': 'join', 'version': self.version.content_hash, 'do': 'act'}
        self.post_page()
        after = self.snapshot(signature)
        self.assertEqual(self.url_open(PAGE_URL, data={**old, **self.statement()}).status_code, 200)
        self.assertEqual(self.snapshot(signature), after)
        self.assertEqual(after[0], 'signed')

    def test_a_foreign_page_cannot_act(self):
        signature = self.bring_to('validation').sudo()
        self.env.flush_all()
        before = self.snapshot(signature)
        self.sign_in('mayor')
        form = {'purpose': 'join', 'version': self.version.content_hash, 'do': 'act', **self.statement()}
        foreign = {**form, 'csrf_token': f'{self.csrf_token()}1'}
        with self.assertLogs('odoo.http', level='WARNING'):
            self.assertEqual(self.url_open(PAGE_URL, data=foreign).status_code, 400)
        self.assertEqual(self.snapshot(signature), before)
        self.assertIn('Thank you', self.url_open(PAGE_URL, data={**form, 'csrf_token': self.csrf_token()}).text)

    def test_a_city_says_that_it_is_interested(self):
        self.sign_in('mayor')
        self.assertIn('We are interested', self.url_open(PAGE_URL).text)
        for _twice in range(2):
            self.url_open(PAGE_URL, data={'csrf_token': self.csrf_token(), 'do': 'interest'})
        signature = self.env['scn.declaration.signature'].search([('partner_id', '=', self.riverton.id)])
        self.assertEqual((len(signature), signature.category), (1, 'interest'))

    def test_the_public_has_no_page(self):
        self.authenticate(None, None)
        self.assertIn('/web/login', self.url_open(PAGE_URL).url)

    def csrf_token(self):
        """A token of this session, from any page with a form."""
        return self.url_open('/my/security').text.split('name="csrf_token" value="')[1].split('"')[0]


@tagged('post_install', '-at_install')
class TestCertificate(PublicCase):
    def setUp(self):
        super().setUp()
        self.signature = self.bring_to('signed').sudo()
        self.signature._ensure_certificate_reference()
        self.env.flush_all()
        self.reference = self.signature.certificate_reference

    def render(self):
        report = self.env['ir.actions.report']
        html, __ = report._render_qweb_html('scn_declaration.certificate_report', self.signature.ids)
        return html.decode()

    def check(self, reference):
        return self.url_open(f'/declaration/check/{reference}')

    def test_what_stands_on_it(self):
        html = self.render()
        for words in ('Riverton', '10/02/2018', '2018', self.version.content_hash, 'Ana Example'):
            self.assertIn(words, html)
        self.assertIn(f'/declaration/check/{self.reference[:5]}-{self.reference[5:10]}', html)

    def test_it_is_in_the_citys_language(self):
        self.env['res.lang']._activate_lang('es_ES')
        page = self.env.ref('scn_declaration.certificate_page')
        page.with_context(lang='es_ES').arch_db = page.with_context(lang='en_US').arch_db.replace(
            'Certificate</h1>', 'Certificado</h1>'
        )
        self.signature.with_user(self.officer).lang = 'es_ES'
        html = self.render()
        self.assertIn('Certificado', html)
        self.assertIn('Declaration es_ES', html)

    def test_a_pdf_comes_out(self):
        pdf, kind = (
            self.env['ir.actions.report']
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf('scn_declaration.certificate_report', self.signature.ids)
        )
        self.assertEqual((pdf[:4], kind), (b'%PDF', 'pdf'))

    def test_the_check_shows_what_the_register_shows(self):
        self.env.flush_all()
        for reference in (self.reference, self.reference.lower(), f'{self.reference[:5]}-{self.reference[5:]}'):
            page = self.check(reference)
            self.assertEqual(page.status_code, 200)
            self.assertIn('Riverton', page.text)
            self.assertNotIn('Ana Example', page.text)
        self.signature.with_user(self.officer).publish_name = True
        self.env.flush_all()
        self.assertIn('Ana Example', self.check(self.reference).text)
        self.signature._withdraw(self.reasons['withdraw'])
        self.env.flush_all()
        page = self.check(self.reference).text
        self.assertIn('no longer good', page)
        self.assertNotIn('Ana Example', page)

    def test_whatever_is_unknown_gets_the_same_answer(self):
        declined = self.bring_to('declined', self.lakeside).sudo()
        declined._write_facts({'certificate_reference': self.reference[::-1]})
        other = 'A' if self.reference[2] != 'A' else 'B'
        self.env.flush_all()
        answers = set()
        for reference in (
            self.reference[:-1],
            self.reference[:2] + other + self.reference[3:],
            self.reference[::-1],
            'x',
            '%00',
            '1',
            self.signature.name.replace('/', ''),
            'ü' * 15,
            'x' * 3000,
        ):
            answer = self.check(reference)
            self.assertEqual(answer.status_code, 404, reference)
            answers.add(answer.text.split('<main>')[1].split('</main>')[0])
        self.assertEqual(len(answers), 1)
        self.assertNotIn('Lakeside', answers.pop())

    def test_references_are_not_walked_through(self):
        second = self.bring_to('signed', self.lakeside).sudo()
        second._ensure_certificate_reference()
        self.assertNotEqual(second.certificate_reference[:4], self.reference[:4])
        before = self.reference
        self.signature._ensure_certificate_reference()
        self.assertEqual(self.signature.certificate_reference, before)

    def test_the_citys_people_download_it(self):
        new_test_user(self.env, 'mayor', groups='base.group_portal', partner_id=self.mayor.id)
        new_test_user(self.env, 'neighbour', groups='base.group_portal').partner_id.parent_id = self.lakeside
        with patch(PDF_RENDERING, return_value=(b'%PDF', 'pdf')):
            self.authenticate('mayor', 'mayor')
            answer = self.url_open(f'{PAGE_URL}/certificate')
            self.assertEqual((answer.status_code, answer.headers['Content-Type']), (200, 'application/pdf'))
            self.authenticate('neighbour', 'neighbour')
            self.assertEqual(self.url_open(f'{PAGE_URL}/certificate').status_code, 404)

    def test_no_certificate_for_who_has_not_joined(self):
        waiting = self.bring_to('validation', self.lakeside)
        with self.assertRaisesRegex(UserError, 'has not joined'):
            waiting.action_print_certificate()
        with self.assertRaisesRegex(UserError, 'has not joined'):
            self.env['ir.actions.report']._render_qweb_html('scn_declaration.certificate_report', waiting.ids)
        self.assertEqual(self.signature.with_user(self.reader).action_print_certificate()['type'], 'ir.actions.report')
