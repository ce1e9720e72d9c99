from urllib.parse import urljoin, urlsplit

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import calendar_file
from ..programme_changes import compare, in_language
from .event_event import STAFF_GROUPS


class EventEvent(models.Model):
    """The programme of an event, as it was last published."""

    _inherit = 'event.event'

    scn_conflict_count = fields.Integer(
        string="Sessions in conflict", compute='_compute_scn_conflict_count', compute_sudo=True, groups=STAFF_GROUPS
    )
    scn_programme_version_ids = fields.One2many(
        'scn.event.programme.version', 'event_id', string="Published programmes", copy=False, groups=STAFF_GROUPS
    )
    scn_programme_number = fields.Integer(
        string="Programme version", compute='_compute_scn_programme_number', compute_sudo=True, groups=STAFF_GROUPS
    )

    @api.depends('track_ids.scn_has_conflict')
    def _compute_scn_conflict_count(self):
        for event in self:
            event.scn_conflict_count = len(event.track_ids.filtered('scn_has_conflict'))

    @api.depends('scn_programme_version_ids')
    def _compute_scn_programme_number(self):
        for event in self:
            event.scn_programme_number = max(event.scn_programme_version_ids.mapped('number'), default=0)

    def _get_programme(self, number=None):
        """The published programme, or an earlier version of it; an empty record where there is none."""
        self.ensure_one()
        versions = self.sudo().scn_programme_version_ids
        if number is not None:
            versions = versions.filtered(lambda version: version.number == number)
        return versions.sorted('number')[-1:]

    # -- publishing ----------------------------------------------------------------------------------------------

    def _prepare_programme_sessions(self):
        """What would be published now."""
        self.ensure_one()
        sessions = self.env['event.track'].sudo()
        return sessions.search(sessions._get_published_domain(self))._prepare_programme_sessions()

    def _find_programme_changes(self):
        """What would be new against the last version."""
        self.ensure_one()
        return compare(self._get_programme().sessions or [], self._prepare_programme_sessions())

    def _check_can_publish_programme(self):
        """
        :raises AccessError: for anybody who does not plan events
        :raises UserError: without a session, or when nothing is new
        """
        self.ensure_one()
        if not self.env.user.has_group('event.group_event_user'):
            raise AccessError(self.env._("Only event officers publish a programme."))
        self.check_access('write')
        if self._find_programme_changes():
            return
        if self._get_programme():
            raise UserError(self.env._("Nothing has changed since the last version was published."))
        raise UserError(
            self.env._(
                "“%(event)s” has no session to publish. Add sessions, and move them to a stage that is shown in the "
                "agenda.",
                event=self.name,
            )
        )

    def _publish_programme(self, note='', tell=False, published_on=None):
        """Publish what is planned now as the next version.

        :param str note: what staff want to say with it, plain text
        :param bool tell: whether people with a confirmed registration are written to
        :param published_on: when it was, for a programme that is entered afterwards; now by default
        :return: the version
        :raises AccessError, UserError: see ``_check_can_publish_programme``
        """
        self.ensure_one()
        self._check_can_publish_programme()
        last = self._get_programme()
        sessions = self._prepare_programme_sessions()
        version = (
            self.env['scn.event.programme.version']
            .sudo()
            .create(
                {
                    'event_id': self.id,
                    'number': last.number + 1,
                    'sessions': sessions,
                    # the first version is new as a whole
                    'changes': compare(last.sessions or [], sessions) if last else [],
                    'note': (note or '').strip() or False,
                    'telling_state': 'waiting' if tell else 'not_asked',
                    'user_id': self.env.uid,
                    'published_on': published_on or fields.Datetime.now(),
                }
            )
        )
        if tell:
            self.env.ref('scn_events.ir_cron_tell_programme')._trigger()
        return version

    def action_scn_publish_programme(self):
        """Open the preview of the next version."""
        self.ensure_one()
        self._check_can_publish_programme()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Publish the programme"),
            'res_model': 'scn.event.programme.publish',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_event_id': self.id},
        }

    def action_scn_conflicts(self):
        """The sessions of this event that are in the way of each other."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('website_event_track.action_event_track')
        return {
            **action,
            'name': self.env._("Sessions in conflict"),
            'domain': [('event_id', '=', self.id), ('scn_has_conflict', '=', True)],
            'view_mode': 'list,form',
            'views': [(False, 'list'), (False, 'form')],
            'context': {'default_event_id': self.id},
        }

    # -- public --------------------------------------------------------------------------------------------------

    def _get_public_url(self, path):
        """A public address of this event's site."""
        self.ensure_one()
        return urljoin(self.get_base_url(), path)

    def _get_calendar_uid(self, kind, number):
        """What a calendar knows a meeting by, the same in every file and for good."""
        self.ensure_one()
        site = urlsplit(self.get_base_url()).hostname or 'sharing-cities'
        return f'{kind}-{number}@{site}'

    def _prepare_programme_page_values(self, number=None, zone=None):
        """Everything the public page of the programme shows.

        :param int number: an earlier version; the last one without
        :param str zone: time zone of the reader where it is known
        :return: dict, or None where there is no such version
        """
        self.ensure_one()
        event = self.sudo()
        version = event._get_programme(number)
        if not version:
            return None
        zone = zone if zone in pytz.all_timezones_set and zone != event.date_tz else None
        days, unplanned = version._prepare_days(event.date_tz or 'UTC')
        return {
            'event': self,
            'version': version,
            'versions': event.scn_programme_version_ids.sorted('number', reverse=True),
            'is_last': version == event._get_programme(),
            'days': days,
            'unplanned': unplanned,
            'changes': version._describe_changes(),
            'reader_zone': zone,
            'zone': event.date_tz or 'UTC',
        }

    def _get_programme_calendar(self):
        """The published programme as a calendar file. What is not held any more is in it as cancelled, so that a
        reader's calendar takes it out.

        :return: bytes, or None where nothing was published
        """
        self.ensure_one()
        event = self.sudo()
        last = event._get_programme()
        if not last:
            return None
        # an empty list comes back as nothing
        held = {session['id'] for session in last.sessions or []}
        gone = {}
        for version in event.scn_programme_version_ids.sorted('number'):
            gone.update({session['id']: session for session in version.sessions or [] if session['id'] not in held})
        entries = [
            event._prepare_programme_entry(last, session, session['id'] in gone)
            for session in [*(last.sessions or []), *gone.values()]
            if session['start']
        ]
        return calendar_file.write(entries, event.name, event.company_id.name or event.name, fields.Datetime.now())

    def _prepare_programme_entry(self, version, session, cancelled):
        lang = self.env.lang or 'en_US'
        lines = [in_language(line['name'], lang) for line in session['lines']]
        return calendar_file.Entry(
            uid=self._get_calendar_uid('session', session['id']),
            start=fields.Datetime.to_datetime(session['start']),
            end=fields.Datetime.to_datetime(session['end']),
            summary=in_language(session['name'], lang),
            description='\n'.join(
                part for part in (self.name, ', '.join(session['speakers']), ', '.join(lines)) if part
            ),
            location=', '.join(part for part in (session['room'], self.address_inline) if part),
            url=self._get_public_url(f'/event/{self.id}/programme'),
            sequence=calendar_file.sequence_of(version.published_on),
            changed_on=version.published_on,
            cancelled=cancelled,
        )
