import networkx as nx


def friends_by_distance(friendships, start, k):
    graph = nx.Graph(list(friendships))
    graph.add_node(start)
    far = list(nx.single_source_shortest_path_length(graph, start, cutoff=k).values())
    return [far.count(hops) for hops in range(1, k + 1)]
