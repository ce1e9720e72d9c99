from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..canonical import sha256_json

#: Of a published version only what the next one changes.
FREE_FIELDS = frozenset({'state'})
TRIGGER = """
CREATE OR REPLACE FUNCTION scn_declaration_text_is_fixed() RETURNS trigger AS $$
DECLARE
    version integer;
    current_state varchar;
BEGIN
    IF TG_TABLE_NAME = 'scn_declaration_version' THEN
        version := OLD.id;
    ELSIF TG_TABLE_NAME = 'scn_declaration_article_text' THEN
        SELECT version_id INTO version FROM scn_declaration_article
         WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.article_id ELSE OLD.article_id END;
    ELSIF TG_OP = 'INSERT' THEN
        version := NEW.version_id;
    ELSE
        version := OLD.version_id;
    END IF;
    SELECT state INTO current_state FROM scn_declaration_version WHERE id = version;
    IF current_state IN ('published', 'superseded') THEN
        RAISE EXCEPTION 'the text of a published version is fixed';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS scn_declaration_text_fixed ON scn_declaration_version;
CREATE TRIGGER scn_declaration_text_fixed
    BEFORE UPDATE OF declaration_id, number, name, content_hash, published_on OR DELETE ON scn_declaration_version
    FOR EACH ROW EXECUTE FUNCTION scn_declaration_text_is_fixed();
"""
CHILD_TRIGGER = """
DROP TRIGGER IF EXISTS scn_declaration_text_fixed ON %(table)s;
CREATE TRIGGER scn_declaration_text_fixed
    BEFORE INSERT OR DELETE OR UPDATE OF %(columns)s ON %(table)s
    FOR EACH ROW EXECUTE FUNCTION scn_declaration_text_is_fixed();
"""


