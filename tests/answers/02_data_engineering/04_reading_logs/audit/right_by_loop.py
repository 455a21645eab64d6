def audit(jobs):
    from statistics import median

    written = {}
    for row in jobs.itertuples():
        written.setdefault(row.job, []).append(row.rows_written)
    found = []
    for row in jobs.itertuples():
        if row.level == "error" or 2 * row.rows_written < median(written[row.job]):
            found.append(row.run)
    return sorted(found)
