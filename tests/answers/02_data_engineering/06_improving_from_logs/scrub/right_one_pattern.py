def scrub(lines, key):
    def pseudonym(user):
        return hmac.new(key, user.encode(), "sha256").hexdigest()[:16]

    def instead(found):
        return "<e-mail>" if "@" in found[0] else pseudonym(found[0])

    return [
        {
            field: pseudonym(value)
            if field == "user"
            else re.sub(f"{EMAIL}|{USER_ID}", instead, value)
            if field == "msg"
            else value
            for field, value in line.items()
        }
        for line in lines
    ]
