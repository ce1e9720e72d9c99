"""Signing in to an IMAP server: a password, or an OAuth 2 access token as Microsoft 365 and Google ask for.

Secrets come from files that only their owner can read, from the environment, from a command, or from a prompt. They
are never options, and no sentence of an error holds one, nor the login.
"""

import getpass
import imaplib
import os
import ssl
import subprocess
import sys

import httpx
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls
from imap_tools.errors import ImapToolsError
from pydantic import SecretStr

from scn_sync.errors import ConfigurationProblem, MailLogin, MailServerDown
from scn_sync.settings import (
    PASSWORD_VARIABLE,
    ImapSettings,
    OAuthSettings,
    read_secret_file,
    write_secret_file,
)

TOKEN_SECONDS = 30.0
_TOKEN_CHARACTERS = 16_384
_PORTS = {"tls": 993, "starttls": 143}


def signed_in(settings: ImapSettings, password: SecretStr | None = None) -> BaseMailBox:
    """Connect, encrypt, verify the certificate, sign in; the folder is not chosen yet.

    :param password: what the environment holds.
    :raises ConfigurationProblem: no secret, a certificate that cannot be verified, no encryption.
    :raises MailLogin: the server or the token provider refuses.
    :raises MailServerDown: nothing answers.
    """
    secret, is_token = _secret(settings, password)
    mailbox = connected(settings)
    login = settings.login
    try:
        if is_token:
            mailbox.xoauth2(login, secret.get_secret_value(), initial_folder=None)
        elif (login + secret.get_secret_value()).isascii():
            mailbox.login(login, secret.get_secret_value(), initial_folder=None)
        else:
            mailbox.login_utf8(login, secret.get_secret_value(), initial_folder=None)
    except (imaplib.IMAP4.abort, OSError):
        raise MailServerDown(
            f"The mail server {settings.host} broke off while signing in."
        ) from None
    except (imaplib.IMAP4.error, ImapToolsError):
        what = "access token" if is_token else "password"
        raise MailLogin(
            f"The mail server {settings.host} does not accept the login or the {what}."
        ) from None
    return mailbox


def connected(settings: ImapSettings) -> BaseMailBox:
    """Connect and encrypt; the certificate must be valid and of this host.

    :raises ConfigurationProblem: a certificate that cannot be verified, or no encryption.
    :raises MailServerDown: nothing answers in time.
    """
    host, port = settings.host, settings.port or _PORTS[settings.security]
    context = _tls_context(settings)
    try:
        if settings.security == "starttls":
            return MailBoxStartTls(host, port, timeout=settings.timeout, ssl_context=context)
        return MailBox(host, port, timeout=settings.timeout, ssl_context=context)
    except ssl.SSLCertVerificationError as error:
        raise ConfigurationProblem(
            f"The certificate of the mail server {host} cannot be verified ({error.verify_message}): "
            "give the certificate authority with ca_file under [imap]."
        ) from None
    except ssl.SSLError:
        raise ConfigurationProblem(
            f"The mail server {host} does not speak TLS on port {port}: try security = "
            f"“{'tls' if settings.security == 'starttls' else 'starttls'}” and its port."
        ) from None
    except OSError:
        raise MailServerDown(
            f"No connection to the mail server {host} on port {port}: is it running?"
        ) from None
    except (imaplib.IMAP4.abort, EOFError):
        raise MailServerDown(f"The mail server {host} broke off at once.") from None
    except (imaplib.IMAP4.error, ImapToolsError, ValueError):
        raise ConfigurationProblem(
            f"The mail server {host} offers no encryption on port {port}: nothing was sent, because anybody "
            "on the way could read the mail and the password."
        ) from None


