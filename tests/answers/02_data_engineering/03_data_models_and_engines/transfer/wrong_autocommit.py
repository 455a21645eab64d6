# message: both changes or neither
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    connection.isolation_level = None
    for name, change in ((payer, -crowns), (payee, crowns)):
        if connection.execute(UPDATE, (change, name)).rowcount == 0:
            raise LookupError(name)
