from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..billing_terms import upgrade_amounts
from .scn_partnership import HOLDING_STATES
from .scn_partnership_lifecycle import COUNCIL_EXTRA_DAYS


class ScnPartnership(models.Model):
    """Upgrades in the middle of a term. Preview and apply are one code path: ``_prepare_upgrade``."""

    _inherit = 'scn.partnership'

    renewal_fee = fields.Monetary(
        string="Fee after renewal",
        compute='_compute_renewal_fee',
        inverse='_inverse_renewal_fee',
        help="What the next term costs: the same fee, or that of the tier after renewal, unless you change it.",
    )
    can_upgrade = fields.Boolean(compute='_compute_can_upgrade')

    @api.depends('grade_id')
    def _compute_can_upgrade(self):
        highest = max(self.env['res.partner.grade'].search([('is_paid', '=', True)]).mapped('rank'), default=0)
        for partnership in self:
            partnership.can_upgrade = partnership.grade_id.rank < highest

    @api.depends('next_fee', 'next_grade_id', 'grade_id', 'fee', 'currency_id')
    def _compute_renewal_fee(self):
        for partnership in self:
            partnership.renewal_fee = partnership.next_fee or partnership._get_usual_renewal_fee()

    def _inverse_renewal_fee(self):
        for partnership in self:
            usual = partnership._get_usual_renewal_fee()
            is_usual = partnership.currency_id.compare_amounts(partnership.renewal_fee, usual) == 0
            partnership.next_fee = 0.0 if is_usual else partnership.renewal_fee

    def _get_usual_renewal_fee(self):
        """Today's fee; that of the tier after renewal where it is another one."""
        self.ensure_one()
        product = self.next_grade_id.fee_product_id
        if self.next_grade_id in (self.grade_id, self.grade_id.browse()) or not product.lst_price:
            return self.fee
        return product.currency_id._convert(
            product.lst_price,
            self.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    def _get_term_on(self, day):
        """The term (alignment, first term or renewal) that a day falls into, or an empty record."""
        self.ensure_one()
        return self.period_ids.filtered(
            lambda period: (
                period.kind != 'upgrade' and period.state != 'cancelled' and period.date_start <= day <= period.date_end
            ),
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
        self._check_not_leaving()
        term = self._get_term_on(day)
        if not term:
            raise UserError(self.env._("%(day)s is in no term of this partnership. Renew it first.", day=day))
        # What holds on that day, which an upgrade that is ordered already may have changed until then.
        held = self._get_period_on(day)
        if product.grade_id.rank <= held.grade_id.rank:
            raise UserError(
                self.env._(
                    "%(new)s is not above %(old)s on the ladder. A downgrade happens at renewal: set the tier after renewal.",
                    new=product.grade_id.name,
                    old=held.grade_id.name,
                )
            )
        later = self.period_ids.filtered(
            lambda period: period.parent_id == term and period.state != 'cancelled' and period.date_start > day
        )
        if later:
            raise UserError(
                self.env._(
                    "An upgrade from %(day)s is ordered already. Choose that day or a later one, or cancel its order.",
                    day=later[-1].date_start,
                )
            )
        # A stub is shorter than a term, so its days are measured against the whole term's fee.
        first, last = term.date_start, term.date_end
        old_fee, fee = held.fee, new_fee
        if term.kind == 'stub':
            share = term.price / term.fee if term.fee else 0.0
            old_fee, fee = self.fee * share, new_fee * share
        charge, credit = upgrade_amounts(old_fee, fee, day, first, last, self.currency_id.rounding)
        if self.is_waived:
            charge = credit = 0.0
        return {
            'charge': charge,
            'credit': credit,
            'net': self.currency_id.round(charge - credit),
            'term': term,
            'days': (last - day).days + 1,
        }

    def _apply_upgrade(self, line, day):
        """Write the upgrade period of a confirmed order; the tier follows on its day.

        The price is the order's: a fixed date and amount were offered and accepted.
        """
        self.ensure_one()
        fee = line.order_id.scn_fee or line.product_id.lst_price
        plan = self._prepare_upgrade(line.product_id, fee, day)
        return self._add_period(
            'upgrade',
            day,
            plan['term'].date_end,
            line.price_subtotal + plan['credit'],
            parent_id=plan['term'].id,
            grade_id=line.product_id.grade_id.id,
            product_id=line.product_id.id,
            credit=plan['credit'],
            fee=fee,
            sale_line_id=line.id,
        )

    def _prepare_renewal_order_values(self):
        """Quotation of the next term, at the tier and fee after renewal where they are set."""
        self.ensure_one()
        grade = self.next_grade_id or self.grade_id
        product = grade.fee_product_id if grade != self.grade_id else self.product_id
        if not product:
            raise UserError(
                self.env._(
                    "The tier “%(tier)s” has no fee product yet. Choose one on the tier's form.",
                    tier=grade.name,
                )
            )
        start = self.date_end + timedelta(days=1) if self.date_end else self.anchor_date
        return {
            'partner_id': self.partner_id.id,
            'partner_invoice_id': (self.billing_contact_id or self.payer_id or self.partner_id).id,
            'company_id': self.company_id.id,
            'currency_id': self.currency_id.id,
            'payment_term_id': self.payment_term_id.id,
            'user_id': self.user_id.id,
            'scn_partnership_id': self.id,
            'scn_kind': 'renewal',
            'scn_date_start': start,
            'scn_council_decision_on': self.council_decision_on,
            'validity_date': self._get_offer_validity(start),
            'order_line': [
                fields.Command.create(
                    {
                        'product_id': product.id,
                        'product_uom_qty': 1,
                        'price_unit': self.renewal_fee,
                        'name': self.env._("Renewal from %(day)s: %(tier)s", day=start, tier=grade.name),
                    }
                )
            ],
        }

    def _get_offer_validity(self, start):
        """Last day of the offer: 30 days after the council's decision where one is awaited, else the end of grace."""
        if self.council_decision_on:
            return self.council_decision_on + timedelta(days=COUNCIL_EXTRA_DAYS)
        return start + timedelta(days=self.grade_id.grace_days)

    def action_quote_renewal(self):
        """Make the quotation of the next term; sent from there, the city accepts it in the portal.

        An open renewal quotation is opened instead of making a second one.
        """
        self.ensure_one()
        self._check_officer()
        self._check_state(HOLDING_STATES)
        self._check_no_term_to_come()
        order = self.sudo().order_ids.filtered(
            lambda order: order.scn_kind == 'renewal' and order.state in ('draft', 'sent'),
        )[:1] or self.env['sale.order'].sudo().create(self.sudo()._prepare_renewal_order_values())
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'sale.order',
            'res_id': order.id,
            'views': [(False, 'form')],
        }
