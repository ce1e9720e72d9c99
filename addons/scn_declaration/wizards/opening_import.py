import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.scn_partner.matching_keys import city_name_key
from odoo.addons.scn_partner.opening_table import TableError, read_day, read_table

from ..models.scn_declaration_stage import CLOSED_CATEGORIES

COLUMNS = (
    'city',
    'country',
    'status',
    'date',
    'name',
    'function',
    'publish',
    'language',
    'decision_by',
    'recorded',
)
REQUIRED = ('city', 'status', 'date')
#: Word in the table → category.
STATUSES = {
    'interest': 'interest',
    'review': 'review',
    'validation': 'validation',
    'provisional': 'provisional',
    'joined': 'signed',
}
YES = frozenset({'yes', 'y', '1', 'true', 'x'})


class ScnDeclarationImport(models.TransientModel):
    """Take over the signatures of an earlier list: no mail, one log entry *taken over* each.

    Preview and import are one code path: both read ``_prepare_rows``.
    """

    _name = 'scn.declaration.import'
    _description = 'Import existing Signatures'

    declaration_id = fields.Many2one(
        'scn.declaration', required=True, default=lambda self: self.env['scn.declaration'].search([], limit=1)
    )
    version_id = fields.Many2one(
        'scn.declaration.version',
        string="Text they joined",
        compute='_compute_version_id',
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('declaration_id', '=', declaration_id), ('state', '!=', 'draft')]",
    )
    file = fields.Binary(string="Table (CSV)", attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many('scn.declaration.import.line', 'import_id', readonly=True)
    good_count = fields.Integer(string="Can be taken over", compute='_compute_counts')
    bad_count = fields.Integer(string="Cannot be taken over", compute='_compute_counts')

    @api.depends('declaration_id')
    def _compute_version_id(self):
        for wizard in self:
            wizard.version_id = wizard.declaration_id.current_version_id

    @api.depends('line_ids')
    def _compute_counts(self):
        for wizard in self:
            wizard.bad_count = len(wizard.line_ids.filtered('problem'))
            wizard.good_count = len(wizard.line_ids) - wizard.bad_count

    def _check_rights(self):
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only managers take over signatures from a list."))

    def action_preview(self):
        """Read the table and show, line by line, what would be taken over; nothing is created.

        :raises UserError: when the file is no such table
        """
        self.ensure_one()
        self._check_rights()
        if not self.file:
            raise UserError(self.env._("Choose the file with the table first."))
        try:
            rows = read_table(base64.b64decode(self.file), COLUMNS, REQUIRED)
        except TableError as error:
            raise UserError(str(error)) from error
        except binascii.Error as error:
            raise UserError(self.env._("The file did not arrive whole: choose it again.")) from error
        self.line_ids = [fields.Command.clear(), *(fields.Command.create(row) for row in self._prepare_rows(rows))]
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Take over signatures"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
            'target': 'new',
        }

    def _prepare_rows(self, rows):
        """Values of the preview's lines, each with its problem in one sentence or none."""
        cities = self.env['scn.contact.key'].sudo()._find_cities(city_name_key(row['city']) for row in rows)
        codes = {code for code, __ in self.env['scn.declaration.version.text']._get_languages()}
        live = self.env['scn.declaration.signature'].search(
            [('declaration_id', '=', self.declaration_id.id), ('category', 'not in', CLOSED_CATEGORIES)]
        )
        context = {
            'cities': cities,
            'languages': codes,
            'taken': set(live.partner_id.ids),
            'today': fields.Date.context_today(self),
        }
        seen, prepared = set(), []
        for number, row in enumerate(rows, start=2):
            values = {'number': number, 'city_name': row['city']}
            values['problem'] = self._read_row(row, values, **context)
            if not values['problem'] and values['partner_id'] in seen:
                values['problem'] = self.env._("This city stands twice in the table.")
            seen.add(values.get('partner_id'))
            prepared.append(values)
        return prepared

    def _read_row(self, row, values, cities, languages, taken, today):
        """Fill the values of one line.

        :return: the first problem as a sentence, or False
        """
        found = [
            city
            for code, city in cities.get(city_name_key(row['city']), [])
            if not row['country'] or code in (row['country'].upper(), '')
        ]
        category, day = STATUSES.get(row['status'].lower()), read_day(row['date'])
        decision_by, recorded = read_day(row['decision_by']), read_day(row['recorded'])
        published = self.version_id.published_on
        has_joined = category in ('provisional', 'signed')
        problems = (
            (len(found) == 0, self.env._("No city of the network has this name.")),
            (len(found) > 1, self.env._("Several cities have this name: fill in the country.")),
            (not category, self.env._("The status is one of: %(words)s.", words=", ".join(STATUSES))),
            (not day or day > today, self.env._("The date is no past day, such as 2018-11-16.")),
            (
                has_joined and day and published and day < published,
                self.env._("The text was published on %(day)s: nobody joined before.", day=published),
            ),
            (has_joined and not row['name'], self.env._("Who spoke for the city? The name is missing.")),
            (
                row['decision_by'] and (not decision_by or category != 'provisional'),
                self.env._("decision_by is a day such as 2019-02-01, for provisional ones only."),
            ),
            (
                row['recorded'] and (not recorded or recorded > today or (day and recorded < day)),
                self.env._("recorded is the day on which the earlier list had it, not before the date."),
            ),
            (
                row['language'] and row['language'] not in languages,
                self.env._("The language is a code such as es_ES."),
            ),
            (found and found[0].id in taken, self.env._("The city has a signature under way already.")),
        )
        problem = next((sentence for is_problem, sentence in problems if is_problem), False)
        if not problem:
            values.update(
                partner_id=found[0].id,
                category=category,
                on=day,
                signatory_name=row['name'],
                signatory_function=row['function'],
                publish_name=row['publish'].lower() in YES,
                lang=row['language'] or found[0].lang,
                ratify_before=decision_by,
                recorded=recorded,
            )
        return problem

    def action_import(self):
        """Take over the lines without a problem; all or nothing, and no mail.

        :raises UserError: when nothing can be taken over
        """
        self.ensure_one()
        self._check_rights()
        lines = self.line_ids.filtered(lambda line: not line.problem)
        if not lines:
            raise UserError(self.env._("No line can be taken over. Mend the table, then look at the preview again."))
        signatures = lines._take_over()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_signature_action')
        action['domain'] = [('id', 'in', signatures.ids)]
        return action


