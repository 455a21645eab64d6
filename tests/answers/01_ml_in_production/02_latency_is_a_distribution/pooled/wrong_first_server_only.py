# message: 30 of 1000 requests were that slow
def pooled_percentile(edges, histograms, q):
    rank, seen = math.ceil(q * sum(histograms[0]) / 100), 0
    for edge, count in zip(edges, histograms[0], strict=True):
        seen += count
        if seen >= rank:
            return edge
