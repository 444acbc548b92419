"""Our own files and folders: nobody else's are opened or changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from qwentts_cli.errors import LocalError
from qwentts_cli.storage import private
from qwentts_cli.storage.private import (
    check_believable,
    check_folders_below,
    check_own_file,
    check_own_folder,
    make_private_folder,
    open_private,
    read_believable,
    read_private,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_private_at_every_level(tmp_path: Path, umask: int) -> None:
    """Also those above, which `mkdir(mode)` would leave to the umask; those that were there keep theirs."""
    assert umask is not None
    make_private_folder(tmp_path / "a" / "b" / "c")
    assert {mode(tmp_path / part) for part in ("a", "a/b", "a/b/c")} == {0o700}
    (tmp_path / "a").chmod(0o755)
    make_private_folder(tmp_path / "a" / "b")
    assert mode(tmp_path / "a") == 0o755


def test_our_folder_is_closed_to_those_who_could_write_there(tmp_path: Path) -> None:
    """Who may only read it keeps that."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(0o777)
    make_private_folder(tmp_path / "a")
    assert mode(tmp_path / "a") == 0o755


def test_a_folder_that_leads_elsewhere_is_not_ours(tmp_path: Path) -> None:
    """Nor is a file in its place; neither is changed."""
    (tmp_path / "far").mkdir()
    (tmp_path / "far").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "far")
    with pytest.raises(LocalError, match="it is a link"):
        make_private_folder(tmp_path / "link")
    assert mode(tmp_path / "far") == 0o777
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        make_private_folder(tmp_path / "file")


def test_on_windows_a_junction_is_a_link_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a folder by its mode, and known by its tag alone."""
    for tag, is_refused in ((0, False), (0xA0000003, True), (0xA0000019, False)):
        facts = SimpleNamespace(st_mode=stat.S_IFDIR, st_uid=os.geteuid(), st_reparse_tag=tag)
        monkeypatch.setattr(Path, "lstat", lambda _, facts=facts: facts)
        if not is_refused:
            check_own_folder(tmp_path)
            continue
        with pytest.raises(LocalError, match="it is a link"):
            check_own_folder(tmp_path)


def test_a_file_that_was_exchanged_meanwhile_is_closed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open is looked at once more, and a refused file does not stay open."""
    (tmp_path / "victim").touch()
    (tmp_path / "file").hardlink_to(tmp_path / "victim")
    monkeypatch.setattr(private, "check_own_file", lambda _: None)
    free = os.open(tmp_path, os.O_RDONLY)
    os.close(free)
    with pytest.raises(LocalError, match="a hard link"):
        open_private(tmp_path / "file")
    assert os.open(tmp_path, os.O_RDONLY) == free
    os.close(free)


def plant(path: Path, kind: str) -> None:
    """Put something in the place of a file of ours."""
    victim = path.with_name("victim")
    victim.write_bytes(b"precious")
    match kind:
        case "link":
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(path.with_name("nowhere"))
        case "hard link":
            path.hardlink_to(victim)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "writable file":
            path.write_bytes(b"planted")
            path.chmod(0o646)
        case _:
            path.write_bytes(b"planted")
            os.chown(path, 4242, 4242)


KINDS = ["link", "dangling link", "hard link", "pipe", "folder", "writable file"]
if hasattr(os, "geteuid") and os.geteuid() == 0:  # only root can give a file away
    KINDS.append("file of another user")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_ours_is_not_touched(tmp_path: Path, kind: str) -> None:
    """The error names the path and why, at once, and everything stays as it was."""
    path = tmp_path / "file"
    plant(path, kind)
    before = path.lstat()
    for check in (check_own_file, open_private):
        with pytest.raises(LocalError, match=f"{path.name} is not touched: ") as raised:
            check(path)
        assert raised.value.hint
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()
    after = path.lstat()
    assert (after[:7], after.st_mtime_ns) == (before[:7], before.st_mtime_ns)


def test_a_file_of_ours_is_closed_to_readers(tmp_path: Path, umask: int) -> None:
    """New or not, it is 0600 under every umask."""
    assert umask is not None
    os.close(open_private(tmp_path / "file"))
    assert mode(tmp_path / "file") == 0o600
    (tmp_path / "file").chmod(0o644)
    os.close(open_private(tmp_path / "file"))
    assert mode(tmp_path / "file") == 0o600


