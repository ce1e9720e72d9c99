import base64
import json
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged

from ..canonical import canonical_json, sha256_json, sha256_text
from .common import DeclarationCase


@tagged('post_install', '-at_install')
class TestDigest(DeclarationCase):
    """What the database cannot show about itself. Each attack leaves ``verify`` of the signature content."""

    def setUp(self):
        super().setUp()
        # The digest of the demo is of a later day than these.
        self.env.cr.execute('DELETE FROM scn_declaration_digest')
        self.env.invalidate_all()
        with freeze_time('2019-03-01 12:00:00'):
            self.signature = self.bring_to('signed')
            self.other = self.bring_to('validation', self.lakeside)
            self.first = self.env['scn.declaration.digest']._take()
            self.kept = self.first._prepare_file().encode()
        with freeze_time('2019-03-02 12:00:00'):
            self.other._decline(self.reasons['decline'])
            self.second = self.env['scn.declaration.digest']._take()
        self.assertEqual(self.problems(), [])

    def problems(self, kept=None):
        digests = self.env['scn.declaration.digest']
        return digests._verify() + digests._verify_kept(kept or self.kept)

    def execute(self, *statements):
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE scn_declaration_log DISABLE TRIGGER USER')
        for statement, *values in statements:
            self.env.cr.execute(statement, values)
        self.env.cr.execute('ALTER TABLE scn_declaration_log ENABLE TRIGGER USER')
        self.env.invalidate_all()

    def assert_named(self, words):
        problems = self.problems()
        self.assertTrue(any(words in problem and self.signature.name in problem for problem in problems), problems)

    def cut_tail(self):
        """Take the joining out of the log and mend all else, as the database's owner can."""
        last, before = self.signature.log_ids.sorted('number', reverse=True)[:2]
        payload = json.loads(before.payload)
        stage = self.env['scn.declaration.stage'].search([('category', '=', 'validation')])
        self.execute(
            ('DELETE FROM scn_declaration_log WHERE id = %s', last.id),
            (
                'UPDATE scn_declaration_signature SET head_number = %s, head_hash = %s, stage_id = %s,'
                " category = 'validation', joined_on = NULL, validated_on = NULL, validated_by = NULL,"
                ' validated_function = NULL, signatory_name = NULL, signatory_function = NULL,'
                ' validation_evidence_id = NULL WHERE id = %s',
                before.number,
                before.hash,
                stage.id,
                self.signature.id,
            ),
            ('DELETE FROM scn_declaration_evidence WHERE signature_id = %s', self.signature.id),
            (
                "DELETE FROM scn_declaration_status WHERE signature_id = %s AND category = 'signed'",
                self.signature.id,
            ),
            ('UPDATE scn_declaration_status SET valid_to = NULL WHERE signature_id = %s AND category = %s',
             self.signature.id, payload['facts']['category']),
        )  # fmt: skip

    def test_a_cut_tail(self):
        self.cut_tail()
        self.assertEqual(self.signature._verify(), ([], False), "the attack is complete")
        self.assert_named("was cut: it had 4 entries on 2019-03-01")

    def remove_signature(self):
        self.execute(
            *(
                (f'DELETE FROM {table} WHERE signature_id = %s', self.signature.id)
                for table in ('scn_declaration_log', 'scn_declaration_status')
            ),
            ('UPDATE scn_declaration_signature SET validation_evidence_id = NULL WHERE id = %s', self.signature.id),
            ('DELETE FROM scn_declaration_evidence WHERE signature_id = %s', self.signature.id),
        )
        name = self.signature.name
        self.execute(('DELETE FROM scn_declaration_signature WHERE id = %s', self.signature.id))
        return name

    def test_a_removed_signature(self):
        name = self.remove_signature()
        problems = self.problems()
        self.assertTrue(any(f"The signature {name} is gone" in problem for problem in problems), problems)
        # And the day after, too.
        with freeze_time('2019-03-03 12:00:00'):
            self.env['scn.declaration.digest']._take()
        problems = self.env['scn.declaration.digest']._verify()
        self.assertEqual(problems, [f"The signature {name} is gone: it was there on 2019-03-01."])

    def rewrite_chain(self):
        """Say that another day was the day, and compute every hash anew."""
        previous = None
        statements = []
        for entry in self.signature.log_ids.sorted('number'):
            payload = json.loads(entry.payload)
            payload['previous'] = previous or payload['previous']
            payload['details']['effective'] = '2018-09-30'
            text = canonical_json(payload)
            statements.append(
                (
                    'UPDATE scn_declaration_log SET payload = %s, hash = %s, prev_hash = %s WHERE id = %s',
                    text,
                    sha256_text(text),
                    payload['previous'],
                    entry.id,
                )
            )
            previous = sha256_text(text)
        statements.append(
            ('UPDATE scn_declaration_signature SET head_hash = %s WHERE id = %s', previous, self.signature.id)
        )
        self.execute(*statements)

    def test_a_chain_written_anew(self):
        self.rewrite_chain()
        self.assertEqual(self.signature._verify(), ([], False), "the attack is complete")
        self.assert_named("was written anew: entry 4 is not the one of 2019-03-01")

    def test_digests_written_anew_too_meet_the_kept_file(self):
        self.rewrite_chain()
        digests = self.env['scn.declaration.digest']
        previous, heads = None, {}
        for digest in digests.search([], order='date'):
            changed = [
                [name, number, self.env['scn.declaration.log'].search(
                    [('signature_id.name', '=', name), ('number', '=', number)]).hash]
                for name, number, __ in digest._read_changed().values()
            ]  # fmt: skip
            heads.update({head[0]: head for head in changed})
            summary = {
                **digest._prepare_summary(),
                'previous': previous or digest.previous,
                'heads_hash': sha256_json([head for __, head in sorted(heads.items())]),
            }
            previous = sha256_json(summary)
            self.execute(
                (
                    'UPDATE scn_declaration_digest SET changed = %s, previous = %s, heads_hash = %s, digest = %s'
                    ' WHERE id = %s',
                    canonical_json(changed),
                    summary['previous'],
                    summary['heads_hash'],
                    previous,
                    digest.id,
                )
            )
        self.assertEqual(digests._verify(), [], "the attack is complete")
        problems = digests._verify_kept(self.kept)
        self.assertIn("The database's digest of 2019-03-01 was written anew.", problems)
        self.assert_named("was written anew: entry 4")

    def test_changed_digests(self):
        for change, words in (
            ("heads_hash = 'x'", "The digest of 2019-03-01 was changed"),
            ("signature_count = 7", "The digest of 2019-03-01 was changed"),
            ("changed = '[]'", "The digest of 2019-03-01 was changed"),
            ("changed = 'nonsense'", "The digest of 2019-03-01 was changed"),
            ("digest = 'x'", "The digest of 2019-03-02 does not follow"),
            ("previous = 'x'", "The digest of 2019-03-01 does not follow"),
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self.execute((f'UPDATE scn_declaration_digest SET {change} WHERE id = %s', self.first.id))
                self.assertTrue(any(words in problem for problem in self.env['scn.declaration.digest']._verify()))
                savepoint.rollback()

    def test_files_that_are_no_kept_digest(self):
        digests = self.env['scn.declaration.digest']
        for content in (b'', b'[]', b'{}', b'\xff\xfe', b'[' * 100_000, b'{"heads": [[1]]}', b'null'):
            with self.assertRaisesRegex(UserError, "no kept digest"):
                digests._verify_kept(content)
        changed = self.kept.replace(b'"signatures": 2', b'"signatures": 3')
        if changed == self.kept:
            kept = json.loads(self.kept)
            changed = json.dumps({**kept, 'signatures': kept['signatures'] + 1}).encode()
        self.assertEqual(len(digests._verify_kept(changed)), 1)
        self.assertIn("The file itself was changed", digests._verify_kept(changed)[0])

    def test_the_wizard_says_what_it_found(self):
        wizard = self.env['scn.declaration.digest.check'].with_user(self.reader)
        check = wizard.create({'file': base64.b64encode(self.kept)})
        check.action_check()
        self.assertTrue(check.is_whole)
        self.rewrite_chain()
        check.action_check()
        self.assertFalse(check.is_whole)
        self.assertIn(self.signature.name, check.outcome)
        with self.assertRaises(AccessError):
            self.env['scn.declaration.digest.check'].with_user(self.employee).create({})

    def test_one_digest_a_day_and_nobody_changes_it(self):
        with freeze_time('2019-03-02 18:00:00'):
            self.assertEqual(self.env['scn.declaration.digest']._take(), self.second)
        for change in (lambda: self.first.sudo().write({'digest': 'x'}), lambda: self.first.sudo().unlink()):
            with self.assertRaises(AccessError):
                change()

    def test_the_job_keeps_a_file_outside_once_and_mails_it(self):
        self.env['ir.config_parameter'].set_param('scn_declaration.digest_mail_to', 'keeper@sharing-cities.example')
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(os.environ, {'SCN_DIGEST_FOLDER': folder}),
            freeze_time('2019-03-03 02:00:00'),
            self.enter_registry_test_mode(),
        ):
            for __ in range(2):
                self.env.ref('scn_declaration.ir_cron_take_digest').method_direct_trigger()
            files = list(Path(folder).iterdir())
            self.assertEqual([file.name for file in files], ['declaration-digest-2019-03-03.json'])
            content = files[0].read_bytes()
        self.assertEqual(self.env['scn.declaration.digest']._verify_kept(content), [])
        self.assertNotIn(b'Riverton', content)
        mails = self.env['mail.mail'].search([('email_to', '=', 'keeper@sharing-cities.example')])
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.attachment_ids.raw, content)


@tagged('post_install', '-at_install')
class TestDigestPages(DeclarationCase, HttpCase):
    def test_everybody_reads_the_digests_and_staff_the_file(self):
        self.bring_to('signed')
        digest = self.env['scn.declaration.digest']._take()
        answer = self.url_open('/declaration/digest.json').json()['digests'][0]
        self.assertEqual((answer['date'], answer['digest']), (str(digest.date), digest.digest))
        summary = {key: value for key, value in answer.items() if key != 'digest'}
        self.assertEqual(sha256_json(summary), answer['digest'])
        address = f'/declaration/digest/{fields.Date.to_string(digest.date)}'
        self.assertNotIn('heads', self.url_open(address).text)
        self.authenticate('scn_employee', 'scn_employee')
        self.assertEqual(self.url_open(address).status_code, 404)
        self.authenticate('scn_reader', 'scn_reader')
        for wrong in ('2001-01-01', 'yesterday'):
            self.assertEqual(self.url_open(f'/declaration/digest/{wrong}').status_code, 404)
        self.assertEqual(self.env['scn.declaration.digest']._verify_kept(self.url_open(address).content), [])
