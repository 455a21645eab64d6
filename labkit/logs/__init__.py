"""How logs are read: records, parsing that conserves lines, percentiles, detection, privacy."""
