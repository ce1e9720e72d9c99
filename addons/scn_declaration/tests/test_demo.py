from odoo.fields import Date
from odoo.tests import TransactionCase, tagged


@tagged('post_install', '-at_install')
class TestDemo(TransactionCase):
    """The demo holds what it promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.declaration = cls.env.ref('scn_declaration.demo_declaration')

    def count(self, day, *categories):
        return self.env['scn.declaration.status'].search_count(
            [
                ('declaration_id', '=', self.declaration.id),
                ('category', 'in', categories),
                ('valid_from', '<=', day),
                '|',
                ('valid_to', '=', False),
                ('valid_to', '>', day),
            ]
        )

    def test_the_register_of_the_demo(self):
        day = Date.to_date('2018-11-16')
        self.assertEqual(self.count(day, 'signed', 'provisional'), 32)
        self.assertEqual(self.count(day, 'validation'), 10)
        self.assertEqual(self.count(Date.to_date('2019-10-01'), 'withdrawn'), 1)
        version = self.declaration.current_version_id
        self.assertEqual(version._get_languages(), ['ca_ES', 'en_US', 'es_ES'])
        self.assertEqual(version.article_ids.mapped('number'), list(range(1, 11)))
        signatures = self.env['scn.declaration.signature'].search([('declaration_id', '=', self.declaration.id)])
        self.assertFalse(signatures._store_verification())
        self.assertEqual(self.env['scn.declaration.digest']._verify(), [])
        real = self.env['res.partner'].search([('is_city', '=', True), ('comment', 'not ilike', 'Invented')])
        self.assertFalse(signatures.partner_id & real, "a real city carries only what public sources say")
