def bytes_needed(footer, columns, tested, low, high):
    sizes = []
    for group in footer.to_dict()["row_groups"]:
        parts = {c["path_in_schema"].split(".")[0]: c for c in group["columns"]}
        known = parts[tested]["statistics"]
        if known and known["has_min_max"] and (high < known["min"] or known["max"] < low):
            continue
        sizes += [parts[name]["total_compressed_size"] for name in set(columns) | {tested}]
    return sum(sizes)
