from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..billing_terms import term_dates


class ScnPartnershipPeriod(models.Model):
    """Taking one period out of the ledger, and planning it again."""

    _inherit = 'scn.partnership.period'

    # -- what people do ----------------------------------------------------------------------------------------

    def action_cancel_period(self):
        """Cancel these periods: what is invoiced is credited in full, benefits and tier go back.

        :return: a notification with what was done and what to do next
        :raises AccessError: for anybody but officers and finance, and for anybody but finance where money is credited
        :raises UserError: when another period stands on one of them
        """
        self._check_may_cancel()
        self._lock()
        periods = self.sudo()
        periods._check_can_be_cancelled()
        invoices = periods.line_ids.move_id.filtered(lambda move: move.state == 'posted')
        credits = invoices._credit_what_stands()
        automatic = periods.partnership_id.filtered(lambda partnership: partnership.renewal_mode == 'automatic')
        for partnership in periods.partnership_id:
            partnership._withdraw_periods(
                periods & partnership.period_ids,
                self.env._("Period cancelled by %(user)s", user=self.env.user.name),
            )
        message = self._get_cancelled_message(credits, automatic.filtered(lambda one: one.renewal_mode == 'manual'))
        for partnership in periods.partnership_id:
            days = ", ".join((periods & partnership.period_ids).mapped('display_name'))
            partnership.message_post(
                body=self.env._("Period cancelled: %(periods)s. %(next)s", periods=days, next=message)
            )
        return self._notify(self.env._("Cancelled"), message)

    def action_plan_again(self):
        """Put a cancelled period back into the ledger; it is invoiced on its day like any other.

        :return: a notification with what happens next
        :raises UserError: when the ledger went on without it
        """
        self.ensure_one()
        self.partnership_id._check_officer()
        period = self.sudo()
        period._check_can_plan_again()
        partnership = period.partnership_id
        if partnership.state == 'cancelled':
            partnership.write({'state': 'pending', 'cancel_reason': False})
        period.state = 'waived' if partnership.is_waived else 'planned'
        period._refresh_state()
        term = period.parent_id or period
        self.env['scn.entitlement'].sudo()._rebase(term, period.grade_id, period.date_start)
        partnership._advance(fields.Date.context_today(self))
        message = (
            self.env._("Its fee is waived: nothing is invoiced.")
            if period.state == 'waived'
            else self.env._("It is invoiced on %(day)s.", day=period.next_invoice_date)
        )
        partnership.message_post(
            body=self.env._("Period planned again: %(period)s. %(next)s", period=period.display_name, next=message)
        )
        return self._notify(self.env._("Planned again"), message)

    # -- rules -------------------------------------------------------------------------------------------------

    def _check_may_cancel(self):
        for partnership in self.partnership_id:
            partnership._check_officer()
        is_invoiced = any(line.parent_state == 'posted' for line in self.sudo().line_ids)
        if is_invoiced and not self.env.su and not self.env.user.has_group('scn_partner.group_scn_finance'):
            raise AccessError(
                self.env._("This is invoiced, and only finance credits an invoice: ask a colleague there.")
            )

    def _check_can_be_cancelled(self):
        """
        :raises UserError: for what is cancelled or billed elsewhere, what another period stands on, and an invoice
            that holds something else too
        """
        self.partnership_id._check_not_leaving()
        for period in self:
            if period.state == 'cancelled':
                raise UserError(self.env._("%(period)s is cancelled already.", period=period.display_name))
            if period.state == 'elsewhere':
                raise UserError(
                    self.env._(
                        "%(period)s was billed elsewhere and stays as a record. Let the city leave instead.",
                        period=period.display_name,
                    )
                )
            later = period._get_periods_on_top() - self
            if later:
                raise UserError(
                    self.env._(
                        "%(later)s comes after %(period)s. Cancel that one first.",
                        later=later[-1].display_name,
                        period=period.display_name,
                    )
                )
            period._check_invoices_hold_nothing_else()

    def _get_periods_on_top(self):
        """Periods that would be left in the air without this one: later terms, and upgrades of it after it."""
        self.ensure_one()
        live = self.partnership_id.period_ids.filtered(lambda period: period.state != 'cancelled') - self
        if self.kind == 'upgrade':
            return live.filtered(
                lambda period: period.parent_id == self.parent_id and period.number > self.number,
            )
        return live.filtered(lambda period: period.date_start > self.date_end or period.parent_id == self)

    def _check_invoices_hold_nothing_else(self):
        """An invoice is credited in full, so it must hold the fee of these periods only."""
        for move in self.line_ids.move_id.filtered(lambda move: move.state == 'posted'):
            others = move.invoice_line_ids.filtered(
                lambda line: line.display_type == 'product' and line.scn_period_id not in self
            )
            if others:
                raise UserError(
                    self.env._(
                        "%(invoice)s holds more than this fee. Credit the fee on the invoice itself.",
                        invoice=move.name,
                    )
                )

    def _check_can_plan_again(self):
        self.ensure_one()
        partnership = self.partnership_id
        if self.state != 'cancelled':
            raise UserError(self.env._("%(period)s is not cancelled.", period=self.display_name))
        if self.sale_line_id.order_id.state == 'cancel':
            raise UserError(
                self.env._(
                    "The order %(order)s is cancelled. Set it back to a quotation and confirm it again.",
                    order=self.sale_line_id.order_id.name,
                )
            )
        partnership._check_not_leaving()
        if partnership.state == 'lapsed' or not self._fits_into_ledger():
            raise UserError(
                self.env._(
                    "The ledger of %(name)s went on without %(period)s. Quote the renewal or the upgrade instead.",
                    name=partnership.display_name,
                    period=self.display_name,
                )
            )
        partnership._check_free_until(max(self.date_end, partnership.date_end or self.date_end))

    def _fits_into_ledger(self):
        """Whether this period is what comes next, as if it had not been cancelled."""
        self.ensure_one()
        partnership = self.partnership_id
        live = partnership.period_ids.filtered(lambda period: period.state != 'cancelled')
        if self.kind == 'upgrade':
            held = partnership._get_period_on(self.date_start)
            return self.parent_id in live and held.grade_id.rank < self.grade_id.rank and not self._get_periods_on_top()
        if self.kind == 'stub':
            return not live
        terms = live.filtered(lambda period: period.kind in ('initial', 'renewal'))
        starts_late = partnership.anchor_date > partnership.date_start
        if starts_late and not live.filtered(lambda period: period.kind == 'stub'):
            return False
        expected = term_dates(partnership.anchor_date, partnership.interval_months, len(terms))
        return (self.date_start, self.date_end) == expected

    # -- doing it ----------------------------------------------------------------------------------------------

    def _withdraw(self):
        """Take periods out of the ledger with their drafts and what is left of their benefits.

        What the partnership does without them is for the caller: see ``_withdraw_periods``.
        """
        self.line_ids.move_id.filtered(lambda move: move.state == 'draft').button_cancel()
        self.write({'state': 'cancelled', 'next_invoice_date': False, 'last_error': False, 'retry_at': False})
        self.env['scn.entitlement'].sudo()._expire([('period_id', 'in', self.ids)])

    def _get_cancelled_message(self, credits, no_longer_automatic):
        parts = []
        if credits:
            parts.append(
                self.env._(
                    "Credited with %(credits)s; what was paid can be paid back from there.",
                    credits=", ".join(credits.mapped('name')),
                )
            )
        if no_longer_automatic:
            parts.append(self.env._("The renewal is manual from now on."))
        if any(partnership.state == 'cancelled' for partnership in self.partnership_id):
            parts.append(self.env._("No period is left, so the partnership is cancelled too."))
        parts.append(self.env._("“Plan again” takes this back."))
        return " ".join(parts)

    def _notify(self, title, message, kind='success', follow=None):
        """A message on the screen that then shows the new state.

        :param str kind: success, warning or danger; the last two stay until they are closed
        :param dict follow: action to open behind it, by default the screen is read again
        """
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'title': title,
                'message': message,
                'type': kind,
                'sticky': kind != 'success',
                'next': follow or {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }
