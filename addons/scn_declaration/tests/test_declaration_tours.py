"""A city and a visitor in the real browser, at a desk and on a phone."""

from odoo.tests import tagged

from .public_common import ACT_URL, PublicCase


@tagged('post_install', '-at_install')
class TestDeclarationTours(PublicCase):
    def start_link(self, signature, tour):
        __, code = self.issue(signature)
        self.start_tour(f'{ACT_URL}#{code}', tour)
        signature.invalidate_recordset()

    def test_a_city_joins_provisionally_then_confirms(self):
        signature = self.bring_to('validation').sudo()
        self.start_link(signature, 'scn_declaration_city_joins')
        self.assertEqual(
            (signature.category, signature.ratification_body, signature.publish_name),
            ('provisional', 'City council', False),
        )
        self.assertEqual(signature.evidence_ids.lang, 'es_ES')
        self.start_link(signature, 'scn_declaration_city_confirms')
        self.assertEqual((signature.category, signature.publish_name), ('signed', True))

    def test_a_visitor_reads_the_register_as_of_a_day(self):
        self.riverton.write({'partner_latitude': 51.5, 'partner_longitude': -0.1})
        self.bring_to('signed')
        self.env.flush_all()
        self.start_tour('/declaration', 'scn_declaration_register')


@tagged('post_install', '-at_install')
class TestDeclarationToursPhone(TestDeclarationTours):
    """The same on a phone, by touch."""

    allow_inherited_tests_method = True
    browser_size = '390x844'
    touch_enabled = True
