"""Partnerships, fees and a chart of accounts for the billing tests."""

from odoo import fields
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged('post_install', '-at_install')
class PartnershipCase(AccountTestInvoicingCommon):
    """A city, a fee product per paid tier, an officer and finance, in a company with real accounts."""

    @classmethod
    def get_default_groups(cls):
        return (
            super().get_default_groups()
            | cls.env.ref('sales_team.group_sale_manager')
            | cls.env.ref('scn_partner.group_scn_manager')
            | cls.env.ref('scn_partner.group_scn_finance')
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        cls.officer = new_test_user(
            cls.env,
            'scn_officer',
            groups='scn_partner.group_scn_officer,sales_team.group_sale_salesman_all_leads',
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        cls.finance = new_test_user(
            cls.env,
            'scn_finance',
            groups='scn_partner.group_scn_finance',
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        cls.manager = new_test_user(
            cls.env,
            'scn_manager',
            groups='scn_partner.group_scn_manager',
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        cls.city = cls.env['res.partner'].create(
            {
                'name': 'Riverton',
                'is_city': True,
                'country_id': cls.env.ref('base.uk').id,
            }
        )
        cls.tier = {
            code: cls.env.ref(f'scn_partner.grade_{code}') for code in ('task_force', 'associate', 'partner', 'premium')
        }
        cls.fee = {
            code: cls.env['product.product'].create(
                {
                    'name': f'Fee {code}',
                    'type': 'service',
                    'service_tracking': 'partnership',
                    'grade_id': cls.tier[code].id,
                    'list_price': price,
                    'invoice_policy': 'order',
                    'taxes_id': [fields.Command.clear()],
                }
            )
            for code, price in (('associate', 499.0), ('partner', 998.0), ('premium', 1497.0))
        }

    def order(self, code='partner', start='2019-01-01', price=None, city=None, confirm=True, **values):
        """A quotation of a tier's fee, confirmed unless told otherwise."""
        line = {'product_id': self.fee[code].id, 'product_uom_qty': 1, 'tax_ids': [fields.Command.clear()]}
        if price is not None:
            line['price_unit'] = price
        order = self.env['sale.order'].create(
            {
                'partner_id': (city or self.city).id,
                'scn_date_start': start,
                'order_line': [fields.Command.create(line)],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def partnership(self, code='partner', start='2019-01-01', eligible=True, **values):
        """The partnership of a confirmed order."""
        partnership = self.order(code, start, **values).scn_partnership_id
        if eligible:
            partnership.with_user(self.officer).action_eligible()
        return partnership

    def renewals(self, count, name):
        """First terms of as many new cities, due on 1 January 2019; made without orders, which is faster."""
        cities = self.env['res.partner'].create(
            [
                {'name': f'{name} {number}', 'is_city': True, 'email': f'town{number}@example.com'}
                for number in range(count)
            ]
        )
        product = self.fee['partner']
        partnerships = (
            self.env['scn.partnership']
            .sudo()
            .create(
                [
                    {
                        'partner_id': city.id,
                        'grade_id': product.grade_id.id,
                        'product_id': product.id,
                        'fee': 998.0,
                        'date_start': '2019-01-01',
                        'state': 'active',
                        'eligibility': 'positive',
                    }
                    for city in cities
                ]
            )
        )
        for partnership in partnerships:
            partnership._add_period('initial', self.day('2019-01-01'), self.day('2019-12-31'), 998.0)
        return partnerships.period_ids

    def day(self, text):
        return fields.Date.to_date(text)

    def advance(self, partnership, day):
        partnership.sudo()._advance(self.day(day))
        return partnership.state

    def bill(self, day):
        """Invoice what is due on a day, as the job does, without its commits."""
        periods = self.env['scn.partnership.period'].sudo()
        due = periods.search(periods._get_due_domain(self.day(day)))
        due._bill(self.day(day))
        return due

    def leave(self, partnership, last_day=None, money='none', user=None):
        """Let a city leave by the wizard: at the end of its term, or on a day.

        :return: the wizard
        """
        values = {'partnership_id': partnership.id, 'reason': "New priorities", 'money': money}
        values |= {'when': 'day', 'last_day': last_day} if last_day else {'when': 'term'}
        wizard = self.env['scn.partnership.leave'].with_user(user or self.finance).create(values)
        wizard.action_leave()
        return wizard

    def fee_lines(self, periods):
        """Live lines of the ledger."""
        return periods.line_ids.filtered(lambda line: line.parent_state != 'cancel')

    def pay(self, move):
        self.env['account.payment.register'].with_context(
            active_model='account.move',
            active_ids=move.ids,
        ).create({})._create_payments()