def _tls_context(settings: ImapSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigurationProblem(
            f"The certificate file {settings.ca_file} cannot be used."
        ) from None


def _secret(settings: ImapSettings, password: SecretStr | None) -> tuple[SecretStr, bool]:
    """Return the secret and whether it is an access token."""
    if settings.oauth is not None:
        return fetch_token(settings.oauth, settings), True
    if settings.token_command is not None:
        return _token_of_command(settings.token_command), True
    if settings.token_file is not None:
        return _one_token(
            read_secret_file(settings.token_file, "token file").get_secret_value()
        ), True
    if settings.password_file is not None:
        return read_secret_file(settings.password_file, "password file"), False
    if password is not None and password.get_secret_value():
        return password, False
    if sys.stdin.isatty() and sys.stderr.isatty():
        typed = getpass.getpass(f"Password of the mailbox on {settings.host}: ")
        if typed:
            return SecretStr(typed), False
    raise ConfigurationProblem(
        "Missing the password of the mailbox: name a password_file (mode 0600) under [imap], or set "
        f"{PASSWORD_VARIABLE}; for Microsoft 365 and Google name [imap.oauth], token_command or token_file."
    )


def _one_token(text: str) -> SecretStr:
    token = text.strip()
    if (
        not token
        or len(token) > _TOKEN_CHARACTERS
        or not token.isascii()
        or any(letter.isspace() or not letter.isprintable() for letter in token)
    ):
        raise MailLogin("What should be an access token for the mailbox is none.")
    return SecretStr(token)


def _token_of_command(command: list[str]) -> SecretStr:
    """Run a command without a shell; its first line of output is the token."""
    if not command:
        raise ConfigurationProblem("token_command under [imap] is empty.")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SCN_SYNC_")
    }
    try:
        process = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TOKEN_SECONDS,
            env=environment,
            check=False,
        )
    except OSError as error:
        raise ConfigurationProblem(
            f"The token_command {command[0]} cannot be started: {error.strerror}."
        ) from None
    except subprocess.TimeoutExpired:
        raise MailLogin(
            f"The token_command {command[0]} gave no token within {TOKEN_SECONDS:g} s."
        ) from None
    if process.returncode:
        raise MailLogin(
            f"The token_command {command[0]} failed with exit code {process.returncode}."
        )
    return _one_token(
        process.stdout[:_TOKEN_CHARACTERS].decode("ascii", "replace").partition("\n")[0]
    )


def _token_request(oauth: OAuthSettings) -> dict[str, str]:
    form = {"grant_type": oauth.grant, "client_id": oauth.client_id}
    if oauth.scope:
        form["scope"] = oauth.scope
    if oauth.client_secret_file is not None:
        secret = read_secret_file(oauth.client_secret_file, "client secret file")
        form["client_secret"] = secret.get_secret_value()
    if oauth.grant == "refresh_token":
        if oauth.refresh_token_file is None:
            raise ConfigurationProblem("Missing refresh_token_file under [imap.oauth].")
        refresh = read_secret_file(oauth.refresh_token_file, "refresh token file")
        form["refresh_token"] = refresh.get_secret_value()
    return form


def fetch_token(oauth: OAuthSettings, settings: ImapSettings) -> SecretStr:
    """Ask the provider for an access token; a new refresh token replaces the old one in its file.

    :raises ConfigurationProblem: a secret is missing, or the provider's certificate cannot be verified.
    :raises MailLogin: the provider refuses.
    :raises MailServerDown: the provider does not answer.
    """
    form = _token_request(oauth)
    try:
        answer = httpx.post(
            oauth.token_url,
            data=form,
            timeout=TOKEN_SECONDS,
            verify=_tls_context(settings),
            headers={"Accept": "application/json"},
        )
        data = answer.json()
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise ConfigurationProblem(
                "The certificate of the token provider cannot be verified."
            ) from None
        raise MailServerDown("The provider of access tokens cannot be reached.") from None
    except httpx.HTTPError:
        raise MailServerDown("The provider of access tokens does not answer.") from None
    except ValueError:
        data = None
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise MailServerDown("The provider of access tokens is not available right now.")
    if not isinstance(data, dict) or not isinstance(data.get("access_token"), str):
        # RFC 6749, 5.2: a code such as invalid_grant; the description may hold personal data
        code = data.get("error") if isinstance(data, dict) else None
        named = f" ({code})" if isinstance(code, str) and code.replace("_", "").isalpha() else ""
        raise MailLogin(
            f"The provider of access tokens refuses{named}: consent may have to be given anew."
        )
    renewed = data.get("refresh_token")
    if oauth.refresh_token_file is not None and isinstance(renewed, str) and renewed:
        try:
            write_secret_file(oauth.refresh_token_file, renewed + "\n")
        except OSError as error:
            raise ConfigurationProblem(
                f"The new refresh token cannot be written to {oauth.refresh_token_file}: {error.strerror}."
            ) from None
    return _one_token(data["access_token"])
