"""The city plans its visit in the portal; another city's visit is not found."""

import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .visit_common import VisitCase


@tagged('post_install', '-at_install')
class TestVisitPages(VisitCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan_good_day()
        cls.page = f'/my/city/visits/{cls.visit.id}'
        for user in (cls.riverton_person, cls.lakeside_person, cls.colleague):
            user.password = f'{user.login}-password'

    def sign_in(self, user):
        self.authenticate(user.login, f'{user.login}-password')

    def post(self, path, **data):
        token = re.search(r'csrf_token: "([^"]+)"', self.url_open('/my/account').text)[1]
        return self.url_open(path, data={'csrf_token': token, **data})

    def test_the_pages(self):
        self.sign_in(self.riverton_person)
        self.assertIn(self.page, self.url_open('/my/city').text)
        self.assertIn(self.page, self.url_open('/my/city/visits').text)
        page = self.url_open(self.page).text
        for text in ('Repair café', '09:00', 'Compose the day', 'The programme was not sent yet', 'Eva Host'):
            self.assertIn(text, page)
        added = self.post(f'{self.page}/add', format=self.format('break').id, title='Coffee', minutes='')
        self.assertIn('“Coffee” is in the programme', added.text)
        coffee = self.visit.block_ids.filtered(lambda block: block.name == 'Coffee')
        self.assertIn('is moved', self.post(f'{self.page}/blocks/{coffee.id}/earlier').text)
        self.assertIn('is taken out', self.post(f'{self.page}/blocks/{coffee.id}/remove').text)
        self.assertFalse(coffee.exists())
        wished = self.post(f'{self.page}/conversations', people=[self.ana.id, self.ben.id])
        self.assertIn('The conversations are planned', wished.text)
        self.assertEqual(self.visit.conversation_contact_ids, self.ana + self.ben)
        self.assertIn('Version 1 is sent', self.post(f'{self.page}/send', text='Good?').text)
        self.assertIn('Confirm the programme of the visit', self.url_open('/my/city').text)
        self.assertIn('You confirmed version 1', self.post(f'{self.page}/confirm', version='1').text)
        self.assertNotIn('Confirm the programme of the visit', self.url_open('/my/city').text)
        self.visit.plan_ids.with_user(self.eva).action_confirm()
        self.assertIn('of the programme is agreed', self.url_open(self.page).text)
        talk = self.visit.block_ids.sorted('sequence')[0]
        self.post(f'{self.page}/blocks/{talk.id}/change', minutes='50', place='Library')
        page = self.url_open(self.page).text
        self.assertIn('Changed since version 1', page)
        self.assertIn('Presentation: changed length, place', page)
        self.assertIn('Good?', self.url_open(f'{self.page}/version/1').text)
        self.assertIn('We have your comment', self.post(f'{self.page}/comment', text='<b>Hello</b>').text)
        self.assertNotIn('<b>Hello', self.url_open(self.page).text)

    def test_a_stale_page_is_told_so(self):
        self.visit.with_user(self.eva).action_send_programme()
        self.visit.block_ids[0].minutes = 50
        self.visit.with_user(self.eva).action_send_programme()
        self.sign_in(self.riverton_person)
        answer = self.post(f'{self.page}/confirm', version='1')
        self.assertIn('Version 1 is no longer the newest', answer.text)
        self.assertFalse(any(self.visit.plan_ids.mapped('city_confirmed_on')))

    def test_another_city_finds_nothing(self):
        self.visit.with_user(self.eva).action_send_programme()
        block = self.visit.block_ids[0]
        before = self.visit._get_programme_hash()
        self.sign_in(self.lakeside_person)
        self.assertNotIn('Repair café', self.url_open('/my/city/visits').text)
        missing = f'/my/city/visits/{self.visit.id + 1000000}'
        for page in (self.page, missing):
            for path in ('', '/programme.pdf', '/version/1'):
                self.assertEqual(self.url_open(page + path).status_code, 404, page + path)
            for path in ('add', 'send', 'confirm', 'comment', 'conversations'):
                answer = self.post(f'{page}/{path}', format=self.format('break').id, text='x', version='1')
                self.assertEqual(answer.status_code, 404, f'{page}/{path}')
            for act in ('change', 'earlier', 'later', 'remove'):
                answer = self.post(f'{page}/blocks/{block.id}/{act}', minutes='5')
                self.assertEqual(answer.status_code, 404, act)
        # Odoo's own address of a report: the model's rights refuse, which Odoo logs
        with mute_logger('odoo.http'):
            paper = self.url_open(f'/report/html/scn_events.report_visit_programme/{self.visit.id}')
        self.assertNotIn('Repair café', paper.text)
        theirs = self.new_visit(self.lakeside)
        answer = self.post(f'/my/city/visits/{theirs.id}/blocks/{block.id}/remove')
        self.assertEqual(answer.status_code, 404, "another city's block by way of the own visit")
        self.assertEqual(self.visit._get_programme_hash(), before)
        self.assertFalse(self.visit.comment_ids or self.visit.plan_ids.city_confirmed_on)

    def test_control_a_visit_found_by_number_alone_leaks(self):
        """What keeps another city out is the search among the own city's visits, nothing else."""
        partner = type(self.riverton)
        everything = lambda city: city.env['scn.appointment'].sudo().search([('kind', '=', 'visit_day')])  # noqa: E731
        self.patch(partner, '_get_visits', everything)
        self.sign_in(self.lakeside_person)
        self.assertIn('Repair café', self.url_open(self.page).text)

    def test_a_colleague_reads_and_changes_nothing(self):
        self.sign_in(self.colleague)
        page = self.url_open(self.page).text
        self.assertIn('Repair café', page)
        for form in ('scn_visit_add', 'scn_visit_send', 'scn_visit_wishes', 'scn_visit_comment'):
            self.assertNotIn(f'id="{form}"', page)
        answer = self.post(f'{self.page}/add', format=self.format('break').id)
        self.assertIn('leads or coordinator plan the visit', answer.text)
        self.assertEqual(len(self.visit.block_ids), 7)

    def test_reading_changes_nothing(self):
        self.sign_in(self.riverton_person)
        for path in (
            'add',
            'send',
            'confirm',
            'comment',
            'conversations',
            f'blocks/{self.visit.block_ids[0].id}/remove',
        ):
            self.assertIn(self.url_open(f'{self.page}/{path}').status_code, (404, 405), path)
        self.assertEqual(self.url_open(f'{self.page}/send', data={'text': 'x'}).status_code, 400, "no token")
        self.assertFalse(self.visit.plan_ids)

    def test_internal_remarks_stay_inside(self):
        self.visit.note_internal = '<p>Difficult mayor</p>'
        self.visit.message_post(body='Difficult mayor, too')
        self.sign_in(self.riverton_person)
        self.assertNotIn('Difficult mayor', self.url_open(self.page).text)

    def test_no_link_that_runs_code(self):
        self.visit.block_ids[0].write({'is_online': True, 'online_link': 'javascript:alert(1)'})
        self.sign_in(self.riverton_person)
        self.assertNotIn('href="javascript', self.url_open(self.page).text)

    def test_the_paper(self):
        self.sign_in(self.riverton_person)
        answer = self.url_open(f'{self.page}/programme.pdf')
        self.assertEqual(answer.status_code, 200)
        self.assertIn('2035-06-12', answer.headers['Content-Disposition'])
        self.assertEqual(answer.headers['Content-Type'], 'application/pdf')
