# message: Is there one commit, at the very end
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    for name, change in ((payer, -crowns), (payee, crowns)):
        with connection:
            if connection.execute(UPDATE, (change, name)).rowcount == 0:
                raise LookupError(name)
