# message: to take it back later is no cure
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    def change(name, by):
        with connection:
            if connection.execute(UPDATE, (by, name)).rowcount == 0:
                raise LookupError(name)

    change(payer, -crowns)
    try:
        change(payee, crowns)
    except Exception:
        change(payer, crowns)
        raise
