"""IMAP against a real Dovecot: encrypted and verified, nothing lost, nothing twice, moved only after success."""

import json
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scn_sync import sample
from scn_sync.errors import ConfigurationProblem, MailLogin, MailServerDown, NoMailbox, SyncError
from scn_sync.settings import ImapSettings, load_settings
from scn_sync.sources import imap as imap_source
from scn_sync.sources import open_source
from scn_sync.sources.imap import ImapSource
from scn_sync.sources.imap_state import MailboxState

from .dovecot import (
    LOGIN,
    PASSWORD,
    TOKEN,
    Dovecot,
    Provider,
    make_certificate,
    running_dovecot,
    running_provider,
)

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
ORIGINALS = [
    (message.content, message.external_id) for message in open_source(MAILBOX) if message.content
]
LETTERS = [content for content, _id in ORIGINALS][:20]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def server(provider: Provider) -> Iterator[Dovecot]:
    with running_dovecot(provider.url) as running:
        yield running


@pytest.fixture
def secret(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / f"secret-{len(list(tmp_path.iterdir()))}"
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    return write


@pytest.fixture
def settings(server: Dovecot, secret: Callable[[str], Path]) -> ImapSettings:
    return ImapSettings(
        host="localhost",
        port=server.port,
        login=LOGIN,
        password_file=secret(PASSWORD),
        ca_file=server.certificate,
        timeout=10,
    )


def state(folder: Path) -> MailboxState:
    return MailboxState(folder / "state", "localhost", LOGIN, "mailbox")


def read(source: ImapSource) -> list[str]:
    """Read all messages of a source and close it; their ids."""
    ids = [message.external_id for message in source]
    source.close()
    return ids


def read_and_settle(settings: ImapSettings, folder: Path) -> list[str]:
    source = ImapSource(settings, state(folder))
    ids = [message.external_id for message in source]
    source.settle(ids, [])
    source.close()
    return ids


def test_messages_have_the_ids_they_have_in_a_file(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    contents = [content for content, _id in ORIGINALS]
    server.deliver(*contents)
    source = ImapSource(settings, state(tmp_path))
    assert source.total == len(contents)
    assert read(source) == [identity for _content, identity in ORIGINALS]
    assert server.seen() == 0  # reading leaves no trace in the mailbox


def test_only_what_is_new_is_read_and_only_after_it_was_settled(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(*LETTERS[:3])
    assert len(read(ImapSource(settings, state(tmp_path)))) == 3
    # the control: nothing was settled, so nothing may be forgotten
    assert len(read_and_settle(settings, tmp_path)) == 3
    assert read_and_settle(settings, tmp_path) == []
    server.deliver(LETTERS[3])
    assert len(read_and_settle(settings, tmp_path)) == 1
    assert len(read(ImapSource(settings, state(tmp_path), from_start=True))) == 4


def test_a_gap_in_what_was_settled_is_read_again(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(*LETTERS[:5])
    source = ImapSource(settings, state(tmp_path))
    ids = [message.external_id for message in source]
    source.settle([ids[0], ids[1], ids[4]], [])
    source.close()
    assert read(ImapSource(settings, state(tmp_path))) == ids[2:]


def test_ids_of_an_earlier_run_settle_nothing_of_this_one(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(*LETTERS[:2])
    source = ImapSource(settings, state(tmp_path))
    ids = [message.external_id for message in source]
    source.settle(["0" * 64], ["1" * 64])
    source.close()
    assert read(ImapSource(settings, state(tmp_path))) == ids


def test_copies_of_a_settled_message_are_settled_with_it(
    server: Dovecot, settings: ImapSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_source, "_FETCHED_MESSAGES", 1)
    server.make_folder("Done")
    server.deliver(LETTERS[0], LETTERS[1], LETTERS[0])
    source = ImapSource(settings.model_copy(update={"move_to": "Done"}), state(tmp_path))
    ids = []
    for message in source:
        ids.append(message.external_id)
        source.settle([message.external_id], [])
    source.close()
    assert ids[0] == ids[2]
    assert read(ImapSource(settings, state(tmp_path))) == []
    assert (server.messages(), server.messages("Done")) == (0, 3)


def test_messages_are_moved_after_success_only(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.make_folder("Done")
    server.deliver(*LETTERS[:4])
    moving = settings.model_copy(update={"move_to": "Done"})
    source = ImapSource(moving, state(tmp_path))
    ids = [message.external_id for message in source]
    assert (server.messages(), server.messages("Done")) == (4, 0)
    source.settle(ids[:2], [ids[2]])
    assert (server.messages(), server.messages("Done")) == (2, 2)
    source.close()
    # what was left where it is does not come again, what had no answer does
    assert read(ImapSource(moving, state(tmp_path))) == [ids[3]]


def test_without_move_only_our_own_messages_are_deleted(provider: Provider, tmp_path: Path) -> None:
    """A server without MOVE: copy, mark and expunge by number; another client's deleted mail stays."""
    capability = "imap_capability = IMAP4rev1 SASL-IR UIDPLUS"
    with running_dovecot(provider.url, capability) as server:
        password = tmp_path / "password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        server.make_folder("Done")
        server.deliver(*LETTERS[:3])
        settings = ImapSettings(host="localhost", port=server.port, login=LOGIN, password_file=password,
                                ca_file=server.certificate, move_to="Done")  # fmt: skip
        source = ImapSource(settings, state(tmp_path))
        assert not source._can_move
        ids = [message.external_id for message in source]
        source._mailbox.folder.set("INBOX")
        source._mailbox.client.uid("STORE", "3", "+FLAGS", r"(\Deleted)")
        source.settle(ids[:1], ids[1:])
        source.close()
        assert (server.messages(), server.messages("Done")) == (2, 1)


def test_a_server_that_can_do_neither_is_refused_before_anything_is_read(
    provider: Provider, tmp_path: Path
) -> None:
    with running_dovecot(provider.url, "imap_capability = IMAP4rev1 SASL-IR") as server:
        password = tmp_path / "password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        server.make_folder("Done")
        settings = ImapSettings(host="localhost", port=server.port, login=LOGIN, password_file=password,
                                ca_file=server.certificate, move_to="Done")  # fmt: skip
        with pytest.raises(SyncError, match="no MOVE, no UIDPLUS"):
            ImapSource(settings, state(tmp_path))


def test_another_uidvalidity_reads_everything_again(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(*LETTERS[:3])
    ids = read_and_settle(settings, tmp_path)
    server.number_anew()
    server.deliver(LETTERS[3])
    source = ImapSource(settings, state(tmp_path))
    assert any("UIDVALIDITY" in notice for notice in source.notices)
    again = [message.external_id for message in source]
    assert sorted(again[:3]) == sorted(ids)
    assert len(again) == 4
    source.settle(again, [])
    source.close()
    assert read(ImapSource(settings, state(tmp_path))) == []


def test_several_folders_and_names_with_accents(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.make_folder("Form&AOk-s")
    server.deliver(LETTERS[0])
    server.deliver(LETTERS[1], folder="Form&AOk-s")
    several = settings.model_copy(update={"folders": ["INBOX", "Formés"]})
    assert len(read(ImapSource(several, state(tmp_path)))) == 2
    with pytest.raises(NoMailbox, match="no folder “Nowhere”"):
        ImapSource(settings.model_copy(update={"folders": ["Nowhere"]}), state(tmp_path))
    with pytest.raises(NoMailbox, match="to move messages to"):
        ImapSource(settings.model_copy(update={"move_to": "Nowhere"}), state(tmp_path))


def test_a_server_that_dies_in_mid_run_loses_nothing(
    server: Dovecot, settings: ImapSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_source, "_FETCHED_MESSAGES", 2)
    server.deliver(*LETTERS[:8])
    source = ImapSource(settings, state(tmp_path))
    ids: list[str] = []
    with pytest.raises(MailServerDown, match="broke off"):
        for message in source:
            ids.append(message.external_id)
            if len(ids) == 3:
                source.settle(ids[:2], [])
                server.stop()
    source.close()
    with pytest.raises(MailServerDown, match="is it running"):
        ImapSource(settings, state(tmp_path))
    server.start()
    rest = read(ImapSource(settings, state(tmp_path)))
    assert ids[:2] + rest == [identity for _content, identity in ORIGINALS][:8]


def test_a_message_that_is_too_large_is_never_fetched(
    server: Dovecot, settings: ImapSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_source, "MESSAGE_BYTES", 5_000)
    server.deliver(LETTERS[0], LETTERS[1] + b"x" * 20_000, LETTERS[2])
    source = ImapSource(settings, state(tmp_path))
    messages = list(source)
    assert [message.problem for message in messages] == [None, "too_large", None]
    assert messages[1].content is None
    source.close()


def test_starttls_is_encrypted_and_verified_too(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(LETTERS[0])
    starttls = settings.model_copy(update={"security": "starttls", "port": server.plain_port})
    source = ImapSource(starttls, state(tmp_path))
    assert isinstance(source._mailbox.client.sock, ssl.SSLSocket)
    assert len(read(source)) == 1
    with pytest.raises(ConfigurationProblem, match="cannot be verified"):
        ImapSource(starttls.model_copy(update={"ca_file": None}), state(tmp_path))


@pytest.mark.parametrize("name", ["another certificate", "another host", "the public ones"])
def test_a_bad_certificate_is_refused_before_the_password_is_sent(
    server: Dovecot, settings: ImapSettings, tmp_path: Path, name: str
) -> None:
    other = tmp_path / "other.pem"
    make_certificate(other, tmp_path / "other-key.pem", "localhost")
    changes = {
        "another certificate": {"ca_file": other},
        "another host": {"host": "127.0.0.1"},
        "the public ones": {"ca_file": None},
    }[name]
    with pytest.raises(ConfigurationProblem, match="cannot be verified"):
        ImapSource(settings.model_copy(update=changes), state(tmp_path))
    assert f"user=<{LOGIN}>" not in server.words()


def test_no_encryption_is_no_choice(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[imap]\nhost = "mail.example"\nlogin = "info"\nsecurity = "none"\n')
    with pytest.raises(ConfigurationProblem, match="anybody on the way could read"):
        load_settings({}, path)
    # TLS spoken to the port that begins in plain text ends in a sentence, not in a password
    plain = settings.model_copy(update={"port": server.plain_port})
    with pytest.raises(ConfigurationProblem, match="does not speak TLS"):
        ImapSource(plain, state(tmp_path))


def test_a_wrong_password_or_token_is_one_sentence_without_it(
    settings: ImapSettings, secret: Callable[[str], Path], tmp_path: Path
) -> None:
    wrong = settings.model_copy(update={"password_file": secret("wrong words")})
    with pytest.raises(MailLogin, match="does not accept the login or the password") as caught:
        ImapSource(wrong, state(tmp_path))
    assert "wrong words" not in str(caught.value)
    assert LOGIN not in str(caught.value)
    token = settings.model_copy(update={"password_file": None, "token_file": secret("wrong-token")})
    with pytest.raises(MailLogin, match="does not accept the login or the access token") as caught:
        ImapSource(token, state(tmp_path))
    assert "wrong-token" not in str(caught.value)


def test_an_access_token_from_a_file_or_a_command_signs_in(
    server: Dovecot,
    settings: ImapSettings,
    secret: Callable[[str], Path],
    provider: Provider,
    tmp_path: Path,
) -> None:
    """XOAUTH2: Dovecot asks the provider whether it knows the token."""
    server.deliver(LETTERS[0])
    before = len(provider.requests)
    bearer = settings.model_copy(update={"password_file": None, "token_file": secret(TOKEN)})
    assert len(read(ImapSource(bearer, state(tmp_path)))) == 1
    assert provider.requests[before:] == [("introspection", "")]
    command = [sys.executable, "-c", f"print({TOKEN!r})"]
    bearer = settings.model_copy(update={"password_file": None, "token_command": command})
    assert len(read(ImapSource(bearer, state(tmp_path)))) == 1
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(MailLogin, match="failed with exit code 3"):
        ImapSource(bearer.model_copy(update={"token_command": failing}), state(tmp_path))


def oauth_settings(settings: ImapSettings, **oauth: object) -> ImapSettings:
    data = settings.model_dump(exclude={"password_file", "oauth"})
    return ImapSettings.model_validate({**data, "oauth": oauth})


def test_a_refresh_token_gives_an_access_token_and_is_replaced(
    server: Dovecot,
    settings: ImapSettings,
    secret: Callable[[str], Path],
    provider: Provider,
    tmp_path: Path,
) -> None:
    server.deliver(LETTERS[0])
    refresh = secret("first-refresh")
    renewing = oauth_settings(
        settings,
        token_url=provider.url,
        client_id="scn-sync",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        refresh_token_file=refresh,
        client_secret_file=secret("the secret of the client"),
    )
    assert len(read(ImapSource(renewing, state(tmp_path)))) == 1
    assert refresh.read_text() == "second-refresh\n"
    assert refresh.stat().st_mode & 0o777 == 0o600
    # the provider knows the first one only, so this is also its refusal
    with pytest.raises(MailLogin, match=r"refuses \(invalid_grant\)") as caught:
        ImapSource(renewing, state(tmp_path))
    assert LOGIN not in str(caught.value)


def test_an_application_signs_in_by_itself(
    server: Dovecot,
    settings: ImapSettings,
    secret: Callable[[str], Path],
    provider: Provider,
    tmp_path: Path,
) -> None:
    server.deliver(LETTERS[0])
    alone = oauth_settings(
        settings,
        token_url=provider.url,
        client_id="scn-sync",
        grant="client_credentials",
        client_secret_file=secret("the secret of the client"),
    )
    assert len(read(ImapSource(alone, state(tmp_path)))) == 1


def test_what_is_remembered_is_numbers_and_for_the_owner_only(
    server: Dovecot, settings: ImapSettings, tmp_path: Path
) -> None:
    server.deliver(LETTERS[0])
    read_and_settle(settings, tmp_path)
    (path,) = (tmp_path / "state").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    content = json.loads(path.read_text())
    assert content.keys() == {"INBOX"}
    assert content["INBOX"].keys() == {"uid_validity", "last_uid"}
    assert LOGIN not in path.read_text() + path.name
    path.write_text("{damaged")
    assert len(read(ImapSource(settings, state(tmp_path)))) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('host = "h"\nlogin = "l"\npassword_file = "a"\ntoken_file = "b"', "give only one of"),
        ('host = "h"\nlogin = "l"\nmove_to = "INBOX"', "another folder"),
        ('host = "h"', "imap.login"),
        ('host = "h"\nlogin = "l"\npassword = "secret words"', "imap.password"),
        ('host = "h"\nlogin = "l"\n[imap.oauth]\ntoken_url = "http://x.example/"\nclient_id = "c"', "https://"),
    ],
)  # fmt: skip
def test_an_unfit_mailbox_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[imap]\n{text}\n")
    with pytest.raises(ConfigurationProblem, match=sentence) as caught:
        load_settings({}, path)
    assert "secret words" not in str(caught.value)


def test_the_password_has_no_place_in_the_configuration_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('imap_password = "secret words"\n')
    with pytest.raises(ConfigurationProblem, match="Take imap_password out") as caught:
        load_settings({}, path)
    assert "secret words" not in str(caught.value)
