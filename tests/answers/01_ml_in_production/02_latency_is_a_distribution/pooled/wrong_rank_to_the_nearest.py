# message: rank 6.1 is rounded up
def pooled_percentile(edges, histograms, q):
    counts = [sum(of_bin) for of_bin in zip(*histograms, strict=True)]
    rank, seen = max(1, round(q * sum(counts) / 100)), 0
    for edge, count in zip(edges, counts, strict=True):
        seen += count
        if seen >= rank:
            return edge
