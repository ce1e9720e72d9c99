from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

from ..city_time import localized
from ..programme_changes import in_language

#: What the job writes while it tells people; everything else stays as it was published.
TELLING_FIELDS = frozenset({'telling_state', 'told_up_to'})


class ScnEventProgrammeVersion(models.Model):
    """A programme as it was published once: it never changes, the next version says what is new.

    ``sessions`` and ``changes`` are as ``programme_changes`` describes them, so that the words are put together in the
    reader's language.
    """

    _name = 'scn.event.programme.version'
    _description = 'Published Programme'
    _order = 'event_id, number desc'

    event_id = fields.Many2one('event.event', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    number = fields.Integer(required=True, readonly=True)
    published_on = fields.Datetime(required=True, readonly=True, default=lambda self: fields.Datetime.now())
    user_id = fields.Many2one('res.users', string="Published by", readonly=True, ondelete='set null')
    sessions = fields.Json(readonly=True)
    changes = fields.Json(readonly=True)
    session_count = fields.Integer(string="Number of sessions", compute='_compute_session_count')
    change_text = fields.Text(string="What changed", compute='_compute_change_text')
    note = fields.Text(readonly=True, help="What staff said with it; readers see it.")
    telling_state = fields.Selection(
        [('not_asked', 'Nobody is written to'), ('waiting', 'Being written to'), ('done', 'Written to')],
        string="Registered people",
        required=True,
        readonly=True,
        default='not_asked',
        index=True,
    )
    told_up_to = fields.Integer(readonly=True, help="Number of the last registration that was written to.")

    _event_number_unique = models.Constraint(
        'UNIQUE (event_id, number)',
        "Somebody else has just published this programme: look at the new version first.",
    )

    @api.depends('event_id', 'number')
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(event)s, version %(number)s", event=version.event_id.name or '', number=version.number
            )

    @api.depends('sessions')
    def _compute_session_count(self):
        for version in self:
            version.session_count = len(version.sessions or [])

    @api.depends('changes')
    @api.depends_context('lang')
    def _compute_change_text(self):
        for version in self:
            version.change_text = '\n'.join(version._describe_changes()) or False

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("A programme is published by its button."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su or vals.keys() - TELLING_FIELDS:
            raise AccessError(self.env._("A published programme does not change: publish the next version."))
        return super().write(vals)

    @api.model
    def _forget_speaker(self, name):
        """Take a person's name out of every version: a right to be forgotten goes before what was published.

        :param str name: as the versions have it
        :return: number of versions that named the person
        """

        def without(session):
            return session and {**session, 'speakers': [one for one in session['speakers'] if one != name]}

        changed = 0
        for version in self.sudo().search([]):  # pylint: disable=no-search-all
            sessions = [without(session) for session in version.sessions or []]
            changes = [
                {**change, 'before': without(change['before']), 'after': without(change['after'])}
                for change in version.changes or []
            ]
            if sessions != (version.sessions or []) or changes != (version.changes or []):
                # pylint: disable-next=super-method-mismatch
                super(ScnEventProgrammeVersion, version).write({'sessions': sessions, 'changes': changes})
                changed += 1
        return changed

    # -- what a reader sees --------------------------------------------------------------------------------------

    def _prepare_days(self, zone):
        """The sessions by day on the clock of the event.

        :return: ``([(date, [session, …]), …], [sessions without a time])``, each session with ``title``,
            ``line_names``, ``begin`` and ``finish`` (moments in UTC without a zone)
        """
        self.ensure_one()
        lang = self.env.lang or 'en_US'
        days, unplanned = defaultdict(list), []
        for session in self.sessions or []:
            shown = {
                **session,
                'title': in_language(session['name'], lang),
                'line_names': [in_language(line['name'], lang) for line in session['lines']],
                'begin': fields.Datetime.to_datetime(session['start']),
                'finish': fields.Datetime.to_datetime(session['end']),
            }
            if shown['begin']:
                days[localized(shown['begin'], zone).date()].append(shown)
            else:
                unplanned.append(shown)
        return sorted(days.items()), unplanned

    def _describe_changes(self):
        """What changed, a sentence each, in the reader's language and on the event's clock."""
        return [
            version.event_id._describe_programme_change(change)
            for version in self
            # an empty list comes back as nothing
            for change in version.changes or []
        ]

    # -- telling people ------------------------------------------------------------------------------------------

    @api.model
    def _cron_tell(self, batch_size=200):
        """Write to who has a confirmed registration, once for each version that staff wanted to be told."""
        while done := with_fresh_snapshot(self.env, self._tell_next, batch_size):
            remaining = self.sudo().search_count([('telling_state', '=', 'waiting')])
            if not self.env['ir.cron']._commit_progress(done, remaining=remaining):
                break

    @api.model
    def _tell_next(self, batch_size):
        """One batch of one version. How far it went is written with the mails, so nobody is written to twice.

        :return: how much was done, 0 when nothing waits
        """
        version = self.sudo().search([('telling_state', '=', 'waiting')], order='id', limit=1)
        if not version:
            return 0
        registrations = self.env['event.registration'].sudo()
        people = registrations.search(
            [*self._get_told_domain(version.event_id), ('id', '>', version.told_up_to)], order='id', limit=batch_size
        )
        newer = version.event_id.scn_programme_version_ids.filtered(
            lambda later: later.number > version.number and later.telling_state != 'not_asked'
        )
        if not people or newer or version.event_id.is_finished:
            # a newer version is told instead, and nobody hears of a programme that is over
            version.telling_state = 'done'
            return 1
        template = self.env.ref('scn_events.mail_template_programme', raise_if_not_found=False)
        if template:
            template.send_mail_batch(people.ids)
        version.told_up_to = people[-1].id
        return len(people)

    @api.model
    def _get_told_domain(self, event):
        """Registrations whose people are told: confirmed, and not on hold."""
        return [('event_id', '=', event.id), ('state', '=', 'open'), ('scn_on_hold_since', '=', False)]
