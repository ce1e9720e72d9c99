from odoo import fields, models


class ResCompany(models.Model):
    """What a body decides about its visits and sessions."""

    _inherit = 'res.company'

    scn_session_notice_days = fields.Integer(
        string="Notice of a session",
        default=2,
        help="Days before a session until which a city itself moves or cancels it.",
    )
    scn_visit_notice_days = fields.Integer(
        string="Notice of a visit",
        default=14,
        help="Days before a visit until which a city itself moves or cancels it.",
    )
    scn_session_minutes = fields.Integer(string="Length of a session", default=60, help="In minutes.")
    scn_buffer_minutes = fields.Integer(
        string="Pause between sessions", default=15, help="Minutes that stay free before and after what a host has."
    )
    scn_travel_days = fields.Integer(
        string="Travel around a visit",
        default=1,
        help="Days before and after a visit on which its hosts are on the way.",
    )

    _scn_appointment_numbers = models.Constraint(
        'CHECK (scn_session_notice_days >= 0 AND scn_visit_notice_days >= 0 AND scn_session_minutes > 0'
        ' AND scn_buffer_minutes >= 0 AND scn_travel_days >= 0)',
        "Notice, pause and travel cannot be less than nothing, and a session takes at least a minute.",
    )
