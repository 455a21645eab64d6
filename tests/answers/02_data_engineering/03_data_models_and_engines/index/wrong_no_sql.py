# message: SQLite says of your statement
def index_statement():
    return "CREATE INDEX ON application (merchant_code, submitted_at)"
