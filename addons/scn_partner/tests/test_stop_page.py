from odoo.tests import HttpCase, tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestStopPage(HttpCase, SharingCitiesCase):
    URL = '/sharing-cities/stop'

    def setUp(self):
        super().setUp()
        self.stopping = self.receive()
        self.stopping.with_user(self.officer)._accept()
        self.env.flush_all()
        self.token = self.stopping._get_stop_url().rpartition('#')[2]

    def post(self, token):
        page = self.url_open(self.URL)
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(self.URL, data={'token': token, 'csrf_token': csrf})

    def test_a_get_never_acts(self):
        self.assertEqual(self.url_open(f'{self.URL}?token={self.token}').status_code, 200)
        self.assertFalse(self.stopping.contact_partner_id.news_stopped_on)

    def test_the_button_stops_the_mails_and_a_second_click_changes_nothing(self):
        self.assertIn('Done', self.post(self.token).text)
        first = self.stopping.contact_partner_id.news_stopped_on
        self.assertTrue(first)
        self.assertEqual(self.post(self.token).status_code, 200)
        self.assertEqual(self.stopping.contact_partner_id.news_stopped_on, first)

    def test_the_whole_link_may_be_pasted(self):
        self.post(self.stopping._get_stop_url())
        self.assertTrue(self.stopping.contact_partner_id.news_stopped_on)

    def test_made_up_links_get_a_friendly_page(self):
        for token in ('', 'x', '%%%', 'AAAA', 'ü', self.token[:-4], self.token[::-1], self.token + 'AAAA'):
            answer = self.post(token)
            self.assertEqual(answer.status_code, 200, token)
            self.assertIn('do not know this link', answer.text, token)
        self.assertFalse(self.stopping.contact_partner_id.news_stopped_on)

    def test_the_wish_outlives_a_deleted_contact(self):
        self.post(self.token)
        self.stopping.contact_partner_id.unlink()
        again = self.receive('again')
        self.assertEqual(again.state, 'review')
        self.assertIn('stopped_address', again.match_reasons)

    def test_an_undecided_signup_is_withdrawn(self):
        waiting = self.receive('waiting', city='Nowhere')
        self.env.flush_all()
        self.post(waiting._get_stop_url())
        self.assertEqual(waiting.state, 'withdrawn')

    def test_the_field_for_the_link_has_a_visible_label(self):
        form = self.url_open(self.URL).text.split('action="/sharing-cities/stop"')[1].split('</form>')[0]
        self.assertIn('<label for="scn_stop_token_typed"', form)
        self.assertNotIn('<noscript', form)

    def test_the_browser_takes_the_link_over_and_shows_the_button_only(self):
        self.browser_js(
            f'{self.URL}#{self.token}',
            """
                const field = document.getElementById("scn_stop_token_typed");
                const isHidden = field.type === "hidden" && !document.querySelector("label[for=scn_stop_token_typed]");
                if (isHidden && field.value && !window.location.hash) {
                    console.log("test successful");
                } else {
                    console.error("The page does not take the link over.");
                }
            """,
            ready="document.readyState === 'complete'",
        )

    def test_the_same_person_at_another_city_is_stopped_too(self):
        twin = self.stopping.contact_partner_id.copy({'name': 'Ana Example', 'parent_id': self.lakeside.id})
        colleague = self.stopping.contact_partner_id.copy({'name': 'Bo Example'})
        self.env.flush_all()
        self.post(self.token)
        self.assertTrue(twin.news_stopped_on)
        self.assertFalse(colleague.news_stopped_on)

    def test_one_click_of_the_mail_program_stops_without_a_page(self):
        """RFC 8058: the header's address takes a POST without cookies; a GET shows the page only."""
        address = f'{self.URL}/{self.token}'
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(f'value="{self.token}"', answer.text)
        self.assertFalse(self.stopping.contact_partner_id.news_stopped_on)
        self.opener.cookies.clear()
        answer = self.url_open(address, data={'List-Unsubscribe': 'One-Click'})
        self.assertEqual((answer.status_code, answer.text), (200, ''))
        first = self.stopping.contact_partner_id.news_stopped_on
        self.assertTrue(first)
        self.url_open(address, data={'List-Unsubscribe': 'One-Click'})
        self.assertEqual(self.stopping.contact_partner_id.news_stopped_on, first)

    def test_a_made_up_address_stops_nobody(self):
        for token in ('x', 'AAAA', self.token[:-4]):
            answer = self.url_open(f'{self.URL}/{token}', data={'List-Unsubscribe': 'One-Click'})
            self.assertEqual(answer.status_code, 404, token)
        self.assertFalse(self.stopping.contact_partner_id.news_stopped_on)

    def test_a_persons_own_link_stops_the_address_wherever_it_stands(self):
        person, twin = self.env['res.partner'].create(
            [{'name': name, 'email': 'ana@riverton.example', 'parent_id': self.riverton.id} for name in ('Ana', 'Anna')]
        )
        self.post(person._get_stop_url())
        self.assertTrue(person.news_stopped_on and twin.news_stopped_on)

    def test_the_mail_carries_the_header_and_the_link(self):
        self.stopping.source_id.acknowledge = True
        self.stopping._queue_acknowledgement('Subject', 'Body')
        mail = self.env['mail.mail'].search([('email_to', '=', self.stopping.email)], order='id desc', limit=1)
        self.assertIn("'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click'", mail.headers)
        self.assertIn(f'{self.URL}/', mail.headers)
