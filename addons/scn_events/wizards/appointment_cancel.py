from odoo import api, fields, models


class ScnAppointmentCancel(models.TransientModel):
    """Why a visit or session is called off, and whether it counts all the same."""

    _name = 'scn.appointment.cancel'
    _description = 'Cancel a Visit or Session'

    appointment_ids = fields.Many2many('scn.appointment', required=True, readonly=True)
    reason = fields.Char(help="For the colleagues; needed where it counts although it is cancelled.")
    counts = fields.Boolean(
        string="It counts all the same",
        help="What the partnership includes is not given back, for example after a late cancellation.",
    )
    is_agreed = fields.Boolean(compute='_compute_is_agreed')

    @api.depends('appointment_ids.state')
    def _compute_is_agreed(self):
        for wizard in self:
            wizard.is_agreed = any(appointment.state == 'confirmed' for appointment in wizard.appointment_ids)

    def action_confirm(self):
        self.appointment_ids.check_access('write')
        for wizard in self:
            wizard.appointment_ids._cancel(wizard.reason, give_back=not (wizard.counts and wizard.is_agreed))
        return {'type': 'ir.actions.act_window_close'}
