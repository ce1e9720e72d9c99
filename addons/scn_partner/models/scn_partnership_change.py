from odoo import fields, models
from odoo.exceptions import UserError

from ..billing_terms import upgrade_amounts
from .scn_partnership import HOLDING_STATES


class ScnPartnership(models.Model):
    """Upgrades in the middle of a term. Preview and apply are one code path: ``_prepare_upgrade``."""

    _inherit = 'scn.partnership'

    def _get_term_on(self, day):
        """The term (alignment, first term or renewal) that a day falls into, or an empty record."""
        self.ensure_one()
        return self.period_ids.filtered(
            lambda period: period.kind != 'upgrade' and period.state != 'cancelled'
            and period.date_start <= day <= period.date_end,
        )[:1]

    def _prepare_upgrade(self, product, new_fee, day):
        """What an upgrade on a day costs, by the rule “by day, both ways” (see ``billing_terms``).

        :param product: the fee product of the higher tier
        :param float new_fee: fee of a whole term at the higher tier
        :return: dict ``{'charge', 'credit', 'net', 'term', 'days'}`` in the partnership's currency
        :raises UserError: when the day is in no paid term, or the tier is not higher
        """
        self.ensure_one()
        if self.state not in HOLDING_STATES:
            raise UserError(self.env._("Only a running partnership can be upgraded."))
        if product.grade_id.rank <= self.grade_id.rank:
            raise UserError(self.env._(
                "%(new)s is not above %(old)s on the ladder. A downgrade happens at renewal: set the tier after renewal.",
                new=product.grade_id.name, old=self.grade_id.name,
            ))
        term = self._get_term_on(day)
        if not term:
            raise UserError(self.env._("%(day)s is in no term of this partnership. Renew it first.", day=day))
        # A stub is shorter than a term, so its days are measured against the whole term's fee.
        first, last = term.date_start, term.date_end
        old_fee, fee = self.fee, new_fee
        if term.kind == 'stub':
            share = term.price / term.fee if term.fee else 0.0
            old_fee, fee = self.fee * share, new_fee * share
        charge, credit = upgrade_amounts(old_fee, fee, day, first, last, self.currency_id.rounding)
        if self.is_waived:
            charge = credit = 0.0
        return {
            'charge': charge, 'credit': credit, 'net': self.currency_id.round(charge - credit), 'term': term,
            'days': (last - day).days + 1,
        }

    def _apply_upgrade(self, line, day):
        """Write the upgrade period of a confirmed order and lift the tier.

        The price is the order's: a fixed date and amount were offered and accepted.
        """
        self.ensure_one()
        fee = line.order_id.scn_fee or line.product_id.lst_price
        plan = self._prepare_upgrade(line.product_id, fee, day)
        period = self._add_period(
            'upgrade', day, plan['term'].date_end, line.price_subtotal + plan['credit'],
            parent_id=plan['term'].id, grade_id=line.product_id.grade_id.id, product_id=line.product_id.id,
            credit=plan['credit'], fee=fee, sale_line_id=line.id,
        )
        self.write({'grade_id': line.product_id.grade_id.id, 'product_id': line.product_id.id, 'fee': fee})
        return period

    def _undo_order(self, orders):
        """After an order was cancelled: back to what the remaining periods say, or cancelled when none is left."""
        self.ensure_one()
        left = self.period_ids.filtered(lambda period: period.state != 'cancelled').sorted('number')
        if not left:
            self._cancel(self.env._("Order cancelled: %(orders)s", orders=", ".join(orders.mapped('name'))))
            return
        latest = left[-1]
        term = latest.parent_id or latest
        self.env['scn.entitlement'].sudo()._rebase(term, latest.grade_id, fields.Date.context_today(self))
        self.write({'grade_id': latest.grade_id.id, 'product_id': latest.product_id.id, 'fee': latest.fee})
