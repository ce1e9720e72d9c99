from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import html2plaintext

#: How far the pre-read looks back at events.
MONTHS_BACK = 24
LAST_NOTES = 2
MOST_LINES = 8
#: Kind of appointment → its usual checklist.
CHECKLISTS = {'visit_day': 'visit', 'one_on_one': 'session'}
HELD = ('done', 'no_show')


class ScnAppointment(models.Model):
    """What whoever goes to a city should have read: made from what is known, the same number of queries for any city.

    It is for staff only and never leaves the foundation.
    """

    _inherit = 'scn.appointment'

    pre_read = fields.Html(compute='_compute_pre_read', sanitize=False)

    def _compute_pre_read(self):
        qweb = self.env['ir.qweb']
        for appointment in self:
            sections = appointment._origin._prepare_pre_read_sections() if appointment._origin.city_id else []
            appointment.pre_read = qweb._render('scn_events.appointment_pre_read', {'sections': sections})

    def action_schedule_checklist(self):
        """Open the choice of a checklist; its days count from the day of the visit or session."""
        self.ensure_one()
        self.check_access('write')
        plan = self.env.ref(f'scn_events.activity_plan_{CHECKLISTS[self.kind]}', raise_if_not_found=False)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Checklist"),
            'res_model': 'mail.activity.schedule',
            'view_mode': 'form',
            'target': 'new',
            'context': {
                'active_model': self._name,
                'active_id': self.id,
                'active_ids': self.ids,
                'plan_mode': True,
                'default_res_model': self._name,
                'default_res_ids': str(self.ids),
                'default_plan_id': plan.id if plan else False,
                'default_plan_date': self.day,
            },
        }

    def _prepare_pre_read_sections(self):
        """Sections in the order in which they are read; another addon adds its own.

        :return: list of ``(title, [lines of text])``; a section without lines says that there is nothing
        """
        self.ensure_one()
        city = self.city_id.sudo()
        sections = [
            (self.env._("Partnership"), self._get_pre_read_partnership(city)),
            (self.env._("Included and left"), self._get_pre_read_benefits(city)),
        ]
        # the Declaration is another addon, which need not be installed
        if 'scn.declaration.signature' in self.env:
            sections.append((self.env._("Declaration"), self._get_pre_read_declaration(city)))
        return [
            *sections,
            (self.env._("Events of the last two years"), self._get_pre_read_attendance(city)),
            (self.env._("Wishes, and what became of them"), self._get_pre_read_wishes(city)),
            (self.env._("Last notes"), self._get_pre_read_notes(city)),
            (self.env._("Open actions"), self._get_pre_read_actions(city)),
        ]

    def _get_pre_read_partnership(self, city):
        partnership = city.partnership_ids.filtered(
            lambda one: one.company_id == self.company_id and one.state in ('active', 'paused', 'grace')
        )[:1]
        lines = [self.env._("Tier: %(tier)s", tier=city.grade_id.name or self.env._("none"))]
        if partnership:
            lines.append(
                self.env._(
                    "Since %(start)s, term until %(end)s, account holder %(holder)s",
                    start=partnership.date_start,
                    end=partnership.date_end or "?",
                    holder=partnership.user_id.name or "?",
                )
            )
        return lines

    def _get_pre_read_benefits(self, city):
        today = fields.Date.context_today(self)
        windows = (
            self.env['scn.entitlement']
            .sudo()
            .search(
                [
                    ('partner_id', '=', city.id),
                    ('company_id', '=', self.company_id.id),
                    ('window_start', '<=', today),
                    ('window_end', '>=', today),
                    ('quota', '>', 0),
                ]
            )
        )
        return [
            self.env._(
                "%(benefit)s: %(left)s of %(quota)s left until %(end)s",
                benefit=window.benefit_id.name,
                left=window.left,
                quota=window.quota,
                end=window.window_end,
            )
            for window in windows
        ]

    def _get_pre_read_declaration(self, city):
        signatures = (
            self.env['scn.declaration.signature']
            .sudo()
            .search([('partner_id', '=', city.id), ('company_id', '=', self.company_id.id)], order='id desc', limit=1)
        )
        return [f"{signature.version_id.display_name}: {signature.stage_id.name}" for signature in signatures]

    def _get_pre_read_attendance(self, city):
        since = fields.Datetime.now() - relativedelta(months=MONTHS_BACK)
        counts = (
            self.env['event.registration']
            .sudo()
            ._read_group(
                [
                    ('scn_city_id', '=', city.id),
                    ('state', '!=', 'cancel'),
                    ('event_id.date_end', '>=', since),
                    ('event_id.date_end', '<=', fields.Datetime.now()),
                ],
                ['event_id', 'state'],
                ['__count'],
            )
        )
        events = {}
        for event, state, count in counts:
            line = events.setdefault(event, {'registered': 0, 'came': 0})
            line['registered'] += count
            line['came'] += count if state == 'done' else 0
        return [
            self.env._(
                "%(event)s (%(day)s): %(came)s of %(registered)s came",
                event=event.name,
                day=event.date_begin.date(),
                **events[event],
            )
            for event in sorted(events, key=lambda event: event.date_begin, reverse=True)[:MOST_LINES]
        ]

    def _get_pre_read_wishes(self, city):
        credits = (
            self.env['scn.topic.credit']
            .sudo()
            .search(
                [('city_id', '=', city.id), ('topic_id.company_id', 'in', (self.company_id.id, False))],
                order='id desc',
                limit=MOST_LINES,
            )
        )
        states = dict(self.env['scn.topic']._fields['state']._description_selection(self.env))
        return [
            ": ".join((credit.topic_id.name, credit.topic_id.became_text or states[credit.topic_id.state]))
            for credit in credits
        ]

    def _get_pre_read_notes(self, city):
        earlier = self.sudo().search(
            [
                ('city_id', '=', city.id),
                ('company_id', '=', self.company_id.id),
                ('id', '!=', self.id),
                ('stop', '<=', self.stop),
                ('state', 'in', HELD),
            ],
            order='start desc, id desc',
            limit=LAST_NOTES,
        )
        lines = []
        for appointment in earlier:
            lines.append(f"{appointment.day}, {appointment.topic or appointment.display_name}")
            for minutes in (appointment.minutes_shared, appointment.minutes_internal):
                text = html2plaintext(minutes or '').strip()
                if text:
                    lines.append(text)
        return lines

    def _get_pre_read_actions(self, city):
        actions = (
            self.env['scn.appointment.action']
            .sudo()
            .search(
                [('city_id', '=', city.id), ('company_id', '=', self.company_id.id), ('done_on', '=', False)],
                order='due_on, id',
            )
        )
        return [
            " · ".join(
                str(part)
                for part in (
                    action.due_on,
                    action.text,
                    action.person_id.name or action.user_id.name or (city.name if action.side == 'city' else None),
                )
                if part
            )
            for action in actions
        ]
