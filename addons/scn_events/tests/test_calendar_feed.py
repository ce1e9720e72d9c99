"""A person's calendar address: what is in it, what is never, and how it is taken back."""

import logging
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..models.scn_calendar_feed import MOST_ENTRIES
from ..request_log import HideCalendarSecret, hide
from .common import EventCase


@tagged('post_install', '-at_install')
class TestCalendarFeed(EventCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['event.event'].search([]).is_published = False
        cls.person = cls.riverton_person.partner_id
        cls.room = 'https://room.example/secret'
        cls.seminar = cls.new_event('seminar_live', name='Confirmed seminar', scn_kind='seminar', scn_join_url=cls.room)
        cls.feeds = cls.env['scn.calendar.feed']

    def setUp(self):
        super().setUp()
        self.give_tier(self.riverton, 'partner')
        self.seat = self.register(self.seminar, self.riverton, partner_id=self.person.id)

    def read_feed(self):
        return self.feeds._get_own(self.person)._get_calendar().decode().replace('\r\n ', '')

    def test_own_confirmed_seats_and_the_citys_coming_events(self):
        other = self.new_event(name='Open workshop', scn_kind='workshop', scn_join_url='https://room.example/other')
        draft = self.new_event(name='Draft event', scn_kind='workshop', is_published=False)
        asked = self.new_event(name='Asked for', scn_kind='workshop', is_published=False)
        self.register(asked, self.riverton, partner_id=self.person.id, state='draft')
        colleague = self.new_contact(self.riverton, 'colleague').partner_id
        hidden = self.new_event(name='Seat of a colleague', is_published=False)
        self.register(hidden, self.riverton, partner_id=colleague.id)
        self.feeds._renew(self.person)
        feed = self.read_feed()
        self.assertIn('SUMMARY:Confirmed seminar', feed)
        self.assertIn('SUMMARY:Open workshop', feed)
        self.assertIn('You are not registered.', feed)
        for event in (draft, asked, hidden):
            self.assertNotIn(event.name, feed)
        self.assertNotIn('room.example', feed)
        self.assertEqual(feed.count('TRANSP:TRANSPARENT'), 1)
        self.assertTrue(other.is_published)

    def test_a_seat_on_hold_or_given_back_is_not_in_it(self):
        self.feeds._renew(self.person)
        self.seminar.is_published = False
        self.assertIn('Confirmed seminar', self.read_feed())
        self.riverton.partnership_ids.state = 'lapsed'
        self.assertTrue(self.seat.scn_on_hold_since)
        self.assertNotIn('Confirmed seminar', self.read_feed())
        self.riverton.partnership_ids.state = 'active'
        self.assertIn('Confirmed seminar', self.read_feed())
        self.seat.action_cancel()
        self.assertNotIn('Confirmed seminar', self.read_feed())

    def test_the_secret_is_kept_as_a_hash_and_opens_one_calendar(self):
        secret = self.feeds._renew(self.person)
        feed = self.feeds._get_own(self.person)
        self.assertNotIn(secret, str(feed.read()))
        self.assertEqual(self.feeds._find(secret), feed)
        self.assertEqual(self.feeds._find(secret.lower()), feed)
        for wrong in ('', 'x', secret[:-1], secret + 'A', feed.secret_hash, '%', None):
            self.assertFalse(self.feeds._find(wrong), wrong)
        newer = self.feeds._renew(self.person)
        self.assertFalse(self.feeds._find(secret), "a new address takes the place of the old one")
        self.assertEqual(self.feeds._get_own(self.person), feed)
        self.riverton_person.active = False
        self.assertFalse(self.feeds._find(newer), "somebody who does not sign in any more reads nothing")
        self.riverton_person.active = True
        self.feeds._revoke(self.person)
        self.assertFalse(self.feeds._find(newer))

    def test_nobody_makes_or_changes_one_over_rpc(self):
        self.feeds._renew(self.person)
        feed = self.feeds._get_own(self.person)
        with self.assertRaises(AccessError):
            feed.with_user(self.riverton_person).read(['partner_id'])
        with self.assertRaises(AccessError):
            feed.with_user(self.manager).read(['secret_hash'])
        with self.assertRaises(AccessError):
            feed.with_user(self.manager).write({'secret_hash': 'x'})
        feed.with_user(self.manager).unlink()

    def test_reading_changes_nothing_and_is_kept_by_the_reader(self):
        secret = self.feeds._renew(self.person)
        url = f'/scn/calendar/{secret}.ics'
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers['Content-Type'], 'text/calendar; charset=utf-8')
        self.assertIn('private', answer.headers['Cache-Control'])
        self.assertNotIn('Set-Cookie', answer.headers)
        again = self.url_open(url, headers={'If-None-Match': answer.headers['ETag']})
        self.assertEqual((again.status_code, again.content), (304, b''))
        self.assertEqual(self.opener.head(self.base_url() + url).status_code, 200)
        feed = self.feeds._get_own(self.person)
        self.assertEqual(feed.write_date, feed.renewed_on.replace(microsecond=0) and feed.write_date)
        self.assertEqual(self.url_open('/scn/calendar/nothing.ics').status_code, 404)

    def test_made_renewed_and_taken_back_in_the_portal(self):
        self.riverton_person.password = self.riverton_person.login
        self.authenticate(self.riverton_person.login, self.riverton_person.login)
        self.assertIn('You have no address yet', self.url_open('/my/calendar').text)
        self.assertFalse(self.feeds._get_own(self.person), "looking makes none")
        self.assertEqual(self.url_open('/my/calendar/renew').status_code, 405)
        token = {'csrf_token': self.csrf_token()}
        made = self.url_open('/my/calendar/renew', data=token)
        self.assertEqual(made.headers['Cache-Control'], 'no-store')
        self.assertIn('/scn/calendar/', made.text)
        self.assertNotIn('/scn/calendar/', self.url_open('/my/calendar').text)
        self.url_open('/my/calendar/revoke', data=token)
        self.assertFalse(self.feeds._get_own(self.person))

    def csrf_token(self):
        return self.url_open('/my/calendar').text.split('name="csrf_token" value="')[1].split('"')[0]

    def test_the_log_does_not_hold_the_secret(self):
        secret = self.feeds._renew(self.person)
        with self.assertLogs('werkzeug', logging.INFO) as seen:
            self.url_open(f'/scn/calendar/{secret}.ics')
        self.assertIn('/scn/calendar/…', str(seen.output))
        self.assertNotIn(secret, str(seen.output))

    def test_control_without_the_filter_the_log_would_hold_it(self):
        logger = logging.getLogger('werkzeug')
        filters = [one for one in logger.filters if isinstance(one, HideCalendarSecret)]
        self.assertTrue(filters)
        for one in filters:
            logger.removeFilter(one)
            self.addCleanup(logger.addFilter, one)
        secret = self.feeds._renew(self.person)
        with self.assertLogs('werkzeug', logging.INFO) as seen:
            self.url_open(f'/scn/calendar/{secret}.ics')
        self.assertIn(secret, str(seen.output))
        self.assertNotIn(secret, hide(str(seen.output)))

    def test_a_long_list_is_cut_and_takes_a_constant_number_of_queries(self):
        counts = []
        for number in (2, 20):
            for n in range(number):
                event = self.new_event(name=f'Event {n}', scn_kind='workshop')
                self.register(event, self.riverton, partner_id=self.person.id)
                self.new_event(name=f'Other {n}', scn_kind='workshop')
            self.feeds._renew(self.person)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.feeds._get_own(self.person)._get_calendar()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(self.read_feed().count('BEGIN:VEVENT'), MOST_ENTRIES)

    def test_a_slots_own_time_is_in_it(self):
        self.assertEqual(self.seat.event_begin_date, self.seminar.date_begin)
        self.feeds._renew(self.person)
        start = self.seminar.date_begin
        self.assertIn(f'DTSTART:{start:%Y%m%dT%H%M%SZ}', self.read_feed())
        self.seminar.write({'date_begin': start + timedelta(hours=1)})
        self.assertIn(f'DTSTART:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}', self.read_feed())
