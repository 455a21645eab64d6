# message: the join from message to user is lost
def scrub(lines, key):
    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = hmac.new(key, line["user"].encode(), hashlib.sha256).hexdigest()[:16]
        if "msg" in line:
            line["msg"] = re.sub(USER_ID, "<user>", re.sub(EMAIL, "<e-mail>", line["msg"]))
        safe.append(line)
    return safe
