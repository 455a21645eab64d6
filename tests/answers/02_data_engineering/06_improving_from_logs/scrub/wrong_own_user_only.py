# message: A message still names somebody
def scrub(lines, key):
    safe = []
    for line in lines:
        line = dict(line)
        msg = re.sub(EMAIL, "<e-mail>", line.get("msg", ""))
        if user := line.get("user"):
            line["user"] = hmac.new(key, user.encode(), hashlib.sha256).hexdigest()[:16]
            msg = msg.replace(user, line["user"])
        if "msg" in line:
            line["msg"] = msg
        safe.append(line)
    return safe
