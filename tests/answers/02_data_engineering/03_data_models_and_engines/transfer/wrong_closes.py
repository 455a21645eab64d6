# message: expected it left open
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    try:
        with connection:
            for name, change in ((payer, -crowns), (payee, crowns)):
                if connection.execute(UPDATE, (change, name)).rowcount == 0:
                    raise LookupError(name)
    finally:
        connection.close()
