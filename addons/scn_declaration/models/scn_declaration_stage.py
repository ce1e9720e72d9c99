from odoo import fields, models
from odoo.exceptions import UserError

#: Fixed: code tests these and never a stage's name.
CATEGORIES = [
    ('interest', 'Interest'),
    ('review', 'In review'),
    ('validation', 'In political validation'),
    ('provisional', 'Joined provisionally'),
    ('signed', 'Joined'),
    ('declined', 'Declined'),
    ('withdrawn', 'Withdrawn'),
    ('annulled', 'Annulled'),
]
OPEN_CATEGORIES = ('interest', 'review', 'validation')
JOINED_CATEGORIES = ('provisional', 'signed')
CLOSED_CATEGORIES = ('declined', 'withdrawn', 'annulled')


class ScnDeclarationStage(models.Model):
    """A column of the board: its name, order and fold are the staff's, its category is fixed."""

    _name = 'scn.declaration.stage'
    _description = 'Stage of a Signature'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean(string="Folded on the board")
    category = fields.Selection(CATEGORIES, required=True, index=True)
    minimum_strength = fields.Integer(
        string="Evidence needed",
        help="A signature gets here with evidence of at least this strength; 0 asks for none.",
    )
    rotting_days = fields.Integer(
        string="Waiting too long after (days)", help="0: a signature may stay here for as long as it takes."
    )
    mail_template_id = fields.Many2one(
        'mail.template',
        string="Mail to the city",
        domain="[('model', '=', 'scn.declaration.signature')]",
        help="Proposed with one click, in the city's language.",
    )

    _strength_not_negative = models.Constraint('CHECK (minimum_strength >= 0)', "Strength starts at 0.")
    _rotting_not_negative = models.Constraint(
        'CHECK (rotting_days BETWEEN 0 AND 3650)', "Fill in days from 0 to 3650; 0 is never too long."
    )

    def write(self, vals):
        """A stage in use keeps its category: changing it would move cities without a move."""
        if 'category' in vals:
            changed = self.filtered(lambda stage: stage.category != vals['category'])
            used = self.env['scn.declaration.signature'].sudo().search([('stage_id', 'in', changed.ids)], limit=1)
            if used:
                raise UserError(
                    self.env._(
                        "Cities are in the stage “%(stage)s”: its category stays. Add another stage instead.",
                        stage=used.stage_id.name,
                    )
                )
        return super().write(vals)
