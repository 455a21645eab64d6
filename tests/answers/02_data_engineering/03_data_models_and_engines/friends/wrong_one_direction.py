# message: goes from 4 to 3 as well
def friends_by_distance(friendships, start, k):
    friends = {}
    for a, b in friendships:
        friends.setdefault(a, set()).add(b)
    met, edge, counts = {start}, {start}, []
    for _ in range(k):
        edge = {f for p in edge for f in friends.get(p, ())} - met
        met |= edge
        counts.append(len(edge))
    return counts
