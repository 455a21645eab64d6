# message: not with a function of it
def index_statement():
    return "CREATE INDEX mine ON application (upper(merchant_code), submitted_at)"
