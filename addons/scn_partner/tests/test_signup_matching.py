from odoo.tests import tagged

from .common import SharingCitiesCase, record


@tagged('post_install', '-at_install')
class TestSignupMatching(SharingCitiesCase):
    def alias(self, name, kind='name', city=None):
        return self.env['scn.city.alias'].create(
            {
                'organisation_id': (city or self.riverton).id,
                'name': name,
                'kind': kind,
            }
        )

    def assertMatch(self, signup, city, state, reasons=''):
        self.assertEqual(signup.organisation_id, city)
        self.assertEqual(signup.state, state)
        self.assertEqual(signup.match_reasons or '', reasons)

    def test_a_city_is_found_by_name_alias_and_domain(self):
        self.alias('Riverdorp')
        self.alias('river.example', kind='domain')
        self.assertMatch(self.receive('name', city='City of RIVERTON'), self.riverton, 'matched')
        self.assertMatch(self.receive('alias', city='riverdorp'), self.riverton, 'matched')
        self.assertMatch(
            self.receive('domain', city=None, email='x@mail.river.example'),
            self.riverton,
            'review',
            'city_by_domain_only',
        )

    def test_without_a_country_a_single_name_is_enough(self):
        self.assertMatch(self.receive(country=None), self.riverton, 'matched')

    def test_an_unknown_city_waits_in_review_and_is_not_created(self):
        before = self.env['res.partner'].search_count([])
        signup = self.receive(city='Rivertown')
        self.assertMatch(signup, self.env['res.partner'], 'review', 'city_unknown')
        self.assertEqual(self.env['res.partner'].search_count([]), before)
        self.assertEqual(signup.suggested_city_ids, self.riverton)
        self.assertIn("No city of the network has this name", signup.review_text)

    def test_no_city_at_all(self):
        self.assertMatch(self.receive(city=None), self.env['res.partner'], 'review', 'city_missing')

    def test_the_same_name_in_two_countries_is_ambiguous(self):
        twin = self.env['res.partner'].create(
            {
                'name': 'Riverton',
                'is_city': True,
                'country_id': self.env.ref('base.us').id,
            }
        )
        self.assertMatch(self.receive('none', country=None), self.env['res.partner'], 'review', 'city_ambiguous')
        self.assertMatch(self.receive('us', country='US'), twin, 'matched')
        self.assertMatch(
            self.receive('fr', country='FR'),
            self.env['res.partner'],
            'review',
            'city_other_country',
        )

    def test_name_and_domain_of_two_cities_go_to_review(self):
        self.alias('riverton.example', kind='domain', city=self.lakeside)
        self.assertMatch(self.receive(), self.env['res.partner'], 'review', 'city_and_domain_disagree')

    def test_a_free_mail_domain_matches_no_city(self):
        self.assertMatch(self.receive(email='ana@gmail.com'), self.riverton, 'matched')

    def test_a_known_person_is_found_by_address_and_name(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Example, Ana',
                'email': 'ANA.example@riverton.example',
                'parent_id': self.riverton.id,
            }
        )
        self.assertEqual(self.receive('same').contact_id, ana)
        self.assertFalse(self.receive('other', name='Jan Example').contact_id, "two people, one mailbox")

    def test_a_person_with_a_role_elsewhere_is_reviewed(self):
        ana = self.env['res.partner'].create(
            {
                'name': 'Ana Example',
                'email': 'ana.example@riverton.example',
                'parent_id': self.lakeside.id,
            }
        )
        self.assertFalse(self.receive('no-role').moved_from_id)
        self.env['scn.contact.role'].create(
            {
                'organisation_id': self.lakeside.id,
                'contact_id': ana.id,
                'role': 'staff_lead',
                'date_start': '2018-01-01',
            }
        )
        signup = self.receive('role')
        self.assertMatch(signup, self.riverton, 'review', 'known_at_other_city')
        self.assertEqual(signup.moved_from_id, ana)

    def test_doubts_of_the_sender_and_hidden_characters_go_to_review(self):
        self.assertEqual(self.receive('doubt', review_reasons=['several_people']).state, 'review')
        signup = self.receive('cyrillic', email='\u0430na@riverton.example')
        self.assertEqual(signup.state, 'review')
        self.assertIn('mixed_scripts', signup.review_reasons)
        self.assertIn('hidden_characters', self.receive('hidden', name='Ana\u200b Example').review_reasons)

    def test_a_city_that_staff_chose_is_kept(self):
        signup = self.receive(city='Somewhere')
        mine = signup.with_user(self.officer)
        mine.organisation_id = self.lakeside
        self.assertEqual(signup.state, 'matched')
        mine.contact_name = 'Ana B. Example'
        self.assertEqual(signup.organisation_id, self.lakeside)
        self.send(record(city='Elsewhere', name='New Name'), batch='again')
        self.assertEqual((signup.organisation_id, signup.contact_name), (self.lakeside, 'New Name'))

    def test_a_better_name_matches_again(self):
        signup = self.receive(city='Somewhere')
        signup.with_user(self.officer).city = 'Lakeside'
        self.assertMatch(signup, self.lakeside, 'matched')

    def test_matching_takes_the_same_number_of_queries_for_one_and_for_many(self):
        for number in range(40):
            self.receive(f'warm-{number}', name=f'Ana {number}', email=f'ana{number}@riverton.example')
        signups = self.env['scn.signup'].search([('source_id.code', '=', 'test')])

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            records.mapped('state')
            start = self.env.cr.sql_log_count
            records._find_matches()
            return self.env.cr.sql_log_count - start

        self.assertLessEqual(queries(signups), queries(signups[:1]) + 1)
