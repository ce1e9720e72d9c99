"""Recordings, notes and slides: who opens them, when, by whose consent, and who is told."""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import EventCase


class RecordingCase(EventCase):
    """A seminar that has ended; Riverton is a partner, Lakeside an associate, the third city has no tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['scn.event.recording'].search([]).is_published = False
        cls.seminar = cls.new_event('seminar_live', days=-2, name='Ended seminar')
        cls.stranger = cls.new_contact(cls.env['res.partner'].create({'name': 'Firm', 'is_company': True}), 'firm')
        cls.guest = cls.env.ref('base.public_user')

    def setUp(self):
        super().setUp()
        self.give_tier(self.riverton, 'partner')
        self.give_tier(self.lakeside, 'associate')

    @classmethod
    def new_recording(cls, publish=True, **values):
        recording = cls.env['scn.event.recording'].create(
            {'event_id': cls.seminar.id, 'name': 'Data', 'url': 'https://video.example/1', **values}
        )
        if publish:
            recording.action_publish()
        return recording

    def code(self, recording, user):
        obstacle = recording._find_obstacles(user)[recording.sudo()]
        return obstacle and obstacle.code


@tagged('post_install', '-at_install')
class TestRecordingAccess(RecordingCase):
    def test_an_associate_is_refused_live_and_opens_the_recording(self):
        coming = self.new_event('seminar_live', days=2)
        self.assertTrue(coming._find_city_refusal(self.lakeside))
        recording = self.new_recording(event_id=coming.id)
        self.assertEqual(self.code(recording, self.lakeside_person), 'hidden')
        now = fields.Datetime.now()
        coming.write({'date_begin': now - timedelta(hours=3), 'date_end': now - timedelta(hours=1)})
        self.assertIsNone(self.code(recording, self.lakeside_person))
        self.assertTrue(coming._find_city_refusal(self.lakeside), "live it still is not for an associate")

    def test_who_opens_what(self):
        by_benefit, public = self.new_recording(), self.new_recording(access='public')
        for user, expected in (
            (self.riverton_person, None),
            (self.lakeside_person, None),
            (self.stranger, 'benefit'),
            (self.guest, 'sign_in'),
            (self.officer, None),
        ):
            self.assertEqual(self.code(by_benefit, user), expected, user.login)
            self.assertIsNone(self.code(public, user), user.login)

    def test_staff_look_at_what_is_of_their_own_companies(self):
        own, shared = self.new_recording(publish=False), self.new_recording(publish=False)
        other = self.new_event(days=-2, company_id=self.env['res.company'].create({'name': 'Other network'}).id)
        foreign, public = (
            self.new_recording(publish=publish, event_id=other.id, access='public') for publish in (False, True)
        )
        shared.event_id = self.new_event(days=-2, company_id=False)
        obstacles = (own | shared | foreign | public)._find_obstacles(self.officer)
        codes = [obstacles[one] and obstacles[one].code for one in (own | shared | foreign | public).sudo()]
        self.assertEqual(codes, [None, None, 'hidden', None])

    def test_nothing_opens_before_the_end_or_without_being_published(self):
        for change in (
            {'is_published': False},
            {'event_id': self.new_event(days=3).id},
            {'event_id': self.new_event(days=-3, kanban_state='cancel').id},
            {'event_id': self.new_event(days=-3, active=False).id},
        ):
            recording = self.new_recording(access='public')
            recording.write(change)
            for user in (self.guest, self.riverton_person):
                self.assertEqual(self.code(recording, user), 'hidden', change)

    def test_what_a_city_holds_today_decides(self):
        recording = self.new_recording()
        deal = self.lakeside.partnership_ids
        deal.state = 'paused'
        self.assertEqual(self.code(recording, self.lakeside_person), 'benefit')
        deal.state = 'active'
        self.assertIsNone(self.code(recording, self.lakeside_person))
        deal.state = 'lapsed'
        self.assertEqual(self.code(recording, self.lakeside_person), 'benefit')

    def test_many_cities_at_once_is_what_one_city_is_asked(self):
        benefit = self.env.ref('scn_partner.benefit_recordings')
        cities = self.riverton | self.lakeside | self.stranger.partner_id.commercial_partner_id
        self.lakeside.partnership_ids.state = 'paused'
        level = self.env['scn.overdue.level'].search([], limit=1)
        level.write({'days': 10, 'limited_benefit_ids': [(6, 0, benefit.ids)]})
        overdue = [(None, self.riverton, 11)]
        with patch.object(
            self.env.registry['scn.overdue.notice'], '_get_overdue', lambda notices, today: list(overdue)
        ):
            for stopped in (False, True):
                self.riverton.stop_reminders = stopped
                one_by_one = cities.filtered(lambda city: city._holds_benefit('recordings'))
                self.assertEqual(cities._filter_holding(benefit), one_by_one)
                self.assertEqual(self.riverton in one_by_one, stopped)

    def test_somebody_who_is_shown_agrees_or_it_is_not_on_the_pages(self):
        speaker = self.env['res.partner'].create({'name': 'Ana Speaker'})
        recording = self.new_recording(publish=False, access='public', shown_ids=(self.riverton | speaker).ids)
        self.assertTrue(recording.consent_missing)
        with self.assertRaisesRegex(UserError, 'Ana Speaker'):
            recording.action_publish()
        with self.assertRaises(UserError), self.cr.savepoint():
            recording.is_published = True
        for who in (self.riverton, speaker):
            who._give_consent('recordings', scope='network', evidence='Mail of 3 May')
        with self.assertRaises(UserError):
            recording.action_publish()
        recording.access = 'benefit'
        recording.action_publish()
        self.assertIsNone(self.code(recording, self.lakeside_person))
        with self.assertRaises(UserError), self.cr.savepoint():
            recording.access = 'public'
        speaker._withdraw_consent('recordings')
        self.assertEqual(self.code(recording, self.lakeside_person), 'hidden', "taken back is off the pages at once")
        self.assertTrue(recording.consent_missing)

    def test_control_without_the_consent_it_would_be_shown(self):
        recording = self.new_recording(publish=False, shown_ids=self.riverton.ids)
        with patch.object(self.env.registry['scn.event.recording'], '_filter_covered', lambda recordings: recordings):
            recording.action_publish()
            self.assertIsNone(self.code(recording, self.lakeside_person))
        self.assertEqual(self.code(recording, self.lakeside_person), 'hidden')

    def test_a_link_or_a_file_and_an_address_that_is_one(self):
        file = base64.b64encode(b'notes')
        for wrong in (
            {'url': False},
            {'file': file},
            {'url': 'javascript:alert(1)'},
            {'url': 'video.example'},
            {'benefit_id': False},
        ):
            with self.assertRaises(ValidationError, msg=wrong), self.cr.savepoint():
                self.new_recording(publish=False, **wrong)

    def test_only_event_officers_publish(self):
        recording = self.new_recording(publish=False)
        for user in (self.reader, self.desk, self.riverton_person, self.guest):
            with self.assertRaises(AccessError):
                recording.with_user(user).action_publish()

    def test_a_list_of_recordings_takes_a_constant_number_of_queries(self):
        self.riverton._give_consent('recordings', scope='public', evidence='Mail')
        counts = []
        for number in (2, 30):
            for __ in range(number):
                self.new_recording(shown_ids=self.riverton.ids)
            recordings = self.env['scn.event.recording'].browse(self.seminar.scn_recording_ids.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            obstacles = recordings._find_obstacles(self.lakeside_person)
            counts.append(self.cr.sql_log_count - before)
            self.assertFalse(any(obstacles.values()))
        self.assertEqual(counts[0], counts[1])


@tagged('post_install', '-at_install')
class TestRecordingNotices(RecordingCase):
    def setUp(self):
        super().setUp()
        for person in (self.riverton_person, self.lakeside_person):
            self.env['scn.contact.role'].create(
                {
                    'organisation_id': person.partner_id.commercial_partner_id.id,
                    'contact_id': person.partner_id.id,
                    'role': 'staff_lead',
                    'date_start': '2019-01-01',
                }
            )
        # what other cities of the database hold is not looked at here
        others = self.env['res.partner'].search([('is_city', '=', True)]) - self.riverton - self.lakeside
        others.contact_role_ids.unlink()

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_tell_recordings').method_direct_trigger()

    def get_told(self):
        return self.env['scn.event.recording.notice'].search([('event_id', '=', self.seminar.id)]).partner_id

    def count_mails(self):
        return (
            self.env['mail.mail']
            .sudo()
            .search_count([('model', '=', 'scn.event.recording.notice'), ('subject', 'like', 'Ended seminar')])
        )

    def test_who_may_open_it_is_told_once(self):
        self.run_job()
        self.assertFalse(self.get_told(), "nothing is published yet")
        self.new_recording()
        self.run_job()
        people = self.riverton_person.partner_id | self.lakeside_person.partner_id
        self.assertEqual(self.get_told(), people)
        self.new_recording(kind='slides', name='Slides')
        self.run_job()
        self.assertEqual(self.count_mails(), 2)

    def test_who_had_a_seat_is_told_of_what_is_public(self):
        self.register(self.seminar, None, partner_id=self.stranger.partner_id.id, scn_override_reason='List')
        self.new_recording()
        self.run_job()
        self.assertNotIn(self.stranger.partner_id, self.get_told())
        self.new_recording(access='public', name='Notes')
        self.run_job()
        self.assertIn(self.stranger.partner_id, self.get_told())

    def test_who_may_not_open_it_is_not_told_until_they_may(self):
        self.lakeside.partnership_ids.state = 'paused'
        self.new_recording()
        self.run_job()
        self.assertEqual(self.get_told(), self.riverton_person.partner_id)
        self.lakeside.partnership_ids.state = 'active'
        self.run_job()
        self.assertIn(self.lakeside_person.partner_id, self.get_told())
        self.assertEqual(self.count_mails(), 2)

    def test_of_an_old_event_nobody_is_told(self):
        now = fields.Datetime.now()
        self.seminar.write({'date_begin': now - timedelta(days=200), 'date_end': now - timedelta(days=199)})
        self.new_recording()
        self.run_job()
        self.assertFalse(self.get_told())

    def test_batches_reach_everybody_once(self):
        self.new_recording()
        notices = self.env['scn.event.recording.notice']
        last_id, told = 0, []
        while last_id is not None:
            last_id, count = notices._tell_next(self.seminar.id, last_id, 1)
            told.append(count)
        self.assertEqual(told, [1, 1, 0])
        self.assertEqual(self.count_mails(), 2)

    def test_whoever_was_told_meanwhile_is_left_out(self):
        self.new_recording()
        notices = self.env['scn.event.recording.notice']
        people = self.riverton_person.partner_id | self.lakeside_person.partner_id
        self.assertEqual(len(notices._note_new(self.seminar, people[:1])), 1)
        self.assertEqual(notices._note_new(self.seminar, people).partner_id, people[1:])

    def test_control_without_the_rows_each_run_tells_again(self):
        self.new_recording()
        self.run_job()
        self.env['scn.event.recording.notice'].search([('event_id', '=', self.seminar.id)]).unlink()
        self.run_job()
        self.assertEqual(self.count_mails(), 4)

    def test_the_mail_names_what_this_person_may_open(self):
        self.new_recording(name='For cities')
        self.new_recording(name='For all', access='public')
        notice = self.env['scn.event.recording.notice']._note_new(
            self.seminar, self.stranger.partner_id | self.lakeside_person.partner_id
        )
        bodies = self.env.ref('scn_events.mail_template_recordings')._render_field('body_html', notice.ids)
        of_stranger = notice.filtered(lambda one: one.partner_id == self.stranger.partner_id)
        self.assertNotIn('For cities', bodies[of_stranger.id])
        self.assertIn('For all', bodies[of_stranger.id])
        self.assertIn('For cities', bodies[(notice - of_stranger).id])
        self.assertNotIn('video.example', str(bodies), "the page asks again who it is")

    def test_thanks_ask_for_the_survey_where_there_is_one(self):
        registration = self.register(self.new_event(), self.riverton)
        template = self.env.ref('scn_events.mail_template_thanks')
        self.assertNotIn('survey', template._render_field('body_html', registration.ids)[registration.id])
        registration.event_id.scn_survey_url = 'https://survey.example/1'
        self.assertIn(
            'https://survey.example/1', template._render_field('body_html', registration.ids)[registration.id]
        )


@tagged('post_install', '-at_install')
class TestRecordingPages(RecordingCase, HttpCase):
    def get(self, recording):
        return self.url_open(f'/recordings/{recording.id}', allow_redirects=False)

    def test_a_link_is_followed_only_for_who_may(self):
        recording = self.new_recording()
        answer = self.get(recording)
        self.assertIn('/web/login', answer.headers['Location'])
        for user in (self.lakeside_person, self.stranger):
            user.password = user.login
        self.authenticate(self.lakeside_person.login, self.lakeside_person.login)
        answer = self.get(recording)
        self.assertEqual((answer.status_code, answer.headers['Location']), (303, 'https://video.example/1'))
        self.assertEqual(answer.headers['Referrer-Policy'], 'no-referrer')
        self.assertIn('Ended seminar', self.url_open('/my/recordings').text)
        self.assertNotIn('video.example', self.url_open('/my/recordings').text)
        self.assertIn(f'/recordings/{recording.id}', self.url_open('/my/city').text)
        self.authenticate(self.stranger.login, self.stranger.login)
        answer = self.get(recording)
        self.assertEqual(answer.status_code, 403)
        self.assertIn('Associate partner', answer.text)
        recording.action_unpublish()
        self.assertEqual(self.get(recording).status_code, 404)
        self.assertEqual(self.url_open('/recordings/999999999').status_code, 404)

    def test_a_file_has_no_other_way_out(self):
        page = b'<script>alert(1)</script>'
        recording = self.new_recording(url=False, file=base64.b64encode(page), filename='notes.html', access='public')
        answer = self.get(recording)
        self.assertEqual(answer.content, page)
        self.assertIn('attachment', answer.headers['Content-Disposition'])
        recording.access = 'benefit'
        attachment = self.env['ir.attachment'].search(
            [('res_model', '=', 'scn.event.recording'), ('res_id', '=', recording.id), ('res_field', '=', 'file')]
        )
        self.lakeside_person.password = self.lakeside_person.login
        for login in (None, self.lakeside_person.login):
            self.authenticate(login, login)
            for way in (
                f'/web/content/scn.event.recording/{recording.id}/file',
                f'/web/content/{attachment.id}',
                f'/web/image/{attachment.id}',
            ):
                self.assertNotIn(b'alert(1)', self.url_open(way).content, way)

    def test_the_events_page_shows_what_there_is(self):
        self.new_recording(name='Talk of cities')
        self.new_recording(name='Not yet', publish=False)
        page = self.url_open(f'/event/{self.seminar.id}/register').text
        self.assertIn('Talk of cities', page)
        self.assertIn('Sign in to open', page)
        self.assertNotIn('Not yet', page)
        self.assertNotIn('video.example', page)
