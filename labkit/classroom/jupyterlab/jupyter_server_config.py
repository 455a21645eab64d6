"""How JupyterLab runs for a learner; what varies from start to start is set in lab.py."""

from pathlib import Path

c = get_config()  # noqa: F821

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port_retries = 0
# Ctrl-C ends the server and its kernels at once.
c.ServerApp.answer_yes = True
# As in a container; the server listens on loopback alone and asks for its token.
c.ServerApp.allow_root = True
c.Application.log_level = "ERROR"
c.ServerApp.jpserver_extensions = {
    "jupyterlab": True,
    "jupyterlab_jupytext": False,
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.validate_assignment": False,
    "notebook": False,
}
c.KernelManager.transport_encryption = "auto"
c.LabApp.app_settings_dir = str(Path(__file__).parent)
# Learners see what they read and fill in, not what it is made from.
c.ContentsManager.hide_globs = [
    "__pycache__",
    "*.py",
    "*.csv",
    "*.toml",
    "*.lock",
    "labkit",
    "tests",
    # Their own copies of these are in work/.
    "chapters",
    "exercises",
]
