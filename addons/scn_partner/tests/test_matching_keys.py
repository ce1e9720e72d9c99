import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.scn_partner import free_text, matching_keys, secret_code, sync_payload


@tagged('post_install', '-at_install')
class TestMatchingKeys(BaseCase):
    def test_examples_in_the_docstrings_hold(self):
        for module in (free_text, matching_keys, secret_code, sync_payload):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    def test_spellings_of_one_city_give_one_key(self):
        for spellings in (
            ('Malmö', 'Malmo', 'MALMÖ', 'Malmo\u0308'),
            ('City of Toronto', 'Toronto', 'toronto '),
            ('Washington, D.C.', 'Washington DC'),
            ('Ville de Genève', 'Geneve'),
            ('Ajuntament de Barcelona', 'barcelona'),
        ):
            self.assertEqual(len({matching_keys.city_name_key(name) for name in spellings}), 1, spellings)

    def test_different_things_keep_different_keys(self):
        self.assertNotEqual(matching_keys.city_name_key('York'), matching_keys.city_name_key('New York'))
        self.assertNotEqual(
            matching_keys.person_key('desk@city.example', 'Ana Ferrer'),
            matching_keys.person_key('desk@city.example', 'Jan Ferrer'),
        )

    def test_look_alike_letters_do_not_match(self):
        cyrillic = 'B\u0430rcelona'
        self.assertNotEqual(matching_keys.city_name_key(cyrillic), matching_keys.city_name_key('Barcelona'))
        self.assertTrue(matching_keys.has_mixed_scripts(cyrillic))

    def test_keys_are_idempotent(self):
        for name in ('Gemeente Den Haag', "Ville d'Évry", 'São Paulo', '東京', 'Αθήνα', ''):
            key = matching_keys.city_name_key(name)
            self.assertEqual(matching_keys.city_name_key(key), key)
