from odoo import api, fields, models


class EventTypeTicket(models.Model):
    """What a ticket asks for and gives, on templates and on events."""

    _inherit = 'event.type.ticket'

    scn_min_grade_id = fields.Many2one(
        'res.partner.grade',
        string="Lowest tier",
        ondelete='restrict',
        domain="[('code', '!=', False)]",
        help="Only cities on this tier or a higher one may take this ticket.",
    )
    scn_seats_per_city = fields.Integer(
        string="Seats per city", help="How many of these a city may have; 0 for no limit of its own."
    )
    scn_limit_per_order = fields.Integer(
        string="Limit per order (template)",
        help="Most seats in one order; 0 for no limit. On an event it is the ticket's limit per order.",
    )

    _scn_seats_per_city_not_negative = models.Constraint(
        'CHECK (scn_seats_per_city >= 0)', "The number of seats per city cannot be negative."
    )

    @api.model
    def _get_event_ticket_fields_whitelist(self):
        return [
            *super()._get_event_ticket_fields_whitelist(),
            'scn_min_grade_id',
            'scn_seats_per_city',
            'scn_limit_per_order',
        ]
