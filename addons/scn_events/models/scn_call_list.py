from odoo import fields, models


class ScnCall(models.Model):
    """How calls are shown to the public and to cities."""

    _inherit = 'scn.call'

    def _prepare_list_values(self, person):
        """What a list of calls says of each.

        :param person: the reader; the public user's contact works for no city
        :return: list of dicts with call, refusal (None where it can be answered) and is_asked; what can be answered
            comes first
        """
        city = person._get_own_city()
        lines, known = [], {}
        for call in self.sudo():
            refusal = call._find_refusal(city, person, known)
            asked = call.audience == ('cities' if city else 'outsiders')
            lines.append({'call': call, 'refusal': refusal, 'is_asked': asked})
        return sorted(lines, key=lambda line: (bool(line['refusal']), not line['is_asked']))

    def _get_open_calls(self, city):
        """Published calls that are open, for cities or for everybody else."""
        now = fields.Datetime.now()
        return self.sudo().search(
            [
                ('is_published', '=', True),
                ('audience', '=', 'cities' if city else 'outsiders'),
                ('date_open', '<=', now),
                '|',
                ('date_close', '=', False),
                ('date_close', '>', now),
                '|',
                ('type', '=', 'topic'),
                '&',
                ('event_id.date_end', '>', now),
                ('event_id.kanban_state', '!=', 'cancel'),
            ]
        )

    def _get_hosts(self):
        """Who hosted when: events of ours with their host cities, the latest first.

        :return: list of dicts with year, event and cities, in a constant number of queries
        """
        events = (
            self.env['event.event']
            .sudo()
            .search(
                [('scn_host_city_ids', '!=', False), ('is_published', '=', True), ('kanban_state', '!=', 'cancel')],
                order='date_begin desc, id desc',
            )
        )
        return [
            {'year': event.date_begin.year, 'event': event.name, 'cities': event.scn_host_city_ids.mapped('name')}
            for event in events
        ]
