"""course.py: one door on every system; what goes wrong at set-up is one clear line."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

import course
import labkit.__main__ as handed_over
from labkit import ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="needs a shell script as a stand-in for uv")
PYTHON = f"python3.{sys.version_info[1]}"


# Units: Pythons, systems, diagnoses


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_pythons_pass(version):
    course.check_python(version, ["lab"])


@pytest.mark.parametrize(
    ("version", "which", "says"),
    [
        ((3, 8), None, "3.8 is too old: the course needs 3.11 to 3.13; install"),
        ((3, 10), "python3.12", "run python3.12 course.py lab"),
        ((3, 10), "py -3.12", "run py -3.12 course.py lab"),
        ((3, 14), None, "3.14 is too new"),
    ],
)
def test_other_pythons_get_one_clear_line(version, which, says):
    windows = which == "py -3.12"
    with pytest.raises(course.Problem) as problem:
        course.check_python(version, ["lab"], lambda name: name == which, windows)
    assert says in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_python_that_is_named_has_been_tried():
    assert course.runs(sys.executable)
    assert not course.runs("no-such-python-3.12")
    assert not course.runs("false")


def test_an_old_python_can_read_the_file():
    """No syntax newer than Python 3.6, so that the message about the version is reached."""
    import ast

    ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_places_on_each_system():
    posix_system, windows = course.System("posix"), course.System("nt")
    assert Path(posix_system.python("v")) == Path("v/bin/python")
    assert Path(windows.python("v")) == Path("v/Scripts/python.exe")
    assert Path(posix_system.site_packages("v", (3, 12))) == Path("v/lib/python3.12/site-packages")
    assert Path(windows.site_packages("v", (3, 12))) == Path("v/Lib/site-packages")


def test_windows_waits_for_its_child_through_an_interrupt(monkeypatch):
    class Child:
        waits = 0

        def __init__(self, command, env):
            assert "PYTHONPATH" not in env

        def wait(self):
            Child.waits += 1
            if Child.waits == 1:
                raise KeyboardInterrupt
            return 7

    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setattr(course.subprocess, "Popen", Child)
    assert course.System("nt").hand_over(["python"]) == 7
    assert Child.waits == 2


def test_the_same_commands_are_offered_and_handed_over():
    assert set(course.COMMANDS) == set(handed_over.COMMANDS)
    for module in handed_over.COMMANDS.values():
        assert callable(import_module(module).main)
    assert all(f"course.py {command} " in course.__doc__ for command in course.COMMANDS)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("error: dns error: failed to lookup address", "need"),
        ("NewConnectionError: Temporary failure in name resolution", "network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS", "was not installed"),
        ("ERROR: something else broke\nHint: none", "ERROR: something else broke"),
        ("it stopped", "it stopped"),
        ("", "said nothing"),
    ],
)
def test_a_failed_step_is_explained(output, says):
    assert says in course.explain(output)


def test_a_python_without_venv_gets_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(course.Problem, match="no venv module; on Debian and Ubuntu: sudo apt"):
        course.Environment(course.System(), str(tmp_path))._make()


@pytest.mark.parametrize("uv", ["uv", None])
def test_both_installers_get_the_lock_and_enforce_its_hashes(uv, monkeypatch, tmp_path):
    monkeypatch.setattr(course.shutil, "which", lambda name: uv)
    ran = []
    monkeypatch.setattr(course.Environment, "_run", lambda self, command: ran.append(command))
    environment = course.Environment(course.System(), str(tmp_path))
    environment._install()
    (command,) = ran
    assert command[-2:] == [environment.requirements, "--require-hashes"]
    assert command[-3] == (environment.python if uv else "--requirement")


def test_a_full_disk_is_noticed_before_anything_is_touched(monkeypatch, tmp_path):
    usage = shutil.disk_usage(tmp_path)._replace(free=10**8)
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(course, "ROOT", str(tmp_path))
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    with pytest.raises(course.Problem, match=r"0\.1 GB are free on this disk and set-up needs"):
        course.Environment(course.System(), str(tmp_path / ".venv")).bring_up_to_date()
    assert not (tmp_path / ".venv").exists()


# The real file, with a stand-in for uv on the path


UV = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$1" in
  venv) for venv; do :; done
        mkdir -p "$venv/bin" "$venv/lib/{python}/site-packages"
        printf '#!/bin/sh\\necho ran "$@"\\n' > "$venv/bin/python"
        chmod +x "$venv/bin/python" ;;
  pip) {install} ;;
esac
"""


