from odoo import fields, models


class ScnEventAllowance(models.Model):
    """How many seats a city of a tier has at an event. A line without a tier is for every other city."""

    _name = 'scn.event.allowance'
    _description = 'Seats of a City'
    _order = 'grade_rank desc, id'

    event_id = fields.Many2one('event.event', index=True, ondelete='cascade')
    event_type_id = fields.Many2one('event.type', string="Template", index='btree_not_null', ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    grade_id = fields.Many2one(
        'res.partner.grade',
        string="Tier",
        ondelete='cascade',
        domain="[('code', '!=', False)]",
        help="Empty for every tier that has no line of its own.",
    )
    grade_rank = fields.Integer(related='grade_id.rank', store=True)
    seats = fields.Integer(string="Seats a city", default=1, required=True)

    _belongs_somewhere = models.Constraint(
        'CHECK ((event_id IS NULL) <> (event_type_id IS NULL))',
        "Seats of a city belong to one event or to one template.",
    )
    _event_grade_unique = models.UniqueIndex(
        '(event_id, COALESCE(grade_id, 0)) WHERE event_id IS NOT NULL',
        "The event has a line for this tier already.",
    )
    _type_grade_unique = models.UniqueIndex(
        '(event_type_id, COALESCE(grade_id, 0)) WHERE event_type_id IS NOT NULL',
        "The template has a line for this tier already.",
    )
    _seats_positive = models.Constraint('CHECK (seats > 0)', "The number of seats must be at least 1.")

    def _prepare_event_values(self):
        """Values of the same line on an event."""
        self.ensure_one()
        return {'grade_id': self.grade_id.id, 'seats': self.seats}
