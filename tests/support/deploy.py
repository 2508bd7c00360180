"""What deploy/, docker-compose.yml and the Dockerfile say, as values."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool on the PATH (apt install prometheus)"
)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file's one document."""
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    """The services of docker-compose.yml, by name."""
    found: dict[str, dict[str, Any]] = read_yaml(ROOT / "docker-compose.yml")["services"]
    return found


def kafka_properties() -> str:
    """How the broker of docker-compose.yml is set."""
    return (DEPLOY / "kafka" / "config" / "server.properties").read_text()


def kafka_property(name: str) -> str:
    """One of its settings."""
    found = re.search(rf"^{re.escape(name)}=(.*)$", kafka_properties(), re.MULTILINE)
    assert found is not None, name
    return found[1]


def make_secrets(where: Path) -> Path:
    """Run deploy/make-secrets.sh as if `where` were deploy/; the directory of the secrets."""
    script = where / "make-secrets.sh"
    script.write_text((DEPLOY / "make-secrets.sh").read_text())
    subprocess.run(["sh", script], check=True, capture_output=True)
    return where / "secrets"


def promtool(*words: str | Path) -> None:
    """Fails with what promtool says, if it refuses."""
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
