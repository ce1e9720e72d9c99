from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..billing_terms import days_between, prorate
from .scn_partnership import HOLDING_STATES

LEAVE_MONEY = [('none', 'Nothing is given back'), ('credit', 'The unused days are credited')]


class ScnPartnership(models.Model):
    """Leaving: a city ends its partnership with its term or on an earlier day.

    Preview and apply are one code path: ``_prepare_leaving`` says what happens to each period, ``_leave`` does that
    and nothing else. Money follows the rule “unused days” (docs/billing.md): of each period the net fee × days after
    the last day / days of the period, rounded to the currency on its own. What is invoiced of it is credited, what
    is not invoiced yet is left out of the invoice. A term that would begin after the last day is taken back whole.
    """

    _inherit = 'scn.partnership'

    leave_reason = fields.Char(string="Why it leaves", readonly=True, copy=False, tracking=True)
    leave_money = fields.Selection(LEAVE_MONEY, string="Money", readonly=True, copy=False, tracking=True)

    # -- the plan ----------------------------------------------------------------------------------------------

    def _get_leaving_days(self):
        """First and last day that may be the last one: from the start of the running term to the end of the ledger
        or of the grace."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        terms = self.period_ids.filtered(lambda period: period.kind != 'upgrade' and period.state != 'cancelled')
        begun = terms.filtered(lambda term: term.date_start <= today).sorted('date_start')[-1:] or terms[:1]
        ends = [day for day in (self.date_end, self.grace_until) if day]
        return begun.date_start or self.date_start, max(ends, default=today)

    def _get_term_end(self):
        """Last day of the running term; today where a city is in its grace."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self._get_term_on(today).date_end or today

    def _check_not_leaving(self):
        """
        :raises UserError: while the partnership has a last day
        """
        for partnership in self.filtered(lambda one: one.date_ended and one.state in HOLDING_STATES):
            raise UserError(
                self.env._(
                    "%(name)s leaves on %(day)s. If it stays after all, take the leaving back first.",
                    name=partnership.display_name,
                    day=partnership.date_ended,
                )
            )

    def _check_can_leave(self, last_day):
        """
        :raises UserError: when the partnership is not running or leaves already, or the day is out of range
        """
        self.ensure_one()
        self._check_state(HOLDING_STATES)
        self._check_not_leaving()
        first, last = self._get_leaving_days()
        if not last_day or not first <= last_day <= last:
            raise UserError(
                self.env._("The last day has to be from %(first)s to %(last)s.", first=first, last=last),
            )

    def _prepare_leaving(self, last_day, money):
        """What leaving does to the ledger.

        :param last_day: last day of the partnership
        :param str money: ``none`` or ``credit`` for the unused days
        :return: dict ``{'last_day', 'money', 'rows', 'credit', 'less'}``; ``rows`` as of
            ``_prepare_leaving_row`` of each period that changes, ``credit`` the sum of all credit notes without
            taxes, ``less`` what will not be invoiced any more
        :raises UserError: when it is not possible
        """
        self.ensure_one()
        self._check_can_leave(last_day)
        periods = self.sudo().period_ids.filtered(lambda period: period.state != 'cancelled')
        rows = [
            row
            for period in periods.sorted(lambda period: (period.date_start, period.number))
            if (row := period._prepare_leaving_row(last_day, money))
        ]
        rounding = self.currency_id
        return {
            'last_day': last_day,
            'money': money,
            'rows': rows,
            'credit': rounding.round(sum(row['credit'] for row in rows)),
            'less': rounding.round(sum(row['less'] for row in rows)),
        }

    # -- doing it ----------------------------------------------------------------------------------------------

    def _check_may_leave(self, plan):
        """
        :raises AccessError: for anybody but officers and finance; for anybody but finance where money is credited
        """
        self._check_officer()
        needs_finance = plan['credit'] or plan['less']
        if needs_finance and not self.env.su and not self.env.user.has_group('scn_partner.group_scn_finance'):
            raise AccessError(
                self.env._(
                    "Only finance credits money. Give nothing back, or ask a colleague of finance to do this step."
                )
            )

    def _leave(self, plan, reason):
        """Do what a plan says, with the rights of the superuser: callers check theirs first.

        :param dict plan: of ``_prepare_leaving``
        :param str reason: for the colleagues; the city does not read it
        :return: the posted credit notes
        """
        self.ensure_one()
        partnership = self.sudo()
        summary = partnership._get_leaving_summary(plan)
        taken_back = partnership.period_ids.browse([row['period'].id for row in plan['rows'] if row['withdrawn']])
        taken_back._check_invoices_hold_nothing_else()
        credits = taken_back.line_ids.move_id.filtered(lambda move: move.state == 'posted')._credit_what_stands()
        taken_back._withdraw()
        credits += partnership.period_ids._return_unused([row for row in plan['rows'] if not row['withdrawn']])
        partnership.write(
            {
                'date_ended': plan['last_day'],
                'leave_reason': reason,
                'leave_money': plan['money'],
                'renewal_mode': 'none',
                'renewal_declined': True,
            }
        )
        # The exclusion of two live ones is checked row by row: the last day is there before another one begins.
        partnership.flush_recordset()
        self.env['scn.entitlement'].sudo()._expire(
            [('partnership_id', '=', self.id), ('window_start', '>', plan['last_day'])]
        )
        partnership.order_ids.filtered(lambda order: order.state in ('draft', 'sent'))._action_cancel()
        partnership._close_leaving_items(plan['last_day'])
        partnership.message_post(body=summary)
        partnership._advance(fields.Date.context_today(self))
        return credits

    def action_stay(self):
        """Take the leaving back while the partnership runs: its unused days are charged again, benefits come back.

        :raises AccessError: for anybody but officers and finance; for anybody but finance where money was credited
        :raises UserError: when the last day has passed, or a credit was paid back
        """
        self.ensure_one()
        self._check_officer()
        partnership = self.sudo()
        if partnership.state not in HOLDING_STATES or not partnership.date_ended:
            raise UserError(
                self.env._(
                    "%(name)s is not leaving, or has left: then quote a new partnership.", name=self.display_name
                )
            )
        credits = partnership._get_leaving_credits()
        if credits or any(partnership.period_ids.mapped('returned')):
            if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_finance'):
                raise AccessError(self.env._("Money was credited: ask a colleague of finance to take this back."))
            credits._check_not_paid_back()
            credits._check_not_issued_again()
        periods = partnership.period_ids.filtered('returned')
        # First the ledger: a credit note of a leaving stays as long as its period counts on it.
        periods.write({'returned': 0.0})
        credits.button_cancel()
        periods._refresh_state()
        partnership.write(
            {
                'date_ended': False,
                'leave_reason': False,
                'leave_money': False,
                'renewal_mode': 'manual',
                'renewal_declined': False,
            }
        )
        today = fields.Date.context_today(self)
        for term in partnership.period_ids.filtered(
            lambda period: period.kind != 'upgrade' and period.state != 'cancelled' and period.date_end >= today
        ):
            held = partnership._get_period_on(max(today, term.date_start))
            self.env['scn.entitlement'].sudo()._rebase(term, held.grade_id, today)
        partnership._advance(today)
        message = self.env._("The renewal is manual. A later term that was taken back is planned again in the ledger.")
        partnership.message_post(body=self.env._("Stays after all. %(next)s", next=message))
        return partnership.period_ids._notify(self.env._("Stays after all"), message)

    def _get_leaving_credits(self):
        """Posted credit notes of unused days."""
        lines = self.env['account.move.line'].search(
            [('scn_returned_period_id.partnership_id', 'in', self.ids), ('parent_state', '=', 'posted')]
        )
        return lines.move_id

    # -- periods that go -----------------------------------------------------------------------------------------

    def _withdraw_periods(self, periods, reason):
        """Take periods back and do what the ledger says without them.

        A partnership without any period is cancelled. Tier, benefits and fee are those of what is left.

        :param str reason: why the partnership is cancelled, if it is
        """
        self.ensure_one()
        renewals = periods.filtered(lambda period: period.kind == 'renewal')
        periods._withdraw()
        if renewals and self.renewal_mode == 'automatic':
            # Otherwise the daily job would plan the same term again.
            self.renewal_mode = 'manual'
        left = self.period_ids.filtered(lambda period: period.state != 'cancelled').sorted('number')
        if not left:
            self._cancel(reason)
            return
        today = fields.Date.context_today(self)
        latest = self._get_period_on(today) or left[-1]
        self.env['scn.entitlement'].sudo()._rebase(latest.parent_id or latest, latest.grade_id, today)
        self.write({'grade_id': latest.grade_id.id, 'product_id': latest.product_id.id, 'fee': latest.fee})
        self._advance(today)


