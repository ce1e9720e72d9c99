import json

from odoo.tests import tagged

from .common import SharingCitiesCase, external_id, record


@tagged('post_install', '-at_install')
class TestSignupErasure(SharingCitiesCase):
    def erase(self, signup):
        """What an erasure does, as far as the inbox is concerned."""
        self.env['scn.signup.erasure']._remember(signup)
        signup.sudo().unlink()

    def preview(self, *records, source='test', user=None):
        payload = json.dumps({'protocol': 1, 'source': source, 'records': list(records)})
        return json.loads(self.env['scn.signup'].with_user(user or self.bot).sync_preview(payload))['records']

    def test_an_erased_message_is_not_taken_again(self):
        self.erase(self.receive())
        self.assertEqual(self.preview(record())[0]['reason'], 'erased')
        self.assertEqual(self.send(record(), batch='again'), [('rejected', 'erased')])
        self.assertFalse(self.signup())

    def test_control_without_the_digest_the_message_would_be_taken(self):
        signup = self.receive()
        self.erase(signup)
        self.env['scn.signup.erasure'].search([('kind', 'in', ('message', 'address'))]).unlink()
        self.assertEqual(self.send(record(), batch='again'), [('created', None)])

    def test_an_old_message_of_an_erased_address_leaves_nothing_of_the_person(self):
        self.erase(self.receive())
        old = record('other copy', email='ANA.example@riverton.example')
        self.assertEqual(self.send(old, batch='b1'), [('created', None)])
        kept = self.signup('other copy')
        self.assertEqual(kept.state, 'withdrawn')
        for name in ('contact_name', 'email', 'phone', 'city', 'unit', 'position', 'subject', 'raw_text'):
            self.assertFalse(kept[name], name)
        self.assertFalse(kept.organisation_id or kept.contact_id or kept.consent_wording)
        self.assertEqual(self.send(old, batch='b2'), [('unchanged', None)])
        self.assertEqual(self.send({**old, 'unit': 'Other'}, batch='b3'), [('unchanged', 'decided')])

    def test_answers_do_not_tell_that_an_address_was_erased(self):
        """Somebody with a key for another source learns nothing by sending addresses."""
        self.erase(self.receive())
        for batch, email in (('p1', 'ana.example@riverton.example'), ('p2', 'never.known@riverton.example')):
            probe = record(f'probe {email}', email=email)
            self.assertEqual(
                [(row['status'], row['reason']) for row in self.preview(probe, source='probing')],
                [('created', None)],
            )
            self.assertEqual(self.send(probe, source='probing', batch=batch), [('created', None)])

    def test_whoever_writes_again_after_the_erasure_is_taken(self):
        self.erase(self.receive())
        self.send(record('new wish', received_at='2099-01-01T00:00:00Z'), batch='b1')
        self.assertEqual(self.signup('new wish').state, 'matched')

    def test_only_keyed_digests_are_kept(self):
        signup = self.receive()
        self.env['scn.signup.erasure']._remember(signup, emails=['Private@Example.org'])
        rows = self.env['scn.signup.erasure'].search([('digest', '!=', False)])
        self.assertEqual(sorted(rows.mapped('kind')), ['address', 'address', 'message'])
        self.assertTrue(all(len(row.digest) == 64 for row in rows))
        self.assertNotIn(external_id('one'), rows.mapped('digest'))
        # another database has another secret: the same address gives another digest
        self.env['ir.config_parameter'].sudo().set_param('scn_partner.erasure_secret', 'other')
        self.assertNotIn(
            self.env['scn.signup.erasure']._get_digest('address', 'private@example.org'),
            rows.mapped('digest'),
        )

    def test_remembering_twice_keeps_one_row_and_the_later_day(self):
        signup = self.receive()
        Erasure = self.env['scn.signup.erasure']
        Erasure._remember(signup)
        rows = Erasure.search([('kind', '=', 'message')])
        rows.flush_recordset()
        self.env.cr.execute("UPDATE scn_signup_erasure SET erased_on = '2019-01-01'")
        Erasure._remember(signup)
        self.assertEqual(Erasure.search_count([('kind', '=', 'message')]), 1)
        self.assertGreater(str(Erasure.search([('kind', '=', 'message')]).erased_on), '2020')
