from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

#: What a city says about a person it names, with the longest text that is taken.
PERSON_FIELDS = {'name': 128, 'email': 128, 'phone': 32}


class EventRegistration(models.Model):
    """A city's participants: its coordinator names, swaps and withdraws them. The seat stays when a person is swapped.

    The methods run with the rights of the superuser for a signed-in person of the city, and check themselves.
    """

    _inherit = 'event.registration'

    def _check_coordinator(self, city):
        """
        :raises AccessError: for a person who does not name this city's participants
        """
        if not city or not self.env.user.partner_id._may_coordinate(city):
            raise AccessError(
                self.env._("Your city's leads or coordinator name the participants. Write to us to be one.")
            )

    def _clean_person(self, values):
        """Name, address and phone of a person as they were typed.

        :raises UserError: without a name, or with an address that is none
        """
        person = {
            name: ' '.join(str(values.get(name) or '').split())[:longest] for name, longest in PERSON_FIELDS.items()
        }
        if not person['name']:
            raise UserError(self.env._("Fill in the person's name."))
        if not email_normalize(person['email']):
            raise UserError(self.env._("Fill in one e-mail address, for example ana@city.example."))
        return person

    def _find_colleague(self, city, email):
        """The contact of a city with an address, if there is exactly one."""
        found = (
            self.env['res.partner']
            .sudo()
            .search(
                [('commercial_partner_id', '=', city.id), ('email_normalized', '=', email_normalize(email))], limit=2
            )
        )
        return found if len(found) == 1 else found.browse()

    def _name_participant(self, event, values, ticket=None, slot=None):
        """Name a person of the signed-in coordinator's city; the gate decides.

        :raises GateRefused: when the city may not, or has no seat left
        :return: the registration
        """
        city = self.env.user.partner_id._get_own_city()
        self._check_coordinator(city)
        person = self._clean_person(values)
        taken = city._get_participants(event).filtered(
            lambda registration: (
                email_normalize(registration.email) == email_normalize(person['email'])
                and registration.event_slot_id == (slot or registration.event_slot_id.browse())
            )
        )
        if taken:
            raise UserError(
                self.env._("Somebody with this address has a seat at “%(event)s” already.", event=event.sudo().name)
            )
        return self.sudo().create(
            {
                **person,
                'event_id': event.id,
                'event_ticket_id': ticket.id if ticket else False,
                'event_slot_id': slot.id if slot else False,
                'partner_id': self._find_colleague(city, person['email']).id,
                'company_name': city.sudo().name,
            }
        )

    def _wait_participant(self, event, values, ticket=None, slot=None):
        """Put a person of the signed-in coordinator's city on the waiting list.

        :return: the entry
        """
        city = self.env.user.partner_id._get_own_city()
        self._check_coordinator(city)
        person = self._clean_person(values)
        return (
            self.env['scn.event.waiting']
            .sudo()
            .create(
                {
                    **person,
                    'event_id': event.id,
                    'event_ticket_id': ticket.id if ticket else False,
                    'event_slot_id': slot.id if slot else False,
                    'city_id': city.id,
                    'partner_id': self._find_colleague(city, person['email']).id,
                }
            )
        )

    def _check_can_change(self):
        """
        :raises UserError: once the event has ended, or somebody has come
        """
        self.ensure_one()
        self._check_coordinator(self.scn_city_id)
        if self.state not in ('draft', 'open') or self.event_id._find_state_refusal(self.event_slot_id):
            raise UserError(self.env._("This participant cannot be changed any more."))

    def _swap_participant(self, values):
        """Another person takes the seat; the badge of the first one is worth nothing any more."""
        self._check_can_change()
        person = self._clean_person(values)
        registration = self.sudo()
        registration.write(
            {
                **person,
                'partner_id': self._find_colleague(registration.scn_city_id, person['email']).id,
                'barcode': self._get_random_barcode(),
            }
        )
        # the confirmation goes to the new person, too
        registration.mail_registration_ids.filtered(
            lambda mail: mail.scheduler_id.interval_type == 'after_sub'
        ).unlink()
        registration._update_mail_schedulers()

    def _withdraw_participant(self):
        """The city gives a seat back."""
        self._check_can_change()
        self.sudo().action_cancel()