class Bare:
    """A copy of what set-up needs, on a machine whose uv does as it is told."""

    def __init__(self, folder):
        self.root, self.tools = folder / "the course", folder / "tools"
        self.root.mkdir()
        self.tools.mkdir()
        for name in ("course.py", "requirements.lock"):
            shutil.copy(ROOT / name, self.root)
        self.uv_installs_by("exit 0")

    def uv_installs_by(self, install):
        uv = self.tools / "uv"
        uv.write_text(UV.format(python=PYTHON, install=install), encoding="utf-8")
        uv.chmod(uv.stat().st_mode | stat.S_IEXEC)

    def command(self):
        return [sys.executable, str(self.root / "course.py"), "lab"]

    def environment(self):
        return {**os.environ, "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}"}

    def run(self):
        return subprocess.run(
            self.command(), env=self.environment(), cwd=self.tools,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def calls(self):
        record = self.tools / "calls"
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        record.write_text("", encoding="utf-8")
        return [line.split()[0] for line in lines]

    def connected_to(self, folder):
        """Whether a Python that starts in the environment would find what is in `folder`."""
        place = self.root / ".venv" / "lib" / PYTHON / "site-packages" / "course.pth"
        line = place.read_bytes().decode("ascii")
        path = []
        exec(line.replace("import sys; sys.path", "path"), {"path": path})
        return path == [str(folder)]

    @property
    def stamp(self):
        return self.root / ".venv" / "course-setup.json"


@pytest.fixture
def bare(tmp_path):
    return Bare(tmp_path)


@posix
def test_first_start_sets_up_and_the_second_does_nothing(bare):
    first = bare.run()
    assert first.returncode == 0, first.stderr
    assert "Setting up the course" in first.stdout
    assert first.stdout.endswith("ran -P -m labkit lab\n")
    assert bare.calls() == ["venv", "pip"]
    assert bare.connected_to(bare.root)
    second = bare.run()
    assert second.stdout == "ran -P -m labkit lab\n"
    assert bare.calls() == []


@posix
def test_a_folder_reached_by_another_path_is_the_same_course(bare, tmp_path):
    bare.run()
    bare.calls()
    (tmp_path / "link").symlink_to(bare.root)
    bare.command = lambda: [sys.executable, str(tmp_path / "link" / "course.py"), "lab"]
    assert bare.run().stdout == "ran -P -m labkit lab\n"
    assert bare.calls() == []


@posix
def test_a_course_that_has_moved_is_connected_again_without_a_network(bare):
    bare.run()
    bare.calls()
    bare.root = bare.root.rename(bare.root.with_name("Kürs"))
    assert "The course has moved" in bare.run().stdout
    assert bare.calls() == []
    assert bare.connected_to(bare.root)
    assert bare.run().stdout == "ran -P -m labkit lab\n"


@posix
@pytest.mark.parametrize(
    ("says", "change", "calls"),
    [
        ("list of packages has changed", "lock", ["pip"]),
        ("The Python of the set-up", "python", ["venv", "pip"]),
        ("The course has moved", {"root": "elsewhere"}, []),
        ("earlier set-up was interrupted", {"state": "unfinished"}, ["venv", "pip"]),
        ("earlier set-up was interrupted", "stamp", ["venv", "pip"]),
    ],
)
def test_what_has_changed_since_is_named_and_mended(bare, says, change, calls):
    bare.run()
    bare.calls()
    if change == "lock":
        (bare.root / "requirements.lock").write_text("other==1\n", encoding="utf-8")
    elif change == "python":
        (bare.root / ".venv" / "bin" / "python").unlink()
    elif change == "stamp":
        bare.stamp.write_text("{}", encoding="utf-8")
    else:
        found = json.loads(bare.stamp.read_text(encoding="utf-8"))
        bare.stamp.write_text(json.dumps({**found, **change}), encoding="utf-8")
    again = bare.run()
    assert says in again.stdout
    assert bare.calls() == calls
    assert bare.run().stdout == "ran -P -m labkit lab\n"


@posix
def test_an_update_that_fails_leaves_the_environment_and_is_tried_again(bare):
    bare.run()
    kept = bare.root / ".venv" / "lib" / PYTHON / "site-packages" / "numpy"
    kept.mkdir()
    lock = (bare.root / "requirements.lock").read_text(encoding="utf-8")
    (bare.root / "requirements.lock").write_text("other==1\n", encoding="utf-8")
    bare.uv_installs_by("echo 'error: dns error' >&2; exit 2")
    for _ in range(2):
        assert "needs a network" in bare.run().stderr
    (bare.root / "requirements.lock").write_text(lock, encoding="utf-8")
    bare.uv_installs_by("exit 0")
    assert "The list of packages has changed" in bare.run().stdout
    assert kept.exists()
    assert bare.run().stdout == "ran -P -m labkit lab\n"


@posix
def test_an_environment_of_another_python_that_runs_is_kept(bare):
    bare.run()
    bare.calls()
    site_packages = bare.root / ".venv" / "lib" / PYTHON
    site_packages.rename(site_packages.with_name("python3.99"))
    found = json.loads(bare.stamp.read_text(encoding="utf-8"))
    bare.stamp.write_text(json.dumps({**found, "python": "3.99"}), encoding="utf-8")
    assert bare.run().stdout == "ran -P -m labkit lab\n"
    assert bare.calls() == []


@posix
def test_an_environment_that_is_made_anew_is_of_the_python_that_runs(bare):
    bare.run()
    found = json.loads(bare.stamp.read_text(encoding="utf-8"))
    change = {"state": "unfinished", "python": "3.99"}
    bare.stamp.write_text(json.dumps({**found, **change}), encoding="utf-8")
    bare.run()
    assert json.loads(bare.stamp.read_text(encoding="utf-8")) == found


def test_nothing_to_install_with_means_starting_afresh(monkeypatch, tmp_path):
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    environment = course.Environment(course.System(), str(tmp_path))
    python = Path(environment.python)
    python.parent.mkdir(parents=True)
    python.touch()
    found = {"state": "finished", "python": "3.12", "root": "", "packages": "old"}
    assert environment.diagnose(found, {**found, "packages": "new"})[1]
    place = course.System().site_packages(str(tmp_path), ("3", "12"))
    (Path(place) / "pip").mkdir(parents=True)
    assert not environment.diagnose(found, {**found, "packages": "new"})[1]


@posix
def test_set_up_from_the_environments_own_python_makes_it_anew(bare, monkeypatch):
    """As where an editor has activated it: it must not be asked to make itself."""
    monkeypatch.setattr(course.sys, "_base_executable", "/base/python", raising=False)
    monkeypatch.setattr(course.shutil, "which", lambda name: "uv")
    ran = []
    monkeypatch.setattr(course.Environment, "_run", lambda self, command: ran.append(command))
    course.Environment(course.System(), str(bare.root / ".venv"))._make()
    assert "/base/python" in ran[0]


@posix
@pytest.mark.skipif(os.geteuid() == 0 if os.name == "posix" else True, reason="root may write")
def test_a_folder_that_cannot_be_written_is_one_line(bare):
    bare.root.chmod(0o500)
    try:
        refused = bare.run()
    finally:
        bare.root.chmod(0o700)
    assert refused.stderr.count("\n") == 1
    assert "Permission denied" in refused.stderr


@posix
def test_without_a_network_one_line_says_so_and_the_next_start_goes_on(bare):
    bare.uv_installs_by("echo 'error: dns error' >&2; exit 2")
    failed = bare.run()
    assert failed.returncode == 1
    (line,) = failed.stderr.splitlines()
    assert "set-up needs a network" in line
    bare.uv_installs_by("exit 0")
    assert "interrupted" in bare.run().stdout


@posix
def test_an_environment_of_somebody_else_is_left_alone(bare):
    (bare.root / ".venv").mkdir()
    mine = bare.root / ".venv" / "mine"
    mine.write_text("keep", encoding="utf-8")
    refused = bare.run()
    assert "was not made by the course" in refused.stderr
    assert mine.read_text(encoding="utf-8") == "keep"


@posix
@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_folder_is_left_alone(bare, make):
    make(bare.root / ".venv")
    assert "was not made by the course" in bare.run().stderr


@posix
def test_an_empty_folder_is_as_good_as_none(bare):
    (bare.root / ".venv").mkdir()
    assert "Setting up the course" in bare.run().stdout


@posix
def test_ctrl_c_leaves_nothing_running_and_a_second_set_up_waits_for_the_first(bare):
    import signal

    bare.uv_installs_by('echo $$ > "$(dirname "$0")/pid"; exec sleep 30')
    process = subprocess.Popen(
        bare.command(), env=bare.environment(), stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    pid_file = bare.tools / "pid"
    deadline = time.monotonic() + 30
    while not (pid_file.exists() and pid_file.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "another set-up is at work" in bare.run().stderr
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert "Interrupted" in stderr
    assert "Traceback" not in stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_an_unknown_command_and_none_at_all(bare):
    command = [sys.executable, str(bare.root / "course.py")]
    unknown = subprocess.run([*command, "fly"], capture_output=True, text=True, check=False)
    assert "no command 'fly'" in unknown.stderr
    usage = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "course.py lab" in usage.stdout
