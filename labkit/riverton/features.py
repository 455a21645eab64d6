"""From the bytes of a request to the features of a row, or to a reason why not."""

import json

import numpy as np


class Malformed(ValueError):
    """The request cannot be scored; the message tells its sender why."""


def parse_features(content_type: str, body: bytes, n_features: int) -> np.ndarray:
    """Return the features in `body`, float32 of shape [n_features], all finite.

    `content_type` application/octet-stream means little-endian float32 values, anything else JSON
    as {"features": [numbers]}. Raises Malformed.
    """
    if content_type.lower().startswith("application/octet-stream"):
        features = _from_binary(body, n_features)
    else:
        features = _from_json(body, n_features)
    if not np.isfinite(features).all():
        raise Malformed("every feature must be a finite float32 number")
    return features


def _from_binary(body: bytes, n_features: int) -> np.ndarray:
    if len(body) != 4 * n_features:
        raise Malformed(
            f"expected {n_features} float32 values, {4 * n_features} bytes; got {len(body)} bytes"
        )
    return np.frombuffer(body, dtype="<f4")


def _from_json(body: bytes, n_features: int) -> np.ndarray:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: {error}") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise Malformed('expected an object {"features": [numbers]}')
    if len(features) != n_features:
        raise Malformed(f"expected {n_features} features; got {len(features)}")
    # An exact comparison of types: a bool would pass for an int.
    strange = set(map(type, features)) - {int, float}
    if strange:
        names = ", ".join(sorted(kind.__name__ for kind in strange))
        raise Malformed(f"every feature must be a number; got {names}")
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinite, refused by the caller
            return np.array(features, dtype=np.float64).astype(np.float32)
    except OverflowError:  # an int too large for a float
        return np.array([np.inf], dtype=np.float32)
