"""Write datasets/ from the seed: the files, Croissant metadata, tables in the datasheets."""

import hashlib
import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import mlcroissant as mlc
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from labkit.riverton import datasheet
from labkit.riverton.catalog import (
    ARROW_TYPES,
    BOOLEAN,
    CATALOG,
    INTEGER,
    MOMENT,
    NUMBER,
    RIVERTON_LOG,
    TEXT,
    Dataset,
    File,
    Table,
)
from labkit.riverton.data import DATASETS, DatasetError
from labkit.riverton.shipped_log import make_log
from labkit.riverton.world import make_world

VERSION = "1.0.0"
PUBLISHED = datetime(2026, 1, 1)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CROISSANT_TYPES = {
    TEXT: mlc.DataType.TEXT,
    INTEGER: mlc.DataType.INTEGER,
    NUMBER: mlc.DataType.FLOAT,
    BOOLEAN: mlc.DataType.BOOL,
    MOMENT: mlc.DataType.DATETIME,
}


def build(target: Path = DATASETS) -> list[Path]:
    """Build every dataset into ``target`` and return the files written, in order.

    Everything is made in a folder beside the old files and moved over them only once complete,
    so an interrupted build leaves what was there. The datasheets' prose comes from datasets/.

    Raises DatasetError where a datasheet is missing, and OSError where a file cannot be written.
    """
    prose = {dataset.folder: _prose(dataset) for dataset in CATALOG}
    world = make_world()
    made_by = {dataset.folder: world for dataset in CATALOG} | {RIVERTON_LOG.folder: make_log()}
    target.mkdir(parents=True, exist_ok=True)
    for left_by_an_interrupted_build in target.glob(".build-*"):
        shutil.rmtree(left_by_an_interrupted_build, ignore_errors=True)
    written = []
    with tempfile.TemporaryDirectory(dir=target, prefix=".build-") as made:
        for dataset in CATALOG:
            folder = Path(made) / dataset.folder
            folder.mkdir()
            source = made_by[dataset.folder]
            for table in dataset.tables:
                write_table(getattr(source, table.name), table, folder / table.file)
            for file in dataset.files:
                (folder / file.file).write_bytes(getattr(source, file.name))
            _write_text(folder / "croissant.json", describe(dataset, folder))
            sheet = datasheet.fill(prose[dataset.folder], dataset, source)
            _write_text(folder / "README.md", sheet)
        for new in sorted(Path(made).glob("*/*")):
            final = target / new.relative_to(made)
            final.parent.mkdir(exist_ok=True)
            new.replace(final)
            written.append(final)
    return written


def _prose(dataset: Dataset) -> str:
    name = f"datasets/{dataset.folder}/README.md"
    try:
        return (DATASETS / dataset.folder / "README.md").read_text(encoding="utf-8")
    except OSError:
        raise DatasetError(
            f"{name} is missing; people wrote it, so it cannot be rebuilt. Get it back with: "
            f"git checkout -- {name}"
        ) from None


def write_table(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Write the described columns of ``frame``, small and the same to the byte each time.

    Few distinct values take a dictionary; whole numbers that rise are stored as differences; other
    columns of an edge list are split into bytes, of which the high ones compress well.
    """
    columns = {
        column.name: pa.array(frame[column.name], from_pandas=True).cast(ARROW_TYPES[column.kind])
        for column in table.columns
    }
    is_edge_list = len(table.columns) == 2
    encoding = {name: "DELTA_BINARY_PACKED" for name in table.rising}
    if is_edge_list:
        encoding |= {name: "BYTE_STREAM_SPLIT" for name in columns if name not in table.rising}
    pq.write_table(
        pa.table(columns),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in columns if name not in encoding],
        column_encoding=encoding,
    )


def describe(dataset: Dataset, folder: Path, origin: str = "Generated") -> str:
    """Give the Croissant metadata (JSON) of a dataset whose files lie in ``folder``."""
    metadata = mlc.Metadata(
        name=dataset.folder,
        description=f"{dataset.title}. {dataset.meaning} {datasheet.MADE_UP}",
        license=[LICENCE],
        version=VERSION,
        date_published=PUBLISHED,
        cite_as=f"{dataset.title}, version {VERSION}. {origin} data, CC BY 4.0.",
        creators=[mlc.Organization(name="The authors of the ML systems lab course")],
        distribution=[_file_object(item, folder) for item in dataset.tables + dataset.files],
        record_sets=[_record_set(table) for table in dataset.tables],
    )
    return json.dumps(metadata.to_json(), indent=1, default=str) + "\n"


def _file_object(item: Table | File, folder: Path) -> mlc.FileObject:
    content = (folder / item.file).read_bytes()
    return mlc.FileObject(
        id=item.file,
        name=item.file,
        description=item.meaning,
        content_url=item.file,
        content_size=f"{len(content)} B",
        encoding_formats=[item.format],
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _record_set(table: Table) -> mlc.RecordSet:
    fields = [
        mlc.Field(
            id=f"{table.name}/{column.name}",
            name=column.name,
            description=column.meaning,
            data_types=[CROISSANT_TYPES[column.kind]],
            source=mlc.Source(file_object=table.file, extract=mlc.Extract(column=column.name)),
        )
        for column in table.columns
    ]
    return mlc.RecordSet(id=table.name, name=table.name, description=table.meaning, fields=fields)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
