"""The pages of calls and proposals: they say it before the form is filled in, and act by POST only."""

import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..controllers import portal
from ..models.scn_call_form import HONEYPOT
from .test_call import VISITOR_FORM, CallCase


@tagged('post_install', '-at_install')
class TestCallPages(CallCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.riverton_person, cls.lakeside_person):
            user.password = f'{user.login}-password'

    def sign_in(self, user):
        self.authenticate(user.login, f'{user.login}-password')

    def post(self, path, **data):
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open('/calls/0').text)[1]
        return self.url_open(path, data={'csrf_token': token, **data})

    def send(self, call, **form):
        return self.post(f'/calls/{call.id}/propose', **{**VISITOR_FORM, **form})

    def test_a_visitor_sends_and_answers_by_the_link_of_the_mail(self):
        call = self.for_outsiders
        self.assertIn(f'/calls/{call.id}', self.url_open(f'/event/{self.lab.id}/calls').text)
        self.assertIn(f'/event/{self.lab.id}/calls', self.url_open(f'/event/{self.lab.id}/register').text)
        self.assertIn('name="title"', self.url_open(f'/calls/{call.id}').text)
        answer = self.send(call)
        self.assertTrue(answer.url.endswith(f'/calls/{call.id}/sent'))
        self.assertIn('Repair cafés in libraries', answer.text)
        proposal = call.proposal_ids
        mail = self.env['mail.mail'].search([('email_to', '=', 'marta@commons-lab.example')])
        code = re.search(r'/proposal#([0-9A-Z-]+)', mail.body_html)[1]
        # a GET opens nothing and changes nothing, whatever stands in the address
        self.assertNotIn('Repair', self.url_open(f'/proposal?code={code}&do=withdraw').text)
        page = self.url_open('/proposal', data={'code': code})
        self.assertIn('Repair cafés in libraries', page.text)
        self.assertEqual(page.headers['Referrer-Policy'], 'no-referrer')
        self.assertNotIn('scn_confirm', page.text)
        proposal.scn_pending_decision = 'accepted'
        self.assertNotIn('Accepted', self.url_open('/proposal', data={'code': code}).text)
        proposal._announce()
        self.assertIn('scn_confirm', self.url_open('/proposal', data={'code': code}).text)
        self.assertIn('it is confirmed', self.url_open('/proposal', data={'code': code, 'do': 'confirm'}).text)
        self.assertEqual(proposal.scn_state, 'confirmed')
        again = self.url_open('/proposal', data={'code': code, 'do': 'confirm'})
        self.assertIn('is not waiting for a confirmation', again.text)
        self.assertIn('opens nothing', self.url_open('/proposal', data={'code': code[:-1], 'do': 'withdraw'}).text)
        self.assertEqual(proposal.scn_state, 'confirmed')

    def test_a_closed_call_says_so_and_has_no_form(self):
        self.close(self.for_outsiders)
        page = self.url_open(f'/calls/{self.for_outsiders.id}').text
        self.assertIn('closed on', page)
        self.assertNotIn('name="title"', page)
        answer = self.send(self.for_outsiders)
        self.assertIn('closed on', answer.text)
        self.assertFalse(self.for_outsiders.proposal_ids)

    def test_what_was_typed_stays_when_something_is_missing(self):
        page = self.send(self.for_outsiders, email='nobody', description='A "quoted" <b>text</b>').text
        self.assertIn('one e-mail address', page)
        self.assertIn('value="Repair cafés in libraries"', page)
        self.assertIn('A &#34;quoted&#34; &lt;b&gt;text&lt;/b&gt;', page)
        self.assertFalse(self.for_outsiders.proposal_ids)

    def test_a_program_is_thanked_and_leaves_nothing(self):
        answer = self.send(self.for_outsiders, **{HONEYPOT: 'https://spam.example'})
        self.assertTrue(answer.url.endswith('/sent'))
        self.assertFalse(self.for_outsiders.proposal_ids)

    def test_what_is_not_published_is_not_there(self):
        self.for_outsiders.is_published = False
        self.assertEqual(self.url_open(f'/calls/{self.for_outsiders.id}').status_code, 404)
        self.assertEqual(self.send(self.for_outsiders).status_code, 404)
        self.assertNotIn(self.for_outsiders.name, self.url_open(f'/event/{self.lab.id}/calls').text)

    def test_odoos_own_form_is_gone(self):
        answer = self.url_open(f'/event/{self.lab.id}/track_proposal')
        self.assertTrue(answer.url.endswith('/calls'))
        form = {'track_name': 'Talk', 'description': 'x', 'partner_name': 'A', 'partner_email': 'a@b.example'}
        posted = self.post(f'/event/{self.lab.id}/track_proposal/post', tags='', partner_biography='', **form)
        self.assertEqual(posted.json()['error'], 'call_missing')
        self.assertFalse(self.lab.track_ids)

    def test_a_city_proposes_and_another_city_finds_nothing(self):
        self.sign_in(self.riverton_person)
        page = self.url_open(f'/calls/{self.for_cities.id}').text
        self.assertIn('You write for', page)
        self.assertNotIn('name="email"', page)
        self.send(self.for_cities, city='Lakeside', scn_city_id=self.lakeside.id)
        proposal = self.for_cities.proposal_ids
        self.assertEqual(proposal.scn_city_id, self.riverton)
        proposal.scn_pending_decision = 'accepted'
        own = self.url_open('/my/city/proposals').text
        self.assertIn('Received', own)
        self.assertNotIn('>Accepted<', own)
        proposal._announce()
        self.sign_in(self.lakeside_person)
        self.assertNotIn('Repair', self.url_open('/my/city/proposals').text)
        for act in ('confirm', 'withdraw'):
            self.assertEqual(self.post(f'/my/city/proposals/{proposal.id}/{act}').status_code, 404)
            self.assertEqual(self.url_open(f'/my/city/proposals/{proposal.id}/{act}').status_code, 405)
        self.assertEqual(proposal.scn_state, 'accepted')
        self.sign_in(self.riverton_person)
        self.assertIn('Proposals and topics', self.url_open('/my/city').text)
        with patch.object(portal, 'in_turn', wraps=portal.in_turn) as turn:
            answer = self.post(f'/my/city/proposals/{proposal.id}/confirm')
        self.assertIn('is confirmed', answer.text)
        self.assertTrue(answer.url.endswith('/my/city/proposals'))
        self.assertEqual(turn.call_args.args[1], proposal.id, "the queue's key is a number")
        self.assertIn('is withdrawn', self.post(f'/my/city/proposals/{proposal.id}/withdraw').text)
        self.assertEqual(proposal.scn_state, 'withdrawn')

    def test_odd_input_is_no_error_page(self):
        call = self.for_outsiders
        for form in ({'question_x': 'a'}, {'title': 'x' * 100000}, {'description': '\x00\ud7ff' * 50}, {'title': ''}):
            self.assertEqual(self.send(call, **form).status_code, 200)
        for code in ('', '\x00', 'x' * 5000, '%s', "' OR 1=1"):
            self.assertEqual(self.url_open('/proposal', data={'code': code, 'do': 'confirm'}).status_code, 200)

    def test_the_list_takes_as_many_queries_for_many_calls(self):
        def queries():
            self.env.invalidate_all()
            calls = self.env['scn.call'].search([('event_id', '=', self.lab.id)])
            start = self.env.cr.sql_log_count
            calls.sudo()._prepare_list_values(self.riverton_person.partner_id)
            return self.env.cr.sql_log_count - start

        self.give_tier(self.riverton, 'partner')
        benefit = self.env.ref('scn_partner.benefit_showcase').id
        for __ in range(2):
            self.new_call(benefit_id=benefit)
        queries()
        few = queries()
        for __ in range(8):
            self.new_call(benefit_id=benefit)
        self.assertLessEqual(queries(), few + 2)
