# message: a row group counts where its values and the range overlap


def bytes_needed(footer, columns, tested, low, high):
    needed = 0
    for g in range(footer.num_row_groups):
        group = footer.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        known = next(c.statistics for c in chunks if c.path_in_schema.split(".")[0] == tested)
        if known is not None and not (
            known.min <= low <= known.max or known.min <= high <= known.max
        ):
            continue
        for chunk in chunks:
            if chunk.path_in_schema.split(".")[0] in {tested, *columns}:
                needed += chunk.total_compressed_size
    return needed
