"""Three models behind one signature, which differ in what a batch saves.

All classify scikit-learn's handwritten digits (8 x 8 grey levels, 0 to 16). What matters to the
service is not what they say but how their cost grows with the batch: see `labkit.riverton.curve`.
"""

import io
import math
import pickle
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np

from labkit.riverton.cache import cached

N_FEATURES = 64
_HIDDEN = 3072


class Scorer(Protocol):
    """What the service asks of a model."""

    name: str
    n_features: int

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Score `X`, float32 of shape [n, n_features]; return the labels, int64 of shape [n]."""
        ...


class Digits(NamedTuple):
    """scikit-learn's digits, split once and for all: 1347 images to fit on and 450 held out."""

    X_train: np.ndarray  # float32 [1347, 64], grey levels 0 to 16
    y_train: np.ndarray  # int64 [1347], 0 to 9
    X_test: np.ndarray  # float32 [450, 64]
    y_test: np.ndarray  # int64 [450]


@cache
def digits() -> Digits:
    """Return the data. The split is stratified and seeded; it is kept on disk because importing
    scikit-learn takes a second, which a server or a load generator has no use for."""

    def build() -> bytes:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split

        X, y = load_digits(return_X_y=True)
        split = train_test_split(
            X.astype(np.float32), y.astype(np.int64), test_size=450, stratify=y, random_state=0
        )
        X_train, X_test, y_train, y_test = split
        file = io.BytesIO()
        np.savez(file, **Digits(X_train, y_train, X_test, y_test)._asdict())
        return file.getvalue()

    with np.load(io.BytesIO(cached("digits-1.npz", build))) as arrays:
        return Digits(**{name: arrays[name] for name in Digits._fields})


class MLP:
    """A network 64-3072-3072-10, run by ONNX Runtime on one thread.

    The hidden layers are random and only the last one is fitted (ridge regression), which takes a
    second or two instead of a training run: random features in the sense of Rahimi and Recht
    (2007), "Random Features for Large-Scale Kernel Machines". Its 39 MB of weights travel from
    memory to the processor once per batch, whatever the batch holds.
    """

    name = "mlp"
    n_features = N_FEATURES

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            cached("mlp-1.onnx", _build_mlp), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, X: np.ndarray) -> np.ndarray:
        return self._session.run(None, {"X": X})[0]


def _build_mlp() -> bytes:
    """Fit the MLP and return it as a serialised ONNX model."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from sklearn.linear_model import RidgeClassifier

    data = digits()
    rng = np.random.default_rng(0)

    def normal(*shape: int, scale: float) -> np.ndarray:
        return rng.standard_normal(shape, dtype=np.float32) * np.float32(scale)

    # He's initialisation keeps the activations' size; the first layer also takes 0..16 to 0..1.
    W1 = normal(N_FEATURES, _HIDDEN, scale=math.sqrt(2 / N_FEATURES) / 16)
    b1 = normal(_HIDDEN, scale=0.5)
    W2 = normal(_HIDDEN, _HIDDEN, scale=math.sqrt(2 / _HIDDEN))
    hidden = np.maximum(np.maximum(data.X_train @ W1 + b1, 0) @ W2, 0)
    head = RidgeClassifier(alpha=1.0).fit(hidden, data.y_train)

    weights = {
        "W1": W1,
        "b1": b1,
        "W2": W2,
        "W3": head.coef_.T.astype(np.float32),
        "b3": head.intercept_.astype(np.float32),
    }
    nodes = [
        helper.make_node("Gemm", ["X", "W1", "b1"], ["z1"]),
        helper.make_node("Relu", ["z1"], ["h1"]),
        helper.make_node("Gemm", ["h1", "W2"], ["z2"]),
        helper.make_node("Relu", ["z2"], ["h2"]),
        helper.make_node("Gemm", ["h2", "W3", "b3"], ["score"]),
        helper.make_node("ArgMax", ["score"], ["label"], axis=1, keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "mlp",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["n", N_FEATURES])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, ["n"])],
        [numpy_helper.from_array(np.ascontiguousarray(W), name) for name, W in weights.items()],
    )
    # Versions that every ONNX Runtime of the last years reads.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


class Trees:
    """scikit-learn's HistGradientBoostingClassifier: 40 rounds of 10 trees, on one thread.

    A call checks its input and walks into 400 trees before the first row is scored. That overhead
    is what a batch shares. Rows after the first cost little.
    """

    name = "trees"
    n_features = N_FEATURES

    def __init__(self) -> None:
        import sklearn
        import threadpoolctl

        # A pickle is only good for the version that wrote it.
        self._model = pickle.loads(cached(f"trees-1-{sklearn.__version__}.pickle", _build_trees))
        self._threads = threadpoolctl.ThreadpoolController()

    def __call__(self, X: np.ndarray) -> np.ndarray:
        with self._threads.limit(limits=1, user_api="openmp"):
            return self._model.predict(X)


def _build_trees() -> bytes:
    from sklearn.ensemble import HistGradientBoostingClassifier

    data = digits()
    model = HistGradientBoostingClassifier(max_iter=40, random_state=0)
    return pickle.dumps(model.fit(data.X_train, data.y_train))


class RowByRow:
    """The nearest of all training images, in plain Python, one row after the other.

    Nothing is shared between rows, so a batch of 32 takes 32 times as long as a batch of one: the
    negative control for every claim about batching.
    """

    name = "row_by_row"
    n_features = N_FEATURES

    def __init__(self) -> None:
        data = digits()
        self._images = data.X_train.tolist()
        self._labels = data.y_train.tolist()

    def __call__(self, X: np.ndarray) -> np.ndarray:
        return np.array([self._nearest(row) for row in X.tolist()], dtype=np.int64)

    def _nearest(self, row: list[float]) -> int:
        distances = [math.dist(row, image) for image in self._images]
        return self._labels[distances.index(min(distances))]


SCORERS: dict[str, Callable[[], Scorer]] = {s.name: s for s in (MLP, Trees, RowByRow)}


def load_scorer(name: str) -> Scorer:
    """Return the scorer called "mlp", "trees" or "row_by_row"; the first use of one fits it."""
    if name not in SCORERS:
        raise ValueError(f"there is no scorer {name!r}; choose one of {', '.join(SCORERS)}")
    return SCORERS[name]()
