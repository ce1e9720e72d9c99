import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..billing_terms import term_dates
from ..matching_keys import city_name_key
from ..opening_table import TableError, read_amount, read_day, read_table, read_used


class ScnOpeningImport(models.TransientModel):
    """Load the partnerships that are running already: no mail, no invoice, the current term *billed elsewhere*.

    Preview and import are one code path: both read the table by ``_prepare_rows``, so nothing is loaded that the table
    does not say. Afterwards the table is compared with what stands in the ledger.
    """

    _name = 'scn.opening.import'
    _description = 'Import Running Partnerships'

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    file = fields.Binary(string="Table (CSV)", attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many('scn.opening.import.line', 'import_id', readonly=True)
    good_count = fields.Integer(string="Can be loaded", compute='_compute_counts')
    bad_count = fields.Integer(string="Cannot be loaded", compute='_compute_counts')
    total_ids = fields.One2many('scn.opening.import.total', 'import_id', string="Table and ledger", readonly=True)
    used_count = fields.Integer(string="Benefits used, in the table", readonly=True)
    used_loaded_count = fields.Integer(string="Benefits used, in the ledger", readonly=True)
    is_loaded = fields.Boolean(readonly=True)
    is_reconciled = fields.Boolean(compute='_compute_is_reconciled')

    @api.depends('line_ids')
    def _compute_counts(self):
        for wizard in self:
            good = wizard.line_ids.filtered(lambda line: not line.problem)
            wizard.good_count = len(good)
            wizard.bad_count = len(wizard.line_ids) - len(good)

    @api.depends('is_loaded', 'used_count', 'used_loaded_count', 'total_ids.is_reconciled')
    def _compute_is_reconciled(self):
        for wizard in self:
            wizard.is_reconciled = (
                wizard.is_loaded
                and wizard.used_count == wizard.used_loaded_count
                and all(wizard.total_ids.mapped('is_reconciled'))
            )

    def _check_rights(self):
        """
        :raises AccessError: for anybody but managers and finance, and for a company the user does not work in
        """
        user = self.env.user
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose one of the companies you work in."))
        if not (user.has_group('scn_partner.group_scn_manager') or user.has_group('scn_partner.group_scn_finance')):
            raise AccessError(self.env._("Only managers and finance load running partnerships."))

    def action_preview(self):
        """Read the table and show, line by line, what would be loaded; nothing is created.

        :raises UserError: when the file is no such table
        """
        self.ensure_one()
        self._check_rights()
        self._read_file()
        return self._reopen()

    def _read_file(self):
        if not self.file:
            raise UserError(self.env._("Choose the file with the table first."))
        try:
            rows = read_table(base64.b64decode(self.file))
        except TableError as error:
            raise UserError(str(error)) from error
        self.line_ids = [fields.Command.clear(), *(fields.Command.create(row) for row in self._prepare_rows(rows))]
        self.is_loaded = False
        self._compare()

    def _compare(self):
        """Put the sums of the table beside those of the ledger, one line per currency."""
        self.ensure_one()
        self.total_ids = [
            fields.Command.clear(),
            *(
                fields.Command.create(lines._prepare_total_values(currency))
                for currency, lines in self.line_ids.grouped('currency_id').items()
            ),
        ]
        self.used_count = sum(sum((read_used(line.used or '') or {}).values()) for line in self.line_ids)
        windows = self.line_ids.partnership_id.sudo().entitlement_ids
        self.used_loaded_count = sum(windows.mapped('used'))

    def _prepare_rows(self, rows):
        """Values of the preview's lines, each with its problem in one sentence or none."""
        cities = self.env['scn.contact.key'].sudo()._find_cities(city_name_key(row['city']) for row in rows)
        tiers = {tier.code: tier for tier in self.env['res.partner.grade'].search([('is_paid', '=', True)])}
        currencies = {currency.name: currency for currency in self.env['res.currency'].search([])}  # pylint: disable=no-search-all
        today = fields.Date.context_today(self)
        seen, prepared = set(), []
        for number, row in enumerate(rows, start=2):
            values = {'number': number, 'city_name': row['city'], 'used': row['used']}
            values['problem'] = self._read_row(row, values, cities, tiers, currencies, today)
            if not values['problem'] and values['partner_id'] in seen:
                values['problem'] = self.env._("This city stands twice in the table.")
            seen.add(values.get('partner_id'))
            prepared.append(values)
        return prepared

    def _read_row(self, row, values, cities, tiers, currencies, today):
        """Fill the values of one line.

        :return: the first problem as a sentence, or False
        """
        found = [
            city
            for code, city in cities.get(city_name_key(row['city']), [])
            if not row['country'] or code in (row['country'].upper(), '')
        ]
        tier, currency = tiers.get(row['tier'].lower()), currencies.get(row['currency'].upper())
        fee, anchor, used = read_amount(row['fee']), read_day(row['anchor']), read_used(row['used'])
        # Also of a line that cannot be loaded: the sums of the table count it.
        values.update(fee=fee or 0.0, currency_id=currency.id if currency else False)
        months = int(row['months']) if row['months'].isdecimal() and row['months'].isascii() else None
        problems = (
            (len(found) == 0, self.env._("No city of the network has this name.")),
            (len(found) > 1, self.env._("Several cities have this name: fill in the country.")),
            (not tier, self.env._("“%(tier)s” is no paid tier.", tier=row['tier'])),
            (tier and not tier.fee_product_id, self.env._("The tier has no fee product yet.")),
            (fee is None, self.env._("The fee is no amount, such as 4800 or 4800.50.")),
            (not currency, self.env._("The currency is not active: %(code)s.", code=row['currency'])),
            (not anchor or anchor > today, self.env._("The anchor is no past day, such as 2019-01-31.")),
            (row['months'] and not (months and 1 <= months <= 120), self.env._("Months in a term: 1 to 120.")),
            (used is None, self.env._("Used benefits are written like: one_on_one=1 visit=1")),
            (found and found[0].live_partnership_id, self.env._("The city has a running partnership already.")),
        )
        problem = next((sentence for is_problem, sentence in problems if is_problem), False)
        problem = problem or self._get_used_problem(tier, used)
        if not problem:
            months = months or 12
            term = 0
            while term_dates(anchor, months, term)[1] < today:
                term += 1
            first, last = term_dates(anchor, months, term)
            values.update(
                partner_id=found[0].id,
                grade_id=tier.id,
                anchor_date=anchor,
                interval_months=months,
                term_number=term,
                term_start=first,
                term_end=last,
            )
        return problem

    def _get_used_problem(self, tier, used):
        """Why a tier does not hold what was used: otherwise it would be left out in silence.

        :param dict used: benefit code → number
        :return: one sentence, or False
        """
        included = {
            line.benefit_id.code: line.quantity
            for line in tier.benefit_line_ids.filtered(lambda line: line.kind == 'counted')
        }
        for code, count in used.items():
            if count > included.get(code, 0):
                return self.env._(
                    "Used %(count)s of “%(code)s”, and the tier “%(tier)s” includes %(included)s.",
                    count=count,
                    code=code,
                    tier=tier.name,
                    included=included.get(code, 0),
                )
        return False

    def action_import(self):
        """Load the lines of the table without a problem, all or nothing, and compare the table with the ledger.

        :return: action that shows the sums
        :raises UserError: when nothing can be loaded
        """
        self.ensure_one()
        self._check_rights()
        # Read again: the preview's lines are no input, and a city may have got a partnership since.
        self._read_file()
        lines = self.line_ids.filtered(lambda line: not line.problem)
        if not lines:
            raise UserError(self.env._("No line can be loaded. Mend the table, then look at the preview again."))
        for line in lines:
            line.partnership_id = line._load(self.company_id)
        self.is_loaded = True
        self._compare()
        return self._reopen()

    def action_view_partnerships(self):
        """Open what was loaded.

        :return: action
        """
        self.ensure_one()
        self._check_rights()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_partnership_action')
        action['domain'] = [('id', 'in', self.line_ids.partnership_id.ids)]
        return action

    def _reopen(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Import running partnerships"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
            'target': 'new',
        }


class ScnOpeningImportLine(models.TransientModel):
    """One line of the preview."""

    _name = 'scn.opening.import.line'
    _description = 'Line of an Opening Import'
    _order = 'number'

    import_id = fields.Many2one('scn.opening.import', required=True, ondelete='cascade', index=True)
    number = fields.Integer(string="Line", readonly=True)
    city_name = fields.Char(string="In the table", readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    fee = fields.Monetary(readonly=True)
    anchor_date = fields.Date(string="Anchor", readonly=True)
    interval_months = fields.Integer(readonly=True)
    term_number = fields.Integer(readonly=True)
    term_start = fields.Date(string="Term from", readonly=True)
    term_end = fields.Date(string="Until", readonly=True)
    used = fields.Char(string="Benefits used", readonly=True)
    problem = fields.Char(readonly=True)
    partnership_id = fields.Many2one('scn.partnership', readonly=True, index='btree_not_null', ondelete='set null')

    def _prepare_total_values(self, currency):
        """Sums of these lines of one currency, and of what the ledger holds of them today."""
        today = fields.Date.context_today(self)
        good = self.filtered(lambda line: not line.problem)
        periods = self.partnership_id.sudo().period_ids.filtered(
            lambda period: period.date_start <= today <= period.date_end and period.currency_id == currency
        )
        return {
            'currency_id': currency.id,
            'line_count': len(self),
            'amount': sum(self.mapped('fee')),
            'good_count': len(good),
            'amount_good': sum(good.mapped('fee')),
            'loaded_count': len(periods.partnership_id),
            'amount_loaded': sum(periods.mapped('price')),
        }

    def _load(self, company):
        """Create the partnership with its current term, billed elsewhere, and what is used of it.

        :return: the partnership
        """
        self.ensure_one()
        partnership = (
            self.env['scn.partnership']
            .sudo()
            .create(
                {
                    'partner_id': self.partner_id.id,
                    'company_id': company.id,
                    'currency_id': self.currency_id.id,
                    'grade_id': self.grade_id.id,
                    'product_id': self.grade_id.fee_product_id.id,
                    'fee': self.fee,
                    'interval_months': self.interval_months,
                    'date_start': self.anchor_date,
                    'anchor_date': self.anchor_date,
                    'user_id': self.env.uid,
                    'eligibility': 'positive',
                    'eligibility_user_id': self.env.uid,
                    'eligibility_date': fields.Date.context_today(self),
                    'eligibility_review_on': fields.Date.context_today(self) + relativedelta(years=1),
                }
            )
        )
        for number in range(self.term_number + 1):
            first, last = term_dates(self.anchor_date, self.interval_months, number)
            if number == self.term_number:
                partnership._add_period(
                    'renewal' if number else 'initial',
                    first,
                    last,
                    self.fee,
                    state='elsewhere',
                )
            else:
                self.env['scn.partnership.period'].sudo().create(
                    partnership._prepare_period_values(
                        'renewal' if number else 'initial',
                        first,
                        last,
                        0.0,
                        state='elsewhere',
                    )
                )
        partnership.write({'state': 'active'})
        today = fields.Date.context_today(self)
        for code, count in read_used(self.used or '').items():
            windows = partnership.entitlement_ids.filtered(
                lambda window, code=code: (
                    window.benefit_id.code == code and window.window_start <= today <= window.window_end
                ),
            )
            for window in windows:
                window.used = min(count, window.quota)
        return partnership.sudo(self.env.su)
