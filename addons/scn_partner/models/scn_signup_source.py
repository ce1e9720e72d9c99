from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

KEY_WARNING_DAYS = 14
#: A source that reports every night may be this late before somebody is told.
MISSED_AFTER_HOURS = 26


class ScnSignupSource(models.Model):
    """Where sign-ups come from: one mailbox, form or export, sent by one automation user for one company.

    Each body of the network has its own senders, consent wording and privacy notice, so these live here.
    """

    _name = 'scn.signup.source'
    _description = 'Sign-up Source'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'name, id'

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="How the sync names the source: small letters, digits and . _ : - (64 at most).",
    )
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        'res.users',
        string="Automation user",
        index=True,
        tracking=True,
        help="The only user, managers apart, that may send sign-ups of this source.",
    )
    acknowledge = fields.Boolean(
        string="Confirm by mail",
        help="Propose a mail to the sender when a sign-up is accepted. Staff see it first. "
        "Sign-ups older than the days below are never answered.",
    )
    acknowledge_days = fields.Integer(string="Days in which a mail is still proposed", default=30)
    retention_days = fields.Integer(
        string="Days the raw text is kept",
        default=180,
        help="The text of the mail is deleted that many days after it came in. The fields and the consent stay.",
    )
    nightly = fields.Boolean(
        string="Reports every night",
        tracking=True,
        help="Open a task for the managers when no run came in for more than a day.",
    )
    consent_wording = fields.Text(
        translate=True,
        help="Wording people agreed to when they wrote, stored with a sign-up that brings none of its own.",
    )
    privacy_url = fields.Char(string="Privacy notice", help="Address of the privacy notice linked in mails.")
    contact_email = fields.Char(string="Contact address", help="Where people may write to, named in mails.")
    last_run_on = fields.Datetime(string="Last run", compute='_compute_last_run_on')
    key_expires_on = fields.Datetime(string="Key valid until", compute='_compute_key_expires_on')
    signup_count = fields.Integer(compute='_compute_signup_count')

    _code_unique = models.Constraint('UNIQUE (code)', "Another source already has this code.")
    _days_not_negative = models.Constraint(
        'CHECK (acknowledge_days >= 0 AND retention_days >= 0)',
        "A number of days cannot be negative.",
    )

    def _compute_signup_count(self):
        counts = dict(
            self.env['scn.signup']._read_group(
                [('source_id', 'in', self.ids)],
                ['source_id'],
                ['__count'],
            )
        )
        for source in self:
            source.signup_count = counts.get(source, 0)

    def _compute_last_run_on(self):
        # Computed, not stored: senders at work at the same time must not write one row.
        latest = dict(
            self.env['scn.signup.batch']._read_group(
                [('source_id', 'in', self.ids)],
                ['source_id'],
                ['create_date:max'],
            )
        )
        for source in self:
            source.last_run_on = latest.get(source, False)

    @api.depends('user_id')
    def _compute_key_expires_on(self):
        """Latest expiry among the keys of the automation user; empty without a key."""
        expiry = dict(
            self.env['res.users.apikeys']
            .sudo()
            ._read_group(
                [('user_id', 'in', self.user_id.ids), ('expiration_date', '!=', False)],
                ['user_id'],
                ['expiration_date:max'],
            )
        )
        for source in self:
            source.key_expires_on = expiry.get(source.sudo().user_id, False)

    @api.constrains('user_id')
    def _check_user_is_bot(self):
        for source in self.sudo():
            if source.user_id and not source.user_id.has_group('scn_partner.group_scn_sync_bot'):
                raise ValidationError(
                    self.env._(
                        "“%(user)s” is no automation user: choose a user of the group “Sync bot”.",
                        user=source.user_id.name,
                    )
                )

    @api.model
    def _get_or_create(self, code):
        """The source with this code; a new one belongs to the automation user that names it first.

        :param str code: already validated
        """
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_signup_source
                (name, code, company_id, user_id, active, acknowledge, acknowledge_days, retention_days, nightly,
                 create_uid, create_date, write_uid, write_date)
            VALUES (%(code)s, %(code)s, %(company)s, %(user)s, true, false, 30, 180, false,
                    %(uid)s, now() at time zone 'utc', %(uid)s, now() at time zone 'utc')
            ON CONFLICT DO NOTHING
            """,
                code=code,
                company=self.env.user.company_id.id,
                user=self.env.uid if self.env.user.has_group('scn_partner.group_scn_sync_bot') else None,
                uid=self.env.uid,
            ),
            log_exceptions=False,
        )
        return self.with_context(active_test=False).search([('code', '=', code)])

    @api.model
    def _cron_watch(self):
        """Daily: one open task per source for a key that ends soon and for a missed night; closed when mended."""
        now = fields.Datetime.now()
        for source in self.search([]):  # pylint: disable=no-search-all
            # Odoo deletes a key that ended: without any key the task stays open.
            if source.key_expires_on:
                source._set_alert(
                    'scn_partner.mail_activity_type_key_expiry',
                    source.key_expires_on <= now + timedelta(days=KEY_WARNING_DAYS),
                    self.env._(
                        "The key of the sync ends soon. Issue a new one beside it, then change the sync's settings.",
                    ),
                )
            source._set_alert(
                'scn_partner.mail_activity_type_missed_run',
                source.nightly
                and (source.last_run_on or source.create_date) < now - timedelta(hours=MISSED_AFTER_HOURS),
                self.env._("No run came in since yesterday. Look at the machine that runs the sync."),
            )

    def _set_alert(self, activity_xml_id, is_needed, note):
        """Open or close the one activity of a kind on this source, for the managers' first user."""
        self.ensure_one()
        open_activities = self.activity_search([activity_xml_id], only_automated=False)
        if not is_needed:
            open_activities.unlink()
        elif not open_activities:
            self.activity_schedule(activity_xml_id, user_id=self._get_responsible().id, note=note)

    def _get_responsible(self):
        """Who gets the tasks of a source: its creator if a manager, else the first manager of its company."""
        managers = (
            self.env.ref('scn_partner.group_scn_manager')
            .all_user_ids.filtered(
                lambda user: (
                    user.active and user.id != self.env.ref('base.user_root').id and self.company_id in user.company_ids
                ),
            )
            .sorted('id')
        )
        return self.create_uid if self.create_uid in managers else managers[:1] or self.env.ref('base.user_admin')
