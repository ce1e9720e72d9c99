import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import MINUTES, DeclarationCase

FILE = base64.b64encode(b'The council agreed.')


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestVerify(DeclarationCase):
    """Every change by SQL is found and named; the control is the same check before it."""

    def setUp(self):
        super().setUp()
        self.signature = self.bring_to('validation')
        self.signature._sign(
            'Ana Example',
            'Mayor',
            {**MINUTES, 'file': FILE, 'file_name': 'minutes.pdf'},
            on=fields.Date.to_date('2018-10-02'),
            reservations=[{'article_id': self.version.article_ids[0].id, 'note': 'In general terms'}],
        )
        self.assertEqual(self.signature._verify(), ([], False))

    def tamper(self, statement, *values):
        """Change the database behind the product's back, as its owner can."""
        self.env.flush_all()
        tables = ('scn_declaration_log', 'scn_declaration_version', 'scn_declaration_article_text')
        tables += ('scn_declaration_version_text', 'scn_declaration_article')
        for table in tables:
            self.env.cr.execute(f'ALTER TABLE {table} DISABLE TRIGGER USER')
        self.env.cr.execute(statement, values)
        self.assertEqual(self.env.cr.rowcount, 1, statement)
        for table in tables:
            self.env.cr.execute(f'ALTER TABLE {table} ENABLE TRIGGER USER')
        self.env.invalidate_all()

    def assert_found(self, words):
        problems = self.signature._verify()[0]
        self.assertTrue(any(words in problem for problem in problems), (words, problems))

    def test_changed_text(self):
        for table, column in (
            ('scn_declaration_article_text', 'body'),
            ('scn_declaration_article_text', 'title'),
            ('scn_declaration_version_text', 'introduction'),
        ):
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                rows = self.version.article_ids.text_ids if 'article' in table else self.version.text_ids
                self.tamper(f"UPDATE {table} SET {column} = 'We share nothing.' WHERE id = %s", rows[0].id)
                self.assert_found("The text “Test declaration 2018” was changed")
                savepoint.rollback()

    def test_a_text_changed_together_with_its_fingerprint(self):
        text = self.version.article_ids.text_ids[0]
        self.tamper("UPDATE scn_declaration_article_text SET body = 'We share nothing.' WHERE id = %s", text.id)
        fingerprint = self.version._compute_fingerprint()
        self.tamper("UPDATE scn_declaration_version SET content_hash = %s WHERE id = %s", fingerprint, self.version.id)
        self.assert_found("“Text” is")

    def test_changed_evidence(self):
        evidence = self.signature.evidence_ids
        for change, words in (
            ("kind = 'photo'", "“Evidence” is"),
            ("date = '2018-01-01'", "“Evidence” is"),
            ("file_hash = 'x'", "“Evidence” is"),
            ("source = 'Somebody'", "source of evidence"),
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self.tamper(f'UPDATE scn_declaration_evidence SET {change} WHERE id = %s', evidence.id)
                self.assert_found(words)
                savepoint.rollback()

    def test_changed_file(self):
        file = self.env['ir.attachment'].search(
            [('res_model', '=', 'scn.declaration.evidence'), ('res_field', '=', 'file')], order='id desc', limit=1
        )
        other = self.env['ir.attachment'].create({'name': 'x', 'raw': b'The council did not agree.'})
        self.tamper('UPDATE ir_attachment SET store_fname = %s WHERE id = %s', other.store_fname, file.id)
        self.assert_found("The file of evidence")

    def test_changed_signature(self):
        for change, words in (
            ("joined_on = '2018-11-01'", "“Joined On” is"),
            ("publish_name = true", "“Name may be published” is"),
            ("partner_id = (SELECT id FROM res_partner WHERE name = 'Lakeside' AND is_city LIMIT 1)", "“City” is"),
            ("signatory_name = 'Somebody Else'", "“Signatory” is not what"),
            ("signatory_name = NULL", "“Signatory” is not what"),
            ("validated_by = 'Somebody Else'", "is not what"),
            ("head_number = 3", "The head of the signature"),
            ("head_hash = 'x'", "The head of the signature"),
            ("category = 'provisional'", "“Category” is"),
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self.tamper(f'UPDATE scn_declaration_signature SET {change} WHERE id = %s', self.signature.id)
                self.assert_found(words)
                savepoint.rollback()

    def test_changed_history(self):
        row = self.signature.status_ids.sorted('valid_from')[-1]
        self.tamper("UPDATE scn_declaration_status SET category = 'provisional' WHERE id = %s", row.id)
        self.assert_found("“History” is")

    def test_changed_reservation(self):
        row = self.signature.reservation_ids
        self.tamper("UPDATE scn_declaration_reservation SET note = 'Not at all' WHERE id = %s", row.id)
        self.assert_found("reservation")

    def test_changed_log(self):
        entries = self.signature.log_ids.sorted('number')
        second, last = entries[1], entries[-1]
        for statement, entry, words in (
            (
                "UPDATE scn_declaration_log SET payload = replace(payload, 'review', 'signed') WHERE id = %s",
                second,
                "Log entry 2: its text was changed",
            ),
            ("UPDATE scn_declaration_log SET payload = 'nonsense' WHERE id = %s", last, "its text was changed"),
            (
                "UPDATE scn_declaration_log SET hash = repeat('a', 64) WHERE id = %s",
                second,
                "Log entry 2: its text was changed",
            ),
            ("UPDATE scn_declaration_log SET move = 'sign' WHERE id = %s", second, "Log entry 2: move, day or author"),
            (
                "UPDATE scn_declaration_log SET at = '2018-01-01' WHERE id = %s",
                second,
                "Log entry 2: move, day or author",
            ),
            ("UPDATE scn_declaration_log SET user_id = 1 WHERE id = %s", second, "Log entry 2: move, day or author"),
        ):
            with self.subTest(statement=statement), self.env.cr.savepoint() as savepoint:
                self.tamper(statement, entry.id)
                self.assert_found(words)
                savepoint.rollback()

    def test_removed_entries(self):
        entries = self.signature.log_ids.sorted('number')
        for entry, words in (
            (entries[0], "the log does not start here"),
            (entries[1], "Log entry 2 is missing"),
            (entries[-1], "The end of the log is missing: 3 of 4"),
        ):
            with self.subTest(words=words), self.env.cr.savepoint() as savepoint:
                self.tamper('DELETE FROM scn_declaration_log WHERE id = %s', entry.id)
                self.assert_found(words)
                savepoint.rollback()

    def test_changed_values_behind_the_log(self):
        value = (
            self.signature.log_ids.sorted('number')[-1]
            .sudo()
            .value_ids.filtered(lambda row: row.name == 'signatory_name')
        )
        self.tamper("UPDATE scn_declaration_log_value SET value = 'Somebody' WHERE id = %s", value.id)
        self.assert_found("the value behind “Signatory” was changed")

    def test_a_value_that_is_gone_without_an_erasure_is_no_erasure(self):
        value = self.signature.log_ids.sorted('number')[-1].sudo().value_ids[0]
        self.tamper("DELETE FROM scn_declaration_log_value WHERE id = %s", value.id)
        self.assert_found("no erasure is logged")

    def test_after_an_erasure_it_says_erased(self):
        with self.assertRaises(AccessError):
            self.signature.with_user(self.officer).action_erase_personal_values()
        self.signature.with_user(self.manager).action_erase_personal_values()
        problems, is_erased = self.signature._verify()
        self.assertEqual((problems, is_erased), ([], True))
        self.assertFalse(self.signature.signatory_name or self.signature.validated_by)
        self.assertFalse(self.signature.evidence_ids.file or self.signature.evidence_ids.source)
        self.env.flush_all()
        self.env.cr.execute("SELECT string_agg(payload, ' ') FROM scn_declaration_log")
        self.assertNotIn('Ana Example', self.env.cr.fetchone()[0])
        self.env.cr.execute(
            'SELECT count(*) FROM scn_declaration_log_value value JOIN scn_declaration_log log ON log.id = log_id'
            ' WHERE signature_id = %s AND salt IS NOT NULL AND value LIKE %s',
            (self.signature.id, '%Ana%'),
        )
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        # And it still finds what is wrong.
        self.tamper("UPDATE scn_declaration_signature SET joined_on = '2018-11-01' WHERE id = %s", self.signature.id)
        self.assert_found("Joined On")

    def test_no_personal_value_stands_in_the_log(self):
        text = " ".join(self.signature.log_ids.mapped('payload'))
        for personal in ('Ana Example', 'Minutes of the council', 'In general terms', 'minutes.pdf'):
            self.assertNotIn(personal, text)

    def test_the_button_names_the_link_and_the_job_opens_a_task(self):
        action = self.signature.with_user(self.reader).action_verify()
        self.assertEqual((action['params']['type'], self.signature.verify_state), ('success', 'ok'))
        self.tamper("UPDATE scn_declaration_signature SET joined_on = '2018-11-01' WHERE id = %s", self.signature.id)
        action = self.signature.with_user(self.reader).action_verify()
        self.assertEqual((action['params']['type'], self.signature.verify_state), ('danger', 'broken'))
        self.assertIn("Joined On", action['params']['message'])
        with self.enter_registry_test_mode():
            for __ in range(2):
                self.env.ref('scn_declaration.ir_cron_verify').method_direct_trigger()
        self.assertEqual(len(self.signature.activity_ids), 1)

    def test_the_database_refuses_too(self):
        text = self.version.article_ids.text_ids[0]
        for statement, record in (
            ("UPDATE scn_declaration_article_text SET body = 'x' WHERE id = %s", text),
            ("DELETE FROM scn_declaration_article_text WHERE id = %s", text),
            ("UPDATE scn_declaration_version_text SET title = 'x' WHERE id = %s", self.version.text_ids[0]),
            ("UPDATE scn_declaration_version SET content_hash = 'x' WHERE id = %s", self.version),
            ("DELETE FROM scn_declaration_article WHERE id = %s", self.version.article_ids[0]),
            ("UPDATE scn_declaration_log SET payload = 'x' WHERE id = %s", self.signature.log_ids[0]),
            ("DELETE FROM scn_declaration_log WHERE id = %s", self.signature.log_ids[0]),
        ):
            with self.subTest(statement=statement), self.assertRaises(Exception) as refused, self.env.cr.savepoint():
                self.env.cr.execute(statement, (record.id,), log_exceptions=False)
            self.assertEqual(refused.exception.pgcode, 'P0001')
        # Control: a draft may change.
        draft = self.new_version('Draft')
        self.env.flush_all()
        self.env.cr.execute("UPDATE scn_declaration_article_text SET body = 'x' WHERE version_id = %s", (draft.id,))
        self.assertEqual(self.env.cr.rowcount, 4)


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestFixed(DeclarationCase):
    def test_a_published_text_never_changes(self):
        article = self.version.article_ids[0]
        for change in (
            lambda: self.version.write({'name': 'x'}),
            lambda: self.version.write({'published_on': '2018-01-01'}),
            lambda: self.version.unlink(),
            lambda: self.version.text_ids[0].write({'title': 'x'}),
            lambda: self.version.text_ids[0].unlink(),
            lambda: article.write({'number': 7}),
            lambda: article.unlink(),
            lambda: article.text_ids[0].write({'body': 'x'}),
            lambda: article.text_ids.unlink(),
            lambda: article.text_ids.create({'article_id': article.id, 'lang': 'ca_ES', 'title': 'x', 'body': 'x'}),
            lambda: article.create({'version_id': self.version.id, 'number': 9}),
            lambda: self.version.text_ids.create({'version_id': self.version.id, 'lang': 'ca_ES', 'title': 'x'}),
        ):
            with self.assertRaisesRegex(UserError, "never changes"):
                change()
        with self.assertRaises(AccessError):
            self.version.write({'state': 'draft'})
        draft = self.new_version('Draft')
        with self.assertRaisesRegex(UserError, "never changes"):
            draft.article_ids[0].version_id = self.version
        self.assertEqual(self.version._compute_fingerprint(), self.version.content_hash)

    def test_a_draft_changes_freely(self):
        draft = self.new_version('Draft')
        draft.article_ids[0].text_ids[0].body = 'Other words'
        draft.name = 'Draft 2'
        draft.article_ids[1].unlink()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_every_language_is_part_of_the_fingerprint(self):
        one, two = self.new_version('One'), self.new_version('Two')
        two.article_ids.text_ids.filtered(lambda text: text.lang == 'es_ES')[0].body = 'Otra'
        prepared = [{**version._prepare_content(), 'number': 1, 'name': 'x'} for version in (one, two)]
        self.assertNotEqual(*prepared)

    def test_a_text_is_published_complete_or_not_at_all(self):
        draft = self.new_version('2019')
        draft.article_ids[0].text_ids[0].unlink()
        with self.assertRaisesRegex(UserError, "do not stand in the same languages: en_US"):
            draft.action_publish()
        empty = self.env['scn.declaration.version'].create({'declaration_id': self.declaration.id, 'name': 'Empty'})
        with self.assertRaisesRegex(UserError, "needs a title and articles"):
            empty.action_publish()
        with self.assertRaisesRegex(UserError, "published already"):
            self.version.action_publish()
        for user in (self.officer, self.reader):
            with self.assertRaises(AccessError):
                draft.with_user(user).action_publish()

    def test_nobody_changes_the_log_through_the_orm(self):
        signature = self.bring_to('signed')
        entry = signature.log_ids[0]
        for records in (entry.sudo(), entry.with_user(self.manager)):
            with self.assertRaises(AccessError):
                records.write({'move': 'sign'})
            with self.assertRaises(AccessError):
                records.unlink()
        with self.assertRaises(AccessError):
            self.env['scn.declaration.log'].with_user(self.manager).create({'signature_id': signature.id})

    def test_evidence_in_the_log_does_not_change_its_file_neither(self):
        signature = self.bring_to('validation')
        evidence = (
            self.env['scn.declaration.evidence']
            .with_user(self.officer)
            .create({'signature_id': signature.id, 'kind': 'letter', 'file': FILE, 'date': '2018-10-01'})
        )
        # Control: free until a move rests on it.
        evidence.write({'source': 'Letter of the mayor', 'kind': 'minutes'})
        self.assertEqual(evidence.strength, 5)
        signature._sign('Ana', 'Mayor')
        self.assertTrue(evidence.is_used)
        for records in (evidence, evidence.sudo()):
            for change in ({'source': 'x'}, {'file': FILE}, {'date': '2018-01-01'}):
                with self.assertRaisesRegex(UserError, "does not change any more"):
                    records.write(change)
            with self.assertRaisesRegex(UserError, "does not change any more"):
                records.unlink()
        for values in ({'strength': 9}, {'is_used': False}, {'file_hash': 'x'}):
            with self.assertRaises(AccessError):
                evidence.write(values)
        file = (
            self.env['ir.attachment']
            .sudo()
            .search(
                [
                    ('res_model', '=', 'scn.declaration.evidence'),
                    ('res_id', '=', evidence.id),
                    ('res_field', '=', 'file'),
                ]
            )
        )
        self.assertTrue(file)
        with self.assertRaisesRegex(UserError, "does not change any more"):
            file.write({'raw': b'other'})
        with self.assertRaisesRegex(UserError, "does not change any more"):
            file.unlink()
