from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..exceptions import GateRefused
from ..gate_codes import GateCode, Refusal


def guard_rows(records):
    """Write these rows, in the order of their ids, so that nobody else counts what they limit meanwhile.

    :param records: of one model with a column ``scn_guard``
    """
    if not records:
        return
    records.env.cr.execute(
        SQL(
            """
            WITH locked AS (SELECT id FROM %(table)s WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE)
            UPDATE %(table)s SET scn_guard = COALESCE(scn_guard, 0) + 1 FROM locked WHERE %(table)s.id = locked.id
            """,
            table=SQL.identifier(records._table),
            ids=tuple(records.ids),
        ),
        # the loser is repeated: nothing went wrong
        log_exceptions=False,
    )


class EventEvent(models.Model):
    """Exactly as many seats as there are.

    Odoo's transactions see the database as it was when they began (REPEATABLE READ): two that count the free seats
    at once both find one. So whoever takes a limited seat *writes* the row that limits it. The second one then meets
    a serialization failure, is repeated by the framework with a fresh view, and finds the seat taken.
    """

    _inherit = 'event.event'

    scn_guard = fields.Integer(default=0, copy=False, groups='base.group_system', help="Counts registrations in line.")

    def _guard_rows(self):
        """See ``guard_rows``."""
        guard_rows(self)

    def _verify_seats_availability(self, slot_tickets):
        """Odoo's own refusal, with our code."""
        try:
            return super()._verify_seats_availability(slot_tickets)
        except ValidationError as error:
            reason = self.env._("Sold out: %(details)s", details=str(error))
            raise GateRefused(Refusal(GateCode.SOLD_OUT, reason)) from error
