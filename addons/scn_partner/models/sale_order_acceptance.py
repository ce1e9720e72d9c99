from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .scn_partnership_lifecycle import COUNCIL_EXTRA_DAYS


class SaleOrder(models.Model):
    """Acceptances that came on paper, and offers that wait for a council's budget."""

    _inherit = 'sale.order'

    scn_acceptance_kind = fields.Selection(
        [('purchase_order', 'Purchase order'), ('council_decision', 'Council decision')],
        string="Accepted by",
        copy=False,
        readonly=True,
        tracking=True,
    )
    scn_accepted_on = fields.Date(string="Accepted on", copy=False, readonly=True, tracking=True)
    scn_acceptance_document_id = fields.Many2one(
        'ir.attachment',
        string="Document",
        copy=False,
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
    )

    @api.depends('scn_council_decision_on')
    def _compute_validity_date(self):
        """Awaiting the council's budget: the offer stays valid until 30 days after the decision."""
        result = super()._compute_validity_date()
        for order in self.filtered('scn_council_decision_on'):
            order.validity_date = order.scn_council_decision_on + timedelta(days=COUNCIL_EXTRA_DAYS)
        return result

    def _check_can_record_acceptance(self, accepted_on):
        """
        :raises AccessError: for who may not change the order, or is neither officer nor finance
        :raises UserError: for what is no open quotation of a tier, or was not valid any more on that day
        """
        self.ensure_one()
        if not self.has_access('write'):
            raise AccessError(
                self.env._(
                    "You may not change this order. Ask a colleague of sales or finance to record the acceptance."
                )
            )
        user = self.env.user
        if not (user.has_group('scn_partner.group_scn_officer') or user.has_group('scn_partner.group_scn_finance')):
            raise AccessError(self.env._("Only officers and finance record the acceptance of a partnership."))
        if self.state not in ('draft', 'sent') or not self._get_tier_line():
            raise UserError(self.env._("%(order)s is not an open quotation of a partnership.", order=self.name))
        if accepted_on > fields.Date.context_today(self):
            raise UserError(self.env._("An acceptance cannot be of a day to come."))
        if self.validity_date and accepted_on > self.validity_date:
            raise UserError(
                self.env._(
                    "The offer ended on %(end)s, before it was accepted. Set a later day in its field “Expiration”, "
                    "if it still stands.",
                    end=self.validity_date,
                )
            )

    def _record_acceptance(self, kind, accepted_on, reference, document):
        """Write down how the city accepted and confirm the order, as an acceptance in the portal does.

        :param str kind: ``purchase_order`` or ``council_decision``
        :param str reference: number of the purchase order or of the decision
        :param document: the ``ir.attachment`` of the order
        """
        self.ensure_one()
        self._check_can_record_acceptance(accepted_on)
        self.write(
            {
                'scn_acceptance_kind': kind,
                'scn_accepted_on': accepted_on,
                'scn_acceptance': reference,
                'scn_acceptance_document_id': document.id,
                **({'client_order_ref': reference} if kind == 'purchase_order' else {}),
            }
        )
        labels = dict(self._fields['scn_acceptance_kind']._description_selection(self.env))
        self.message_post(
            body=self.env._(
                "Accepted by %(kind)s %(reference)s of %(day)s.",
                kind=labels[kind].lower(),
                reference=reference,
                day=accepted_on,
            ),
            attachment_ids=document.ids,
        )
        self._validate_order()
