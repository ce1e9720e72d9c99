from odoo import api, models
from odoo.exceptions import UserError


class AccountMoveSend(models.AbstractModel):
    """Which file goes with the PDF of an invoice of the ledger."""

    _inherit = 'account.move.send'

    @api.model
    def _get_default_invoice_edi_format(self, move, **kwargs):
        default = super()._get_default_invoice_edi_format(move, **kwargs)
        if move.commercial_partner_id.invoice_channel in ('ubl', 'portal') and move._get_ledger_periods():
            return move.commercial_partner_id._get_invoice_format(move.company_id)
        return default

    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        """What Odoo raises about one invoice of the ledger is that invoice's error, not the whole job's end.

        A portal takes the PDF alone where nobody asked for a file beside it.
        """
        if not invoice._get_ledger_periods():
            return super()._hook_invoice_document_before_pdf_report_render(invoice, invoice_data)
        try:
            super()._hook_invoice_document_before_pdf_report_render(invoice, invoice_data)
        except UserError as error:
            invoice_data['error'] = {
                'error_title': self.env._("The electronic invoice could not be made."),
                'errors': [str(error)],
            }
        payer = invoice.commercial_partner_id.with_company(invoice.company_id)
        if invoice_data.get('error') and payer.invoice_channel == 'portal' and not payer.invoice_edi_format_store:
            invoice_data['scn_remark'] = self._format_error_text(invoice_data.pop('error'))
            invoice_data.pop('error_but_continue', None)
        return None
