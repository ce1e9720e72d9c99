"""Calls: who may propose what until when, decided in the model whatever the way in."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..call_codes import CallCode
from ..exceptions import GateRefused
from ..models.event_track_proposal import EventTrack
from ..models.scn_call_form import HONEYPOT
from ..models.scn_call_gate import MOST_PER_ADDRESS
from .common import EventCase

VISITOR_FORM = {
    'title': 'Repair cafés in libraries',
    'description': 'What libraries need to repair things with people.',
    'name': 'Marta Quell',
    'email': 'Marta@Commons-Lab.example',
    'organisation': 'Commons Lab',
}


class CallCase(EventCase):
    """An event with a call for workshops to each audience; that to outsiders is closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.env.ref('base.public_user')
        cls.lab = cls.new_event(name='Lab', scn_kind='stand_lab')
        cls.for_cities = cls.new_call(name='Workshops of cities', audience='cities')
        cls.for_outsiders = cls.new_call(name='Workshops of organisations', audience='outsiders')

    @classmethod
    def give_role(cls, user, role='staff_lead'):
        """A role by which somebody asks for things in the city's name."""
        return cls.env['scn.contact.role'].create(
            {
                'organisation_id': user.partner_id.commercial_partner_id.id,
                'contact_id': user.partner_id.id,
                'role': role,
                'date_start': '2019-01-01',
            }
        )

    @classmethod
    def new_call(cls, opens=-30, closes=20, **values):
        """A published call; window in days from now, ``closes`` None for a call that stays open."""
        now = fields.Datetime.now()
        return cls.env['scn.call'].create(
            {
                'name': 'Call',
                'type': 'workshop',
                'event_id': cls.lab.id,
                'is_published': True,
                'date_open': now + timedelta(days=opens),
                'date_close': now + timedelta(days=closes) if closes is not None else False,
                **values,
            }
        )

    def close(self, call):
        call.date_close = fields.Datetime.now() - timedelta(minutes=1)

    def propose(self, call, user=None, **form):
        """Send a form as a visitor or a signed-in person."""
        return call.with_user(user or self.public)._propose({**VISITOR_FORM, **form})

    def refused(self, call, user=None, **form):
        """The code with which a form is refused."""
        with self.assertRaises(GateRefused) as caught:
            self.propose(call, user, **form)
        return caught.exception.code


