from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot


class MailingList(models.Model):
    """A list of the e-mail marketing app that follows who gets news or the magazine.

    Who stands on it is decided by ``res.partner._get_recipients`` alone. An opt-out by the app's own unsubscribe page is
    a withdrawn consent, and stays on the list as an opt-out until the person agrees again.
    """

    _inherit = 'mailing.list'

    scn_purpose_id = fields.Many2one(
        'scn.consent.purpose',
        string="Follows",
        domain="[('kind', '=', 'mail')]",
        index='btree_not_null',
        help="People of cities whose tier includes it and who agreed to it. The list is kept in step every day.",
    )
    scn_company_id = fields.Many2one('res.company', string="Body", default=lambda self: self.env.company)

    def write(self, vals):
        """Who opted out of a list before it followed a purpose opted out of that purpose."""
        result = super().write(vals)
        if vals.get('scn_purpose_id') or vals.get('scn_company_id'):
            self.sudo().subscription_ids.filtered('opt_out')._withdraw_consents()
        return result

    def action_scn_keep_in_step(self):
        """Bring these lists in step now.

        :raises AccessError: for anybody but officers
        """
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities bring the lists in step."))
        self.check_access('read')
        for mailing_list in self.sudo().filtered('scn_purpose_id'):
            mailing_list._keep_in_step()
        return True

    @api.model
    def _cron_keep_in_step(self):
        """Daily; each list is committed by itself, a second run changes nothing."""
        lists = self.search([('scn_purpose_id', '!=', False)])
        remaining = len(lists)
        for mailing_list in lists:
            with_fresh_snapshot(self.env, mailing_list._keep_in_step)
            remaining -= 1
            if not self.env['ir.cron']._commit_progress(1, remaining=remaining):
                break

    def _keep_in_step(self):
        """Add who gets the mails, take off who does not any more; opt-outs stay. A constant number of queries."""
        self.ensure_one()
        code, company = self.scn_purpose_id.code, self.scn_company_id or self.env.company
        people = {person.email_normalized: person for person in self.env['res.partner']._get_recipients(code, company)}
        subscriptions = self.env['mailing.subscription'].search([('list_id', '=', self.id)])
        held = {subscription.contact_id.email_normalized: subscription for subscription in subscriptions}
        gone = subscriptions.filtered(
            lambda subscription: not subscription.opt_out and subscription.contact_id.email_normalized not in people
        )
        gone.unlink()
        self._take_back_opt_outs(people, held)
        self._subscribe([person for email, person in people.items() if email not in held])

    def _take_back_opt_outs(self, people, held):
        """Somebody who agreed after opting out gets the mails again; ``_get_recipients`` knows nobody else of them."""
        for email, subscription in held.items():
            if email in people and subscription.exists() and subscription.opt_out:
                subscription.opt_out = False

    def _subscribe(self, people):
        """Put people on this list, with the contact that the app has of their address, or a new one."""
        contacts = self.env['mailing.contact']
        known = {
            contact.email_normalized: contact
            for contact in contacts.search([('email_normalized', 'in', [person.email_normalized for person in people])])
        }
        missing = [person for person in people if person.email_normalized not in known]
        made = contacts.create(
            [
                {
                    'name': person.name,
                    'email': person.email,
                    'company_name': person.commercial_partner_id.name,
                    'country_id': person.commercial_partner_id.country_id.id,
                }
                for person in missing
            ]
        )
        known.update((contact.email_normalized, contact) for contact in made)
        self.env['mailing.subscription'].create(
            [{'list_id': self.id, 'contact_id': known[person.email_normalized].id} for person in people]
        )
