# message: Transfers from and to O'Hara end with
def transfer(connection, payer, payee, crowns):
    with connection:
        for name, change in ((payer, -crowns), (payee, crowns)):
            query = f"UPDATE account SET balance = balance + {change} WHERE name = '{name}'"
            if connection.execute(query).rowcount == 0:
                raise LookupError(name)
