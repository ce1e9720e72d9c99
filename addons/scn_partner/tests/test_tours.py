"""What staff do in the browser: change the matrix, decide on sign-ups."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged('post_install', '-at_install')
class TestTours(HttpCase):
    """On a desktop: a tier with three benefits and one city, and two sign-ups: one matched, one of an unknown city."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, group in (
            ('tour_manager', 'scn_partner.group_scn_manager'),
            ('tour_officer', 'scn_partner.group_scn_officer'),
            ('tour_reader', 'scn_partner.group_scn_user'),
        ):
            new_test_user(cls.env, login, groups=group)
        cls.tier = cls.env['res.partner.grade'].create(
            {
                'name': 'Tour tier',
                'code': 'tour_tier',
                'rank': 1000,
                'is_paid': True,
            }
        )
        cls.access, cls.counted, cls.request = cls.env['scn.benefit'].create(
            [
                {'name': f'Tour benefit {kind}', 'code': f'tour_{kind}', 'kind': kind, 'sequence': 1000}
                for kind in ('access', 'counted', 'request')
            ]
        )
        cls.env['scn.grade.benefit'].create(
            [
                {'grade_id': cls.tier.id, 'benefit_id': cls.counted.id, 'quantity': 1, 'per': 'year'},
                {'grade_id': cls.tier.id, 'benefit_id': cls.request.id},
            ]
        )
        cls.belgium = cls.env.ref('base.be')
        cls.city = cls.env['res.partner'].create(
            {
                'name': 'Tourville',
                'is_city': True,
                'country_id': cls.belgium.id,
            }
        )
        # The newest come first in the inbox, whatever else the database holds; the browser has today's clock.
        cls.received_at = fields.Datetime.now() - timedelta(days=2)
        cls.matched, cls.unknown = cls.env['scn.signup'].create(
            [
                {
                    'contact_name': 'Tour Ana',
                    'email': 'tour.ana@tourville.example',
                    'city': 'Tourville',
                    'country_id': cls.belgium.id,
                    'position': 'Policy officer',
                    'unit': 'Digital economy',
                    'wants_task_force': True,
                    'received_at': cls.received_at,
                },
                {
                    'contact_name': 'Tour Jon',
                    'email': 'tour.jon@nova-tour.example',
                    'city': 'Nova Tour',
                    'country_id': cls.env.ref('base.es').id,
                    'position': 'Head of unit',
                    'wants_task_force': True,
                    'received_at': cls.received_at,
                },
            ]
        )

    def cell(self, benefit):
        """``(quantity, per)`` of the tour's tier for a benefit, None where the tier does not include it."""
        line = self.env['scn.grade.benefit'].search(
            [('grade_id', '=', self.tier.id), ('benefit_id', '=', benefit.id)],
        )
        return (line.quantity, line.per) if line else None

    def test_manager_changes_matrix(self):
        """An access is added, a number changed, a removal undone; the database agrees."""
        self.assertEqual(self.cell(self.access), None)
        self.start_tour('/odoo/tiers-and-benefits', 'scn_benefit_matrix_manager', login='tour_manager')
        self.assertEqual(self.cell(self.access), (1, False))
        self.assertEqual(self.cell(self.counted), (2, 'quarter'))
        self.assertEqual(self.cell(self.request), (1, False))

    def test_refused_change_leaves_cell(self):
        """What the server refuses is said, and the cell shows what still holds."""

        def refuse(lines, vals):
            raise UserError("Refused by the test")

        self.patch(self.env.registry['scn.grade.benefit'], 'write', refuse)
        with mute_logger('odoo.http'):  # the refusal is part of the tour
            self.start_tour('/odoo/tiers-and-benefits', 'scn_benefit_matrix_refused', login='tour_manager')
        self.assertEqual(self.cell(self.counted), (1, 'year'))

    def test_reader_sees_matrix_and_cities(self):
        """A reader cannot change a cell, and gets from a tier to its cities."""
        product = self.env['product.product'].create(
            {
                'name': 'Fee',
                'type': 'service',
                'service_tracking': 'partnership',
                'grade_id': self.tier.id,
            }
        )
        self.env['scn.partnership'].create(
            {
                'partner_id': self.city.id,
                'grade_id': self.tier.id,
                'product_id': product.id,
                'fee': 100.0,
                'date_start': '2019-01-01',
                'state': 'active',
            }
        )
        self.start_tour('/odoo/tiers-and-benefits', 'scn_benefit_matrix_reader', login='tour_reader')
        self.assertEqual(self.cell(self.access), None)
        self.assertEqual(self.cell(self.counted), (1, 'year'))

    def test_officer_accepts_signup(self):
        """The preview is shown, accepting makes the city a member and the sender its contact."""
        self.assertEqual(self.matched.state, 'matched')
        self.start_tour('/odoo', 'scn_signup_accept', login='tour_officer')
        self.assertEqual(self.matched.state, 'accepted')
        self.assertEqual(self.matched.decided_by_id.login, 'tour_officer')
        self.assertEqual(self.matched.city_partner_id, self.city)
        self.assertEqual(self.city.task_force_since, self.received_at.date())
        self.assertTrue(self.city.is_task_force)
        self.assertEqual(self.city.grade_id.code, 'task_force')
        self.assertEqual(self.matched.contact_partner_id.parent_id, self.city)
        self.assertEqual(self.matched.contact_partner_id.function, 'Policy officer')

    def test_officer_creates_unknown_city(self):
        """An unknown city is created only after the box is ticked."""
        self.assertEqual(self.unknown.state, 'review')
        with mute_logger('odoo.http'):  # the refusal is part of the tour
            self.start_tour('/odoo/signups', 'scn_signup_unknown_city', login='tour_officer')
        self.assertEqual(self.unknown.state, 'accepted')
        city = self.unknown.city_partner_id
        self.assertEqual((city.name, city.is_city), ('Nova Tour', True))
        self.assertEqual(self.env['res.partner'].search_count([('name', '=', 'Nova Tour')]), 1)

    def test_manager_uses_keyboard(self):
        """Arrow keys move in the matrix, one tab stop; nothing is changed by looking around."""
        self.start_tour('/odoo/tiers-and-benefits', 'scn_benefit_matrix_keyboard', login='tour_manager')
        self.assertEqual(self.cell(self.access), None)
        self.assertEqual(self.cell(self.counted), (1, 'year'))


@tagged('post_install', '-at_install')
class TestToursPhone(TestTours):
    """The same on a phone, by touch."""

    allow_inherited_tests_method = True
    browser_size = '390x844'
    touch_enabled = True
