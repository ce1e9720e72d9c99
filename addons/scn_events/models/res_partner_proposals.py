from odoo import models
from odoo.exceptions import UserError

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK


class ResPartner(models.Model):
    """A city's proposals and wishes, as its people see them in the portal.

    Read with the rights of the superuser: what is shown is chosen here, and the city is that of the signed-in person.
    """

    _inherit = 'res.partner'

    def _get_own_proposals(self):
        """Proposals of this person's city; of the person alone where it works for none."""
        self.ensure_one()
        city = self._get_own_city()
        who = ('scn_city_id', '=', city.id) if city else ('scn_proposer_id', '=', self.id)
        return (
            self.env['event.track']
            .sudo()
            .search([('scn_call_id', '!=', False), who], order='create_date desc, id desc')
        )

    def _get_own_wishes(self):
        """Topic wishes of this person's city; of the person alone where it works for none."""
        self.ensure_one()
        city = self._get_own_city()
        who = ('city_id', '=', city.id) if city else ('partner_id', '=', self.id)
        return self.env['scn.topic.credit'].sudo().search([who], order='create_date desc, id desc')

    def _may_answer(self, proposal):
        """Whether this person confirms or withdraws a proposal of its city: who proposed it, or who asks for
        things in the city's name."""
        self.ensure_one()
        return proposal.sudo().scn_proposer_id == self or self._has_city_right(ASK, proposal.sudo().scn_city_id)

    def _check_may_answer(self, proposal):
        """
        :raises UserError: for a colleague who did neither
        """
        if not self._may_answer(proposal):
            raise UserError(
                self.env._(
                    "“%(proposal)s” is answered by %(person)s, or by your city's leads or coordinator.",
                    proposal=proposal.name,
                    person=proposal.sudo().scn_proposer_name or '',
                )
            )

    def _prepare_proposals_page_values(self):
        """Everything the page of a city's proposals shows.

        :return: dict with city, proposals (see ``event.track._prepare_own_values``), wishes and open calls
        """
        self.ensure_one()
        city = self._get_own_city()
        calls = self.env['scn.call'].sudo()._get_open_calls(city)
        return {
            'city': city,
            'proposals': [
                {**proposal._prepare_own_values(), 'may_answer': self._may_answer(proposal)}
                for proposal in self._get_own_proposals()
            ],
            'wishes': self._get_own_wishes(),
            'calls': calls._prepare_list_values(self),
        }

    # -- the page “Our city” -----------------------------------------------------------------------------------

    def _prepare_city_page_values(self, person):
        """Adds ``city_proposals`` and ``city_wishes``, the latest first."""
        return {
            **super()._prepare_city_page_values(person),
            'city_proposals': [proposal._prepare_own_values() for proposal in self._get_own_proposals()],
            'city_wishes': self._get_own_wishes(),
        }

    def _prepare_city_next_steps(self, person, values):
        """Adds what was accepted and waits for a confirmation, for who may give it."""
        steps = super()._prepare_city_next_steps(person, values)
        accepted = self._get_own_proposals().filtered(
            lambda proposal: proposal.scn_state == 'accepted' and not proposal._is_over()
        )
        return steps + [
            {
                'on': proposal.event_id.date_begin.date(),
                'text': self.env._("Confirm “%(proposal)s”", proposal=proposal.name),
                'label': self.env._("Open"),
                'url': '/my/city/proposals',
            }
            for proposal in accepted
            if person._may_answer(proposal)
        ]
