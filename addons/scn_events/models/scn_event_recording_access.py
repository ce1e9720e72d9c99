from collections import namedtuple

from odoo import api, fields, models

#: Who looks at recordings before they are published.
LOOKING_GROUPS = ('event.group_event_registration_desk', 'scn_partner.group_scn_user')
#: ``code`` is ``hidden`` (not found), ``sign_in`` or ``benefit``; ``reason`` in the reader's words; ``tier`` would do.
Obstacle = namedtuple('Obstacle', 'code reason tier', defaults=('', ''))


class ScnEventRecording(models.Model):
    """Who may see a recording. Nothing else decides: neither a page nor a download."""

    _inherit = 'scn.event.recording'

    @api.model
    def _get_open_domain(self):
        """What is on the pages, as far as a search tells; ``_filter_open`` looks at the consents, too."""
        return [
            ('is_published', '=', True),
            ('event_id.active', '=', True),
            ('event_id.kanban_state', '!=', 'cancel'),
            ('event_id.date_end', '<=', fields.Datetime.now()),
        ]

    def _filter_open(self):
        """Those that are on the pages at all: published, the event has ended, and every consent is in force today."""
        return self.filtered_domain(self._get_open_domain())._filter_covered()

    def _find_obstacles(self, user):
        """The one check of who may see what; every page and every download asks it.

        :param user: ``res.users``, the public one for somebody who has not signed in
        :return: dict recording (with the rights of the superuser) → ``Obstacle`` or None
        """
        recordings = self.sudo()
        looking = recordings.browse()
        if any(user.has_group(group) for group in LOOKING_GROUPS):
            companies = user.sudo().company_ids
            looking = recordings.filtered(lambda one: not one.company_id or one.company_id in companies)
        if looking == recordings:
            return dict.fromkeys(recordings)
        city = user.partner_id._get_own_city()
        held = {benefit for benefit in recordings.benefit_id if city and city._filter_holding(benefit)}
        shown = recordings._filter_open()
        obstacles = {
            recording: recording._find_obstacle(user, city, held) if recording in shown else Obstacle('hidden')
            for recording in recordings - looking
        }
        return {recording: obstacles.get(recording) for recording in recordings}

    def _find_obstacle(self, user, city, held):
        self.ensure_one()
        if self.access == 'public' or self.benefit_id in held:
            return None
        tier = self.benefit_id._get_lowest_tier()
        names = {'name': self.name, 'tier': tier.name or '', 'city': city.name}
        if user._is_public():
            reason = self.env._(
                "“%(name)s” is for cities on the tier “%(tier)s” or higher. Sign in to open it.", **names
            )
            return Obstacle('sign_in', reason, names['tier'])
        if city and self.benefit_id in city.grade_id.benefit_line_ids.benefit_id:
            reason = self.env._(
                "“%(name)s” rests for %(city)s: the partnership is paused, or an overdue invoice waits to be paid.",
                **names,
            )
        elif city:
            reason = self.env._(
                "“%(name)s” is for cities on the tier “%(tier)s” or higher. Write to us if %(city)s wishes to join it.",
                **names,
            )
        else:
            reason = self.env._(
                "“%(name)s” is for cities on the tier “%(tier)s” or higher, and your account belongs to no city. If it "
                "should, write to us from your city's address.",
                **names,
            )
        return Obstacle('benefit', reason, names['tier'])

    def _get_page_url(self):
        """Where a reader opens it; the page asks again who it is."""
        self.ensure_one()
        return f'/recordings/{self.id}'
