import secrets

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..fresh_snapshot import with_fresh_snapshot
from .scn_contact_role_rights import SEE_MONEY

#: Mandates that one transaction of the daily job closes.
BATCH_SIZE = 20


class ScnContactRole(models.Model):
    """When a mandate ends, access ends: what was open goes to the successor, staff reconfirm the contacts.

    A mandate that ended is handed over once: by the daily job, or at once where somebody removes the person or enters
    a day that has passed. Every change is written in the log of the city.
    """

    _inherit = 'scn.contact.role'

    handed_over_on = fields.Date(
        readonly=True,
        copy=False,
        help="Day from which the role gives no right; what was open went to the successor then.",
    )

    portal_state = fields.Selection(related='contact_id.portal_state')

    _to_hand_over = models.Index('(date_end) WHERE date_end IS NOT NULL AND handed_over_on IS NULL')

    @api.depends('handed_over_on')
    def _compute_is_current(self):
        result = super()._compute_is_current()
        today = fields.Date.context_today(self)
        self.filtered(lambda role: role.handed_over_on and role.handed_over_on <= today).is_current = False
        return result

    def _search_is_current(self, operator, value):
        current = super()._search_is_current(operator, value)
        if current is NotImplemented:
            return NotImplemented
        open_role = Domain('handed_over_on', '=', False) | Domain(
            'handed_over_on', '>', fields.Date.context_today(self)
        )
        wants_current = (operator == 'in') == (True in value)
        return current & open_role if wants_current else current | ~open_role

    # -- every change is in the log of the city ----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        today = fields.Date.context_today(self)
        # What is history when it is entered has nothing open to hand over.
        for role in roles.filtered(lambda role: role.date_end and role.date_end < today).sudo():
            role.handed_over_on = fields.Date.add(role.date_end, days=1)
        roles._log(lambda role: self.env._("Role added: %(role)s", role=role.display_name))
        return roles

    def write(self, vals):
        names = {'role', 'contact_id', 'date_end', 'organisation_id'} & vals.keys()
        before = {role: (role.display_name, role.contact_id, role.organisation_id, role.date_end) for role in self}
        result = super().write(vals)
        if not names:
            return result
        today = fields.Date.context_today(self)
        for role, (name, contact, city, date_end) in before.items():
            if contact != role.contact_id or city != role.organisation_id:
                contact._end_access_without_role(city)
            if name != role.display_name:
                role._log(lambda role, name=name: f"{name} → {role.display_name}")
            if date_end != role.date_end:
                role._log(
                    lambda role: (
                        self.env._("%(role)s: end of mandate %(day)s", role=role.display_name, day=role.date_end)
                        if role.date_end
                        else self.env._("%(role)s: the mandate is open again", role=role.display_name)
                    )
                )
        open_again = self.filtered(
            lambda role: role.handed_over_on and (not role.date_end or role.date_end > role.handed_over_on)
        )
        if open_again and 'date_end' in names:
            open_again.sudo().handed_over_on = False
        self.filtered(lambda role: role.date_end and role.date_end < today)._hand_over()
        return result

    def unlink(self):
        held = [(role.contact_id, role.organisation_id) for role in self]
        self._log(lambda role: self.env._("Role deleted: %(role)s", role=role.display_name))
        result = super().unlink()
        for contact, city in held:
            contact.exists()._end_access_without_role(city)
        return result

    def _log(self, describe):
        """Write one line per role in the log of its city.

        :param describe: called with a role, gives the line
        """
        cities = self.sudo().grouped('organisation_id')
        self.env['res.partner']._log_people_of(
            {city: [describe(role) for role in roles] for city, roles in cities.items()}
        )

    # -- buttons of staff --------------------------------------------------------------------------------------

    def _check_officer(self):
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities decide who gets into a city's portal."))

    def action_open_portal(self):
        """Let the persons of these roles into the portal, or send the invitation again to who never signed in.

        :raises AccessError: for anybody but officers
        :raises UserError: for a mandate that ended, without an address, or with one that belongs to somebody else
        """
        self._check_officer()
        for role in self:
            city, contact = role.organisation_id, role.contact_id
            if not role.is_current:
                raise UserError(self.env._("This mandate has ended: add a role first."))
            if not contact.email_normalized:
                raise UserError(self.env._("“%(person)s” has no e-mail address: add one first.", person=contact.name))
            city._guard_people()
            problem = city._find_address_problem(contact.email_normalized)
            if problem:
                raise UserError(problem)
            contact._open_portal(self.env['res.partner'])
            city._log_people([self.env._("Invited to the portal: %(person)s", person=contact.name)])
        return True

    def action_remove(self):
        """End these mandates and the access that hangs on them, now.

        :raises AccessError: for anybody but officers
        """
        self._check_officer()
        self.organisation_id._guard_people()
        self._remove(self.env._("Ended by %(person)s", person=self.env.user.name))
        return True

    # -- the end of a mandate ----------------------------------------------------------------------------------

    def _hand_over(self):
        """Close mandates that ended: once per role. What was open goes to the successor, access ends where nothing is
        left, and staff are asked to reconfirm the contacts."""
        ended = self.sudo().filtered(lambda role: not role.handed_over_on)
        ended.handed_over_on = fields.Date.context_today(self)
        for role in ended:
            city, contact = role.organisation_id, role.contact_id
            successor = role._find_successor()
            lines = city._hand_over_items(contact, successor)
            lines += contact._end_access_without_role(city)
            city._log_people([self.env._("Mandate ended: %(role)s", role=role.display_name), *lines])
            city._ask_to_reconfirm_contacts(role, successor)

    def _find_successor(self):
        """Who takes over what was open: somebody with the same role, else the staff lead, else the political lead.

        :return: a person of the city, or an empty record
        """
        self.ensure_one()
        others = self.organisation_id.contact_role_ids.filtered(
            lambda role: role.is_current and role.contact_id != self.contact_id,
        ).sorted(lambda role: (role.date_start, role.id), reverse=True)
        for wanted in (self.role, 'staff_lead', 'political_lead'):
            found = others.filtered(lambda role, wanted=wanted: role.role == wanted)
            if found:
                return found[0].contact_id
        return self.env['res.partner']

    def _remove(self, reason):
        """End these mandates now, whatever day they last until. Access that hangs on them ends with this transaction.

        :param str reason: shown in the list of roles
        """
        today = fields.Date.context_today(self)
        for role in self.sudo().filtered(lambda role: role.is_current or not role.date_end):
            role.write({'date_end': max(today, role.date_start), 'end_reason': reason})
        self._hand_over()

    @api.model
    def _cron_hand_over(self):
        """Daily: mandates whose last day has passed. Each batch is committed, a second run finds nothing."""
        domain = [('date_end', '<', fields.Date.context_today(self)), ('handed_over_on', '=', False)]
        remaining = self.search_count(domain)

        def step():
            roles = self.search(domain, order='date_end, id', limit=BATCH_SIZE)
            roles._hand_over()
            return len(roles)

        while remaining:
            done = with_fresh_snapshot(self.env, step)
            remaining = max(remaining - done, 0) if done else 0
            if not self.env['ir.cron']._commit_progress(done, remaining=remaining):
                break


