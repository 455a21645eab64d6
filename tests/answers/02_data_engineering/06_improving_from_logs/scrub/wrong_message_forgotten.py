# message: A message still has an e-mail address
def scrub(lines, key):
    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = hmac.new(key, line["user"].encode(), hashlib.sha256).hexdigest()[:16]
        safe.append(line)
    return safe
