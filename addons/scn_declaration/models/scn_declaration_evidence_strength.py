from odoo import fields, models

EVIDENCE_KINDS = [
    ('email', 'E-mail'),
    ('minutes', 'Minutes'),
    ('portal', 'Act in the portal'),
    ('letter', 'Signed letter'),
    ('photo', 'Photo'),
]


class ScnDeclarationEvidenceStrength(models.Model):
    """How much a kind of evidence weighs: an assumption of the house, so data that managers change."""

    _name = 'scn.declaration.evidence.strength'
    _description = 'Strength of Evidence'
    _order = 'strength, id'
    _rec_name = 'kind'

    kind = fields.Selection(EVIDENCE_KINDS, required=True)
    strength = fields.Integer(required=True, default=1)

    _kind_unique = models.Constraint('UNIQUE (kind)', "This kind has a strength already.")
    _strength_positive = models.Constraint('CHECK (strength > 0)', "Strength is 1 or more.")
