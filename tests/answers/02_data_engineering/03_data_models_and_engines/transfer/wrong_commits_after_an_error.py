# message: Is there one commit, at the very end
UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    try:
        connection.execute(UPDATE, (-crowns, payer))
        if connection.execute(UPDATE, (crowns, payee)).rowcount == 0:
            raise LookupError(payee)
    finally:
        connection.commit()
