"""Build the wheel, install it into an environment of its own outside the checkout, and run it there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Fail if the wheel lacks anything it needs at run time."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        venv.create(work / "env", with_pip=True)
        python = work / "env" / "bin" / "python"
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        wheels = work / "wheels"
        build = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)]
        subprocess.run(build, check=True)
        (wheel,) = wheels.glob("*.whl")
        subprocess.run([*pip, "install", "--constraint", str(ROOT / "constraints.txt"), str(wheel)], check=True)
        program = [str(work / "env" / "bin" / "skiptrace")]
        subprocess.run([*program, "--version"], cwd=work, check=True)
        batch = ROOT / "samples" / "five_accounts"
        (work / "key").write_text("opens nothing of anybody's\n", encoding="utf-8")
        run = ["run", str(batch), "--casefile", "five.casefile", "--key-file", "key", "--out", "out"]
        subprocess.run([*program, *run, "--as-of", "2026-11-23T09:00:00Z"], cwd=work, check=True)
        expected = ("schedule.jsonl", "report.html", "manifest.json")
        missing = [name for name in expected if not (work / "out" / name).is_file()]
        if missing:
            sys.exit(f"the installed wheel did not write {', '.join(missing)}")


if __name__ == "__main__":
    main()
