# message: the whole address goes
def scrub(lines, key):
    def pseudonym(user):
        return hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]

    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = pseudonym(line["user"])
        if "msg" in line:
            msg = re.sub(r"u\d{6}", lambda found: pseudonym(found[0]), line["msg"])
            line["msg"] = re.sub(r"[a-z.]+@[\w-]+(?:\.[\w-]+)+", "<e-mail>", msg)
        safe.append(line)
    return safe
