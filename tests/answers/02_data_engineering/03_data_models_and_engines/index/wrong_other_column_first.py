# message: or with another column
def index_statement():
    return "CREATE INDEX mine ON application (amount, merchant_code, submitted_at)"
