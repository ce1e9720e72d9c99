from urllib.parse import urlencode

from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.website_event.controllers.main import WebsiteEventController

from ..exceptions import GateRefused
from ..gate_codes import GateCode
from ..seat_queue import in_turn

#: Where the reason waits for the page that shows it, so that no text from an address is ever shown.
SESSION_REASON = 'scn_events_refusal'


class EventController(WebsiteEventController):
    """The pages say what the gate will say, before anybody fills in a form; the gate itself is in the model."""

    def _prepare_event_register_values(self, event, **post):
        values = super()._prepare_event_register_values(event, **post)
        refused = request.session.get(SESSION_REASON)
        if refused and refused.get('event_id') == event.id and post.get('registration_error_code'):
            values['scn_reason'] = refused['reason']
            request.session.pop(SESSION_REASON)
        return values

    def _process_tickets_form(self, event, form_details):
        try:
            return super()._process_tickets_form(event, form_details)
        except ValueError as error:
            raise UserError(self._get_unreadable(event)) from error

    @route()
    def registration_new(self, event, **post):
        """The form for the attendees, or the reason why there is none."""
        try:
            reason = self._find_order_refusal(event, post)
            return self._render_refusal(event, reason) if reason else super().registration_new(event, **post)
        except UserError as error:
            return self._render_refusal(event, str(error))

    def _find_order_refusal(self, event, post):
        """The first reason why the chosen tickets cannot be had by the signed-in person's city."""
        city = request.env.user.partner_id._get_own_city()
        slot = self._get_slot(event, post.get('event_slot_id'))
        for line in self._process_tickets_form(event, post):
            ticket = line['ticket'] or request.env['event.event.ticket']
            refusal = event._find_refusal(city, ticket, slot) or event._find_city_limit_refusal(
                city, ticket, more=line['quantity']
            )
            if refusal:
                return refusal.reason
            # seats that are offered to somebody on the waiting list are not free
            event.sudo()._verify_seats_availability([(slot, ticket.sudo(), line['quantity'])])
        return None

    def _get_slot(self, event, number):
        """
        :param number: as it was posted
        :return: the slot with the rights of the superuser, empty where none was chosen
        :raises UserError: for what is no slot of this event
        """
        slots = event.sudo().event_slot_ids
        chosen = slots.filtered(lambda slot: str(slot.id) == str(number))
        if number and str(number) != '0' and not chosen:
            raise UserError(self._get_unreadable(event))
        return chosen

    def _render_refusal(self, event, reason):
        return request.env['ir.ui.view']._render_template(
            'scn_events.registration_refused', {'event': event, 'scn_reason': reason}
        )

    def _process_attendees_form(self, event, form_details):
        """What was posted, without anything that belongs to another event or that cannot be read.

        A number that is none of this event's would reach the database and its log, with the names beside it.
        """
        try:
            registrations = super()._process_attendees_form(event, form_details)
        except ValueError as error:
            raise UserError(self._get_unreadable(event)) from error
        about = event.sudo()
        tickets, slots = set(about.event_ticket_ids.ids), set(about.event_slot_ids.ids)
        questions = {question.id: set(question.answer_ids.ids) for question in about.question_ids}
        for registration in registrations:
            ticket = registration.setdefault('event_ticket_id', False)
            slot = registration.get('event_slot_id')
            readable = (not ticket or ticket in tickets) and (not slot or slot in slots)
            for __, __, answer in registration.get('registration_answer_ids', []):
                choices = questions.get(answer['question_id'])
                readable &= choices is not None and (
                    'value_answer_id' not in answer or answer['value_answer_id'] in choices
                )
            if not readable:
                raise UserError(self._get_unreadable(event))
        if not registrations:
            raise UserError(request.env._("Nobody was named: fill in at least one person."))
        return registrations

    def _get_unreadable(self, event):
        return request.env._(
            "This form could not be read. Open the page of “%(event)s” again and fill it in anew.", event=event.name
        )

    @route()
    def registration_confirm(self, event, **post):
        """A refusal leaves nothing behind and comes back to the event's page with its reason."""
        confirm = super().registration_confirm

        def register():
            with request.env.cr.savepoint():
                return confirm(event, **post)

        try:
            return in_turn(request.env, event.id, register)
        except GateRefused as refused:
            return self._redirect_refused(event, refused.code, str(refused))
        except UserError as error:
            return self._redirect_refused(event, 'unreadable', str(error))

    def _redirect_refused(self, event, code, reason):
        request.session[SESSION_REASON] = {'event_id': event.id, 'reason': reason}
        code = 'insufficient_seats' if code == GateCode.SOLD_OUT else str(code)
        return request.redirect(f'/event/{event.id}/register?{urlencode({"registration_error_code": code})}')
