def transfer(connection, payer, payee, crowns):
    old, connection.isolation_level = connection.isolation_level, None
    cursor = connection.cursor()
    cursor.execute("begin immediate")
    try:
        for name, change in ((payer, -crowns), (payee, crowns)):
            row = cursor.execute("SELECT balance FROM account WHERE name = ?", (name,)).fetchone()
            if row is None:
                raise LookupError(name)
            cursor.execute("update account set balance = ? where name = ?", (row[0] + change, name))
        cursor.execute("commit;")
    except Exception:
        cursor.execute("rollback")
        raise
    finally:
        connection.isolation_level = old
