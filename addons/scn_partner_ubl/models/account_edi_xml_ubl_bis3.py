from odoo import models


class AccountEdiXmlUblBis3(models.AbstractModel):
    """Peppol BIS Billing 3.0 and its derivatives: the city's own references, and none where it has none."""

    _inherit = 'account.edi.xml.ubl_bis3'

    def _add_invoice_header_nodes(self, document_node, vals):
        result = super()._add_invoice_header_nodes(document_node, vals)
        if vals['invoice']._get_ledger_periods():
            document_node.update(vals['invoice']._get_reference_nodes())
        return result