class ScnPartnershipPeriod(models.Model):
    _inherit = 'scn.partnership.period'

    def _prepare_leaving_row(self, last_day, money):
        """What a leaving does to this period.

        :return: None where nothing changes, else dict ``{'period', 'withdrawn', 'days', 'total', 'unused', 'refunds',
            'credit', 'less'}``: ``withdrawn`` for a period that would begin after the last day, ``days`` of ``total``
            unused, ``refunds`` a list of ``(invoice line, amount)``
        :raises UserError: while a draft invoice holds its fee
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.parent_state == 'posted')
        total = days_between(self.date_start, self.date_end)
        row = {'period': self, 'withdrawn': True, 'days': total, 'total': total, 'unused': 0.0, 'refunds': []}
        if self.date_start > last_day:
            row['credit'] = sum(line._get_standing_amount() for line in lines)
            open_net = self.price - self.credit - self.returned - sum(lines.mapped('price_subtotal'))
            is_open = self.state in ('planned', 'waiting', 'partial')
            row['less'] = self.currency_id.round(open_net) if is_open else 0.0
            return row
        if self.date_end <= last_day or money != 'credit' or self.state in ('waived', 'elsewhere'):
            return None
        self._check_no_draft_invoice()
        row.update(withdrawn=False, days=days_between(last_day, self.date_end) - 1)
        refunds = self._get_unused_refunds(self._get_unused_fee(row['days'], total))
        cut = {line: min(amount, line._get_standing_amount()) for line, amount in refunds.items()}
        row['refunds'] = [(line, amount) for line, amount in cut.items() if amount > 0]
        row['credit'] = self.currency_id.round(sum(cut.values()))
        whole = self._get_unused_fee(row['days'], total)
        row['less'] = self.currency_id.round(whole - sum(refunds.values()))
        row['unused'] = self.currency_id.round(row['credit'] + row['less'])
        return row if row['unused'] else None

    def _get_unused_fee(self, days, total):
        """The net fee of some of the days, at least one step of the currency less than all of it: a day was used."""
        net = self.currency_id.round(self.price - self.credit)
        rounding = self.currency_id.rounding
        return max(0.0, min(prorate(net, days, total, rounding), self.currency_id.round(net - rounding)))

    def _get_unused_refunds(self, unused):
        """How much of the unused fee each invoiced instalment holds.

        :return: dict from posted invoice line to amount
        """
        kept = {part[0]: part[1] - part[2] for part in self._leave_out_unused(self._get_agreed_instalments(), unused)}
        refunds = {}
        for number, amount, credit, __, __ in self._get_agreed_instalments():
            cut = self.currency_id.round(amount - credit - kept.get(number, 0.0))
            line = self.line_ids.filtered(
                lambda line, number=number: line.parent_state == 'posted' and line.scn_instalment == number,
            )
            if line and cut > 0:
                refunds[line] = cut
        return refunds

    def _check_no_draft_invoice(self):
        for line in self.line_ids.filtered(lambda line: line.parent_state == 'draft'):
            raise UserError(
                self.env._(
                    "A draft invoice holds %(period)s. Post or delete it first: %(invoice)s.",
                    period=self.display_name,
                    invoice=line.move_id.display_name,
                )
            )

    def _return_unused(self, rows):
        """Write down the unused days and credit what was invoiced of them, once per instalment and issue.

        :param list rows: of ``_prepare_leaving_row``
        :return: the posted credit notes
        """
        values_list = []
        for row in rows:
            row['period'].returned = row['unused']
            values_list += [line._prepare_unused_credit_values(amount, row) for line, amount in row['refunds']]
        credits = self.env['account.move'].create(values_list)
        credits._post(soft=False)
        for row in rows:
            row['period']._refresh_state()
        return credits
