from odoo import fields, models

from .event_event import STAFF_GROUPS


class EventEvent(models.Model):
    """The calls of an event."""

    _inherit = 'event.event'

    scn_call_ids = fields.One2many('scn.call', 'event_id', string="Calls of the event", groups=STAFF_GROUPS, copy=False)
    scn_call_count = fields.Integer(string="Calls", compute='_compute_scn_call_count', groups=STAFF_GROUPS)

    def _compute_scn_call_count(self):
        count = dict(self.env['scn.call']._read_group([('event_id', 'in', self.ids)], ['event_id'], ['__count']))
        for event in self:
            event.scn_call_count = count.get(event, 0)

    def _has_published_calls(self):
        """Whether the event's page leads to a list of calls."""
        self.ensure_one()
        calls = self.env['scn.call'].sudo()
        return bool(calls.search_count([('event_id', '=', self.id), ('is_published', '=', True)], limit=1))

    def action_scn_calls(self):
        """The calls of this event."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('scn_events.scn_call_action')
        action['domain'] = [('event_id', '=', self.id)]
        action['context'] = {'default_event_id': self.id}
        return action
