"""deploy/make-secrets.sh: random, kept, and shut off from the machine's other users."""

import stat
from pathlib import Path

from tests.support.deploy import ROOT, make_secrets


def contents(secrets: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in secrets.iterdir()}


def passwords(secrets: Path) -> dict[str, str]:
    made = {"redis_users", "kafka_jaas"}
    return {name: text for name, text in contents(secrets).items() if name not in made}


def test_no_two_passwords_are_alike(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here = passwords(make_secrets(tmp_path / "here"))
    there = passwords(make_secrets(tmp_path / "there"))
    assert {len(text) for text in here.values()} == {64}
    assert len({*here.values(), *there.values()}) == len(here) + len(there)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    before = contents(make_secrets(tmp_path))
    assert contents(make_secrets(tmp_path)) == before


def test_a_password_that_was_deleted_is_made_anew_for_both_sides(tmp_path: Path) -> None:
    secrets = make_secrets(tmp_path)
    before = contents(secrets)
    (secrets / "redis_decide").unlink()
    after = contents(make_secrets(tmp_path))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"redis_decide", "redis_users"}


def test_other_users_of_the_machine_are_kept_out_and_containers_are_not(tmp_path: Path) -> None:
    secrets = make_secrets(tmp_path)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o444}


def test_redis_is_told_no_password_in_the_clear(tmp_path: Path) -> None:
    secrets = make_secrets(tmp_path)
    users = (secrets / "redis_users").read_text()
    assert [text for text in passwords(secrets).values() if text in users] == []


def test_secrets_are_kept_out_of_the_repository_and_of_the_image() -> None:
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    let_through = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in let_through
    assert "!deploy" not in let_through
