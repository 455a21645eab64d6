import pandas as pd


def capacity(records):
    table = pd.DataFrame(records)
    return 1e3 * (table.batch @ table.batches) / (table.cycle_ms @ table.batches)
