"""Settings: flag before environment (``SCN_SYNC_*``) before configuration file (TOML).

The API key is special: it comes from ``SCN_SYNC_API_KEY`` or from a key file that only its owner can read, never
from an option or from the configuration file.
"""

import ipaddress
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from scn_sync.errors import ConfigurationProblem
from scn_sync.models import SourceName

KEY_VARIABLE = "SCN_SYNC_API_KEY"
PASSWORD_VARIABLE = "SCN_SYNC_IMAP_PASSWORD"
SECRET_BYTES = 16_384


class OAuthSettings(BaseModel):
    """Where an access token comes from, as OAuth 2 providers describe it (RFC 6749, sections 4.4 and 6)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token_url: str
    client_id: str
    grant: Literal["refresh_token", "client_credentials"] = "refresh_token"
    scope: str | None = None
    client_secret_file: Path | None = None
    refresh_token_file: Path | None = None

    @field_validator("token_url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("must start with https://")
        return url


class ImapSettings(BaseModel):
    """A mailbox on an IMAP server, and how to sign in there; the connection is always encrypted."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: str = "tls"
    login: Annotated[str, Field(min_length=1)]
    folders: Annotated[list[str], Field(min_length=1)] = ["INBOX"]
    move_to: str | None = None
    password_file: Path | None = None
    token_file: Path | None = None
    token_command: list[str] | None = None
    oauth: OAuthSettings | None = None
    ca_file: Path | None = None
    timeout: float = Field(default=60.0, gt=0, le=3600)

    @field_validator("security")
    @classmethod
    def _encrypted(cls, security: str) -> str:
        if security not in ("tls", "starttls"):
            raise ValueError(
                "must be “tls” or “starttls”: without encryption anybody on the way could read the mail "
                "and the password"
            )
        return security

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> "ImapSettings":
        ways = (self.password_file, self.token_file, self.token_command, self.oauth)
        if sum(way is not None for way in ways) > 1:
            raise ValueError(
                "give only one of password_file, token_file, token_command and [imap.oauth]"
            )
        if self.move_to is not None and self.move_to in self.folders:
            raise ValueError("move_to must be another folder than those that are read")
        return self


class Settings(BaseSettings):
    """Where the server is, who we are there, how patient we are (seconds), and what we keep (days)."""

    model_config = SettingsConfigDict(
        env_prefix="SCN_SYNC_",
        env_nested_delimiter="__",
        extra="forbid",
        hide_input_in_errors=True,
    )

    url: str | None = None
    database: str | None = None
    login: str | None = None
    source: SourceName = "mailbox"
    mapping: str | None = None
    imap: ImapSettings | None = None
    imap_password: SecretStr | None = None
    state_folder: Path | None = None
    batch_size: int = Field(default=500, ge=1, le=500)
    connect_timeout: float = Field(default=10.0, gt=0, le=300)
    read_timeout: float = Field(default=120.0, gt=0, le=3600)
    attempts: int = Field(default=6, ge=1, le=20)
    transport: Literal["xml-rpc", "json-2"] = "xml-rpc"
    log_format: Literal["text", "json"] = "text"
    keep_days: int = Field(default=90, ge=1, le=3650)
    key_file: Path | None = None
    ca_file: Path | None = None
    insecure_http: bool = False
    api_key: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _plain_web_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("must look like https://odoo.example.org") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
            raise ValueError("must look like https://odoo.example.org")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must be an address alone, without a name, a password or a query")
        return url.rstrip("/")


