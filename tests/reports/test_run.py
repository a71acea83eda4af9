"""Real papermill, real kernels, small notebooks: a report from start to end, however it ends."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from semshift_nb.errors import InputError
from semshift_nb.reports import run_report
from semshift_nb.reports.manifest import read_manifest

pytestmark = pytest.mark.slow

Make = Callable[..., Path]
HOSTILE = "<script>alert(1)</script>"


def quiet(_line: str) -> None:
    """Take progress and drop it."""


def figures(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "metrics.parquet").drop(columns="run_id")


def command(*arguments: str) -> "subprocess.Popen[str]":
    start = [sys.executable, "-c", "from semshift_nb.cli import main; main()", "report"]
    return subprocess.Popen(
        [*start, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def processes_of(folder: Path) -> list[str]:
    """Find what a report started there, but this process: the server, notebooks, kernels."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = (process / "cwd").readlink()
        except OSError:
            continue
        if place.is_relative_to(folder) and int(process.name) != os.getpid():
            found.append(process.name)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_run_with_a_failure(make_notebook: Make) -> None:
    kernel = "import sys; print(sys.executable)"
    make_notebook("01_a", before=kernel, title=f"What {HOSTILE} asks")
    make_notebook("02_b", before=f"raise ValueError({HOSTILE!r})")
    make_notebook("03_c", before="blob = bytearray(300_000_000); del blob")
    folder = run_report(parameters={"n": "8", "mode": "repeat"}, jobs=2, tell=quiet)
    check_manifest(folder)
    check_metrics(folder)
    executed = nbformat.read(folder / "01_a.ipynb", as_version=4)
    assert executed.cells[3].outputs[0].text.strip() == sys.executable
    check_page(folder)
    assert {path.name for path in folder.glob(".*")} == {".lock"}