class ScnDeclarationImportLine(models.TransientModel):
    """One line of the preview."""

    _name = 'scn.declaration.import.line'
    _description = 'Line of an Import of Signatures'
    _order = 'number'

    import_id = fields.Many2one('scn.declaration.import', required=True, ondelete='cascade', index=True)
    number = fields.Integer(string="Line", readonly=True)
    city_name = fields.Char(string="In the table", readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    category = fields.Selection('_get_categories', string="Status", readonly=True)
    on = fields.Date(string="Since", readonly=True)
    signatory_name = fields.Char(string="Signatory", readonly=True)
    signatory_function = fields.Char(string="Function", readonly=True)
    publish_name = fields.Boolean(string="Name published", readonly=True)
    lang = fields.Char(string="Language", readonly=True)
    ratify_before = fields.Date(string="Decision expected by", readonly=True)
    recorded = fields.Date(string="In the earlier list since", readonly=True)
    problem = fields.Char(readonly=True)

    def _get_categories(self):
        return self.env['scn.declaration.stage']._fields['category']._description_selection(self.env)

    def _take_over(self):
        """Open a signature for each line and bring it to its status, with one entry that says where it is from.

        :return: the signatures
        """
        wizard = self.import_id
        wizard.ensure_one()
        signatures = self.env['scn.declaration.signature'].create(
            [
                {
                    'partner_id': line.partner_id.id,
                    'declaration_id': wizard.declaration_id.id,
                    'version_id': wizard.version_id.id,
                    'opened_on': line.on,
                    'lang': line.lang,
                    'user_id': (wizard.declaration_id.user_id or self.env.user).id,
                }
                for line in self
            ]
        )
        for signature, line in zip(signatures, self, strict=True):
            signature._take_over(
                line.category,
                line.on,
                recorded=line.recorded,
                signatory_name=line.signatory_name,
                signatory_function=line.signatory_function,
                publish_name=line.publish_name,
                ratify_before=line.ratify_before,
            )
        return signatures
