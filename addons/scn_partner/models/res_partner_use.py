from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whether something in the database refers to a contact."""

    _inherit = 'res.partner'

    def _filter_unused(self, own_tables):
        """Those that no other record refers to; one query per table with a foreign key, whatever their number.

        :param own_tables: tables that do not count
        """
        used = set()
        self.env.flush_all()
        for table, column in self.env['base.partner.merge.automatic.wizard'].sudo()._get_fk_on('res_partner'):
            if table in own_tables or 'base_partner_merge_' in table or not self:
                continue
            self.env.cr.execute(
                SQL(
                    "SELECT DISTINCT %(column)s FROM %(table)s WHERE %(column)s IN %(ids)s",
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                    ids=tuple(self.ids),
                )
            )
            used.update(row[0] for row in self.env.cr.fetchall())
        return self.filtered(lambda partner: partner.id not in used)
