def index_statement():
    return "CREATE INDEX i ON application (merchant_code, submitted_at, amount);"
