from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

TASK_FORCE_CODE = 'task_force'

#: What makes a contact part of the network: an officer's decision.
NETWORK_FIELDS = frozenset(
    {
        'is_city',
        'task_force_since',
        'task_force_until',
        'task_force_source',
        'news_stopped_on',
    }
)


class ResPartner(models.Model):
    """Cities (organisations) and the people who work for them.

    The tier (``grade_id``) of a city is a projection: that of its running partnership, else the task force for a
    member, else nothing. ``_project_grade`` is the only place that writes it.
    """

    _inherit = 'res.partner'

    is_city = fields.Boolean(
        string="City or region",
        index=True,
        tracking=True,
        help="A city or regional government of the network. Its name and address live here only.",
    )
    task_force_since = fields.Date(string="In the task force since", tracking=True, copy=False)
    task_force_until = fields.Date(
        string="Left the task force on",
        tracking=True,
        copy=False,
        help="First day on which the city is no longer a member.",
    )
    task_force_source = fields.Char(
        string="How it joined",
        copy=False,
        help="Where the membership comes from, e.g. a sign-up or a letter.",
    )
    is_task_force = fields.Boolean(
        string="Task force member",
        compute='_compute_is_task_force',
        search='_search_is_task_force',
    )
    tier_code = fields.Char(related='grade_id.code', string="Tier code")
    tier_description = fields.Text(related='grade_id.description', string="About the tier")
    tier_benefit_ids = fields.One2many(related='grade_id.benefit_line_ids', string="Included benefits")
    city_unit = fields.Char(
        string="Unit",
        help="Department that deals with the digital or platform economy, for a contact.",
    )
    city_alias_ids = fields.One2many('scn.city.alias', 'organisation_id', string="Other names and mail domains")
    contact_role_ids = fields.One2many('scn.contact.role', 'organisation_id', string="Roles")
    held_role_ids = fields.One2many('scn.contact.role', 'contact_id', string="Roles held")
    news_stopped_on = fields.Datetime(
        string="No news since",
        copy=False,
        tracking=True,
        index='btree_not_null',
        help="The person asked us to stop sending news and invitations. No sync and no sign-up undoes this.",
    )
    signup_ids = fields.One2many('scn.signup', 'city_partner_id', string="Sign-ups")
    signup_count = fields.Integer(compute='_compute_signup_count')

    _task_force_dates_order = models.Constraint(
        'CHECK (task_force_until IS NULL OR (task_force_since IS NOT NULL AND task_force_until >= task_force_since))',
        "A city cannot leave the task force before it joined: check the two dates.",
    )

    @api.depends('task_force_since', 'task_force_until')
    def _compute_is_task_force(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.is_task_force = bool(
                partner.task_force_since
                and partner.task_force_since <= today
                and not (partner.task_force_until and partner.task_force_until <= today)
            )

    def _search_is_task_force(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        today = fields.Date.context_today(self)
        member = Domain('task_force_since', '<=', today) & (
            Domain('task_force_until', '=', False) | Domain('task_force_until', '>', today)
        )
        wants_member = (operator == 'in') == (True in value)
        return member if wants_member else ~member

    def _compute_signup_count(self):
        counts = dict(
            self.env['scn.signup']._read_group(
                [('city_partner_id', 'in', self.ids)],
                ['city_partner_id'],
                ['__count'],
            )
        )
        for partner in self:
            partner.signup_count = counts.get(partner, 0)

    @api.constrains('is_city', 'is_company', 'parent_id')
    def _check_city_is_organisation(self):
        for partner in self:
            if partner.is_city and (not partner.is_company or partner.parent_id):
                raise ValidationError(
                    self.env._(
                        "“%(name)s” cannot be a city: a city is a company of its own, without a parent company.",
                        name=partner.display_name,
                    )
                )

    @api.constrains('grade_id', 'is_city')
    def _check_grade_is_projection(self):
        """Nobody sets a tier of ours by hand, whatever the context says."""
        for partner in self:
            tier = partner.grade_id
            if not tier.code:
                continue
            if not partner.is_city:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a city, so it cannot hold the tier “%(tier)s”. "
                        "Mark it as a city, or take it off the ladder first.",
                        name=partner.display_name,
                        tier=tier.name,
                    )
                )
            if tier != partner._get_projected_grade():
                raise ValidationError(
                    self.env._(
                        "The tier of “%(name)s” follows from what it joined and is not set by hand. A paid tier comes "
                        "with a partnership, the task force with the day the city joined it.",
                        name=partner.display_name,
                    )
                )

    def _get_projected_grade(self):
        """Tier a city holds today without a partnership: the task force for a member, else none.

        :return: a ``res.partner.grade`` record, possibly empty
        """
        self.ensure_one()
        if self.is_task_force:
            return self._get_task_force_grade()
        # A grade without a code is the database owner's own: never taken away.
        return self.grade_id if not self.grade_id.code else self.grade_id.browse()

    @api.model
    def _get_task_force_grade(self):
        grade = (
            self.env['res.partner.grade']
            .sudo()
            .with_context(active_test=False)
            .search(
                [('code', '=', TASK_FORCE_CODE)],
                limit=1,
            )
        )
        return grade.sudo(self.env.su)

    def _project_grade(self):
        """Bring the tier of cities in line with what they joined; writes only where it differs."""
        cities_by_grade = defaultdict(self.browse)
        for city in self.filtered('is_city'):
            grade = city._get_projected_grade()
            if city.grade_id != grade:
                cities_by_grade[grade] |= city
        for grade, cities in cities_by_grade.items():
            cities.grade_id = grade

    @api.model
    def _check_network_rights(self, vals_list):
        """Whoever may edit contacts is not yet staff of the network.

        :raises AccessError: for somebody who sets what only officers decide on
        """
        if self.env.su or self.env.user.has_group('scn_partner.group_scn_officer'):
            return
        touched = {name for vals in vals_list for name in NETWORK_FIELDS & vals.keys() if vals[name] or self}
        if touched:
            raise AccessError(
                self.env._(
                    "Only officers of Sharing Cities change this: %(fields)s.",
                    fields=", ".join(sorted(touched)),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        self.browse()._check_network_rights(vals_list)
        for vals in vals_list:
            if vals.get('is_city'):
                vals.setdefault('is_company', True)
        partners = super().create(vals_list)
        partners.filtered(lambda partner: partner.is_city and partner.task_force_since)._project_grade()
        partners.filtered(lambda partner: partner.commercial_partner_id.is_city)._refresh_contact_keys()
        return partners

    def write(self, vals):
        self._check_network_rights([vals])
        affected = self._get_partners_with_keys() if self._touches_contact_keys(vals) else None
        result = super().write(vals)
        if {'task_force_since', 'task_force_until', 'is_city', 'grade_id'} & vals.keys():
            self._project_grade()
        if affected is not None:
            (affected | self._get_partners_with_keys())._refresh_contact_keys()
        return result

    @api.model
    def _cron_project_grades(self):
        """Daily: cities whose task-force membership starts or ends on a date get the right tier."""
        task_force = self._get_task_force_grade()
        self.search(
            [
                ('is_city', '=', True),
                '|',
                '&',
                ('grade_id', '=', task_force.id),
                ('is_task_force', '=', False),
                '&',
                ('grade_id', '=', False),
                ('is_task_force', '=', True),
            ]
        )._project_grade()

    def action_view_signups(self):
        """Open the sign-ups that led to this city."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_signup_action')
        action['domain'] = [('city_partner_id', '=', self.id)]
        action['context'] = {}
        return action
