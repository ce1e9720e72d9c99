"""What crosses the boundary to the server: protocol 1 of ``scn.signup``, as pydantic models."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

MODEL = "scn.signup"
PROTOCOL = 1
SERIES = "19.0"

SHORT_TEXT = 120
EMAIL_LENGTH = 254
PHONE_LENGTH = 40
SUBJECT_LENGTH = 200
WORDING_LENGTH = 2_000
RAW_TEXT_LENGTH = 20_000

ExternalId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._:-]{0,63}$")]
RunKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=SHORT_TEXT)]
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Language = Literal["en", "nl", "es", "ca", "fr", "de", "pt"]
Want = Literal["task_force", "declaration", "event", "magazine"]
Status = Literal["created", "updated", "unchanged", "review", "rejected", "wanted"]


class _Frozen(BaseModel):
    """What we send: nothing unknown, nothing changed after it was checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Consent(_Frozen):
    """The evidence that the sender agreed to be contacted: when, in which words, and where they were said."""

    given_at: Instant | None
    wording: Annotated[str, StringConstraints(min_length=1, max_length=WORDING_LENGTH)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SignupRecord(_Frozen):
    """One sign-up as sent to the server; every key is present, null where nothing was found."""

    external_id: ExternalId
    received_at: Instant | None
    language: Language | None
    unit: ShortText | None
    name: ShortText | None
    position: ShortText | None
    email: Annotated[str, StringConstraints(min_length=3, max_length=EMAIL_LENGTH)] | None
    phone: Annotated[str, StringConstraints(min_length=1, max_length=PHONE_LENGTH)] | None
    city: ShortText | None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None
    wants: list[Want]
    consent: Consent | None
    subject: Annotated[str, StringConstraints(min_length=1, max_length=SUBJECT_LENGTH)] | None
    raw_text: Annotated[str, StringConstraints(max_length=RAW_TEXT_LENGTH)]
    review_reasons: list[ReasonCode]

    @field_validator("wants", "review_reasons")
    @classmethod
    def _in_order_and_once(cls, values: list[str]) -> list[str]:
        return sorted(set(values))


class _Answer(BaseModel):
    """What the server says: keys that we do not know are left alone, so that it may grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Match(_Answer):
    """What a manager's preview adds: the city and contact a sign-up would match, and the fields it would fill."""

    city: str | None = None
    contact: str | None = None
    reasons: list[str] = []
    fills: list[str] = []


class RecordAnswer(_Answer):
    """The server's verdict on one record."""

    external_id: ExternalId
    status: Status
    reason: str | None = None
    known: bool | None = None
    match: Match | None = None


class BatchAnswer(_Answer):
    """The answer of ``sync_preview`` and ``sync_receive``: one verdict per record, in the order sent.

    ``moved`` names the records with which the server would do something else than was expected; nothing was written.
    """

    protocol: Literal[1]
    records: list[RecordAnswer]
    moved: list[ExternalId] = []


class WithdrawnRecord(_Answer):
    """What became of one sign-up that was to be taken back."""

    external_id: ExternalId
    status: Literal["withdrawn", "restored", "unchanged", "refused", "unknown"]
    reason: str | None = None
    restored: list[str] = []
    kept: list[str] = []


class WithdrawalAnswer(_Answer):
    """The answer of ``sync_withdraw`` and ``sync_restore``: one verdict per id, in the order sent."""

    protocol: Literal[1]
    records: list[WithdrawnRecord]


class Limits(_Answer):
    """The most the server takes in one call."""

    records: Annotated[int, "records in one call"] = 500
    bytes: Annotated[int, "bytes of the JSON text"] = 2_000_000


class ServerInfo(_Answer):
    """The answer of ``sync_info``."""

    protocol: int
    series: str
    module: str
    module_version: str
    server_time: datetime
    key_expires_at: datetime | None = None
    limits: Limits = Limits()
    database_id: str | None = None
    login: str | None = None
    is_manager: bool = False
    record_forms: list[str] = ["whole"]
