#!/usr/bin/env python3
"""The one door to the course: it sets up the environment and hands over to labkit.

    python3 course.py lab              open the course in JupyterLab
    python3 course.py check [LESSON]   check your answers to an exercise, or show your progress
    python3 course.py test [--fast]    run every check that CI runs
    python3 course.py sync [PATH]      for authors: bring notebooks in step with their text

Needs Python 3.11, 3.12 or 3.13. The first run installs the packages into .venv and needs
a network; every later one works without.
"""

# Old Pythons must be able to read this file, to tell their users that they are old: no new syntax.
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.realpath(__file__))
COMMANDS = ("lab", "check", "test", "sync")
OLDEST, NEWEST = (3, 11), (3, 13)
RUNNING = "{}.{}".format(*sys.version_info[:2])
FREE_GIGABYTES_NEEDED = 2
FINISHED, UNFINISHED = "finished", "unfinished"


class Problem(Exception):
    """Something that the reader has to know or do; the message is one clear line."""


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if arguments[0] not in COMMANDS:
        raise Problem("no command {!r}; there are {}".format(arguments[0], ", ".join(COMMANDS)))
    check_python(sys.version_info[:2], arguments)
    environment = Environment(System(), os.path.join(ROOT, ".venv"))
    environment.bring_up_to_date()
    # -P: a file in the reader's folder that is named like one of ours must not stand in for it.
    return environment.system.hand_over([environment.python, "-P", "-m", "labkit"] + arguments)


