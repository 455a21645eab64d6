def index_statement():
    return "create index if not exists by_shop on application(merchant_code, submitted_at desc)"
