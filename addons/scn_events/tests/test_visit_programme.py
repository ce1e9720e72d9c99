"""The programme of a visit: starts, check, conversations, and who may change it."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .visit_common import VisitCase


@tagged('post_install', '-at_install')
class TestVisitProgramme(VisitCase):
    def codes(self):
        return [finding['code'] for finding in self.visit._get_day_findings()]

    def spans(self, lane='plenary'):
        return [(block.display_name, block.start, block.end) for block in self.visit.block_ids if block.lane == lane]

    def test_the_five_formats_and_pauses_are_data(self):
        formats = self.env['scn.appointment.format'].search([])
        self.assertEqual(
            [(fmt.name, fmt.kind) for fmt in formats],
            [
                ('Presentation', 'session'),
                ('Round table', 'session'),
                ('Workshop', 'session'),
                ('Side visit', 'session'),
                ('One-on-one conversation', 'conversation'),
                ('Lunch', 'lunch'),
                ('Break', 'break'),
            ],
        )

    def test_blocks_follow_each_other_and_take_the_formats_defaults(self):
        self.plan_good_day()
        self.assertEqual([round(start * 60) for __, start, __ in self.spans()], [540, 600, 615, 705, 765, 885, 920])
        talk = self.visit.block_ids[0]
        self.assertEqual((talk.minutes, talk.audience), (60, 'Everybody who works on the topic'))
        self.assertIn('Slides', talk.preparation_foundation)
        self.assertEqual(talk.language_id.code, 'en_US')
        self.assertEqual(self.codes(), [])
        self.assertIn('well planned', self.visit.findings)
        self.assertIn('Repair café', self.visit.timetable)

    def test_a_fixed_time_stays_whatever_comes_before(self):
        first = self.add('presentation')
        second = self.add('round_table', has_fixed_start=True, fixed_start=13.5)
        third = self.add('break')
        self.assertEqual([block.start for block in first + second + third], [9.0, 13.5, 15.0])
        first.minutes = 300
        self.assertEqual(second.start, 13.5)
        self.assertIn('overlap', self.codes())

    def test_the_thresholds_are_the_companys(self):
        self.plan_good_day()
        company = self.visit.company_id
        company.scn_visit_lunch_minutes = 90
        self.assertEqual(self.codes(), ['lunch_short'])
        company.scn_visit_lunch_minutes = 0
        company.scn_visit_longest_stretch = 100
        self.assertEqual(self.codes(), ['break_missing'])

    def test_every_finding_has_a_sentence_without_gaps(self):
        self.add('presentation', place=False, language_id=False)
        self.add('workshop', has_fixed_start=True, fixed_start=9.5, minutes=500)
        self.add('conversation', has_fixed_start=True, fixed_start=9.0, city_contact_ids=[Command.set(self.ana.ids)])
        self.visit.conversation_contact_ids = self.ben
        findings = self.visit._get_day_findings()
        self.assertGreater(len(findings), 6)
        for finding in findings:
            self.assertNotIn('%(', finding['sentence'])
            self.assertTrue(finding['sentence'].endswith(('.', '?')), finding['sentence'])

    def test_filling_the_conversations(self):
        self.plan_good_day()
        self.visit.conversation_contact_ids = self.ana + self.ben
        self.assertEqual(self.codes(), ['no_conversation', 'no_conversation'])
        self.visit.with_user(self.eva).action_fill_conversations()
        talks = self.visit.block_ids.filtered('is_filled')
        placed = {block.city_contact_ids.name: (block.start, block.host_user_ids.name) for block in talks}
        # Ana is free during Ben's workshop, which Eva leads; Ben after the side visit, when all are
        self.assertEqual(placed['Ana Example'], (12.75, 'Finn Host'))
        self.assertGreaterEqual(placed['Ben Example'][0], 16.33)
        self.assertEqual(self.codes(), ['place_missing', 'place_missing'])
        before = [(block.start, block.host_user_ids.ids, block.city_contact_ids.ids) for block in talks]
        self.visit.conversation_place = 'Room 2'
        self.visit.with_user(self.eva).action_fill_conversations()
        again = self.visit.block_ids.filtered('is_filled')
        self.assertEqual([(b.start, b.host_user_ids.ids, b.city_contact_ids.ids) for b in again], before)
        self.assertEqual(self.codes(), [])

    def test_a_conversation_made_by_hand_stays(self):
        by_hand = self.add(
            'conversation',
            has_fixed_start=True,
            fixed_start=9.0,
            city_contact_ids=[Command.set(self.ana.ids)],
            host_user_ids=[Command.set(self.eva.ids)],
        )
        self.visit.conversation_contact_ids = self.ana + self.ben
        self.visit.with_user(self.eva).action_fill_conversations()
        self.assertTrue(by_hand.exists())
        filled = self.visit.block_ids.filtered('is_filled')
        self.assertEqual(filled.city_contact_ids, self.ben)
        self.assertEqual((filled.start, filled.host_user_ids), (9.0, self.finn))

    def test_filling_needs_people_and_hosts(self):
        with self.assertRaisesRegex(UserError, 'Name the people'):
            self.visit.with_user(self.eva).action_fill_conversations()
        self.visit.conversation_contact_ids = self.ana
        self.visit.host_user_ids = [Command.clear()]
        with self.assertRaisesRegex(UserError, 'Name a host'):
            self.visit.with_user(self.eva).action_fill_conversations()
        with self.assertRaises(AccessError):
            self.visit.with_user(self.finn).action_fill_conversations()

    def test_only_people_of_that_city(self):
        with self.assertRaisesRegex(ValidationError, 'does not work for Riverton'):
            self.add('workshop', city_contact_ids=[Command.set(self.lakeside_person.partner_id.ids)])

    def test_what_is_over_stays_as_it_is(self):
        block = self.add('presentation')
        self.visit.sudo()._write({'state': 'cancelled'})
        self.visit.invalidate_recordset()
        for change in (lambda: block.write({'minutes': 5}), block.unlink, lambda: self.add('break')):
            with self.assertRaisesRegex(UserError, 'over or cancelled'):
                change()

    def test_a_session_has_no_programme(self):
        session = self.new_visit(self.riverton, kind='one_on_one')
        with self.assertRaisesRegex(UserError, 'Only a visit day'):
            self.add('presentation', visit=session)

    def test_on_paper_in_the_citys_language(self):
        self.plan_good_day()
        self.visit.conversation_contact_ids = self.ana
        self.visit._fill_conversations()
        self.env['res.lang']._activate_lang('nl_NL')
        self.visit.lang = 'nl_NL'
        self.format('workshop').with_context(lang='nl_NL').name = 'Werkplaats'
        report = self.env['ir.actions.report'].with_user(self.finn)
        html = report._render_qweb_html('scn_events.report_visit_programme', self.visit.ids)[0].decode()
        for text in ('Riverton', 'Werkplaats', '12:45', 'Ana Example', 'Repair café', 'juni 2035'):
            self.assertIn(text, html)
        self.assertNotIn('class="footer', html)
        pdf, kind = report.with_context(force_report_rendering=True)._render_qweb_pdf(
            'scn_events.report_visit_programme', self.visit.ids
        )
        self.assertEqual((pdf[:4], kind), (b'%PDF', 'pdf'))

    def test_a_longer_programme_takes_no_more_queries(self):
        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.visit._get_timetable_rows()
            self.visit._get_day_findings()
            return self.cr.sql_log_count - before

        self.plan_good_day()
        read()
        few = read()
        for __ in range(20):
            self.add('presentation', city_contact_ids=[Command.set((self.ana + self.ben).ids)])
        read()
        # each sentence that names a language or a person may ask for it; times and blocks never do
        self.assertLessEqual(read(), few + 2)
