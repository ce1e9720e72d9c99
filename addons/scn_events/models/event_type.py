from odoo import fields, models

#: Kinds of event, as the foundation names them.
KINDS = [
    ('summit', 'Summit'),
    ('seminar', 'Online seminar'),
    ('workshop', 'Workshop'),
    ('round_table', 'Round table'),
    ('stand_lab', 'Stand Lab'),
    ('hackathon', 'Hackathon'),
]


class EventType(models.Model):
    """A template of one kind of event carries everything that is ours, too."""

    _inherit = 'event.type'

    scn_kind = fields.Selection(KINDS, string="Kind")
    scn_benefit_id = fields.Many2one(
        'scn.benefit',
        string="Benefit needed",
        ondelete='restrict',
        help="Only cities that hold this benefit on the day may join. Empty: open to anyone.",
    )
    scn_working_line_ids = fields.Many2many(
        'scn.working.line', 'scn_event_type_working_line_rel', 'event_type_id', 'line_id', string="Working lines"
    )
    scn_allowance_ids = fields.One2many('scn.event.allowance', 'event_type_id', string="Seats of a city", copy=True)
    scn_needs_approval = fields.Boolean(
        string="Staff approve",
        help="What cities and visitors ask for waits until somebody of the staff approves it.",
    )