def runs(command):
    """Whether this machine has the Python that is called with `command`."""
    try:
        return not subprocess.call(
            command.split() + ["-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False


def check_python(version, arguments, runs=runs, windows=os.name == "nt"):
    """Raise Problem unless the course runs on this Python; name one on this machine that does."""
    if OLDEST <= version <= NEWEST:
        return
    call = "py -3.{}" if windows else "python3.{}"
    names = [call.format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in names if runs(name)]
    raise Problem(
        "Python {}.{} is too {}: the course needs 3.{} to 3.{}; {}".format(
            version[0],
            version[1],
            "old" if version < OLDEST else "new",
            OLDEST[1],
            NEWEST[1],
            "run {} course.py {}".format(found[0], " ".join(arguments))
            if found
            else "install one of them and run course.py with it",
        )
    )


class System:
    """Everything that differs between operating systems."""

    def __init__(self, name=os.name):
        self.windows = name == "nt"

    def python(self, venv):
        place = ("Scripts", "python.exe") if self.windows else ("bin", "python")
        return os.path.join(venv, *place)

    def site_packages(self, venv, version):
        place = ("Lib",) if self.windows else ("lib", "python{}.{}".format(*version))
        return os.path.join(venv, *(place + ("site-packages",)))

    def hand_over(self, command):
        """Run `command` in place of this process or, on Windows, as a child; returns its status."""
        if not self.windows:
            os.execve(command[0], command, clean_variables())
        child = subprocess.Popen(command, env=clean_variables())
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                pass  # The child hears of it as well, and ends by itself.

    def lock(self, file):
        """Hold an open file until this process ends. Raises OSError where another one holds it."""
        if self.windows:
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def clean_variables():
    """The environment variables, without those that would lead another Python astray."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}


class Environment:
    """The folder .venv, made from the hashed lock; a stamp in it says what it was made from."""

    def __init__(self, system, venv):
        self.system, self.venv = system, venv
        self.python = system.python(venv)
        self.requirements = os.path.join(ROOT, "requirements.lock")
        self.stamp = os.path.join(venv, "course-setup.json")

    def bring_up_to_date(self):
        """Make or mend the environment; do nothing where it is as it should be."""
        found = self.found()
        wanted = self.wanted(found)
        if found == wanted and os.path.exists(self.python):
            return
        held = self._hold()  # Kept open, and so locked, until set-up has ended.
        found = self.found()
        wanted = self.wanted(found)
        why, afresh = self.diagnose(found, wanted)
        print(why, flush=True)
        start = time.time()
        install = afresh or found["packages"] != wanted["packages"]
        if install:
            self._check_disk()
        if afresh:
            self._clear()
            self._write_stamp({"state": UNFINISHED})
            self._make()
            wanted["python"] = RUNNING
        elif install:  # Should this not end, the next start tries it again.
            self._write_stamp(dict(found, packages=""))
        if install:
            self._install()
        self._connect(wanted["python"])
        self._write_stamp(wanted)
        held.close()
        print("Set up in {:.0f} s.".format(time.time() - start), flush=True)

    def wanted(self, found):
        """What the environment has to be made from; a Python that is there and runs may stay."""
        try:
            with open(self.requirements, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except OSError:
            raise Problem("requirements.lock is missing; restore it from the course's repository")
        python = found.get("python", RUNNING) if os.path.exists(self.python) else RUNNING
        root = os.path.normcase(ROOT)
        return {"state": FINISHED, "python": python, "root": root, "packages": digest}

    def found(self):
        """What it was made from; empty where there is none. Raises Problem where it is not ours."""
        empty = os.path.isdir(self.venv) and not os.listdir(self.venv)
        if empty or not os.path.lexists(self.venv):
            return {}
        try:
            with open(self.stamp, encoding="utf-8") as file:
                found = json.load(file)
        except ValueError:
            return {"state": UNFINISHED}
        except OSError:
            raise Problem(
                "{} was not made by the course; move it away and run this again".format(self.venv)
            )
        known = isinstance(found, dict) and {"state", "python", "root", "packages"} <= set(found)
        return found if known else {"state": UNFINISHED}

    def diagnose(self, found, wanted):
        """(why set-up has work to do, whether it has to start afresh)."""
        if not found:
            return "Setting up the course: once, with a network, in a minute or so.", True
        if found["state"] == UNFINISHED:
            return "An earlier set-up was interrupted: starting it again.", True
        if not os.path.exists(self.python):
            return "The Python of the set-up ({}) is gone: setting up again.".format(
                found["python"]
            ), True
        if found["packages"] != wanted["packages"]:
            why = "The list of packages has changed: bringing the environment up to date."
            return why, not self._can_install(found["python"])
        return "The course has moved: connecting it again.", False

    def _can_install(self, version):
        """Whether there is something that installs into the environment that is there."""
        place = self.system.site_packages(self.venv, version.split("."))
        return bool(shutil.which("uv")) or os.path.isdir(os.path.join(place, "pip"))

    def _check_disk(self):
        free = shutil.disk_usage(ROOT).free / 1e9
        if free < FREE_GIGABYTES_NEEDED:
            raise Problem(
                "{:.1f} GB are free on this disk and set-up needs {} GB; make room and run this "
                "again".format(free, FREE_GIGABYTES_NEEDED)
            )

    def _clear(self):
        """Make room for a new environment. The old one is moved aside first: cut short, this must
        not leave half of it in its place."""
        aside = os.path.join(ROOT, ".cache", "old-environment")
        shutil.rmtree(aside, ignore_errors=True)
        if os.path.lexists(self.venv):
            try:
                os.rename(self.venv, aside)
            except OSError as error:
                raise Problem(
                    "{} is in use ({}); close what uses it and run this again".format(
                        self.venv, error.strerror
                    )
                )
            shutil.rmtree(aside, ignore_errors=True)
        os.makedirs(self.venv)

    def _hold(self):
        """Keep a second set-up from starting beside this one."""
        cache = os.path.join(ROOT, ".cache")
        os.makedirs(cache, exist_ok=True)
        held = open(os.path.join(cache, "setup.lock"), "w")
        try:
            self.system.lock(held)
        except OSError:
            raise Problem("another set-up is at work here; wait for it to end")
        return held

    def _write_stamp(self, content):
        with open(self.stamp, "w", encoding="utf-8") as file:
            json.dump(content, file)

    def _make(self):
        # Not the Python of an environment, which may be the one that is being replaced.
        base = getattr(sys, "_base_executable", None) or sys.executable
        if shutil.which("uv"):
            self._run(["uv", "venv", "--allow-existing", "--python", base, self.venv])
            return
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError:
            raise Problem(
                "this Python has no venv module; on Debian and Ubuntu: sudo apt install "
                "python3.{}-venv".format(sys.version_info[1])
            )
        self._run([base, "-m", "venv", self.venv])

    def _install(self):
        if shutil.which("uv"):
            command = ["uv", "pip", "sync", "--python", self.python]
        else:
            command = [self.python, "-m", "pip", "install", "--disable-pip-version-check"]
            command += ["--no-deps", "--retries", "2", "--progress-bar", "off", "--requirement"]
        self._run(command + [self.requirements, "--require-hashes"])

    def _connect(self, version):
        """Let the environment find labkit, and HTML exports the alternative text of figures."""
        site_packages = self.system.site_packages(self.venv, version.split("."))
        with open(os.path.join(site_packages, "course.pth"), "w", encoding="ascii") as file:
            # Older Pythons read this file in the machine's own encoding, so it is kept to ASCII.
            file.write("import sys; sys.path.append({!a})\n".format(ROOT))
        jupyter = os.path.join(self.venv, "etc", "jupyter")
        os.makedirs(jupyter, exist_ok=True)
        with open(os.path.join(jupyter, "jupyter_nbconvert_config.json"), "w") as file:
            json.dump(
                {"HTMLExporter": {"preprocessors": ["labkit.authoring.export.AltText"]}}, file
            )

    def _run(self, command):
        """Run one step of set-up, showing how far it is. Raises Problem with what went wrong."""
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean_variables(),
            universal_newlines=True,
            errors="replace",
        )
        lines = [""]
        progress = Progress(lines)
        try:
            for line in child.stdout:
                lines.append(line.strip())
            status = child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            raise
        finally:
            progress.end()
        if status:
            what, log = explain("\n".join(lines)), os.path.join(self.venv, "setup.log")
            try:
                with open(log, "w", encoding="utf-8") as file:
                    file.write("\n".join([" ".join(command)] + lines))
            except OSError:
                raise Problem(what)
            raise Problem("{}; all it said is in {}".format(what, log))


class Progress:
    """Shows once a second, or every ten where nobody watches, how long a step has run and where."""

    def __init__(self, lines):
        self.lines, self.start, self.done = lines, time.time(), threading.Event()
        self.watched = sys.stdout.isatty()
        self.thread = threading.Thread(target=self._show, daemon=True)
        self.thread.start()

    def _show(self):
        while not self.done.wait(1 if self.watched else 10):
            width = shutil.get_terminal_size().columns - 1
            line = "[{:3.0f} s] {}".format(time.time() - self.start, self.lines[-1])[:width]
            print(
                "\r" + line.ljust(width) if self.watched else line, end="" if self.watched else "\n"
            )
            sys.stdout.flush()

    def end(self):
        self.done.set()
        self.thread.join()
        if self.watched:
            print("\r" + " " * (shutil.get_terminal_size().columns - 1), end="\r", flush=True)


# What installers say when a step fails, in lower case, and what it means.
SIGNS = (
    (("no space left", "os error 28", "errno 28", "not enough space"), "the disk is full"),
    (
        ("do not match the hashes", "hash mismatch"),
        "a package that was downloaded is not the one in requirements.lock, and was not installed",
    ),
    (
        (
            "name resolution", "getaddrinfo", "dns error", "error sending request", "newconnection",
            "failed to fetch", "max retries", "network is unreachable", "connection refused",
            "tcp connect error", "timed out",
        ),
        "the packages could not be fetched: set-up needs a network; connect and run this again",
    ),
)  # fmt: skip


def explain(output):
    """What went wrong in a step of set-up, from what it printed."""
    text = output.lower()
    for signs, meaning in SIGNS:
        if any(sign in text for sign in signs):
            return meaning
    lines = [line for line in output.splitlines() if line]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return "set-up failed: {}".format(telling[-1] if telling else "the installer said nothing")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit("course.py: {}.".format(problem))
    except OSError as error:
        sys.exit("course.py: {}: {}.".format(error.filename or "the system says", error.strerror))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted; the same command goes on from here.")
