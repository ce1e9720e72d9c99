import base64
import doctest

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from odoo.addons.scn_partner import opening_table

from .partnership_common import PartnershipCase

TABLE = """city;country;tier;fee;currency;anchor;months;used
Riverton;GB;premium;9600,50;USD;2017-01-31;12;one_on_one=1 visit=1
City of Lakeside;;partner;4800;USD;2018-10-01;;
Nowhere;;partner;4800;USD;2018-10-01;;
Riverton;GB;partner;4800;USD;2018-10-01;;
Hillford;;gold;4800;USD;2018-10-01;;
Hillford;;partner;-1;USD;2018-10-01;;
Hillford;;partner;4800;XXX;2018-10-01;;
Hillford;;partner;4800;USD;31/01/2018;;
Hillford;;partner;4800;USD;2018-10-01;500;
Hillford;;partner;4800;USD;2018-10-01;;visit
"""


@freeze_time('2019-05-01 12:00:00')
class TestOpeningImport(PartnershipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code, product in cls.fee.items():
            cls.tier[code].fee_product_id = product
        cls.lakeside = cls.env['res.partner'].create({'name': 'Lakeside', 'is_city': True})
        cls.env['res.partner'].create({'name': 'Hillford', 'is_city': True})

    def wizard(self, table=TABLE, user=None):
        content = table if isinstance(table, bytes) else table.encode()
        return (
            self.env['scn.opening.import'].with_user(user or self.manager).create({'file': base64.b64encode(content)})
        )

    def test_examples_in_the_docstrings_hold(self):
        result = doctest.testmod(opening_table)
        self.assertTrue(result.attempted and not result.failed)

    def test_the_preview_says_what_is_wrong_and_creates_nothing(self):
        before = self.env['scn.partnership'].search_count([])
        wizard = self.wizard()
        wizard.action_preview()
        self.assertEqual((wizard.good_count, wizard.bad_count), (2, 8))
        self.assertIn('14,400.50', wizard.totals)
        problems = wizard.line_ids.mapped('problem')
        for position, words in enumerate(
            (
                False,
                False,
                "No city",
                "twice",
                "no paid tier",
                "no amount",
                "not active",
                "no past day",
                "1 to 120",
                "written like",
            )
        ):
            self.assertTrue(words in problems[position] if words else not problems[position], position)
        self.assertEqual(self.env['scn.partnership'].search_count([]), before)

    def test_loading_makes_partnerships_without_mail_or_invoice(self):
        mails = self.env['mail.mail'].sudo().search_count([])
        moves = self.env['account.move'].search_count([])
        wizard = self.wizard()
        wizard.action_preview()
        wizard.action_import()
        partnership = self.city.live_partnership_id
        self.assertEqual(
            (partnership.state, partnership.fee, self.city.grade_id), ('active', 9600.5, self.tier['premium'])
        )
        current = partnership.period_ids[-1]
        self.assertEqual(
            (str(current.date_start), str(current.date_end), current.state, current.price),
            ('2019-01-31', '2020-01-30', 'elsewhere', 9600.5),
        )
        self.assertEqual(
            {
                window.benefit_id.code: window.left
                for window in partnership.entitlement_ids
                if window.window_start <= self.day('2019-05-01') <= window.window_end
            },
            {'one_on_one': 0, 'visit': 0},
        )
        self.assertEqual(str(self.lakeside.live_partnership_id.date_end), '2019-09-30')
        self.assertFalse(self.bill('2019-05-01'))
        self.assertEqual(self.env['mail.mail'].sudo().search_count([]), mails)
        self.assertEqual(self.env['account.move'].search_count([]), moves)

    def test_a_second_import_loads_nothing_twice(self):
        for __ in range(2):
            wizard = self.wizard()
            wizard.action_preview()
            if wizard.good_count:
                wizard.action_import()
        self.assertEqual(wizard.good_count, 0)
        with self.assertRaisesRegex(UserError, "No line can be loaded"):
            wizard.action_import()

    def test_the_next_term_goes_on_from_the_anchor(self):
        wizard = self.wizard()
        wizard.action_preview()
        wizard.action_import()
        renewal = self.city.live_partnership_id.sudo()._add_renewal_period()
        self.assertEqual((str(renewal.date_start), renewal.price, renewal.state), ('2020-01-31', 9600.5, 'planned'))

    def test_files_that_are_no_table(self):
        for content, words in (
            (b'', "needs a column"),
            (b'a,b\n1,2\n', "needs a column"),
            (TABLE.split('\n')[0].encode(), "no rows"),
            (b'\x00\x01', "no CSV"),
            (b'city;tier;fee;currency;anchor\n"Ghent;x\n', "cannot be read"),
            (b'city;city;tier;fee;currency;anchor\na;b;c;d;e;f\n', "twice"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.wizard(content or b' ').action_preview()

    def test_only_managers_and_finance(self):
        with self.assertRaises(AccessError):
            self.wizard(user=self.officer)
        wizard = self.wizard(user=self.finance)
        wizard.action_preview()
        with self.assertRaises(AccessError):
            wizard.with_user(self.officer).action_import()
