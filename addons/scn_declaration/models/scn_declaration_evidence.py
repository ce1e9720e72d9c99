import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .scn_declaration_evidence_strength import EVIDENCE_KINDS

MAX_BYTES = 15_000_000
SYSTEM_FIELDS = frozenset({'strength', 'file_hash', 'is_used', 'erased_on'})


class ScnDeclarationEvidence(models.Model):
    """What shows that a city agreed. From the move that uses it on, it does not change."""

    _name = 'scn.declaration.evidence'
    _description = 'Evidence for a Signature'
    _order = 'signature_id, date, id'

    signature_id = fields.Many2one('scn.declaration.signature', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    kind = fields.Selection(EVIDENCE_KINDS, required=True, default='email')
    strength = fields.Integer(readonly=True, help="Weight of the kind on the day it was added.")
    lang = fields.Selection(lambda self: self.env['scn.declaration.version.text']._get_languages(), string="Language")
    source = fields.Char(help="Where it comes from, e.g. mail of the deputy mayor's office.")
    date = fields.Date(required=True, default=fields.Date.context_today)
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    file_hash = fields.Char(string="Fingerprint of the file", readonly=True, copy=False, help="SHA-256 of the file.")
    is_used = fields.Boolean(
        string="In the log", readonly=True, copy=False, help="A move rests on it: it does not change any more."
    )
    erased_on = fields.Date(readonly=True, copy=False)

    @api.depends('kind', 'date')
    def _compute_display_name(self):
        labels = dict(self._fields['kind']._description_selection(self.env))
        for evidence in self:
            evidence.display_name = f"{labels.get(evidence.kind, '')}, {evidence.date or ''}"

    @api.constrains('date')
    def _check_date(self):
        today = fields.Date.context_today(self)
        for evidence in self:
            if evidence.date > today:
                raise ValidationError(
                    self.env._("Evidence of %(day)s is still to come: check the date.", day=evidence.date)
                )

    @api.model
    def _add(self, signature, values):
        """Evidence that a move brings along.

        :param signature: whose it is
        :param dict values: fields of this model without the signature, e.g. ``{'kind': 'portal'}``; None for none
        :return: the evidence, empty for none
        """
        if not values:
            return self.browse()
        return self.sudo().create({**values, 'signature_id': signature.id})

    @api.model
    def _get_fingerprint(self, content):
        """SHA-256 of a file.

        :param content: base64 as a binary field holds it
        """
        return hashlib.sha256(base64.b64decode(content)).hexdigest() if content else False

    @api.model_create_multi
    def create(self, vals_list):
        strengths = {
            row.kind: row.strength
            for row in self.env['scn.declaration.evidence.strength'].sudo().search([])  # pylint: disable=no-search-all
        }
        for vals in vals_list:
            self._check_system_fields(vals)
            self._check_size(vals)
            vals['strength'] = strengths.get(vals.get('kind') or 'email', 1)
            vals['file_hash'] = self._get_fingerprint(vals.get('file'))
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        self._check_unused()
        self._check_size(vals)
        vals = dict(vals)
        if 'file' in vals:
            vals['file_hash'] = self._get_fingerprint(vals['file'])
        if 'kind' in vals:
            weights = self.env['scn.declaration.evidence.strength'].sudo()
            vals['strength'] = weights.search([('kind', '=', vals['kind'])]).strength or 1
        return super().write(vals)

    def _check_system_fields(self, vals):
        touched = SYSTEM_FIELDS & vals.keys()
        if touched:
            raise AccessError(
                self.env._("These are computed, not written: %(fields)s.", fields=", ".join(sorted(touched)))
            )

    def _check_size(self, vals):
        if vals.get('file') and len(vals['file']) * 3 // 4 > MAX_BYTES:
            raise UserError(self.env._("The file is larger than 15 MB: send a smaller one."))

    def _check_unused(self):
        for evidence in self:
            if evidence.is_used:
                raise UserError(
                    self.env._(
                        "“%(evidence)s” is in the log of %(city)s and does not change any more. Add new evidence instead.",
                        evidence=evidence.display_name,
                        city=evidence.signature_id.partner_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _seal(self):  # pylint: disable=missing-return
        """From now on this evidence is in the log."""
        unused = self.filtered(lambda evidence: not evidence.is_used)
        if unused:
            super(ScnDeclarationEvidence, unused).write({'is_used': True})  # pylint: disable=super-method-mismatch

    def _erase(self):  # pylint: disable=missing-return
        """Destroy file and source of evidence with something personal in it; kind, date and fingerprint stay."""
        if self:
            super().write({'erased_on': fields.Date.context_today(self)})  # pylint: disable=super-method-mismatch
            super().write({'file': False, 'file_name': False, 'source': False})  # pylint: disable=super-method-mismatch
