from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: What everybody who is shown agrees to (``scn.consent.purpose``).
CONSENT_PURPOSE = 'recordings'


class ScnEventRecording(models.Model):
    """A recording, notes or slides of an event: public, or opened by a benefit, once the event has ended.

    Nobody outside the staff reads this model: pages and downloads ask ``_find_obstacles``, and only that.
    """

    _name = 'scn.event.recording'
    _description = 'Recording of an Event'
    _inherit = ['mail.thread']
    _order = 'event_id desc, sequence, id'

    sequence = fields.Integer(default=10)
    event_id = fields.Many2one('event.event', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    track_id = fields.Many2one(
        'event.track',
        string="Session",
        ondelete='set null',
        index='btree_not_null',
        domain="[('event_id', '=', event_id)]",
        help="Empty for the whole event.",
    )
    name = fields.Char(string="Title", required=True, translate=True)
    kind = fields.Selection(
        [('recording', 'Recording'), ('notes', 'Notes'), ('slides', 'Slides')], required=True, default='recording'
    )
    lang_id = fields.Many2one(
        'res.lang', string="Language", ondelete='restrict', context={'active_test': False}, help="What is spoken in it."
    )
    access = fields.Selection(
        [('public', 'Everybody'), ('benefit', 'Cities with the benefit')],
        string="Open to",
        required=True,
        default='benefit',
        tracking=True,
    )
    benefit_id = fields.Many2one(
        'scn.benefit',
        ondelete='restrict',
        tracking=True,
        default=lambda self: self.env.ref('scn_partner.benefit_recordings', raise_if_not_found=False),
    )
    url = fields.Char(string="Link", help="Where it can be watched or read, e.g. an unlisted video.")
    file = fields.Binary(attachment=True)
    filename = fields.Char()
    shown_ids = fields.Many2many(
        'res.partner',
        'scn_event_recording_shown_rel',
        'recording_id',
        'partner_id',
        string="Who is shown",
        help="Cities and persons it shows. Each of them has agreed to recordings, or it is not on the pages.",
    )
    consent_missing = fields.Boolean(compute='_compute_consent_missing')
    is_published = fields.Boolean(string="Published", readonly=True, copy=False, tracking=True)
    published_on = fields.Datetime(readonly=True, copy=False)
    opens_on = fields.Datetime(related='event_id.date_end', string="Opens on")

    _for_job = models.Index('(event_id) WHERE is_published')

    @api.constrains('url', 'file')
    def _check_one_place(self):
        for recording in self:
            if bool(recording.url) == bool(recording.file):
                raise ValidationError(
                    self.env._("“%(name)s” needs a link or a file, one of the two.", name=recording.name)
                )
            address = urlsplit(recording.url or 'https://example.com')
            if address.scheme not in ('http', 'https') or not address.netloc:
                raise ValidationError(
                    self.env._("Give the whole address, beginning with https://, not “%(url)s”.", url=recording.url)
                )

    @api.constrains('access', 'benefit_id')
    def _check_benefit(self):
        for recording in self:
            if recording.access == 'benefit' and not recording.benefit_id:
                raise ValidationError(
                    self.env._(
                        "Choose the benefit that opens “%(name)s”, or open it to everybody.", name=recording.name
                    )
                )

    @api.constrains('track_id', 'event_id')
    def _check_session(self):
        for recording in self:
            if recording.track_id and recording.track_id.event_id != recording.event_id:
                raise ValidationError(
                    self.env._("The session of “%(name)s” belongs to another event.", name=recording.name)
                )

    @api.depends('shown_ids.consent_ids.withdrawn_at', 'access', 'event_id.company_id')
    def _compute_consent_missing(self):
        covered = self.sudo()._filter_covered()
        for recording in self:
            recording.consent_missing = recording.sudo() not in covered

    @api.constrains('is_published', 'access', 'shown_ids')
    def _check_published(self):
        self.filtered('is_published')._check_can_publish()

    # -- publishing ----------------------------------------------------------------------------------------------

    def _filter_covered(self):
        """Those of these recordings to which everybody who is shown has agreed, for whom it is open to.

        A constant number of queries: one look for each body and audience.
        """
        covered = self.filtered(lambda recording: not recording.shown_ids)
        for (company, access), recordings in (
            (self - covered).grouped(lambda recording: (recording.event_id.company_id, recording.access)).items()
        ):
            scope = 'public' if access == 'public' else 'network'
            agreed = recordings.shown_ids._filter_may_publish(CONSENT_PURPOSE, scope, company or self.env.company)
            covered |= recordings.filtered(lambda recording, agreed=agreed: recording.shown_ids <= agreed)
        return covered

    def _check_can_publish(self):
        """
        :raises UserError: while somebody who is shown has not agreed
        """
        for recording in self - self.sudo()._filter_covered():
            scope = 'public' if recording.access == 'public' else 'network'
            company = recording.event_id.company_id or self.env.company
            missing = recording.shown_ids - recording.shown_ids._filter_may_publish(CONSENT_PURPOSE, scope, company)
            raise UserError(
                self.env._(
                    "“%(name)s” shows %(who)s: note their consent to recordings first, or take out what shows them.",
                    name=recording.name,
                    who=", ".join(missing.mapped('display_name')),
                )
            )

    def action_publish(self):
        """Publish: from the end of the event on whoever may see it does, and is told once.

        :raises UserError: while somebody who is shown has not agreed
        """
        self.check_access('write')
        now = fields.Datetime.now()
        self.write({'is_published': True, 'published_on': now})
        job = self.env.ref('scn_events.ir_cron_tell_recordings').sudo()
        job._trigger(at=[max(now, recording.opens_on) for recording in self])
        return True

    def action_unpublish(self):
        """Take it off the pages."""
        self.check_access('write')
        self.is_published = False
        return True

    def write(self, vals):
        if 'is_published' in vals and not self.env.su and not self.env.user.has_group('event.group_event_user'):
            raise AccessError(self.env._("Only event officers publish recordings."))
        return super().write(vals)
