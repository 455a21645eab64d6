# message: expected the first 16 digits of its HMAC
def scrub(lines, key):
    def pseudonym(user):
        return hashlib.sha256(key + user.encode()).hexdigest()[:16]

    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = pseudonym(line["user"])
        if "msg" in line:
            msg = re.sub(EMAIL, "<e-mail>", line["msg"])
            line["msg"] = re.sub(USER_ID, lambda found: pseudonym(found[0]), msg)
        safe.append(line)
    return safe
