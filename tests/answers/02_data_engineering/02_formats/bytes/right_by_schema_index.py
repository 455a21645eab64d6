def bytes_needed(footer, columns, tested, low, high):
    names = [footer.schema.column(c).path.split(".")[0] for c in range(footer.num_columns)]
    wanted = [c for c, name in enumerate(names) if name == tested or name in columns]
    total = 0
    for g in range(footer.num_row_groups):
        statistics = footer.row_group(g).column(names.index(tested)).statistics
        known = statistics is not None and statistics.has_min_max
        if not known or (statistics.min <= high and low <= statistics.max):
            total += sum(footer.row_group(g).column(c).total_compressed_size for c in wanted)
    return total
