from odoo import api, models

#: Sees invoices, quotations and fees.
SEE_MONEY = 'see_money'
#: Accepts a quotation: binds the city to a fee.
ACCEPT_QUOTATION = 'accept_quotation'
#: Acts on the Declaration.
ACT_ON_DECLARATION = 'act_on_declaration'
#: Names, swaps and withdraws the city's participants.
REGISTER_OTHERS = 'register_others'
#: Asks for visits and sessions, offers to host, suggests topics.
ASK = 'ask'
#: Invites colleagues to the portal, changes what they do, removes them.
MANAGE_PEOPLE = 'manage_people'

EVERY_RIGHT = frozenset({SEE_MONEY, ACCEPT_QUOTATION, ACT_ON_DECLARATION, REGISTER_OTHERS, ASK, MANAGE_PEOPLE})

#: Who may do what for a city. The order is that of who is asked first. Every page, refusal and rule asks this table.
RIGHTS = {
    'political_lead': EVERY_RIGHT,
    'staff_lead': EVERY_RIGHT,
    'coordinator': frozenset({REGISTER_OTHERS, ASK, MANAGE_PEOPLE}),
    'finance': frozenset({SEE_MONEY}),
    'communication': frozenset(),
    'task_force': frozenset(),
}


class ScnContactRole(models.Model):
    """What a role lets a city's person do."""

    _inherit = 'scn.contact.role'

    @api.model
    def _get_rights(self):
        """The table of rights; an addon with a role or a right of its own adds it here.

        :return: dict from role to a frozenset of rights, in the order of who is asked first
        """
        return dict(RIGHTS)

    @api.model
    def _get_roles_with(self, right):
        """
        :param str right: a right of the table
        :return: tuple of roles that include it, those who are asked first in front
        """
        return tuple(role for role, rights in self._get_rights().items() if right in rights)

    @api.model
    def _describe_rights(self, labels):
        """The table of rights in a city's words.

        :param dict labels: from role to its name
        :return: list of ``(name of the role, what it may do)``
        """
        words = {
            SEE_MONEY: self.env._("see invoices and quotations"),
            ACCEPT_QUOTATION: self.env._("accept a quotation"),
            ACT_ON_DECLARATION: self.env._("act on the Declaration"),
            REGISTER_OTHERS: self.env._("name participants"),
            ASK: self.env._("ask for visits and sessions"),
            MANAGE_PEOPLE: self.env._("invite and remove people"),
        }
        return [
            (
                labels[role],
                ", ".join(words[right] for right in words if right in rights) or self.env._("see this page"),
            )
            for role, rights in self._get_rights().items()
            if role in labels
        ]


class ResPartner(models.Model):
    """What a person may do for their city."""

    _inherit = 'res.partner'

    def _get_city_rights(self, city):
        """Rights of this person for a city, by the roles they hold today.

        :return: frozenset of rights; empty for another city's people
        """
        self.ensure_one()
        held = self.sudo().held_role_ids.filtered(lambda role: role.organisation_id == city and role.is_current)
        rights = held._get_rights()
        return frozenset().union(*(rights.get(role.role, ()) for role in held))

    def _has_city_right(self, right, city):
        """Whether this person's current role for the city includes a right of ``RIGHTS``."""
        return right in self._get_city_rights(city)
