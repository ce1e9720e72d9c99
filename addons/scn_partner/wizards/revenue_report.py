import base64
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..revenue_workbook import write_workbook


class ScnRevenueReport(models.TransientModel):
    """The ledger as of a day: members, fees, invoiced, paid and not yet earned, never across currencies.

    It adds up to the general ledger line by line, and proposes the closing entry of the day.
    """

    _name = 'scn.revenue.report'
    _description = 'Partnership Report as of a Day'
    _check_company_auto = True

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    day = fields.Date(string="As of", required=True, default=lambda self: self._get_last_month_end())
    shown_day = fields.Date(readonly=True)
    member_count = fields.Integer(string="Members", readonly=True)
    line_ids = fields.One2many('scn.revenue.report.line', 'report_id', readonly=True)
    tier_ids = fields.One2many('scn.revenue.report.tier', 'report_id', readonly=True)
    check_ids = fields.One2many('scn.revenue.report.check', 'report_id', readonly=True)
    is_reconciled = fields.Boolean(compute='_compute_is_reconciled')
    has_outside = fields.Boolean(compute='_compute_is_reconciled')
    deferred_account_id = fields.Many2one(
        'account.account',
        string="Deferred revenue account",
        check_company=True,
        compute='_compute_closing_accounts',
        store=True,
        readonly=False,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Liability that takes what is invoiced and not yet earned.",
    )
    journal_id = fields.Many2one(
        'account.journal',
        check_company=True,
        compute='_compute_closing_accounts',
        store=True,
        readonly=False,
        domain="[('type', '=', 'general')]",
    )
    closing_move_id = fields.Many2one('account.move', string="Closing entry", compute='_compute_closing_move_id')
    file = fields.Binary(readonly=True, attachment=False)

    @api.model
    def _get_last_month_end(self):
        return fields.Date.context_today(self).replace(day=1) - timedelta(days=1)

    @api.depends('company_id')
    def _compute_closing_accounts(self):
        for report in self:
            company = report.company_id.sudo()
            report.deferred_account_id = company.scn_deferred_account_id
            report.journal_id = company.scn_closing_journal_id or self.env['account.journal'].search(
                [*self.env['account.journal']._check_company_domain(company), ('type', '=', 'general')],
                limit=1,
            )

    @api.depends('company_id', 'day')
    def _compute_closing_move_id(self):
        for report in self:
            report.closing_move_id = report._find_closing_move()

    @api.depends('check_ids.difference', 'check_ids.amount_outside')
    def _compute_is_reconciled(self):
        for report in self:
            report.has_outside = any(not check.currency_id.is_zero(check.amount_outside) for check in report.check_ids)
            report.is_reconciled = bool(report.shown_day) and all(
                check.currency_id.is_zero(check.difference) for check in report.check_ids
            )

    @api.depends('day')
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._("Partnerships as of %(day)s", day=report.day or "")

    def _find_closing_move(self):
        self.ensure_one()
        return self.env['account.move'].search(
            [('company_id', '=', self.company_id.id), ('scn_closing_date', '=', self.day), ('state', '!=', 'cancel')],
            limit=1,
        )

    def _check_finance(self):
        """
        :raises AccessError: for anybody but finance, and for a company the user does not work in
        """
        self.check_access('write')
        if not self.env.user.has_group('scn_partner.group_scn_finance') or self.company_id not in self.env.companies:
            raise AccessError(self.env._("Only finance reads the report of its own companies."))

    # -- on screen ---------------------------------------------------------------------------------------------

    def action_show(self):
        """Read the ledger as of the day and show it: the page is read again after the button.

        :return: True
        """
        self.ensure_one()
        self._check_finance()
        self._load(self.env['scn.partnership.period'].sudo()._get_revenue(self.company_id, self.day))
        return True

    def _load(self, revenue):
        """Keep the figures of a day as lines, totals by tier and checks.

        :param dict revenue: answer of ``scn.partnership.period._get_revenue``
        """
        self.ensure_one()
        tiers = defaultdict(lambda: {'member_count': 0, 'invoiced': 0.0, 'paid': 0.0, 'unearned': 0.0, 'waived': 0.0})
        for row in revenue['rows']:
            tier = tiers[row['currency_id'], row['grade_id']]
            tier['member_count'] += row['is_member']
            for name in ('invoiced', 'paid', 'unearned', 'waived'):
                tier[name] += row[f'amount_{name}']
        self.line_ids.unlink()
        self.tier_ids.unlink()
        self.check_ids.unlink()
        self.write(
            {
                'shown_day': self.day,
                'member_count': sum(row['is_member'] for row in revenue['rows']),
                'file': False,
            }
        )
        self.env['scn.revenue.report.line'].create([{'report_id': self.id, **row} for row in revenue['rows']])
        self.env['scn.revenue.report.tier'].create(
            [
                {
                    'report_id': self.id,
                    'currency_id': currency_id,
                    'grade_id': grade_id,
                    'member_count': tier['member_count'],
                    **{f'amount_{name}': tier[name] for name in ('invoiced', 'paid', 'unearned', 'waived')},
                }
                for (currency_id, grade_id), tier in tiers.items()
            ]
        )
        self.env['scn.revenue.report.check'].create(
            [
                {
                    'report_id': self.id,
                    'currency_id': currency_id,
                    **{f'amount_{name}': amount for name, amount in check.items()},
                }
                for currency_id, check in revenue['checks'].items()
            ]
        )

    def _check_shown(self):
        self.ensure_one()
        self._check_finance()
        if not self.shown_day or self.shown_day != self.day:
            self._load(self.env['scn.partnership.period'].sudo()._get_revenue(self.company_id, self.day))

    def action_view_lines(self):
        """Open the periods of the report as a list of their own, to search and to group."""
        self._check_shown()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_revenue_report_line_action')
        action['display_name'] = self.display_name
        action['domain'] = [('report_id', '=', self.id)]
        return action

    def action_view_outside(self):
        """Open posted invoice lines of partnership fees that belong to no period."""
        self._check_shown()
        domain = self.env['scn.partnership.period']._get_fee_lines_domain(self.company_id, self.day)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Fees outside the partnerships' ledger"),
            'res_model': 'account.move.line',
            'views': [(False, 'list'), (False, 'form')],
            'domain': domain,
        }

    # -- workbook ----------------------------------------------------------------------------------------------

    def action_export(self):
        """The report as a workbook.

        :return: action that downloads it
        """
        self._check_shown()
        self.file = base64.b64encode(self._prepare_workbook())
        name = f'partnerships-{self.day}.xlsx'
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/file/{name}?download=true',
            'target': 'self',
        }

    def _prepare_workbook(self):
        self.ensure_one()
        sheets = [
            (self.env._("Periods"), self.line_ids, self.line_ids._get_export_names()),
            (self.env._("By tier"), self.tier_ids, self.tier_ids._get_export_names()),
            (self.env._("Check"), self.check_ids, self.check_ids._get_export_names()),
        ]
        return write_workbook(
            self.display_name,
            [
                (
                    title,
                    [records._fields[name]._description_string(self.env) for name in names],
                    [[self._get_export_value(record, name) for name in names] for record in records],
                    records.mapped(lambda record: record.currency_id.decimal_places),
                )
                for title, records, names in sheets
            ],
        )

    @api.model
    def _get_export_value(self, record, name):
        """A field's value as a text, a number or a date for the workbook."""
        field, value = record._fields[name], record[name]
        if field.type == 'many2one':
            return value.display_name or ''
        if field.type == 'selection':
            return dict(field._description_selection(self.env)).get(value, '')
        if field.type == 'boolean':
            return self.env._("yes") if value else ''
        if field.type in ('monetary', 'float'):
            return float(value)
        return value or (0 if field.type == 'integer' else '')

    # -- closing entry -----------------------------------------------------------------------------------------

    def action_propose_closing(self):
        """Make the draft entry that moves what is not yet earned out of the revenue, and its draft reversal.

        Nothing is posted. Posting the first lets the second follow on the next day.

        :return: action that opens both
        :raises UserError: without an account or a journal, when there is one for the day, or nothing to defer
        """
        self.ensure_one()
        self._check_finance()
        if self._find_closing_move():
            raise UserError(
                self.env._(
                    "There is a closing entry for %(day)s already: %(entry)s. Open it, or delete it first.",
                    day=self.day,
                    entry=self._find_closing_move().display_name,
                )
            )
        if not self.deferred_account_id or not self.journal_id:
            raise UserError(self.env._("Choose the deferred revenue account and the journal of the closing entry."))
        revenue = self.env['scn.partnership.period'].sudo()._get_revenue(self.company_id, self.day)
        self._load(revenue)
        values = self._prepare_closing_values(revenue['closing'])
        if not values['line_ids']:
            raise UserError(
                self.env._("On %(day)s everything that is invoiced is earned: there is nothing to defer.", day=self.day)
            )
        closing = self.env['account.move'].create(values)
        reversal = closing._reverse_moves(
            [
                {
                    'date': self.day + timedelta(days=1),
                    'ref': self.env._("Reversal of: %(entry)s", entry=values['ref']),
                }
            ]
        )
        self.company_id.sudo().write(
            {
                'scn_deferred_account_id': self.deferred_account_id.id,
                'scn_closing_journal_id': self.journal_id.id,
            }
        )
        closing.message_post(
            body=self.env._("Proposed from the report as of %(day)s.", day=self.day),
            attachments=[(f'partnerships-{self.day}.xlsx', self._prepare_workbook())],
        )
        return self._open_moves(closing | reversal)

    def _prepare_closing_values(self, closing):
        """Values of the entry: per revenue account and currency, debit revenue, credit deferred revenue.

        :param dict closing: see ``scn.partnership.period._get_revenue``
        """
        self.ensure_one()
        currencies = self.env['res.currency'].browse([currency_id for __, currency_id in closing])
        by_id = {currency.id: currency for currency in currencies}
        commands = []
        for (account_id, currency_id), (amount, balance) in sorted(closing.items()):
            currency = by_id[currency_id]
            amount, balance = currency.round(amount), self.company_id.currency_id.round(balance)
            if currency.is_zero(amount) and self.company_id.currency_id.is_zero(balance):
                continue
            text = self.env._(
                "Partnership fees not yet earned on %(day)s, %(currency)s", day=self.day, currency=currency.name
            )
            commands += [
                fields.Command.create(
                    {
                        'account_id': account,
                        'name': text,
                        'currency_id': currency_id,
                        'amount_currency': sign * amount,
                        'balance': sign * balance,
                    }
                )
                for account, sign in ((account_id, 1), (self.deferred_account_id.id, -1))
            ]
        return {
            'move_type': 'entry',
            'company_id': self.company_id.id,
            'journal_id': self.journal_id.id,
            'date': self.day,
            'ref': self.env._("Partnership revenue not yet earned on %(day)s", day=self.day),
            'scn_closing_date': self.day,
            'line_ids': commands,
        }

    def action_view_closing(self):
        """Open the closing entry of the day and its reversal."""
        self.ensure_one()
        self._check_finance()
        closing = self._find_closing_move()
        return self._open_moves(closing | closing.reversal_move_ids)

    def _open_moves(self, moves):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Closing entry"),
            'res_model': 'account.move',
            'views': [(self.env.ref('account.view_move_tree').id, 'list'), (False, 'form')],
            'domain': [('id', 'in', moves.ids)],
        }
