import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service import model as service
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestRpcGate(SharingCitiesCase):
    """The gate before Odoo's external API; over real HTTP and on every model in ``tests/system``."""

    def call(self, user, model, method, *args):
        return service.call_kw(self.env[model].with_user(user), method, list(args), {})

    def test_the_bot_has_four_methods(self):
        self.assertEqual(json.loads(self.call(self.bot, 'scn.signup', 'sync_info'))['protocol'], 1)
        for model, method, args in (
            ('res.partner', 'fields_get', []),
            ('scn.signup', 'fields_get', []),
            ('scn.signup', 'load', [['city'], [['x']]]),
            ('res.partner', 'sync_info', []),
            ('res.company', 'get_next_batch_payment_communication', [self.env.company.ids]),
        ):
            with self.assertRaisesRegex(AccessError, "only call the methods of the sync", msg=f'{model}.{method}'):
                self.call(self.bot, model, method, *args)

    def test_others_are_not_concerned(self):
        for user in (self.employee, self.manager, self.env.ref('base.public_user')):
            self.assertIn('id', self.call(user, 'res.partner', 'fields_get'))

    def test_without_the_gate_the_bot_takes_a_number_of_the_accounts(self):
        """Control: Odoo's own function lets it through."""
        company = self.env.company.with_user(self.bot)
        arguments = [self.env.company.ids]
        self.assertTrue(
            service.call_kw.__wrapped__(company, 'get_next_batch_payment_communication', arguments, {}),
        )


@tagged('post_install', '-at_install')
class TestRouteGate(HttpCase):
    def test_a_key_opens_no_page_to_the_bot(self):
        bot = new_test_user(self.env, 'scn_route_bot', groups='scn_partner.group_scn_sync_bot')
        key = (
            self.env['res.users.apikeys']
            .with_user(bot)
            .sudo()
            ._generate('rpc', 'test', fields.Datetime.now() + timedelta(days=1))
        )
        headers = {'Authorization': f'Bearer {key}', 'Content-Type': 'application/json'}
        info = self.url_open('/json/2/scn.signup/sync_info', data='{}', headers=headers)
        self.assertEqual(info.status_code, 200)
        for path, data in (
            ('/json/2/scn.signup/fields_get', '{}'),
            ('/json/2/res.partner/get_base_url', '{}'),
            ('/json/1/contacts', None),
        ):
            self.assertEqual(self.url_open(path, data=data, headers=headers).status_code, 403, path)
