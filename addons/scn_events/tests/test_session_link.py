"""Confirming by the link of a mail, and everything that can be wrong with it."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.scn_partner import secret_code

from ..models.scn_session_link import ScnSessionLink
from .session_common import SessionCase


class LinkCase(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls.env['res.partner']

    def link(self, code=None):
        return self.env['scn.session.link']._find(code or self.code())[0]

    def obstacle(self, code, reader=None):
        return self.link(code)._get_obstacle(reader or self.nobody)


@tagged('post_install', '-at_install')
@freeze_time('2019-05-02 08:00:00')
class TestSessionLink(LinkCase):
    def test_only_the_hash_is_kept(self):
        self.propose()
        link = self.link()
        self.assertEqual(link.code_hash, secret_code.fingerprint(secret_code.read_code(self.code())))
        self.assertNotIn(self.code(), str(link.read()))
        with self.assertRaises(AccessError):
            self.env['scn.session.link'].with_user(self.manager).create({'appointment_id': link.appointment_id.id})

    def test_confirm_once(self):
        session = self.propose()
        code = self.code()
        self.assertIsNone(self.link(code)._use(self.nobody, 'confirm'))
        self.assertEqual(session.state, 'confirmed')
        self.assertEqual(self.link(code)._use(self.nobody, 'decline'), 'used')
        self.assertEqual(session.state, 'confirmed')
        self.assertEqual(len(self.mails('is confirmed')), 1)

    def test_decline(self):
        session = self.propose()
        self.assertIsNone(self.link()._use(self.nobody, 'decline', 'No time'))
        self.assertEqual((session.state, session.cancel_reason), ('cancelled', 'No time'))

    def test_unknown_and_mistyped(self):
        self.propose()
        code = self.code()
        find = self.env['scn.session.link']._find
        self.assertEqual(find(code[:-3])[1], 'incomplete')
        self.assertEqual(find('')[1], 'missing')
        self.assertEqual(find(secret_code.new_code(secret_code.LINK_LENGTH))[1], 'unknown')
        self.assertEqual(find(f'https://example.org/session/act#{code.lower()}')[0], self.link(code))

    def test_a_later_proposal_supersedes(self):
        session = self.propose()
        old = self.code()
        session._propose(self.moment('2019-05-16 10:00'), self.moment('2019-05-16 11:00'))
        self.assertEqual(len(self.mails('A session with us')), 2)
        self.assertEqual(self.obstacle(old), 'superseded')
        self.assertEqual(self.link(old)._use(self.nobody, 'confirm'), 'superseded')
        self.assertEqual(session.state, 'proposed')
        self.assertIsNone(self.link()._use(self.nobody, 'confirm'))

    def test_control_without_the_bound_time_an_old_link_confirms_the_new_one(self):
        session = self.propose()
        old = self.link()
        session._propose(self.moment('2019-05-16 10:00'), self.moment('2019-05-16 11:00'))
        with (
            patch.object(ScnSessionLink, '_is_superseded', lambda self: False),
            patch.object(type(session), '_check_shown', lambda self, shown: None),
        ):
            self.assertIsNone(old._use(self.nobody, 'confirm'))
        self.assertEqual((session.state, session.start), ('confirmed', self.moment('2019-05-16 10:00')))

    def test_moved_in_the_form(self):
        session = self.propose()
        old = self.code()
        session.write({'start': self.moment('2019-05-16 10:00'), 'stop': self.moment('2019-05-16 11:00')})
        self.assertEqual(self.obstacle(old), 'superseded')
        self.assertEqual(len(self.mails('A session with us')), 2)

    def test_expired_at_its_start(self):
        self.propose()
        code = self.code()
        with freeze_time('2019-05-14 10:00:00'):
            self.assertEqual(self.obstacle(code), 'expired')
        with freeze_time('2019-05-14 09:59:00'):
            self.assertFalse(self.obstacle(code))

    def test_states(self):
        session = self.propose()
        code = self.code()
        session.action_back_to_request()
        self.assertEqual(self.obstacle(code), 'answered')
        session.action_confirm()
        self.assertEqual(self.obstacle(code), 'confirmed')
        session._cancel()
        self.assertEqual(self.obstacle(code), 'cancelled')

    def test_role_ended(self):
        session = self.propose()
        code = self.code()
        self.ana.held_role_ids.date_end = fields.Date.to_date('2019-05-01')
        self.assertEqual(self.link(code)._use(self.nobody, 'confirm'), 'role_ended')
        self.assertEqual(session.state, 'proposed')

    def test_another_city_s(self):
        session = self.propose()
        self.assertEqual(self.link()._use(self.bo, 'confirm'), 'foreign')
        self.ana.parent_id = self.lakeside
        self.assertEqual(self.link()._use(self.nobody, 'confirm'), 'foreign')
        self.assertEqual(session.state, 'proposed')

    def test_the_host_is_not_free_any_more(self):
        session = self.propose()
        self.agree(city=self.lakeside, start='2019-05-14 10:30', stop='2019-05-14 11:30')
        with self.assertRaisesRegex(Exception, 'is already at|not free'), self.env.cr.savepoint():
            self.link()._use(self.nobody, 'confirm')
        self.assertFalse(self.link().used_on)
        self.assertEqual(session.state, 'proposed')


@tagged('post_install', '-at_install')
class TestSessionLinkPage(LinkCase, HttpCase):
    """Over HTTP: the year of the partnership is moved ahead, because the server's clock is not frozen."""

    def test_a_scanner_changes_nothing_and_a_reader_confirms(self):
        day = fields.Date.today()
        partnership = self.partnerships[self.riverton]
        partnership._add_period(
            'renewal', day.replace(month=1, day=1), day.replace(year=day.year + 1, month=12, day=31), 1
        )
        start = fields.Datetime.add(fields.Datetime.now().replace(minute=0, second=0, microsecond=0), days=6)
        session = self.propose(start=str(start), stop=str(fields.Datetime.add(start, hours=1)))
        code = self.code()
        for method in ('GET', 'HEAD'):
            answer = self.url_open(f'/session/act?code={code}&do=confirm', method=method)
            self.assertEqual(answer.status_code, 200)
        self.assertEqual(session.state, 'proposed')
        self.assertNotIn('Rules for rentals', self.url_open('/session/act').text)
        answer = self.url_open('/session/act', data={'code': code})
        self.assertIn('Rules for rentals', answer.text)
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')
        self.assertEqual(session.state, 'proposed')
        for sent, sentence in ((code[:-2], 'The code is not complete'), ('', 'The code is missing'),
                               (secret_code.new_code(25), 'We do not know this code')):  # fmt: skip
            self.assertIn(sentence, self.url_open('/session/act', data={'code': sent, 'do': 'confirm'}).text)
        answer = self.url_open('/session/act', data={'code': code, 'do': 'confirm'})
        self.assertIn('The session is confirmed', answer.text)
        self.assertEqual(session.state, 'confirmed')
        self.assertIn('You have answered already', self.url_open('/session/act', data={'code': code}).text)
