"""The link of the online room: in nothing that anybody but a confirmed person gets."""

from odoo.tests import HttpCase, tagged

from .common import EventCase

LINK = 'https://room.example/only-for-confirmed'


@tagged('post_install', '-at_install')
class TestJoinLink(EventCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.event = self.new_event(
            'seminar_live',
            event_type_id=self.env.ref('scn_events.event_type_seminar').id,
            event_url=LINK,
            address_id=False,
            scn_kind='seminar',
        )
        self.event.date_tz = 'UTC'
        self.deal = self.give_tier(self.riverton, 'partner')
        values = {'event_ticket_id': self.event.event_ticket_ids.id, 'partner_id': self.riverton_person.partner_id.id}
        self.confirmed = self.register(self.event, self.riverton, name='Ana', email='ana@city.example', **values)
        self.asked = self.register(
            self.event, self.riverton, name='Ben', email='ben@city.example', state='draft', **values
        )
        self.cancelled = self.register(
            self.event, self.riverton, name='Cem', email='cem@city.example', state='cancel', **values
        )
        self.held = self.register(self.event, self.riverton, name='Dan', email='dan@city.example', **values)
        self.held.sudo().write({'scn_on_hold_since': '2020-01-01', 'scn_hold_reason': 'Ends before'})
        self.others = self.asked | self.cancelled | self.held

    def rendered(self, template, records):
        return [
            str(text)
            for name in ('subject', 'body_html')
            for text in template._render_field(name, records.ids).values()
        ]

    def test_no_mail_of_a_registration_or_an_event_but_to_confirmed_people(self):
        templates = self.env['mail.template'].search(
            [('model', 'in', ('event.registration', 'event.event', 'scn.event.waiting'))]
        )
        self.assertGreaterEqual(len(templates), 7)
        entry = self.env['scn.event.waiting'].create(
            {
                'event_id': self.event.id,
                'event_ticket_id': self.event.event_ticket_ids.id,
                'city_id': self.riverton.id,
                'name': 'Eva',
                'email': 'eva@city.example',
            }
        )
        records = {'event.registration': self.others, 'event.event': self.event, 'scn.event.waiting': entry}
        for template in templates:
            for text in self.rendered(template, records[template.model]):
                self.assertNotIn('room.example', text, template.name)
        join = self.env.ref('scn_events.mail_template_join')
        self.assertIn(LINK, ''.join(self.rendered(join, self.confirmed)), "the control: a confirmed person gets it")

    def test_no_badge_or_ticket(self):
        reports = self.env['ir.actions.report'].search([('model', 'in', ('event.registration', 'event.event'))])
        self.assertTrue(reports)
        for report in reports:
            records = self.others | self.confirmed if report.model == 'event.registration' else self.event
            html = self.env['ir.actions.report']._render_qweb_html(report.report_name, records.ids)[0]
            self.assertNotIn(b'room.example', html, report.report_name)

    def test_no_calendar_file_and_no_calendar_link(self):
        files = self.event._get_ics_file(self.env['event.slot'])
        self.assertNotIn(b'room.example', files[self.event.id])
        self.assertNotIn('room.example', str(self.event._get_event_resource_urls()))

    def test_no_message_in_the_chatter(self):
        self.event.with_user(self.officer).write({'scn_join_url': f'{LINK}/2', 'name': 'Renamed'})
        self.cr.flush()
        messages = (self.event | self.event.registration_ids.event_id).message_ids | self.confirmed.message_ids
        for message in messages:
            tracked = message.sudo().tracking_value_ids
            texts = [message.body, *tracked.mapped('new_value_char'), *tracked.mapped('old_value_char')]
            self.assertNotIn('room.example', str(texts))

    def test_no_ticket_by_its_address(self):
        for registration in self.confirmed | self.others:
            ticket = self.event._get_tickets_access_hash(registration.ids)
            page = self.url_open(
                f'/event/{self.event.id}/my_tickets?registration_ids={registration.ids}'
                f'&tickets_hash={ticket}&responsive_html=1'
            )
            self.assertEqual(page.status_code, 200)
            self.assertNotIn('room.example', page.text)
            self.assertEqual(bool(registration._get_join_url()), registration == self.confirmed)

    def test_my_registrations_has_it_for_the_confirmed_one_only(self):
        self.riverton_person.password = self.riverton_person.login
        self.authenticate(self.riverton_person.login, self.riverton_person.login)
        self.assertEqual(self.url_open('/my/registrations').text.count(LINK), 1)
        self.confirmed.action_cancel()
        self.assertNotIn('room.example', self.url_open('/my/registrations').text)
        for path in ('/my/city/events', f'/my/city/events/{self.event.id}', '/my'):
            self.assertNotIn('room.example', self.url_open(path).text, path)
