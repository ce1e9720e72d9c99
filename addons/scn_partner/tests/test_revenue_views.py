from odoo import fields
from odoo.tests import freeze_time

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestRevenueViews(PartnershipCase):
    def town(self, name):
        return self.env['res.partner'].create({'name': name, 'is_city': True})

    def risks(self, day, user=None):
        with freeze_time(day):
            self.env.flush_all()
            self.env.invalidate_all()
            found = (
                self.env['scn.revenue.risk']
                .with_user(user or self.officer)
                .search([('company_id', '=', self.env.company.id)])
            )
            return {
                risk.partner_id.name: (risk.reason, risk.amount_at_risk, risk.overdue_days, risk.amount_overdue)
                for risk in found
            }

    def test_nothing_is_at_risk_when_all_is_well(self):
        self.partnership()
        self.assertEqual(self.risks('2019-01-01'), {})

    def test_every_reason_once_the_gravest_first(self):
        partnerships = {
            name: self.partnership(city=self.town(name)) for name in ('Declined', 'Ending', 'Council', 'Well', 'Both')
        }
        partnerships['Declined'].with_user(self.officer).renewal_declined = True
        partnerships['Ending'].with_user(self.officer).renewal_mode = 'none'
        partnerships['Council'].with_user(self.officer).write({'council_decision_on': '2019-11-15', 'next_fee': 1200.0})
        partnerships['Both'].with_user(self.officer).write(
            {'council_decision_on': '2019-11-15', 'renewal_mode': 'none'}
        )
        self.assertEqual(
            self.risks('2019-01-01'),
            {
                'Declined': ('declined', 998.0, 0, 0.0),
                'Ending': ('declined', 998.0, 0, 0.0),
                'Council': ('council', 1200.0, 0, 0.0),
                'Both': ('declined', 998.0, 0, 0.0),
            },
        )

    def test_grace(self):
        partnership = self.partnership()
        with freeze_time('2020-01-05'):
            self.advance(partnership, '2020-01-05')
        self.assertEqual(self.risks('2020-01-05'), {'Riverton': ('grace', 998.0, 0, 0.0)})

    def test_overdue_counts_from_30_days_or_what_is_set(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        due = move.invoice_date_due
        late = fields.Date.add(due, days=30)
        self.assertEqual(self.risks(fields.Date.add(due, days=29)), {})
        self.assertEqual(self.risks(late), {'Riverton': ('overdue', 998.0, 30, move.amount_residual)})
        parameters = self.env['ir.config_parameter'].sudo()
        for value, expected in (('60', {}), ('nonsense', {'Riverton'}), ('', {'Riverton'})):
            parameters.set_param('scn_partner.risk_overdue_days', value)
            self.assertEqual(set(self.risks(late)), set(expected), value)
        self.pay(move)
        self.assertEqual(self.risks(late), {})

    def test_a_waived_fee_is_forgone_not_at_risk(self):
        partnership = self.partnership()
        partnership.with_user(self.manager).action_waive_fee("Floods")
        partnership.with_user(self.officer).renewal_mode = 'none'
        self.assertEqual(self.risks('2019-01-01'), {'Riverton': ('declined', 0.0, 0, 0.0)})
        self.env.flush_all()
        year = (
            self.env['scn.partnership.year'].with_user(self.finance).search([('partnership_id', '=', partnership.id)])
        )
        self.assertEqual(
            (year.amount_forgone, year.amount_recurring, year.waiver_approver_id, year.waiver_reason),
            (998.0, 0.0, self.manager, "Floods"),
        )

    def test_recurring_revenue_is_net_and_without_what_is_cancelled(self):
        partnership = self.partnership('associate')
        order = self.order(
            'partner',
            '2019-05-01',
            price=334.94,
            confirm=False,
            scn_kind='upgrade',
            scn_partnership_id=partnership.id,
            scn_fee=998.0,
        )
        with freeze_time('2019-05-01'):
            order.action_confirm()
        gone = self.partnership(city=self.town('Gone'))
        gone.with_user(self.officer).action_cancel()
        self.env.flush_all()
        sums = (
            self.env['scn.partnership.year']
            .with_user(self.officer)
            ._read_group(
                [('company_id', '=', self.env.company.id)],
                ['currency_id', 'date_start:year'],
                ['amount_recurring:sum', '__count'],
            )
        )
        self.assertEqual([(round(total, 2), count) for __, __, total, count in sums], [(833.94, 2)])

    def test_another_company_sees_none_of_it(self):
        partnership = self.partnership()
        partnership.with_user(self.officer).renewal_mode = 'none'
        self.env.flush_all()
        other = self.setup_other_company(name='Other body')['company']
        self.officer.write({'company_ids': [fields.Command.set(other.ids)], 'company_id': other.id})
        for model in ('scn.revenue.risk', 'scn.partnership.year'):
            found = self.env[model].with_user(self.officer).with_context(allowed_company_ids=other.ids)
            self.assertFalse(found.search([('partnership_id', '=', partnership.id)]), model)
            self.assertTrue(self.env[model].search([('partnership_id', '=', partnership.id)]), model)

    def test_from_order_to_partnership_to_invoice_and_back(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period = partnership.period_ids
        move = self.fee_lines(period).move_id
        credit = move._reverse_moves()
        opened = [
            partnership.order_ids.with_user(self.officer).action_view_scn_partnership(),
            move.with_user(self.finance).action_view_scn_partnership(),
            credit.with_user(self.finance).action_view_scn_partnership(),
            period.with_user(self.officer).action_view_partnership(),
        ]
        for action in opened:
            self.assertEqual((action['res_model'], action['res_id']), ('scn.partnership', partnership.id))
        for record in (partnership, period):
            moves = self.env['account.move'].search(record.with_user(self.finance).action_view_invoices()['domain'])
            self.assertEqual(moves, move | credit)
            self.assertEqual(record.with_user(self.officer).invoice_count, 2)
        self.assertEqual(period.with_user(self.officer).action_view_order()['res_id'], partnership.order_ids.id)
        self.assertEqual(partnership.with_user(self.officer).period_count, 1)
