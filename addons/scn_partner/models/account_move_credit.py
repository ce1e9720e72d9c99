from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Credit notes of the ledger: never more than the invoice, and those of a leaving stay with it."""

    _inherit = 'account.move'

    def _get_credited_amount(self):
        """What posted credit notes took back of this invoice, without taxes."""
        self.ensure_one()
        reversals = self.reversal_move_ids.filtered(lambda move: move.state == 'posted')
        return sum(reversals.mapped('amount_untaxed'))

    def _is_credit_of_leaving(self):
        self.ensure_one()
        return bool(self.invoice_line_ids.scn_returned_period_id)

    def _check_not_credited_twice(self):
        """
        :raises UserError: when credit notes take more back than the invoice of a period charged
        """
        for invoice in self.reversed_entry_id:
            lines = invoice.sudo().invoice_line_ids
            if not (lines.scn_period_id or lines.scn_credited_period_id):
                continue
            if invoice.currency_id.compare_amounts(invoice._get_credited_amount(), invoice.amount_untaxed) > 0:
                raise UserError(
                    self.env._(
                        "%(invoice)s is %(amount)s without taxes, and its credit notes would be more. "
                        "Lower this one to what is left of it.",
                        invoice=invoice.name,
                        amount=invoice.currency_id.format(invoice.amount_untaxed),
                    )
                )

    def _check_leaving_credits_stay(self):
        """The ledger counts on the credit note of a leaving, and that one on its invoice.

        :raises UserError: with the way to take both back
        """
        for move in self.filtered(lambda move: move.state == 'posted').sudo():
            notes = move if move._is_credit_of_leaving() else move.reversal_move_ids
            notes = notes.filtered(lambda note: note.state == 'posted')
            if any(notes.invoice_line_ids.scn_returned_period_id.mapped('returned')):
                raise UserError(
                    self.env._(
                        "%(note)s credits the unused days of a city that leaves. If it stays after all, "
                        "take the leaving back on its partnership.",
                        note=notes[0].name,
                    )
                )

    def _check_not_paid_back(self):
        """
        :raises UserError: for a credit note that was paid back to the city
        """
        for move in self:
            partners = move._get_reconciled_amls().move_id - move.reversed_entry_id
            if partners:
                raise UserError(
                    self.env._(
                        "%(note)s was paid back or used for another invoice. Quote a new partnership instead.",
                        note=move.name,
                    )
                )

    def _check_not_issued_again(self):
        """
        :raises UserError: when the invoice that a leaving credited in part was credited in full and issued again
        """
        for line in self.invoice_line_ids.filtered('scn_returned_period_id'):
            if line.scn_issue != line.scn_returned_period_id.issue:
                raise UserError(
                    self.env._(
                        "%(invoice)s was issued again since, without the unused days. Quote a new partnership instead.",
                        invoice=line.move_id.reversed_entry_id.name,
                    )
                )

    def _credit_what_stands(self):
        """Credit these posted invoices in full, less what was credited of them before.

        :return: the posted credit notes
        """
        credits = self.browse()
        credited = self.filtered('reversal_move_ids').filtered(
            lambda move: not move.currency_id.is_zero(move._get_credited_amount())
        )
        for moves, cancel in ((self - credited, True), (credited, False)):
            if moves:
                credits += moves._reverse_moves(
                    [{'ref': self.env._("Credit of %(invoice)s", invoice=move.name)} for move in moves],
                    cancel=cancel,
                )
        for note in credits.filtered(lambda move: move.state == 'draft'):
            invoice = note.reversed_entry_id
            left = invoice.amount_untaxed - invoice._get_credited_amount()
            note._lower_to(invoice.currency_id.round(left))
            note._post(soft=False)
        return credits

    def _lower_to(self, amount):
        """Bring a draft credit note of one fee down to an amount without taxes."""
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
        if len(lines) > 1:
            raise UserError(
                self.env._(
                    "%(invoice)s holds more than this fee and was credited in part. Credit the rest on the invoice.",
                    invoice=self.reversed_entry_id.name,
                )
            )
        lines.price_unit = lines._get_unit_price_of(amount)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _get_standing_amount(self):
        """What stands of a fee line after the credit notes on its invoice, without taxes."""
        self.ensure_one()
        others = self.move_id.amount_untaxed - self.price_subtotal
        left = self.move_id.amount_untaxed - self.move_id._get_credited_amount()
        return max(0.0, min(self.price_subtotal, self.currency_id.round(left - min(others, left))))

    def _get_unit_price_of(self, amount):
        """Unit price that makes this line an amount without taxes, with its discount and taxes as they are."""
        self.ensure_one()
        if self.currency_id.is_zero(self.price_subtotal):
            return amount
        if self.currency_id.compare_amounts(self.price_unit * self.quantity, self.price_subtotal) == 0:
            return amount / self.quantity
        return self.price_unit * amount / self.price_subtotal

    def _prepare_unused_credit_values(self, amount, row):
        """Values of the credit note for the unused days of one invoiced instalment. Integrators extend this one.

        Not linked to the order: what was ordered counts as invoiced.

        :param float amount: without taxes, in the invoice's currency
        :param dict row: of ``scn.partnership.period._prepare_leaving_row``
        """
        self.ensure_one()
        invoice, period = self.move_id, row['period']
        lang = invoice.partner_id.lang
        return {
            'move_type': 'out_refund',
            'company_id': invoice.company_id.id,
            'journal_id': invoice.journal_id.id,
            'partner_id': invoice.partner_id.id,
            'currency_id': invoice.currency_id.id,
            'fiscal_position_id': invoice.fiscal_position_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_origin': period.partnership_id.name,
            'invoice_user_id': invoice.invoice_user_id.id,
            'reversed_entry_id': invoice.id,
            'ref': invoice.ref,
            'invoice_line_ids': [
                fields.Command.create(
                    {
                        'product_id': self.product_id.id,
                        'name': self.with_context(lang=lang).env._(
                            "Unused days of %(fee)s: %(days)s of %(total)s days",
                            fee=period._get_invoice_text(),
                            days=row['days'],
                            total=row['total'],
                        ),
                        'quantity': 1.0,
                        'price_unit': self._get_unit_price_of(amount) * self.quantity,
                        'discount': self.discount,
                        'account_id': self.account_id.id,
                        'tax_ids': [fields.Command.set(self.tax_ids.ids)],
                        'analytic_distribution': self.analytic_distribution,
                        'scn_returned_period_id': period.id,
                        'scn_instalment': self.scn_instalment,
                        'scn_issue': self.scn_issue,
                    }
                )
            ],
        }
