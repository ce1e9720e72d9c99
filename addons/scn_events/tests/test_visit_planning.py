"""Two sides, one version: what is sent is kept, and both confirm the same one."""

import json

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .visit_common import VisitCase


@tagged('post_install', '-at_install')
class TestVisitPlanning(VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan_good_day()
        cls.ours = cls.visit.with_user(cls.eva)
        cls.person = cls.riverton_person.partner_id
        cls.theirs = cls.visit.with_user(cls.riverton_person).sudo()

    def mails(self):
        return self.env['mail.mail'].sudo().search([('model', '=', 'scn.appointment.plan')])

    def confirm_both(self, number):
        self.visit._confirm_programme('city', self.person, number)
        self.visit._confirm_programme('foundation', self.eva.partner_id, number)

    def test_both_confirm_the_same_version(self):
        self.assertEqual(self.visit.plan_state, 'none')
        self.ours.action_send_programme()
        plan = self.visit.plan_ids
        self.assertEqual((plan.number, plan.side, plan.sent_by_id), (1, 'foundation', self.eva.partner_id))
        self.assertEqual(self.visit.plan_state, 'waiting')
        self.theirs._city_confirm(self.person, '1')
        self.assertEqual(self.visit.plan_state, 'waiting_foundation')
        plan.with_user(self.eva).action_confirm()
        self.assertEqual((self.visit.plan_state, plan.is_agreed), ('agreed', True))
        self.assertEqual(
            (plan.city_confirmed_by_id, plan.foundation_confirmed_by_id), (self.person, self.eva.partner_id)
        )
        confirmed_on = plan.city_confirmed_on
        self.theirs._city_confirm(self.person, '1')
        self.assertEqual(plan.city_confirmed_on, confirmed_on, "a second click changes nothing")

    def test_a_change_opens_a_new_version(self):
        self.ours.action_send_programme()
        self.confirm_both(1)
        self.visit.block_ids[0].minutes = 50
        self.assertEqual(self.visit.plan_state, 'changed')
        self.theirs._city_send(self.person, ' A shorter talk. ')
        first, second = self.visit.plan_ids.sorted('number')
        self.assertEqual((second.number, second.side, second.comment), (2, 'city', 'A shorter talk.'))
        self.assertFalse(second.city_confirmed_on or second.foundation_confirmed_on)
        self.assertTrue(first.is_agreed, "what was agreed before is still to be read")
        self.assertEqual(first._get_snapshot()['blocks'][0]['minutes'], 60)
        self.assertEqual(self.visit.plan_state, 'waiting')

    def test_taking_a_change_back_is_no_change(self):
        self.ours.action_send_programme()
        self.confirm_both(1)
        talk = self.visit.block_ids[0]
        talk.minutes = 50
        talk.minutes = 60
        self.assertEqual(self.visit.plan_state, 'agreed')

    def test_a_stale_version_is_refused(self):
        self.ours.action_send_programme()
        self.visit.block_ids[0].minutes = 50
        self.ours.action_send_programme()
        with self.assertRaisesRegex(UserError, 'no longer the newest: read version 2'):
            self.theirs._city_confirm(self.person, '1')
        with self.assertRaisesRegex(UserError, 'no longer the newest'):
            self.visit.plan_ids.filtered(lambda plan: plan.number == 1).with_user(self.eva).action_confirm()
        for nonsense in ('', 'x', '7', None):
            with self.assertRaises(UserError):
                self.theirs._city_confirm(self.person, nonsense)
        self.assertFalse(any(self.visit.plan_ids.mapped('city_confirmed_on')))

    def test_nobody_confirms_what_was_changed_meanwhile(self):
        for change in (
            lambda: self.visit.block_ids[0].write({'minutes': 50}),
            lambda: self.visit.block_ids[-1].unlink(),
            lambda: self.add('break'),
            lambda: self.visit.write({'place': 'Library'}),
        ):
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                self.ours.action_send_programme()
                change()
                with self.assertRaisesRegex(UserError, 'changed after version'):
                    self.theirs._city_confirm(self.person, str(self.visit.plan_number))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_control_without_the_check_the_two_agree_on_different_days(self):
        """What the version number and the fingerprint keep from happening."""
        self.ours.action_send_programme()
        self.visit.block_ids[0].minutes = 50
        self.patch(type(self.visit.plan_ids), '_check_can_confirm', lambda plan, current_hash: None)
        self.confirm_both(1)
        self.assertTrue(self.visit.plan_ids.is_agreed)
        self.assertNotEqual(self.visit.plan_ids.content_hash, self.visit._get_programme_hash())

    def test_sending_needs_something_new(self):
        self.ours.action_send_programme()
        with self.assertRaisesRegex(UserError, 'Nothing was changed since version 1'):
            self.ours.action_send_programme()
        with self.assertRaisesRegex(UserError, 'Nothing was changed since version 1'):
            self.theirs._city_send(self.person, '')
        self.visit.block_ids.unlink()
        with self.assertRaisesRegex(UserError, 'Nothing is planned yet'):
            self.ours.action_send_programme()

    def test_one_mail_to_the_other_side_per_version(self):
        self.ours.plan_comment = 'Is the café right?'
        self.ours.action_send_programme()
        mail = self.mails()
        self.assertEqual((mail.email_to, mail.state), (self.person.email_formatted, 'outgoing'))
        self.assertIn('version 1', mail.subject)
        self.assertIn('Is the café right?', mail.body_html)
        self.assertIn(f'/my/city/visits/{self.visit.id}', mail.body_html)
        self.assertFalse(self.visit.plan_comment)
        self.visit._mail_version(self.visit.plan_ids)
        self.assertEqual(self.mails(), mail)
        self.visit.block_ids[0].minutes = 50
        self.theirs._city_send(self.person, 'Shorter')
        back = self.mails() - mail
        self.assertEqual(
            set(back.mapped('email_to')),
            {user.partner_id.email_formatted for user in self.eva + self.finn if user.email},
        )
        self.assertIn('Shorter', back[0].body_html)

    def test_a_version_names_nobody(self):
        """People stand by number: who is erased is erased there, too."""
        self.visit.conversation_contact_ids = self.ana
        self.visit._fill_conversations()
        self.ours.action_send_programme()
        plan = self.visit.plan_ids
        self.assertNotIn('Ana', plan.snapshot)
        self.assertNotIn('Finn', plan.snapshot)
        self.assertIn('Ana Example', plan.timetable)
        self.assertIn(
            self.ana.id, [number for block in json.loads(plan.snapshot)['blocks'] for number in block['people']]
        )

    def test_what_changed_since(self):
        self.ours.action_send_programme()
        sent = self.visit.plan_ids._get_snapshot()
        talk, __, table = self.visit.block_ids[:3]
        talk.write({'minutes': 50, 'city_contact_ids': [Command.set(self.ana.ids)]})
        self.visit.block_ids[-1].unlink()
        self.add('presentation', name='Farewell')
        changes = self.visit._get_changes(sent)
        self.assertIn('New: Farewell at 14:50', changes)
        self.assertIn('Taken out: Side visit', changes)
        self.assertIn('Presentation: changed length, people of the city', changes)
        self.assertIn(f'{table.display_name}: at 10:05 instead of 10:15', changes)
        self.assertEqual(self.visit._get_changes(sent, sent), [])

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.visit.with_user(self.finn).action_send_programme()
        self.ours.action_send_programme()
        with self.assertRaises(AccessError):
            self.visit.plan_ids.with_user(self.finn).action_confirm()
        steps = (
            lambda visit, person: visit._city_confirm(person, '1'),
            lambda visit, person: visit._city_send(person, ''),
            lambda visit, person: visit._city_comment(person, 'Hello'),
            lambda visit, person: visit._city_add_block(person, {'format': str(self.format('break').id)}),
            lambda visit, person: visit._city_remove_block(person, visit.block_ids[0]),
            lambda visit, person: visit._city_move_block(person, visit.block_ids[0], 1),
            lambda visit, person: visit._city_change_block(person, visit.block_ids[0], {}),
            lambda visit, person: visit._city_set_conversations(person, {}),
        )
        for user in (self.colleague, self.lakeside_person):
            for step in steps:
                with self.assertRaises(AccessError):
                    step(self.visit.with_user(user).sudo(), user.partner_id)
        for user in (self.riverton_person, self.lakeside_person):
            with self.assertRaises(AccessError):
                self.visit.with_user(user).action_send_programme()
            with self.assertRaises(AccessError):
                self.visit.plan_ids.with_user(user).action_confirm()

    def test_comments_are_in_ones_own_name(self):
        comment = (
            self.env['scn.appointment.comment']
            .with_user(self.eva)
            .create({'appointment_id': self.visit.id, 'text': 'Hello', 'side': 'city', 'author_id': self.person.id})
        )
        self.assertEqual((comment.side, comment.author_id), ('foundation', self.eva.partner_id))
        theirs = self.theirs._city_comment(self.person, 'Good day')
        self.assertEqual((theirs.side, theirs.author_id), ('city', self.person))
        with self.assertRaisesRegex(UserError, 'Write what you would like to say'):
            self.theirs._city_comment(self.person, '  ')

    def test_the_city_composes(self):
        visit, person = self.theirs, self.person
        block = visit._city_add_block(
            person,
            {
                'format': str(self.format('workshop').id),
                'title': 'Rental rules',
                'minutes': '',
                'time': '16.20',
                'place': 'Library',
                'transfer': '10',
                'people': [str(self.ana.id), str(self.lakeside_person.partner_id.id), 'x'],
                'interpreter': '1',
                'language': 'nope',
                'host_user_ids': '1',
                'online_link': 'https://evil.example',
                'preparation_foundation': 'Pay us',
            },
        )
        self.assertEqual((block.display_name, block.minutes, block.fixed_start), ('Rental rules', 120, 16 + 20 / 60))
        self.assertEqual((block.city_contact_ids, block.is_interpreted), (self.ana, True))
        self.assertFalse(block.host_user_ids or block.online_link)
        self.assertEqual(block.preparation_foundation, self.format('workshop').preparation_foundation)
        visit._city_move_block(person, block, -1)
        plenary = visit.block_ids.filtered(lambda other: other.lane == 'plenary').sorted('sequence')
        self.assertEqual(plenary[-2], block)
        for __ in range(10):
            visit._city_move_block(person, block, -1)
        self.assertEqual(visit.block_ids.sorted('sequence')[0], block)
        visit._city_change_block(person, block, {'title': 'Rules', 'minutes': '45', 'preparation_city': 'A room'})
        self.assertEqual((block.name, block.minutes, block.preparation_city), ('Rules', 45, 'A room'))
        self.assertFalse(block.has_fixed_start or block.city_contact_ids)
        for bad in (
            {'minutes': '0'},
            {'minutes': '481'},
            {'minutes': '-1'},
            {'minutes': '1', 'time': '25:00'},
            {'minutes': '5', 'transfer': '9' * 30},
        ):
            with self.assertRaises(UserError):
                visit._city_change_block(person, block, bad)
        visit._city_remove_block(person, block)
        self.assertFalse(block.exists())
        with self.assertRaisesRegex(UserError, 'Choose a format'):
            visit._city_add_block(person, {'format': '0'})

    def test_the_city_wishes_for_conversations(self):
        left = self.theirs._city_set_conversations(self.person, {'people': [str(self.ana.id)]})
        self.assertFalse(left)
        self.assertEqual(self.visit.block_ids.filtered('is_filled').city_contact_ids, self.ana)
        self.theirs._city_set_conversations(self.person, {'people': []})
        self.assertFalse(self.visit.block_ids.filtered('is_filled'))
        self.visit.host_user_ids = [Command.clear()]
        left = self.theirs._city_set_conversations(self.person, {'people': [str(self.ana.id)]})
        self.assertEqual((left, self.visit.conversation_contact_ids), (self.ana, self.ana))
