from odoo import api, fields, models
from odoo.tools import email_normalize

from .. import calendar_file
from ..programme_conflicts import Session, find_conflicts
from .event_event import STAFF_GROUPS

#: What decides on conflicts of a session, of every session of its event.
CONFLICT_PARTS = (
    'date',
    'date_end',
    'location_id',
    'partner_id',
    'partner_email',
    'scn_speaker_ids',
    'stage_id',
    'active',
)


class EventTrack(models.Model):
    """A session of a programme: on which working lines, who speaks, and what it is in the way of.

    Conflicts are shown and filtered and never stop anybody: a room may be divided, a speaker may come later.
    """

    _inherit = 'event.track'

    scn_working_line_ids = fields.Many2many(
        'scn.working.line', 'scn_event_track_working_line_rel', 'track_id', 'line_id', string="Working lines"
    )
    scn_speaker_ids = fields.Many2many(
        'res.partner',
        'scn_event_track_speaker_rel',
        'track_id',
        'partner_id',
        string="Further speakers",
        groups=STAFF_GROUPS,
        help="Who speaks beside the speaker of the session. Their names stand in the published programme.",
    )
    scn_conflicts = fields.Text(
        string="At the same time",
        compute='_compute_scn_conflicts',
        compute_sudo=True,
        groups=STAFF_GROUPS,
        help="Sessions at the same time in the same room or with the same speaker.",
    )
    scn_has_conflict = fields.Boolean(
        string="In conflict",
        compute='_compute_scn_conflicts',
        compute_sudo=True,
        search='_search_scn_has_conflict',
        groups=STAFF_GROUPS,
    )

    @api.depends(*CONFLICT_PARTS, 'event_id', *(f'event_id.track_ids.{part}' for part in CONFLICT_PARTS))
    def _compute_scn_conflicts(self):
        """One search for the sessions of all events in question, whatever their number."""
        others = self.search(self._get_planned_domain(self.event_id)) - self._origin
        planned = (others | self).filtered(lambda track: track.active and not track.stage_id.is_cancel)
        found = self._find_conflicts(planned)
        for track in self:
            conflicts = found.get(track.id, [])
            track.scn_has_conflict = bool(conflicts)
            track.scn_conflicts = '\n'.join(track._describe_conflict(conflict) for conflict in conflicts) or False

    @api.model
    def _search_scn_has_conflict(self, operator, value):
        if operator != 'in':
            return NotImplemented
        sessions = self.sudo()
        found = sessions._find_conflicts(sessions.search(self._get_planned_domain()))
        return [('id', 'in' if True in value else 'not in', list(found))]

    @api.model
    def _get_planned_domain(self, events=None):
        """Sessions that have a time and are not cancelled.

        :param events: only those of these ``event.event`` records
        """
        planned = [('date', '!=', False), ('date_end', '!=', False), ('stage_id.is_cancel', '!=', True)]
        return planned if events is None else [*planned, ('event_id', 'in', events.ids)]

    @api.model
    def _find_conflicts(self, tracks):
        """Conflicts among sessions of the same event.

        :return: dict id → list of ``programme_conflicts.Conflict``
        """
        conflicts = {}
        for event_tracks in tracks.grouped('event_id').values():
            conflicts.update(find_conflicts([track._prepare_conflict_session() for track in event_tracks]))
        return conflicts

    def _prepare_conflict_session(self):
        self.ensure_one()
        return Session(
            key=self.id,
            start=self.date,
            end=self.date_end,
            room=self.location_id.id or None,
            speakers=frozenset(self._get_speaker_keys()),
        )

    def _get_speaker_keys(self):
        """What tells the people of a session apart: their addresses, else their contacts.

        :return: dict key → name
        """
        self.ensure_one()
        people = self.sudo()
        keys = {}
        for person in people.scn_speaker_ids | people.partner_id:
            keys[person.email_normalized or person.id] = person.name
        address = email_normalize(people.partner_email)
        if address:
            keys.setdefault(address, people.partner_name or address)
        return keys

    def _describe_conflict(self, conflict):
        self.ensure_one()
        other = self.browse(conflict.with_key)
        names = self._get_speaker_keys()
        parts = [other.location_id.name] if conflict.room else []
        parts += [names[key] for key in conflict.speakers]
        return self.env._(
            "“%(session)s”: %(what)s", session=other.name, what=", ".join(sorted(part or '' for part in parts))
        )

    # -- what of a session is published --------------------------------------------------------------------------

    @api.model
    def _get_published_domain(self, events):
        """Sessions that the programme of these events shows; a proposal that is not decided is none of them."""
        return [
            ('event_id', 'in', events.ids),
            ('stage_id.is_cancel', '!=', True),
            '|',
            ('is_published', '=', True),
            ('stage_id.is_visible_in_agenda', '=', True),
        ]

    def _prepare_programme_sessions(self):
        """These sessions as a version of the programme keeps them (see ``programme_changes``), by time and room."""
        names = self._get_texts_by_language(self, 'name')
        line_names = self._get_texts_by_language(self.scn_working_line_ids, 'name')
        ordered = self.sorted(lambda track: (track.date or fields.Datetime.now().max, track.location_id.sequence))
        return [
            {
                'id': track.id,
                'name': names[track.id],
                'start': fields.Datetime.to_string(track.date) if track.date else None,
                'end': fields.Datetime.to_string(track.date_end) if track.date else None,
                'room': track.location_id.name or None,
                'speakers': track._get_speaker_names(),
                'lines': [{'id': line.id, 'name': line_names[line.id]} for line in track.scn_working_line_ids.sorted()],
            }
            for track in ordered
        ]

    def _get_speaker_names(self):
        self.ensure_one()
        people = self.sudo()
        names = [people.partner_name or people.partner_id.name, *people.scn_speaker_ids.mapped('name')]
        return [name for name in dict.fromkeys(names) if name]

    @api.model
    def _get_texts_by_language(self, records, name):
        """A translated field of records, read once for each language.

        :return: dict id → dict of language → text; English always, another language where it differs
        """
        texts = {record.id: {'en_US': record.with_context(lang='en_US')[name]} for record in records}
        for lang, __ in self.env['res.lang'].get_installed():
            for record in records.with_context(lang=lang):
                if record[name] != texts[record.id]['en_US']:
                    texts[record.id][lang] = record[name]
        return texts

    # -- calendar file -------------------------------------------------------------------------------------------

    def _get_ics_file(self):
        """A calendar file for each session, in UTC and with an identity of its own, so that a second download moves
        the entry instead of doubling it. The link of an online room is never in it."""
        now = fields.Datetime.now()
        return {
            track.id: calendar_file.write(
                [track._prepare_calendar_entry()], track.event_id.name, self.env.company.name, now
            )
            for track in self
        }

    def _prepare_calendar_entry(self):
        self.ensure_one()
        dates = self._get_track_calendar_reminder_dates()
        event = self.event_id
        return calendar_file.Entry(
            uid=event._get_calendar_uid('session', self.id),
            start=dates['date_begin'],
            end=dates['date_end'],
            summary=self.name,
            description=event.name,
            location=', '.join(part for part in (self.location_id.sudo().name, event.address_inline) if part),
            url=event._get_public_url(self.website_url),
            sequence=calendar_file.sequence_of(self.write_date),
            changed_on=self.write_date,
        )
