from odoo import models


class IrAttachment(models.Model):
    """The file behind evidence is as fixed as the evidence itself."""

    _inherit = 'ir.attachment'

    def _check_evidence_in_log(self):
        """
        :raises UserError: for the file of evidence that a log entry names
        """
        files = self.sudo().filtered(lambda file: file.res_model == 'scn.declaration.evidence' and file.res_field)
        evidence = self.env['scn.declaration.evidence'].sudo().browse(files.mapped('res_id')).exists()
        evidence.filtered(lambda record: not record.erased_on)._check_unused()

    def write(self, vals):
        if {'datas', 'raw', 'db_datas', 'store_fname', 'res_id', 'res_model', 'res_field', 'checksum'} & vals.keys():
            self._check_evidence_in_log()
        return super().write(vals)

    def unlink(self):
        self._check_evidence_in_log()
        return super().unlink()
