from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestSignupMail(SharingCitiesCase):
    def setUp(self):
        super().setUp()
        self.startClassPatcher(freeze_time('2019-05-10 12:00:00'))
        self.first = self.receive('first')
        self.source = self.first.source_id
        self.source.write(
            {
                'acknowledge': True,
                'contact_email': 'hello@network.example',
                'privacy_url': 'https://network.example/p',
            }
        )

    def wizard(self, signup):
        action = signup.with_user(self.officer).action_open_accept()
        return Form(self.env[action['res_model']].with_user(self.officer).with_context(action['context']))

    def mails(self, signup):
        return self.env['mail.mail'].sudo().search([('email_to', '=', signup.email)])

    def test_staff_see_the_mail_first_and_what_they_wrote_is_queued(self):
        with self.wizard(self.first) as form:
            self.assertTrue(form.can_send_mail)
            self.assertIn('Riverton', form.mail_subject)
            self.assertIn('https://network.example/p', form.mail_body)
            self.assertIn('/sharing-cities/stop#', form.mail_body)
            form.mail_subject = 'Welcome, Riverton'
        form.record.action_confirm()
        mail = self.mails(self.first)
        self.assertEqual((mail.subject, mail.state), ('Welcome, Riverton', 'outgoing'))
        self.assertTrue(self.first.acknowledged_on)

    def test_a_mail_is_optional(self):
        with self.wizard(self.first) as form:
            form.send_mail = False
        form.record.action_confirm()
        self.assertEqual(self.first.state, 'accepted')
        self.assertFalse(self.mails(self.first))

    def test_old_messages_silent_sources_and_stopped_people_get_nothing(self):
        self.assertTrue(self.first._can_acknowledge())
        self.assertFalse(self.receive('old', received_at='2019-04-01T00:00:00Z')._can_acknowledge())
        self.assertFalse(self.receive('nobody', email=None)._can_acknowledge())
        self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.riverton.id,
                'news_stopped_on': '2019-01-01 00:00:00',
            }
        )
        self.assertFalse(self.receive('stopped')._can_acknowledge())
        self.source.acknowledge = False
        self.assertFalse(self.first._can_acknowledge())

    def test_accepting_many_sends_nothing(self):
        signups = self.first + self.receive('two', name='Jan Example')
        signups.with_user(self.officer).action_accept()
        self.assertFalse(self.mails(self.first))

    def test_the_mail_speaks_the_senders_language(self):
        self.env['res.lang']._activate_lang('nl_NL')
        template = self.env.ref('scn_partner.mail_template_signup_accepted')
        template.with_context(lang='nl_NL').subject = 'Wij ontvingen uw aanmelding'
        signup = self.receive('dutch', language='nl')
        with self.wizard(signup) as form:
            self.assertEqual(form.mail_subject, 'Wij ontvingen uw aanmelding')
            form.send_mail = False

    def test_who_stopped_at_another_city_gets_no_mail(self):
        self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
                'news_stopped_on': '2019-01-01 00:00:00',
            }
        )
        self.assertFalse(self.receive('elsewhere')._can_acknowledge())

    def test_a_line_break_in_the_city_does_not_break_the_mail(self):
        signup = self.receive('lines', city='Riverton\nBcc: evil@evil.example')
        signup.sudo().write({'organisation_id': self.riverton.id})
        with self.wizard(signup) as form:
            self.assertTrue(form.send_mail)
        form.record.action_confirm()
        self.assertNotIn('\n', self.mails(signup).subject)
