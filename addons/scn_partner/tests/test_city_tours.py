"""A city's people in the browser: from the first mail to the portal, replacing a colleague, finding an invoice."""

import re
from html import unescape

from odoo import fields
from odoo.tests import HttpCase, tagged

from .partnership_common import PartnershipCase
from .people_common import CityPeople


class CityTourCase(CityPeople, HttpCase, PartnershipCase):
    """One language and one size of screen per class."""

    lang = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = ''
        if cls.lang:
            cls.env['res.lang']._activate_lang(cls.lang)
            cls.prefix = f"/{cls.env['res.lang']._get_data(code=cls.lang).url_code}"
            if 'website' in cls.env:
                language = cls.env['res.lang'].search([('code', '=', cls.lang)])
                cls.env['website'].search([]).language_ids = [fields.Command.link(language.id)]

    def setUp(self):
        super().setUp()
        self.hillford = self.new_city('Tour Hillford', 'tour-hillford.example')
        self.hillford.lang = self.lang

    def signed_in(self, login, role, name):
        """A person of the city; the password is that of ``start_tour``: the log-in."""
        person = self.new_person(self.hillford, role, login)
        person.write({'name': name, 'lang': self.lang or 'en_US'})
        person.user_ids.password = login
        return person

    def check_first_sign_in(self):
        """Staff accept who wrote to us and let them in; the link of the mail leads to the page of the city."""
        ida = self.env['res.partner'].create(
            {
                'name': 'Tour Ida',
                'email': 'ida@tour-hillford.example',
                'parent_id': self.hillford.id,
                'lang': self.lang or 'en_US',
            }
        )
        role = self.env['scn.contact.role'].create(
            {'organisation_id': self.hillford.id, 'contact_id': ida.id, 'role': 'staff_lead'}
        )
        role.with_user(self.officer).action_open_portal()
        mail = self.env['mail.mail'].search([('recipient_ids', 'in', ida.ids)], order='id desc', limit=1)
        link = unescape(re.search(r'href="([^"]*/web/signup\?[^"]*)"', mail.body_html)[1])
        self.start_tour(self.prefix + link[link.index('/web/signup') :], 'scn_city_first_sign_in')
        self.assertTrue(ida.user_ids.login_date)

    def check_replacing(self):
        self.signed_in('tour_coordinator', 'coordinator', 'Tour Coordinator')
        press = self.signed_in('tour_press', 'communication', 'Tour Press')
        self.signed_in('tour_lead', 'staff_lead', 'Tour Lead')
        self.start_tour(f'{self.prefix}/my/city', 'scn_city_replaces_colleague', login='tour_coordinator')
        self.assertFalse(press.user_ids)
        follows = self.env['res.partner'].search([('email', '=', 'next@tour-hillford.example')])
        self.assertEqual((follows.parent_id, follows.held_role_ids.role), (self.hillford, 'communication'))

    def check_finding_an_invoice(self):
        self.signed_in('tour_payer', 'finance', 'Tour Payer')
        partnership = self.partnership('partner', fields.Date.today(), city=self.hillford)
        partnership.period_ids.with_user(self.finance).action_invoice()
        self.start_tour(f'{self.prefix}/my', 'scn_city_finds_invoice', login='tour_payer')


@tagged('post_install', '-at_install')
class TestCityTours(CityTourCase):
    """At a desk, in English."""

    def test_from_the_first_mail_to_the_portal(self):
        self.check_first_sign_in()

    def test_a_coordinator_replaces_a_colleague(self):
        self.check_replacing()

    def test_finance_finds_an_invoice(self):
        self.check_finding_an_invoice()


@tagged('post_install', '-at_install')
class TestCityToursPhone(CityTourCase):
    """On a phone, by touch, in Dutch."""

    lang = 'nl_NL'
    browser_size = '390x844'
    touch_enabled = True

    def test_from_the_first_mail_to_the_portal(self):
        self.check_first_sign_in()

    def test_a_coordinator_replaces_a_colleague(self):
        self.check_replacing()

    def test_finance_finds_an_invoice(self):
        self.check_finding_an_invoice()