@tagged('post_install', '-at_install')
class TestCallGate(CallCase):
    def test_a_visitor_proposes_and_types_plain_text(self):
        proposal = self.propose(self.for_outsiders, organisation='Riverton')
        self.assertEqual(proposal.event_id, self.lab)
        self.assertEqual((proposal.scn_organisation, proposal.scn_state), ('Riverton', 'received'))
        self.assertFalse(proposal.scn_city_id or proposal.scn_proposer_id or proposal.is_published)
        self.assertEqual(proposal.scn_proposer_email, 'marta@commons-lab.example')
        self.assertFalse(proposal.partner_email or proposal.contact_email, 'published tracks are read by anybody')

    def test_a_city_proposes_as_the_signed_in_person_says_nothing_of_it(self):
        proposal = self.propose(self.for_cities, self.riverton_person, organisation='Lakeside', name='Somebody else')
        self.assertEqual(proposal.scn_city_id, self.riverton)
        self.assertEqual(proposal.scn_proposer_id, self.riverton_person.partner_id)
        self.assertEqual(proposal.scn_proposer_name, self.riverton_person.partner_id.name)
        self.assertFalse(proposal.scn_organisation)

    def test_closed_to_outsiders_while_cities_are_still_asked(self):
        self.close(self.for_outsiders)
        self.assertEqual(self.refused(self.for_outsiders), CallCode.CALL_CLOSED)
        self.assertTrue(self.propose(self.for_cities, self.riverton_person))

    def test_each_refusal(self):
        call = self.for_outsiders
        later = self.new_call(audience='outsiders', opens=3)
        self.assertEqual(self.refused(later), CallCode.CALL_NOT_YET)
        self.assertEqual(self.refused(self.for_cities), CallCode.NO_CITY)
        self.assertEqual(self.refused(call, self.riverton_person), CallCode.CITIES_ELSEWHERE)
        call.is_published = False
        self.assertEqual(self.refused(call), CallCode.CALL_CLOSED)
        call.is_published = True
        self.lab.kanban_state = 'cancel'
        self.assertEqual(self.refused(call), CallCode.EVENT_CANCELLED)
        self.lab.kanban_state = 'normal'
        now = fields.Datetime.now()
        self.lab.write({'date_begin': now - timedelta(days=2), 'date_end': now - timedelta(days=1)})
        self.assertEqual(self.refused(call), CallCode.EVENT_ENDED)

    def test_hosting_is_for_cities_that_hold_the_benefit(self):
        call = self.new_call(type='host')
        self.assertEqual(call.benefit_id.code, 'host')
        form = {'place': 'Town hall', 'when': 'May'}
        self.assertEqual(self.refused(call, self.lakeside_person, **form), CallCode.TIER_TOO_LOW)
        self.give_tier(self.lakeside, 'associate')
        with self.assertRaisesRegex(GateRefused, 'tier “Partner” or higher; Lakeside is on “Associate partner”'):
            self.propose(call, self.lakeside_person, **form)
        self.give_tier(self.riverton, 'partner')
        self.assertEqual(self.refused(call, self.riverton_person, **form), CallCode.NOT_ASKING)
        self.give_role(self.riverton_person, 'communication')
        self.assertEqual(self.refused(call, self.riverton_person, **form), CallCode.NOT_ASKING)
        self.give_role(self.riverton_person)
        self.assertEqual(self.propose(call, self.riverton_person, **form).scn_host_place, 'Town hall')

    def test_odoos_own_way_in_needs_a_call(self):
        """What Odoo's form does: it creates a track with the rights of the superuser for whoever looks."""
        for user in (self.public, self.riverton_person):
            tracks = self.env['event.track'].with_user(user).sudo()
            with self.assertRaises(GateRefused) as caught:
                tracks.create({'name': 'Talk', 'event_id': self.lab.id})
            self.assertEqual(caught.exception.code, CallCode.CALL_MISSING)

    def test_without_the_check_a_closed_call_takes_what_comes(self):
        """Control: the check in the model is what keeps the call closed."""
        self.close(self.for_outsiders)
        self.patch(EventTrack, '_check_call', lambda tracks: None)
        tracks = self.env['event.track'].with_user(self.public).sudo()
        self.assertTrue(tracks.create({'name': 'Talk', 'scn_call_id': self.for_outsiders.id}))

    def test_staff_pass_the_same_gate_unless_they_say_why_not(self):
        self.close(self.for_outsiders)
        values = {'name': 'Late workshop', 'scn_call_id': self.for_outsiders.id}
        tracks = self.env['event.track'].with_user(self.officer)
        with self.assertRaises(GateRefused):
            tracks.create(values)
        late = tracks.create({**values, 'scn_override_reason': 'Agreed by phone before it closed'})
        self.assertEqual((late.scn_override_user_id, late.scn_state), (self.officer, 'received'))
        session = tracks.create({'name': 'Session', 'event_id': self.lab.id})
        with self.assertRaises(GateRefused):
            session.scn_call_id = self.for_outsiders

    def test_people_without_staff_rights_reach_no_track_of_their_own_accord(self):
        for user in (self.riverton_person, self.public, self.employee, self.bot):
            with self.assertRaises(AccessError):
                self.env['event.track'].with_user(user).create(
                    {'name': 'Talk', 'scn_call_id': self.for_cities.id, 'event_id': self.lab.id}
                )

    def test_what_a_request_sends_sets_neither_city_nor_decision(self):
        tracks = self.env['event.track'].with_user(self.riverton_person).sudo()
        proposal = tracks.with_context(default_scn_state='confirmed', default_scn_override_reason='Because').create(
            {
                'name': 'Workshop',
                'scn_call_id': self.for_cities.id,
                'scn_city_id': self.lakeside.id,
                'scn_proposer_id': self.lakeside_person.partner_id.id,
                'scn_state': 'accepted',
                'scn_pending_decision': 'accepted',
                'is_published': True,
            }
        )
        self.assertEqual(proposal.scn_city_id, self.riverton)
        self.assertEqual(proposal.scn_proposer_id, self.riverton_person.partner_id)
        self.assertEqual((proposal.scn_state, proposal.scn_pending_decision), ('received', 'undecided'))
        self.assertFalse(proposal.scn_override_reason or proposal.is_published)
        with self.assertRaises(AccessError):
            tracks.create({'name': 'W', 'scn_call_id': self.for_cities.id, 'scn_override_reason': 'Because'})

    def test_the_gates_own_fields_are_written_by_nobody(self):
        proposal = self.propose(self.for_outsiders)
        for values in ({'scn_state': 'accepted'}, {'scn_announced_on': fields.Datetime.now()}):
            with self.assertRaises(AccessError):
                proposal.with_user(self.manager).write(values)

    def test_a_call_belongs_to_its_event(self):
        other = self.new_event(name='Another')
        with self.assertRaises(ValidationError):
            self.env['event.track'].with_user(self.officer).create(
                {'name': 'Talk', 'event_id': other.id, 'scn_call_id': self.for_outsiders.id}
            )

    def test_the_page_says_what_the_gate_says(self):
        """For each call and reader: what the list says is what sending the form comes to."""
        self.close(self.for_outsiders)
        calls = self.for_cities | self.for_outsiders | self.new_call(type='host') | self.new_call(audience='outsiders')
        for user in (self.riverton_person, self.public):
            for line in calls.with_user(user).sudo()._prepare_list_values(user.partner_id):
                said = line['refusal'] and line['refusal'].code
                try:
                    with self.env.cr.savepoint():
                        self.propose(line['call'], user, place='Hall', when='May')
                        came = None
                except GateRefused as refused:
                    came = refused.code
                self.assertEqual(came, said, line['call'].name)


