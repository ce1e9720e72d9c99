from odoo import api, fields, models

from ..exceptions import GateRefused


class ScnTopicCredit(models.Model):
    """One wish for a topic: who proposed it, in which words. The city keeps the credit when topics are merged."""

    _name = 'scn.topic.credit'
    _description = 'Wish for a Topic'
    _order = 'topic_id, id'
    _rec_name = 'wording'

    topic_id = fields.Many2one('scn.topic', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='topic_id.company_id')
    call_id = fields.Many2one('scn.call', readonly=True, index='btree_not_null', ondelete='set null')
    city_id = fields.Many2one(
        'res.partner',
        index='btree_not_null',
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
        help="Credited for the topic. For people who sign in it is their own city, whatever they send.",
    )
    partner_id = fields.Many2one('res.partner', string="Contact", index='btree_not_null', ondelete='set null')
    name = fields.Char(compute='_compute_person', store=True, readonly=False)
    email = fields.Char(compute='_compute_person', store=True, readonly=False, index='btree_not_null')
    organisation = fields.Char(string="Organisation as typed")
    lang = fields.Char(string="Language", readonly=True)
    wording = fields.Char(string="In their words")
    note = fields.Text(string="Why")
    told_on = fields.Datetime(string="Told on", readonly=True, copy=False)

    @api.depends('partner_id')
    def _compute_person(self):
        for credit in self:
            credit.name = credit.partner_id.name or credit.name
            credit.email = credit.partner_id.email_normalized or credit.email

    @api.model_create_multi
    def create(self, vals_list):
        """
        :raises GateRefused: for a wish that its call does not take
        """
        user = self.env.user
        if user.share:
            person = self.env['res.partner'] if user._is_public() else user.partner_id
            vals_list = [
                {
                    **vals,
                    'call_id': vals.get('call_id'),
                    'city_id': person._get_own_city().id if person else False,
                    'partner_id': person.id,
                    'told_on': False,
                }
                for vals in vals_list
            ]
        credits = super().create(vals_list)
        for credit in credits.sudo():
            refusal = credit.call_id and credit.call_id._find_refusal(
                credit.city_id, user.partner_id if user.share else None
            )
            if refusal:
                raise GateRefused(refusal)
        return credits

    def _get_mail_lang(self):
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        return next((lang for lang in (self.partner_id.lang, self.lang) if lang in installed), self.env.lang)

    def _send_outcome(self):
        """Put the mail into the queue that says what the topic became."""
        self.ensure_one()
        template = self.env.ref('scn_events.mail_template_topic_outcome', raise_if_not_found=False)
        if template:
            template.sudo().send_mail(self.id, force_send=False)
