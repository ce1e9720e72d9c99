import json
import logging
import os
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..canonical import GENESIS, canonical_json, sha256_json

_logger = logging.getLogger(__name__)

PROTOCOL = 1
#: A variable of the server's environment, so that nobody who signs in can choose where files are written.
FOLDER_VARIABLE = 'SCN_DIGEST_FOLDER'
MAIL_PARAMETER = 'scn_declaration.digest_mail_to'


class ScnDeclarationDigest(models.Model):
    """The fingerprint of all logs on a day.

    Kept outside the database (a public page, a folder, a mailbox), it shows what a database cannot show about itself:
    a log whose end was cut, a signature removed with its log, a chain written anew.

    The *heads* of a day are ``[reference, number of entries, hash of the last]`` of every signature, in the order of
    references. A digest is SHA-256 over canonical JSON of the day, the digest before, the number of signatures and
    the hash of all heads. Stored are the heads that changed; the kept file holds them all.
    """

    _name = 'scn.declaration.digest'
    _description = 'Daily Digest of the Logs'
    _order = 'date desc'
    _rec_name = 'date'

    date = fields.Date(required=True, readonly=True)
    at = fields.Datetime(string="Taken at", required=True, readonly=True)
    signature_count = fields.Integer(string="Signatures", readonly=True)
    heads_hash = fields.Char(
        string="Hash of all heads", required=True, readonly=True, help="SHA-256 over the heads of all logs, in order."
    )
    changed = fields.Text(
        string="Changed heads", readonly=True, help="Canonical JSON: the heads that changed since the digest before."
    )
    previous = fields.Char(string="Digest before", required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True)

    _date_unique = models.Constraint('UNIQUE (date)', "There is a digest of this day already.")

    # -- taking ------------------------------------------------------------------------------------------------

    @api.model
    def _get_heads(self):
        """The heads of all logs now, of every company, from the logs themselves.

        :return: dict reference → ``[reference, number, hash]``, in the order of references
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT signature.name, log.number, log.hash
              FROM scn_declaration_signature signature
              JOIN LATERAL (
                   SELECT number, hash FROM scn_declaration_log
                    WHERE signature_id = signature.id ORDER BY number DESC LIMIT 1
                   ) log ON TRUE
            """
        )
        return {row[0]: list(row) for row in sorted(self.env.cr.fetchall())}

    def _prepare_summary(self):
        """What the digest is taken of, as plain values."""
        self.ensure_one()
        return {
            'protocol': PROTOCOL,
            'date': fields.Date.to_string(self.date),
            'previous': self.previous,
            'signatures': self.signature_count,
            'heads_hash': self.heads_hash,
        }

    @api.model
    def _take(self):
        """Take the digest of today, once.

        :return: the digest of today
        """
        today = fields.Date.context_today(self)
        digests = self.sudo()
        taken = digests.search([('date', '=', today)])
        if taken:
            return taken
        last = digests.search([], limit=1)
        before = last._replay_heads()
        # A signature that is gone keeps its last head: the check names it every day until it is back.
        heads = dict(sorted({**before, **self._get_heads()}.items()))
        digest = digests.new(
            {
                'date': today,
                'previous': last.digest or GENESIS,
                'signature_count': len(heads),
                'heads_hash': sha256_json(list(heads.values())),
            }
        )
        summary = digest._prepare_summary()
        return digests.create(
            {
                'date': today,
                'at': fields.Datetime.now(),
                'previous': summary['previous'],
                'signature_count': summary['signatures'],
                'heads_hash': summary['heads_hash'],
                'changed': canonical_json([head for name, head in heads.items() if before.get(name) != head]),
                'digest': sha256_json(summary),
            }
        )

    def _replay_heads(self):
        """All heads of the day of this digest, put together from what changed up to then.

        :return: dict reference → head, in the order of references
        """
        heads = {}
        if self:
            for digest in self.sudo().search([('date', '<=', self.date)], order='date'):
                heads.update(digest._read_changed())
        return dict(sorted(heads.items()))

    def _read_changed(self):
        try:
            return {head[0]: head for head in json.loads(self.changed or '[]')}
        except (ValueError, TypeError, IndexError):
            return {}

    # -- what is kept outside ----------------------------------------------------------------------------------

    def _prepare_file(self):
        """The file to keep outside: the public summary and all heads. Nothing personal, no city's name.

        :return: JSON text
        """
        self.ensure_one()
        return json.dumps(
            {**self._prepare_summary(), 'digest': self.digest, 'heads': list(self._replay_heads().values())}, indent=1
        )

    def _get_file_name(self):
        self.ensure_one()
        return f'declaration-digest-{fields.Date.to_string(self.date)}.json'

    @api.model
    def _prepare_public_digests(self, limit=400):
        """What anyone may read: the digests, newest first, as plain values."""
        return [
            {**digest._prepare_summary(), 'digest': digest.digest} for digest in self.sudo().search([], limit=limit)
        ]

    def _keep_outside(self):
        """Write the file into the folder of the server's configuration, and mail it, where these are set.

        A file that is there already is never overwritten: that is what keeping means.
        """
        self.ensure_one()
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            path = Path(folder) / self._get_file_name()
            try:
                with path.open('x', encoding='utf-8') as file:
                    file.write(self._prepare_file())
            except FileExistsError:
                _logger.info("The digest is kept already: %s", path.name)
            except OSError as error:
                _logger.error("The digest could not be written to %s: %s", folder, error.strerror)
        recipients = self.env['ir.config_parameter'].sudo().get_param(MAIL_PARAMETER)
        if recipients:
            self._mail_to(recipients)

    def _mail_to(self, recipients):
        attachment = self.env['ir.attachment'].create(
            {'name': self._get_file_name(), 'raw': self._prepare_file().encode(), 'mimetype': 'application/json'}
        )
        self.env['mail.mail'].sudo().create(
            {
                'subject': self.env._("Digest of the Declaration's logs, %(day)s", day=self.date),
                'body_html': self.env._(
                    "Keep this file: with it anyone can check later that no log was cut or rewritten."
                ),
                'email_to': recipients,
                'email_from': self.env.company.email_formatted or self.env.user.email_formatted,
                'attachment_ids': [fields.Command.link(attachment.id)],
            }
        )

    @api.model
    def _cron_take(self):
        """Daily: take the digest, keep it outside, check what the digests know."""
        is_new = not self.search_count([('date', '=', fields.Date.context_today(self))])
        digest = self._take()
        if is_new:
            digest._keep_outside()
        problems = self._verify()
        if problems:
            self.env['scn.declaration'].search([], limit=1)._raise_alarm(problems)

    # -- checking ----------------------------------------------------------------------------------------------

    @api.model
    def _verify(self):
        """Check the chain of digests, and every head they ever named against the logs.

        :return: list of sentences, each naming a digest or a signature
        """
        problems, heads, previous, named = [], {}, GENESIS, []
        for digest in self.sudo().search([], order='date'):  # pylint: disable=no-search-all
            changed = digest._read_changed()
            heads.update(changed)
            named += [(digest.date, head) for head in changed.values()]
            if digest.previous != previous:
                problems.append(
                    self.env._("The digest of %(day)s does not follow from the one before it.", day=digest.date)
                )
            if (
                sha256_json(digest._prepare_summary()) != digest.digest
                or sha256_json([head for __, head in sorted(heads.items())]) != digest.heads_hash
                or len(heads) != digest.signature_count
            ):
                problems.append(self.env._("The digest of %(day)s was changed.", day=digest.date))
            previous = digest.digest
        return problems + self._verify_heads(named)

    @api.model
    def _verify_heads(self, named):
        """Heads that digests name against the logs as they are now; one query.

        :param named: list of ``(day, [reference, number, hash])``
        :return: list of sentences
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT signature.name, log.number, log.hash
              FROM scn_declaration_signature signature
         LEFT JOIN scn_declaration_log log ON log.signature_id = signature.id
             WHERE signature.name = ANY(%s)
            """,
            ([head[0] for __, head in named],),
        )
        entries = {}
        for name, number, entry_hash in self.env.cr.fetchall():
            entries.setdefault(name, {})[number] = entry_hash
        problems = [self._describe_head(day, head, entries) for day, head in named]
        return [problem for problem in problems if problem]

    @api.model
    def _describe_head(self, day, head, entries):
        """What is wrong with a log that a digest named, in one sentence, or None."""
        name, number, entry_hash = head
        if name not in entries:
            return self.env._("The signature %(name)s is gone: it was there on %(day)s.", name=name, day=day)
        if number not in entries[name]:
            return self.env._(
                "The log of %(name)s was cut: it had %(number)s entries on %(day)s.", name=name, number=number, day=day
            )
        if entries[name][number] != entry_hash:
            return self.env._(
                "The log of %(name)s was written anew: entry %(number)s is not the one of %(day)s.",
                name=name,
                number=number,
                day=day,
            )
        return None

    @api.model
    def _verify_kept(self, content):
        """Check this database against a file that was kept outside.

        :param bytes content: a file of ``_prepare_file``
        :return: list of sentences
        :raises UserError: when it is no such file
        """
        refusal = self.env._("This is no kept digest: choose a file named declaration-digest-….json.")
        try:
            kept = json.loads(content)
            heads = [[str(name), int(number), str(entry_hash)] for name, number, entry_hash in kept['heads']]
            day = fields.Date.to_date(kept['date'])
            summary = {key: kept[key] for key in ('protocol', 'date', 'previous', 'signatures', 'heads_hash')}
            is_whole = sha256_json(summary) == kept['digest'] and sha256_json(heads) == kept['heads_hash']
        except (ValueError, TypeError, KeyError, RecursionError):
            raise UserError(refusal) from None
        if not day or any('\x00' in name for name, __, __ in heads):
            raise UserError(refusal)
        if not is_whole:
            return [self.env._("The file itself was changed: its digest does not fit what it says.")]
        problems = []
        stored = self.sudo().search([('date', '=', day)])
        if not stored:
            problems.append(self.env._("The database has no digest of %(day)s any more.", day=day))
        elif stored.digest != kept['digest']:
            problems.append(self.env._("The database's digest of %(day)s was written anew.", day=day))
        return problems + self._verify_heads([(day, head) for head in heads])

    # -- buttons -----------------------------------------------------------------------------------------------

    def action_download(self):
        """Download the file to keep outside."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_url',
            'url': f'/declaration/digest/{fields.Date.to_string(self.date)}',
            'target': 'self',
        }

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Digests are taken by the daily job."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A digest never changes."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("A digest is never deleted."))
