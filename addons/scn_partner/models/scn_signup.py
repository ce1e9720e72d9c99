from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..signup_reasons import get_reason_labels

OPEN_STATES = ('new', 'matched', 'review')
DECIDED_STATES = ('accepted', 'rejected', 'withdrawn')
WISHES = ('task_force', 'declaration', 'event', 'magazine')

#: Set by matching, decisions and the sync only; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset(
    {
        'state',
        'external_id',
        'payload_hash',
        'source_id',
        'run_id',
        'review_reasons',
        'match_reasons',
        'city_partner_id',
        'contact_partner_id',
        'moved_from_id',
        'decided_on',
        'decided_by_id',
        'reject_reason',
        'reject_note',
        'raw_purged_on',
        'applied_changes',
        'restored_changes',
        'acknowledged_on',
        'city_is_chosen',
        'stopped_on',
    }
)

#: Fields from which the match follows: changing one by hand matches again.
MATCHED_BY = frozenset({'city', 'country_id', 'email', 'contact_name', 'organisation_id'})

#: What a decided sign-up shows of its sender and of the consent; only a manager still corrects it.
EVIDENCE_FIELDS = MATCHED_BY | {
    'contact_id',
    'unit',
    'position',
    'phone',
    'received_at',
    'consent_given_at',
    'consent_wording',
    'consent_source',
    'subject',
    'raw_text',
}


