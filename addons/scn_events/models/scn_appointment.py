from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

KINDS = [('visit_day', 'Visit day'), ('one_on_one', 'One-on-one session')]
#: Kind of appointment → code of the benefit that it uses.
BENEFIT_CODES = {'visit_day': 'visit', 'one_on_one': 'one_on_one'}
STATES = [
    ('requested', 'Requested'),
    ('proposed', 'Proposed'),
    ('confirmed', 'Confirmed'),
    ('done', 'Done'),
    ('no_show', 'Did not take place'),
    ('cancelled', 'Cancelled'),
]
#: Not agreed yet: the foundation answers a request, the city a proposal.
OPEN_STATES = ('requested', 'proposed')
#: Still to come, agreed or not.
PLANNED_STATES = (*OPEN_STATES, 'confirmed')
#: Kept by the moves; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset(
    {'state', 'entitlement_id', 'grade_id', 'calendar_event_id', 'cancel_reason', 'at_risk_since'}
)
#: What the appointment is about: fixed once it is agreed.
AGREED_FIELDS = frozenset({'kind', 'city_id', 'company_id'})
TIME_FIELDS = frozenset({'start', 'stop'})
#: What its calendar event shows.
CALENDAR_FIELDS = frozenset(
    {'start', 'stop', 'tz', 'place', 'video_link', 'contact_ids', 'note_shared', 'topic', 'lang'}
)