@tagged('post_install', '-at_install')
class TestCallForm(CallCase):
    def test_the_same_words_twice_are_one_proposal(self):
        first = self.propose(self.for_outsiders)
        self.assertEqual(self.propose(self.for_outsiders), first)
        self.assertNotEqual(self.propose(self.for_outsiders, title='Another one'), first)
        self.assertEqual(len(self.for_outsiders.proposal_ids), 2)

    def test_withdrawn_words_can_be_sent_again(self):
        first = self.propose(self.for_outsiders)
        first._withdraw()
        self.assertNotEqual(self.propose(self.for_outsiders), first)

    def test_one_address_does_not_fill_a_call(self):
        for number in range(MOST_PER_ADDRESS):
            self.propose(self.for_outsiders, title=f'Proposal {number}')
        self.assertEqual(self.refused(self.for_outsiders, title='One more'), CallCode.TOO_MANY)
        self.assertTrue(self.propose(self.for_outsiders, email='other@commons-lab.example'))

    def test_a_program_that_fills_in_everything_leaves_nothing(self):
        self.assertFalse(self.propose(self.for_outsiders, **{HONEYPOT: 'https://spam.example'}))
        self.assertFalse(self.for_outsiders.proposal_ids)

    def test_hostile_text_is_text(self):
        proposal = self.propose(
            self.for_outsiders,
            title='<script>alert(1)</script>\u202e{{ 7*7 }}\x00',
            description='<img src=x onerror=alert(1)>\n{{ object.env }}',
        )
        self.assertEqual(proposal.name, '<script>alert(1)</script>{{ 7*7 }}')
        self.assertIn('&lt;img src=x onerror=alert(1)&gt;', proposal.description)
        mail = self.env['mail.mail'].search([('email_to', '=', 'marta@commons-lab.example')])
        self.assertNotIn('<script>', mail.body_html)
        self.assertNotIn('49', mail.body_html.split('/proposal')[0])

    def test_what_is_missing_or_too_long_is_one_sentence(self):
        for form, words in (
            ({'title': ' '}, 'Please fill in “Title”'),
            ({'title': 'x' * 151}, 'at most 150 characters'),
            ({'description': 'x' * 4001}, 'at most 4000 characters'),
            ({'email': 'nobody'}, 'one e-mail address'),
            ({'email': 'a@b.example, c@d.example'}, 'one e-mail address'),
            ({'name': ''}, 'Please fill in “Your name”'),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.propose(self.for_outsiders, **form)

    def test_questions_of_the_call_are_data(self):
        self.for_outsiders.question_ids = [
            fields.Command.create({'name': 'How many people?', 'is_required': True}),
            fields.Command.create({'name': 'What do you need?', 'kind': 'text'}),
        ]
        first, second = self.for_outsiders.question_ids
        with self.assertRaisesRegex(UserError, 'How many people'):
            self.propose(self.for_outsiders)
        proposal = self.propose(
            self.for_outsiders, **{f'question_{first.id}': '25', f'question_{second.id}': 'A wall\nand tape'}
        )
        self.assertEqual(
            [(answer.question, answer.answer) for answer in proposal.scn_answer_ids],
            [('How many people?', '25'), ('What do you need?', 'A wall\nand tape')],
        )

    def test_a_colleague_of_the_event_reads_of_it_and_nobody_else(self):
        """Odoo writes each proposal on its event, which anybody reads once it is published."""
        self.propose(self.for_outsiders)
        messages = self.lab.message_ids.filtered(lambda message: 'Repair cafés' in (message.body or ''))
        self.assertTrue(messages)
        self.assertFalse(self.env['mail.message'].with_user(self.riverton_person).search([('id', 'in', messages.ids)]))


@tagged('post_install', '-at_install')
class TestCallRules(CallCase):
    def refuse(self, rule, **values):
        with (
            self.assertRaises(IntegrityError) as caught,
            mute_logger('odoo.sql_db'),
            self.env.cr.savepoint(),
        ):
            self.new_call(**values)
            self.env.flush_all()
        self.assertIn(rule, str(caught.exception))

    def test_topic_wishes_never_close(self):
        self.refuse('topics_never_close', type='topic', closes=5)
        self.assertEqual(self.new_call(type='topic', closes=None).state, 'open')

    def test_only_cities_host_and_hold_benefits(self):
        self.refuse('only_cities_host', type='host', audience='outsiders')
        self.refuse(
            'benefit_is_for_cities', audience='outsiders', benefit_id=self.env.ref('scn_partner.benefit_host').id
        )

    def test_only_topic_wishes_do_without_an_event(self):
        self.refuse('belongs_to_an_event', event_id=False)
        self.assertFalse(self.new_call(type='topic', closes=None, event_id=False).event_id)
