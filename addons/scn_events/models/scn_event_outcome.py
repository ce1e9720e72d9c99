from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScnEventOutcome(models.Model):
    """Something an event is to leave behind, with who sees to it and where it can be found."""

    _name = 'scn.event.outcome'
    _description = 'Event Outcome'
    _order = 'sequence, id'

    sequence = fields.Integer(default=10)
    event_id = fields.Many2one('event.event', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    name = fields.Char(required=True, translate=True, help="For example: an action plan for 2020.")
    owner_id = fields.Many2one('res.partner', help="Who sees to it, a person or an organisation.")
    url = fields.Char(string="Link", help="Where the result can be found.")
    working_line_id = fields.Many2one('scn.working.line', ondelete='set null')
    is_complete = fields.Boolean(string="Complete", compute='_compute_is_complete', help="Has an owner and a link.")

    @api.depends('owner_id', 'url')
    def _compute_is_complete(self):
        for outcome in self:
            outcome.is_complete = bool(outcome.owner_id and outcome.url)

    @api.constrains('owner_id', 'url', 'event_id')
    def _check_event_is_open(self):
        for outcome in self:
            if outcome.event_id.scn_closed_on and not outcome.is_complete:
                raise ValidationError(
                    self.env._(
                        "“%(event)s” is closed: each of its outcomes keeps its owner and its link.",
                        event=outcome.event_id.name,
                    )
                )
