from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ScnCityInvitation(models.Model):
    """A wish of a city's people that a colleague gets into the portal and that staff decide on first.

    Written where the address is not of the city's own mail domain, or where the role gives more than the one who asks
    has. Nobody enters one by hand: it is made by ``res.partner._invite_colleague``.
    """

    _name = 'scn.city.invitation'
    _description = 'Invitation to the Portal'
    _order = 'create_date desc, id desc'

    organisation_id = fields.Many2one('res.partner', string="City", required=True, index=True, ondelete='cascade')
    name = fields.Char(required=True)
    email = fields.Char(required=True)
    role = fields.Selection(selection='_selection_role', required=True)
    invited_by_id = fields.Many2one('res.partner', string="Asked by", index='btree_not_null', ondelete='set null')
    contact_id = fields.Many2one('res.partner', string="Person", index='btree_not_null', ondelete='set null')
    state = fields.Selection(
        [('requested', 'To be checked'), ('sent', 'Invited'), ('refused', 'Refused')],
        required=True,
        readonly=True,
        default='requested',
        index=True,
    )
    decided_by_id = fields.Many2one('res.users', readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _one_open = models.UniqueIndex(
        "(organisation_id, email, role) WHERE state = 'requested'", "This colleague was asked for already."
    )

    @api.model
    def _selection_role(self):
        return self.env['scn.contact.role']._fields['role']._description_selection(self.env)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_only_by_us()
        return super().create(vals_list)

    def write(self, vals):
        self._check_only_by_us()
        return super().write(vals)

    def _check_only_by_us(self):
        if not self.env.su:
            raise AccessError(self.env._("Invitations are sent and refused by their buttons only."))

    def _check_officer(self):
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities decide who gets into a city's portal."))

    def action_send(self):
        """Let the colleague in and send the invitation. A second time changes nothing.

        :raises AccessError: for anybody but officers
        :raises UserError: for an address that belongs to somebody else
        """
        self._check_officer()
        for invitation in self.sudo().filtered(lambda invitation: invitation.state == 'requested'):
            city = invitation.organisation_id
            city._guard_people()
            problem = city._find_address_problem(invitation.email)
            if problem:
                raise UserError(problem)
            contact = city._let_colleague_in(
                invitation.name, invitation.email, invitation.role, invitation.invited_by_id
            )
            invitation._decide('sent', contact_id=contact.id)
        return True

    def action_refuse(self):
        """Do not let the colleague in.

        :raises AccessError: for anybody but officers
        """
        self._check_officer()
        for invitation in self.sudo().filtered(lambda invitation: invitation.state == 'requested'):
            invitation._decide('refused')
            invitation.organisation_id._log_people(
                [self.env._("Not invited: %(person)s <%(email)s>", person=invitation.name, email=invitation.email)]
            )
        return True

    def _decide(self, state, **values):
        self.write(
            {'state': state, 'decided_by_id': self.env.uid, 'decided_on': fields.Datetime.now(), **values},
        )
        if not self.search_count([('organisation_id', '=', self.organisation_id.id), ('state', '=', 'requested')]):
            self.organisation_id.activity_feedback(['scn_partner.mail_activity_type_check_invitation'])
