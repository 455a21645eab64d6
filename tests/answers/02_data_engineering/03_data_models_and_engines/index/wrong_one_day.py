# message: On another table the plan is
def index_statement():
    return (
        "CREATE INDEX mine ON application (merchant_code, submitted_at)"
        " WHERE merchant_code = '0007'"
    )
