"""What is built from a clean clone: the package, what shells and `man` look for, and nothing else."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

import pytest

from qwentts_cli import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DATA = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
# Where zsh, bash, fish and man look, below the prefix of an installation.
PLACES = {
    "share/zsh/site-functions/_qwentts",
    "share/bash-completion/completions/qwentts",
    "share/fish/vendor_completions.d/qwentts.fish",
    "share/man/man1/qwentts.1",
}
FROM_CLONE = "from hatchling.build import build_sdist, build_wheel; import sys; {}(sys.argv[1])"


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in done.stdout.splitlines() if (ROOT / name).exists()]
    return names or pytest.skip("this is no clone of the repository")


def build(what: str, source: Path, folder: Path) -> Path:
    folder.mkdir()
    program = FROM_CLONE.format(what)
    subprocess.run([sys.executable, "-c", program, folder], cwd=source, check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return build("build_sdist", folder, tmp_path_factory.mktemp("built") / "sdist")


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """As installers make it, of the unpacked sdist."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    return zipfile.ZipFile(build("build_wheel", source, folder / "wheel"))


def test_the_wheel_has_the_package_the_man_page_and_the_completions_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    """Each as it stands in the repository."""
    assert set(DATA.values()) == PLACES
    release = f"qwentts-{__version__}"
    sources = {name: name for name in tracked() if name.startswith("qwentts_cli/")}
    sources |= {f"{release}.data/data/{place}": source for source, place in DATA.items()}
    about = {f"{release}.dist-info/{name}" for name in METADATA}
    assert {name for name in wheel.namelist() if not name.endswith("/")} == sources.keys() | about
    for name, source in sources.items():
        assert wheel.read(name) == (ROOT / source).read_bytes(), name


def test_the_sdist_has_what_is_in_the_repository_and_nothing_else(sdist: Path) -> None:
    """With the tests and the documents, so that it can be packaged and checked elsewhere."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names <= {*tracked(), "PKG-INFO"}
    folders = ("qwentts_cli/", "tests/", "completions/", "docs/", "man/", "benchmarks/")
    assert names >= {
        name for name in tracked() if name.startswith(folders) or name in {"README.md", "LICENSE"}
    }


def test_the_version_of_the_wheel_is_that_of_the_program(wheel: zipfile.ZipFile) -> None:
    """It stands in one place, `qwentts_cli/__init__.py`."""
    about = email.message_from_bytes(wheel.read(f"qwentts-{__version__}.dist-info/METADATA"))
    assert about["Version"] == __version__
    shown = subprocess.run(
        [sys.executable, "-m", "qwentts_cli", "--version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["qwentts", __version__]
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == __version__


def test_the_oldest_and_the_newest_python_are_the_ones_that_are_tried() -> None:
    """By whoever installs it, on the forge and in the image."""
    classifiers = PROJECT["project"]["classifiers"]
    named = [line.rpartition(" :: ")[2] for line in classifiers if "Python :: 3." in line]
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert f'python: ["{named[0]}", "{named[-1]}"]' in workflow
    assert f"FROM python:{named[-1]}-slim" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_docker_is_given_what_the_build_takes() -> None:
    """All else stays out, so that no key and no recording gets into an image."""
    first, *allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert first == "*"
    roots = {line[1:] for line in allowed if line.startswith("!")}
    taken = {"pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"], *DATA}
    assert {name.partition("/")[0] for name in taken} | {"qwentts_cli"} == roots


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0].lower()


def test_every_dependency_is_on_its_page_with_its_license() -> None:
    """Those that come always, and those of each extra."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    always, _, extras = page.partition("With an extra:")
    listed = re.findall(r"^\| `(\S+)` \| \S", always, re.MULTILINE)
    assert [name.lower() for name in listed] == [name_of(one) for one in PROJECT["project"]["dependencies"]]
    with_extra = re.findall(r"^\| `(\w+)` \| `(\S+)` \| \S", extras, re.MULTILINE)
    optional = PROJECT["project"]["optional-dependencies"]
    expected = [(extra, name_of(one)) for extra in optional if extra != "dev" for one in optional[extra]]
    assert [(extra, name.lower()) for extra, name in with_extra] == expected


def license_of(name: str) -> str:
    """What its metadata say, in whichever of their fields; nothing where it is not for this system."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    return " ".join(
        [*(about[name][:100] for name in ("License-Expression", "License") if name in about), *classified]
    )


def test_nothing_that_is_installed_by_default_is_under_the_gpl() -> None:
    """Neither a dependency nor what it needs itself; the LGPL is for libraries, and MP3 is under it."""
    waiting = [name_of(one) for one in PROJECT["project"]["dependencies"]]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or not (license_ := license_of(name)):
            continue
        seen.add(name)
        assert not re.search(r"(?<!L)GPL|(?<!Lesser )General Public", license_), name
        waiting += [name_of(one) for one in requires(name) or () if "extra ==" not in one]
    assert len(seen) > len(PROJECT["project"]["dependencies"])
