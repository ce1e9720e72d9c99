"""Trips: distances, which visits go together, what they cost."""

import doctest

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from .. import distances
from ..distances import group_near, kilometres
from .visit_common import VisitCase

AMSTERDAM, GHENT, BARCELONA, WELLINGTON = (52.3676, 4.9041), (51.0543, 3.7174), (41.3874, 2.1686), (-41.2866, 174.7756)


@tagged('post_install', '-at_install')
class TestDistances(BaseCase):
    def test_examples_in_the_docstrings_hold(self):
        result = doctest.testmod(distances)
        self.assertGreater(result.attempted, 0)
        self.assertFalse(result.failed)

    def test_known_distances(self):
        """A quarter of the way around on the sphere, the poles, and one place with itself."""
        quarter = 10_007.557
        for first, second, expected in (
            ((0, 0), (0, 90), quarter),
            ((0, 0), (90, 0), quarter),
            ((90, 12), (-90, 77), 2 * quarter),
            ((0, 0), (0, 180), 2 * quarter),
            (GHENT, GHENT, 0),
        ):
            self.assertAlmostEqual(kilometres(first, second), expected, delta=0.01)
            self.assertAlmostEqual(kilometres(second, first), expected, delta=0.01)

    def test_the_most_urgent_begins_a_group(self):
        places = [('ghent', GHENT), ('barcelona', BARCELONA), ('amsterdam', AMSTERDAM), ('wellington', WELLINGTON)]
        self.assertEqual([[key for key, __ in group] for group in group_near(places, 200)], [['ghent', 'amsterdam']])
        self.assertEqual(group_near(places, 100), [])
        self.assertEqual(len(group_near(places, 30_000)[0]), 4)
        self.assertEqual(group_near([], 100), [])


