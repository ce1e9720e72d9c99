from odoo import fields, models
from odoo.exceptions import UserError


class ScnDeclarationSignature(models.Model):
    """What the buttons of the staff's screens open, and whom a mail goes to."""

    _inherit = 'scn.declaration.signature'

    log_count = fields.Integer(related='head_number', string="Log entries")
    lead_id = fields.Many2one(
        'res.partner', string="Staff lead", compute='_compute_lead_id', help="Whom mails to the city go to."
    )
    has_mail = fields.Boolean(compute='_compute_has_mail')
    is_behind = fields.Boolean(
        string="On an earlier text",
        compute='_compute_is_behind',
        search='_search_is_behind',
        help="Joined an earlier version and has not reconfirmed on the current one.",
    )

    def _compute_lead_id(self):
        """The current staff lead of the city, else its task-force contact; one query for all."""
        roles = self.env['scn.contact.role'].search(
            [
                ('organisation_id', 'in', self.partner_id.ids),
                ('role', 'in', ('staff_lead', 'task_force')),
                ('is_current', '=', True),
                ('contact_id.email', '!=', False),
            ]
        )
        leads = {}
        for role in roles.sorted(lambda role: (role.role != 'staff_lead', role.date_start, role.id)):
            leads.setdefault(role.organisation_id, role.contact_id)
        for signature in self:
            signature.lead_id = leads.get(signature.partner_id)

    def _compute_has_mail(self):
        for signature in self:
            signature.has_mail = bool(signature.stage_id.mail_template_id)

    def _compute_is_behind(self):
        for signature in self:
            signature.is_behind = (
                signature.category in ('provisional', 'signed')
                and signature.version_id != signature.declaration_id.current_version_id
            )

    def _search_is_behind(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        behind = fields.Domain('category', 'in', ('provisional', 'signed')) & fields.Domain(
            'version_id.state', '=', 'superseded'
        )
        return behind if (operator == 'in') == (True in value) else ~behind

    def _get_mail_lang(self):
        """Language of mails to this city: an installed one, else the reader's default."""
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        for lang in (self.lang, self.lead_id.lang, self.partner_id.lang):
            if lang in installed:
                return lang
        return self.env.lang or 'en_US'

    def action_open_move(self):
        """Open the form for a move; which one the button says."""
        self.ensure_one()
        self._check_officer()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_move_action')
        move = self.env.context.get('scn_move')
        if move == 'annul':
            self._check_manager()
        labels = dict(self.env['scn.declaration.move']._fields['move']._description_selection(self.env))
        if not isinstance(move, str) or move not in labels:
            raise UserError(self.env._("Choose one of: %(moves)s.", moves=", ".join(labels.values())))
        action['name'] = labels[move]
        action['context'] = {'default_signature_id': self.id, 'default_move': move}
        return action

    def action_mail(self):
        """Open the mail of the stage to the city, in its language, for reading before it is sent.

        :raises UserError: when the stage has no mail or nobody at the city has an address
        """
        self.ensure_one()
        self._check_officer()
        if not self.stage_id.mail_template_id:
            raise UserError(
                self.env._("The stage “%(stage)s” has no mail yet: a manager adds one.", stage=self.stage_id.name)
            )
        if not self.lead_id:
            raise UserError(
                self.env._(
                    "%(city)s has no staff lead with an e-mail address: add one under Roles.", city=self.partner_id.name
                )
            )
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Mail to the city"),
            'res_model': 'mail.compose.message',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {
                'default_model': self._name,
                'default_res_ids': self.ids,
                'default_template_id': self.stage_id.mail_template_id.id,
                'default_composition_mode': 'comment',
                'force_email': True,
            },
        }

    def action_view_log(self):
        """Open the log of these signatures."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_log_action')
        action['domain'] = [('signature_id', 'in', self.ids)]
        return action
