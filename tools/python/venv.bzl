"""Makes the Python environments that the targets of this repository run in.

`python_env` writes a repository with a Python runtime. Its interpreter is that
of a virtual environment made from a lock file, or the one that the variable
STYLEX_PYTHON names. STYLEX_GPU=1 takes the lock with NVIDIA's libraries. A
changed lock or variable makes the environment anew.

There is one for each line of TensorFlow. `python_line` writes a repository
with the toolchain, and leads it to that of the line that STYLEX_LINE names:
changing over makes neither environment again.
"""

# What a test result depends on and Bazel cannot see.
_DESCRIBE = """
import importlib.metadata, sys
print(sys.executable, sys.version)
for name in sorted({
    "%s==%s" % (d.metadata["Name"], d.version)
    for d in importlib.metadata.distributions()
}):
    print(name)
"""

_BUILD = """
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

exports_files(["environment.txt"])

py_runtime(
    name = "python3",
    interpreter_path = "{interpreter}",
    python_version = "PY3",
)

py_runtime_pair(
    name = "runtimes",
    py3_runtime = ":python3",
)

"""

_LINE_BUILD = """
package(default_visibility = ["//visibility:public"])

alias(
    name = "environment.txt",
    actual = "@{environment}//:environment.txt",
)

toolchain(
    name = "toolchain",
    toolchain = "@{environment}//:runtimes",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

def _say(ctx, message):
    # Bazel would repeat what print() says at every later analysis.
    ctx.execute(["echo", message], quiet = False)

def _run(ctx, what, command):
    """Runs a command for its output; where it fails, says all it said."""
    ctx.report_progress(what)
    result = ctx.execute(command, timeout = 3600)
    if result.return_code != 0:
        fail("%s failed:\n%s%s" % (what, result.stdout, result.stderr))
    return result.stdout

def _check_named_interpreter(ctx, python):
    """Fails unless the interpreter of STYLEX_PYTHON can run what we have."""
    if not python.startswith("/"):
        fail("STYLEX_PYTHON must be an absolute path, not '%s'." % python)
    if not ctx.path(python).exists:
        fail("STYLEX_PYTHON names %s, which does not exist." % python)
    result = ctx.execute([python, "-c", "import tensorflow"])
    if result.return_code != 0:
        fail(("STYLEX_PYTHON names %s, which cannot import tensorflow:\n%s" +
              "Install requirements.in there, or unset STYLEX_PYTHON.") %
             (python, result.stderr))

def _make_environment(ctx, lock):
    """Makes a virtual environment from a lock; returns its interpreter."""
    finder = ctx.path(ctx.attr._find_python)
    base = _run(
        ctx,
        "looking for Python",
        [finder] + ctx.attr.versions,
    ).strip()
    _say(ctx, "Making the Python environment of %s with %s: once, a minute." %
              (lock.basename, base))
    _run(ctx, "python -m venv", [base, "-I", "-m", "venv", "venv"])
    python = str(ctx.path("venv/bin/python"))
    _run(ctx, "pip install -r %s" % lock.basename, [
        python,
        "-I",
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary=:all:",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar=off",
        "--quiet",
        "--requirement=%s" % lock,
    ])
    return python

def _python_env_impl(ctx):
    python = ctx.os.environ.get("STYLEX_PYTHON")
    gpu = ctx.os.environ.get("STYLEX_GPU", "0") != "0"
    if python:
        _check_named_interpreter(ctx, python)
    else:
        if not gpu and ctx.which("nvidia-smi"):
            _say(ctx, "An NVIDIA driver is here: STYLEX_GPU=1 makes use of it.")
        lock = ctx.attr.gpu_lock if gpu else ctx.attr.lock
        python = _make_environment(ctx, ctx.path(lock))
    packages = _run(ctx, "listing packages", [python, "-c", _DESCRIBE])
    ctx.file("environment.txt", packages, executable = False)
    ctx.file("BUILD", _BUILD.format(interpreter = python), executable = False)

python_env = repository_rule(
    implementation = _python_env_impl,
    attrs = {
        "gpu_lock": attr.label(allow_single_file = True, mandatory = True),
        "lock": attr.label(allow_single_file = True, mandatory = True),
        "versions": attr.string_list(mandatory = True),
        "_find_python": attr.label(default = "//tools/python:find_python.sh"),
    },
    environ = ["STYLEX_GPU", "STYLEX_PYTHON"],
)

def _python_line_impl(ctx):
    line = ctx.os.environ.get("STYLEX_LINE") or "first"
    if line not in ("first", "new"):
        fail("STYLEX_LINE is '%s'; expected first or new." % line)
    ctx.file(
        "BUILD",
        _LINE_BUILD.format(environment = "python_env_" + line),
        executable = False,
    )

python_line = repository_rule(
    implementation = _python_line_impl,
    environ = ["STYLEX_LINE"],
)
