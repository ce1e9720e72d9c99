from odoo import fields, models

from .scn_declaration_evidence_strength import EVIDENCE_KINDS


class ScnDeclarationEvidence(models.Model):
    """What shows that a city agreed. Once a move has used it, it does not change."""

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
    file_hash = fields.Char(string="Fingerprint of the file", readonly=True, copy=False)
    is_used = fields.Boolean(string="Used", readonly=True, copy=False)
    erased_on = fields.Date(readonly=True, copy=False)
