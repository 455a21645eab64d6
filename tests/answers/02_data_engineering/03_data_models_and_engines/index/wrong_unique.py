# message: Your index is UNIQUE, and fails
def index_statement():
    return "CREATE UNIQUE INDEX mine ON application (merchant_code, submitted_at)"
