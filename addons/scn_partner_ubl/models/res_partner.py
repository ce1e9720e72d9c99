from odoo import fields, models

#: Formats in which the buyer's endpoint is no mandatory part.
WITHOUT_ENDPOINT = ('facturx',)
#: XRechnung takes an e-mail address where there is no endpoint.
MAIL_AS_ENDPOINT = ('xrechnung',)


class ResPartner(models.Model):
    """The channel “electronic invoice”: what it needs, said in one sentence before an invoice is posted."""

    _inherit = 'res.partner'

    invoice_channel = fields.Selection(
        selection_add=[('ubl', 'Electronic invoice (UBL, Peppol)'), ('portal',)],
        ondelete={'ubl': 'set default'},
    )

    def _get_invoice_format(self, company):
        """The format of this payer's electronic invoices; False where none is made.

        For a supplier portal the payer's own or its country's format, nothing where there is none.
        """
        payer = self.commercial_partner_id.with_company(company)
        if payer.invoice_channel == 'ubl':
            return payer._get_peppol_edi_format()
        if payer.invoice_edi_format_store == 'none':
            return False
        return payer.invoice_edi_format or payer._get_suggested_ubl_cii_edi_format()

    def _get_channel_problem(self, company, order_number):
        """A city that receives electronic invoices has an address for them, and a reference for what it pays.

        Peppol BIS Billing 3.0 asks for both addresses (rules R010 and R020) and for a buyer reference or a
        purchase order (R003); XRechnung for a buyer reference (BT-10). Odoo fills the gap with its own numbers.
        """
        problem = super()._get_channel_problem(company, order_number)
        payer = self.commercial_partner_id.with_company(company)
        if problem or payer.invoice_channel != 'ubl':
            return problem
        invoice_format = self._get_invoice_format(company)
        seller = company.partner_id.commercial_partner_id
        if not self._has_electronic_address(payer, invoice_format):
            return self.env._(
                "%(payer)s receives electronic invoices and has no Peppol address: enter scheme and number under "
                "Accounting on its page, or choose another way to receive invoices.",
                payer=payer.name,
            )
        if not self._has_electronic_address(seller, invoice_format):
            return self.env._(
                "%(company)s sends electronic invoices and has no Peppol address of its own: enter scheme and number "
                "under Accounting on the page of its contact.",
                company=company.name,
            )
        reference = self._get_buyer_reference() or (payer.peppol_eas == '0204' and payer.peppol_endpoint)
        if invoice_format == 'xrechnung' and not reference:
            return self.env._(
                "%(payer)s receives XRechnung invoices, which need a buyer reference (Leitweg-ID): enter it on its page.",
                payer=payer.name,
            )
        if not reference and not order_number:
            return self.env._(
                "%(payer)s receives electronic invoices, which need a buyer reference or a purchase order: enter one "
                "of them on its page.",
                payer=payer.name,
            )
        return False

    def _has_electronic_address(self, partner, invoice_format):
        if invoice_format in WITHOUT_ENDPOINT:
            return True
        if partner.peppol_eas and partner.peppol_endpoint:
            return True
        return invoice_format in MAIL_AS_ENDPOINT and bool(partner.email)
