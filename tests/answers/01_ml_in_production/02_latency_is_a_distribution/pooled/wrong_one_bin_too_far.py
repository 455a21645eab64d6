# message: rank 99 is the last of the first bin
def pooled_percentile(edges, histograms, q):
    counts = [sum(of_bin) for of_bin in zip(*histograms, strict=True)]
    rank, seen = math.ceil(q * sum(counts) / 100), 0
    for edge, count in zip(edges, counts, strict=True):
        seen += count
        if seen > rank or seen == sum(counts):
            return edge
