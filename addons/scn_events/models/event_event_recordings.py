from odoo import fields, models

from .event_event import STAFF_GROUPS


class EventEvent(models.Model):
    """What an event leaves for those who could not come."""

    _inherit = 'event.event'

    scn_recording_ids = fields.One2many(
        'scn.event.recording', 'event_id', string="Recordings, notes and slides", copy=False, groups=STAFF_GROUPS
    )
    scn_survey_url = fields.Char(
        string="Survey",
        copy=False,
        groups=STAFF_GROUPS,
        help="Address of a survey, in whatever tool. The mail that thanks participants asks for it; empty: no survey.",
    )

    def _prepare_recording_lines(self):
        """What the page of an event shows, for the signed-in person.

        :return: list of ``(recording, obstacle or None)``, without what is not on the pages
        """
        self.ensure_one()
        recordings = self.sudo().scn_recording_ids._filter_open()
        return list(recordings._find_obstacles(self.env.user).items())
