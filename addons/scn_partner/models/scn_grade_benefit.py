from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScnGradeBenefit(models.Model):
    """One filled cell of the tier × benefit matrix. No line means: the tier does not include the benefit."""

    _name = 'scn.grade.benefit'
    _description = 'Benefit of a Tier'
    _order = 'grade_id, benefit_sequence, id'

    grade_id = fields.Many2one('res.partner.grade', string="Tier", required=True, index=True, ondelete='cascade')
    benefit_id = fields.Many2one('scn.benefit', required=True, index=True, ondelete='cascade')
    benefit_sequence = fields.Integer(related='benefit_id.sequence', store=True)
    kind = fields.Selection(related='benefit_id.kind')
    quantity = fields.Integer(default=1, required=True, help="How many per period; 1 where nothing is counted.")
    per = fields.Selection(
        [('year', 'a year'), ('quarter', 'a quarter'), ('term', 'a term')],
        help="The period a counted benefit is counted in. A term is one paid period of the partnership.",
    )

    _grade_benefit_unique = models.Constraint(
        'UNIQUE (grade_id, benefit_id)',
        "The tier already includes this benefit: change the existing line instead of adding a second one.",
    )
    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)',
        "The number must be at least 1. To take a benefit away from a tier, remove its line.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env.registry.clear_cache()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {'grade_id', 'benefit_id'} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.constrains('benefit_id', 'quantity', 'per')
    def _check_counted(self):
        for line in self:
            if line.kind == 'counted' and not line.per:
                raise ValidationError(
                    self.env._(
                        "“%(benefit)s” is counted: say whether the number is a year, a quarter or a term.",
                        benefit=line.benefit_id.name,
                    )
                )
            if line.kind != 'counted' and (line.per or line.quantity != 1):
                raise ValidationError(
                    self.env._(
                        "“%(benefit)s” is not counted: a tier has it or not, without a number or a period.",
                        benefit=line.benefit_id.name,
                    )
                )

    @api.depends('benefit_id', 'quantity', 'per')
    def _compute_display_name(self):
        labels = dict(self._fields['per']._description_selection(self.env))
        for line in self:
            name = line.benefit_id.display_name or ''
            if line.per:
                name = f"{name} ({line.quantity} {labels[line.per]})"
            line.display_name = name
