"""The sections of a configuration, and every key with its type, its bounds, its default and what it is for.

The descriptions are the one truth about the keys: the example file, the messages and docs/configuration.md are made of
them. The description of a section is the first line of its docstring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from device_runtime.reader import DEFAULT_MAX_ERROR
from device_runtime.station.config.tongues import (
    AsciiSection,
    ModbusSection,
    MqttSection,
    StationSection,
    WebhookSection,
)
from device_runtime.types import Wanted

Share4 = tuple[float, float, float, float]


@dataclass(frozen=True)
class CameraSection:
    """Where the pictures come from."""

    url: Annotated[
        str,
        Meta(
            description="Source of the pictures, as `posteye camera show` takes it.",
            examples=["v4l2:/dev/video0?size=1280x720&exposure=5&gain=16"],
        ),
    ]


@dataclass(frozen=True)
class ReadSection:
    """Which codes are read, in what, and how sure to be."""

    country: Annotated[
        str | None,
        Meta(description="Country whose codes to read; `posteye grammar --list` shows all.", examples=["DE"]),
    ] = None
    pattern: Annotated[
        str | None,
        Meta(
            description="Regular expression that the whole code must match; with a country: its codes that do.",
            examples=["\\d{5}"],
        ),
    ] = None
    lexicon: Annotated[
        Path | None,
        Meta(
            description="File of all codes there are: one a line, or compiled by `posteye grammar`.",
            examples=["codes.grammar"],
        ),
    ] = None
    bundle: Annotated[
        str | None,
        Meta(
            description="A shipped bundle (digits, digits-small) or the folder of another.", examples=["digits-small"]
        ),
    ] = None
    engine: Annotated[
        Literal["litert", "tflite", "numpy"] | None,
        Meta(
            description="Interpreter of the model; where it is not given, the fastest installed.", examples=["litert"]
        ),
    ] = None
    max_error: Annotated[
        float, Meta(gt=0, le=1, description="Share of wrong codes allowed among the accepted ones.")
    ] = DEFAULT_MAX_ERROR
    n_best: Annotated[int, Meta(ge=1, le=20, description="Candidates to keep of each piece.")] = 3
    field: Annotated[bool, Meta(description="A picture is one text field already: no lines are looked for.")] = False
    role: Annotated[Wanted, Meta(description="Whose code is wanted on a whole piece; any: the only code there is.")] = (
        "destination"
    )
    region: Annotated[
        Share4 | None,
        Meta(
            description="Part of the picture to read: x, y, width and height in px, or all four as shares from 0 to 1.",
            examples=[(0.3, 0.4, 0.7, 0.6)],
        ),
    ] = None
    upright: Annotated[
        bool,
        Meta(description="Pieces lie the right way up: a code that is another one upside down needs no evidence."),
    ] = False
    frames: Annotated[int, Meta(ge=1, le=20, description="Most pictures of one piece that are read together.")] = 3


@dataclass(frozen=True)
class TriggerSection:
    """How a station knows that a piece has come."""

    kind: Annotated[
        Literal["motion", "controller", "gpio", "frame"] | None,
        Meta(
            description="motion: seen in the picture; controller: its TRIGGER message; gpio: a light barrier; "
            "frame: every picture is a piece. Where it is not given: frame for stored pictures, motion for cameras.",
            examples=["motion"],
        ),
    ] = None
    line: Annotated[
        int | None,
        Meta(ge=0, le=63, description="GPIO line of the light barrier (BCM number); for kind gpio.", examples=[17]),
    ] = None
    active_low: Annotated[bool, Meta(description="The line is low while a piece is there; for kind gpio.")] = True
    debounce_ms: Annotated[
        float,
        Meta(
            ge=0, le=10_000, description="Edges that come sooner after the last one are the same piece, ms; for gpio."
        ),
    ] = 20.0


@dataclass(frozen=True)
class DeadlineSection:
    """When an answer has to have left."""

    ms: Annotated[
        float, Meta(ge=20, le=60_000, description="After the trigger; what is not read by then is NO_READ, ms.")
    ] = 500.0


@dataclass(frozen=True)
class PlanSection:
    """Which bin a code goes to."""

    path: Annotated[
        Path | None,
        Meta(
            description="Sort plan, CSV or TOML, as `posteye plan check` takes it; without one the bins have no names.",
            examples=["plan.csv"],
        ),
    ] = None


@dataclass(frozen=True)
class JournalSection:
    """What became of each piece."""

    path: Annotated[Path, Meta(description="File of the journal; made where it is missing.")] = Path("station.journal")
    days: Annotated[float, Meta(gt=0, le=36_500, description="Pieces older than this are deleted, days.")] = 90.0
    pieces: Annotated[int, Meta(ge=1, le=1_000_000_000, description="Above so many pieces the oldest are deleted.")] = (
        500_000
    )


@dataclass(frozen=True)
class HarvestSection:
    """Pictures of pieces that were not read surely, for people to label and for training."""

    folder: Annotated[
        Path | None,
        Meta(description="Folder of the pictures; where it is not given, none are kept.", examples=["harvest"]),
    ] = None
    megabytes: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Most that all pictures may take; the oldest make place, MB.")
    ] = 500
    frames: Annotated[bool, Meta(description="Keep the whole picture too, not the field alone.")] = False


@dataclass(frozen=True)
class WireSection:
    """The sorter's controller."""

    url: Annotated[
        str | None,
        Meta(
            description="Port of the controller; where it is not given, nothing is reported.", examples=["/dev/serial0"]
        ),
    ] = None
    outbox: Annotated[
        Path | None,
        Meta(
            description="File in which reports wait: what was not acknowledged is sent again after a power cut. Each "
            "report is written to the disk before it is sent, which takes some ms on a card.",
            examples=["station.outbox"],
        ),
    ] = None


