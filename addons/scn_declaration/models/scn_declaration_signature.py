from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..world_region import REGION_LABELS, region_of
from .scn_declaration_stage import CLOSED_CATEGORIES

#: Plain facts that every log entry writes down and ``verify`` compares.
FACT_FIELDS = (
    'category',
    'opened_on',
    'lang',
    'provisional',
    'publish_name',
    'publish_validation',
    'validated_on',
    'joined_on',
    'ratification_needed',
    'ratification_body',
    'ratification_weeks',
    'ratify_before',
    'ratified_on',
    'declined_on',
    'withdrawn_on',
    'annulled_on',
)
#: Personal values: the log holds a salted commitment of each, the value lives in ``scn.declaration.log.value``.
PERSONAL_FIELDS = ('signatory_name', 'signatory_function', 'validated_by', 'validated_function')
#: What officers may change by hand; a change is a log entry of its own.
EDITABLE_FACTS = frozenset(
    {
        'lang',
        'signatory_name',
        'signatory_function',
        'publish_name',
        'publish_validation',
        'ratification_needed',
        'ratification_body',
        'ratification_weeks',
    }
)
#: Set by the moves only; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset(
    {
        'name',
        'partner_id',
        'declaration_id',
        'version_id',
        'category',
        'provisional',
        'opened_on',
        'validated_on',
        'validated_by',
        'validated_function',
        'validation_evidence_id',
        'joined_on',
        'ratify_before',
        'ratified_on',
        'declined_on',
        'withdrawn_on',
        'annulled_on',
        'reason_id',
        'recorded_on',
        'date_last_stage_update',
        'country_id',
        'region',
        'company_id',
        'certificate_reference',
        'head_number',
        'head_hash',
        'verify_state',
        'verify_message',
        'status_ids',
        'log_ids',
    }
)


