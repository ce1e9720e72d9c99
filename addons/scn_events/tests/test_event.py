"""Events: templates, the private link, outcomes and closing, mails."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import EventCase


@tagged('post_install', '-at_install')
class TestEvent(EventCase):
    def test_a_template_carries_everything(self):
        template = self.env.ref('scn_events.event_type_summit')
        ticket = template.event_type_ticket_ids
        ticket.write({'scn_min_grade_id': self.tier['partner'].id, 'scn_seats_per_city': 3, 'scn_limit_per_order': 2})
        template.scn_working_line_ids = self.env.ref('scn_events.working_line_data')
        event = self.new_event(event_type_id=template.id, scn_benefit_id=False)
        event = self.env['event.event'].create(
            {
                'name': 'Summit',
                'date_begin': event.date_begin,
                'date_end': event.date_end,
                'event_type_id': template.id,
            }
        )
        self.assertEqual(event.scn_kind, 'summit')
        self.assertEqual(event.scn_benefit_id, template.scn_benefit_id)
        self.assertEqual(event.scn_working_line_ids, template.scn_working_line_ids)
        self.assertEqual(
            [(line.grade_id.code, line.seats) for line in event.scn_allowance_ids],
            [('premium', 6), ('partner', 4), (False, 2)],
        )
        named = self.env['event.event'].create(
            {
                'name': 'Summit',
                'date_begin': event.date_begin,
                'date_end': event.date_end,
                'event_type_id': template.id,
                'scn_working_line_ids': [(6, 0, self.env.ref('scn_events.working_line_ecology').ids)],
            }
        )
        self.assertEqual((named.scn_kind, named.scn_benefit_id), ('summit', template.scn_benefit_id))
        self.assertEqual(named.scn_working_line_ids, self.env.ref('scn_events.working_line_ecology'))
        copied = event.event_ticket_ids
        self.assertEqual(
            (copied.scn_min_grade_id, copied.scn_seats_per_city, copied.limit_max_per_order),
            (self.tier['partner'], 3, 2),
        )

    def test_a_template_carries_everything_of_an_event(self):
        """Kind, benefit, lines, approval, seats of a city, seats, slots, zone, tickets, mails, questions, offers."""
        question = self.env['event.question'].create({'title': 'What do you eat?', 'question_type': 'text_box'})
        reminder = self.env.ref('scn_events.mail_template_join')
        template = self.env['event.type'].create(
            {
                'name': 'Everything',
                'scn_kind': 'workshop',
                'scn_benefit_id': self.env.ref('scn_partner.benefit_seminar_live').id,
                'scn_working_line_ids': [Command.set(self.env.ref('scn_events.working_line_data').ids)],
                'scn_needs_approval': True,
                'scn_is_multi_slots': True,
                'scn_offer_hours': 5,
                'scn_allowance_ids': [Command.create({'grade_id': self.tier['partner'].id, 'seats': 3})],
                'has_seats_limitation': True,
                'seats_max': 12,
                'default_timezone': 'Asia/Seoul',
                'question_ids': [Command.set(question.ids)],
                'event_type_ticket_ids': [
                    Command.create(
                        {
                            'name': 'Bench',
                            'seats_max': 7,
                            'scn_min_grade_id': self.tier['premium'].id,
                            'scn_seats_per_city': 2,
                            'scn_limit_per_order': 4,
                        }
                    )
                ],
                'event_type_mail_ids': [
                    Command.clear(),
                    Command.create(
                        {
                            'interval_nbr': 3,
                            'interval_unit': 'hours',
                            'interval_type': 'before_event',
                            'template_ref': f'mail.template,{reminder.id}',
                        }
                    ),
                ],
            }
        )
        days = {'date_begin': '2040-05-04 08:00:00', 'date_end': '2040-05-04 10:00:00'}
        created = self.env['event.event'].create({'name': 'New', 'event_type_id': template.id, **days})
        applied = self.env['event.event'].create({'name': 'Older', **days})
        applied.event_type_id = template
        for event in (created, applied):
            with self.subTest(event=event.name):
                self.assertEqual(
                    (event.scn_kind, event.scn_benefit_id, event.scn_working_line_ids, event.scn_needs_approval),
                    ('workshop', template.scn_benefit_id, template.scn_working_line_ids, True),
                )
                self.assertEqual(
                    (event.is_multi_slots, event.scn_offer_hours, event.seats_max, event.date_tz),
                    (True, 5, 12, 'Asia/Seoul'),
                )
                line, ticket, mail = event.scn_allowance_ids, event.event_ticket_ids, event.event_mail_ids
                self.assertEqual((line.grade_id, line.seats), (self.tier['partner'], 3))
                self.assertEqual(
                    (ticket.name, ticket.seats_max, ticket.scn_min_grade_id, ticket.scn_seats_per_city),
                    ('Bench', 7, self.tier['premium'], 2),
                )
                self.assertEqual(ticket.limit_max_per_order, 4)
                self.assertEqual((mail.template_ref, mail.interval_nbr, mail.interval_unit), (reminder, 3, 'hours'))
                self.assertIn(question, event.question_ids)

    def test_every_field_of_a_template_is_on_the_event(self):
        """A field of ours that is added to templates later has to come along, too."""
        ours = {name for name in self.env['event.type']._fields if name.startswith('scn_')} - {'scn_is_multi_slots'}
        self.assertEqual(ours - set(self.env['event.event']._fields), set())
        for name in ours:
            self.assertEqual(self.env['event.event']._fields[name].compute, f'_compute_{name}')
        tickets = {name for name in self.env['event.type.ticket']._fields if name.startswith('scn_')}
        self.assertEqual(tickets - set(self.env['event.type.ticket']._get_event_ticket_fields_whitelist()), set())

    def test_the_link_is_for_staff_only(self):
        event = self.new_event(event_url='https://room.example/secret', address_id=False)
        self.assertFalse(event.event_url)
        self.assertEqual(event.scn_join_url, 'https://room.example/secret')
        event.write({'event_url': 'https://room.example/other'})
        self.assertFalse(event.event_url)
        for user in (self.riverton_person, self.env.ref('base.public_user'), self.employee):
            seen = event.with_user(user)
            with self.assertRaises(AccessError):
                seen.read(['scn_join_url'])
            with self.assertRaises(AccessError):
                seen.search([('scn_join_url', '=like', 'https://%')])
            plain = [
                name for name, about in seen.fields_get().items() if about['store'] and 'many' not in about['type']
            ]
            self.assertNotIn('scn_join_url', plain)
            self.assertNotIn('room.example', str(seen.read(plain)))
            self.assertNotIn(
                'room.example', event.with_user(user)._get_ics_file(self.env['event.slot'])[event.id].decode()
            )
            self.assertNotIn('room.example', str(event.with_user(user)._get_event_resource_urls()))
        self.assertIn('room.example', str(event.with_user(self.officer).read(['scn_join_url'])))

    def test_the_mail_with_the_link_is_for_confirmed_people(self):
        event = self.new_event(
            event_type_id=self.env.ref('scn_events.event_type_seminar').id, scn_join_url='https://room.example/1'
        )
        self.env['scn.event.invitation'].create({'event_id': event.id, 'city_id': self.riverton.id})
        template = self.env.ref('scn_events.mail_template_join')
        self.assertEqual(len(event.event_mail_ids.filtered(lambda mail: mail.template_ref == template)), 2)
        confirmed, asked = (
            self.register(event, self.riverton, state=state, event_ticket_id=event.event_ticket_ids.id)
            for state in ('open', 'draft')
        )
        bodies = template._render_field('body_html', (confirmed | asked).ids)
        self.assertIn('https://room.example/1', bodies[confirmed.id])
        self.assertNotIn('room.example', bodies[asked.id])

    def test_closed_only_when_each_outcome_has_owner_and_link(self):
        event = self.new_event(days=-5)
        outcome = self.env['scn.event.outcome'].create({'event_id': event.id, 'name': 'Action plan'})
        with self.assertRaises(UserError):
            event.action_scn_close()
        outcome.owner_id = self.riverton
        with self.assertRaises(UserError), self.cr.savepoint():
            event.scn_closed_on = '2019-12-01'
        outcome.url = 'https://plan.example'
        event.with_user(self.officer).action_scn_close()
        self.assertTrue(event.scn_closed_on)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            outcome.url = False
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.env['scn.event.outcome'].create({'event_id': event.id, 'name': 'Late idea'})
        with self.assertRaises(AccessError):
            event.with_user(self.reader).action_scn_reopen()
        event.with_user(self.officer).action_scn_reopen()
        self.assertFalse(event.scn_closed_on)

    def test_an_event_to_come_is_not_closed(self):
        with self.assertRaises(UserError):
            self.new_event().action_scn_close()


@tagged('post_install', '-at_install')
class TestEventMail(EventCase):
    def test_1200_registrations_get_one_mail_each(self):
        event = self.new_event()
        scheduler = event.event_mail_ids.filtered(lambda mail: mail.interval_type == 'after_sub')
        event.event_mail_ids -= event.event_mail_ids - scheduler
        self.env['event.registration'].with_context(tracking_disable=True).create(
            [{'event_id': event.id, 'name': f'Person {n}', 'email': f'p{n}@example.com'} for n in range(1200)]
        )
        self.assertFalse(scheduler.mail_registration_ids, "a registration waits for no mail")
        sent = []
        composer = self.env.registry['mail.compose.message']
        self.patch(composer, '_action_send_mail', lambda self, **kwargs: sent.extend(self._evaluate_res_ids()))
        for __ in range(3):
            self.env['event.mail'].browse(scheduler.id).execute()
        self.assertEqual(len(scheduler.mail_registration_ids), 1200)
        self.assertEqual(sorted(sent), sorted(event.registration_ids.ids))

    def test_control_odoos_own_way_makes_every_row_thrice(self):
        event = self.new_event()
        scheduler = event.event_mail_ids.filtered(lambda mail: mail.interval_type == 'after_sub')
        registrations = (
            self.env['event.registration']
            .with_context(tracking_disable=True)
            .create([{'event_id': event.id, 'name': f'Person {n}'} for n in range(1200)])
        )
        stock = next(
            base
            for base in self.env.registry['event.mail'].__mro__
            if base.__module__ == 'odoo.addons.event.models.event_mail'
        )
        self.assertEqual(len(stock._create_missing_mail_registrations(scheduler, registrations)), 3600)

    def test_no_mail_and_no_commit_in_a_registration_whatever_the_parameter_says(self):
        self.env['ir.config_parameter'].sudo().set_param('event.event_mail_async', False)
        event = self.new_event()
        registration = self.register(event, email='ana@example.com')
        self.assertFalse(registration.mail_registration_ids)
        scheduler = event.event_mail_ids.filtered(lambda mail: mail.interval_type == 'after_sub')
        self.env['event.mail'].browse(scheduler.id).execute()
        self.assertTrue(registration.mail_registration_ids.mail_sent)

    def test_mail_leaves_in_the_background_from_the_start(self):
        self.assertEqual(self.env['ir.config_parameter'].sudo().get_param('event.event_mail_async'), 'True')

    def test_one_commit_wakes_the_workers_once(self):
        woken = []
        odoos = next(
            base
            for base in self.env.registry['ir.cron'].__mro__
            if base.__module__ == 'odoo.addons.base.models.ir_cron'
        )
        self.patch(odoos, '_notifydb', lambda cron: woken.append(cron))
        event, after = self.new_event(), self.env.cr.postcommit
        self.assertTrue(event.event_mail_ids)
        after.clear()
        for expected in (1, 2):
            self.register(event, email='ana@example.com')
            self.assertGreater(len(after), 1, "a registration asks for more than one job")
            after.run()
            self.assertEqual(len(woken), expected)
        self.register(event)
        after.clear()
        self.assertEqual(len(woken), 2, "what is rolled back wakes nobody")