@tagged('post_install', '-at_install')
class TestTrip(VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit.unlink()
        # what the demo holds is not looked at
        cls.company = cls.env['res.company'].create({'name': 'Foundation of the test'})
        cls.eva.write({'company_ids': [Command.link(cls.company.id)], 'company_id': cls.company.id})
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.cities = cls.env['res.partner'].create(
            [
                {'name': name, 'is_city': True, 'partner_latitude': latitude, 'partner_longitude': longitude}
                for name, (latitude, longitude) in (
                    ('Ghent-on-Test', GHENT),
                    ('Barcelona-on-Test', BARCELONA),
                    ('Amsterdam-on-Test', AMSTERDAM),
                    ('Nowhere', (0, 0)),
                )
            ]
        )

    def setUp(self):
        super().setUp()
        for city in self.cities:
            self.owe_visit(city)

    def owe_visit(self, city):
        today = fields.Date.today()
        deal = self.env['scn.partnership'].create(
            {
                'partner_id': city.id,
                'company_id': self.company.id,
                'grade_id': self.tier['premium'].id,
                'product_id': self.env['product.product']
                .create(
                    {
                        'name': 'Fee',
                        'type': 'service',
                        'service_tracking': 'partnership',
                        'grade_id': self.tier['premium'].id,
                    }
                )
                .id,
                'fee': 100.0,
                'date_start': today,
                'state': 'active',
            }
        )
        period = deal._add_period('initial', today, fields.Date.add(today, years=1, days=-1), 100.0)
        self.env['scn.entitlement']._rebase(period, deal.grade_id, today)

    def find(self, radius=500):
        wizard = (
            self.env['scn.trip.proposal'].with_user(self.eva).create({'radius': radius, 'company_id': self.company.id})
        )
        return wizard, [(line.event_id.name, line.city_ids.mapped('name')) for line in wizard.line_ids]

    def test_cities_that_are_due_near_each_other(self):
        wizard, found = self.find()
        self.assertEqual(found, [(False, ['Ghent-on-Test', 'Amsterdam-on-Test'])])
        self.assertEqual(wizard.line_ids.farthest, round(kilometres(GHENT, AMSTERDAM)))
        self.assertEqual(wizard.unplaced_ids.mapped('name'), ['Nowhere'])
        wizard.radius = 100
        self.assertFalse(wizard.line_ids)

    def test_what_is_planned_is_not_proposed(self):
        visit = self.new_visit(
            self.cities[0],
            company_id=self.company.id,
            start=fields.Datetime.add(fields.Datetime.now(), days=30),
            stop=fields.Datetime.add(fields.Datetime.now(), days=30, hours=8),
            host_user_ids=[Command.set(self.eva.ids)],
        )
        self.assertTrue(visit.entitlement_id)
        self.assertEqual(self.find()[1], [])

    def test_near_a_summit(self):
        host = self.env['res.partner'].create(
            {'name': 'Host', 'is_city': True, 'partner_latitude': 41.5, 'partner_longitude': 2.0}
        )
        self.new_event(
            'summit_live',
            name='Summit',
            scn_kind='summit',
            scn_host_city_ids=[Command.set(host.ids)],
            company_id=self.company.id,
        )
        self.assertEqual(self.find()[1][0], ('Summit', ['Barcelona-on-Test']))

    def test_a_proposal_becomes_a_trip_with_its_costs(self):
        wizard, __ = self.find()
        trip = self.env['scn.trip'].browse(wizard.line_ids.action_plan()['res_id'])
        self.assertEqual(trip.stop_ids.city_id.mapped('name'), ['Ghent-on-Test', 'Amsterdam-on-Test'])
        self.assertEqual(trip.stop_ids.mapped('distance'), [0, round(kilometres(GHENT, AMSTERDAM))])
        trip.cost_ids = [
            Command.create({'name': 'Train', 'amount': 100.005}),
            Command.create({'name': 'Hotel', 'amount': 0.1}),
        ]
        self.assertEqual((trip.visit_count, trip.total, trip.cost_per_visit), (2, 100.11, 50.06))

    def test_totals_in_the_precision_of_every_currency(self):
        for name, digits, expected in (('JPY', 0, 4.0), ('EUR', 2, 3.33), ('TND', 3, 3.333)):
            currency = self.env['res.currency'].with_context(active_test=False).search([('name', '=', name)])
            currency.write({'active': True, 'rounding': 10**-digits})
            trip = self.env['scn.trip'].create(
                {
                    'name': name,
                    'company_id': self.company.id,
                    'currency_id': currency.id,
                    'stop_ids': [Command.create({'city_id': city.id}) for city in self.cities[:3]],
                    'cost_ids': [
                        Command.create({'name': 'a', 'amount': 7}),
                        Command.create({'name': 'b', 'amount': 4 if not digits else 3}),
                    ],
                }
            )
            self.assertEqual(trip.total, sum(trip.cost_ids.mapped('amount')))
            self.assertEqual(trip.cost_per_visit, expected)

    def test_a_stop_has_a_visit_of_its_city(self):
        trip = self.env['scn.trip'].create({'name': 'Trip', 'company_id': self.company.id})
        visit = self.new_visit(self.riverton)
        with self.assertRaisesRegex(ValidationError, 'Choose a visit day'):
            trip.stop_ids = [Command.create({'city_id': self.cities[0].id, 'appointment_id': visit.id})]

    def test_more_cities_take_no_more_queries(self):
        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            wizard = self.env['scn.trip.proposal'].new({'radius': 500, 'company_id': self.company.id})
            before = self.cr.sql_log_count
            wizard._prepare_lines(wizard._get_due_cities())
            return self.cr.sql_log_count - before

        read()
        few = read()
        for number in range(10):
            self.owe_visit(
                self.env['res.partner'].create(
                    {
                        'name': f'City {number}',
                        'is_city': True,
                        'partner_latitude': 50 + number / 10,
                        'partner_longitude': 4,
                    }
                )
            )
        self.assertLessEqual(read(), few + 1)
