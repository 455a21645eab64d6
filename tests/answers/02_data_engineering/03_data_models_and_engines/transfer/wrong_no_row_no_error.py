# message: both changes or neither
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    with connection:
        connection.execute(UPDATE, (-crowns, payer))
        connection.execute(UPDATE, (crowns, payee))
