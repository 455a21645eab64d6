# message: hold all rows (no WHERE)
def index_statement():
    return (
        "CREATE INDEX mine ON application (merchant_code, submitted_at)"
        " WHERE submitted_at > '2026-02-14'"
    )
