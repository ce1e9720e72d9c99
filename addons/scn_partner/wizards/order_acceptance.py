from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnOrderAcceptance(models.TransientModel):
    """An acceptance that came as a purchase order or a council decision, with its document."""

    _name = 'scn.order.acceptance'
    _description = 'Record an Acceptance'

    order_id = fields.Many2one('sale.order', required=True, readonly=True)
    currency_id = fields.Many2one(related='order_id.currency_id')
    kind = fields.Selection(
        [('purchase_order', 'Purchase order'), ('council_decision', 'Council decision')],
        required=True,
        default='purchase_order',
    )
    accepted_on = fields.Date(string="Dated", required=True, default=fields.Date.context_today)
    reference = fields.Char(string="Number", required=True)
    document = fields.Binary(required=True, attachment=False)
    document_name = fields.Char()
    valid_from = fields.Date(compute='_compute_validity', store=True, readonly=False, precompute=True)
    valid_until = fields.Date(compute='_compute_validity', store=True, readonly=False, precompute=True)
    amount = fields.Monetary(help="What the purchase order covers, without taxes; 0 where it names no amount.")

    @api.depends('order_id', 'accepted_on')
    def _compute_validity(self):
        """By default from its date to the end of the first year of the partnership."""
        for wizard in self:
            start = wizard.order_id.scn_date_start or wizard.accepted_on
            wizard.valid_from = wizard.accepted_on
            wizard.valid_until = start and max(start, wizard.accepted_on or start) + relativedelta(years=1, days=-1)

    def action_record(self):
        """Keep the document, enter the purchase order, and confirm as an acceptance in the portal does.

        :return: action that opens the partnership; with a message before it when the purchase order does not cover the
            fee: that it was accepted holds all the same
        :raises AccessError: for who may not change the order, or is neither officer nor finance
        :raises UserError: when something is missing, or the offer was not valid any more
        """
        self.ensure_one()
        order, reference = self.order_id, (self.reference or '').strip()
        order._check_can_record_acceptance(self.accepted_on)
        if not reference or not self.document:
            raise UserError(self.env._("Enter the number and attach the document."))
        purchase_order = self._get_purchase_order(reference) if self.kind == 'purchase_order' else None
        document = self.env['ir.attachment'].create(
            {
                'name': self.document_name or reference,
                'datas': self.document,
                'res_model': 'sale.order',
                'res_id': order.id,
            }
        )
        order._record_acceptance(self.kind, self.accepted_on, reference, document)
        partnership = order.sudo().scn_partnership_id
        action = partnership._get_form_action()
        if purchase_order:
            periods = order.order_line.sudo().scn_period_ids.filtered(lambda period: period.state != 'cancelled')
            if problem := periods._use_purchase_reference(purchase_order):
                return periods._notify(self.env._("Recorded and confirmed"), problem, kind='warning', follow=action)
        return action

    def _get_purchase_order(self, number):
        """The city's purchase order of this number: the one that is entered already, or a new one.

        :raises UserError: for one that ends before it begins
        """
        city, company = self.order_id.partner_id.commercial_partner_id, self.order_id.company_id
        known = self.env['scn.purchase.reference'].search(
            [('partner_id', '=', city.id), ('company_id', '=', company.id), ('number', '=', number)]
        )
        if known:
            return known
        first = self.valid_from or self.accepted_on
        last = self.valid_until or first + timedelta(days=365)
        if last < first:
            raise UserError(self.env._("The purchase order ends before it begins. Put its days right."))
        return self.env['scn.purchase.reference'].create(
            {
                'partner_id': city.id,
                'company_id': company.id,
                'currency_id': self.currency_id.id,
                'number': number,
                'valid_from': first,
                'valid_until': last,
                'amount': self.amount,
            }
        )