def default_config_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the configuration file that is read when none is named, whether it exists or not."""
    base = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "scn-sync" / "config.toml"


def load_settings(flags: Mapping[str, object], config_file: Path | None = None) -> Settings:
    """Merge flags, environment and configuration file.

    ``flags`` holds what was given on the command line; values that are None count as not given. ``config_file`` is
    the file named by the user (it must then exist), or None for the default one (which may be missing).

    :raises ConfigurationProblem: a file that cannot be read, an unknown or unfit setting, a key in the file.
    """
    chosen = _existing_config(config_file)

    class LayeredSettings(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (
                init_settings,
                env_settings,
                TomlConfigSettingsSource(settings_cls, toml_file=chosen),
            )

    given = {name: value for name, value in flags.items() if value is not None}
    try:
        # the names in `given` are checked by the model itself
        return LayeredSettings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigurationProblem(f"The setting “{name}” is not usable: {first['msg']}.") from None


def _existing_config(config_file: Path | None) -> Path | None:
    path = config_file or default_config_file()
    if not path.is_file():
        if config_file is None:
            return None
        raise ConfigurationProblem(f"There is no configuration file {path}.")
    try:
        content = TomlConfigSettingsSource(Settings, toml_file=path).toml_data
    except OSError as error:
        raise ConfigurationProblem(
            f"The configuration file {path} cannot be read: {error.strerror}."
        ) from None
    except ValueError:  # invalid TOML, or bytes that are no UTF-8
        raise ConfigurationProblem(f"The configuration file {path} is not valid TOML.") from None
    if "api_key" in content:
        raise ConfigurationProblem(
            f"Take api_key out of {path}: the key belongs into a file of its own (key_file) or into {KEY_VARIABLE}."
        )
    if "imap_password" in content:
        raise ConfigurationProblem(
            f"Take imap_password out of {path}: the password belongs into a file of its own "
            f"(password_file under [imap]) or into {PASSWORD_VARIABLE}."
        )
    return path


class Connection:
    """The settings that a call needs, all present and checked; the key shows as stars when printed."""

    def __init__(self, settings: Settings) -> None:
        """Check that nothing is missing and that the address is safe.

        :raises ConfigurationProblem: with what is missing and how to give it.
        """
        self.url = _required(settings.url, "url", "the address of the Odoo server")
        self.database = _required(settings.database, "database", "the name of the database")
        self.login = _required(settings.login, "login", "the login of the sync bot")
        self.connect_timeout = settings.connect_timeout
        self.read_timeout = settings.read_timeout
        self.ca_file = settings.ca_file
        self.transport = settings.transport
        self.key = _find_key(settings)
        parts = urlsplit(self.url)
        self.encrypted = parts.scheme == "https"
        if (
            not self.encrypted
            and not settings.insecure_http
            and not is_loopback(parts.hostname or "")
        ):
            raise ConfigurationProblem(
                "The address starts with http://, which would send the key unencrypted: use https:// "
                "(or --insecure-http if the network in between is your own)."
            )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _required(value: str | None, name: str, meaning: str) -> str:
    if not value:
        raise ConfigurationProblem(
            f"Missing {meaning}: give --{name}, SCN_SYNC_{name.upper()}, or “{name}” in the configuration file."
        )
    return value


def _find_key(settings: Settings) -> SecretStr:
    if settings.api_key is not None and settings.api_key.get_secret_value().strip():
        return SecretStr(settings.api_key.get_secret_value().strip())
    if settings.key_file is None:
        raise ConfigurationProblem(
            f"Missing the API key: set {KEY_VARIABLE}, or name a key file (mode 0600) with SCN_SYNC_KEY_FILE."
        )
    return read_key_file(settings.key_file)


def read_key_file(path: Path) -> SecretStr:
    """Read the API key from a file that nobody but its owner can read.

    :raises ConfigurationProblem: missing, unreadable, empty, oversized, or readable by group or others.
    """
    text = read_secret_file(path, "key file").get_secret_value()
    if not text.isascii() or len(text) > 4096 or any(character.isspace() for character in text):
        raise ConfigurationProblem(f"The key file {path} does not hold one API key.")
    return SecretStr(text)


def read_secret_file(path: Path, what: str) -> SecretStr:
    """Read a secret from a file that nobody but its owner can read; white space around it does not count.

    :param what: what the user calls the file, for the sentences.
    :raises ConfigurationProblem: missing, unreadable, empty, oversized, or readable by group or others.
    """
    try:
        # the open file is what is checked, so that it cannot be exchanged between the check and the reading
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise ConfigurationProblem(f"The {what} {path} cannot be read: {error.strerror}.") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise ConfigurationProblem(f"The {what} {path} is not a regular file.")
        if state.st_mode & 0o077:
            raise ConfigurationProblem(
                f"The {what} {path} can be read by others: run chmod 600 on it."
            )
        content = os.read(descriptor, SECRET_BYTES + 1)
    finally:
        os.close(descriptor)
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(content) > SECRET_BYTES:
        named = "one API key" if what == "key file" else "one secret"
        raise ConfigurationProblem(f"The {what} {path} does not hold {named}.")
    return SecretStr(text)


def write_secret_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all.

    :raises OSError: the operating system refuses.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def default_state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for what the command remembers between two runs."""
    base = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "scn-sync"
