from odoo import api, fields, models

from .event_event_seats import guard_rows


class EventEventTicket(models.Model):
    """A ticket says in words, to who looks at it, why it cannot be had."""

    _inherit = 'event.event.ticket'

    scn_guard = fields.Integer(default=0, copy=False, groups='base.group_system', help="Counts registrations in line.")
    scn_refusal = fields.Char(
        string="Not for you because",
        compute='_compute_scn_refusal',
        help="Why the signed-in person cannot take this ticket; empty where nothing is in the way.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A template's limit becomes the ticket's own."""
        for vals in vals_list:
            if vals.get('scn_limit_per_order'):
                vals.setdefault('limit_max_per_order', vals['scn_limit_per_order'])
        return super().create(vals_list)

    @api.depends_context('uid')
    @api.depends('event_id', 'scn_min_grade_id', 'start_sale_datetime', 'end_sale_datetime')
    def _compute_scn_refusal(self):
        city = self.env.user.partner_id._get_own_city()
        for ticket in self:
            refusal = ticket.event_id._find_refusal(city, ticket)
            ticket.scn_refusal = refusal.reason if refusal else False

    def _guard_rows(self):
        """See ``guard_rows``: a ticket with its own number of seats."""
        guard_rows(self)
