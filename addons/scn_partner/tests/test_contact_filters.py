"""What the contacts' filters and groupings find, read from the search view itself."""

from datetime import date

from lxml import etree

from odoo.tests import Form, freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
@freeze_time('2019-05-10 12:00:00')
class TestContactFilters(SharingCitiesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hillford = cls.env['res.partner'].create(
            {'name': 'Hillford', 'is_city': True, 'task_force_since': '2018-03-01'}
        )
        cls.person = cls.env['res.partner'].create(
            {'name': 'Ana Example', 'parent_id': cls.riverton.id, 'news_stopped_on': '2019-01-02 09:00:00'}
        )
        cls.shop = cls.env['res.partner'].create({'name': 'Corner shop', 'is_company': True})
        cls.known = cls.riverton | cls.lakeside | cls.hillford | cls.person | cls.shop

    def filters(self, user):
        arch = (
            self.env['res.partner']
            .with_user(user)
            .get_view(self.env.ref('base.view_res_partner_filter').id, 'search')['arch']
        )
        return {node.get('name'): node for node in etree.fromstring(arch).iter('filter') if node.get('name')}

    def found(self, name, user=None):
        user = user or self.officer
        domain = safe_eval(self.filters(user)[name].get('domain'))
        return self.env['res.partner'].with_user(user).search([*domain, ('id', 'in', self.known.ids)])

    def test_each_filter_finds_what_it_says(self):
        self.give_tier(self.riverton, 'partner')
        role = self.env['scn.contact.role'].create(
            {
                'organisation_id': self.riverton.id,
                'contact_id': self.person.id,
                'role': 'staff_lead',
                'date_start': '2019-01-01',
            }
        )
        cities = self.riverton | self.lakeside | self.hillford
        expected = {
            'scn_city': cities,
            'scn_task_force': self.hillford,
            'scn_paid': self.riverton,
            'scn_no_tier': self.lakeside,
            'scn_no_lead': self.lakeside | self.hillford,
            'scn_stopped': self.person,
        }
        for name, records in expected.items():
            self.assertEqual(self.found(name), records, name)
        role.date_end = '2019-05-09'
        self.assertEqual(self.found('scn_no_lead'), cities, "an ended mandate is no lead")

    def test_every_filter_of_ours_is_looked_at(self):
        names = {name for name in self.filters(self.officer) if name.startswith('scn_')}
        self.assertEqual(
            names,
            {
                'scn_city',
                'scn_task_force',
                'scn_paid',
                'scn_no_tier',
                'scn_no_lead',
                'scn_stopped',
                'scn_group_organisation',
                'scn_group_task_force',
            },
        )

    def test_who_may_not_read_roles_is_not_offered_the_filter_on_them(self):
        self.assertNotIn('scn_no_lead', self.filters(self.employee))
        self.assertEqual(self.found('scn_city', self.employee), self.riverton | self.lakeside | self.hillford)

    def test_people_stand_under_their_city(self):
        by = safe_eval(self.filters(self.officer)['scn_group_organisation'].get('context'))['group_by']
        groups = dict(
            self.env['res.partner']
            .with_user(self.officer)
            ._read_group([('id', 'in', self.known.ids)], [by], ['__count'])
        )
        self.assertEqual((groups[self.riverton], groups[self.lakeside], groups[self.shop]), (2, 1, 1))

    def test_years_of_the_task_force(self):
        self.lakeside.task_force_since = '2019-02-01'
        by = safe_eval(self.filters(self.officer)['scn_group_task_force'].get('context'))['group_by']
        groups = (
            self.env['res.partner']
            .with_user(self.officer)
            ._read_group([('id', 'in', self.known.ids), ('task_force_since', '!=', False)], [by], ['__count'])
        )
        self.assertEqual([(day.year, count) for day, count in groups], [(2018, 1), (2019, 1)])

    def test_a_city_is_found_by_an_alias(self):
        self.env['scn.city.alias'].create({'organisation_id': self.riverton.id, 'kind': 'name', 'name': 'Rivertown'})
        arch = (
            self.env['res.partner']
            .with_user(self.officer)
            .get_view(self.env.ref('base.view_res_partner_filter').id, 'search')['arch']
        )
        field = next(node for node in etree.fromstring(arch).iter('field') if node.get('name') == 'city_alias_ids')
        domain = safe_eval(field.get('filter_domain'), {'self': 'rivertow'})
        self.assertEqual(self.env['res.partner'].with_user(self.officer).search(domain), self.riverton)


@tagged('post_install', '-at_install')
class TestTierForm(SharingCitiesCase):
    """Benefit lines edited on the tier's own form, as a manager does."""

    def form(self, code='associate'):
        return Form(self.tier[code].with_user(self.manager), view='partnership.view_partner_grade_form')

    def lines(self, code='associate'):
        return {line.benefit_id.code: (line.quantity, line.per) for line in self.tier[code].benefit_line_ids}

    def test_a_line_is_added_changed_and_taken_away(self):
        visit, seminar = self.env.ref('scn_partner.benefit_visit'), self.env.ref('scn_partner.benefit_seminar_live')
        with self.form() as form:
            with form.benefit_line_ids.new() as line:
                line.benefit_id = visit
                line.quantity = 2
                line.per = 'term'
            with form.benefit_line_ids.new() as line:
                line.benefit_id = seminar
        self.assertEqual((self.lines()['visit'], self.lines()['seminar_live']), ((2, 'term'), (1, False)))

        places = [line.benefit_id for line in self.tier['associate'].benefit_line_ids]
        with self.form() as form:
            with form.benefit_line_ids.edit(places.index(visit)) as line:
                line.quantity = 3
            form.benefit_line_ids.remove(places.index(seminar))
        self.assertEqual(self.lines()['visit'], (3, 'term'))
        self.assertNotIn('seminar_live', self.lines())

    def test_the_form_asks_for_what_a_counted_benefit_needs(self):
        with (
            self.assertRaisesRegex(AssertionError, "'per' is a required field"),
            self.form() as form,
            form.benefit_line_ids.new() as line,
        ):
            line.benefit_id = self.env.ref('scn_partner.benefit_visit')

    def test_what_is_not_counted_takes_no_number(self):
        with self.form() as form, form.benefit_line_ids.new() as line:
            line.benefit_id = self.env.ref('scn_partner.benefit_seminar_live')
            with self.assertRaisesRegex(AssertionError, "quantity"):
                line.quantity = 5
        self.assertEqual(self.lines()['seminar_live'], (1, False))

    def test_the_line_reaches_the_citys_entitlements(self):
        """What the form changed is what the next term brings."""
        with self.form() as form, form.benefit_line_ids.new() as line:
            line.benefit_id = self.env.ref('scn_partner.benefit_visit')
            line.quantity = 2
            line.per = 'term'
        partnership = self.give_tier(self.riverton, 'associate')
        partnership._add_period('initial', date(2019, 1, 1), date(2019, 12, 31), 100.0)
        visit = partnership.entitlement_ids.filtered(lambda window: window.benefit_id.code == 'visit')
        self.assertEqual(visit.quota, 2)

    def test_an_officer_reads_and_does_not_edit(self):
        form = Form(self.tier['associate'].with_user(self.officer), view='partnership.view_partner_grade_form')
        self.assertEqual(len(form.benefit_line_ids), len(self.tier['associate'].benefit_line_ids))
        self.assertFalse(self.tier['associate'].with_user(self.officer).benefit_line_ids.has_access('write'))
