from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.scn_partner import secret_code

from .scn_declaration_stage import JOINED_CATEGORIES


class ScnDeclarationSignature(models.Model):
    """The certificate of a city, and the address by which anybody checks it.

    The reference on the paper is random, so that nobody walks through the numbers; behind it stands no more than the
    public register says of that city.
    """

    _inherit = 'scn.declaration.signature'

    certificate_reference = fields.Char(
        string="Reference of the certificate", readonly=True, copy=False, groups='scn_partner.group_scn_user'
    )

    _certificate_reference_unique = models.UniqueIndex(
        '(certificate_reference) WHERE certificate_reference IS NOT NULL', "This reference was given out already."
    )

    def _has_certificate(self):
        self.ensure_one()
        return self.category in JOINED_CATEGORIES

    def _check_has_certificate(self):
        """
        :raises UserError: where a city has not joined
        """
        for signature in self:
            if not signature._has_certificate():
                raise UserError(
                    self.env._("%(city)s has not joined, so there is no certificate.", city=signature.partner_id.name)
                )

    def _ensure_certificate_reference(self):
        """Give each certificate its reference, the first time it is printed."""
        for signature in self.sudo().filtered(lambda signature: not signature.certificate_reference):
            signature._write_facts({'certificate_reference': secret_code.new_code(secret_code.CERTIFICATE_LENGTH)})

    def _get_certificate_check_url(self):
        """Address on the certificate that verifies it publicly."""
        self.ensure_one()
        reference = secret_code.written(self.sudo().certificate_reference)
        return f"{self.get_base_url()}/declaration/check/{reference}"

    def _get_certificate_lang(self):
        """Language of the certificate: the city's, where Odoo has it installed."""
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        return next((lang for lang in (self.lang, self.partner_id.lang) if lang in installed), 'en_US')

    def _get_certificate_text(self):
        """Title and introduction of the text the city joined, in its language."""
        self.ensure_one()
        return self.version_id.sudo().text_ids._pick(self.lang or self.partner_id.lang)

    def action_print_certificate(self):
        """Certificates of the selected cities in one print.

        :raises UserError: where a city has not joined
        """
        self.check_access('read')
        self._check_has_certificate()
        return self.env.ref('scn_declaration.certificate_report').report_action(self)

    def _get_certificate_response(self):
        """The PDF as an answer to a request of the city."""
        self.ensure_one()
        report = self.env['ir.actions.report'].sudo()
        pdf, __ = report._render_qweb_pdf('scn_declaration.certificate_report', self.ids)
        return request.make_response(
            pdf,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(f'{self.partner_id.name}.pdf')),
                ('Cache-Control', 'private, no-store'),
            ],
        )

    # -- checking ----------------------------------------------------------------------------------------------

    @api.model
    def _find_certificate(self, reference):
        """What a certificate's reference stands for, or an empty record.

        :param str reference: as typed
        :return: a signature that is joined, withdrawn, or annulled after its certificate was printed
        """
        code = secret_code.read_code(reference)
        if not secret_code.is_well_formed(code, secret_code.CERTIFICATE_LENGTH):
            return self.browse()
        signature = self.sudo().search([('certificate_reference', '=', code)])
        return signature.filtered(lambda signature: signature.category in (*JOINED_CATEGORIES, 'withdrawn', 'annulled'))
