# message: Is a return missing
def index_statement():
    "CREATE INDEX mine ON application (merchant_code, submitted_at)"
