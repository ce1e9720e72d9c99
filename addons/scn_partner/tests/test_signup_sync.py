import json

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SharingCitiesCase, external_id, record


@tagged('post_install', '-at_install')
class TestSignupSync(SharingCitiesCase):
    def call(self, method, user=None, **payload):
        return json.loads(getattr(self.env['scn.signup'].with_user(user or self.bot), method)(json.dumps(payload)))

    # -- rights ------------------------------------------------------------------------------------------------

    def test_only_the_bot_and_managers_may_call(self):
        payload = json.dumps({'protocol': 1, 'source': 'test', 'records': [record()]})
        for user in (self.reader, self.officer, self.finance, self.employee, self.env.ref('base.public_user')):
            Signup = self.env['scn.signup'].with_user(user)
            for call in (
                Signup.sync_info,
                lambda Signup=Signup: Signup.sync_preview(payload),
                lambda Signup=Signup: Signup.sync_receive(payload),
                lambda Signup=Signup: Signup.sync_withdraw(payload),
            ):
                with self.assertRaises(AccessError):
                    call()
        for user in (self.bot, self.manager):
            self.assertEqual(json.loads(self.env['scn.signup'].with_user(user).sync_info())['protocol'], 1)

    def test_the_bot_reads_and_writes_nothing_itself(self):
        signup = self.receive()
        for model in (
            'scn.signup',
            'scn.signup.run',
            'scn.signup.batch',
            'scn.signup.source',
            'res.partner',
            'scn.benefit',
            'scn.grade.benefit',
            'scn.contact.key',
            'res.users',
            'ir.config_parameter',
        ):
            Model = self.env[model].with_user(self.bot)
            with self.assertRaises(AccessError, msg=model):
                Model.search_read([], ['id'], limit=1)
            with self.assertRaises(AccessError, msg=model):
                Model.create({})
        with self.assertRaises(AccessError):
            signup.with_user(self.bot).write({'city': 'Elsewhere'})
        with self.assertRaises(AccessError):
            signup.with_user(self.bot).unlink()

    def test_the_bot_cannot_change_its_own_user(self):
        bot = self.bot.with_user(self.bot)
        for values in ({'name': 'Boss'}, {'email': 'a@b.example'}, {'lang': 'en_US'}, {'signature': 'x'}):
            with self.assertRaises(AccessError):
                bot.write(values)
        with self.assertRaises(AccessError):
            bot.read(['login'])

    def test_the_callers_context_and_records_count_for_nothing(self):
        Signup = (
            self.env['scn.signup']
            .with_user(self.bot)
            .with_context(
                active_test=False,
                default_state='accepted',
                default_city_partner_id=self.lakeside.id,
                allowed_company_ids=[999],
            )
        )
        Signup.browse([1, 2, 3]).sync_receive(
            json.dumps(
                {
                    'protocol': 1,
                    'source': 'test',
                    'run': 'r',
                    'batch': 'b',
                    'records': [record()],
                }
            )
        )
        self.assertEqual(self.signup().state, 'matched')
        self.assertFalse(self.signup().city_partner_id)

    # -- receiving ---------------------------------------------------------------------------------------------

    def test_every_field_arrives(self):
        signup = self.receive(consent={'given_at': '2019-05-02T08:00:00Z', 'wording': 'Yes', 'source': 'form'})
        self.assertEqual(
            (
                signup.contact_name,
                signup.email,
                signup.phone,
                signup.position,
                signup.unit,
                signup.city,
                signup.country_id,
                signup.language,
                signup.wants_task_force,
                signup.wants_event,
                signup.subject,
                signup.raw_text,
                signup.consent_wording,
                signup.consent_source,
                str(signup.consent_given_at),
                str(signup.received_at),
                signup.run_id.key,
            ),
            (
                'Ana Example',
                'ana.example@riverton.example',
                '+441632960101',
                'Head of unit',
                'Digital economy unit',
                'Riverton',
                self.uk,
                'en',
                True,
                False,
                'Joining the task force',
                'Dear team, please add us.',
                'Yes',
                'form',
                '2019-05-02 08:00:00',
                '2019-05-03 10:00:00',
                'run-1',
            ),
        )

    def test_statuses(self):
        self.assertEqual(self.send(record('a'), record('b'), batch='1'), [('created', None)] * 2)
        self.assertEqual(
            self.send(record('a'), record('b', phone=None), batch='2'), [('unchanged', None), ('updated', None)]
        )
        self.assertEqual(self.send(record('c', review_reasons=['forwarded']), batch='3'), [('review', 'forwarded')])
        self.assertEqual(self.send(record('c', review_reasons=['forwarded']), batch='4'), [('unchanged', None)])

    def test_the_same_message_twice_in_a_batch_is_stored_once(self):
        self.assertEqual(self.send(record(), record()), [('created', None), ('unchanged', None)])
        self.assertEqual(len(self.signup()), 1)

    def test_another_message_never_updates_a_signup(self):
        self.send(record('one'), record('two', phone=None))
        self.assertEqual(self.signup('one').phone, '+441632960101')

    def test_answers_do_not_tell_whether_a_city_is_known(self):
        known, unknown = self.send(record('known'), record('unknown', city='Nowhere at all'))
        self.assertEqual(known, unknown)
        self.assertEqual((self.signup('known').state, self.signup('unknown').state), ('matched', 'review'))

    def test_a_decided_or_purged_signup_is_never_reopened(self):
        accepted, rejected = self.receive('accepted'), self.receive('rejected')
        accepted.with_user(self.officer)._accept()
        rejected.with_user(self.officer)._reject('spam')
        purged = self.receive('purged')
        purged.sudo().write({'raw_purged_on': '2020-01-01', 'raw_text': False})
        answers = self.send(
            record('accepted', name='X Y'),
            record('rejected', name='X Y'),
            record('purged', name='X Y'),
            batch='late',
        )
        self.assertEqual(answers, [('unchanged', 'decided')] * 3)
        self.assertEqual((accepted.state, rejected.state, purged.contact_name), ('accepted', 'rejected', 'Ana Example'))

    # -- exactly once ------------------------------------------------------------------------------------------

    def test_the_same_batch_returns_the_first_answer_and_writes_nothing(self):
        payload = json.dumps(
            {
                'protocol': 1,
                'source': 'test',
                'run': 'r',
                'batch': 'b',
                'records': [record()],
            }
        )
        bot = self.env['scn.signup'].with_user(self.bot)
        first = bot.sync_receive(payload)
        self.signup().sudo().contact_name = 'Changed since'
        self.env.flush_all()
        self.assertEqual(bot.sync_receive(payload), first)
        self.assertEqual(self.signup().contact_name, 'Changed since')
        self.assertEqual(self.env['scn.signup.batch'].search_count([('key', '=', 'b')]), 1)

    def test_the_same_batch_key_with_another_payload_is_refused(self):
        self.send(record('one'), batch='b')
        with self.assertRaisesRegex(UserError, "already used for other content"):
            self.send(record('two'), batch='b')
        with self.assertRaisesRegex(UserError, "already used for other content"):
            self.send(record('one'), batch='b', source='other')
        self.assertFalse(self.signup('two'))

    def test_the_unique_pair_guards_the_inbox(self):
        signup = self.receive()
        stub = {'source_id': signup.source_id.id, 'external_id': signup.external_id}
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['scn.signup'].sudo().create(stub)

    def test_without_the_unique_pair_a_message_is_stored_twice(self):
        """Control: the unique pair decides, nothing else does."""
        self.receive()
        self.env.cr.execute('ALTER TABLE scn_signup DROP CONSTRAINT scn_signup_source_external_id_unique')
        self.send(record(), batch='again')
        self.assertEqual(len(self.signup()), 2)

    def test_without_the_batch_key_a_repeated_batch_is_worked_on_again(self):
        """Control: the batch key decides, nothing else does."""
        self.send(record(), batch='b')
        self.env.cr.execute('ALTER TABLE scn_signup_batch DROP CONSTRAINT scn_signup_batch_key_unique')
        self.assertEqual(self.send(record(), batch='b'), [('unchanged', None)])

    # -- one bad record ----------------------------------------------------------------------------------------

    def test_a_record_that_the_server_refuses_costs_only_itself(self):
        """One savepoint per batch; after a failed batch record by record."""
        prepare = type(self.env['scn.signup'])._prepare_sync_values

        def refusing(signup, data):
            values = prepare(signup, data)
            if data['name'] == 'Refuse Me':
                raise ValidationError("an integrator's rule")
            return values

        self.patch(type(self.env['scn.signup']), '_prepare_sync_values', refusing)
        answers = self.send(record('a'), record('b', name='Refuse Me'), record('c'))
        self.assertEqual(answers, [('created', None), ('rejected', 'refused_by_server'), ('created', None)])
        self.assertFalse(self.signup('b'), "nothing half done")
        self.assertTrue(self.signup('a') and self.signup('c'))

    def test_a_good_batch_uses_one_savepoint(self):
        savepoints = []
        execute = type(self.env.cr).execute

        def spying(cursor, query, *args, **kwargs):
            if 'SAVEPOINT' in str(getattr(query, 'code', query)).upper().split('"')[0][:10]:
                savepoints.append(query)
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), 'execute', spying)
        self.send(*(record(f'r{number}') for number in range(50)))
        self.assertEqual(len(savepoints), 1)

    def test_bad_records_are_refused_one_by_one(self):
        bad = {
            'extra key': {**record('x1'), 'state': 'accepted'},
            'long name': record('x2', name='n' * 121),
            'control character': record('x3', city='River\x00ton'),
            'surrogate': record('x4', city='\ud800'),
            'country': record('x5', country='Britain'),
            'wish list': record('x6', wants='task_force'),
            'date': record('x7', received_at='yesterday'),
            'consent': record('x8', consent={'given_at': None}),
            'id': {**record('x9'), 'external_id': 'short'},
        }
        answers = self.send(*bad.values(), record('good'))
        for name, (status, reason) in zip(bad, answers, strict=False):
            self.assertEqual(status, 'rejected', name)
            self.assertRegex(reason, r'_invalid$', name)
        self.assertEqual(answers[-1], ('created', None))

    def test_bad_payloads_are_refused_whole(self):
        good = {'protocol': 1, 'source': 'test', 'run': 'r', 'batch': 'b', 'records': [record()]}
        receive = self.env['scn.signup'].with_user(self.bot).sync_receive
        for name, payload in {
            'no JSON': '{',
            'NaN': json.dumps(good).replace('1', 'NaN', 1),
            'duplicate key': '{"protocol": 1, "protocol": 1}',
            'list': '[]',
            'protocol': json.dumps({**good, 'protocol': 2}),
            'boolean protocol': json.dumps({**good, 'protocol': True}),
            'extra': json.dumps({**good, 'context': {}}),
            'source': json.dumps({**good, 'source': 'Not A Code'}),
            'batch': json.dumps({**good, 'batch': ''}),
            'no records': json.dumps({**good, 'records': []}),
            'many records': json.dumps({**good, 'records': [record()] * 501}),
            'too large': json.dumps({**good, 'records': [record(raw_text='x' * 2_000_001)]}),
            'deep': '[' * 100_000,
        }.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "something else than agreed"):
                receive(payload)
        with self.assertRaises(UserError):
            receive({'protocol': 1})
        self.assertFalse(self.signup())

    # -- sources -----------------------------------------------------------------------------------------------

    def test_a_source_belongs_to_its_first_sender(self):
        self.send(record())
        other = self.new_bot('scn_other_bot')
        with self.assertRaisesRegex(UserError, "belongs to another sender"):
            self.send(record('two'), batch='2', user=other)
        with self.assertRaisesRegex(UserError, "belongs to another sender"):
            self.call('sync_preview', user=other, protocol=1, source='test', records=[record()])
        self.assertEqual(self.send(record(), batch='3', user=other, source='theirs'), [('created', None)])

    def test_an_archived_source_takes_nothing(self):
        self.send(record())
        self.signup().source_id.active = False
        with self.assertRaisesRegex(UserError, "switched off"):
            self.send(record('two'), batch='2')

    # -- preview and withdrawal --------------------------------------------------------------------------------

    def test_preview_changes_nothing_and_agrees_with_receiving(self):
        records = [record('a'), record('b', review_reasons=['forwarded']), record('c', name='x' * 999)]
        preview = self.call('sync_preview', protocol=1, source='test', records=records)
        self.assertFalse(self.env['scn.signup.source'].search([('code', '=', 'test')]))
        self.assertEqual([(row['status'], row['reason']) for row in preview['records']], self.send(*records))

    def test_a_managers_preview_speaks_of_the_match(self):
        preview = self.call('sync_preview', user=self.manager, protocol=1, source='test', records=[record()])
        self.assertEqual(preview['records'][0]['match']['city'], 'Riverton')
        self.assertIn('phone', preview['records'][0]['match']['fills'])
        preview = self.call('sync_preview', protocol=1, source='test', records=[record()])
        self.assertNotIn('match', preview['records'][0])

    def test_withdrawing(self):
        self.receive('open')
        self.receive('accepted').with_user(self.officer)._accept()
        payload = {
            'protocol': 1,
            'source': 'test',
            'run': 'r',
            'batch': 'w',
            'reason': 'wrong folder',
            'external_ids': [external_id('open'), external_id('accepted'), external_id('never')],
        }
        answer = self.call('sync_withdraw', **payload)
        self.assertEqual([row['status'] for row in answer['records']], ['withdrawn', 'refused', 'unknown'])
        self.assertEqual(self.call('sync_withdraw', **payload), answer)
        self.assertEqual(self.send(record('open', name='X Y'), batch='later'), [('unchanged', 'decided')])

    def test_run_counts_add_up(self):
        self.send(record('a'), record('b', review_reasons=['x']), record('c', name='x' * 999), batch='1')
        self.send(record('a'), batch='2')
        run = self.env['scn.signup.run'].search([('key', '=', 'run-1'), ('source_id.code', '=', 'test')])
        self.assertEqual(
            (run.created_count, run.review_count, run.rejected_count, run.unchanged_count, run.updated_count),
            (1, 1, 1, 1, 0),
        )

    def test_queries_do_not_grow_with_the_records(self):
        self.send(*(record(f'warm{number}') for number in range(5)), batch='warm')

        def queries(count, batch):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.send(*(record(f'{batch}{number}', name=f'P {number}') for number in range(count)), batch=batch)
            return self.env.cr.sql_log_count - start

        few, many = queries(5, 'few'), queries(100, 'many')
        self.assertLessEqual(many, few + 3, f"{few} queries for 5 records, {many} for 100")

    def test_a_manager_of_another_company_does_not_reach_a_source(self):
        self.receive()
        other = self.env['res.company'].create({'name': 'Other body'})
        self.manager.write({'company_ids': [(6, 0, other.ids)], 'company_id': other.id})
        with self.assertRaisesRegex(UserError, "another company"):
            self.send(record('two'), batch='other', user=self.manager)
