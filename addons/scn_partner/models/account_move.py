from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices of periods: what happens to the ledger when one is cancelled, reversed, posted again or deleted."""

    _inherit = 'account.move'

    def write(self, vals):
        if vals.get('state') == 'draft':
            self._check_period_is_free()
        if vals.get('state') in ('draft', 'cancel'):
            self._check_leaving_credits_stay()
        periods = self._get_scn_periods() if 'state' in vals else None
        result = super().write(vals)
        if periods is not None:
            (periods | self._get_scn_periods())._refresh_state()
        return result

    def unlink(self):
        periods = self._get_scn_periods()
        result = super().unlink()
        periods._refresh_state()
        return result

    def _get_scn_periods(self):
        return self.sudo().invoice_line_ids.scn_period_id

    def _check_period_is_free(self):
        """The sentence before the unique index: a cancelled invoice cannot come back beside its successor.

        :raises UserError: when the period has another invoice by now
        """
        for line in self.filtered(lambda move: move.state == 'cancel').invoice_line_ids.filtered('scn_period_id'):
            others = line.sudo().scn_period_id.line_ids.filtered(
                lambda other, line=line: (
                    other.parent_state != 'cancel'
                    and (other.scn_instalment, other.scn_issue) == (line.scn_instalment, line.scn_issue)
                ),
            )
            if others:
                raise UserError(
                    self.env._(
                        "%(period)s was invoiced again by %(invoice)s. Work with that invoice instead.",
                        period=line.scn_period_id.display_name,
                        invoice=others[0].move_id.display_name,
                    )
                )

    def _post(self, soft=True):
        """A credit note that takes back a whole invoice frees its periods, in the same transaction."""
        invoices = self.filtered(lambda move: move.move_type == 'out_invoice')
        invoices._check_scn_purchase_orders()
        invoices._check_scn_channels()
        posted = super()._post(soft=soft)
        refunds = posted.filtered(lambda move: move.move_type == 'out_refund')
        refunds.filtered('reversed_entry_id')._link_scn_refunds()
        refunds._check_not_credited_twice()
        # Unused days are a part of the fee by their rule: they never open the period again.
        origins = refunds.filtered(lambda move: not move._is_credit_of_leaving()).reversed_entry_id
        origins.filtered(lambda move: move._is_fully_reversed())._release_scn_periods()
        posted._request_delivery()
        return posted

    def _check_scn_purchase_orders(self):
        """No invoice leaves without the number where the city requires one, whichever way it was made.

        :raises UserError: when the city has no purchase order that is valid today and covers the period
        """
        periods = self._get_scn_periods()
        open_periods = periods.filtered(lambda period: not period.purchase_reference_id)
        references = open_periods._get_valid_references(fields.Date.context_today(self))
        for period in open_periods:
            if reference := period._find_purchase_reference(references):
                period.purchase_reference_id = reference
            elif period.partner_id.requires_purchase_order:
                raise UserError(period._get_waiting_message())
        for move in self:
            number = move._get_scn_periods().purchase_reference_id[:1].number
            if number and number not in (move.ref or ''):
                move.ref = number

    def _link_scn_refunds(self):
        """Lines of a credit note that was not made by reversing name the period they give back too.

        The period is that of the credited invoice's line with the same product; with several of them the first one.
        """
        for line in self.sudo().invoice_line_ids.filtered(
            lambda line: line.display_type == 'product' and not line.scn_refund_period_id
        ):
            origins = line.move_id.reversed_entry_id.invoice_line_ids.filtered(lambda origin: origin._get_scn_period())
            line.scn_refund_period_id = origins.filtered(
                lambda origin, line=line: origin.product_id == line.product_id
            )[:1]._get_scn_period()

    def _check_scn_channels(self):
        """An invoice that could not reach its payer in the payer's way is stopped before it is posted.

        :raises UserError: with what is missing
        """
        for move in self:
            if move._get_scn_periods() and (problem := move._get_channel_problem()):
                raise UserError(problem)

    def _is_fully_reversed(self):
        """Whether posted credit notes add up to the invoice, without taxes: those are rounded on each note."""
        self.ensure_one()
        return self.currency_id.compare_amounts(self._get_credited_amount(), self.amount_untaxed) >= 0

    def _release_scn_periods(self):
        """Give the key back: the next invoice of the period is the next issue."""
        lines = self.sudo().invoice_line_ids.filtered('scn_period_id')
        periods = lines.scn_period_id
        for line in lines:
            line.write({'scn_credited_period_id': line.scn_period_id.id, 'scn_period_id': False})
        for period in periods:
            period.issue += 1
        periods._refresh_state()
