UPDATE = "UPDATE account SET balance = balance + ? WHERE name = ?"


def transfer(connection, payer, payee, crowns):
    try:
        for name, change in ((payee, crowns), (payer, -crowns)):
            cursor = connection.cursor()
            cursor.execute(UPDATE, (change, name))
            if cursor.rowcount == 0:
                raise KeyError(name)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
