import base64
from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..billing_terms import term_dates
from ..matching_keys import city_name_key
from ..opening_table import TableError, read_amount, read_day, read_table, read_used


class ScnOpeningImport(models.TransientModel):
    """Load the partnerships that are running already: no mail, no invoice, the current term *billed elsewhere*.

    Preview and import are one code path: both read ``_prepare_rows``.
    """

    _name = 'scn.opening.import'
    _description = 'Import Running Partnerships'

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    file = fields.Binary(string="Table (CSV)", attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many('scn.opening.import.line', 'import_id', readonly=True)
    good_count = fields.Integer(string="Can be loaded", compute='_compute_counts')
    bad_count = fields.Integer(string="Cannot be loaded", compute='_compute_counts')
    totals = fields.Char(string="Fees in all", compute='_compute_counts')

    @api.depends('line_ids')
    def _compute_counts(self):
        for wizard in self:
            good = wizard.line_ids.filtered(lambda line: not line.problem)
            wizard.good_count = len(good)
            wizard.bad_count = len(wizard.line_ids) - len(good)
            sums = defaultdict(float)
            for line in good:
                sums[line.currency_id] += line.fee
            wizard.totals = ", ".join(currency.format(amount) for currency, amount in sums.items())

    def _check_rights(self):
        user = self.env.user
        if not (user.has_group('scn_partner.group_scn_manager') or user.has_group('scn_partner.group_scn_finance')):
            raise AccessError(self.env._("Only managers and finance load running partnerships."))

    def action_preview(self):
        """Read the table and show, line by line, what would be loaded; nothing is created.

        :raises UserError: when the file is no such table
        """
        self.ensure_one()
        self._check_rights()
        if not self.file:
            raise UserError(self.env._("Choose the file with the table first."))
        try:
            rows = read_table(base64.b64decode(self.file))
        except TableError as error:
            raise UserError(str(error)) from error
        self.line_ids = [fields.Command.clear(), *(fields.Command.create(row) for row in self._prepare_rows(rows))]
        return self._reopen()

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
        if not problem:
            months = months or 12
            term = 0
            while term_dates(anchor, months, term)[1] < today:
                term += 1
            first, last = term_dates(anchor, months, term)
            values.update(
                partner_id=found[0].id,
                grade_id=tier.id,
                fee=fee,
                currency_id=currency.id,
                anchor_date=anchor,
                interval_months=months,
                term_number=term,
                term_start=first,
                term_end=last,
            )
        return problem

    def action_import(self):
        """Load the lines without a problem; all or nothing.

        :raises UserError: when nothing can be loaded
        """
        self.ensure_one()
        self._check_rights()
        lines = self.line_ids.filtered(lambda line: not line.problem)
        if not lines:
            raise UserError(self.env._("No line can be loaded. Mend the table, then look at the preview again."))
        partnerships = self.env['scn.partnership']
        for line in lines:
            partnerships += line._load(self.company_id)
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_partnership_action')
        action['domain'] = [('id', 'in', partnerships.ids)]
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
