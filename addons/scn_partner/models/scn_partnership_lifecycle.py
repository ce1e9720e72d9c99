from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..billing_terms import term_dates
from .scn_partnership import HOLDING_STATES, LIVE_STATES

#: How long an offer and the grace wait after the council's decision.
COUNCIL_EXTRA_DAYS = 30
#: Tasks that the ledger opens by itself.
LEDGER_TASKS = [
    'scn_partner.mail_activity_type_billing_error',
    'scn_partner.mail_activity_type_purchase_order',
    'scn_partner.mail_activity_type_owed',
    'scn_partner.mail_activity_type_carry_over',
]
#: How long before the end of a term its renewal is planned.
RENEWAL_LEAD_DAYS = 60


class ScnPartnership(models.Model):
    """States: draft → quoted → pending → active ⇄ paused, active ⇄ grace → lapsed, cancelled from any.

    ``_get_due_state`` is a pure function of the day, the periods and the payments: the daily job may run as often
    as it likes. Renewal is not a state: a city keeps access while its council decides.
    """

    _inherit = 'scn.partnership'

    # -- the daily job -----------------------------------------------------------------------------------------

    def _get_due_state(self, today):
        """State this partnership should be in on a day, from its periods and payments.

        :return: ``(state, last day of grace or False)``
        """
        self.ensure_one()
        if self.state == 'pending':
            may_start = self.eligibility == 'positive' and self.date_start <= today and self._is_activation_met()
            return ('active' if may_start else 'pending'), self.grace_until
        if self.state not in HOLDING_STATES:
            return self.state, self.grace_until
        if self.date_ended and self.date_ended < today:
            return 'lapsed', self.grace_until
        if self.date_end and self.date_end >= today:
            return ('paused' if self.state == 'paused' else 'active'), False
        if self.date_ended:
            # It leaves on a day of its grace, which was agreed.
            return 'grace', self.date_ended
        if self.renewal_mode == 'none' or self.renewal_declined or not self.date_end:
            return 'lapsed', self.grace_until
        grace_until = self._get_grace_until()
        return ('grace' if grace_until >= today else 'lapsed'), grace_until

    def _is_activation_met(self):
        """On confirmation, or when the first period is paid, as the tier says. A waived fee counts as paid."""
        self.ensure_one()
        if self.grade_id.activation_policy != 'payment' or self.is_waived:
            return True
        first = self.period_ids.sorted('date_start')[:1]
        return first.payment_state in ('paid', 'in_payment') or first.state in ('waived', 'elsewhere')

    def _get_grace_until(self):
        """Last day of access after the term: the tier's grace days, longer while a council decides, never longer
        than the tier's latest end."""
        self.ensure_one()
        grace = self.date_end + timedelta(days=self.grade_id.grace_days)
        if self.council_decision_on:
            grace = max(grace, self.council_decision_on + timedelta(days=COUNCIL_EXTRA_DAYS))
        return min(grace, self.date_end + timedelta(days=max(self.grade_id.grace_max_days, self.grade_id.grace_days)))

    def _advance(self, today):
        """Bring states, renewals and tiers in line with a day. A second call with the same day changes nothing."""
        for partnership in self:
            partnership._plan_automatic_renewal(today)
            partnership._follow_period(today)
            state, grace_until = partnership._get_due_state(today)
            values = {}
            if state != partnership.state:
                values['state'] = state
            if (grace_until or False) != partnership.grace_until:
                values['grace_until'] = grace_until or False
            if state == 'lapsed' and partnership.state != 'lapsed' and not partnership.date_ended:
                values['date_ended'] = partnership.grace_until or grace_until or partnership.date_end
            if values:
                partnership.write(values)

    def _plan_automatic_renewal(self, today):
        """Put the next term into the ledger of a partnership that renews by itself, ahead of time."""
        self.ensure_one()
        while (
            self.state in HOLDING_STATES
            and self.renewal_mode == 'automatic'
            and not self.renewal_declined
            and not self.date_ended
            and self.date_end
            and self.date_end <= today + timedelta(days=RENEWAL_LEAD_DAYS)
        ):
            self._add_renewal_period()

    @api.model
    def _cron_advance(self, batch_size=200):
        """Daily: every live partnership, in committed batches."""
        today = fields.Date.context_today(self)
        last_id = 0
        while partnerships := self.search(
            [('state', 'in', LIVE_STATES), ('id', '>', last_id)],
            order='id',
            limit=batch_size,
        ):
            partnerships.sudo()._advance(today)
            last_id = partnerships[-1].id
            remaining = self.search_count([('state', 'in', LIVE_STATES), ('id', '>', last_id)])
            if not self.env['ir.cron']._commit_progress(len(partnerships), remaining=remaining):
                break

    # -- periods -----------------------------------------------------------------------------------------------

    def _prepare_period_values(self, kind, date_start, date_end, price, **values):
        self.ensure_one()
        return {
            'partnership_id': self.id,
            'number': max(self.period_ids.mapped('number'), default=0) + 1,
            'kind': kind,
            'grade_id': self.grade_id.id,
            'product_id': self.product_id.id,
            'date_start': date_start,
            'date_end': date_end,
            'currency_id': self.currency_id.id,
            'price': self.currency_id.round(price),
            'fee': self.fee,
            'invoice_date': date_start,
            'state': 'waived' if self.is_waived else 'planned',
            **values,
        }

    def _add_period(self, kind, date_start, date_end, price, **values):
        """Write one line of the ledger; price and currency are frozen from here on.

        :return: the period
        """
        self._check_free_until(max(date_end, self.date_end or date_end, self.grace_until or date_end))
        period = (
            self.env['scn.partnership.period']
            .sudo()
            .create(
                self._prepare_period_values(kind, date_start, date_end, price, **values),
            )
        )
        period._refresh_state()
        if kind == 'upgrade':
            self.env['scn.entitlement'].sudo()._rebase(period.parent_id, period.grade_id, date_start)
        else:
            self.env['scn.entitlement'].sudo()._rebase(period, period.grade_id, date_start)
        return period.sudo(self.env.su)

    def _add_renewal_period(self, price=None, sale_line=None):
        """The next anchored term, at the tier and fee after renewal where they are set.

        :param float price: the agreed fee; otherwise the next fee, else the fee
        """
        self.ensure_one()
        self._check_not_leaving()
        grade = self.next_grade_id or self.grade_id
        product = (grade.fee_product_id if grade != self.grade_id else self.product_id) or self.product_id
        fee = price if price is not None else self.renewal_fee
        # The city keeps today's tier until the new term starts: `_follow_period` changes it on that day.
        self.write({'next_fee': 0.0, 'council_decision_on': False, 'renewal_declined': False})
        terms = self.period_ids.filtered(
            lambda period: period.kind in ('initial', 'renewal') and period.state != 'cancelled',
        )
        first, last = term_dates(self.anchor_date, self.interval_months, len(terms))
        return self._add_period(
            'renewal',
            first,
            last,
            fee,
            grade_id=grade.id,
            product_id=product.id,
            fee=fee,
            sale_line_id=sale_line.id if sale_line else False,
        )

    def _get_period_on(self, day):
        """The period that decides on tier and fee on a day: the latest upgrade, else the term; may be empty."""
        self.ensure_one()
        return self.period_ids.filtered(
            lambda period: period.state != 'cancelled' and period.date_start <= day <= period.date_end,
        ).sorted(lambda period: (period.date_start, period.number))[-1:]

    def _follow_period(self, today):
        """Tier and fee are those of the period of the day: a downgrade waits for its term, an upgrade for its day."""
        self.ensure_one()
        period = self._get_period_on(today)
        if not period:
            return
        values = {'grade_id': self._get_tier_on(period, today), 'product_id': period.product_id, 'fee': period.fee}
        changed = {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()
            if self[name] != value
        }
        if self.next_grade_id and self.next_grade_id == period.grade_id:
            changed['next_grade_id'] = False
        if changed:
            self.write(changed)
        if 'grade_id' in changed:
            self.env['scn.entitlement'].sudo()._rebase(period.parent_id or period, self.grade_id, today)

    # -- what people do ----------------------------------------------------------------------------------------

    def _check_officer(self):
        """
        :raises AccessError: for anybody but officers and finance
        """
        self.check_access('write')
        user = self.env.user
        if not self.env.su and not (
            user.has_group('scn_partner.group_scn_officer') or user.has_group('scn_partner.group_scn_finance')
        ):
            raise AccessError(self.env._("Only officers and finance change partnerships."))

    def action_eligible(self):
        """Record a positive eligibility check by the signed-in user, to be reviewed in a year."""
        self._record_eligibility('positive')
        return True

    def action_not_eligible(self):
        """Record a negative eligibility check: the partnership cannot start."""
        self._record_eligibility('negative')
        return True

    def _record_eligibility(self, outcome):
        self._check_officer()
        today = fields.Date.context_today(self)
        self.sudo().write(
            {
                'eligibility': outcome,
                'eligibility_user_id': self.env.uid,
                'eligibility_date': today,
                'eligibility_review_on': today + timedelta(days=365),
            }
        )
        self.sudo()._advance(today)

    def action_pause(self):
        """Suspend the benefits; dates and invoices stay."""
        self._check_officer()
        self._check_state(('active',))
        self.sudo().write({'state': 'paused'})
        return True

    def action_resume(self):
        """Give the benefits back."""
        self._check_officer()
        self._check_state(('paused',))
        self.sudo().write({'state': 'active'})
        return True

    def action_renew(self):
        """Put the next term into the ledger now; it is invoiced when it starts."""
        self._check_officer()
        self._check_state(HOLDING_STATES)
        for partnership in self:
            partnership._check_no_term_to_come()
            partnership.sudo()._add_renewal_period()
        self.sudo()._advance(fields.Date.context_today(self))
        return True

    def _check_no_term_to_come(self):
        """
        :raises UserError: when the next term is in the ledger already: a second click renews nothing twice
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        coming = self.period_ids.filtered(
            lambda period: period.kind != 'upgrade' and period.state != 'cancelled' and period.date_start > today
        )
        if coming:
            raise UserError(
                self.env._(
                    "%(name)s is renewed already: the term from %(day)s is in the ledger.",
                    name=self.display_name,
                    day=coming[0].date_start,
                )
            )

    def _check_state(self, states):
        labels = dict(self._fields['state']._description_selection(self.env))
        for partnership in self:
            if partnership.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is %(state)s; this is only possible when it is: %(states)s.",
                        name=partnership.display_name,
                        state=labels[partnership.state].lower(),
                        states=", ".join(labels[state].lower() for state in states),
                    )
                )

    def _cancel(self, reason):
        """Undo a partnership that should not be: open periods go, the city falls back on the ladder.

        :raises UserError: while a posted invoice stands: credit it first
        """
        periods = self.period_ids.filtered(lambda period: period.state != 'cancelled').sudo()
        periods._check_can_cancel()
        periods._withdraw()
        self.sudo().write({'state': 'cancelled', 'cancel_reason': reason, 'grace_until': False})
        # Nobody accepts the renewal of what is undone, and nobody is reminded of it.
        self.sudo().order_ids.filtered(
            lambda order: order.scn_kind != 'new' and order.state in ('draft', 'sent')
        )._action_cancel()
        self.sudo().activity_unlink(LEDGER_TASKS)

    def action_cancel(self):
        """Cancel; see ``_cancel``."""
        self._check_officer()
        self._cancel(self.env._("Cancelled by %(user)s", user=self.env.user.name))
        return True

    # -- projection --------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partnerships = super().create(vals_list)
        partnerships._project_tier(partnerships.partner_id)
        return partnerships

    def write(self, vals):
        cities = self.partner_id
        result = super().write(vals)
        if {'state', 'grade_id', 'partner_id', 'date_start'} & vals.keys():
            self._project_tier(cities | self.partner_id)
        return result

    def unlink(self):
        cities = self.partner_id
        result = super().unlink()
        self._project_tier(cities)
        return result

    @api.model
    def _project_tier(self, cities):
        """The tier and the pricelist of cities follow their live partnership."""
        cities.sudo()._project_grade()
