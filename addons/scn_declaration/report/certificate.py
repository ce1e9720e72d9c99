from odoo import api, models


class CertificateReport(models.AbstractModel):
    """The certificate, wherever it is printed from: cities that joined only, each with its reference."""

    _name = 'report.scn_declaration.certificate'
    _description = 'Certificate of a Signature'

    @api.model
    def _get_report_values(self, docids, data=None):
        """
        :raises UserError: where a city has not joined
        """
        signatures = self.env['scn.declaration.signature'].browse(docids)
        signatures._check_has_certificate()
        signatures._ensure_certificate_reference()
        return {'doc_ids': docids, 'doc_model': signatures._name, 'docs': signatures}
