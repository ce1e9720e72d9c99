from odoo import fields, models
from odoo.exceptions import UserError

#: What the appointment keeps in its event.
FOLLOWING_FIELDS = frozenset(
    {
        'start',
        'stop',
        'start_date',
        'stop_date',
        'allday',
        'duration',
        'active',
        'partner_ids',
        'user_id',
        'name',
        'location',
        'videocall_location',
        'access_token',
        'description',
        'privacy',
        'show_as',
        'recurrency',
    }
)


class CalendarEvent(models.Model):
    """The event of a visit or session follows its appointment: it is moved and called off there."""

    _inherit = 'calendar.event'

    scn_appointment_ids = fields.One2many(
        'scn.appointment', 'calendar_event_id', string="Visit or session", groups='scn_partner.group_scn_user'
    )

    def _check_follows_no_appointment(self):
        """
        :raises UserError: for somebody who changes the event of an appointment by hand
        """
        if self.env.su:
            return
        appointment = self.sudo().scn_appointment_ids[:1]
        if appointment:
            raise UserError(
                self.env._(
                    "“%(name)s” follows a visit or session: move, change or cancel it there.",
                    name=appointment.display_name,
                )
            )

    def write(self, vals):
        if FOLLOWING_FIELDS & vals.keys():
            self._check_follows_no_appointment()
        return super().write(vals)

    def unlink(self):
        self._check_follows_no_appointment()
        return super().unlink()
