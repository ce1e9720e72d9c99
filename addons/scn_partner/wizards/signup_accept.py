from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnSignupAccept(models.TransientModel):
    """Last look before accepting: what changes, whether the city is created, and the mail if one is proposed."""

    _name = 'scn.signup.accept'
    _description = 'Accept Sign-ups'

    signup_ids = fields.Many2many('scn.signup', string="Sign-ups", required=True)
    signup_id = fields.Many2one('scn.signup', string="Sign-up", compute='_compute_signup_id')
    signup_count = fields.Integer(compute='_compute_signup_id')
    doubtful_count = fields.Integer(compute='_compute_signup_id')
    city_name = fields.Char(string="City", compute='_compute_signup_id')
    organisation_id = fields.Many2one(related='signup_id.organisation_id', related_sudo=False)
    change_preview = fields.Html(related='signup_id.change_preview', related_sudo=False)
    needs_new_city = fields.Boolean(compute='_compute_signup_id')
    create_city = fields.Boolean(
        string="Create this city",
        help="Check the list of cities first: it may be known under another name.",
    )
    moved_from_id = fields.Many2one(related='signup_id.moved_from_id', related_sudo=False)
    end_old_roles = fields.Boolean(
        string="End the roles there",
        default=True,
        help="Leave it out where somebody works for both cities.",
    )
    can_send_mail = fields.Boolean(compute='_compute_can_send_mail')
    send_mail = fields.Boolean(string="Confirm by mail", compute='_compute_mail', store=True, readonly=False)
    mail_to = fields.Char(string="To", related='signup_id.email', related_sudo=False)
    mail_subject = fields.Char(string="Subject", compute='_compute_mail', store=True, readonly=False)
    mail_body = fields.Html(
        string="Text",
        compute='_compute_mail',
        store=True,
        readonly=False,
        sanitize_style=True,
    )

    @api.depends('signup_ids')
    def _compute_signup_id(self):
        for wizard in self:
            wizard.signup_count = len(wizard.signup_ids)
            wizard.doubtful_count = len(wizard.signup_ids.filtered(lambda signup: signup.state == 'review'))
            wizard.signup_id = wizard.signup_ids if len(wizard.signup_ids) == 1 else False
            wizard.city_name = wizard.signup_id.city
            wizard.needs_new_city = bool(wizard.signup_id and not wizard.signup_id.organisation_id)

    @api.depends('signup_ids')
    def _compute_can_send_mail(self):
        for wizard in self:
            wizard.can_send_mail = bool(wizard.signup_id and wizard.signup_id._can_acknowledge())

    @api.depends('signup_ids')
    def _compute_mail(self):
        template = self.env.ref('scn_partner.mail_template_signup_accepted').sudo()
        for wizard in self:
            if not wizard.can_send_mail:
                wizard.send_mail = wizard.mail_subject = wizard.mail_body = False
                continue
            signup_id = wizard.signup_id._origin.id or wizard.signup_id.id
            wizard.send_mail = True
            wizard.mail_subject = template._render_field('subject', [signup_id], compute_lang=True)[signup_id]
            wizard.mail_body = template._render_field('body_html', [signup_id], compute_lang=True)[signup_id]

    def action_confirm(self):
        """Accept, and queue the mail as shown.

        :raises UserError: when a new city was not confirmed, or a sign-up is already decided
        """
        self.ensure_one()
        if self.needs_new_city and not self.create_city:
            raise UserError(
                self.env._(
                    "“%(city)s” is not in the list of cities. Tick “Create this city”, or close this and choose the city.",
                    city=self.city_name or self.env._("(no city named)"),
                )
            )
        can_send_mail = self.can_send_mail
        self.signup_ids._accept(create_city=self.create_city, end_old_roles=self.end_old_roles)
        if self.send_mail and can_send_mail:
            self.signup_id._queue_acknowledgement(self.mail_subject, self.mail_body)
        return {'type': 'ir.actions.act_window_close'}
