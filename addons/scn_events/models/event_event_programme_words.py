from odoo import fields, models

from ..programme_changes import in_language


class EventEvent(models.Model):
    """What changed in a programme, in the words of whoever reads it and on the event's clock."""

    _inherit = 'event.event'

    def _describe_programme_change(self, change):
        """One change as a sentence, in the reader's language and on the event's clock."""
        self.ensure_one()
        before, after = change['before'], change['after']
        session = after or before
        title = in_language(session['name'], self.env.lang or 'en_US')
        if change['kind'] == 'cancelled':
            return self.env._("Not held: “%(session)s”.", session=title)
        if change['kind'] == 'added':
            return self.env._(
                "New: “%(session)s”, %(when)s.", session=title, when=self._format_session_time(after['start'])
            )
        if change['kind'] == 'moved':
            return self.env._(
                "Moved: “%(session)s”, now %(when)s (before: %(was)s).",
                session=title,
                when=self._format_session_time(after['start'], after['end']),
                was=self._format_session_time(before['start'], before['end']),
            )
        if change['kind'] == 'room':
            return self.env._(
                "Other room: “%(session)s”, now %(room)s.",
                session=title,
                room=after['room'] or self.env._("without a room"),
            )
        if change['kind'] == 'renamed':
            return self.env._(
                "Other title: “%(session)s” (before: “%(was)s”).",
                session=title,
                was=in_language(before['name'], self.env.lang or 'en_US'),
            )
        if change['kind'] == 'speakers':
            return self.env._(
                "Other speakers: “%(session)s”, now %(people)s.",
                session=title,
                people=', '.join(after['speakers']) or self.env._("not known yet"),
            )
        return self.env._("Other working lines: “%(session)s”.", session=title)

    def _format_session_time(self, start, end=None):
        """When a session is, on the event's clock.

        :param str start: as a version keeps it; may be None
        :param str end: with it, the hour at which it ends
        """
        if not start:
            return self.env._("at a time to come")
        to_html = self.env['ir.qweb.field.datetime'].value_to_html
        zone = self.sudo().date_tz or 'UTC'
        begin = to_html(fields.Datetime.to_datetime(start), {'tz_name': zone, 'format': 'd MMMM, HH:mm'})
        if not end:
            return begin
        finish = to_html(fields.Datetime.to_datetime(end), {'tz_name': zone, 'format': 'HH:mm'})
        return f'{begin}–{finish}'
