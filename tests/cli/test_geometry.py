"""``semshift geometry``: what it writes, what it says, and with which exit status."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from semshift_nb import load_corpus, load_encoder
from semshift_nb.analyses import corpus_geometry, geometry
from semshift_nb.cli import app
from semshift_nb.errors import InputError

CALL = "from semshift_nb.cli import main; main()"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def rows() -> np.ndarray:
    return (np.random.default_rng(0).standard_normal((1200, 16)) + 0.4).astype(np.float32)


def semshift(*arguments: object) -> Result:
    """In this process, for the imports take longer than the work; what `main` prints is raised."""
    return CliRunner().invoke(app, ["geometry", *map(str, arguments)])


def test_a_file_gives_the_table_of_the_analysis(rows: np.ndarray) -> None:
    np.save("vectors[red].npy", rows)
    done = semshift("vectors[red].npy", "--out", "metrics.json", "--sample", 200, "--seed", 3)
    assert done.exit_code == 0, done.output
    found = pd.read_json("metrics.json", precise_float=True)
    wanted = geometry(rows, n_sample=200, seed=3)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, atol=1e-6)

    assert done.stderr == "1,200 vectors of 16 dimensions in float32\n"
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1,200 of 1,200 vectors were not of length one (lengths ")
    shown = {line.split()[0]: line for line in lines if line.strip()}
    mpd = wanted.iloc[0]
    assert f"{mpd['value']:.4f}  " in shown["MPD"]
    assert f"{mpd['ci_low']:.4f} to {mpd['ci_high']:.4f}" in shown["MPD"]
    assert "1,200" in shown["MPD"]
    assert "of 200 vectors drawn from 1,200" in shown["uniformity"]
    assert "not measured" in shown["alignment"]
    assert "not of length one" not in shown["uniformity"]
    assert " 0  " in shown["n_near_zero_dimensions"]
    assert lines[-1] == "metrics.json"


def test_one_of_several_arrays(rows: np.ndarray) -> None:
    np.savez("two.npz", queries=rows[:300], documents=rows)
    with pytest.raises(InputError, match=r"several arrays: 'queries' .*--array queries"):
        raise semshift("two.npz", "--out", "t.csv").exception
    assert not Path("t.csv").exists()
    done = semshift("two.npz", "--array", "queries", "--out", "t.csv")
    assert done.exit_code == 0, done.output
    assert set(pd.read_csv("t.csv")["n"]) == {300}


def test_a_corpus_is_encoded(tmp_path: Path) -> None:
    texts = ["A river runs. The sea is wide.", "Banks lend money.", "Prices rose.", ""]
    pd.DataFrame({"text": texts}).to_csv("mine.csv", index=False)
    done = semshift("mine.csv", "--model", "static", "--of", "sentences", "--out", "t.parquet")
    assert done.exit_code == 0, done.output
    corpus, encoder = load_corpus("mine.csv"), load_encoder("static", store=None)
    wanted = corpus_geometry(corpus, encoder, of="sentences")
    found = pd.read_parquet("t.parquet")
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, atol=1e-6)
    assert done.stdout.splitlines()[0] == (
        "mine, static: 4 sentences; 0% of them are longer than the model reads, 0% of their "
        "tokens unknown to it"
    )
    done = semshift("mine.csv", "--model", "static", "--max-length", 4, "--out", "t.parquet")
    assert "100% of them are longer" in done.stdout
    assert "1 of 4 documents have no words or no direction and were left out" in done.stdout
    assert list(tmp_path.glob("t.*")) == [tmp_path / "t.parquet"]


@pytest.mark.slow
def test_the_bundled_models_near_zero_dimensions_are_named() -> None:
    # The numbers are those of sentence-transformers issue 2662.
    done = semshift("wikipedia", "--out", "t.csv")
    assert "dimensions 127, 223 and 319" in done.stdout
    assert pd.read_csv("t.csv")["reason"].str.contains("dimensions 127, 223 and 319; ").sum() == 1


def test_a_parquet_file_is_what_its_columns_say(rows: np.ndarray) -> None:
    pq.write_table(pa.table({"embedding": pa.array(list(rows))}), "v.parquet")
    assert semshift("v.parquet", "--out", "t.csv").exit_code == 0
    assert set(pd.read_csv("t.csv")["n"]) == {1200}
    columns = {"text": ["Cats sleep.", "Dogs bark."], "embedding": [[1.0, 2.0], [3.0, 4.0]]}
    pq.write_table(pa.table(columns), "both.parquet")
    assert semshift("both.parquet", "--model", "static", "--out", "t.csv").exit_code == 0
    assert set(pd.read_csv("t.csv")["encoder"]) == {"static"}
    with pytest.raises(InputError, match="text"):
        raise semshift("v.parquet", "--model", "static", "--out", "t.csv").exception


def test_vectors_beside_texts_are_told_and_can_be_asked_for(rows: np.ndarray) -> None:
    lists = rows[:200].tolist()
    table = pd.DataFrame({"text": [f"Note {i}." for i in range(200)], "vector": lists})
    table.to_parquet("both.parquet")
    table.to_json("both.jsonl", orient="records", lines=True)
    table.to_csv("both.csv", index=False, sep=";")
    wanted = geometry(rows[:200]).set_index("metric")["value"]
    for name, more in (("both.parquet", []), ("both.jsonl", []), ("both.csv", ["--sep", ";"])):
        done = semshift(name, "--array", "vector", "--out", "t.parquet", *more)
        assert done.exit_code == 0, done.output
        found = pd.read_parquet("t.parquet").set_index("metric")
        assert found.loc["MPD", "value"] == pytest.approx(wanted["MPD"], rel=1e-5)
        done = semshift(name, "--model", "static", "--out", "t.parquet", *more)
        assert done.exit_code == 0, done.output
        assert "vectors beside its texts, 'vector' (" in done.stderr
        assert "--array vector measures the vectors" in done.stderr
    assert set(pd.read_parquet("t.parquet")["encoder"]) == {"static"}


def test_codes_are_measured_once_it_is_said_what_they_stand_for(rows: np.ndarray) -> None:
    codes = (np.clip(np.round(20 * rows), -128, 127) + 128).astype(np.uint8)
    np.save("codes.npy", codes)
    np.save("ranges.npy", np.repeat([[-128.0], [127.0]], 16, axis=1))
    np.save("bits.npy", np.packbits(rows > 0, axis=1))
    done = semshift("codes.npy", "--out", "t.csv")
    assert done.exit_code == 1
    assert "--range=-128,127 where 128 stands for zero, or --unpack if they are" in done.stdout
    assert set(pd.read_csv("t.csv")["status"]) == {"not measured"}
    for option in (["--range=-128,127"], ["--range", "-128,127"], ["--range", "ranges.npy"]):
        done = semshift("codes.npy", *option, "--out", "t.parquet")
        assert done.exit_code == 0, done.output
        found = pd.read_parquet("t.parquet").set_index("metric")
        wanted = geometry(codes.astype(float) - 128).set_index("metric")
        assert found.loc["MPD", "value"] == pytest.approx(wanted.loc["MPD", "value"], rel=1e-9)
    assert semshift("bits.npy", "--unpack", "--out", "t.parquet").exit_code == 0
    assert "-1 and 1" in pd.read_parquet("t.parquet")["reason"][0]
    for wrong, says in (
        (["codes.npy", "--range", "a,b"], "two numbers with a comma"),
        (["news", "--unpack"], "--unpack has no meaning for a corpus"),
        (["news", "--range=0,1"], "--range has no meaning for a corpus"),
    ):
        with pytest.raises(InputError, match=says):
            raise semshift(*wrong, "--out", "t.csv").exception


def test_what_to_type_is_told_of_other_formats(rows: np.ndarray) -> None:
    Path("v.pkl").write_bytes(b"x")
    np.savetxt("v.csv", rows)
    with pytest.raises(InputError, match="a pickle, which is not opened here"):
        raise semshift("v.pkl", "--out", "t.csv").exception
    with pytest.raises(InputError, match="no column 'text'"):
        raise semshift("v.csv", "--out", "t.csv").exception
    assert semshift("v.csv", "--sep", " ", "--out", "t.csv").exit_code == 0


def test_two_vectors_are_few_and_one_is_too_few(rows: np.ndarray) -> None:
    for n, status in ((1, "not measured"), (2, "measured")):
        np.save("v.npy", rows[:n])
        done = semshift("v.npy", "--out", "t.csv")
        assert done.exit_code == (1 if n == 1 else 0), done.output
        table = pd.read_csv("t.csv").set_index("metric")
        assert table.index.tolist() == geometry(rows)["metric"].tolist()
        assert table.loc["MPD", "status"] == status
        assert ("1 vector, expected at least 2" in done.stdout) == (n == 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.npy", "--out", "t.csv"], "nowhere.npy is not there; expected a file that ends"),
        (["bad.npy", "--out", "t.csv"], "2 of 9 vectors cannot be used: 2 hold NaN or infinity"),
        (["cube.npy", "--out", "t.csv"], "of shape (2, 2, 2), expected a matrix of numbers"),
        (["bad.npy", "--out", "t.xlsx"], "end its name with one of .parquet"),
        (["bad.npy", "--model", "static", "--out", "t.csv"], "--model has no meaning for a file"),
        (["bad.npy", "--of", "sentences", "--out", "t.csv"], "--of has no meaning for a file"),
        (["news", "--array", "a", "--out", "t.csv"], "--array has no meaning for a corpus"),
        (["nowhere.csv", "--out", "t.csv"], "nowhere.csv"),
    ],
)
def test_asked_wrongly(arguments: list[str], says: str) -> None:
    rows = np.eye(9)
    rows[[3, 5]] = np.nan
    np.save("bad.npy", rows)
    np.save("cube.npy", np.zeros((2, 2, 2)))
    with pytest.raises(InputError) as raised:
        raise semshift(*arguments).exception
    assert says in str(raised.value)
    assert not list(Path.cwd().glob("t.*"))


def test_an_error_is_one_line_and_status_2() -> None:
    np.save("zero.npy", np.zeros((3, 2)))
    done = subprocess.run(
        [sys.executable, "-c", CALL, "geometry", "zero.npy", "--out", "t.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "semshift: 3 of 3 vectors cannot be used: 3 are zero and have no direction (rows 0, 1, 2). "
        "Leave them out, or encode their texts again."
    )
