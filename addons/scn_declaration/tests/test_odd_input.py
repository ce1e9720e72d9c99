"""What no form of ours sends: uploads in place of texts, numbers beyond the calendar, columns that only moves set."""

import base64
import json

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..canonical import sha256_json
from .public_common import PublicCase

UPLOAD = ('x.txt', b'x')


@tagged('post_install', '-at_install')
class TestOddInput(PublicCase):
    def test_an_upload_in_place_of_a_parameter_is_left_out(self):
        for name in ('page', 'on', 'search', 'country', 'region', 'status', 'text_lang'):
            answer = self.opener.get(self.base_url() + '/declaration', files={name: UPLOAD})
            self.assertEqual(answer.status_code, 200, name)
        answer = self.opener.get(self.base_url() + '/declaration/check', files={'reference': UPLOAD})
        self.assertEqual(answer.status_code, 404)

    def test_an_upload_in_place_of_an_answer_changes_nothing(self):
        signature = self.bring_to('validation')
        __, code = self.issue(signature)
        before = self.snapshot(signature)
        for name in ('name', 'function', 'ratify_before', 'note', 'text_lang'):
            form = self.statement(how='provisional', ratify_before='2018-13-45', code=code, do='act')
            form.pop(name, None)
            answer = self.url_open('/declaration/act', data=form, files={name: UPLOAD})
            self.assertEqual(answer.status_code, 200, name)
            self.assertIn('Please', answer.text)
            self.assertEqual(self.snapshot(signature), before)

    def test_columns_that_follow_from_others_are_not_written(self):
        """The register reads the country of a signature, and a certificate is found by its reference."""
        signature = self.bring_to('signed')
        for values in (
            {'country_id': self.env.ref('base.kr').id},
            {'company_id': False},
            {'region': 'asia'},
            {'certificate_reference': 'MADE-UP'},
        ):
            with self.assertRaisesRegex(AccessError, "change by the moves"):
                signature.with_user(self.officer).write(values)
        # Control: the city's country does reach the signature.
        self.riverton.country_id = self.env.ref('base.kr')
        self.assertEqual(signature.country_id, self.env.ref('base.kr'))

    def test_a_dragged_card_is_a_move_or_refused_by_import_too(self):
        """The way of a file: ``load`` writes the stage by its name."""
        signature = self.bring_to('interest')
        self.env['ir.model.data'].create(
            {'module': '__export__', 'name': 'odd', 'model': signature._name, 'res_id': signature.id}
        )
        stages = {row.category: row for row in self.env['scn.declaration.stage'].search([])}
        model = self.env['scn.declaration.signature'].with_user(self.officer)
        refused = model.load(['id', 'stage_id/.id'], [['__export__.odd', str(stages['signed'].id)]])
        self.assertFalse(refused['ids'])
        self.assertIn("cannot be dragged", refused['messages'][0]['message'])
        self.assertEqual((signature.category, self.moves_of(signature)), ('interest', ['open']))
        done = model.load(['id', 'stage_id/.id'], [['__export__.odd', str(stages['review'].id)]])
        self.assertEqual(done['ids'], signature.ids)
        self.assertEqual((signature.category, self.moves_of(signature)), ('review', ['open', 'review']))

    def test_numbers_beyond_the_calendar(self):
        signature = self.bring_to('validation')
        model = self.env['scn.declaration.signature'].with_user(self.officer)
        everyone = model.search([('declaration_id', '=', self.declaration.id)])
        for days in (10**6, 10**15):
            self.assertFalse(model.search([('days_in_stage', '>=', days)]))
            self.assertEqual(model.search([('days_in_stage', '<', days), ('id', 'in', everyone.ids)]), everyone)
        with mute_logger('odoo.sql_db'):
            for record, values in (
                (signature, {'ratification_weeks': 10**6}),
                (signature.stage_id.with_user(self.manager), {'rotting_days': 10**7}),
            ):
                with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
                    record.write(values)
                    self.env.flush_all()

    def test_the_board_says_which_moves_there_are(self):
        signature = self.bring_to('signed').with_user(self.officer)
        for move in (None, 'fly', ['sign'], {}):
            with self.assertRaisesRegex(UserError, "Choose one of"):
                signature.with_context(scn_move=move).action_open_move()

    def test_files_that_are_none(self):
        heads = [['x\x00', 1, 'y']]
        summary = {
            'protocol': 1,
            'date': '2019-01-01',
            'previous': '',
            'signatures': 1,
            'heads_hash': sha256_json(heads),
        }
        with self.assertRaisesRegex(UserError, "no kept digest"):
            self.env['scn.declaration.digest']._verify_kept(
                json.dumps({**summary, 'digest': sha256_json(summary), 'heads': heads}).encode()
            )
        check = self.env['scn.declaration.digest.check'].with_user(self.officer)
        for content in (b'a', base64.b64encode(b'{"heads": 1}'), base64.b64encode(b'[' * 5000)):
            with self.assertRaisesRegex(UserError, "no kept digest"):
                check.create({'file': content}).action_check()
        wizard = self.env['scn.declaration.import'].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "did not arrive whole"):
            wizard.create({'file': b'a', 'declaration_id': self.declaration.id}).action_preview()
