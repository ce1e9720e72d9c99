import json
from contextlib import nullcontext

from odoo import api, fields, models, release
from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_manifest

from ..sync_payload import (
    MAX_BYTES,
    MAX_RECORDS,
    PROTOCOL,
    RECORD_FORMS,
    PayloadError,
    canonical_hash,
    parse_payload,
)


class InboxMoved(Exception):
    """With these records something else would happen than the sender expects."""

    def __init__(self, external_ids):
        super().__init__()
        self.external_ids = external_ids


class ScnSignup(models.Model):
    """The sync's way in: four methods that take and give JSON (``docs/rpc.md`` is the contract).

    Callable by the group *sync bot*, and by managers. Without a manager's key an answer depends only on what
    was sent and on the sender's own inbox: whether a city is known to us is never said.
    """

    _inherit = 'scn.signup'

    # -- public methods ----------------------------------------------------------------------------------------

    @api.model
    def sync_info(self):
        """What a sender needs to know before it starts.

        :return: JSON ``{"protocol", "series", "module", "module_version", "server_time", "key_expires_at", "login",
            "is_manager", "database_id", "limits": {"records", "bytes"}, "record_forms": ["whole", "fingerprint"]}``
        :raises AccessError: for anybody but the sync bot and managers
        """
        inbox = self._open_inbox()
        expiry = inbox.env['res.users.apikeys']._read_group(
            [('user_id', '=', self.env.uid), ('expiration_date', '!=', False)],
            [],
            ['expiration_date:max'],
        )[0][0]
        return json.dumps(
            {
                'protocol': PROTOCOL,
                'series': f'{release.version_info[0]}.{release.version_info[1]}',
                'module': 'scn_partner',
                'module_version': get_manifest('scn_partner')['version'],
                'server_time': fields.Datetime.now().strftime('%Y-%m-%dT%H:%M:%SZ'),
                'key_expires_at': expiry.strftime('%Y-%m-%dT%H:%M:%SZ') if expiry else None,
                'login': self.env.user.login,
                'is_manager': not self.env.user._is_sync_bot(),
                'database_id': inbox._get_database_id(),
                'limits': {'records': MAX_RECORDS, 'bytes': MAX_BYTES},
                'record_forms': list(RECORD_FORMS),
            }
        )

    @api.model
    def sync_preview(self, payload):
        """What ``sync_receive`` would answer, changing nothing.

        :param str payload: JSON ``{"protocol", "source", "records"}``
        :return: JSON ``{"protocol", "records": [{"external_id", "status", "reason", "known"}]}``; ``known`` tells
            whether the message is in the sender's inbox. With a manager's key each record also has ``"match"``
            (see ``_prepare_match_answers``)
        :raises UserError: for a payload that is not of the contract
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'records'})
        source = (
            inbox.env['scn.signup.source']
            .with_context(active_test=False)
            .search(
                [('code', '=', request['source'])],
            )
        )
        inbox._check_source(source)
        rows = inbox._prepare_preview_rows(source, request['records'], not self.env.user._is_sync_bot())
        return json.dumps({'protocol': PROTOCOL, 'records': rows})

    @api.model
    def sync_receive(self, payload):
        """Put records into the inbox, exactly once per batch key.

        :param str payload: JSON ``{"protocol", "source", "run", "batch", "records"}``, at most 500 records, 2 MB;
            with ``"expected"``, the statuses a preview foretold, the batch is taken only when all still hold
        :return: JSON ``{"protocol", "run", "batch", "records": [{"external_id", "status", "reason"}]}`` in the
            order sent; status is created, updated, unchanged, review or rejected, or wanted of a fingerprint that
            is not the inbox's (send the whole record, under another batch key). The same batch key with the
            same payload returns the very first answer. When something else than expected would happen, nothing is
            written, not even the batch key, and ``"moved"`` lists the external ids.
        :raises UserError: for a payload that is not of the contract, a source of another sender, or a batch key
            that was used for other content
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'run', 'batch', 'records'}, {'expected'})
        return inbox._answer_once(request, inbox._receive)

    @api.model
    def sync_withdraw(self, payload):
        """Take back sign-ups that nobody has decided on yet.

        :param str payload: JSON ``{"protocol", "source", "run", "batch", "external_ids", "reason"}``; with
            ``"of_run"`` only sign-ups that this run brought
        :return: like ``sync_receive``; status is withdrawn, unchanged, refused (already decided, or brought by
            another run) or unknown
        :raises UserError: as ``sync_receive``
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'run', 'batch', 'external_ids', 'reason'}, {'of_run'})
        return inbox._answer_once(request, inbox._withdraw)

    # -- checks ------------------------------------------------------------------------------------------------

    def _open_inbox(self):
        """The inbox as the sync sees it: rights checked first, the caller's context and records dropped.

        :raises AccessError: for anybody but the sync bot and managers
        """
        user = self.env.user
        if not (user._is_sync_bot() or user.has_group('scn_partner.group_scn_manager')):
            raise AccessError(
                self.env._(
                    "Only the group “Sync bot” may call this. Use the key that a manager issued for the sync.",
                )
            )
        return self.env(context={'tracking_disable': True, 'mail_create_nolog': True}, su=True)['scn.signup']

    @api.model
    def _get_database_id(self):
        """What tells this database from every other, copies under another name included; says nothing about it."""
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        return canonical_hash([uuid, self.env.cr.dbname])[:32]

    def _parse(self, payload, keys, optional=frozenset()):
        try:
            return parse_payload(payload, keys, optional)
        except PayloadError as error:
            raise UserError(self.env._("The sync sent something else than agreed: %(error)s.", error=error)) from error

    def _check_source(self, source):
        """
        :raises UserError: when another automation user owns the source, or it was archived
        """
        if source and not source.active:
            raise UserError(self.env._("This source is switched off. A manager can switch it on again."))
        if source and self.env.user._is_sync_bot() and source.user_id != self.env.user:
            raise UserError(self.env._("This source belongs to another sender. Choose another name for yours."))
        if source and not self.env.user._is_sync_bot() and source.company_id not in self.env.user.company_ids:
            raise UserError(self.env._("This source belongs to another company. Choose another name for yours."))

    # -- exactly once ------------------------------------------------------------------------------------------

    def _answer_once(self, request, handle):
        """Run ``handle(source, run, request)`` unless this batch has its answer already.

        When the sender expects other statuses than it gets, everything is undone and the answer is not kept: nothing
        happened under this batch key.
        """
        try:
            with self.env.cr.savepoint() if 'expected' in request else nullcontext():
                return self._answer_batch(request, handle)
        except InboxMoved as moved:
            self.env.invalidate_all()
            return json.dumps(
                {
                    'protocol': PROTOCOL,
                    'run': request['run'],
                    'batch': request['batch'],
                    'records': [],
                    'moved': moved.external_ids,
                }
            )

    def _answer_batch(self, request, handle):
        source = self.env['scn.signup.source']._get_or_create(request['source'])
        self._check_source(source)
        batch, answer = self.env['scn.signup.batch']._claim(request['batch'], canonical_hash(request), source)
        if answer is not None:
            return answer
        run = self.env['scn.signup.run']._get_or_create(source, request['run'])
        rows = handle(source, run, request)
        if 'expected' in request:
            moved = [
                row['external_id']
                for row, expected in zip(rows, request['expected'], strict=True)
                if row['status'] != expected
            ]
            if moved:
                raise InboxMoved(moved)
        counts = {}
        for row in rows:
            counts[row['status']] = counts.get(row['status'], 0) + 1
        answer = json.dumps(
            {
                'protocol': PROTOCOL,
                'run': request['run'],
                'batch': request['batch'],
                'records': rows,
            }
        )
        batch._finish(run, answer, counts)
        return answer
