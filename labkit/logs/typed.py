"""A table of log records as the pandas frame that labkit.logs.records describes."""

import pandas as pd
import pyarrow as pa

from labkit.logs.records import FIELDS


def typed(table: pa.Table) -> pd.DataFrame:
    """Give each column the dtype that FIELDS names; ``packages``, written a=1,b=2, become dicts.

    Raises KeyError for a column that is no field of a record.
    """
    dtypes = {field.name: field.dtype for field in FIELDS}
    plain = pa.schema(
        (c.name, pa.string() if pa.types.is_dictionary(c.type) else c.type) for c in table.schema
    )
    nullable = {pa.string(): pd.StringDtype(), pa.int64(): pd.Int64Dtype()}
    frame = table.cast(plain).to_pandas(types_mapper=nullable.get)
    if "packages" in frame:
        frame["packages"] = pd.Series(
            [None if pd.isna(listed) else _packages(listed) for listed in frame["packages"]],
            index=frame.index,
            dtype=object,
        )
    return frame.astype({name: dtypes[name] for name in frame})


def _packages(listed: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in listed.split(","))
