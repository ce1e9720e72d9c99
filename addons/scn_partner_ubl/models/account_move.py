from odoo import models


class AccountMove(models.Model):
    """Peppol where Odoo's access point is set up and the payer was found there; else the file goes by mail."""

    _inherit = 'account.move'

    def _get_channel_problem(self):
        """Every line of an electronic invoice has exactly one tax, 0 % where none is due (UBL-SR-48)."""
        if problem := super()._get_channel_problem():
            return problem
        if self.commercial_partner_id.invoice_channel == 'ubl':
            lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
            for line in lines.filtered(lambda line: len(line.tax_ids) != 1):
                return self.env._(
                    "%(payer)s receives electronic invoices, in which each line has one tax: give “%(line)s” one, "
                    "of 0 %% where none is due.",
                    payer=self.commercial_partner_id.name,
                    line=line.product_id.name or line.name,
                )
        return False

    def _get_delivery_methods(self):
        methods = super()._get_delivery_methods()
        return {'peppol'} if self._goes_by_peppol() else methods

    def _goes_by_peppol(self):
        """Whether ``account_peppol`` is here and can deliver to this payer; asks no network."""
        self.ensure_one()
        payer = self.commercial_partner_id.with_company(self.company_id)
        return (
            payer.invoice_channel == 'ubl'
            and 'peppol_can_send' in self.env['res.company']._fields
            and self.company_id.peppol_can_send
            and payer.peppol_verification_state == 'valid'
        )

    def _get_reference_nodes(self):
        """Buyer reference and order of a UBL invoice of the ledger: the real ones, or empty nodes, which are left
        out of the file. Odoo writes its own reference of the partner and its own invoice number instead.

        :return: dict to update the document's header with
        """
        self.ensure_one()
        buyer_reference = self.partner_id._get_buyer_reference()
        payer = self.commercial_partner_id
        if not buyer_reference and payer.peppol_eas == '0204':
            buyer_reference = payer.peppol_endpoint  # a Leitweg-ID, as Odoo does
        return {
            'cbc:BuyerReference': {'_text': buyer_reference or None},
            'cac:OrderReference': {'cbc:ID': {'_text': self._get_order_number() or None}},
        }
