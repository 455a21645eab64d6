# message: Which column is compared with =
def index_statement():
    return "CREATE INDEX mine ON application (submitted_at)"
