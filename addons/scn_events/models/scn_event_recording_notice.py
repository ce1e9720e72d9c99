from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

#: Nobody is told of a recording of an event that is longer ago: it was put in for the archive.
TELL_DAYS = 180
#: Who of a city hears of recordings without having had a seat: its staff, not its elected lead.
TOLD_ROLES = ('staff_lead', 'coordinator')


class ScnEventRecordingNotice(models.Model):
    """Somebody was told that an event can be watched or read now: once per person and event, whatever runs twice."""

    _name = 'scn.event.recording.notice'
    _description = 'Notice of Recordings'
    _order = 'id desc'
    _rec_name = 'partner_id'

    event_id = fields.Many2one('event.event', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    partner_id = fields.Many2one(
        'res.partner', string="Person", required=True, readonly=True, index=True, ondelete='cascade'
    )

    _once = models.Constraint('UNIQUE (event_id, partner_id)', "This person was told already.")

    def _get_recordings(self):
        """What this person may open of the event, for the mail."""
        self.ensure_one()
        recordings = self.sudo().event_id.scn_recording_ids._filter_open()
        city = self.partner_id._get_own_city()
        return recordings.filtered(
            lambda recording: recording.access == 'public' or (city and city._filter_holding(recording.benefit_id))
        )

    # -- the job -------------------------------------------------------------------------------------------------

    @api.model
    def _cron_tell(self, batch_size=200):
        """Hourly: whoever may see what was not open before is told. This is how an associate, which was not let in
        live, hears of the recording."""
        events = self._find_events()
        for done, event_id in enumerate(events.ids, start=1):
            last_id = 0
            while last_id is not None:
                last_id, told = with_fresh_snapshot(self.env, self._tell_next, event_id, last_id, batch_size)
                if not self.env['ir.cron']._commit_progress(told, remaining=len(events) - done):
                    return

    @api.model
    def _find_events(self):
        """Events that ended lately and have something on the pages."""
        recordings = self.env['scn.event.recording'].sudo()
        lately = fields.Datetime.now() - timedelta(days=TELL_DAYS)
        return (
            recordings.search([*recordings._get_open_domain(), ('event_id.date_end', '>', lately)])
            ._filter_open()
            .event_id.sorted('id')
        )

    @api.model
    def _tell_next(self, event_id, last_id, batch_size):
        """Tell the next people of one event.

        :param int last_id: the person that was looked at last
        :return: ``(the last person looked at, None when there is nobody left; how many were told)``
        """
        event = self.env['event.event'].sudo().browse(event_id).exists()
        recordings = event.scn_recording_ids._filter_open()
        if not recordings:
            return None, 0
        people = self._find_people(event, recordings, last_id, batch_size)
        if not people:
            return None, 0
        notices = self._note_new(event, self._filter_entitled(people, recordings))
        template = self.env.ref('scn_events.mail_template_recordings', raise_if_not_found=False)
        if template and notices:
            template.send_mail_batch(notices.ids)
        return people[-1].id, len(notices)

    @api.model
    def _find_people(self, event, recordings, last_id, limit):
        """Who may want to know and was not told, by number: people with a seat, and the staff of a
        city whose tier has the benefit.

        :return: ``res.partner`` records, at most ``limit``
        """
        tiers = recordings.benefit_id.grade_line_ids.grade_id
        told = self.sudo()._search([('event_id', '=', event.id)])
        seats = (
            self.env['event.registration']
            .sudo()
            ._search([('event_id', '=', event.id), ('state', 'in', ('open', 'done')), ('partner_id', '!=', False)])
        )
        roles = (
            self.env['scn.contact.role']
            .sudo()
            ._search(
                [
                    ('role', 'in', TOLD_ROLES),
                    ('is_current', '=', True),
                    ('organisation_id.grade_id', 'in', tiers.ids),
                ]
            )
        )
        return (
            self.env['res.partner']
            .sudo()
            .search(
                [
                    ('id', '>', last_id),
                    ('email', '!=', False),
                    ('id', 'not in', told.subselect('partner_id')),
                    '|',
                    ('id', 'in', seats.subselect('partner_id')),
                    ('id', 'in', roles.subselect('contact_id')),
                ],
                order='id',
                limit=limit,
            )
        )

    @api.model
    def _filter_entitled(self, people, recordings):
        """Those of these people who may open at least one of the recordings."""
        if 'public' in recordings.mapped('access'):
            return people
        cities = people.commercial_partner_id.filtered('is_city')
        entitled = cities.browse()
        for benefit in recordings.benefit_id:
            entitled |= cities._filter_holding(benefit)
        return people.filtered(lambda person: person.commercial_partner_id in entitled)

    @api.model
    def _note_new(self, event, people):
        """Write down who is told now; somebody who was told meanwhile is left out.

        :return: the new notices
        """
        if not people:
            return self.sudo().browse()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO scn_event_recording_notice
                       (event_id, partner_id, create_uid, create_date, write_uid, write_date)
                SELECT %(event)s, person, %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                  FROM unnest(%(people)s) AS person
                ON CONFLICT (event_id, partner_id) DO NOTHING
                RETURNING id
                """,
                event=event.id,
                user=self.env.uid,
                people=people.ids,
            )
        )
        return self.sudo().browse([row[0] for row in rows])
