# message: the name is all that stands before the dot


def bytes_needed(footer, columns, tested, low, high):
    needed = 0
    for g in range(footer.num_row_groups):
        group = footer.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        known = next(c.statistics for c in chunks if c.path_in_schema.split(".")[0] == tested)
        if known is not None and known.has_min_max and (known.max < low or known.min > high):
            continue
        for chunk in chunks:
            if any(chunk.path_in_schema.startswith(name) for name in {tested, *columns}):
                needed += chunk.total_compressed_size
    return needed