class ScnDeclarationVersion(models.Model):
    """One text of a declaration in all its languages. Once published it never changes.

    ``content_hash`` is SHA-256 over the canonical JSON of ``_prepare_content``: whoever has the text can repeat it.
    """

    _name = 'scn.declaration.version'
    _description = 'Version of a Declaration'
    _order = 'declaration_id, number desc'

    declaration_id = fields.Many2one('scn.declaration', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='declaration_id.company_id', store=True)
    name = fields.Char(required=True, help="How people call it, e.g. 2018.")
    number = fields.Integer(readonly=True, copy=False, help="1 for the first version.")
    state = fields.Selection(
        [('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded')],
        required=True,
        readonly=True,
        default='draft',
        copy=False,
        index=True,
    )
    published_on = fields.Date(
        copy=False, help="Day from which cities can join this text; today unless an earlier day is filled in."
    )
    content_hash = fields.Char(
        string="Fingerprint",
        readonly=True,
        copy=False,
        help="SHA-256 over the canonical JSON of all languages: whoever has the text can compute it again.",
    )
    text_ids = fields.One2many('scn.declaration.version.text', 'version_id', string="Titles", copy=True)
    article_ids = fields.One2many('scn.declaration.article', 'version_id', string="Articles", copy=True)
    signature_ids = fields.One2many('scn.declaration.signature', 'version_id', string="Signatures")
    signature_count = fields.Integer(compute='_compute_signature_count')

    _number_unique = models.Constraint(
        'UNIQUE (declaration_id, number)', "There is a version with this number already."
    )

    def _compute_signature_count(self):
        counts = dict(
            self.env['scn.declaration.signature']._read_group(
                [('version_id', 'in', self.ids)], ['version_id'], ['__count']
            )
        )
        for version in self:
            version.signature_count = counts.get(version, 0)

    @api.depends('name', 'declaration_id')
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.declaration_id.name or ''} {version.name or ''}".strip()

    # -- content and fingerprint -------------------------------------------------------------------------------

    def _prepare_content(self):
        """The whole text as plain values, in the order it is hashed.

        :return: dict ``declaration``, ``number``, ``name``, ``published_on``, ``texts``, ``articles``
        """
        self.ensure_one()
        return {
            'declaration': self.declaration_id.code,
            'number': self.number,
            'name': self.name,
            'published_on': fields.Date.to_string(self.published_on),
            'texts': [
                {'lang': text.lang, 'title': text.title, 'introduction': text.introduction or ''}
                for text in self.text_ids.sorted('lang')
            ],
            'articles': [
                {
                    'number': article.number,
                    'texts': [
                        {'lang': text.lang, 'title': text.title, 'body': text.body}
                        for text in article.text_ids.sorted('lang')
                    ],
                }
                for article in self.article_ids.sorted('number')
            ],
        }

    def _compute_fingerprint(self):
        """SHA-256 of the text as it stands in the database now."""
        self.ensure_one()
        return sha256_json(self._prepare_content())

    def _get_languages(self):
        """Codes of the languages this text exists in, in order."""
        self.ensure_one()
        return self.text_ids.sorted('lang').mapped('lang')

    # -- publishing --------------------------------------------------------------------------------------------

    def _check_manager(self):
        self.check_access('write')
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only a Sharing Cities manager publishes a text."))

    def _check_can_publish(self):
        """Every language is complete: a text that lacks an article says something else.

        :raises UserError: with what is missing
        """
        self.ensure_one()
        if self.state != 'draft':
            raise UserError(self.env._("“%(name)s” is published already.", name=self.display_name))
        if self.published_on and self.published_on > fields.Date.context_today(self):
            raise UserError(self.env._("A text is published today or was before: check the day."))
        languages = set(self.text_ids.mapped('lang'))
        if not languages or not self.article_ids:
            raise UserError(
                self.env._("“%(name)s” needs a title and articles before it is published.", name=self.display_name)
            )
        for article in self.article_ids:
            missing = languages.symmetric_difference(article.text_ids.mapped('lang'))
            if missing:
                raise UserError(
                    self.env._(
                        "Article %(number)s and the title do not stand in the same languages: %(languages)s.",
                        number=article.number,
                        languages=", ".join(sorted(missing)),
                    )
                )

    def _publish(self):
        """Fix the text and its fingerprint for good; signatories of an earlier text stay on theirs."""
        self._check_can_publish()
        earlier = self.declaration_id.version_ids.filtered(lambda version: version.state == 'published')
        if not self.published_on:
            self.published_on = fields.Date.context_today(self)
        self.env.flush_all()
        self._store({'content_hash': self._compute_fingerprint(), 'state': 'published'})
        earlier._store({'state': 'superseded'})
        self.declaration_id._start_reendorsement(earlier)

    def action_publish(self):
        """Publish this text.

        :raises AccessError: for anybody but a manager
        """
        self._check_manager()
        for version in self.sudo():
            version._publish()
        return True

    # -- fixed once published ----------------------------------------------------------------------------------

    def init(self):
        """The database keeps a published text as it is, too."""
        self.env.cr.execute(TRIGGER)

    @api.model
    def _fix_in_database(self, table, columns):
        """Let the database refuse changes to rows of a published version; ``table`` has a ``version_id``."""
        self.env.cr.execute(CHILD_TRIGGER % {'table': table, 'columns': columns})  # pylint: disable=sql-injection

    def _check_draft(self):
        """
        :raises UserError: when one of these versions is published
        """
        for version in self:
            if version.state != 'draft':
                raise UserError(
                    self.env._(
                        "“%(name)s” is published: its text never changes. Make a new version instead.",
                        name=version.display_name,
                    )
                )

    def _check_system_fields(self, vals):
        touched = {'state', 'number', 'content_hash'} & vals.keys()
        if touched:
            raise AccessError(
                self.env._("These change by publishing, not by writing: %(fields)s.", fields=", ".join(sorted(touched)))
            )

    @api.model_create_multi
    def create(self, vals_list):
        last = dict(
            self.sudo()._read_group(
                [('declaration_id', 'in', [vals.get('declaration_id') for vals in vals_list])],
                ['declaration_id'],
                ['number:max'],
            )
        )
        numbers = {declaration.id: number for declaration, number in last.items()}
        for vals in vals_list:
            self._check_system_fields(vals)
            declaration = vals.get('declaration_id')
            numbers[declaration] = numbers.get(declaration, 0) + 1
            vals['number'] = numbers[declaration]
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        self._check_draft()
        return super().write(vals)

    def _store(self, values):
        """Store what publishing decided."""
        return super().write(values)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def action_view_signatures(self):
        """Open the signatures of this text."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_signature_action')
        action['domain'] = [('version_id', 'in', self.ids)]
        action['context'] = {}
        return action
