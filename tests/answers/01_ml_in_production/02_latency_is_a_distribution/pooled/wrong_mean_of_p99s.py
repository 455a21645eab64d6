# message: Percentiles do not average
def pooled_percentile(edges, histograms, q):
    found = []
    for histogram in histograms:
        rank, seen = math.ceil(q * sum(histogram) / 100), 0
        for edge, count in zip(edges, histogram, strict=True):
            seen += count
            if seen >= rank:
                found.append(edge)
                break
    return sum(found) / len(found)