class ScnAppointment(models.Model):
    """A visit day at a city or a one-on-one session with it: requested ⇄ proposed → confirmed → done.

    A request waits for the foundation, a proposal for the city. From confirmation on it uses one of the city's
    entitlement, keeps the hosts' time and stands in the calendar; see ``_moves``, ``_calendar`` and
    ``scn.appointment.host``. Times are UTC; ``tz`` says in which zone the city reads them, and its day selects the
    window of the entitlement.
    """

    _name = 'scn.appointment'
    _description = 'Visit or Session'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'start desc, id desc'
    _rec_names_search = ['city_id.name', 'topic']
    _check_company_auto = True

    kind = fields.Selection(KINDS, required=True, default='one_on_one', tracking=True, index=True)
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default='requested',
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    city_id = fields.Many2one(
        'res.partner',
        required=True,
        index=True,
        tracking=True,
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
    )
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        'res.users',
        string="Account holder",
        compute='_compute_user_id',
        store=True,
        readonly=False,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        check_company=True,
    )
    start = fields.Datetime(required=True, tracking=True, index=True, copy=False)
    stop = fields.Datetime(string="End", required=True, tracking=True, copy=False)
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        compute='_compute_tz',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Zone in which the city reads the times; its day selects what the partnership includes.",
    )
    day = fields.Date(compute='_compute_day', store=True, index=True, help="Day at the city on which it begins.")
    local_time = fields.Char(compute='_compute_local_time', string="At the city")
    topic = fields.Char(string="What it is about", tracking=True)
    place = fields.Char(tracking=True, help="Where it begins, e.g. the town hall's address.")
    has_begun = fields.Boolean(compute='_compute_has_begun')
    video_link = fields.Char(
        string="Video link",
        compute='_compute_video_link',
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Where people meet online. A session has a room of its own; paste another service's link to use that.",
    )
    lang = fields.Selection(
        '_get_languages', string="Language", compute='_compute_lang', store=True, readonly=False, precompute=True
    )
    contact_ids = fields.Many2many(
        'res.partner',
        'scn_appointment_contact_rel',
        'appointment_id',
        'contact_id',
        string="People of the city",
        copy=False,
        domain="[('commercial_partner_id', '=', city_id), ('id', '!=', city_id)]",
    )
    requester_id = fields.Many2one(
        'res.partner',
        string="Asked by",
        copy=False,
        readonly=True,
        ondelete='set null',
        index='btree_not_null',
        help="Who of the city asked for it; empty where the foundation planned it.",
    )
    host_ids = fields.One2many('scn.appointment.host', 'appointment_id', string="Hosts", copy=False)
    host_user_ids = fields.Many2many(
        'res.users',
        string="Hosted by",
        compute='_compute_host_user_ids',
        inverse='_inverse_host_user_ids',
        search='_search_host_user_ids',
        domain="[('share', '=', False)]",
    )
    note_internal = fields.Html(string="Internal remarks", copy=False, help="Never leaves the foundation.")
    note_shared = fields.Html(string="Remarks for the city", copy=False, help="The city reads this.")
    entitlement_id = fields.Many2one(
        'scn.entitlement',
        string="Included in",
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='set null',
        help="Where it counts: planned until it is confirmed, used from then on.",
    )
    grade_id = fields.Many2one(
        'res.partner.grade', string="Tier at confirmation", readonly=True, copy=False, ondelete='restrict'
    )
    at_risk_since = fields.Date(
        readonly=True,
        copy=False,
        index='btree_not_null',
        help="Since when the partnership is not to include it on that day any more.",
    )
    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    calendar_event_id = fields.Many2one(
        'calendar.event', readonly=True, copy=False, index='btree_not_null', ondelete='set null'
    )

    _stops_after_start = models.Constraint('CHECK (stop > start)', "It has to end after it begins.")

    # -- computes ----------------------------------------------------------------------------------------------

    @api.model
    def _get_languages(self):
        return self.env['res.lang'].get_installed()

    @api.depends('city_id', 'kind', 'day')
    def _compute_display_name(self):
        for appointment in self:
            parts = (appointment._get_kind_name(), appointment.city_id.name, appointment.day and str(appointment.day))
            appointment.display_name = " · ".join(part for part in parts if part)

    def _get_kind_name(self):
        return dict(self._fields['kind']._description_selection(self.env)).get(self.kind)

    @api.depends('start')
    def _compute_has_begun(self):
        now = fields.Datetime.now()
        for appointment in self:
            appointment.has_begun = bool(appointment.start) and appointment.start <= now

    @api.depends('city_id', 'company_id')
    def _compute_user_id(self):
        for appointment in self:
            partnership = appointment.city_id.sudo().partnership_ids.filtered(
                lambda one, company=appointment.company_id: (
                    one.company_id == company and one.state in ('active', 'paused', 'grace')
                )
            )[:1]
            # Where a city's person asks, nobody is chosen by that.
            asker = self.env.user if self.env.user._is_internal() else self.env['res.users']
            appointment.user_id = partnership.user_id or appointment.user_id or asker

    @api.depends('city_id')
    def _compute_tz(self):
        for appointment in self:
            appointment.tz = appointment.city_id.tz or appointment.tz or self.env.user.tz or 'UTC'

    @api.depends('city_id')
    def _compute_lang(self):
        for appointment in self:
            appointment.lang = appointment.city_id.lang or self.env.lang or 'en_US'

    @api.depends('host_ids.user_id')
    def _compute_host_user_ids(self):
        for appointment in self:
            appointment.host_user_ids = appointment.host_ids.filtered(lambda host: host.state != 'cancelled').user_id

    def _inverse_host_user_ids(self):
        """Add those who are new for the whole time and take the others off."""
        for appointment in self:
            wanted = appointment.host_user_ids
            hosts = appointment.host_ids
            gone = hosts.filtered(lambda host, wanted=wanted: host.user_id not in wanted)
            # What is agreed always has a host: the new ones come before the old ones go.
            self.env['scn.appointment.host'].create(
                [{'appointment_id': appointment.id, 'user_id': user.id} for user in wanted - hosts.user_id]
            )
            gone.unlink()

    def _search_host_user_ids(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        found = [('host_ids', 'any', [('user_id', 'in', value), ('state', '!=', 'cancelled')])]
        return found if operator == 'in' else ['!', *found]

    # -- rules -------------------------------------------------------------------------------------------------

    @api.constrains('contact_ids', 'city_id')
    def _check_contacts(self):
        for appointment in self.sudo():
            strangers = appointment.contact_ids.filtered(
                lambda contact, city=appointment.city_id: contact.commercial_partner_id != city
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(people)s do not belong to %(city)s: choose people of the city.",
                        people=", ".join(strangers.mapped('name')),
                        city=appointment.city_id.name,
                    )
                )

    @api.constrains('video_link')
    def _check_video_link(self):
        for appointment in self:
            link = appointment.video_link
            if link and not link.startswith(('https://', 'http://')):
                raise ValidationError(
                    self.env._("A video link begins with https://, for example https://meet.example.com/room.")
                )

    @api.constrains('start', 'stop')
    def _check_times(self):
        for appointment in self:
            self._check_ends_after_start(appointment.start, appointment.stop)

    @api.model
    def _check_ends_after_start(self, start, stop):
        """The sentence before the database's CHECK.

        :raises ValidationError: when it would not
        """
        start, stop = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(stop)
        if start and stop and stop <= start:
            raise ValidationError(self.env._("It has to end after it begins: choose a later end."))

    # -- writing -----------------------------------------------------------------------------------------------

    @api.model
    def _check_system_fields(self, vals):
        """
        :raises AccessError: for somebody who writes what the moves keep
        """
        if not self.env.su and SYSTEM_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "These are kept by the moves, use the buttons: %(fields)s.",
                    fields=", ".join(sorted(SYSTEM_FIELDS & vals.keys())),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_system_fields({name: value for name, value in vals.items() if value})
            self._check_ends_after_start(vals.get('start'), vals.get('stop'))
            vals.setdefault('state', 'requested')
            for name in SYSTEM_FIELDS:
                # written, so that no default of a client's context comes in
                vals.setdefault(name, False)
            if vals['state'] != 'requested':
                raise UserError(self.env._("A visit or session begins as a request: confirm it afterwards."))
        appointments = super().create(vals_list)
        appointments.sudo()._plan_entitlement()
        return appointments

    def write(self, vals):
        """A new time or host follows everywhere: hosts, what is used, the calendar."""
        self._check_system_fields(vals)
        names = AGREED_FIELDS & vals.keys()
        if self.filtered(
            lambda appointment: (
                appointment.state not in OPEN_STATES
                and any(
                    appointment._fields[name].convert_to_write(appointment[name], appointment) != vals[name]
                    for name in names
                )
            )
        ):
            raise UserError(self.env._("What is agreed keeps its city and kind: cancel it, and plan another one."))
        if TIME_FIELDS & vals.keys():
            self._check_can_move()
        before = {appointment: (appointment.start, appointment.stop) for appointment in self}
        result = super().write(vals)
        if {*TIME_FIELDS, *AGREED_FIELDS, 'tz'} & vals.keys():
            self.sudo()._follow_times(before)
        if CALENDAR_FIELDS & vals.keys():
            self.sudo()._follow_in_calendar()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if self.filtered(lambda appointment: appointment.state not in OPEN_STATES):
            raise UserError(self.env._("What was agreed stays on record: cancel it instead of deleting it."))
