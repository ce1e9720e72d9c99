import base64
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.scn_partner import secret_code
from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot
from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from .. import calendar_file
from .scn_appointment import TIME_FIELDS
from .scn_appointment_session import SLOT_FORMAT
from .scn_session_link import ACT_URL

#: Reminders of a session that is agreed: field that is stamped → days before it.
REMINDERS = {'reminded_week': 7, 'reminded_day': 1}
#: A proposal that nobody answered is brought to mind once, so many days later.
DAYS_TO_ANSWER = 3


class ScnAppointment(models.Model):
    """What a city's people read by mail about their sessions: one mail per move and person, in the reader's language.

    Visits are left out: their programme has mails of its own. Every mail is queued within the move, so that one that
    fails writes to nobody; ``told`` says what people know, so that nothing is told twice.
    """

    _inherit = 'scn.appointment'

    told = fields.Char(readonly=True, copy=False, help="What the city's people were last told: the move and the time.")
    told_on = fields.Datetime(readonly=True, copy=False)
    calendar_sequence = fields.Integer(
        readonly=True, copy=False, help="Calendar files sent; a reader's calendar takes the highest."
    )
    reminded_week = fields.Boolean(readonly=True, copy=False)
    reminded_day = fields.Boolean(readonly=True, copy=False)
    reminded_answer = fields.Boolean(readonly=True, copy=False)

    # -- when --------------------------------------------------------------------------------------------------------

    def write(self, vals):
        """A new time of what was told is told, too, whoever changed it and where."""
        result = super().write(vals)
        if TIME_FIELDS & vals.keys() and 'state' not in vals:
            for session in self.sudo():
                if session.told and session.state in ('proposed', 'confirmed'):
                    session._tell_city('proposed' if session.state == 'proposed' else 'moved')
        return result

    def _propose(self, start=None, stop=None, hosts=None):
        result = super()._propose(start, stop, hosts)
        self.sudo()._tell_city('proposed')
        return result

    def _counter(self, start=None, stop=None):
        """The city answered: whatever we propose next is news to it, even the time of before."""
        result = super()._counter(start, stop)
        self.sudo().write({'told': False})
        return result

    def _confirm(self):
        result = super()._confirm()
        self.sudo()._tell_city('confirmed')
        return result

    def _cancel(self, reason=None, give_back=True, by_city=False):
        result = super()._cancel(reason, give_back, by_city)
        self.sudo()._tell_city('cancelled')
        return result

    def _tell_city(self, move):
        """Write about a move, once.

        :param str move: ``proposed``, ``confirmed``, ``moved`` or ``cancelled``
        """
        now = fields.Datetime.now()
        for session in self.filtered(lambda one: one.kind == 'one_on_one' and one.stop > now):
            # A move of what is confirmed is told by its time, whatever it is called.
            state = 'confirmed' if move == 'moved' else move
            told = f'{state} {session.start.strftime(SLOT_FORMAT)} {session.stop.strftime(SLOT_FORMAT)}'
            if session.told == told:
                continue
            had_file = session.calendar_sequence
            session.write(
                {
                    'told': told,
                    'told_on': now,
                    'reminded_answer': False,
                    # what is agreed so late needs no second mail at once
                    **{name: session.start <= now + timedelta(days=days) for name, days in REMINDERS.items()},
                    'calendar_sequence': had_file + (state == 'confirmed' or bool(move == 'cancelled' and had_file)),
                }
            )
            session._mail_city(move, has_file=session.calendar_sequence > had_file)

    # -- mails -------------------------------------------------------------------------------------------------------

    def _get_session_readers(self):
        """The people of the city who are named, else who asked, else those who plan for the city.

        Where none of them may answer, those who may read it as well.
        """
        self.ensure_one()
        readers = self.contact_ids or self.requester_id
        if not any(reader._has_city_right(ASK, self.city_id) for reader in readers):
            readers |= self._get_city_planners()
        return readers.filtered(lambda reader: reader.email and reader.commercial_partner_id == self.city_id)

    def _mail_city(self, move, has_file=False):
        """Queue one mail for each reader.

        A mail about a proposal carries the reader's own link. It belongs to no record, so that nobody who reads
        records reads the code; it is written by the superuser, because whoever writes a mail may read it; and it is
        deleted when it has gone.
        """
        self.ensure_one()
        template = self.env.ref(f'scn_events.mail_template_session_{move}')
        writer = template.with_user(SUPERUSER_ID).with_company(self.env.company)
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        for reader in self._get_session_readers():
            lang = next((code for code in (reader.lang, self.lang) if code in installed), 'en_US')
            values = {'email_to': reader.email_formatted, 'model': False, 'res_id': False, 'auto_delete': True}
            if has_file:
                content = self.with_context(lang=lang)._get_session_file(is_cancelled=move == 'cancelled')
                values['attachments'] = [('session.ics', base64.b64encode(content))]
            context = {'scn_reader': reader, 'scn_reader_lang': lang, 'scn_times': self._format_times(lang=lang)}
            if move in ('proposed', 'unanswered') and reader._has_city_right(ASK, self.city_id):
                code = secret_code.written(self.env['scn.session.link']._issue(self, reader))
                context |= {'scn_code': code, 'scn_url': f'{self._get_act_url(lang)}#{code}'}
            writer.with_context(**context).send_mail(self.id, force_send=False, email_values=values)

    def _get_act_url(self, lang):
        """Address of the page behind the link, in the reader's language."""
        websites = self.env['website'].sudo()
        website = websites.search([('company_id', '=', self.company_id.id)], limit=1) or websites.get_current_website()
        language = website.language_ids.filtered(lambda one: one.code == lang)
        prefix = f'/{language.url_code}' if language and language != website.default_lang_id else ''
        return f'{self.get_base_url()}{prefix}{ACT_URL}'

    def _get_session_file(self, is_cancelled=False):
        """The calendar file of a session: what both sides may read, no internal remark.

        :return: bytes
        """
        self.ensure_one()
        kind = self._get_kind_name()
        database = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        entry = calendar_file.Entry(
            uid=f'session-{self.id}@{database}',
            start=self.start,
            end=self.stop,
            summary=": ".join(part for part in (kind, self.topic) if part),
            description=", ".join(
                (self.host_ids.user_id | self.user_id).mapped('name') + self.contact_ids.mapped('name')
            ),
            location=self.video_link or self.place or '',
            url=f'{self.get_base_url()}/my/city/sessions/{self.id}',
            sequence=self.calendar_sequence,
            changed_on=fields.Datetime.now(),
            cancelled=is_cancelled,
            organiser=self.user_id.email or self.company_id.email or '',
        )
        method = 'CANCEL' if is_cancelled else 'PUBLISH'
        return calendar_file.write([entry], kind, self.company_id.name, fields.Datetime.now(), method=method)

    # -- reminders ---------------------------------------------------------------------------------------------------

    @api.model
    def _get_reminder_domain(self):
        """Sessions of which somebody is to be reminded now."""
        now = fields.Datetime.now()
        agreed = fields.Domain.OR(
            fields.Domain(name, '=', False) & fields.Domain('start', '<=', now + timedelta(days=days))
            for name, days in REMINDERS.items()
        )
        unanswered = fields.Domain('reminded_answer', '=', False) & fields.Domain(
            'told_on', '<=', now - timedelta(days=DAYS_TO_ANSWER)
        )
        return (
            fields.Domain('kind', '=', 'one_on_one')
            & fields.Domain('start', '>', now)
            & (
                (fields.Domain('state', '=', 'confirmed') & agreed)
                | (fields.Domain('state', '=', 'proposed') & unanswered)
            )
        )

    @api.model
    def _cron_remind_sessions(self, batch_size=50):
        """Hourly: remind of sessions, once a week and once a day before, and of proposals that wait for an answer."""
        while batch := with_fresh_snapshot(self.env, self._remind_next_sessions, batch_size):
            remaining = self.search_count(self._get_reminder_domain())
            if not self.env['ir.cron']._commit_progress(batch, remaining=remaining):
                break

    @api.model
    def _remind_next_sessions(self, batch_size):
        """One batch of the job: stamped and queued together.

        :return: how many were looked at, 0 when none is left
        """
        now = fields.Datetime.now()
        sessions = self.sudo().search(self._get_reminder_domain(), order='id', limit=batch_size)
        for session in sessions:
            if session.state == 'proposed':
                session.reminded_answer = True
                session._mail_city('unanswered')
            else:
                session.write({name: session.start <= now + timedelta(days=days) for name, days in REMINDERS.items()})
                session._mail_city('reminder')
        return len(sessions)
