from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, email_normalize

from ..free_text import TooLongError, one_line
from ..matching_keys import FREE_MAIL_DOMAINS, domain_key, email_key, parent_domains
from .scn_contact_role_rights import MANAGE_PEOPLE

NAME_LENGTH, EMAIL_LENGTH = 128, 254
#: Colleagues that a city's people let in by themselves in one day; further ones are for staff to check.
MOST_INVITED_A_DAY = 10


class ResPartner(models.Model):
    """The people of a city: who is in the portal, with which role.

    Methods with a leading ``_`` are called with the rights of the superuser, for a signed-in person of the city or for
    staff. What the city's own people may do is decided here: nobody gives a role, or removes a person, with more rights
    than their own.
    """

    _inherit = 'res.partner'

    people_guard = fields.Integer(copy=False, readonly=True, groups='base.group_system')
    invitation_ids = fields.One2many(
        'scn.city.invitation', 'organisation_id', string="Invitations", groups='scn_partner.group_scn_user'
    )
    portal_state = fields.Selection(
        [('none', 'No access'), ('invited', 'Invited'), ('open', 'Signs in'), ('ended', 'Access ended')],
        string="Portal",
        compute='_compute_portal_state',
        compute_sudo=True,
        groups='scn_partner.group_scn_user',
    )

    def _compute_portal_state(self):
        users = self.with_context(active_test=False).user_ids.filtered(lambda user: not user._is_public())
        for partner in self:
            own = users.filtered(lambda user, partner=partner: user.partner_id == partner)
            if not own:
                partner.portal_state = 'none'
            elif not any(own.mapped('active')):
                partner.portal_state = 'ended'
            else:
                partner.portal_state = 'open' if any(own.mapped('login_date')) else 'invited'

    # -- the page ----------------------------------------------------------------------------------------------

    def _prepare_people_page_values(self, person):
        """Everything the page of a city's people shows.

        :return: dict with ``people``: list of ``{'contact', 'roles', 'state', 'may_change'}``
        """
        self.ensure_one()
        city = self.sudo()
        rights = person._get_city_rights(city)
        roles = city.contact_role_ids.filtered('is_current').sorted(lambda role: (role.contact_id.name or '', role.id))
        labels = dict(roles._fields['role']._description_selection(self.env))
        return {
            'city': city,
            'manages_people': MANAGE_PEOPLE in rights,
            'people': [
                {
                    'contact': contact,
                    'roles': held,
                    'state': contact.portal_state,
                    'may_change': (
                        MANAGE_PEOPLE in rights and contact != person and contact._get_city_rights(city) <= rights
                    ),
                }
                for contact, held in roles.grouped('contact_id').items()
            ],
            'requested': city.invitation_ids.filtered(lambda invitation: invitation.state == 'requested'),
            'role_labels': labels,
            'role_choices': [(role, labels[role]) for role in roles._get_rights() if role in labels],
            'role_rights': roles._describe_rights(labels),
        }

    # -- what the city's people do -----------------------------------------------------------------------------

    def _check_manages_people(self, person):
        """
        :return: the rights of the person who acts
        :raises AccessError: for who does not manage this city's people
        """
        self.ensure_one()
        rights = person._get_city_rights(self)
        if MANAGE_PEOPLE not in rights:
            raise AccessError(
                self.env._(
                    "The leads and the coordinator of your city do this. Write to us if you should be one of them."
                )
            )
        return rights

    def _invite_colleague(self, person, form):
        """Invite a colleague at once, or ask staff to.

        At once to an address of the city's own mail domain, for a role that gives no more than the one who invites has.

        :param person: the signed-in person
        :param dict form: ``name``, ``email``, ``role`` as posted
        :return: ``sent`` or ``requested``
        :raises UserError: one clear sentence about the form
        """
        rights = self._check_manages_people(person)
        self._guard_people()
        name, email, role = self._read_colleague(form)
        problem = self._find_address_problem(email)
        if problem:
            raise UserError(problem)
        known = self._find_contact_by_address(email)
        if any(held.role == role and held.is_current for held in known.held_role_ids):
            raise UserError(self.env._("%(person)s has this role already.", person=known.name))
        within = self.env['scn.contact.role']._get_rights()[role] <= rights
        within = within and (not known or known._get_city_rights(self) <= rights)
        if within and self._knows_mail_domain(email, person) and not self._has_invited_many():
            contact = self._let_colleague_in(name, email, role, person)
            self._note_invitation(name, email, role, person, contact)
            return 'sent'
        self._ask_staff_to_invite(name, email, role, person)
        return 'requested'

    def _change_colleague(self, person, contact, role, new_role):
        """Give a colleague another role in place of one.

        :raises UserError: for a role or a colleague with more rights than one's own
        """
        rights = self._check_manages_people(person)
        self._guard_people()
        self._check_colleague(person, contact, rights)
        table = self.env['scn.contact.role']._get_rights()
        if new_role not in table or role.contact_id != contact or not role.is_current:
            raise UserError(self.env._("Please choose what your colleague does."))
        if not table[new_role] <= rights:
            raise UserError(self.env._("This role includes more than yours. Ask your city's lead or write to us."))
        if new_role == role.role:
            return
        if not any(held.role == new_role and held.is_current for held in contact.held_role_ids):
            self._add_role(contact, new_role)
        role._remove(self.env._("Another role instead"))

    def _remove_colleague(self, person, contact):
        """End all roles of a colleague and their access, now.

        :raises UserError: for oneself, or a colleague with more rights than one's own
        """
        rights = self._check_manages_people(person)
        self._guard_people()
        self._check_colleague(person, contact, rights)
        contact._remove_from_city(self, self.env._("Removed by %(person)s", person=person.name))

    def _resend_invitation(self, person, contact):
        """Send the invitation again to a colleague who has not signed in yet.

        :raises UserError: for somebody who has signed in
        """
        rights = self._check_manages_people(person)
        self._guard_people()
        self._check_colleague(person, contact, rights)
        if contact.portal_state == 'open':
            raise UserError(self.env._("%(person)s has signed in already.", person=contact.name))
        contact._open_portal(person)
        self._log_people([self.env._("Invited again: %(person)s", person=contact.name)])

    def _check_colleague(self, person, contact, rights):
        if contact == person:
            raise UserError(self.env._("Ask a colleague or write to us to change your own role."))
        if not contact._get_city_rights(self) <= rights:
            raise UserError(
                self.env._("%(person)s's role includes more than yours. Ask your city's lead or write to us.",
                           person=contact.name)
            )  # fmt: skip

    # -- steps -------------------------------------------------------------------------------------------------

    def _guard_people(self):
        """Write the row of the city, so that of two who change its people at once one is repeated and sees the other.

        :raises psycopg2.errors.SerializationFailure: for the second one; the framework repeats the request
        """
        self.env.cr.execute(
            SQL("UPDATE res_partner SET people_guard = COALESCE(people_guard, 0) + 1 WHERE id IN %s", tuple(self.ids)),
            log_exceptions=False,
        )

    def _read_colleague(self, form):
        try:
            name, email = one_line(form.get('name'), NAME_LENGTH), one_line(form.get('email'), EMAIL_LENGTH)
        except TooLongError as error:
            raise UserError(self.env._("The name or the address is too long.")) from error
        email = email_normalize(email)
        if not name:
            raise UserError(self.env._("Please fill in your colleague's name."))
        if not email or not email_key(email):
            raise UserError(self.env._("Please check your colleague's e-mail address."))
        role = form.get('role')
        if role not in self.env['scn.contact.role']._get_rights():
            raise UserError(self.env._("Please choose what your colleague does."))
        return name, email, role

    def _find_contact_by_address(self, email):
        """The one person of this city with an address, or an empty record; two who share a mailbox are none."""
        found = self.sudo().search(
            [('commercial_partner_id', '=', self.id), ('id', '!=', self.id), ('email_normalized', '=', email)], limit=2
        )
        return found if len(found) == 1 else found.browse()

    def _find_address_problem(self, email):
        """Why an address cannot be invited, in one sentence that does not say whose it is; None where it can."""
        users = (
            self.env['res.users']
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    '|',
                    ('login', '=ilike', email.replace('_', r'\_').replace('%', r'\%')),
                    ('email_normalized', '=', email),
                ]
            )
        )
        strangers = users.filtered(lambda user: not user.share or user.partner_id.commercial_partner_id != self)
        elsewhere = self.sudo().search_count(
            [
                ('email_normalized', '=', email),
                ('commercial_partner_id.is_city', '=', True),
                ('commercial_partner_id', '!=', self.id),
            ],
            limit=1,
        )
        if strangers or elsewhere:
            return self.env._("This address cannot be invited here. Please check it, or write to us.")
        return None

    def _knows_mail_domain(self, email, person):
        """Whether an address is of this city: its mail domains, or that of one of its people; never a mail provider's."""
        domain = domain_key(email.rpartition('@')[2])
        if domain in FREE_MAIL_DOMAINS or not domain:
            return False
        # what one signs in with: the address of the contact may be changed by the person itself
        own = person._get_portal_users().filtered('active')[:1].login or person.email or ''
        if domain == domain_key(own.rpartition('@')[2]):
            return True
        found = self.env['scn.contact.key']._find(('email_domain', None, above) for above in parent_domains(domain))
        return self in [key.partner_id for key in found.values()]

    def _has_invited_many(self):
        since = fields.Datetime.now() - timedelta(days=1)
        count = self.env['scn.city.invitation'].sudo().search_count(
            [('organisation_id', '=', self.id), ('create_date', '>=', since)]
        )  # fmt: skip
        return count >= MOST_INVITED_A_DAY

    def _note_invitation(self, name, email, role, person, contact):
        self.env['scn.city.invitation'].sudo().create(
            {
                'organisation_id': self.id,
                'name': name,
                'email': email,
                'role': role,
                'invited_by_id': person.id,
                'contact_id': contact.id,
                'state': 'sent',
            }
        )

    def _ask_staff_to_invite(self, name, email, role, person):
        """Write the wish down, once, with one task for staff."""
        invitations = self.env['scn.city.invitation'].sudo()
        asked = [
            ('organisation_id', '=', self.id),
            ('email', '=', email),
            ('role', '=', role),
            ('state', '=', 'requested'),
        ]
        if invitations.search_count(asked, limit=1):
            return
        invitations.create(
            {'organisation_id': self.id, 'name': name, 'email': email, 'role': role, 'invited_by_id': person.id}
        )
        city = self.sudo()
        city._log_people(
            [self.env._("%(person)s asks to invite %(name)s <%(email)s>", person=person.name, name=name, email=email)]
        )
        if not city.activity_search(['scn_partner.mail_activity_type_check_invitation']):
            city.activity_schedule(
                'scn_partner.mail_activity_type_check_invitation', user_id=self._get_people_responsible().id
            )

    def _let_colleague_in(self, name, email, role, person):
        """Contact, role and access of a colleague; each only where it is missing.

        :param person: who invites; may be empty for staff
        :return: the contact
        """
        self.ensure_one()
        contact = self._find_contact_by_address(email) or self.sudo().create(
            {'name': name, 'email': email, 'parent_id': self.id, 'lang': person.lang or self.lang}
        )
        if not any(held.role == role and held.is_current for held in contact.held_role_ids):
            self._add_role(contact, role)
        contact._open_portal(person)
        self._log_people([self.env._("Invited to the portal: %(person)s", person=contact.name)])
        return contact

    def _add_role(self, contact, role):
        self.env['scn.contact.role'].sudo().create({'organisation_id': self.id, 'contact_id': contact.id, 'role': role})

    def _remove_from_city(self, city, reason):
        """End the roles and the access of this person, now; a second time changes nothing."""
        self.ensure_one()
        roles = self.sudo().held_role_ids.filtered(
            lambda role: role.organisation_id == city and not role.handed_over_on
        )
        roles._remove(reason)
        if not roles and self._end_access():
            city._log_people([self.env._("Access to the portal ended: %(person)s", person=self.name)])

    def _open_portal(self, person):
        """Open or reopen this person's account and put the invitation into the mail queue, where they never signed in.

        :param person: who invites; empty for staff
        """
        self.ensure_one()
        contact = self.sudo()
        user = contact._get_portal_users()[:1]
        if user.active and user.login_date:
            return
        portal, public = self.env.ref('base.group_portal'), self.env.ref('base.group_public')
        if not user:
            self._check_can_sign_in()
            user = (
                self.env['res.users']
                .sudo()
                .with_context(no_reset_password=True)
                ._create_user_from_template(
                    {
                        'email': contact.email_normalized,
                        'login': contact.email_normalized,
                        'partner_id': contact.id,
                        'company_id': self.env.company.id,
                        'company_ids': [fields.Command.set(self.env.company.ids)],
                    }
                )
            )
        user.write({'active': True, 'group_ids': [fields.Command.link(portal.id), fields.Command.unlink(public.id)]})
        contact.signup_prepare()
        # The mail belongs to no record and to no person of the city, and goes when it is sent: Odoo shows a message to
        # whoever reads its record, to its author and to who made it, and a link opens somebody else's account.
        template = self.env.ref('scn_partner.mail_template_invitation')
        template = template.with_user(SUPERUSER_ID).with_company(self.env.company)
        template.with_context(scn_invited_by=person.name or '').send_mail(
            contact.id,
            force_send=False,
            email_values={
                'model': False,
                'res_id': False,
                'auto_delete': True,
                'email_from': (contact.company_id or self.env.company).email_formatted,
            },
        )

    def _check_can_sign_in(self):
        """
        :raises UserError: without an address, and where somebody else signs in with it
        """
        address = self.sudo().email_normalized
        if not address:
            raise UserError(self.env._("“%(person)s” has no e-mail address: add one first.", person=self.name))
        login = address.replace('_', r'\_').replace('%', r'\%')
        users = self.env['res.users'].sudo().with_context(active_test=False)
        if users.search_count([('login', '=ilike', login)], limit=1):
            raise UserError(self.env._("This address cannot be invited here. Please check it, or write to us."))

    def _get_invitation_url(self):
        """Address at which the person chooses a password, and from there comes to the page of the city."""
        self.ensure_one()
        return self.sudo()._get_signup_url_for_action(url='/my/city')[self.id]
