from odoo import api, fields, models


class ScnEventProgrammePublish(models.TransientModel):
    """The next version of a programme before it is published: what readers will be told is new."""

    _name = 'scn.event.programme.publish'
    _description = 'Publish a Programme'

    event_id = fields.Many2one('event.event', required=True, readonly=True, ondelete='cascade')
    number = fields.Integer(string="Version", compute='_compute_preview')
    session_count = fields.Integer(string="Sessions", compute='_compute_preview')
    change_text = fields.Text(string="What readers will see as new", compute='_compute_preview')
    conflict_count = fields.Integer(related='event_id.scn_conflict_count')
    recipient_count = fields.Integer(string="People to write to", compute='_compute_recipient_count')
    note = fields.Text(string="A word to readers", help="Stands above the programme. Optional.")
    tell = fields.Boolean(
        string="Write to registered people",
        help="People with a confirmed registration get a mail with what changed. Nobody is written to otherwise.",
    )

    @api.depends('event_id')
    def _compute_preview(self):
        for wizard in self:
            event = wizard.event_id
            wizard.number = event.scn_programme_number + 1
            wizard.session_count = len(event._prepare_programme_sessions())
            if wizard.number == 1:
                wizard.change_text = self.env._("The whole programme: it is the first version.")
            else:
                changes = event._find_programme_changes()
                wizard.change_text = '\n'.join(event._describe_programme_change(change) for change in changes)

    @api.depends('event_id')
    def _compute_recipient_count(self):
        registrations = self.env['event.registration'].sudo()
        for wizard in self:
            wizard.recipient_count = registrations.search_count(
                self.env['scn.event.programme.version']._get_told_domain(wizard.event_id)
            )

    def action_publish(self):
        """Publish this version.

        :raises AccessError: for anybody but event officers
        :raises UserError: when nothing is new
        """
        self.ensure_one()
        self.event_id._publish_programme(self.note, self.tell)
        return {'type': 'ir.actions.act_window_close'}
