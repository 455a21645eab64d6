UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    for name in (payer, payee):
        query = "SELECT 1 FROM account WHERE name = ?"
        if connection.execute(query, (name,)).fetchone() is None:
            raise LookupError(name)
    with connection:
        connection.execute(UPDATE, (-crowns, payer))
        connection.execute(UPDATE, (crowns, payee))
