"""Two cities with people of every role, who sign in."""

from odoo import fields

#: Password of every person of these tests.
PASSWORD = 'a-long-password-of-the-tests'


class CityPeople:
    """Mixed into a test class: makes cities, their people and their accounts."""

    def new_city(self, name, domain):
        """A city with its mail domain."""
        return self.env['res.partner'].create({'name': name, 'is_city': True, 'city_alias_ids': [
            fields.Command.create({'kind': 'domain', 'name': domain}),
        ]})  # fmt: skip

    def new_person(self, city, role, login, **values):
        """A person with one role, who can sign in with ``login`` and ``PASSWORD``.

        :param values: of the role
        :return: the contact
        """
        contact = self.env['res.partner'].create({'name': login, 'email': login, 'parent_id': city.id})
        if role:
            self.env['scn.contact.role'].create(
                {
                    'organisation_id': city.id,
                    'contact_id': contact.id,
                    'role': role,
                    'date_start': '2019-01-01',
                    **values,
                }
            )
        self.env['res.users'].with_context(no_reset_password=True).sudo().create(
            {
                'login': login,
                'password': PASSWORD,
                'partner_id': contact.id,
                'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        return contact
