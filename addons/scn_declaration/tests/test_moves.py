import doctest

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged, users

from odoo.addons.scn_declaration import canonical, move_rules, world_region

from .common import MINUTES, DeclarationCase

#: Every pair of move and category, by hand from the design: where each move leads, and None where it is forbidden.
CATEGORIES = ('interest', 'review', 'validation', 'provisional', 'signed', 'declined', 'withdrawn', 'annulled')
TABLE = {
    'review': {'interest': 'review'},
    'start_validation': {'review': 'validation'},
    'validate': {'review': 'validation', 'validation': 'validation'},
    'sign': {'validation': 'signed'},
    'join_provisionally': {'validation': 'provisional'},
    'ratify': {'provisional': 'signed'},
    'extend': {'provisional': 'provisional'},
    'reconfirm': {'provisional': 'provisional', 'signed': 'signed'},
    'decline': {'interest': 'declined', 'review': 'declined', 'validation': 'declined'},
    'withdraw': {'provisional': 'withdrawn', 'signed': 'withdrawn'},
    'annul': dict.fromkeys(('validation', 'provisional', 'signed', 'declined', 'withdrawn'), 'annulled'),
}


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestMoves(DeclarationCase):
    def make(self, move, signature):
        """Do a move with everything it asks for."""
        day = fields.Date.to_date
        arguments = {
            'review': (),
            'start_validation': (),
            'validate': ('Ana Example', 'Mayor', dict(MINUTES)),
            'sign': ('Ana Example', 'Mayor', dict(MINUTES)),
            'join_provisionally': ('Ana Example', 'Mayor', dict(MINUTES)),
            'ratify': ('Ana Example', 'Mayor', dict(MINUTES)),
            'extend': (day('2019-12-01'),),
            'reconfirm': ('Ana Example', 'Mayor', dict(MINUTES)),
            'decline': (self.reasons['decline'],),
            'withdraw': (self.reasons['withdraw'],),
            'annul': (self.reasons['annul'],),
        }[move]
        getattr(signature, f'_{move}')(*arguments)

    def test_examples_in_the_docstrings_hold(self):
        for module in (canonical, move_rules, world_region):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted and not result.failed, module)

    def test_every_allowed_and_every_forbidden_move(self):
        self.assertEqual(TABLE.keys(), move_rules.MOVES.keys())
        starts = {}
        for category in CATEGORIES:
            for move in TABLE:
                city = self.new_city(f'{category} {move}')
                starts[category, move] = self.bring_to(category, city)
                self.assertEqual(starts[category, move].category, category)
        # A second text, so that there is something to reconfirm.
        self.new_version('2019', '2019-02-01', words="We share more.").action_publish()
        for (category, move), signature in starts.items():
            before = (signature.head_number, signature.head_hash, self.history(signature))
            target = TABLE[move].get(category)
            with self.subTest(move=move, category=category):
                if target:
                    self.make(move, signature)
                    self.assertEqual(signature.category, target)
                    self.assertEqual(signature.head_number, before[0] + 1)
                    self.assertEqual(self.moves_of(signature)[-1], move)
                    self.assertEqual(self.history(signature)[-1][0], target)
                    self.assertEqual(signature._verify(), ([], False))
                else:
                    with self.assertRaises(UserError) as refused:
                        self.make(move, signature)
                    self.assertIn("only possible from", str(refused.exception))
                    self.assertEqual((signature.head_number, signature.head_hash, self.history(signature)), before)
                    self.assertEqual(signature.category, category)

    def test_the_whole_way(self):
        signature = self.bring_to('provisional')
        self.assertEqual(signature.joined_on, fields.Date.to_date('2018-10-02'))
        self.assertEqual(signature.ratify_before, fields.Date.to_date('2018-12-25'))
        signature._extend(fields.Date.to_date('2019-06-30'))
        signature._ratify(evidence=dict(MINUTES), on=fields.Date.to_date('2019-02-01'))
        self.assertEqual(
            self.moves_of(signature), ['open', 'review', 'start_validation', 'join_provisionally', 'extend', 'ratify']
        )
        self.assertEqual(
            self.history(signature),
            [
                ('interest', '2018-09-05', '2018-09-10'),
                ('review', '2018-09-10', '2018-09-20'),
                ('validation', '2018-09-20', '2018-10-02'),
                ('provisional', '2018-10-02', '2019-02-01'),
                ('signed', '2019-02-01', ''),
            ],
        )
        self.assertTrue(signature.provisional and signature.joined_on and signature.ratified_on)
        self.assertEqual(signature.validated_by, 'Ana Example')

    def test_a_late_entry_takes_the_place_of_what_it_overtook(self):
        signature = self.bring_to('validation', on='2018-09-02')
        # Recorded in March: the city joined before staff even began its review.
        signature._sign('Ana Example', 'Mayor', dict(MINUTES), on=fields.Date.to_date('2018-09-08'))
        self.assertEqual(
            self.history(signature), [('interest', '2018-09-02', '2018-09-08'), ('signed', '2018-09-08', '')]
        )
        row = self.on_day('2018-09-08')
        self.assertEqual((row.category, str(row.recorded_at.date())), ('signed', '2019-03-01'))
        self.assertEqual(signature._verify(), ([], False))

    def test_days_that_cannot_be(self):
        signature = self.bring_to('signed')
        day = fields.Date.to_date
        for reason, wrong in (
            ("still to come", day('2019-03-02')),
            ("cannot have happened before", day('2018-10-01')),
        ):
            with self.assertRaisesRegex(UserError, reason):
                signature._withdraw(self.reasons['withdraw'], on=wrong)
        early = self.bring_to('validation', self.lakeside)
        with self.assertRaisesRegex(UserError, "cannot have happened before 2018-09-01"):
            early._sign('Ana', 'Mayor', dict(MINUTES), on=day('2018-08-31'))
        with self.assertRaisesRegex(UserError, "still to come"):
            self.open(self.new_city('Farford'), on='2019-03-02')

    def test_evidence_has_to_be_strong_enough_and_brought_for_this_move(self):
        signature = self.bring_to('validation')
        with self.assertRaisesRegex(UserError, "asks for evidence of strength 2, and there is none"):
            signature._sign('Ana', 'Mayor')
        with self.assertRaisesRegex(UserError, "there is 1"):
            signature._sign('Ana', 'Mayor', {'kind': 'photo', 'date': '2018-10-01'})
        signature._join_provisionally('Ana', 'Mayor', {'kind': 'email', 'date': '2018-10-01'})
        # What showed the first step does not show the council's decision.
        with self.assertRaisesRegex(UserError, "there is none"):
            signature._ratify()
        self.env['scn.declaration.stage'].search([('category', '=', 'signed')]).minimum_strength = 0
        signature._ratify()
        self.assertEqual(signature.category, 'signed')

    def test_evidence_of_the_validation_counts_for_joining(self):
        signature = self.bring_to('review')
        signature._validate('Ana Example', 'Mayor', dict(MINUTES), on=fields.Date.to_date('2018-10-01'))
        self.assertEqual((signature.category, signature.validated_by), ('validation', 'Ana Example'))
        with self.assertRaisesRegex(UserError, "noted already"):
            signature._validate('Ana Example', 'Mayor', dict(MINUTES))
        with self.assertRaisesRegex(UserError, "cannot have happened before 2018-10-01"):
            signature._sign(on=fields.Date.to_date('2018-09-30'))
        signature._sign(on=fields.Date.to_date('2018-10-05'))
        self.assertEqual(str(signature.validated_on), '2018-10-01')
        self.assertEqual(signature.validation_evidence_id.kind, 'minutes')

    def test_a_body_that_has_to_confirm_comes_first(self):
        signature = self.bring_to('validation')
        signature.ratification_needed = True
        with self.assertRaisesRegex(UserError, "join provisionally"):
            signature._sign('Ana', 'Mayor', dict(MINUTES))
        signature.ratification_needed = False
        signature._sign('Ana', 'Mayor', dict(MINUTES))

    def test_a_name_is_needed_and_a_whole_form_is_not_taken(self):
        signature = self.bring_to('validation')
        with self.assertRaisesRegex(UserError, "a name is missing"):
            signature._sign('', '', dict(MINUTES))
        with self.assertRaises(ValueError):
            signature._sign('Ana', 'Mayor', dict(MINUTES), partner_id=self.lakeside.id)

    def test_one_live_signature_per_city_and_declaration(self):
        first = self.open()
        with self.assertRaisesRegex(ValidationError, f"under way already: open {first.name}"):
            self.open()
        first._decline(self.reasons['decline'])
        self.assertTrue(self.open())
        # Without the sentence the database refuses, too.
        self.env.flush_all()
        with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE scn_declaration_signature SET category = 'signed', joined_on = '2018-10-02' WHERE id = %s",
                (first.id,),
                log_exceptions=False,
            )
        self.assertEqual(refused.exception.pgcode, '23505')

    def test_a_new_text_leaves_signatories_on_theirs_until_they_reconfirm(self):
        signature = self.bring_to('signed')
        newer = self.new_version('2019', '2019-02-01', words="We share more.")
        newer.action_publish()
        self.assertEqual(self.declaration.current_version_id, newer)
        self.assertEqual((signature.version_id, signature.category), (self.version, 'signed'))
        signature._reconfirm(evidence=dict(MINUTES), on=fields.Date.to_date('2019-02-10'))
        self.assertEqual(signature.version_id, newer)
        self.assertEqual(self.on_day('2019-02-09').version_id, self.version)
        self.assertEqual(self.on_day('2019-02-10').version_id, newer)
        with self.assertRaisesRegex(UserError, "nothing to reconfirm"):
            signature._reconfirm(evidence=dict(MINUTES))

    @users('scn_officer')
    def test_the_board_makes_plain_moves_and_refuses_the_rest(self):
        signature = self.open().with_env(self.env)
        stage = {row.category: row for row in self.env['scn.declaration.stage'].search([])}
        signature.stage_id = stage['review']
        signature.write({'stage_id': stage['validation'].id})
        self.assertEqual(self.moves_of(signature), ['open', 'review', 'start_validation'])
        for category in ('signed', 'provisional', 'withdrawn', 'annulled', 'declined', 'interest'):
            with self.assertRaisesRegex(UserError, "cannot be dragged"):
                signature.stage_id = stage[category]
        self.assertEqual(signature.category, 'validation')

    def test_a_stage_of_ones_own_is_no_move(self):
        signature = self.bring_to('review')
        second = self.env['scn.declaration.stage'].create({'name': 'Second look', 'category': 'review'})
        entries = signature.head_number
        signature.stage_id = second
        self.assertEqual((signature.stage_id, signature.head_number), (second, entries))
        with self.assertRaisesRegex(UserError, "category"):
            second.category = 'signed'

    def test_facts_are_set_by_moves_only(self):
        signature = self.bring_to('validation')
        for values in ({'joined_on': '2018-01-01'}, {'version_id': self.version.id}, {'head_hash': 'x'}, {'name': 'x'}):
            with self.assertRaises(AccessError):
                signature.write(values)
        with self.assertRaises(AccessError):
            self.open(self.lakeside, joined_on='2018-01-01')
        with self.assertRaises(UserError):
            signature.sudo().unlink()

    def test_a_correction_is_an_entry_of_its_own(self):
        signature = self.bring_to('signed')
        signature.signatory_function = 'Deputy mayor'
        self.assertEqual(self.moves_of(signature)[-1], 'correct')
        entries = signature.head_number
        signature.write({'signatory_function': 'Deputy mayor', 'user_id': self.manager.id})
        self.assertEqual(signature.head_number, entries)
        self.assertEqual(signature._verify(), ([], False))

    def test_reservations_come_with_the_act_or_as_an_entry(self):
        signature = self.bring_to('validation')
        article = self.version.article_ids[0]
        signature._sign(
            'Ana', 'Mayor', dict(MINUTES), reservations=[{'article_id': article.id, 'note': 'With a remark'}]
        )
        self.assertEqual(self.moves_of(signature)[-2:], ['start_validation', 'sign'])
        self.env['scn.declaration.reservation'].with_user(self.officer).create(
            {'signature_id': signature.id, 'article_id': self.version.article_ids[1].id, 'note': 'Another'}
        )
        self.assertEqual(self.moves_of(signature)[-1], 'reserve')
        self.assertEqual(signature._verify(), ([], False))

    def test_only_cities_and_only_texts_of_the_declaration(self):
        with self.assertRaisesRegex(ValidationError, "is not a city"):
            self.open(self.env['res.partner'].create({'name': 'Shop', 'is_company': True}))
        other = self.env['scn.declaration'].create({'name': 'Other', 'code': 'other'})
        with self.assertRaisesRegex(UserError, "no published text"):
            self.open(declaration_id=other.id)

    def test_where_cities_are_stuck_by_region_language_and_stage(self):
        korea, nowhere = self.new_city('Hanbyeol'), self.new_city('Icefield')
        korea.country_id, nowhere.country_id = self.env.ref('base.kr'), self.env.ref('base.aq')
        for city, lang in ((self.riverton, 'en_US'), (self.lakeside, 'es_ES'), (korea, 'en_US'), (nowhere, 'en_US')):
            self.bring_to('review', city).lang = lang
        groups = self.env['scn.declaration.signature']._read_group(
            [('declaration_id', '=', self.declaration.id), ('days_in_stage', '>=', 30)],
            ['region', 'lang', 'stage_id'],
            ['__count'],
        )
        self.assertEqual(
            {(region, lang, stage.category): count for region, lang, stage, count in groups},
            {
                ('europe', 'en_US', 'review'): 1,
                ('europe', 'es_ES', 'review'): 1,
                ('asia', 'en_US', 'review'): 1,
                (False, 'en_US', 'review'): 1,
            },
        )
        # The region is the country's: a corrected country moves it.
        nowhere.country_id = self.uk
        self.assertEqual(
            self.env['scn.declaration.signature'].search([('partner_id', '=', nowhere.id)]).region, 'europe'
        )
        self.assertEqual([key for key, __ in world_region.REGION_LABELS], list(world_region.REGIONS))

    def test_rotting_is_found_by_search(self):
        signature = self.bring_to('interest')
        signature.action_review()
        signature.stage_id.sudo().rotting_days = 10
        self.assertFalse(signature.rotting)
        signature.sudo()._write_facts({'date_last_stage_update': '2019-02-01 00:00:00'})
        signature.invalidate_recordset()
        self.assertTrue(signature.rotting)
        model = self.env['scn.declaration.signature']
        self.assertIn(signature, model.search([('rotting', '=', True)]))
        self.assertNotIn(signature, model.search([('rotting', '=', False)]))
        for operator, days, found in (('>=', 28, True), ('>=', 29, False), ('>', 27, True), ('>', 28, False)):
            self.assertEqual(signature in model.search([('days_in_stage', operator, days)]), found, (operator, days))

    def test_a_city_whose_council_has_a_day_to_come_is_not_waiting_too_long(self):
        signature = self.bring_to('provisional')
        model = self.env['scn.declaration.signature']
        signature.stage_id.sudo().rotting_days = 30
        signature.invalidate_recordset()
        self.assertTrue(signature.rotting)
        self.assertIn(signature, model.search([('rotting', '=', True)]))
        signature._extend(fields.Date.to_date('2019-03-01'))
        self.assertFalse(signature.rotting)
        self.assertNotIn(signature, model.search([('rotting', '=', True)]))

    def test_readers_and_employees_move_nothing(self):
        signature = self.bring_to('interest')
        for user in (self.reader, self.employee, self.finance, self.bot):
            with self.assertRaises(AccessError):
                signature.with_user(user).action_review()
        self.assertEqual(signature.category, 'interest')

    def test_a_form_opens_a_signature(self):
        with Form(self.env['scn.declaration.signature'].with_user(self.officer)) as form:
            form.partner_id = self.lakeside
            form.declaration_id = self.declaration
        self.assertEqual(self.moves_of(form.record), ['open'])
