from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SharingCitiesCase


@tagged('post_install', '-at_install')
class TestContactRole(SharingCitiesCase):
    def setUp(self):
        super().setUp()
        self.ana = self.env['res.partner'].create({'name': 'Ana Example', 'parent_id': self.riverton.id})

    def role(self, **values):
        return self.env['scn.contact.role'].create(
            {
                'organisation_id': self.riverton.id,
                'contact_id': self.ana.id,
                'role': 'staff_lead',
                'date_start': '2019-01-01',
                **values,
            }
        )

    def test_a_role_belongs_to_a_person_of_the_city(self):
        with self.assertRaisesRegex(ValidationError, "does not work for Lakeside"):
            self.role(organisation_id=self.lakeside.id)

    def test_one_open_role_of_a_kind_per_person(self):
        self.role()
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.role()
        self.role(role='communication')

    def test_a_mandate_ends_on_its_last_day(self):
        role = self.role(date_end='2019-12-31')
        for today, current in (('2018-12-31', False), ('2019-12-31', True), ('2020-01-01', False)):
            with freeze_time(today):
                role.invalidate_recordset(['is_current'])
                self.assertEqual(role.is_current, current, today)
                found = self.env['scn.contact.role'].search([('id', '=', role.id), ('is_current', '=', True)])
                self.assertEqual(bool(found), current, today)

    def test_ending_keeps_what_ended_before(self):
        ended, open_role = self.role(date_end='2019-03-01'), self.role(date_start='2019-06-01')
        (ended + open_role)._end(date(2019, 5, 1), "Moved")
        self.assertEqual(ended.date_end, date(2019, 3, 1))
        self.assertEqual(open_role.date_end, date(2019, 6, 1), "never before it started")
