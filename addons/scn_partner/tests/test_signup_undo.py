import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SharingCitiesCase, external_id, record


@tagged('post_install', '-at_install')
class TestSignupUndo(SharingCitiesCase):
    def take_back(self, *messages, method='sync_restore', user=None, run='run-1', batch='undo-1'):
        """Rows of the answer, by message."""
        payload = {
            'protocol': 1,
            'source': 'test',
            'of_run': run,
            'run': 'undo',
            'batch': batch,
            'external_ids': [external_id(message) for message in messages],
            'reason': 'A mistake',
        }
        Signup = self.env['scn.signup'].with_user(user or self.manager)
        rows = json.loads(getattr(Signup, method)(json.dumps(payload)))['records']
        return dict(zip(messages, rows, strict=True))

    def accept(self, *messages, **options):
        signups = self.env['scn.signup'].union(*(self.signup(message) for message in messages))
        signups.with_user(self.officer)._accept(**options)
        return signups

    def test_only_managers_restore(self):
        for user in (self.bot, self.officer, self.reader, self.finance, self.employee):
            with self.assertRaises(AccessError):
                self.take_back('one', user=user)

    def test_withdrawing_touches_only_what_the_run_brought_and_nobody_decided(self):
        self.send(record('old'), run='run-0', batch='b0')
        self.send(record('one'), record('two', email='bo@riverton.example', name='Bo Example'), batch='b1')
        self.send(record('old', position='Director'), batch='b2')  # updated by the run, brought by another
        self.signup('two').with_user(self.officer)._reject('spam')
        rows = self.take_back('one', 'two', 'old', 'none', method='sync_withdraw', user=self.bot)
        self.assertEqual(
            [(row['status'], row['reason']) for row in rows.values()],
            [('withdrawn', None), ('refused', 'rejected'), ('refused', 'other_run'), ('unknown', None)],
        )
        self.assertEqual((self.signup('one').state, self.signup('old').state), ('withdrawn', 'matched'))
        self.assertEqual(self.send(record('one', position='Director'), batch='b3'), [('unchanged', 'decided')])

    def test_what_acceptance_created_goes_and_the_evidence_stays(self):
        self.receive()
        signup = self.accept('one')
        contact, applied = signup.contact_partner_id, signup.applied_changes
        row = self.take_back('one')['one']
        self.assertEqual((row['status'], row['kept']), ('restored', []))
        self.assertIn('contact.record', row['restored'])
        self.assertIn('city.task_force_since', row['restored'])
        self.assertFalse(contact.active)
        self.assertFalse(self.riverton.task_force_since)
        self.assertFalse(self.riverton.contact_role_ids.filtered(lambda role: not role.date_end))
        self.assertEqual((signup.state, signup.decided_by_id), ('withdrawn', self.manager))
        self.assertEqual((signup.applied_changes, signup.consent_wording), (applied, 'Keep me informed'))
        self.assertIn('Contact that accepting created: taken back', signup.restored_text)
        self.assertEqual(self.take_back('one', batch='undo-2')['one']['status'], 'unchanged')

    def test_a_field_somebody_changed_since_is_kept(self):
        ana = self.env['res.partner'].create(
            {'name': 'Ana Example', 'email': 'ana.example@riverton.example', 'parent_id': self.riverton.id}
        )
        self.receive()
        self.accept('one')
        self.assertEqual(ana.function, 'Head of unit')
        ana.function = 'Mayor'
        row = self.take_back('one')['one']
        self.assertEqual((ana.function, ana.phone, ana.active), ('Mayor', False, True))
        self.assertIn('contact.function (changed_since)', row['kept'])
        self.assertIn('contact.phone', row['restored'])
        self.assertEqual(ana.email, 'ana.example@riverton.example')

    def test_a_created_contact_that_staff_changed_or_use_stays(self):
        self.receive('one')
        self.receive('two', name='Bo Example', email='bo@riverton.example')
        changed, used = (signup.contact_partner_id for signup in self.accept('one', 'two'))
        changed.phone = '+441632960999'
        self.env['res.partner.bank'].create({'acc_number': 'GB00 0000', 'partner_id': used.id})
        rows = self.take_back('one', 'two')
        self.assertTrue(changed.active and used.active)
        self.assertIn('contact.record (changed_since)', rows['one']['kept'])
        self.assertIn('contact.record (in_use)', rows['two']['kept'])

    def test_what_another_accepted_sign_up_says_too_stays(self):
        self.receive('one')
        self.receive('two')
        signups = self.accept('one', 'two')
        contact = signups.contact_partner_id
        self.assertEqual(len(contact), 1)
        self.assertIn('contact.record (used_by_another)', self.take_back('one')['one']['kept'])
        self.assertTrue(contact.active)
        self.assertIn('contact.record', self.take_back('two', batch='undo-2')['two']['restored'])
        self.assertFalse(contact.active)

    def test_a_created_city_goes_with_its_only_contact(self):
        self.receive(city='Newtown', email='ana@newtown.example')
        signup = self.accept('one', create_city=True)
        city = signup.city_partner_id
        self.take_back('one')
        self.assertFalse(city.active or signup.contact_partner_id.active)
        self.assertFalse(
            self.env['scn.contact.key'].search([('partner_id', 'in', [city.id, signup.contact_partner_id.id])]),
        )

    def test_somebody_who_moved_gets_the_old_role_back(self):
        ana = self.env['res.partner'].create(
            {'name': 'Ana Example', 'email': 'ana.example@riverton.example', 'parent_id': self.lakeside.id}
        )
        role = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.lakeside.id,
                'contact_id': ana.id,
                'role': 'staff_lead',
                'date_start': '2018-01-01',
            }
        )
        self.receive()
        self.accept('one')
        self.assertTrue(role.date_end)
        self.take_back('one')
        self.assertFalse(role.date_end)

    def test_a_wish_to_stop_survives_everything(self):
        """Control: without the rule the stop that came along with the move would be taken back."""
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
                'news_stopped_on': '2019-01-01 00:00:00',
            }
        )
        self.receive()
        signup = self.accept('one')
        contact = signup.contact_partner_id
        self.assertTrue(contact.news_stopped_on)
        self.take_back('one')
        self.assertTrue(contact.news_stopped_on and ana.news_stopped_on)
        self.send(record('again', received_at='2030-01-01T00:00:00Z'), batch='again')
        self.send(record('one', position='Mayor'), batch='one-again')
        self.accept('again')
        self.assertTrue(self.signup('again').contact_partner_id.news_stopped_on)
        self.assertEqual(signup.state, 'withdrawn')

    def test_queries_do_not_grow_with_the_sign_ups(self):
        """Looking for uses asks each table once, not once per contact."""
        messages = [f'm{number}' for number in range(12)]
        self.send(
            *(record(message, name=f'Person {message}', email=f'{message}@riverton.example') for message in messages)
        )
        contacts = self.accept(*messages).contact_partner_id
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.assertEqual(contacts[:1]._filter_unused(frozenset({'res_partner'})), contacts[:1].browse())
        once = self.cr.sql_log_count - before
        self.assertGreater(once, 10)
        with self.assertQueryCount(once):
            contacts._filter_unused(frozenset({'res_partner'}))
