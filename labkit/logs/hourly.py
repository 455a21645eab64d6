"""One question to a log that lies in many files: requests, errors and latency by endpoint and hour.

The same table comes from pandas, DuckDB, dask and Spark. It is *mergeable*: the tables of two parts
of a log, added cell by cell, are the table of both. A row is an hour, an endpoint and a bucket of
latency, so that percentiles can be read from it, within a known relative error.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

GROWTH = 1.04
"""A bucket of latency reaches from GROWTH**b to GROWTH**(b + 1) ms."""
READ = ["ts", "endpoint", "status", "latency_ms"]
KEYS = ["hour", "endpoint", "bucket"]
SUMS = ["requests", "errors", "ms"]
"""Columns of the table: how many requests, how many of them failed, their latencies added up."""

# One query, in the SQL that DuckDB and Spark share but for the name of the logarithm.
QUERY = f"""
    SELECT date_trunc('hour', ts) AS hour, endpoint,
           CAST(floor(ln(latency_ms) / ln({GROWTH})) AS INTEGER) AS bucket,
           count(*) AS requests,
           sum(CASE WHEN status >= 500 THEN 1 ELSE 0 END) AS errors,
           sum(latency_ms) AS ms
    FROM log
    GROUP BY hour, endpoint, bucket
"""


def write_parts(requests: pd.DataFrame, folder: Path, copies: int = 1) -> list[Path]:
    """Write one Parquet file for every three hours of `requests`, and each of them `copies` times.

    Copies stand for a service with so many times the traffic: whatever is counted grows by exactly
    that factor. `ts` is written without its time zone, UTC. Returns the paths, in order of time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    requests = requests.assign(ts=requests["ts"].dt.tz_localize(None))
    paths = []
    for begins, rows in requests.groupby(requests["ts"].dt.floor("3h")):
        first = folder / f"{begins:%Y-%m-%dT%H}-000.parquet"
        rows.to_parquet(first, index=False, compression="zstd")
        others = [folder / f"{begins:%Y-%m-%dT%H}-{copy:03}.parquet" for copy in range(1, copies)]
        for other in others:
            shutil.copyfile(first, other)
        paths += [first, *others]
    return paths


def with_keys(log: Any) -> Any:
    """The log with the columns by which it is grouped and those that are added up."""
    return log.assign(
        hour=log["ts"].dt.floor("h"),
        bucket=np.floor(np.log(log["latency_ms"]) / np.log(GROWTH)).astype("int32"),
        errors=(log["status"] >= 500).astype("int64"),
        ms=log["latency_ms"],
    )


def table_of(log: pd.DataFrame) -> pd.DataFrame:
    """The table of one part of the log: by hour, endpoint and bucket of latency."""
    groups = with_keys(log).groupby(KEYS)
    return groups.agg(requests=("ms", "count"), errors=("errors", "sum"), ms=("ms", "sum"))


def merge(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The table of all parts: what stands in the same row is added."""
    return pd.concat(tables).groupby(KEYS).sum()


def table_of_file(path: str) -> pd.DataFrame:
    """The table of one file, of which only the columns that are needed are read."""
    return table_of(pd.read_parquet(path, columns=READ))


def by_pandas(folder: Path) -> pd.DataFrame:
    """Read the four columns that the question needs, all rows of them, then count."""
    return table_of(pd.read_parquet(folder, columns=READ))


def by_pandas_parts(folder: Path) -> pd.DataFrame:
    """Read one file after the other, and keep only its table."""
    parts = sorted(folder.glob("*.parquet"))
    return merge([table_of_file(str(part)) for part in parts])


def by_duckdb(folder: Path) -> pd.DataFrame:
    """Say what is wanted, and leave it to the database how to read."""
    import duckdb

    with duckdb.connect() as con:
        con.read_parquet(f"{folder}/*.parquet").create_view("log")
        return con.execute(QUERY).df().set_index(KEYS)


def by_dask(folder: Path) -> pd.DataFrame:
    """Write it as with pandas; compute() sends it as tasks to the cluster."""
    import dask.dataframe as dd

    groups = with_keys(dd.read_parquet(folder, columns=READ)).groupby(KEYS)
    table = groups.agg(requests=("ms", "count"), errors=("errors", "sum"), ms=("ms", "sum"))
    return table.compute()


def by_spark(folder: Path, spark: Any) -> pd.DataFrame:
    """Ask a Spark session this query of ours, which DuckDB understands as well."""
    spark.read.parquet(str(folder)).createOrReplaceTempView("log")
    columns = [list(column) for column in zip(*spark.sql(QUERY).collect(), strict=True)]
    table = pd.DataFrame(dict(zip(KEYS + SUMS, columns, strict=True)))
    return table.set_index(KEYS)


def alike(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its rows in order and its columns of the same types, whoever made it."""
    table = table.reset_index()
    table["hour"] = table["hour"].astype("datetime64[ms]")
    table["endpoint"] = table["endpoint"].astype("str")
    types = {"bucket": "int64", "requests": "int64", "errors": "int64", "ms": "float64"}
    return table.astype(types).set_index(KEYS)[SUMS].sort_index()


def percentile(table: pd.DataFrame, q: float) -> float:
    """The q-th percentile of latency, ms, from a table's buckets: off by at most half a bucket."""
    count = table.groupby("bucket")["requests"].sum()
    rank = np.ceil(q / 100 * count.sum())
    return GROWTH ** (count.index[np.searchsorted(count.cumsum(), rank)] + 0.5)


def by_endpoint_and_hour(table: pd.DataFrame) -> pd.DataFrame:
    """What people want to see: requests, errors, mean and p99 of latency (ms)."""
    groups = table.groupby(["endpoint", "hour"])
    seen = groups[["requests", "errors"]].sum()
    seen["mean_ms"] = groups["ms"].sum() / seen["requests"]
    seen["p99_ms"] = [percentile(rows, 99) for _, rows in groups]
    return seen
