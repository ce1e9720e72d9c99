"""One mail per move and person, with a calendar file that nobody can add a line to; reminders once."""

import base64

import vobject
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import calendar_file
from .session_common import SessionCase

HOSTILE = 'Rents, rules; "more"\r\nATTENDEE:mailto:x@example.com\r\nBEGIN:VALARM'


@tagged('post_install', '-at_install')
@freeze_time('2019-05-02 08:00:00')
class TestSessionMail(SessionCase):
    def file(self, mail):
        return base64.b64decode(mail.attachment_ids.datas)

    def event(self, mail):
        return vobject.readOne(self.file(mail).decode()).vevent

    def test_one_mail_for_each_move(self):
        session = self.propose(people=self.ana + self.colleague.partner_id)
        proposals = self.mails('A session with us')
        self.assertEqual(len(proposals), 2)
        self.assertEqual([bool(self.code(mail)) for mail in proposals], [True, False])
        self.assertFalse(proposals.mapped('attachment_ids') or proposals.filtered('res_id'))
        session.action_propose()
        self.assertEqual(len(self.mails('A session with us')), 2)
        session.action_confirm()
        confirmed = self.mails('is confirmed')
        self.assertEqual(len(confirmed), 2)
        session.write({'topic': 'Something else', 'note_shared': 'x'})
        session.write({'start': self.moment('2019-05-15 10:00'), 'stop': self.moment('2019-05-15 11:00')})
        moved = self.mails('is moved')
        self.assertEqual(len(moved), 2)
        session._cancel()
        cancelled = self.mails('is called off')
        self.assertEqual(len(cancelled), 2)
        self.assertEqual(len(self.mails()), 8)
        files = [self.event(mails[0]) for mails in (confirmed, moved, cancelled)]
        self.assertEqual(len({event.uid.value for event in files}), 1)
        self.assertEqual([event.sequence.value for event in files], ['1', '2', '3'])
        self.assertEqual([event.status.value for event in files], ['CONFIRMED', 'CONFIRMED', 'CANCELLED'])
        self.assertIn(b'METHOD:CANCEL', self.file(cancelled[0]))
        self.assertIn('11:00', confirmed[0].body_html)
        self.assertIn('Europe/London', confirmed[0].body_html)

    def test_who_proposes_does_not_read_the_code(self):
        session = self.plan(topic='Rules for rentals', contact_ids=[fields.Command.set(self.ana.ids)])
        session.with_user(self.manager).action_propose()
        mail = self.mails('A session with us')
        self.assertTrue(self.code(mail))
        with self.assertRaises(AccessError):
            mail.mail_message_id.with_user(self.manager).read(['body'])
        with self.assertRaises(AccessError):
            mail.mail_message_id.with_user(session.user_id).read(['body'])

    def test_the_time_of_before_is_news_after_the_city_answered_with_another(self):
        session = self.propose()
        self.assertEqual(len(self.mails('A session with us')), 1)
        session._city_choose_time(self.ana, '2019-05-14T10:00', '2019-05-16T09:00')
        session._propose(self.moment('2019-05-14 10:00'), self.moment('2019-05-14 11:00'))
        self.assertEqual(len(self.mails('A session with us')), 2)
        self.assertTrue(session.told)

    def test_a_move_that_fails_writes_to_nobody(self):
        session = self.propose()
        self.agree(city=self.lakeside, start='2019-05-14 10:30', stop='2019-05-14 11:30')
        before = self.mails()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            session.action_confirm()
        self.assertEqual(self.mails(), before)

    def test_the_reader_s_language(self):
        self.env['res.lang']._activate_lang('nl_NL')
        self.ana.lang = 'nl_NL'
        template = self.env.ref('scn_events.mail_template_session_proposed')
        template.with_context(lang='nl_NL').subject = 'Een gesprek met ons'
        self.propose()
        self.assertTrue(self.mails('Een gesprek'))
        self.assertIn('/nl/session/act#' if self.nl_prefix() else '/session/act#', self.mails('Een gesprek').body_html)

    def nl_prefix(self):
        website = self.env['website'].get_current_website()
        return 'nl_NL' in website.language_ids.mapped('code')

    def test_nobody_adds_a_line_to_the_file(self):
        self.ana.name = 'Ana\r\nORGANIZER:mailto:y@example.com'
        session = self.propose()
        session.write({'topic': HOSTILE, 'note_internal': 'Keep this secret'})
        session.action_confirm()
        content = self.file(self.mails('is confirmed')[0]).decode()
        self.assertNotIn('secret', content)
        event = vobject.readOne(content).vevent
        self.assertIn('Rents, rules; "more"', event.summary.value)
        self.assertEqual(set(event.contents), {
            'uid', 'dtstamp', 'dtstart', 'dtend', 'summary', 'sequence', 'description', 'location', 'url', 'status',
            'transp', 'organizer',
        } - (set() if 'organizer' in event.contents else {'organizer'}))  # fmt: skip
        self.assertNotIn('\nATTENDEE', content)
        self.assertNotIn('y@example.com', str(event.contents.get('organizer', '')))

    def test_control_a_file_written_by_hand_takes_the_line(self):
        lines = f'BEGIN:VEVENT\r\nSUMMARY:{HOSTILE}'.split('\r\n')
        self.assertIn('ATTENDEE:mailto:x@example.com', lines)
        self.assertNotIn('\r', calendar_file.clean(HOSTILE))

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_remind_sessions').method_direct_trigger()

    def test_reminders_once_a_week_and_once_a_day_before(self):
        self.agree(contact_ids=[fields.Command.set(self.ana.ids)])
        counts = []
        for moment in (
            '2019-05-07 09:00',
            '2019-05-07 11:00',
            '2019-05-07 12:00',
            '2019-05-13 11:00',
            '2019-05-13 12:00',
        ):
            with freeze_time(moment):
                self.run_job()
                counts.append(len(self.mails('Reminder')))
        self.assertEqual(counts, [0, 1, 1, 2, 2])

    def test_what_is_agreed_late_is_not_brought_to_mind_at_once(self):
        with freeze_time('2019-05-13 15:00'):
            self.agree(contact_ids=[fields.Command.set(self.ana.ids)])
            self.run_job()
        self.assertFalse(self.mails('Reminder'))

    def test_control_without_the_stamp_each_run_reminds(self):
        self.agree(contact_ids=[fields.Command.set(self.ana.ids)])
        with freeze_time('2019-05-13 11:00'):
            for _ in range(2):
                self.env['scn.appointment']._remind_next_sessions(10)
                self.env['scn.appointment'].search([]).write({'reminded_day': False})
        self.assertEqual(len(self.mails('Reminder')), 2)

    def test_an_unanswered_proposal_is_brought_to_mind_once(self):
        self.propose()
        old = self.code()
        for moment in ('2019-05-04', '2019-05-06', '2019-05-10'):
            with freeze_time(moment):
                self.run_job()
        again = self.mails('waits for your answer')
        self.assertEqual(len(again), 1)
        links = self.env['scn.session.link']
        with freeze_time('2019-05-10'):
            self.assertEqual(links._find(old)[0]._get_obstacle(self.env['res.partner']), 'superseded')
            self.assertFalse(links._find(self.code(again))[0]._get_obstacle(self.env['res.partner']))