class ScnDeclarationSignature(models.Model):
    """The relation of one city to one declaration, from interest to joined, and perhaps out again.

    Split by concern: moves, what the log writes down, checking, mails and reminders are in files of their own.
    The commitment belongs to the city: a person who leaves office ends nothing.
    """

    _name = 'scn.declaration.signature'
    _description = 'Signature of a Declaration'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'date_last_stage_update desc, id desc'
    _rec_name = 'name'
    _check_company_auto = True

    name = fields.Char(string="Reference", readonly=True, copy=False, default='/', index='trigram')
    partner_id = fields.Many2one(
        'res.partner',
        string="City",
        required=True,
        index=True,
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
        tracking=True,
    )
    country_id = fields.Many2one(related='partner_id.country_id', store=True, string="Country")
    region = fields.Selection(
        REGION_LABELS,
        compute='_compute_region',
        store=True,
        index=True,
        help="World region of the country (United Nations), as in the public register.",
    )
    declaration_id = fields.Many2one(
        'scn.declaration',
        required=True,
        index=True,
        ondelete='restrict',
        default=lambda self: self.env['scn.declaration'].search([], limit=1),
    )
    company_id = fields.Many2one(related='declaration_id.company_id', store=True, index=True)
    version_id = fields.Many2one(
        'scn.declaration.version',
        string="Text",
        compute='_compute_version_id',
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete='restrict',
        tracking=True,
        help="The version this city joined, or is looking at.",
    )
    stage_id = fields.Many2one(
        'scn.declaration.stage',
        required=True,
        index=True,
        ondelete='restrict',
        tracking=True,
        copy=False,
        group_expand='_group_expand_stages',
        default=lambda self: self._get_stage('interest'),
    )
    category = fields.Selection(related='stage_id.category', store=True, index=True)
    opened_on = fields.Date(
        string="Interest since", required=True, default=fields.Date.context_today, readonly=True, copy=False
    )
    user_id = fields.Many2one(
        'res.users', string="Account holder", default=lambda self: self.env.user, tracking=True, index=True
    )
    lang = fields.Selection(
        lambda self: self.env['scn.declaration.version.text']._get_languages(),
        string="Language",
        help="In which the city reads the text, gets mails and its certificate.",
    )
    signatory_name = fields.Char(string="Signatory", copy=False)
    signatory_function = fields.Char(string="Function", copy=False)
    publish_name = fields.Boolean(
        string="Name may be published",
        copy=False,
        help="The signatory agreed that name and function stand in the public register.",
    )
    publish_validation = fields.Boolean(
        string="May be named while in validation",
        copy=False,
        help="The city agreed to be named in the register while its political validation is under way.",
    )
    validated_on = fields.Date(string="Politically validated on", readonly=True, copy=False)
    validated_by = fields.Char(readonly=True, copy=False, help="The political representative who agreed.")
    validated_function = fields.Char(string="Function of who validated", readonly=True, copy=False)
    validation_evidence_id = fields.Many2one(
        'scn.declaration.evidence', string="Shown by", readonly=True, copy=False, ondelete='restrict'
    )
    provisional = fields.Boolean(
        readonly=True, copy=False, help="Joined before its council decided; stays noted after the decision."
    )
    joined_on = fields.Date(readonly=True, copy=False, tracking=True, help="First day on which the city counts.")
    ratification_needed = fields.Boolean(string="A body has to confirm")
    ratification_body = fields.Char(string="Body", help="Who confirms, e.g. city council.")
    ratification_weeks = fields.Integer(string="Weeks it usually takes")
    ratify_before = fields.Date(string="Decision expected by", readonly=True, copy=False, tracking=True)
    ratified_on = fields.Date(string="Confirmed on", readonly=True, copy=False, tracking=True)
    declined_on = fields.Date(readonly=True, copy=False)
    withdrawn_on = fields.Date(readonly=True, copy=False, tracking=True)
    annulled_on = fields.Date(
        readonly=True, copy=False, tracking=True, help="Day on which a manager noted that the entry never counted."
    )
    reason_id = fields.Many2one('scn.declaration.reason', readonly=True, copy=False, ondelete='restrict')
    recorded_on = fields.Date(
        readonly=True, copy=False, help="Day on which the last move was entered, which may be after it took effect."
    )
    date_last_stage_update = fields.Datetime(
        string="In this stage since", readonly=True, copy=False, default=fields.Datetime.now, index=True
    )
    days_in_stage = fields.Integer(compute='_compute_days_in_stage', search='_search_days_in_stage')
    rotting = fields.Boolean(string="Waiting too long", compute='_compute_days_in_stage', search='_search_rotting')
    reservation_ids = fields.One2many('scn.declaration.reservation', 'signature_id')
    evidence_ids = fields.One2many('scn.declaration.evidence', 'signature_id')
    status_ids = fields.One2many('scn.declaration.status', 'signature_id', string="History", readonly=True)
    log_ids = fields.One2many('scn.declaration.log', 'signature_id', readonly=True)
    head_number = fields.Integer(string="Entries in the log", readonly=True, copy=False)
    head_hash = fields.Char(string="Head of the log", readonly=True, copy=False)
    verify_state = fields.Selection(
        [('ok', 'Whole'), ('erased', 'Whole, personal values erased'), ('broken', 'Broken')],
        string="Log checked",
        readonly=True,
        copy=False,
    )
    verify_message = fields.Text(readonly=True, copy=False)

    _one_live_per_city = models.UniqueIndex(
        "(partner_id, declaration_id) WHERE category NOT IN ('declined', 'withdrawn', 'annulled')",
        "The city has a signature of this declaration under way already.",
    )
    #: By which the register finds the countries that have a city.
    _declaration_country = models.Index('(declaration_id, country_id)')
    _name_unique = models.UniqueIndex("(name) WHERE name <> '/'", "This reference is taken.")
    _joined_has_a_day = models.Constraint(
        "CHECK (category NOT IN ('signed', 'provisional', 'withdrawn') OR joined_on IS NOT NULL)",
        "A city that has joined has a day on which it did.",
    )
    _annulled_says_why = models.Constraint(
        "CHECK (category <> 'annulled' OR (annulled_on IS NOT NULL AND reason_id IS NOT NULL))",
        "An annulled entry says when and why.",
    )
    _weeks_not_negative = models.Constraint(
        'CHECK (ratification_weeks BETWEEN 0 AND 520)', "Fill in the weeks a decision takes: 0 to 520."
    )

    # -- computed ----------------------------------------------------------------------------------------------

    @api.depends('partner_id', 'declaration_id')
    def _compute_display_name(self):
        for signature in self:
            parts = [signature.partner_id.name, signature.declaration_id.name]
            signature.display_name = ", ".join(part for part in parts if part) or signature.name

    @api.depends('declaration_id')
    def _compute_version_id(self):
        for signature in self:
            signature.version_id = signature.declaration_id.current_version_id

    @api.depends('country_id')
    def _compute_region(self):
        for signature in self:
            signature.region = region_of(signature.country_id.code)

    @api.depends('date_last_stage_update', 'stage_id.rotting_days', 'ratify_before')
    def _compute_days_in_stage(self):
        """A city whose council's decision is expected on a day to come is not waiting too long."""
        now, today = fields.Datetime.now(), fields.Date.context_today(self)
        for signature in self:
            days = (now - (signature.date_last_stage_update or now)).days
            signature.days_in_stage = days
            is_due = not (
                signature.category == 'provisional' and signature.ratify_before and signature.ratify_before >= today
            )
            rotting_days = signature.stage_id.rotting_days
            signature.rotting = bool(rotting_days and days >= rotting_days and is_due)

    def _search_rotting(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        now = fields.Datetime.now()
        stages = self.env['scn.declaration.stage'].search([('rotting_days', '>', 0)])
        waiting = Domain.OR(
            Domain('stage_id', '=', stage.id)
            & Domain('date_last_stage_update', '<=', fields.Datetime.subtract(now, days=stage.rotting_days))
            for stage in stages
        ) & ~(Domain('category', '=', 'provisional') & Domain('ratify_before', '>=', fields.Date.context_today(self)))
        return waiting if (operator == 'in') == (True in value) else ~waiting

    def _search_days_in_stage(self, operator, value):
        turned = {'>': '<', '>=': '<=', '<': '>', '<=': '>='}
        if operator not in turned or not isinstance(value, int):
            return NotImplemented
        # Nothing waits for a thousand years, and the calendar ends before some numbers do.
        value = max(-365000, min(value, 365000))
        day = fields.Datetime.subtract(fields.Datetime.now(), days=value)
        if operator in ('>', '<='):
            # More than n whole days are n + 1 days and longer.
            day = fields.Datetime.subtract(day, days=1)
            turned.update({'>': '<=', '<=': '>'})
        return Domain('date_last_stage_update', turned[operator], day)

    @api.model
    def _group_expand_stages(self, stages, domain):
        """Every stage is a column, empty ones too."""
        return self.env['scn.declaration.stage'].search([])  # pylint: disable=no-search-all

    @api.model
    def _get_stage(self, category):
        """First stage of a category, in the staff's order; may be empty."""
        return self.env['scn.declaration.stage'].search([('category', '=', category)], limit=1)

    @property
    def is_live(self):
        """Whether the signature is neither declined, withdrawn nor annulled."""
        self.ensure_one()
        return self.category not in CLOSED_CATEGORIES

    # -- rules -------------------------------------------------------------------------------------------------

    @api.constrains('partner_id')
    def _check_partner_is_city(self):
        for signature in self:
            if not signature.partner_id.is_city:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a city: a declaration is joined by cities and regions.",
                        name=signature.partner_id.name,
                    )
                )

    @api.constrains('version_id', 'declaration_id')
    def _check_version_of_declaration(self):
        for signature in self:
            if signature.version_id.declaration_id != signature.declaration_id:
                raise ValidationError(
                    self.env._(
                        "The text “%(version)s” belongs to another declaration than “%(declaration)s”.",
                        version=signature.version_id.name,
                        declaration=signature.declaration_id.name,
                    )
                )
            if signature.version_id.state == 'draft':
                raise ValidationError(
                    self.env._("“%(version)s” is a draft: publish it first.", version=signature.version_id.name)
                )
