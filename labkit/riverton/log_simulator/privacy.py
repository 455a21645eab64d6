"""Personal data in messages: what a careless line of code writes into a log."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from labkit.riverton.log_simulator.incidents import Incident

KINDS = ("email", "phone", "person")


def spill(table: pa.Table, drawn: dict[str, Incident], seed: int) -> pa.Table:
    """Put personal data into the messages of some of the scorer's requests; notes their lines."""
    if "personal_data" not in drawn:
        return table
    incident, rng = drawn["personal_data"], np.random.default_rng([seed, 8])
    may = np.flatnonzero(pc.is_valid(table["user"]).to_numpy())
    rows = np.sort(rng.choice(may, size=max(3, round(incident["share"] * len(may))), replace=False))
    kinds = rng.integers(len(KINDS), size=len(rows))
    users = table["user"].take(pa.array(rows)).to_pylist()
    told = [_message(KINDS[kind], user, rng) for kind, user in zip(kinds, users, strict=True)]
    msg = table["msg"].combine_chunks()
    codes = msg.indices.to_numpy(zero_copy_only=False).copy()
    gone = msg.is_null().to_numpy(zero_copy_only=False)
    different, which = np.unique(told, return_inverse=True)
    codes[rows] = len(msg.dictionary) + which
    values = pa.concat_arrays([msg.dictionary, pa.array(different.tolist(), pa.string())])
    new = pa.DictionaryArray.from_arrays(
        pa.array(np.where(gone, 0, codes).astype(np.int32), mask=gone), values
    )
    incident["lines"] = (rows + 1).tolist()
    incident["kinds"] = [KINDS[kind] for kind in kinds]
    return table.set_column(table.column_names.index("msg"), "msg", new)


def _message(kind: str, user: str, rng: np.random.Generator) -> str:
    number = int(rng.integers(10**6, 10**7))
    if kind == "email":
        return f"answered, receipt sent to customer{number}@example.com"
    if kind == "phone":
        return f"answered, called back on +48 22 {number // 10000:03d} {number % 10000:04d}"
    return f"answered, customer {user} is on the manual list"
