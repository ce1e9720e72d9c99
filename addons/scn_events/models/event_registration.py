from odoo import api, fields, models
from odoo.exceptions import AccessError

#: Kept by the gate and the jobs; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset({'scn_on_hold_since', 'scn_hold_reason', 'scn_override_user_id', 'scn_tier_id'})
OVERRIDE_GROUPS = ('event.group_event_manager', 'scn_partner.group_scn_officer')


class EventRegistration(models.Model):
    """A person's seat, and the city it belongs to.

    The city is set here, from the signed-in contact or from a staff choice, and never from a request. What a visitor
    types as organisation stays plain text (``company_name``) and gives no right.
    """

    _inherit = 'event.registration'

    scn_city_id = fields.Many2one(
        'res.partner',
        string="City",
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
        help="Whose seat it is. For people who sign in it is their own city, whatever they send.",
    )
    scn_tier_id = fields.Many2one(
        'res.partner.grade',
        string="Tier at registration",
        readonly=True,
        copy=False,
        ondelete='restrict',
        help="Tier the city was to hold on the day of the event when it registered.",
    )
    scn_admission = fields.Char(
        readonly=True, copy=False, groups='base.group_system', help="What the gate has let through, for the gate."
    )
    scn_override_reason = fields.Char(
        string="Let in because",
        copy=False,
        tracking=True,
        help="Staff let somebody in whom the gate refuses: say why. Seats stay exact all the same.",
    )
    scn_override_user_id = fields.Many2one('res.users', string="Let in by", readonly=True, copy=False, tracking=True)
    scn_on_hold_since = fields.Date(
        string="On hold since", readonly=True, copy=False, tracking=True, index='btree_not_null'
    )
    scn_hold_reason = fields.Char(string="On hold because", readonly=True, copy=False)

    def _get_website_registration_allowed_fields(self):
        """A visitor names neither the event nor the contact: the page and the session do."""
        return super()._get_website_registration_allowed_fields() - {'event_id', 'partner_id'}

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_gate_values(vals) for vals in vals_list]
        cities = self._get_cities(vals_list)
        for vals, city in zip(vals_list, cities, strict=True):
            vals['scn_city_id'] = city.id
            if self._waits_for_approval(vals):
                vals['state'] = 'draft'
        registrations = super().create(vals_list)
        let_in = registrations.filtered('scn_override_reason')
        if let_in:
            let_in.sudo()._message_log_batch(
                bodies={
                    registration.id: self.env._(
                        "Let in against the gate: %(reason)s", reason=registration.scn_override_reason
                    )
                    for registration in let_in
                }
            )
        return registrations

    def write(self, vals):
        vals = self._clean_gate_values(vals)
        if 'scn_city_id' in vals and self.env.user.share:
            raise AccessError(self.env._("The city of a registration follows from the signed-in person."))
        return super().write(vals)

    @api.model
    def _clean_gate_values(self, vals):
        """Values without what only the gate writes, and with who overrides it.

        :raises AccessError: for somebody who may not override, or writes what the jobs keep
        """
        if not self.env.su and SYSTEM_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "These are kept by the gate: %(fields)s.", fields=", ".join(sorted(SYSTEM_FIELDS & vals.keys()))
                )
            )
        vals = {name: value for name, value in vals.items() if name != 'scn_admission'}
        if 'scn_override_reason' in vals:
            reason = (vals['scn_override_reason'] or '').strip()
            if reason and not self._may_override():
                raise AccessError(
                    self.env._("Only event managers and officers of Sharing Cities let somebody in against the gate.")
                )
            vals['scn_override_reason'] = reason or False
            vals['scn_override_user_id'] = self.env.uid if reason else False
        return vals

    def _may_override(self):
        """Whether the signed-in user, with whatever rights the code runs, may let somebody in."""
        user = self.env.user
        return user._is_superuser() or any(user.has_group(group) for group in OVERRIDE_GROUPS)

    @api.model
    def _get_cities(self, vals_list):
        """City of each new registration: never a request's word.

        :return: list of ``res.partner`` records, possibly empty ones, in the order of the values
        """
        Partner = self.env['res.partner'].sudo()
        user = self.env.user
        lines = (
            self.env['sale.order.line']
            .sudo()
            .browse({vals['sale_order_line_id'] for vals in vals_list if vals.get('sale_order_line_id')})
        )
        orders = {line.id: line.order_id for line in lines}
        # With the rights of the superuser or not: a visitor or a city's contact registers for its own city.
        own = user.partner_id._get_own_city() if user.share else Partner
        cities = []
        city_of = {} if user.share else self._get_cities_of_contacts(vals_list, orders)
        for vals in vals_list:
            order = orders.get(vals.get('sale_order_line_id'))
            if user.share:
                # a quotation that staff made for a city is a staff choice, whoever accepts it
                by_staff = order and not order.create_uid.share
                cities.append(own or (order.partner_id._get_own_city() if by_staff else Partner))
            elif vals.get('scn_city_id'):
                cities.append(Partner.browse(vals['scn_city_id']))
            else:
                contact_id = order.partner_id.id if order else vals.get('partner_id')
                cities.append(city_of.get(contact_id, Partner))
        return cities

    @api.model
    def _get_cities_of_contacts(self, vals_list, orders):
        """Cities of all contacts that are named, read at once.

        :param orders: dict order line id → ``sale.order`` record
        :return: dict contact id → ``res.partner`` record, possibly empty
        """
        contact_ids = {vals['partner_id'] for vals in vals_list if vals.get('partner_id')}
        contact_ids.update(order.partner_id.id for order in orders.values())
        contacts = self.env['res.partner'].sudo().browse(contact_ids)
        # nothing else of a city is looked at when it gets in
        contacts.commercial_partner_id.fetch(['is_city'])
        return {contact.id: contact._get_own_city() for contact in contacts}

    @api.model
    def _waits_for_approval(self, vals):
        """Whether what somebody without staff rights asks for waits for the staff."""
        if not self.env.user.share or vals.get('sale_order_line_id') or not vals.get('event_id'):
            return False
        return self.env['event.event'].sudo().browse(vals['event_id']).scn_needs_approval
