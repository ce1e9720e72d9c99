from odoo import models

from odoo.addons.scn_partner.models.scn_contact_role_rights import REGISTER_OTHERS


class ResPartner(models.Model):
    """Registrations and participants on the page “Our city”. Called with rights of the superuser, as the rest of that
    page: every value is chosen here, nothing of another city."""

    _inherit = 'res.partner'

    def _prepare_city_page_values(self, person):
        """Adds ``city_events``: list of ``(event, participants)``, soonest first, and ``city_offers``: seats offered to
        the city's people who wait."""
        values = super()._prepare_city_page_values(person)
        city = self.sudo()
        events = city._get_coming_events()
        participants = (
            self.env['event.registration']
            .sudo()
            .search([('event_id', 'in', events.ids), ('scn_city_id', '=', city.id), ('state', '!=', 'cancel')])
            .grouped('event_id')
        )
        nobody = self.env['event.registration']
        values.update(
            city_events=[(event, participants.get(event, nobody)) for event in events],
            city_offers=self.env['scn.event.waiting']
            .sudo()
            .search([('city_id', '=', city.id), ('state', '=', 'offered')], order='offered_until, id'),
        )
        return values

    def _prepare_city_next_steps(self, person, values):
        """Adds the seats that are kept for somebody of the city, for who may take them."""
        steps = super()._prepare_city_next_steps(person, values)
        if not person._has_city_right(REGISTER_OTHERS, values['city']):
            return steps
        return steps + [
            {
                'on': offer.offered_until.date(),
                'text': self.env._(
                    "Take the seat for %(person)s at “%(event)s”", person=offer.name, event=offer.event_id.name
                ),
                'label': self.env._("Open"),
                'url': f'/my/city/events/{offer.event_id.id}',
            }
            for offer in values['city_offers']
            if offer.offered_until
        ]
