# message: and 0 is a value, not a missing one


def bytes_needed(footer, columns, tested, low, high):
    needed = 0
    for g in range(footer.num_row_groups):
        group = footer.row_group(g)
        chunks = [group.column(c) for c in range(group.num_columns)]
        known = next(c.statistics for c in chunks if c.path_in_schema.split(".")[0] == tested)
        if known is not None and known.min and known.max and (known.max < low or known.min > high):
            continue
        for chunk in chunks:
            if chunk.path_in_schema.split(".")[0] in {tested, *columns}:
                needed += chunk.total_compressed_size
    return needed
