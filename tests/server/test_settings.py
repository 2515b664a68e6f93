"""Settings: defaults that are safe, variables, arguments that win, and one clear line for a wrong one."""

import re
from pathlib import Path

import pytest

from server.companions import COMPANIONS
from server.environment import OTHERS, mistaken_names
from server.settings import BUNDLED_MODEL, Settings, read_settings


def test_defaults_keep_to_this_machine() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.bundle == BUNDLED_MODEL
    assert settings.bundle.is_absolute()


def test_variables_are_read_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_PORT", "9001")
    monkeypatch.setenv("COSMICMAN_MAX_QUEUE", "3")
    monkeypatch.setenv("COSMICMAN_BUNDLE", "/some/where")
    monkeypatch.setenv("COSMICMAN_LOG_LEVEL", "")
    settings = read_settings(port=9002, host=None)
    assert (settings.port, settings.max_queue, settings.bundle) == (9002, 3, Path("/some/where"))
    assert settings.log_level == "info"


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of variables and --state=~/x have no shell that would see to it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COSMICMAN_STATE", "~/state")
    monkeypatch.setenv("COSMICMAN_KEYS", "~/keys.json")
    settings = read_settings(bundle=Path("~/bundle"))
    assert (settings.state, settings.keys, settings.bundle) == tuple(
        tmp_path / name for name in ("state", "keys.json", "bundle")
    )
    with pytest.raises(ValueError, match="^COSMICMAN_STATE: must not begin with ~ and a name that nobody here has"):
        monkeypatch.setenv("COSMICMAN_STATE", "~nobody-of-this-name/x")
        read_settings()


def test_wrong_variable_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_PORT", "eighty")
    with pytest.raises(ValueError, match=r"^COSMICMAN_PORT: must be a whole number; got 'eighty'$"):
        read_settings()


def test_every_wrong_setting_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_MAX_BODY_BYTES", "-1")
    monkeypatch.setenv("COSMICMAN_REQUEST_TIMEOUT_SECONDS", "nan")
    with pytest.raises(ValueError) as caught:
        read_settings(log_level="loud", port=70000)
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "port",
        "COSMICMAN_MAX_BODY_BYTES",
        "COSMICMAN_REQUEST_TIMEOUT_SECONDS",
        "log_level",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "redis://localhost:abc",
        "redis://localhost:0",
        "redis://localhost:65536",
        "redis://localhost/jobs",
        "redis://localhost/0?socket_timeout=5",
        "redis://gateway:secret@localhost/?x=1",
        "http://gateway:secret@localhost",
    ],
)
def test_what_is_no_redis_is_refused_and_no_password_is_said(address: str) -> None:
    with pytest.raises(ValueError, match="^redis: ") as refusal:
        read_settings(redis=address)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    ["redis://localhost", "rediss://user:secret@10.0.0.7:6379/3", "redis://[::1]:6379", "unix:///run/redis.sock?db=2"],
)
def test_addresses_of_a_redis(address: str) -> None:
    assert read_settings(redis=address).redis == address


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("COSMICMAN_LOG_LEVL", "COSMICMAN_LOG_LEVEL"),
        ("COSMICMAN_REQUIRE_KEY", "COSMICMAN_REQUIRE_KEYS"),
        ("COSMICMAN_MAX_STEP", "COSMICMAN_MAX_STEPS"),
        ("cosmicman_hots", "COSMICMAN_HOST"),
    ],
)
def test_a_variable_with_a_typing_mistake_is_refused(name: str, nearest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "secret")
    with pytest.raises(ValueError, match=f"^{name}: there is no such setting; did you mean {nearest}[?]$"):
        read_settings()


def test_a_variable_like_no_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_XYZ", "secret")
    with pytest.raises(ValueError, match="^COSMICMAN_XYZ: there is no such setting; docs/api.md lists them all$"):
        read_settings()


@pytest.mark.parametrize(
    "name",
    [
        "COSMICMAN_SERVICE_HOST",
        "COSMICMAN_SERVICE_PORT_HTTP",
        "COSMICMAN_PORT_80_TCP_ADDR",
        "COSMICMAN_REDIS_SERVICE_HOST",
        "COSMICMAN_REDIS_PORT",
        "COSMICMAN_REDIS_PORT_6379_TCP",
        "COSMICMAN_API_KEY",
        "COSMICMAN_TESTS_NEED_REDIS",
    ],
)
def test_variables_of_others_are_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:80")
    read_settings()


def test_every_variable_that_the_project_reads_is_known() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    folders = [root / name for name in ("server", "engine", "clients", "containers", "k8s", "docs")]
    files = [root / "compose.yaml"]
    files += [
        file for folder in folders for file in folder.rglob("*") if file.suffix in (".py", ".yaml", ".md", ".env")
    ]
    named = {name for file in files for name in re.findall(r"COSMICMAN_[A-Z0-9_]*[A-Z0-9](?![{*_])", file.read_text())}
    assert named > OTHERS - {name for name in OTHERS if name.endswith("_URL")}
    assert mistaken_names(named - {"COSMICMAN_XYZ"}, Settings.model_fields) == []


