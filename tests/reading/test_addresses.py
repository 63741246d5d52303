"""A password in the address of a database is never repeated, however it is written and whoever is given it."""

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import cli
from cxkit.errors import without_secrets

ADDRESSES = [
    "postgresql://ann:hunter2@localhost:1/shop",
    "postgresql://ann:hun@ter2@localhost:1/shop",
    "postgresql://ann:hun/ter2@localhost:1/shop.csv",
    "jdbc:postgresql://ann:hunter2@localhost/shop",
    " postgresql://ann:hunter2@localhost:1/shop",
    "mysql://localhost/shop?user=ann&password=hunter2",
]
SECRETS = ("hunter2", "ter2", "hun@", "hun/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_command_repeats_a_password(address, tmp_path):
    commands = [
        ("ask", address, "summary"),
        ("report", address),
        ("app", address),
        ("check", "--store", address),
        ("ready", address, "--table", "events"),
        ("prepare", address, "--table", "events", "--store", tmp_path / "store"),
        ("prepare", "x.csv", "--store", address),
    ]
    for words in commands:
        told = CliRunner().invoke(cli.main, [str(word) for word in words])
        assert told.exit_code != 0
        assert not [secret for secret in SECRETS if secret in told.output], told.output


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_error_repeats_a_password(address):
    for use in (lambda: cx.read(address, table="events"), lambda: cx.open(address)):
        with pytest.raises(cx.CxError) as told:
            use()
        assert not [secret for secret in SECRETS if secret in str(told.value)]


def test_a_bare_sign_in_a_password_is_told():
    with pytest.raises(cx.CxError, match='Write "%40" and "%2F"'):
        cx.read("postgresql://ann:hun@ter2@localhost:1/shop", table="events")


def test_what_is_no_secret_stays():
    for text in ('Write "postgresql://user@host/database".', "Mail ann@example.org: done", 'No column "a:b@c".'):
        assert without_secrets(text) == text
