"""Tours in a browser, on a desk and on a phone."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import EventCase


@tagged('post_install', '-at_install')
class TestEventTours(EventCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.summit = self.new_event(
            'summit_live',
            name='Tour summit',
            scn_kind='summit',
            scn_allowance_ids=[Command.create({'seats': 2})],
        )
        self.give_tier(self.riverton, 'partner')
        self.give_tier(self.lakeside, 'associate')
        for user in (self.riverton_person, self.lakeside_person):
            user.password = user.login
            self.env['scn.contact.role'].create(
                {
                    'organisation_id': user.partner_id.commercial_partner_id.id,
                    'contact_id': user.partner_id.id,
                    'role': 'coordinator',
                    'date_start': '2019-01-01',
                }
            )

    def test_a_partner_city_registers_a_delegation_and_swaps_a_person(self):
        self.start_tour('/my', 'scn_event_delegation', login=self.riverton_person.login)
        seats = self.riverton._get_participants(self.summit)
        self.assertEqual((seats.name, seats.email, seats.state), ('Tour Ben', 'ben@riverton.example', 'open'))

    def test_an_associate_is_refused_live(self):
        self.start_tour(f'/event/{self.summit.id}/register', 'scn_event_refused', login=self.lakeside_person.login)
        self.assertFalse(self.lakeside._get_participants(self.summit))

    def test_a_visitor_proposes_a_workshop_before_and_after_the_call_closes(self):
        now = fields.Datetime.now()
        call = self.env['scn.call'].create(
            {
                'name': 'Workshops of organisations',
                'type': 'workshop',
                'audience': 'outsiders',
                'event_id': self.summit.id,
                'is_published': True,
                'date_open': now - timedelta(days=3),
                'date_close': now + timedelta(days=3),
            }
        )
        self.start_tour(f'/event/{self.summit.id}/register', 'scn_event_call_open')
        proposal = call.proposal_ids
        self.assertEqual((proposal.name, proposal.scn_organisation), ('Tour repair café', 'Commons Lab'))
        call.date_close = now - timedelta(days=1)
        self.start_tour(f'/event/{self.summit.id}/calls', 'scn_event_call_closed')
        self.assertEqual(len(call.proposal_ids), 1)

    def test_an_associate_is_refused_live_and_later_opens_the_recording(self):
        seminar = self.new_event('seminar_live', days=-3, name='Tour seminar')
        recording = self.env['scn.event.recording'].create(
            {
                'event_id': seminar.id,
                'name': 'Tour recording',
                # a place of ours, so that the browser leaves no test server
                'url': f'{self.base_url()}/my/registrations',
            }
        )
        recording.action_publish()
        self.start_tour('/my/city/events', 'scn_event_recording', login=self.lakeside_person.login)


@tagged('post_install', '-at_install')
class TestEventToursOnAPhone(TestEventTours):
    browser_size = '390x844'
    touch_enabled = True
    allow_inherited_tests_method = True
