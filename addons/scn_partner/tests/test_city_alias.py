from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestCityAlias(SharingCitiesCase):
    def alias(self, name, kind='name', city=None):
        return self.env['scn.city.alias'].create(
            {
                'organisation_id': (city or self.riverton).id,
                'name': name,
                'kind': kind,
            }
        )

    def test_an_alias_stands_for_one_city(self):
        self.alias('Riverdorp')
        with self.assertRaisesRegex(ValidationError, "already stands for Riverton"):
            self.alias('RIVERDORP', city=self.lakeside)

    def test_the_name_of_a_city_is_no_alias_of_another(self):
        with self.assertRaisesRegex(ValidationError, "already stands for Lakeside"):
            self.alias('City of Lakeside')

    def test_a_removed_alias_is_free_again(self):
        self.alias('Riverdorp').unlink()
        self.assertTrue(self.alias('Riverdorp', city=self.lakeside))

    def test_a_moved_alias_takes_its_key_along(self):
        alias = self.alias('riverton.example', kind='domain')
        alias.organisation_id = self.lakeside
        key = self.env['scn.contact.key'].search([('kind', '=', 'email_domain'), ('key', '=', 'riverton.example')])
        self.assertEqual(key.partner_id, self.lakeside)

    def test_domains_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "mail provider"):
            self.alias('Gmail.com', kind='domain')
        with self.assertRaisesRegex(ValidationError, "not a mail domain"):
            self.alias('riverton', kind='domain')
        with self.assertRaisesRegex(ValidationError, "at least one letter"):
            self.alias('...')

    def test_aliases_are_for_cities(self):
        shop = self.env['res.partner'].create({'name': 'Corner shop', 'is_company': True})
        with self.assertRaisesRegex(ValidationError, "for cities only"):
            self.alias('Shop', city=shop)

    def test_names_are_per_country(self):
        """Valencia in Spain and Valencia in Venezuela are two cities."""
        spain = self.env['res.partner'].create(
            {
                'name': 'Valentina',
                'is_city': True,
                'country_id': self.env.ref('base.es').id,
            }
        )
        self.env['res.partner'].create(
            {
                'name': 'Valentina',
                'is_city': True,
                'country_id': self.env.ref('base.ve').id,
            }
        )
        self.assertFalse(self.env['scn.contact.duplicate'].search([('key_id.partner_id', '=', spain.id)]))
