"""Files that hold vectors in a way that is not read here: what they are, and what to type."""

import json
import re
import shlex
import struct
from collections.abc import Callable
from pathlib import Path

from semshift_nb.errors import by_door

_FASTTEXT = struct.pack("<i", 793712314)
_WORD2VEC = re.compile(rb"\d+ \d+\n")

_TORCH = (
    "what torch.save writes, a pickle, which is not opened here, for it may run code",
    (
        'import torch, numpy as np; x = torch.load({path}, weights_only=True, map_location="cpu"); '
        "np.save({new}, x.detach().float().numpy())"
    ),
    " (where it holds a dict of tensors, write x[NAME] for x)",
)
_PICKLE = (
    "a pickle, which is not opened here, for it may run code",
    (
        "import pickle, numpy as np; np.save({new}, "
        'np.asarray(pickle.load(open({path}, "rb")), dtype=np.float32))'
    ),
    ", if you trust where it came from",
)
_FAISS = (
    "an index of FAISS",
    (
        "import faiss, numpy as np; index = faiss.read_index({path}); "
        "np.save({new}, index.reconstruct_n(0, index.ntotal))"
    ),
    " (an index that compresses gives back approximations)",
)
_HDF5 = (
    "an HDF5 file",
    (
        "import h5py, numpy as np; file = h5py.File({path}); print(list(file)); "
        "np.save({new}, file[next(iter(file))][:])"
    ),
    " (which takes the first of the data sets that it lists)",
)
_MATLAB = (
    "a file of MATLAB",
    (
        "import scipy.io, numpy as np; file = scipy.io.loadmat({path}); "
        'np.save({new}, next(x for n, x in file.items() if not n.startswith("__")))'
    ),
    "",
)
_ARROW = (
    "an Arrow file",
    "import pyarrow.feather as f, pyarrow.parquet as p; p.write_table(f.read_table({path}), {new})",
    "",
)
_WORDS = (
    "word2vec's binary format",
    (
        "from gensim.models import KeyedVectors as K; import numpy as np; "
        "np.save({new}, K.load_word2vec_format({path}, binary=True).vectors)"
    ),
    "",
)
_FASTTEXT_BIN = (
    "a model of fastText",
    (
        "from gensim.models.fasttext import load_facebook_vectors as f; import numpy as np; "
        "np.save({new}, f({path}).vectors)"
    ),
    "",
)
_RAW = (
    "numbers without a shape, as it seems",
    "import numpy as np; np.save({new}, np.fromfile({path}, np.float32).reshape(-1, 384))",
    ", with their own type and dimensions in place of float32 and 384",
)
SPARSE = (
    "a sparse matrix of SciPy",
    "import scipy.sparse as s, numpy as np; np.save({new}, s.load_npz({path}).toarray())",
    ", which writes the zeros as well",
)
Advice = tuple[str, str, str]


def _of_bin(head: bytes) -> Advice:
    if head.startswith(_FASTTEXT):
        return _FASTTEXT_BIN
    if _WORD2VEC.match(head):
        return _WORDS
    return _TORCH if head.startswith(b"PK") else _RAW


_BY_ENDING: dict[str, Callable[[bytes], Advice]] = {
    **dict.fromkeys((".pt", ".pth", ".ckpt"), lambda _: _TORCH),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), lambda _: _PICKLE),
    **dict.fromkeys((".index", ".faiss", ".idx"), lambda _: _FAISS),
    **dict.fromkeys((".h5", ".hdf5"), lambda _: _HDF5),
    **dict.fromkeys((".feather", ".arrow"), lambda _: _ARROW),
    ".mat": lambda _: _MATLAB,
    ".bin": _of_bin,
}


def is_other_format(path: Path) -> bool:
    """Say whether a file ends as those do that hold vectors in another way."""
    return path.suffix.lower() in _BY_ENDING


def advice(path: Path, known: Advice | None = None) -> str:
    """Say what a file seems to be, and what turns it into one that is read here."""
    with path.open("rb") as file:
        head = file.read(64)
    what, code, remark = known or _BY_ENDING[path.suffix.lower()](head)
    new = path.with_suffix(".parquet" if (what, code, remark) == _ARROW else ".npy")
    typed = shlex.quote(code.format(path=json.dumps(str(path)), new=json.dumps(str(new))))
    after = by_door(f"open {str(new)!r}", f"semshift geometry {shlex.quote(str(new))}")
    return f"{path} is {what}. Type python -c {typed}{remark}; then {after}."
