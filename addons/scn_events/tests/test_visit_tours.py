"""A visit of the five formats planned from end to end: the city in the portal, staff in the back end, both confirm."""

from odoo.tests import HttpCase, tagged

from .visit_common import VisitCase


@tagged('post_install', '-at_install')
class TestVisitTours(VisitCase, HttpCase):
    def test_a_visit_of_five_formats_is_planned_by_both_sides(self):
        for user in (self.riverton_person, self.eva):
            user.password = user.login
        self.browser_size, self.touch_enabled = '390x844', True
        self.start_tour('/my/city', 'scn_visit_city', login=self.riverton_person.login)
        kinds = set(self.visit.block_ids.format_id.mapped('name'))
        self.assertLessEqual(
            {'Presentation', 'Round table', 'Workshop', 'Side visit', 'One-on-one conversation'}, kinds
        )
        self.browser_size, self.touch_enabled = '1366x768', False
        self.start_tour(f'/odoo/scn.appointment/{self.visit.id}', 'scn_visit_staff', login=self.eva.login)
        self.browser_size, self.touch_enabled = '390x844', True
        self.start_tour('/my/city', 'scn_visit_city_confirms', login=self.riverton_person.login)
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.plan_state, 'agreed')
        plan = self.visit._get_latest_plan()
        self.assertEqual((plan.number, plan.side, plan.is_agreed), (2, 'foundation', True))
