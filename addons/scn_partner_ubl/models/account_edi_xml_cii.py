from odoo import models


class AccountEdiXmlCii(models.AbstractModel):
    """Factur-X, which Odoo puts into every PDF: the same references as in UBL."""

    _inherit = 'account.edi.xml.cii'

    def _export_invoice_vals(self, invoice):
        values = super()._export_invoice_vals(invoice)
        if invoice._get_ledger_periods():
            values['buyer_reference'] = invoice.partner_id._get_buyer_reference() or ''
            values['purchase_order_reference'] = invoice._get_order_number() or ''
        return values
