from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.scn_partner import secret_code

from ..models.scn_declaration_signature_city_act import ScnDeclarationSignature
from .public_common import ACT_URL, PublicCase


@tagged('post_install', '-at_install')
class TestLinkModel(PublicCase):
    def setUp(self):
        super().setUp()
        self.signature = self.bring_to('validation').sudo()

    def test_the_database_keeps_a_hash_of_the_code_only(self):
        link, code = self.issue(self.signature)
        self.assertEqual(link.code_hash, secret_code.fingerprint(code))
        self.env.cr.execute("SELECT to_jsonb(link)::text FROM scn_declaration_link link WHERE id = %s", (link.id,))
        self.assertNotIn(code, self.env.cr.fetchone()[0].upper())

    def test_the_mail_belongs_to_no_record_that_staff_read(self):
        __, code = self.issue(self.signature)
        mail = self.env['mail.mail'].search([('body_html', 'ilike', secret_code.written(code))])
        self.assertEqual((len(mail), mail.auto_delete, mail.model, mail.res_id), (1, True, False, 0))
        self.assertEqual(mail.recipient_ids, self.mayor)
        self.assertIn(f'/declaration/act#{secret_code.written(code)}', mail.body_html)
        with self.assertRaises(AccessError):
            mail.mail_message_id.with_user(self.manager).read(['body'])

    def test_the_mail_is_in_the_citys_language(self):
        self.env['res.lang']._activate_lang('es_ES')
        self.signature.with_user(self.officer).lang = 'es_ES'
        template = self.env.ref('scn_declaration.mail_template_link')
        template.with_context(lang='es_ES').subject = "Su enlace para {{ object.city_id.name }}"
        __, code = self.issue(self.signature)
        mail = self.env['mail.mail'].search([('body_html', 'ilike', secret_code.written(code))])
        self.assertEqual(mail.subject, "Su enlace para Riverton")

    def test_what_a_link_stands_for_never_changes(self):
        link, __ = self.issue(self.signature)
        for field, value in (('partner_id', self.lead.id), ('purpose', 'ratify'), ('code_hash', 'x')):
            with self.assertRaises(AccessError):
                link.write({field: value})

    def test_nobody_makes_or_changes_a_link_by_hand(self):
        link, __ = self.issue(self.signature)
        with self.assertRaises(AccessError):
            link.with_user(self.manager).write({'state': 'used'})
        with self.assertRaises(AccessError):
            self.env['scn.declaration.link'].with_user(self.manager).create(
                {
                    'signature_id': self.signature.id,
                    'version_id': self.version.id,
                    'purpose': 'join',
                    'partner_id': self.mayor.id,
                    'code_hash': 'made up',
                    'expires_on': fields.Datetime.now(),
                }
            )
        with self.assertRaises(AccessError):
            link.with_user(self.manager).read(['code_hash'])

    def test_a_new_link_supersedes_that_persons_only(self):
        first, __ = self.issue(self.signature)
        colleague, __ = self.issue(self.signature, self.lead)
        second, __ = self.issue(self.signature)
        self.assertEqual((first + colleague + second).mapped('state'), ['superseded', 'open', 'open'])

    def test_a_link_goes_to_people_of_that_city_with_an_address(self):
        stranger = self.env['res.partner'].create(
            {'name': 'Stranger', 'email': 's@lakeside.example', 'parent_id': self.lakeside.id}
        )
        for contact in (stranger, self.lead):
            self.lead.email = False
            with self.assertRaises(UserError):
                self.issue(self.signature, contact)

    def test_no_link_where_nothing_is_expected(self):
        with self.assertRaises(UserError):
            self.issue(self.bring_to('signed', self.lakeside).sudo())

    def test_a_move_of_staff_overtakes_the_link(self):
        link, __ = self.issue(self.signature)
        self.signature._decline(self.reasons['decline'])
        self.assertEqual(link.state, 'overtaken')

    def test_the_wizard_proposes_the_political_lead_and_sends(self):
        wizard = (
            self.env['scn.declaration.link.send'].with_user(self.officer).create({'signature_id': self.signature.id})
        )
        self.assertEqual((wizard.partner_id, wizard.purpose, wizard.replaces), (self.mayor, 'join', False))
        wizard.action_send()
        self.assertEqual(self.signature.link_ids.mapped('state'), ['open'])
        again = wizard.copy()
        self.assertTrue(again.replaces)
        with self.assertRaises(AccessError):
            wizard.with_user(self.reader).action_send()

    def test_taking_back_is_for_officers(self):
        link, __ = self.issue(self.signature)
        for method in ('action_revoke', 'action_approve'):
            with self.assertRaises(AccessError):
                getattr(link.with_user(self.reader), method)()
        self.assertTrue(link.with_user(self.officer).action_revoke())
        self.assertEqual(link.state, 'revoked')


