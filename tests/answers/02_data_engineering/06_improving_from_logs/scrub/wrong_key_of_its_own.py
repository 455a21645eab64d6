# message: You do not use the key that is given
def scrub(lines, key):
    def pseudonym(user):
        return hmac.new(b"spring", user.encode(), hashlib.sha256).hexdigest()[:16]

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
