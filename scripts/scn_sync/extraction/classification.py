"""Messages that are no sign-up at all and are rejected here, so that nothing of them is sent (least data)."""

import re

from scn_sync.extraction.forms import read_form
from scn_sync.extraction.message_parts import split_message
from scn_sync.mail_parser import Mail
from scn_sync.text_cleaning import fold

_AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "auto-reply", "autoreply"})
_AWAY_SUBJECT = re.compile(
    r"^(?:re: ?)?(?:automatic reply|out of office|auto(?:matic)?[ -]?reply|autoreply"
    r"|automatisch antwoord|afwezig(?:heid)?\b"
    r"|respuesta automatica|fuera de la oficina|resposta automatica|fora de l'oficina"
    r"|reponse automatique|absence du bureau"
    r"|automatische antwort|abwesenheit|abwesenheitsnotiz|ausencia)"
)
_BOUNCE_SUBJECT = re.compile(
    r"^(?:undeliver(?:ed|able)|delivery status notification|mail delivery (?:failed|failure|subsystem)|returned mail"
    r"|failure notice|delivery failure|onbestelbaar|no se puede entregar|unzustellbar|non remis|nao entregue)"
)
_BOUNCE_SENDERS = ("mailer-daemon", "postmaster")
_DIGEST_SUBJECT = re.compile(r"\bdigest,? vol(?:ume)?\.? ?\d+|\bdigest for\b|\bvol \d+, issue \d+")


def rejection_reason(mail: Mail) -> str | None:
    """Return why this message is no sign-up (``bounce``, ``auto_reply``, ``spam``, ``list_digest``), or None."""
    if _is_bounce(mail):
        return "bounce"
    if _is_automatic(mail):
        return "auto_reply"
    if mail.header("x-spam-flag").lower().startswith("yes") or mail.header(
        "x-spam-status"
    ).lower().startswith("yes"):
        return "spam"
    if mail.content_type == "multipart/digest" or _DIGEST_SUBJECT.search(
        fold(mail.header("subject"))
    ):
        return "list_digest"
    return None


def _is_bounce(mail: Mail) -> bool:
    if mail.report_type.lower() in ("delivery-status", "disposition-notification"):
        return True
    sender = mail.address("from")[1].partition("@")[0].lower()
    if sender in _BOUNCE_SENDERS or mail.header("return-path").strip() == "<>":
        automatic = _BOUNCE_SUBJECT.match(fold(mail.header("subject"))) is not None
        return automatic or bool(mail.headers.get("x-failed-recipients"))
    return False


def _is_automatic(mail: Mail) -> bool:
    submitted = mail.header("auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        # a web form also says auto-generated; it is a sign-up when it carries the visitor's own fields
        return not (submitted.startswith("auto-generated") and _looks_like_form(mail))
    if (
        mail.headers.get("x-autoreply")
        or mail.headers.get("x-autorespond")
        or mail.headers.get("x-autoresponse")
    ):
        return True
    if mail.header("precedence").lower() in _AUTOMATIC_PRECEDENCE:
        return True
    suppressed = mail.header("x-auto-response-suppress").lower()
    subject = fold(mail.header("subject"))
    return _AWAY_SUBJECT.match(subject) is not None and (bool(suppressed) or _is_short(mail))


def _is_short(mail: Mail) -> bool:
    own = split_message(mail.text, mail.header("subject")).own
    return len(own) < 1_500 and not _looks_like_form(mail)


def _looks_like_form(mail: Mail) -> bool:
    form = read_form(mail.text)
    return {"email", "city"} <= form.values.keys() or {"email", "name"} <= form.values.keys()
