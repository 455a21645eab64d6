# message: expected 1, the person 4
def friends_by_distance(friendships, start, k):
    friends = {}
    for a, b in friendships:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)
    met, edge, counts = {start}, {start}, []
    for _ in range(k):
        edge = {f for p in edge for f in friends.get(p, ())} - met
        met |= edge
        counts.append(len(met) - 1)
    return counts
