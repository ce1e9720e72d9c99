from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .scn_partnership import HOLDING_STATES

ONE_DAY = relativedelta(days=1)
WINDOW_MONTHS = {'quarter': 3, 'year': 12}
#: Day of a window, and month of a term, by which something owed should be planned.
DUE_DAYS = {'quarter': 60, 'year': 240, 'term': 240}


class ScnEntitlement(models.Model):
    """What a city may use of a counted benefit in one window of a term (a quarter is a window).

    The date of a session selects its window; what is unused at the end of the window expires unless staff carry
    it over. ``used`` moves by one statement with a CHECK behind it, so no lock code is needed.
    """

    _name = 'scn.entitlement'
    _description = 'Entitlement'
    _order = 'partnership_id, window_start, benefit_id'

    period_id = fields.Many2one(
        'scn.partnership.period',
        string="Term",
        required=True,
        readonly=True,
        index=True,
        ondelete='cascade',
    )
    partnership_id = fields.Many2one(related='period_id.partnership_id', store=True, index=True)
    partner_id = fields.Many2one(related='period_id.partner_id', string="City", store=True, index=True)
    company_id = fields.Many2one(related='period_id.company_id', store=True)
    user_id = fields.Many2one(related='partnership_id.user_id', string="Account holder", store=True)
    benefit_id = fields.Many2one('scn.benefit', required=True, readonly=True, index=True, ondelete='restrict')
    per = fields.Selection([('year', 'a year'), ('quarter', 'a quarter'), ('term', 'a term')], readonly=True)
    window_start = fields.Date(string="From", required=True, readonly=True)
    window_end = fields.Date(string="Until", required=True, readonly=True, index=True)
    due_on = fields.Date(string="Plan by", readonly=True, index=True, help="Day by which it should be planned.")
    quota = fields.Integer(string="Included", required=True, readonly=True)
    carried = fields.Integer(
        string="Carried over",
        readonly=True,
        help="How many of the included ones came from the window before.",
    )
    moved_on = fields.Integer(
        readonly=True,
        help="How many went on to the next window: a change of tier does not bring them back.",
    )
    used = fields.Integer(required=True, readonly=True, default=0)
    left = fields.Integer(compute='_compute_left', store=True)
    use_ids = fields.One2many('scn.entitlement.use', 'entitlement_id', string="Used for")

    _window_unique = models.Constraint(
        'UNIQUE (period_id, benefit_id, window_start)',
        "This window already has an entitlement for the benefit.",
    )
    _used_within_quota = models.Constraint(
        'CHECK (used >= 0 AND used <= quota)',
        "Nothing is left of this benefit in that time.",
    )

    @api.depends('quota', 'used')
    def _compute_left(self):
        for entitlement in self:
            entitlement.left = entitlement.quota - entitlement.used

    @api.depends('benefit_id', 'window_start')
    def _compute_display_name(self):
        for entitlement in self:
            entitlement.display_name = f"{entitlement.benefit_id.name or ''} ({entitlement.window_start or ''} – {entitlement.window_end or ''})"

    @api.model
    def _get_windows(self, period, per):
        """Windows of a term, anchored at its first day; the last one may be shorter.

        :return: list of ``(first day, last day)``
        """
        months = WINDOW_MONTHS.get(per)
        if not months:
            return [(period.date_start, period.date_end)]
        windows, number = [], 0
        while (first := period.date_start + relativedelta(months=months * number)) <= period.date_end:
            last = period.date_start + relativedelta(months=months * (number + 1)) - ONE_DAY
            windows.append((first, min(last, period.date_end)))
            number += 1
        return windows

    @api.model
    def _prepare_rebase(self, period, grade, day):
        """The entitlements of a term as a tier would have them from a day on; changes nothing.

        Windows that ended before the day stay as they were. Nothing goes below what is used.

        :param period: a term (not an upgrade)
        :param grade: the tier held from ``day`` on
        :return: list of pairs (entitlement or an empty record, values): the values of a new one, or its new quota
        """
        existing = {
            (entitlement.benefit_id, entitlement.window_start): entitlement
            for entitlement in self.search([('period_id', '=', period.id)])
        }
        wanted, pairs = set(), []
        for line in grade.benefit_line_ids.filtered(lambda line: line.kind == 'counted'):
            for first, last in self._get_windows(period, line.per):
                if last < day:
                    continue
                wanted.add((line.benefit_id, first))
                entitlement = existing.get((line.benefit_id, first))
                if entitlement:
                    quota = max(line.quantity + entitlement.carried - entitlement.moved_on, entitlement.used)
                    pairs.append((entitlement, {'quota': quota}))
                else:
                    pairs.append(
                        (
                            self.browse(),
                            {
                                'period_id': period.id,
                                'benefit_id': line.benefit_id.id,
                                'per': line.per,
                                'window_start': first,
                                'window_end': last,
                                'quota': line.quantity,
                                'due_on': min(first + relativedelta(days=DUE_DAYS[line.per]), last),
                            },
                        )
                    )
        pairs += [
            (entitlement, {'quota': entitlement.used})
            for key, entitlement in existing.items()
            if key not in wanted and entitlement.window_end >= day
        ]
        return pairs

    @api.model
    def _rebase(self, period, grade, day):
        """Bring the entitlements of a term in line with a tier, from a day on; a second call changes nothing.

        The same rule as ``_prepare_rebase``, which shows it.
        """
        values_list = []
        for entitlement, values in self._prepare_rebase(period, grade, day):
            if not entitlement:
                values_list.append(values)
            elif entitlement.quota != values['quota']:
                entitlement.quota = values['quota']
        self.create(values_list)

    @api.model
    def _expire(self, domain):
        """Close windows: what was used stays, what is left is gone. ``_rebase`` opens them again."""
        for entitlement in self.search([*domain, ('left', '>', 0)]):
            entitlement.quota = entitlement.used

    # -- using -------------------------------------------------------------------------------------------------

    @api.model
    def _get_window_domain(self, city, benefit_code, day, company=None):
        """Windows of running partnerships in which a day lies, of one body where it is named."""
        return [
            ('partner_id', '=', city.id),
            ('benefit_id.code', '=', benefit_code),
            ('window_start', '<=', day),
            ('window_end', '>=', day),
            ('partnership_id.state', 'in', HOLDING_STATES),
            ('period_id.state', '!=', 'cancelled'),
            '|',
            ('partnership_id.date_ended', '=', False),
            ('partnership_id.date_ended', '>=', day),
            *([('company_id', '=', company.id)] if company else []),
        ]

    @api.model
    def _find_window(self, city, benefit_code, day, company=None):
        """Where something on a day would count, one with something left first; nothing is used.

        :return: ``scn.entitlement`` with the rights of the superuser, possibly empty
        """
        windows = self.sudo().search(self._get_window_domain(city, benefit_code, day, company))
        return windows.sorted(lambda window: window.left <= 0)[:1]

    @api.model
    def _take(self, city, benefit_code, day, record, company=None):
        """Use one of a city's benefit on a day for a real record, once per record.

        :param city: the organisation
        :param str benefit_code: e.g. ``visit``
        :param record: what it is used for; taking twice for one record changes nothing
        :param company: the body whose partnership counts; any when left out
        :return: the ``scn.entitlement.use``
        :raises UserError: when the tier does not include it then, or nothing is left
        """
        Use = self.env['scn.entitlement.use'].sudo()
        known = Use.search([('res_model', '=', record._name), ('res_id', '=', record.id)])
        if known:
            return known
        windows = self.sudo().search(self._get_window_domain(city, benefit_code, day, company))
        if not windows:
            raise UserError(
                self.env._(
                    "The partnership of %(city)s includes none of this on %(day)s.",
                    city=city.name,
                    day=day,
                )
            )
        for window in windows:
            if window._move_used(1):
                return Use.create({'entitlement_id': window.id, 'res_model': record._name, 'res_id': record.id})
        raise UserError(
            self.env._(
                "%(city)s has used all of “%(benefit)s” from %(start)s to %(end)s.",
                city=city.name,
                benefit=windows[0].benefit_id.name,
                start=windows[0].window_start,
                end=windows[0].window_end,
            )
        )

    @api.model
    def _give_back(self, record):
        """Undo what was taken for a record, exactly once; a second call changes nothing."""
        for use in (
            self.env['scn.entitlement.use']
            .sudo()
            .search(
                [('res_model', '=', record._name), ('res_id', '=', record.id)],
            )
        ):
            use.entitlement_id._move_used(-1)
            use.unlink()

    def _move_used(self, step):
        """Add to ``used`` in one statement; the database refuses what the quota does not hold.

        :return: whether it was possible
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE scn_entitlement SET used = used + %(step)s, \"left\" = quota - used - %(step)s"
                " WHERE id = %(id)s AND used + %(step)s BETWEEN 0 AND quota RETURNING id",
                step=step,
                id=self.id,
            ),
            # two at once: the second one is repeated and finds it used, nothing went wrong
            log_exceptions=False,
        )
        done = bool(self.env.cr.fetchone())
        self.invalidate_recordset(['used', 'left'])
        return done

    @api.model
    def _cron_remind_owed(self):
        """Daily: one open task per partnership for what is owed and past the day it should be planned by."""
        today = fields.Date.context_today(self)
        owed = self.search(
            [
                ('left', '>', 0),
                ('due_on', '<=', today),
                ('window_end', '>=', today),
                ('partnership_id.state', 'in', HOLDING_STATES),
            ]
        )._filter_unplanned()
        activity = 'scn_partner.mail_activity_type_owed'
        for partnership, entitlements in owed.grouped('partnership_id').items():
            if not partnership.activity_search([activity], only_automated=False):
                partnership.activity_schedule(
                    activity,
                    user_id=(partnership.user_id or self.env.ref('base.user_admin')).id,
                    note=self.env._(
                        "Still owed: %(benefits)s", benefits=", ".join(entitlements.mapped('display_name'))
                    ),
                )

    def _filter_unplanned(self):
        """Hook: those for which nothing is planned yet; addons that plan leave out theirs."""
        return self

    @api.constrains('quota')
    def _check_quota(self):
        """The sentence before the database's CHECK."""
        for entitlement in self:
            if entitlement.quota < entitlement.used:
                raise ValidationError(
                    self.env._(
                        "%(name)s: %(used)s are used already.",
                        name=entitlement.display_name,
                        used=entitlement.used,
                    )
                )