class ResPartner(models.Model):
    """The access of a city's people, as far as it hangs on their roles."""

    _inherit = 'res.partner'

    def _log_people(self, lines):
        """Write lines in the log of this city, as a note of whoever acts."""
        self.ensure_one()
        self._log_people_of({self: list(lines)})

    @api.model
    def _log_people_of(self, lines_by_city):
        """Write lines in the logs of cities; one note per city, in a constant number of queries.

        :param dict lines_by_city: from city to a list of texts
        """
        bodies = {
            city.id: Markup("<br/>").join(escape(line) for line in lines)
            for city, lines in lines_by_city.items()
            if lines
        }
        if bodies:
            self.sudo().browse(bodies)._message_log_batch(bodies=bodies)

    def _get_portal_users(self):
        """Accounts of these people that open the portal and nothing else, the closed ones too."""
        users = self.sudo().with_context(active_test=False).user_ids
        return users.filtered(lambda user: user.share and not user._is_public() and not user._is_sync_bot())

    def _end_access_without_role(self, city):
        """End the portal access of people whose last role has ended; those who never had one keep what staff gave them.

        :param city: in whose log it stands
        :return: list of lines for the log
        """
        today = fields.Date.context_today(self)
        people = self.sudo().filtered(
            lambda person: (
                not any(
                    not role.handed_over_on and (not role.date_end or role.date_end >= today)
                    for role in person.held_role_ids
                )
            ),
        )
        return [
            self.env._("Access to the portal ended: %(person)s", person=person.name)
            for person in people
            if person._end_access()
        ]

    def _end_access(self):
        """Close the portal accounts of these people. Open sessions end at their next request, because the session's
        token is made of ``active`` and the password; keys of the external API and unused links of invitations end, too.
        The old password does not come back with a later invitation.

        :return: whether an account was open
        """
        users = self._get_portal_users().filtered('active')
        for user in users:
            user.write({'active': False, 'password': secrets.token_urlsafe(32)})
        self.env['res.users.apikeys'].sudo().search([('user_id', 'in', users.ids)]).unlink()
        users.partner_id.signup_cancel()
        return bool(users)

    def _hand_over_items(self, contact, successor):
        """Give what is open for one person of this city to another; an addon adds what it knows of.

        :param contact: whose mandate ended
        :param successor: who takes over; may be empty, then it stays for staff, who get a task
        :return: list of lines for the log
        """
        self.ensure_one()
        if not successor:
            return [self.env._("Nobody follows yet: what was open waits for staff.")]
        if contact._has_city_right(SEE_MONEY, self):
            return []
        lines = []
        orders = (
            self.env['sale.order']
            .sudo()
            .search([('partner_id', 'child_of', self.ids), ('state', 'in', ('draft', 'sent'))])
        )
        for order in orders:
            follows = contact in order.message_partner_ids
            if follows:
                order.message_unsubscribe(contact.ids)
            if order.partner_id == contact:
                invoice_to = order.partner_invoice_id
                order.partner_id = successor
                order.partner_invoice_id = successor if invoice_to == contact else invoice_to
            elif not follows:
                continue
            order.message_subscribe(successor.ids)
            lines.append(self.env._("%(order)s waits for %(person)s now", order=order.name, person=successor.name))
        activities = self.env['mail.activity'].sudo().search([('user_id', 'in', contact._get_portal_users().ids)])
        if activities:
            heir = successor._get_portal_users().filtered('active')[:1] or self._get_people_responsible()
            activities.user_id = heir
            lines.append(self.env._("Tasks of %(from_person)s go to %(to_person)s", from_person=contact.name,
                                    to_person=heir.name))  # fmt: skip
        return lines

    def _get_people_responsible(self):
        """Colleague who looks after the people of this city: its account holder."""
        self.ensure_one()
        city = self.sudo()
        running = city.partnership_ids.filtered('user_id')[:1]
        return city.user_id or running.user_id or self.env.ref('base.user_admin')

    def _ask_to_reconfirm_contacts(self, role, successor):
        """The task “Reconfirm the contacts”, once per city until it is done."""
        self.ensure_one()
        city = self.sudo()
        task = 'scn_partner.mail_activity_type_reconfirm_contacts'
        if city.activity_search([task]):
            return
        follows = (
            self.env._("%(person)s follows as far as we know.", person=successor.name)
            if successor
            else self.env._("Nobody follows yet.")
        )
        ended = self.env._("The mandate ended: %(role)s.", role=role.display_name)
        city.activity_schedule(
            task, user_id=self._get_people_responsible().id, note=Markup("{} {}").format(ended, follows)
        )