class ScnSignup(models.Model):
    """A message in which somebody signs up for the network: the inbox between mail and contacts.

    One message is one sign-up for ever: ``(source, external id)`` is unique and another message never updates
    it. States: new → matched → accepted | review | rejected | withdrawn. Split by concern: matching, acceptance,
    mail and the sync's methods are in files of their own.
    """

    _name = 'scn.signup'
    _description = 'Sign-up'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'received_at desc, id desc'
    _rec_name = 'contact_name'
    _rec_names_search = ['contact_name', 'email', 'city', 'subject']

    state = fields.Selection(
        [
            ('new', 'New'),
            ('matched', 'Matched'),
            ('review', 'To review'),
            ('accepted', 'Accepted'),
            ('rejected', 'Rejected'),
            ('withdrawn', 'Withdrawn'),
        ],
        required=True,
        default='new',
        index=True,
        tracking=True,
        copy=False,
    )
    source_id = fields.Many2one(
        'scn.signup.source',
        required=True,
        index=True,
        ondelete='restrict',
        copy=False,
        default=lambda self: self.env.ref('scn_partner.scn_signup_source_manual', raise_if_not_found=False),
    )
    company_id = fields.Many2one(related='source_id.company_id', store=True, index=True)
    external_id = fields.Char(readonly=True, copy=False, help="Fingerprint of the message, from its content.")
    payload_hash = fields.Char(readonly=True, copy=False, help="Fingerprint of the fields as they were sent.")
    run_id = fields.Many2one('scn.signup.run', readonly=True, index='btree_not_null', copy=False, ondelete='set null')

    received_at = fields.Datetime(string="Received", default=fields.Datetime.now, index=True)
    language = fields.Char(help="Two-letter code of the language the person wrote in.")
    unit = fields.Char()
    contact_name = fields.Char(string="Name")
    position = fields.Char()
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    city = fields.Char(string="City or region")
    country_id = fields.Many2one('res.country')
    wants_task_force = fields.Boolean(string="Task force")
    wants_declaration = fields.Boolean(string="Declaration")
    wants_event = fields.Boolean(string="Event")
    wants_magazine = fields.Boolean(string="Magazine")
    wishes = fields.Char(string="Wants", compute='_compute_wishes')

    consent_given_at = fields.Datetime(string="Consent given")
    consent_wording = fields.Text()
    consent_source = fields.Char(string="Where the consent was given")

    subject = fields.Char()
    raw_text = fields.Text(string="Original text", copy=False)
    raw_purge_on = fields.Date(string="Original text kept until", index='btree_not_null', copy=False)
    raw_purged_on = fields.Datetime(string="Original text deleted", readonly=True, copy=False)

    review_reasons = fields.Char(readonly=True, copy=False, help="Doubts of the sender, as codes.")
    match_reasons = fields.Char(readonly=True, copy=False, help="Doubts of the matching, as codes.")
    review_text = fields.Text(string="Why it needs a look", compute='_compute_review_text')

    organisation_id = fields.Many2one(
        'res.partner',
        string="Matched city",
        domain="[('is_city', '=', True)]",
        tracking=True,
        copy=False,
        index='btree_not_null',
        help="The city this sign-up belongs to. Choose one when none was found.",
    )
    city_is_chosen = fields.Boolean(readonly=True, copy=False, help="Staff chose the city: matching keeps it.")
    contact_id = fields.Many2one(
        'res.partner',
        string="Matched person",
        tracking=True,
        copy=False,
        index='btree_not_null',
        domain="[('commercial_partner_id', '=', organisation_id), ('is_company', '=', False)]",
        help="The person who already is a contact of the city. Empty: a new contact is created.",
    )
    moved_from_id = fields.Many2one(
        'res.partner',
        string="Known at another city",
        readonly=True,
        copy=False,
        help="The same person, with the same address, at another city. Accepting ends the roles there.",
    )
    suggested_city_ids = fields.Many2many(
        'res.partner',
        string="Could be",
        compute='_compute_suggested_city_ids',
    )
    change_preview = fields.Html(string="What accepting changes", compute='_compute_change_preview')

    city_partner_id = fields.Many2one('res.partner', string="City", readonly=True, copy=False, index='btree_not_null')
    contact_partner_id = fields.Many2one(
        'res.partner',
        string="Contact",
        readonly=True,
        copy=False,
        index='btree_not_null',
    )
    applied_changes = fields.Json(readonly=True, copy=False)
    applied_text = fields.Text(string="What accepting did", compute='_compute_applied_text')
    stopped_on = fields.Datetime(string="Asked us to stop", readonly=True, copy=False, index='btree_not_null')
    decided_on = fields.Datetime(string="Decided on", readonly=True, copy=False)
    decided_by_id = fields.Many2one('res.users', string="Decided by", readonly=True, copy=False)
    reject_reason = fields.Selection(
        [
            ('spam', 'Spam'),
            ('not_a_city', 'Not a city or region'),
            ('duplicate', 'Duplicate of another sign-up'),
            ('no_basis', 'No consent or other basis to keep it'),
            ('other', 'Another reason'),
        ],
        string="Why it was rejected",
        readonly=True,
        copy=False,
        tracking=True,
    )
    reject_note = fields.Char(string="Note on the rejection", readonly=True, copy=False)
    acknowledged_on = fields.Datetime(string="Confirmed by mail", readonly=True, copy=False)

    _source_external_id_unique = models.Constraint(
        'UNIQUE (source_id, external_id)',
        "This message is already in the inbox.",
    )

    @api.depends('contact_name', 'city', 'email')
    def _compute_display_name(self):
        for signup in self:
            parts = [part for part in (signup.contact_name or signup.email, signup.city) if part]
            signup.display_name = ", ".join(parts) or self.env._("Sign-up without a name")

    @api.depends(lambda self: [f'wants_{wish}' for wish in self._get_wishes()])
    def _compute_wishes(self):
        labels = {wish: self._fields[f'wants_{wish}']._description_string(self.env) for wish in self._get_wishes()}
        for signup in self:
            signup.wishes = ", ".join(label for wish, label in labels.items() if signup[f'wants_{wish}'])

    @api.model
    def _get_wishes(self):
        """What a sign-up may ask for; a ``wants_<wish>`` field exists for each. Addons add theirs."""
        return WISHES

    @api.depends('review_reasons', 'match_reasons')
    def _compute_review_text(self):
        labels = get_reason_labels(self.env)
        for signup in self:
            codes = f"{signup.review_reasons or ''} {signup.match_reasons or ''}".split()
            signup.review_text = "\n".join(
                dict.fromkeys(labels.get(code, code.replace('_', ' ').capitalize()) for code in codes)
            )

    @api.model
    def default_get(self, fields):
        """Neither a context nor a stored default of a user decides on a sign-up."""
        values = super().default_get(fields)
        if not self.env.su:
            for name in (SYSTEM_FIELDS - {'source_id'}) & values.keys():
                values.pop(name)
            if 'state' in fields:
                values['state'] = 'new'
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Sign-ups entered by hand are matched at once; the sync has its own way in (``sync_receive``)."""
        for vals in vals_list:
            self._check_system_fields(vals, allowed={'source_id'})
        signups = super().create(vals_list)
        signups._date_raw_text()
        signups._match()
        return signups

    def write(self, vals):
        self._check_system_fields(vals)
        self._check_evidence_fields(vals)
        result = super().write(vals)
        if 'raw_text' in vals:
            self._date_raw_text()
        if not self.env.su and MATCHED_BY & vals.keys():
            if 'organisation_id' in vals:
                self.sudo().city_is_chosen = bool(vals['organisation_id'])
            if 'contact_id' not in vals:
                self.filtered(lambda signup: signup.state in OPEN_STATES)._match()
        return result

    def _check_system_fields(self, vals, allowed=frozenset()):
        """Decisions go through their actions.

        :raises AccessError: for a system field, whatever the user's rights
        """
        touched = () if self.env.su else (SYSTEM_FIELDS - allowed) & vals.keys()
        if touched:
            raise AccessError(
                self.env._(
                    "The state of a sign-up changes by its buttons (accept, reject, merge), not by writing %(fields)s.",
                    fields=", ".join(sorted(touched)),
                )
            )

    def _check_evidence_fields(self, vals):
        """What was decided on stays as it was; managers may correct it.

        :raises UserError: for anybody else
        """
        if self.env.su:
            return
        touched = (EVIDENCE_FIELDS | {f'wants_{wish}' for wish in self._get_wishes()}) & vals.keys()
        if not touched or self.env.user.has_group('scn_partner.group_scn_manager'):
            return
        if any(signup.state in DECIDED_STATES for signup in self):
            raise UserError(
                self.env._(
                    "This sign-up is decided: what it says and the consent stay as they were. Ask a manager to correct it.",
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accepted(self):
        if any(signup.state == 'accepted' for signup in self):
            raise UserError(
                self.env._(
                    "An accepted sign-up is the evidence of a consent and cannot be deleted.",
                )
            )

    def _check_can_decide(self):
        """
        :raises AccessError: when the user may not change sign-ups
        :raises UserError: when one of them is already decided
        """
        self.check_access('write')
        for signup in self:
            if signup.state in DECIDED_STATES:
                labels = dict(self._fields['state']._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(signup)s is already decided (%(state)s by %(user)s). Reload the page to see the result.",
                        signup=signup._get_reference(),
                        state=labels[signup.state].lower(),
                        user=signup.decided_by_id.sudo().name or self.env._("the sync"),
                    )
                )

    def _get_reference(self):
        """What a refusal calls this sign-up: Odoo logs refusals, so names and addresses stay out of them."""
        self.ensure_one()
        if self.organisation_id:
            return self.env._("Sign-up %(number)s (%(city)s)", number=self.id, city=self.organisation_id.name)
        return self.env._("Sign-up %(number)s", number=self.id)

    @api.model
    def _lock_rows(self, records):
        """Wait for whoever is changing these rows, before a statement of ours holds a name or an address.

        Odoo logs a failing statement with its values. This one holds ids only and is not logged.

        :raises psycopg2.errors.SerializationFailure: when one was changed since our snapshot; the call is repeated
        """
        if records.ids:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    SQL.identifier(records._table),
                    tuple(records.ids),
                ),
                log_exceptions=False,
            )

    def _prepare_decision_values(self, state):
        return {'state': state, 'decided_on': fields.Datetime.now(), 'decided_by_id': self.env.uid}

    def _reject(self, reason, note=None):
        """Take sign-ups out of the inbox without touching any contact."""
        self._check_can_decide()
        self.sudo().write(
            {
                **self._prepare_decision_values('rejected'),
                'reject_reason': reason,
                'reject_note': note or False,
            }
        )

    def action_reject(self):
        """Ask for the reason, then reject."""
        self._check_can_decide()
        return self._get_wizard_action('scn.signup.reject', self.env._("Reject sign-ups"))

    def action_merge_into(self):
        """Ask for the contact this sign-up belongs to, then accept into it."""
        self.ensure_one()
        self._check_can_decide()
        return self._get_wizard_action('scn.signup.merge', self.env._("Merge into a contact"))

    def action_reopen(self):
        """Undo a rejection: the sign-up is matched again."""
        self.check_access('write')
        rejected = self.filtered(lambda signup: signup.state == 'rejected')
        if rejected != self:
            raise UserError(self.env._("Only rejected sign-ups can be taken back into the inbox."))
        self.sudo().write(
            {
                'state': 'new',
                'decided_on': False,
                'decided_by_id': False,
                'reject_reason': False,
                'reject_note': False,
            }
        )
        self.sudo()._match()
        return True

    def _get_wizard_action(self, model, title):
        return {
            'type': 'ir.actions.act_window',
            'name': title,
            'res_model': model,
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_signup_ids': [fields.Command.set(self.ids)]},
        }
