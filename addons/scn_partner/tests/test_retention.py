from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestRetention(SharingCitiesCase):
    def rule(self, code):
        return self.env['scn.retention'].search([('code', '=', code)])

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_partner.ir_cron_retention').method_direct_trigger()
        self.env.invalidate_all()

    def rejected(self, message, days):
        signup = self.receive(message, email=f'{message}@riverton.example')
        signup.with_user(self.officer)._reject('spam')
        signup.sudo().decided_on = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        return signup

    def test_a_rejected_signup_loses_its_person_after_the_days_and_not_before(self):
        old, young = self.rejected('old', 366), self.rejected('young', 364)
        self.run_job()
        for name in ('contact_name', 'email', 'phone', 'raw_text', 'subject', 'consent_wording'):
            self.assertFalse(old[name], name)
            self.assertTrue(young[name], name)
        self.assertTrue(old.payload_hash, "A kept mailbox must not bring it back.")

    def test_managers_change_the_days(self):
        young = self.rejected('young', 20)
        self.rule('signup').with_user(self.manager).days = 10
        self.run_job()
        self.assertFalse(young.email)

    def test_a_rule_that_is_switched_off_lets_nothing_go(self):
        old = self.rejected('old', 999)
        self.rule('signup').active = False
        self.run_job()
        self.assertTrue(old.email)

    def test_a_wish_to_stop_outlives_the_retention(self):
        old = self.receive('stopping')
        old._stop_news()
        old.sudo().decided_on = fields.Datetime.now() - timedelta(days=999)
        self.env.flush_all()
        self.run_job()
        self.assertEqual(old.contact_name, '(erased)')
        self.assertEqual(self.env.ref('scn_partner.scn_retention_signup')._let_go_batch(), 0, "done once for all")
        self.assertIn('stopped_address', self.receive('again').match_reasons or '')

    def test_withdrawn_consents_go_and_those_in_force_stay(self):
        person = self.env['res.partner'].create({'name': 'Ana', 'email': 'ana@riverton.example'})
        with freeze_time('2015-01-01'):
            person._give_consent('magazine')
            person._give_consent('news')
            person._withdraw_consent('magazine')
        self.run_job()
        consents = self.env['scn.consent'].search([('partner_id', '=', person.id)])
        self.assertEqual(consents.purpose_id.code, 'news')

    def test_the_job_a_second_time_changes_nothing(self):
        self.rejected('old', 366)
        self.run_job()
        self.env.flush_all()
        self.assertFalse(self.rule('signup')._let_go_batch())

    def test_rules_come_with_the_addons(self):
        with self.assertRaises(UserError):
            self.env['scn.retention'].create({'name': 'X', 'code': 'nothing_like_it', 'days': 1})
        with self.assertRaises(AccessError):
            self.rule('signup').with_user(self.manager).unlink()

    def test_every_rule_has_both_its_methods(self):
        Retention = self.env['scn.retention']
        for rule in Retention.with_context(active_test=False).search([]):
            self.assertTrue(hasattr(Retention, f'_let_go_{rule.code}'), rule.code)
            getattr(rule, f'_find_due_{rule.code}')(fields.Datetime.now(), 1)
