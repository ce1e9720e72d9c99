"""The programme: sessions, conflicts, published versions, the public page and calendar files."""

import doctest
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .. import calendar_file, city_time, programme_changes, programme_conflicts, request_log
from .common import EventCase


class ProgrammeCase(EventCase):
    """A Stand Lab in Barcelona with two rooms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab = cls.env['event.event'].create(
            {
                'name': 'Stand Lab',
                'date_begin': '2030-11-19 08:00:00',
                'date_end': '2030-11-21 17:00:00',
                'date_tz': 'Europe/Madrid',
                'is_published': True,
                'website_track': True,
                'scn_join_url': 'https://room.example/secret',
            }
        )
        cls.hall, cls.studio = cls.env['event.track.location'].create([{'name': 'Hall'}, {'name': 'Studio'}])
        cls.planned = cls.env['event.track.stage'].search([('is_cancel', '=', False)], order='sequence', limit=1)
        cls.shown = cls.env['event.track.stage'].search([('is_visible_in_agenda', '=', True)], limit=1)
        cls.cancelled = cls.env['event.track.stage'].search([('is_cancel', '=', True)], limit=1)

    @classmethod
    def new_session(cls, name, hour, hours=1, **values):
        """A session of the first day that is shown to visitors; the hour is in UTC."""
        start = fields.Datetime.to_datetime(f"2030-11-19 {hour:02}:00:00")
        return cls.env['event.track'].create(
            {
                'name': name,
                'event_id': cls.lab.id,
                'stage_id': cls.shown.id,
                'date': start,
                'date_end': start + timedelta(hours=hours),
                'duration': hours,
                'location_id': cls.hall.id,
                **values,
            }
        )


@tagged('post_install', '-at_install')
class TestProgrammeRules(ProgrammeCase):
    def test_the_rules_hold_as_their_examples_say(self):
        for module in (programme_conflicts, programme_changes, calendar_file, city_time, request_log):
            result = doctest.testmod(module)
            self.assertFalse(result.failed, module.__name__)
            self.assertTrue(result.attempted, module.__name__)


@tagged('post_install', '-at_install')
class TestConflicts(ProgrammeCase):
    def test_a_room_and_a_speaker_are_at_one_place_at_a_time(self):
        ana = self.env['res.partner'].create({'name': 'Ana Speaker', 'email': 'Ana@city.example'})
        first = self.new_session('Data', 9, partner_id=ana.id)
        same_room = self.new_session('Labour', 9)
        same_speaker = self.new_session('Gender', 9, location_id=self.studio.id, scn_speaker_ids=ana.ids)
        typed = self.new_session(
            'Ecology', 9, location_id=False, partner_name='A. Speaker', partner_email='ana@CITY.example'
        )
        after = self.new_session('Closing', 10, partner_id=ana.id)
        self.assertIn('“Labour”: Hall', first.scn_conflicts)
        self.assertIn('“Gender”: Ana Speaker', first.scn_conflicts)
        self.assertIn('“Ecology”', first.scn_conflicts)
        self.assertIn('“Data”: A. Speaker', typed.scn_conflicts)
        self.assertNotIn('Gender', same_room.scn_conflicts)
        self.assertFalse(after.scn_has_conflict)
        self.assertEqual(self.lab.scn_conflict_count, 4)
        self.assertEqual(
            self.env['event.track'].search([('scn_has_conflict', '=', True), ('event_id', '=', self.lab.id)]),
            first | same_room | same_speaker | typed,
        )
        self.assertEqual(
            self.env['event.track'].search([('scn_has_conflict', '=', False), ('event_id', '=', self.lab.id)]), after
        )

    def test_what_is_cancelled_archived_or_at_another_event_is_in_nobodys_way(self):
        session = self.new_session('Data', 9)
        other = self.new_session('Labour', 9)
        self.assertTrue(session.scn_has_conflict)
        for change, back in (
            ({'stage_id': self.cancelled.id}, {'stage_id': self.shown.id}),
            ({'active': False}, {'active': True}),
            ({'event_id': self.new_event().id}, {'event_id': self.lab.id}),
            ({'location_id': self.studio.id}, {'location_id': self.hall.id}),
        ):
            other.write(change)
            self.assertFalse(session.scn_has_conflict, change)
            other.write(back)
            self.assertTrue(session.scn_has_conflict, back)

    def test_conflicts_never_stop_anybody(self):
        self.new_session('Data', 9)
        self.new_session('Labour', 9)
        self.assertTrue(self.lab.with_user(self.officer)._publish_programme())

    def test_a_long_programme_takes_no_more_queries_than_a_short_one(self):
        counts = []
        for sessions in (2, 40):
            for number in range(sessions):
                self.new_session(f'Session {number}', number % 12, partner_name=f'Person {number}')
            tracks = self.env['event.track'].browse(self.lab.track_ids.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            tracks.mapped('scn_conflicts')
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged('post_install', '-at_install')
class TestVersions(ProgrammeCase):
    def publish(self, **values):
        return self.lab.with_user(self.officer)._publish_programme(**values)

    def test_a_version_says_what_changed(self):
        line = self.env.ref('scn_events.working_line_data')
        data = self.new_session('Data', 9, partner_name='Ana', scn_working_line_ids=line.ids)
        gone = self.new_session('Gender', 10)
        first = self.publish()
        self.assertEqual((first.number, first.session_count, first.change_text), (1, 2, False))
        data.write({'date': '2030-11-20 09:00:00', 'date_end': '2030-11-20 10:30:00', 'location_id': self.studio.id})
        data.write({'name': 'Data commons', 'partner_name': 'Ben', 'scn_working_line_ids': [Command.clear()]})
        gone.stage_id = self.cancelled
        self.new_session('Ecology', 11)
        second = self.publish(note='Trains leave early')
        self.assertEqual(
            second.change_text.split('\n'),
            [
                'Not held: “Gender”.',
                'Moved: “Data commons”, now 20 November, 10:00–11:30 (before: 19 November, 10:00–11:00).',
                'Other room: “Data commons”, now Studio.',
                'New: “Ecology”, 19 November, 12:00.',
                'Other title: “Data commons” (before: “Data”).',
                'Other speakers: “Data commons”, now Ben.',
                'Other working lines: “Data commons”.',
            ],
        )
        self.assertEqual((second.number, second.note), (2, 'Trains leave early'))
        self.assertEqual(first.sessions[0]['name'], {'en_US': 'Data'}, "what was published stays")

    def test_a_proposal_that_is_not_decided_is_not_published(self):
        self.new_session('Data', 9)
        self.new_session('Undecided', 9, stage_id=self.planned.id)
        self.assertFalse(self.planned.is_visible_in_agenda)
        self.assertEqual([session['name']['en_US'] for session in self.publish().sessions], ['Data'])

    def test_nothing_new_is_not_published_again(self):
        with self.assertRaisesRegex(UserError, "no session to publish"):
            self.publish()
        session = self.new_session('Data', 9)
        self.publish()
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            self.publish()
        session.location_id = self.studio
        self.assertEqual(self.publish().number, 2)

    def test_a_programme_may_become_empty_and_fill_again(self):
        session = self.new_session('Data', 9)
        self.publish()
        session.stage_id = self.cancelled
        empty = self.publish()
        self.assertEqual((empty.session_count, empty.change_text), (0, 'Not held: “Data”.'))
        self.assertIn(b'STATUS:CANCELLED', self.lab._get_programme_calendar())
        self.assertEqual(self.lab._prepare_programme_page_values()['days'], [])
        self.new_session('Labour', 9)
        self.assertEqual(self.publish().change_text, 'New: “Labour”, 19 November, 10:00.')
        self.assertIn(b'Labour', self.lab._get_programme_calendar())

    def test_a_published_programme_never_changes(self):
        self.new_session('Data', 9)
        version = self.publish()
        for user in (self.officer, self.manager, self.env.user):
            with self.assertRaises(AccessError):
                version.with_user(user).write({'note': 'Other'})
        with self.assertRaises(AccessError):
            version.sudo().write({'sessions': []})
        with self.assertRaises(AccessError):
            version.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            self.env[version._name].with_user(self.manager).create({'event_id': self.lab.id, 'number': 2})

    def test_a_speaker_may_be_forgotten(self):
        session = self.new_session('Data', 9, partner_name='Ana Speaker')
        first = self.publish()
        session.partner_name = 'Ben Speaker'
        second = self.publish()
        versions = self.env['scn.event.programme.version']
        self.assertEqual(versions._forget_speaker('Ana Speaker'), 2)
        self.assertNotIn('Ana', f'{first.sessions} {second.sessions} {second.changes}')
        self.assertEqual(second.sessions[0]['speakers'], ['Ben Speaker'])
        self.assertEqual(versions._forget_speaker('Ana Speaker'), 0)

    def test_only_who_plans_events_publishes(self):
        self.new_session('Data', 9)
        for user in (self.desk, self.reader, self.finance, self.riverton_person, self.employee):
            with self.assertRaises(AccessError):
                self.lab.with_user(user)._publish_programme()

    def test_the_preview_is_what_is_published(self):
        session = self.new_session('Data', 9)
        self.publish()
        session.location_id = self.studio
        wizard = self.env['scn.event.programme.publish'].with_user(self.officer).create({'event_id': self.lab.id})
        self.assertEqual(wizard.change_text, 'Other room: “Data”, now Studio.')
        wizard.action_publish()
        self.assertEqual(self.lab._get_programme().change_text, wizard.change_text or 'Other room: “Data”, now Studio.')
        self.assertEqual(self.lab._get_programme().telling_state, 'not_asked')

    def test_titles_are_kept_in_every_language(self):
        self.env['res.lang']._activate_lang('nl_NL')
        line = self.env.ref('scn_events.working_line_data')
        session = self.new_session('Data', 9, scn_working_line_ids=line.ids)
        line.with_context(lang='nl_NL').name = 'Data'
        self.publish()
        line.with_context(lang='nl_NL').name = 'Gegevens'
        self.assertFalse(self.lab._find_programme_changes(), "a line that is translated is no other line")
        session.location_id = self.studio
        session.with_context(lang='nl_NL').name = 'Gegevens'
        version = self.publish()
        self.assertEqual([change['kind'] for change in version.changes], ['room'])
        days, __ = version.with_context(lang='nl_NL')._prepare_days('Europe/Madrid')
        self.assertEqual(days[0][1][0]['title'], 'Gegevens')
        days, __ = version.with_context(lang='en_US')._prepare_days('Europe/Madrid')
        self.assertEqual(days[0][1][0]['title'], 'Data')


@tagged('post_install', '-at_install')
class TestTelling(ProgrammeCase):
    def setUp(self):
        super().setUp()
        self.new_session('Data', 9)
        self.people = self.env['event.registration'].create(
            [{'event_id': self.lab.id, 'name': f'Person {n}', 'email': f'p{n}@city.example'} for n in range(5)]
        )
        self.people[3].action_cancel()
        self.people[4].state = 'draft'

    def count_mails(self):
        return (
            self.env['mail.mail']
            .sudo()
            .search_count([('model', '=', 'event.registration'), ('res_id', 'in', self.people.ids)])
        )

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_tell_programme').method_direct_trigger()

    def test_nobody_is_told_unless_staff_say_so(self):
        self.lab._publish_programme()
        self.run_job()
        self.assertEqual(self.count_mails(), 0)

    def test_each_confirmed_person_is_told_once(self):
        version = self.lab._publish_programme(note='Good trains', tell=True)
        self.assertEqual(version.telling_state, 'waiting')
        self.run_job()
        self.run_job()
        self.assertEqual(self.count_mails(), 3)
        self.assertEqual(version.telling_state, 'done')

    def test_batches_go_on_where_the_last_one_ended(self):
        version = self.lab._publish_programme(tell=True)
        versions = self.env['scn.event.programme.version']
        self.assertEqual([versions._tell_next(2) for __ in range(4)], [2, 1, 1, 0])
        self.assertEqual(self.count_mails(), 3)
        self.assertEqual(version.told_up_to, self.people[2].id)

    def test_a_later_version_that_tells_nobody_ends_no_mailing(self):
        first = self.lab._publish_programme(tell=True)
        versions = self.env['scn.event.programme.version']
        versions._tell_next(2)
        self.new_session('Labour', 11)
        self.lab._publish_programme()
        self.assertEqual(versions._tell_next(2), 1)
        self.assertEqual((self.count_mails(), first.telling_state), (3, 'waiting'))

    def test_a_later_version_that_is_told_takes_its_place(self):
        first = self.lab._publish_programme(tell=True)
        self.new_session('Labour', 11)
        self.lab._publish_programme(tell=True)
        self.env['scn.event.programme.version']._tell_next(5)
        self.assertEqual((self.count_mails(), first.telling_state), (0, 'done'))

    def test_control_without_the_mark_everybody_is_told_twice(self):
        version = self.lab._publish_programme(tell=True)
        versions = self.env['scn.event.programme.version']
        versions._tell_next(5)
        version.told_up_to = 0
        versions._tell_next(5)
        self.assertEqual(self.count_mails(), 6)

    def test_who_reads_dutch_is_told_in_dutch(self):
        self.env['res.lang']._activate_lang('nl_NL')
        template = self.env.ref('scn_events.mail_template_programme')
        self.people[0].partner_id = self.env['res.partner'].create({'name': 'Jan', 'lang': 'nl_NL'})
        languages = template._render_lang(self.people[0].ids)
        self.assertEqual(languages[self.people[0].id], 'nl_NL')


@tagged('post_install', '-at_install')
class TestProgrammePages(ProgrammeCase, HttpCase):
    @freeze_time('2030-11-01 12:00:00')
    def test_visitors_see_what_was_published(self):
        session = self.new_session('Data <b>commons</b>', 9, partner_name='Ana')
        url = f'/event/{self.lab.id}/programme'
        self.assertEqual(self.url_open(url).status_code, 404)
        self.lab._publish_programme()
        session.name = 'Something else'
        page = self.url_open(url).text
        self.assertIn('Data &lt;b&gt;commons&lt;/b&gt;', page)
        self.assertNotIn('Something else', page)
        self.assertNotIn('room.example', page)
        self.assertIn('datetime="2030-11-19T09:00:00Z"', page)
        self.assertIn('10:00', page)
        self.assertIn(f'/event/{self.env["ir.http"]._slug(self.lab)}/programme.ics', page)
        self.lab._publish_programme()
        page = self.url_open(url).text
        self.assertIn('Something else', page)
        self.assertIn('What changed in this version', page)
        first = self.url_open(f'{url}?version=1').text
        self.assertIn('There is a newer version', first)
        self.assertNotIn('What changed in this version', first)
        for wrong in ('3', '-1', 'x', '9' * 40, '²'):
            self.assertEqual(self.url_open(f'{url}?version={wrong}').status_code, 404, wrong)
        self.assertTrue(self.url_open(f'/event/{self.lab.id}/agenda').url.endswith('/programme'))

    def test_the_page_shows_the_readers_time(self):
        self.new_session('Data', 9)
        self.lab._publish_programme()
        url = f'/event/{self.lab.id}/programme'
        self.assertIn('scn_reader_time d-block small text-muted d-none', self.url_open(url).text)
        self.opener.cookies['tz'] = 'Asia/Seoul'
        page = self.url_open(url).text
        self.assertIn('Asia/Seoul', page)
        self.assertIn('18:00', page)
        self.opener.cookies['tz'] = 'Nowhere/Land'
        self.assertNotIn('Nowhere', self.url_open(url).text)

    def test_an_event_that_is_not_published_has_no_public_programme(self):
        self.new_session('Data', 9)
        self.lab._publish_programme()
        self.lab.is_published = False
        for path in ('programme', 'programme.ics'):
            self.assertIn(self.url_open(f'/event/{self.lab.id}/{path}').status_code, (403, 404))

    @freeze_time('2030-11-01 12:00:00')
    def test_the_calendar_file_holds_the_sessions_and_takes_out_what_is_cancelled(self):
        hostile = 'Data, commons; more\r\nATTENDEE:mailto:x@example.com\nBEGIN:VEVENT' + '\x07' + 'é' * 100
        self.new_session(hostile, 9)
        gone = self.new_session('Gender', 10)
        self.lab._publish_programme()
        gone.stage_id = self.cancelled
        self.lab._publish_programme()
        answer = self.url_open(f'/event/{self.lab.id}/programme.ics')
        self.assertEqual(answer.headers['Content-Type'], 'text/calendar; charset=utf-8')
        raw = answer.content
        self.assertNotIn(b'room.example', raw)
        self.assertTrue(all(len(line) <= 75 for line in raw.split(b'\r\n')), "lines are folded")
        lines = raw.decode().replace('\r\n ', '').split('\r\n')
        self.assertFalse([line for line in lines if line.startswith('ATTENDEE') or '\n' in line or '\x07' in line])
        self.assertEqual(lines.count('BEGIN:VEVENT'), 2)
        self.assertIn('DTSTART:20301119T090000Z', lines)
        self.assertEqual(
            [line for line in lines if line.startswith('STATUS')], ['STATUS:CONFIRMED', 'STATUS:CANCELLED']
        )
        uids = [line for line in lines if line.startswith('UID')]
        self.assertEqual(len(set(uids)), 2)
        session = self.lab.track_ids.filtered(lambda track: track != gone)
        own = session._get_ics_file()[session.id].decode()
        self.assertIn(uids[0], own, "the file of one session moves the same entry")
        self.assertNotIn('room.example', own)
