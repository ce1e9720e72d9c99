from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ScnContactRole(models.Model):
    """A role that a person has for a city, for as long as the mandate lasts."""

    _name = 'scn.contact.role'
    _description = 'Role of a Contact'
    _order = 'organisation_id, date_end desc, role, id'

    organisation_id = fields.Many2one(
        'res.partner',
        string="City",
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('is_city', '=', True)]",
    )
    contact_id = fields.Many2one(
        'res.partner',
        string="Person",
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('commercial_partner_id', '=', organisation_id), ('is_company', '=', False)]",
    )
    role = fields.Selection(
        [
            ('political_lead', 'Political lead'),
            ('staff_lead', 'Staff lead'),
            ('coordinator', 'Coordinator'),
            ('finance', 'Finance'),
            ('communication', 'Communication'),
            ('task_force', 'Task force contact'),
        ],
        required=True,
    )
    date_start = fields.Date(string="Since", default=fields.Date.context_today, required=True)
    date_end = fields.Date(
        string="End of mandate", index='btree_not_null', help="Last day of the mandate; empty while open."
    )
    end_reason = fields.Char(string="Why it ended")
    is_current = fields.Boolean(compute='_compute_is_current', search='_search_is_current')
    email = fields.Char(related='contact_id.email')
    phone = fields.Char(related='contact_id.phone')

    _open_role_unique = models.UniqueIndex(
        '(organisation_id, contact_id, role) WHERE date_end IS NULL',
        "This person already has this role for the city.",
    )
    _dates_order = models.Constraint(
        'CHECK (date_end IS NULL OR date_end >= date_start)',
        "A mandate cannot end before it starts: check the two dates.",
    )

    @api.depends('date_start', 'date_end')
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for role in self:
            role.is_current = bool(
                role.date_start and role.date_start <= today and not (role.date_end and role.date_end < today)
            )

    def _search_is_current(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        today = fields.Date.context_today(self)
        current = Domain('date_start', '<=', today) & (Domain('date_end', '=', False) | Domain('date_end', '>=', today))
        return current if (operator == 'in') == (True in value) else ~current

    @api.constrains('organisation_id', 'contact_id')
    def _check_contact_of_organisation(self):
        """An open role belongs to a person of that very city; an ended one stays as history."""
        for role in self:
            if not role.organisation_id.is_city:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a city: roles are kept for cities only.",
                        name=role.organisation_id.name,
                    )
                )
            if not role.date_end and role.contact_id.commercial_partner_id != role.organisation_id:
                raise ValidationError(
                    self.env._(
                        "“%(person)s” does not work for %(city)s: choose a contact of that city, or add one first.",
                        person=role.contact_id.name,
                        city=role.organisation_id.name,
                    )
                )

    @api.depends('role', 'contact_id')
    def _compute_display_name(self):
        labels = dict(self._fields['role']._description_selection(self.env))
        for role in self:
            role.display_name = f"{labels.get(role.role, '')}: {role.contact_id.name or ''}"

    def _end(self, day, reason):
        """Close open roles on a day; one that started later ends on its first day."""
        for role in self.filtered(lambda role: not role.date_end):
            role.write({'date_end': max(day, role.date_start), 'end_reason': reason})
