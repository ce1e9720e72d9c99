from collections import Counter

from odoo import api, fields, models

from .event_event import STAFF_GROUPS


class ResPartner(models.Model):
    """Where a city took part: who of it was checked in, at what."""

    _inherit = 'res.partner'

    scn_attendance_count = fields.Integer(
        string="Took part", compute='_compute_scn_attendance', compute_sudo=True, groups=STAFF_GROUPS
    )
    scn_attendance_summary = fields.Char(
        string="Events attended", compute='_compute_scn_attendance', compute_sudo=True, groups=STAFF_GROUPS
    )

    @api.depends('is_city')
    def _compute_scn_attendance(self):
        """Events at which somebody of the city was checked in, in all and by kind; one look for all cities."""
        attended = self._get_attended_events()
        for city in self:
            events = attended.get(city.id, self.env['event.event'])
            city.scn_attendance_count = len(events)
            city.scn_attendance_summary = ', '.join(events._count_by_kind()) or False

    def _get_attended_events(self):
        """
        :return: dict city id → ``event.event`` records, the latest first
        """
        lines = (
            self.env['event.registration']
            .sudo()
            ._read_group(
                [('scn_city_id', 'in', self.ids), ('state', '=', 'done')], ['scn_city_id'], ['event_id:recordset']
            )
        )
        return {city.id: events.sorted('date_begin', reverse=True) for city, events in lines}

    def action_scn_attendance(self):
        """Who of this city took part in what."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_events.event_registration_action')
        return {
            **action,
            'name': self.env._("Attendance"),
            'domain': [('scn_city_id', '=', self.id), ('state', '=', 'done')],
            'context': {'group_by': ['event_id'], 'create': False},
        }


class EventEvent(models.Model):
    """Events counted by their kind, in words."""

    _inherit = 'event.event'

    def _count_by_kind(self):
        """
        :return: list of texts such as “Summit: 2”, in the order of the kinds
        """
        labels = dict(self._fields['scn_kind']._description_selection(self.env))
        counts = Counter(event.scn_kind for event in self)
        known = [
            self.env._("%(kind)s: %(count)s", kind=label, count=counts[kind])
            for kind, label in labels.items()
            if counts[kind]
        ]
        return [*known, self.env._("Other: %(count)s", count=counts[False])] if counts[False] else known