@tagged('post_install', '-at_install')
class TestActPages(PublicCase):
    def setUp(self):
        super().setUp()
        self.signature = self.bring_to('validation').sudo()
        self.link, self.code = self.issue(self.signature)
        self.before = self.snapshot(self.signature)

    def test_a_get_never_acts_and_shows_nothing_of_the_city(self):
        for address in (ACT_URL, f'{ACT_URL}?code={self.code}&do=act'):
            answer = self.url_open(address)
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn('Riverton', answer.text)
        self.assertEqual(self.snapshot(self.signature), self.before)
        self.assertEqual(self.link.state, 'open')

    def test_the_pages_are_private(self):
        for answer in (self.url_open(ACT_URL), self.post(self.code), self.post('x')):
            self.assertEqual(answer.headers['Cache-Control'], 'no-store')
            self.assertEqual(answer.headers['Referrer-Policy'], 'no-referrer')

    def test_opening_shows_the_very_text_and_changes_nothing(self):
        page = self.post(secret_code.written(self.code).lower()).text
        for words in ('Riverton', 'Declaration en_US', 'We share data.', self.version.content_hash, 'Mara Mayor'):
            self.assertIn(words, page)
        self.assertEqual(self.snapshot(self.signature), self.before)
        self.assertIn('Declaration es_ES', self.post(self.code, text_lang='es_ES').text)
        self.assertIn('Declaration en_US', self.post(self.code, text_lang='xx\x00').text)

    def test_consent_is_not_ticked(self):
        field = self.post(self.code).text.split('id="scn_act_publish_name"')[1].split('/>')[0]
        self.assertNotIn('checked', field)

    def test_joining(self):
        answer = self.act(f'https://example.org/declaration/act#{self.code}', publish_name='yes')
        self.assertIn('Thank you', answer.text)
        self.signature.invalidate_recordset()
        self.assertEqual(
            (self.signature.category, self.signature.signatory_name, self.signature.publish_name),
            ('signed', 'Mara Mayor', True),
        )
        self.assertEqual(self.moves_of(self.signature)[len(self.before[1]) :], ['sign'])
        self.assertEqual((self.link.state, self.link.outcome), ('used', 'signed'))
        evidence = self.signature.evidence_ids
        self.assertEqual((evidence.kind, evidence.lang), ('portal', 'en_US'))
        self.assertIn('mara@riverton.example', evidence.source)

    def test_a_second_click_changes_nothing_and_shows_what_was_done(self):
        self.act(self.code)
        after = self.snapshot(self.signature)
        answer = self.act(self.code, name='Somebody Else')
        self.assertIn('This is done already', answer.text)
        self.assertIn('Mara Mayor', answer.text)
        self.assertEqual(self.snapshot(self.signature), after)

    def test_without_consent_nobody_is_published(self):
        self.act(self.code)
        self.signature.invalidate_recordset()
        self.assertFalse(self.signature.publish_name)

    def test_joining_provisionally_then_confirming(self):
        expected = fields.Date.to_string(fields.Date.today() + timedelta(days=90))
        self.act(self.code, how='provisional', ratify_before=expected, body='City council')
        self.signature.invalidate_recordset()
        self.assertEqual(
            (self.signature.category, str(self.signature.ratify_before), self.signature.ratification_body),
            ('provisional', expected, 'City council'),
        )
        __, code = self.issue(self.signature)
        self.assertIn('Confirm the decision', self.post(code).text)
        answer = self.act(code)
        self.assertIn('Thank you', answer.text)
        self.signature.invalidate_recordset()
        self.assertEqual(self.signature.category, 'signed')
        self.assertTrue(self.signature.ratified_on)

    def test_an_interested_city_goes_all_the_way(self):
        signature = self.open(self.lakeside).sudo()
        person = self.env['res.partner'].create(
            {'name': 'Lia', 'email': 'lia@lakeside.example', 'parent_id': self.lakeside.id}
        )
        __, code = self.issue(signature, person)
        self.assertIn('Thank you', self.act(code).text)
        self.assertEqual(self.snapshot(signature)[1], ['open', 'review', 'start_validation', 'sign'])

    def test_reconfirming_a_new_text(self):
        self.act(self.code)
        newer = self.new_version('2020', '2020-01-01', words="We share more.")
        newer.action_publish()
        __, code = self.issue(self.signature)
        self.assertIn('We share more.', self.post(code).text)
        self.assertIn('Thank you', self.act(code).text)
        self.signature.invalidate_recordset()
        self.assertEqual(self.signature.version_id, newer)

    def test_a_wrong_form_is_said_in_one_sentence_and_kept(self):
        cases = {
            'name': {'name': ''},
            'function': {'function': '  \x00 '},
            'representatives': {'agrees': ''},
            'how your city joins': {'how': ''},
            'by when': {'how': 'provisional'},
            'a day after today': {'how': 'provisional', 'ratify_before': '2018-01-01'},
            'year-month-day': {'how': 'provisional', 'ratify_before': '31/12/2018'},
            'too long': {'name': 'x' * 151},
            'choose the article': {'note': 'But', 'article': str(10**9)},
            'note is too long': {'note': 'x' * 4001, 'article': '1'},
        }
        for words, form in cases.items():
            page = self.act(self.code, **form).text
            problem = page.split('id="scn_act_problem"')[1].split('</div>')[0]
            self.assertIn(words, problem, form)
        self.assertEqual(self.snapshot(self.signature), self.before)
        self.assertEqual(self.link.state, 'open')
        kept = self.act(self.code, agrees='', name='Kept <b>Name</b>').text
        self.assertIn('value="Kept &lt;b&gt;Name&lt;/b&gt;"', kept)

    def test_an_upload_in_place_of_a_text_is_no_text(self):
        upload = {name: (f'{name}.txt', b'x') for name in ('code', 'name', 'text_lang', 'do', 'note')}
        self.assertEqual(self.url_open(ACT_URL, data={'x': 'y'}, files=upload).status_code, 200)
        del upload['code']
        answer = self.url_open(ACT_URL, data={'code': self.code}, files=upload)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.snapshot(self.signature), self.before)

    def test_a_note_to_an_article(self):
        article = self.version.article_ids[:1]
        self.act(self.code, note='We read this\nour way', article=str(article.id), visibility='public')
        reservation = self.signature.reservation_ids
        self.assertEqual(
            (reservation.article_id, reservation.note, reservation.visibility),
            (article, 'We read this\nour way', 'public'),
        )

    def test_where_a_body_has_to_confirm_nobody_joins_finally(self):
        self.signature.with_user(self.officer).ratification_needed = True
        self.env.flush_all()
        self.assertNotIn('scn_act_how_final', self.post(self.code).text)
        self.assertIn('by when', self.act(self.code, how='final').text)
        self.assertEqual(self.snapshot(self.signature)[0], 'validation')

    def test_links_that_do_not_open(self):
        good = self.code
        other = 'A' if good[3] != 'A' else 'B'
        cases = {
            '': 'missing',
            good[:-1]: 'incomplete',
            good[:12]: 'incomplete',
            good[:3] + other + good[4:]: 'incomplete',
            good + good: 'incomplete',
            '\x00': 'incomplete',
            'ü' * 25: 'incomplete',
            'x' * 100000: 'missing',
            "' OR 1=1 --": 'incomplete',
            secret_code.new_code(secret_code.LINK_LENGTH): 'unknown',
        }
        for code, problem in cases.items():
            self.assertEqual(self.problem(self.act(code)), problem, code[:30])
        self.assertEqual(self.snapshot(self.signature), self.before)

    def test_each_end_of_a_link_has_its_own_page(self):
        self.link.expires_on = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.assertEqual(self.problem(self.act(self.code)), 'expired')
        self.link.expires_on = fields.Datetime.now() + timedelta(hours=1)
        __, newer = self.issue(self.signature)
        self.assertEqual(self.problem(self.act(self.code)), 'superseded')
        self.signature.link_ids.action_revoke()
        self.env.flush_all()
        self.assertEqual(self.problem(self.act(newer)), 'revoked')
        __, last = self.issue(self.signature)
        self.signature._decline(self.reasons['decline'])
        self.env.flush_all()
        self.assertEqual(self.problem(self.act(last)), 'closed')
        self.assertEqual(self.snapshot(self.signature)[0], 'declined')

    def test_control_without_the_expiry_an_old_link_acts(self):
        self.link.expires_on = fields.Datetime.now() - timedelta(days=400)
        self.env.flush_all()
        with patch.object(type(self.link), '_compute_is_expired', lambda links: links.update({'is_expired': False})):
            self.assertIn('Thank you', self.act(self.code).text)

    def test_an_expired_link_is_renewed_to_the_same_address_once(self):
        self.link.expires_on = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.assertEqual(self.problem(self.post(self.code, 'renew')), 'renewed')
        self.assertEqual(self.problem(self.post(self.code, 'renew')), 'superseded')
        self.assertEqual(self.signature.link_ids.mapped('partner_id'), self.mayor)
        self.assertEqual(len(self.signature.link_ids), 2)

    def test_a_good_link_is_not_renewed(self):
        self.assertIn('scn_act_form', self.post(self.code, 'renew').text)
        self.assertEqual(len(self.signature.link_ids), 1)

    def test_a_link_is_foreign_to_whoever_is_signed_in_as_somebody_else(self):
        new_test_user(self.env, 'lakeside_user', groups='base.group_portal').partner_id.parent_id = self.lakeside
        for login in ('lakeside_user', 'scn_officer'):
            self.authenticate(login, login)
            answer = self.act(self.code)
            self.assertEqual(self.problem(answer), 'foreign')
            self.assertNotIn('Riverton', answer.text.split('id="wrapwrap"')[1])
        self.assertEqual(self.snapshot(self.signature), self.before)
        self.authenticate(None, None)
        self.assertIn('Thank you', self.act(self.code).text)

    def test_a_link_does_not_follow_its_addressee_to_another_city(self):
        self.mayor.parent_id = self.lakeside
        self.env.flush_all()
        self.assertEqual(self.problem(self.act(self.code)), 'foreign')
        self.assertEqual(self.snapshot(self.signature), self.before)

    def test_an_act_that_fails_midway_leaves_the_link_good(self):
        def fail(*_args, **_options):
            raise UserError("The council is on holiday.")

        with patch.object(ScnDeclarationSignature, '_after_move', fail):
            self.assertIn('on holiday', self.act(self.code).text)
        self.assertEqual(self.snapshot(self.signature), self.before)
        self.link.invalidate_recordset()
        self.assertEqual(self.link.state, 'open')

    def test_the_certificate_by_the_used_link(self):
        self.assertIn('scn_act_form', self.post(self.code, 'certificate').text)
        self.act(self.code)
        with patch(
            'odoo.addons.base.models.ir_actions_report.IrActionsReport._render_qweb_pdf', return_value=(b'%PDF', 'pdf')
        ):
            answer = self.post(self.code, 'certificate')
        self.assertEqual(answer.headers['Content-Type'], 'application/pdf')

    def test_the_browser_takes_the_code_from_the_fragment(self):
        self.browser_js(
            f'{ACT_URL}#{secret_code.written(self.code)}',
            """
                if (document.getElementById("scn_act_form") && !window.location.hash && !window.location.search) {
                    console.log("test successful");
                }
            """,
            ready="document.readyState === 'complete' && !!document.getElementById('scn_act_form')",
        )
        self.assertEqual(self.snapshot(self.signature), self.before)


