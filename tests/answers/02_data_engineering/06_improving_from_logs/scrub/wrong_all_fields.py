# message: A field other than `user` and `msg`
def scrub(lines, key):
    def pseudonym(user):
        return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]

    safe = []
    for line in lines:
        line = dict(line)
        for field, value in line.items():
            if field == "user":
                line[field] = pseudonym(value)
            elif isinstance(value, str):
                line[field] = re.sub(EMAIL, "<e-mail>", value)
        if "msg" in line:
            line["msg"] = re.sub(USER_ID, lambda found: pseudonym(found[0]), line["msg"])
        safe.append(line)
    return safe
