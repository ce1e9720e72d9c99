import json

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SharingCitiesCase, record


@tagged('post_install', '-at_install')
class TestSignupExpectation(SharingCitiesCase):
    def expect(self, records, expected, batch='b1'):
        payload = {
            'protocol': 1,
            'source': 'test',
            'run': 'run-1',
            'batch': batch,
            'records': records,
            'expected': expected,
        }
        return json.loads(self.env['scn.signup'].with_user(self.bot).sync_receive(json.dumps(payload)))

    def test_as_foretold_it_is_done(self):
        answer = self.expect([record('one'), record('two')], ['created', 'created'])
        self.assertEqual([row['status'] for row in answer['records']], ['created', 'created'])
        self.assertNotIn('moved', answer)

    def test_when_one_moved_nothing_is_written_and_the_key_stays_free(self):
        self.receive('one')
        answer = self.expect([record('two'), record('one')], ['created', 'created'])
        self.assertEqual((answer['records'], len(answer['moved'])), ([], 1))
        self.assertFalse(self.signup('two'))
        self.assertFalse(self.env['scn.signup.batch'].search([('key', '=', 'b1')]))
        self.assertEqual(len(self.expect([record('two')], ['created'])['records']), 1)

    def test_control_without_an_expectation_it_is_written(self):
        self.receive('one')
        self.assertEqual(self.send(record('two'), record('one')), [('created', None), ('unchanged', None)])

    def test_an_expectation_must_fit(self):
        for expected in ([], ['created', 'created'], ['other'], 'created', [None]):
            with self.assertRaises(UserError):
                self.expect([record('one')], expected)

    def test_a_preview_says_what_is_known(self):
        self.receive('one')
        payload = {'protocol': 1, 'source': 'test', 'records': [record('one', unit='Other'), record('two')]}
        rows = json.loads(self.env['scn.signup'].with_user(self.bot).sync_preview(json.dumps(payload)))['records']
        self.assertEqual([(row['status'], row['known']) for row in rows], [('updated', True), ('created', False)])

    def test_info_names_the_caller_and_the_database(self):
        def info(user):
            return json.loads(self.env['scn.signup'].with_user(user).sync_info())

        bot, manager = info(self.bot), info(self.manager)
        self.assertEqual((bot['login'], bot['is_manager']), ('scn_bot', False))
        self.assertEqual((manager['login'], manager['is_manager']), ('scn_manager', True))
        self.assertEqual(bot['database_id'], manager['database_id'])
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        self.assertNotIn(uuid[:8], bot['database_id'])
