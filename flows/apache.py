"""Apache Kafka in place of the embedded broker: one KRaft node, from jars that Maven fetched.

For `make test-kafka`, for `--kafka apache` of the benches, and in the foreground by `make kafka`.
"""

import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from engine.errors import PunchcardError, SettingsError
from flows.embedded import Broker
from flows.loopback import HOST, free_port

CACHE = Path(__file__).parents[1] / ".cache" / "kafka"
JARS = CACHE / "jars"
DATA = CACHE / "data"

# What Kafka's own start script gives, with its collector tuned for short pauses.
JVM = ["-Xms256m", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Dlog4j2.level=WARN"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.ms=-1
"""


class ApacheKafka(Broker):
    """The real broker: a log that survives restarts, LogAppendTime, errors beyond the log's ends.

    jars: folder of the broker's jars (`make kafka-jars`). Needs Java 17 or newer.
    """

    name: ClassVar[str] = "apache-kafka"
    patience: ClassVar[float] = 90.0  # s; a JVM on a busy machine

    def __init__(
        self, *, port: int | None = None, directory: Path | None = None, jars: Path = JARS
    ) -> None:
        super().__init__(port=port, directory=directory)
        self.jars = jars
        self._controller = free_port(besides=self.port)

    def command(self) -> list[str]:
        return [*self._java(), "kafka.Kafka", str(self._properties)]

    def start(self) -> None:
        """Format the storage if it is new, then start as every server.

        Raises SettingsError: no Java, no jars, and as `Server.start`.
        """
        java = self._java()
        self.make_directory()
        self._properties.write_text(
            PROPERTIES.format(
                host=HOST,
                port=self.port,
                controller=self._controller,
                logs=self._logs.absolute(),
            )
        )
        self.cluster_id = self._stored_cluster_id() or self._format(java)
        super().start()

    @property
    def _properties(self) -> Path:
        return self.directory / "server.properties"

    @property
    def _logs(self) -> Path:
        return self.directory / "logs"

    def _java(self) -> list[str]:
        java = shutil.which("java")
        if java is None:
            raise SettingsError(self.name, "there is no java on the PATH", "install Java 17")
        if not any(self.jars.glob("kafka_*.jar")):
            raise SettingsError(self.name, f"no Kafka jars in {self.jars}", "make kafka-jars")
        return [java, *JVM, "-cp", f"{self.jars}/*"]

    def _stored_cluster_id(self) -> str | None:
        meta = self._logs / "meta.properties"
        if not meta.exists():
            return None
        stored = re.search(r"^cluster\.id=(\S+)$", meta.read_text(), re.MULTILINE)
        return stored[1] if stored else None

    def _format(self, java: list[str]) -> str:
        format_storage = ["kafka.tools.StorageTool", "format", "--cluster-id", self.cluster_id]
        done = subprocess.run(
            [*java, *format_storage, "--config", str(self._properties)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            problem = f"cannot format its storage: {(done.stderr or done.stdout).strip()}"
            mend = f"Java 17 or newer, and {self._logs} empty or from a broker"
            raise SettingsError(self.name, problem, mend)
        return self.cluster_id


def serve(
    port: Annotated[int, typer.Option(help="Loopback port that clients connect to.")] = 9092,
    directory: Annotated[Path, typer.Option(help="Where the log lives.")] = DATA,
) -> None:
    """Run one Apache Kafka broker in the foreground, until Ctrl-C."""
    try:
        with ApacheKafka(port=port, directory=directory) as kafka:
            typer.echo(f"Apache Kafka on {kafka.address}, data in {directory}; Ctrl-C stops it")
            wait_for_signal(kafka)
    except PunchcardError as error:
        raise SystemExit(str(error)) from error


def wait_for_signal(kafka: ApacheKafka) -> None:
    """Return at SIGINT or SIGTERM. Raises SettingsError if the broker ends before."""
    signals = {signal.SIGINT, signal.SIGTERM}
    # Only now: a child inherits blocked signals, and the JVM could not be stopped.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    while signal.sigtimedwait(signals, 1.0) is None:
        if not kafka.running:
            raise SettingsError(kafka.name, "ended by itself", f"see {kafka.log}")


if __name__ == "__main__":
    typer.run(serve)
