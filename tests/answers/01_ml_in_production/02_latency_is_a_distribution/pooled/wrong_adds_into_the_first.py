# message: You changed the caller's counts
def pooled_percentile(edges, histograms, q):
    counts = histograms[0]
    for histogram in histograms[1:]:
        for i, count in enumerate(histogram):
            counts[i] += count
    rank, seen = math.ceil(q * sum(counts) / 100), 0
    for edge, count in zip(edges, counts, strict=True):
        seen += count
        if seen >= rank:
            return edge
