# message: The p99 of both servers came out as 68
def pooled_percentile(edges, histograms, q):
    total = weights = 0
    for histogram in histograms:
        rank, seen = math.ceil(q * sum(histogram) / 100), 0
        for edge, count in zip(edges, histogram, strict=True):
            seen += count
            if seen >= rank:
                total += edge * sum(histogram)
                weights += sum(histogram)
                break
    return total / weights
