# message: 1 itself is at distance 0
def friends_by_distance(friendships, start, k):
    pairs = [pair for a, b in friendships for pair in [(a, b), (b, a)]]
    edge, counts = [start], []
    for _ in range(min(k, 6)):
        edge = [b for person in edge for a, b in pairs if a == person]
        counts.append(len(edge))
    return counts
