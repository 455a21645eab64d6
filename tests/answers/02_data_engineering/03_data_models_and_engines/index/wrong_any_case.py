# message: in their usual order (no COLLATE)
def index_statement():
    return "CREATE INDEX mine ON application (merchant_code COLLATE NOCASE, submitted_at)"
