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
DEFAULT_OFFER_HOURS = 72


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
    scn_is_multi_slots = fields.Boolean(
        string="Several slots", help="People choose one of several times; each has its own number of seats."
    )
    scn_offer_hours = fields.Integer(
        string="Offers last (hours)",
        default=DEFAULT_OFFER_HOURS,
        help="How long a seat offered to somebody on the waiting list is kept.",
    )

    _scn_offer_hours_positive = models.Constraint(
        'CHECK (scn_offer_hours IS NULL OR scn_offer_hours > 0)', "An offer lasts an hour at least."
    )
