from odoo import fields, models
from odoo.tools import SQL


class ScnDeclaration(models.Model):
    """The register: who was what on a day, read from the statuses in one query."""

    _inherit = 'scn.declaration'

    def _get_register(self, as_of=None):
        """The register of this declaration as of a day.

        Declined cities never appear. Cities before joining are counted from validation on, and their row is there
        only with the city's consent to be named. Names of persons are there only with their consent.

        :param as_of: date, today if empty
        :return: dict with ``as_of``, ``joined`` (number of cities, provisional ones among them), ``provisional``,
            ``in_validation``, ``withdrawn`` and ``rows``: list of dict ``partner_id``, ``city``, ``country_id``,
            ``category``, ``version_id``, ``reference``, ``joined_on``, ``since`` (first day of this status),
            ``withdrawn_on``, ``recorded_on`` (only of a late entry), ``signatory_name``, ``signatory_function``
        """
        self.ensure_one()
        as_of = as_of or fields.Date.context_today(self)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT partner.id AS partner_id, partner.name AS city, partner.country_id, status.category,
                       status.version_id, signature.name AS reference,
                       CASE WHEN status.category IN ('provisional', 'signed', 'withdrawn')
                            THEN signature.joined_on END AS joined_on,
                       status.valid_from AS since,
                       CASE WHEN status.category = 'withdrawn' THEN signature.withdrawn_on END AS withdrawn_on,
                       CASE WHEN status.recorded_at::date > status.valid_from
                            THEN status.recorded_at::date END AS recorded_on,
                       CASE WHEN signature.publish_name AND status.category IN ('provisional', 'signed')
                            THEN signature.signatory_name END AS signatory_name,
                       CASE WHEN signature.publish_name AND status.category IN ('provisional', 'signed')
                            THEN signature.signatory_function END AS signatory_function,
                       signature.publish_validation
                  FROM scn_declaration_status status
                  JOIN scn_declaration_signature signature ON signature.id = status.signature_id
                  JOIN res_partner partner ON partner.id = signature.partner_id
                 WHERE status.declaration_id = %(declaration)s
                   AND status.valid_from <= %(as_of)s
                   AND (status.valid_to IS NULL OR status.valid_to > %(as_of)s)
                   AND status.category IN ('validation', 'provisional', 'signed', 'withdrawn')
              ORDER BY partner.name, partner.id, status.valid_from
                """,
                declaration=self.id,
                as_of=as_of,
            )
        )
        found = self.env.cr.dictfetchall()
        back = {row['partner_id'] for row in found if row['category'] != 'withdrawn'}
        counts = dict.fromkeys(('validation', 'provisional', 'signed', 'withdrawn'), 0)
        rows = []
        for row in found:
            # A city that left and came back stands there once.
            if row['category'] == 'withdrawn' and row['partner_id'] in back:
                continue
            counts[row['category']] += 1
            if row['category'] != 'validation' or row['publish_validation']:
                rows.append({name: value for name, value in row.items() if name != 'publish_validation'})
        return {
            'as_of': as_of,
            'joined': counts['provisional'] + counts['signed'],
            'provisional': counts['provisional'],
            'in_validation': counts['validation'],
            'withdrawn': counts['withdrawn'],
            'rows': rows,
        }
