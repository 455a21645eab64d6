# message: whoever hashes all ids finds it
def scrub(lines, key):
    safe = []
    for line in lines:
        line = dict(line)
        if "user" in line:
            line["user"] = plain_hash(line["user"])
        if "msg" in line:
            msg = re.sub(EMAIL, "<e-mail>", line["msg"])
            line["msg"] = re.sub(USER_ID, lambda found: plain_hash(found[0]), msg)
        safe.append(line)
    return safe
