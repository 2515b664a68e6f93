"""What an operator may set, each as an argument or as an environment variable COSMICMAN_<NAME>.

It does not know where a value is used; `read_settings` turns a bad one into one clear line.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.companions import without_effect
from server.environment import PREFIX, mistaken_names
from server.host_names import ANY, read_host
from server.reader.endpoint import Endpoint
from server.shipped import shipped_model
from server.triton.address import parse_addresses

BUNDLED_MODEL = shipped_model("figurine-bundle")

KEYS_FILE = "keys.json"

ORIGIN = re.compile(r"https?://(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")

#: What OpenAI and hubs name a model; with a slash it stays one path of GET /v1/models/{model}.
MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]*(?:/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*")
MAX_MODEL_NAME = 200
MAX_MODEL_ALIASES = 32

#: What must not be said of an address.
PASSWORD = re.compile(r"//.*@")
#: Settings whose values are in no message.
SECRET = frozenset({"webhook_secret", "describe_key"})

#: Engines that are no address.
EMBEDDED, TRITON = "embedded", "triton"


def _state_folder() -> Path:
    """Where programs keep what must survive a restart (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_STATE_HOME", "")
    return Path(home if os.path.isabs(home) else "~/.local/state").expanduser() / "cosmicman"


LogFormat = Literal["text", "json"]
ContentCredentials = Literal["auto", "on", "off"]
LogLevel = Literal["debug", "info", "warning", "error"]
Provider = Literal["auto", "cpu", "cuda", "tensorrt", "tensorrt-rtx", "openvino", "torch", "torch-compiled"]
CpuPrecision = Literal["auto", "float32", "bfloat16"]
ConvolutionSearch = Literal["heuristic", "exhaustive", "default"]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, allow_inf_nan=False
    )

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; only this machine by default.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Host names to answer to beside loopback's and the one listened on, by commas; * for any."
    )
    root_path: str = Field("", description="Path at which a proxy shows the server, such as /pictures.")
    engine: str = Field(
        "embedded", description="embedded, triton (one of our own, started with us), or triton://host:port[,host:port]."
    )
    engine_start_seconds: float = Field(30.0, gt=0, description="Longest a Triton elsewhere may take to answer.")
    bundle: Path = Field(BUNDLED_MODEL, description="Folder of the engine bundle to serve.")
    state: Path = Field(
        default_factory=_state_folder,
        description="Folder of what must survive a restart; made when the first such thing comes up.",
    )
    redis: str | None = Field(
        None,
        repr=False,
        pattern=r"rediss?://.+|unix://.+",
        description="Redis that several gateways share for what must survive a restart, such as redis://10.0.0.7:6379/0.",
    )
    redis_timeout_seconds: float = Field(
        0.25, gt=0, description="Longest a request waits for that Redis; then this gateway goes on by itself."
    )
    replay_bytes: int = Field(
        256 * 1024 * 1024,
        ge=0,
        description="Memory for answers that may be asked for again by their Idempotency-Key; the oldest go first.",
    )
    replay_seconds: float = Field(86_400.0, gt=0, description="How long such an answer is kept.")
    resume_seconds: float = Field(
        10.0, ge=0, description="How long a stream with an Idempotency-Key waits for its client to come back; 0: not."
    )
    keys: Path | None = Field(None, description=f"File of API keys; {KEYS_FILE} in the state folder, if it is there.")
    require_keys: bool | None = Field(
        None, description="Whether to start without keys: only on loopback if not set; false lets anybody in."
    )
    open_metrics: bool = Field(False, description="Whether GET /metrics needs no key.")
    requests_per_minute: int | None = Field(
        None, ge=1, description="Requests a minute of a key without a number of its own; without keys of an address."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may ask from a browser, by commas, such as https://shop.example.org."
    )
    model_aliases: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other names by commas that requests below /v1 may call the model, such as gpt-image-1."
    )
    max_steps: int | None = Field(None, ge=1, description="Most steps of a request, where the model can do more.")
    max_pixels: int | None = Field(None, ge=1, description="Most pixels of a picture, where the model can do more.")
    max_images: int | None = Field(None, ge=1, description="Most pictures of a request; 8 if not set.")
    max_jobs: int = Field(1000, ge=0, description="Jobs that may wait; one more is answered 503 with Retry-After.")
    job_result_seconds: float = Field(
        86_400.0, gt=0, description="How long an ended job and its pictures are kept; then they are deleted."
    )
    job_lease_seconds: float = Field(
        15.0, ge=1, description="Silence after which a gateway that runs a job is taken for dead."
    )
    webhook_secret: str | None = Field(
        None, repr=False, description="whsec_ and 24 to 64 bytes in base64, with which webhooks are signed."
    )
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts by commas that webhooks may go to although they are private, and by plain http."
    )
    describe_with: str | None = Field(
        None,
        description="OpenAI-compatible service that reads descriptions first, such as http://127.0.0.1:11434/v1.",
    )
    describe_model: str | None = Field(None, min_length=1, description="Its model; the first it lists if not set.")
    describe_key: str | None = Field(None, repr=False, description="API key that it is sent.")
    describe_seconds: float = Field(10.0, gt=0, description="Longest a reading may take; then the rules read.")
    max_body_bytes: int = Field(
        256 * 1024,
        ge=1,
        description="Largest request body, not counting a picture in it; a larger one is answered 413.",
    )
    max_image_body_bytes: int = Field(
        13_000_000,
        ge=1,
        description="The same where a body may hold a picture: POST /generate, /jobs and those below /v1.",
    )
    body_timeout_seconds: float = Field(30.0, gt=0, description="Longest a client may take to send a body.")
    max_connections: int = Field(
        1000, ge=1, description="Connections at a time; one more is answered 503 if all have a request under way."
    )
    first_byte_timeout_seconds: float = Field(10.0, gt=0, description="Longest a new connection may be silent.")
    header_timeout_seconds: float = Field(10.0, gt=0, description="Longest a client may take to send a header.")
    idle_timeout_seconds: float = Field(65.0, gt=0, description="Longest a connection is kept between requests.")
    send_timeout_seconds: float = Field(30.0, gt=0, description="Longest a client may read nothing of its answer.")
    max_queue: int = Field(64, ge=0, description="Requests that may wait; one more is answered 503 with Retry-After.")
    max_running: int = Field(8, ge=1, description="Requests that are computed at the same time.")
    max_rows: int = Field(8, ge=1, description="Rows of one UNet forward; a guided picture is two.")
    max_forward_seconds: float = Field(1.0, gt=0, description="Longest a forward may take that holds several pictures.")
    num_threads: int | None = Field(None, ge=1, description="Threads of the engine; one for each core if not set.")
    engine_niceness: int = Field(
        5, ge=0, le=19, description="How far the engine's threads step aside for answers, 0 to 19; on Linux alone."
    )
    provider: Provider = Field("auto", description="What runs the model; auto takes the best that starts here.")
    device: int = Field(0, ge=0, description="Number of the GPU.")
    checkpoint: Path | None = Field(None, description="Folder of weights that torch and torch-compiled run.")
    base: Path | None = Field(None, description="Folder of the pipeline whose UNet the checkpoint replaces.")
    engine_cache: Path | None = Field(None, description="Folder where TensorRT keeps its engines between starts.")
    engines: Path | None = Field(None, description="Folder of built TensorRT engines, which then run the model.")
    memory_limit_bytes: int | None = Field(None, ge=1, description="Most a GPU's arena, or TensorRT, may take.")
    half_precision: bool = Field(False, description="Whether TensorRT and PyTorch halve a float32 model on a GPU.")
    tf32: bool = Field(True, description="Whether CUDA may round the inputs of float32 products to 10 bits.")
    convolution_search: ConvolutionSearch = Field("heuristic", description="How cuDNN chooses for a new shape.")
    arena: bool = Field(True, description="Whether the CPU keeps its memory between runs; off is smaller and slower.")
    spin_microseconds: int = Field(50, ge=0, le=10_000, description="How long an idle CPU thread looks for work.")
    cpu_precision: CpuPrecision = Field("auto", description="What a CPU computes in; bfloat16 by OpenVINO alone.")
    openvino_cache: Path | None = Field(None, description="Folder of what OpenVINO compiled, for the next start.")
    openvino_shapes: int = Field(12, ge=1, description="Most shapes of a graph that OpenVINO holds compiled.")
    adapters: Path | None = Field(None, description="Folder of adapters (LoRA) that requests may name.")
    adapter_bytes: int = Field(2_000_000_000, ge=0, description="Memory of adapters that no request needs right now.")
    request_timeout_seconds: float = Field(300.0, gt=0, description="Longest a generation may take, waiting included.")
    keep_alive_seconds: float = Field(15.0, gt=0, description="Pause between comments that keep an event stream open.")
    drain_seconds: float = Field(
        0.0, ge=0, description="How long to go on taking requests at the end, while /readyz says no already."
    )
    shutdown_timeout_seconds: float = Field(60.0, ge=0, description="Longest to wait for running requests at the end.")
    log_level: LogLevel = Field("info", description="debug, info, warning or error.")
    log_format: LogFormat = Field("text", description="Lines for people, or one JSON object a line.")
    traces: str | None = Field(
        None,
        pattern=r"https?://[^/?#@\s]+(/[^?#\s]*)?",
        description="Where an OpenTelemetry collector takes traces by OTLP/HTTP, such as http://127.0.0.1:4318.",
    )
    trace_share: float = Field(
        1.0, ge=0, le=1, description="Share of requests that are traced, of those whose caller does not say."
    )
    content_credentials: ContentCredentials = Field(
        "auto", description="Whether pictures are signed (C2PA); auto signs where there is a key."
    )
    credentials_key: Path | None = Field(None, description="PEM file of the key that signs pictures.")
    credentials_certificate: Path | None = Field(None, description="PEM file of its certificate and of its issuers'.")

    @property
    def keys_file(self) -> Path:
        """Where the API keys are, if there are any."""
        return self.state / KEYS_FILE if self.keys is None else self.keys

    @property
    def second_reader(self) -> Endpoint | None:
        """Who reads descriptions first, if anybody does."""
        if self.describe_with is None:
            return None
        return Endpoint(
            url=self.describe_with, model=self.describe_model, key=self.describe_key, seconds=self.describe_seconds
        )

    @field_validator("*")
    @classmethod
    def _at_home(cls, value: object) -> object:
        """No shell expands a ~ in a file of variables, or behind --state=."""
        if not isinstance(value, Path):
            return value
        try:
            return value.expanduser()
        except RuntimeError as error:
            raise ValueError("must not begin with ~ and a name that nobody here has") from error

    @field_validator("describe_with")
    @classmethod
    def _address_of_a_reader(cls, value: str | None) -> str | None:
        return value if value is None else Endpoint(url=value).url

    @field_validator("describe_key")
    @classmethod
    def _key_of_a_reader(cls, value: str | None) -> str | None:
        return value if value is None else Endpoint(url="http://localhost", key=value).key

    @field_validator("allowed_hosts", "cors_origins", "model_aliases", "webhook_hosts", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _names_alone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name if name == ANY else read_host(name) for name in value)

    @field_validator("redis")
    @classmethod
    def _address_of_a_redis(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        try:
            fits = parts.port != 0
        except ValueError:
            fits = False
        path = parts.scheme == "unix" or re.fullmatch(r"(/[0-9]*)?", parts.path)
        if not (fits and path and re.fullmatch(r"(db=[0-9]+)?", parts.query)):
            raise ValueError(
                "must be redis://[user:password@]host[:port][/number], the same with rediss, or unix://path"
            )
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins_alone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [origin for origin in value if not ORIGIN.fullmatch(origin)]
        if wrong:
            raise ValueError(
                "must be origins as browsers write them, such as https://shop.example.org or http://localhost:5173: no "
                f"path, no slash at the end, no *; got {wrong[0][:80]!r}"
            )
        return value

    @field_validator("model_aliases")
    @classmethod
    def _names_of_a_model(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [name for name in value if len(name) > MAX_MODEL_NAME or not MODEL_NAME.fullmatch(name)]
        if wrong:
            raise ValueError(
                "must be names of models, such as gpt-image-1 or openai/gpt-image-1: letters, digits and . _ : @ + -, "
                f"at most {MAX_MODEL_NAME} characters; {wrong[0][:80]!r} is none"
            )
        if len(value) > MAX_MODEL_ALIASES:
            raise ValueError(f"must be at most {MAX_MODEL_ALIASES} names, and these are {len(value)}")
        return value

    @model_validator(mode="after")
    def _keys_or_none(self) -> Self:
        if self.keys is not None and self.require_keys is False:
            raise ValueError("keys names a file of API keys, and require_keys=false asks for none")
        if "open_metrics" in self.model_fields_set and self.require_keys is False:
            raise ValueError("open_metrics opens what needs a key else, and require_keys=false asks for none")
        return self

    @field_validator("webhook_hosts")
    @classmethod
    def _hosts_alone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if ANY in value:
            raise ValueError("must be names or addresses, each of its own; * would open every private network")
        return tuple(read_host(name) for name in value)

    @field_validator("webhook_secret")
    @classmethod
    def _standard_secret(cls, value: str | None) -> str | None:
        if value is not None and not _is_webhook_secret(value):
            raise ValueError("must be whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)")
        return value

    @field_validator("root_path")
    @classmethod
    def _path_of_words(cls, value: str) -> str:
        path = value.rstrip("/")
        if not ROOT_PATH.fullmatch(path):
            raise ValueError("must be a path such as /pictures, of letters, digits, '-', '.', '_' and '~'")
        return path

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value not in (EMBEDDED, TRITON):
            parse_addresses(value)
        return value


def read_settings(**arguments: object) -> Settings:
    """Reads the environment; an argument that is not None wins over its variable.

    Raises:
        ValueError: One line for each setting that is wrong, with what it must be and what came, for each that has no
            effect without another one, or for each variable that looks like a setting and is none.
    """
    mistaken = mistaken_names(os.environ, Settings.model_fields)
    if mistaken:
        raise ValueError("\n".join(mistaken))
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ValueError("\n".join(_lines(error, given))) from error
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    absent = {name: value for name, value in defaults.items() if getattr(settings, name) == value}
    idle = without_effect(settings.model_fields_set, given, absent, PREFIX)
    if idle:
        raise ValueError("\n".join(idle))
    return settings


def _lines(error: ValidationError, given: dict[str, object]) -> list[str]:
    lines = []
    for mistake in error.errors(include_url=False):
        name = str(mistake["loc"][0]) if mistake["loc"] else ""
        if not name:  # it is about several together
            lines.append(_rule(name, mistake))
            continue
        source = name if name in given else PREFIX + name.upper()
        lines.append(f"{source}: {_rule(name, mistake)}; got {_came(name, mistake['input'])}")
    return lines


def _came(name: str, value: object) -> str:
    if name in SECRET:
        return "a value that is not shown"
    words = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return repr(PASSWORD.sub("//...@", words)[:80])


#: What a value must be, by the rule that it breaks.
_RULES = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_too_short": "a text that is not empty",
    "literal_error": "{expected}",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:.15g}",
    "less_than_equal": "at most {le:.15g}",
}
#: The same for texts of a form of their own.
_FORMS = {
    "traces": "an address that begins with http:// or https://, such as http://127.0.0.1:4318",
    "redis": "an address that begins with redis://, rediss:// or unix://, such as redis://10.0.0.7:6379/0",
}


def _rule(name: str, mistake: Mapping[str, Any]) -> str:
    """What a value must be, in words for people."""
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch" and name in _FORMS:
        return f"must be {_FORMS[name]}"
    if kind in _RULES:
        return f"must be {_RULES[kind].format(**context)}"
    return str(mistake["msg"])


def _is_webhook_secret(text: str) -> bool:
    try:
        return text.startswith("whsec_") and 24 <= len(base64.b64decode(text[6:], validate=True)) <= 64
    except binascii.Error:
        return False
