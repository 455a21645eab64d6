# message: For k = 3 you give 4 numbers
def friends_by_distance(friendships, start, k):
    friends = {}
    for a, b in friendships:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)
    met, edge, counts = {start}, {start}, []
    for _ in range(k + 1):
        edge = {f for p in edge for f in friends.get(p, ())} - met
        met |= edge
        counts.append(len(edge))
    return counts
