"""Build the wheel, compare it with the folders, install it into an empty environment and run it there."""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("monitor", "spiders", "nlp", "digests", "config")


def main() -> None:
    """Exit with a message if the wheel lacks a tracked file or does not run."""
    uv = str(Path(sys.executable).with_name("uv"))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run([uv, "build", "--quiet", "--wheel", "--out-dir", str(work), str(ROOT)])
        wheel = next(work.glob("utblick-*.whl"))
        compare(wheel)
        environment = work / "env"
        venv.create(environment, with_pip=False)
        python = environment / "bin" / "python"
        requirements = work / "requirements.txt"
        run(
            [uv, "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "-o", str(requirements)],
            cwd=ROOT,
        )
        run([uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements)])
        run([uv, "pip", "install", "--quiet", "--python", str(python), "--no-deps", str(wheel)])
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("UTBLICK_", "PYTHONPATH"))}
        output = run([str(environment / "bin" / "utblick"), "demo"], cwd=work, env=clean)
        if "2026" not in output:
            sys.exit(f"the installed demo printed no letter:\n{output}")
    print(f"wheel: {wheel.name} holds every file and its demo runs in an empty environment")  # noqa: T201  # a script's result


def compare(wheel: Path) -> None:
    """Every tracked file of the packages must be in the wheel, and nothing else."""
    listed = run(["git", "ls-files", "--", *PACKAGES], cwd=ROOT).split("\n")
    tracked = {name for name in listed if name}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.split("/")[0] in PACKAGES}
    if missing := tracked - held:
        sys.exit(f"the wheel lacks {sorted(missing)[:5]}")
    if extra := held - tracked:
        sys.exit(f"the wheel holds files that git does not know: {sorted(extra)[:5]}")


def run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What `command` prints; its own words and status if it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)  # noqa: S603  # our own commands
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} failed with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