def check_manifest(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", folder.name)
    assert folder.parent == Path("runs")
    assert [record.status for record in manifest.notebooks] == ["done", "failed", "done"]
    assert manifest.status == "failed"
    first, second, third = manifest.notebooks
    assert first.parameters == {"n": 8, "mode": "repeat", "seed": 0}
    assert manifest.seeds == {"01_a": 0, "02_b": 0, "03_c": 0}
    assert manifest.versions["papermill"] != "not installed"
    assert second.error == f"ValueError: {HOSTILE}"
    # Peak memory is each kernel's own: one notebook's large block is not seen in the other.
    assert first.peak_memory_bytes is not None
    assert third.peak_memory_bytes is not None
    assert third.peak_memory_bytes - first.peak_memory_bytes > 100_000_000
    assert manifest.peak_memory_bytes == third.peak_memory_bytes


def check_metrics(folder: Path) -> None:
    rows = pd.read_parquet(folder / "metrics.parquet")
    assert set(rows["run_id"]) == {folder.name}
    assert rows.groupby("notebook").size().to_dict() == {"01_a": 2, "02_b": 1, "03_c": 2}
    (stopped,) = rows[rows["notebook"] == "02_b"].to_dict("records")
    assert stopped["status"] == "not measured"
    assert stopped["reason"] == f"failed: ValueError: {HOSTILE}"
    assert rows.loc[rows["value"].isna(), "reason"].notna().all()
    assert len(pd.read_csv(folder / "metrics.csv")) == len(rows)


def check_page(folder: Path) -> None:
    page = (folder / "index.html").read_text()
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert "The moon is &lt;b&gt;cheese&lt;/b&gt;" in page
    assert not re.search(r"<script|https?://", page)
    for name in re.findall(r'href="([^"#]+)"', page):
        assert (folder / name).is_file()


def test_resume_runs_only_what_is_missing(make_notebook: Make, project: Path) -> None:
    make_notebook("01_a")
    make_notebook("02_b", before="assert not n")
    out = project / "run"
    run_report(parameters={"n": "8"}, out=out, tell=quiet)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("01_a*")}
    first = read_manifest(out)
    assert first.status == "failed"

    for parameters, match in (
        ({"n": "9"}, "cannot resume with n='9': in the earlier run it was '8'"),
        ({"mode": "repeat"}, "it was left at its default"),
    ):
        with pytest.raises(InputError, match=match):
            run_report(parameters=parameters, out=out, resume=True, tell=quiet)
    with pytest.raises(InputError, match="cannot resume with the notebooks 01_a"):
        run_report(["1"], out=out, resume=True, tell=quiet)
    with pytest.raises(InputError, match="add resume=True"):
        run_report(out=out, tell=quiet)

    make_notebook("02_b")
    lines: list[str] = []
    run_report(parameters={"n": "8"}, out=out, resume=True, tell=lines.append)
    second = read_manifest(out)
    assert second.status == "done"
    assert [line.split()[0] for line in lines[1:]] == ["02_b", "02_b"]
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("01_a*")} == before
    assert (second.run_id, second.started) == (first.run_id, first.started)
    assert second.notebooks[1].parameters["n"] == 8

    (out / "01_a.html").unlink()
    lines.clear()
    run_report(out=out, resume=True, tell=lines.append)
    assert [line.split()[0] for line in lines[1:]] == ["01_a", "01_a"]

    content = json.loads((out / "manifest.json").read_text())
    content["versions"]["torch"] = "1.0"
    (out / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"the versions changed .*\(torch\)"):
        run_report(out=out, resume=True, tell=quiet)


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"k": "1"}, "no notebook of 01_a has a parameter 'k'; there are: mode, n, seed"),
        ({"out": "x"}, "use out for"),
        ({"n": "x"}, "01_a: n must be an integer, not 'x'"),
        ({"n": "99"}, "from 2 to 64, not 99"),
    ],
)
def test_nothing_runs_when_asked_wrongly(
    parameters: dict[str, str], match: str, make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    with pytest.raises(InputError, match=match):
        run_report(parameters=parameters, tell=quiet)
    assert not (project / "runs").exists()


SUBJECT = 'corpus = "reviews"\nmodel = "static"\nout = ""'


def test_corpus_and_model_are_loaded_before_anything_runs(
    make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a", parameters=SUBJECT, before="print(corpus)", results=False)
    for given, match in (
        ({"corpus": "no-such"}, "no-such"),
        ({"model": "no-such"}, "no-such"),
        ({"corpus": "bad.csv"}, "text"),
    ):
        (project / "bad.csv").write_text("a,b\n1,2\n")
        with pytest.raises(InputError, match=match):
            run_report(parameters=given, tell=quiet)
    assert not (project / "runs").exists()

    (project / "mine.csv").write_text("text\nMeaning moves. It does.\n")
    folder = run_report(parameters={"corpus": "mine.csv"}, tell=quiet)
    manifest = read_manifest(folder)
    assert manifest.status == "done"
    (corpus,) = manifest.subject["corpus"].values()
    assert (corpus["name"], corpus["n_documents"]) == ("mine", 1)
    assert manifest.subject["model"]["static"]["fingerprint"]
    # The kernel works in another folder: the path must hold there too.
    assert manifest.notebooks[0].parameters["corpus"] == str(project / "mine.csv")

    (project / "mine.csv").write_text("text\nAnother text.\n")
    with pytest.raises(InputError, match="the subject changed"):
        run_report(out=folder, resume=True, tell=quiet)


HALF_WRITTEN = ".tmp-" + "0123456789abcdef" * 2


@pytest.mark.parametrize("foreign", [".env", ".gitignore", "notes.txt", ".tmp-mine"])
def test_a_folder_that_holds_anything_of_others_is_refused_and_left(
    foreign: str, make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    out = project / "mine"
    out.mkdir()
    (out / foreign).write_text("keep me")
    for resume in (False, True):
        with pytest.raises(InputError, match="holds no run" if resume else re.escape(foreign)):
            run_report(out=out, resume=resume, tell=quiet)
    assert {path.name: path.read_text() for path in out.iterdir()} == {foreign: "keep me"}


def test_links_and_folders_named_as_a_report_names_its_own_are_refused(
    make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    kept = project / "elsewhere"
    kept.mkdir()
    (kept / "precious").write_text("keep me")
    out = project / "mine"
    out.mkdir()
    for name, make in (
        (".work-0123abcd", lambda path: path.symlink_to(kept)),
        (HALF_WRITTEN, lambda path: path.symlink_to(kept / "precious")),
        (HALF_WRITTEN, Path.mkdir),
        (".lock", lambda path: path.symlink_to(kept / "precious")),
    ):
        make(out / name)
        with pytest.raises(InputError, match=re.escape(name)):
            run_report(out=out, tell=quiet)
        (out / name).unlink() if (out / name).is_symlink() else (out / name).rmdir()
    assert (kept / "precious").read_text() == "keep me"


def test_what_a_killed_report_left_half_written_is_removed_and_nothing_else(
    make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    out = project / "run"
    (out / ".work-0123abcd" / "01_a").mkdir(parents=True)
    for name in (".lock", HALF_WRITTEN):
        (out / name).touch()
    run_report(out=out, tell=quiet)
    assert {path.name for path in out.glob(".*")} == {".lock"}

    # Beside a run a person keeps what they like; going on with the run touches none of it.
    theirs = {".env", ".gitignore", "notes.txt", ".tmp-mine"}
    for name in theirs:
        (out / name).write_text("keep me")
    (out / ".work-link").symlink_to(project)
    (out / HALF_WRITTEN).touch()
    (out / "01_a.html").unlink()
    run_report(out=out, resume=True, tell=quiet)
    assert all((out / name).read_text() == "keep me" for name in theirs)
    assert (out / ".work-link").is_symlink()
    assert not (out / HALF_WRITTEN).exists()


def test_resuming_where_there_is_no_run_says_so(make_notebook: Make, project: Path) -> None:
    make_notebook("01_a")
    (project / "empty").mkdir()
    (project / "broken").mkdir()
    (project / "broken" / ".lock").touch()
    (project / "file").write_text("")
    (project / "nowhere").symlink_to(project / "gone")
    for name, match in (
        ("empty", "holds no run"),
        ("broken", "holds no run"),
        ("missing", "is not there"),
        ("file", "is a file"),
        ("nowhere", "a link to nothing"),
    ):
        with pytest.raises(InputError, match=match):
            run_report(out=project / name, resume=True, tell=quiet)
    for name, match in (("file", "is a file"), ("nowhere", "a link to nothing")):
        with pytest.raises(InputError, match=match):
            run_report(out=project / name, tell=quiet)
    assert not (project / "missing").exists()


def test_a_folder_in_the_place_of_a_result_is_refused_before_anything_runs(
    make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    out = run_report(out=project / "run", tell=quiet)
    (out / "01_a.html").unlink()
    (out / "01_a.html").mkdir()
    with pytest.raises(InputError, match=r"01_a\.html is a folder"):
        run_report(out=out, resume=True, tell=quiet)


def test_a_kernel_that_dies_leaves_the_others(make_notebook: Make) -> None:
    make_notebook("01_a", before="import os; os._exit(3)")
    make_notebook("02_b")
    manifest = read_manifest(run_report(tell=quiet))
    assert [record.status for record in manifest.notebooks] == ["failed", "done"]
    assert "DeadKernelError" in manifest.notebooks[0].error


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_is_readable_and_leaves_no_process(
    stop: signal.Signals, make_notebook: Make, project: Path
) -> None:
    make_notebook("01_a")
    make_notebook("02_b", before="open('here', 'w'); import time; time.sleep(600)")
    make_notebook("03_c")
    out = project / "run"
    process = command("--out", str(out))
    wait_until(lambda: any(out.glob(".work-*/02_b/here")))
    process.send_signal(stop)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in stderr
    assert stdout.splitlines()[-1] == str(Path("run", "index.html"))
    assert processes_of(project) == []
    manifest = read_manifest(out)
    assert manifest.status == "interrupted"
    assert [record.status for record in manifest.notebooks] == ["done", "interrupted", "waiting"]
    page = (out / "index.html").read_text()
    assert "Interrupted" in page
    assert "Not run yet" in page
    assert figures(out)["notebook"].tolist() == ["01_a", "01_a", "02_b"]


def test_a_second_report_keeps_out_of_a_folder_in_use(make_notebook: Make, project: Path) -> None:
    make_notebook("01_a", before="import time; time.sleep(600)")
    out = project / "run"
    process = command("--out", str(out))
    try:
        wait_until((out / "manifest.json").exists)
        with pytest.raises(InputError, match="another report is writing"):
            run_report(out=out, resume=True, tell=quiet)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _resume(out: Path) -> list[str]:
    """Go on where a run was begun; killed in its first moment, it is none yet."""
    return ["--resume"] if (out / "manifest.json").exists() else []


def test_twenty_kills_at_random_moments_change_no_result(
    make_notebook: Make, project: Path
) -> None:
    """A killed run resumes; one that came to its end before its kill starts again elsewhere."""
    make_notebook("01_a")
    make_notebook("02_b", before="import time; time.sleep(0.5)")
    given = ["-p", "n=9", "--jobs", "2"]
    wanted = figures(run_report(parameters={"n": "9"}, jobs=2, tell=quiet))
    draw = random.Random(0)
    killed = 0
    for n_folder in range(100):
        out = project / f"run{n_folder}"
        while killed < 20:
            process = command("--out", str(out), *given, *_resume(out))
            try:
                process.communicate(timeout=draw.uniform(0.3, 4.0))
                assert process.returncode == 0
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
        process = command("--out", str(out), *given, *_resume(out))
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
        pd.testing.assert_frame_equal(figures(out), wanted)
        assert {path.name for path in out.glob(".*")} == {".lock"}
        wait_until(lambda: processes_of(project) == [])
        if killed == 20:
            break
    assert killed == 20