@tagged('post_install', '-at_install')
class TestForward(PublicCase):
    def setUp(self):
        super().setUp()
        self.signature = self.bring_to('validation').sudo()
        self.link, self.code = self.issue(self.signature, self.lead)

    def forward(self, code=None, **form):
        person = {
            'colleague_name': 'Paula Politician',
            'colleague_function': 'Councillor',
            'colleague_email': 'paula@riverton.example',
        }
        return self.post(code or self.code, 'forward', **{**person, **form})

    def test_who_passes_a_link_on_reads_none_of_its_mail(self):
        user = new_test_user(self.env, 'forwarder', groups='base.group_portal', partner_id=self.lead.id)
        mails = self.env['mail.mail'].search([])
        self.env['scn.declaration.link'].with_user(user).sudo()._issue(self.signature, self.mayor)
        message = (self.env['mail.mail'].search([]) - mails).mail_message_id
        self.assertIn('/declaration/act#', message.body)
        with self.assertRaises(AccessError):
            message.with_user(user).read(['body'])

    def test_a_colleague_of_the_city_gets_a_link_and_both_are_good(self):
        self.assertIn('a link of their own', self.forward().text)
        passed_on = self.signature.link_ids - self.link
        self.assertEqual(
            (passed_on.state, passed_on.partner_id.name, passed_on.partner_id.parent_id, passed_on.forwarded_by_id),
            ('open', 'Paula Politician', self.riverton, self.link),
        )
        self.assertEqual(self.link.state, 'open')
        self.assertIn('Paula Politician', self.signature.message_ids[0].body)
        self.act(self.code)
        passed_on.invalidate_recordset()
        self.assertEqual(passed_on.state, 'overtaken')

    def test_a_known_contact_is_not_made_twice(self):
        self.forward(colleague_email='MARA@riverton.example')
        self.assertEqual((self.signature.link_ids - self.link).partner_id, self.mayor)

    def test_another_address_waits_for_staff(self):
        contacts = self.riverton.child_ids
        for _twice in range(2):
            self.assertIn('look at it', self.forward(colleague_email='paula@elsewhere.example').text)
        waiting = self.signature.link_ids - self.link
        self.assertEqual((waiting.state, waiting.partner_id), ('requested', self.env['res.partner']))
        self.riverton.invalidate_recordset()
        self.assertEqual(self.riverton.child_ids, contacts)
        self.assertEqual(len(self.signature.activity_ids), 1)
        waiting.with_user(self.officer).action_approve()
        self.assertIn('Paula Politician', self.riverton.child_ids.mapped('name'))
        good = self.signature.link_ids.filtered(lambda link: link.state == 'open')
        self.assertEqual(set(good.mapped('partner_id.email')), {'paula@elsewhere.example', 'dana@riverton.example'})

    def test_a_mail_provider_is_nobodys_domain(self):
        self.lead.email = 'dana@gmail.com'
        self.env.flush_all()
        self.assertIn('look at it', self.forward(colleague_email='paula@gmail.com').text)

    def test_a_domain_of_the_city_counts(self):
        self.env['scn.city.alias'].create(
            {'organisation_id': self.riverton.id, 'kind': 'domain', 'name': 'council.example'}
        )
        self.env.flush_all()
        self.assertIn('a link of their own', self.forward(colleague_email='paula@mail.council.example').text)

    def test_nobody_passes_on_without_end(self):
        for number in range(7):
            self.forward(colleague_email=f'paula{number}@riverton.example')
        self.assertEqual(
            sorted(self.signature.link_ids.mapped('state')),
            ['open'] * 6 + ['requested'] * 2,
        )

    def test_wrong_addresses(self):
        for email in ('', 'paula', 'paula@', 'a@b.example, c@d.example', 'paula@riverton.example\r\nBcc: x@y.example'):
            self.assertIn('e-mail address', self.forward(colleague_email=email).text)
        self.assertEqual(self.signature.link_ids, self.link)

    def test_a_used_link_is_not_passed_on(self):
        self.act(self.code)
        self.assertIn('This is done already', self.forward().text)
        self.assertEqual(self.signature.link_ids, self.link)

    def test_hostile_names_stand_in_the_activity_as_text(self):
        self.forward(colleague_name='<img src=x onerror=alert(1)>', colleague_email='p@elsewhere.example')
        self.assertNotIn('<img', self.signature.activity_ids.note)
        self.assertIn('&lt;img', self.signature.activity_ids.note)
