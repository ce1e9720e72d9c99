from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK


class ScnAppointmentAction(models.Model):
    """Something agreed in a visit or session: who of which side does what, and by when. Both sides read it."""

    _name = 'scn.appointment.action'
    _description = 'Action after a Visit or Session'
    _order = 'done_on desc, due_on, id'
    _rec_name = 'text'
    _check_company_auto = True

    appointment_id = fields.Many2one(
        'scn.appointment', string="Visit or session", required=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='appointment_id.company_id', store=True, index=True)
    city_id = fields.Many2one(related='appointment_id.city_id', store=True, index=True)
    text = fields.Char(string="What", required=True)
    side = fields.Selection([('city', 'City'), ('foundation', 'We')], string="Who", required=True, default='foundation')
    person_id = fields.Many2one(
        'res.partner',
        string="Person of the city",
        index='btree_not_null',
        domain="[('commercial_partner_id', '=', city_id), ('id', '!=', city_id)]",
    )
    user_id = fields.Many2one(
        'res.users',
        string="Person of ours",
        index='btree_not_null',
        domain="[('share', '=', False)]",
        check_company=True,
    )
    due_on = fields.Date(string="By", index=True)
    done_on = fields.Date(string="Done on", index='btree_not_null', copy=False)
    done_by_id = fields.Many2one('res.partner', readonly=True, copy=False, index='btree_not_null')
    is_late = fields.Boolean(compute='_compute_is_late')

    _owner_of_side = models.Constraint(
        "CHECK ((side = 'city' AND user_id IS NULL) OR (side = 'foundation' AND person_id IS NULL))",
        "An action belongs to a person of the side that does it.",
    )

    @api.depends('due_on', 'done_on')
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.is_late = bool(action.due_on and not action.done_on and action.due_on < today)

    @api.onchange('side')
    def _onchange_side(self):
        if self.side == 'city':
            self.user_id = False
        else:
            self.person_id = False

    @api.constrains('person_id', 'appointment_id')
    def _check_person_of_city(self):
        for action in self.sudo().filtered('person_id'):
            if action.person_id.commercial_partner_id != action.city_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not work for %(city)s: choose a person of that city.",
                        person=action.person_id.name,
                        city=action.city_id.name,
                    )
                )

    def action_done(self):
        """Tick off; open again what was ticked off by mistake."""
        self.check_access('write')
        self._set_done(self.env.user.partner_id)
        return True

    def _set_done(self, person):
        """Turn each into its opposite: done today by this person, or open again."""
        today = fields.Date.context_today(self)
        for action in self:
            action.write(
                {'done_on': False, 'done_by_id': False}
                if action.done_on
                else {'done_on': today, 'done_by_id': person.id}
            )

    def _city_set_done(self, person):
        """A person of the city ticks off one of the city's own: theirs, or any for who plans visits.

        :raises AccessError: for somebody else of the city
        :raises UserError: for one that we do
        """
        self.ensure_one()
        if person != self.person_id and not person._has_city_right(ASK, self.city_id):
            raise AccessError(
                self.env._("This is for whoever does it, or for your city's leads or coordinator to tick off.")
            )
        if self.side != 'city':
            raise UserError(self.env._("This one is ours: we tick it off when it is done."))
        self._set_done(person)
