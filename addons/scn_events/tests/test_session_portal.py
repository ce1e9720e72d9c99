"""A city asks for sessions, answers proposals, moves and cancels; another city's session is not found."""

import re
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..models import scn_appointment_session
from .session_common import SessionCase


@tagged('post_install', '-at_install')
@freeze_time('2019-05-02 08:00:00')
class TestSessionPortal(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_riverton_sessions()
        cls.appointments = cls.env['scn.appointment'].sudo()

    @classmethod
    def start_riverton_sessions(cls):
        """Two sessions in each quarter."""
        windows = cls.partnerships[cls.riverton].entitlement_ids.filtered(
            lambda one: one.benefit_id.code == 'one_on_one'
        )
        windows.write({'quota': 2})
        return windows

    def days(self):
        return self.riverton._prepare_sessions_page_values(self.ana)['days']

    def slot(self, number=0):
        return self.days()[number][1][0][0]

    def ask(self, slot=None, person=None, **values):
        return self.appointments._city_ask_session(person or self.ana, {'slot': slot or self.slot(), **values})

    def test_times_stand_on_the_city_s_clock(self):
        self.riverton.tz = 'Asia/Tokyo'
        for day, times in self.days():
            for slot, local in times:
                self.assertEqual(local.date(), day)
                self.assertEqual(local.tzinfo.zone, 'Asia/Tokyo')
                moment = datetime.fromisoformat(slot)
                self.assertEqual((local - local.utcoffset()).replace(tzinfo=None), moment)

    def test_ask_for_a_free_time(self):
        session = self.ask(topic='Rents', people=[str(self.colleague.partner_id.id), str(self.bo.id)])
        self.assertEqual((session.state, session.topic, session.requester_id), ('requested', 'Rents', self.ana))
        self.assertEqual(session.contact_ids, self.colleague.partner_id)
        self.assertEqual(session.host_user_ids, self.host)
        self.assertFalse(self.mails('session with us'))

    def test_asked_twice_is_one(self):
        slot = self.slot()
        self.assertEqual(self.ask(slot), self.ask(slot))
        self.assertEqual(len(self.riverton._get_sessions()), 1)
        # both wrote what they count: at once, the second one is repeated and finds the first one's
        windows = self.riverton._get_session_windows()
        windows.invalidate_recordset(['scn_guard'])
        self.assertEqual(windows.mapped('scn_guard'), [2] * len(windows))

    def test_a_time_that_was_taken_meanwhile(self):
        slot = self.slot()
        start = fields.Datetime.to_datetime(slot.replace('T', ' ') + ':00')
        self.agree(city=self.lakeside, start=str(start), stop=str(fields.Datetime.add(start, hours=1)))
        with self.assertRaisesRegex(UserError, 'not free any more'):
            self.ask(slot)

    def test_control_without_looking_again_the_taken_time_is_asked_for(self):
        slot = self.slot()
        start = fields.Datetime.to_datetime(slot.replace('T', ' ') + ':00')
        stop = fields.Datetime.add(start, hours=1)
        self.agree(city=self.lakeside, start=str(start), stop=str(stop))
        found = (self.host, start, stop)
        with patch.object(type(self.appointments), '_find_session_slot', lambda self, *args, **kwargs: found):
            self.assertEqual(self.ask(slot).start, start)

    def test_what_is_posted_is_not_trusted(self):
        for slot in ('', 'x', '2019-05-03T03:00', '2019-05-02T09:00', '2029-05-02T09:00', '2019-05-06T09:01', None):
            with self.assertRaises(UserError):
                self.appointments._city_ask_session(self.ana, {'slot': slot})
        self.assertFalse(self.riverton._get_sessions())

    def test_never_more_than_is_left(self):
        self.ask(self.slot(0))
        self.ask(self.slot(1))
        self.assertNotIn(fields.Date.to_date('2019-05-10'), [day for day, _ in self.days()])
        with self.assertRaisesRegex(UserError, 'No session is left'):
            self.ask('2019-05-10T09:00')

    def test_who_may(self):
        for person in (self.colleague.partner_id, self.env['res.partner'].create({'name': 'Nobody'})):
            with self.assertRaises(AccessError):
                self.ask('2019-05-10T09:00', person)
        session = self.propose()
        for act in (session._city_accept, lambda *a: session._city_call_off(*a, ''),
                    lambda *a: session._city_choose_time(*a, self.slot())):  # fmt: skip
            with self.assertRaises(AccessError):
                act(self.colleague.partner_id, '2019-05-14T10:00')

    def test_answers(self):
        session = self.propose()
        with self.assertRaisesRegex(UserError, 'changed meanwhile'):
            session._city_accept(self.ana, '2019-05-14T09:00')
        session._city_choose_time(self.ana, '2019-05-14T10:00', '2019-05-16T09:00')
        self.assertEqual((session.state, str(session.start)), ('requested', '2019-05-16 09:00:00'))
        with self.assertRaisesRegex(UserError, 'not proposed'):
            session._city_accept(self.ana, '2019-05-16T09:00')
        session._propose()
        session._city_accept(self.ana, '2019-05-16T09:00')
        self.assertEqual(session.state, 'confirmed')
        session._city_choose_time(self.ana, '2019-05-16T09:00', '2019-05-17T11:00')
        self.assertEqual((session.state, str(session.start)), ('confirmed', '2019-05-17 11:00:00'))
        self.assertEqual(len(self.mails('is moved')), 1)
        with freeze_time('2019-05-15 12:00'):
            for act in (
                lambda: session._city_call_off(self.ana, '2019-05-17T11:00', ''),
                lambda: session._city_choose_time(self.ana, '2019-05-17T11:00', '2019-05-23T10:00'),
            ):
                with self.assertRaisesRegex(UserError, 'too close'):
                    act()
        session._city_call_off(self.ana, '2019-05-17T11:00', 'Ill')
        self.assertEqual((session.state, session.cancel_reason), ('cancelled', 'Ill'))

    def test_a_time_that_has_passed_is_not_confirmed(self):
        session = self.propose()
        with freeze_time('2019-05-14 10:30'):
            session.invalidate_recordset(['has_begun'])
            with self.assertRaisesRegex(UserError, 'has passed'):
                session._city_accept(self.ana, '2019-05-14T10:00')
        self.assertEqual((session.state, session._get_use().exists()), ('proposed', session._get_use().browse()))

    def test_next_step(self):
        session = self.propose()

        def urls():
            values = self.riverton._prepare_city_page_values(self.ana)
            return [step['url'] for step in self.riverton._prepare_city_next_steps(self.ana, values)]

        self.assertIn(f'/my/city/sessions/{session.id}', urls())
        session._confirm()
        self.assertNotIn(f'/my/city/sessions/{session.id}', urls())


@tagged('post_install', '-at_install')
class TestSessionPages(SessionCase, HttpCase):
    """Over HTTP, on days to come: the server's clock is not frozen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = fields.Date.today()
        period = day.replace(month=1, day=1), day.replace(year=day.year + 1, month=12, day=31)
        cls.partnerships[cls.riverton]._add_period('renewal', *period, 100.0)
        for user in (cls.riverton_person, cls.lakeside_person, cls.colleague):
            user.password = f'{user.login}-password'

    def sign_in(self, user):
        self.authenticate(user.login, f'{user.login}-password')

    def post(self, path, **data):
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open('/my/account').text)[1]
        return self.url_open(path, data={'csrf_token': token, **data})

    def test_the_pages(self):
        self.sign_in(self.riverton_person)
        self.assertIn('/my/city/sessions', self.url_open('/my/city').text)
        page = self.url_open('/my/city/sessions')
        slot = re.search(r'name="slot"[^>]*value="([^"]+)"', page.text)[1]
        asked = self.post('/my/city/sessions/ask', slot=slot, topic='Rents', people=[self.ana.id])
        self.assertIn('We have your request', asked.text)
        session = self.riverton._get_sessions()
        self.assertEqual(len(session), 1)
        path = f'/my/city/sessions/{session.id}'
        self.assertIn('Take the request back', self.url_open(path).text)
        session.action_propose()
        self.assertIn('We propose a session', self.url_open('/my/city').text)
        self.assertIn('was changed meanwhile', self.post(f'{path}/confirm', shown='2019-01-01T10:00').text)
        self.assertIn('The session is confirmed', self.post(f'{path}/confirm', shown=slot).text)
        self.assertEqual(session.state, 'confirmed')
        self.assertIn('The session is called off', self.post(f'{path}/cancel', shown=slot, reason='<b>x').text)
        self.assertEqual(session.state, 'cancelled')

    def test_another_city_finds_nothing_and_a_get_changes_nothing(self):
        start = fields.Datetime.add(fields.Datetime.now().replace(minute=0, second=0, microsecond=0), days=6)
        session = self.propose(start=str(start), stop=str(fields.Datetime.add(start, hours=1)))
        shown = start.strftime(scn_appointment_session.SLOT_FORMAT)
        path, missing = f'/my/city/sessions/{session.id}', f'/my/city/sessions/{session.id + 1000000}'
        self.sign_in(self.lakeside_person)
        self.assertNotIn('Rules for rentals', self.url_open('/my/city/sessions').text)
        for page in (path, missing):
            self.assertEqual(self.url_open(page).status_code, 404)
            for act in ('confirm', 'time', 'cancel'):
                self.assertEqual(self.post(f'{page}/{act}', shown=shown, slot=shown).status_code, 404)
        self.assertEqual(session.state, 'proposed')
        self.sign_in(self.colleague)
        self.assertNotIn('Confirm this time', self.url_open(path).text)
        self.assertIn('leads or coordinator', self.post(f'{path}/confirm', shown=shown).text)
        self.sign_in(self.riverton_person)
        self.assertIn(self.url_open(f'{path}/confirm').status_code, (404, 405))
        self.assertIn(self.url_open(f'{path}/confirm', data={'shown': shown}).status_code, (400, 403))
        self.assertEqual(session.state, 'proposed')
