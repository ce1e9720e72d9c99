from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.scn_partner import secret_code

from .. import calendar_file

#: Ended registrations stay in a calendar so long.
PAST_DAYS = 90
#: A feed never has more entries.
MOST_ENTRIES = 200


class ScnCalendarFeed(models.Model):
    """A person's address for their calendar program: own confirmed seats, and the coming events of their city.

    The address carries a random secret; the database keeps its hash, so that nobody can read an address back. A new
    one takes the place of the old one, and taking it back deletes the row. The secret opens this calendar and nothing
    else, and the link of an online room is never in it: a calendar program shows its entries to others.
    """

    _name = 'scn.calendar.feed'
    _description = 'Calendar Feed of a Person'
    _order = 'id desc'
    _rec_name = 'partner_id'

    partner_id = fields.Many2one('res.partner', string="Person", required=True, readonly=True, ondelete='cascade')
    secret_hash = fields.Char(required=True, readonly=True, copy=False, groups='base.group_system')
    renewed_on = fields.Datetime(string="Made on", required=True, readonly=True)

    _one_per_person = models.Constraint('UNIQUE (partner_id)', "This person has a calendar address already.")
    _secret_unique = models.UniqueIndex('(secret_hash)', "This secret was given out already.")

    @api.model_create_multi
    def create(self, vals_list):
        self._check_only_by_us()
        return super().create(vals_list)

    def write(self, vals):
        self._check_only_by_us()
        return super().write(vals)

    def _check_only_by_us(self):
        if not self.env.su:
            raise AccessError(self.env._("A calendar address is made by its owner, in the portal."))

    @api.model
    def _get_own(self, person):
        return self.sudo().search([('partner_id', '=', person.id)])

    @api.model
    def _renew(self, person):
        """Make an address for a person; an earlier one opens nothing any more.

        :return: the secret, which is nowhere else
        """
        secret = secret_code.new_code(secret_code.LINK_LENGTH)
        values = {'secret_hash': secret_code.fingerprint(secret), 'renewed_on': fields.Datetime.now()}
        feed = self._get_own(person)
        if feed:
            feed.write(values)
        else:
            self.sudo().create({**values, 'partner_id': person.id})
        return secret

    @api.model
    def _revoke(self, person):
        """Take a person's address back."""
        self._get_own(person).unlink()

    @api.model
    def _find(self, secret):
        """The feed of a secret, with the rights of the superuser; empty where there is none, or where the person does
        not sign in any more. A mistyped secret is not looked up.

        :param str secret: from the address
        """
        empty = self.sudo().browse()
        code = secret_code.read_code(secret)
        if not secret_code.is_well_formed(code, secret_code.LINK_LENGTH):
            return empty
        feed = self.sudo().search([('secret_hash', '=', secret_code.fingerprint(code))])
        return feed if feed.partner_id.user_ids.filtered('active') else empty

    # -- what is in it -------------------------------------------------------------------------------------------

    def _get_calendar(self):
        """The calendar file of this person, in their language; the same as long as nothing changes.

        :return: bytes
        """
        self.ensure_one()
        person = self.partner_id
        feed = self.with_context(lang=person.lang or self.env.lang)
        registrations = feed._get_registrations()
        entries = [feed._prepare_seat_entry(registration) for registration in registrations]
        own = registrations.event_id
        city = person._get_own_city().with_env(feed.env)
        events = city._get_coming_events().filtered('is_published') - own if city else own.browse()
        entries += [feed._prepare_event_entry(event) for event in events]
        name = self.env._("Sharing Cities: %(person)s", person=person.name)
        return calendar_file.write(entries[:MOST_ENTRIES], name, self.env._("Sharing Cities"), fields.Datetime.now())

    def _get_registrations(self):
        """Confirmed seats of this person that are not long past; one on hold is none of them."""
        return (
            self.env['event.registration']
            .sudo()
            .search(
                [
                    ('partner_id', '=', self.partner_id.id),
                    ('state', 'in', ('open', 'done')),
                    ('scn_on_hold_since', '=', False),
                    ('event_id.active', '=', True),
                    ('event_id.kanban_state', '!=', 'cancel'),
                    ('event_id.date_end', '>', fields.Datetime.now() - timedelta(days=PAST_DAYS)),
                ],
                order='id desc',
                limit=MOST_ENTRIES,
            )
        )

    def _prepare_seat_entry(self, registration):
        event, slot = registration.event_id, registration.event_slot_id
        changed_on = max(registration.write_date, event.write_date)
        return calendar_file.Entry(
            uid=event._get_calendar_uid('seat', registration.id),
            start=slot.start_datetime or event.date_begin,
            end=slot.end_datetime or event.date_end,
            summary=event.name,
            description=self.env._("Your seat is confirmed. What you need to join is on the page “My registrations”."),
            location=event.address_inline or '',
            url=event._get_public_url('/my/registrations'),
            sequence=calendar_file.sequence_of(changed_on),
            changed_on=changed_on,
        )

    def _prepare_event_entry(self, event):
        return calendar_file.Entry(
            uid=event._get_calendar_uid('event', event.id),
            start=event.date_begin,
            end=event.date_end,
            summary=event.name,
            description=self.env._("You are not registered."),
            location=event.address_inline or '',
            url=event._get_public_url(f'/event/{event.id}'),
            sequence=calendar_file.sequence_of(event.write_date),
            changed_on=event.write_date,
            free=True,
        )
