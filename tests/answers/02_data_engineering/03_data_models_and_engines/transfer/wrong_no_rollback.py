# message: expected a rollback before the error goes on
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    for name, change in ((payer, -crowns), (payee, crowns)):
        if connection.execute(UPDATE, (change, name)).rowcount == 0:
            raise LookupError(name)
    connection.commit()
