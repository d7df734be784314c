"""`variables.yaml` and `public_variables.yaml`."""

from pathlib import Path

import pytest

from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from addressee.messaging.workflows.files.variables import looks_secret
from tests.messaging.office import write_files


def test_a_variable_is_public_or_it_is_not(tmp_path: Path) -> None:
    files = {"variables.yaml": "name: A\napp_url: x", "public_variables.yaml": "logo: y\napp_url: x"}
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(tmp_path, files), {})
    assert [str(mistake) for mistake in error.value.problems] == [
        "public_variables.yaml:2: 'app_url' stands in variables.yaml too; a variable is public or it is not"
    ]


def test_names_that_look_like_secrets_are_warned_of(tmp_path: Path) -> None:
    files = {
        "variables.yaml": "app_url: https://app.example.com\nunsubscribe_hmac_secret: s3cr3t",
        "public_variables.yaml": "stripe:\n  publishable_key: pk\n  apiKey: sk\nmaps:\n  - {token: x}",
    }
    warnings = read_configuration(write_files(tmp_path, files), {}).warnings
    assert [str(warning) for warning in warnings] == [
        "variables.yaml:2: 'unsubscribe_hmac_secret' looks like the name of a secret: "
        "variables are stored in plain text, and every template can show them",
        "public_variables.yaml:3: 'apiKey' looks like the name of a secret: "
        "whoever may read a feed can read public variables",
        "public_variables.yaml:5: 'token' looks like the name of a secret: "
        "whoever may read a feed can read public variables",
    ]


@pytest.mark.parametrize(
    "name",
    ["password", "smtpPassword", "SMTP_PASSWORD", "db-pwd", "api_key", "APIKey", "privateKey", "HMAC", "accessToken"],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name", ["app_url", "keyboard", "key", "tokenizer", "secretary", "public_key", "publishableKey", "monkey", "api"]
)
def test_other_names_are_not_taken_for_those_of_secrets(name: str) -> None:
    assert not looks_secret(name)
