from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ..city_time import find_zone, is_night, localized
from .event_event import STAFF_GROUPS

#: Names of cities in one line; of more it says how many.
NAMED_CITIES = 6
HELP = "What the clocks of the registered cities show then; of the invited ones and the hosts while none is registered."


class ResPartner(models.Model):
    """The time zone of a city: a contact's own is that of whoever typed it in, so it does not decide."""

    _inherit = 'res.partner'

    scn_zone = fields.Selection(
        _tz_get,
        string="City's time zone",
        help="Only needed where the country has several: everywhere else it follows from the country.",
    )

    def _get_zones(self, moment):
        """Time zones of these cities, in a constant number of queries.

        :param datetime moment: moment in UTC without a zone
        :return: dict city → name of a zone, or None where nobody can know
        """
        people = self.sudo().child_ids.filtered('tz').grouped('parent_id')
        return {
            city: find_zone(
                city.scn_zone or '',
                city.country_id.code or '',
                [city.tz, *people.get(city, city.browse()).mapped('tz')],
                moment,
            )
            for city in self.sudo()
        }


class EventEvent(models.Model):
    """Local times of the cities, so that nobody chooses an hour at which half of them sleep."""

    _inherit = 'event.event'

    scn_local_times = fields.Html(
        string="Local times", compute='_compute_scn_local_times', compute_sudo=True, groups=STAFF_GROUPS, help=HELP
    )

    @api.depends('date_begin', 'date_end')
    def _compute_scn_local_times(self):
        for event in self:
            event.scn_local_times = event._render_local_times(event.date_begin, event.date_end)

    def _get_cities_to_mind(self):
        """Cities with a seat, or one that waits for an answer; while there are none, those invited and the hosts."""
        self.ensure_one()
        event = self._origin
        lines = (
            self.env['event.registration']
            .sudo()
            ._read_group(
                [('event_id', '=', event.id), ('state', '!=', 'cancel'), ('scn_city_id', '!=', False)], ['scn_city_id']
            )
        )
        cities = self.env['res.partner'].sudo().union(*(city for (city,) in lines))
        return cities or event.sudo().scn_invitation_ids.city_id | event.sudo().scn_host_city_ids

    def _prepare_local_times(self, start, end):
        """What the clocks of the cities show, grouped by what they show.

        :param datetime start: begin, in UTC without a zone
        :return: ``([(local begin, local end, is night, [names of cities]), …] from east to west of the date line,
            [names of cities nobody knows the time zone of])``
        """
        by_clock, unknown = {}, []
        for city, zone in self._get_cities_to_mind()._get_zones(start).items():
            if not zone:
                unknown.append(city.name)
                continue
            begin = localized(start, zone)
            clock = begin.utcoffset(), localized(end, zone).utcoffset()
            line = by_clock.setdefault(clock, (begin, localized(end, zone), is_night(start, end, zone), []))
            line[3].append(city.name)
        return [by_clock[clock] for clock in sorted(by_clock)], unknown

    def _render_local_times(self, start, end):
        """A small table, or what to do where there is nothing to show."""
        if not start or not end or start >= end:
            return False
        lines, unknown = self._prepare_local_times(start, end)
        if not lines and not unknown:
            return Markup('<p class="text-muted">%s</p>') % self.env._("No city is registered or invited yet.")
        rows = Markup().join(
            Markup('<tr class="{shade}"><td>{begin}–{end}</td><td>{cities}</td><td>{night}</td></tr>').format(
                shade='table-warning' if night else '',
                begin=self._format_clock(begin, 'EEE HH:mm'),
                end=self._format_clock(finish, 'HH:mm'),
                cities=self._shorten_names(names),
                night=self.env._("night") if night else '',
            )
            for begin, finish, night, names in lines
        )
        table = Markup('<table class="table table-sm mb-1">%s</table>') % rows if rows else Markup()
        if unknown:
            table += Markup('<p class="text-muted mb-0">%s</p>') % self.env._(
                "Time zone not known, choose it on the city's page: %(cities)s", cities=self._shorten_names(unknown)
            )
        return table

    def _format_clock(self, moment, pattern):
        return self.env['ir.qweb.field.datetime'].value_to_html(
            moment.replace(tzinfo=None), {'tz_name': 'UTC', 'format': pattern}
        )

    def _shorten_names(self, names):
        named = ', '.join(sorted(names)[:NAMED_CITIES])
        more = len(names) - NAMED_CITIES
        return self.env._("%(cities)s and %(more)s more", cities=named, more=more) if more > 0 else named


class EventTrack(models.Model):
    """The same for one session."""

    _inherit = 'event.track'

    scn_local_times = fields.Html(
        string="Local times", compute='_compute_scn_local_times', compute_sudo=True, groups=STAFF_GROUPS, help=HELP
    )

    @api.depends('date', 'date_end', 'event_id')
    def _compute_scn_local_times(self):
        for track in self:
            event = track.event_id
            track.scn_local_times = event and event._render_local_times(track.date, track.date_end)


class EventSlot(models.Model):
    """The same for one slot of an event that is held several times."""

    _inherit = 'event.slot'

    scn_local_times = fields.Html(
        string="Local times", compute='_compute_scn_local_times', compute_sudo=True, groups=STAFF_GROUPS, help=HELP
    )

    @api.depends('start_datetime', 'end_datetime', 'event_id')
    def _compute_scn_local_times(self):
        for slot in self:
            event = slot.event_id
            slot.scn_local_times = event and event._render_local_times(slot.start_datetime, slot.end_datetime)