def test_a_time_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_SHUTDOWN_TIMEOUT_SECONDS", "inf")
    with pytest.raises(ValueError, match="^COSMICMAN_SHUTDOWN_TIMEOUT_SECONDS: must be a finite number; got 'inf'$"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("log_level", "DEBUG", "must be 'debug', 'info', 'warning' or 'error'"),
        ("require_keys", "flase", "must be true or false"),
        ("max_steps", "0", "must be at least 1"),
        ("port", "70000", "must be at most 65535"),
        ("drain_seconds", "soon", "must be a number"),
        ("engine_start_seconds", "0", "must be more than 0"),
        ("traces", "nonsense", "must be an address that begins with http:// or https://, such as http://127.0.0.1:4318"),
        ("redis", "localhost", "must be an address that begins with redis://, rediss:// or unix://, such as "
         "redis://10.0.0.7:6379/0"),
        ("root_path", "pictures", "must be a path such as /pictures, of letters, digits, '-', '.', '_' and '~'"),
    ],
)  # fmt: skip
def test_rules_are_in_words(name: str, value: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"COSMICMAN_{name.upper()}", value)
    with pytest.raises(ValueError, match="^" + re.escape(f"COSMICMAN_{name.upper()}: {rule}; got '{value}'") + "$"):
        read_settings()


def test_no_message_is_a_validator_s_own() -> None:
    for name, field in Settings.model_fields.items():
        for value in ("nonsense!", "-1", "1e999", "nan", "//", "0"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(f"COSMICMAN_{name.upper()}", value)
                try:
                    read_settings()
                except ValueError as error:
                    words = str(error)
                    assert "Value error" not in words and "Input should" not in words, (name, field, words)
                    assert "should" not in words and "pattern" not in words, (name, words)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("gpt image", "must be names of models, such as gpt-image-1 or openai/gpt-image-1: .*; got 'gpt image'"),
        ("../x", "must be names of models, .*; got '../x'"),
        ("*", "must be names of models, .*; got '[*]'"),
        ("a" * 201, "at most 200 characters; 'aaa"),
        (",".join(f"m{number}" for number in range(33)), "must be at most 32 names, and these are 33"),
    ],
)
def test_other_names_of_the_model_are_names(value: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_MODEL_ALIASES", value)
    with pytest.raises(ValueError, match=f"^COSMICMAN_MODEL_ALIASES: .*{rule}"):
        read_settings()
    monkeypatch.setenv("COSMICMAN_MODEL_ALIASES", "gpt-image-1, dall-e-3")
    assert read_settings().model_aliases == ("gpt-image-1", "dall-e-3")


#: For each setting that acts only beside another one: a value, and what gives it something to act on.
BESIDE = {
    "adapter_bytes": ("1000", "adapters", "somewhere"),
    "describe_key": ("sk-secret", "describe_with", "http://127.0.0.1:11434/v1"),
    "describe_model": ("mine", "describe_with", "http://127.0.0.1:11434/v1"),
    "describe_seconds": ("10", "describe_with", "http://127.0.0.1:11434/v1"),
    "engine_start_seconds": ("600", "engine", "triton://10.0.0.5:8001"),
    "redis_timeout_seconds": ("0.25", "redis", "redis://10.0.0.7"),
    "trace_share": ("1", "traces", "http://127.0.0.1:4318"),
    "webhook_hosts": ("hooks.internal", "webhook_secret", "whsec_" + "A" * 32),
}


def test_every_setting_with_a_companion_is_tried() -> None:
    assert {name: other for name, (_, other, _) in BESIDE.items()} == {
        name: other for name, (other, _) in COMPANIONS.items()
    }


@pytest.mark.parametrize("name", BESIDE)
def test_a_setting_that_nothing_heeds_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its default too, where somebody gave it: nobody would hear of the other one that is missing."""
    value, other, present = BESIDE[name]
    monkeypatch.setenv(f"COSMICMAN_{name.upper()}", value)
    with pytest.raises(ValueError) as caught:
        read_settings()
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"COSMICMAN_{name.upper()}: acts only with COSMICMAN_{other.upper()}, ")
    assert line.endswith("; got 'embedded'" if other == "engine" else "; got none")
    with pytest.raises(ValueError, match=f"^{name}: acts only with"):
        read_settings(**{name: value})
    monkeypatch.setenv(f"COSMICMAN_{other.upper()}", present)
    read_settings()


@pytest.mark.parametrize("name", ["keys", "open_metrics"])
def test_nothing_is_said_about_keys_where_none_are_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} .*, and require_keys=false asks for none$"):
        read_settings(require_keys=False, **{name: "true"})
