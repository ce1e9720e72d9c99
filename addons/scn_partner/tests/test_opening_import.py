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
        self.assertEqual(
            [(total.currency_id.name, total.line_count, total.amount, total.amount_good) for total in wizard.total_ids],
            [('USD', 9, 43200.5, 14400.5), (False, 1, 4800.0, 0.0)],
        )
        self.assertFalse(wizard.is_reconciled)
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

    def test_the_table_and_the_ledger_are_compared(self):
        good = "\n".join(TABLE.split("\n")[:3])
        wizard = self.wizard(good)
        wizard.action_preview()
        action = wizard.action_import()
        self.assertEqual((action['res_model'], action['res_id']), (wizard._name, wizard.id))
        total = wizard.total_ids
        self.assertEqual((total.loaded_count, total.amount_loaded, total.difference), (2, 14400.5, 0.0))
        self.assertEqual((wizard.used_count, wizard.used_loaded_count, wizard.is_reconciled), (2, 2, True))
        shown = self.env['scn.partnership'].search(wizard.action_view_partnerships()['domain'])
        self.assertEqual(shown.partner_id, self.city | self.lakeside)

    def test_what_was_not_loaded_is_the_difference(self):
        wizard = self.wizard()
        wizard.action_preview()
        wizard.action_import()
        self.assertEqual(
            [(total.line_count, total.loaded_count, total.difference) for total in wizard.total_ids],
            [(9, 2, 28800.0), (1, 0, 4800.0)],
        )
        self.assertFalse(wizard.is_reconciled)

    def test_the_comparison_can_fail(self):
        """Control: it reads the ledger, not the table a second time."""
        self.patch(
            type(self.env['scn.opening.import.line']), '_load', lambda line, company: self.env['scn.partnership']
        )
        wizard = self.wizard("\n".join(TABLE.split("\n")[:3]))
        wizard.action_preview()
        wizard.action_import()
        self.assertEqual((wizard.total_ids.amount_loaded, wizard.is_reconciled), (0.0, False))

    def test_used_benefits_that_the_tier_does_not_hold_are_said(self):
        head = TABLE.split("\n")[0]
        for used, words in (('visit=2', "Used 2 of “visit”.* includes 1"), ('siesta=1', "includes 0")):
            wizard = self.wizard(f"{head}\nRiverton;GB;premium;9600;USD;2017-01-31;12;{used}\n")
            wizard.action_preview()
            self.assertRegex(wizard.line_ids.problem, words)

    def test_only_what_the_table_says_is_loaded_and_only_for_ones_own_company(self):
        wizard = self.wizard(user=self.finance)
        wizard.action_preview()
        wizard.line_ids[0].write({'fee': 1.0})
        wizard.line_ids[2:].write(
            {'problem': False, 'partner_id': self.lakeside.id, 'grade_id': self.tier['partner'].id}
        )
        wizard.action_import()
        self.assertEqual(self.city.live_partnership_id.fee, 9600.5)
        self.assertEqual(wizard.good_count, 2)
        other = self.env['res.company'].create({'name': 'Other body'})
        wizard.company_id = other
        for method in ('action_preview', 'action_import', 'action_view_partnerships'):
            with self.assertRaises(AccessError, msg=method):
                getattr(wizard, method)()

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
