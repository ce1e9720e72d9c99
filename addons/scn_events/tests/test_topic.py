"""The backlog of topics: wishes never close, are merged with every credit, and those who wished are told once."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..call_codes import CallCode
from ..exceptions import GateRefused
from .test_call import CallCase


class TopicCase(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wishes = cls.new_call(type='topic', closes=None, benefit_id=False)
        for user in (cls.riverton_person, cls.lakeside_person):
            cls.give_role(user)

    def wish(self, title='Rental data', user=None, **form):
        return self.wishes.with_user(user or self.riverton_person)._propose({'title': title, **form})

    def mails(self):
        return self.env['mail.mail'].search([('subject', 'like', 'Your topic became something')], order='id')


@tagged('post_install', '-at_install')
class TestWishes(TopicCase):
    def test_a_wish_becomes_a_topic_credited_to_the_city(self):
        credit = self.wish(organisation='Lakeside', description='What may we ask for?')
        self.assertEqual((credit.city_id, credit.partner_id), (self.riverton, self.riverton_person.partner_id))
        self.assertEqual((credit.topic_id.name, credit.topic_id.state), ('Rental data', 'open'))
        self.assertEqual(credit.topic_id.description, 'What may we ask for?')

    def test_wishes_stay_open_when_the_event_is_over(self):
        now = fields.Datetime.now()
        self.lab.write({'date_begin': now - timedelta(days=9), 'date_end': now - timedelta(days=8)})
        self.assertEqual((self.wishes.state, self.for_cities.state), ('open', 'closed'))
        self.assertTrue(self.wish())

    def test_suggesting_topics_is_for_cities_that_hold_the_benefit(self):
        call = self.new_call(type='topic', closes=None)
        self.assertEqual(call.benefit_id.code, 'suggest_topics')
        self.assertEqual(self.refused(call, self.riverton_person), CallCode.TIER_TOO_LOW)
        self.assertEqual(self.refused(call), CallCode.NO_CITY)
        self.give_tier(self.riverton, 'partner')
        self.assertTrue(self.propose(call, self.riverton_person))

    def test_the_gate_of_wishes_stands_in_the_model(self):
        self.wishes.is_published = False
        credits = self.env['scn.topic.credit'].with_user(self.riverton_person).sudo()
        topic = self.env['scn.topic'].create({'name': 'Topic'})
        values = {'topic_id': topic.id, 'call_id': self.wishes.id, 'city_id': self.lakeside.id}
        with self.assertRaises(GateRefused), self.env.cr.savepoint():
            credits.create(values)
        self.patch(self.env.registry['scn.call'], '_find_refusal', lambda call, *_who: None)
        self.assertEqual(credits.create(values).city_id, self.riverton, "control; the city is the person's own")

    def test_the_same_wish_twice_is_one(self):
        self.assertEqual(self.wish(), self.wish())
        self.assertEqual(self.wishes.topic_count, 1)


@tagged('post_install', '-at_install')
class TestMerging(TopicCase):
    def test_merging_keeps_every_credit_and_leads_to_what_was_kept(self):
        kept = self.wish().topic_id
        other = self.wish('Holiday flats', self.lakeside_person).topic_id
        third = self.wish('Flats').topic_id
        kept._merge(other)
        self.assertEqual(kept.city_ids, self.riverton | self.lakeside)
        self.assertEqual((other.active, other._get_kept()), (False, kept))
        third._merge(kept)
        self.assertEqual((kept._get_kept(), other._get_kept()), (third, third), 'no detour')
        self.assertEqual(set(third.credit_ids.mapped('wording')), {'Rental data', 'Holiday flats', 'Flats'})
        with self.assertRaises(UserError):
            kept._merge(third)

    def test_the_city_sees_the_kept_topic_under_its_own_words(self):
        kept = self.wish().topic_id
        kept._merge(self.wish('Holiday flats', self.lakeside_person).topic_id)
        wish = self.lakeside_person.partner_id._get_own_wishes()
        self.assertEqual((wish.wording, wish.topic_id), ('Holiday flats', kept))

    def test_the_wizard_keeps_what_most_wished_for(self):
        kept = self.wish().topic_id
        kept._merge(self.wish('Flats', self.lakeside_person).topic_id)
        first = self.env['scn.topic'].create({'name': 'Rentals'})
        context = {'active_model': 'scn.topic', 'active_ids': (first | kept).ids}
        wizard = Form(self.env['scn.topic.merge'].with_user(self.officer).with_context(**context)).save()
        self.assertEqual(wizard.kept_id, kept)
        self.assertEqual(wizard.action_confirm()['res_id'], kept.id)
        self.assertFalse(first.active)

    def test_one_topic_is_nothing_to_merge(self):
        topic = self.wish().topic_id
        with self.assertRaisesRegex(UserError, 'at least two'):
            topic._merge(topic)


@tagged('post_install', '-at_install')
class TestTelling(TopicCase):
    def test_everybody_who_wished_is_told_once(self):
        topic = self.wish().topic_id
        topic._merge(self.wish('Flats', self.lakeside_person).topic_id)
        self.wish('Rentals again').topic_id = topic
        with self.assertRaisesRegex(UserError, 'Say first what'):
            topic.with_user(self.officer).action_tell()
        topic.became_text = 'The seminar of 14 March'
        topic.with_user(self.officer).action_tell()
        self.assertEqual(sorted(self.mails().mapped('email_to')), ['lakeside@city.example', 'riverton@city.example'])
        self.assertEqual((topic.state, topic.untold_count), ('became', 0))
        self.assertIn('Flats', self.mails().filtered(lambda mail: 'lakeside' in mail.email_to).body_html)
        with self.assertRaisesRegex(UserError, 'was told'):
            topic.with_user(self.officer).action_tell()

    def test_who_joins_later_is_told_alone(self):
        topic = self.wish().topic_id
        topic.became_text = 'A page of ALEX'
        topic.with_user(self.officer).action_tell()
        topic._merge(self.wish('Flats', self.lakeside_person).topic_id)
        topic.with_user(self.officer).action_tell()
        self.assertEqual(self.mails().mapped('email_to'), ['riverton@city.example', 'lakeside@city.example'])

    def test_without_the_mark_they_would_be_told_twice(self):
        """Control: the day on which they were told is what keeps a second mail away."""
        topic = self.wish().topic_id
        topic.became_text = 'A page of ALEX'
        topic.with_user(self.officer).action_tell()
        topic.credit_ids.told_on = False
        topic.with_user(self.officer).action_tell()
        self.assertEqual(len(self.mails()), 2)

    def test_telling_and_merging_are_for_staff(self):
        topic = self.wish().topic_id
        topic.became_text = 'A page of ALEX'
        for user in (self.reader, self.desk, self.employee, self.riverton_person, self.bot):
            with self.assertRaises(AccessError):
                topic.with_user(user).action_tell()
            with self.assertRaises(AccessError):
                self.env['scn.topic.merge'].with_user(user).create({})

    def test_a_link_is_an_address(self):
        with self.assertRaises(UserError):
            self.wish().topic_id.became_url = 'javascript:alert(1)'
