# message: In SQL, use UNION in place of UNION ALL
import sqlite3


def friends_by_distance(friendships, start, k):
    con = sqlite3.connect(":memory:")
    con.execute("CREATE TABLE friend (person, friend, PRIMARY KEY (person, friend))")
    pairs = {pair for a, b in friendships for pair in [(a, b), (b, a)]}
    con.executemany("INSERT INTO friend VALUES (?, ?)", pairs)
    rows = con.execute(
        """
        WITH RECURSIVE reach (person, hops) AS (
            VALUES (?, 0)
            UNION ALL SELECT friend, hops + 1 FROM reach JOIN friend USING (person) WHERE hops < ?)
        SELECT hops, count(*) FROM (SELECT person, min(hops) AS hops FROM reach GROUP BY person)
        GROUP BY hops""",
        (start, k),
    )
    counts = dict(rows.fetchall())
    return [counts.get(hops, 0) for hops in range(1, k + 1)]