@dataclass(frozen=True)
class WebSection:
    """The page in the browser; needs the extra web."""

    on: Annotated[bool, Meta(description="Whether there is a page.")] = False
    address: Annotated[
        str, Meta(description="Address to listen at; another than this machine's own needs a token.")
    ] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535, description="Port of the page.")] = 8080
    token_file: Annotated[
        Path | None, Meta(description="File with the token that a browser is asked for.", examples=["token"])
    ] = None


@dataclass(frozen=True)
class MetricsSection:
    """Figures for Prometheus; needs the extra metrics."""

    on: Annotated[bool, Meta(description="Whether there are metrics.")] = False
    address: Annotated[str, Meta(description="Address to listen at; the metrics ask for no token.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535, description="Port of the metrics.")] = 9105


@dataclass(frozen=True)
class LogSection:
    """What a station says while it runs."""

    form: Annotated[
        Literal["lines", "json", "dashboard"],
        Meta(
            description="lines: for people; json: one object a line, for journald; dashboard: a screen, needs the "
            "extra dashboard."
        ),
    ] = "lines"


@dataclass(frozen=True)
class Config:
    """A whole configuration.

    Attributes:
        file: that it was read from; paths in it are relative to its folder, and absolute here.
        camera: as in the file, like all that follow.
    """

    file: Path
    camera: CameraSection
    read: ReadSection = field(default_factory=ReadSection)
    trigger: TriggerSection = field(default_factory=TriggerSection)
    deadline: DeadlineSection = field(default_factory=DeadlineSection)
    plan: PlanSection = field(default_factory=PlanSection)
    journal: JournalSection = field(default_factory=JournalSection)
    harvest: HarvestSection = field(default_factory=HarvestSection)
    wire: WireSection = field(default_factory=WireSection)
    station: StationSection = field(default_factory=StationSection)
    ascii: AsciiSection = field(default_factory=AsciiSection)
    mqtt: MqttSection = field(default_factory=MqttSection)
    webhook: WebhookSection = field(default_factory=WebhookSection)
    modbus: ModbusSection = field(default_factory=ModbusSection)
    web: WebSection = field(default_factory=WebSection)
    metrics: MetricsSection = field(default_factory=MetricsSection)
    log: LogSection = field(default_factory=LogSection)


SECTIONS: dict[str, type] = {
    "camera": CameraSection,
    "read": ReadSection,
    "trigger": TriggerSection,
    "deadline": DeadlineSection,
    "plan": PlanSection,
    "journal": JournalSection,
    "harvest": HarvestSection,
    "wire": WireSection,
    "station": StationSection,
    "ascii": AsciiSection,
    "mqtt": MqttSection,
    "webhook": WebhookSection,
    "modbus": ModbusSection,
    "web": WebSection,
    "metrics": MetricsSection,
    "log": LogSection,
}
