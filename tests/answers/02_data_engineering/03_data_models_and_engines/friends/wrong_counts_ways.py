# message: two ways lead to person 4
def friends_by_distance(friendships, start, k):
    pairs = {pair for a, b in friendships for pair in [(a, b), (b, a)]}
    met, edge, counts = {start}, [start], []
    for _ in range(k):
        edge = [b for person in edge for a, b in pairs if a == person and b not in met]
        met.update(edge)
        counts.append(len(edge))
    return counts
