from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestSyncKey(SharingCitiesCase):
    def wizard(self, user=None, **values):
        return self.env['scn.sync.key'].with_user(user or self.manager).create({'user_id': self.bot.id, **values})

    def check(self, key):
        return self.env['res.users.apikeys']._check_credentials(scope='rpc', key=key)

    def test_a_key_is_issued_shown_once_and_works_beside_the_old_one(self):
        keys = [self.wizard().action_issue()['context']['default_key'] for __ in range(2)]
        self.assertEqual([self.check(key) for key in keys], [self.bot.id] * 2)
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(scn_sync_key)::text FROM scn_sync_key")
        stored = ' '.join(row[0] for row in self.env.cr.fetchall())
        for key in keys:
            self.assertNotIn(key, stored)

    def test_old_keys_can_be_ended(self):
        wizard = self.wizard()
        old, new = (wizard.action_issue()['context']['default_key'] for __ in range(2))
        wizard.action_end_old_keys()
        self.assertFalse(self.check(old))
        self.assertEqual(self.check(new), self.bot.id)

    def test_only_managers_issue_keys(self):
        for user in (self.reader, self.officer, self.finance, self.bot):
            with self.assertRaises(AccessError):
                self.wizard(user=user)
        wizard = self.wizard()
        for user in (self.reader, self.officer):
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_issue()

    def test_a_key_only_for_an_automation_user_and_a_bounded_time(self):
        with self.assertRaisesRegex(UserError, "only group"):
            self.wizard(user_id=self.officer.id).action_issue()
        today = fields.Date.today()
        for day in (today, today - timedelta(days=1), today + timedelta(days=5000)):
            with self.assertRaisesRegex(UserError, "valid from one day"):
                self.wizard(expires_on=day).action_issue()

    def test_the_keys_of_other_users_are_out_of_reach(self):
        admin = self.env.ref('base.user_admin')
        keys = self.env['res.users.apikeys'].with_user(admin).sudo()
        end = fields.Datetime.now() + timedelta(days=9)
        issued = [keys._generate('rpc', f'private {number}', end) for number in (1, 2)]
        wizard = self.wizard(user_id=admin.id)
        self.assertNotIn('private', wizard.existing_keys)
        wizard.action_end_old_keys()
        self.assertEqual([self.check(key) for key in issued], [admin.id] * 2)

    def test_leaving_the_page_while_the_key_is_shown_logs_and_stores_nothing(self):
        """The browser saves an open form when its page is left: the key must not reach a statement."""
        action = self.wizard().action_issue()
        key = action['context']['default_key']
        shown = self.env[action['res_model']].with_user(self.manager).with_context(action['context'])
        self.assertEqual(shown.default_get(['key'])['key'], key)
        with self.assertLogs('odoo.sql_db', 'DEBUG') as log:
            shown.web_save({}, {})
            self.env.flush_all()
        self.assertNotIn(key, ''.join(log.output))
