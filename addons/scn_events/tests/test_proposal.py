"""What becomes of a proposal: reviews, decisions in the drawer, announced together, confirmed by who speaks."""

import re
from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.scn_partner import secret_code

from ..models.event_track_decision import EventTrack
from .test_call import VISITOR_FORM, CallCase


class ProposalCase(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of_visitor = cls.for_outsiders.with_user(cls.public)._propose(VISITOR_FORM)
        cls.of_city = cls.for_cities.with_user(cls.riverton_person)._propose(
            {'title': 'Tool library', 'description': 'Tools.'}
        )
        cls.env['mail.mail'].search([]).unlink()

    def decide(self, proposal, decision, user=None):
        proposal.with_user(user or self.officer).scn_pending_decision = decision

    def mails(self):
        return self.env['mail.mail'].search([], order='id')

    def review(self, proposal, user, **values):
        return self.env['scn.proposal.review'].with_user(user).create({'track_id': proposal.id, **values})


@tagged('post_install', '-at_install')
class TestReviews(ProposalCase):
    def test_the_score_is_that_of_reviewers_without_a_conflict(self):
        self.review(self.of_city, self.officer, score='5')
        self.review(self.of_city, self.manager, score='2')
        self.assertEqual((self.of_city.scn_score, self.of_city.scn_score_count), (3.5, 2))
        review = self.of_city.scn_review_ids.filtered(lambda review: review.user_id == self.manager)
        review.with_user(self.manager).has_conflict = True
        self.assertFalse(review.score)
        self.assertEqual((self.of_city.scn_score, self.of_city.scn_score_count), (5.0, 1))

    def test_a_score_beside_a_conflict_is_not_kept(self):
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.review(self.of_city, self.officer, has_conflict=True, score='5')
            self.env.flush_all()

    def test_who_has_a_conflict_does_not_decide(self):
        self.review(self.of_city, self.officer, has_conflict=True)
        for decision in ('accepted', 'declined'):
            with self.assertRaisesRegex(AccessError, 'a colleague decides'):
                self.decide(self.of_city, decision)
        self.decide(self.of_city, 'declined', self.manager)
        self.assertEqual(self.of_city.scn_decided_by_id, self.manager)
        with self.assertRaises(AccessError):
            self.decide(self.of_city, 'undecided')

    def test_without_the_check_a_conflict_would_decide(self):
        """Control: the check is what keeps who has a conflict from deciding."""
        self.review(self.of_city, self.officer, has_conflict=True)
        self.patch(EventTrack, '_check_no_conflict', lambda track: None)
        self.decide(self.of_city, 'accepted')
        self.assertEqual(self.of_city.scn_pending_decision, 'accepted')

    def test_a_conflict_is_not_taken_back_by_the_person_itself(self):
        own = self.review(self.of_city, self.manager, has_conflict=True)
        for nothing in (False, 0, None):
            with self.assertRaises(AccessError):
                own.with_user(self.manager).write({'has_conflict': nothing})
        with self.assertRaises(AccessError):
            own.with_user(self.manager).unlink()
        of_officer = self.review(self.of_city, self.officer, has_conflict=True)
        with self.assertRaises(AccessError):
            of_officer.with_user(self.officer).has_conflict = False
        of_officer.with_user(self.manager).has_conflict = False
        self.assertFalse(of_officer.has_conflict)

    def test_each_reviews_for_themselves_and_once(self):
        review = self.review(self.of_city, self.officer, score='3')
        with self.assertRaises(AccessError):
            self.review(self.of_city, self.officer, user_id=self.manager.id)
        with self.assertRaises(AccessError):
            review.with_user(self.manager).score = '1'
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.review(self.of_city, self.officer)


@tagged('post_install', '-at_install')
class TestAnnouncing(ProposalCase):
    def test_a_decision_in_the_drawer_is_seen_by_nobody_who_proposed(self):
        self.decide(self.of_city, 'declined')
        self.assertEqual(self.of_city.scn_state, 'received')
        values = self.riverton_person.partner_id._prepare_proposals_page_values()
        self.assertEqual([line['state'] for line in values['proposals']], ['received'])
        self.assertNotIn('declined', str(values['proposals']))
        self.assertFalse(self.mails())
        with self.assertRaises(AccessError):
            self.of_city.with_user(self.riverton_person).read(['scn_pending_decision'])

    def test_published_tracks_tell_portal_users_nothing_of_ours(self):
        self.decide(self.of_city, 'accepted')
        self.of_city._announce()
        self.of_city.is_published = True
        track = self.of_city.with_user(self.riverton_person)
        self.assertEqual(track.read(['name'])[0]['name'], 'Tool library')
        ours = [name for name in track._fields if name.startswith('scn_')]
        for name in ours:
            with self.assertRaises(AccessError, msg=name):
                track.read([name])

    def test_all_are_announced_together_in_the_readers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.riverton_person.partner_id.lang = 'fr_FR'
        template = self.env.ref('scn_events.mail_template_proposal_accepted')
        template.with_context(lang='fr_FR').subject = 'Votre proposition est retenue'
        self.decide(self.of_city, 'accepted')
        self.decide(self.of_visitor, 'declined')
        (self.of_city | self.of_visitor)._announce()
        self.assertEqual((self.of_city.scn_state, self.of_visitor.scn_state), ('accepted', 'declined'))
        self.assertEqual(
            {mail.email_to: mail.subject for mail in self.mails()},
            {
                'riverton@city.example': 'Votre proposition est retenue',
                'marta@commons-lab.example': 'Your proposal for Lab',
            },
        )
        self.assertEqual(set(self.mails().mapped('state')), {'outgoing'})

    def test_nothing_is_announced_twice(self):
        self.decide(self.of_city, 'accepted')
        self.of_city._announce()
        with self.assertRaisesRegex(UserError, 'Nothing is waiting'):
            self.of_city._announce()
        self.assertEqual(len(self.mails()), 1)

    def test_the_wizard_shows_what_it_announces(self):
        self.decide(self.of_city, 'accepted')
        wizard = Form(
            self.env['scn.call.announce'].with_user(self.officer).with_context(default_call_id=self.for_cities.id)
        )
        self.assertEqual((wizard.accepted_count, wizard.declined_count), (1, 0))
        self.assertIn('Tool library', wizard.preview_body)
        wizard.save().action_confirm()
        self.assertEqual(self.of_city.scn_state, 'accepted')
        self.assertFalse(self.for_cities.pending_count)

    def test_a_decision_changed_meanwhile_is_announced_as_it_is_now(self):
        self.decide(self.of_city, 'accepted')
        wizard = self.env['scn.call.announce'].with_user(self.officer).create({'call_id': self.for_cities.id})
        self.decide(self.of_city, 'undecided')
        with self.assertRaises(UserError):
            wizard.action_confirm()
        self.assertFalse(self.mails())

    def test_who_announces_does_not_become_who_decided(self):
        self.decide(self.of_city, 'accepted')
        self.review(self.of_city, self.manager, has_conflict=True)
        self.of_city.with_user(self.manager)._announce()
        self.assertEqual((self.of_city.scn_state, self.of_city.scn_decided_by_id), ('accepted', self.officer))

    def test_who_announces_does_not_read_the_code(self):
        self.decide(self.of_visitor, 'accepted')
        self.of_visitor.with_user(self.officer)._announce()
        self.assertIn('/proposal#', self.mails().body_html)
        with self.assertRaises(AccessError):
            self.mails().mail_message_id.with_user(self.officer).read(['body'])

    def test_what_loses_its_place_is_on_no_page(self):
        published = self.env.ref('website_event_track.event_track_stage3')
        for decision in ('waiting', 'declined'):
            self.decide(self.of_city, 'accepted')
            self.of_city._announce()
            self.of_city.stage_id = published
            self.assertTrue(self.of_city.is_published)
            self.decide(self.of_city, decision)
            self.of_city._announce()
            self.assertFalse(self.of_city.is_published or self.of_city.stage_id.is_visible_in_agenda, decision)
            if decision == 'waiting':
                self.assertEqual(self.of_city.scn_state, 'waiting')

    def test_who_waited_can_be_accepted_later(self):
        self.decide(self.of_city, 'waiting')
        self.of_city._announce()
        self.decide(self.of_city, 'accepted')
        self.of_city._announce()
        self.assertEqual(self.of_city.scn_state, 'accepted')
        self.assertEqual(len(self.mails()), 2)

    def test_the_programme_shows_nothing_before_it_is_announced(self):
        for values in (
            {'is_published': True},
            {'stage_id': self.env.ref('website_event_track.event_track_stage2').id},
            {'stage_id': self.env.ref('website_event_track.event_track_stage3').id},
        ):
            with self.assertRaisesRegex(ValidationError, 'announce before'):
                self.of_city.with_user(self.officer).write(values)
        self.decide(self.of_city, 'accepted')
        self.of_city._announce()
        self.of_city.with_user(self.officer).is_published = True

    def test_odoos_mail_for_a_stage_tells_nothing(self):
        self.of_city.stage_id = self.env.ref('website_event_track.event_track_stage1')
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertFalse(self.mails().filtered(lambda mail: 'riverton' in (mail.email_to or '')))


@tagged('post_install', '-at_install')
class TestAnswering(ProposalCase):
    def accept(self, proposal):
        self.decide(proposal, 'accepted')
        proposal._announce()
        return proposal

    def code_in_mail(self):
        return re.search(r'/proposal#([0-9A-Z-]+)', self.mails()[-1:].body_html)[1]

    def test_only_what_was_accepted_is_confirmed(self):
        with self.assertRaises(UserError):
            self.of_city._confirm()
        self.accept(self.of_city)._confirm()
        self.assertEqual(self.of_city.scn_state, 'confirmed')
        with self.assertRaises(UserError):
            self.of_city._confirm()
        with self.assertRaisesRegex(UserError, 'nothing to decide'):
            self.decide(self.of_city, 'declined')

    def test_what_the_agenda_shows_stays_there_when_it_is_confirmed(self):
        announced = self.env.ref('website_event_track.event_track_stage2')
        self.accept(self.of_city).stage_id = announced
        self.of_city._confirm()
        self.assertEqual(self.of_city.stage_id, announced)
        self.accept(self.of_visitor)._confirm()
        self.assertEqual(self.of_visitor.stage_id, self.env.ref('website_event_track.event_track_stage1'))

    def test_nothing_is_confirmed_after_the_event(self):
        self.accept(self.of_city)
        with freeze_time(self.lab.date_end + timedelta(hours=1)):
            self.assertFalse(self.of_city._prepare_own_values()['can_confirm'])
            with self.assertRaisesRegex(UserError, 'has ended'):
                self.of_city._confirm()

    def test_withdrawing_frees_the_place_and_says_so(self):
        self.accept(self.of_city)._withdraw()
        self.assertEqual(self.of_city.scn_state, 'withdrawn')
        self.assertFalse(self.of_city.is_published)
        self.assertIn('its place is free', self.of_city.activity_ids.summary)
        with self.assertRaises(UserError):
            self.of_city._withdraw()

    def test_a_confirmed_offer_makes_the_city_a_host(self):
        self.give_tier(self.riverton, 'partner')
        self.give_role(self.riverton_person)
        call = self.new_call(type='host')
        form = {'title': 'Our old tram depot', 'description': 'Room for 300.', 'place': 'Depot', 'when': 'May 2030'}
        offer = call.with_user(self.riverton_person)._propose(form)
        self.accept(offer)
        self.assertFalse(self.lab.scn_host_city_ids)
        offer._confirm()
        self.assertEqual(self.lab.scn_host_city_ids, self.riverton)
        hosted = {'year': self.lab.date_begin.year, 'event': 'Lab', 'cities': ['Riverton']}
        self.assertIn(hosted, call._get_hosts())
        self.assertIn(self.lab, offer.scn_hosted_event_ids)
        offer._withdraw()
        self.assertFalse(self.lab.scn_host_city_ids)

    def test_the_link_opens_one_proposal_and_the_database_does_not_know_it(self):
        self.accept(self.of_visitor)
        code = self.code_in_mail()
        links = self.env['scn.proposal.link']
        self.assertEqual(links._find(code), self.of_visitor)
        self.assertEqual(links._find(f'https://example.org/proposal#{code.lower()}'), self.of_visitor)
        for wrong in ('', 'x' * 5000, code[:-1], secret_code.new_code(secret_code.LINK_LENGTH)):
            self.assertFalse(links._find(wrong))
        self.env.cr.execute('SELECT code_hash FROM scn_proposal_link')
        self.assertNotIn(code.replace('-', ''), str(self.env.cr.fetchall()))
        mail = self.mails()[-1:]
        self.assertFalse(mail.model or mail.res_id, 'nobody who reads the proposal reads the code')

    def test_an_old_link_opens_nothing(self):
        self.accept(self.of_visitor)
        code = self.code_in_mail()
        links = self.env['scn.proposal.link']
        with freeze_time(self.lab.date_end + timedelta(days=31)):
            self.assertFalse(links._find(code))
            links._gc_expired()
        self.assertFalse(links.search([('track_id', '=', self.of_visitor.id)]))

    def test_a_postponed_event_takes_its_links_with_it(self):
        self.accept(self.of_visitor)
        code, end = self.code_in_mail(), self.lab.date_end
        self.lab.date_end = end + timedelta(days=90)
        with freeze_time(end + timedelta(days=31)):
            self.env['scn.proposal.link']._gc_expired()
            self.assertEqual(self.env['scn.proposal.link']._find(code), self.of_visitor)

    def test_people_with_an_account_get_no_link(self):
        self.accept(self.of_city)
        self.assertIn('/my/city/proposals', self.mails().body_html)
        self.assertNotIn('/proposal#', self.mails().body_html)

    def test_who_answers_for_a_city(self):
        colleague = self.new_contact(self.riverton, 'colleague').partner_id
        with self.assertRaisesRegex(UserError, "leads or coordinator"):
            colleague._check_may_answer(self.of_city)
        self.give_role(colleague.user_ids)
        colleague._check_may_answer(self.of_city)
        self.riverton_person.partner_id._check_may_answer(self.of_city)

    def test_another_citys_proposals_are_not_there(self):
        self.assertEqual(self.riverton_person.partner_id._get_own_proposals(), self.of_city)
        self.assertFalse(self.lakeside_person.partner_id._get_own_proposals())
        self.assertFalse(self.public.partner_id._get_own_proposals())

    def test_the_citys_page_asks_for_the_confirmation(self):
        self.accept(self.of_city)
        page = self.riverton._prepare_city_page_values(self.riverton_person.partner_id)
        steps = self.riverton._prepare_city_next_steps(self.riverton_person.partner_id, page)
        self.assertIn('/my/city/proposals', [step['url'] for step in steps])

    def test_staff_note_what_was_said_on_the_phone(self):
        self.accept(self.of_visitor)
        for user in (self.reader, self.desk, self.employee, self.riverton_person, self.bot):
            with self.assertRaises(AccessError):
                self.of_visitor.with_user(user).action_confirm()
        self.of_visitor.with_user(self.officer).action_confirm()
        self.assertEqual(self.of_visitor.scn_state, 'confirmed')