def test_what_a_group_could_write_is_out_of_its_reach(tmp_path: Path) -> None:
    """Under a umask of 002 an older version left such files, in a folder that nobody else can enter."""
    tmp_path.chmod(0o700)
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o664)
    check_own_file(tmp_path / "file")
    tmp_path.chmod(0o750)
    with pytest.raises(LocalError, match="others can write"):
        check_own_file(tmp_path / "file")


def test_a_disk_without_permissions_can_be_used(tmp_path: Path) -> None:
    """There everything looks as if everybody could write it, folders too."""
    tmp_path.chmod(0o777)
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o777)
    check_own_file(tmp_path / "file")


def test_no_folder_on_the_way_leads_elsewhere(tmp_path: Path) -> None:
    """Neither the first nor the last of them, and those that are missing are in order."""
    top = tmp_path / "top"
    (top / "a").mkdir(parents=True)
    check_folders_below(top, top / "a" / "b" / "file")
    (tmp_path / "elsewhere").mkdir()
    (top / "a" / "b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match="top/a/b is not touched: it is a link"):
        check_folders_below(top, top / "a" / "b" / "file")
    (tmp_path / "linked").symlink_to(top)
    with pytest.raises(LocalError, match="linked is not touched"):
        check_folders_below(tmp_path / "linked", tmp_path / "linked" / "file")


@pytest.mark.parametrize("bits", [0o602, 0o620, 0o666])
def test_what_others_can_write_is_not_believed(tmp_path: Path, bits: int) -> None:
    """The message has the command that mends it, ready to be pasted."""
    path = tmp_path / "a key"
    path.touch()
    path.chmod(bits)
    with pytest.raises(LocalError, match="others can write") as raised:
        check_believable(path, path.stat())
    assert f"chmod 600 '{path}'" in raised.value.hint
    path.chmod(0o644)
    check_believable(path, path.stat())


def test_what_is_read_is_believed_first(tmp_path: Path) -> None:
    """As far as it is asked for; a link is followed to what it names."""
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)
    for name in (path, tmp_path / "link"):
        content, facts = read_believable(name, 4)
        assert (content, facts.st_size) == (b"1234", 5)
    path.chmod(0o602)
    with pytest.raises(LocalError, match="others can write"):
        read_believable(tmp_path / "link", 4)


def test_a_pipe_is_read_only_where_one_may_be(tmp_path: Path) -> None:
    """One without a name belongs to who started us; one with a name is believed as a file is."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(LocalError, match="is not a file"):
        read_believable(tmp_path / "pipe", 4)
    (tmp_path / "pipe").chmod(0o622)
    held = os.open(tmp_path / "pipe", os.O_RDWR)
    with pytest.raises(LocalError, match="others can write"):
        read_believable(tmp_path / "pipe", 4, waits_for_pipe=True)
    os.close(held)
    read, write = os.pipe()
    os.fchmod(read, 0o622)
    os.write(write, b"12345")
    os.close(write)
    assert read_believable(Path(f"/dev/fd/{read}"), 9, waits_for_pipe=True)[0] == b"12345"
    os.close(read)


def test_what_is_ours_is_read_and_only_that(tmp_path: Path) -> None:
    """Reading makes no file."""
    path = tmp_path / "file"
    with pytest.raises(FileNotFoundError):
        read_private(path)
    path.write_bytes(b"12345")
    path.chmod(0o644)
    assert (read_private(path), mode(path)) == (b"12345", 0o644)
    path.rename(tmp_path / "other")
    path.symlink_to(tmp_path / "other")
    with pytest.raises(LocalError, match="it is a link"):
        read_private(path)


def test_root_is_believed_and_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the administrator wrote for everybody is used by everybody, as `ssh` has it."""
    facts = list(tmp_path.stat())
    for owner, is_believed in ((0, True), (1000, True), (1001, False)):
        facts[stat.ST_UID] = owner
        facts[stat.ST_MODE] = stat.S_IFREG | 0o644
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        if is_believed:
            check_believable(tmp_path, os.stat_result(facts))
            continue
        with pytest.raises(LocalError, match=r"another user \(1001\)") as raised:
            check_believable(tmp_path, os.stat_result(facts))
        assert f"chown 1000 {tmp_path}" in raised.value.hint
