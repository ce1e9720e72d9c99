import json

from odoo.tests import tagged

from ..sync_payload import canonical_hash
from .common import SharingCitiesCase, external_id, record


def fingerprint(content):
    """The small form of a record: its id and the SHA-256 of its canonical JSON."""
    return {'external_id': content['external_id'], 'payload_hash': canonical_hash(content)}


@tagged('post_install', '-at_install')
class TestSignupFingerprint(SharingCitiesCase):
    """A record may be sent as its fingerprint: the server says whether it has that, and wants the rest whole."""

    def test_what_is_known_is_unchanged_and_the_rest_is_wanted(self):
        self.send(record('same'), record('better', phone=None), batch='1')
        answers = self.send(
            fingerprint(record('same')), fingerprint(record('better')), fingerprint(record('new')), batch='2'
        )
        self.assertEqual(answers, [('unchanged', None), ('wanted', None), ('wanted', None)])
        self.assertFalse(self.signup('new'), "nothing is written for a fingerprint")
        self.assertFalse(self.signup('better').phone)
        self.assertEqual(self.send(record('better'), record('new'), batch='3'), [('updated', None), ('created', None)])

    def test_a_fingerprint_beside_whole_records(self):
        self.send(record('same'), batch='1')
        answers = self.send(record('new'), fingerprint(record('same')), fingerprint(record('new')), batch='2')
        self.assertEqual(answers, [('created', None), ('unchanged', None), ('unchanged', None)])

    def test_another_hash_never_opens_what_is_decided_or_purged(self):
        self.receive('decided').with_user(self.officer)._accept()
        self.receive('purged').sudo().write({'raw_purged_on': '2020-01-01', 'raw_text': False})
        changed = [fingerprint(record(name, phone=None)) for name in ('decided', 'purged')]
        self.assertEqual(self.send(*changed, batch='late'), [('unchanged', 'decided')] * 2)

    def test_an_erased_message_is_named_and_an_erased_address_is_not(self):
        signup = self.receive('erased')
        self.env['scn.signup.erasure']._remember(signup)
        signup.sudo().unlink()
        other = record('old letter of the same address')
        self.assertEqual(
            self.send(fingerprint(record('erased')), fingerprint(other), batch='f'),
            [('rejected', 'erased'), ('wanted', None)],
        )
        self.assertEqual(self.send(other, batch='whole'), [('created', None)])
        self.assertEqual(self.send(fingerprint(other), batch='again'), [('unchanged', None)])

    def test_it_speaks_of_the_senders_own_source_only(self):
        self.send(record('same'), source='test', batch='1')
        theirs = self.send(fingerprint(record('same')), source='theirs', user=self.new_bot('scn_other'), batch='2')
        self.assertEqual(theirs, [('wanted', None)])

    def test_the_batch_key_holds_the_first_answer(self):
        first = self.send(fingerprint(record('one')), batch='b')
        self.send(record('one'), batch='whole')
        self.assertEqual(self.send(fingerprint(record('one')), batch='b'), first)
        self.assertEqual(self.send(fingerprint(record('one')), batch='c'), [('unchanged', None)])

    def test_the_run_counts_what_is_unchanged_and_not_what_is_wanted(self):
        self.send(record('same'), batch='1', run='first')
        self.send(fingerprint(record('same')), fingerprint(record('new')), batch='2', run='second')
        run = self.env['scn.signup.run'].search([('key', '=', 'second'), ('source_id.code', '=', 'test')])
        self.assertEqual((run.unchanged_count, run.created_count, run.rejected_count), (1, 0, 0))

    def test_preview_agrees(self):
        self.send(record('same'), batch='1')
        sent = [fingerprint(record('same')), fingerprint(record('new')), record('whole')]
        for user in (self.bot, self.manager):
            payload = json.dumps({'protocol': 1, 'source': 'test', 'records': sent})
            rows = json.loads(self.env['scn.signup'].with_user(user).sync_preview(payload))['records']
            self.assertEqual([row['status'] for row in rows], ['unchanged', 'wanted', 'created'])
            self.assertEqual([row['known'] for row in rows], [True, False, False])

    def test_an_expectation_holds_for_a_fingerprint_too(self):
        self.assertEqual(self.send(fingerprint(record('new')), batch='e', expected=['unchanged']), [])
        self.assertEqual(self.send(fingerprint(record('new')), batch='e', expected=['wanted']), [('wanted', None)])

    def test_a_bad_one_is_refused_alone(self):
        bad = [
            {'external_id': external_id('a'), 'payload_hash': 'short'},
            {'external_id': external_id('b'), 'payload_hash': None},
            {'external_id': 'short', 'payload_hash': external_id('b')},
            {'external_id': external_id('c'), 'payload_hash': external_id('c'), 'name': 'Ana'},
        ]
        answers = self.send(*bad, record('good'))
        self.assertEqual([status for status, __ in answers], ['rejected'] * 4 + ['created'])
        self.assertEqual(
            [reason for __, reason in answers[:4]],
            ['payload_hash_invalid', 'payload_hash_invalid', 'external_id_invalid', 'keys_invalid'],
        )

    def test_info_names_the_forms(self):
        info = json.loads(self.env['scn.signup'].with_user(self.bot).sync_info())
        self.assertEqual(info['record_forms'], ['whole', 'fingerprint'])

    def test_queries_do_not_grow_with_the_fingerprints(self):
        known = [record(f'known{number}', name=f'P {number}') for number in range(100)]
        self.send(*known, batch='known')

        def queries(count, batch):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.send(*map(fingerprint, known[:count]), batch=batch)
            return self.env.cr.sql_log_count - start

        few, many = queries(5, 'few'), queries(100, 'many')
        self.assertLessEqual(many, few, f"{few} queries for 5 fingerprints, {many} for 100")
        self.assertLessEqual(many, 12)
