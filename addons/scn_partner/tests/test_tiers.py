from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.scn_partner import hooks

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestTiers(SharingCitiesCase):
    def test_the_matrix_is_the_one_of_the_foundation(self):
        """Source: the benefit table in the foundation's texts."""
        cells = {
            (line.grade_id.code, line.benefit_id.code): (line.quantity, line.per)
            for line in self.env['scn.grade.benefit'].search([('grade_id', 'in', [t.id for t in self.tier.values()])])
        }
        content = {'news', 'alex', 'recordings', 'magazine', 'one_on_one'}
        interaction = {'summit_live', 'seminar_live', 'host', 'suggest_topics', 'showcase'}
        expected = {
            'task_force': {'news'},
            'associate': content,
            'partner': content | interaction,
            'premium': content | interaction | {'visit'},
        }
        for tier, benefits in expected.items():
            self.assertEqual({benefit for code, benefit in cells if code == tier}, benefits, tier)
        self.assertEqual(cells['associate', 'one_on_one'], (1, 'year'))
        self.assertEqual(cells['partner', 'one_on_one'], (1, 'quarter'))
        self.assertEqual(cells['premium', 'visit'], (1, 'term'))

    def test_matrix_lists_tiers_by_rank_and_knows_who_may_edit(self):
        for user, editable in ((self.reader, False), (self.officer, False), (self.manager, True)):
            matrix = self.env['scn.benefit'].with_user(user).get_matrix()
            self.assertEqual(matrix['editable'], editable, user.login)
        ranks = [self.env['res.partner.grade'].browse(tier['id']).rank for tier in matrix['tiers']]
        self.assertEqual(ranks, sorted(ranks))

    def test_matrix_takes_a_constant_number_of_queries(self):
        self.env['scn.benefit'].get_matrix()
        self.env.invalidate_all()
        with self.assertQueryCount(10):
            self.env['scn.benefit'].get_matrix()
        extra = self.env['scn.benefit'].create(
            [{'name': f'Extra {number}', 'code': f'extra_{number}'} for number in range(30)]
        )
        self.env['scn.grade.benefit'].create(
            [{'grade_id': self.tier['partner'].id, 'benefit_id': benefit.id} for benefit in extra]
        )
        self.env.invalidate_all()
        with self.assertQueryCount(10):
            self.env['scn.benefit'].get_matrix()

    def test_counted_needs_a_period_and_others_have_none(self):
        seminar = self.env.ref('scn_partner.benefit_seminar_live')
        visit = self.env.ref('scn_partner.benefit_visit')
        Line = self.env['scn.grade.benefit']
        with self.assertRaisesRegex(ValidationError, "counted"):
            Line.create({'grade_id': self.tier['partner'].id, 'benefit_id': visit.id})
        with self.assertRaisesRegex(ValidationError, "not counted"):
            Line.create({'grade_id': self.tier['associate'].id, 'benefit_id': seminar.id, 'quantity': 2})

    def test_a_benefit_in_use_keeps_its_kind(self):
        for code, kind in (('visit', 'access'), ('alex', 'counted')):
            with self.assertRaisesRegex(ValidationError, "take it out of all tiers first"):
                self.env.ref(f'scn_partner.benefit_{code}').kind = kind

    def test_one_line_per_tier_and_benefit(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['scn.grade.benefit'].create(
                {
                    'grade_id': self.tier['partner'].id,
                    'benefit_id': self.env.ref('scn_partner.benefit_alex').id,
                }
            )

    def test_a_held_tier_cannot_be_deleted(self):
        self.give_tier(self.riverton, 'associate')
        with self.assertRaisesRegex(UserError, "held by at least one city"):
            self.tier['associate'].unlink()

    def test_task_force_membership_is_projected(self):
        self.riverton.task_force_since = '2019-01-01'
        self.assertEqual(self.riverton.grade_id, self.tier['task_force'])
        self.riverton.task_force_until = '2019-06-01'
        self.assertFalse(self.riverton.grade_id)

    def test_a_paid_tier_stays_when_the_task_force_changes(self):
        self.give_tier(self.riverton, 'premium')
        self.riverton.task_force_since = '2019-01-01'
        self.riverton.task_force_until = '2019-06-01'
        self.assertEqual(self.riverton.grade_id, self.tier['premium'])

    def test_a_new_city_in_the_task_force_gets_its_tier_at_once(self):
        city = self.env['res.partner'].create(
            {
                'name': 'Hillford',
                'is_city': True,
                'task_force_since': '2019-01-01',
            }
        )
        self.assertEqual(city.grade_id, self.tier['task_force'])

    def test_the_free_tier_is_not_set_by_hand(self):
        with self.assertRaisesRegex(ValidationError, "not set by hand"):
            self.riverton.grade_id = self.tier['task_force']

    def test_nobody_sets_or_takes_a_paid_tier_by_hand(self):
        for user in (self.officer, self.manager):
            with self.assertRaisesRegex(ValidationError, "not set by hand"):
                self.riverton.with_user(user).grade_id = self.tier['premium']
            with self.assertRaisesRegex(ValidationError, "not set by hand"):
                self.env['res.partner'].with_user(user).create(
                    {
                        'name': 'Hillford',
                        'is_city': True,
                        'grade_id': self.tier['premium'].id,
                    }
                )
        self.give_tier(self.riverton, 'premium')
        self.riverton.with_user(self.manager).grade_id = False
        self.assertEqual(self.riverton.grade_id, self.tier['premium'], "the projection puts it back")

    def test_a_context_key_opens_nothing(self):
        city = self.riverton.with_user(self.officer).with_context(
            su=True,
            install_mode=True,
            module='scn_partner',
            tracking_disable=True,
            scn_force=True,
        )
        with self.assertRaises(ValidationError):
            city.grade_id = self.tier['premium']

    def test_who_edits_contacts_does_not_decide_on_the_network(self):
        seller = new_test_user(self.env, 'scn_seller', groups='base.group_user,base.group_partner_manager')
        for values in ({'is_city': False}, {'task_force_since': '2019-01-01'}, {'news_stopped_on': False}):
            with self.assertRaisesRegex(AccessError, "Only officers"):
                self.riverton.with_user(seller).write(values)
        with self.assertRaisesRegex(AccessError, "Only officers"):
            self.env['res.partner'].with_user(seller).create({'name': 'Hillford', 'is_city': True})
        self.env['res.partner'].with_user(seller).create({'name': 'Corner shop', 'is_company': True, 'is_city': False})
        self.riverton.with_user(seller).phone = '+441632960100'

    def test_only_cities_hold_a_tier(self):
        shop = self.env['res.partner'].create({'name': 'Corner shop', 'is_company': True})
        with self.assertRaisesRegex(ValidationError, "not a city"):
            shop.grade_id = self.tier['partner']

    def test_a_level_of_the_owner_is_left_alone(self):
        """A database that had its own levels keeps them, also on a city."""
        own = self.env['res.partner.grade'].create({'name': 'Friend'})
        self.riverton.grade_id = own
        self.riverton.task_force_source = 'letter'
        self.assertEqual(self.riverton.grade_id, own)
        self.env['res.partner']._cron_project_grades()
        self.assertEqual(self.riverton.grade_id, own)

    def test_a_city_is_an_organisation_of_its_own(self):
        with self.assertRaisesRegex(ValidationError, "company of its own"):
            self.env['res.partner'].create({'name': 'Department', 'is_city': True, 'parent_id': self.riverton.id})

    def test_default_grades_are_archived_only_when_unused_and_come_back(self):
        gold = self.env.ref('partnership.res_partner_grade_data_gold')
        hooks.uninstall_hook(self.env)
        self.assertTrue(gold.active)
        shop = self.env['res.partner'].create({'name': 'Corner shop', 'is_company': True, 'grade_id': gold.id})
        hooks.post_init_hook(self.env)
        self.assertTrue(gold.active, "a level in use stays")
        shop.grade_id = False
        hooks.post_init_hook(self.env)
        self.assertFalse(gold.active)
        hooks.uninstall_hook(self.env)
        self.assertTrue(gold.active)
