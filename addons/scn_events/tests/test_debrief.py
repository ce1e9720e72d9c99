"""Before and after: what is read beforehand, minutes of two kinds, actions on both sides, and the next one."""

import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .visit_common import VisitCase

AFTER = '2035-06-12 16:00:00'


class DebriefCase(VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit.sudo().write({'state': 'confirmed'})

    def debrief(self):
        self.visit.write({'minutes_shared': '<p>We agreed on rules</p>', 'minutes_internal': '<p>Difficult mayor</p>'})
        self.visit.with_user(self.eva).action_finish_debrief()

    def act(self, **values):
        return self.env['scn.appointment.action'].create(
            {'appointment_id': self.visit.id, 'text': 'Send the draft', 'side': 'city', **values}
        )


@tagged('post_install', '-at_install')
class TestDebrief(DebriefCase):
    def tasks(self):
        return self.visit.activity_search(['scn_events.mail_activity_type_debrief'], only_automated=False)

    def test_asked_for_once_after_48_hours(self):
        for hours, expected in ((47, 0), (49, 1), (50, 1)):
            with freeze_time(self.visit.stop + timedelta(hours=hours)):
                self.env['scn.appointment']._ask_debriefs()
                self.assertEqual(len(self.tasks()), expected, hours)
        self.assertEqual(self.tasks().user_id, self.eva)
        with freeze_time(self.visit.stop + timedelta(hours=51)):
            self.debrief()
            self.assertFalse(self.tasks(), "written: the task is closed")
            self.env['scn.appointment']._ask_debriefs()
            self.assertFalse(self.tasks())

    def test_not_asked_for_what_was_called_off_or_written(self):
        other = self.new_visit(self.lakeside)
        other.sudo().write({'state': 'cancelled'})
        with freeze_time(self.visit.stop + timedelta(hours=1)):
            self.debrief()
        with freeze_time(self.visit.stop + timedelta(days=9)):
            missing = self.env['scn.appointment']._get_missing_debriefs()
        self.assertFalse((self.visit + other) & missing)

    def test_finished_only_afterwards_and_with_words(self):
        visit = self.visit.with_user(self.eva)
        with self.assertRaisesRegex(UserError, 'after the visit or session took place'):
            visit.action_finish_debrief()
        with freeze_time(AFTER):
            with self.assertRaisesRegex(UserError, 'Write the minutes first'):
                visit.action_finish_debrief()
            visit.minutes_internal = '<p>Short.</p>'
            with self.assertRaises(AccessError):
                self.visit.with_user(self.finn).action_finish_debrief()
            visit.action_finish_debrief()
        self.assertEqual(
            (self.visit.debriefed_on, self.visit.debriefed_by_id), (fields.Datetime.to_datetime(AFTER), self.eva)
        )

    def test_an_action_belongs_to_somebody_of_its_side(self):
        self.assertTrue(self.act(person_id=self.ana.id))
        self.assertTrue(self.act(side='foundation', user_id=self.eva.id))
        with self.assertRaises(ValidationError):
            self.act(person_id=self.lakeside_person.partner_id.id)

    def test_ticking_off_and_on_again(self):
        action = self.act(due_on='2035-06-20')
        with freeze_time('2035-06-21'):
            self.assertTrue(action.is_late)
            action.with_user(self.eva).action_done()
            action.invalidate_recordset()
            self.assertEqual(
                (str(action.done_on), action.done_by_id, action.is_late), ('2035-06-21', self.eva.partner_id, False)
            )
        action.with_user(self.eva).action_done()
        self.assertFalse(action.done_on or action.done_by_id)
        with self.assertRaises(AccessError):
            action.with_user(self.finn).action_done()

    def test_pre_read(self):
        self.give_tier(self.riverton, 'premium')
        event = self.new_event('summit_live', days=-40, name='Old summit')
        for state in ('done', 'open'):
            self.env['event.registration'].sudo().create(
                {'event_id': event.id, 'name': 'Ana', 'scn_city_id': self.riverton.id, 'scn_override_reason': 'List'}
            ).sudo().write({'state': state})
        topic = self.env['scn.topic'].create({'name': 'Data commons', 'state': 'planned'})
        self.env['scn.topic.credit'].create({'topic_id': topic.id, 'city_id': self.riverton.id})
        self.act(text='Call the harbour', person_id=self.ana.id)
        self.visit.write({'minutes_shared': '<p>We agreed on rules</p>', 'minutes_internal': '<p>Difficult mayor</p>'})
        self.visit.sudo().write({'state': 'done'})
        following = self.new_visit(self.riverton, start='2035-09-12 07:00:00', stop='2035-09-12 15:00:00')
        text = str(following.with_user(self.finn).pre_read)
        for expected in (
            'Premium',
            'Old summit',
            '1 of 2 came',
            'Data commons: Planned',
            'We agreed on rules',
            'Difficult mayor',
            'Call the harbour',
            'Ana Example',
        ):
            self.assertIn(expected, text)
        theirs = self.new_visit(self.lakeside)
        self.assertNotIn('Difficult mayor', theirs.pre_read)

    def test_pre_read_takes_the_same_number_of_queries_for_more(self):
        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.visit._prepare_pre_read_sections()
            return self.cr.sql_log_count - before

        self.act()
        read()
        few = read()
        for number in range(20):
            self.act(text=f'Thing {number}', person_id=self.ana.id)
        # who does it is read for all at once
        self.assertLessEqual(read(), few + 1)

    def test_pre_read_without_the_declaration(self):
        titles = [title for title, __ in self.visit._prepare_pre_read_sections()]
        installed = 'scn.declaration.signature' in self.env
        self.assertEqual('Declaration' in titles, installed)
        models = {
            name: model for name, model in self.env.registry.models.items() if name != 'scn.declaration.signature'
        }
        with patch.object(self.env.registry, 'models', models):
            titles = [title for title, __ in self.visit._prepare_pre_read_sections()]
        self.assertNotIn('Declaration', titles)

    def test_the_checklists(self):
        action = self.visit.with_user(self.eva).action_schedule_checklist()
        wizard = self.env[action['res_model']].with_user(self.eva).with_context(**action['context']).create({})
        self.assertEqual(wizard.plan_id, self.env.ref('scn_events.activity_plan_visit'))
        wizard.plan_on_demand_user_id = self.eva
        wizard.action_schedule_plan()
        tasks = self.visit.activity_ids.sorted('date_deadline')
        self.assertEqual(len(tasks), 5)
        self.assertEqual(str(tasks[0].date_deadline), '2035-05-01')
        self.assertEqual(str(tasks[-1].date_deadline), '2035-06-14')

    def test_the_next_one(self):
        deal = self.give_tier(self.riverton, 'partner')
        period = deal._add_period(
            'initial', fields.Date.to_date('2035-01-01'), fields.Date.to_date('2035-12-31'), 100.0
        )
        self.env['scn.entitlement']._rebase(period, deal.grade_id, fields.Date.to_date('2035-01-01'))
        session = self.new_visit(
            self.riverton, kind='one_on_one', start='2035-02-06 09:00:00', stop='2035-02-06 10:00:00', topic='Rentals'
        )
        session.sudo().write({'state': 'done'})
        with freeze_time('2035-02-07 12:00:00'):
            session.minutes_shared = '<p>Good</p>'
            session.with_user(self.eva).action_finish_debrief()
            self.env['scn.entitlement']._take(self.riverton, 'one_on_one', fields.Date.to_date('2035-02-06'), session)
            self.assertIn('2035-04-01', session.next_proposal)
            action = session.with_user(self.eva).action_plan_next()
            following = self.env['scn.appointment'].browse(action['res_id'])
            self.assertEqual(
                (following.follows_id, following.topic, following.state), (session, 'Rentals', 'requested')
            )
            # ten o'clock at the city in winter and in summer, on the same weekday
            self.assertEqual(str(following.start), '2035-04-03 08:00:00')
            self.assertEqual(following.host_user_ids, session.host_user_ids)
            session.invalidate_recordset()
            self.assertFalse(session.next_proposal)
            with self.assertRaisesRegex(UserError, 'planned already'):
                session.with_user(self.eva).action_plan_next()

    def test_no_next_one_without_something_left(self):
        with self.assertRaisesRegex(UserError, 'Nothing is left'):
            self.visit.with_user(self.eva).action_plan_next()


@tagged('post_install', '-at_install')
class TestDebriefPages(DebriefCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.ours = self.act(text='Book the room', side='foundation', user_id=self.eva.id)
        self.theirs = self.act(person_id=self.ana.id)
        self.visit.write({'minutes_shared': '<p>We agreed on rules</p>', 'minutes_internal': '<p>Difficult mayor</p>'})
        for user in (self.riverton_person, self.lakeside_person, self.colleague):
            user.password = f'{user.login}-password'

    def sign_in(self, user):
        self.authenticate(user.login, f'{user.login}-password')

    def post(self, path, **data):
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open('/my/account').text)[1]
        return self.url_open(path, data={'csrf_token': token, **data})

    def finish(self):
        self.visit.sudo().write({'debriefed_on': AFTER, 'state': 'done'})

    def test_the_city_reads_its_minutes_once_they_are_finished(self):
        self.sign_in(self.riverton_person)
        page = f'/my/city/visits/{self.visit.id}'
        for path in (page, '/my/city/actions', '/my/city'):
            text = self.url_open(path).text
            self.assertNotIn('We agreed on rules', text)
            self.assertNotIn('Send the draft', text)
        self.assertEqual(self.post(f'/my/city/actions/{self.theirs.id}/done').status_code, 404)
        self.finish()
        text = self.url_open(page).text
        self.assertIn('We agreed on rules', text)
        self.assertIn('Send the draft', text)
        self.assertNotIn('Difficult mayor', text)
        self.assertIn('Book the room', self.url_open('/my/city/actions').text)
        done = self.post(f'/my/city/actions/{self.theirs.id}/done')
        self.assertIn('“Send the draft” is done', done.text)
        self.assertEqual(self.theirs.done_by_id, self.riverton_person.partner_id)
        self.assertIn('is open again', self.post(f'/my/city/actions/{self.theirs.id}/done').text)

    def test_nobody_ticks_off_what_is_not_theirs(self):
        self.finish()
        self.sign_in(self.riverton_person)
        self.assertIn('This one is ours', self.post(f'/my/city/actions/{self.ours.id}/done').text)
        self.sign_in(self.colleague)
        self.assertIn('for whoever does it', self.post(f'/my/city/actions/{self.theirs.id}/done').text)
        self.sign_in(self.lakeside_person)
        self.assertEqual(self.post(f'/my/city/actions/{self.theirs.id}/done').status_code, 404)
        self.assertNotIn('Send the draft', self.url_open('/my/city/actions').text)
        self.assertFalse((self.ours + self.theirs).filtered('done_on'))

    def test_the_person_named_may(self):
        self.finish()
        self.theirs.person_id = self.colleague.partner_id
        self.sign_in(self.colleague)
        self.assertIn('is done', self.post(f'/my/city/actions/{self.theirs.id}/done').text)
