import contextlib
import io
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import pytest

from skiptrace.cli import main

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MONDAY = "2026-11-23T09:00:00+00:00"


class Done(NamedTuple):
    code: int
    out: str
    err: str


def enter(*words: object) -> Done:
    """Enter a command as a user would, in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    arguments = ["skiptrace", *(str(word) for word in words)]
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.dict(os.environ, {"SKIPTRACE_KEY": "k"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code or 0
    return Done(code, out.getvalue(), err.getvalue())


class World(NamedTuple):
    folder: Path
    batch: Path
    out: Path
    casefile: Path
    done: Done

    @property
    def known(self) -> list[object]:
        return ["--casefile", self.casefile, "--as-of", MONDAY]


@pytest.fixture(scope="session")
def ran(tmp_path_factory):
    """One run of the batch of five accounts; read it, do not change it."""
    folder = tmp_path_factory.mktemp("ran")
    world = World(folder, SAMPLES / "five_accounts", folder / "out", folder / "a.casefile", Done(0, "", ""))
    done = enter("run", world.batch, "--out", world.out, *world.known)
    return world._replace(done=done)


@pytest.fixture
def known(ran, tmp_path):
    """The casefile with one plan, to be changed."""
    return ["--casefile", shutil.copy(ran.casefile, tmp_path / "a.casefile"), "--as-of", MONDAY]


@pytest.fixture
def skiptrace():
    return enter
