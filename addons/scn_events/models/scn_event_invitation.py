from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScnEventInvitation(models.Model):
    """A personal invitation of one city to one event: it opens the gate whatever the city's tier."""

    _name = 'scn.event.invitation'
    _description = 'Invitation of a City'
    _order = 'event_id, city_id, id'

    event_id = fields.Many2one('event.event', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    city_id = fields.Many2one(
        'res.partner',
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('is_city', '=', True)]",
    )
    seats = fields.Integer(help="Seats for this city; 0 for what the event gives a city of its tier.")
    reason = fields.Char(help="Why this city is invited, for colleagues.")
    user_id = fields.Many2one(
        'res.users', string="Invited by", default=lambda self: self.env.user, readonly=True, ondelete='set null'
    )

    _event_city_unique = models.Constraint(
        'UNIQUE (event_id, city_id)',
        "This city is invited to this event already: change the invitation instead of adding a second one.",
    )
    _seats_not_negative = models.Constraint('CHECK (seats >= 0)', "The number of seats cannot be negative.")

    @api.depends('event_id', 'city_id')
    def _compute_display_name(self):
        for invitation in self:
            parts = (invitation.city_id.name, invitation.event_id.name)
            invitation.display_name = ", ".join(part for part in parts if part)

    @api.constrains('city_id')
    def _check_city(self):
        for invitation in self:
            if not invitation.city_id.is_city:
                raise ValidationError(
                    self.env._("“%(name)s” is not a city: invitations are for cities.", name=invitation.city_id.name)
                )
