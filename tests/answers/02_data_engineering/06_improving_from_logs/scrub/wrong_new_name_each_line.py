# message: The same user gets the same pseudonym
def scrub(lines, key):
    safe = []
    for number, line in enumerate(lines):
        line = dict(line)
        if "user" in line:
            line["user"] = hmac.new(key, str(number).encode(), hashlib.sha256).hexdigest()[:16]
        if "msg" in line:
            line["msg"] = re.sub(USER_ID, "<user>", re.sub(EMAIL, "<e-mail>", line["msg"]))
        safe.append(line)
    return safe
