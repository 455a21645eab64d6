# message: It searches by merchant alone
def index_statement():
    return "CREATE INDEX mine ON application (merchant_code)"
