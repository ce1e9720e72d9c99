from odoo import models


class AccountEdiXmlUblDe(models.AbstractModel):
    """XRechnung: Odoo writes “N/A” where the mandatory buyer reference is missing; here the invoice stops."""

    _inherit = 'account.edi.xml.ubl_de'

    def _add_invoice_header_nodes(self, document_node, vals):
        result = super()._add_invoice_header_nodes(document_node, vals)
        if vals['invoice']._get_ledger_periods():
            document_node.update(vals['invoice']._get_reference_nodes())
        return result

    def _export_invoice_constraints(self, invoice, vals):
        constraints = super()._export_invoice_constraints(invoice, vals)
        if not vals['document_node']['cbc:BuyerReference']['_text']:
            constraints['scn_buyer_reference'] = self.env._(
                "XRechnung needs a buyer reference (Leitweg-ID): enter it on the page of %(payer)s.",
                payer=invoice.commercial_partner_id.name,
            )
        return constraints
